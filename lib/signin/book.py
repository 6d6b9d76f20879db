"""The file behind sign-in: `sign-in.db` in the data folder, 0600, never in a sheet."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from lib import clock
from lib.errors import StoreUnavailable

FILE: Final = "sign-in.db"
_BUSY_SECONDS: Final = 5.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS accounts (
  member TEXT PRIMARY KEY,
  password TEXT NOT NULL DEFAULT '',
  registered_at INTEGER NOT NULL,
  totp TEXT NOT NULL DEFAULT '',
  totp_used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  member TEXT NOT NULL,
  stage TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  successor TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_of ON sessions (member);
CREATE TABLE IF NOT EXISTS invitations (
  token TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS attempts (
  subject TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (subject, at);
CREATE TABLE IF NOT EXISTS events (
  mark TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  member TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL,
  place TEXT NOT NULL,
  key TEXT NOT NULL,
  count INTEGER NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0,
  batch TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS granted (
  member TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  centre TEXT NOT NULL,
  is_active INTEGER NOT NULL
) STRICT;
"""
_LAYOUT_NUMBER: Final = 2
"""Grows with a table; what stands is kept."""


class Book:
    """The file, opened anew for each step; usable from many threads and processes."""

    def __init__(self, data: Path) -> None:
        """Keep the book in `data`, an existing folder; it is made on first use."""
        self.folder = data
        self._path = data / FILE

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Give a connection within one transaction, which ends with the block.

        Raises:
            StoreUnavailable: the disk is full, or the file is locked or broken.
        """
        try:
            self._make()
            with closing(self._connected()) as book, book:
                # Reads that decide about a write must see no state in between.
                book.execute("BEGIN IMMEDIATE")
                yield book
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable("the sign-in book") from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that only looks, so that nobody who writes is waited for.

        Raises:
            StoreUnavailable: as `open`.
        """
        try:
            self._make()
            with closing(self._connected()) as book:
                yield book
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable("the sign-in book") from error

    def _make(self) -> None:
        if self._path.exists():
            return
        # SQLite would make it readable for everybody; -wal and -shm follow the file.
        os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(self._connected()) as book:
            book.execute("PRAGMA journal_mode = WAL")

    def _connected(self) -> sqlite3.Connection:
        book = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        book.row_factory = sqlite3.Row
        # What is gone must not be found in the file's empty places.
        book.execute("PRAGMA secure_delete = ON")
        # Laid where it lacks, so that a file cut off while it was made mends.
        if book.execute("PRAGMA user_version").fetchone()[0] < _LAYOUT_NUMBER:
            book.executescript(f"{_LAYOUT}; PRAGMA user_version = {_LAYOUT_NUMBER}")
        return book


def new_token() -> str:
    """Return 256 bits that nobody can guess, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def recognised(token: str) -> str:
    """Return what is kept of a token: it opens nothing itself.

    A token has 256 random bits, so that a plain hash cannot be searched through.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def seconds(moment: datetime) -> int:
    """Return a moment as the book keeps it."""
    return int(moment.timestamp())


def moment(kept: int) -> datetime:
    """Return what the book keeps as a moment in Tokyo."""
    return clock.in_tokyo(_EPOCH + timedelta(seconds=kept))
