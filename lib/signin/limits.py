"""How often somebody may try: 20 an address an hour, 10 a name an hour, 20 a day.

Only what failed counts: thirty people of one office come from one address each
morning. A try counts before it is looked at, so that many at once do not slip through,
and is taken back when it was right.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime, timedelta
from typing import Final

from lib.signin.book import Book, seconds

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

Spans = tuple[tuple[timedelta, int], ...]

OF_ADDRESS: Final[Spans] = ((_HOUR, 20),)
OF_ACCOUNT: Final[Spans] = ((_HOUR, 10), (_DAY, 20))


class Limits:
    """Counts the tries of everybody, known or not, alike."""

    def __init__(self, book: Book) -> None:
        """Count in `book`."""
        self._book = book

    def may_try(self, *, address: str, account: str, now: datetime) -> bool:
        """Count one more try and return whether it may be looked at.

        address: where it comes from. account: the name as typed, in one spelling; ""
            where a link is tried and no name. A try that is refused is not counted.
        """
        bounds = [(_subject("address", address), OF_ADDRESS)]
        if account:
            bounds.append((_subject("account", account), OF_ACCOUNT))
        with self._book.open() as book:
            book.execute("DELETE FROM attempts WHERE at < ?", (seconds(now - _DAY),))
            if any(_is_full(book, *bound, now) for bound in bounds):
                return False
            book.executemany(
                "INSERT INTO attempts (subject, at) VALUES (?, ?)",
                [(subject, seconds(now)) for subject, _spans in bounds],
            )
        return True

    def forgive(self, *, address: str, account: str, now: datetime) -> None:
        """Take the latest try back: it was right."""
        subjects = [_subject("address", address)]
        if account:
            subjects.append(_subject("account", account))
        with self._book.open() as book:
            for subject in subjects:
                book.execute(
                    "DELETE FROM attempts WHERE rowid = (SELECT max(rowid) FROM attempts"
                    " WHERE subject = ? AND at <= ?)",
                    (subject, seconds(now)),
                )


def _subject(kind: str, name: str) -> str:
    """Return what is counted without keeping what somebody typed: perhaps a password."""
    return hashlib.sha256(f"{kind}\n{name}".encode()).hexdigest()


def _is_full(
    book: sqlite3.Connection,
    subject: str,
    spans: Spans,
    now: datetime,
) -> bool:
    for span, most in spans:
        counted = book.execute(
            "SELECT count(*) FROM attempts WHERE subject = ? AND at > ?",
            (subject, seconds(now - span)),
        ).fetchone()[0]
        if counted >= most:
            return True
    return False
