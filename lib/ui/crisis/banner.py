"""The crises that are open, on top of 今日 and 対応待ち, and the way to the page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.crises import reading
from lib.actions.crises.reading import Board
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.crisis import words
from lib.ui.navigation import STAFF

LATE_SHOWN: Final = 1
"""Late steps named here; all of them are counted beside the title."""


def on_top(desk: UserStore) -> None:
    """Draw each open crisis in a line or two; nothing where there is none."""
    if desk.principal.role not in STAFF:
        return
    now = clock.now()
    for board in reading.boards(desk, now):
        _line(board, now)


def _line(board: Board, now: datetime) -> None:
    crisis = board.crisis
    late = board.overdue(now)
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":violet-badge[■ {inert(_('重大事案'))}]", width="content")
            title = f"**{inert(crisis.title)}**"
            navigation.link("crisis", title, crisis=crisis.id)
            said = (
                words.since_known(crisis, now),
                words.progress_words(board.progress(now)),
            )
            st.caption(inert(" · ".join(said)), width="content")
        for task in late[:LATE_SHOWN]:
            owner = task.owner or _("担当なし")
            text = _("{title}({owner}、{time} まで)").format(
                title=_(task.title), owner=owner, time=fmt.short_moment(task.due_at)
            )
            st.markdown(f":orange-badge[▲ {inert(_('超過'))}] :small[{inert(text)}]")


def way(desk: UserStore) -> None:
    """Draw the small link by which the page is always found."""
    if desk.principal.role in STAFF:
        icon = navigation.entry("crisis").icon
        navigation.link("crisis", _("重大事案"), icon=icon)
