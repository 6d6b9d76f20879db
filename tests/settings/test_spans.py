"""How long something may take, as people say it."""

from __future__ import annotations

import pandas as pd
import pytest

from lib.errors import InvalidRecord
from lib.schema.frames import empty_frame
from lib.schema.tables import table
from lib.schema.vocab import NoticeKind
from lib.settings import business
from lib.settings.spans import Span, read_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30分", Span(minutes=30)),
        ("1時間", Span(minutes=60)),
        ("当日", Span(days=0)),
        ("翌営業日", Span(days=1)),
        ("10営業日", Span(days=10)),
    ],
)
def test_a_span_reads_back_as_it_is_said(text: str, span: Span) -> None:
    assert read_span(text) == span
    assert str(span) == text


@pytest.mark.parametrize("text", ["", "すぐ", "0分", "-1時間", "1.5時間", "営業日"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        read_span(text)


@pytest.mark.parametrize(
    "setting",
    [*business.TARGET_SETTINGS, *business.NOTICE_SETTINGS],
    ids=lambda s: s.field,
)
def test_every_default_is_a_value_one_could_type(
    setting: business.BusinessSetting,
) -> None:
    nothing: pd.DataFrame = empty_frame(table("settings"))

    assert business.checked(setting, setting.default) == setting.default
    assert business.spec(setting.group, setting.name) == setting
    assert business.value_on(
        nothing, setting, on=pd.Timestamp("2026-11-21").date()
    ) == (setting.default)


def test_kinds_are_put_in_order_and_known_words_only() -> None:
    said = business.checked(business.AT_ONCE, "約束の超過, 最重要")

    assert said == "最重要、約束の超過"
    assert business.kinds(said) == {NoticeKind.CRITICAL, NoticeKind.PROMISE}
    assert business.kinds(business.checked(business.AT_ONCE, "")) == frozenset()
    with pytest.raises(InvalidRecord):
        business.checked(business.AT_ONCE, "朝のまとめ")


@pytest.mark.parametrize(
    ("typed", "value"), [("2026/4/1", None), ("2026/04/01", "2026-04-01"), ("", "")]
)
def test_the_first_day_of_targets_is_a_date_or_blank(
    typed: str, value: str | None
) -> None:
    if value is None:
        with pytest.raises(InvalidRecord):
            business.checked(business.START_OF_TARGETS, typed)
    else:
        assert business.checked(business.START_OF_TARGETS, typed) == value
