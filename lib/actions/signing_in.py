"""Coming in: by invitation, with a password and a code, or vouched for by a provider.

Whoever comes in by whatever way must be an active member at that moment, and again at
every step afterwards (`member_of`). Refusals never say which part was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lib.actions import first_start, masters
from lib.actions.given_roles import as_given, grant_of
from lib.actions.permissions import needs
from lib.actions.sign_in_desk import Desk, rows_of, spelled
from lib.errors import ActionRefused, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.schema.audit import (
    FAILED,
    INVITATION_USED,
    INVITATION_VOID,
    INVITED,
    LOCKED,
    PASSWORD_CHANGED,
    ROLE_CONFIRMED,
    SIGNED_IN,
    SIGNED_OUT,
    STEP_BEGUN,
    STEP_ENDED,
)
from lib.schema.frames import standing
from lib.schema.ids import new_commit_id
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import table
from lib.schema.vocab import Flag, Role
from lib.settings.sign_in import Provider
from lib.signin import accounts as keys
from lib.signin.sessions import Standing
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

REFUSED: Final = N_("メールかパスワードが違うか、まだ登録されていません。")
TOO_OFTEN: Final = N_(
    "試した回数が多すぎます。1時間ほど待つか、管理者に新しい招待を頼んでください。"
)
DEAD_LINK: Final = N_(
    "この招待は使えません。期限が切れたか、もう使われています。管理者に新しい招待を頼んでください。"
)
NOT_A_MEMBER: Final = N_(
    "このアカウントのメールは、メンバーに登録されていません。管理者に知らせてください。"
)
UNVERIFIED: Final = N_(
    "このアカウントのメールは、持ち主が確かめられていません。別の入り方を使ってください。"
)
NOBODY: Final = N_(
    "このメールの人は、有効なメンバーにも MIMAMORI_ADMINS にもいません。"
)
UNCONFIRMED: Final = N_(
    "役割がシートで直接書かれたため、まだ効いていません。先に「役割を確認する」を押してください。"
)
BY_PASSWORD: Final = N_("パスワード")
BY_CODE: Final = N_("パスワードと確認コード")
BY_INVITATION: Final = N_("招待のリンク")
WRONG_CODE: Final = N_("確認コードが違います。スマートフォンの時計も確かめてください。")


@dataclass(frozen=True, slots=True)
class CameIn:
    """A step that went well. token: for the browser. needs_code: it is half a step."""

    token: str
    needs_code: bool = False


# Who it is -----------------------------------------------------------------------


def principal_of(desk: Desk, address: str) -> Principal | None:
    """Return whom an address stands for now; None for nobody who may come in.

    An address of `MIMAMORI_ADMINS` is an administrator's, whatever メンバー says.
    """
    wanted = spelled(address)
    found = rows_of(desk).get(wanted)
    if wanted in desk.admins:
        name = found.name if found else wanted.partition("@")[0]
        return Principal(found.email if found else wanted, name, Role.ADMIN)
    if found is None or not found.is_active:
        return None
    given = as_given(desk, found)
    if given is None or not _centre_is_in_use(desk, given):
        return None
    return Principal.of(given)


def _centre_is_in_use(desk: Desk, member: Member) -> bool:
    """Whether somebody's centre still works for the company; True for our own people."""
    if member.role is not Role.OUTSOURCED:
        return True
    view = desk.live.for_user(SYSTEM)
    ended = view.derived(
        "centres out of use",
        lambda: frozenset(
            centre.code
            for centre in standing(table("centres"), view.frame("centres"))
            if isinstance(centre, Centre) and centre.active is Flag.NO
        ),
    )
    return member.centre not in ended


# With a password -----------------------------------------------------------------


