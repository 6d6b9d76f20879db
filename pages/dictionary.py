"""データ辞書: every field of every table, in words."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lib.i18n import _, current
from lib.schema.dictionary import HEADERS, Entry, dictionary
from lib.schema.tables import TABLES
from lib.schema.vocab import Role
from lib.text import LONGEST_TEXT, folded
from lib.ui import navigation
from lib.ui.context import guard

guard(Role.ADMIN, Role.MANAGER, Role.CLERK, Role.VIEWER)

ALL = ""
"""Stands for all tables together."""

ROWS_ON_A_SCREEN = 14

ORDER = (
    "table",
    "label",
    "help",
    "kind",
    "required",
    "choices",
    "unit",
    "personal",
    "code",
)
"""What a reader looks for first stands first; the export keeps the sheet's order."""

WIDTHS: dict[str, Literal["small", "medium", "large"]] = {
    "help": "large",
    "choices": "large",
    "label": "medium",
    "required": "small",
}


def filters() -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _("探す"),
            max_chars=LONGEST_TEXT,
            key="dictionary:search",
            placeholder=_("項目・説明・選択肢の一部"),
            icon=":material/search:",
            live="300ms",
            persist_state="session",
            width=320,
        )
        tabs = {table.code: table.tab for table in TABLES}
        chosen = st.selectbox(
            _("表"),
            [ALL, *tabs],
            key="dictionary:table",
            format_func=lambda code: _(tabs.get(code, "")) or _("すべての表"),
            filter_mode="contains",
            persist_state="session",
            width=240,
        )
    return typed, chosen


def matching(typed: str, chosen: str) -> list[Entry]:
    word = folded(typed)
    return [
        entry
        for entry in dictionary(current())
        if (not chosen or entry.code.startswith(f"{chosen}."))
        and (not word or word in folded(searched_text(entry)))
    ]


def searched_text(entry: Entry) -> str:
    return f"{entry.label} {entry.help} {entry.choices} {entry.code}"


def rows(found: list[Entry], *, of_one_table: bool) -> None:
    if not found:
        st.info(_("当てはまる項目がありません。"), icon=":material/search_off:")
        return
    names = Entry.__dataclass_fields__
    st.dataframe(
        [{name: getattr(entry, name) for name in names} for entry in found],
        column_config={
            name: st.column_config.TextColumn(_(header), width=WIDTHS.get(name))
            for name, header in zip(names, HEADERS, strict=True)
        },
        column_order=ORDER[1:] if of_one_table else ORDER,
        hide_index=True,
        height=570 if len(found) > ROWS_ON_A_SCREEN else "content",
        alt=_("データ辞書"),
    )


def personal_data() -> None:
    with st.container(border=True):
        st.subheader(_("個人情報の項目について"), anchor=False)
        st.write(
            _(
                "「個人情報」とある項目は、一覧では伏せ、操作ログには「変更あり」とだけ残し、閲覧の人には見せません。"
            )
        )


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("データ辞書"))
st.caption(_("どの表に、どの項目があり、何を書くか。アプリとシートで同じです。"))
typed, chosen = filters()
found = matching(typed, chosen)
st.caption(_("{count}項目").format(count=len(found)))
rows(found, of_one_table=bool(chosen))
if chosen:
    st.caption(_(next(table.help for table in TABLES if table.code == chosen)))
personal_data()
