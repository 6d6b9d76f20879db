"""年ごとの保管: what would move, the press, how far it is, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import clock
from lib.actions import archiving
from lib.actions.archiving import Done, Due
from lib.actions.permissions import roles_of
from lib.i18n import _
from lib.schema.ids import read_id
from lib.settings.archiving import AFTER
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import boundary, context, flash
from lib.ui import format as fmt
from lib.ui.setting import one_setting

RUNNERS: Final = roles_of("archive.run")

_LOOKED: Final = "archive:looked"
_ASKED: Final = "archive:asked"
_NUMBER: Final = "archive:number"
_LONGEST: Final = 40


@dataclass(frozen=True)
class Asked:
    """What somebody pressed: putting away, or a year or a number that comes back."""

    back: int | tuple[str, ...] | None = None


def panel(desk: UserStore) -> None:
    """Draw the whole section; for those who may run it."""
    st.subheader(_("年ごとの保管"), anchor=False)
    st.caption(
        inert(
            _(
                "終わって久しい苦情を、経過ごと年ごとの保管に移します。一覧と画面が軽いままになり、いつでも戻せます。"
            )
        )
    )
    if desk.derived("archive full", lambda: archiving.is_full(desk)):
        st.info(
            inert(
                _(
                    "行が増えて、画面が遅くなりはじめる頃です。終わった年を保管してください。"
                )
            ),
            icon=":material/inventory_2:",
        )
    one_setting(desk, AFTER)
    st.button(
        _("移せるものを確かめる"),
        key="archive:look",
        icon=":material/preview:",
        on_click=_look,
    )
    if looked := cast("Due | None", st.session_state.get(_LOOKED)):
        _found(looked)
    if years := desk.archive_years:
        _back(years)
    if asked := cast("Asked | None", st.session_state.pop(_ASKED, None)):
        _run(desk, asked)


def _look() -> None:
    with boundary.attempt():
        who = context.desk().principal
        st.session_state[_LOOKED] = archiving.due(context.live(), who, clock.now())


def _found(due: Due) -> None:
    with st.container(border=True):
        for year, count in due.by_year().items():
            st.text(_("{year}年: {count}件").format(year=year, count=fmt.number(count)))
        for why, count in due.held.items():
            st.caption(
                inert(
                    _("残るもの {count}件: {why}").format(
                        count=fmt.number(count), why=_(why)
                    )
                )
            )
        if not due.cases:
            st.text(_("いま移せるものはありません。"))
            return
        st.button(
            _("{count}件を保管する").format(count=fmt.number(len(due.cases))),
            key="archive:press",
            type="primary",
            icon=":material/inventory_2:",
            on_click=_ask,
            args=(Asked(),),
        )


def _back(years: tuple[int, ...]) -> None:
    with st.expander(
        inert(_("保管した年: {years}").format(years=fmt.listed(str(y) for y in years))),
        key="archive:back",
        icon=":material/unarchive:",
    ):
        year = st.selectbox(
            _("戻す年"), years, key="archive:year", filter_mode="contains"
        )
        st.button(
            _("この年を戻す"),
            key="archive:back-year",
            on_click=_ask,
            args=(Asked(year),),
        )
        st.text_input(_("戻す受付番号"), key=_NUMBER, max_chars=_LONGEST)
        st.button(_("この件を戻す"), key="archive:back-one", on_click=_ask_one)


def _ask(asked: Asked) -> None:
    # The work is done in the run after the click, where its progress can be seen.
    st.session_state[_ASKED] = asked


def _ask_one() -> None:
    typed = str(st.session_state.get(_NUMBER, ""))
    _ask(Asked((read_id(typed) or typed.strip(),)))


def _run(desk: UserStore, asked: Asked) -> None:
    bar = st.progress(0.0, _("移しています…"))
    place = context.place()
    with boundary.page_boundary():
        if asked.back is None:
            done = archiving.put_away(
                context.live(),
                desk.principal,
                clock.now(),
                data=place.data,
                url=place.store_url,
                progress=lambda count, all_: _advance(bar, count, all_),
            )
            said = _("保管しました: {count}件 ({rows}行)")
        else:
            done = archiving.bring_back(
                context.live(),
                desk.principal,
                clock.now(),
                asked.back,
                data=place.data,
                progress=lambda count, all_: _advance(bar, count, all_),
            )
            said = _("保管から戻しました: {count}件 ({rows}行)")
        st.session_state.pop(_LOOKED, None)
        flash.say(_told(said, done))
        st.rerun()


def _told(said: str, done: Done) -> str:
    told = said.format(count=fmt.number(len(done.cases)), rows=fmt.number(done.rows))
    if done.passed:
        told += " " + _("途中で変わったので移さなかった件: {number}").format(
            number=fmt.number(len(done.passed))
        )
    if done.lost:
        told += " " + _("年ごとのタブから消えている件は全部で{count}件").format(
            count=fmt.number(len(done.lost))
        )
    return told


def _advance(bar: DeltaGenerator, count: int, all_: int) -> None:
    text = _("移しています… {done}/{all}").format(done=count, all=all_)
    bar.progress(count / all_ if all_ else 1.0, text)