def with_password(
    desk: Desk,
    address: str,
    password: str,
    *,
    origin: str,
    before: str,
    now: datetime,
) -> CameIn:
    """Let somebody in by password.

    origin: the network address it comes from. before: the token the browser had.

    Raises:
        ActionRefused: wrong, unknown, no member any more, or tried too often.
        StoreUnavailable: nothing can be looked up now.
    """
    account = spelled(address)
    _refuse_too_often(desk, account, origin=origin, now=now)
    right = desk.accounts.is_right(account, password)
    if not right or principal_of(desk, account) is None:
        desk.events.note(FAILED, _known(desk, account), now, detail=BY_PASSWORD)
        raise ActionRefused(REFUSED)
    desk.limits.forgive(address=origin, account=account, now=now)
    if desk.accounts.has_second_step(account):
        return CameIn(desk.sessions.begin_half(account, now), needs_code=True)
    return _in(desk, account, BY_PASSWORD, before=before, now=now)


def with_code(
    desk: Desk, half: str, code: str, *, origin: str, before: str, now: datetime
) -> CameIn:
    """Let somebody in who gave the password a moment ago, by the phone's code.

    half: the token of the first step.

    Raises:
        ActionRefused: wrong, used or late, no member any more, or tried too often.
        StoreUnavailable: nothing can be looked up now.
    """
    account = desk.sessions.half(half, now)
    if account is None:
        raise ActionRefused(
            N_("時間が過ぎました。もう一度はじめからサインインしてください。")
        )
    _refuse_too_often(desk, account, origin=origin, now=now)
    if not desk.accounts.code_is_right(account, code, now):
        desk.events.note(FAILED, _known(desk, account), now, detail=BY_CODE)
        raise ActionRefused(WRONG_CODE)
    if principal_of(desk, account) is None:
        raise ActionRefused(REFUSED)
    desk.limits.forgive(address=origin, account=account, now=now)
    desk.sessions.drop(half)
    return _in(desk, account, BY_CODE, before=before, now=now)


def _refuse_too_often(desk: Desk, account: str, *, origin: str, now: datetime) -> None:
    if not desk.limits.may_try(address=origin, account=account, now=now):
        desk.events.note(LOCKED, _known(desk, account), now)
        raise ActionRefused(TOO_OFTEN)


def _known(desk: Desk, account: str) -> str:
    """Return the address of a member; "" for what else was typed: perhaps a password."""
    return account if account in desk.admins or account in rows_of(desk) else ""


def _in(desk: Desk, account: str, way: str, *, before: str, now: datetime) -> CameIn:
    desk.events.note(SIGNED_IN, account, now, detail=way)
    return CameIn(desk.sessions.begin(account, now, before=before))


def sign_out(desk: Desk, session: str, now: datetime) -> None:
    """End a sign-in for good, at its person's wish; `session`: its id."""
    found = desk.sessions.of_id(session, now)
    if found is None:
        return
    desk.sessions.end(found.id)
    if found.standing is Standing.LIVE:
        desk.events.note(SIGNED_OUT, found.member, now)


# Vouched for ----------------------------------------------------------------------


def vouched(
    desk: Desk,
    provider: Provider,
    claims: Mapping[str, Any],
    *,
    before: str,
    now: datetime,
) -> CameIn:
    """Let somebody in for whom a provider vouches.

    claims: of its checked token (signature, issuer, audience, nonce, time).

    Raises:
        ActionRefused: the mail is not verified, or no active member's.
        StoreUnavailable: nothing can be looked up now.
    """
    address = verified_address(provider, claims)
    if address is None:
        desk.events.note(FAILED, "", now, detail=provider.label)
        raise ActionRefused(UNVERIFIED)
    account = spelled(address)
    found = principal_of(desk, account)
    if found is None:
        desk.events.note(FAILED, _known(desk, account), now, detail=provider.label)
        raise ActionRefused(NOT_A_MEMBER)
    ensure_member(desk, found, str(claims.get("name") or ""), now)
    desk.accounts.register(account, now)
    return _in(desk, account, provider.label, before=before, now=now)


