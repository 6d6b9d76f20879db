"""The data as the running process has them: loaded once, shared by all people."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd

from lib import clock
from lib.errors import ActionRefused, StoreError
from lib.i18n import N_
from lib.schema.principal import Principal
from lib.store.archive import Archive, Archives, Moved, Moving, TidiesArchive
from lib.store.contacts import Column, Grants, marks_of
from lib.store.keeping import IDLE_AFTER, Keeper
from lib.store.log_search import LogPage, LogQuery
from lib.store.memo import Memo
from lib.store.protocol import (
    Commit,
    Mended,
    Mending,
    MendsRows,
    Outbox,
    Receipt,
    Scrubs,
    Shared,
    Snapshot,
    Store,
    WritesThrough,
)
from lib.text import masked

if TYPE_CHECKING:
    from lib.store.access import UserStore

log = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries to reach a store that does not answer."""

VIEWS: Final = 64
"""Filtered frames kept; a revision needs about twelve a role and centre."""


ARCHIVE_KEPT: Final = 300.0
"""Seconds after the last question for which what is put away stays in memory."""

ARCHIVE_ASKED: Final = 10.0
"""Seconds for which nobody asks again whether it changed while the data stay the same."""

DERIVED: Final = 256
"""Computed results kept: about thirty a role, centre and language."""


NOTHING_TO_MEND: Final = N_("この保存先では、行の直しは要りません。")


class Watchman(Protocol):
    """Who is told of what people do with the store, beside 操作ログ."""

    def saved(self, who: Principal, commit: Commit, receipt: Receipt) -> None:
        """A save of this person was applied or queued."""

    def refused(self, who: Principal, table: str, key: str) -> None:
        """This person tried to write what is not theirs."""


NO_ARCHIVE: Final = N_("この保存先では、年ごとの保管はできません。")


