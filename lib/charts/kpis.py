"""The charts of a figure: its days with target and marks, its cases, what talks led to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import altair as alt
import pandas as pd

from lib.charts.look import (
    BLUE,
    GREY,
    OCHRE,
    TEAL,
    VERMILION,
    day_axis,
    value_axis,
)

Scale = Literal["share", "seconds", "number", "count"]
"""How the axis of values is written; a count stands as bars."""

MARK_SHAPES: Final = {
    # A flat bar and not Vega's "stroke", which has no area to be filled.
    "target": "M-1,-.3h2v.6h-2Z",
    "formula": "square",
    "measure": "diamond",
    "note": "triangle-down",
}
"""A shape for each kind of mark, by the code of its kind."""

WEEK_HEIGHT: Final = 200
"""Height of each of the two charts about retention talks."""

_ROOM: Final = 1.12
_ZOOM_FROM: Final = 0.5
_HALF_A_DAY: Final = pd.Timedelta(hours=12)
_HALF_A_BAR: Final = pd.Timedelta(hours=9)
_MINUTES_EXPR: Final = "floor(datum.value / 60) + ':' + format(datum.value % 60, '02d')"
_AXIS_WIDTH: Final = 40
"""Both charts about talks leave as much for the axis, so that weeks stand in line."""


def course(
    days: pd.DataFrame,
    marks: pd.DataFrame,
    scale: Scale,
    words: dict[str, str],
) -> alt.LayerChart:
    """Return a figure day by day: line or bars, target dashed, gaps and marks.

    Args:
        days: a row a day, at least one; `day` (timestamp), `value` and `target` (NaN
            for none), `missed`, `state` ("", "closed", "missing" or "short"),
            `day_text`, `value_text`, `state_text`.
        marks: a row a mark; `day`, `kind` (code), `text`.
        scale: how values are written.
        words: `target`, the label of the dashed line; "" for none.
    """
    rows = days.assign(begins=days["day"] - _HALF_A_DAY, ends=days["day"] + _HALF_A_DAY)
    on = _Plane(
        day_axis(),
        alt.Scale(domain=[_moment(rows["begins"].min()), _moment(rows["ends"].max())]),
        _axis(scale),
        _domain(rows, scale),
    )
    layers = [
        *_closed(rows, on),
        *_targets(rows, on, words["target"]),
        *(_bars(rows, on) if scale == "count" else _line(rows, on)),
        *_gaps(rows, on),
        *mark_layers(marks, on.x()),
    ]
    return cast("alt.LayerChart", alt.layer(*layers))


def cases(
    rows: pd.DataFrame,
    target: float | None,
    label: str,
    marks: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Return a dot for each case: on which day it ended, and how many hours it took.

    Args:
        rows: a row a case, at least one; `day`, `hours`, `missed`, `text`.
        target: in hours, dashed; None draws none.
        label: what stands at that line.
        marks: a row a mark; `day`, `kind` (code), `text`.
    """
    most = max(float(rows["hours"].max()), target or 0.0, 1.0)
    base = alt.Chart(rows)
    dots = base.mark_point(filled=True, opacity=0.7).encode(
        x=alt.X("day:T", axis=day_axis()),
        y=alt.Y(
            "hours:Q",
            axis=value_axis("d"),
            scale=alt.Scale(domain=[0, most * _ROOM], nice=False),
        ),
        color=alt.condition("datum.missed", alt.value(VERMILION), alt.value(BLUE)),
        shape=alt.condition(
            "datum.missed", alt.value("triangle-up"), alt.value("circle")
        ),
        size=alt.value(42),
        tooltip=[alt.Tooltip("text:N", title=" ")],
    )
    layers = [*mark_layers(marks, alt.X("day:T", axis=day_axis())), dots]
    if target is not None:
        layers = [*_level(target, label), *layers]
    return cast("alt.LayerChart", alt.layer(*layers))


