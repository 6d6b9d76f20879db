"""文書: the short pages that everybody answers by, to read, to find and to write."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.documents import editing, listing, reading, state

desk = context.guard(*navigation.entry(state.PAGE).roles)

today = clock.today()
number, one = state.writing(), state.opened(desk)
if not number and one is None:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("文書"), anchor=False)
if number:
    editing.show(desk, number)
elif one is not None:
    reading.show(desk, one, today)
    freshness.follow(desk)
else:
    listing.show(desk, today)
    freshness.follow(desk)
