"""What is known of a crisis, what it started, and whose complaints belong to it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.crises import opening, working
from lib.actions.crises.reading import Board, candidates
from lib.errors import NotAllowed
from lib.i18n import _
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.ids import read_id
from lib.schema.vocab import CrisisKind, GraveAccident
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, one_line
from lib.ui import boundary, context, drafting, filters, flash, navigation
from lib.ui import format as fmt
from lib.ui.case.history import shown_text
from lib.ui.crisis.checklist import people
from lib.ui.crisis.counting import save_fields
from lib.ui.crisis.saving import (
    form_of,
    name_of,
    once,
    open_editor,
    opened,
    press,
    save_buttons,
)
from lib.ui.deadlines.of_case import clocks_of
from lib.ui.form import Form, field_input

FACTS, LEARNT = "facts", "learnt"
CASES_SHOWN: Final = 10
CANDIDATES_SHOWN: Final = 5


# What is known ------------------------------------------------------------------------


def known(desk: UserStore, board: Board) -> None:
    """Draw the facts, and what decides which clocks run."""
    crisis = board.crisis
    with st.container(border=True, gap="small"):
        _head(board, _("わかっていること"), FACTS, working.FACT_FIELDS)
        if opened(crisis.id) == FACTS:
            _facts_editor(desk, board)
            return
        if crisis.facts:
            shown_text(crisis.facts)
        else:
            st.caption(inert(_("事実だけを書きます。推測は書きません。")))
        lines = [
            f":small[:gray[{inert(label)}]] {inert(value)}"
            for label, value in _answers(desk, crisis)
        ]
        if lines:
            st.markdown("  \n".join(lines))
        if crisis.is_open and _asks_for_triggers(crisis):
            words = _("漏えいの型を選ぶと、報告の期限がはっきりします。")
            st.info(inert(words), icon=":material/help:")


def _asks_for_triggers(crisis: Crisis) -> bool:
    return crisis.kind is CrisisKind.LEAK and not crisis.leak_triggers


def _answers(desk: UserStore, crisis: Crisis) -> list[tuple[str, str]]:
    found = []
    if crisis.product_code:
        name = filters.product_names(desk).get(crisis.product_code)
        found.append((_("商品"), name or crisis.product_code))
    if crisis.leak_triggers:
        words = fmt.listed(fmt.choice(kind) for kind in crisis.leak_triggers)
        found.append((_("漏えいの型"), words))
    if crisis.accident is not GraveAccident.UNASKED:
        found.append((_("重大製品事故"), fmt.choice(crisis.accident)))
    return found


def _head(board: Board, title: str, editor: str, names: tuple[str, ...]) -> None:
    crisis = board.crisis
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{inert(title)}**", width="content")
        if crisis.is_open and opened(crisis.id) != editor:
            st.button(
                _("直す"),
                key=name_of(crisis.id, f"open:{editor}"),
                icon=":material/edit:",
                type="tertiary",
                on_click=open_editor,
                args=(crisis.id, editor, crisis, names),
            )


def _facts_editor(desk: UserStore, board: Board) -> None:
    crisis = board.crisis
    form = form_of(crisis.id, FACTS, Crisis)
    field_input(form, "title", required=True)
    field_input(form, "facts", height=160)
    left, right = st.columns(2)
    with left:
        field_input(form, "known_at", required=True)
    with right:
        field_input(form, "leader", options=people())
    about(desk, form, crisis.kind)
    drafting.autosave(form, ("facts",))
    names = tuple(n for n in working.FACT_FIELDS if is_asked(n, crisis.kind))
    save_buttons(crisis.id, FACTS, save_fields, board, FACTS, names)


def is_asked(name: str, kind: CrisisKind) -> bool:
    """Whether a field means anything for a kind of crisis."""
    only = {
        "leak_triggers": CrisisKind.LEAK,
        "accident": CrisisKind.ACCIDENT,
        "product_code": CrisisKind.ACCIDENT,
    }
    return only.get(name, kind) is kind


def about(desk: UserStore, form: Form, kind: CrisisKind) -> None:
    """Draw the fields that decide which clocks a crisis of this kind starts."""
    if kind is CrisisKind.LEAK:
        field_input(form, "leak_triggers")
    elif kind is CrisisKind.ACCIDENT:
        names = filters.product_names(desk)
        left, right = st.columns(2)
        with left:
            field_input(
                form,
                "product_code",
                options=list(names),
                format_option=lambda code: names.get(code, code),
            )
        with right:
            field_input(form, "accident")


def learnt(board: Board) -> None:
    """Draw cause and prevention, which closing asks for."""
    crisis = board.crisis
    with st.container(border=True, gap="small"):
        _head(board, _("原因と再発防止策"), LEARNT, working.LEARNT_FIELDS)
        if opened(crisis.id) == LEARNT:
            form = form_of(crisis.id, LEARNT, Crisis)
            for name in working.LEARNT_FIELDS:
                field_input(form, name, height=120)
            drafting.autosave(form, working.LEARNT_FIELDS)
            names = working.LEARNT_FIELDS
            save_buttons(crisis.id, LEARNT, save_fields, board, LEARNT, names)
            return
        if not (crisis.cause or crisis.prevention):
            st.caption(inert(_("わかったら書きます。完了の前に要ります。")))
        for name in working.LEARNT_FIELDS:
            if text := getattr(crisis, name):
                st.caption(inert(_(Crisis.field(name).label)))
                shown_text(text)


# Clocks -------------------------------------------------------------------------------


def clocks(desk: UserStore, board: Board) -> None:
    """Draw the clocks that the crisis started, and the way to settle them."""
    if board.clocks:
        clocks_of(desk, board.crisis.id)
        return
    with st.container(border=True, gap="small"):
        st.markdown(f"**{inert(_('期限'))}**")
        st.caption(inert(_("この事案で始まった期限はありません。")))


# Complaints ---------------------------------------------------------------------------


def cases(desk: UserStore, board: Board) -> None:
    """Draw the complaints of a crisis, and how one more comes in."""
    crisis = board.crisis
    with st.container(border=True, gap="small"):
        st.markdown(f"**{inert(_('この事案の苦情'))}** ({len(board.cases)})")
        for case in board.cases[:CASES_SHOWN]:
            _case(case, is_open=crisis.is_open)
        if len(board.cases) > CASES_SHOWN:
            more = len(board.cases) - CASES_SHOWN
            st.caption(inert(_("ほかに {count}件").format(count=more)))
        if not board.cases:
            st.caption(inert(_("まだ苦情はありません。")))
        if crisis.is_open:
            _more_cases(desk, board)


def _case(case: Complaint, *, is_open: bool) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        navigation.link("ledger", case.id, case=case.id)
        if is_open:
            st.button(
                _("外す"),
                key=name_of(case.id, "leave"),
                type="tertiary",
                on_click=_leave,
                args=(case,),
            )
    st.markdown(
        f":{fmt.badge_colour(case.status)}-badge[{inert(fmt.choice(case.status))}]"
        f" :small[{inert(one_line(case.content, 40))}]"
    )


def _more_cases(desk: UserStore, board: Board) -> None:
    crisis_id = board.crisis.id
    alike = candidates(desk, board.crisis)
    if alike:
        words = _("当てはまりそうな苦情 {count}件").format(count=len(alike))
        st.caption(inert(words))
        for case in alike[:CANDIDATES_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                navigation.link("ledger", case.id, case=case.id)
                st.button(
                    _("入れる"),
                    key=name_of(case.id, "take-in"),
                    icon=":material/add_link:",
                    type="tertiary",
                    on_click=join,
                    args=(crisis_id, case),
                )
    key = name_of(crisis_id, "number")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("受付番号"),
            max_chars=LONGEST_TEXT,
            key=key,
            placeholder="K-261121-7F3QX",
            on_change="ignore",
            live="500ms",
            persist_state="session",
        )
        st.button(
            _("苦情を入れる"),
            key=name_of(crisis_id, "join"),
            icon=":material/add_link:",
            on_click=_join_typed,
            args=(crisis_id, key),
        )


def _join_typed(crisis_id: str, key: str) -> None:
    number = read_id(str(st.session_state.get(key) or ""))
    if number is None:
        flash.say(_("受付番号を確かめてください。"), "warning")
        return
    with boundary.attempt():
        case = context.desk().record("complaints", number)
        if not isinstance(case, Complaint):
            raise NotAllowed
        join(crisis_id, case)
        st.session_state.pop(key, None)


def join(crisis_id: str, case: Complaint) -> None:
    """Put a complaint into a crisis; a callback."""
    with boundary.attempt():
        opening.join(
            context.desk(),
            crisis_id,
            case,
            now=clock.now(),
            commit_id=once(case.id, case.version, crisis_id),
        )
        words = _("{number} を重大事案 {crisis} に入れました。")
        flash.say(words.format(number=case.id, crisis=crisis_id))


def _leave(case: Complaint) -> None:
    words = _("{number} を重大事案から外しました。").format(number=case.id)
    press(opening.leave, case, words)
