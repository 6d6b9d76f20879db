"""Who is signed in: one record on the server for each sign-in, none in the browser.

The browser holds a random token and nothing else. A record ends for good when its
person signs out or may no longer come in; where only time ran out, signing in again
from the same browser lets what is still open there go on (`successor`).
"""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from lib.signin.book import Book, moment, new_token, recognised, seconds

IDLE: Final = timedelta(minutes=30)
"""Without a key pressed or a click for so long, one has to sign in again."""
ABSOLUTE: Final = timedelta(hours=10)
"""So long after the sign-in one has to sign in again, whatever one does."""
SECOND_STEP: Final = timedelta(minutes=5)
"""Between the password and the code of the phone."""
NOTED_EVERY: Final = timedelta(seconds=60)
"""Activity is written down this often at most."""
_KEPT: Final = timedelta(days=7)
_LONGEST_CHAIN: Final = 50

_LIVE, _HALF, _ENDED = "live", "half", "ended"


class Standing(Enum):
    """How a sign-in stands."""

    LIVE = "live"
    TIMED_OUT = "timed out"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. id: names the record and opens nothing. member: mail address."""

    id: str
    member: str
    begun_at: datetime
    seen_at: datetime
    standing: Standing


class Sessions:
    """All sign-ins of this installation."""

    def __init__(self, book: Book) -> None:
        """Keep them in `book`."""
        self._book = book

    def begin(self, member: str, now: datetime, *, before: str = "") -> str:
        """Return the token of a new sign-in.

        before: the token that the browser had until now. It opens nothing any more; if
            it was the same person's and only its time had run out, tabs that are still
            open under it go on under the new one.
        """
        return self._begun(member, now, _LIVE, before)

    def begin_half(self, member: str, now: datetime) -> str:
        """Return the token of a sign-in that lacks its second step: it opens nothing."""
        return self._begun(member, now, _HALF, "")

    def half(self, token: str, now: datetime) -> str | None:
        """Return the member who is between the two steps; None for nobody."""
        with self._book.reading() as book:
            row = _by_token(book, token)
        if row is None or row["stage"] != _HALF:
            return None
        late = now - moment(row["begun_at"]) > SECOND_STEP
        return None if late else str(row["member"])

    def of_token(self, token: str, now: datetime) -> Session | None:
        """Return the sign-in that a browser's token names; None for none."""
        if not token:
            return None
        with self._book.reading() as book:
            row = _by_token(book, token)
        return _session(row, now) if row is not None and row["stage"] != _HALF else None

    def of_id(self, session: str, now: datetime) -> Session | None:
        """Return a sign-in by its id, or the one that took its place; None for none.

        Only for what came in through the door with a token: an id is no secret.
        """
        with self._book.reading() as book:
            row = _by_id(book, session)
            for _step in range(_LONGEST_CHAIN):
                if row is None or not row["successor"]:
                    break
                row = _by_id(book, row["successor"])
        return _session(row, now) if row is not None and row["stage"] != _HALF else None

    def noted(self, session: Session, now: datetime) -> None:
        """Write down that its person did something just now."""
        if now - session.seen_at < NOTED_EVERY:
            return
        with self._book.open() as book:
            book.execute(
                "UPDATE sessions SET seen_at = ? WHERE id = ? AND stage = ?",
                (seconds(now), session.id, _LIVE),
            )

    def end(self, session: str) -> None:
        """End one sign-in for good."""
        with self._book.open() as book:
            book.execute(
                "UPDATE sessions SET stage = ? WHERE id = ?", (_ENDED, session)
            )

    def drop(self, token: str) -> None:
        """End the sign-in that a token names, half or whole."""
        with self._book.open() as book:
            book.execute(
                "UPDATE sessions SET stage = ? WHERE token = ?",
                (_ENDED, recognised(token)),
            )

    def end_all(self, member: str, *, but: str = "") -> None:
        """End every sign-in of a member for good, `but` the one with that id."""
        with self._book.open() as book:
            book.execute(
                "UPDATE sessions SET stage = ? WHERE member = ? AND id != ?",
                (_ENDED, member, but),
            )

    def _begun(self, member: str, now: datetime, stage: str, before: str) -> str:
        token, session = new_token(), uuid.uuid4().hex
        at = seconds(now)
        with self._book.open() as book:
            book.execute(
                "DELETE FROM sessions WHERE begun_at < ?", (seconds(now - _KEPT),)
            )
            book.execute(
                "INSERT INTO sessions (id, token, member, stage, begun_at, seen_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (session, recognised(token), member, stage, at, at),
            )
            if before:
                _succeed(book, before, member, session)
        return token


def _succeed(book: sqlite3.Connection, before: str, member: str, after: str) -> None:
    row = _by_token(book, before)
    if row is None:
        return
    goes_on = row["member"] == member and row["stage"] == _LIVE
    book.execute(
        "UPDATE sessions SET stage = ?, successor = ? WHERE id = ?",
        (_ENDED, after if goes_on else "", row["id"]),
    )


def _by_token(book: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    return _one(book, "SELECT * FROM sessions WHERE token = ?", recognised(token))


def _by_id(book: sqlite3.Connection, session: str) -> sqlite3.Row | None:
    return _one(book, "SELECT * FROM sessions WHERE id = ?", session)


def _one(book: sqlite3.Connection, query: str, value: str) -> sqlite3.Row | None:
    found = book.execute(query, (value,)).fetchone()
    return found if isinstance(found, sqlite3.Row) else None


def _session(row: sqlite3.Row, now: datetime) -> Session:
    begun_at, seen_at = moment(row["begun_at"]), moment(row["seen_at"])
    if row["stage"] != _LIVE:
        standing = Standing.ENDED
    elif now - seen_at > IDLE or now - begun_at > ABSOLUTE:
        standing = Standing.TIMED_OUT
    else:
        standing = Standing.LIVE
    return Session(row["id"], row["member"], begun_at, seen_at, standing)
