"""Connections: how SQLite and PostgreSQL are opened and how transactions begin."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa

from lib.errors import StoreUnavailable
from lib.store.sql.append_only import hear
from lib.store.sql.faults import FileGone

BUSY_SECONDS: Final[float] = 5
"""How long a write waits for another's before it gives up."""

_BEGIN: Final = "mimamori_begin"
_INODE: Final = "mimamori_inode"


def sqlite_engine(path: Path) -> sa.Engine:
    """Return an engine on an existing SQLite file; it never makes one.

    A file made in passing would be an empty store in place of the one that was
    moved away, and everybody would write into it.
    """
    address = f"file:{quote(str(path.resolve()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # transactions are begun by `_begin` below
            check_same_thread=False,
        )

    engine = sa.create_engine(
        "sqlite://",
        creator=connect,
        poolclass=sa.QueuePool,
        pool_size=5,
        max_overflow=25,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        record.info[_INODE] = _inode(path)
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000:.0f}",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            # So that INSERT OR REPLACE meets the triggers of 操作ログ too.
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        hear(connection)

    @sa.event.listens_for(engine, "checkout")
    def _is_still_the_file(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info[_INODE] != _inode(path):
            raise sa.exc.DisconnectionError("the file was replaced")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        kind = connection.get_execution_options().get(_BEGIN, "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def postgres_engine(url: sa.URL) -> sa.Engine:
    """Return an engine on a PostgreSQL database."""
    options = {
        "timezone": "UTC",
        "lock_timeout": f"{BUSY_SECONDS * 1000:.0f}ms",
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "60s",
    }
    return sa.create_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "options": " ".join(
                f"-c {name}={value}" for name, value in options.items()
            ),
        },
    )


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection on which all reads see the same moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(  # noqa: PLW2901
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in a transaction that may write; leaving it commits."""
    with (
        engine.connect().execution_options(**{_BEGIN: "IMMEDIATE"}) as connection,
        connection.begin(),
    ):
        yield connection


def write_anew(engine: sa.Engine) -> None:
    """Rewrite the whole database, so that freed space keeps nothing of what was erased.

    On SQLite its journal is emptied too. On PostgreSQL dead rows go; what the server's
    own journal and its backups keep is not ours (docs/operations.md).
    """
    connection = engine.raw_connection()  # neither works inside a transaction
    try:
        is_sqlite = engine.dialect.name == "sqlite"
        if not is_sqlite:
            connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        if is_sqlite:
            empty_journal(cursor)
        cursor.close()
    finally:
        connection.invalidate()
        connection.close()


def empty_journal(connection: Any) -> None:
    """Empty the journal of a SQLite file, which keeps former pages.

    connection: of the driver, or its cursor; outside a transaction.

    Raises:
        StoreUnavailable: somebody still reads what stands in it.
    """
    found = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if found[0]:
        raise StoreUnavailable("somebody still reads the journal")


def make_private(path: Path) -> None:
    """Make an empty file only its owner can read, and its folders; keep an existing.

    SQLite gives the files it lays beside (-wal, -shm) the same mode.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError as error:
        raise FileGone from error
