"""The charts of 「分析」: each mark carries `row`, its place in the table beside it.

Each takes a tidy frame that is ready to be drawn: what a number means in words is in it,
so that a bubble says the same as the page. A click picks the `row`.
"""

from __future__ import annotations

from typing import Final, cast

import altair as alt
import pandas as pd

from lib.charts.kpis import mark_layers, mark_signs
from lib.charts.look import BLUE, GREY, OCHRE, SERIES, day_axis, value_axis

PICK: Final = "pick"
"""Name of the selection: the mark that was clicked."""

ROW_HEIGHT: Final = 26
"""Pixels of a bar of the Pareto, high enough for a finger with its gap."""

_AXES: Final = 56
_ROOM: Final = 1.14
_MOST_NAMED: Final = 16
"""Bars that have room for their numbers."""
_FAINT: Final = 0.45
_SIGN_ROOM: Final = 1.5
_DARK_CELL: Final = 0.45
_DEPTHS: Final = [0, _DARK_CELL, _DARK_CELL + 0.001, 1]
_OPACITIES: Final = [0.06, 0.28, 0.72, 0.95]
"""A step where the numbers turn white: in between neither white nor grey can be read."""

_HALF_A_DAY: Final = pd.Timedelta(hours=12)
_GAP: Final = pd.Timedelta(hours=8)
_SHORT: Final = 4
_MANY: Final = 14
_SMALL, _USUAL = 9, 11
"""Columns from which on the numbers of cells have to be small, on a phone above all."""

_SHAPES: Final = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "triangle-down",
)


