"""How a sheet lies: where its headers stand, and whether its records run down or across.

A `Grid` is a sheet turned so that one row is one record, with the headers of merged
lines put together; each of its cells still knows where a person finds it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from openpyxl.utils import get_column_letter

from lib.files.reading import Sheet
from lib.text import one_line

LONGEST_HEADER: Final = 60
BETWEEN_LINES: Final = " / "


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the headers of a sheet stand, counted from 0.

    first, last: the header lines: rows, or columns where the records run across.
    across: whether one column is one record (days from left to right).
    top: where they run across, the row in which the days stand.
    """

    first: int
    last: int
    across: bool = False
    top: int = 0

    @property
    def lines(self) -> int:
        """How many lines the headers have."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a column, from its outer line to its inner one, "" where blank.

    A text over merged cells stands in each of the columns below it.
    """

    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The header as people are shown it: 「電話 / 着信」; "" for none."""
        said = [one_line(line, LONGEST_HEADER) for line in self.lines if line]
        return BETWEEN_LINES.join(dict.fromkeys(said))

    @property
    def own(self) -> str:
        """The innermost line that says something."""
        return next((line for line in reversed(self.lines) if line), "")

    @property
    def group(self) -> str:
        """What stands above the column's own header; "" where nothing does."""
        said = [line for line in self.lines if line]
        return said[0] if len(said) > 1 else ""


@dataclass(frozen=True)
class Grid:
    """A sheet as records: `rows` below `headers`, both by column."""

    sheet: Sheet
    shape: Shape

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """The headers, one for each column."""
        lines = self._turned[self.shape.first : self.shape.last + 1]
        width = max(map(len, self._turned), default=0)
        texts = [[_text(_at(line, n)) for n in range(width)] for line in lines]
        _spread(texts)
        return tuple(Header(tuple(line[n] for line in texts)) for n in range(width))

    @cached_property
    def rows(self) -> tuple[Sequence[Any], ...]:
        """What stands below the headers, one row a record."""
        return tuple(self._turned[self.shape.last + 1 :])

    def number(self, row: int) -> int:
        """Return the number of a record in the sheet: its row, or its column."""
        return self.shape.last + 2 + row

    def place(self, row: int, column: int) -> str:
        """Return the cell of a record in A1 notation."""
        down, right = self.number(row) - 1, column
        if self.shape.across:
            down, right = self.shape.top + column, down
        return f"{get_column_letter(right + 1)}{down + 1}"

    def header_place(self, column: int) -> str:
        """Return the cell of a column's own header in A1 notation."""
        return self.place(-1, column)

    @cached_property
    def _turned(self) -> list[Sequence[Any]]:
        if not self.shape.across:
            return list(self.sheet.rows)
        below = self.sheet.rows[self.shape.top :]
        width = max(map(len, below), default=0)
        return [[_at(row, n) for row in below] for n in range(width)]


def _spread(texts: list[list[str]]) -> None:
    """Write a text over merged cells into each of them.

    A text spreads to the right over blanks, but only above headers, and never from
    one that was itself merged downwards (nothing stands below it).
    """
    for upper, lower in itertools.pairwise(texts):
        spreading = ""
        for n, text in enumerate(upper):
            if text:
                spreading = text if lower[n] else ""
            elif lower[n]:
                upper[n] = spreading
            else:
                spreading = ""


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else None


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
