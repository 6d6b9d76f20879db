"""A button that gives a file: made at the click, for whoever pressed it, once.

Streamlit keeps what was made under a number that follows from content, kind and name,
of large files from a part of the content only: two different ones could share it, and
the second person would get the first one's file. So each button has a random part of
its own; it stands in the kind, where no reader of the file meets it. That nobody else
can fetch it is the door's business (`lib.ui.signing_in.own_files`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Literal

import streamlit as st

from lib.errors import NotAllowed
from lib.ui import context


def file_button(
    label: str,
    make: Callable[[], bytes],
    *,
    name: str,
    mime: str,
    key: str,
    icon: str | None = None,
    about: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw the button. `make` runs outside of a page's run, in a thread of its own.

    name: of the file, its ending included. about: what a bubble says of it.
    """
    st.download_button(
        label,
        for_the_same(make),
        file_name=name,
        mime=of_its_own(mime),
        key=key,
        icon=icon,
        help=about,
        on_click="ignore",
        width=width,
    )


def of_its_own(mime: str) -> str:
    """Return the kind with a part that no other file has."""
    return f"{mime}; file={secrets.token_hex(16)}"


def for_the_same(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes the file while whoever looks now is still who they are.

    A page can stand open for hours; what it offers is decided at the click.
    """
    who = context.own_principal()

    def made() -> bytes:
        if who is None or not context.is_still(who):
            raise NotAllowed
        return make()

    return made
