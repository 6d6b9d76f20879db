"""One frame of counts, a row a day and centre, from which every KPI is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from lib.metrics import events as ledgers
from lib.metrics.counts import EVENTS, METHODS, RETENTION_YEN, SECONDS, TYPED, label_of
from lib.metrics.wishes import complaints_in
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.settings import worth

__all__ = [
    "EVENTS",
    "METHODS",
    "SECONDS",
    "TYPED",
    "Frames",
    "between",
    "figures",
    "label_of",
    "of_centre",
]

Frames = Mapping[str, pd.DataFrame]

_SETTINGS: Final = "settings"


def figures(
    frames: Frames,
    now: pd.Timestamp,
    through: date,
    found: ledgers.Events | None = None,
) -> pd.DataFrame:
    """Return the counts of every day up to `through`, sorted by date and centre.

    Columns: `date`, `centre`, the counts of `TYPED` and `EVENTS` and the estimate
    `RETENTION_YEN` as float64, and the `METHODS` and `SECONDS` of the centre. A count
    that nobody entered is NaN. Counts from the ledgers are 0, not NaN, on days without
    an event: the company (`centre` = 自社) has a row on each day since the first entry
    of any ledger, so a day before the ledgers began stays missing. Cancelled rows
    count nowhere. Events stand on the row of the centre that received them.

    frames: the ledgers, kpi_days and centres; without settings nothing is estimated.
    found: `events.events` of the same frames, where somebody has them already.
    """
    typed = _typed_counts(frames["kpi_days"])
    found = ledgers.events(frames, now) if found is None else found
    merged = typed.join(ledgers.counted(found), how="outer")
    began = _ledgers_began(frames)
    if began is not None:
        merged = _with_days_without_events(merged, began, through)
    merged = merged.sort_index().reset_index()
    merged = merged[merged["date"] <= pd.Timestamp(through)]
    merged = _with_definitions(merged, frames["centres"]).reset_index(drop=True)
    return _with_worth(merged, frames.get(_SETTINGS))


def between(days: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the rows from `first` to `last`, both included."""
    return days[days["date"].between(pd.Timestamp(first), pd.Timestamp(last))]


def of_centre(days: pd.DataFrame, centre: str) -> pd.DataFrame:
    """Return the rows of one centre."""
    return days[days["centre"] == centre]


def _typed_counts(kpi_days: pd.DataFrame) -> pd.DataFrame:
    counts = pd.DataFrame(
        {
            name: kpi_days[name].to_numpy("float64", na_value=float("nan"))
            for name in TYPED
        }
    )
    counts.index = pd.MultiIndex.from_arrays(
        [kpi_days["date"], kpi_days["centre"].astype("object")],
        names=["date", "centre"],
    )
    return counts if counts.index.is_unique else _agreeing(counts)


def _agreeing(counts: pd.DataFrame) -> pd.DataFrame:
    """Return a row a day: of one that a sheet has twice, what its rows agree on.

    Adding them would count twice, and nobody knows which of two different ones holds.
    A blank says nothing.
    """
    days = counts.groupby(level=["date", "centre"], sort=False)
    return days.first().where(days.min() == days.max())


def _with_days_without_events(
    merged: pd.DataFrame, began: pd.Timestamp, through: date
) -> pd.DataFrame:
    """Give the company each day since the ledgers began, and 0 where nothing happened."""
    days = pd.date_range(began, through, name="date", unit="s")
    company = pd.MultiIndex.from_product([days, [COMPANY]], names=["date", "centre"])
    merged = merged.reindex(merged.index.union(company))
    happened = merged[list(EVENTS)]
    since = (merged.index.get_level_values("date") >= began)[:, None]
    merged[list(EVENTS)] = happened.mask(happened.isna().to_numpy() & since, 0.0)
    return merged


def _with_worth(days: pd.DataFrame, settings: pd.DataFrame | None) -> pd.DataFrame:
    """Add what those who stayed are thought to be worth; NaN without the settings."""
    if settings is None:
        return days.assign(**{RETENTION_YEN: float("nan")})
    each = worth.per_confirmed(settings, days["date"])
    return days.assign(**{RETENTION_YEN: days["retention_confirmed"] * each})


def _ledgers_began(frames: Frames) -> pd.Timestamp | None:
    first = pd.Series(
        [
            complaints_in(frames["complaints"])["received_at"].min(),
            frames["agency_inquiries"]["first_contact_at"].min(),
        ]
    ).min()
    return None if pd.isna(first) else first.tz_localize(None).normalize()


def _with_definitions(days: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Add each centre's own definitions; a centre not in the master has the usual ones."""
    chosen: dict[str, Any] = {}
    for name in (*METHODS, *SECONDS):
        usual = Centre.field(name).default
        usual = getattr(usual, "value", usual)
        stated = centres[centres[name].notna()].drop_duplicates("code")
        of_code = dict(zip(stated["code"], stated[name].astype("object"), strict=True))
        chosen[name] = [of_code.get(code, usual) for code in days["centre"]]
    return days.assign(**chosen)
