"""What the watch would have told of the company's own past, day by day as it came.

Each day is judged by that day and those before it, with today's sensitivity and without
what people decided later. What they did decide stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from lib.actions.risks import judging
from lib.actions.risks import reading as risk
from lib.actions.risks.judging import Course, Start
from lib.i18n import N_
from lib.metrics.reason import Reason
from lib.risk.baseline import YOUNG
from lib.risk.detection import Level
from lib.risk.summary import Rise
from lib.schema.alarm import Alarm
from lib.schema.vocab import AlarmStatus
from lib.store.access import UserStore

MOST_DAYS: Final = 1100
"""Days that can be replayed; further back nothing is looked at."""


@dataclass(frozen=True, slots=True)
class Told:
    """One rise of the past as it would have been told.

    watch, alarm: days on which it reached 注意 and 警報, None where it did not get so far
    within the period.
    ended: the first calm day; None while it goes on. start: since when it had likely
    risen, as seen on the day of its highest step. numbers: what had come by then.
    stored: the row of 警報 of the same days, where the app was running.
    """

    watch: date
    alarm: date | None
    ended: date | None
    start: Start
    numbers: Rise
    stored: Alarm | None

    @property
    def is_false(self) -> bool:
        """Whether somebody closed it as a false alarm."""
        return self.stored is not None and self.stored.status is AlarmStatus.FALSE

    @property
    def sentence(self) -> Reason:
        """Say when it would have been told."""
        details = {"watch": self.watch, "alarm": self.alarm}
        if self.alarm is None:
            return Reason(
                N_("{watch:%Y/%m/%d}に注意、警報にはなりませんでした。"), details
            )
        if self.alarm == self.watch:
            return Reason(N_("{alarm:%Y/%m/%d}に警報でした。"), details)
        return Reason(
            N_("{watch:%Y/%m/%d}に注意、{alarm:%Y/%m/%d}に警報でした。"), details
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """A period of the past. rises: those that would have been told in it, in order.

    known, judged: days of it with a known count, and days on which anything was said.
    sensitivity: label of the one that was used.
    """

    first: date
    last: date
    rises: tuple[Told, ...]
    known: int
    judged: int
    sensitivity: str

    @property
    def alarms(self) -> int:
        """How many reached 警報."""
        return sum(rise.alarm is not None for rise in self.rises)

    @property
    def false(self) -> int:
        """How many alarms somebody closed as false."""
        return sum(rise.alarm is not None and rise.is_false for rise in self.rises)

    @property
    def sentence(self) -> Reason:
        """Say what the whole period would have told, nothing and too little too."""
        details = {
            "days": self.judged,
            "known": self.known,
            "needed": YOUNG,
            "alarms": self.alarms,
            "watches": len(self.rises) - self.alarms,
            "false": self.false,
        }
        if not self.judged:
            return Reason(
                N_(
                    "この期間は判定できません。日ごとの件数がわかるのは{known}日で、その前に{needed}日分の記録が要ります。"
                ),
                details,
            )
        if not self.rises:
            return Reason(
                N_("この期間({days}日を判定)では、注意も警報もありませんでした。"),
                details,
            )
        return Reason(
            N_(
                "この期間({days}日を判定)なら、警報{alarms}回(うち誤報として閉じたもの{false}回)、注意だけが{watches}回でした。"
            ),
            details,
        )


def replay(desk: UserStore, now: datetime, first: date, last: date) -> Replay:
    """Return what the days from `first` to `last` would have told, both included.

    Days after today, and before anything is known, are left out.
    """
    today = now.date()
    return desk.derived(
        ("risk replay", today, first, last),
        lambda: _replay(desk, today, first, min(last, today)),
    )


def _replay(desk: UserStore, today: date, first: date, last: date) -> Replay:
    course = blind(desk, today)
    days = course.daily.days
    inside = (days >= np.datetime64(first, "D")) & (days <= np.datetime64(last, "D"))
    judged = inside & (course.level != Level.HELD_BACK)
    return Replay(
        first,
        last,
        tuple(_told(course, first, last, risk.alarms_of(desk))),
        known=int((np.isfinite(course.daily.daily) & inside).sum()),
        judged=int(judged.sum()),
        sensitivity=course.sensitivity.label,
    )


def blind(desk: UserStore, today: date) -> Course:
    """Return the days as the counts alone would have had them told."""

    def made() -> Course:
        return judging.judged(risk.daily(desk, today), risk.sensitivity(desk, today))

    return desk.derived(("risk blind course", today), made)


def _told(
    course: Course, first: date, last: date, alarms: tuple[Alarm, ...]
) -> Iterator[Told]:
    days = course.daily.days
    until = min(
        int(np.searchsorted(days, np.datetime64(last, "D"), "right")), len(days)
    )
    for begin, end in _rises(course):
        watch = days[begin].item()
        if not first <= watch <= last:
            continue
        told = course.level[begin : min(end + 1, until)]
        reached = np.flatnonzero(told == Level.ALARM)
        highest = begin + int(reached[0]) if len(reached) else begin
        ended = days[end + 1].item() if end + 1 < len(days) else None
        start = course.start(highest)
        yield Told(
            watch=watch,
            alarm=days[highest].item() if len(reached) else None,
            ended=ended,
            start=start,
            numbers=course.since(start.likely, highest),
            stored=_stored(alarms, watch, days[end].item()),
        )


def _rises(course: Course) -> list[tuple[int, int]]:
    """Return first and last column of each rise, as the app keeps its alarms.

    A spell that likely began before the one before it had ended is the same rise.
    """
    found: list[tuple[int, int]] = []
    for begin, end in course.episodes():
        likely = np.datetime64(course.start(begin).likely, "D")
        if found and likely < course.daily.days[found[-1][1] + 1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _stored(alarms: tuple[Alarm, ...], first: date, last: date) -> Alarm | None:
    """Return the row of 警報 whose days lie in those of a rise; a false one first."""
    own = [
        alarm
        for alarm in alarms
        if alarm.raised_on <= last and (alarm.ended_on or last) >= first
    ]
    own.sort(key=lambda alarm: alarm.status is not AlarmStatus.FALSE)
    return own[0] if own else None
