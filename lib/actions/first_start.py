"""The first start: the first person, and the rows without which nothing can be kept."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lib.actions.masters import member_key
from lib.actions.permissions import needs, system_only
from lib.errors import ActionRefused, Conflict
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre, Member, Product
from lib.schema.record import Record
from lib.schema.tables import table_of
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

FOUNDER_RANK: Final = 50
"""職位順 of the first person: the middle, so that others fit above and below."""

_BEGUN = N_("すでにほかの人が始めています。画面を開き直してください。")


@system_only
def begin(store: UserStore, *, name: str, email: str, now: datetime) -> Member:
    """Return the first member, made together with 自社 and 不明 in one commit.

    The same name again (a double click) changes nothing and returns the member.
    Without `email` the member gets a key of this machine.

    Raises:
        InvalidRecord: the name is empty, or `email` is no address.
        ActionRefused: somebody else has begun.
    """
    found = _members(store)
    if found:
        return _same_person(found, name)
    founder = Member.parse(
        {
            "email": member_key(email),
            "name": name.strip(),
            "role": Role.ADMIN,
            "rank": FOUNDER_RANK,
        }
    )
    try:
        _insert(store, [founder, *_missing_fixtures(store)], founder.name, now)
    except Conflict:
        # Another window began between our look and our save.
        return _same_person(_members(store), name)
    return founder


@needs("sample.manage")
def ensure_fixtures(store: UserStore, *, now: datetime) -> None:
    """Make sure that the centre 自社 and the product 不明 exist."""
    missing = _missing_fixtures(store)
    if missing:
        _insert(store, missing, store.principal.name, now)


def _missing_fixtures(store: UserStore) -> list[Record]:
    fixtures: list[Record] = [
        Centre(code=COMPANY, name=COMPANY),
        Product(code=UNKNOWN_PRODUCT, name=UNKNOWN_PRODUCT),
    ]
    return [record for record in fixtures if not _exists(store, record)]


def _exists(store: UserStore, record: Record) -> bool:
    place = table_of(record)
    return place.key_of(record) in store.frame(place.code).index


def _members(store: UserStore) -> list[Member]:
    keys = store.frame("members").index
    found = [store.record("members", key) for key in keys]
    return [member for member in found if isinstance(member, Member)]


def _same_person(found: list[Member], name: str) -> Member:
    for member in found:
        if member.name == name.strip():
            return member
    raise ActionRefused(_BEGUN)


def _insert(store: UserStore, records: list[Record], actor: str, now: datetime) -> None:
    writes = tuple(Insert(record) for record in records)
    store.commit(Commit(new_commit_id(), actor, now, writes))
