"""Cell ranges: half-open boxes of indexes, and their A1 notation."""

import re
from typing import NamedTuple

from tests.sheets_api.errors import unparsable

_CORNER = r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]*)?"
_BOX = re.compile(rf"{_CORNER}(?::{_CORNER})?")
_R1C1 = re.compile(r"R([0-9]+)C([0-9]+)(?::R([0-9]+)C([0-9]+))?", re.IGNORECASE)
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_LOOKS_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|R[0-9]*C[0-9]*", re.IGNORECASE)


class Box(NamedTuple):
    """Rows top..bottom and columns left..right, ends excluded; None = unbounded."""

    top: int = 0
    bottom: int | None = None
    left: int = 0
    right: int | None = None

    def within(self, rows, columns):
        """The same box with its open ends closed at the grid's size."""
        return Box(
            self.top,
            rows if self.bottom is None else self.bottom,
            self.left,
            columns if self.right is None else self.right,
        )

    def clipped(self, rows, columns):
        """The part of a box that lies on the grid; may be empty."""
        closed = self.within(rows, columns)
        bottom, right = min(closed.bottom, rows), min(closed.right, columns)
        return Box(min(closed.top, bottom), bottom, min(closed.left, right), right)

    @property
    def empty(self):
        return self.top >= self.bottom or self.left >= self.right

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def width(self):
        return self.right - self.left

    def contains(self, other):
        return (
            self.top <= other.top
            and other.bottom <= self.bottom
            and self.left <= other.left
            and other.right <= self.right
        )

    def meets(self, other):
        return (
            self.top < other.bottom
            and other.top < self.bottom
            and self.left < other.right
            and other.left < self.right
        )


def column_name(index):
    """0 → A, 25 → Z, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name):
    """A → 0, AA → 26."""
    index = 0
    for letter in name.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def quote_title(title):
    """A tab's title as it stands before the `!`."""
    if _PLAIN_TITLE.fullmatch(title) and not _LOOKS_LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def box_text(box):
    """A closed box in A1 notation, a single cell without a colon."""
    first = f"{column_name(box.left)}{box.top + 1}"
    last = f"{column_name(box.right - 1)}{box.bottom}"
    return first if first == last else f"{first}:{last}"


def range_text(title, box):
    return f"{quote_title(title)}!{box_text(box)}"


def parse_box(text):
    """A box from A1 or R1C1 notation.

    Returns:
        The box, or None where the text is no such notation.
    """
    found = _R1C1.fullmatch(text)
    if found:
        row, column, last_row, last_column = found.groups()
        return _sorted_box(
            int(row), int(last_row or row), int(column), int(last_column or column)
        )
    found = _BOX.fullmatch(text)
    if not found or not text:
        return None
    column, row, last_column, last_row = found.groups()
    if ":" not in text:
        if column is None or row is None:
            return None
        last_column, last_row = column, row
    elif (column is None and row is None) or (last_column is None and last_row is None):
        return None
    return _sorted_box(
        int(row) if row else None,
        int(last_row) if last_row else None,
        column_index(column) + 1 if column else None,
        column_index(last_column) + 1 if last_column else None,
    )


def _sorted_box(row, last_row, column, last_column):
    """A box from 1-based ends in any order, of which any may be missing."""
    top, bottom = _ends(row, last_row)
    left, right = _ends(column, last_column)
    return Box(top, bottom, left, right)


def _ends(first, last):
    if first and last:
        return min(first, last) - 1, max(first, last)
    if first:
        return first - 1, None
    return 0, last


def split_title(text):
    """Part a range into title and cells.

    Returns:
        (title or None, cells or None); a quoted text without `!` is a title.

    Raises:
        ApiError: The quotes do not pair up.
    """
    if text.startswith("'"):
        found = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
        if not found:
            raise unparsable(text)
        return found[1].replace("''", "'"), found[2]
    if "!" in text:
        title, _, cells = text.rpartition("!")
        return title, cells
    return None, text
