"""重大事案: what may become a matter of law or of the papers, worked through calmly."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.crises.reading import crisis_of
from lib.i18n import _
from lib.ui import context, freshness, navigation
from lib.ui.crisis import listing, saving, view
from lib.ui.viewport import is_phone

desk = context.guard(*navigation.entry("crisis").roles)


def asked_for() -> str:
    """Return the crisis that the address names, itself or by one of its complaints."""
    query = st.query_params
    return query.get("crisis") or crisis_of(desk, query.get("case", ""))


now = clock.now()
number = asked_for()
phone = is_phone()
if number:
    view.show(desk, number, now, phone=phone)
    if not saving.opened(number):
        freshness.follow(desk)
else:
    navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
    listing.show(desk, now)
