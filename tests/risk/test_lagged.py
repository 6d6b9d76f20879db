"""Whether referrals tended to follow a drop of the answer rate."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk import lagged
from lib.risk.days import day_classes


def past(days=365, *, times=1.0, rate=1.5, seed=1):
    """Return counts, mean, classes, answer rate and its usual value.

    Five days after each drop by 20 points come `times` as many for every 10 of them.
    """
    chance = np.random.default_rng(seed)
    classes = day_classes(np.datetime64("2024-04-01") + np.arange(days))
    expected = np.full(days, 0.9)
    gap = np.zeros(days)
    for start in range(20, days - 20, 45):
        gap[start : start + 6] = 0.2
    share = expected - gap + chance.normal(0, 0.01, days)
    late = np.concatenate([np.zeros(5), gap[:-5]])
    counts = chance.poisson(rate * times ** (late * 10)).astype(float)
    return counts, np.full(days, rate), classes, share, expected


def test_a_tendency_is_found_with_its_lag_and_size():
    found = lagged.link(*past(730, times=2.0))

    assert found.linked
    assert 4 <= found.lag <= 6
    assert found.times == pytest.approx(2.0, rel=0.15)
    assert found.low < found.times < found.high
    assert found.correlation.argmax() + 1 == found.lag
    assert found.correlation[found.lag - 1] > found.band[found.lag - 1]


def test_unrelated_series_are_seldom_called_linked():
    linked = [lagged.link(*past(seed=seed)).linked for seed in range(20)]

    assert sum(linked) <= 3


def test_too_short_a_past_says_how_much_is_missing():
    waiting = lagged.waiting(*(past(100)[part] for part in (0, 3, 4)))

    assert waiting.days == 80
    assert waiting.cases == 0
    assert waiting.drops == 1
    assert lagged.link(*past(100)) is None


def test_too_few_cases_are_said_to_be_missing():
    counts, *_rest, share, expected = past(365, rate=0.05)

    waiting = lagged.waiting(counts, share, expected)

    assert waiting.cases == 60 - counts.sum()
    assert not waiting.over


def test_a_weekend_within_a_drop_makes_no_second_one():
    share = np.array([0.9, 0.7, np.nan, np.nan, 0.7, 0.9, 0.75])

    assert lagged.drops(share, np.full(7, 0.9)) == 2


def test_a_year_without_any_drop_has_no_tendency():
    counts, mean, classes, _share, expected = past()

    assert lagged.link(counts, mean, classes, expected, expected) is None


def test_missing_days_hide_no_tendency():
    counts, *rest = past(730, times=2.0)
    counts[np.random.default_rng(1).random(730) < 0.1] = np.nan

    assert lagged.link(counts, *rest).linked


def test_referrals_of_years_before_the_telephone_make_nothing_surer():
    """Of the drops only half a year is known: its chance has to be under 1 in 100."""
    for seed in range(40):
        short = past(240, times=1.25, seed=seed)
        found = lagged.link(*short)
        if found.linked != (found.chance < 0.05):
            break
    else:
        pytest.fail("no past between the two gates was drawn")
    earlier = past(400, seed=99)
    gone = np.full(400, np.nan)
    longer = [
        np.concatenate(parts)
        for parts in zip((*earlier[:3], gone, gone), short, strict=True)
    ]

    beside = lagged.link(*longer)

    assert 0.01 <= found.chance < 0.05
    assert not beside.linked
    assert beside.chance == found.chance
    assert beside.correlation == pytest.approx(found.correlation)


def test_nothing_known_of_the_telephone_is_all_still_missing():
    counts, *_rest, expected = past()

    waiting = lagged.waiting(counts, np.full(365, np.nan), expected)

    assert (waiting.days, waiting.cases, waiting.drops) == (180, 60, 3)
