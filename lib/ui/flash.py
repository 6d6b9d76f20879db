"""Messages that have to survive the rerun which follows a click."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lib.text import inert

Tone = Literal["success", "info", "warning", "error"]

_KEY = "_flash"
_ICONS: dict[Tone, str] = {
    "success": ":material/check_circle:",
    "info": ":material/info:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}


def say(message: str, tone: Tone = "success") -> None:
    """Show `message`, already translated, at the top of the next run."""
    st.session_state[_KEY] = [*st.session_state.get(_KEY, []), (message, tone)]


def show() -> None:
    """Show and forget what was said since the last run."""
    # The place stays when a message goes: what stands below must not move, or the
    # browser would build it anew and the focus would be lost.
    with st.container():
        for message, tone in st.session_state.pop(_KEY, []):
            if tone == "success":
                st.toast(inert(message), icon=_ICONS[tone])
            else:
                getattr(st, tone)(inert(message), icon=_ICONS[tone])
