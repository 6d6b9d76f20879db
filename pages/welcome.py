"""はじめに: the first person gives a name, and the app is theirs."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions import first_start
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.ui import boundary, context, newcomer, shell
from lib.ui.form import Form, field_input, problems_by_field

desk = newcomer.guard()

FORM = "welcome"


def greeting() -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        st.image(shell.ICON, width=56)
        shell.language_switch("content")
    st.title(_("見守りへようこそ"), anchor=False)
    st.write(
        _(
            "お客様の声を受けとめ、約束を守り、電話がつながっているかを見守るための道具です。まず、あなたの名前を教えてください。"
        )
    )


def about_me() -> None:
    problems = st.session_state.get(f"{FORM}._problems", {})
    form = Form(FORM, Member, problems)
    with st.container(border=True):
        field_input(
            form,
            "name",
            label=_("あなたの名前(必須)"),
            placeholder=_("例: 佐藤 花子"),
            show_help=False,
        )
        field_input(
            form,
            "email",
            label=_("メール(なければ空のまま)"),
            placeholder="name@example.jp",
            show_help=False,
        )
        st.button(
            _("始める"),
            key=f"{FORM}:begin",
            type="primary",
            icon=":material/arrow_forward:",
            width="stretch",
            on_click=begin,
        )


def begin() -> None:
    form = Form(FORM, Member)
    typed = form.values(["name", "email"])
    st.session_state.pop(f"{FORM}._problems", None)
    with boundary.attempt():
        try:
            member = first_start.begin(
                context.live().for_user(SYSTEM), **typed, now=clock.now()
            )
        except InvalidRecord as refused:
            found = problems_by_field(refused.problems)
            st.session_state[f"{FORM}._problems"] = found
            return
        st.session_state[context.OPERATOR] = member.email
        context.remember_choices()
        form.clear()


def where_data_stay() -> None:
    st.caption(
        ":material/lock: "
        + _(
            "入力したものは、このコンピューターの中だけに残ります。表計算シートなどにつなぐまで、外には送りません。"
        )
    )
    st.caption(
        ":material/table_view: "
        + _(
            "チームで使うときは、始めたあと「設定・点検」の「Googleシートにつなぐ」で、スプレッドシートを保存先にできます。"
        )
    )
    st.caption(
        ":material/auto_awesome: "
        + _("始めたあとで、一年分の見本データを入れて試すこともできます。")
    )


_left, middle, _right = st.columns([1, 2, 1])
with middle:
    greeting()
    about_me()
    where_data_stay()
