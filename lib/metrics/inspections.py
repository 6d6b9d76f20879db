"""毎月の点検: which item of which month is signed, and which is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from lib.i18n import N_
from lib.schema.learning import Inspection
from lib.schema.vocab import Choice, InspectionItem, InspectionResult

MONTHS: Final = 12
"""How far the history goes back, the present month included."""


class Standing(Choice):
    """How an item of a month stands."""

    GOOD = N_("良")
    TO_IMPROVE = N_("要改善")
    CHANGED = N_("署名のあとに変わった")
    OPEN = N_("まだ")
    OVERDUE = N_("締切を過ぎた")
    BEFORE = N_("始める前")
    """Of a month before the company had anything to inspect."""


SIGNED: Final = (Standing.GOOD, Standing.TO_IMPROVE)

Rows = Mapping[tuple[date, InspectionItem], Inspection]


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one month; row: None where nothing was written."""

    month: date
    item: InspectionItem
    standing: Standing
    row: Inspection | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """A month whose deadline is over, and what of it nobody has signed."""

    month: date
    items: tuple[InspectionItem, ...]


def rows_of(records: Iterable[Inspection]) -> Rows:
    """Return the rows by month and item; those of no month or item are left out."""
    return {
        (row.month, row.item): row
        for row in records
        if isinstance(row.month, date) and isinstance(row.item, InspectionItem)
    }


def month_of(day: date, back: int = 0) -> date:
    """Return the first day of the month so many months before that of a day."""
    number = day.year * 12 + day.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def due_on(month: date, due_day: int) -> date:
    """Return until when a month is to be inspected: a day of the next one."""
    return month_of(month, -1).replace(day=due_day)


def first_month(rows: Rows, began: date | None) -> date | None:
    """Return the first month to inspect: of the first row, or in which all began.

    began: the day of the first complaint or KPI day; None where there is none yet.
    """
    months = [month for month, _item in rows]
    return min([*months, month_of(began)] if began else months, default=None)


def cell(
    rows: Rows,
    month: date,
    item: InspectionItem,
    *,
    today: date,
    due_day: int,
    began: date | None,
) -> Cell:
    """Return how one item of one month stands; `began` as in `first_month`."""
    row = rows.get((month, item))
    if row is not None and row.is_changed:
        return Cell(month, item, Standing.CHANGED, row)
    if row is not None and row.is_signed:
        is_good = row.result is InspectionResult.GOOD
        standing = Standing.GOOD if is_good else Standing.TO_IMPROVE
    elif due_on(month, due_day) >= today:
        standing = Standing.OPEN
    else:
        first = first_month(rows, began)
        is_before = first is None or month < first
        standing = Standing.BEFORE if is_before else Standing.OVERDUE
    return Cell(month, item, standing, row)


def history(
    rows: Rows,
    items: Sequence[InspectionItem],
    *,
    today: date,
    due_day: int,
    began: date | None,
) -> tuple[Cell, ...]:
    """Return each item of each of the last twelve months, the oldest month first."""
    return tuple(
        cell(
            rows,
            month_of(today, back),
            item,
            today=today,
            due_day=due_day,
            began=began,
        )
        for back in reversed(range(MONTHS))
        for item in items
    )


def late(cells: Iterable[Cell]) -> tuple[Late, ...]:
    """Return the months that are over and not signed throughout, the oldest first.

    What was changed after its signature is not signed.
    """
    owed: dict[date, list[InspectionItem]] = {}
    for one in cells:
        if one.standing in (Standing.OVERDUE, Standing.CHANGED):
            owed.setdefault(one.month, []).append(one.item)
    return tuple(Late(month, tuple(items)) for month, items in sorted(owed.items()))
