"""A chart as lines on a plane of 1 × 1, so that a layout need only draw them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.reports.monthly.model import Chart, Point

Place = tuple[float, float]
"""Across and up, 0-1."""

Scaled = Callable[[float], float]

_FEET = (0.92, 0.8, 0.6, 0.0)
"""Where an axis of shares begins; each parts into four whole percents."""

_BELOW = 0.01
_ROOM = 1.12
_TICKS = 4
_LABELS = 11
"""Labels of the axis that fit side by side."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn. lines: of values, broken where a day is missing.

    ticks: height and text. labels: place and text. bars: across, width, height and
    whether it is missed. dots: the same without width. bands: from and to of closed
    days. gaps: across, and whether the day is missing or only short.
    """

    lines: tuple[tuple[Place, ...], ...]
    targets: tuple[tuple[Place, ...], ...]
    dots: tuple[tuple[float, float, bool], ...]
    bars: tuple[tuple[float, float, float, bool], ...]
    bands: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, bool], ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, int], ...]


def drawn(chart: Chart) -> Drawing:
    """Return a chart's lines; without a known value only its axis."""
    points = chart.points
    foot, top = span_of(chart)
    count = max(1, len(points))

    def across(place: float) -> float:
        return (place + 0.5) / count

    def up(value: float) -> float:
        return min(1.0, max(0.0, (value - foot) / (top - foot)))

    known = [(n, p, p.value) for n, p in enumerate(points) if p.value is not None]
    return Drawing(
        lines=() if chart.bars else _lines(points, across, up),
        targets=_targets(points, count, up),
        dots=()
        if chart.bars
        else tuple((across(n), up(v), p.missed) for n, p, v in known),
        bars=tuple((across(n), 0.72 / count, up(v), p.missed) for n, p, v in known)
        if chart.bars
        else (),
        bands=tuple(
            (n / count, (n + 1) / count)
            for n, p in enumerate(points)
            if p.gap == "closed"
        ),
        gaps=tuple(
            (across(n), p.gap == "missing")
            for n, p in enumerate(points)
            if p.gap in ("missing", "short")
        ),
        ticks=tuple((up(v), _tick(chart, v, top)) for v in _ticks(foot, top)),
        labels=_labels(points, across),
        marks=tuple((across(mark.place), mark.number) for mark in chart.marks),
    )


def span_of(chart: Chart) -> tuple[float, float]:
    """Return from where to where values are drawn: from 0, but high shares zoomed."""
    known = [p.value for p in chart.points if p.value is not None]
    known += [p.target for p in chart.points if p.target is not None]
    if not known:
        return 0.0, 1.0
    if chart.scale == "share":
        foot = next(foot for foot in _FEET if min(known) >= foot + _BELOW or not foot)
        return foot, max(1.0, *known)
    return 0.0, _round_up(max(known) * _ROOM)


def _round_up(value: float) -> float:
    """Return the next number that reads well and parts into four whole numbers."""
    if value <= _TICKS:
        return float(_TICKS)
    size = 10.0 ** math.floor(math.log10(value))
    tops = (size * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10, 12))
    return next(top for top in tops if top >= value and _is_whole(top / _TICKS))


def _ticks(foot: float, top: float) -> list[float]:
    return [foot + (top - foot) * n / _TICKS for n in range(_TICKS + 1)]


def _tick(chart: Chart, value: float, top: float) -> str:
    if chart.scale == "share":
        return (
            f"{value * 100:.0f}%" if _is_whole(value * 100) else f"{value * 100:.1f}%"
        )
    decimals = 0 if _is_whole(value) or top > _TICKS * 2 else 1
    return f"{value:,.{decimals}f}"


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6  # noqa: PLR2004 - a hair


def _lines(
    points: Sequence[Point], across: Scaled, up: Scaled
) -> tuple[tuple[Place, ...], ...]:
    found: list[list[Place]] = [[]]
    for n, point in enumerate(points):
        if point.value is not None:
            found[-1].append((across(n), up(point.value)))
        elif point.gap != "closed":
            # A closed day is no gap: the line goes on to the next day of work.
            found.append([])
    return tuple(tuple(line) for line in found if len(line) > 1)


def _targets(
    points: Sequence[Point], count: int, up: Scaled
) -> tuple[tuple[Place, ...], ...]:
    """Return what was to be reached as steps, one line for each stretch that has an aim."""
    found: list[list[Place]] = [[]]
    for n, point in enumerate(points):
        if point.target is None:
            found.append([])
            continue
        height = up(point.target)
        found[-1] += [(n / count, height), ((n + 1) / count, height)]
    return tuple(tuple(line) for line in found if line)


def _labels(points: Sequence[Point], across: Scaled) -> tuple[tuple[float, str], ...]:
    every = max(1, math.ceil(len(points) / _LABELS))
    if every > 1:
        every = 5 if len(points) > _LABELS * 2 else every
    wanted = [n for n in range(len(points)) if n % every == 0]
    return tuple((across(n), points[n].label) for n in wanted)
