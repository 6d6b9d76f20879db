"""A store whose saves are kept on this machine until the shared one has them."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import pandas as pd

from lib.clock import in_tokyo
from lib.errors import (
    ActionRefused,
    AppError,
    StoreError,
)
from lib.i18n import N_
from lib.store.archive import Archive, Archives, Moved, Moving, TidiesArchive
from lib.store.log_search import LogPage, LogQuery, found_in
from lib.store.merge import RowKey, named, plan
from lib.store.outbox.file import OPEN, Entry, EntryState, OutboxFile
from lib.store.outbox.sending import Drainer, SendLock
from lib.store.outbox.sorting import (
    Outcome,
    Waiting,
    holds_back,
    holds_everything,
    outcome_of,
    sendable,
    waiting_from,
)
from lib.store.outbox.view import View
from lib.store.protocol import (
    Commit,
    CommitState,
    Insert,
    Mended,
    Mending,
    MendsRows,
    OutboxNotice,
    Receipt,
    Shared,
    Snapshot,
    Store,
    WaitingCommit,
    WaitState,
)
from lib.store.sql.opening import alone

log = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds that a person waits for the shared store; then the save goes on by itself."""

BETWEEN: Final = 0.02
"""Seconds between two saves that are sent on, in which a new one may come first."""

_CLOSING: Final = 2.0

UNEXPECTED: Final = N_(
    "思わぬ問題で送れませんでした。内容は残っています。もう一度送るか、管理者に知らせてください。"
)


class SharedStore(Store, Shared, MendsRows, Archives, TidiesArchive, Protocol):
    """What can stand behind an outbox."""


