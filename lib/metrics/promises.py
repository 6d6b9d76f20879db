"""What was promised to customers: what is still owed, and what was kept."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from lib.metrics import wishes
from lib.schema.complaint import SETTLED
from lib.schema.vocab import ActivityKind, Choice, ComplaintStatus, Medium, Source


class When(Choice):
    """How a promise stands to the present moment, most pressing first."""

    OVERDUE = "超過"
    TODAY = "今日"
    LATER = "明日以降"
    UNDATED = "約束なし"


_OUTWARD: Final = (
    Medium.CALL_IN.value,
    Medium.CALL_OUT.value,
    Medium.MAIL.value,
    Medium.CHAT.value,
    Medium.LETTER.value,
)
"""Media that reach the customer: only such an action can keep a promise."""

_KEEPING: Final = (
    ActivityKind.CALLBACK_DONE.value,
    ActivityKind.REFUND.value,
    ActivityKind.SHIPMENT.value,
)
"""Actions that keep a promise whatever the medium."""

_NOT_KEEPING: Final = (
    ActivityKind.CALLBACK_PROMISED.value,
    ActivityKind.STATUS_CHANGE.value,
    ActivityKind.REVEAL.value,
    ActivityKind.INTERNAL_CHECK.value,
    ActivityKind.HANDOVER.value,
)


def open_promises(complaints: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the open cases by what is owed next, the longest overdue first.

    All columns of the complaints and `when` (a category of `When` values). An
    imported case that nobody has touched here since is never late (product.md 3):
    it is 約束なし until a person gives it a date. A wish of which nobody was promised
    anything owes nothing.
    """
    settled = [status.value for status in SETTLED]
    owed = complaints[
        ~complaints["status"].isin(settled) & ~wishes.is_unpromised_wish(complaints)
    ]
    stands = when(owed["next_promise_at"].mask(untouched_import(owed)), now)
    words = pd.CategoricalDtype([w.value for w in When], ordered=True)
    return owed.assign(when=stands.astype(words)).sort_values(
        ["when", "next_promise_at"], kind="stable"
    )


def when(due: pd.Series, now: datetime) -> pd.Series:
    """Return how moments stand to now, as the words of `When`; 約束なし for none."""
    at = pd.Timestamp(now)
    found = pd.Series(When.LATER.value, index=due.index, dtype="object")
    found[due.dt.normalize() == at.normalize()] = When.TODAY.value
    found[due < at] = When.OVERDUE.value
    found[due.isna()] = When.UNDATED.value
    return found


def untouched_import(complaints: pd.DataFrame) -> pd.Series:
    """Return which complaints were imported and not changed since."""
    return (complaints["source"] == Source.IMPORT.value) & (complaints["version"] <= 1)


def due(
    complaints: pd.DataFrame, activities: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """Return every promise whose time has come, a row a promise.

    Columns: `case_id`, `due_at`, `received_centre`, `kept` and `forgotten` (bool). A
    promise is made by an action that carries 次の約束日時, or stands on the complaint
    alone. It is kept where, after it was made and not after it was due, something
    reached the customer (a call, mail, chat, letter, refund or shipment) or the case
    was closed; forgotten where nothing has until now, however late. One that was moved
    in time, before it was due, is no promise any more. Complaints that were cancelled
    or only imported do not count, nor do promises of which a sheet does not tell when
    they were made.
    """
    counted = complaints.loc[
        (complaints["status"] != ComplaintStatus.CANCELLED.value)
        & ~untouched_import(complaints),
        ["received_at", "received_centre", "next_promise_at", "closed_at"],
    ]
    made = _made(counted, activities)
    made["replaced_at"] = made.groupby("case_id")["at"].shift(-1)
    kept_at = _first_after(made, _contacts(counted, activities))
    made["kept"] = kept_at <= made["due_at"]
    made["forgotten"] = ~(kept_at <= pd.Timestamp(now))
    made["received_centre"] = made["case_id"].map(counted["received_centre"])
    moved = ~made["kept"] & (made["replaced_at"] < made["due_at"])
    come = made[(made["due_at"] <= pd.Timestamp(now)) & ~moved]
    found = come[["case_id", "due_at", "received_centre", "kept", "forgotten"]]
    return found.reset_index(drop=True)


def unanswered(complaints: pd.DataFrame, activities: pd.DataFrame) -> pd.Index:
    """Return the complaints whose present promise nothing has answered yet.

    Nothing reached the customer since it was made, whether or not it is due; the
    complaints without a promise are not among them.
    """
    owed = complaints.loc[
        complaints["next_promise_at"].notna(),
        ["received_at", "next_promise_at", "closed_at"],
    ]
    made = _made(owed, activities)
    present = made["due_at"] == made["case_id"].map(owed["next_promise_at"])
    open_now = present & _first_after(made, _contacts(owed, activities)).isna()
    found: pd.Index = pd.Index(made.loc[open_now, "case_id"].unique())
    return found


def _made(complaints: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return the promises in the order they were made: `case_id`, `at`, `due_at`."""
    logged = activities.loc[
        activities["next_promise_at"].notna(), ["case_id", "at", "next_promise_at"]
    ]
    logged = logged[complaints.index.get_indexer(pd.Index(logged["case_id"])) >= 0]
    standing = _rows(complaints, "received_at", "next_promise_at")
    both = pd.concat([logged, standing], ignore_index=True)
    # The action and the complaint carry the same promise; the action knows its time.
    both = both.drop_duplicates(["case_id", "next_promise_at"], keep="first")
    both = both[both["at"].notna()]
    return (
        both.rename(columns={"next_promise_at": "due_at"})
        .sort_values(["case_id", "at"], kind="stable")
        .reset_index(drop=True)
    )


def _contacts(complaints: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return what can keep a promise, by time: `case_id`, `contact_at`."""
    kind = activities["kind"]
    reached = (
        activities["medium"].isin(_OUTWARD) & ~kind.isin(_NOT_KEEPING)
    ) | kind.isin(_KEEPING)
    actions = activities.loc[reached, ["case_id", "at"]]
    closings = _rows(complaints, "closed_at", "closed_at").iloc[:, :2]
    both = pd.concat([actions, closings], ignore_index=True)
    known = both.rename(columns={"at": "contact_at"}).dropna(subset="contact_at")
    return known.sort_values("contact_at")


def _rows(complaints: pd.DataFrame, at: str, moment: str) -> pd.DataFrame:
    """Return complaints that have `moment` in the shape of activities."""
    having = complaints[complaints[moment].notna()]
    return pd.DataFrame(
        {
            "case_id": having.index.to_series(),
            "at": having[at],
            "next_promise_at": having[moment],
        }
    )


def _first_after(made: pd.DataFrame, contacts: pd.DataFrame) -> pd.Series:
    """Return the first contact on the case after each promise was made, or NaT."""
    ordered = made.reset_index().sort_values("at")
    found = pd.merge_asof(
        ordered,
        contacts,
        left_on="at",
        right_on="contact_at",
        by="case_id",
        direction="forward",
        allow_exact_matches=False,
    )
    return found.set_index("index")["contact_at"].reindex(made.index)
