"""Handing resolutions on: the link, the masked digest, and the page made of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib import clock
from lib.actions.knowledge import sharing
from lib.actions.permissions import may
from lib.i18n import _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui.clipboard import copy_button
from lib.ui.download import file_button
from lib.ui.knowledge import state


def chosen(desk: UserStore) -> None:
    """Draw what can be done with the chosen resolutions; nothing where none is."""
    numbers = state.chosen()
    if not numbers:
        return
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            said = _("{count}件を選んでいます").format(count=len(numbers))
            st.markdown(f"**{inert(said)}**", width="content")
            _buttons(desk, numbers, "chosen")
            st.button(
                _("選び直す"),
                key="knowledge.none",
                type="tertiary",
                on_click=state.choose_none,
            )
        _digest(numbers)


def of_one(desk: UserStore, number: str) -> None:
    """Draw what can be done with one resolution that is open."""
    if not may(desk.principal, "knowledge.share"):
        return
    with st.container(border=True, gap="small"):
        st.markdown(f"**:material/share: {inert(_('商品開発へ共有'))}**")
        st.caption(
            inert(
                _(
                    "リンクは番号だけを含み、見る権限のある人だけが開けます。要約はお客様と応対した人を伏せ、取り出したことが操作ログに残ります。"
                )
            )
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            copy_button(_("リンクをコピー"), sharing.link(number), key="knowledge.link")
            _buttons(desk, (number,), "one")
        _digest((number,))


def _buttons(desk: UserStore, numbers: tuple[str, ...], place: str) -> None:
    if may(desk.principal, "knowledge.share"):
        st.button(
            _("伏せた要約を作る"),
            key=f"knowledge.digest.{place}",
            icon=":material/visibility_off:",
            on_click=state.make_digest,
            args=(numbers,),
        )
    if may(desk.principal, "documents.write"):
        st.button(
            _("文書にする"),
            key=f"knowledge.write.{place}",
            icon=":material/menu_book:",
            on_click=state.begin_document,
            args=(numbers,),
        )


def _digest(numbers: tuple[str, ...]) -> None:
    text = state.digest_of(numbers)
    if not text:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        copy_button(_("要約をコピー"), text, key="knowledge.copy")
        file_button(
            _("ファイルで受け取る"),
            _as_file(text),
            name=f"mimamori-resolution-{clock.today():%Y%m%d}.md",
            mime="text/markdown",
            key="knowledge.file",
            icon=":material/download:",
        )
    st.code(text, language=None, wrap_lines=True, height=320)


def _as_file(text: str) -> Callable[[], bytes]:
    return text.encode
