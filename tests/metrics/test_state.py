"""平常・注意・警報・判定保留 by their plain rules."""

from __future__ import annotations

import pytest

from lib.metrics.figures import figures, of_centre
from lib.metrics.state import State, centre_state, worst
from lib.schema.vocab import AnswerRateMethod
from tests.metrics.rows import NOW, calls, centre, day, frames

TODAY = day(21)


def telephone(*rows, centres=None):
    of = centres or [centre("C1")]
    days = figures(frames([*rows, *of]), NOW, TODAY)
    return worst([centre_state(of_centre(days, c.code), c, TODAY) for c in of])


@pytest.mark.parametrize(
    ("answered", "state"),
    [
        (90, State.NORMAL),
        (89, State.WATCH),
        (50, State.WATCH),
        (49, State.ALARM),
    ],
)
def test_the_latest_day_is_judged_against_the_target(answered, state):
    verdict = telephone(calls(day(20), 100, answered))

    assert verdict.state is state
    assert f"{answered}.0%" in verdict.reasons[0].text()
    assert "11/20" in verdict.reasons[0].text()


def test_three_days_running_below_80_percent_are_an_alarm():
    bad = [calls(day(n), 100, 79) for n in (18, 19, 20)]

    assert telephone(*bad).state is State.ALARM
    assert telephone(*bad[:2], calls(day(20), 100, 80)).state is State.WATCH
    assert telephone(*bad[1:]).state is State.WATCH


def test_a_day_with_few_calls_is_judged_by_its_week():
    """2 of 4 on the last day would be 50 %; the week is 38 of 40."""
    verdict = telephone(calls(day(19), 36, 36), calls(day(20), 4, 2))

    assert verdict.state is State.NORMAL
    assert "直近7日" in verdict.reasons[0].text()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [calls(day(13), 100, 10)],
        [calls(day(20), 19, 3)],
        [calls(day(20), 0, 0)],
    ],
)
def test_too_little_to_judge_holds_judgement_back(rows):
    assert telephone(*rows).state is State.PENDING


def test_a_rate_that_cannot_be_computed_holds_judgement_back():
    strict = centre("C1", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)

    verdict = telephone(calls(day(20), 100, 90), centres=[strict])

    assert verdict.state is State.PENDING
    assert "短時間放棄数" in verdict.reasons[0].text()


def test_the_worst_centre_speaks_first():
    verdict = telephone(
        calls(day(20), 100, 95, "C1"),
        calls(day(20), 100, 70, "C2"),
        centres=[centre("C1"), centre("C2")],
    )

    assert (verdict.state, verdict.centre) == (State.WATCH, "C2")
    assert [r.text()[:2] for r in verdict.reasons] == ["C2", "C1"]


def test_without_centres_there_is_nothing_to_judge():
    assert worst([]).state is State.PENDING


def test_a_centre_has_the_usual_target_where_it_names_none():
    free = centre("C1", target_answer_rate=None)

    assert telephone(calls(day(20), 100, 89), centres=[free]).state is State.WATCH
