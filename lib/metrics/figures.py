"""One frame of counts, a row a day and centre, from which every KPI is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, cast

import pandas as pd

from lib.i18n import N_
from lib.metrics import promises, referrals
from lib.schema.column import Field
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import (
    Change,
    ComplaintKind,
    ComplaintStatus,
    EscalationStatus,
)

Frames = Mapping[str, pd.DataFrame]

EVENTS: Final[dict[str, str]] = {
    "complaints": N_("苦情件数"),
    "second_complaints": N_("二次クレーム件数"),
    "escalations": N_("エスカレーション件数"),
    "referrals": N_("センターからの連絡件数"),
    "referrals_foreseen": N_("先に知っていた連絡件数"),
    "promises_due": N_("期限の来た約束"),
    "promises_kept": N_("期限までに果たした約束"),
}
"""Counts that come from the ledgers, with their labels."""

TYPED: Final[tuple[str, ...]] = tuple(
    field.name
    for field in table("kpi_days").fields
    if field.kind in ("integer", "decimal") and not field.auto
)
"""Counts that people type into 日次KPI."""

METHODS: Final[tuple[str, ...]] = ("answer_rate_method", "utilisation_method")
"""Definitions that each centre chooses for itself."""


def label_of(column: str) -> str:
    """Return the label of a column of `figures`, a catalogue key."""
    return EVENTS.get(column) or _typed_field(column).label


def figures(frames: Frames, now: pd.Timestamp, through: date) -> pd.DataFrame:
    """Return the counts of every day up to `through`, sorted by date and centre.

    Columns: `date`, `centre`, the counts of `TYPED` and `EVENTS` as float64, and the
    `METHODS` of the centre. A count that nobody entered is NaN. Counts from the
    ledgers are 0, not NaN, on days without an event: the company (`centre` = 自社)
    has a row on each day since the first entry of any ledger, so a day before the
    ledgers began stays missing. Cancelled rows count nowhere. Events stand on the
    row of the centre that received them.
    """
    typed = _typed_counts(frames["kpi_days"])
    events = _event_counts(frames, now)
    merged = typed.join(events, how="outer")
    began = _ledgers_began(frames)
    if began is not None:
        days = pd.date_range(began, through, name="date", unit="s")
        company = pd.MultiIndex.from_product(
            [days, [COMPANY]], names=["date", "centre"]
        )
        merged = merged.reindex(merged.index.union(company))
    merged = merged.sort_index().reset_index()
    if began is not None:
        events_of = merged[list(EVENTS)]
        none = (
            events_of.isna().to_numpy() & (merged["date"] >= began).to_numpy()[:, None]
        )
        merged[list(EVENTS)] = events_of.mask(none, 0.0)
    merged = merged[merged["date"] <= pd.Timestamp(through)]
    return _with_methods(merged, frames["centres"]).reset_index(drop=True)


def between(days: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the rows from `first` to `last`, both included."""
    return days[days["date"].between(pd.Timestamp(first), pd.Timestamp(last))]


def of_centre(days: pd.DataFrame, centre: str) -> pd.DataFrame:
    """Return the rows of one centre."""
    return days[days["centre"] == centre]


def _typed_field(name: str) -> Field:
    return table("kpi_days").field(name)


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


def _event_counts(frames: Frames, now: pd.Timestamp) -> pd.DataFrame:
    complaints = frames["complaints"]
    complaints = complaints.loc[
        complaints["status"] != ComplaintStatus.CANCELLED.value,
        ["received_at", "received_centre", "kind"],
    ]
    seconds = complaints[complaints["kind"] == ComplaintKind.SECOND.value]
    raised = _with_centre(frames["escalations"], complaints)
    contacts = referrals.referrals(frames["agency_inquiries"])
    foreseen = contacts[contacts["complaint_id"] != ""]
    due = promises.due(frames["complaints"], frames["activities"], now)
    counts = {
        "complaints": _counted(complaints, "received_at", "received_centre"),
        "second_complaints": _counted(seconds, "received_at", "received_centre"),
        "escalations": _counted(raised, "raised_at", "received_centre"),
        "referrals": _counted(contacts, "first_contact_at", "received_centre"),
        "referrals_foreseen": _counted(foreseen, "first_contact_at", "received_centre"),
        "promises_due": _counted(due, "due_at", "received_centre"),
        "promises_kept": _counted(due[due["kept"]], "due_at", "received_centre"),
    }
    together = pd.concat(counts, axis=1).reindex(columns=list(EVENTS))
    # A day with any event knows all its counts: the others were none.
    return together.fillna(0.0).astype("float64")


def _with_centre(escalations: pd.DataFrame, complaints: pd.DataFrame) -> pd.DataFrame:
    # Only the time or the place was changed: nobody above had to come in.
    changes = escalations["changes"]
    same_person = (changes != "") & ~changes.str.contains(Change.PERSON.value)
    cancelled = escalations["status"] == EscalationStatus.CANCELLED.value
    live = escalations[~cancelled & ~same_person]
    centres = live["complaint_id"].map(complaints["received_centre"])
    return live.assign(received_centre=centres).dropna(subset=["received_centre"])


def _counted(rows: pd.DataFrame, moment: str, centre: str) -> pd.Series:
    keys = pd.DataFrame(
        {
            "date": rows[moment].dt.tz_localize(None).dt.normalize(),
            "centre": rows[centre].astype("object").replace("", COMPANY),
        }
    )
    return cast("pd.Series", keys.groupby(["date", "centre"]).size().astype("float64"))


def _ledgers_began(frames: Frames) -> pd.Timestamp | None:
    first = pd.Series(
        [
            frames["complaints"]["received_at"].min(),
            frames["agency_inquiries"]["first_contact_at"].min(),
        ]
    ).min()
    return None if pd.isna(first) else first.tz_localize(None).normalize()


def _with_methods(days: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Add each centre's own definitions; a centre not in the master has the usual ones."""
    chosen = {}
    for name in METHODS:
        usual = Centre.field(name).default.value
        stated = centres[centres[name].notna()].drop_duplicates("code")
        of_code = dict(zip(stated["code"], stated[name].astype("object"), strict=True))
        chosen[name] = [of_code.get(code, usual) for code in days["centre"]]
    return days.assign(**chosen)
