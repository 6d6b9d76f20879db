"""個人情報: what has passed its time, and what a person asks about themselves."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.privacy import running
from lib.i18n import _
from lib.settings.retention import RETENTION
from lib.text import inert
from lib.ui import context, navigation
from lib.ui import format as fmt
from lib.ui.context import guard
from lib.ui.privacy import erasing
from lib.ui.privacy.person import request_panel
from lib.ui.setting import one_setting

desk = guard(*navigation.entry("privacy").roles)


def overdue() -> None:
    with st.container(border=True):
        st.subheader(_("保存期間の過ぎたもの"), anchor=False)
        found = running.due(context.live(), desk.principal, clock.today())
        if not found:
            st.write(_("保存期間の過ぎたものはありません。"))
            erasing.panel(desk, "due")
            return
        free = sum(unit.is_free for unit in found)
        st.write(
            inert(
                _(
                    "{count}件が匿名化を待っています。まず、何が消えるかを確かめます。"
                ).format(count=fmt.number(free))
            )
        )
        st.button(
            _("何が消えるか確かめる"),
            key="privacy:look-due",
            icon=":material/preview:",
            on_click=erasing.look,
            args=("due", found),
        )
        erasing.panel(desk, "due")


def own_request() -> None:
    with st.container(border=True):
        st.subheader(_("ご本人からの求め"), anchor=False)
        st.caption(
            inert(
                _(
                    "ご本人であることを確かめてから進めます。開示はここで取り出し、削除の求めは匿名化で応えます。対応中の件は、終わるまで残ります。"
                )
            )
        )
        request_panel(desk)


def how_long() -> None:
    with st.container(border=True):
        st.subheader(_("保存期間"), anchor=False)
        st.caption(
            inert(_("終わってから何年残すか。適用開始日から数え方が変わります。"))
        )
        for wanted in RETENTION.values():
            one_setting(desk, wanted)


def earlier() -> None:
    runs = desk.derived("privacy runs", lambda: running.past(desk))
    if not runs:
        return
    with st.expander(_("これまでの匿名化"), key="privacy:past"):
        for run in runs[:20]:
            st.text(f"{fmt.full_day(run.on)}  {run.by}  {run.text}")


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("個人情報"))
st.caption(
    inert(
        _(
            "終わってから時間のたった記録から、お客様の名前・連絡先・書かれた文章を消します。数字とリスクの判定は変わりません。"
        )
    )
)
overdue()
own_request()
how_long()
earlier()
