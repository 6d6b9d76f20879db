"""The search of past resolutions: fields, what they came to in sum, and a card each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions.knowledge import searching
from lib.actions.knowledge.past import is_put_away
from lib.actions.knowledge.searching import Found, Lesson, Share
from lib.i18n import _
from lib.metrics.knowledge.returns import WINDOW_DAYS
from lib.schema.vocab import Cause, Resolution
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import filters, navigation
from lib.ui import format as fmt
from lib.ui.knowledge import sharing, state, words

CARDS: Final = 8
FEWEST: Final = 10
"""Followed customers below which no share is given: it would say too little."""


def show(desk: UserStore, *, phone: bool) -> None:
    """Draw the search and what it finds."""
    _fields(desk)
    now = clock.now()
    found = searching.search(desk, state.asked())
    sharing.chosen(desk)
    if not len(found):
        _nothing()
        return
    _counted(found)
    _summary(desk, found, phone=phone)
    number = _page(len(found))
    first = (number - 1) * CARDS
    lessons = searching.lessons(
        desk, found.numbers(first, CARDS), now, archived=found.archived
    )
    with st.grid(2, min_column_width=400, gap="small"):
        for place, lesson in enumerate(lessons, start=first):
            _card(desk, lesson, is_near=place >= found.near_from)
    pages = -(-len(found) // CARDS)
    if pages > 1:
        st.pagination(pages, key=state.PAGE, persist_state="session")


def one(desk: UserStore, number: str) -> None:
    """Draw the resolution that the address names, whole, and the ways to share it."""
    archived = is_put_away(desk, [number])
    found = searching.lessons(desk, [number], clock.now(), archived=archived)
    st.button(
        _("一覧へ戻る"),
        key="knowledge.leave",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=state.open_one,
        args=("",),
    )
    if not found:
        said = _("この番号の解決は、見つからないか、まだ完了していません。")
        st.info(inert(said), icon=":material/search_off:")
        return
    lesson = found[0]
    with st.container(border=True, gap="small"):
        told = [
            words.heading(lesson, filters.product_names(desk)),
            words.outcome(lesson),
        ]
        st.markdown("  \n".join(told))
        happened, agreed = words.whole(lesson)
        st.caption(inert(_("何があったか")))
        st.text(happened)
        st.caption(inert(_("何で合意したか")))
        st.text(agreed)
        navigation.link(
            "ledger", _("この件を開く"), icon=":material/open_in_new:", case=number
        )
    sharing.of_one(desk, number)


# The fields -----------------------------------------------------------------------


def _fields(desk: UserStore) -> None:
    st.text_input(
        _("過去の解決を言葉で探す"),
        key=state.SEARCH,
        max_chars=LONGEST_TEXT,
        type="search",
        icon=":material/search:",
        placeholder=_("例: 返金 送料 / 取替え / 電話がつながらない"),
        live="500ms",
        on_change=state.first_page,
        persist_state="session",
    )
    products, claims = filters.product_names(desk), filters.claim_names(desk)
    kinds = [kind for kind in claims if kind]
    with st.grid(4, min_column_width=160, gap="small"):
        _choice(_("商品"), state.PRODUCT, list(products), products.get)
        _choice(_("申出の種類"), state.CLAIM, kinds, claims.get)
        _choice(_("解決内容"), state.RESOLUTION, list(Resolution), fmt.choice)
        _choice(_("原因区分"), state.CAUSE, list(Cause), fmt.choice)
    if years := desk.archive_years:
        st.toggle(
            _("保管した年も含める({years})").format(years=fmt.listed(map(str, years))),
            key=state.ARCHIVED,
            on_change=state.first_page,
            persist_state="session",
        )


def _choice(
    label: str, key: str, options: list[Any], words_of: Callable[[Any], Any]
) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        key=key,
        format_func=lambda option: str(words_of(option)),
        placeholder=_("すべて"),
        filter_mode="contains",
        on_change=state.first_page,
        persist_state="session",
    )


def _page(count: int) -> int:
    pages = max(1, -(-count // CARDS))
    number = min(max(int(st.session_state.get(state.PAGE) or 1), 1), pages)
    if state.PAGE in st.session_state and st.session_state[state.PAGE] != number:
        st.session_state[state.PAGE] = number
    return number


def _nothing() -> None:
    with st.container(border=True):
        if not state.is_asked():
            st.markdown(f"**{inert(_('過去の解決はまだありません。'))}**")
            st.caption(inert(_("苦情を完了にすると、その解決がここで探せます。")))
            return
        st.markdown(f"**{inert(_('0件: 合う解決がありません。'))}**")
        st.caption(
            inert(_("言葉を短くするか、減らしてください。一文字の仮名では探せません。"))
        )
        st.button(
            _("条件を外す"),
            key="knowledge.clear",
            type="primary",
            icon=":material/filter_list_off:",
            on_click=state.clear,
        )


# What was found -------------------------------------------------------------------


def _counted(found: Found) -> None:
    count, near = len(found), len(found) - found.near_from
    said = _("{count}件").format(count=fmt.number(count))
    if near:
        said += _("(うち {near}件は言葉の一部だけが合う)").format(near=fmt.number(near))
    st.markdown(f"**{inert(said)}**")


def _summary(desk: UserStore, found: Found, *, phone: bool) -> None:
    folder = st.expander(
        _("どう解決し、そのあとどうなったか"),
        expanded=not phone,
        icon=":material/summarize:",
        key="knowledge.summary",
        on_change="rerun",
    )
    if not folder.open:
        return
    now = clock.now()
    shares = searching.summary(desk, found, now)
    with folder:
        st.markdown(_table(shares, len(found)))
        st.caption(
            inert(
                _(
                    "「また申し出」は、完了から{window}日のうちに同じお客様の新しい苦情・二次クレーム・行政からの連絡があった割合。{window}日たっていない件と、同じお客様を見分けられない件は分母に入りません。{fewest}件に満たないものは、少なすぎるため割合を出しません。"
                ).format(window=WINDOW_DAYS, fewest=FEWEST)
            )
        )


def _table(shares: tuple[Share, ...], count: int) -> str:
    heads = [_("解決内容"), _("件数"), _("また申し出"), _("解決費用の平均")]
    lines = [f"| {' | '.join(map(inert, heads))} |", "| :-- | --: | --: | --: |"]
    for share in shares:
        cells = [
            fmt.choice(share.resolution),
            f"{fmt.number(share.count)} ({fmt.percent(share.count / count, decimals=0)})",
            _returned(share),
            _cost(share),
        ]
        lines.append(f"| {' | '.join(map(inert, cells))} |")
    return "\n".join(lines)


def _returned(share: Share) -> str:
    if not share.followed:
        return fmt.NOTHING
    counts = f"{fmt.number(share.returned)}/{fmt.number(share.followed)}"
    if share.followed < FEWEST:
        return _("{counts} (少数)").format(counts=counts)
    return f"{fmt.percent(share.returned / share.followed)} ({counts})"


def _cost(share: Share) -> str:
    if share.cost is None:
        return fmt.NOTHING
    return (
        f"{fmt.number(share.cost, unit='円')} ({fmt.number(share.costed, unit='件')})"
    )


def _card(desk: UserStore, lesson: Lesson, *, is_near: bool) -> None:
    key = f"knowledge.box:{lesson.number}"
    with st.container(border=True, gap="xsmall", height="stretch"):
        if is_near:
            st.caption(f"≈ {inert(_('言葉の一部だけが合う件'))}")
        st.markdown(words.card(lesson, filters.product_names(desk)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.session_state[key] = lesson.number in state.chosen()
            st.checkbox(
                _("選ぶ"), key=key, on_change=state.choose, args=(lesson.number, key)
            )
            st.button(
                _("詳しく・共有"),
                key=f"knowledge.open:{lesson.number}",
                type="tertiary",
                icon=":material/open_in_new:",
                on_click=state.open_one,
                args=(lesson.number,),
            )
