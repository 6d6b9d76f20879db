"""What sign-in keeps on this machine, and the members whom it goes by."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.actions import masters
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.signin.accounts import Accounts
from lib.signin.book import Book
from lib.signin.events import Events
from lib.signin.grants import Grants
from lib.signin.invitations import Invitations
from lib.signin.limits import Limits
from lib.signin.sealing import Seal
from lib.signin.sessions import Sessions
from lib.store.live import LiveStore


@dataclass(frozen=True, slots=True)
class Desk:
    """All that sign-in keeps on this machine, and where メンバー stand."""

    live: LiveStore
    admins: frozenset[str]
    sessions: Sessions
    accounts: Accounts
    invitations: Invitations
    limits: Limits
    events: Events
    grants: Grants

    @classmethod
    def of(cls, live: LiveStore, data: Path, admins: tuple[str, ...]) -> Desk:
        """Return the desk of an installation; admins: as `MIMAMORI_ADMINS` has them."""
        book = Book(data)
        return cls(
            live,
            frozenset(spelled(address) for address in admins),
            Sessions(book),
            Accounts(book, Seal(data)),
            Invitations(book),
            Limits(book),
            Events(book),
            Grants(book),
        )


def spelled(address: str) -> str:
    """Return an address in the one form in which addresses are compared."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def rows_of(desk: Desk) -> Mapping[str, Member]:
    """Return the members with clear rights by address; one that two share is nobody's."""
    view = desk.live.for_user(SYSTEM)

    def made() -> dict[str, Member]:
        found: dict[str, Member] = {}
        doubled: set[str] = set()
        for member in masters.with_rights(view.frame("members")):
            address = spelled(member.email)
            if address in found:
                doubled.add(address)
            if masters.has_address(member):
                found[address] = member
        return {key: found[key] for key in found.keys() - doubled}

    return view.derived("members by address", made)
