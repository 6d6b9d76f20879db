"""What to do while judgement is held back: how to begin, or what is lacking lately."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions.risks.reading import NO_LINE, Reading, many_a_week
from lib.i18n import N_, _
from lib.risk.detection import Level
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.risk import months
from lib.ui.risk.opening import may_open

_WAYS: Final = {
    "excel_import": (N_("過去の記録をExcelから取り込む"), ":material/upload_file:"),
    "kpi_entry": (N_("日次KPIに件数を入れる"), ":material/edit_calendar:"),
    "inquiries": (N_("センターからの連絡を記録する"), ":material/account_balance:"),
}
_DAILY: Final = ("kpi_entry", "inquiries")


def card(desk: UserStore, reading: Reading) -> None:
    """Draw what to do; nothing where days are judged."""
    if reading.level is not Level.HELD_BACK:
        return
    with st.container(border=True, gap="small"):
        if reading.waiting.is_stale:
            _lately(desk)
        else:
            _beginning(desk, reading)
        many = many_a_week(desk, reading.today)
        if many < NO_LINE:
            words = _(
                "判定できない間も、センターからの連絡が7日で{count}件に届いたら警報にします。"
            )
            st.caption(inert(words.format(count=fmt.number(many))))


def _lately(desk: UserStore) -> None:
    st.markdown(f"**{inert(_('直近7日の件数を入れると、判定に戻ります'))}**")
    _ways(desk, _DAILY)


def _beginning(desk: UserStore, reading: Reading) -> None:
    st.markdown(f"**{inert(_('すぐに見守りを始めるには'))}**")
    st.write(
        inert(
            _(
                "過去の件数があれば、{days}日待たずに、毎日の件数が入りしだい判定できます。どれか一つで始められます。"
            ).format(days=reading.waiting.days)
        )
    )
    _ways(desk, ("excel_import", *_DAILY))
    months.form(desk, reading, is_first=True)


def _ways(desk: UserStore, pages: tuple[str, ...]) -> None:
    with st.container(horizontal=True, gap="small"):
        for page in pages:
            if may_open(desk, page):
                label, icon = _WAYS[page]
                navigation.link(page, _(label), icon=icon)
