"""What a person is told of a day: normal, watch, alarm, or nothing yet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lib.risk import cusum, rise
from lib.risk.baseline import Baseline
from lib.risk.detection import (
    Level,
    alarms,
    judge,
    standing,
)
from lib.risk.sensitivity import CAUTIOUS, SENSITIVE, SENSITIVITIES, STANDARD
from tests.risk.companies import companies, without_orders


def judged(some, **options):
    return judge(some.counts, some.orders, some.classes, **options)


# The statistic ----------------------------------------------------------------


def test_r_of_a_hand_worked_day():
    """Two days, one case each where one was expected, resting on 40 / 2 counts.

    a = 40·40/80 = 20. The start today: 2 (21/22)^21; yesterday: 4 (22/24)^22.
    """
    ones = np.ones((1, 2))
    usual = Baseline(ones, 40 * ones, 0 * ones, ones > 0)

    found = rise.statistic(ones, rise.gather(ones, usual))

    today = 2 * (21 / 22) ** 21
    assert found[0] == pytest.approx([today, today + 4 * (22 / 24) ** 22])


def test_without_a_rise_the_evidence_has_a_mean_of_at_most_one():
    """The bound on false alarms rests on this; gamma rate, Poisson counts."""
    chance = np.random.default_rng(2)
    many, days, rests_on = 40_000, 10, 40.0
    weight = rests_on * rise.DRIFT_COUNTS / (rests_on + rise.DRIFT_COUNTS)
    rate = chance.gamma(weight, 1 / weight, (many, 1))
    counts = chance.poisson(0.3 * rate, (many, days)).astype(float)
    ones = np.ones((many, days))
    usual = Baseline(0.3 * ones, rests_on * ones, 0 * ones, ones > 0)

    factors = rise.gather(counts, usual).factors(days - 1)

    assert 0.9 < factors.mean() < 1.02


def test_a_day_without_a_case_never_adds_to_the_evidence():
    some = companies(30, 300)

    found = judged(some).statistic

    calmer = found[:, 1:] <= found[:, :-1]
    assert calmer[some.counts[:, 1:] == 0].all()


def test_one_letter_with_fifty_cases_is_no_rise():
    some = companies(1, 200, rate=0.3)
    some.counts[0, 150] = 50

    assert judged(some).level[0, 150] < Level.ALARM


# Levels -----------------------------------------------------------------------


def test_a_doubled_rate_is_found_and_its_start_too():
    some = companies(60, 260, rate=2, onset=200, times=2.5)

    found = judged(some)
    starts = found.starts(at_least=Level.ALARM)

    alarmed = (found.level[:, 200:221] == Level.ALARM).any(1)
    assert alarmed.mean() > 0.9
    late = starts[starts[:, 1] == 220]
    assert np.median(abs(late[:, 2] - 200)) <= 3
    inside = (late[:, 3] <= 200) & (late[:, 4] >= 200)
    assert inside.mean() > 0.6
    assert (late[:, 3] <= late[:, 2]).all()
    assert (late[:, 2] <= late[:, 4]).all()


def test_quiet_companies_have_about_two_false_alarms_a_year():
    some = companies(200, 90 + 365)

    level = judged(some).level[:, 90:]

    begun = (level[:, 1:] == Level.ALARM) & (level[:, :-1] != Level.ALARM)
    assert begun.sum() / 200 < 4


def test_a_growing_company_with_orders_raises_no_more_alarms():
    growing = companies(100, 455, growth=6)

    by_orders = (judged(growing).level[:, 90:] == Level.ALARM).mean()
    blind = (judged(without_orders(growing)).level[:, 90:] == Level.ALARM).mean()

    assert by_orders < 0.04
    assert blind > 2 * by_orders


def test_more_sensitive_means_sooner_and_oftener():
    some = companies(50, 300, onset=250, times=2)

    alarm_days = [
        int((judged(some, sensitivity=one).level == Level.ALARM).sum())
        for one in (SENSITIVE, STANDARD, CAUTIOUS)
    ]

    assert alarm_days == sorted(alarm_days, reverse=True)
    assert len(set(alarm_days)) == 3


def test_each_watch_is_the_alarm_of_the_more_sensitive_choice():
    pairs = pairwise(SENSITIVITIES)

    assert all(stricter.watch == looser.alarm for looser, stricter in pairs)


def test_the_nearest_measured_rate_tells_what_a_company_has_to_expect():
    assert STANDARD.delays_at(0.16) == STANDARD.delays[0.3]
    assert STANDARD.delays_at(40) == STANDARD.delays[2.5]


@pytest.mark.parametrize("one", SENSITIVITIES)
@pytest.mark.parametrize(("rise", "times"), [("x1.5", 1.5), ("x2", 2), ("x3", 3)])
def test_of_few_cases_no_less_is_promised_than_the_fastest_chart_needs(
    one, rise, times
):
    bound = cusum.fastest(0.1, times, one.false_alarms)

    assert one.delays_at(0.1)[rise].days == pytest.approx(bound, abs=0.5)
    assert one.delays_at(0.1)[rise].found is None


def test_the_fewer_cases_the_longer_it_takes():
    rates = (0.0, 0.03, 0.05, 0.09, 0.14, 0.3)
    days = [STANDARD.delays_at(rate)["x2"].days for rate in rates]

    assert days == sorted(days, reverse=True)


# Start-up and gaps --------------------------------------------------------------


def test_a_company_five_days_old_is_not_judged():
    some = companies(1, 5, rate=20)

    assert (judged(some).level == Level.HELD_BACK).all()


def test_judgement_begins_when_fourteen_days_are_known():
    level = judged(companies(1, 20)).level[0]

    assert (level[:14] == Level.HELD_BACK).all()
    assert (level[14:] != Level.HELD_BACK).all()


def test_days_before_the_first_entry_do_not_make_a_company_older():
    some = companies(1, 60)
    some.counts[0, :40] = np.nan

    level = judged(some).level[0]

    assert (level[:54] == Level.HELD_BACK).all()
    assert level[54] != Level.HELD_BACK


def test_missing_days_raise_no_alarm_and_after_a_week_nothing_is_said():
    some = companies(20, 200)
    some.counts[:, 150:170] = np.nan

    found = judged(some)

    assert (found.statistic[:, 150:157] == found.statistic[:, 149:150]).all()
    assert (found.level[:, 150:156] == found.level[:, 149:150]).all()
    assert (found.level[:, 156:170] == Level.HELD_BACK).all()


def test_nothing_known_and_nothing_at_all_is_no_error():
    for days in (0, 1, 30):
        nothing = np.full((2, days), np.nan)

        found = judge(nothing, nothing, np.zeros((2, days), np.int8))

        assert (found.level == Level.HELD_BACK).all()


@pytest.mark.parametrize("orders", [0.0, np.nan])
def test_a_company_without_cases_is_normal_with_or_without_orders(orders):
    some = companies(1, 400)
    some.counts[:] = 0
    some.orders[:] = orders

    found = judged(some)

    assert (found.level[0, 14:] == Level.NORMAL).all()


def test_the_first_two_cases_after_a_long_calm_are_no_rise():
    some = companies(1, 400)
    some.counts[:] = 0
    some.counts[0, [300, 301]] = 1

    assert (judged(some).level[0, 14:] == Level.NORMAL).all()


def test_year_end_and_golden_week_alone_raise_nothing():
    some = companies(200, 455)
    level = judged(some).level

    resting = (some.classes == 3) & (some.counts == 0)
    begun = (level[:, 1:] == Level.ALARM) & (level[:, :-1] != Level.ALARM)
    assert not (begun & resting[:, 1:]).any()


# Causality and shape -----------------------------------------------------------


@pytest.mark.parametrize("cut", [3, 14, 100, 231])
def test_what_is_said_of_a_day_does_not_change_later(cut):
    some = companies(5, 260, onset=200, times=3)
    some.counts[1, 50:60] = np.nan
    some.orders[2, :40] = np.nan
    some.orders[3] = np.nan

    early, whole = judged(some.cut(cut)), judged(some)

    assert (early.level == whole.level[:, :cut]).all()
    assert (early.statistic == whole.statistic[:, :cut]).all()


def test_companies_do_not_change_each_other():
    some = companies(6, 200, onset=150, times=2)
    some.orders[3] = np.nan

    together = judged(some).statistic

    for row in range(6):
        alone = judge(
            some.counts[row : row + 1],
            some.orders[row : row + 1],
            some.classes[row : row + 1],
        )
        assert alone.statistic[0] == pytest.approx(together[row], rel=1e-9)


def test_the_benchmark_gets_one_answer_a_day():
    some = companies(1, 260, rate=2, onset=200, times=4)
    days = np.datetime64("2024-04-01") + np.arange(260)

    found = alarms(some.counts[0].astype(int), some.orders[0], days)

    assert found.dtype == bool
    assert (found == (judged(some).level[0] == Level.ALARM)).all()


# After an alarm ------------------------------------------------------------------


def test_after_closing_an_alarm_only_later_days_count():
    some = companies(1, 260, rate=2, onset=200, times=3)
    before = judged(some)
    closed = 230

    after = judged(some, since=np.array([closed]))

    assert before.level[0, closed - 1] == Level.ALARM
    assert after.statistic[0, closed - 1] == 0
    assert after.statistic[0, closed] < before.statistic[0, closed]


def test_an_alarm_stands_until_three_calm_days_are_over():
    level = np.array([[1, 3, 2, 1, 1, 1, 1]], np.int8)
    statistic = np.array([[30.0, 90, 60, 10, 10, 10, 10]])

    assert standing(level, statistic)[0].tolist() == [
        False, True, True, True, True, False, False,
    ]  # fmt: skip


def test_days_held_back_do_not_end_an_alarm():
    level = np.array([[3, 0, 0, 0, 0, 1]], np.int8)
    statistic = np.array([[90.0, 0, 0, 0, 0, 10]])

    assert standing(level, statistic).all()


def test_the_likely_start_lies_within_its_interval():
    *_, likely, first, last = judged(companies(60, 300, times=2, onset=200)).starts().T

    assert len(likely) > 1000
    assert (first <= likely).all()
    assert (likely <= last).all()
