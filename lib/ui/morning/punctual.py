"""How each centre enters its days: in time, late, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyarrow as pa
import streamlit as st

from lib.actions import health
from lib.actions.health import Punctual
from lib.actions.searching import slug
from lib.i18n import _, current
from lib.metrics.kpis import kpi
from lib.schema.kpi_day import COMPANY
from lib.store.access import UserStore
from lib.ui import figures, navigation, picked
from lib.ui import format as fmt
from lib.ui.morning.health import may_open
from lib.ui.table import ROW_HEIGHT

GRID: Final = "today.punctual"


def table(desk: UserStore, now: datetime) -> None:
    """Draw the last 28 days by centre; a row opens the centre's month."""
    found = health.punctuality(desk, now)
    if not found:
        return
    shown = desk.derived(
        ("punctual grid", now.replace(minute=0, second=0), current()),
        lambda: _rows(found),
    )
    column = st.column_config
    pressed = st.dataframe(
        shown,
        key=GRID,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(found) + 1),
        column_config={
            "name": column.TextColumn(_("直近28日")),
            "missing": column.NumberColumn(_("未入力"), width=70),
            "late": column.NumberColumn(_("遅れ"), width=70),
            "in_time": column.TextColumn(
                _("期限内"),
                alignment="right",
                width=110,
                help=_(kpi("entered_in_time_rate").edge),
            ),
        },
        selection_mode="single-cell",
        on_select="rerun",
        alt=_("センターごとの未入力と遅れ、直近28日"),
    )
    cell = picked.cell(pressed, len(found))
    if cell and may_open(desk, "kpi_entry"):
        one = found[cell[0]]
        day = one.last_missing or now.date()
        navigation.go("kpi_entry", centre=slug(one.centre), month=f"{day:%Y-%m}")


def _rows(found: Sequence[Punctual]) -> pa.Table:
    return pa.table(
        {
            "name": [_(COMPANY) if p.centre == COMPANY else p.name for p in found],
            "missing": [p.missing for p in found],
            "late": [p.late for p in found],
            "in_time": [_share(p.on_time, p.due) for p in found],
        }
    )


def _share(on_time: int, due: int) -> str:
    """Return 「24日 (86%)」; 「—」 where no day tells."""
    if not due:
        return fmt.NOTHING
    share = figures.value_text(kpi("entered_in_time_rate"), on_time / due)
    return _("{count}日 ({share})").format(count=on_time, share=share)
