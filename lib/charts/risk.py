"""The charts of 「リスク」: referrals against what is usual, and what stands beside them.

Each takes a tidy frame of days that is ready to be drawn: what a number means in words
is in it, so that a bubble says the same as the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeVar, cast

import altair as alt
import pandas as pd

from lib.charts.look import BLUE, GREY, OCHRE, TEAL, VERMILION, value_axis

PICK: Final = "pick"
"""Name of the selection: the day that was clicked."""

SMALL: Final = 170
"""Height of a chart that stands below the first one."""

MARK_SHAPES: Final = {
    "measure": "diamond",
    "holiday": "circle",
    "note": "triangle-down",
}
"""A shape for each kind of mark, by its code."""

Channel = TypeVar("Channel", alt.Shape, alt.Color)

LEVEL_SHAPES: Final = {"watch": "diamond", "alarm": "triangle-up"}
"""A shape for each level of a day that presses, as on the lamps of the page."""

_LEVEL_COLOURS: Final = {"watch": OCHRE, "alarm": VERMILION}
_DAYS_NAMED: Final = 7
_LEAST_DAYS: Final = 28
_LEAST_TOP: Final = 4
_ROOM: Final = 1.15
_HALF_A_DAY: Final = pd.Timedelta(hours=12)
_HALF_A_BAR: Final = pd.Timedelta(hours=8)
_LOWEST_R: Final = 0.5
_CROSS: Final = "M-.7,-.7L.7,.7M.7,-.7L-.7,.7"
_UPPER_SHARE: Final = 0.46
"""Part of the height that the answer rate has above the referrals, on one time axis."""


def referrals(
    days: pd.DataFrame, marks: pd.DataFrame, start: pd.DataFrame
) -> alt.LayerChart:
    """Return bars a day, the sum of 7 days as a line, and what is usual for it as bands.

    A click on a day, on its bar or above it, picks the day.

    Args:
        days: a row a day, at least one; `day` (timestamp), `iso` (the day as text),
            `count` (NaN where not known), `state` ("", "closed" or "missing"), `week`
            (sum of 7 days, NaN where not known), `level` ("watch" or "alarm" on the
            day that reached it, else ""), `low_wide`, `low`, `high`,
            `high_wide` (bounds of 98 and 80 %, NaN where nothing is said),
            `day_text`, `count_text`, `week_text`.
        marks: a row a mark; `day`, `kind` (a key of `MARK_SHAPES`), `text`.
        start: one row where a rise has a likely start, else none; `day`, `first` and
            `last` (of its interval), `label`.
    """
    rows = _with_edges(days)
    y = _counts(rows[["count", "week", "high_wide"]].max().max())
    x = _Time(rows)
    layers = [
        *_closed(rows, x),
        *_strip(start, x),
        _band(rows, x, y, ("low_wide", "high_wide")),
        _band(rows, x, y, ("low", "high")),
        _daily(rows, x, y),
        *_weekly(rows, x, y),
        *_missing(rows, x),
        *_marks(marks, x),
        *_start_line(start, x),
        _hit(rows, x),
    ]
    return cast("alt.LayerChart", alt.layer(*layers))


def alertness(
    days: pd.DataFrame,
    levels: pd.DataFrame,
    start: pd.DataFrame,
    marks: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Return how strongly the counts speak for a rise, on a log scale with two lines.

    A click on a day picks it.

    Args:
        days: a row a day, at least one; `day`, `iso`, `value` (R, NaN where held back),
            `day_text`, `value_text`.
        levels: two rows, watch and alarm; `level` and `label`, its word.
        start: as in `referrals`.
        marks: as in `referrals`; None for none.
    """
    rows = _with_edges(days).assign(
        value=days["value"].clip(lower=_LOWEST_R).to_numpy()
    )
    top = max(float(rows["value"].max() or 0.0), float(levels["level"].max())) * 2
    y = _Height(
        alt.Axis(title=None, values=[1, 10, 100, 1000, 10000], domain=False),
        alt.Scale(type="log", domain=[_LOWEST_R, top], nice=False, clamp=True),
    )
    x = _Time(rows)
    line = (
        alt.Chart(rows)
        .mark_line(strokeWidth=2, color=BLUE)
        .encode(x=x.at(), y=y.at("value"))
    )
    at_level = y.at("level")
    rules = alt.Chart(levels).mark_rule(strokeDash=[5, 4], color=GREY)
    words = [
        alt.Chart(levels[levels["level"] == level])
        .mark_text(align="left", dx=4, dy=dy, color=GREY)
        .encode(x=alt.value(0), y=at_level, text="label:N")
        for level, dy in ((levels["level"].max(), -7), (levels["level"].min(), 9))
    ]
    layers = [
        *_strip(start, x),
        rules.encode(y=at_level),
        *words,
        line,
        _hit(rows, x),
        *_marks(marks, x),
    ]
    return cast("alt.LayerChart", alt.layer(*layers))


