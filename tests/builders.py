"""Records with a believable default for everything, for tests to change one thing of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lib import clock
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id, new_id
from lib.schema.kpi_day import KpiDay
from lib.schema.record import Record
from lib.schema.vocab import Promise
from lib.store.protocol import Commit, Insert


def complaint(**changes: Any) -> Complaint:
    """Return an open complaint received two hours ago, promised for in an hour."""
    now = clock.now()
    return Complaint.parse(
        {
            "id": new_id("K", now),
            "received_at": now - timedelta(hours=2),
            "content": "届いた容器が割れていた",
            "handler": "佐藤 花子",
            "receiver": "佐藤 花子",
            "next_promise": Promise.CALL_BACK,
            "next_promise_at": now + timedelta(hours=1),
            **changes,
        }
    )


def activity(case: Complaint, **changes: Any) -> Activity:
    """Return a step on that case, taken an hour ago."""
    now = clock.now()
    return Activity.parse(
        {
            "id": new_id("H", now),
            "case_id": case.id,
            "at": now - timedelta(hours=1),
            "actor": "佐藤 花子",
            "content": "状況を聞いた",
            **changes,
        }
    )


def kpi_day(**changes: Any) -> KpiDay:
    """Return yesterday's figures of the centre A, nothing counted unless given."""
    yesterday = clock.today() - timedelta(days=1)
    return KpiDay.parse({"date": yesterday, "centre": "A", **changes})


def fill(store: Any, *records: Record) -> None:
    """Insert records through a store, or the desk of somebody who may."""
    store.commit(
        Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, records)))
    )