class ShownArchive:
    """What is put away, for as long as people ask for it, and its views for roles."""

    def __init__(self, archive: Archive, revision: int) -> None:
        """Hold what was read at that revision of the archive."""
        self.archive = archive
        self.revision = revision
        self.views: Memo[pd.DataFrame] = Memo(VIEWS)


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
        self._showing = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._good_at = 0.0
        self._next_at = 0.0
        self._failures = 0
        self._problem: StoreError | None = None
        self._keeper: Keeper | None = None
        self.watchman: Watchman | None = None
        self.views: Memo[pd.DataFrame] = Memo(VIEWS)
        """Frames filtered for roles, by `lib.store.access`."""
        self.derived: Memo[Any] = Memo(DERIVED)
        """What was computed from the data of a role, by `UserStore.derived`."""
        self.masked_contacts = Column(masked)
        self.contact_marks = Column(marks_of)
        self.grants = Grants()
        self._reading_archive = threading.Lock()
        self._indexing = threading.Lock()
        self._archive_index: tuple[int, pd.DataFrame] | None = None
        self._index_next = 0.0
        self._index_asked_at: int | None = None
        self._archive: ShownArchive | None = None
        self._archive_until = 0.0
        self._archive_next = 0.0
        self._archive_asked_at: int | None = None
        self._years: tuple[int, tuple[int, ...]] | None = None

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

    @property
    def latest(self) -> Snapshot | None:
        """The data as last shown; asks nobody. None before anything was."""
        return self._snapshot

    def snapshot(self) -> Snapshot:
        """Return the data, at most `every_seconds` old while the store answers.

        Where it is kept fresh, nobody waits for the store: what this machine saw last
        is shown until the first answer.

        Raises:
            StoreError: nothing could be loaded yet.
        """
        self.look_through()
        self._forget_archive()
        if self._keeper is not None and self._recalled() is not None:
            self._keeper.looked()
            return self._loaded()
        known = self._snapshot
        if known is not None and self._timer() < self._next_at:
            return known
        if not self._asking.acquire(blocking=known is None):
            return known if known is not None else self.snapshot()
        try:
            if self._timer() >= self._next_at:
                self._ask()
            return self._loaded()
        finally:
            self._asking.release()

    def keep_fresh(self, *, idle_after: float = IDLE_AFTER) -> None:
        """Ask a shared store for news by itself from now on, while somebody looks.

        Any other store is near, and asked by whoever looks.
        """
        if self._keeper is None and isinstance(self._store, Shared):
            self._keeper = Keeper(self._ask_if_due, idle_after=idle_after)

    @property
    def is_kept_fresh(self) -> bool:
        """Whether news come by themselves."""
        return self._keeper is not None

    def confirm(self, token: str) -> None:
        """Take what is gone from a shared store for gone; see `Shared.confirm`.

        Raises:
            StoreError: the store cannot be reached; it stays held.
        """
        if isinstance(self._store, Shared):
            self._store.confirm(token)
            self.refreshed()

    def refreshed(self) -> Snapshot:
        """Return the data as they stand now, asking the store whatever the time.

        A store that is known to be away is not asked before the next pause is over:
        whoever saves would wait for its deadline each time.

        Raises:
            StoreError: nothing could be loaded yet.
        """
        with self._asking:
            if self._problem is None or self._timer() >= self._next_at:
                self._ask()
            return self._loaded()

    def commit(self, commit: Commit) -> Receipt:
        """Commit to the store, then show it; raises as `Store.commit` does.

        A store that writes through is not asked for that. A commit that was applied is
        never reported as failed because the look afterwards failed: then `problem` is
        set, and the next look shows it.
        """
        receipt = self._store.commit(commit)
        if isinstance(self._store, WritesThrough):
            self._write_through(self._store)
            return receipt
        with self._asking:
            if self._snapshot is not None:
                self._ask()
        return receipt

    @property
    def mends(self) -> bool:
        """Whether people type into the store past the app, so that rows need mending."""
        return isinstance(self._store, MendsRows)

    def mend(self, mending: Mending) -> Mended:
        """Put rows right, then show them; see `MendsRows.mend`.

        Raises:
            ActionRefused: the store is none in which there is anything to mend.
        """
        if not isinstance(self._store, MendsRows):
            raise ActionRefused(NOTHING_TO_MEND)
        mended = self._store.mend(mending)
        if mended.done:
            self.refreshed()
        return mended

    @property
    def outbox(self) -> Outbox | None:
        """What keeps saves while the store is away; None for a store without."""
        return self._store if isinstance(self._store, Outbox) else None

    def resend(self, commit_id: str, commit: Commit | None = None) -> None:
        """Send again what needed a look, and show it; see `Outbox.resend`."""
        if self.outbox:
            self.outbox.resend(commit_id, commit)
            self.look_through()

    def discard(self, commit_id: str) -> None:
        """Throw a save away that waits, and show it no more; see `Outbox.discard`."""
        if self.outbox:
            self.outbox.discard(commit_id)
            self.look_through()

    def look_through(self) -> None:
        """Show what the store knows without being asked, where it knows anything."""
        if isinstance(self._store, WritesThrough):
            self._write_through(self._store)

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first."""
        return self._store.audit(table, key)

    def search_log(self, query: LogQuery) -> LogPage:
        """Return one window of 操作ログ, asking the store itself."""
        return self._store.search_log(query)

    def audits(self, rows: Collection[tuple[str, str]]) -> pd.DataFrame:
        """Return every log row of many records, given by table code and key."""
        return self._store.audits(rows)

    # What is put away

    @property
    def archives(self) -> Archives | None:
        """The store, where it can put years away; None where it cannot."""
        return self._store if isinstance(self._store, Archives) else None

    def archive_years(self) -> tuple[int, ...]:
        """Return the years of which something is put away; asked once a revision."""
        store = self.archives
        if store is None:
            return ()
        revision = self.snapshot().revision
        if self._years is None or self._years[0] != revision:
            self._years = (revision, store.archive_years())
        return self._years[1]

    def archive(self) -> ShownArchive:
        """Return what is put away; read by one thread, shared by all who look.

        It is never older than what is shown of the rest: what another process put away
        would be in neither. It goes from memory some minutes after the last question.

        Raises:
            StoreError: it cannot be read.
            ActionRefused: nothing can be put away in this store.
        """
        store = self.archives
        if store is None:
            raise ActionRefused(NO_ARCHIVE)
        with self._reading_archive:
            found, now, shown = self._archive, self._timer(), self._shown_revision
            is_old = now >= self._archive_next or shown != self._archive_asked_at
            if found is None or is_old:
                revision = store.archive_revision()
                if found is None or found.revision != revision:
                    found = ShownArchive(store.archive(), revision)
                self._archive_next = now + ARCHIVE_ASKED
                self._archive_asked_at = shown
            self._archive, self._archive_until = found, self._timer() + ARCHIVE_KEPT
            return found

    def archive_index(self) -> pd.DataFrame | None:
        """Return what the complaints that are put away are looked up by.

        None until it was read, where that takes a call to a shared store: it is read
        beside, so that nobody waits while a customer is on the line.
        """
        store = self.archives
        if store is None or not self.archive_years():
            return None
        known, now, shown = self._archive_index, self._timer(), self._shown_revision
        is_new = now < self._index_next and shown == self._index_asked_at
        if known is not None and is_new:
            return known[1]
        self._index_next, revision = now + ARCHIVE_ASKED, store.archive_revision()
        self._index_asked_at = shown
        if known is not None and known[0] == revision:
            return known[1]
        if not isinstance(self._store, Shared):
            self._read_index(store, revision)
        elif self._indexing.acquire(blocking=False):
            threading.Thread(
                target=self._read_index_beside,
                args=(store, revision),
                name="archive-index",
                daemon=True,
            ).start()
        return self._archive_index[1] if self._archive_index else None

    @property
    def index_read(self) -> tuple[int, pd.DataFrame] | None:
        """The index and the archive's revision when it was read; None while it is read."""
        return None if self._indexing.locked() else self._archive_index

    @property
    def _shown_revision(self) -> int | None:
        known = self._snapshot
        return known.revision if known is not None else None

    def _read_index(self, store: Archives, revision: int) -> None:
        self._archive_index = (revision, store.archive_index())

    def _read_index_beside(self, store: Archives, revision: int) -> None:
        try:
            self._read_index(store, revision)
        except StoreError as error:
            kind = type(error).__name__
            log.warning("what is put away cannot be looked up for now: %s", kind)
        finally:
            self._indexing.release()

    def move(self, moving: Moving, *, show: bool = True) -> Moved:
        """Put complaints away or bring them back, then show it; see `Archives.move`.

        show: whether to look at once; who moves many parts looks after the last.

        Raises:
            ActionRefused: nothing can be put away in this store.
            StoreError: it cannot be reached; what moved has moved whole.
        """
        store = self.archives
        if store is None:
            raise ActionRefused(NO_ARCHIVE)
        try:
            return store.move(moving)
        finally:
            self._archive_next = self._index_next = 0.0
            if show and self._snapshot is not None:
                self.refreshed()

    def tidy_archive(self) -> int:
        """Bring back what lies in the archive by mistake; return how much did.

        Raises:
            StoreError: the store cannot be reached.
        """
        if not isinstance(self._store, TidiesArchive):
            return 0
        back = self._store.tidy_archive()
        if back:
            self._archive_next = 0.0
            self.refreshed()
        return back

    def lost_from_archive(self) -> tuple[str, ...]:
        """Return the complaints that people took out of the archive by hand; no call.

        As of the last time that the archive was read or tidied.
        """
        store = self._store
        return store.lost_from_archive() if isinstance(store, TidiesArchive) else ()

    def _forget_archive(self) -> None:
        """Let go of what nobody asked for lately."""
        if self._archive is not None and self._timer() > self._archive_until:
            self._archive = None

    def scrub(self) -> None:
        """Clean the store's files of traces of what was erased, where it has any.

        Raises:
            StoreError: somebody is at work in them; the traces stay for now.
        """
        if isinstance(self._store, Scrubs):
            self._store.scrub()

    def for_user(
        self, principal: Principal, tell: Callable[[str], None] | None = None
    ) -> UserStore:
        """Return the only way for this person to the data; one for each page run.

        tell: gets what the author of a save should know (`Receipt.notes`).
        """
        from lib.store.access import UserStore

        return UserStore(self, principal, tell)

    def close(self) -> None:
        """Let go of the store."""
        if self._keeper is not None:
            self._keeper.stop()
        self._store.close()

    def _loaded(self) -> Snapshot:
        if self._snapshot is None:
            raise self._problem or AssertionError("asking either loads or fails")
        return self._snapshot

    def _write_through(self, store: WritesThrough) -> None:
        """Show own saves; never waits for a look that is under way."""
        with self._showing:
            if self._snapshot is not None:
                self._snapshot = store.shown(self._snapshot)

    def _show(self, known: Snapshot | None, found: Snapshot) -> None:
        """Show what a look found, unless something newer was written through it."""
        with self._showing:
            now = self._snapshot
            if now is None or now is known or now.revision < found.revision:
                self._snapshot = found

    def _recalled(self) -> Snapshot | None:
        """Return the snapshot; where nothing was loaded yet what this machine saw."""
        if self._snapshot is None and isinstance(self._store, Shared):
            found = self._store.remembered()
            if found is not None:
                age = clock.now() - found.loaded_at
                self._good_at = self._timer() - max(0.0, age.total_seconds())
                self._show(None, found)
        return self._snapshot

    def _ask_if_due(self) -> float:
        """Ask where it is time to; return the seconds until it is again."""
        with self._asking:
            if self._timer() >= self._next_at:
                self._ask()
            return max(0.0, self._next_at - self._timer())

    def _ask(self) -> None:
        """Bring the snapshot up to date; the caller holds the lock."""
        known = self._snapshot
        try:
            found = self._store.load() if known is None else self._store.refresh(known)
        except StoreError as error:
            self._recalled()
            self.look_through()
            self._problem = error
            self._failures += 1
            pause = min(LONGEST_PAUSE, self._every * 2**self._failures)
            self._next_at = self._timer() + pause
            return
        self._show(known, found)
        self._problem, self._failures = None, 0
        self._good_at = self._timer()
        self._next_at = self._good_at + self._every
