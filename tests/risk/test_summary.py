"""The numbers of the sentence and the chart."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk import summary
from lib.risk.baseline import Baseline, learn
from lib.risk.detection import Level, judge
from lib.risk.rise import DRIFT_COUNTS
from tests.risk.companies import companies


def usual_of(mean, weight=1e6):
    ones = np.ones_like(mean)
    return Baseline(mean, weight * ones, 0 * ones, ones > 0)


def test_a_rise_by_hand():
    """17 where 4.8 were expected: 3.5 times; 17 or more come once in 100,000 spells.

    The baseline rests on 40 counts at most, which widens the interval.
    """
    counts = np.array([[3.0, 2, 4, 3, 2, 3]])
    found = summary.rise_between(counts, usual_of(np.full((1, 6), 0.8)), 0, 0, 5)

    assert (found.count, found.known) == (17, 6)
    assert found.expected == pytest.approx(4.8)
    assert found.ratio == pytest.approx(17 / 4.8)
    assert found.low == pytest.approx(2.1, abs=0.15)
    assert found.high == pytest.approx(5.6, abs=0.35)
    assert 1_000 < found.one_in < 100_000


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Over expectations of 2 to 20, for counts are whole and one alone may be off."""
    chance = np.random.default_rng(3)
    rests_on, times, tried = 40.0, 2.0, 2_000
    weight = rests_on * DRIFT_COUNTS / (rests_on + DRIFT_COUNTS)
    inside = 0
    for _ in range(tried):
        mean = chance.uniform(2, 20)
        came = chance.poisson(mean * times * chance.gamma(weight, 1 / weight))
        usual = usual_of(np.array([[mean]]), rests_on)
        found = summary.rise_between(np.array([[float(came)]]), usual, 0, 0, 0)
        inside += found.low <= times <= found.high
    assert inside / tried == pytest.approx(0.9, abs=0.025)


def test_missing_days_are_neither_counted_nor_expected():
    counts = np.array([[1.0, np.nan, 1.0]])

    found = summary.rise_between(counts, usual_of(np.ones((1, 3))), 0, 0, 2)

    assert (found.count, found.expected, found.known) == (2, 2.0, 2)


def test_a_spell_without_any_known_day_has_no_numbers():
    counts = np.full((1, 3), np.nan)

    found = summary.rise_between(counts, usual_of(np.ones((1, 3))), 0, 0, 2)

    assert found.count == 0
    assert np.isnan(found.ratio)


def test_the_band_holds_as_many_weeks_as_it_says():
    some = companies(80, 400, rate=1.5)
    usual = learn(some.counts, some.orders, some.classes)
    week = np.cumsum(some.counts, 1)[:, 7:] - np.cumsum(some.counts, 1)[:, :-7]

    low, mean, high = summary.expected_band(some.counts, usual, 0.80)

    late = slice(200, None)
    inside = (low[:, 7:] <= week) & (week <= high[:, 7:])
    assert 0.78 < inside[:, late].mean() < 0.95
    assert mean[:, late].mean() == pytest.approx(week[:, late].mean(), rel=0.05)


def test_it_says_how_many_more_cases_today_would_be_an_alarm():
    some = companies(1, 220, rate=1.0, onset=214, times=3)
    row = some.counts[0], some.orders[0], some.classes[0]

    more = summary.more_to_alarm(*row)

    assert more is not None
    raised = some.counts.copy()
    raised[0, -1] += more
    level = judge(raised, some.orders, some.classes).level[0, -1]
    raised[0, -1] -= 1
    before = judge(raised, some.orders, some.classes).level[0, -1]
    assert level == Level.ALARM
    assert more == 0 or before < Level.ALARM


def test_after_a_calm_time_no_single_day_is_an_alarm():
    some = companies(1, 200, rate=0.3)
    some.counts[0, -40:] = 0

    assert (
        summary.more_to_alarm(some.counts[0], some.orders[0], some.classes[0]) is None
    )
