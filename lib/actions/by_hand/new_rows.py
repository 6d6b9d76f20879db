"""Rows that people typed into the sheet: a number, clocks, and what the app proposes.

Only blank cells are filled, with what the app's own entry would have stored for the
same words. A cell that cannot be read is left as it is; データ点検 shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from lib.actions.business_settings import claim_types_of
from lib.actions.by_hand.edits import memo_step, status_step
from lib.actions.clocks import starting
from lib.actions.complaints import heard
from lib.actions.entry import Entry, PromiseTime, complaint_values, recognise
from lib.actions.kpi_days import is_entered
from lib.actions.severity import Facts, propose, rules_of
from lib.metrics import calendar
from lib.metrics.earlier import earlier_cases, times_of
from lib.metrics.missing import centres_of
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.crisis import Crisis
from lib.schema.frames import JOINER, standing_at
from lib.schema.ids import new_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import ComplaintStatus, Done, Promise, Source
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.store.looks import looks_of
from lib.store.protocol import RowMend, Snapshot

DATED: Final = {"complaints": "received_at", "activities": "at"}
"""What is the moment at which the row was seen, where nobody wrote another."""

_NUMBERED_BY: Final = ("received_at", "first_contact_at", "at")
"""Whose day stands in a number."""

_AUTOMATIC: Final = frozenset({"source", "updated_at", "updated_by", "version"})
_LEFT_BLANK: Final = frozenset({"contact", "order_number", "note"})
"""What the app's one box would part; here each has a cell of its own."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """One row as typed. odd: fields whose cell holds something that is no value."""

    table: Table
    key: str
    record: Record
    filled: frozenset[str]
    odd: frozenset[str]

    def is_blank(self, name: str) -> bool:
        return name not in self.filled and name not in self.odd


def mark_of(snapshot: Snapshot, code: str, key: str) -> str:
    """Return what names a row as it looks, as `resting.mark_of` does."""
    return f"{code}|{looks_of(snapshot.frames[code], key)}"


def new_rows(snapshot: Snapshot) -> list[tuple[Table, str]]:
    """Return the rows that nobody but a person's hand has touched, and their tables."""
    found = []
    for table in TABLES:
        where = snapshot.where.get(table.code)
        if where is None or table.code == "audit":
            continue
        frame = snapshot.frames[table.code]
        untouched = frame.index[(frame["version"] == 0).to_numpy(dtype=bool)]
        found += [
            (table, str(key))
            for key in untouched
            if key in where.keys and not where.is_doubled(str(key))
        ]
    return found


def adoption(
    desk: UserStore,
    table: Table,
    key: str,
    *,
    now: datetime,
    secret: bytes,
    rested: bool,
    looked: datetime | None = None,
) -> RowMend | None:
    """Return what takes a typed row in; None while it is too early for that.

    rested: whether the row was left alone for a while, so that a complaint without a
        promise is what its author meant.
    looked: when the sheet was last looked at, None where nobody knows.
    """
    snapshot = desk.everything()
    typed = _typed(snapshot, table, key)
    if not _is_ready(typed, rested=rested):
        return None
    values: dict[str, Any] = {}
    if table.prefix:
        values = _fills(desk, typed, now, secret)
        if "id" not in typed.filled:
            known = {**typed.record.values(), **values}
            moments = [known[name] for name in _NUMBERED_BY if known.get(name)]
            values["id"] = new_id(table.prefix, moments[0] if moments else now)
    if isinstance(typed.record, KpiDay) and typed.is_blank("entered_at"):
        values |= _entered(desk, typed.record, now, looked)
    values |= {
        "source": Source.SHEET,
        "version": 1,
        "updated_at": now,
        "updated_by": desk.principal.name,
    }
    return RowMend(
        table.code,
        key,
        values,
        dict.fromkeys(values, ""),
        looks_of(snapshot.frames[table.code], key),
        also=tuple(_first_rows(desk, typed, values, now)),
    )


WATCHED: Final = timedelta(minutes=10)
"""Between two looks this near each other a row was typed when the second one saw it."""


def _entered(
    desk: UserStore, day: KpiDay, now: datetime, looked: datetime | None
) -> dict[str, Any]:
    """Return 初回入力日時 of a typed day as far as it can be known.

    A day seen before its deadline came in time. After it, only who was looking just
    before can tell that it was not there: an app that was off calls nobody late.
    """
    if not is_entered(day):
        return {}
    centres = centres_of(desk.frame("centres"), desk.frame("kpi_days"))
    own = next((c for c in centres if c.code == day.centre), None)
    if own is None:
        return {}
    due = calendar.due_at(day.date, own.weekly_closed, own.entry_deadline)
    was_watched = looked is not None and now - looked <= WATCHED
    return {"entered_at": now} if now <= due or was_watched else {}


def _typed(snapshot: Snapshot, table: Table, key: str) -> _Typed:
    frame = snapshot.frames[table.code]
    row = frame.loc[key]
    record = standing_at(table, frame, key)
    if record is None:
        raise KeyError(key)
    statuses = snapshot.statuses
    own = (statuses["table"] == table.code) & (statuses["key"] == key)
    filled = {
        field.name
        for field in table.fields
        if field.name not in _AUTOMATIC and not _is_missing(row[field.name])
    }
    if key.startswith("+"):
        filled.discard("id")
    odd = set(statuses.loc[own, "field"]) - filled
    return _Typed(table, key, record, frozenset(filled), frozenset(odd))


