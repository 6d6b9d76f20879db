"""A person's own request on the screen: find them, hand over, or forget them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import streamlit as st

from lib import clock, i18n
from lib.actions.business_settings import value_of
from lib.actions.privacy import person
from lib.actions.privacy.person import Held
from lib.errors import InvalidRecord
from lib.i18n import Language, _
from lib.reports import own_data
from lib.schema.principal import Principal
from lib.settings import company
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context
from lib.ui import format as fmt
from lib.ui.download import file_button
from lib.ui.privacy import erasing

NAME: Final = "person"
"""Under which the dry run of one person is kept."""
TYPED: Final = "privacy:typed"
FOUND: Final = "privacy:found"
PROBLEM: Final = "privacy:problem"


@dataclass(frozen=True)
class Found:
    """Who was found, and for whom."""

    held: Held
    whose: str


def request_panel(desk: UserStore) -> None:
    """Draw the search, what is held, the files and the way to forget them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("電話番号・メールアドレス・注文番号"),
            key=TYPED,
            icon=":material/search:",
            max_chars=200,
            autocomplete="off",
            on_change="ignore",
        )
        st.button(_("探す"), key="privacy:find", on_click=_find)
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(inert(problem), icon=":material/error:")
    found = cast("Found | None", st.session_state.get(FOUND))
    if found is None or found.whose != desk.principal.key:
        return
    if not found.held.units:
        st.info(inert(_("見つかりませんでした。別の番号でも探してください。")))
        return
    _what(found.held)
    _files(desk, found.held)
    st.button(
        _("この人の記録の匿名化を確かめる"),
        key="privacy:look-person",
        icon=":material/person_search:",
        on_click=erasing.look,
        args=(NAME, found.held.units),
    )
    erasing.panel(desk, NAME)


def _find() -> None:
    st.session_state.pop(FOUND, None)
    erasing.forget(NAME)
    try:
        with boundary.attempt():
            who = context.desk().principal
            held = person.held_about(
                context.live(),
                who,
                str(st.session_state.get(TYPED) or ""),
                data=context.place().data,
            )
            st.session_state[FOUND] = Found(held, who.key)
    except InvalidRecord as invalid:
        st.session_state[PROBLEM] = _(invalid.problems[0].message)


def _what(held: Held) -> None:
    numbers = fmt.listed([unit.key for unit in held.units])
    st.text(_("見つかった件: {numbers}").format(numbers=numbers))
    st.text(
        " / ".join(
            f"{_(place.tab)} {fmt.number(len(frame))}"
            for place, frame in held.frames.items()
        )
    )
    st.caption(
        inert(
            _(
                "渡す前に中身を読んでください。自由に書かれた文章の中の、ほかの方の名前までは見分けられないことがあります。"
            )
        )
    )


def _files(desk: UserStore, held: Held) -> None:
    who, language = desk.principal, i18n.current()
    name = value_of(desk, company.NAME, clock.today())
    stamp = f"{clock.today():%Y%m%d}"
    with st.container(horizontal=True):
        file_button(
            _("Excelで取り出す"),
            lambda: _made(held, who, name, language, "xlsx"),
            name=f"own-data-{stamp}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key="privacy:xlsx",
            icon=":material/table_view:",
            about=_("取り出したことは操作ログに残ります。"),
        )
        file_button(
            _("PDFで取り出す"),
            lambda: _made(held, who, name, language, "pdf"),
            name=f"own-data-{stamp}.pdf",
            mime="application/pdf",
            key="privacy:pdf",
            icon=":material/picture_as_pdf:",
            about=_("取り出したことは操作ログに残ります。"),
        )


def _made(
    held: Held, who: Principal, name: str, language: Language, kind: str
) -> bytes:
    """Log the hand-over, then make the file; runs in a thread of its own."""
    now = clock.now()
    person.log_export(context.live(), who, held, now)
    own = own_data.OwnData(held.frames, person.PURPOSES, name, now)
    make = own_data.as_xlsx if kind == "xlsx" else own_data.as_pdf
    return make(own, language)
