"""From SQL to frames and records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from lib import clock
from lib.schema.frames import empty_frame, frame_from_columns, record_from
from lib.schema.record import Record
from lib.schema.tables import KEY_SEPARATOR, TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.store.log_search import SEARCHED, WINDOW, LogPage, LogQuery
from lib.store.merge import RowKey
from lib.store.protocol import AUDIT_TAIL, Snapshot
from lib.store.sql.layout import (
    ARCHIVED,
    META,
    REVISION,
    SEQ,
    SQL_TABLES,
    key_column,
)

KEYS_AT_ONCE: Final = 500
"""Keys in one IN (…): every SQLite takes 999 parameters."""


_ZERO: Final = sa.literal_column("0", sa.Integer)


def snapshot(connection: sa.Connection) -> Snapshot:
    """Return all tables as they stand in this transaction."""
    revision = revision_of(connection)
    return Snapshot(
        frames={table.code: _whole(connection, table) for table in TABLES},
        revision=revision,
        loaded_at=clock.now(),
    )


def newer(connection: sa.Connection, known: Snapshot) -> Snapshot:
    """Return `known` brought up to date; itself where nothing changed.

    Changed rows keep their place and new ones follow, so that the frames equal
    those of a full load, which come in the order of insertion.
    """
    meta = connection.execute(sa.select(META.c.revision, META.c.rewritten)).one()
    if meta.revision == known.revision:
        return known
    if not meta.rewritten <= known.revision < meta.revision:
        return snapshot(connection)
    frames = {
        table.code: _merged(
            table, known.frames[table.code], _since(connection, table, known.revision)
        )
        for table in TABLES
    }
    return Snapshot(frames=frames, revision=meta.revision, loaded_at=clock.now())


def revision_of(connection: sa.Connection) -> int:
    """Return the number of the last change."""
    return int(connection.execute(sa.select(META.c.revision)).scalar_one())


def audit_of(connection: sa.Connection, table: str, key: str) -> pd.DataFrame:
    """Return every log row of one record, oldest first."""
    log = SQL_TABLES["audit"]
    wanted = _select(connection.dialect.name, table_by_code("audit")).where(
        log.c["table"] == table, log.c["row_key"] == key
    )
    return _frame(
        table_by_code("audit"), _rows(connection, wanted.order_by(log.c[SEQ]))
    )


def log_page(connection: sa.Connection, query: LogQuery) -> LogPage:
    """Return one window of the log, newest first."""
    log = SQL_TABLES["audit"]
    wanted = (
        _select(connection.dialect.name, table_by_code("audit"))
        .where(*_asked(log, query))
        .order_by(log.c[SEQ].desc())
        .offset(query.skip)
        .limit(query.most + 1)
    )
    found = _rows(connection, wanted)
    rows = _frame(table_by_code("audit"), found[: query.most])
    sizes = {} if query.most > WINDOW else _sizes(connection, rows["commit_id"])
    return LogPage(rows, has_older=len(found) > query.most, sizes=sizes)


def _asked(log: sa.Table, query: LogQuery) -> list[sa.ColumnElement[bool]]:
    found = [log.c[name] == value for name, value in query.equals.items()]
    if query.first:
        found.append(log.c["at"] >= query.first)
    if query.behind:
        found.append(log.c["at"] < query.behind)
    for word in query.words:
        places = (log.c[name].icontains(word, autoescape=True) for name in SEARCHED)
        found.append(sa.or_(*places))
    return found


def _sizes(connection: sa.Connection, commits: pd.Series) -> dict[str, int]:
    """Return how many log rows each of these commits left in all."""
    of = SQL_TABLES["audit"].c["commit_id"]
    return {
        str(commit): int(count)
        for some in chunks(sorted(set(commits)), KEYS_AT_ONCE)
        for commit, count in connection.execute(
            sa.select(of, sa.func.count()).where(of.in_(some)).group_by(of)
        )
    }


def audits_of(connection: sa.Connection, rows: Iterable[RowKey]) -> pd.DataFrame:
    """Return every log row of many records, oldest first of each table."""
    log, place = SQL_TABLES["audit"], table_by_code("audit")
    by_table: dict[str, list[str]] = {}
    for code, key in rows:
        by_table.setdefault(code, []).append(key)
    found = [
        row
        for code, keys in by_table.items()
        for some in chunks(keys, KEYS_AT_ONCE)
        for row in _rows(
            connection,
            _select(connection.dialect.name, place)
            .where(log.c["table"] == code, log.c["row_key"].in_(some))
            .order_by(log.c[SEQ]),
        )
    ]
    return _frame(place, found)


def records(
    connection: sa.Connection, wanted: Iterable[RowKey]
) -> dict[RowKey, Record]:
    """Return those of the wanted rows that exist."""
    by_table: dict[str, list[str]] = {}
    for code, key in wanted:
        by_table.setdefault(code, []).append(key)
    return {
        (code, table_by_code(code).key_of(record)): record
        for code, keys in by_table.items()
        for record in _records(connection, table_by_code(code), keys)
    }


def _records(
    connection: sa.Connection, table: Table, keys: Sequence[str]
) -> list[Record]:
    stored = SQL_TABLES[table.code]
    columns = [stored.c[field.name] for field in table.fields]
    found: list[Record] = []
    for some in chunks(keys, KEYS_AT_ONCE):
        rows = connection.execute(
            sa.select(*columns).where(key_column(table).in_(some))
        ).mappings()
        found += [record_from(table, dict(row)) for row in rows]
    return found


def chunks(items: Sequence[str], size: int) -> Iterable[list[str]]:
    """Yield `items` in lists of at most `size`."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _whole(connection: sa.Connection, table: Table) -> pd.DataFrame:
    rows = _rows(connection, _all_of(connection.dialect.name, table.code, AUDIT_TAIL))
    return _frame(table, rows if table.code != "audit" else rows[::-1])


