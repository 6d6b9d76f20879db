"""From a plan to SQL, inside the transaction that holds the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import count
from typing import Any

import sqlalchemy as sa

from lib.schema.frames import plain
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import AuditRoute
from lib.store.archive import CASES, refuse_archived, touched_cases
from lib.store.merge import Plan, RowKey, named, plan
from lib.store.protocol import Commit, Receipt
from lib.store.sql.append_only import rewriting_log
from lib.store.sql.archiving import archived_among
from lib.store.sql.layout import (
    COMMITS,
    KEY,
    META,
    REVISION,
    SEQ,
    SQL_TABLES,
    key_column,
)
from lib.store.sql.reading import KEYS_AT_ONCE, chunks, records


def apply(connection: sa.Connection, commit: Commit) -> Receipt:
    """Write a commit, or find that it was written before.

    The row of `_meta` is locked first: writers come one after the other, so that
    revisions have no gaps and nobody reads past a commit that is still under way.
    """
    meta = connection.execute(sa.select(META).with_for_update()).one()
    standing = records(connection, named(commit))
    if _was_applied(connection, commit):
        return Receipt(commit.id, records=standing, repeated=True)
    archived = archived_among(
        connection,
        [*named(commit), *((CASES, case) for case in touched_cases(commit))],
    )
    refuse_archived(commit, archived)
    planned = plan(commit, standing)
    revision = meta.revision + (0 if planned.is_empty else 1)
    if not planned.is_empty:
        _write(connection, planned, revision=revision, last_seq=meta.last_seq)
    if archived.intersection(planned.changed):
        # Whoever keeps what is put away has to read it anew.
        connection.execute(META.update().values(rewritten=revision))
    connection.execute(
        COMMITS.insert().values(id=commit.id, at=commit.at, revision=revision)
    )
    return Receipt(commit.id, records=planned.standing)


def _was_applied(connection: sa.Connection, commit: Commit) -> bool:
    found = connection.execute(sa.select(COMMITS.c.id).where(COMMITS.c.id == commit.id))
    return found.first() is not None


def _write(
    connection: sa.Connection, planned: Plan, *, revision: int, last_seq: int
) -> None:
    _delete(connection, planned.deleted)
    of_log = [at for at in planned.changed if at[0] == "audit"]
    for at, (record, names) in planned.changed.items():
        if at[0] != "audit":
            _update(connection, at, record, names, revision)
    if of_log:
        with rewriting_log(connection):
            for at in of_log:
                _update(connection, at, *planned.changed[at], revision)
    log = {("audit", entry.id): entry for entry in planned.log}
    fresh: dict[RowKey, Record] = {**planned.inserted, **log}
    _insert(connection, fresh, revision=revision, last_seq=last_seq)
    new_meta = {"revision": revision, "last_seq": last_seq + len(fresh)}
    if planned.deleted or of_log:
        # Of a log row older than the tail nobody could tell that it is not new.
        new_meta["rewritten"] = revision
    connection.execute(META.update().values(new_meta))


def _insert(
    connection: sa.Connection,
    fresh: Mapping[RowKey, Record],
    *,
    revision: int,
    last_seq: int,
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for ((code, key), record), seq in zip(fresh.items(), count(last_seq + 1)):
        table = table_by_code(code)
        row = _cells(table, record) | {REVISION: revision, SEQ: seq}
        if len(table.key) > 1:
            row[KEY] = key
        rows.setdefault(code, []).append(row)
    for code, some in rows.items():
        connection.execute(SQL_TABLES[code].insert(), some)


def _update(
    connection: sa.Connection,
    at: RowKey,
    record: Record,
    names: frozenset[str],
    revision: int,
) -> None:
    table, key = table_by_code(at[0]), at[1]
    cells = _cells(table, record)
    new = {name: cells[name] for name in names} | {REVISION: revision}
    # Of the log only texts that anonymising takes out change (`merge.plan`).
    with rewriting_log(connection) if table.code == "audit" else nullcontext():
        connection.execute(
            SQL_TABLES[table.code].update().where(key_column(table) == key).values(new)
        )


def _delete(connection: sa.Connection, deleted: Sequence[RowKey]) -> None:
    """Take rows of the sample year out, with the log rows that made them."""
    by_table: dict[str, list[str]] = {}
    for code, key in deleted:
        by_table.setdefault(code, []).append(key)
    log = SQL_TABLES["audit"]
    for code, keys in by_table.items():
        for some in chunks(keys, KEYS_AT_ONCE):
            column = key_column(table_by_code(code))
            connection.execute(SQL_TABLES[code].delete().where(column.in_(some)))
            connection.execute(
                log.delete().where(
                    log.c["table"] == code,
                    log.c.row_key.in_(some),
                    log.c.route == AuditRoute.SAMPLE.value,
                )
            )


def _cells(table: Table, record: Record) -> dict[str, Any]:
    return {
        field.name: plain(field, getattr(record, field.name)) for field in table.fields
    }
