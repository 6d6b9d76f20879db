"""What this installation has seen of 操作ログ, so that a change made past the app shows.

A database refuses to change its log, and a sheet's is locked; whoever owns either can
still get round that. So each row that was seen leaves a mark in a file of the data
folder. A row that differs from its mark, or that is gone, is told. Marks are hashes: of
what anonymising leaves alone, and of each text apart, so that a text may become `ERASED`
and nothing else. Of an erased text the mark goes too.

Rows of the sample year are left out: they go with it.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from lib.errors import StoreUnavailable
from lib.schema.erasing import ERASED, LOG_TEXTS
from lib.schema.vocab import AuditRoute
from lib.store.sql.engine import make_private

_STAYS: Final = ("id", "commit_id", "actor", "table", "row_key", "field_name", "route")
_MARK: Final = 12
_AT_ONCE: Final = 500
_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS seen (
  id TEXT PRIMARY KEY, stays BLOB NOT NULL, texts BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS broken (
  id TEXT PRIMARY KEY, is_gone INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """Rows of the log that are not as they were written, by their numbers."""

    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows in all."""
        return len(self.changed) + len(self.gone)


class Witness:
    """The marks of one store's log; usable from many threads and processes."""

    def __init__(self, data: Path, store: str) -> None:
        """Keep them in `data`, apart for each `store` (its address)."""
        name = hashlib.sha256(store.encode()).hexdigest()[:16]
        self._path = data / f"log-seen-{name}.db"

    def look(self, log: pd.DataFrame, *, whole: bool = False) -> Broken:
        """Compare rows with their marks, mark new ones, and return what is broken by now.

        log: rows of 操作ログ. whole: whether they are all of it, so that a row that has
            a mark and is not among them is gone.

        Raises:
            StoreUnavailable: the marks cannot be read or written.
        """
        rows = log[log["route"].astype("str") != AuditRoute.SAMPLE.value]
        with self._open() as book:
            key = _secret(book)
            marks = dict(_marks(rows, key))
            erased = _Cell(key).of(ERASED)
            changed: list[str] = []
            for some in _chunks(sorted(marks)):
                changed += _compared(book, {i: marks[i] for i in some}, erased)
            book.executemany(
                "INSERT OR IGNORE INTO broken (id, is_gone) VALUES (?, 0)",
                [(number,) for number in changed],
            )
            if whole:
                _note_gone(book, set(marks))
        return self.broken()

    def broken(self) -> Broken:
        """Return what was found broken and is not accepted yet.

        Raises:
            StoreUnavailable: the marks cannot be read.
        """
        if not self._path.exists():
            return Broken()
        with self._open() as book:
            rows = book.execute("SELECT id, is_gone FROM broken ORDER BY id").fetchall()
        return Broken(
            tuple(number for number, is_gone in rows if not is_gone),
            tuple(number for number, is_gone in rows if is_gone),
        )

    def accept(self) -> None:
        """Take what is broken for what it is: its rows are marked anew when seen.

        Raises:
            StoreUnavailable: the marks cannot be written.
        """
        with self._open() as book:
            book.execute("DELETE FROM seen WHERE id IN (SELECT id FROM broken)")
            book.execute("DELETE FROM broken")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            make_private(self._path)
            connection = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            with closing(connection) as book, book:
                book.execute("PRAGMA secure_delete = ON")
                book.execute("BEGIN IMMEDIATE")
                if not book.execute(
                    "SELECT 1 FROM sqlite_master WHERE name = 'broken'"
                ).fetchone():
                    for statement in _LAYOUT.split(";"):
                        book.execute(statement)
                yield book
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable("the marks of the log") from error


def _secret(book: sqlite3.Connection) -> bytes:
    found = book.execute("SELECT key FROM secret").fetchone()
    if found:
        return bytes(found[0])
    key = secrets.token_bytes(32)
    book.execute("INSERT INTO secret (key) VALUES (?)", (key,))
    return key


class _Cell:
    """Marks of texts under a key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, *parts: str) -> bytes:
        text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key, digest_size=_MARK).digest()


def _marks(rows: pd.DataFrame, key: bytes) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """Yield id → (mark of what stays, marks of the texts one after the other)."""
    cell = _Cell(key)
    stays = [rows[name].astype("str").tolist() for name in _STAYS]
    seconds = rows["at"].dt.as_unit("s").astype("int64").tolist()  # NaT is one too
    times = [str(at) for at in seconds]
    texts = [rows[name].astype("str").tolist() for name in LOG_TEXTS]
    plain = zip(zip(*stays, strict=True), times, zip(*texts, strict=True), strict=True)
    for fixed, at, said in plain:
        yield fixed[0], (cell.of(*fixed, at), b"".join(map(cell.of, said)))


def _compared(
    book: sqlite3.Connection, marks: dict[str, tuple[bytes, bytes]], erased: bytes
) -> list[str]:
    """Return the numbers of changed rows; mark those that are new."""
    asked = ", ".join("?" * len(marks))
    known = {
        number: (bytes(stays), bytes(texts))
        for number, stays, texts in book.execute(
            # Nothing but question marks is put in.
            f"SELECT id, stays, texts FROM seen WHERE id IN ({asked})",  # nosec B608
            list(marks),
        )
    }
    changed, fresh = [], []
    for number, (stays, texts) in marks.items():
        before = known.get(number)
        if before == (stays, texts):
            continue
        if before is None or (
            before[0] == stays and _only_erased(before[1], texts, erased)
        ):
            fresh.append((number, stays, texts))
        else:
            changed.append(number)
    book.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", fresh)
    return changed


def _only_erased(before: bytes, after: bytes, erased: bytes) -> bool:
    cells = range(0, len(after), _MARK)
    return all(
        after[at : at + _MARK] in (before[at : at + _MARK], erased) for at in cells
    )


def _note_gone(book: sqlite3.Connection, present: set[str]) -> None:
    known = {str(row[0]) for row in book.execute("SELECT id FROM seen")}
    book.executemany(
        "INSERT OR REPLACE INTO broken (id, is_gone) VALUES (?, 1)",
        [(number,) for number in sorted(known - present)],
    )


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))