def verified_address(provider: Provider, claims: Mapping[str, Any]) -> str | None:
    """Return the mail address that the token proves; None for none.

    Only plain ASCII: a look-alike letter could be folded into a member's address. One
    Microsoft tenant answers for the names of its own people, though its tokens say
    nothing of the mail; a guest of the tenant is somebody else's.
    """
    if claims.get("email_verified") is True or claims.get("xms_edov") in (True, "1"):
        address = claims.get("email")
    elif provider.microsoft and claims.get("idp") in (None, claims.get("iss")):
        address = claims.get("preferred_username")
    else:
        return None
    plain = isinstance(address, str) and address.isascii() and "@" in address
    return str(address) if plain else None


def ensure_member(desk: Desk, who: Principal, name: str, now: datetime) -> None:
    """Write the first administrator into メンバー, where nobody of that address stands.

    Only for addresses of `MIMAMORI_ADMINS`: whoever else comes in stands there already.

    Raises:
        StoreUnavailable: it cannot be written now; signing in again tries anew.
    """
    if spelled(who.key) not in desk.admins or spelled(who.key) in rows_of(desk):
        return
    view = desk.live.for_user(SYSTEM)
    name = name.strip() or who.name
    try:
        if not len(view.frame("members")):
            first_start.begin(view, name=name, email=who.key, now=now)
            return
        member = Member(email=who.key, name=name, role=Role.ADMIN)
        view.commit(Commit(new_commit_id(), SYSTEM.name, now, (Insert(member),)))
    except (ActionRefused, InvalidRecord):
        return  # somebody began at the same moment; the address counts all the same


@needs("members.invite")
def confirm_role(desk: Desk, who: Principal, member: Member, now: datetime) -> None:
    """Let what stands in the sheet count from now on.

    Raises:
        NotAllowed: only an administrator confirms what makes one, as with inviting.
    """
    if not may_invite(who, member, desk.admins) or who.only_looks:
        raise NotAllowed
    address = spelled(member.email)
    desk.grants.keep(address, grant_of(member))
    desk.events.note(
        ROLE_CONFIRMED, address, now, actor=who.name, detail=member.role.value
    )


# By invitation --------------------------------------------------------------------


def may_invite(who: Principal, member: Member, admins: frozenset[str]) -> bool:
    """Whether this person may give that member a link: it opens all that is theirs."""
    is_admin = member.role is Role.ADMIN or spelled(member.email) in admins
    return who.role is Role.ADMIN or (who.role is Role.MANAGER and not is_admin)


@needs("members.invite")
def invite(desk: Desk, who: Principal, member: Member, now: datetime) -> str:
    """Return the token of a new link for a member; older ones are void.

    Raises:
        NotAllowed: it is not for this person to invite them.
        ActionRefused: the member has no mail address, or is out of use.
    """
    if not may_invite(who, member, desk.admins):
        raise NotAllowed
    if not masters.has_address(member):
        raise ActionRefused(
            N_("メールのない人は招待できません。メールを入れて登録し直してください。")
        )
    account = spelled(member.email)
    if principal_of(desk, account) is None:
        if member.is_active:
            raise ActionRefused(UNCONFIRMED)
        raise ActionRefused(N_("いまは使えない人です。先に「有効」に戻してください。"))
    desk.events.note(INVITED, account, now, actor=who.name)
    return desk.invitations.issue(account, now)


def invite_by_operator(desk: Desk, address: str, now: datetime) -> str:
    """Return the token of a new link, as whoever runs this computer may make one.

    It is how the first administrator, named by `MIMAMORI_ADMINS`, comes in without an
    account elsewhere.

    Raises:
        ActionRefused: it is no active member's address and none of `MIMAMORI_ADMINS`.
    """
    member = rows_of(desk).get(spelled(address))
    if desk.live.mends and member is not None and member.is_active:
        # Whoever runs this computer could write the sign-in book itself.
        desk.grants.keep(spelled(address), grant_of(member))
    if principal_of(desk, address) is None:
        raise ActionRefused(NOBODY)
    desk.events.note(INVITED, spelled(address), now, actor=SYSTEM.name)
    return desk.invitations.issue(spelled(address), now)


def link(base: str, token: str) -> str:
    """Return the address that is given to an invited person."""
    return f"{base}/invitation/{token}"