def retention_success(
    weeks: pd.DataFrame, marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return the weekly rate of success as a line; weeks not seen out are hollow.

    Args:
        weeks: a row a week; `week_label`, `success` (NaN for none), `is_complete`,
            `success_text`.
        marks: a row a mark; `week_label`, `kind` (code), `text`.
    """
    base = alt.Chart(weeks)
    x = _weeks()
    y = alt.Y(
        "success:Q",
        axis=alt.Axis(
            title=None, format=".0%", tickCount=4, domain=False, minExtent=_AXIS_WIDTH
        ),
        scale=alt.Scale(domain=[0, _top(weeks["success"], 1.0)], nice=False),
    )
    line = base.mark_line(strokeWidth=2, color=BLUE).encode(x=x, y=y)
    points = base.mark_point(filled=True, size=36).encode(
        x=x,
        y=y,
        color=alt.value(BLUE),
        opacity=alt.condition("datum.is_complete", alt.value(1), alt.value(0.4)),
        tooltip=[alt.Tooltip("success_text:N", title=" ")],
    )
    signs = mark_signs(marks, _weeks())
    return cast("alt.LayerChart", alt.layer(line, points, *signs))


def retention_heard(
    heard: pd.DataFrame, kinds: list[str], marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return what was heard in the 30 days after each week, stacked by kind.

    Args:
        heard: a row a week and kind; `week_label`, `kind` (a word of `kinds`),
            `count`, `is_complete`, `text`.
        kinds: complaints first, contacts second.
        marks: a row a mark; `week_label`, `kind` (code), `text`.
    """
    most = heard.groupby("week_label")["count"].sum().max() if len(heard) else 0
    axis = alt.Axis(
        title=None, tickMinStep=1, tickCount=4, domain=False, minExtent=_AXIS_WIDTH
    )
    bars = (
        alt.Chart(heard)
        .mark_bar()
        .encode(
            x=_weeks(),
            y=alt.Y(
                "count:Q",
                stack=True,
                axis=axis,
                scale=alt.Scale(domain=[0, max(4, int(most) + 1)], nice=False),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[OCHRE, VERMILION]),
                legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=320),
            ),
            opacity=alt.condition("datum.is_complete", alt.value(1), alt.value(0.4)),
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
    )
    return cast("alt.LayerChart", alt.layer(bars, *mark_signs(marks, _weeks())))


@dataclass(frozen=True, slots=True)
class _Plane:
    """The axes that all layers of a chart share."""

    x_axis: alt.Axis
    x_scale: alt.Scale
    y_axis: alt.Axis
    y_scale: alt.Scale

    def x(self, field: str = "day") -> alt.X:
        """Return the place in time."""
        return alt.X(f"{field}:T", axis=self.x_axis, scale=self.x_scale)

    def y(self, field: str = "value") -> alt.Y:
        """Return the height."""
        return alt.Y(f"{field}:Q", axis=self.y_axis, scale=self.y_scale)


# The pieces --------------------------------------------------------------------


def _line(rows: pd.DataFrame, on: _Plane) -> list[alt.Chart]:
    # A closed day is no gap: the line goes on to the next day of work.
    drawn = alt.Chart(rows[rows["state"] != "closed"])
    line = drawn.mark_line(strokeWidth=2, color=BLUE).encode(x=on.x(), y=on.y())
    points = (
        alt.Chart(rows[rows["value"].notna()])
        .mark_point(filled=True, opacity=1)
        .encode(
            x=on.x(),
            y=on.y(),
            color=alt.condition("datum.missed", alt.value(VERMILION), alt.value(BLUE)),
            shape=alt.condition(
                "datum.missed", alt.value("triangle-down"), alt.value("circle")
            ),
            size=alt.condition("datum.missed", alt.value(80), alt.value(22)),
            tooltip=_bubble(),
        )
    )
    return [line, points]


def _bars(rows: pd.DataFrame, on: _Plane) -> list[alt.Chart]:
    known = rows[rows["value"].notna()]
    bars = (
        alt.Chart(
            known.assign(
                begins=known["day"] - _HALF_A_BAR, ends=known["day"] + _HALF_A_BAR
            )
        )
        .mark_rect()
        .encode(
            x=on.x("begins"),
            x2="ends:T",
            y=on.y(),
            y2=alt.datum(0),
            color=alt.condition("datum.missed", alt.value(VERMILION), alt.value(BLUE)),
            tooltip=_bubble(),
        )
    )
    return [bars]


def _bubble() -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=" ") for name in ("day_text", "value_text")]


def _closed(rows: pd.DataFrame, on: _Plane) -> list[alt.Chart]:
    rested = rows[rows["state"] == "closed"]
    if rested.empty:
        return []
    band = (
        alt.Chart(rested)
        .mark_rect(color=GREY, opacity=0.14)
        .encode(
            x=on.x("begins"),
            x2="ends:T",
            tooltip=[
                alt.Tooltip("day_text:N", title=" "),
                alt.Tooltip("state_text:N", title=" "),
            ],
        )
    )
    return [band]


