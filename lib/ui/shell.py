"""What stands around every page: logo, operator, language, where data go."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from lib import clock
from lib.i18n import LANGUAGES, _
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context
from lib.ui import format as fmt

_STATIC: Final = Path(__file__).parent / "static"
LOGO: Final = str(_STATIC / "logo.svg")
ICON: Final = str(_STATIC / "icon.svg")

_STALE_AFTER_SECONDS = 60


def sidebar() -> None:
    """Draw the part of the sidebar below the menu."""
    with st.sidebar:
        _language_switch()
        who = context.principal()
        if who is None:
            return
        _operator_picker(who.key)
        store_badge(context.desk())
        if clock.is_fixed():
            st.caption(
                ":material/schedule: "
                + _("時計を止めています: {time}").format(time=fmt.moment(clock.now()))
            )


def store_badge(desk: UserStore) -> None:
    """Say where data go and how fresh the screen is."""
    seconds = desk.age().total_seconds()
    if desk.problem is not None:
        st.badge(_("保存先に届きません"), icon=":material/cloud_off:", color="orange")
        st.caption(_("{time}の内容を表示しています").format(time=_ago(seconds)))
        return
    st.caption(
        f":material/database: {inert(_('保存先'))}: **{inert(desk.kind)}** · {_ago(seconds)}"
    )


def _ago(seconds: float) -> str:
    if seconds < _STALE_AFTER_SECONDS:
        return _("最新")
    return _("{minutes}分前").format(minutes=int(seconds // 60))


def _language_switch() -> None:
    st.segmented_control(
        _("表示言語"),
        list(LANGUAGES),
        key=context.LANGUAGE,
        format_func=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
        width="stretch",
        on_change=context.remember_choices,
        persist_state="session",
    )


def _operator_picker(chosen: str) -> None:
    everyone = {m.email: m for m in context.members()}
    if len(everyone) == 1:
        member = everyone[chosen]
        st.caption(f":material/person: {inert(member.name)} · {_(member.role.value)}")
        return
    st.session_state[context.OPERATOR] = chosen
    st.selectbox(
        _("操作者"),
        list(everyone),
        key=context.OPERATOR,
        format_func=lambda key: f"{everyone[key].name} · {_(everyone[key].role.value)}",
        filter_mode="contains",
        help=_("いま操作している人。記録に残る名前です(本人確認ではありません)。"),
        on_change=context.remember_choices,
        persist_state="session",
    )
