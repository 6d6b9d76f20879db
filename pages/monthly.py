"""月次: the report for the board, and for the contract meeting with a centre."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import context, navigation
from lib.ui.monthly import choosing, comments, making

desk = context.guard(*navigation.entry("monthly").roles)

ENTRY = navigation.entry("monthly")


def main() -> None:
    now = clock.now()
    st.title(_(ENTRY.title_for(desk.principal.role)), anchor=False)
    at = choosing.here(desk, now)
    if at is None:
        nothing_yet()
        return
    choosing.controls(desk, at, now)
    comments.card(desk, at)
    making.panel(desk, at)


def nothing_yet() -> None:
    """Say what is needed before there is anything to report."""
    with st.container(border=True):
        st.subheader(_("電話を受けるセンターがまだありません"), anchor=False)
        st.write(
            _("センターを登録して日次KPIを一日分入れると、ここで月の報告を作れます。")
        )
        if desk.principal.role in navigation.entry("kpi_entry").roles:
            navigation.link(
                "kpi_entry", _("日次KPIを入れる"), icon=":material/edit_calendar:"
            )


main()
