"""The two charts of 「今日」: who gets through, and who goes to a consumer centre."""

from __future__ import annotations

import math
from typing import Final, cast

import altair as alt
import pandas as pd

from lib.charts.kpis import mark_layers, mark_signs
from lib.charts.look import (
    BLUE,
    GREY,
    SERIES,
    VERMILION,
    day_axis,
    value_axis,
)

PICK: Final = "pick"
"""Name of the selection: the mark that was clicked."""

_LOWEST_TOP: Final = 4
_HIGHEST_FOOT: Final = 0.85
"""Rates are drawn from at least this far down, so that a good month looks calm."""


def answer_rates(
    rates: pd.DataFrame, target: float | None, marks: pd.DataFrame
) -> alt.LayerChart:
    """Return a line for each centre, with the target dashed and misses as triangles.

    Args:
        rates: a row a day and centre, at least one; `day` (timestamp), `centre` (code), `name`,
            `iso` (the day as text), `rate` (0-1), `missed` (below its own
            target), `day_text` and `rate_text` for the bubble.
        target: where every centre has the same, it is drawn; None draws none.
        marks: what happened, a row a mark; `day`, `kind` (code), `text`.
    """
    names = list(dict.fromkeys(rates["name"]))
    lowest = min(_HIGHEST_FOOT, float(rates["rate"].min()))
    foot = max(0.0, math.floor((lowest - 0.01) * 10) / 10)
    picked = alt.selection_point(PICK, fields=["iso", "centre"])
    x = alt.X("day:T", axis=day_axis())
    scale = alt.Scale(domain=[foot, 1.0], nice=False)
    y = alt.Y("rate:Q", axis=value_axis(".0%"), scale=scale)
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=list(SERIES[: max(1, len(names))])),
        legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=170)
        if len(names) > 1
        else None,
    )
    bubble = ["day_text:N", "name:N", "rate_text:N"]
    tooltip = [alt.Tooltip(field, title=" ") for field in bubble]
    base = alt.Chart(rates)
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    missed = "datum.missed"
    points = (
        base.mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.condition(missed, alt.value(VERMILION), colour),
            shape=alt.condition(
                missed, alt.value("triangle-down"), alt.value("circle")
            ),
            size=alt.condition(missed, alt.value(90), alt.value(22)),
            tooltip=tooltip,
        )
        .add_params(picked)
    )
    layers = [*mark_layers(marks, x), lines, points]
    if target is not None:
        layers = [*_target(target, scale), *layers]
    return cast("alt.LayerChart", alt.layer(*layers))


def weekly_contacts(
    weeks: pd.DataFrame, usual: float | None, marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return a bar for each week, the last one strong, with the usual week dashed.

    A click on a week, on its bar or above it, picks the week.

    Args:
        weeks: a row a week, oldest first; `iso` (its last day as text), `week_label`,
            `count`, `is_last`, `week_text` and `count_text` for the bubble.
        usual: mean of the weeks before; None where it is not known yet.
        marks: what happened, a row a mark; `week_label`, `kind` (code), `text`; None
            for none.
    """
    top = max(_LOWEST_TOP, int(weeks["count"].max()) + 1 if len(weeks) else 0)
    picked = alt.selection_point(PICK, fields=["iso"])
    bubble = [
        alt.Tooltip("week_text:N", title=" "),
        alt.Tooltip("count_text:N", title=" "),
    ]
    # A bar of one contact is too low for a finger: the whole height of a week is hit.
    hit = (
        alt.Chart(weeks.assign(whole=top))
        .mark_bar(opacity=0, cursor="pointer")
        .encode(
            x=alt.X("week_label:O", sort=None),
            y=alt.Y("whole:Q"),
            tooltip=bubble,
        )
        .add_params(picked)
    )
    bars = (
        alt.Chart(weeks)
        .mark_bar(cornerRadiusTopLeft=3, cornerRadiusTopRight=3)
        .encode(
            x=alt.X(
                "week_label:O",
                sort=None,
                axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y(
                "count:Q",
                axis=alt.Axis(title=None, tickMinStep=1, tickCount=5, domain=False),
                scale=alt.Scale(domain=[0, top]),
            ),
            color=alt.value(BLUE),
            opacity=alt.condition("datum.is_last", alt.value(1), alt.value(0.5)),
        )
    )
    numbers = (
        alt.Chart(weeks)
        .transform_filter("datum.count > 0")
        .mark_text(dy=-8, color=GREY)
        .encode(
            x=alt.X("week_label:O", sort=None),
            y="count:Q",
            text="count:Q",
        )
    )
    layers = [bars, numbers]
    if usual is not None:
        layers.append(_dashed(usual))
    layers.append(hit)
    x = alt.X("week_label:O", sort=None)
    return cast("alt.LayerChart", alt.layer(*layers, *mark_signs(marks, x)))


def _target(level: float, scale: alt.Scale) -> list[alt.Chart]:
    # Without the scale of the rates their axis would begin at 0 %.
    y = alt.Y("level:Q", axis=value_axis(".0%"), scale=scale)
    line = _dashed(level).encode(y=y)
    words = (
        alt.Chart(pd.DataFrame({"level": [level], "text": [f"{level:.0%}"]}))
        .mark_text(align="right", dx=-2, dy=-7, color=GREY)
        .encode(x=alt.value("width"), y=y, text="text:N")
    )
    return [line, words]


def _dashed(level: float) -> alt.Chart:
    line: alt.Chart = (
        alt.Chart(pd.DataFrame({"level": [level]}))
        .mark_rule(strokeDash=[5, 4], color=GREY)
        .encode(y="level:Q")
    )
    return line
