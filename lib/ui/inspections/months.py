"""Which month is open, what is late, and how the last twelve stand."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from lib.actions import inspecting
from lib.i18n import _
from lib.metrics.inspections import MONTHS, SIGNED, Late, month_of
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.inspections import words

MONTH: Final = "inspections.month"


def chosen(desk: UserStore, today: date) -> date:
    """Draw the chooser of a month and return it: at first the oldest that is late."""
    late = inspecting.overdue(desk, today)
    months = [month_of(today, back) for back in range(MONTHS)]
    first = late[0].month if late else months[0]
    held = st.session_state.get(MONTH)
    # Sent anew in each run: in another language its label is another.
    st.session_state[MONTH] = held if held in months else first
    done = _done(desk, today)
    found: date = st.selectbox(
        _("月"),
        months,
        key=MONTH,
        format_func=lambda month: _month_label(month, done),
        filter_mode="contains",
        persist_state="session",
        width=280,
    )
    return found


def _done(desk: UserStore, today: date) -> dict[date, tuple[int, int]]:
    found: dict[date, tuple[int, int]] = {}
    for cell in inspecting.history(desk, today):
        signed, total = found.get(cell.month, (0, 0))
        found[cell.month] = (signed + (cell.standing in SIGNED), total + 1)
    return found


def _month_label(month: date, done: dict[date, tuple[int, int]]) -> str:
    signed, total = done.get(month, (0, 0))
    return f"{words.month_words(month)} {signed}/{total}"


def late_ones(desk: UserStore, today: date) -> None:
    """Say which months are late and what of them nobody signed."""
    late = inspecting.overdue(desk, today)
    for one in late:
        st.markdown(f":orange-badge[▲ {inert(late_words(one))}]")
    if not late and inspecting.rows(desk):
        st.markdown(inert(_("締切を過ぎた点検はありません。")))


def late_words(one: Late) -> str:
    """Return "2026年10月 締切を過ぎた点検 3項目"."""
    return _("{month} 締切を過ぎた点検 {count}項目").format(
        month=words.month_words(one.month), count=len(one.items)
    )


def table(desk: UserStore, today: date) -> None:
    """Draw each item of each of the last twelve months, in words and shapes."""
    cells = inspecting.history(desk, today)
    if not inspecting.rows(desk):
        return
    st.subheader(_("12か月の様子"), anchor=False)
    rows: dict[str, dict[str, str]] = {}
    for cell in reversed(cells):
        column = words.month_words(cell.month)
        shown = words.standing_words(cell.standing)
        rows.setdefault(fmt.choice(cell.item), {})[column] = shown
    ordered = [
        {_("項目"): name, **columns} for name, columns in reversed(list(rows.items()))
    ]
    frame = pd.DataFrame(ordered)
    st.dataframe(
        frame,
        key="inspections.history",
        hide_index=True,
        column_config={_("項目"): st.column_config.TextColumn(pinned=True)},
    )
