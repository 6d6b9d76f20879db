"""Writes the fixture store of a part, as text:

    python -m tests.store.sql.fixture_store > tests/fixtures/store_partN.sql

Once a part is done its file is never written again: later programs have to open it.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

from lib.schema import vocab
from lib.schema.deadline import Deadline
from lib.schema.escalation import Escalation
from lib.schema.learning import Improvement, Inspection
from lib.schema.masters import Centre, Member, Product, Setting
from lib.schema.record import Record
from lib.store.opening import open_store
from tests.store.rows import (
    NOON,
    activity,
    change,
    complaint,
    inquiry,
    kpi_day,
    saving,
)

ROWS: tuple[Record, ...] = (
    Centre(code="A", name="Aセンター", phone_reports=vocab.Flag.YES),
    Member(email="yamada@example.jp", name="山田", role=vocab.Role.ADMIN, rank=9),
    Product(code="0012", name="化粧水", launched_on=date(2026, 4, 1)),
    Setting(
        group="しきい値", name="応答率", effective_from=date(2026, 4, 1), value="80"
    ),
    complaint(
        "K-261121-7F3QX",
        contact="090-0000-0000",
        customer_name="𠮷田",
        product_code="0012",
        content="=1+1\n二行目 😀",
        severity=vocab.Severity.HIGH,
        next_promise=vocab.Promise.CALL_BACK,
        next_promise_at=NOON,
        people_involved=2,
        occurred_on=date(2026, 11, 20),
    ),
    activity("K-261121-7F3QX", id="H-261121-AAAAA"),
    Escalation(
        id="E-261121-AAAAA",
        complaint_id="K-261121-7F3QX",
        raised_at=NOON,
        changes=(vocab.Change.PERSON,),
    ),
    inquiry("G-261121-AAAAA", mended_places=(vocab.MendedPlace.NOTHING,)),
    Deadline(
        id="T-261121-AAAAA",
        case_id="G-261121-AAAAA",
        rule_code="L1速報",
        kind=next(iter(vocab.DeadlineKind)),
        started_at=NOON,
        due_at=NOON,
    ),
    Improvement(id="S-261121-AAAAA", title="解約ボタンを上へ"),
    Inspection(month=date(2026, 11, 1), item=vocab.InspectionItem.PAGES),
    kpi_day("A", offered=10, answered=9, abandoned=1, reported_answer_rate=90.5),
    kpi_day("自社", orders=0),
)
"""One row of each table, written with the words of the present schema."""


def dump() -> str:
    """Return the SQL text of a store that holds `ROWS` and one edit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        store = open_store(f"sqlite:///{path}", data=Path(folder))
        store.commit(saving(*ROWS, id="first"))
        edit = change(ROWS[4], status=vocab.ComplaintStatus.CHECKING)
        store.commit(saving(edit, id="second"))
        store.close()
        with closing(sqlite3.connect(path)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(dump())
