"""What somebody picked in a table or a chart: only what can stand there.

Streamlit hands on whatever a client says was picked: rows that are not there, words
for numbers, columns of another table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2199, 12, 31)


def rows(state: Any, count: int) -> list[int]:
    """Return the places of the picked rows of a table of `count`, in their order."""
    return [row for row in _listed(state, "rows") if _is_there(row, count)]


def cell(state: Any, count: int) -> tuple[int, str] | None:
    """Return row and column of the picked cell; None where there is none."""
    for found in _listed(state, "cells"):
        match found:
            case (row, str(column)) if _is_there(row, count):
                return row, column
    return None


def mark(state: Any, name: str) -> Mapping[str, Any]:
    """Return the fields of the mark of a chart that was picked; {} where none was.

    name: of the selection that the chart has.
    """
    found = _listed(state, name)
    return found[0] if found and isinstance(found[0], Mapping) else {}


def day(value: Any) -> date | None:
    """Return the day that a field of a mark names; None where it names none."""
    try:
        found = date.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None


def place(value: Any, count: int) -> int | None:
    """Return which of `count` rows a field of a mark names; None where it names none.

    A browser may send a whole number as a fraction.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if _is_there(value, count) else None


def _listed(state: Any, part: str) -> list[Any]:
    selection = state.get("selection") if isinstance(state, Mapping) else None
    found = selection.get(part) if isinstance(selection, Mapping) else None
    return found if isinstance(found, list) else []


def _is_there(row: Any, count: int) -> bool:
    return isinstance(row, int) and not isinstance(row, bool) and 0 <= row < count
