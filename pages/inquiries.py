"""行政問合せ: the call of an agency, the list of contacts, and one of them beside it."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.inquiries import address, call, detail, figures, listing
from lib.ui.inquiries.working import may_write
from lib.ui.viewport import is_phone

LIST_AND_ONE = (5, 7)

desk = context.guard(*navigation.entry("inquiries").roles)


def whole_list() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("行政問合せ"), anchor=False, width="stretch")
        if may_write(desk):
            st.button(
                _("センターから連絡が来た"),
                key="inquiries.call",
                type="primary",
                icon=":material/ring_volume:",
                shortcut="N",
                on_click=address.begin_call,
            )
    listing.bar(here, found)
    listing.show(desk, here, found, phone=phone)


here = address.here()
phone = is_phone()
found = listing.listed(desk, here, clock.now())
number = address.opened(desk, here)
if here.is_call and may_write(desk):
    st.title(_("センターから連絡が来た"), anchor=False)
    call.draw(desk)
elif not number:
    whole_list()
    figures.show(desk)
    freshness.follow(desk)
elif phone:
    detail.show(desk, number)
else:
    beside, opened = st.columns(LIST_AND_ONE)
    with beside:
        whole_list()
    with opened:
        detail.show(desk, number)
