"""What agencies said about a complaint: a line each, with the way to the whole."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.inquiries import listing
from lib.i18n import _
from lib.metrics.state import State
from lib.schema.complaint import Complaint
from lib.schema.inquiry import AgencyInquiry
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.inquiries import address
from lib.ui.inquiries.listing import STATE_COLOURS, state_words


def show(desk: UserStore, case: Complaint) -> None:
    """Draw the contacts about the complaint; nothing where there is none."""
    found = listing.of_complaint(desk, case.id)
    if not found:
        return
    with st.container(border=True, gap="xsmall"):
        title = _("行政などからの連絡 {count}件").format(count=len(found))
        st.markdown(f"**:material/account_balance: {inert(title)}**")
        for one in found:
            _contact(desk, one)


def _contact(desk: UserStore, one: AgencyInquiry) -> None:
    pages = {page.code for page in navigation.pages_for(desk.principal.role)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if address.PAGE in pages:
            navigation.link(address.PAGE, inert(one.id), **address.query_of(one.id))
        else:
            st.markdown(inert(one.id), width="content")
        alarm = listing.alarm(desk, one, clock.now())
        badges = [("blue", fmt.choice(one.status))]
        if alarm.state is not State.NORMAL:
            badges.insert(0, (STATE_COLOURS[alarm.state], state_words(alarm.state)))
        words = " ".join(f":{colour}-badge[{inert(text)}]" for colour, text in badges)
        st.markdown(words, width="content")
    said = [fmt.moment(one.first_contact_at), one.agency_name]
    if one.facts:
        said.append(one_line(one.facts, 60))
    st.caption(inert(" · ".join(said)))
