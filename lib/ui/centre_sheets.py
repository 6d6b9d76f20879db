"""The centres' own spreadsheets, below the list of centres: each one's state, and its making."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions import connecting
from lib.actions.centre_files import keeping, making
from lib.actions.centre_files.keeping import Told
from lib.errors import AppError, SettingsError
from lib.i18n import _
from lib.schema.frames import standing
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import Flag
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, is_web_address
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt

_ASKED: Final = "centre_sheet:asked"
_ADDRESS: Final = "centre_sheet:address"
_WRONG: Final = "centre_sheet:wrong"


def section(desk: UserStore) -> None:
    """Draw one line for each outsourced centre; nothing where there is none."""
    centres = _outsourced(desk)
    if not centres:
        return
    told = keeping.last_foldings(context.place().data)
    st.subheader(_("センター用のシート"), anchor=False)
    st.caption(
        _(
            "会社の台帳は、委託先に見せられません。センターごとに小さなスプレッドシートを用意すると、書いたものが一分ほどで互いに届きます。ほかのセンターの行は入りません。"
        )
    )
    with st.container(border=True, width=760):
        for centre in centres:
            _line(centre, told.get(centre.code))
    _dialog(centres)


def _outsourced(desk: UserStore) -> list[Centre]:
    def made() -> list[Centre]:
        rows = standing(table("centres"), desk.frame("centres"))
        own = {
            row.code: row
            for row in rows
            if isinstance(row, Centre)
            and row.active is Flag.YES
            and row.code not in ("", COMPANY)
        }
        return list(own.values())

    return desk.derived("centres with sheets", made)


def _line(centre: Centre, told: Told | None) -> None:
    name, state, act = st.columns([3, 4, 3], vertical_alignment="center")
    name.text(centre.name)
    with state:
        _state(centre, told)
    with act, st.container(horizontal=True, horizontal_alignment="right"):
        if is_web_address(centre.spreadsheet):
            st.link_button(_("開く"), centre.spreadsheet, icon=":material/open_in_new:")
        st.button(
            _("整える") if centre.spreadsheet else _("用意する"),
            key=f"centre_sheet:{centre.code}",
            icon=":material/table_view:",
            on_click=_ask,
            args=(centre,),
        )


def _state(centre: Centre, told: Told | None) -> None:
    if not centre.spreadsheet:
        st.badge(_("まだありません"), icon=":material/remove:", color="gray")
    elif told is None:
        st.badge(_("これから合わせます"), icon=":material/hourglass:", color="gray")
    elif told.refused:
        st.badge(_("合わせられません"), icon=":material/sync_problem:", color="orange")
        st.caption(inert(_(told.refused)))
    elif told.problems:
        st.badge(
            _("食い違い {count}か所").format(count=len(told.problems)),
            icon=":material/compare_arrows:",
            color="orange",
        )
        navigation.link("data_check", _("データ点検を開く"))
    else:
        st.badge(
            _("{time}に合わせました").format(time=fmt.relative(told.at)),
            icon=":material/check:",
            color="green",
        )


def _ask(centre: Centre) -> None:
    st.session_state[_ASKED] = centre.code
    st.session_state[_ADDRESS] = centre.spreadsheet
    st.session_state.pop(_WRONG, None)


def _dialog(centres: list[Centre]) -> None:
    asked = st.session_state.get(_ASKED)
    centre = next((c for c in centres if c.code == asked), None)
    if centre is not None:
        st.dialog(
            _("{name}のシート").format(name=inert(centre.name)), on_dismiss=_forget
        )(_steps)(centre)


def _steps(centre: Centre) -> None:
    st.markdown(
        "1. "
        + _(
            "[新しいスプレッドシート](https://sheets.new)を開き、右上の「共有」で次のアドレスを「編集者」にします。"
        )
    )
    st.code(_account() or _("鍵がまだありません。"), language=None, wrap_lines=True)
    st.markdown("2. " + _("そのスプレッドシートのアドレスを貼り付けます。"))
    st.text_input(
        _("スプレッドシートのアドレス"),
        max_chars=LONGEST_TEXT,
        key=_ADDRESS,
        label_visibility="collapsed",
    )
    st.markdown("3. " + _("「整える」を押したあと、センターの人に「共有」します。"))
    if wrong := st.session_state.get(_WRONG):
        st.error(inert(wrong), icon=":material/error:")
    st.button(
        _("整える"),
        key="centre_sheet:make",
        type="primary",
        icon=":material/table_view:",
        on_click=_make,
        args=(centre.code,),
    )


def _make(code: str) -> None:
    address = str(st.session_state.get(_ADDRESS, "")).strip()
    place = context.place()
    with boundary.attempt():
        desk = context.desk()
        try:
            made = making.make_file(
                desk,
                making.find_centre(desk, code),
                store=place.store_url,
                data=place.data,
                address=address,
            )
        except AppError as error:
            st.session_state[_WRONG] = boundary.message_of(error)
            return
        _forget()
        done = [line.text() for line in made.report.lines]
        flash.say(_("センター用のシートを整えました。") + " " + fmt.listed(done[:3]))


def _forget() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_WRONG, None)


def _account() -> str:
    try:
        return connecting.account()
    except SettingsError:
        return ""
