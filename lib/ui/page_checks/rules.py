"""点検の決まり: how often, which items, and the phrases looked for in scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import page_checks
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.frames import JOINER
from lib.schema.ids import new_commit_id
from lib.schema.vocab import PageKind
from lib.settings.page_checks import EVERY_MONTHS, OWN_SOURCE, Item
from lib.settings.script_words import WordRule, phrases_of
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.setting import one_setting, since

NEW: Final = ""
_KEPT: Final[dict[str, Any]] = {"on_change": "ignore", "persist_state": "session"}


def show(desk: UserStore, today: date) -> None:
    """Draw the rules for managers, folded; nothing for others."""
    if desk.principal.role not in page_checks.EDITORS_OF_ITEMS:
        return
    folder = st.expander(
        _("点検の決まり"),
        icon=":material/tune:",
        key="page_checks.rules",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        one_setting(desk, EVERY_MONTHS)
        st.divider()
        _items(page_checks.items_of(desk, today))
        st.divider()
        _words(page_checks.word_rules_of(desk, today))


# Items --------------------------------------------------------------------------------


def _items(items: Sequence[Item]) -> None:
    st.markdown(f"**{inert(_('点検の項目'))}**")
    by_code = {item.code: item for item in items}
    _send_anew("page_checks.item")
    code = st.selectbox(
        _("どの項目"),
        [NEW, *by_code],
        key="page_checks.item",
        format_func=lambda c: _item_name(by_code.get(c)),
        filter_mode="contains",
        persist_state="session",
    )
    start = by_code.get(str(code)) or Item(
        NEW, PageKind.LANDING_PAGE, "", "", OWN_SOURCE
    )
    key = f"page_checks.item.{start.code}"
    first = {
        "title": start.title,
        "kind": start.kind,
        "hint": _(start.hint),
        "on": start.on,
        "since": clock.today(),
    }
    _lay(key, first)
    if not start.code:
        st.text_input(
            _("何を確かめるか(必須)"),
            max_chars=LONGEST_TEXT,
            key=f"{key}:title",
            **_KEPT,
        )
        st.selectbox(
            _("ページの種類"),
            list(PageKind),
            key=f"{key}:kind",
            format_func=fmt.choice,
            filter_mode="contains",
            **_KEPT,
        )
    st.text_area(
        _("どこを見るか"), max_chars=LONGEST_TEXT, key=f"{key}:hint", height=80, **_KEPT
    )
    st.toggle(_("使う"), key=f"{key}:on", **_KEPT)
    _end(key, _("この項目にする"), lambda entry: _save_item(key, start, entry))


def _item_name(item: Item | None) -> str:
    if item is None:
        return _("新しい項目")
    off = "" if item.on else _("(使わない)")
    return f"{fmt.choice(item.kind)}: {_(item.title)}{off}"


def _save_item(key: str, start: Item, entry: str) -> None:
    state = st.session_state
    hint = str(state[f"{key}:hint"] or "").strip()
    item = replace(
        start,
        # Ours, left as it is, stays ours in every language.
        hint=start.hint if hint == _(start.hint) else hint,
        on=bool(state[f"{key}:on"]),
    )
    if not start.code:
        title = " ".join(str(state[f"{key}:title"] or "").split())
        kind = state[f"{key}:kind"] or start.kind
        item = replace(item, code=title, title=title, kind=kind)
    page_checks.set_item(
        context.desk(), item, since=state[f"{key}:since"], entry=entry, now=clock.now()
    )
    flash.say(_("項目を保存しました。"))


# Phrases ------------------------------------------------------------------------------


def _words(rules: Sequence[WordRule]) -> None:
    st.markdown(f"**{inert(_('台本で探す言葉'))}**")
    by_code = {rule.code: rule for rule in rules}
    _send_anew("page_checks.words")
    code = st.selectbox(
        _("どの言葉"),
        list(by_code),
        key="page_checks.words",
        format_func=lambda c: _(by_code[c].title),
        filter_mode="contains",
        persist_state="session",
    )
    start = by_code.get(str(code)) or rules[0]
    key = f"page_checks.words.{start.code}"
    first = {
        "phrases": JOINER.join(start.phrases),
        "on": start.on,
        "since": clock.today(),
    }
    _lay(key, first)
    st.text_area(
        _("探す言葉(読点で区切る)"),
        max_chars=LONGEST_TEXT,
        key=f"{key}:phrases",
        height=80,
        **_KEPT,
    )
    st.toggle(_("使う"), key=f"{key}:on", **_KEPT)
    _end(key, _("この言葉にする"), lambda entry: _save_words(key, start, entry))


def _save_words(key: str, start: WordRule, entry: str) -> None:
    state = st.session_state
    rule = replace(
        start,
        phrases=phrases_of(str(state[f"{key}:phrases"] or "")),
        on=bool(state[f"{key}:on"]),
    )
    page_checks.set_words(
        context.desk(), rule, since=state[f"{key}:since"], entry=entry, now=clock.now()
    )
    flash.say(_("言葉を保存しました。"))


# Both ---------------------------------------------------------------------------------


def _send_anew(key: str) -> None:
    """Send a choice in each run: in another language its label is another."""
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]


def _lay(key: str, first: dict[str, Any]) -> None:
    for name, value in first.items():
        st.session_state.setdefault(f"{key}:{name}", value)


def _end(key: str, label: str, act: Callable[[str], None]) -> None:
    since(key)
    for message in st.session_state.get(f"{key}:problems", ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")
    st.button(
        label, key=f"{key}:save", on_click=_save, args=(key, act, new_commit_id())
    )


def _save(key: str, act: Callable[[str], None], entry: str) -> None:
    state = st.session_state
    state.pop(f"{key}:problems", None)
    with boundary.attempt():
        try:
            act(entry)
        except InvalidRecord as refused:
            state[f"{key}:problems"] = [p.message for p in refused.problems]
            return
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
