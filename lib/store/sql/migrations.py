"""Bringing an older database to the present layout, after a copy of it.

Whatever the schema has gained is added: tables, and columns with the default of
their field. What changed its English name stands in `RENAMES`. All of it happens in
one transaction, so a database has either the old layout or the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from lib import clock
from lib.errors import StoreDamaged, StoreTooNew
from lib.schema.frames import plain
from lib.schema.tables import TABLES
from lib.store.sql.append_only import guard, is_guarded, rewriting_log
from lib.store.sql.copies import copy_file
from lib.store.sql.engine import writing
from lib.store.sql.layout import ARCHIVED, LAYOUT, META, SQL_TABLES, metadata

RENAMES: Final[Mapping[int, Mapping[str, Mapping[str, str]]]] = {}
"""Layout number → table code → old English name → new one.

The number is that of the first layout with the new name; raise `LAYOUT` to it.
"""

_LOCK_NUMBER: Final = 6_420_411
"""Any number, always the same: PostgreSQL's lock on "changing the layout"."""


def bring_up(engine: sa.Engine, *, backups: Path) -> None:
    """Make the tables in an empty database, or bring those of an older one up.

    An older SQLite file is first copied to `backups`; in PostgreSQL the tables are
    copied into a schema `backup_…` beside.

    Raises:
        StoreTooNew: a newer program wrote it. Nothing was touched.
        StoreDamaged: our tables are there without the one that keeps the books.
    """
    with writing(engine) as connection:
        _take_lock(connection)
        if _is_new(connection):
            _make(connection)
            return
        found = _layout(connection)
        if found == LAYOUT and not _lacks_anything(connection):
            if not is_guarded(connection):
                guard(connection)
            return
        if engine.dialect.name == "postgresql":
            _copy_tables(connection)
            _migrate(connection, found)
            return
    # SQLite copies a file only outside a transaction; the caller holds a lock.
    copy_file(engine, backups / f"before-layout-{LAYOUT}-{_stamp()}.db")
    with writing(engine) as connection:
        _migrate(connection, _layout(connection))


def _take_lock(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))


def _is_new(connection: sa.Connection) -> bool:
    names = set(sa.inspect(connection).get_table_names())
    if META.name in names:
        return False
    if names & SQL_TABLES.keys():
        raise StoreDamaged("our tables without the one that keeps the books")
    return True


def _make(connection: sa.Connection) -> None:
    for words in _layout_of(connection.dialect.name):
        connection.exec_driver_sql(words)
    guard(connection)
    connection.execute(
        META.insert().values(one=1, layout=LAYOUT, revision=0, rewritten=0, last_seq=0)
    )


@cache
def _layout_of(dialect: str) -> tuple[str, ...]:
    """Return the statements that make all tables; compiling them takes longest."""
    speaks = {"sqlite": sqlite, "postgresql": postgresql}[dialect].dialect()
    made: list[sa.schema.ExecutableDDLElement] = []
    for table in metadata.sorted_tables:
        made += [CreateTable(table), *map(CreateIndex, table.indexes)]
    return tuple(str(statement.compile(dialect=speaks)) for statement in made)


def _layout(connection: sa.Connection) -> int:
    found = connection.execute(sa.select(META.c.layout)).scalar_one_or_none()
    if found is None:
        raise StoreDamaged("the table that keeps the books is empty")
    if found > LAYOUT:
        raise StoreTooNew(found=found, known=LAYOUT)
    return int(found)


def _lacks_anything(connection: sa.Connection) -> bool:
    present = _columns(connection)
    return any(
        set(table.columns.keys()) - present.get(table.name, set())
        for table in metadata.sorted_tables
    )


def _columns(connection: sa.Connection) -> dict[str, set[str]]:
    """Return the columns that stand in the database, by table."""
    inspector = sa.inspect(connection)
    return {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name in metadata.tables
    }


def _migrate(connection: sa.Connection, found: int) -> None:
    for layout in range(found + 1, LAYOUT + 1):
        for code, names in RENAMES.get(layout, {}).items():
            for old, new in names.items():
                _rename(connection, code, old, new)
    metadata.create_all(connection)
    _add_columns(connection)
    guard(connection)
    # Whatever a running process has read is no longer the whole of it.
    connection.execute(
        META.update().values(
            layout=LAYOUT,
            revision=META.c.revision + 1,
            rewritten=META.c.revision + 1,
        )
    )


def _rename(connection: sa.Connection, code: str, old: str, new: str) -> None:
    if old not in _columns(connection).get(code, set()):
        return
    quoted = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(
        f"ALTER TABLE {quoted(code)} RENAME COLUMN {quoted(old)} TO {quoted(new)}"
    )
    log = SQL_TABLES["audit"]
    with rewriting_log(connection):
        connection.execute(
            log.update()
            .where(log.c["table"] == code, log.c.field_name == old)
            .values(field_name=new)
        )


def _add_columns(connection: sa.Connection) -> None:
    present = _columns(connection)
    quoted = connection.dialect.identifier_preparer.quote
    for table in TABLES:
        stored = SQL_TABLES[table.code]
        for field in table.fields:
            if field.name in present[table.code]:
                continue
            column = stored.c[field.name]
            made = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(
                f"ALTER TABLE {quoted(table.code)} ADD COLUMN {made}"
            )
            default = plain(field, field.default)
            if default not in (None, ""):
                with rewriting_log(connection):
                    connection.execute(stored.update().values({field.name: default}))
        if ARCHIVED in stored.c and ARCHIVED not in present[table.code]:
            made = sa.schema.CreateColumn(stored.c[ARCHIVED]).compile(
                dialect=connection.dialect
            )
            connection.exec_driver_sql(
                f"ALTER TABLE {quoted(table.code)} ADD COLUMN {made}"
            )
            for index in stored.indexes:
                index.create(connection, checkfirst=True)


def _copy_tables(connection: sa.Connection) -> None:
    quoted = connection.dialect.identifier_preparer.quote
    schema = quoted(f"backup_before_layout_{LAYOUT}_{_stamp().replace('-', '_')}")
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    for name in _columns(connection):
        copy = f"CREATE TABLE {schema}.{quoted(name)} AS TABLE {quoted(name)}"
        connection.exec_driver_sql(copy)


def _stamp() -> str:
    return f"{clock.now():%Y%m%d-%H%M%S}"
