"""The promises of today and those that are overdue, as one grid; a press opens the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyarrow as pa
import streamlit as st

from lib.actions.today import PromiseRow
from lib.i18n import _, current
from lib.metrics.promises import When
from lib.schema.vocab import Severity
from lib.store.access import UserStore
from lib.ui import format as fmt
from lib.ui import navigation, picked
from lib.ui.filters import ledger_query
from lib.ui.table import ROW_HEIGHT, chip_column

GRID: Final = "today.promises"
_COLOURS: Final = {When.OVERDUE: "red", When.TODAY: "gray"}


def table(desk: UserStore, rows: Sequence[PromiseRow], now: datetime) -> None:
    """Draw the promises; nothing without any."""
    if not rows:
        return
    shown = desk.derived(
        ("promise grid", now.replace(second=0), current()), lambda: _rows(rows)
    )
    column = st.column_config
    pressed = st.dataframe(
        shown,
        # Rows come and go with the minute: what was pressed once is not pressed again.
        key=f"{GRID}.{rows[0].complaint}.{len(rows)}",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1),
        column_config={
            "at": chip_column(
                _("約束の時刻"),
                {_due(row): _COLOURS[row.when] for row in rows},
                width=176,
            ),
            "complaint": column.TextColumn(_("受付番号"), width=122),
            "promise": column.TextColumn(_("約束・担当")),
        },
        selection_mode="single-cell",
        on_select="rerun",
        alt=_("超過と今日の約束"),
    )
    if cell := picked.cell(pressed, len(rows)):
        case = rows[cell[0]].complaint
        navigation.go("ledger", **ledger_query(case=case))


def _rows(rows: Sequence[PromiseRow]) -> pa.Table:
    return pa.table(
        {
            "at": [[_due(row)] for row in rows],
            "complaint": [row.complaint for row in rows],
            "promise": [_promise(row) for row in rows],
        }
    )


def _promise(row: PromiseRow) -> str:
    """Return 「◆ 高 · 折返し · 渡会 未来」; the severity only where it is high."""
    words = [_(row.promise), row.handler or _("担当なし")]
    if row.severity in (Severity.HIGH, Severity.CRITICAL):
        words.insert(0, fmt.choice(row.severity))
    return " · ".join(words)


def _due(row: PromiseRow) -> str:
    """Return 「▲ 11/20 16:30 超過」 or 「○ 13:00」: shape and word, not colour alone."""
    time = fmt.short_moment(row.at)
    return f"▲ {time}{_(' 超過')}" if row.when is When.OVERDUE else f"○ {time}"
