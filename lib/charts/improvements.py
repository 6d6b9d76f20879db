"""A figure before and after a measure: its weeks, both levels, and how sure they are."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, cast

import altair as alt
import pandas as pd

from lib.charts.kpis import mark_layers, mark_signs
from lib.charts.look import (
    BLUE,
    GREY,
    OCHRE,
    TEAL,
    VERMILION,
    Spec,
    day_axis,
    filled,
    spec_of,
    value_axis,
)

_BAND: Final = 0.18
_FORMAT: Final = ",.1~f"


def effect(
    weeks: pd.DataFrame,
    levels: pd.DataFrame,
    begun: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    zero: bool = True,
) -> alt.LayerChart:
    """Return the weeks as dots on a line, the levels of both spans, a line at the start.

    Args:
        weeks: a row a week, at least one; `day` (its middle), `value` (NaN for none),
            `is_after`, `text` for the bubble.
        levels: a row a span; `since`, `until`, `value`, `low`, `high` (NaN: no band),
            `kind` ("before", "expected", "after" or "back"), `text`.
        begun: one row; `day` on which the measure began, `text`.
        marks: what else happened; `day`, `kind` (code), `text`.
        zero: whether the axis begins at 0; a share near the whole is looked at closer.
    """
    x = alt.X("day:T", axis=day_axis())
    axis = value_axis(_FORMAT)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=zero))
    start = (
        alt.Chart(begun)
        .mark_rule(color=TEAL, strokeWidth=2)
        .encode(x=x, tooltip=[alt.Tooltip("text:N", title=" ")])
    )
    base = alt.Chart(weeks)
    line = base.mark_line(strokeWidth=1.5, color=GREY, opacity=0.7).encode(x=x, y=y)
    dots = base.mark_point(filled=True, size=38, opacity=1).encode(
        x=x,
        y=y,
        color=alt.condition("datum.is_after", alt.value(BLUE), alt.value(GREY)),
        tooltip=[alt.Tooltip("text:N", title=" ")],
    )
    layers = [*mark_layers(marks, x), *_levels(levels, zero=zero), start, line, dots]
    return cast("alt.LayerChart", alt.layer(*layers))


SMALL: Final = 84
"""Height of the chart on a card."""

_SIGNS_ROOM: Final = 16
"""Pixels at its top that are left to the signs of marks."""

Row = dict[str, Any]


def small(
    weeks: list[Row], begun: list[Row], marks: list[Row], *, zero: bool = True
) -> Spec:
    """Return the weeks as a line without axes, with the start and what else happened.

    Args:
        weeks: a row a week, at least one; `day` (ISO), `value` (None for none), `text`.
        begun: one row; `day` on which the measure began, `text`.
        marks: what else happened; `day`, `kind` (code), `text`.
        zero: whether the axis begins at 0.
    """
    return filled(_small(zero=zero), (begun, weeks, marks))


@cache
def _small(*, zero: bool) -> Spec:
    """Build it once, whatever rows it will have: a board has dozens of them."""
    rows = pd.DataFrame(
        [{"day": "2026-01-05", "value": 1.0, "kind": "note", "text": ""}]
    )
    x = alt.X("day:T", axis=None)
    room: list[Any] = [alt.ExprRef("height"), _SIGNS_ROOM]
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=zero, range=room))
    tooltip = [alt.Tooltip("text:N", title=" ")]
    base = alt.Chart(rows)
    start = base.mark_rule(color=TEAL, strokeWidth=2).encode(x=x, tooltip=tooltip)
    line = base.mark_line(
        strokeWidth=1.8, color=BLUE, point=alt.OverlayMarkDef(size=16, color=BLUE)
    ).encode(x=x, y=y, tooltip=tooltip)
    chart = alt.layer(start, line, *mark_signs(rows, x))
    return spec_of(cast("alt.LayerChart", chart), height=SMALL)


_COLOURS: Final = {
    "before": OCHRE,
    "expected": OCHRE,
    "after": BLUE,
    "back": VERMILION,
}


def _levels(levels: pd.DataFrame, *, zero: bool) -> list[alt.Chart]:
    scale = alt.Scale(zero=zero)
    found: list[alt.Chart] = []
    for kind, colour in _COLOURS.items():
        rows = levels[levels["kind"] == kind]
        if rows.empty:
            continue
        base = alt.Chart(rows)
        x, x2 = alt.X("since:T", axis=day_axis()), "until:T"
        if rows["low"].notna().any():
            band = base.mark_rect(color=colour, opacity=_BAND)
            found.append(
                band.encode(
                    x=x, x2=x2, y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"
                )
            )
        rule = base.mark_rule(
            color=colour,
            strokeWidth=3,
            strokeDash=[5, 4] if kind == "expected" else [1, 0],
        )
        found.append(
            rule.encode(
                x=x,
                x2=x2,
                y=alt.Y("value:Q", title=None, scale=scale),
                tooltip=[alt.Tooltip("text:N", title=" ")],
            )
        )
    return found
