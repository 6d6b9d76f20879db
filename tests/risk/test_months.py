"""A past by the month, taken in for a cold start."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk.days import day_classes
from lib.risk.detection import Level, judge
from lib.risk.months import spread
from tests.risk.companies import companies

PAST = 182


def begun(some):
    """Return the counts with half a year by the month, and where they are rough."""
    counts = some.counts.copy()
    for first in range(0, PAST, 30):
        part = slice(first, min(first + 30, PAST))
        counts[0, part] = spread(counts[0, part].sum(), some.classes[0, part])
    rough = np.zeros(counts.shape, bool)
    rough[0, :PAST] = True
    return counts, rough


def test_the_days_of_a_month_sum_up_to_it():
    april = day_classes(np.datetime64("2024-04-01") + np.arange(30))

    shares = spread(31, april)

    assert shares.sum() == pytest.approx(31)
    assert shares[6] < shares[1]  # Sunday, Tuesday


def test_with_months_behind_it_a_company_is_judged_from_its_first_day():
    some = companies(1, PAST + 5)
    counts, rough = begun(some)

    level = judge(counts, some.orders, some.classes, rough=rough).level[0]
    blind = judge(counts[:, PAST:], some.orders[:, PAST:], some.classes[:, PAST:])

    assert (level[:PAST] == Level.HELD_BACK).all()
    assert (level[PAST:] == Level.NORMAL).all()
    assert (blind.level == Level.HELD_BACK).all()


def test_a_rise_in_the_first_fortnight_is_found():
    some = companies(1, PAST + 14, onset=PAST, times=4)
    counts, rough = begun(some)

    level = judge(counts, some.orders, some.classes, rough=rough).level[0]

    assert Level.ALARM in level[PAST:]


def test_months_say_nothing_about_the_spread():
    some = companies(1, PAST + 30, rate=5)
    counts, rough = begun(some)

    as_days = judge(counts, some.orders, some.classes).usual.dispersion[0, -1]
    as_months = judge(counts, some.orders, some.classes, rough=rough)

    assert as_months.usual.dispersion[0, -1] > as_days