def _gaps(rows: pd.DataFrame, on: _Plane) -> list[alt.Chart]:
    """Mark at the foot the days that are missing (×) or lack a part (hollow)."""
    lacking = rows[rows["state"].isin(["missing", "short"])]
    if lacking.empty:
        return []
    signs = (
        alt.Chart(lacking)
        .mark_point(strokeWidth=2, size=60, color=OCHRE)
        .encode(
            x=on.x(),
            y=alt.value(alt.expr("height - 8")),
            shape=alt.condition(
                "datum.state == 'missing'",
                alt.value("M-.7,-.7L.7,.7M.7,-.7L-.7,.7"),
                alt.value("circle"),
            ),
            tooltip=[
                alt.Tooltip("day_text:N", title=" "),
                alt.Tooltip("state_text:N", title=" "),
            ],
        )
    )
    return [signs]


def mark_layers(marks: pd.DataFrame | None, x: alt.X) -> list[alt.Chart]:
    """Return the marks of a time line (`day`, `kind`, `text`): dashed, with a shape each."""
    if marks is None or marks.empty:
        return []
    rules = alt.Chart(marks).mark_rule(strokeDash=[2, 3], color=GREY, opacity=0.7)
    return [rules.encode(x=x), *mark_signs(marks, x)]


def mark_signs(marks: pd.DataFrame | None, x: alt.X) -> list[alt.Chart]:
    """Return the signs of marks alone, for a chart of weeks; `kind` and `text` of each."""
    if marks is None or marks.empty:
        return []
    signs = alt.Chart(marks).mark_point(
        filled=True, size=70, color=TEAL, opacity=1, strokeWidth=2
    )
    return [
        signs.encode(
            x=x,
            y=alt.value(7),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(
                    domain=list(MARK_SHAPES), range=list(MARK_SHAPES.values())
                ),
                legend=None,
            ),
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
    ]


def _targets(rows: pd.DataFrame, on: _Plane, label: str) -> list[alt.Chart]:
    """Draw what was to be reached on each day: a step where it changed."""
    aimed = rows[rows["target"].notna()]
    if aimed.empty:
        return []
    line = (
        alt.Chart(rows)
        .mark_line(interpolate="step", strokeDash=[5, 4], strokeWidth=1.2, color=GREY)
        .encode(x=on.x(), y=on.y("target"))
    )
    words = (
        alt.Chart(aimed.tail(1).assign(label=label))
        .mark_text(align="right", dx=-2, dy=-7, color=GREY)
        .encode(x=alt.value("width"), y=on.y("target"), text="label:N")
    )
    return [line, words]


def _level(level: float, label: str) -> list[alt.Chart]:
    rows = pd.DataFrame({"level": [level], "text": [label]})
    base = alt.Chart(rows)
    rule: alt.Chart = base.mark_rule(strokeDash=[5, 4], color=GREY).encode(y="level:Q")
    words = base.mark_text(align="right", dx=-2, dy=-7, color=GREY).encode(
        x=alt.value("width"), y="level:Q", text="text:N"
    )
    return [rule, words]


def _axis(scale: Scale) -> alt.Axis:
    if scale == "share":
        return value_axis(".0%")
    if scale == "seconds":
        return alt.Axis(title=None, tickCount=5, domain=False, labelExpr=_MINUTES_EXPR)
    return alt.Axis(title=None, tickCount=5, domain=False, format="~s")


def _domain(rows: pd.DataFrame, scale: Scale) -> alt.Scale:
    """Return from where to where values are drawn: from 0, but high shares zoomed."""
    known = pd.concat([rows["value"], rows["target"]]).dropna()
    lowest = float(known.min()) if len(known) else 0.0
    if scale == "share" and lowest >= _ZOOM_FROM:
        foot = max(0.0, math.floor((lowest - 0.02) * 10) / 10)
        return alt.Scale(domain=[foot, 1.0], nice=False)
    ceiling = 1.0 if scale == "share" else math.inf
    return alt.Scale(domain=[0, _top(known, ceiling)], nice=False)


def _top(values: pd.Series, ceiling: float) -> float:
    known = values.dropna()
    most = float(known.max()) if len(known) else 0.0
    return min(ceiling, most * _ROOM) if most > 0 else 1.0


def _weeks() -> alt.X:
    return alt.X(
        "week_label:O",
        sort=None,
        axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True),
    )


def _moment(day: Any) -> dict[str, int]:
    return {
        "year": day.year,
        "month": day.month,
        "date": day.day,
        "hours": day.hour,
    }
