"""Business days: which days a centre works, and when its figures are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import holidays

from lib import clock
from lib.i18n import Language

WEEKDAYS: Final = "月火水木金土日"
"""In the order of `date.weekday()`."""

HOLIDAY: Final = "祝"
"""In 定休日: closed on public holidays."""

_LONGEST_BREAK = 31
_HOLIDAY_NAMES: Final[dict[Language, str]] = {"ja": "ja", "en": "en_US"}
_USUAL_DEADLINE = time(10)


@lru_cache(maxsize=4)
def _holidays(language: Language) -> holidays.HolidayBase:
    return holidays.country_holidays("JP", language=_HOLIDAY_NAMES[language])


def holiday_name(day: date, language: Language = "ja") -> str:
    """Return the name of the Japanese public holiday on `day`, or ""."""
    return str(_holidays(language).get(day) or "")


@lru_cache(maxsize=4096)
def is_open(day: date, weekly_closed: str) -> bool:
    """Whether a centre with that 定休日 (such as 「土日祝」) works on `day`.

    Nothing in 定休日 means open every day. Closures that no calendar knows (year
    end, stock-taking) are the day's own row with 営業区分 休業.
    """
    if WEEKDAYS[day.weekday()] in weekly_closed:
        return False
    return not (HOLIDAY in weekly_closed and holiday_name(day))


def next_open_day(day: date, weekly_closed: str) -> date:
    """Return the first working day after `day`.

    A 定休日 that names all seven days would leave none; then it is the next day.
    """
    return next(
        (d for d in _days_after(day) if is_open(d, weekly_closed)),
        day + timedelta(days=1),
    )


def last_open_day(before: date, weekly_closed: str) -> date:
    """Return the last working day before `before`, or the day before if none is."""
    days = (before - timedelta(days=back) for back in range(1, _LONGEST_BREAK + 1))
    return next(
        (d for d in days if is_open(d, weekly_closed)), before - timedelta(days=1)
    )


def due_at(day: date, weekly_closed: str, entry_deadline: str) -> datetime:
    """Return when the figures of `day` have to be in: next working day, 入力締切時刻.

    A deadline that is no time of day ("", "朝") counts as 10:00.
    """
    at = time_of(entry_deadline)
    return clock.at(next_open_day(day, weekly_closed), at.hour, at.minute)


def _days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=ahead) for ahead in range(1, _LONGEST_BREAK + 1))


def time_of(text: str) -> time:
    """Return a 入力締切時刻; 10:00 for what is no time of day."""
    hour, _, minute = text.strip().partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        return _USUAL_DEADLINE
