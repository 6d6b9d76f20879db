"""Each centre and all together in one table: the last day beside the days before.

One grid instead of a card a centre: it is one element however many centres there are,
and any number in it can be pressed to see what it was made of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import streamlit as st

from lib.actions import health
from lib.actions.health import Standing
from lib.actions.searching import slug
from lib.i18n import N_, _, current
from lib.metrics.amounts import aim
from lib.metrics.deterrence import NEVER_ALONE
from lib.metrics.kpis import kpi
from lib.metrics.movers import Against
from lib.metrics.series import ALL
from lib.metrics.state import State
from lib.schema.kpi_day import COMPANY
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import figures, marks, navigation, picked
from lib.ui import format as fmt
from lib.ui.kpis import conscience, look
from lib.ui.table import ROW_HEIGHT, chip_column
from lib.ui.viewport import sounds_like_phone

CHOSEN: Final = "today.figure"
GRID: Final = "today.health"
"""Widget keys."""

ANSWER_RATE: Final = health.ANSWER_RATE

NAME, STATE, LAST, TARGET, SPARK = "name", "state", "last", "target", "spark"
_BEFORE: Final = {
    "weekday": (Against.WEEKDAY, N_("同じ曜日")),
    "week": (Against.WEEK, N_("直前7日")),
    "month": (Against.MONTH, N_("28日")),
    "quarter": (Against.QUARTER, N_("90日")),
}
_DAYS: Final = {"weekday": (7, 7), "week": (7, 1), "month": (28, 1), "quarter": (90, 1)}
"""First and last of the days before, counted back from the last day."""

_ON_PHONE: Final = {NAME: 116, STATE: 84, LAST: 74}


def card(desk: UserStore, now: datetime) -> None:
    """Draw the choice of a figure and its table; nothing without a centre."""
    codes = health.choices(desk)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{inert(_('センターごと'))}**", width="content")
            code = _chosen(codes)
        rows = health.standings(desk, code, now)
        if not rows:
            st.caption(_("電話を受けるセンターがまだ登録されていません。"))
            return
        # Above the grid, whose own buttons would cover the choice on a phone.
        st.caption(_about(code, rows))
        _grid(desk, code, rows, now)
        lacking = health.left_out(desk, now)
        marks.left_out(desk, [(figures.name_of(kpi_), n) for kpi_, n in lacking])
        if code in NEVER_ALONE:
            conscience.line(desk, now, ALL)


def _chosen(codes: Sequence[str]) -> str:
    if st.session_state.get(CHOSEN) not in codes:
        st.session_state[CHOSEN] = codes[0]
    found = st.segmented_control(
        _("見る数字"),
        list(codes),
        key=CHOSEN,
        format_func=lambda code: figures.name_of(kpi(code)),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        wrap=True,
    )
    return found or codes[0]


def _grid(
    desk: UserStore, code: str, rows: tuple[Standing, ...], now: datetime
) -> None:
    shown = desk.derived(
        ("health grid", code, now.replace(second=0), current()),
        lambda: _frame(code, rows),
    )
    pressed = st.dataframe(
        shown,
        # Another figure has other columns: a pressed cell of one is none of the other.
        key=f"{GRID}.{code}",
        hide_index=True,
        column_config=_config(code, rows),
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1),
        selection_mode="single-cell",
        on_select="rerun",
        alt=_("{figure}: センターごとの最新の日と、それまで").format(
            figure=figures.name_of(kpi(code))
        ),
    )
    if cell := picked.cell(pressed, len(rows)):
        place, column = cell
        open_figure(desk, rows[place], column)


def open_figure(desk: UserStore, row: Standing, column: str) -> None:
    """Leave for what a number of the table is made of."""
    if row.day is None:
        return
    first, last = _span(row.day, column)
    if may_open(desk, "kpis"):
        navigation.go("kpis", **figure_query(row.entry.code, row.centre, first, last))
    elif may_open(desk, "kpi_entry") and row.centre != ALL:
        navigation.go("kpi_entry", centre=slug(row.centre), date=last.isoformat())


def figure_query(code: str, centre: str, first: date, last: date) -> dict[str, str]:
    """Return the query that opens a figure of these days on コールセンターKPI."""
    query = {
        "figure": code,
        "period": "own",
        "from": first.isoformat(),
        "to": last.isoformat(),
        "centre": slug(centre),
    }
    return {name: value for name, value in query.items() if value}


def may_open(desk: UserStore, code: str) -> bool:
    """Whether there is such a page and the person may open it."""
    entry = next((page for page in navigation.PAGES if page.code == code), None)
    return entry is not None and desk.principal.role in entry.roles


def _span(day: date, column: str) -> tuple[date, date]:
    if column in _DAYS:
        first, last = _DAYS[column]
        return day - timedelta(days=first), day - timedelta(days=last)
    if column == SPARK:
        return day - timedelta(days=27), day
    return day, day


# What stands in the table ------------------------------------------------------------


def _frame(code: str, rows: Sequence[Standing]) -> pa.Table:
    """Return the table; a column a thing said, everything but the chart as text.

    As Arrow, into which a frame would be turned anew in every run.
    """
    entry = kpi(code)
    shown: dict[str, Any] = {NAME: [_name(row) for row in rows]}
    if _is_judged(rows):
        shown[STATE] = [[_state(row)] if row.verdict else [] for row in rows]
    shown[LAST] = [_last(row, rows) for row in rows]
    for name, (against, _words) in _BEFORE.items():
        shown[name] = [
            _before(row.compared.before[against], row) if row.compared else fmt.NOTHING
            for row in rows
        ]
    if _is_judged(rows):
        shown[TARGET] = [
            fmt.NOTHING if row.target is None else str(aim(entry, row.target))
            for row in rows
        ]
    shown[SPARK] = [
        [number for number in row.spark if not math.isnan(number)] for row in rows
    ]
    return pa.table(shown)


def _config(code: str, rows: Sequence[Standing]) -> dict[str, Any]:
    column = st.column_config
    entry = kpi(code)
    widths = _ON_PHONE if sounds_like_phone() else {}
    days = {row.day for row in rows if row.day}
    last = fmt.day(*days) if len(days) == 1 else _("最新の日")
    found: dict[str, Any] = {
        NAME: column.TextColumn(_("センター"), pinned=True, width=widths.get(NAME)),
        STATE: chip_column(
            _("状態"),
            {
                _word(state): colour
                for state, (_shape, colour) in look.STATE_LOOK.items()
            },
            help_text=_("最新の日を目標と比べています。少ない日は直近7日です。"),
            width=widths.get(STATE, 96),
        ),
        LAST: column.TextColumn(last, alignment="right", width=widths.get(LAST)),
        TARGET: column.TextColumn(_("目標"), alignment="right"),
    }
    for name, (against, words) in _BEFORE.items():
        found[name] = column.TextColumn(
            _(words), alignment="right", help=_(against.value)
        )
    words = _("28日の動き")
    found[SPARK] = (
        column.LineChartColumn(words, width="medium")
        if entry.is_share
        else column.BarChartColumn(words, width="medium", y_min=0)
    )
    return found


def _is_judged(rows: Sequence[Standing]) -> bool:
    return any(row.verdict for row in rows)


def _name(row: Standing) -> str:
    if row.centre == ALL:
        return _("全体")
    return _(COMPANY) if row.centre == COMPANY else row.name


def _word(state: State) -> str:
    return f"{look.STATE_LOOK[state][0]} {_(state.value)}"


def _state(row: Standing) -> str:
    return _word(row.verdict.state) if row.verdict else ""


def _last(row: Standing, rows: Sequence[Standing]) -> str:
    """Return the value; with its day, where not all stand on the same one."""
    said = figures.value_text(row.entry, row.number)
    if row.day is None or len({r.day for r in rows if r.day}) == 1:
        return said
    return f"{row.day.month}/{row.day.day} {said}"


def _before(number: float | None, row: Standing) -> str:
    """Return what it was and by how much it changed since: 「91.0% → +1.2pt」."""
    # The mean of counts is told to a tenth where one more or less is much.
    is_rare = number is not None and not row.entry.is_share and number < figures.RARE
    decimals = 1 if is_rare else row.entry.decimals
    said = (
        figures.value_text(row.entry, number)
        if not is_rare
        else fmt.number(number, decimals=decimals)
    )
    change = figures.change_text(row.entry, row.number, number)
    return f"{said} ({change})" if change else said


def _about(code: str, rows: Sequence[Standing]) -> str:
    """Return what has to be known about the table, in a sentence or two."""
    parts = []
    if kpi(code).ratio().denominator is None:
        parts.append(_("それまでの数は1日あたりです。"))
    notes = {
        row.compared.note.text() for row in rows if row.compared and row.compared.note
    }
    parts += sorted(notes)
    unsure = [
        row.verdict.reasons[0].text()
        for row in rows
        if row.verdict and row.verdict.state is State.PENDING and row.centre != ALL
    ]
    parts += unsure
    parts.append(_("数を押すと、その中身を開きます。"))
    return inert(" ".join(parts))