def pareto(rows: pd.DataFrame, border: float, words: str) -> alt.LayerChart:
    """Return a bar for each value, the most frequent on top, with the cumulative line.

    Args:
        rows: a row a bar, at least one, in order; `row`, `label`, `count`, `cumulative`
            (0-1, NaN for what is added up from many), `is_many` (stands for many values),
            `is_vital` (before the border), `text` for the bubble, `count_text`.
        border: share up to which few values make up most, dashed.
        words: what stands at the border.
    """
    top = float(rows["count"].max()) * _ROOM
    y = alt.Y(
        "label:N",
        sort=None,
        axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False),
        scale=alt.Scale(paddingInner=0.28),
    )
    across = alt.X(
        "count:Q",
        axis=alt.Axis(title=None, tickMinStep=1, tickCount=5, domain=False),
        scale=alt.Scale(domain=[0, top], nice=False),
    )
    share = alt.X(
        "cumulative:Q",
        axis=alt.Axis(title=None, format=".0%", orient="top", tickCount=5, grid=False),
        scale=alt.Scale(domain=[0, 1.0], nice=False),
    )
    bubble = [alt.Tooltip("text:N", title=" ")]
    base = alt.Chart(rows)
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=across,
        y=y,
        color=alt.condition("datum.is_many", alt.value(GREY), alt.value(BLUE)),
        opacity=alt.condition("datum.is_vital", alt.value(1), alt.value(_FAINT)),
    )
    numbers = base.mark_text(align="left", dx=5, color=GREY).encode(
        x=across, y=y, text="count_text:N"
    )
    line = (
        base.transform_filter("isValid(datum.cumulative)")
        .mark_line(color=OCHRE, strokeWidth=2, point={"color": OCHRE, "size": 34})
        .encode(x=share, y=y)
    )
    borders = alt.Chart(pd.DataFrame({"cumulative": [border], "words": [words]}))
    rule: alt.Chart = borders.mark_rule(strokeDash=[5, 4], color=GREY).encode(x=share)
    name = borders.mark_text(
        align="right", dx=-4, baseline="bottom", color=GREY
    ).encode(x=share, y=alt.value(alt.expr("height - 3")), text="words:N")
    whole = (
        base.transform_calculate(whole=str(top))
        .mark_bar(opacity=0, cursor="pointer")
        .encode(
            x=alt.X("whole:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None),
            y=y,
            tooltip=bubble,
        )
        .add_params(alt.selection_point(PICK, fields=["row"]))
    )
    counts = alt.layer(bars, numbers)
    shares = alt.layer(rule, name, line)
    chart = alt.layer(counts, shares, whole).resolve_scale(x="independent")
    return cast("alt.LayerChart", chart)


def pareto_height(count: int) -> int:
    """Return the height that so many bars need."""
    return count * ROW_HEIGHT + _AXES


def course(
    rows: pd.DataFrame, marks: pd.DataFrame, usual: float | None
) -> alt.LayerChart:
    """Return a bar a week or month, with what is usual dashed and the marks above.

    Args:
        rows: a row a piece, the oldest first; `row`, `starts`, `ends` (days), `value`
            (NaN for none), `is_whole`, `value_text`, `text` for the bubble.
        marks: what happened, a row a mark; `day`, `kind` (code), `text`.
        usual: value of the whole period; None draws none.
    """
    known = rows[rows["value"].notna()]
    drawn = known.assign(
        begins=known["starts"] - _HALF_A_DAY + _GAP,
        stops=known["ends"] + _HALF_A_DAY - _GAP,
        middle=known["starts"] + (known["ends"] - known["starts"]) / 2,
        foot=0.0,
    )
    top = max(float(known["value"].max()) * _ROOM, 1.0) if len(known) else 1.0
    whole = [_moment(rows["starts"].min() - _HALF_A_DAY)]
    whole.append(_moment(rows["ends"].max() + _HALF_A_DAY))
    span = alt.Scale(domain=whole)
    height = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("begins:T", axis=day_axis(), scale=span)
    y = alt.Y("value:Q", axis=value_axis("~s"), scale=height)
    base = alt.Chart(drawn)
    bars = base.mark_rect(cornerRadius=2, color=BLUE).encode(
        x=x,
        x2="stops:T",
        y=y,
        y2=alt.datum(0),
        opacity=alt.condition("datum.is_whole", alt.value(1), alt.value(_FAINT)),
    )
    hit = (
        alt.Chart(drawn.assign(top=top))
        .mark_rect(opacity=0, cursor="pointer")
        .encode(
            x=x,
            x2="stops:T",
            y=alt.Y("top:Q", scale=height, axis=None),
            y2=alt.datum(0),
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
        .add_params(alt.selection_point(PICK, fields=["row"]))
    )
    layers = [bars]
    if len(drawn) <= _MOST_NAMED:
        layers.append(
            base.mark_text(dy=-8, color=GREY).encode(
                x=alt.X("middle:T", axis=day_axis(), scale=span),
                y=y,
                text="value_text:N",
            )
        )
    if usual is not None:
        layers.append(_usual(usual, height))
    layers.append(hit)
    layers += mark_layers(marks, alt.X("day:T", axis=day_axis(), scale=span))
    return cast("alt.LayerChart", alt.layer(*layers))


def heat(rows: pd.DataFrame, across: list[str], down: list[str]) -> alt.LayerChart:
    """Return a cell for each pair, the deeper the more, with its number.

    Args:
        rows: a row a cell that has any; `row`, `across`, `down` (labels), `count`,
            `count_text`, `text` for the bubble.
        across: all labels from left to right, no two alike.
        down: all labels from top to bottom, no two alike.
    """
    x = alt.X(
        "across:N",
        sort=across,
        scale=alt.Scale(domain=across, paddingInner=0.04),
        axis=alt.Axis(
            title=None,
            labelAngle=-35 if _are_long(across) else 0,
            # Of hours some may be left out; of names none.
            labelOverlap=not _are_long(across),
            labelLimit=120,
            domain=False,
            ticks=False,
        ),
    )
    y = alt.Y(
        "down:N",
        sort=down,
        scale=alt.Scale(domain=down, paddingInner=0.04),
        axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False),
    )
    base = alt.Chart(rows.assign(depth=rows["count"] / max(rows["count"].max(), 1)))
    cells = (
        base.mark_rect(color=BLUE, cornerRadius=3, cursor="pointer")
        .encode(
            x=x,
            y=y,
            opacity=alt.Opacity(
                "depth:Q",
                scale=alt.Scale(domain=_DEPTHS, range=_OPACITIES),
                legend=None,
            ),
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
        .add_params(alt.selection_point(PICK, fields=["row"]))
    )
    size = _SMALL if len(across) > _MANY else _USUAL
    numbers = base.mark_text(fontSize=size).encode(
        x=x,
        y=y,
        text="count_text:N",
        color=alt.condition(
            f"datum.depth > {_DARK_CELL}", alt.value("white"), alt.value(GREY)
        ),
    )
    return cast("alt.LayerChart", alt.layer(cells, numbers))


def heat_height(count: int) -> int:
    """Return the height that so many rows of cells need, their words below included."""
    return count * ROW_HEIGHT + 2 * _AXES


def launch(
    rows: pd.DataFrame, names: list[str], marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return a line for each product over the weeks since its launch.

    Args:
        rows: a row a product and week; `row`, `week` (1 is the first), `name`, `value`
            (NaN for none), `text` for the bubble.
        names: of the products, in the order of their colours.
        marks: what was done about one of them, a row a mark; `week`, `kind` (code),
            `text`.
    """
    x = alt.X(
        "week:Q",
        axis=alt.Axis(title=None, grid=False, tickMinStep=1, format="d", tickCount=8),
        scale=alt.Scale(domain=[1, max(4, int(rows["week"].max()))], nice=False),
    )
    top = max(float(rows["value"].max()) * _ROOM, 1.0) if len(rows) else 1.0
    y = alt.Y(
        "value:Q",
        axis=value_axis("~s"),
        scale=alt.Scale(domain=[0, top], nice=False),
    )
    return _below_signs(mark_signs(marks, x), _lines(rows, x, y, "name", names))


def few_weeks(rows: pd.DataFrame, marks: pd.DataFrame) -> alt.LayerChart:
    """Return small bars without axes, a bar a week, with the signs of what was done.

    Args:
        rows: a row a week, the oldest first; `starts` (day), `count`, `text` for the
            bubble.
        marks: a row a mark; `starts` (of its week), `kind` (code), `text`.
    """
    # Above the highest bar there is room for the signs.
    top = max(float(rows["count"].max()), 1.0) * (_SIGN_ROOM if len(marks) else 1.0)
    x = alt.X("starts:O", axis=None, scale=alt.Scale(paddingInner=0.2))
    bars = (
        alt.Chart(rows)
        .mark_bar(color=BLUE, cornerRadiusEnd=1)
        .encode(
            x=x,
            y=alt.Y("count:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)),
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
    )
    return cast("alt.LayerChart", alt.layer(bars, *mark_signs(marks, x)))


def shares(
    rows: pd.DataFrame, kinds: list[str], marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return a line for each share, week by week or month by month.

    Args:
        rows: a row a piece and share; `row`, `middle` (timestamp), `kind` (a word of
            `kinds`), `value` (0-1, NaN for none), `text` for the bubble.
        kinds: the shares, in the order of their colours.
        marks: what happened, a row a mark; `day`, `kind` (code), `text`.
    """
    x = alt.X("middle:T", axis=day_axis())
    y = alt.Y(
        "value:Q",
        axis=value_axis(".0%"),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    signs = mark_layers(marks, alt.X("day:T", axis=day_axis()))
    return _below_signs(signs, _lines(rows, x, y, "kind", kinds))


def _below_signs(signs: list[alt.Chart], lines: alt.LayerChart) -> alt.LayerChart:
    if not signs:
        return lines
    # Signs have shapes of their own, which are none of the lines'; colours go with
    # shapes, else the legend would stand twice.
    chart = alt.layer(alt.layer(*signs), lines).resolve_scale(
        shape="independent", color="independent"
    )
    return cast("alt.LayerChart", chart)


def _lines(
    rows: pd.DataFrame, x: alt.X, y: alt.Y, by: str, names: list[str]
) -> alt.LayerChart:
    colours = list(SERIES[: max(1, len(names))])
    shapes = list(_SHAPES[: max(1, len(names))])
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=220)
    colour = alt.Color(
        f"{by}:N", scale=alt.Scale(domain=names, range=colours), legend=legend
    )
    shape = alt.Shape(f"{by}:N", scale=alt.Scale(domain=names, range=shapes))
    base = alt.Chart(rows[rows["value"].notna()])
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    points = (
        base.mark_point(filled=True, opacity=1, size=64, cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=shape,
            tooltip=[alt.Tooltip("text:N", title=" ")],
        )
        .add_params(alt.selection_point(PICK, fields=["row"]))
    )
    return cast("alt.LayerChart", alt.layer(lines, points))


def _usual(level: float, height: alt.Scale) -> alt.Chart:
    y = alt.Y("level:Q", axis=value_axis("~s"), scale=height)
    base = alt.Chart(pd.DataFrame({"level": [level]}))
    rule: alt.Chart = base.mark_rule(strokeDash=[5, 4], color=GREY).encode(y=y)
    return rule


def _are_long(labels: list[str]) -> bool:
    return any(len(label) > _SHORT for label in labels)


def _moment(day: pd.Timestamp) -> dict[str, int]:
    return {
        "year": day.year,
        "month": day.month,
        "date": day.day,
        "hours": day.hour,
    }
