"""The outbox's own SQLite file: what was saved here and is not in the store yet.

A save that was sent or thrown away leaves its id for a day, without what it held, so
that another process tells "it has arrived" from "it is gone".
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from lib import clock
from lib.errors import AppError, StoreTooNew
from lib.store.outbox.codec import commit_text, problem_text
from lib.store.protocol import Commit
from lib.store.sql.engine import empty_journal, make_private
from lib.store.sql.faults import mapped

LAYOUT: Final = 1
BUSY_SECONDS: Final = 5.0
KEPT_AFTERWARDS: Final = timedelta(days=1)
DAMAGED: Final = ".damaged-"

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS entries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  commit_id TEXT NOT NULL UNIQUE,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  state TEXT NOT NULL,
  content TEXT NOT NULL,
  problem TEXT NOT NULL DEFAULT '',
  edition INTEGER NOT NULL DEFAULT 1,
  changed_at TEXT NOT NULL
)
"""


class EntryState(StrEnum):
    """How far a save has come; the first two are what people call the outbox."""

    WAITING = "waiting"
    NEEDS_LOOK = "needs_look"
    APPLIED = "applied"
    DISCARDED = "discarded"


OPEN: Final = (EntryState.WAITING, EntryState.NEEDS_LOOK)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file. edition grows when what it holds is changed."""

    seq: int
    commit_id: str
    actor: str
    at: str
    state: EntryState
    content: str
    problem: str
    edition: int


class OutboxFile:
    """The file; usable from many threads, and by many processes at once."""

    def __init__(self, path: Path) -> None:
        """Open it, made now if need be; a damaged one is put aside and kept.

        Raises:
            StoreTooNew: a newer version of this program wrote it.
            StoreError: the disk is full or cannot be written.
        """
        self._path = path
        self._lock = threading.RLock()
        self._own_changes = 0
        with mapped():
            self._connection = self._opened()
            self.purge()

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._connection.close()

    @property
    def put_aside(self) -> tuple[str, ...]:
        """Names of the damaged files that were kept, oldest first."""
        found = self._path.parent.glob(f"{self._path.name}{DAMAGED}*")
        return tuple(sorted(p.name for p in found if not p.name.endswith(_BESIDE)))

    def state_of_file(self) -> tuple[int, int]:
        """Return what is another pair whenever anybody changed the file."""
        with self._lock, mapped():
            (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            return self._own_changes, int(others)

    def entries(self) -> tuple[Entry, ...]:
        """Return every row, the remains of past saves included, oldest first."""
        with self._lock, mapped():
            rows = self._connection.execute(
                "SELECT seq, commit_id, actor, at, state, content, problem, edition"
                " FROM entries ORDER BY seq"
            ).fetchall()
        return tuple(
            Entry(r[0], r[1], r[2], r[3], EntryState(r[4]), *r[5:]) for r in rows
        )

    def add(self, commit: Commit) -> bool:
        """Keep a commit, on disk when this returns; False where it waits already."""
        content = commit_text(commit)
        with self._change() as connection:
            connection.execute(
                "DELETE FROM entries WHERE commit_id = ? AND state NOT IN (?, ?)",
                (commit.id, *OPEN),
            )
            found = connection.execute(
                "INSERT OR IGNORE INTO entries"
                " (commit_id, actor, at, state, content, changed_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    commit.id,
                    commit.actor,
                    commit.at.isoformat(),
                    EntryState.WAITING,
                    content,
                    _now(),
                ),
            )
            return found.rowcount == 1

    def remove(self, commit_id: str) -> None:
        """Forget a save whose author was told at once that it was refused."""
        with self._change() as connection:
            connection.execute("DELETE FROM entries WHERE commit_id = ?", (commit_id,))

    def finish(self, commit_id: str, state: EntryState) -> None:
        """Note that a save has arrived or was thrown away; what it held is wiped."""
        with self._change() as connection:
            connection.execute(
                "UPDATE entries SET state = ?, content = '', problem = '', actor = '',"
                " changed_at = ? WHERE commit_id = ? AND state IN (?, ?)",
                (state, _now(), commit_id, *OPEN),
            )

    def mark(
        self, commit_id: str, state: EntryState, problem: AppError | None = None
    ) -> None:
        """Note how a save stands, and why; one that is finished stays so."""
        with self._change() as connection:
            connection.execute(
                "UPDATE entries SET state = ?, problem = ?, changed_at = ?"
                " WHERE commit_id = ? AND state IN (?, ?)",
                (state, problem_text(problem), _now(), commit_id, *OPEN),
            )

    def mend(self, commit: Commit) -> None:
        """Replace what a save holds; it keeps its place and waits again."""
        with self._change() as connection:
            connection.execute(
                "UPDATE entries SET content = ?, state = ?, problem = '',"
                " edition = edition + 1, changed_at = ?"
                " WHERE commit_id = ? AND state IN (?, ?)",
                (commit_text(commit), EntryState.WAITING, _now(), commit.id, *OPEN),
            )

    def purge(self) -> None:
        """Forget saves that were finished a day ago."""
        oldest = (clock.now() - KEPT_AFTERWARDS).isoformat()
        with self._change() as connection:
            connection.execute(
                "DELETE FROM entries WHERE state NOT IN (?, ?) AND changed_at < ?",
                (*OPEN, oldest),
            )

    def scrub(self) -> None:
        """Clean the file of traces of what was sent or thrown away.

        Raises:
            StoreError: somebody is at work in it.
        """
        with self._lock, mapped():
            self._connection.execute("VACUUM")
            empty_journal(self._connection)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, mapped():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has undone it already
                    connection.execute("ROLLBACK")
                raise
            self._own_changes += 1

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._checked()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                raise
        _put_aside(self._path)
        return self._checked()

    def _checked(self) -> sqlite3.Connection:
        make_private(self._path)
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            _check_pages(connection)
            _bring_up(connection)
            connection.execute("PRAGMA journal_mode=WAL")
        except BaseException:
            connection.close()
            raise
        return connection


_BESIDE: Final = ("-wal", "-shm")


def _bring_up(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > LAYOUT:
        raise StoreTooNew(found=found, known=LAYOUT)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _check_pages(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        error = sqlite3.DatabaseError("quick_check found broken pages")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _put_aside(path: Path) -> None:
    """Give a damaged file another name; what is in it may still be read by hand."""
    stamp = f"{DAMAGED}{clock.now():%Y%m%d-%H%M%S}"
    for ending in ("", *_BESIDE):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(path.with_name(path.name + stamp + ending))


def _now() -> str:
    return clock.now().isoformat()
