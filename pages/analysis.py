"""分析: what complaints are about, when they come, and the way to each of them."""

from __future__ import annotations

import streamlit as st

from lib.actions.analysing.reading import began_on
from lib.i18n import _
from lib.text import inert
from lib.ui import context, freshness, navigation
from lib.ui.analysis import address, narrowing, tiles, views

desk = context.guard(*navigation.entry("analysis").roles)


def main() -> None:
    at = address.here(desk)
    heading(at)
    if began_on(desk, archived=at.asked.archived) is None:
        nothing_yet()
        return
    narrowing.bar(desk, at)
    tiles.show(desk, at)
    views.show(desk, at)
    navigation.link(
        "problems", _("言葉の似た苦情を見る(多発している問題)"), icon=":material/hub:"
    )


def heading(at: address.Here) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.title(_(navigation.entry("analysis").title), anchor=False, width="content")
        st.caption(inert(address.days_text(at)), width="content")


def nothing_yet() -> None:
    """Say what is needed before there is anything to look at."""
    with st.container(border=True):
        st.subheader(_("苦情がまだありません"), anchor=False)
        st.write(
            _(
                "最初の苦情を受け付けるか、これまでの一覧をExcelから取り込むと、ここに分かれます。"
            )
        )
        if desk.principal.role in navigation.STAFF:
            navigation.link("intake", _("苦情を受け付ける"), icon=":material/call:")


main()
freshness.follow(desk)
