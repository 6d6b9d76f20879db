"""毎月の点検: seven things looked at each month, and signed by whoever looked."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.i18n import _
from lib.text import inert
from lib.ui import context, navigation
from lib.ui.inspections import months, rules, signing

desk = context.guard(*navigation.entry("inspections").roles)

today = clock.today()
navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("毎月の点検"), anchor=False)
st.caption(
    inert(
        _(
            "見て、結果を選び、名前で署名します。要改善は改善につながり、署名のあとの直しは操作ログに残ります。"
        )
    )
)
months.late_ones(desk, today)
signing.show(desk, months.chosen(desk, today), today)
months.table(desk, today)
rules.show(desk, today)
