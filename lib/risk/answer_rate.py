"""Has the telephone become harder to reach: a p′ chart by day class and its EWMA.

The chart shows each open day against the same kind of day of the last 60 open ones; the
alarm rests on the moving average of the shortfall, which finds a drop by 10 points in 3
open days at two false alarms a year (risk.md 2b). A day without calls is no point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lib.risk import ewma, shewhart
from lib.risk.baseline import Bools, Floats
from lib.risk.days import Classes

WINDOW: Final = 60
"""Open days that an expectation rests on."""

GUARD: Final = 5
"""Latest open days left out of it."""

LEAST_DAYS: Final = 10
"""Open days before which nothing is judged."""

WEIGHT: Final = 0.3
"""Weight of the newest day in the moving average."""

ALARM: Final = 2.9
"""The average's own standard deviations from which it is an alarm."""

_CLASS_CALLS: Final = 200.0
"""Calls that the rate over all classes is worth in a class's own."""

_PRIOR_ANSWERED, _PRIOR_OFFERED = 9.0, 10.0
_LEAST_SIGMA: Final = 1.0
_BEST, _WORST = -3.0, 4.0
"""What one day may count for, in σ_z: no single bad day is an alarm by itself."""


@dataclass(frozen=True, slots=True)
class AnswerChart:
    """The chart of one centre; arrays with one entry a day, NaN on days without calls.

    share: answered / offered, 0-1.
    expected: what is usual on such a day.
    sigma: σ_z, at least 1: how much more the rate varies than chance alone.
    statistic: EWMA of the shortfall in its own standard deviations.
    alarm: whether the statistic has reached `ALARM`.
    judged: False before 10 open days are known.
    """

    share: Floats
    expected: Floats
    sigma: Floats
    offered: Floats
    statistic: Floats
    alarm: Bools
    judged: Bools

    def limits(self, sigmas: float = 3.0) -> shewhart.Limits:
        """Return the p′ limits of each day, by its class and its calls."""
        return shewhart.around(self.expected, self.offered, sigmas * self.sigma)

    def interval(self) -> tuple[Floats, Floats]:
        """Return Wilson's 95 % interval of each day's share."""
        from statsmodels.stats.proportion import proportion_confint

        there = np.isfinite(self.share)
        low, high = np.full_like(self.share, np.nan), np.full_like(self.share, np.nan)
        answered = np.round(self.share[there] * self.offered[there])
        low[there], high[there] = proportion_confint(
            answered, self.offered[there], method="wilson"
        )
        return low, high


def chart(answered: Floats, offered: Floats, classes: Classes) -> AnswerChart:
    """Return the chart of one centre's days.

    Args:
        answered: answered calls a day, NaN where not known.
        offered: offered calls a day; 0, NaN or fewer than answered makes no point.
        classes: `days.day_classes`.
    """
    sound = np.nan_to_num(answered) <= np.nan_to_num(offered)
    open_days = np.isfinite(answered) & np.isfinite(offered) & (offered > 0) & sound
    at = np.flatnonzero(open_days)
    took, came = answered[at], offered[at]
    expected = _expected(took, came, classes[at])
    z = shewhart.standardised(took, came, expected)
    sigma = _sigma(z)
    shortfall = np.clip(-z / sigma, _BEST, _WORST)
    statistic = ewma.smoothed(shortfall, WEIGHT) / ewma.limit(1.0, WEIGHT, 1.0)
    judged = np.arange(len(at)) >= LEAST_DAYS

    def spread(values: Floats) -> Floats:
        whole = np.full(len(answered), np.nan)
        whole[at] = values
        return whole

    enough = np.zeros(len(answered), bool)
    enough[at] = judged
    alarm = np.zeros(len(answered), bool)
    alarm[at] = judged & (statistic >= ALARM)
    return AnswerChart(
        spread(took / came),
        spread(expected),
        spread(sigma),
        np.where(open_days, offered, np.nan),
        spread(statistic),
        alarm,
        enough,
    )


def _expected(took: Floats, came: Floats, classes: Classes) -> Floats:
    """Return the usual share of each open day, drawn from its class towards all.

    `p_c = (answered_c + 200 p) / (offered_c + 200)` over the window.
    """
    first, last = _window(len(took))
    of_class = [classes == kind for kind in np.unique(classes)]
    took_all, came_all = _between(took, first, last), _between(came, first, last)
    overall = (took_all + _PRIOR_ANSWERED) / (came_all + _PRIOR_OFFERED)
    expected = overall.copy()
    for on in of_class:
        took_class = _between(np.where(on, took, 0.0), first, last)
        came_class = _between(np.where(on, came, 0.0), first, last)
        drawn = (took_class + _CLASS_CALLS * overall) / (came_class + _CLASS_CALLS)
        expected = np.where(on, drawn, expected)
    return expected


def _sigma(z: Floats) -> Floats:
    """Return σ_z of the window before each open day, at least 1."""
    first, last = _window(len(z))
    ranges = np.abs(np.diff(z, prepend=z[:1]))
    pairs = np.maximum(last - first - 1, 0)
    total = _between(ranges, np.minimum(first + 1, last), last)
    sigma = total / np.maximum(pairs, 1) / shewhart.MOVING_RANGE
    enough = pairs >= LEAST_DAYS
    return np.where(enough, np.maximum(sigma, _LEAST_SIGMA), _LEAST_SIGMA)


def _window(days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first and end of each day's window; young ones take all days before."""
    day = np.arange(days)
    last = np.maximum(day - GUARD, 0)
    first = np.maximum(last - WINDOW, 0)
    young = last - first < LEAST_DAYS
    return np.where(young, 0, first), np.where(young, day, last)


def _between(
    values: Floats, first: NDArray[np.int64], last: NDArray[np.int64]
) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    found: Floats = total[last] - total[first]
    return found
