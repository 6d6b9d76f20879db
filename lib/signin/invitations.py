"""Links that let one person set a password: 72 hours, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from lib.signin.book import Book, new_token, recognised, seconds

VALID: Final = timedelta(hours=72)


class Invitations:
    """Everybody's links."""

    def __init__(self, book: Book) -> None:
        """Keep them in `book`."""
        self._book = book

    def issue(self, member: str, now: datetime) -> str:
        """Return the token of a new link; earlier links of the member are void."""
        token = new_token()
        with self._book.open() as book:
            book.execute("DELETE FROM invitations WHERE member = ?", (member,))
            book.execute(
                "INSERT INTO invitations (token, member, expires_at) VALUES (?, ?, ?)",
                (recognised(token), member, seconds(now + VALID)),
            )
        return token

    def of(self, token: str, now: datetime) -> str | None:
        """Return whom a link invites; None for one that is used, late or unknown."""
        with self._book.reading() as book:
            row = book.execute(
                "SELECT member FROM invitations"
                " WHERE token = ? AND used_at IS NULL AND expires_at > ?",
                (recognised(token), seconds(now)),
            ).fetchone()
        return str(row["member"]) if row else None

    def use(self, token: str, now: datetime) -> str | None:
        """Use the link up and return whom it invites; None as for `of`.

        Of two that use it at once, one gets None.
        """
        with self._book.open() as book:
            row = book.execute(
                "UPDATE invitations SET used_at = ?"
                " WHERE token = ? AND used_at IS NULL AND expires_at > ?"
                " RETURNING member",
                (seconds(now), recognised(token), seconds(now)),
            ).fetchone()
        return str(row["member"]) if row else None

    def withdraw(self, member: str, now: datetime) -> bool:
        """Make every link of the member void; return whether one would have opened."""
        with self._book.open() as book:
            opened = book.execute(
                "SELECT 1 FROM invitations"
                " WHERE member = ? AND used_at IS NULL AND expires_at > ?",
                (member, seconds(now)),
            ).fetchone()
            book.execute("DELETE FROM invitations WHERE member = ?", (member,))
        return opened is not None

    def waiting(self, now: datetime) -> frozenset[str]:
        """Return the members who hold a link that still opens."""
        with self._book.reading() as book:
            rows = book.execute(
                "SELECT member FROM invitations"
                " WHERE used_at IS NULL AND expires_at > ?",
                (seconds(now),),
            ).fetchall()
        return frozenset(str(row["member"]) for row in rows)
