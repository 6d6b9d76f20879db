"""What changed and since when, in words; how it was found, for who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from lib.actions.kpi_views import call_centres, moves_of
from lib.i18n import _
from lib.metrics.kpis import kpi
from lib.metrics.movers import EXPLAINED, Move, Moves
from lib.metrics.series import ALL
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import figures, navigation
from lib.ui.morning.health import figure_query, may_open

SHOWN: Final = 3
MORE: Final = "today.moves"


def card(desk: UserStore, now: datetime) -> None:
    """Draw the clearest changes, each a link to its days, and what lies behind."""
    found = moves_of(desk, now)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(_('変わったこと'))}**")
        if not found.found:
            st.markdown(inert(found.sentences()[0].text()))
        for move in found.found[:SHOWN]:
            _line(desk, move)
        folder = st.expander(_("くわしく"), key=MORE, type="compact", on_change="rerun")
        if folder.open:
            with folder:
                _details(desk, found)


def _line(desk: UserStore, move: Move) -> None:
    """Draw a change as text, which a phone wraps, with a short link to its days."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"{_icon(move)} {inert(move.reason().text())}"
        st.markdown(said, width="content")
        if may_open(desk, "kpis"):
            query = figure_query(move.entry.code, move.centre, move.since, move.until)
            navigation.link("kpis", _("数を見る"), **query)


def _icon(move: Move) -> str:
    if move.is_worse:
        return ":material/warning:"
    return ":material/trending_up:" if move.is_rise else ":material/trending_down:"


def _details(desk: UserStore, found: Moves) -> None:
    st.caption(inert(_(EXPLAINED)))
    for move in found.found[SHOWN:]:
        _line(desk, move)
    names = {centre.code: centre.name for centre in call_centres(desk)}
    unjudged = [
        f"{names.get(centre, _('全体') if centre == ALL else centre)} "
        f"{figures.name_of(kpi(code))}"
        for centre, code in found.unjudged
    ]
    if unjudged:
        words = _("記録が少なく、まだ比べられないもの: {names}")
        st.caption(inert(words.format(names=" / ".join(unjudged))))
