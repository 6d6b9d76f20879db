"""コールセンターKPI: every figure with target, lamp and course; for 委託先 its own."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.business_settings import EDITORS
from lib.i18n import _
from lib.text import inert
from lib.ui import context, freshness, navigation
from lib.ui.kpis import address, detail, overview, targets

desk = context.guard(*navigation.entry("kpis").roles)

ENTRY = navigation.entry("kpis")


def main() -> None:
    at = address.here(desk)
    heading(at)
    if desk.principal.is_outsourced and not at.centre_name:
        st.info(_("所属のセンターが決まっていません。管理者に確かめてください。"))
        return
    if not at.centres:
        nothing_yet()
        return
    address.controls(desk, at)
    now = clock.now()
    if at.is_targets and desk.principal.role in EDITORS:
        targets.show(desk, at, now)
    elif at.figure is not None and detail.may_see(desk, at, at.figure):
        detail.show(desk, at, at.figure, now)
    else:
        overview.show(desk, at, now)
        if desk.principal.role in navigation.entry("monthly").roles:
            navigation.link("monthly", _("月の報告を作る"), icon=":material/summarize:")
        freshness.follow(desk)


def heading(at: address.Here) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.title(_(ENTRY.title_for(desk.principal.role)), anchor=False, width="content")
        whose = at.centre_name or _("全センター")
        st.caption(inert(f"{whose} · {address.days_text(at)}"), width="content")


def nothing_yet() -> None:
    """Say what is needed before there is any figure."""
    with st.container(border=True):
        st.subheader(_("電話を受けるセンターがまだありません"), anchor=False)
        st.write(
            _("センターを登録するか、日次KPIを一日分入れると、ここに数字が出ます。")
        )
        if desk.principal.role in navigation.entry("kpi_entry").roles:
            navigation.link(
                "kpi_entry", _("日次KPIを入れる"), icon=":material/edit_calendar:"
            )


main()
