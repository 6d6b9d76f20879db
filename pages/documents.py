"""文書: the short pages that everybody answers by, to read, to find and to write."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.documents import editing, listing, reading, state

desk = context.guard(*navigation.entry(state.PAGE).roles)

st.title(_("文書"), anchor=False)
today = clock.today()
if number := state.writing():
    editing.show(desk, number)
elif one := state.opened(desk):
    reading.show(desk, one, today)
    freshness.follow(desk)
else:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    listing.show(desk, today)
    freshness.follow(desk)
