"""Opening a database: made when new, brought to the present layout when old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from filelock import FileLock, Timeout

from lib.errors import StoreDamaged, StoreUnavailable
from lib.store.sql.engine import make_private, postgres_engine, sqlite_engine
from lib.store.sql.faults import mapped
from lib.store.sql.migrations import bring_up
from lib.store.sql.store import SqlStore

BACKUPS: Final = "backups"
"""Folder below the data folder."""

_PATIENCE: Final = 60.0


def open_sqlite(path: Path, *, data: Path) -> SqlStore:
    """Return the store in a SQLite file, which is made where there is none."""
    with mapped(), alone(data, "opening"):
        make_private(path)
        engine = sqlite_engine(path)
        try:
            _check_and_use_wal(engine)
            bring_up(engine, backups=data / BACKUPS)
        except BaseException:
            engine.dispose()
            raise
    return SqlStore(engine)


def open_postgres(address: sa.URL, *, data: Path) -> SqlStore:
    """Return the store in a PostgreSQL database; its tables are made if missing."""
    engine = postgres_engine(address)
    try:
        with mapped():
            bring_up(engine, backups=data / BACKUPS)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine)


@contextmanager
def alone(data: Path, what: str) -> Iterator[None]:
    """Let one process of this machine at a time do `what`.

    Raises:
        StoreUnavailable: another has been at it for a minute.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(data / f"{what}.lock", timeout=_PATIENCE, mode=0o600):
            yield
    except Timeout as error:
        raise StoreUnavailable(f"another process is still {what}") from error


def _check_and_use_wal(engine: sa.Engine) -> None:
    """Check the file and set its journal; both work only outside a transaction."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA quick_check(1)")
        if cursor.fetchall() != [("ok",)]:
            raise StoreDamaged("quick_check found broken pages")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()
    finally:
        connection.close()
