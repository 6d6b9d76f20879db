"""Every page that is watched: what is to be looked at now, and how it was found."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from lib.actions import page_checks
from lib.i18n import _
from lib.metrics.page_checks import PageState, Standing
from lib.schema.vocab import PageKind
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.page_checks import words
from lib.ui.page_checks.state import NEW, At, Part, go

KIND: Final = "page_checks.kind"
_EVERY: Final = "page_checks.every"
SHOWN: Final = 12


def show(desk: UserStore, today: date) -> None:
    """Draw the pages, what is owed first, and how to begin with another."""
    every = page_checks.pages(desk, today)
    _head(every)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.pills(
            _("ページの種類"),
            list(PageKind),
            key=KIND,
            format_func=fmt.choice,
            label_visibility="collapsed",
            persist_state="session",
            wrap=True,
        )
        st.button(
            _("別のページを点検する"),
            key="page_checks.new",
            icon=":material/add:",
            on_click=go,
            args=(At(Part.CHECK, NEW, _kind() or PageKind.LANDING_PAGE),),
        )
    found = [page for page in every if _kind() in (None, page.kind)]
    named = [page for page in found if _is_only_named(page)]
    used = [
        page
        for page in found
        if page.standing is not Standing.RETIRED and page not in named
    ]
    shown = used if st.session_state.get(_EVERY) else used[:SHOWN]
    with st.grid(min_column_width=330, gap="small"):
        for place, page in enumerate(shown):
            _card(page, is_main=place == 0 and page.is_owed)
    if len(used) > len(shown):
        st.button(
            _("ほか{count}件").format(count=len(used) - len(shown)),
            key="page_checks.more",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(_EVERY, True),
        )
    _folded("named", _("お客様の話に出た、まだ点検していないLP {count}"), named)
    gone = [page for page in found if page.standing is Standing.RETIRED]
    _folded("gone", _("使わなくなったページ {count}"), gone)


def _kind() -> PageKind | None:
    found = st.session_state.get(KIND)
    return found if isinstance(found, PageKind) else None


def _head(every: tuple[PageState, ...]) -> None:
    if all(page.last_on is None for page in every):
        with st.container(border=True):
            st.markdown(f"**{inert(_('まだ点検の記録がありません。'))}**")
            st.caption(
                inert(
                    _(
                        "スマホでページを開き、横に並べて一つずつ押すだけです。まず最終確認画面からがおすすめです。"
                    )
                )
            )
        return
    late = sum(page.standing is Standing.OVERDUE for page in every)
    mended = sum(page.standing is Standing.MENDED for page in every)
    said = []
    if late:
        said.append(_("点検の時期を過ぎたページ {count}件").format(count=late))
    if mended:
        said.append(_("直した後の再点検 {count}件").format(count=mended))
    st.markdown(
        inert(" · ".join(said) if said else _("点検の時期を過ぎたページはありません。"))
    )


def _card(page: PageState, *, is_main: bool) -> None:
    at = At(Part.CHECK, page.page, page.kind, page.url)
    key = f"page_checks.{page.kind.code}.{page.page}"
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(_card_words(page))
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("点検する"),
                key=f"{key}:check",
                type="primary" if is_main else "secondary",
                icon=":material/checklist:",
                on_click=go,
                args=(at,),
            )
            if page.last_on is not None:
                st.button(
                    _("これまで"),
                    key=f"{key}:course",
                    icon=":material/history:",
                    type="tertiary",
                    on_click=go,
                    args=(At(Part.COURSE, page.page, page.kind, page.url),),
                )


def _card_words(page: PageState) -> str:
    """Return what a card says, as one text: each element of many cards costs."""
    badges = (
        words.standing_badge(page.standing),
        words.kind_badge(page.page, page.kind),
    )
    lines = (
        f"**{inert(words.name_of(page.page, page.kind))}**",
        " ".join(filter(None, badges)),
        f":small[:gray[{inert(words.when_words(page))}]]",
        inert(words.count_words(page)),
    )
    return "  \n".join(filter(None, lines))


def _is_only_named(page: PageState) -> bool:
    """Whether nobody checked a landing page that customers named."""
    return page.standing is Standing.NEVER and page.page != page.kind.value


def _folded(name: str, title: str, pages: list[PageState]) -> None:
    if not pages:
        return
    folder = st.expander(
        title.format(count=len(pages)),
        icon=":material/inventory:",
        key=f"page_checks.folded.{name}",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder, st.grid(min_column_width=330, gap="small"):
        for page in pages:
            _card(page, is_main=False)
