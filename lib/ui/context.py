"""Who is looking, and the data this person may reach.

Streamlit runs a page again at every click; what must outlive a run and is shared by
all people (the store and its snapshot) is kept in this module, not in `st.cache_*`,
which any browser may clear for everybody.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

import streamlit as st

from lib import clock
from lib.actions import given_roles, inviting, masters, sign_in_log, signing_in
from lib.actions.sign_in_desk import Desk
from lib.errors import NotAllowed, SignedOut, StoreError
from lib.i18n import Language, _
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role, Source
from lib.settings.customer_key import secret_of
from lib.settings.install import Installation, installation
from lib.settings.sign_in import sign_in
from lib.signin.sessions import Standing
from lib.store.access import UserStore
from lib.store.drafts import DraftBox
from lib.store.live import LiveStore
from lib.store.memo import Memo
from lib.store.merge import named
from lib.store.opening import open_live
from lib.store.protocol import Commit, Receipt
from lib.store.witness import Witness
from lib.ui import flash

log = logging.getLogger(__name__)

OPERATOR = "operator"
"""Session key of the chosen person: the member's key, a mail address."""

LANGUAGE = "language"
"""Session key of the language code."""

SESSION_HEADER = "X-Mimamori-Session"
"""Where the door says whose run this is; what a client sends under that name it drops."""

LOOKING_AS = "looking_as"
"""Session key of the role and centre as which a manager looks, changing nothing."""

_BOUND = "_signed_in_as"
_lock = threading.Lock()
_live: LiveStore | None = None
_keeping_fresh = False
_members: Memo[list[Member]] = Memo(2)


def live() -> LiveStore:
    """Return the one store of this process; opened on first use."""
    global _live  # noqa: PLW0603 - one store for the process
    with _lock:
        if _live is None:
            place = installation()
            _live = open_live(place.store_url, data=place.data)
            _live.watchman = _Watchman()
            if _keeping_fresh:
                _live.keep_fresh()
        return _live


def keep_fresh() -> None:
    """Let a shared store ask for news by itself, now and whenever it is opened anew.

    Only for the running app: a command would show what this machine saw last.
    """
    global _keeping_fresh  # noqa: PLW0603 - goes with the one store
    with _lock:
        _keeping_fresh = True
        if _live is not None:
            _live.keep_fresh()


def close() -> None:
    """Let go of the store; the next `live()` opens it anew."""
    global _live  # noqa: PLW0603
    with _lock:
        if _live is not None:
            _live.close()
        _live = None


def place() -> Installation:
    """Return how this installation is set up."""
    return installation()


def drafts() -> DraftBox:
    """Return the drafts of all people; ask only for one's own."""
    return DraftBox(place().data)


def customer_secret() -> bytes:
    """Return the key with which contacts are turned into 照合キー."""
    return secret_of(place().data)


def members() -> list[Member]:
    """Return the active members, highest rank first, then by name."""
    everything = live()
    view = everything.for_user(SYSTEM)
    name = (id(everything), view.revision)
    return list(_members.get(name, lambda: _active_members(view)))


def _active_members(view: UserStore) -> list[Member]:
    frame = view.frame("members")
    active = [m for m in masters.with_rights(frame) if m.is_active]
    if len(frame) and not any(member.role is Role.ADMIN for member in active):
        # A word mistyped in the sheet must not lock the administrator out. Without
        # sign-in only this computer is served, as its administrator (design.md 5).
        active.append(masters.STAND_IN)
    return sorted(active, key=lambda m: (-(m.rank or 0), m.name))


def principal() -> Principal | None:
    """Return who acts in this session; None until somebody has a name.

    With sign-in, it is who came in through the door, as メンバー has them now. Without,
    the 「操作者」 picker says who it is: attribution for the log, no proof. Someone who is
    no longer active falls back to the default.

    Raises:
        SignedOut: with sign-in, nobody is in any more.
    """
    own = own_principal()
    role = st.session_state.get(LOOKING_AS)
    if own is None or role is None:
        return own
    try:
        return inviting.onlooker(own, *role)
    except NotAllowed:
        return own


def own_principal() -> Principal | None:
    """Return who acts in this session in their own role; raises as `principal`."""
    if people_sign_in():
        return _signed_in()
    everyone = members()
    chosen = st.session_state.get(OPERATOR)
    found = next((m for m in everyone if m.email == chosen), None)
    found = found or _default_operator(everyone)
    return Principal.of(found) if found else None


def is_still(who: Principal) -> bool:
    """Whether `own_principal` would still say `who`; ask it outside of a page's run.

    Without sign-in there is nobody to ask after but this computer's administrator.
    """
    if not people_sign_in():
        return True
    return signing_in.principal_of(sign_in_desk(), who.key) == who


