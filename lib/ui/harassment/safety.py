"""What to do while it happens: the steps, and what one may say."""

from __future__ import annotations

import streamlit as st

from lib.i18n import _
from lib.schema.vocab import Harassment
from lib.settings import harassment
from lib.settings.business import BusinessSetting
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import navigation
from lib.ui.harassment import texts

PAGE = "harassment"

HARASSED = (Harassment.SUSPECTED, Harassment.CONFIRMED)


def steps(desk: UserStore) -> None:
    """Draw the steps and the two sentences, for the page."""
    with st.container(border=True, height="stretch"):
        st.subheader(_("いま身を守る手順"), anchor=False)
        st.markdown(texts.listed(texts.lines(desk, harassment.STEPS), "1."))
        st.markdown(_both_said(desk))


def aside(desk: UserStore) -> None:
    """Draw the same beside a call in which it happens right now."""
    with st.container(border=True, gap="small", key="safety"):
        title = _("身を守る手順")
        st.markdown(f":orange[**:material/shield_person: {inert(title)}**]")
        named = texts.lines(desk, harassment.STEPS)
        st.markdown(
            "\n".join(
                f"1. **{inert(step.name)}** :small[:gray[{inert(step.words)}]]"
                for step in named
            )
        )
        st.markdown(_both_said(desk))
        navigation.link(PAGE, _("カスハラ対応を開く"), icon=":material/open_in_new:")


def _both_said(desk: UserStore) -> str:
    """Return the two sentences that one may say, each under its name."""
    both = (harassment.WARNING, harassment.ENDING)
    return "\n\n".join(_said(desk, setting) for setting in both)


def _said(desk: UserStore, setting: BusinessSetting) -> str:
    quoted = inert(_("「{words}」").format(words=texts.words(desk, setting)))
    return f":small[:gray[{inert(_(setting.name))}]]  \n**{quoted}**"
