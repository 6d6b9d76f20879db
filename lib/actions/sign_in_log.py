"""What happened at the door comes into 操作ログ, some lines at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lib.actions.given_roles import held_back, lower_given
from lib.actions.sign_in_desk import Desk, rows_of
from lib.schema.audit import REFUSED, ROLE_HELD_BACK, AuditEntry
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AuditRoute
from lib.signin.events import Event
from lib.store.protocol import Commit, Insert

UNKNOWN: Final = "不明"
"""Who did it where no member is known; the log is Japanese in every installation."""

_told: Final[set[tuple[str, str]]] = set()
"""Members whose role is held back, of whom this process has told."""


def note_refusal(
    desk: Desk, who: Principal, table: str, key: str, now: datetime
) -> None:
    """Note that somebody tried to write what is not theirs: past the screen, it seems."""
    desk.events.note(REFUSED, who.key, now, actor=who.name, place=(table, key))


def tell(desk: Desk, now: datetime) -> int:
    """Write into 操作ログ what waits, and return how many lines that were.

    Raises:
        StoreError: the store cannot take it now; it waits on.
    """
    name, events = desk.events.batch(now)
    if not events:
        return 0
    members = rows_of(desk)
    rows = [
        Insert(_line(event, name, number, members))
        for number, event in enumerate(events, 1)
    ]
    commit = Commit(name, SYSTEM.name, now, tuple(rows), route=AuditRoute.SIGN_IN)
    desk.live.for_user(SYSTEM).commit(commit)
    desk.events.told(name, now)
    return len(rows)


def watch_roles(desk: Desk, now: datetime) -> None:
    """Note whose role in the sheet is held back, once each; see `given_roles`."""
    lower_given(desk)
    waiting = {(w.member.email, w.member.role.value) for w in held_back(desk)}
    _told.intersection_update(waiting)
    for email, role in waiting - _told:
        desk.events.note(ROLE_HELD_BACK, email, now, actor=SYSTEM.name, detail=role)
        _told.add((email, role))


def _line(
    event: Event, batch: str, number: int, members: Mapping[str, Member]
) -> AuditEntry:
    known = members.get(event.member)
    table, key = event.place
    return AuditEntry(
        id=f"L-{batch}-{number:05d}",
        # Each is an act of its own; the save that carries them has its own number.
        commit_id=f"{batch}-{number:05d}",
        at=event.at,
        actor=event.actor or (known.name if known else event.member) or UNKNOWN,
        table=table or "members",
        row_key=key if table else event.member,
        field_name=event.kind,
        after=event.detail,
        route=AuditRoute.SIGN_IN,
        reason=f"{event.count}回" if event.count > 1 else "",
    )