def answer_rates(
    days: pd.DataFrame, target: float | None, marks: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return the answer rate of one centre: points, their limits by day, and the trend.

    A click on a day picks it.

    Args:
        days: a row a day, at least one; `day`, `iso`, `share` (0-1, NaN without
            calls), `lower` and `upper` (limits, NaN where not judged), `smooth` (the
            moving average), `out` (outside its limits), `alarm` (the trend is in
            alarm), `state` ("", "closed", "missing"), `day_text`, `share_text`,
            `limits_text`.
        target: a fixed line, 0-1; None draws none.
        marks: as in `referrals`.
    """
    rows = _with_edges(days)
    y = _shares(rows, target)
    x = _Time(rows)
    layers = [
        *_closed(rows, x),
        *_limits(rows, x, y),
        *_fixed(target, y),
        *_trend(rows, x, y),
        *_points(rows, x, y),
        *_missing(rows, x),
        _hit(rows, x),
        *_marks(marks, x),
    ]
    return cast("alt.LayerChart", alt.layer(*layers))


def one_axis(
    days: pd.DataFrame,
    start: pd.DataFrame,
    words: dict[str, str],
    marks: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Return the answer rate above the referrals: two panels, each with its own axis.

    Nothing lies over the other: each panel has its part of the height, and both stand
    over the same days. A click on a day picks it.

    Args:
        days: a row a day, at least one; `day`, `iso`, `share` (0-1) and `count`, NaN where
            not known; `state`, `day_text`, `share_text`, `count_text`.
        start: as in `referrals`.
        words: `share` and `count`, the name of each panel.
        marks: as in `referrals`; None for none.
    """
    rows = _with_edges(days)
    x = _Time(rows)
    known = rows["share"].dropna()
    foot = _foot(known.min() if len(known) else 1.0)
    share = alt.Y(
        "share:Q",
        axis=alt.Axis(
            title=None, format=".0%", tickCount=3, domain=False, orient="left"
        ),
        scale=alt.Scale(
            domain=[foot, 1.0], nice=False, range=_pixels("middle - 14", "18")
        ),
    )
    top = max(_LEAST_TOP, float(rows["count"].max() or 0.0) + 1)
    count = alt.Y(
        "count:Q",
        axis=alt.Axis(
            title=None, tickMinStep=1, tickCount=3, domain=False, orient="left"
        ),
        scale=alt.Scale(
            domain=[0, top], nice=False, range=_pixels("height", "middle + 18")
        ),
    )
    calls = rows[rows["share"].notna()]
    upper = alt.layer(
        alt.Chart(calls)
        .mark_line(strokeWidth=2, color=TEAL, point={"size": 14, "color": TEAL})
        .encode(x=x.at(), y=share),
    )
    lower = alt.layer(
        alt.Chart(rows[rows["count"].notna()])
        .mark_rect(color=BLUE)
        .encode(
            x=x.at("bar_begins"),
            x2="bar_ends:T",
            y=count,
            y2=alt.datum(0),
        ),
    )
    titles = [
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(align="left", baseline="top", color=GREY, fontWeight="bold")
        .encode(x=alt.value(4), y=alt.value(alt.expr(_placed(place))), text="text:N")
        for place, text in (("0", words["share"]), ("middle", words["count"]))
    ]
    behind = [*_closed(rows, x), *_strip(start, x)]
    signs = _marks(marks, x)
    layers = [*behind, upper, lower, *titles, _hit(rows, x), *signs]
    return cast("alt.LayerChart", alt.layer(*layers).resolve_scale(y="independent"))


def lags(rows: pd.DataFrame) -> alt.LayerChart:
    """Return how alike referrals are to the shortfall some days before, with chance's band.

    Args:
        rows: a row a number of days; `lag`, `correlation`, `band` (95 % of what chance
            alone gives stays below), `text`.
    """
    x = alt.X("lag:O", axis=alt.Axis(title=None, labelAngle=0))
    lowest = min(0.0, float(rows["correlation"].min()))
    highest = max(float(rows["correlation"].max()), float(rows["band"].max()))
    scale = alt.Scale(domain=[lowest, highest * _ROOM or 0.1], nice=False)
    axis = value_axis(".2f")
    base = alt.Chart(rows)
    bars = base.mark_bar().encode(
        x=x,
        y=alt.Y("correlation:Q", axis=axis, scale=scale),
        color=alt.condition(
            "datum.correlation > datum.band", alt.value(OCHRE), alt.value(GREY)
        ),
        tooltip=_bubble("text"),
    )
    chance = base.mark_tick(color=BLUE, thickness=2).encode(
        x=x, y=alt.Y("band:Q", axis=axis, scale=scale)
    )
    return cast("alt.LayerChart", alt.layer(bars, chance))


# The pieces --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Height:
    """The axis of values that all layers of a chart share."""

    axis: alt.Axis
    scale: alt.Scale

    def at(self, field: str) -> alt.Y:
        """Return the height of a field."""
        return alt.Y(f"{field}:Q", axis=self.axis, scale=self.scale)


class _Time:
    """The one time axis that all layers of a chart share."""

    def __init__(self, rows: pd.DataFrame) -> None:
        last = rows["day"].max()
        # Of a company that has just begun, a day is no broader than of any other.
        first = min(rows["day"].min(), last - pd.Timedelta(days=_LEAST_DAYS - 1))
        # Counted back from the last day, so that the newest one is always named.
        step = max(1, math.ceil(((last - first).days + 1) / _DAYS_NAMED))
        named = pd.date_range(last, first, freq=f"-{step}D")
        self._axis = alt.Axis(
            title=None,
            format="%-m/%-d",
            values=[_moment(day) for day in named],
            grid=False,
            labelOverlap="greedy",
        )
        self._scale = alt.Scale(
            domain=[_moment(first - _HALF_A_DAY), _moment(last + _HALF_A_DAY)]
        )

    def at(self, field: str = "day") -> alt.X:
        """Return the place in time of a field."""
        return alt.X(f"{field}:T", axis=self._axis, scale=self._scale)


def _pixels(*places: str) -> list[alt.ExprRef]:
    return [alt.expr(_placed(place)) for place in places]


def _placed(place: str) -> str:
    """Return a height on the chart; `middle` is where its two panels meet."""
    return place.replace("middle", f"{_UPPER_SHARE} * height")


def _with_edges(days: pd.DataFrame) -> pd.DataFrame:
    return days.assign(
        begins=days["day"] - _HALF_A_DAY,
        ends=days["day"] + _HALF_A_DAY,
        bar_begins=days["day"] - _HALF_A_BAR,
        bar_ends=days["day"] + _HALF_A_BAR,
    )


def _counts(most: float) -> _Height:
    top = max(float(_LEAST_TOP), (0.0 if math.isnan(most) else most) * _ROOM)
    return _Height(
        alt.Axis(title=None, tickMinStep=1, tickCount=5, domain=False),
        alt.Scale(domain=[0, top], nice=False),
    )


def _band(
    rows: pd.DataFrame, x: _Time, y: _Height, bounds: tuple[str, str]
) -> alt.Chart:
    low, high = bounds
    drawn: alt.Chart = (
        alt.Chart(rows[rows[low].notna()])
        .mark_area(color=BLUE, opacity=0.13, interpolate="step")
        .encode(x=x.at(), y=y.at(low), y2=f"{high}:Q")
    )
    return drawn


def _daily(rows: pd.DataFrame, x: _Time, y: _Height) -> alt.Chart:
    drawn: alt.Chart = (
        alt.Chart(rows[rows["count"].notna()])
        .mark_rect(opacity=0.6)
        .encode(
            x=x.at("bar_begins"),
            x2="bar_ends:T",
            y=y.at("count"),
            y2=alt.datum(0),
            color=alt.condition(
                "datum.state == 'closed'", alt.value(GREY), alt.value(BLUE)
            ),
        )
    )
    return drawn


def _weekly(rows: pd.DataFrame, x: _Time, y: _Height) -> list[alt.Chart]:
    known = rows[rows["week"].notna()]
    line = (
        alt.Chart(known)
        .mark_line(strokeWidth=3, color=BLUE)
        .encode(x=x.at(), y=y.at("week"))
    )
    raised = known[known["level"] != ""]
    if raised.empty:
        return [line]
    signs = (
        alt.Chart(
            raised.assign(
                shape=raised["level"].map(LEVEL_SHAPES),
                colour=raised["level"].map(_LEVEL_COLOURS),
            )
        )
        .mark_point(filled=True, opacity=1, size=70)
        .encode(
            x=x.at(),
            y=y.at("week"),
            shape=_as_is(alt.Shape, "shape"),
            color=_as_is(alt.Color, "colour"),
        )
    )
    return [line, signs]


def _closed(rows: pd.DataFrame, x: _Time) -> list[alt.Chart]:
    rested = rows[rows["state"] == "closed"]
    if rested.empty:
        return []
    return [
        alt.Chart(rested)
        .mark_rect(color=GREY, opacity=0.10)
        .encode(x=x.at("begins"), x2="ends:T")
    ]


def _missing(rows: pd.DataFrame, x: _Time) -> list[alt.Chart]:
    """Mark at the foot the days that are not known."""
    lacking = rows[rows["state"] == "missing"]
    if lacking.empty:
        return []
    return [
        alt.Chart(lacking)
        .mark_point(strokeWidth=2, size=36, color=OCHRE, shape=_CROSS)
        .encode(x=x.at(), y=alt.value(alt.expr("height - 7")))
    ]


def _strip(start: pd.DataFrame, x: _Time) -> list[alt.Chart]:
    """Draw how sure the start is as a bar above the counts, which it must not cover."""
    if start.empty:
        return []
    wide = start.assign(
        begins=start["first"] - _HALF_A_DAY, ends=start["last"] + _HALF_A_DAY
    )
    return [
        alt.Chart(wide)
        .mark_rect(color=OCHRE, opacity=0.45, cornerRadius=3)
        .encode(x=x.at("begins"), x2="ends:T", y=alt.value(15), y2=alt.value(22))
    ]


def _start_line(start: pd.DataFrame, x: _Time) -> list[alt.Chart]:
    if start.empty:
        return []
    base = alt.Chart(start)
    return [
        base.mark_rule(color=OCHRE, strokeWidth=2).encode(
            x=x.at(), y=alt.value(15), y2=alt.value(alt.expr("height"))
        ),
        base.mark_text(
            align="right", baseline="top", dx=-5, color=OCHRE, fontWeight="bold"
        ).encode(x=x.at(), y=alt.value(26), text="label:N"),
    ]


def _marks(marks: pd.DataFrame | None, x: _Time) -> list[alt.Chart]:
    if marks is None or marks.empty:
        return []
    return [
        alt.Chart(marks.assign(shape=marks["kind"].map(MARK_SHAPES)))
        .mark_point(filled=True, size=46, color=TEAL, opacity=1)
        .encode(
            x=x.at(),
            y=alt.value(7),
            shape=_as_is(alt.Shape, "shape"),
            tooltip=_bubble("text"),
        )
    ]


def _hit(rows: pd.DataFrame, x: _Time) -> alt.Chart:
    # A bar of one contact is too low for a finger: the whole height of a day is hit.
    texts = [name for name in rows.columns if name.endswith("_text")]
    drawn: alt.Chart = (
        alt.Chart(rows)
        .mark_rect(opacity=0, cursor="pointer")
        .encode(x=x.at("begins"), x2="ends:T", tooltip=_bubble(*texts))
        .add_params(alt.selection_point(PICK, fields=["iso"]))
    )
    return drawn


def _limits(rows: pd.DataFrame, x: _Time, y: _Height) -> list[alt.Chart]:
    judged = rows[rows["lower"].notna()]
    if judged.empty:
        return []
    return [
        alt.Chart(judged)
        .mark_rect(color=BLUE, opacity=0.15)
        .encode(x=x.at("begins"), x2="ends:T", y=y.at("lower"), y2=alt.Y2("upper:Q"))
    ]


def _fixed(target: float | None, y: _Height) -> list[alt.Chart]:
    if target is None:
        return []
    line = alt.Chart(pd.DataFrame({"level": [target]}))
    return [line.mark_rule(strokeDash=[5, 4], color=GREY).encode(y=y.at("level"))]


def _trend(rows: pd.DataFrame, x: _Time, y: _Height) -> list[alt.Chart]:
    known = rows[rows["smooth"].notna()]
    if known.empty:
        return []
    return [
        alt.Chart(known)
        .mark_line(strokeWidth=3, color=TEAL)
        .encode(x=x.at(), y=y.at("smooth"))
    ]


def _points(rows: pd.DataFrame, x: _Time, y: _Height) -> list[alt.Chart]:
    known = rows[rows["share"].notna()]
    if known.empty:
        return []
    low = "datum.out || datum.alarm"
    return [
        alt.Chart(known)
        .mark_point(filled=True, opacity=1)
        .encode(
            x=x.at(),
            y=y.at("share"),
            color=alt.condition(low, alt.value(VERMILION), alt.value(BLUE)),
            shape=alt.condition(low, alt.value("triangle-down"), alt.value("circle")),
            size=alt.condition(low, alt.value(80), alt.value(22)),
        )
    ]


def _shares(rows: pd.DataFrame, target: float | None) -> _Height:
    known = pd.concat([rows["share"], rows["lower"], rows["smooth"]]).dropna()
    lowest = min([float(known.min()) if len(known) else 1.0, target or 1.0])
    return _Height(
        value_axis(".0%"), alt.Scale(domain=[_foot(lowest), 1.0], nice=False)
    )


def _foot(lowest: float) -> float:
    return max(0.0, math.floor((min(lowest, 0.85) - 0.02) * 10) / 10)


def _as_is(channel: type[Channel], field: str) -> Channel:
    """Return a channel whose field holds the very shape or colour to be drawn.

    Layers share their scales, so two vocabularies of shapes would become one.
    """
    return channel(f"{field}:N", scale=None, legend=None)


def _bubble(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=" ") for name in names]


def _moment(day: pd.Timestamp) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "date": day.day, "hours": day.hour}
