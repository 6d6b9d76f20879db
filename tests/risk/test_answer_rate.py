"""Whether the telephone has become harder to reach."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk.answer_rate import LEAST_DAYS, chart
from lib.risk.days import DayClass, day_classes

DAYS = np.datetime64("2024-04-01") + np.arange(420)
CLASSES = day_classes(DAYS)
OPEN = CLASSES <= DayClass.REOPENING


def calls(seed=1, usual=0.9, drop=0.0, onset=400, a_day=40):
    """Return answered and offered calls; closed days have no entry."""
    chance = np.random.default_rng(seed)
    offered = np.where(OPEN, chance.poisson(a_day, len(DAYS)), np.nan)
    share = usual - np.where(CLASSES == DayClass.REOPENING, 0.06, 0.0)
    share = share - np.where(np.arange(len(DAYS)) >= onset, drop, 0.0)
    answered = chance.binomial(np.nan_to_num(offered).astype(int), share)
    return np.where(OPEN, answered, np.nan), offered


def test_a_drop_by_ten_points_is_found_within_a_week():
    onset = 300
    delays = []
    for seed in range(30):
        found = chart(*calls(seed, drop=0.12, onset=onset), CLASSES).alarm[onset:]
        delays.append(found.argmax() if found.any() else 99)

    assert np.median(delays) <= 7


def test_a_steady_centre_is_seldom_at_alarm():
    begun = 0
    for seed in range(30):
        alarm = chart(*calls(seed), CLASSES).alarm[100:]
        begun += int((alarm[1:] & ~alarm[:-1]).sum())

    assert begun / 30 < 3


def test_mondays_are_held_against_mondays():
    found = chart(*calls(), CLASSES)
    late = np.arange(len(DAYS)) > 200

    monday = found.expected[late & (CLASSES == DayClass.REOPENING)].mean()
    other = found.expected[late & (CLASSES == DayClass.WORKING)].mean()

    assert other - monday == pytest.approx(0.06, abs=0.03)


def test_an_open_day_without_calls_is_no_point_and_no_alarm():
    answered, offered = calls()
    quiet = np.flatnonzero(OPEN)[200]
    answered[quiet] = offered[quiet] = 0

    found = chart(answered, offered, CLASSES)

    assert np.isnan(found.share[quiet])
    assert np.isnan(found.limits().lower[quiet])
    assert not found.alarm[quiet]


def test_more_answered_than_offered_calls_are_no_point():
    answered, offered = calls()
    wrong = np.flatnonzero(OPEN)[200]
    answered[wrong] = offered[wrong] + 1

    assert np.isnan(chart(answered, offered, CLASSES).share[wrong])


def test_nothing_is_judged_before_ten_open_days():
    answered, offered = calls()
    answered[OPEN] = 0

    found = chart(answered, offered, CLASSES)

    first = np.flatnonzero(OPEN)[:LEAST_DAYS]
    assert not found.judged[first].any()
    assert not found.alarm[first].any()


def test_what_is_said_of_a_day_does_not_change_later():
    answered, offered = calls(drop=0.2, onset=250)

    whole = chart(answered, offered, CLASSES)
    early = chart(answered[:300], offered[:300], CLASSES[:300])

    assert np.array_equal(early.statistic, whole.statistic[:300], equal_nan=True)


def test_the_interval_of_a_day_is_wilsons():
    """18 of 20: (69.9 %, 97.2 %), Wilson 1927; worked by hand."""
    found = chart(np.array([18.0, np.nan]), np.array([20.0, np.nan]), CLASSES[:2])

    low, high = found.interval()

    assert (low[0], high[0]) == pytest.approx((0.699, 0.972), abs=5e-4)
    assert np.isnan(low[1])


def test_no_days_at_all_are_no_error():
    nothing = np.full(5, np.nan)

    found = chart(nothing, nothing, CLASSES[:5])

    assert not found.alarm.any()
