"""How each day stands, given what people decided about earlier alarms.

A closed alarm begins a new chapter: from that day on only days after it may be the start
of a rise. 「新しい平常」 also makes the chapter forget what was before the likely start.
Days of a confirmed rise are judged, but nothing is learned from them. Earlier chapters
stay as they were told at the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.actions.risks.counting import Daily
from lib.risk import detection, rise, summary
from lib.risk.baseline import Baseline, Bools, Floats
from lib.risk.detection import Judgement, Level, Levels
from lib.risk.sensitivity import Sensitivity
from lib.risk.summary import Rise

CALM_DAYS: Final = 3
"""Known days below the limit of a watch after which a watch is over."""


@dataclass(frozen=True, slots=True)
class Closing:
    """An alarm that was closed. restarts: from when the baseline begins anew, or None."""

    on: date
    restarts: date | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What people decided. rises: first and last day of each confirmed one."""

    closings: tuple[Closing, ...] = ()
    rises: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Since when a count has likely risen, with its 80 % interval."""

    likely: date
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Course:
    """Every day as it stood; arrays with one entry a day of `daily`.

    level: `Level` of the day alone. stands: whether an alarm stands, once raised, until
    it has been calm. watched: the same from 注意 on.
    """

    daily: Daily
    sensitivity: Sensitivity
    level: Levels
    statistic: Floats
    stands: Bools
    watched: Bools
    usual: Baseline
    chapters: npt.NDArray[np.intp]
    judged: Judgement
    learnable: Bools

    @property
    def today(self) -> Level:
        """The level that stands today: an alarm stays one until it has been calm.

        Days without a count end nothing.
        """
        if self.stands[-1]:
            return Level.ALARM
        if self.watched[-1]:
            return Level.WATCH
        return Level(self.level[-1])

    @property
    def usual_now(self) -> Floats:
        """What is usual on each day as it is understood today, closed alarms included."""
        mean: Floats = self.judged.usual.mean[self.chapters[-1]]
        return mean

    def episode(self, day: int = -1) -> tuple[int, int] | None:
        """Return first and last column of the rise that a day lies in; None for none.

        A rise lasts from its first 注意 until it has been calm, or was closed.
        """
        at = day % len(self.watched)
        if not self.watched[at]:
            return None
        own = self.watched & (self.chapters == self.chapters[at])
        gaps = np.flatnonzero(~own)
        before, after = gaps[gaps < at], gaps[gaps > at]
        first = int(before[-1]) + 1 if len(before) else 0
        last = int(after[0]) - 1 if len(after) else len(own) - 1
        return first, last

    def episodes(self) -> list[tuple[int, int]]:
        """Return all rises, the earliest first."""
        found = []
        day = 0
        while day < len(self.watched):
            spell = self.episode(day)
            if spell:
                found.append(spell)
                day = spell[1]
            day += 1
        return found

    def start(self, day: int) -> Start:
        """Return since when a count has likely risen, as seen on a day."""
        at = day % len(self.level)
        chapter = np.array([self.chapters[at]])
        found = rise.starts(self.judged.evidence, chapter, np.array([at]))[0]
        return Start(*(self.daily.days[column].item() for column in found))

    def since(self, first: date, day: int = -1) -> Rise:
        """Return what came from a day on until the last known one up to another."""
        at = day % len(self.level)
        known = np.flatnonzero(np.isfinite(self.daily.daily[: at + 1]))
        at = int(known[-1]) if len(known) else at
        chapter = int(self.chapters[at])
        place = max(self.daily.place(first), 0)
        return summary.rise_between(
            self.daily.daily[None].repeat(chapter + 1, 0),
            self.judged.usual,
            chapter,
            place,
            at,
        )

    def more_to_alarm(self) -> int | None:
        """Return how many more contacts today would be an alarm; 0 if one stands.

        None where no number up to 30 would, or judgement is held back.
        """
        if self.level[-1] == Level.HELD_BACK:
            return None
        if self.stands[-1]:
            return 0
        last = int(self.chapters[-1])
        return summary.more_to_alarm(
            self.daily.counts,
            self.daily.orders,
            self.daily.classes,
            self.sensitivity,
            since=_since(self.judged)[last],
            learnable=self.learnable[last],
            rough=self.daily.rough,
        )


def judged(
    daily: Daily, sensitivity: Sensitivity, outcomes: Outcomes | None = None
) -> Course:
    """Return how each day stands."""
    decided = outcomes or Outcomes()
    closings = sorted(decided.closings, key=lambda c: c.on)
    closings = [c for c in closings if 0 <= daily.place(c.on) < len(daily.days)]
    since = np.array([0, *(daily.place(c.on) + 1 for c in closings)])
    learnable = _learnable(daily, closings, decided)
    rows = len(since)

    def many(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.broadcast_to(values, (rows, len(values)))

    found = detection.judge(
        many(daily.counts),  # type: ignore[arg-type]
        many(daily.orders),  # type: ignore[arg-type]
        many(daily.classes),  # type: ignore[arg-type]
        sensitivity=sensitivity,
        learnable=learnable,
        rough=many(daily.rough),  # type: ignore[arg-type]
        since=since,
    )
    chapters = _chapters(daily, closings)
    columns = np.arange(len(chapters))
    whole = found.usual
    usual = Baseline(
        mean=whole.mean[chapters, columns][None],
        weight=whole.weight[chapters, columns][None],
        dispersion=whole.dispersion[chapters, columns][None],
        by_orders=whole.by_orders[chapters, columns][None],
    )
    level = found.level[chapters, columns]
    statistic = found.statistic[chapters, columns]
    stands = np.zeros(len(level), bool)
    watched = np.zeros(len(level), bool)
    for chapter in range(rows):
        own = chapters == chapter
        stands[own] = detection.standing(level[own], statistic[own])
        watched[own] = stands[own] | _watched(level[own])
    return Course(
        daily,
        sensitivity,
        level,
        statistic,
        stands,
        watched,
        usual,
        chapters,
        found,
        learnable,
    )


def _since(found: Judgement) -> list[int]:
    """Return the first day of each chapter on which a rise may begin."""
    may: Bools = found.evidence.may_start
    return [int(row.argmax()) if row.any() else may.shape[1] for row in may]


def _chapters(daily: Daily, closings: list[Closing]) -> npt.NDArray[np.intp]:
    """Return for each day how many alarms had been closed by then."""
    ends = np.array([daily.place(c.on) for c in closings], dtype=np.intp)
    days = np.arange(len(daily.days))
    return np.searchsorted(ends, days, side="right").astype(np.intp)


def _learnable(daily: Daily, closings: list[Closing], decided: Outcomes) -> Bools:
    """Return for each chapter the days that its baseline may learn from."""
    days = np.arange(len(daily.days))
    quiet = np.ones(len(days), bool)
    for first, last in decided.rises:
        quiet &= (days < daily.place(first)) | (days > daily.place(last))
    begins, rows = 0, [quiet]
    for closing in closings:
        if closing.restarts is not None:
            begins = max(begins, daily.place(closing.restarts))
        rows.append(quiet & (days >= begins))
    return np.stack(rows)


def _watched(level: Levels) -> Bools:
    """Return the days on which 注意 or more stands, until it was calm on 3 known days."""
    found = np.zeros(len(level), bool)
    on, calm = False, 0
    for day, one in enumerate(level):
        if one >= Level.WATCH:
            on, calm = True, 0
        elif one == Level.NORMAL:
            calm += 1
            on = on and calm < CALM_DAYS
        found[day] = on
    return found
