"""What stands beside the questions: the customer's earlier cases, severity, advice."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions.complaints import Preview
from lib.i18n import _
from lib.schema.complaint import Complaint
from lib.store.access import UserStore
from lib.text import inert, masked, one_line
from lib.ui import format as fmt
from lib.ui import navigation

SHOWN: Final = 4
"""Earlier cases listed; the rest are counted."""


def draw(desk: UserStore, found: Preview) -> None:
    """Draw the quiet column: nothing in it has to be answered."""
    if found.earlier_ids:
        earlier(desk, found)
    severity(found)
    if found.advice:
        advice(found)


def earlier(desk: UserStore, found: Preview) -> None:
    """List the newest earlier cases, each a link to its detail."""
    with st.container(border=True):
        st.subheader(_("以前の案件"), anchor=False)
        for number in found.earlier_ids[:SHOWN]:
            case = desk.record("complaints", number)
            if isinstance(case, Complaint):
                _case(case)
        rest = len(found.earlier_ids) - SHOWN
        if rest > 0:
            st.caption(_("ほかに {count}件").format(count=rest))


def severity(found: Preview) -> None:
    """Show the proposed severity with every reason for it."""
    with st.container(border=True):
        st.subheader(_("重大度の見立て"), anchor=False)
        level = found.proposal.level
        st.badge(fmt.choice(level), color=fmt.badge_colour(level))
        if found.proposal.reasons:
            st.markdown("\n".join(f"- {inert(_(r))}" for r in found.proposal.reasons))
        else:
            st.caption(_("入力に合わせて、理由とともに変わります。"))


def advice(found: Preview) -> None:
    """List what would still be good to ask."""
    with st.container(border=True):
        st.subheader(_("まだ聞いていないこと"), anchor=False)
        st.markdown("\n".join(f"- {inert(_(p.message))}" for p in found.advice))


def _case(case: Complaint) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        navigation.link("ledger", case.id, icon=":material/open_in_new:", case=case.id)
        st.badge(fmt.choice(case.status), color=fmt.badge_colour(case.status))
    words = [fmt.day(case.received_at.date()), masked(case.contact), case.order_number]
    about = " · ".join(word for word in words if word)
    st.caption(f"{inert(about)}  \n{inert(one_line(case.content, 48))}")
