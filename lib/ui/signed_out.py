"""Who is in, the way out, and what stands there once nobody is in any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib.errors import SignedOut
from lib.i18n import _
from lib.schema.principal import Principal
from lib.text import inert
from lib.ui import boundary, context


def who_is_in(who: Principal) -> None:
    """Say whose sign-in this is, and offer the account and the way out."""
    st.caption(f":material/person: {inert(who.name)} · {_(who.role.value)}")
    with st.container(horizontal=True):
        st.link_button(
            _("アカウント"), "/signin/account", type="tertiary", icon=":material/key:"
        )
        st.button(
            _("サインアウト"),
            key="signed_out:leave",
            type="tertiary",
            icon=":material/logout:",
            on_click=_leave,
        )


def _leave() -> None:
    with boundary.attempt():
        context.sign_out()


@contextmanager
def shown() -> Iterator[None]:
    """Show the way back in where the sign-in has ended, and nothing else."""
    try:
        yield
    except SignedOut:
        # No page is registered: the menu of who was in goes too.
        st.navigation(
            [st.Page(_nothing, title=_("サインイン"))], position="hidden"
        ).run()


def _nothing() -> None:
    with st.container(width=480):
        st.title(_("サインアウトしました"), anchor=False)
        st.write(_("書きかけのものは下書きに残っています。"))
        st.link_button(_("サインインの画面へ"), "/signin", type="primary")
