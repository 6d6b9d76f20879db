"""Opening a database: made when new, brought to the present layout when old."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from lib.errors import StoreDamaged, StoreTooNew
from lib.store.sql.engine import make_private, postgres_engine, sqlite_engine, writing
from lib.store.sql.faults import mapped
from lib.store.sql.layout import LAYOUT, META, SQL_TABLES, metadata
from lib.store.sql.store import SqlStore

OPENING_SECONDS = 60


def open_sqlite(path: Path, *, data: Path) -> SqlStore:
    """Return the store in a SQLite file, which is made where there is none."""
    with mapped():
        make_private(path)
        engine = sqlite_engine(path)
        with _alone(data):
            _use_wal(engine)
            _bring_up(engine)
    return SqlStore(engine)


def open_postgres(address: sa.URL, *, data: Path) -> SqlStore:
    """Return the store in a PostgreSQL database; its tables are made if missing."""
    engine = postgres_engine(address)
    with mapped(), _alone(data):
        _bring_up(engine)
    return SqlStore(engine)


class _alone(FileLock):  # noqa: N801 - reads as a phrase: `with _alone(data)`
    """Lets one process of this machine open the store at a time."""

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(data / "opening.lock", timeout=OPENING_SECONDS)


def _use_wal(engine: sa.Engine) -> None:
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


def _bring_up(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        names = set(sa.inspect(connection).get_table_names())
        if META.name not in names:
            if names & SQL_TABLES.keys():
                raise StoreDamaged("our tables without the one that keeps the books")
            metadata.create_all(connection)
            connection.execute(
                META.insert().values(
                    one=1, layout=LAYOUT, revision=0, rewritten=0, last_seq=0
                )
            )
        found = connection.execute(sa.select(META.c.layout)).scalar_one()
        if found > LAYOUT:
            raise StoreTooNew(found=found, known=LAYOUT)
