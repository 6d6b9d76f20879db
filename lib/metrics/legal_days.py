"""When a deadline ends: the counting of days that laws and agreements prescribe.

Periods in days begin with the next day (民法140条) unless a rule counts the first day
too, as the notices of 消費者庁 and 個人情報保護委員会 do (「知った日を1日目とする」).
Where a rule says so, an end on a day on which agencies are closed moves to the next day
on which they are open (行政機関の休日に関する法律2条: Saturdays, Sundays, public
holidays, 12-29 to 01-03).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from lib import clock
from lib.metrics import calendar
from lib.settings.counting import Counting, FirstDay, Holiday, Unit

_AGENCIES_CLOSED: Final = "土日祝"
_YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
_LAST_MINUTE: Final = (23, 59)
_LONGEST_BREAK: Final = 31


def is_agency_open(day: date) -> bool:
    """Whether agencies work on that day."""
    if (day.month, day.day) in _YEAR_END:
        return False
    return calendar.is_open(day, _AGENCIES_CLOSED)


def due(
    began: datetime, counting: Counting, *, weekly_closed: str = _AGENCIES_CLOSED
) -> datetime:
    """Return the last minute of a period that began at that moment.

    Args:
        began: the moment from which is counted; only its day in Tokyo matters.
        counting: how.
        weekly_closed: 定休日 of the company, for business days; the days around the new
            year are never business days.

    A period that would end before it began (「当日18:00」 for what came at 19:00) ends
    with that day.
    """
    start = clock.in_tokyo(began)
    last = last_day(start.date(), counting, weekly_closed=weekly_closed)
    ends = clock.at(last, counting.until.hour, counting.until.minute)
    return ends if ends >= start else clock.at(last, *_LAST_MINUTE)


def last_day(
    first: date, counting: Counting, *, weekly_closed: str = _AGENCIES_CLOSED
) -> date:
    """Return the last day of a period that begins on `first`; see `due`."""
    if not counting.length:
        return first
    is_first_counted = counting.first_day is FirstDay.COUNTED

    def is_business_day(day: date) -> bool:
        is_year_end = (day.month, day.day) in _YEAR_END
        return not is_year_end and calendar.is_open(day, weekly_closed)

    if counting.unit is Unit.BUSINESS:
        counted = is_first_counted and is_business_day(first)
        end = _nth_after(first, counting.length - counted, is_business_day)
    else:
        end = first + timedelta(days=counting.length - is_first_counted)
    if counting.holiday is Holiday.NEXT_DAY and not is_agency_open(end):
        end = _nth_after(end, 1, is_agency_open)
    return end


def _nth_after(day: date, count: int, is_counted: Callable[[date], bool]) -> date:
    """Return the count-th day after `day` among those that count."""
    for _each in range(count):
        day = _next_after(day, is_counted)
    return day


def _next_after(day: date, is_counted: Callable[[date], bool]) -> date:
    """Return the next day that counts; the next one of all where a month has none."""
    days = (day + timedelta(days=ahead) for ahead in range(1, _LONGEST_BREAK + 1))
    return next(filter(is_counted, days), day + timedelta(days=1))
