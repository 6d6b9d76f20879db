"""How an item of a month is told: words and a shape, never colour alone."""

from __future__ import annotations

from datetime import date
from typing import Final

from lib.i18n import _
from lib.metrics.inspections import Cell, Standing
from lib.text import inert

SHAPES: Final = {
    Standing.GOOD: "✓",
    Standing.TO_IMPROVE: "◆",
    Standing.CHANGED: "▲",
    Standing.OPEN: "○",
    Standing.OVERDUE: "▲",
    Standing.BEFORE: "—",
}
_COLOURS: Final = {
    Standing.GOOD: "green",
    Standing.TO_IMPROVE: "blue",
    Standing.CHANGED: "orange",
    Standing.OPEN: "gray",
    Standing.OVERDUE: "orange",
    Standing.BEFORE: "gray",
}


def standing_words(standing: Standing) -> str:
    """Return "✓ 良"; a month before the start says nothing."""
    if standing is Standing.BEFORE:
        return SHAPES[standing]
    return f"{SHAPES[standing]} {_(standing.value)}"


def badge(cell: Cell) -> str:
    """Return how an item stands as a badge."""
    colour = _COLOURS[cell.standing]
    return f":{colour}-badge[{inert(standing_words(cell.standing))}]"


def month_words(month: date) -> str:
    """Return "2026年11月" or "2026/11"."""
    return _("{year}年{month}月").format(year=month.year, month=month.month)
