"""A KPI day by day as arrays, for each centre and all of them: quick to cut and sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.metrics.figures import between
from lib.metrics.kpis import Kpi, narrowed
from lib.metrics.kpis.values import brought_together, is_mixed, known, summed
from lib.metrics.reason import Reason

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

ALL = ""
"""Stands for all centres together."""

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Series:
    """One KPI of one centre from `first` on, a place a day.

    above, below: numerator and denominator (1 a day for counts), 0 where not known.
    is_known: whether the day counts. note: how a total was brought together.
    """

    entry: Kpi
    first: date
    above: Numbers
    below: Numbers
    is_known: npt.NDArray[np.bool_]
    note: Reason | None = None

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=len(self.above) - 1)

    def level(self, days: npt.NDArray[np.bool_] | slice) -> float | None:
        """Return the share, or the mean count a known day, of some days; None for none.

        The sum of the numerators over the sum of the denominators, never a mean of
        shares.
        """
        below = float(self.below[days].sum())
        if below <= 0:
            return None
        return float(self.above[days].sum()) / below * self.entry.factor


def series_of(
    entry: Kpi, days: pd.DataFrame, centres: Sequence[str], first: date, last: date
) -> Mapping[str, Series]:
    """Return the KPI's days from `first` to `last`, by centre and under `ALL`.

    Centres that count differently are brought together as `kpis.total` does; where
    they cannot be, `ALL` knows no day. Not for KPIs with a window or a lowest day.
    """
    period = between(narrowed(entry, days), first, last)
    rows = known(entry, period)
    found = {
        code: _series(entry, rows[rows["centre"] == code], first, last)
        for code in centres
    }
    note = None
    if entry.ratio().denominator is None:
        rows = _of_whole_days(rows, frozenset(centres), first, last)
    elif is_mixed(rows) and entry.common:
        note = brought_together(entry)
        rows = known(entry, period, entry.common)
    elif is_mixed(rows):
        note = summed(entry, rows).reason(entry)
        rows = rows.iloc[:0]
    found[ALL] = _series(entry, rows, first, last, note)
    return found


def _series(
    entry: Kpi, rows: pd.DataFrame, first: date, last: date, note: Reason | None = None
) -> Series:
    length = (last - first).days + 1
    place = _places(rows, first)
    is_known = np.zeros(length, dtype=bool)
    is_known[place] = True
    if entry.ratio().denominator is None:
        # A count of several centres is one count a day.
        below = is_known.astype("float64")
    else:
        below = _summed(place, rows["denominator"], length)
    above = _summed(place, rows["numerator"], length)
    return Series(entry, first, above, below, is_known, note)


def _of_whole_days(
    rows: pd.DataFrame, present: frozenset[str], first: date, last: date
) -> pd.DataFrame:
    """Return the rows of days on which no centre is missing that would be there.

    A total without one of its centres would look like a fall. A centre would be there
    from its first day on, on weekdays on which it mostly is; one that is not `present`
    any more, until its last day.
    """
    length = (last - first).days + 1
    weekday = (np.arange(length) + first.weekday()) % _WEEK
    lacking = np.zeros(length, dtype=bool)
    for centre, own in rows.groupby("centre"):
        place = _places(own, first)
        is_in = np.zeros(length, dtype=bool)
        is_in[place] = True
        end = length if centre in present else place.max() + 1
        span = slice(place.min(), end)
        times = np.bincount(weekday[span], minlength=_WEEK)
        mostly = np.bincount(weekday[place], minlength=_WEEK) * 2 > times
        lacking[span] |= np.logical_and(mostly[weekday[span]], ~is_in[span])
    return rows[~lacking[_places(rows, first)]]


def _places(rows: pd.DataFrame, first: date) -> Whole:
    since = rows["date"] - pd.Timestamp(first)
    return np.asarray(since // pd.Timedelta(days=1), dtype=np.int64)


def _summed(place: Whole, numbers: pd.Series, length: int) -> Numbers:
    sums: Any = np.bincount(place, numbers.to_numpy("float64"), length)
    found: Numbers = sums.astype("float64")
    return found
