"""Time at work: how many business seconds lie between moments, for whole columns.

Business time is one long line without nights, lunch breaks and closed days. A moment
has a `position` on it, in seconds; the difference of two positions is the time worked
between them. So a clock over thousands of cases is a subtraction of two arrays.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib import clock
from lib.metrics import calendar
from lib.schema.masters import Centre

Seconds = npt.NDArray[np.int64]

DAY: Final = 86_400
_USUAL_HOURS: Final = (9 * 3600, 18 * 3600)
_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-~〜～ー–]\s*(\d{1,2}):(\d{2})\s*")
_EPOCH: Final = date(1970, 1, 1)
_OFFSET: Final = 9 * 3600
"""Tokyo is nine hours ahead, in summer too, so its days are days of the shifted clock."""


class WorkTime:
    """The business time of one centre between two days, both included."""

    def __init__(
        self,
        centre: Centre,
        first: date,
        last: date,
        *,
        closed: AbstractSet[date] = frozenset(),
    ) -> None:
        """Lay out the days of `centre`; `closed` are days off that no calendar knows.

        Hours that cannot be read ("朝から") count as 9:00-18:00, a lunch break that
        cannot be read as none.
        """
        opens, closes = _span(centre.opening_hours) or _USUAL_HOURS
        starts, ends = _span(centre.lunch_break) or (closes, closes)
        self._opens, self._closes = opens, closes
        self._lunch = max(opens, min(starts, closes)), max(opens, min(ends, closes))
        self.day_length: Final = closes - opens - (self._lunch[1] - self._lunch[0])
        """Business seconds of one day."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        at_work = [
            calendar.is_open(day, centre.weekly_closed) and day not in closed
            for day in days
        ]
        self._first = (first - _EPOCH).days
        self._open = np.array(at_work, dtype=bool)
        self._before = np.concatenate([[0], np.cumsum(self._open)]).astype(np.int64)
        self._days = np.flatnonzero(self._open) + self._first

    def positions(self, moments: pd.Series) -> Seconds:
        """Return where moments lie; one outside the days counts as at their border.

        A missing one gives a number without meaning.
        """
        seconds = _epoch_seconds(moments) + _OFFSET
        day, second = np.divmod(seconds, DAY)
        at = np.clip(day - self._first, 0, len(self._open) - 1)
        within = np.where(self._open[at], self._worked(second), 0)
        found: Seconds = self._before[at] * self.day_length + within
        return found

    def moments(self, positions: Seconds) -> pd.DatetimeIndex:
        """Return when a position is first reached: a day's end, not the next morning.

        One past the last day is that day's end.
        """
        if not len(self._days):
            return pd.DatetimeIndex([pd.NaT] * len(positions)).tz_localize(clock.TOKYO)
        at, within = np.divmod(positions - 1, self.day_length)
        at = np.clip(at, 0, len(self._days) - 1)
        second = self._opens + within + 1
        second += np.where(second > self._lunch[0], self._lunch[1] - self._lunch[0], 0)
        seconds = self._days[at] * DAY + second - _OFFSET
        return pd.DatetimeIndex(seconds.astype("datetime64[s]"), tz="UTC").tz_convert(
            clock.TOKYO
        )

    def day_end(self, positions: Seconds, days: Seconds) -> Seconds:
        """Return the end of the working day that lies `days` working days later.

        A position at a day's end belongs to the next day: what comes in after closing
        is the next morning's.
        """
        return (positions // self.day_length + 1 + days) * self.day_length

    def _worked(self, second: Seconds) -> Seconds:
        """Return the business seconds of an open day up to a second of it."""
        before = np.clip(second, self._opens, self._closes) - self._opens
        lunch = np.clip(second, *self._lunch) - self._lunch[0]
        worked: Seconds = before - lunch
        return worked


def _epoch_seconds(moments: pd.Series) -> Seconds:
    utc = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    found: Seconds = utc.to_numpy("datetime64[s]").astype(np.int64)
    return found


def _span(text: str) -> tuple[int, int] | None:
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    start, end = (int(found[n]) * 3600 + int(found[n + 1]) * 60 for n in (1, 3))
    return (start, end) if start < end <= DAY else None