def invited(desk: Desk, token: str, *, origin: str, now: datetime) -> Principal:
    """Return whom a link invites.

    Raises:
        ActionRefused: the link opens nothing, or too many were tried from there.
    """
    _refuse_too_often(desk, "", origin=origin, now=now)
    address = desk.invitations.of(token, now)
    found = principal_of(desk, address) if address else None
    if found is None:
        desk.events.note(FAILED, address or "", now, detail=BY_INVITATION)
        raise ActionRefused(DEAD_LINK)
    desk.limits.forgive(address=origin, account="", now=now)
    return found


def accept(
    desk: Desk, token: str, password: str, *, origin: str, before: str, now: datetime
) -> CameIn:
    """Let an invited person set a password and come in. It ends all other sign-ins.

    A phone's code is not asked any more: who invites has checked whom they invite, and
    a lost phone is what new links are asked for.

    Raises:
        ActionRefused: the link opens nothing, or the password is weak (the link stays).
    """
    who = invited(desk, token, origin=origin, now=now)
    keys.refuse_weak(password, known=(who.key, who.name))
    account = desk.invitations.use(token, now)
    if account is None:
        raise ActionRefused(DEAD_LINK)
    ensure_member(desk, who, "", now)
    desk.accounts.set_password(account, password, now)
    desk.accounts.end_second_step(account)
    desk.sessions.end_all(account)
    desk.events.note(INVITATION_USED, account, now)
    return _in(desk, account, BY_INVITATION, before=before, now=now)


# One's own ------------------------------------------------------------------------


def change_password(
    desk: Desk,
    account: str,
    old: str,
    new: str,
    *,
    session: str,
    origin: str,
    now: datetime,
) -> None:
    """Give somebody who is signed in another password; it ends their other sign-ins.

    Raises:
        ActionRefused: the old one is wrong, the new one weak, or tried too often.
    """
    _confirm(desk, account, old, origin=origin, now=now)
    who = principal_of(desk, account)
    keys.refuse_weak(new, known=(account, who.name if who else ""))
    desk.accounts.set_password(account, new, now)
    desk.sessions.end_all(account, but=session)
    desk.events.note(PASSWORD_CHANGED, account, now)


def begin_second_step(
    desk: Desk,
    account: str,
    password: str,
    secret: str,
    code: str,
    *,
    origin: str,
    now: datetime,
) -> None:
    """Ask for codes of a phone from now on.

    Raises:
        ActionRefused: the password or the code is wrong, or tried too often.
    """
    _confirm(desk, account, password, origin=origin, now=now)
    if not desk.accounts.begin_second_step(account, secret, code, now):
        raise ActionRefused(WRONG_CODE)
    desk.events.note(STEP_BEGUN, account, now)


def end_second_step(
    desk: Desk, account: str, password: str, *, origin: str, now: datetime
) -> None:
    """Ask for no code any more.

    Raises:
        ActionRefused: the password is wrong, or tried too often.
    """
    _confirm(desk, account, password, origin=origin, now=now)
    desk.accounts.end_second_step(account)
    desk.events.note(STEP_ENDED, account, now)


def _confirm(
    desk: Desk, account: str, password: str, *, origin: str, now: datetime
) -> None:
    _refuse_too_often(desk, account, origin=origin, now=now)
    if not desk.accounts.is_right(account, password):
        desk.events.note(FAILED, _known(desk, account), now, detail=BY_PASSWORD)
        raise ActionRefused(N_("いまのパスワードが違います。"))
    desk.limits.forgive(address=origin, account=account, now=now)


# Switching off --------------------------------------------------------------------


@needs("members.edit")
def switch_off(
    desk: Desk, store: UserStore, member: Member, *, entry: str, now: datetime
) -> None:
    """Take a member out of use: their sign-ins and links end at once.

    Raises:
        What `masters.change` raises.
    """
    masters.switch(store, member, Flag.NO, entry=entry, now=now)
    account = spelled(member.email)
    desk.sessions.end_all(account)
    if desk.invitations.withdraw(account, now):
        desk.events.note(INVITATION_VOID, account, now, actor=store.principal.name)
