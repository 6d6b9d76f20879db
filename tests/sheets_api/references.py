"""The cell references in a formula, and how they follow the cells they mean."""

import re
from typing import NamedTuple

from tests.sheets_api.a1 import Box, column_index, column_name, quote_title

_REFERENCE = re.compile(
    r"(?P<string>\"(?:[^\"]|\"\")*\")"
    r"|(?P<title>'(?:[^']|'')*'!|[^\W\d][\w.]*!)?"
    r"(?:(?P<cell>\$?[A-Za-z]{1,3}\$?[1-9][0-9]*)"
    r"(?::(?P<to>\$?[A-Za-z]{1,3}(?:\$?[1-9][0-9]*)?|\$?[1-9][0-9]*))?"
    r"|(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?[1-9][0-9]*)?)"
    r"|(?P<rows>\$?[1-9][0-9]*:\$?[1-9][0-9]*))"
    r"(?![\w(!.])",
)
_CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)([1-9][0-9]*)?")


class Corner(NamedTuple):
    """One end of a reference; an index is None where only a row or column stands."""

    column: int | None
    row: int | None
    fixed_column: bool = False
    fixed_row: bool = False

    def text(self):
        column = column_name(self.column) if self.column is not None else ""
        row = str(self.row + 1) if self.row is not None else ""
        fixed_column = "$" if self.fixed_column and column else ""
        return f"{fixed_column}{column}{'$' if self.fixed_row and row else ''}{row}"


class Reference(NamedTuple):
    """A cell or a range as written; title None means the formula's own tab."""

    title: str | None
    first: Corner
    last: Corner | None

    def box(self):
        last = self.last or self.first
        top, bottom = _span(self.first.row, last.row)
        left, right = _span(self.first.column, last.column)
        return Box(top, bottom, left, right)

    def text(self):
        title = f"{quote_title(self.title)}!" if self.title is not None else ""
        ends = self.first.text() + (f":{self.last.text()}" if self.last else "")
        return title + ends


def _span(first, last):
    if first is None or last is None:
        return first if first is not None else 0, None
    return min(first, last), max(first, last) + 1


def _corner(text):
    dollar, column, second, row = _CORNER.fullmatch(text).groups()
    if column is None:
        return Corner(
            None, int(row) - 1 if row else None, False, bool(dollar or second)
        )
    return Corner(
        column_index(column), int(row) - 1 if row else None, bool(dollar), bool(second)
    )


def match_reference(formula, position):
    """The reference that starts at a place in a formula.

    Returns:
        (Reference, end), or None.
    """
    found = _REFERENCE.match(formula, position)
    if not found or found["string"]:
        return None
    return _build(found), found.end()


def _build(found):
    title = found["title"]
    if title:
        title = title[:-1]
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
    if found["cell"]:
        last = _corner(found["to"]) if found["to"] else None
        return Reference(title or None, _corner(found["cell"]), last)
    first, last = (found["columns"] or found["rows"]).split(":")
    return Reference(title or None, _corner(first), _corner(last))


def rewrite(formula, change):
    """A formula with each reference replaced.

    Args:
        formula: The text from the `=` on.
        change: From a Reference to a Reference, or to None for #REF!.
    """

    def replace(found):
        start = found.start()
        before = formula[start - 1] if start else ""
        if found["string"] or before.isalnum() or before in "_.":
            return found[0]
        changed = change(_build(found))
        return "#REF!" if changed is None else changed.text()

    return _REFERENCE.sub(replace, formula)


def moved_by(rows, columns):
    """The change of a formula copied elsewhere: unfixed parts keep their distance."""

    def shift(corner):
        column, row = corner.column, corner.row
        if column is not None and not corner.fixed_column:
            column += columns
        if row is not None and not corner.fixed_row:
            row += rows
        if (column is not None and column < 0) or (row is not None and row < 0):
            return None
        return corner._replace(column=column, row=row)

    def change(reference):
        first = shift(reference.first)
        last = shift(reference.last) if reference.last else None
        if first is None or (reference.last and last is None):
            return None
        return reference._replace(first=first, last=last)

    return change


def following(title, axis, shift_span):
    """The change of formulas when lines of a tab come, go or move.

    Args:
        title: The tab whose lines change; as `None` for formulas on it.
        axis: `row` or `column`.
        shift_span: From (start, end) to the new pair, or None when all is gone.

    Returns:
        A function (own tab?) -> change for `rewrite`.
    """

    def for_tab(*, own):
        def change(reference):
            applies = (
                own
                if reference.title is None
                else reference.title.casefold() == title.casefold()
            )
            return _shift(reference, axis, shift_span) if applies else reference

        return change

    return for_tab


def _shift(reference, axis, shift_span):
    first = getattr(reference.first, axis)
    last = getattr(reference.last, axis) if reference.last else first
    if first is None:
        return reference
    open_end = last is None
    span = shift_span(first, 10**9 if open_end else last + 1)
    if span is None:
        return None
    changed = reference.first._replace(**{axis: span[0]})
    if reference.last is None:
        return reference._replace(first=changed)
    end = None if open_end else span[1] - 1
    return reference._replace(
        first=changed, last=reference.last._replace(**{axis: end})
    )
