"""カスハラ対応: what to do, whom to tell, and talks with those who answered (R40-R42)."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import navigation
from lib.ui.context import guard
from lib.ui.harassment import consulting, duties, policy, safety

desk = guard(*navigation.entry("harassment").roles)


def page() -> None:
    st.title(_("カスハラ対応"), anchor=False)
    policy.stance(desk)
    if desk.principal.role in navigation.LEADS:
        duties.draw(desk)
    left, right = st.columns(2)
    with left:
        safety.steps(desk)
    with right:
        consulting.draw(desk)
    left, right = st.columns(2)
    with left:
        policy.criteria(desk)
    with right:
        policy.kinds(desk, clock.now())
    policy.evidence(desk)
    policy.law()
    if desk.principal.role in navigation.LEADS:
        navigation.link(
            "settings", _("文と連絡先を「設定」で変える"), icon=":material/edit:"
        )


page()
