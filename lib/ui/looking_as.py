"""Seeing the app as another role sees it, before somebody is invited to it."""

from __future__ import annotations

import streamlit as st

from lib.actions import inviting
from lib.i18n import _
from lib.schema.principal import Principal
from lib.text import inert
from lib.ui import boundary, context, shell


def begin(seen: Principal) -> None:
    """Look through those eyes from the next run on; a callback."""
    with boundary.attempt():
        own = context.principal()
        if own is not None:
            inviting.onlooker(own, seen)
            st.session_state[context.LOOKING_AS] = seen
            shell.lead_home()


def banner() -> None:
    """Say through whose eyes one looks, and offer to stop; nothing otherwise."""
    who = context.principal()
    if who is None or not who.only_looks:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/visibility: "
            + inert(
                _("{name}({role})の画面を見ています。何も変えられません。").format(
                    name=who.name, role=_(who.role.value)
                )
            )
        )
        st.button(_("見るのをやめる"), key="looking_as:stop", on_click=_stop)


def _stop() -> None:
    st.session_state.pop(context.LOOKING_AS, None)
    shell.lead_home()
