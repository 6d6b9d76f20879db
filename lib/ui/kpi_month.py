"""The month of one centre as a grid: edited cells are compared and saved together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib import clock
from lib.actions import kpi_days, today
from lib.actions.kpi_days import DayEdit, DayState, MonthDay
from lib.errors import AppError, FieldProblem, InvalidRecord
from lib.i18n import _
from lib.metrics import calendar, kpis
from lib.metrics.figures import of_centre
from lib.metrics.reason import Reason
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.store.protocol import CellStatus
from lib.text import inert
from lib.ui import boundary, context, flash, grid, kpi_report, marks
from lib.ui import format as fmt
from lib.ui.form import label_of

SHAPES: Final[Mapping[DayState, str]] = {
    DayState.CONFIRMED: "■",
    DayState.ENTERED: "●",
    DayState.MISSING: "▲",
    DayState.DUE: "○",
    DayState.CLOSED: "－",
    DayState.OFF: "－",
}
"""A shape for each state, so that the grid needs no colour."""

_ROW_HEIGHT = 35
_MONTH_ROWS = 31


@dataclass
class Sheet:
    """A month as this person opened it, with what was typed over it.

    The grid's input stays the same object until the sheet is loaded anew: fed with
    its own result, Streamlit's grid forgets every second edit.
    """

    days: tuple[MonthDay, ...]
    frame: pd.DataFrame
    revision: int
    version: int
    entry: str
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)
    live: dict[int, dict[str, Any]] = field(default_factory=dict)
    problems: tuple[FieldProblem, ...] = ()

    def edits(self) -> dict[int, dict[str, Any]]:
        """Return what was typed, by row: earlier edits with the grid's own over them."""
        return {
            row: {**self.pending.get(row, {}), **self.live.get(row, {})}
            for row in sorted({*self.pending, *self.live})
        }


def month_grid(desk: UserStore, centre: Centre, month: date) -> None:
    """Draw the month with its save button; typed cells survive a change of page."""
    key = key_of(centre, month)
    sheet = _sheet(desk, centre, month, key)
    st.caption(
        _(
            "セルを選んで数を入れ、Enterで下、Tabで右へ進みます。表計算からの貼り付けもできます。"
        )
    )
    with grid.noted(desk, "kpi_days"):
        typed = grid.draw(
            sheet.frame,
            key=f"{key}.{sheet.version}",
            takes=_takes(centre),
            hide_index=True,
            column_config=_columns(centre),
            row_height=_ROW_HEIGHT,
            placeholder="",
            height=_ROW_HEIGHT * (min(len(sheet.days), _MONTH_ROWS) + 1) + 3,
            alt=_("{centre}の月の一覧").format(centre=centre.name),
        )
    sheet.live = _as_counts(typed)
    _left_out(desk, sheet)
    _doubts(desk, centre, sheet)
    _foot(sheet, centre, key)
    if kpi_report.has_confirmed(sheet.days):
        kpi_report.download(desk, centre, month)


def _left_out(desk: UserStore, sheet: Sheet) -> None:
    """Say which counts of the month cannot be read in the sheet, and what was typed."""
    marked = marks.marks_of(desk, "kpi_days")
    lines = [
        f"{fmt.day(day.day)} {_(KpiDay.field(mark.field).label)}「{mark.typed}」"
        for day in sheet.days
        if day.record is not None
        for mark in marked.get(table("kpi_days").key_of(day.record), ())
        if mark.status is CellStatus.BAD
    ]
    if lines:
        said = _("読めない値 {count}件を除いています: {cells}").format(
            count=len(lines), cells=fmt.listed(lines)
        )
        st.caption(inert(f"{fmt.DOUBT} {said}"))
        marks.link_to_check(desk)


def _doubts(desk: UserStore, centre: Centre, sheet: Sheet) -> None:
    """Say of each typed row, while it is typed, what does not add up or stands out."""
    for row, cells in sheet.edits().items():
        day = sheet.days[row]
        edit = DayEdit(centre, day.day, day.record, cells)
        found = kpi_days.doubts(desk, edit, clock.now())
        lines = [f"{_(KpiDay.field(n).label)}: {_said(why)}" for n, why in found]
        if lines:
            words = fmt.listed(lines)
            st.warning(inert(f"{fmt.day(day.day)} {words}"), icon=":material/pin:")


def _said(why: Reason | str) -> str:
    return why.text() if isinstance(why, Reason) else _(why)


def editable(centre: Centre) -> tuple[str, ...]:
    """Return the columns that can be typed into."""
    return (*kpi_days.first_fields(centre), "note")


def _takes(centre: Centre) -> grid.Takes:
    return {n: grid.words if n == "note" else grid.number for n in editable(centre)}


def _as_counts(typed: grid.Edits) -> grid.Edits:
    return {
        row: {name: _cell(name, value) for name, value in cells.items()}
        for row, cells in typed.items()
    }


def _cell(name: str, value: Any) -> Any:
    if name == "note":
        return value or ""
    return None if value is None else int(value)


# Drawing -----------------------------------------------------------------------


def _columns(centre: Centre) -> dict[str, Any]:
    config: dict[str, Any] = {
        "day": st.column_config.TextColumn(_("日付"), width=150, pinned=True),
        "state": st.column_config.TextColumn(_("状態"), width=90, pinned=True),
        "rate": st.column_config.TextColumn(
            _(kpis.kpi("answer_rate").name), width=80, alignment="right"
        ),
        "note": st.column_config.TextColumn(label_of(KpiDay.field("note"))),
    }
    for name in ("abandoned", *kpi_days.first_fields(centre)):
        spec = KpiDay.field(name)
        config[name] = st.column_config.NumberColumn(
            _(spec.label), help=_(spec.column.help), min_value=0, step=1, width=118
        )
    return config


