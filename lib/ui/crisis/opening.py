"""Opening a crisis: in one press from a complaint, or from a short form."""

from __future__ import annotations

from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions.crises import opening
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.crisis import Crisis
from lib.schema.vocab import CrisisKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, drafting, filters, flash, navigation
from lib.ui.crisis import checklist, facts
from lib.ui.crisis.saving import name_of, once
from lib.ui.form import Form, field_input, problems_by_field
from lib.ui.navigation import STAFF

FORM: Final = "crisis-new"
_PROBLEMS: Final = name_of("new", "problems")
_OPENED: Final = name_of("new", "open")
DRAFTED: Final = ("title", "facts")


# From a complaint ---------------------------------------------------------------------


def on_case(desk: UserStore, case: Complaint) -> None:
    """Draw the crisis a complaint belongs to, or what one press can make of it."""
    if desk.principal.role not in STAFF:
        return
    if case.crisis_id:
        _belongs(case)
        return
    for offer in opening.offers(desk, case):
        _offer(case, offer)


def _belongs(case: Complaint) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":violet-badge[■ {inert(_('重大事案'))}]", width="content")
        navigation.link("crisis", case.crisis_id, crisis=case.crisis_id)


def _offer(case: Complaint, offer: opening.Offer) -> None:
    with st.container(border=True, gap="small"):
        kind = _(offer.kind.value)
        words = _(
            "「{kind}」に当たるかもしれません。重大事案として開くと、することと期限が一覧になります。"
        ).format(kind=kind)
        st.markdown(f":material/checklist: {inert(words)}")
        with st.container(horizontal=True, gap="small"):
            for crisis in offer.joins:
                st.button(
                    inert(_("「{title}」に入れる").format(title=crisis.title)),
                    key=name_of(case.id, f"join:{crisis.id}"),
                    icon=":material/add_link:",
                    on_click=facts.join,
                    args=(crisis.id, case),
                )
            st.button(
                _("重大事案を開く") if not offer.joins else _("別の重大事案を開く"),
                key=name_of(case.id, f"open:{offer.kind.code}"),
                icon=":material/flag:",
                on_click=_open_from,
                args=(case, offer.kind),
            )


def _open_from(case: Complaint, kind: CrisisKind) -> None:
    desk = context.desk()
    with boundary.attempt():
        values = opening.first_values(
            case,
            kind,
            title=title_of(desk, case, kind),
            leader=opening.leader_of(desk, context.members()),
        )
        crisis = opening.open_crisis(
            desk,
            values,
            case=case,
            now=clock.now(),
            commit_id=once(case.id, case.version, kind.code),
        )
        words = _("重大事案 {number} を開きました。責任者は {leader} さんです。")
        flash.say(words.format(number=crisis.id, leader=crisis.leader))


def title_of(desk: UserStore, case: Complaint, kind: CrisisKind) -> str:
    """Return a first title, in the language of the ledger: kind, and product or day."""
    day = f"{case.received_at:%Y/%m/%d}"
    if kind is not CrisisKind.ACCIDENT or case.product_code in ("", UNKNOWN_PRODUCT):
        return f"{kind.value}({day})"
    product = filters.product_names(desk).get(case.product_code, case.product_code)
    return f"{kind.value}({product})"


# From the page ------------------------------------------------------------------------


def is_open() -> bool:
    """Whether the form of a new crisis stands open."""
    return bool(st.session_state.get(_OPENED))


def button(*, kind: str = "primary") -> None:
    """Draw the button that opens the form."""
    st.button(
        _("重大事案を開く"),
        key=name_of("new", "start"),
        icon=":material/flag:",
        type=cast("Any", kind),
        on_click=_start,
    )


def _start() -> None:
    st.session_state[_OPENED] = True


def form(desk: UserStore) -> None:
    """Draw the form of a new crisis; it needs kind, title and since when."""
    problems = st.session_state.get(_PROBLEMS) or {}
    form = Form(FORM, Crisis, problems)
    leader = opening.leader_of(desk, context.members())
    st.session_state.setdefault(form.key("kind"), CrisisKind.LEAK)
    st.session_state.setdefault(form.key("leader"), leader)
    now = clock.now().replace(tzinfo=None, second=0)
    st.session_state.setdefault(form.key("known_at"), now)
    with st.container(border=True, width=760):
        st.markdown(f"**{inert(_('重大事案を開く'))}**")
        drafting.offer(form, DRAFTED, title="title")
        field_input(form, "kind", pills=True, on_change="rerun", show_help=False)
        kind = form.get("kind") or CrisisKind.LEAK
        field_input(form, "title", required=True)
        left, right = st.columns(2)
        with left:
            field_input(form, "known_at", required=True)
        with right:
            field_input(form, "leader", options=checklist.people())
        facts.about(desk, form, kind)
        field_input(form, "facts", height=120)
        drafting.autosave(form, DRAFTED)
        with st.container(horizontal=True):
            st.button(
                _("開く"),
                key=name_of("new", "save"),
                type="primary",
                icon=":material/flag:",
                shortcut="Mod+S",
                on_click=_save,
            )
            st.button(_("やめる"), key=name_of("new", "leave"), on_click=_leave)


def _save() -> None:
    typed = Form(FORM, Crisis)
    kind = typed.get("kind") or CrisisKind.LEAK
    names = [
        name
        for name in opening.OPENING_FIELDS
        if name != "kind" and facts.is_asked(name, kind)
    ]
    drawn = [name for name in names if typed.key(name) in st.session_state]
    try:
        with boundary.attempt():
            crisis = opening.open_crisis(
                context.desk(),
                {"kind": kind, **typed.values(drawn)},
                now=clock.now(),
                commit_id=drafting.entry_id(typed),
            )
            flash.say(_("重大事案 {number} を開きました。").format(number=crisis.id))
            _leave()
            st.query_params["crisis"] = crisis.id
    except InvalidRecord as error:
        st.session_state[_PROBLEMS] = problems_by_field(error.problems)


def _leave() -> None:
    drafting.discard(Form(FORM, Crisis))
    st.session_state.pop(_OPENED, None)
    st.session_state.pop(_PROBLEMS, None)
