"""What happened, a row an event: the ledgers as they are counted into the figures.

Counts and the rows behind them come from here alone, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from lib.metrics import promises, referrals, seconds, wishes
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import (
    Change,
    ComplaintKind,
    EscalationStatus,
)

if TYPE_CHECKING:
    from lib.metrics.figures import Frames

Events = Mapping[str, pd.DataFrame]
"""By count of `counts.EVENTS`: `date`, `centre`, `key`, a row an event."""

TABLE_OF: Final[dict[str, str]] = {
    "complaints": "complaints",
    "second_complaints": "complaints",
    "hostile_seconds": "complaints",
    "escalations": "escalations",
    "referrals": "agency_inquiries",
    "referrals_foreseen": "agency_inquiries",
    "promises_due": "complaints",
    "promises_kept": "complaints",
    "promises_forgotten": "complaints",
}
"""The table to which the keys of an event belong."""


def events(frames: Frames, now: pd.Timestamp) -> Events:
    """Return the events of every count. Cancelled rows are none; a wish is no complaint.

    Columns: `date` (midnight, without zone), `centre` (that received it, 自社 where
    none is named), `key` (of the row in `TABLE_OF`). Rows without a moment are left
    out.
    """
    complaints = frames["complaints"]
    complaints = complaints.loc[
        wishes.is_complaint(complaints), ["received_at", "received_centre", "kind"]
    ]
    second = complaints[complaints["kind"] == ComplaintKind.SECOND.value]
    hostile = second[seconds.unpreventable(frames).reindex(second.index)]
    raised = _escalations(frames["escalations"], complaints)
    contacts = referrals.referrals(frames["agency_inquiries"])
    foreseen = contacts[contacts["complaint_id"] != ""]
    due = promises.due(frames["complaints"], frames["activities"], now)
    due = due.set_index("case_id")
    return {
        "complaints": _dated(complaints, "received_at"),
        "second_complaints": _dated(second, "received_at"),
        "hostile_seconds": _dated(hostile, "received_at"),
        "escalations": _dated(raised, "raised_at"),
        "referrals": _dated(contacts, "first_contact_at"),
        "referrals_foreseen": _dated(foreseen, "first_contact_at"),
        "promises_due": _dated(due, "due_at"),
        "promises_kept": _dated(due[due["kept"]], "due_at"),
        "promises_forgotten": _dated(due[due["forgotten"]], "due_at"),
    }


def counted(found: Events) -> pd.DataFrame:
    """Return how many events of each kind each day and centre has.

    The index is `date` and `centre`. A day with any event knows all its counts: the
    others were none.
    """
    by_count = {
        name: rows.groupby(["date", "centre"]).size() for name, rows in found.items()
    }
    together = pd.concat(by_count, axis=1).reindex(columns=list(found))
    return together.fillna(0.0).astype("float64")


def _escalations(escalations: pd.DataFrame, complaints: pd.DataFrame) -> pd.DataFrame:
    # Only the time or the place was changed: nobody above had to come in.
    changes = escalations["changes"]
    same_person = (changes != "") & ~changes.str.contains(Change.PERSON.value)
    cancelled = escalations["status"] == EscalationStatus.CANCELLED.value
    live = escalations[~cancelled & ~same_person]
    centres = live["complaint_id"].map(complaints["received_centre"])
    return live.assign(received_centre=centres).dropna(subset=["received_centre"])


def _dated(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "date": rows[moment].dt.tz_localize(None).dt.normalize().to_numpy(),
            "centre": rows["received_centre"]
            .astype("object")
            .replace("", COMPANY)
            .to_numpy(),
            "key": rows.index.to_numpy(),
        }
    )
    return found[found["date"].notna()]
