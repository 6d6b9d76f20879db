"""知見: how complaints were settled before, found again, shared, and written down."""

from __future__ import annotations

import streamlit as st

from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.knowledge import listing, state
from lib.ui.viewport import is_phone

desk = context.guard(*navigation.entry("knowledge").roles)

if state.is_to_write():
    navigation.go("documents")
st.title(_("知見"), anchor=False)
phone = is_phone()
if number := state.opened():
    listing.one(desk, number)
else:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    listing.show(desk, phone=phone)
freshness.follow(desk)
