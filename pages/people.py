"""人と研修: what each person has in hand and has learned; nobody is ranked."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions import people
from lib.actions.permissions import may
from lib.i18n import _
from lib.text import inert
from lib.ui import context, freshness, navigation
from lib.ui.people import table, training
from lib.ui.viewport import is_phone

desk = context.guard(*navigation.entry("people").roles)


def everybody() -> None:
    found = people.everybody(desk, now)
    table.show(found, phone=is_phone())
    st.divider()
    training.panel(desk, found)


def oneself() -> None:
    me = people.oneself(desk, now)
    if me is None:
        st.caption(_("メンバーの一覧に、あなたの名前がありません。"))
        return
    table.card(me)
    st.subheader(_("自分の研修"), anchor=False)
    training.of_one(me)
    freshness.follow(desk)


now = clock.now()
navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("人と研修"), anchor=False)
if may(desk.principal, "people.see"):
    st.caption(
        inert(_("だれに仕事が寄っているか、約束が守れているか、研修がすんでいるか。"))
    )
    everybody()
else:
    oneself()
