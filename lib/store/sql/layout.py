"""The SQL tables, made from the schema, and the few that keep the books.

Column names are the English field names and values the Japanese words, so that BI
tools read them. Each table carries two columns of ours besides: `_revision`, the
revision of the row's last change, and `_seq`, its place in the order of insertion.
Tables whose key has several parts also carry `_key`, the parts in one text. Tables of
which years are put away carry `_archived`, the year: the row stays where it is, with its
number, its log and its place in the order, and is left out of what everybody loads.

| kind | SQLite | PostgreSQL |
|---|---|---|
| text, choice, choices | TEXT | TEXT |
| integer | BIGINT | BIGINT |
| decimal | DOUBLE | DOUBLE PRECISION |
| date | DATE ("2026-11-21") | DATE |
| datetime | DATETIME, UTC ("2026-11-21 05:30:00") | TIMESTAMPTZ |

Missing is '' in text and choices, NULL elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from lib import clock
from lib.schema.column import Field
from lib.schema.tables import TABLES, Table
from lib.store.archive import CODES

LAYOUT: Final = 1
"""Number of this layout; grows when a table or a column changes its meaning or name."""

_SECONDS = sqlite.DATETIME(truncate_microseconds=True)  # type: ignore[no-untyped-call]


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware moment in Tokyo; kept as timestamptz, or in UTC where none exists."""

    impl = sa.DateTime(timezone=True).with_variant(_SECONDS, "sqlite")
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: sa.Dialect
    ) -> datetime | None:
        """Return the moment in UTC, without its zone where the dialect has none."""
        if value is None:
            return None
        moment = clock.in_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - signature of SQLAlchemy
    ) -> datetime | None:
        """Return the moment in Tokyo; what has no zone is UTC."""
        if value is None:
            return None
        return clock.in_tokyo(value if value.tzinfo else value.replace(tzinfo=UTC))


BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that is compared byte by byte on every database, as keys must be."""

metadata = sa.MetaData()

META: Final = sa.Table(
    "_meta",
    metadata,
    sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
    sa.Column("layout", sa.Integer, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("rewritten", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
)
"""One row. `rewritten` is the last revision at which rows vanished, so that a
snapshot older than it has to be read anew as a whole."""

COMMITS: Final = sa.Table(
    "_commits",
    metadata,
    sa.Column("id", BYTEWISE, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
"""Every commit ever applied, so that a repeated one is recognised."""

REVISION: Final = "_revision"
SEQ: Final = "_seq"
KEY: Final = "_key"
ARCHIVED: Final = "_archived"
"""The year under which a row is put away; NULL for one that everybody sees."""


def _sql_type(field: Field, *, in_key: bool) -> Any:
    match field.kind:
        case "integer":
            return sa.BigInteger()
        case "decimal":
            return sa.Double()
        case "date":
            return sa.Date()
        case "datetime":
            return Moment()
        case _:
            return BYTEWISE if in_key else sa.Text()


def _column(table: Table, field: Field) -> sa.Column[Any]:
    in_key = field.name in table.key
    never_null = in_key or field.kind in ("text", "choices")
    return sa.Column(
        field.name,
        _sql_type(field, in_key=in_key),
        primary_key=in_key,
        nullable=not never_null,
        server_default=sa.text("''") if never_null and not in_key else None,
    )


def _sql_table(table: Table) -> sa.Table:
    columns = [_column(table, field) for field in table.fields]
    if len(table.key) > 1:
        columns.append(sa.Column(KEY, BYTEWISE, nullable=False, unique=True))
    columns.append(sa.Column(REVISION, sa.BigInteger, nullable=False, index=True))
    columns.append(sa.Column(SEQ, sa.BigInteger, nullable=False, index=True))
    if table.code not in CODES:
        return sa.Table(table.code, metadata, *columns)
    columns.append(sa.Column(ARCHIVED, sa.Integer, nullable=True))
    # What is put away costs those who load the rest nothing.
    index = sa.Index(f"ix_{table.code}_archived", ARCHIVED, SEQ)
    return sa.Table(table.code, metadata, *columns, index)


SQL_TABLES: Final = {table.code: _sql_table(table) for table in TABLES}
"""The SQLAlchemy table for each table code."""

sa.Index(
    "ix_audit_row",
    SQL_TABLES["audit"].c["table"],
    SQL_TABLES["audit"].c["row_key"],
)


def key_column(table: Table) -> sa.Column[Any]:
    """Return the column that holds a row's key as one text."""
    name = table.key[0] if len(table.key) == 1 else KEY
    return SQL_TABLES[table.code].c[name]
