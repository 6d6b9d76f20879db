"""The way through a list: how many there are, and the next and the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lib.i18n import _
from lib.text import inert


def steps(
    name: str,
    count: str,
    keys: Sequence[str],
    opened: str,
    on_step: Callable[[str], None],
) -> None:
    """Draw the count in words and the two keys, J and K, that lead through the list.

    name: of the list, before the session keys of its buttons. keys: of the rows, in
    order; `opened` is where one stands, "" before the first.
    """
    at = keys.index(opened) if opened in keys else -1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{inert(count)}**", width="content")
        for label, shortcut, to in (
            (_("次"), "J", keys[at + 1] if at + 1 < len(keys) else ""),
            (_("前"), "K", keys[at - 1] if at > 0 else ""),
        ):
            st.button(
                label,
                key=f"{name}.step.{shortcut}",
                type="tertiary",
                shortcut=shortcut,
                disabled=not to,
                on_click=on_step,
                args=(to,),
            )
