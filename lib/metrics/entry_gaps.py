"""Days on which a chart has no point: closed, or not entered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from lib.metrics import calendar
from lib.metrics.entering import Entry
from lib.metrics.missing import entered
from lib.schema.masters import Centre
from lib.schema.vocab import BusinessDay


@dataclass(frozen=True, slots=True)
class EmptyDay:
    """One day without figures.

    missing: names of the centres whose figures were due and are not in, in their
        order; nobody where all of them were closed.
    """

    day: date
    missing: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        """Whether nobody worked."""
        return not self.missing


def empty_days(
    entries: pd.DataFrame,
    kpi_days: pd.DataFrame,
    centres: Sequence[Centre],
    first: date,
    last: date,
) -> tuple[EmptyDay, ...]:
    """Return the days from `first` to `last` that lack some centre, the earliest first.

    entries: `entering.entries`. A day is missing where one centre's figures are; it is
    closed where all that had begun by then were closed. A day whose figures are not
    due yet is neither.
    """
    missing = _missing(entries, centres, first, last)
    closed = [_closed(centre, kpi_days, first, last) for centre in centres]
    rested = set.intersection(*closed) if closed else set()
    return tuple(
        EmptyDay(day, missing.get(day, ()))
        for day in _days(first, last)
        if day in missing or day in rested
    )


def _missing(
    entries: pd.DataFrame, centres: Sequence[Centre], first: date, last: date
) -> dict[date, tuple[str, ...]]:
    inside = entries["date"].between(pd.Timestamp(first), pd.Timestamp(last))
    rows = entries[inside & (entries["standing"] == Entry.MISSING.value)]
    found: dict[date, tuple[str, ...]] = {}
    for centre in centres:
        for day in rows.loc[rows["centre"] == centre.code, "date"].dt.date:
            found[day] = (*found.get(day, ()), centre.name)
    return found


def _closed(
    centre: Centre, kpi_days: pd.DataFrame, first: date, last: date
) -> set[date]:
    """Return the days on which the centre rested and nobody entered anything.

    Before its first row it had not begun, which keeps nobody else's day from resting.
    """
    own = kpi_days[kpi_days["centre"] == centre.code]
    stated = set(own.loc[own["business"] == BusinessDay.CLOSED.value, "date"].dt.date)
    worked = set(own.loc[entered(own), "date"].dt.date) - stated
    began = own["date"].min().date() if len(own) else last + timedelta(days=1)
    return {
        day
        for day in _days(first, last)
        if day in stated
        or day < began
        or (day not in worked and not calendar.is_open(day, centre.weekly_closed))
    }


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
