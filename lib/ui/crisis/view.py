"""One crisis on a page: what to do now first, what is known beside it, its course last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import streamlit as st

from lib.actions.crises import reading
from lib.actions.crises.reading import Board
from lib.errors import NotAllowed
from lib.i18n import N_, _
from lib.schema.activity import Activity
from lib.schema.vocab import ActivityKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary
from lib.ui import format as fmt
from lib.ui.case.history import LONG, shown_text
from lib.ui.crisis import checklist, counting, ending, facts, log, saving, words
from lib.ui.crisis.saving import PARTS, STEPS

STEPS_SHOWN: Final = 12
LIST_AND_FACTS: Final = (7, 5)

COUNTS, LOGGED, REST = (
    N_("状況・人・回収"),
    N_("相談・公表"),
    N_("期限・苦情・経過"),
)


def show(desk: UserStore, number: str, now: datetime, *, phone: bool) -> None:
    """Draw the crisis with that number, or say that there is none to see."""
    st.button(
        _("重大事案の一覧"),
        key="crisis:back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=st.query_params.clear,
    )
    try:
        board = reading.board(desk, number, now)
    except NotAllowed as error:
        st.title(_("重大事案"), anchor=False)
        st.info(inert(boundary.message_of(error)), icon=":material/search_off:")
        return
    _head(board, now)
    if saving.clash(number):
        return
    (_on_a_phone if phone else _on_a_desktop)(desk, board, now)


def _head(board: Board, now: datetime) -> None:
    crisis = board.crisis
    st.title(inert(crisis.title), anchor=False)
    st.markdown(
        f"{words.status_badge(crisis)} "
        f":violet-badge[■ {inert(fmt.choice(crisis.kind))}] "
        f":gray-badge[{inert(crisis.id)}]"
    )
    said = [
        f"{words.since_known(crisis, now)} ({fmt.moment(crisis.known_at)})",
        f"{_('責任者')} {crisis.leader or _('なし')}",
    ]
    st.caption(inert(" · ".join(said)))


def _on_a_desktop(desk: UserStore, board: Board, now: datetime) -> None:
    left, right = st.columns(LIST_AND_FACTS)
    with left:
        _todo(desk, board, now)
        _course(board)
    with right:
        _counts(desk, board, now)
        _logged(desk, board, now)
        facts.clocks(desk, board)
        facts.cases(desk, board)
        ending.show(desk, board, now)


def _on_a_phone(desk: UserStore, board: Board, now: datetime) -> None:
    parts: dict[str, Callable[[UserStore, Board, datetime], None]] = {
        STEPS: _todo,
        COUNTS: _counts,
        LOGGED: _logged,
        REST: _rest,
    }
    if _shows_form(board):
        # The form of an entry stands on top of the list, wherever it was opened.
        st.session_state[PARTS] = _(STEPS)
    tabs = st.tabs([_(name) for name in parts], key=PARTS, on_change="rerun")
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                draw(desk, board, now)


def _todo(desk: UserStore, board: Board, now: datetime) -> None:
    if board.crisis.is_open:
        if _shows_form(board):
            log.editor(desk, board)
        else:
            checklist.next_step(board, now)
    checklist.show(desk, board, now)


def _shows_form(board: Board) -> bool:
    return saving.opened(board.crisis.id) == log.TOLD


def _counts(desk: UserStore, board: Board, _now: datetime) -> None:
    facts.known(desk, board)
    counting.people(board)
    counting.recall(desk, board)
    facts.learnt(board)


def _logged(_desk: UserStore, board: Board, _now: datetime) -> None:
    log.show(board)


def _rest(desk: UserStore, board: Board, now: datetime) -> None:
    facts.clocks(desk, board)
    facts.cases(desk, board)
    ending.show(desk, board, now)
    _course(board)


# Its course ---------------------------------------------------------------------------


def _course(board: Board) -> None:
    """Draw what was done, the newest first."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**{inert(_('経過'))}** ({len(board.steps)})")
        every = saving.name_of(board.crisis.id, "all-steps")
        newest = board.steps[::-1]
        if not st.session_state.get(every):
            newest = newest[:STEPS_SHOWN]
        for step in newest:
            _step(step)
        if len(newest) < len(board.steps):
            st.button(
                _("前の{count}件も見る").format(count=len(board.steps) - len(newest)),
                key=saving.name_of(board.crisis.id, "more-steps"),
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(every, True),
            )


def _step(step: Activity) -> None:
    said = [fmt.moment(step.at), step.actor]
    if step.kind not in (ActivityKind.OTHER, ActivityKind.STATUS_CHANGE):
        said.append(fmt.choice(step.kind))
    when = f":small[:gray[{inert(' · '.join(part for part in said if part))}]]"
    if len(step.content) > LONG:
        st.markdown(when)
        shown_text(step.content)
    else:
        st.markdown(f"{when}  \n{inert(step.content)}")
