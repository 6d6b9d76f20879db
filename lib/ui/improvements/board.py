"""Every improvement, by how far it has come."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from lib.actions.improving import listing
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation


def show(desk: UserStore, now: datetime) -> None:
    """Draw the improvements."""
    for one in listing.improvements(desk):
        with st.container(border=True, gap="xsmall"):
            navigation.link("improvements", inert(one.title), id=one.id)
            late = _(" 超過") if listing.is_late(one, now.date()) else ""
            st.caption(inert(f"{fmt.choice(one.status)} {one.owner}{late}"))
