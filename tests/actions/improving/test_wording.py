"""What an open measure says: why, when it is looked at, and what would decide it."""

from __future__ import annotations

from datetime import date

import pytest

from lib.actions.improving.figures import Against
from lib.actions.improving.targets import Target, target_of
from lib.actions.improving.wording import verdict_text
from lib.metrics.effects import Effect, Reason, Span, Verdict
from lib.metrics.improvements import Judged, Wait

LOOK = date(2026, 12, 14)
SPAN = Span(40, 1000, 28)


def said(
    wait: Wait | None,
    *,
    figure: str = "苦情率",
    against: Against = Against.ORDERS,
    next_look: date | None = LOOK,
    why: Reason | None = None,
) -> str:
    target = target_of(figure)
    assert isinstance(target, Target)
    effect = Effect(Verdict.OPEN, why=why)
    return verdict_text(
        target, Judged(SPAN, SPAN, effect, 28, next_look, wait=wait), against
    )


def test_the_least_change_is_said_as_the_figure_that_one_would_read():
    # By hand: 0.024 for an order are 24 for 1,000, two fifths below 40.
    assert said(Wait(0.024, -0.4, None, None, None)) == (
        "まだ判断できない: 次に見るのは12/14。"
        "12/14までの苦情率が受注1,000件あたり24.0件以下"
        "(前28日より約40%以上減)なら、その日に判断できます。"
    )


def test_days_are_those_of_a_look_with_its_date():
    text = said(Wait(0.024, -0.4, 56, LOOK, None))

    assert "この調子なら12/14(始めてから56日)に判断できます。" in text


def test_a_share_judged_by_what_it_lacks_says_both():
    text = said(
        Wait(0.03, -0.4, None, None, None), figure="応答率", against=Against.CASES
    )

    assert (
        "12/14までの応答率が97.0%以上(出られなかった電話が前28日より約40%以上減)"
        in text
    )


def test_what_was_only_a_bad_time_says_so_first():
    text = said(Wait(0.024, -0.4, None, None, None), why=Reason.USUAL)

    assert text.startswith("まだ判断できない: ふだんの水準に戻っただけかもしれません。")


def test_after_the_last_look_people_decide():
    text = said(Wait(0.024, -0.4, None, None, None), next_look=None)

    assert "もう自動では判断しません。人が決めてください。" in text
    assert "なら、判断できました。" in text
    assert "次に見る" not in text


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (75, "件数が半分に減ったことは、28日に約75件あればわかります。"),
        (None, "数字では判断できません。"),
    ],
)
def test_what_is_too_rare_says_how_many_cases_it_takes(cases, words):
    assert words in said(Wait(None, None, None, None, cases))


def test_nothing_to_compare_promises_no_more_than_a_look():
    assert said(None) == "まだ判断できない: 次に見るのは12/14。"
