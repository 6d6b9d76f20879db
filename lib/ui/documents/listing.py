"""Every document: looked for by words and kind, what is to be read again marked."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from lib.actions import documents
from lib.actions.permissions import may
from lib.i18n import _
from lib.schema.document import Document
from lib.schema.vocab import DocumentKind, DocumentStatus
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import format as fmt
from lib.ui import navigation
from lib.ui.documents import words
from lib.ui.documents.state import NEW, PAGE, query_of, write
from lib.ui.filters import product_names

WORDS: Final = "documents.words"
KIND: Final = "documents.kind"
_EVERY: Final = "documents.every"
SHOWN: Final = 24


def show(desk: UserStore, today: date) -> None:
    """Draw the search and what it finds, those in use first."""
    _search(desk)
    found = _found(desk)
    late = documents.overdue(desk, today)
    if late:
        said = _("見直し期限を過ぎた文書 {count}件").format(count=len(late))
        st.markdown(f":orange-badge[▲ {inert(said)}]")
    in_use = [one for one in found if one.status is not DocumentStatus.RETIRED]
    if not in_use:
        _nothing(desk)
    shown = in_use if st.session_state.get(_EVERY) else in_use[:SHOWN]
    names = product_names(desk)
    with st.grid(min_column_width=330, gap="small"):
        for one in shown:
            _card(one, names, today)
    if len(in_use) > len(shown):
        st.button(
            _("ほか{count}件").format(count=len(in_use) - len(shown)),
            key="documents.more",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(_EVERY, True),
        )
    _retired([one for one in found if one.status is DocumentStatus.RETIRED])


def _search(desk: UserStore) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            _("文書を言葉で探す"),
            key=WORDS,
            max_chars=LONGEST_TEXT,
            placeholder=_("例: 定期 解約 復唱"),
            icon=":material/search:",
            live="800ms",
            persist_state="session",
        )
        if may(desk.principal, "documents.write"):
            st.button(
                _("文書を書く"),
                key="documents.new",
                type="primary",
                icon=":material/add:",
                on_click=write,
                args=(NEW,),
            )
    st.pills(
        _("種類"),
        list(DocumentKind),
        key=KIND,
        format_func=fmt.choice,
        label_visibility="collapsed",
        persist_state="session",
        wrap=True,
    )


def _found(desk: UserStore) -> list[Document]:
    kind = st.session_state.get(KIND)
    wanted = str(st.session_state.get(WORDS) or "")
    every = documents.find(desk, wanted)
    return [one for one in every if kind is None or one.kind is kind]


def _nothing(desk: UserStore) -> None:
    with st.container(border=True):
        if documents.listed(desk):
            st.markdown(inert(_("この言葉・種類の文書はありません。")))
            return
        st.markdown(f"**{inert(_('まだ文書がありません。'))}**")
        st.caption(
            inert(
                _(
                    "よく聞かれることへの答えや、電話の受け方を、一枚ずつ短く書きます。解決した苦情からも作れます。"
                )
            )
        )


def _card(one: Document, names: dict[str, str], today: date) -> None:
    with st.container(border=True, gap="xsmall", height="stretch"):
        navigation.link(PAGE, f"**{inert(one.title)}**", **query_of(one.id))
        st.markdown(
            f"{words.badges(one, names, today)}  \n"
            f":small[:gray[{inert(words.review_words(one))}]]"
        )


def _retired(found: list[Document]) -> None:
    if not found:
        return
    folder = st.expander(
        _("廃止した文書 {count}").format(count=len(found)),
        icon=":material/inventory:",
        key="documents.retired",
        on_change="rerun",
    )
    if folder.open:
        with folder:
            for one in found:
                navigation.link(PAGE, inert(one.title), **query_of(one.id))
