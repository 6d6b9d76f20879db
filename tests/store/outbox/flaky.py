"""A real store that can be out of order: what stands behind the outbox in its tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import pandas as pd

from lib.errors import AppError, StoreUnavailable
from lib.store.log_search import LogPage, LogQuery
from lib.store.protocol import Commit, Mended, Mending, Receipt, Snapshot, Store

Act = Callable[[], object]


class FlakyStore:
    """Passes everything on to a store, unless it is told to fail."""

    kind = "Flaky"

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.failing: AppError | None = None
        self.lose_answers = False
        """Apply, then say that nobody knows."""
        self.before_commit: Act = lambda: None
        self.gate = threading.Event()
        self.gate.set()
        self.commits: list[str] = []
        """Ids of the commits that it was asked for, in order."""
        self.reads = 0
        self.last: Snapshot | None = None
        """What the machine saw before this process began."""

    @contextmanager
    def away(self, error: AppError | None = None) -> Iterator[None]:
        """Fail everything inside."""
        self.failing = error or StoreUnavailable("down")
        try:
            yield
        finally:
            self.failing = None

    def load(self) -> Snapshot:
        self.reads += 1
        self._check()
        return self.inner.load()

    def refresh(self, known: Snapshot) -> Snapshot:
        self.reads += 1
        self._check()
        found = self.inner.refresh(known)
        assert self.gate.wait(10)
        return found

    def commit(self, commit: Commit) -> Receipt:
        self.commits.append(commit.id)
        self.before_commit()
        self._check()
        receipt = self.inner.commit(commit)
        if self.lose_answers:
            raise StoreUnavailable("no answer")
        return receipt

    def audits(self, rows: Collection[tuple[str, str]]) -> pd.DataFrame:
        self._check()
        return self.inner.audits(rows)

    def audit(self, table: str, key: str) -> pd.DataFrame:
        self._check()
        return self.inner.audit(table, key)

    def search_log(self, query: LogQuery) -> LogPage:
        self._check()
        return self.inner.search_log(query)

    def remembered(self) -> Snapshot | None:
        return self.last

    def confirm(self, token: str) -> None:
        assert self.failing
        assert token == "token"
        self.failing = None

    def mend(self, mending: Mending) -> Mended:
        self._check()
        return Mended()

    def close(self) -> None:
        self.inner.close()

    def _check(self) -> None:
        if self.failing:
            raise self.failing
