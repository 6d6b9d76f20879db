"""Which role counts: the one given in the app, or the one typed into a shared sheet.

Everybody who may edit the sheet can write any role into メンバー, their own row included.
What takes rights away counts at once; whoever would gain any keeps what they were given
through the app (`lib.signin.grants`) until it is confirmed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.actions.sign_in_desk import Desk, rows_of, spelled
from lib.schema.masters import Member
from lib.schema.record import Record
from lib.schema.vocab import AuditRoute, Role
from lib.signin.grants import Grant
from lib.store.protocol import Commit, Insert, Update

_RANKS: Final = (Role.OUTSOURCED, Role.VIEWER, Role.CLERK, Role.MANAGER, Role.ADMIN)
"""Who sees more stands further back."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A role typed into the sheet that does not count yet.

    member: as the sheet has them. given: the role that counts; None for none at all.
    """

    member: Member
    given: Role | None


def held_back(desk: Desk) -> tuple[HeldBack, ...]:
    """Return the members whose row in the sheet promises more than they were given."""
    found = []
    for address, member in rows_of(desk).items():
        if not member.is_active or address in desk.admins:
            continue
        given = as_given(desk, member)
        if given is None or given.role is not member.role:
            found.append(HeldBack(member, given.role if given else None))
        elif given.centre != member.centre:
            found.append(HeldBack(member, given.role))
    return tuple(found)


def remember_given(
    desk: Desk, saved: Commit, standing: Mapping[tuple[str, str], Record]
) -> None:
    """Take for given what the app itself wrote into メンバー.

    standing: the rows as they stand after `saved` (`Receipt.records`).
    """
    if not desk.live.mends or saved.route is AuditRoute.SHEET_SEEN:
        return
    known = dict(_given(desk))
    for write in saved.writes:
        if isinstance(write, Insert) and isinstance(write.record, Member):
            desk.grants.keep(spelled(write.record.email), grant_of(write.record))
        elif isinstance(write, Update) and write.table == "members":
            found = standing.get(("members", write.key))
            if isinstance(found, Member):
                _keep_what_changed(desk, known, found, write.values)


def _keep_what_changed(
    desk: Desk, known: Mapping[str, Grant], member: Member, values: Mapping[str, Any]
) -> None:
    """Keep the fields that were chosen in the app; others may be typed by hand."""
    address = spelled(member.email)
    before = known.get(address)
    if before is None:
        if "role" in values:
            desk.grants.keep(address, grant_of(member))
        return
    now = grant_of(member)
    after = Grant(
        now.role if "role" in values else before.role,
        now.centre if "centre" in values else before.centre,
        now.is_active if "active" in values else before.is_active,
    )
    if after != before:
        desk.grants.keep(address, after)


def lower_given(desk: Desk) -> None:
    """Forget what the sheet has taken away, so that typing it back gives nothing."""
    if not desk.live.mends:
        return
    known = _given(desk)
    for address, member in rows_of(desk).items():
        before, now = known.get(address), grant_of(member)
        if before is not None and now != before and not _gains(before, now):
            desk.grants.keep(address, now)


def as_given(desk: Desk, member: Member) -> Member | None:
    """Return the member with the role that counts; None where none was given.

    Only in a store that people edit past the app: everywhere else the app wrote it.
    """
    if not desk.live.mends:
        return member
    before = _given(desk).get(spelled(member.email))
    if before is None or not before.is_active:
        return None
    if not _gains(before, grant_of(member)):
        return member
    role = Role.from_code(before.role)
    given = {"role": role, "centre": before.centre}
    # Not checked: whatever else somebody typed into the row changes nothing here.
    return member.model_copy(update=given) if role else None


def _gains(before: Grant, after: Grant) -> bool:
    """Whether somebody could do or see more than before."""
    if not after.is_active:
        return False
    ranks = [role.code for role in _RANKS]
    higher = ranks.index(after.role) > ranks.index(before.role)
    other_centre = after.role == Role.OUTSOURCED.code and (
        before.role == after.role and after.centre != before.centre
    )
    return higher or other_centre or not before.is_active


def _given(desk: Desk) -> Mapping[str, Grant]:
    known = desk.grants.known()
    if known is None:
        rows = rows_of(desk)
        desk.grants.begin({address: grant_of(m) for address, m in rows.items()})
        known = desk.grants.known()
    return known or {}


def grant_of(member: Member) -> Grant:
    """Return what a row of メンバー says somebody may."""
    return Grant(member.role.code, member.centre, member.is_active)
