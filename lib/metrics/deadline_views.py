"""期限 as people look at it: what is ahead, overdue, unconfirmed or over; by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lib import clock
from lib.i18n import N_
from lib.metrics.running_out import Line, Origin, Standing
from lib.schema.vocab import Applicability, Choice, DeadlineKind

_WEEK: Final = 7


class View(Choice):
    """Which part of the list is shown."""

    AHEAD = N_("動いているもの")
    OVERDUE = N_("超過")
    UNCHECKED = N_("要確認")
    ENDED = N_("終わったもの")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    kinds: none of them means all. person: the name of whoever looks after it; None for
    everybody, "" for what nobody looks after.
    """

    view: View = View.AHEAD
    kinds: tuple[DeadlineKind, ...] = ()
    person: str | None = None


def is_unchecked(line: Line) -> bool:
    """Whether nobody has said yet if a running clock applies."""
    return (
        line.origin is Origin.CLOCK
        and line.is_running
        and line.applies is Applicability.UNCHECKED
    )


def in_view(line: Line, view: View, now: datetime) -> bool:
    """Whether a line belongs to a part of the list."""
    match view:
        case View.AHEAD:
            return line.is_running
        case View.OVERDUE:
            return line.standing(now) is Standing.OVERDUE
        case View.UNCHECKED:
            return is_unchecked(line)
        case View.ENDED:
            return not line.is_running


def chosen(lines: Iterable[Line], wanted: Wanted, now: datetime) -> tuple[Line, ...]:
    """Return the lines that are looked for, in their order; what ended newest first."""
    found = [
        line
        for line in lines
        if in_view(line, wanted.view, now) and _fits(line, wanted)
    ]
    if wanted.view is View.ENDED:
        found.sort(key=lambda line: line.done_at or line.due_at, reverse=True)
    return tuple(found)


def counted(lines: Iterable[Line], wanted: Wanted, now: datetime) -> Mapping[View, int]:
    """Return how many lines each part of the list would show."""
    fitting = [line for line in lines if _fits(line, wanted)]
    return {view: sum(in_view(line, view, now) for line in fitting) for view in View}


def _fits(line: Line, wanted: Wanted) -> bool:
    return (not wanted.kinds or line.kind in wanted.kinds) and (
        wanted.person is None or line.owner == wanted.person
    )


def people(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return who looks after something, by name."""
    return tuple(sorted({line.owner for line in lines if line.owner}))


# By day -----------------------------------------------------------------------------


def by_day(lines: Iterable[Line]) -> Mapping[date, tuple[Line, ...]]:
    """Return the lines of each day on which one runs out, in their order."""
    found: dict[date, list[Line]] = defaultdict(list)
    for line in lines:
        found[clock.in_tokyo(line.due_at).date()].append(line)
    return {day: tuple(some) for day, some in found.items()}


def weeks(month: date) -> Sequence[tuple[date, ...]]:
    """Return the weeks, Monday first, that hold any day of a month."""
    first = month.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday <= first or monday.month == first.month:
        found.append(tuple(monday + timedelta(days=n) for n in range(_WEEK)))
        monday += timedelta(days=_WEEK)
    return found


def months_from(month: date, count: int) -> date:
    """Return the first day of the month so many months after another."""
    years, number = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, number + 1, 1)
