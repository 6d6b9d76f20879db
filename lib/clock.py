"""The only place that asks what time it is. Business time is Asia/Tokyo.

Hosts run in UTC, where `date.today()` is yesterday until 09:00 in Tokyo; so
nothing else in the project may ask the system for the date (ruff's DTZ rules
watch over it).
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")

FIXED_BY = "MIMAMORI_NOW"
"""Environment variable that fixes the clock (ISO time), for tests and showing."""


def now() -> datetime:
    """Return the present moment in Tokyo, in whole seconds.

    `MIMAMORI_NOW` fixes it; a value without a zone is read as Tokyo time.
    """
    fixed = os.environ.get(FIXED_BY)
    if fixed:
        return _parse_fixed(fixed)
    return datetime.now(TOKYO).replace(microsecond=0)


def today() -> date:
    """Return the business day in Tokyo."""
    return now().date()


def is_fixed() -> bool:
    """Whether the clock stands still; the screen has to say so then."""
    return bool(os.environ.get(FIXED_BY))


def in_tokyo(moment: datetime) -> datetime:
    """Return `moment` as Tokyo time in whole seconds; a bare time is Tokyo's."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=TOKYO, microsecond=0)
    return moment.astimezone(TOKYO).replace(microsecond=0)


def in_utc(moment: datetime) -> datetime:
    """Return `moment` as UTC in whole seconds; a bare time is Tokyo's."""
    return in_tokyo(moment).astimezone(UTC)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return that hour of that day in Tokyo."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TOKYO)


def days_back(last: date, count: int) -> list[date]:
    """Return the `count` days that end with `last`, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


@lru_cache(maxsize=8)
def _parse_fixed(text: str) -> datetime:
    return in_tokyo(datetime.fromisoformat(text))
