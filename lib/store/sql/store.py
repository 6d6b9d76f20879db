"""The store on SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final, TypeVar

import pandas as pd
import sqlalchemy as sa

from lib.store.archive import Archive, Moved, Moving
from lib.store.log_search import LogPage, LogQuery
from lib.store.merge import RowKey
from lib.store.protocol import Commit, Receipt, Snapshot
from lib.store.sql import archiving
from lib.store.sql import reading as reads
from lib.store.sql.engine import BUSY_SECONDS, reading, write_anew, writing
from lib.store.sql.faults import mapped, may_pass
from lib.store.sql.writing import apply

TRIES: Final = 3

Written = TypeVar("Written")

_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class SqlStore:
    """A `Store` on one database. Make it with `lib.store.opening.open_store`."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose database has the present layout."""
        self._engine = engine

    @property
    def kind(self) -> str:
        """What the badge says: "SQLite" or "PostgreSQL"."""
        return _NAMES[self._engine.dialect.name]

    def load(self) -> Snapshot:
        """Return everything, in the order of insertion; of 操作ログ the tail."""
        with mapped(), reading(self._engine) as connection:
            return reads.snapshot(connection)

    def refresh(self, known: Snapshot) -> Snapshot:
        """Return what stands now; costs one small query where nothing changed."""
        with mapped(), reading(self._engine) as connection:
            return reads.newer(connection, known)

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes with their log rows, or nothing; see `Store.commit`.

        A transaction that a deadlock, a lock or a broken connection ended is tried
        again up to three times, as long as no more time than one wait has passed.
        """
        return self._written(lambda connection: apply(connection, commit))

    def _written(self, write: Callable[[sa.Connection], Written]) -> Written:
        """Return what `write` gives in a transaction that holds."""
        started = time.monotonic()
        with mapped():
            for left in range(TRIES - 1, -1, -1):
                try:
                    with writing(self._engine) as connection:
                        return write(connection)
                except sa.exc.DBAPIError as error:
                    late = time.monotonic() - started > BUSY_SECONDS - 1
                    if not left or late or not may_pass(error):
                        raise
        raise AssertionError  # the last try returns or raises

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first, however old."""
        with mapped(), reading(self._engine) as connection:
            return reads.audit_of(connection, table, key)

    def search_log(self, query: LogQuery) -> LogPage:
        """Return one window of 操作ログ; see `Store.search_log`."""
        with mapped(), reading(self._engine) as connection:
            return reads.log_page(connection, query)

    def audits(self, rows: Collection[RowKey]) -> pd.DataFrame:
        """Return every log row of many records, however old."""
        with mapped(), reading(self._engine) as connection:
            return reads.audits_of(connection, rows)

    def archive_revision(self) -> int:
        """Return what differs after every change of what is put away."""
        with mapped(), reading(self._engine) as connection:
            return archiving.revision(connection)

    def archive_years(self) -> tuple[int, ...]:
        """Return the years under which something is kept."""
        with mapped(), reading(self._engine) as connection:
            return archiving.years(connection)

    def archive(self) -> Archive:
        """Return everything that is put away."""
        with mapped(), reading(self._engine) as connection:
            return archiving.archive(connection)

    def archive_index(self) -> pd.DataFrame:
        """Return what the complaints that are put away are looked up by."""
        with mapped(), reading(self._engine) as connection:
            return archiving.index(connection)

    def move(self, moving: Moving) -> Moved:
        """Put complaints away or bring them back; see `Archives.move`."""
        return self._written(lambda connection: archiving.move(connection, moving))

    def scrub(self) -> None:
        """Write the database anew, so that no page keeps what was erased."""
        with mapped():
            write_anew(self._engine)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()
