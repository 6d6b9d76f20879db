"""Keeping 警報 as the counts stand: opened once a rise, raised, ended, never twice.

A rise has one row. Its number follows from how many rises there were before, so two
processes that notice it at once write one row, and the second finds it there. A rise
that seemed over and goes on after a late entry is the same row again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from lib import clock
from lib.actions.risks import reading as risk
from lib.actions.risks.judging import Course
from lib.actions.risks.reading import ALARMS
from lib.errors import AppError, Conflict, StoreError
from lib.risk.detection import Level
from lib.schema.alarm import CLOSED_BY_HAND, Alarm
from lib.schema.ids import id_for
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.tables import table
from lib.schema.vocab import AlarmLevel, AlarmSeries, AlarmStatus, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Insert, Update, Write

log = logging.getLogger(__name__)

_Step = Callable[[UserStore, datetime], Write | None]

_LEVELS: Final = {Level.WATCH: AlarmLevel.WATCH, Level.ALARM: AlarmLevel.ALARM}


def watch(live: LiveStore, now: datetime) -> bool:
    """Bring 警報 up to date; return whether anything was written.

    Raises:
        StoreError: the store cannot be reached or changed.
    """
    written = [_written(live, step, now) for step in (closed_in_the_sheet, due)]
    return any(written)


def _written(live: LiveStore, step: _Step, now: datetime) -> bool:
    desk = live.for_user(SYSTEM)
    write = step(desk, now)
    if write is None:
        return False
    try:
        receipt = desk.commit(Commit(_commit_id(write), SYSTEM.name, now, (write,)))
    except Conflict:
        # Another process was first, or a person decided meanwhile: looked at anew.
        live.refreshed()
        return False
    except StoreError:
        raise
    except AppError as error:
        log.warning("an alarm is not written: %s", type(error).__name__)
        return False
    return not receipt.repeated


def due(desk: UserStore, now: datetime) -> Write | None:
    """Return what has to change in 警報 now; None where it says what the counts say."""
    today = now.date()
    alarms = risk.alarms_of(desk)
    course = risk.course(desk, today)
    stands = risk.open_alarm(alarms)
    if stands is None:
        return _opened(desk, course, alarms, now)
    if course.today is Level.ALARM and stands.level is not AlarmLevel.ALARM:
        found = _found(course, now)
        return change(stands, {n: found[n] for n in (*_MEASURED, *_RAISED)})
    if course.today is Level.NORMAL:
        return change(stands, {"status": AlarmStatus.ENDED, "ended_on": today})
    return None


def closed_in_the_sheet(desk: UserStore, now: datetime) -> Write | None:
    """Return the moment for an alarm whose state somebody chose in a sheet; else None.

    Without it the rise that goes on would be another one on the day after.
    """
    for alarm in risk.alarms_of(desk):
        if alarm.status in CLOSED_BY_HAND and alarm.closed_at is None:
            ended_on = alarm.ended_on or now.date()
            return change(alarm, {"closed_at": now, "ended_on": ended_on})
    return None


_MEASURED: Final = (
    "start_on",
    "start_first",
    "start_last",
    "statistic",
    "count",
    "expected",
)
_RAISED: Final = ("level", "alarmed_on", "alarmed_at")


def change(seen: Alarm, values: Mapping[str, Any]) -> Update:
    """Return the update of an alarm from what was seen; a state seen is held to."""
    base = {name: getattr(seen, name) for name in {*values, "status"}}
    return Update(ALARMS, seen.id, base, {"status": seen.status, **values})


def _opened(
    desk: UserStore, course: Course, alarms: tuple[Alarm, ...], now: datetime
) -> Write | None:
    spell = course.episode()
    if spell is None or course.level[-1] == Level.HELD_BACK:
        return None
    found = _found(course, now)
    last = alarms[-1] if alarms else None
    if last is not None and _is_same(last, course):
        again = {"status": AlarmStatus.OPEN, "ended_on": None}
        if course.today is Level.ALARM and last.level is not AlarmLevel.ALARM:
            again |= {name: found[name] for name in (*_MEASURED, *_RAISED)}
        return change(last, again)
    midnight = clock.at(now.date())
    source = _source(desk, course)
    # Where the sample goes, its alarm does: the next one must not get its number again.
    number = f"{AlarmSeries.REFERRALS.code}|{len(desk.frame(ALARMS))}|{source.code}"
    return Insert(
        Alarm.parse(
            {
                "id": id_for(table(ALARMS).prefix, midnight, number),
                "series": AlarmSeries.REFERRALS,
                "source": source,
                **found,
            }
        )
    )


def _is_same(last: Alarm, course: Course) -> bool:
    """Whether the rise of today had likely begun when the last alarm ended by itself."""
    if last.status is not AlarmStatus.ENDED or last.ended_on is None:
        return False
    return course.start(-1).likely < last.ended_on


def _found(course: Course, now: datetime) -> dict[str, Any]:
    """Return the numbers of the rise that stands today."""
    spell = course.episode()
    first = spell[0] if spell else len(course.level) - 1
    start = course.start(-1)
    numbers = course.since(start.likely)
    reached = np.flatnonzero(course.level[first:] == Level.ALARM)
    is_alarm = course.today is Level.ALARM and len(reached) > 0
    return {
        "level": AlarmLevel.ALARM if is_alarm else AlarmLevel.WATCH,
        "raised_on": course.daily.days[first].item(),
        "alarmed_on": course.daily.days[first + reached[0]].item()
        if is_alarm
        else None,
        "raised_at": now,
        "alarmed_at": now if is_alarm else None,
        "start_on": start.likely,
        "start_first": start.first,
        "start_last": start.last,
        "statistic": round(float(course.statistic[-1]), 1),
        "count": numbers.count,
        "expected": round(numbers.expected, 2),
    }


def _source(desk: UserStore, course: Course) -> Source:
    """Return サンプル where the rise rests on invented rows: it goes with them."""
    since = pd.Timestamp(course.start(-1).likely - timedelta(days=1), tz=clock.TOKYO)
    rows = desk.frame("agency_inquiries")
    recent = rows[rows["first_contact_at"] >= since]
    days = desk.frame("kpi_days")
    figures = days[days["date"] >= since.tz_localize(None)]
    invented = [
        bool((found["source"] == Source.SAMPLE.value).any())
        for found in (recent, figures)
    ]
    return Source.SAMPLE if any(invented) else Source.APP


def _commit_id(write: Write) -> str:
    """Return the id of a write: the same for each process that finds it due."""
    return f"alarm-{hashlib.sha256('|'.join(_told(write)).encode()).hexdigest()[:32]}"


def _told(write: Write) -> Iterator[str]:
    if isinstance(write, Insert):
        yield from ("new", _key(write.record))
    elif isinstance(write, Update):
        yield write.key
        yield from (f"{n}:{write.base[n]}>{v}" for n, v in sorted(write.values.items()))


def _key(record: Record) -> str:
    return table(ALARMS).key_of(record)
