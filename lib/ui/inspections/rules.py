"""点検の決まり: until when, which items, and what to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import inspecting
from lib.actions.business_settings import EDITORS
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.vocab import InspectionItem
from lib.settings.inspections import DUE_DAY, Line
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.setting import one_setting, since

ITEM: Final = "inspections.item"


def show(desk: UserStore, today: date) -> None:
    """Draw the rules for managers, folded; nothing for others."""
    if desk.principal.role not in EDITORS:
        return
    folder = st.expander(
        _("点検の決まり"),
        icon=":material/tune:",
        key="inspections.rules",
        on_change="rerun",
    )
    if folder.open:
        with folder:
            one_setting(desk, DUE_DAY)
            st.divider()
            _lines(inspecting.lines_of(desk, today))


def _lines(lines: tuple[Line, ...]) -> None:
    by_code = {line.item.code: line for line in lines}
    if ITEM in st.session_state:
        # Sent anew in each run: in another language its label is another.
        st.session_state[ITEM] = st.session_state[ITEM]
    code = st.selectbox(
        _("どの項目"),
        list(by_code),
        key=ITEM,
        format_func=lambda c: _label(by_code[c]) if c in by_code else c,
        filter_mode="contains",
        persist_state="session",
    )
    start = by_code.get(str(code), lines[0])
    key = f"inspections.item.{start.item.code}"
    first = {"hint": _(start.hint), "on": start.on, "since": clock.today()}
    for name, value in first.items():
        st.session_state.setdefault(f"{key}:{name}", value)
    st.text_area(
        _("どこを見るか"),
        key=f"{key}:hint",
        max_chars=LONGEST_TEXT,
        height=100,
        on_change="ignore",
        persist_state="session",
    )
    st.toggle(_("使う"), key=f"{key}:on", on_change="ignore", persist_state="session")
    since(key)
    st.button(
        _("この項目にする"),
        key=f"{key}:save",
        on_click=_save,
        args=(key, start, new_commit_id()),
    )


def _label(line: Line) -> str:
    off = "" if line.on else _("(使わない)")
    return f"{fmt.choice(InspectionItem(line.item))}{off}"


def _save(key: str, start: Line, entry: str) -> None:
    state = st.session_state
    hint = str(state[f"{key}:hint"] or "").strip()
    line = replace(
        start,
        # Ours, left as it is, stays ours in every language.
        hint=start.hint if hint in ("", _(start.hint)) else hint,
        on=bool(state[f"{key}:on"]),
    )
    with boundary.attempt():
        inspecting.set_line(
            context.desk(),
            line,
            since=state[f"{key}:since"],
            entry=entry,
            now=clock.now(),
        )
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
        flash.say(_("項目を保存しました。"))
