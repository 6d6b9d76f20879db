"""Days whose figures should be in and are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from lib.metrics import calendar
from lib.schema.frames import standing
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import BusinessDay, Flag

LOOK_BACK_DAYS = 28
"""How far back a missing day is still asked for: the window of the KPI tiles."""


@dataclass(frozen=True, slots=True)
class MissingDay:
    """One working day of one centre without its figures; `due_at` has passed."""

    centre: str
    centre_name: str
    day: date
    due_at: datetime


def centres_of(
    centres: pd.DataFrame, kpi_days: pd.DataFrame | None = None
) -> tuple[Centre, ...]:
    """Return the centres that enter figures, the company's own row first.

    The company (自社) always exists, whether or not the master names it. With
    `kpi_days`, a centre that has figures and is in no master comes last, under the
    code that was typed.
    """
    found = tuple(_records(centres))
    company = next((c for c in found if c.code == COMPANY), None)
    own = company or Centre(code=COMPANY, name=COMPANY)
    active = [c for c in found if c.code != COMPANY and c.active is Flag.YES]
    typed = [] if kpi_days is None else kpi_days["centre"].unique().tolist()
    known = {COMPANY, *(c.code for c in found)}
    unknown = [Centre(code=code, name=code) for code in typed if code not in known]
    return own, *active, *unknown


def every_centre(centres: pd.DataFrame, kpi_days: pd.DataFrame) -> tuple[Centre, ...]:
    """Return also the centres that have ended, for looking back: the company first."""
    present = centres_of(centres, kpi_days)
    have = {centre.code for centre in present}
    return *present, *(c for c in _records(centres) if c.code not in have)


def missing_days(
    kpi_days: pd.DataFrame, centres: pd.DataFrame, now: datetime
) -> tuple[MissingDay, ...]:
    """Return the missing days of the last `LOOK_BACK_DAYS`, newest first.

    A day is missing once its entry deadline has passed and its row has neither the
    calls (a centre) or shipments (the company) nor 営業区分 休業. Days before a
    centre's very first row are not asked for.
    """
    found = [
        missed
        for centre in centres_of(centres, kpi_days)
        for missed in _missing_of(centre, kpi_days, now)
    ]
    return tuple(sorted(found, key=lambda m: (m.day, m.centre), reverse=True))


def entered(kpi_days: pd.DataFrame) -> pd.Series:
    """Return which rows count as entered: their main count, or 休業, stands."""
    company = kpi_days["centre"] == COMPANY
    main = kpi_days["offered"].where(~company, kpi_days["shipments"])
    return main.notna() | (kpi_days["business"] == BusinessDay.CLOSED.value)


def _records(centres: pd.DataFrame) -> Iterator[Centre]:
    """Yield each centre once; a row without a code cannot be meant by any other."""
    seen = {""}
    for record in standing(table("centres"), centres):
        assert isinstance(record, Centre)  # noqa: S101 - the table's own record
        if record.code not in seen:
            seen.add(record.code)
            yield record


def _missing_of(
    centre: Centre, kpi_days: pd.DataFrame, now: datetime
) -> Iterator[MissingDay]:
    own = kpi_days[kpi_days["centre"] == centre.code]
    if own.empty:
        return
    have = set(own.loc[entered(own), "date"].dt.date)
    today = now.date()
    first = max(own["date"].min().date(), today - timedelta(days=LOOK_BACK_DAYS))
    for back in range(1, (today - first).days + 1):
        day = today - timedelta(days=back)
        if day in have or not calendar.is_open(day, centre.weekly_closed):
            continue
        due = calendar.due_at(day, centre.weekly_closed, centre.entry_deadline)
        if due <= now:
            yield MissingDay(centre.code, centre.name, day, due)
