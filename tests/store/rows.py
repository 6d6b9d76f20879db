"""Rows and commits for the store's tests, made by the fewest words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lib import clock
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import record_at
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.record import Record
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import AgencyKind
from lib.store.protocol import Commit, Insert, Snapshot, Store, Update, Write

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=clock.TOKYO)

_numbers = itertools.count(1)


def complaint(key: str = "", **values: Any) -> Complaint:
    """Return a complaint; without `key` under a number of its own."""
    made = {
        "id": key or f"K-{next(_numbers):06}",
        "received_at": NOON,
        "content": "届かない",
    }
    return Complaint(**(made | values))


def activity(case_id: str, **values: Any) -> Activity:
    """Return a step on a case."""
    made = {"id": f"H-{next(_numbers):06}", "case_id": case_id, "at": NOON}
    return Activity(**(made | {"content": "聞いた"} | values))


def kpi_day(centre: str = "A", days: int = 0, **values: Any) -> KpiDay:
    """Return one day of a centre, `days` after the 21st."""
    day = (NOON + timedelta(days=days)).date()
    return KpiDay(**({"date": day, "centre": centre} | values))


def saving(*writes: Write | Record, **values: Any) -> Commit:
    """Return a commit of writes; a bare record is inserted."""
    made: dict[str, Any] = {"id": new_commit_id(), "actor": "山田", "at": NOON}
    wrapped = tuple(Insert(w) if isinstance(w, Record) else w for w in writes)
    return Commit(writes=wrapped, **(made | values))


def change(
    record: Record, base: Mapping[str, Any] | None = None, **values: Any
) -> Update:
    """Return the update of some fields by a person who saw `record` (or `base`)."""
    from lib.schema.tables import table_of

    table = table_of(record)
    seen = {name: getattr(record, name) for name in values} | dict(base or {})
    return Update(table.code, table.key_of(record), seen, values)


def read(where: Store | Snapshot, code: str, key: str) -> Record | None:
    """Return the record as it stands in a store or snapshot."""
    snapshot = where if isinstance(where, Snapshot) else where.load()
    return record_at(table_by_code(code), snapshot.frames[code], key)


def inquiry(key: str, **values: Any) -> AgencyInquiry:
    """Return a contact from a consumer centre."""
    made: dict[str, Any] = {
        "id": key,
        "first_contact_at": NOON,
        "agency_kind": AgencyKind.CONSUMER_CENTRE,
        "agency_name": "〇〇市消費生活センター",
    }
    return AgencyInquiry(**(made | values))
