"""センター: who takes the calls, and how their figures are counted."""

from __future__ import annotations

import streamlit as st

from lib import clock
from lib.actions.business_settings import new_centre_of
from lib.actions.kpi_targets import history
from lib.actions.searching import slug
from lib.i18n import N_, _
from lib.metrics.kpis import kpi
from lib.schema.vocab import Role
from lib.ui import centre_sheets, masters, navigation
from lib.ui.context import guard

desk = guard(Role.ADMIN, Role.MANAGER)


def screen() -> masters.Screen:
    return masters.Screen(
        code="centres",
        intro=N_(
            "電話を受けるセンターです。数え方がセンターごとに違っても、そのまま比べられます。"
        ),
        add=N_("センターを追加"),
        columns=(
            "name",
            "code",
            "target_answer_rate",
            "opening_hours",
            "weekly_closed",
            "entry_deadline",
            "active",
        ),
        out_of_use=N_(
            "契約が終わったセンターに使います。入力を求めなくなり、これまでの数字は残ります。"
        ),
        unasked=("phone_reports",),
        presets=new_centre_of(desk, clock.today()),
    )


def explain_target() -> None:
    """Say how long the target of this form counts, and where it is changed later."""
    code = masters.open_key(shown)
    agreed = bool(code) and history(desk, kpi("answer_rate"), code)
    words = (
        N_(
            "目標応答率は「KPI目標」で決めてあります。ここの値は、その前の日にだけ使います。"
        )
        if agreed
        else N_(
            "目標応答率は、「KPI目標」を決めるまでの値です。ここで変えると、前の日の判定も変わります。日を決めて変えるには「KPI目標」を使ってください。"
        )
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_(words), width="content")
        where = {"view": "targets", "figure": "answer_rate", "centre": slug(code)}
        navigation.link(
            "kpis",
            _("KPI目標を見る"),
            icon=":material/flag:",
            **{name: value for name, value in where.items() if value},
        )


shown = screen()
masters.show(
    desk,
    shown,
    explain=explain_target,
    below=lambda: centre_sheets.section(desk),
)
