"""Whether the person looks at a phone: the one thing a layout has to know.

Streamlit stacks columns by itself; but a detail below its list of fifty rows is out
of sight, so a page with both shows one of them on a narrow screen.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

NARROW: Final = 640
"""Pixels below which Streamlit stacks columns."""

_KEY: Final = "viewport.phone"

_SCRIPT = """
export default function ({ data, setStateValue }) {
  const narrow = window.matchMedia(`(max-width: ${data.narrow}px)`);
  const tell = () => setStateValue("phone", narrow.matches);
  if (narrow.matches !== data.phone) tell();
  narrow.addEventListener("change", tell);
  return () => narrow.removeEventListener("change", tell);
}
"""

_viewport = st.components.v2.component("viewport", js=_SCRIPT)


def is_phone() -> bool:
    """Return whether the window is as narrow as a phone; once a run, on top of a page.

    The first run of a window does not know yet and takes it for a desktop; a phone
    then asks for a second run at once.
    """
    known = bool(st.session_state.get(_KEY, False))
    found = _viewport(
        key="viewport",
        data={"narrow": NARROW, "phone": known},
        default={"phone": known},
        on_phone_change=_note,
    )
    told = found.get("phone")
    return known if told is None else bool(told)


def _note() -> None:
    told = st.session_state.get("viewport")
    if told is not None:
        st.session_state[_KEY] = bool(told.get("phone"))


def sounds_like_phone() -> bool:
    """Return whether the browser calls itself a phone's: known in the first run.

    Costs no element; a narrow window of a desktop is none.
    """
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
