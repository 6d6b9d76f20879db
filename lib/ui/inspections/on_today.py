"""One line on 今日 for managers: months whose inspection is late."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions import inspecting
from lib.actions.permissions import may
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import navigation


def line(desk: UserStore) -> None:
    """Draw the line; nothing where no month is late, or for whoever signs none."""
    if not may(desk.principal, "inspections.sign"):
        return
    late = inspecting.overdue(desk, clock.today())
    if not late:
        return
    count = sum(len(one.items) for one in late)
    label = _("締切を過ぎた毎月の点検 {count}項目").format(count=count)
    with st.container(border=True):
        navigation.link("inspections", inert(label), icon=":material/task:")
