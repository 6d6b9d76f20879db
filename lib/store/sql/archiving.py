"""Putting years away in SQL: one column says so, and nothing else of the row changes.

A table of its own for each year would let one number stand twice, and would part a row
from its place in the order; here the primary key keeps every number unique, and bringing
back is the same update the other way round. What everybody loads is found by an index
that begins with that column, so what is put away costs nobody anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any

import pandas as pd
import sqlalchemy as sa

from lib.schema.frames import empty_frame, plain
from lib.schema.tables import table as table_by_code
from lib.store.archive import (
    CASES,
    CODES,
    HANGING,
    INDEXED,
    Archive,
    Moved,
    Moving,
    RowKey,
    log_rows,
)
from lib.store.sql import reading as reads
from lib.store.sql.layout import (
    ARCHIVED,
    COMMITS,
    META,
    REVISION,
    SEQ,
    SQL_TABLES,
    key_column,
)


def revision(connection: sa.Connection) -> int:
    """Return the last revision at which something was put away, or rows vanished."""
    return int(connection.execute(sa.select(META.c.rewritten)).scalar_one())


def years(connection: sa.Connection) -> tuple[int, ...]:
    """Return the years under which complaints are kept, the first first."""
    year = SQL_TABLES[CASES].c[ARCHIVED]
    found = connection.execute(
        sa.select(year).where(year.is_not(None)).distinct().order_by(year)
    )
    return tuple(found.scalars())


def archive(connection: sa.Connection) -> Archive:
    """Return everything that is put away, in the order of insertion."""
    stored = SQL_TABLES[CASES]
    year, key = stored.c[ARCHIVED], key_column(table_by_code(CASES))
    found = connection.execute(sa.select(key, year).where(year.is_not(None))).all()
    return Archive(
        frames={code: reads.put_away(connection, code) for code in CODES},
        years={str(case): int(kept) for case, kept in found},
    )


def index(connection: sa.Connection) -> pd.DataFrame:
    """Return what the complaints that are put away are looked up by; see `INDEXED`."""
    stored = SQL_TABLES[CASES]
    columns = [stored.c[name] for name in ("id", *INDEXED)]
    query = sa.select(*columns).where(stored.c[ARCHIVED].is_not(None))
    found = pd.DataFrame(
        connection.execute(query.order_by(stored.c[SEQ])).all(),
        columns=["id", *INDEXED],
    )
    shape = empty_frame(table_by_code(CASES))[list(INDEXED)]
    found = found.set_index(found.pop("id").astype("str").rename("key"))
    return found.astype(shape.dtypes.to_dict())


def archived_among(
    connection: sa.Connection, rows: Iterable[RowKey]
) -> frozenset[RowKey]:
    """Return those of the rows that are put away."""
    return frozenset(
        (code, str(key))
        for code, keys in _by_table(rows).items()
        for some in reads.chunks(keys, reads.KEYS_AT_ONCE)
        for key in connection.execute(
            sa.select(key_column(table_by_code(code))).where(
                key_column(table_by_code(code)).in_(some),
                SQL_TABLES[code].c[ARCHIVED].is_not(None),
            )
        ).scalars()
    )


def move(connection: sa.Connection, moving: Moving) -> Moved:
    """Put complaints away or bring them back; see `Archives.move`.

    The row of `_meta` is locked first, as for every commit: nobody writes between the
    look at the rows and the move.
    """
    meta = connection.execute(sa.select(META).with_for_update()).one()
    cases = list(moving.cases)
    if _was_applied(connection, moving):
        return Moved(done=tuple(cases))
    standing = _standing(connection, moving)
    done = tuple(c for c in cases if standing.get(c) == dict(moving.cases[c]))
    passed = tuple(case for case in cases if case not in set(done))
    if done:
        now = meta.revision + 1
        for case_year, some in _by_year(moving, done).items():
            rows = [row for case in some for row in moving.cases[case]]
            _mark(connection, rows, case_year, now)
        last = _log(connection, moving, done, now, meta.last_seq)
        connection.execute(
            META.update().values(revision=now, rewritten=now, last_seq=last)
        )
        connection.execute(
            COMMITS.insert().values(id=moving.id, at=moving.at, revision=now)
        )
    return Moved(done, passed)


def _was_applied(connection: sa.Connection, moving: Moving) -> bool:
    found = sa.select(COMMITS.c.id).where(COMMITS.c.id == moving.id)
    return connection.execute(found).first() is not None


def _standing(
    connection: sa.Connection, moving: Moving
) -> dict[str, dict[RowKey, int]]:
    """Return the rows of each complaint, with their versions, where they move from."""
    found: dict[str, dict[RowKey, int]] = defaultdict(dict)
    for code in CODES:
        stored, key = SQL_TABLES[code], key_column(table_by_code(code))
        case = stored.c[HANGING[code]] if code in HANGING else key
        here = stored.c[ARCHIVED].is_not(None)
        query = sa.select(case, key, stored.c.version).where(
            here if moving.is_back else sa.not_(here)
        )
        for some in reads.chunks(list(moving.cases), reads.KEYS_AT_ONCE):
            rows = connection.execute(query.where(case.in_(some)))
            for own, name, version in rows:
                found[str(own)][code, str(name)] = int(version or 0)
    return found


def _by_year(moving: Moving, done: Collection[str]) -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = defaultdict(list)
    for case in done:
        found[moving.years.get(case)].append(case)
    return found


def _by_table(rows: Iterable[RowKey]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, key in rows:
        if code in CODES:
            found[code].append(key)
    return found


def _mark(
    connection: sa.Connection, rows: Iterable[RowKey], year: int | None, now: int
) -> None:
    values: dict[str, Any] = {ARCHIVED: year, REVISION: now}
    for code, keys in _by_table(rows).items():
        column = key_column(table_by_code(code))
        for some in reads.chunks(keys, reads.KEYS_AT_ONCE):
            connection.execute(
                SQL_TABLES[code].update().where(column.in_(some)).values(values)
            )


def _log(
    connection: sa.Connection,
    moving: Moving,
    done: Collection[str],
    now: int,
    last: int,
) -> int:
    """Add the log rows; return the last place in the order that is taken now."""
    place = table_by_code("audit")
    rows = [
        {field.name: plain(field, getattr(entry, field.name)) for field in place.fields}
        | {REVISION: now, SEQ: seq}
        for entry, seq in zip(log_rows(moving, list(done)), count(last + 1))
    ]
    connection.execute(SQL_TABLES["audit"].insert(), rows)
    return last + len(rows)
