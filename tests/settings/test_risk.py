"""リスク in 設定: what can be set, and what a row by hand may say."""

from __future__ import annotations

from datetime import date

import pytest

from lib.errors import InvalidRecord
from lib.risk.sensitivity import SENSITIVITIES
from lib.schema.frames import frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.settings import past_counts
from lib.settings.business import checked
from lib.settings.readable import unreadable
from lib.settings.risk import MANY_A_WEEK, RISK_SETTINGS, SENSITIVITY


def row(group: str, name: str, value: str) -> Setting:
    return Setting(group=group, name=name, effective_from=date(2026, 4, 1), value=value)


def test_the_words_are_those_of_the_detector() -> None:
    assert tuple(one.label for one in SENSITIVITIES) == SENSITIVITY.choices
    assert SENSITIVITY.default in SENSITIVITY.choices


def test_only_a_sensitivity_that_exists_can_be_chosen() -> None:
    assert checked(SENSITIVITY, " 慎重 ") == "慎重"
    with pytest.raises(InvalidRecord):
        checked(SENSITIVITY, "最強")


def test_the_emergency_line_is_a_number_or_none() -> None:
    assert [checked(MANY_A_WEEK, typed) for typed in ("7", "")] == ["7", ""]
    with pytest.raises(InvalidRecord):
        checked(MANY_A_WEEK, "たくさん")


def test_defaults_can_be_read() -> None:
    for wanted in RISK_SETTINGS:
        assert checked(wanted, wanted.default) == wanted.default


def test_rows_by_hand_that_say_nothing_are_named() -> None:
    rows = [
        row(SENSITIVITY.group, SENSITIVITY.name, "最強"),
        row(past_counts.GROUP, "2025-04", "七"),
        row(past_counts.GROUP, "去年", "7"),
        row(past_counts.GROUP, "2025-05", "7"),
        row(past_counts.GROUP, "2025-06", past_counts.GONE),
    ]
    found = list(unreadable(frame_of(table("settings"), rows)))

    assert [value for _key, value, _reason in found] == ["最強", "七", "7"]
