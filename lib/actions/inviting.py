"""「招待」: who has come in, who may be invited, and what is written to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from lib.actions import masters
from lib.actions.permissions import needs
from lib.actions.sign_in_desk import Desk, spelled
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.schema.masters import Member
from lib.schema.principal import Principal
from lib.schema.vocab import Role
from lib.signin.invitations import VALID
from lib.store.access import UserStore

MAIL: Final = N_(
    "{name}さん\n\n"
    "見守り(お客様の声の台帳)への招待です。下のリンクを開いて、パスワードを決めてください。\n\n"
    "{link}\n\n"
    "・{until:%m月%d日 %H:%M}まで、1回だけ使えます。\n"
    "・次からのサインイン: {base}\n"
    "・メール: {address}\n"
    "・あなたの役割: {role}\n\n"
    "このリンクは、ほかの人に渡さないでください。\n"
    "心当たりのないときは、{sender}まで知らせてください。"
)
"""What is sent, in Japanese whatever the screen speaks: it is for the other person."""


class Stage(Enum):
    """How far somebody is."""

    NOT_YET = N_("未登録")
    IN = N_("登録済")
    OFF = N_("停止")


@dataclass(frozen=True, slots=True)
class Guest:
    """A member as one who signs in. has_link: a link of theirs still opens."""

    member: Member
    stage: Stage
    has_link: bool


@needs("open.invitations")
def guests(store: UserStore, desk: Desk, now: datetime) -> tuple[Guest, ...]:
    """Return everybody who could sign in, those in use first, then by name.

    Raises:
        StoreUnavailable: the sign-in book cannot be read.
    """
    registered = desk.accounts.registered()
    waiting = desk.invitations.waiting(now)
    people = store.derived(
        "people who sign in",
        lambda: [
            member
            for member in masters.with_rights(store.frame("members"))
            if masters.has_address(member)
        ],
    )
    found = []
    for member in people:
        account = spelled(member.email)
        stage = Stage.IN if account in registered else Stage.NOT_YET
        stage = stage if member.is_active else Stage.OFF
        has_link = account in waiting and member.is_active
        found.append(Guest(member, stage, has_link=has_link))
    return tuple(sorted(found, key=lambda g: (g.stage is Stage.OFF, g.member.name)))


@needs("members.invite")
def register(
    store: UserStore, values: Mapping[str, Any], *, entry: str, now: datetime
) -> Member:
    """Return the new member who is to be invited.

    Raises:
        InvalidRecord: as `masters.add`, and where there is no mail address.
        NotAllowed: the person's role may not.
    """
    if not str(values.get("email") or "").strip():
        raise InvalidRecord(
            [FieldProblem("email", N_("招待するには、メールが要ります。"))]
        )
    return masters.add(store, Member, values, entry=entry, now=now)


def mail(member: Member, link: str, *, base: str, sender: str, now: datetime) -> str:
    """Return the text to send with a link made at `now`."""
    return MAIL.format(
        name=member.name,
        link=link,
        until=now + VALID,
        base=base,
        address=member.email,
        role=member.role.value,
        sender=sender,
    )


@needs("members.look_as")
def onlooker(who: Principal, role: Role, centre: str) -> Principal:
    """Return `who` as they would see the app in that role and centre, without touching.

    It stays their own name: what is exported meanwhile is noted as theirs, and what only
    the person in charge of a case may see does not open.

    Raises:
        NotAllowed: it is not for this person, or would show more than they may see.
    """
    if role is Role.ADMIN:
        raise NotAllowed
    # Drafts go by the key: one's own are neither shown nor touched.
    key = f"{who.key} as {role.code} of {centre}"
    return replace(who, key=key, role=role, centre=centre, only_looks=True)
