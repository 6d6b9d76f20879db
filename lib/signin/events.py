"""What happened at the door, on its way into 操作ログ.

It waits in the sign-in book, so that nobody who signs in waits for a shared sheet, and
nothing is lost while that is away. Whoever tries passwords by the thousand does not cost
the store a row each: what failed is counted by hour, member and kind, and told twice an
hour at most. Neither a password, a link, a token nor a network address is kept; of a
name that belongs to no member only that somebody tried.
"""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lib.schema.audit import AT_THE_DOOR, COUNTED
from lib.signin.book import Book, moment, seconds

_HOUR: Final = 3600
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One line to be told.

    kind: one of `lib.schema.audit.AT_THE_DOOR`. member: mail address; "" for nobody
    known. actor: who did it, where that is somebody else: a name. place: table code and
    key, where it was about a record. count: how often it happened.
    """

    at: datetime
    kind: str
    member: str
    actor: str
    detail: str
    place: tuple[str, str]
    count: int


class Events:
    """All that waits to be told."""

    def __init__(self, book: Book) -> None:
        """Keep them in `book`."""
        self._book = book

    def note(
        self,
        kind: str,
        member: str,
        now: datetime,
        *,
        actor: str = "",
        detail: str = "",
        place: tuple[str, str] = ("", ""),
    ) -> None:
        """Keep what happened just now until it is told.

        Raises:
            ValueError: no such kind; a mistake of a developer.
            StoreUnavailable: it could not be kept.
        """
        if kind not in AT_THE_DOOR:
            raise ValueError(kind)
        at = seconds(now)
        hour = at // _HOUR
        mark = uuid.uuid4().hex
        if kind in COUNTED:
            mark = "|".join([kind, member, actor, detail, *place, str(hour)])
        with self._book.open() as book:
            book.execute(
                "INSERT INTO events"
                " (mark, at, kind, member, actor, detail, place, key, count)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)"
                " ON CONFLICT (mark) DO UPDATE SET count = count + 1",
                (mark, at, kind, member, actor, detail, *place),
            )

    def batch(self, now: datetime) -> tuple[str, tuple[Event, ...]]:
        """Return what is to be told next, under a name that stays until `told`.

        Whoever dies in between, or does it at the same time, tells the same once more,
        and the store recognises it. ("", ()) where there is nothing to tell.
        """
        with self._book.open() as book:
            name = self._begun(book) or self._begin(book, now)
            rows = book.execute(
                "SELECT * FROM events WHERE batch = ? ORDER BY at, rowid", (name,)
            ).fetchall()
        return (name, tuple(map(_event, rows))) if rows else ("", ())

    def told(self, name: str, now: datetime) -> None:
        """Forget a batch: it stands in the log."""
        hour = seconds(now) // _HOUR
        with self._book.open() as book:
            book.execute(
                "UPDATE events SET told = asked, batch = '' WHERE batch = ?", (name,)
            )
            book.execute(
                # Numbers of ours and question marks are put in, no data.
                "DELETE FROM events WHERE batch = '' AND told = count"  # nosec B608
                f" AND (at / {_HOUR} < ? OR kind NOT IN ({_marks()}))",
                (hour, *COUNTED),
            )

    @staticmethod
    def _begun(book: sqlite3.Connection) -> str:
        row = book.execute("SELECT batch FROM events WHERE batch <> ''").fetchone()
        return str(row["batch"]) if row else ""

    @staticmethod
    def _begin(book: sqlite3.Connection, now: datetime) -> str:
        name = f"E-{uuid.uuid4().hex}"
        # What is counted is told when it begins, and the rest once its hour is over.
        book.execute(
            "UPDATE events SET batch = ?, asked = count WHERE rowid IN ("  # nosec B608
            " SELECT rowid FROM events WHERE told = 0"
            f" OR (told < count AND at / {_HOUR} < ?)"
            f" ORDER BY at, rowid LIMIT {_MOST_AT_ONCE})",
            (name, seconds(now) // _HOUR),
        )
        return name


def _marks() -> str:
    return ", ".join("?" * len(COUNTED))


def _event(row: sqlite3.Row) -> Event:
    return Event(
        at=moment(row["at"]),
        kind=row["kind"],
        member=row["member"],
        actor=row["actor"],
        detail=row["detail"],
        place=(row["place"], row["key"]),
        count=row["asked"] - row["told"],
    )
