"""Seeing the app as another role sees it, before somebody is invited to it."""

from __future__ import annotations

import streamlit as st

from lib.actions import inviting
from lib.i18n import _
from lib.schema.vocab import Role
from lib.text import inert
from lib.ui import boundary, context, shell


def begin(role: Role, centre: str) -> None:
    """Look as that role and centre from the next run on; a callback."""
    with boundary.attempt():
        own = context.principal()
        if own is not None:
            inviting.onlooker(own, role, centre)
            st.session_state[context.LOOKING_AS] = (role, centre)
            shell.lead_home()


def banner() -> None:
    """Say as which role one looks, and offer to stop; nothing otherwise."""
    who = context.principal()
    if who is None or not who.only_looks:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/visibility: "
            + inert(
                _("{role}の画面を見ています。何も変えられません。").format(
                    role=_(who.role.value)
                )
            )
        )
        st.button(_("見るのをやめる"), key="looking_as:stop", on_click=_stop)


def _stop() -> None:
    st.session_state.pop(context.LOOKING_AS, None)
    shell.lead_home()