def _foot(sheet: Sheet, centre: Centre, key: str) -> None:
    for problem in sheet.problems:
        st.error(_problem_text(problem), icon=":material/error:")
    missing = [d.day for d in sheet.days if d.state is DayState.MISSING]
    if missing:
        st.info(
            _("未入力: {days}").format(
                days=_("、").join(fmt.day(day) for day in missing)
            ),
            icon=":material/edit_calendar:",
        )
    changed = len(sheet.edits())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("保存"),
            key=f"{key}.save",
            type="primary",
            icon=":material/save:",
            shortcut="Mod+S",
            disabled=not changed,
            on_click=_save,
            args=(centre, key),
        )
        if changed:
            st.button(_("取り消す"), key=f"{key}.undo", on_click=_forget, args=(key,))
        st.caption(_("{count}日分を変更").format(count=changed))
    st.caption(
        _(
            "■確定した日は、ここでは変えられません。「1日ずつ」で理由を書いて訂正します。"
        )
    )


def _problem_text(problem: FieldProblem) -> str:
    day, _sep, name = problem.field.partition(":")
    label = _(KpiDay.field(name).label) if name in KpiDay.model_fields else ""
    return f"{fmt.day(date.fromisoformat(day))} {label}: {inert(_(problem.message))}"


def _frame(
    desk: UserStore,
    centre: Centre,
    days: Sequence[MonthDay],
    pending: Mapping[int, Mapping[str, Any]],
) -> pd.DataFrame:
    """Return the grid: a row a day; counts Int64, so that a blank is no zero."""
    columns: dict[str, Any] = {
        "day": [_day_text(d.day) for d in days],
        "state": [f"{SHAPES[d.state]} {_(d.state.value)}" for d in days],
    }
    names = [n for n in editable(centre) if n != "note"]
    if centre.code != COMPANY:
        names.insert(2, "abandoned")
    for name in names:
        values = [getattr(d.record, name) if d.record else None for d in days]
        columns[name] = pd.array(values, dtype="Int64")
    if centre.code != COMPANY:
        columns["rate"] = _rates(desk, centre, days)
    columns["note"] = [d.record.note if d.record else "" for d in days]
    frame = pd.DataFrame(columns)
    for row, cells in pending.items():
        for name, value in cells.items():
            frame.loc[row, name] = pd.NA if value is None else value
    return frame


def _rates(desk: UserStore, centre: Centre, days: Sequence[MonthDay]) -> list[str]:
    own = of_centre(today.figures_of(desk, clock.now()), centre.code)
    rates = kpis.daily(kpis.kpi("answer_rate"), own, [d.day for d in days])
    return [fmt.percent(None if pd.isna(rate) else float(rate)) for rate in rates]


def _day_text(day: date) -> str:
    holiday = calendar.holiday_name(day, context.language())
    return f"{fmt.day(day)} {holiday}".strip()


# State -------------------------------------------------------------------------


def key_of(centre: Centre, month: date) -> str:
    """Return the session key under which this month is open; the grid's adds `.version`."""
    short = hashlib.blake2b(centre.code.encode(), digest_size=5).hexdigest()
    return f"kpim-{short}-{month:%Y-%m}-{context.language()}"


def _sheet(desk: UserStore, centre: Centre, month: date, key: str) -> Sheet:
    """Return the open sheet; loaded anew where others saved and nothing is typed."""
    sheet: Sheet | None = st.session_state.get(key)
    if sheet is None:
        return _load(desk, centre, month, key)
    if sheet.live and f"{key}.{sheet.version}" not in st.session_state:
        # Another page was open meanwhile and Streamlit forgot the grid's own state.
        sheet.pending, sheet.live = sheet.edits(), {}
        sheet.version += 1
        sheet.frame = _frame(desk, centre, sheet.days, sheet.pending)
    if sheet.revision != desk.revision and not sheet.edits():
        return _load(desk, centre, month, key, version=sheet.version + 1)
    return sheet


def _load(
    desk: UserStore, centre: Centre, month: date, key: str, *, version: int = 0
) -> Sheet:
    days = kpi_days.month_days(desk, centre, month, clock.now())
    sheet = Sheet(
        days,
        _frame(desk, centre, days, {}),
        desk.revision,
        version,
        new_commit_id(),
    )
    st.session_state[key] = sheet
    return sheet


# Callbacks ---------------------------------------------------------------------


def _save(centre: Centre, key: str) -> None:
    sheet: Sheet = st.session_state[key]
    sheet.problems = ()
    try:
        with grid.noted(context.desk(), "kpi_days"):
            name = f"{key}.{sheet.version}"
            typed = grid.edits(name, len(sheet.days), _takes(centre))
        sheet.live = _as_counts(typed)
        edits = [
            DayEdit(centre, sheet.days[row].day, sheet.days[row].record, cells)
            for row, cells in sheet.edits().items()
        ]
        count = kpi_days.save_month(
            context.desk(), edits, entry=sheet.entry, now=clock.now()
        )
    except InvalidRecord as error:
        sheet.problems = error.problems
        return
    except AppError as error:
        flash.say(boundary.message_of(error), "error")
        return
    _forget(key)
    flash.say(_("{count}日分を保存しました").format(count=count))


def _forget(key: str) -> None:
    """Let go of the sheet, so that the next run loads it from the store."""
    old: Sheet = st.session_state[key]
    old.live, old.pending, old.problems = {}, {}, ()
    old.revision = -1
