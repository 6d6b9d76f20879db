"""施策・改善: what was learnt from complaints, and whether it moved its figure."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.improvements import address, board, one

desk = context.guard(*navigation.entry(address.PAGE).roles)

st.title(_("施策・改善"), anchor=False)
if (found := address.opened(desk)) is not None:
    navigation.show_address()
    one.show(desk, found, clock.now())
else:
    board.show(desk, clock.now())
freshness.follow(desk)
