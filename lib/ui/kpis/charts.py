"""The chart of a figure: built once a revision and language, drawn from then on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.kpi_cards import Course, cases_of, course_of, marks_for, target_of
from lib.charts import kpis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.metrics.entry_gaps import EmptyDay
from lib.metrics.kpis import Better, Kpi, Spread, Unit
from lib.metrics.marks import Mark
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import format as fmt
from lib.ui.kpis import look
from lib.ui.kpis.address import Here

MARKS_SHOWN: Final = 5
_MARK_LETTERS: Final = 90
_MARK_SIGNS: Final = {
    "target": "―",
    "formula": "■",
    "measure": "◆",
    "note": "▼",
}
"""The shapes of the chart as letters, for the list below it."""

_MINUTES: Final = 60
_HAIR: Final = 1e-9


def course(desk: UserStore, at: Here, entry: Kpi, now: datetime) -> None:
    """Draw a figure day by day with what is missing and what happened."""
    found = course_of(desk, entry, at.span, now, at.centre)
    if found.is_mixed:
        st.info(
            _(
                "数え方の違うセンターがあるので、合わせた推移は出しません。センターを選んで見てください。"
            ),
            icon=":material/call_split:",
        )
        return
    hour = now.replace(minute=0, second=0)
    name = ("kpi chart", entry.code, at.span.drawn, at.centre, hour, current())
    spec = desk.derived(name, lambda: _course_spec(at, entry, found))
    if spec is None:
        st.caption(_("この期間に、値のある日がありません。"))
    else:
        st.vega_lite_chart(
            spec,
            key="kpis.chart",
            alt=_("{figure}の日ごとの推移").format(figure=_(entry.name)),
        )
        st.caption(_legend(found, entry))
    _marks(at, found.marks)


def cases(desk: UserStore, at: Here, entry: Spread, now: datetime) -> None:
    """Draw a dot for each case that ended in the period."""
    hour = now.replace(minute=0, second=0)
    name = ("kpi chart", entry.code, at.span.drawn, at.centre, hour, current())
    spec = desk.derived(name, lambda: _cases_spec(desk, at, entry, now))
    if spec is None:
        st.caption(_("この期間に終わった件がありません。"))
        return
    st.vega_lite_chart(
        spec,
        key="kpis.chart",
        alt=_("{figure}、1件ずつ").format(figure=_(entry.name)),
    )
    st.caption(_("点は1件、高さは営業時間での長さ(時間)。破線は中央値の目標です。"))


# Specifications ----------------------------------------------------------------


def _course_spec(at: Here, entry: Kpi, found: Course) -> Spec | None:
    if found.rows["value"].isna().all():
        return None
    days = _days(entry, found)
    aims = found.rows["target"].dropna()
    label = look.target_text(entry, float(aims.iloc[-1])) if len(aims) else ""
    marks = _mark_rows(at, found.marks)
    return spec_of(charts.course(days, marks, _scale(entry), {"target": label}))


def _mark_rows(at: Here, marks: tuple[Mark, ...]) -> pd.DataFrame:
    """Return marks as the charts take them."""
    rows = [
        (pd.Timestamp(mark.day), mark.kind.code, _mark_text(at, mark)) for mark in marks
    ]
    return pd.DataFrame(rows, columns=["day", "kind", "text"])


def _days(entry: Kpi, found: Course) -> pd.DataFrame:
    empty = {day.day: day for day in found.empty}
    short = set(found.short)
    on = [day.date() for day in found.rows["day"]]
    states = [_state(empty.get(day), is_short=day in short) for day in on]
    values = [None if pd.isna(v) else float(v) for v in found.rows["value"]]
    return found.rows.assign(
        missed=_missed(entry, found.rows),
        state=[state for state, _words in states],
        day_text=[fmt.full_day(day) for day in on],
        value_text=[look.value_text(entry, value) for value in values],
        state_text=[words for _state, words in states],
    )


def _state(empty: EmptyDay | None, *, is_short: bool) -> tuple[str, str]:
    if empty is not None and empty.is_closed:
        return "closed", _("休業日")
    if empty is not None:
        return "missing", _("未入力: {names}").format(names=fmt.listed(empty.missing))
    if is_short:
        return "short", _("必要な数が空欄の日")
    return "", ""


def _missed(entry: Kpi, rows: pd.DataFrame) -> pd.Series:
    """Return which days miss what they were to reach."""
    if entry.better is Better.HIGHER:
        return rows["value"] < rows["target"] - _HAIR
    if entry.better is Better.LOWER:
        return rows["value"] > rows["target"] + _HAIR
    return pd.Series(data=False, index=rows.index)


def _scale(entry: Kpi) -> charts.Scale:
    if entry.is_share:
        return "share"
    if entry.unit is Unit.SECONDS:
        return "seconds"
    return "count" if entry.ratio().denominator is None else "number"


def _cases_spec(desk: UserStore, at: Here, entry: Spread, now: datetime) -> Spec | None:
    rows = cases_of(desk, entry, at.span, now, at.centre)
    if rows.empty:
        return None
    target = target_of(desk, entry, at.centre, at.span.period.last)
    shown = pd.DataFrame(
        {
            "day": rows["day"],
            "hours": rows["minutes"] / _MINUTES,
            "missed": rows["minutes"] > (float("inf") if target is None else target),
            "text": [
                f"{key} {look.value_text(entry, minutes)}"
                for key, minutes in zip(rows["key"], rows["minutes"], strict=True)
            ],
        }
    )
    aim = None if target is None else target / _MINUTES
    marks = _mark_rows(at, marks_for(desk, entry, at.span.period, at.centre))
    return spec_of(charts.cases(shown, aim, look.target_text(entry, target), marks))


# Words -------------------------------------------------------------------------


def _legend(found: Course, entry: Kpi) -> str:
    parts = []
    if found.rows["target"].notna().any():
        parts.append(_("破線 = 目標"))
        if entry.ratio().denominator is not None:
            parts.append(_("▼ = 目標に届かない日"))
    if any(day.is_closed for day in found.empty):
        parts.append(_("灰色の帯 = 休業日"))
    if any(not day.is_closed for day in found.empty):
        parts.append(_("× = 未入力の日"))
    if found.short:
        parts.append(_("○ = 空欄があり計算から除いた日"))
    if found.marks:
        parts.append(_("点線 = できごと(下の一覧)"))
    return fmt.listed(parts)


def _marks(at: Here, marks: tuple[Mark, ...]) -> None:
    """List what is marked on the chart, the newest first."""
    if not marks:
        return
    newest = marks[::-1]
    st.markdown(f"**{inert(_('この間のできごと'))}**")
    st.text(_listed(at, newest[:MARKS_SHOWN]))
    if len(newest) > MARKS_SHOWN:
        more = _("ほか{count}件").format(count=len(newest) - MARKS_SHOWN)
        with st.expander(more):
            st.text(_listed(at, newest[MARKS_SHOWN:]))


def _listed(at: Here, marks: tuple[Mark, ...]) -> str:
    return "\n".join(
        f"{_MARK_SIGNS[mark.kind.code]} {fmt.full_day(mark.day)} {_mark_text(at, mark)}"
        for mark in marks
    )


def _mark_text(at: Here, mark: Mark) -> str:
    kind = _(mark.kind.value)
    names: dict[str, Any] = at.names()
    place = names.get(mark.centre, mark.centre)
    said = one_line(mark.text(), _MARK_LETTERS)
    return f"{kind} {place}: {said}" if place else f"{kind}: {said}"