class OutboxStore:
    """A `Store` around another, with an outbox in a file of the data folder.

    A save is on disk before anything is sent. Where the shared store answers, it is
    there when `commit` returns; where it does not, the save waits and is sent later,
    whole, once, and in the order of each row. Own saves are shown at once either way.

    On a disk that is thrown away (`keeps=False`) nothing waits: a save is acknowledged
    once the shared store has it, and raises otherwise.
    """

    def __init__(
        self,
        inner: SharedStore,
        *,
        data: Path,
        spreadsheet: str,
        keeps: bool = True,
        background: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        """Keep the saves for `spreadsheet` in `data`; what is left there is sent on.

        background: send what waits from a thread of its own; otherwise `drain` does.

        Raises:
            StoreTooNew: a newer version of this program wrote the outbox.
            StoreError: the disk is full or cannot be written.
        """
        self._inner = inner
        self._patience = patience
        self._view = View()
        self._away = False
        self._closed = False
        self._reading = threading.Lock()
        self._read_at: tuple[int, int] | None = None
        self._waiting: tuple[Waiting, ...] = ()
        self._finished: Mapping[str, Entry] = {}
        self._file: OutboxFile | None = None
        self._drainer = Drainer(self._drain_and_tell) if background else None
        name = f"outbox-{hashlib.sha256(spreadsheet.encode()).hexdigest()[:16]}"
        self._sending = SendLock(data / f"{name}.lock")
        if keeps:
            with alone(data, "opening-outbox"):
                self._file = OutboxFile(data / f"{name}.db")
            if self._saves():
                self._wake()

    @property
    def kind(self) -> str:
        """What the badge says: the shared store's name."""
        return self._inner.kind

    def close(self) -> None:
        """Stop sending and let go of everything; what waits stays on disk."""
        self._closed = True
        if self._drainer:
            self._drainer.close(_CLOSING)
        self._inner.close()
        if self._file:
            self._file.close()

    # Reading ------------------------------------------------------------------------

    def load(self) -> Snapshot:
        """Return everything, own saves included; costs what the shared store's does."""
        return self._asked(self._inner.load)

    def refresh(self, known: Snapshot) -> Snapshot:
        """Return what stands now, own saves included."""
        answer = self._view.answer
        if answer is None:
            found = self._asked(self._inner.load)
        else:
            found = self._asked(lambda: self._inner.refresh(answer))
        return known if found.revision == known.revision else found

    def shown(self, known: Snapshot) -> Snapshot:
        """Return `known` or a later state with every own save; nobody is asked."""
        found = self._now()
        return found if found and found.revision > known.revision else known

    def remembered(self) -> Snapshot | None:
        """Return what this machine saw last, with own saves; see `Shared.remembered`."""
        asked = self._view.asking()
        found = self._inner.remembered()
        if found is None:
            return None
        self._view.answered(asked, found)
        return self._now()

    def confirm(self, token: str) -> None:
        """Take what is gone for gone; what waited for that is sent."""
        self._inner.confirm(token)
        if self._drainer:
            self._drainer.hurry()

    def mend(self, mending: Mending) -> Mended:
        """Put rows right in the shared store itself; nothing of it waits."""
        return self._inner.mend(mending)

    def archive_revision(self) -> int:
        """Return what differs after every change of what is put away."""
        return self._inner.archive_revision()

    def archive_years(self) -> tuple[int, ...]:
        """Return the years under which something is kept."""
        return self._inner.archive_years()

    def archive(self) -> Archive:
        """Return everything that is put away, from the shared store itself."""
        return self._inner.archive()

    def archive_index(self) -> pd.DataFrame:
        """Return what the complaints that are put away are looked up by."""
        return self._inner.archive_index()

    def move(self, moving: Moving) -> Moved:
        """Put complaints away or bring them back; nothing of it waits here."""
        return self._inner.move(moving)

    def tidy_archive(self) -> int:
        """Bring back what lies in the archive by mistake."""
        return self._inner.tidy_archive()

    def lost_from_archive(self) -> tuple[str, ...]:
        """Return what people took out of the archive by hand."""
        return self._inner.lost_from_archive()

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, those of waiting saves included.

        While the shared store is away, only as far back as the snapshot goes.
        """
        shown = self._now()
        tail = _log_of(shown, table, key) if shown else None
        try:
            found = self._inner.audit(table, key)
        except StoreError as error:
            if error.permanent or tail is None:
                raise
            return tail
        if tail is None:
            return found
        own = tail[~tail.index.isin(found.index)]
        return pd.concat([found, own]) if len(own) else found

    def audits(self, rows: Collection[RowKey]) -> pd.DataFrame:
        """Return every log row of many records that the shared store has."""
        return self._inner.audits(rows)

    def search_log(self, query: LogQuery) -> LogPage:
        """Return one window of 操作ログ of the shared store.

        While it is away, only as far back as the snapshot goes. What still waits is not
        in the log yet; it stands on 送信待ち.
        """
        shown = self._now()
        try:
            return self._inner.search_log(query)
        except StoreError as error:
            if error.permanent or shown is None:
                raise
            return found_in(shown.frames["audit"], query)

    def _asked(self, ask: Callable[[], Snapshot]) -> Snapshot:
        asked = self._view.asking()
        try:
            answer = ask()
        except StoreError as error:
            self._away = self._away or not error.permanent
            raise
        self._view.answered(asked, answer)
        self._reached()
        return self._now() or answer

    def _now(self) -> Snapshot | None:
        waiting = self._saves()
        return self._view.now(waiting, self._finished)

    # Saving -------------------------------------------------------------------------

    def commit(self, commit: Commit) -> Receipt:
        """Save, in the shared store if it answers; see `Store.commit`.

        Raises what the shared store refuses while the author still holds the form;
        then nothing of it is kept here. A save that the shared store cannot take now
        returns as `QUEUED`.
        """
        if self._file is None:
            return self._sent(commit)
        if self._away:
            return self._kept(commit)
        attempt = _Attempt(commit)
        threading.Thread(
            target=self._try_now, args=(attempt,), name="outbox-first", daemon=True
        ).start()
        return attempt.receipt(self._patience) or self._kept(commit, tried=True)

    def _kept(self, commit: Commit, *, tried: bool = False) -> Receipt:
        """Keep a save that goes on by itself; one that is kept already stays as it is."""
        if not any(save.id == commit.id for save in self._saves()):
            self._check(commit)
        added = self._outbox.add(commit)
        return self._queued(commit, repeated=not (added or tried))

    def _must_wait(self, commit: Commit) -> bool:
        """Whether trying now would only cost the author time, or break the order.

        The caller holds the lock: whatever is in the file now, nobody waits for.
        """
        older = self._saves()
        if self._away or holds_back(older, commit):
            return True
        new_rows = all(isinstance(write, Insert) for write in commit.writes)
        return new_rows and any(True for _ in sendable(older))

    def _check(self, commit: Commit) -> None:
        """Refuse at once what cannot fit what is known; its author is still there."""
        rows = named(commit)
        standing = self._view.standing(rows)
        if standing is not None:
            plan(commit, standing)

    def _queued(self, commit: Commit, *, repeated: bool = False) -> Receipt:
        self._wake()
        shown = self._now()
        records = self._view.standing(named(commit)) if shown else None
        return Receipt(
            commit.id, CommitState.QUEUED, records=records or {}, repeated=repeated
        )

    def _sent(self, commit: Commit) -> Receipt:
        """Hand a commit to the shared store and note how that went."""
        since = self._view.revision
        try:
            receipt = self._inner.commit(commit)
        except AppError as error:
            self._away = self._away or outcome_of(error) is Outcome.LATER
            raise
        self._view.arrived(commit, receipt.records, since)
        self._reached()
        return receipt

    def _try_now(self, attempt: _Attempt) -> None:
        """Send a save while its author waits, if it is its turn."""
        try:
            with self._sending.held(self._patience):
                if self._must_wait(attempt.commit) or not attempt.begin(self._outbox):
                    attempt.finish(_LATER)
                    return
                result = self._send(attempt.commit)
                # In one step, or the author could leave between the two unnoticed.
                with attempt.lock:
                    self._settle(attempt.commit.id, result, late=attempt.abandoned)
                    attempt.finish(result)
        except Exception as error:  # noqa: BLE001 - the author waits for an answer
            log.warning("a save waits: %s", type(error).__name__)
            attempt.finish(_LATER)

    def _send(self, commit: Commit) -> _Result:
        """Try one save; the caller holds the lock and settles a refusal."""
        try:
            receipt = self._sent(commit)
        except AppError as error:
            outcome = outcome_of(error)
            log.info("a save was not taken: %s", type(error).__name__)
            if outcome is Outcome.HELD:
                self._outbox.mark(commit.id, EntryState.WAITING, error)
            return _Result(None, outcome, error)
        except Exception as error:  # noqa: BLE001 - kept for a person to decide
            log.warning("a save failed: %s", type(error).__name__)
            return _Result(None, Outcome.BROKEN, ActionRefused(UNEXPECTED))
        self._outbox.finish(commit.id, EntryState.APPLIED)
        return _Result(receipt)

    def _settle(self, commit_id: str, result: _Result, *, late: bool) -> None:
        """Do to the file what a refusal means; `late`: its author has gone on."""
        if result.outcome is Outcome.BROKEN or (
            late and result.outcome is Outcome.REFUSED
        ):
            self._outbox.mark(commit_id, EntryState.NEEDS_LOOK, result.problem)
        elif result.outcome is Outcome.REFUSED:
            self._outbox.remove(commit_id)

    # Sending on ---------------------------------------------------------------------

    def drain(self) -> int:
        """Send what can be sent now, in order; return how many arrived.

        While the shared store is away, or a key or an address is wrong, one save is
        tried and no more. One for which a right is missing holds back its tables.
        """
        arrived = 0
        tried: set[str] = set()
        barred: set[str] = set()
        while not self._closed and self._file is not None:
            with self._sending.held(self._patience):
                save = self._next(tried, barred)
                if save is None or save.commit is None:
                    break
                result = self._send(save.commit)
                self._settle(save.id, result, late=True)
            tried.add(save.id)
            arrived += result.receipt is not None
            if result.outcome is Outcome.HELD:
                barred |= save.tables
            if result.ends_a_round:
                break
            time.sleep(BETWEEN)
        return arrived

    def _next(
        self, tried: AbstractSet[str], barred: AbstractSet[str]
    ) -> Waiting | None:
        return next(
            (
                save
                for save in sendable(self._saves())
                if save.id not in tried and not save.tables & barred
            ),
            None,
        )

    def _drain_and_tell(self) -> bool:
        """Send, and say whether something is left for later."""
        self.drain()
        return any(True for _save in sendable(self._saves()))

    def _reached(self) -> None:
        """Note that the shared store answers."""
        was_away, self._away = self._away, False
        if was_away and self._drainer:
            self._drainer.hurry()

    def _wake(self) -> None:
        if self._drainer:
            self._drainer.wake()

    # What people see of it ----------------------------------------------------------

    def waiting(self) -> tuple[WaitingCommit, ...]:
        """Return what is not in the shared store yet, oldest first."""
        return tuple(_told(save) for save in self._saves())

    def notice(self) -> OutboxNotice:
        """Return what people have to know about the outbox as a whole."""
        if self._file is None:
            return OutboxNotice(keeps=False)
        held = (s.problem for s in self._saves() if s.problem and not s.needs_look)
        return OutboxNotice(held_by=next(held, None), put_aside=self._file.put_aside)

    def discard(self, commit_id: str) -> None:
        """Take a save out for good; nothing happens where it is not there.

        Raises:
            StoreUnavailable: it may be on its way at this moment.
        """
        if self._file is None:
            return
        with self._sending.held(self._patience):
            self._file.finish(commit_id, EntryState.DISCARDED)
        self._wake()

    def resend(self, commit_id: str, commit: Commit | None = None) -> None:
        """Send again what needed a look: as it was, or as a person mended it."""
        save = next((s for s in self._saves() if s.id == commit_id), None)
        if save is None or not save.needs_look or save.commit is None:
            return
        if commit is None:
            self._outbox.mark(commit_id, EntryState.WAITING)
        else:
            self._outbox.mend(replace(commit, id=commit_id))
        self._wake()

    def scrub(self) -> None:
        """Clean the outbox of traces of what was sent."""
        if self._file is not None:
            self._file.scrub()

    @property
    def _outbox(self) -> OutboxFile:
        if self._file is None:
            raise AssertionError("nothing waits on a disk that is thrown away")
        return self._file

    def _saves(self) -> tuple[Waiting, ...]:
        """Return what waits, read again only after somebody changed the file."""
        if self._file is None:
            return ()
        with self._reading:
            now = self._file.state_of_file()
            if now != self._read_at:
                former = {(s.entry, s.id): s for s in self._waiting}
                entries = self._file.entries()
                self._waiting = tuple(
                    former.get((entry, entry.commit_id)) or waiting_from(entry)
                    for entry in entries
                    if entry.state in OPEN
                )
                self._finished = {
                    entry.commit_id: entry
                    for entry in entries
                    if entry.state not in OPEN
                }
                self._read_at = now
            return self._waiting


@dataclass(frozen=True, slots=True)
class _Result:
    """How one try went: a receipt, or what is to become of the save and why."""

    receipt: Receipt | None
    outcome: Outcome | None = None
    problem: AppError | None = None

    @property
    def ends_a_round(self) -> bool:
        """Whether trying other saves now is no use."""
        return self.outcome is Outcome.LATER or (
            self.outcome is Outcome.HELD and holds_everything(self.problem)
        )


_LATER: Final = _Result(None, Outcome.LATER)


class _Attempt:
    """A save that is tried while its author waits, but not for ever."""

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.lock = threading.Lock()
        self.abandoned = False
        self._done = threading.Event()
        self._result = _LATER

    def begin(self, outbox: OutboxFile) -> bool:
        """Keep the save on disk before it is sent; False where nobody waits any more.

        Raises:
            StoreError: the disk does not take it; then nothing is sent.
        """
        with self.lock:
            return not self.abandoned and outbox.add(self.commit)

    def finish(self, result: _Result) -> None:
        """Tell the author how it went."""
        self._result = result
        self._done.set()

    def receipt(self, patience: float) -> Receipt | None:
        """Return the receipt, or None where the save goes on by itself.

        Raises:
            AppError: it was refused, and is not kept.
        """
        if not self._done.wait(patience):
            with self.lock:
                self.abandoned = not self._done.is_set()
            if self.abandoned:
                return None
        result = self._result
        if result.outcome is Outcome.REFUSED and result.problem is not None:
            raise result.problem
        return result.receipt


def _told(save: Waiting) -> WaitingCommit:
    state = WaitState.NEEDS_LOOK if save.needs_look else WaitState.WAITING
    return WaitingCommit(
        commit_id=save.id,
        actor=save.entry.actor,
        at=in_tokyo(datetime.fromisoformat(save.entry.at)),
        state=state,
        rows=tuple(sorted(save.rows)),
        problem=save.problem,
        commit=save.commit,
    )


def _log_of(shown: Snapshot, table: str, key: str) -> pd.DataFrame:
    log = shown.frames["audit"]
    return log[(log["table"] == table) & (log["row_key"] == key)]
