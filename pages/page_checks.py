"""ページ点検: what customers read before they buy and when they leave, looked at again."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.text import inert
from lib.ui import context, freshness, navigation
from lib.ui.page_checks import checking, course, listing, rules, scripts, state
from lib.ui.page_checks.state import Part

desk = context.guard(*navigation.entry(state.PAGE).roles)


def whole_list() -> None:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    st.title(_("ページ点検"), anchor=False)
    st.caption(
        inert(
            _(
                "LP・最終確認画面・解約・返品の表示と、引き止めの台本を、決まった間隔で見直します。"
            )
        )
    )
    listing.show(desk, today)
    scripts.show(desk, today)
    rules.show(desk, today)


today = clock.today()
here = state.here()
match here.part:
    case Part.CHECK:
        st.title(_("ページ点検"), anchor=False)
        checking.show(desk, here, today)
    case Part.COURSE:
        st.title(_("ページ点検"), anchor=False)
        course.show(desk, here, today)
    case Part.LIST:
        whole_list()
        freshness.follow(desk)
