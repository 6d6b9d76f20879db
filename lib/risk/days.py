"""Kinds of day: consumer centres rest at weekends, on holidays and at year end."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Final

import holidays
import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Classes = NDArray[np.int8]


class DayClass(IntEnum):
    """Days on which counts of about the same size are to be expected."""

    WORKING = 0
    """Tuesday to Friday."""
    REOPENING = 1
    """Monday, or the first day after a closure in the week."""
    SATURDAY = 2
    """Some centres work: it is learned, never taken for zero."""
    CLOSED = 3
    """Sunday, public holiday, 29 December to 3 January."""


USUAL_PROFILE: Final = np.array([1.0, 1.25, 0.30, 0.10])
"""Counts by class against a working day, where nothing is known yet (risk.md 2a)."""

_MONDAY, _SATURDAY, _SUNDAY = 0, 5, 6
_EPOCH_WEEKDAY = 3
_YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def day_classes(days: Days) -> Classes:
    """Return the `DayClass` of each day, in the shape of `days` (datetime64[D])."""
    numbers = days.astype("datetime64[D]").astype(np.int64)
    if numbers.size == 0:
        return np.zeros(numbers.shape, np.int8)
    first = int(numbers.min()) - 1
    closed = np.array([_is_closed(n) for n in range(first, int(numbers.max()) + 1)])
    today = numbers - first
    weekday = (numbers + _EPOCH_WEEKDAY) % 7
    found = np.full(numbers.shape, DayClass.WORKING, np.int8)
    found[(weekday == _MONDAY) | closed[today - 1]] = DayClass.REOPENING
    found[weekday == _SATURDAY] = DayClass.SATURDAY
    found[(weekday == _SUNDAY) | closed[today]] = DayClass.CLOSED
    return found


@lru_cache(maxsize=65536)
def _is_closed(number: int) -> bool:
    """Whether a day, counted from 1970-01-01, is a holiday or in the year-end rest."""
    day = np.datetime64(number, "D").item()
    return (day.month, day.day) in _YEAR_END or day in _holidays()


@lru_cache(maxsize=1)
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("JP")