def put_away(connection: sa.Connection, code: str) -> pd.DataFrame:
    """Return the rows of a table that are put away, in the order of insertion."""
    stored = SQL_TABLES[code]
    query = _select(connection.dialect.name, table_by_code(code)).where(
        stored.c[ARCHIVED].is_not(None)
    )
    rows = _rows(connection, query.order_by(stored.c[SEQ]))
    return _frame(table_by_code(code), rows)


def _since(connection: sa.Connection, table: Table, revision: int) -> pd.DataFrame:
    query = _changed_of(connection.dialect.name, table.code)
    return _frame(table, connection.execute(query, {"known": revision}).all())


@cache
def _all_of(dialect: str, code: str, newest: int) -> sa.Executable:
    """Return the query for all rows; of the log for the newest, them first."""
    seq = SQL_TABLES[code].c[SEQ]
    query = _live(code, _select(dialect, table_by_code(code)))
    if code != "audit":
        return _compiled(dialect, query.order_by(seq))
    tail = sa.literal_column(str(newest), sa.Integer)
    ordered = query.order_by(seq.desc()).limit(tail).offset(_ZERO)
    return _compiled(dialect, ordered)


@cache
def _changed_of(dialect: str, code: str) -> sa.Executable:
    """Return the query for the rows that changed since revision `:known`."""
    stored = SQL_TABLES[code]
    changed = _select(dialect, table_by_code(code)).where(
        stored.c[REVISION] > sa.bindparam("known")
    )
    # "+ 0" keeps SQLite from walking the whole table in the order of `_seq`.
    order = stored.c[SEQ] + _ZERO
    return _compiled(dialect, _live(code, changed).order_by(order))


def _live(code: str, query: sa.Select[Any]) -> sa.Select[Any]:
    """Return the query without what is put away."""
    stored = SQL_TABLES[code]
    return query.where(stored.c[ARCHIVED].is_(None)) if ARCHIVED in stored.c else query


def _compiled(dialect: str, query: sa.Select[Any]) -> sa.Executable:
    """Return a query of SQLite as its text, which every engine takes as it is.

    SQLAlchemy compiles anew for each engine: 60 ms before the first snapshot of a
    store. What SQLite's driver gives needs no turning, see `_select`.
    """
    if dialect != "sqlite":
        return query
    return sa.text(str(query.compile(dialect=sqlite.dialect(paramstyle="named"))))


def _merged(table: Table, old: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """Return `old` with changed rows in their places and new ones at the end."""
    if changed.empty or old.empty:
        return changed if old.empty else old
    places = old.index.get_indexer(changed.index)
    known = places >= 0
    merged = _with_rows(old, places[known], changed[known]) if known.any() else old
    if not known.all():
        merged = pd.concat([merged, changed[~known]])
    return merged.tail(AUDIT_TAIL) if table.code == "audit" else merged


def _with_rows(old: pd.DataFrame, places: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """Return `old` with `rows` at `places`; untouched columns share their memory."""
    replaced = {}
    for name in old.columns:
        if not _equal(old[name].array.take(places), rows[name].array):
            replaced[name] = old[name].copy()
            replaced[name].iloc[places] = rows[name].array
    return old.assign(**replaced)


def _equal(one: Any, other: Any) -> bool:
    """Whether two arrays of one dtype hold the same."""
    if isinstance(one, pd.Categorical):  # comparing the vocabularies would cost most
        return bool((one.codes == other.codes).all())
    return bool(one.equals(other))


def _select(dialect: str, table: Table) -> sa.Select[Any]:
    """Return a query for the values as the driver gives them.

    SQLite's dates stay text here: pandas reads a column of them many times faster
    than SQLAlchemy turns them into objects one by one.
    """
    stored = SQL_TABLES[table.code]
    as_text = dialect == "sqlite"
    return sa.select(
        *(
            sa.type_coerce(stored.c[field.name], sa.Text())
            if as_text and field.kind in ("date", "datetime")
            else stored.c[field.name]
            for field in table.fields
        )
    )


def _rows(connection: sa.Connection, query: sa.Executable) -> Sequence[Any]:
    return connection.execute(query).all()


def _frame(table: Table, rows: Sequence[Any]) -> pd.DataFrame:
    if not rows:
        return _empty(table.code)
    names = [field.name for field in table.fields]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return frame_from_columns(table, _keys(table, columns), columns)


@cache
def _empty(code: str) -> pd.DataFrame:
    # Making columns takes longer than filling them, and most tables rarely change.
    return empty_frame(table_by_code(code))


def _keys(table: Table, columns: Mapping[str, Sequence[Any]]) -> Sequence[str]:
    if len(table.key) == 1:
        return columns[table.key[0]]
    parts = (map(str, columns[name]) for name in table.key)
    return [KEY_SEPARATOR.join(key) for key in zip(*parts, strict=True)]
