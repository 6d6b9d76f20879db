"""Spans around a measure: cut by hand, decided only at looks, watched once settled."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lib.metrics.effects import Reason, Verdict
from lib.metrics.improvements import Days, judged
from lib.metrics.relapses import relapse

FIRST = date(2026, 1, 1)
START = FIRST + timedelta(days=12 * 28)
"""A year of spans before the measure."""


def company(*a_day: tuple[int, float], missing: tuple[int, ...] = ()) -> Days:
    """Return days with so many events each, one span of (days, events) after another.

    A hundred orders a day; of `missing` days nothing is known.
    """
    events = np.concatenate([np.full(length, count) for length, count in a_day])
    known = np.ones(len(events), dtype=bool)
    known[list(missing)] = False
    return Days(FIRST, events * known, known * 100.0, known)


def seen(days: Days, after: int):
    return judged(days, START, START + timedelta(days=after), less_is_better=True)


def test_the_spans_are_28_days_before_and_the_days_of_the_look_after():
    found = seen(company((336, 4.0), (60, 1.0)), after=40)

    # By hand: 28 days of 4 in 2,800 orders; 28 days of 1.
    assert (found.before.events, found.before.exposure) == (112, 2800)
    assert (found.after.events, found.after.exposure) == (28, 2800)
    assert found.look == 28
    assert found.next_look == START + timedelta(days=56)
    assert found.verdict is Verdict.IMPROVED
    assert found.decided_on == START + timedelta(days=28)


def test_nothing_is_decided_before_the_first_look_however_clear_it_looks():
    found = seen(company((336, 4.0), (27, 0.0)), after=27)

    assert found.look == 0
    assert found.verdict is Verdict.OPEN
    assert found.after.days == 27
    assert found.next_look == START + timedelta(days=28)


def test_the_second_look_counts_all_days_since_the_start():
    found = seen(company((336, 4.0), (28, 3.0), (28, 1.0)), after=56)

    assert (found.after.events, found.after.days) == (28 * 4, 56)
    assert found.look == 56


def test_a_missing_day_is_left_out_of_both():
    found = seen(company((336, 4.0), (28, 1.0), missing=(335, 337, 338)), after=28)

    assert (found.before.events, found.before.exposure, found.before.days) == (
        108,
        2700,
        27,
    )
    assert (found.after.exposure, found.after.days) == (2600, 26)


def test_too_few_known_days_decide_nothing():
    lost = tuple(range(336, 346))

    found = seen(company((336, 4.0), (28, 0.0), missing=lost), after=28)

    assert found.verdict is Verdict.OPEN


def test_what_is_open_says_what_would_decide_it_and_at_which_look():
    found = seen(company((336, 1.0), (28, 0.55)), after=28)

    assert found.verdict is Verdict.OPEN
    # 0.55 in 100 orders hold for 28 days; 56 such days would be enough.
    assert found.wait.decides_on == START + timedelta(days=56)
    assert found.wait.decides_after == 56
    assert 0.0055 <= found.wait.needed < 0.01
    assert found.wait.change == pytest.approx(found.wait.needed / 0.01 - 1)


def test_after_the_last_look_nothing_more_is_promised():
    found = seen(company((336, 1.0), (84, 0.9)), after=200)

    assert found.next_look is None
    assert found.wait.decides_on is None
    assert found.wait.needed < 0.009


def test_what_is_decided_waits_for_nothing():
    assert seen(company((336, 4.0), (28, 1.0)), after=28).wait is None


def test_two_bad_weeks_that_pass_are_no_success_at_any_look():
    days = company((322, 10.0), (14, 30.0), (84, 10.0))

    for after in (28, 56, 84):
        found = seen(days, after=after)
        assert found.effect.why is Reason.USUAL
        assert found.verdict is Verdict.OPEN


def test_the_same_before_and_after_is_never_called_better():
    for after in (28, 56, 84):
        assert seen(company((336, 2.0), (84, 2.0)), after=after).verdict in (
            Verdict.OPEN,
            Verdict.SAME,
        )


# Since it settled -----------------------------------------------------------------


def watched(days: Days, after: int, refused: int | None = None):
    settled_on = START + timedelta(days=28)
    return relapse(
        days,
        START,
        settled_on,
        settled_on + timedelta(days=after),
        less_is_better=True,
        refused_on=None if refused is None else settled_on + timedelta(days=refused),
    )


def test_what_a_person_took_back_is_looked_at_again_with_new_days_only():
    worse = company((336, 4.0), (28, 1.0), (56, 1.0), (28, 4.0), (28, 4.0))
    one_month = company((336, 4.0), (28, 1.0), (56, 1.0), (28, 4.0), (28, 1.0))

    taken_back = watched(worse, after=84, refused=84)
    assert taken_back.back_on is None
    assert taken_back.next_look == START + timedelta(days=28 + 112)

    again = watched(worse, after=112, refused=84)
    assert again.back_on == START + timedelta(days=28 + 112)
    # By hand: the month that was taken back is in neither.
    assert (again.settled.events, again.latest.events) == (84, 112)
    assert watched(one_month, after=112, refused=84).back_on is None


def test_a_figure_that_stays_down_is_not_back():
    found = watched(company((336, 4.0), (28 * 14, 1.0)), after=28 * 13)

    assert found.back_on is None
    assert found.next_look is None


def test_a_figure_that_returns_is_back_at_the_first_look_after_it():
    days = company((336, 4.0), (28, 1.0), (56, 1.0), (84, 4.0))

    found = watched(days, after=140)

    # Down for two looks, back for the third.
    assert found.back_on == START + timedelta(days=28 + 84)
    assert (found.settled.events, found.settled.days) == (84, 84)
    assert (found.latest.events, found.latest.days) == (112, 28)


def test_nobody_looks_before_28_days_are_over():
    found = watched(company((336, 4.0), (28, 1.0), (27, 9.0)), after=27)

    assert (found.latest, found.back_on) == (None, None)
    assert found.next_look == START + timedelta(days=56)


def test_a_little_more_than_settled_but_far_below_before_is_not_back():
    days = company((336, 20.0), (28, 2.0), (28, 5.0))

    found = watched(days, after=28)

    assert found.effect.verdict is Verdict.WORSENED
    assert found.back_on is None
