"""Courses of figures as charts of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from lib.i18n import _
from lib.metrics.kpis import Better, Figure, Unit
from lib.metrics.marks import Mark, MarkKind
from lib.reports.monthly.material import Course, Day, DayState, Month
from lib.reports.monthly.model import Chart, ChartMark, Point
from lib.reports.monthly.wording import month_name, name_of, short_day, target_text

Scale = Literal["share", "count", "number"]

MOST_MARKS: Final = 10
"""Marks of one chart; more could not be told apart. Changes of targets come first."""


def course_chart(course: Course, names: Mapping[str, str]) -> Chart:
    """Return a figure day by day, with its target, gaps and numbered marks."""
    entry = course.entry
    targets = [day.target for day in course.days if day.target is not None]
    marks = _marks(course, names)
    return Chart(
        title=_("{figure} — 日ごと").format(figure=name_of(entry)),
        points=tuple(_point(entry, day) for day in course.days),
        scale=_scale(entry),
        bars=entry.unit is Unit.COUNT,
        name=name_of(entry),
        target_name=_("目標 {target}").format(target=target_text(entry, targets[-1]))
        if targets
        else "",
        marks=marks,
        legend=_legend(course),
    )


def months_chart(entry: Figure, months: Sequence[Month]) -> Chart:
    """Return a figure month by month; the running month says that it is not over."""
    points = [
        Point(
            label=f"{month.first.year % 100}/{month.first.month}",
            value=month.numbers.get(entry.code),
            gap=_gap_of(month, entry),
            day=month.first,
        )
        for month in months
    ]
    said = [
        _("{month}は途中までの数です。").format(month=month_name(month.first))
        for month in months
        if month.is_partial
    ]
    if any(point.gap == DayState.MISSING for point in points):
        said.append(_("× 記録のない月"))
    return Chart(
        title=_("{figure} — 13か月").format(figure=name_of(entry)),
        points=tuple(points),
        scale=_scale(entry),
        bars=entry.unit is Unit.COUNT,
        name=name_of(entry),
        target_name="",
        legend=tuple(said),
    )


def _gap_of(month: Month, entry: Figure) -> str:
    if month.numbers.get(entry.code) is None:
        return DayState.MISSING.value
    return "partial" if month.is_partial else ""


def mark_text(mark: Mark, names: Mapping[str, str]) -> str:
    """Return what a mark says, with the centre it belongs to."""
    whose = names.get(mark.centre, "")
    said = f"{_(mark.kind.value)}: {mark.text()}"
    return f"{whose} {said}" if whose and len(names) > 1 else said


def _scale(entry: Figure) -> Scale:
    if entry.is_share:
        return "share"
    return "count" if entry.unit is Unit.COUNT else "number"


def _point(entry: Figure, day: Day) -> Point:
    return Point(
        label=f"{day.day.month}/{day.day.day}",
        value=day.value,
        target=day.target,
        gap=day.state.value if day.value is None else "",
        missed=_is_missed(entry, day),
        day=day.day,
    )


def _is_missed(entry: Figure, day: Day) -> bool:
    if day.value is None or day.target is None:
        return False
    if entry.better is Better.LOWER:
        return day.value > day.target
    return entry.better is Better.HIGHER and day.value < day.target


def _marks(course: Course, names: Mapping[str, str]) -> tuple[ChartMark, ...]:
    places = {day.day: place for place, day in enumerate(course.days)}
    inside = [mark for mark in course.marks if mark.day in places]
    ranked = sorted(inside, key=lambda mark: _RANKS.index(mark.kind))[:MOST_MARKS]
    inside = sorted(ranked, key=lambda mark: mark.day)
    return tuple(
        ChartMark(
            places[mark.day], number, f"{short_day(mark.day)} {mark_text(mark, names)}"
        )
        for number, mark in enumerate(inside, start=1)
    )


_RANKS: Final = tuple(MarkKind)


def _legend(course: Course) -> tuple[str, ...]:
    states = {day.state for day in course.days if day.value is None}
    missed = any(_is_missed(course.entry, day) for day in course.days)
    said = [
        (missed, _("▼ 目標に届かない日")),
        (DayState.MISSING in states, _("× 未入力の日(線を引かず、0とも数えません)")),
        (DayState.SHORT in states, _("○ 一部の数が空欄の日")),
        (DayState.CLOSED in states, _("灰色 休業日")),
    ]
    return tuple(words for is_there, words in said if is_there)
