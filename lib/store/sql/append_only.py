"""操作ログ can be added to and nothing else, whoever is connected.

The database itself refuses: triggers stop every UPDATE and DELETE of a log row. Two
acts are let through. Rows that the sample year made go with it. And a connection that
says so (`rewriting_log`) may change what is written in a row: when people's data are
taken out for good, and when a field gets another name.

A tool that opens the SQLite file beside the app has not even the function by which the
trigger asks, so that its statement fails too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from lib.schema.vocab import AuditRoute

_ASKS: Final = "mimamori_rewrites_log"
_FLAG: Final = "mimamori.rewrites_log"
_REFUSAL: Final = "operation log: rows are added and never changed"
_TRIGGERS: Final = ("audit_stays_update", "audit_stays_delete")
_TRUNCATE: Final = "audit_stays_truncate"
"""Only PostgreSQL has it, and it goes past the trigger of a row."""

INDEXES: Final = {
    "ix_audit_commit": "commit_id",
    "ix_audit_at": "at",
}
"""What the search of 操作ログ goes by, beside the order of insertion."""


def hear(connection: Any) -> None:
    """Give a connection of SQLite the function that the triggers ask; it says no."""
    connection.create_function(_ASKS, 0, lambda: 0)


@contextmanager
def rewriting_log(connection: sa.Connection) -> Iterator[None]:
    """Let this connection change log rows within the block, and no other connection.

    Only for taking people's data out of them, and for what migrations rename.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL {_FLAG} = 'yes'")
        try:
            yield
        finally:
            if not connection.invalidated and connection.in_transaction():
                _back_to_no(connection)
        return
    raw: Any = connection.connection.driver_connection
    raw.create_function(_ASKS, 0, lambda: 1)
    try:
        yield
    finally:
        hear(raw)


def _back_to_no(connection: sa.Connection) -> None:
    """Take the permission back; a transaction that failed has none any more."""
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INTRANS":
        connection.exec_driver_sql(f"SET LOCAL {_FLAG} = 'no'")


def is_guarded(connection: sa.Connection) -> bool:
    """Whether the triggers and indexes stand."""
    return not (
        _wanted(connection) - _standing(connection)
        or INDEXES.keys() - _indexed(connection)
    )


def guard(connection: sa.Connection) -> None:
    """Set the triggers up where they are missing, and the indexes of the search."""
    for name, column in INDEXES.items():
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {name} ON audit ({_quoted(connection, column)})"
        )
    missing = _wanted(connection) - _standing(connection)
    if not missing:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
    made = _postgres if connection.dialect.name == "postgresql" else _sqlite
    for name in sorted(missing):
        connection.exec_driver_sql(made(name, name.rpartition("_")[2].upper()))


def _wanted(connection: sa.Connection) -> set[str]:
    on_postgres = connection.dialect.name == "postgresql"
    return {*_TRIGGERS, *([_TRUNCATE] if on_postgres else [])}


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _standing(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit'::regclass"
        query += " AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return {str(row[0]) for row in connection.exec_driver_sql(query)}


def _indexed(connection: sa.Connection) -> set[str]:
    return {str(i["name"]) for i in sa.inspect(connection).get_indexes("audit")}


def _sqlite(name: str, event: str) -> str:
    sample = f"OLD.route <> '{AuditRoute.SAMPLE.value}' AND " * (event == "DELETE")
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON audit"
        f" WHEN {sample}{_ASKS}() = 0"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _postgres(name: str, event: str) -> str:
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return (
        # One that somebody switched off is set up anew.
        f"DROP TRIGGER IF EXISTS {name} ON audit;"
        f"CREATE TRIGGER {name} BEFORE {event} ON audit"
        f" FOR EACH {each} EXECUTE FUNCTION mimamori_log_stays()"
    )


_POSTGRES_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION mimamori_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION '{_REFUSAL}';
  END IF;
  IF current_setting('{_FLAG}', true) IS DISTINCT FROM 'yes'
     AND NOT (TG_OP = 'DELETE' AND OLD.route = '{AuditRoute.SAMPLE.value}') THEN
    RAISE EXCEPTION '{_REFUSAL}';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""
