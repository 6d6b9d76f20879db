"""The data as the running process has them: loaded once, shared by all people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lib.errors import StoreError
from lib.schema.principal import Principal
from lib.store.memo import Memo
from lib.store.protocol import Commit, Receipt, Snapshot, Store

if TYPE_CHECKING:
    from lib.store.access import UserStore

LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries to reach a store that does not answer."""

VIEWS: Final = 64
"""Filtered frames kept; a revision needs about twelve a role and centre."""


DERIVED: Final = 256
"""Computed results kept: about thirty a role, centre and language."""


class LiveStore:
    """One store with its snapshot, for a whole process; usable from many threads.

    The store is asked for news at most every `every_seconds`, by one thread however
    many look; the others go on with what they have. After an own commit the snapshot
    is brought up to date before `commit` returns, so that everybody in this process
    sees it. Where the store cannot be reached, the last good snapshot stays, and
    `problem` and `age` say so.
    """

    def __init__(
        self,
        store: Store,
        *,
        every_seconds: float = 2.0,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch `store`; nothing is loaded before somebody looks."""
        self._store = store
        self._every = every_seconds
        self._timer = timer
        self._asking = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._good_at = 0.0
        self._next_at = 0.0
        self._failures = 0
        self._problem: StoreError | None = None
        self.views: Memo[pd.DataFrame] = Memo(VIEWS)
        """Frames filtered for roles, by `lib.store.access`."""
        self.derived: Memo[Any] = Memo(DERIVED)
        """What was computed from the data of a role, by `UserStore.derived`."""

    @property
    def kind(self) -> str:
        """Short name of the store for the badge."""
        return self._store.kind

    @property
    def problem(self) -> StoreError | None:
        """Why the data may be old; None while the store answers."""
        return self._problem

    def age(self) -> timedelta:
        """Return how long ago the snapshot was known to be the latest; 0 before it."""
        if self._snapshot is None:
            return timedelta(0)
        return timedelta(seconds=max(0.0, self._timer() - self._good_at))

    def snapshot(self) -> Snapshot:
        """Return the data, at most `every_seconds` old while the store answers.

        Raises:
            StoreError: nothing could be loaded yet.
        """
        known = self._snapshot
        if known is not None and self._timer() < self._next_at:
            return known
        if not self._asking.acquire(blocking=known is None):
            return known if known is not None else self.snapshot()
        try:
            if self._snapshot is None or self._timer() >= self._next_at:
                self._ask()
            return self._loaded()
        finally:
            self._asking.release()

    def refreshed(self) -> Snapshot:
        """Return the data as they stand now, asking the store whatever the time.

        Raises:
            StoreError: nothing could be loaded yet.
        """
        with self._asking:
            self._ask()
            return self._loaded()

    def commit(self, commit: Commit) -> Receipt:
        """Commit to the store, then show it; raises as `Store.commit` does.

        A commit that was applied is never reported as failed because the look
        afterwards failed: then `problem` is set, and the next look shows it.
        """
        receipt = self._store.commit(commit)
        with self._asking:
            if self._snapshot is not None:
                self._ask()
        return receipt

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first."""
        return self._store.audit(table, key)

    def for_user(self, principal: Principal) -> UserStore:
        """Return the only way for this person to the data; one for each page run."""
        from lib.store.access import UserStore

        return UserStore(self, principal)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def _loaded(self) -> Snapshot:
        if self._snapshot is None:
            raise self._problem or AssertionError("asking either loads or fails")
        return self._snapshot

    def _ask(self) -> None:
        """Bring the snapshot up to date; the caller holds the lock."""
        known = self._snapshot
        try:
            found = self._store.load() if known is None else self._store.refresh(known)
        except StoreError as error:
            self._problem = error
            self._failures += 1
            pause = min(LONGEST_PAUSE, self._every * 2**self._failures)
            self._next_at = self._timer() + pause
            return
        self._snapshot, self._problem, self._failures = found, None, 0
        self._good_at = self._timer()
        self._next_at = self._good_at + self._every