def _is_missing(value: Any) -> bool:
    return value == "" if isinstance(value, str) else bool(pd.isna(value))


def _is_ready(typed: _Typed, *, rested: bool) -> bool:
    table = typed.table
    if not table.prefix:
        own = {f.name for f in table.fields if not f.auto} - set(table.key)
        return bool(own & typed.filled)
    needed = {f.name for f in table.fields if f.required and not f.auto}
    needed -= {DATED.get(table.code, "")}
    if not needed <= typed.filled or DATED.get(table.code) in typed.odd:
        return False
    if not isinstance(typed.record, Complaint):
        return True
    return rested or "next_promise_at" in typed.filled or typed.record.status in SETTLED


# What the app would have stored -------------------------------------------------------


def _fills(
    desk: UserStore, typed: _Typed, now: datetime, secret: bytes
) -> dict[str, Any]:
    """Return the values of blank cells, by field; only those that say something."""
    if isinstance(typed.record, Complaint):
        said = _said(desk, typed, typed.record, now, secret)
    else:
        said = {f.name: f.default for f in typed.table.fields if not f.auto}
        if dated := DATED.get(typed.table.code):
            said[dated] = now
    return {
        name: value
        for name, value in said.items()
        if name not in _AUTOMATIC | _LEFT_BLANK
        and name != "id"
        and typed.is_blank(name)
        and value not in (None, "", ())
    }


def _said(
    desk: UserStore, typed: _Typed, row: Complaint, now: datetime, secret: bytes
) -> dict[str, Any]:
    """Return what the app's own entry makes of the same words."""
    entry = Entry.model_construct(
        **{
            **row.values(),
            "received_at": row.received_at or now,
            "who": row.contact,
            "marks": (),
            "promise_time": PromiseTime.OTHER,
            "confirmed": Done.NOT_YET,
        }
    )
    claim = next(
        (c for c in claim_types_of(desk, now.date()) if c.name == row.claim_type), None
    )
    said = complaint_values(entry, claim, now)
    said |= {name: getattr(row, name) for name in typed.filled if name in said}
    keys = recognise(row.contact).keys
    said["customer_key"] = customer_key(keys[0], secret) if keys else ""
    if "next_promise_at" in typed.filled and row.status not in SETTLED:
        said["next_promise"] = row.next_promise or Promise.CALL_BACK
    if row.status is ComplaintStatus.CLOSED:
        said["closed_at"] = now
    if typed.is_blank("severity"):
        earlier = _cases_of(desk, said["customer_key"])
        signs = claim.signs if claim else frozenset()
        facts = Facts(Complaint.model_construct(**said), signs, earlier)
        proposal = propose(facts, rules_of(desk, now.date()))
        said["severity"] = proposal.level
        said["severity_reason"] = JOINER.join(proposal.reasons)
    return said


def _cases_of(desk: UserStore, key: str) -> tuple[datetime, ...]:
    """Return when the same customer's other cases were received."""
    complaints = desk.frame("complaints")
    return times_of(earlier_cases(complaints, customer_keys=[key], order_number=""))


def _first_rows(
    desk: UserStore, typed: _Typed, values: Mapping[str, Any], now: datetime
) -> Iterator[Record]:
    """Yield what comes into being with a typed row: its history, and its clocks."""
    yield from _first_steps(typed, values, now)
    row = typed.record
    if isinstance(row, Complaint | AgencyInquiry | Crisis):
        case = row.model_copy(update={"id": row.id, **values})
        yield from starting.new_rows(desk, case, now=now)


def _first_steps(
    typed: _Typed, values: Mapping[str, Any], now: datetime
) -> Iterator[Record]:
    """Yield the history with which a complaint begins, as the app's own does."""
    row = typed.record
    if not isinstance(row, Complaint):
        return
    case = row.model_copy(update={"id": row.id, **values})
    from_hand = {"source": Source.SHEET}
    yield heard(case, case.id).model_copy(update=from_hand)
    if case.status is not ComplaintStatus.RECEIVED and "status" in typed.filled:
        yield status_step(case, ComplaintStatus.RECEIVED.value, now)
    if row.note.strip():
        yield memo_step(case, row.note.strip(), now)


def taken_in(
    desk: UserStore,
    row: Complaint,
    typed: frozenset[str],
    *,
    now: datetime,
    secret: bytes,
) -> list[Record]:
    """Return a complaint typed elsewhere as the app's own entry stores it.

    First the complaint, then the history with which it begins.

    Args:
        desk: sees the customer's earlier cases.
        row: the complaint, its number given.
        typed: the fields that a person filled.
        now: when it was taken in.
        secret: makes 照合キー.
    """
    whole = _Typed(table_by_code("complaints"), row.id, row, typed, frozenset())
    values = _fills(desk, whole, now, secret)
    return [row.model_copy(update=values), *_first_rows(desk, whole, values, now)]
