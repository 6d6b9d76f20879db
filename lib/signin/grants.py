"""Which role each member was given through the app, as this installation knows it.

メンバー of a shared sheet can be edited by everybody who may edit the sheet. What
somebody types there takes effect by itself only where it takes rights away; whoever
would gain any waits until an administrator says so in the app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lib.signin.book import Book


@dataclass(frozen=True, slots=True)
class Grant:
    """What was given: the code of a role, a centre, and whether it is in use."""

    role: str
    centre: str
    is_active: bool = True


class Grants:
    """What every member was given."""

    def __init__(self, book: Book) -> None:
        """Keep them in `book`."""
        self._book = book

    def known(self) -> Mapping[str, Grant] | None:
        """Return what was given to whom, by address; None before anything was kept."""
        with self._book.reading() as book:
            rows = book.execute("SELECT * FROM granted").fetchall()
        found = {
            str(row["member"]): Grant(
                row["role"], row["centre"], bool(row["is_active"])
            )
            for row in rows
        }
        return found or None

    def begin(self, standing: Mapping[str, Grant]) -> None:
        """Take what stands for given, where nothing was kept before."""
        with self._book.open() as book:
            if book.execute("SELECT 1 FROM granted").fetchone() is None:
                book.executemany(
                    _KEEP, [_row(member, grant) for member, grant in standing.items()]
                )

    def keep(self, member: str, grant: Grant) -> None:
        """Keep what a member is given from now on."""
        with self._book.open() as book:
            book.execute(_KEEP, _row(member, grant))


_KEEP = (
    "INSERT INTO granted (member, role, centre, is_active) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (member) DO UPDATE SET role = excluded.role,"
    " centre = excluded.centre, is_active = excluded.is_active"
)


def _row(member: str, grant: Grant) -> tuple[str, str, str, int]:
    return member, grant.role, grant.centre, int(grant.is_active)
