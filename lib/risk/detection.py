"""Each day of each series: 平常, 注意, 警報 or 判定保留, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lib.risk import rise
from lib.risk.baseline import YOUNG, Baseline, Bools, Floats, learn
from lib.risk.days import Classes, Days, day_classes
from lib.risk.sensitivity import STANDARD, Sensitivity

Levels = NDArray[np.int8]

STALE: Final = 7
"""Days without a known count after which judgement is held back."""

FEWEST: Final = 3
"""Cases in the last 35 days below which nothing is a rise, however calm it was."""

ENDS_BELOW: Final = 20.0
ENDS_AFTER: Final = 3
"""An alarm that stands ends when R stays below 20 for 3 days."""


class Level(IntEnum):
    """The one scale of alarm; higher presses more."""

    HELD_BACK = 0
    """判定保留: too few days known, or none lately."""
    NORMAL = 1
    WATCH = 2
    ALARM = 3

    @property
    def code(self) -> str:
        """Return the name that files and addresses use."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found; arrays in the shape (series, days).

    level: `Level` of each day.
    statistic: R; `sensitivity` says from which value it speaks.
    usual: what each day was held against.
    """

    level: Levels
    statistic: Floats
    usual: Baseline
    evidence: rise.Evidence

    def starts(self, *, at_least: Level = Level.WATCH) -> NDArray[np.intp]:
        """Return (n, 5): series, day, likely start, first and last day of its 80 %.

        One row for each day at that level or above, sorted by series and day; days
        are columns of the arrays.
        """
        series, day = np.nonzero(self.level >= at_least)
        found = rise.starts(self.evidence, series, day)
        return np.column_stack([series, day, found])


def judge(
    counts: Floats,
    orders: Floats,
    classes: Classes,
    *,
    sensitivity: Sensitivity = STANDARD,
    learnable: Bools | None = None,
    rough: Bools | None = None,
    since: NDArray[np.intp] | None = None,
) -> Judgement:
    """Judge each day of each series by that day and those before it.

    Args:
        counts: cases a day, NaN where not known; shape (series, days).
        orders: orders a day, NaN where not known; same shape.
        classes: `days.day_classes`; same shape.
        sensitivity: which values of R make a watch and an alarm.
        learnable: False on days that the baseline must not learn from, such as those
            of a confirmed rise.
        rough: True where a count is a share of a month's: learned from, not judged.
        since: for each series the first day on which a rise may begin.
    """
    usual = learn(counts, orders, classes, learnable=learnable, rough=rough)
    daily = counts if rough is None else np.where(rough, np.nan, counts)
    evidence = rise.gather(daily, usual, since)
    statistic = rise.statistic(daily, evidence)
    level = np.full(counts.shape, Level.NORMAL, np.int8)
    enough = _recent(np.nan_to_num(daily), rise.LONGEST) >= FEWEST
    level[enough & (statistic >= sensitivity.watch)] = Level.WATCH
    level[enough & (statistic >= sensitivity.alarm)] = Level.ALARM
    level[held_back(counts, daily)] = Level.HELD_BACK
    return Judgement(level, statistic, usual, evidence)


def held_back(counts: Floats, daily: Floats | None = None) -> Bools:
    """Return the days of which nothing is said: under 14 days known, or none lately.

    `daily`: the counts without those that are shares of a month's; a past in months
    makes a company old enough, but only days are judged.
    """
    known = np.isfinite(counts).astype(float)
    lately = known if daily is None else np.isfinite(daily).astype(float)
    before = np.cumsum(known, -1) - known
    silent: Bools = (before < YOUNG) | (_recent(lately, STALE) == 0)
    return silent


def standing(level: Levels, statistic: Floats) -> Bools:
    """Return the days on which an alarm stands, once raised, until R stays calm.

    An alarm lasts until R was below 20 on 3 known days running; days held back keep
    what stood before.
    """
    stands = np.zeros(level.shape, bool)
    on = np.zeros(level.shape[:-1], bool)
    calm = np.zeros(level.shape[:-1], np.int64)
    for day in range(level.shape[-1]):
        judged = level[..., day] != Level.HELD_BACK
        below = judged & (statistic[..., day] < ENDS_BELOW)
        calm = np.where(below, calm + 1, np.where(judged, 0, calm))
        on = (on & (calm < ENDS_AFTER)) | (level[..., day] == Level.ALARM)
        stands[..., day] = on
    return stands


def alarms(counts: Floats, orders: Floats, days: Days) -> Bools:
    """Return the days of one series that stand at alarm: the benchmark's interface.

    All three arrays have one entry a day.
    """
    found = judge(
        np.asarray(counts, float)[None],
        np.asarray(orders, float)[None],
        day_classes(np.asarray(days))[None],
    )
    reached: Bools = found.level[0] == Level.ALARM
    return reached


def _recent(values: Floats, width: int) -> Floats:
    """Return the sum of the last `width` days, today included; short at the start."""
    total = np.cumsum(values, -1)
    summed = total.copy()
    summed[..., width:] -= total[..., :-width]
    return summed