def people_sign_in() -> bool:
    """Whether sign-in is set up; without it this computer's administrator works alone."""
    return sign_in() is not None


class _Watchman:
    """Keeps for the sign-in what people do with members and with others' rows.

    A save that stands is not undone because this cannot be kept.
    """

    def saved(self, _who: Principal, commit: Commit, receipt: Receipt) -> None:
        """Remember roles that were given in the app."""
        touches = any(code == "members" for code, _key in named(commit))
        if touches and people_sign_in():
            with suppress(StoreError):
                given_roles.remember_given(sign_in_desk(), commit, receipt.records)

    def refused(self, who: Principal, table: str, key: str) -> None:
        """Note who tried to write what is not theirs."""
        log.warning("refused: a write to %s", table)
        with suppress(StoreError):
            sign_in_log.note_refusal(sign_in_desk(), who, table, key, clock.now())


def sign_in_desk() -> Desk:
    """Return what sign-in keeps on this machine."""
    found = place()
    return Desk.of(live(), found.data, found.admins)


def log_witness() -> Witness:
    """Return what this installation has seen of 操作ログ."""
    found = place()
    return Witness(found.data, found.store_url)


def tell_of_the_door() -> int:
    """Write into 操作ログ what happened at the door; return how many lines.

    Raises:
        StoreError: the store cannot take it now; it waits on.
    """
    found, now = sign_in_desk(), clock.now()
    if people_sign_in():
        sign_in_log.watch_roles(found, now)
    return sign_in_log.tell(found, now)


def _signed_in() -> Principal:
    counter = sign_in_desk()
    session = counter.sessions.of_id(_session_id(), clock.now())
    if session is None or session.standing is not Standing.LIVE:
        raise SignedOut
    found = signing_in.principal_of(counter, session.member)
    if found is None:
        raise SignedOut
    _keep_to(session.member, found)
    return found


def _keep_to(member: str, now: Principal) -> None:
    """Bind this tab to a person in a role: what one opened is never given to the next.

    Another role or centre begins anew: the sign-in, and with it its id, ends in every
    tab, and nothing that the old role had open stays.

    Raises:
        SignedOut: it is somebody else, or the same person in another role.
    """
    before, role, centre = st.session_state.setdefault(
        _BOUND, (member, now.role, now.centre)
    )
    if before != member:
        raise SignedOut
    if (role, centre) != (now.role, now.centre):
        sign_out()
        raise SignedOut


def _session_id() -> str:
    return str(st.context.headers.get(SESSION_HEADER) or "")


def sign_out() -> None:
    """End the sign-in of this browser, in all its tabs."""
    signing_in.sign_out(sign_in_desk(), _session_id(), clock.now())
    st.session_state.clear()


def desk() -> UserStore:
    """Return the data that the person may reach; the only way for a page to any.

    Raises:
        NotAllowed: nobody is chosen yet.
    """
    who = principal()
    if who is None:
        raise NotAllowed
    return live().for_user(who, _tell)


def _tell(note: str) -> None:
    """Say on the next run what the store had to do to save: rows had been moved."""
    flash.say(_(note), "info")


def guard(*roles: Role) -> UserStore:
    """Return the desk if the person has one of `roles` (none named: anybody).

    Every page opens with this line, although the menu shows only what a role may
    open: an address can be typed.

    Raises:
        NotAllowed: the person has another role.
    """
    found = desk()
    if roles and found.principal.role not in roles:
        raise NotAllowed
    return found


def language() -> Language:
    """Return the language of this session; Japanese outside of one."""
    return "en" if st.session_state.get(LANGUAGE) == "en" else "ja"


def remember_choices() -> None:
    """Keep language, and operator without sign-in, for the next window."""
    chosen = {LANGUAGE: st.session_state.get(LANGUAGE)}
    if not people_sign_in():
        chosen[OPERATOR] = st.session_state.get(OPERATOR)
    drafts().save(_chooser(), "choices", "last", chosen)


def restore_choices() -> None:
    """Give a new session the operator and language chosen last on this machine."""
    if LANGUAGE in st.session_state:
        return
    last = drafts().load(_chooser(), "choices", "last")
    values = last.values if last else {}
    st.session_state[LANGUAGE] = values.get(LANGUAGE) or "ja"
    if values.get(OPERATOR):
        st.session_state[OPERATOR] = values[OPERATOR]


def _chooser() -> str:
    """Return whose choices these are; "" for whoever uses this machine."""
    if not people_sign_in():
        return ""
    try:
        return _signed_in().key
    except SignedOut:
        return "nobody"


def _default_operator(everyone: list[Member]) -> Member | None:
    """Return who is meant where nobody was chosen: an administrator of our own."""
    own = [m for m in everyone if m.source is not Source.SAMPLE] or everyone
    admins = [m for m in own if m.role is Role.ADMIN]
    return next(iter(admins or own), None)
