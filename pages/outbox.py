"""送信待ち: what was saved here and is not in the shared sheet yet."""

from __future__ import annotations

import streamlit as st

from lib.i18n import _
from lib.ui import navigation, outbox
from lib.ui.context import guard

desk = guard(*navigation.entry("outbox").roles)

st.title(_("送信待ち"), anchor=False)
outbox.show(desk)
