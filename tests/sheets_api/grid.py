"""One tab: its cells and everything that hangs on its rows and columns."""

import copy

from tests.sheets_api.a1 import Box
from tests.sheets_api.cells import BLANK, Cell
from tests.sheets_api.errors import invalid
from tests.sheets_api.lines import (
    ROWS,
    after_delete,
    after_insert,
    after_move,
    shift_box,
    shift_map,
)

ROW_PIXELS, COLUMN_PIXELS = 21, 100


class Sheet:
    """A tab.

    Rows are tuples of cells, replaced and never changed, so that a snapshot is a
    shallow copy; the same holds for every message kept in the lists.
    """

    def __init__(self, sheet_id, title, rows=1000, columns=26):
        self.sheet_id = sheet_id
        self.title = title
        self.rows = rows
        self.columns = columns
        self.properties = {}
        self.grid_properties = {}
        self.lines = []
        self.merges = []
        self.dimensions = {"ROWS": {}, "COLUMNS": {}}
        self.depths = {"ROWS": {}, "COLUMNS": {}}
        self.collapsed = set()
        self.protected = {}
        self.conditional = []
        self.filter_views = {}
        self.basic_filter = None
        self.banded = {}
        self.has_formulas = False

    def snapshot(self):
        """A copy that later changes of this tab do not reach."""
        clone = copy.copy(self)
        clone.properties = dict(self.properties)
        clone.grid_properties = dict(self.grid_properties)
        clone.lines = list(self.lines)
        clone.merges = list(self.merges)
        clone.dimensions = {axis: dict(d) for axis, d in self.dimensions.items()}
        clone.depths = {axis: dict(d) for axis, d in self.depths.items()}
        clone.collapsed = set(self.collapsed)
        clone.protected = dict(self.protected)
        clone.conditional = list(self.conditional)
        clone.filter_views = dict(self.filter_views)
        clone.banded = dict(self.banded)
        return clone

    # Cells

    def cell(self, row, column):
        """The cell at a place; a blank one off the stored part."""
        if row < len(self.lines) and column < len(self.lines[row]):
            return self.lines[row][column]
        return BLANK

    def line(self, row):
        return self.lines[row] if row < len(self.lines) else ()

    def put(self, row, cells):
        """Replace cells of one row.

        Args:
            row: Index of the row, on the grid.
            cells: Column indexes → cells.
        """
        if not cells:
            return
        while len(self.lines) <= row:
            self.lines.append(())
        line = list(self.lines[row])
        missing = max(cells) + 1 - len(line)
        if missing > 0:
            line.extend([BLANK] * missing)
        for column, cell in cells.items():
            line[column] = cell
            if cell.formula is not None:
                self.has_formulas = True
        self.lines[row] = tuple(line)

    def change(self, box, edit):
        """Replace each cell of a closed box by edit(cell, row, column)."""
        for row in range(box.top, box.bottom):
            self.put(
                row,
                {
                    column: edit(self.cell(row, column), row, column)
                    for column in range(box.left, box.right)
                },
            )

    def change_alike(self, box, edit):
        """Replace each cell of a closed box by edit(cell), wherever it stands.

        Rows that are one and the same stay so: a thousand blank ones are changed once.
        """
        known = {}
        while len(self.lines) < box.bottom:
            self.lines.append(())
        for row in range(box.top, box.bottom):
            before = self.lines[row]
            if id(before) not in known:
                cells = range(box.left, box.right)
                self.put(row, {at: edit(self.cell(row, at)) for at in cells})
                known[id(before)] = (before, self.lines[row])
            self.lines[row] = known[id(before)][1]

    def filled_rows(self):
        """The number of rows up to the last one that holds a value."""
        for row in range(len(self.lines) - 1, -1, -1):
            if any(cell.filled for cell in self.lines[row]):
                return row + 1
        return 0

    def used_rows(self):
        """The number of rows up to the last one that holds anything at all."""
        for row in range(len(self.lines) - 1, -1, -1):
            if any(cell is not BLANK and cell != BLANK for cell in self.lines[row]):
                return row + 1
        return 0

    def close(self, box):
        return box.within(self.rows, self.columns)

    def clip(self, box):
        return box.clipped(self.rows, self.columns)

    def whole(self):
        return Box(0, self.rows, 0, self.columns)

    def covered(self, row, column):
        """Whether a cell lies under a merge without being its first."""
        return any(
            merge.top <= row < merge.bottom
            and merge.left <= column < merge.right
            and (row, column) != (merge.top, merge.left)
            for merge in self.merges
        )

    # Rows and columns

    def size(self, axis):
        return self.rows if axis == ROWS else self.columns

    def resize(self, rows, columns):
        """Give the grid another size; what falls off is gone."""
        if rows < self.rows:
            self._forget(ROWS, after_delete(rows, self.rows))
            del self.lines[rows:]
        if columns < self.columns:
            self._forget("COLUMNS", after_delete(columns, self.columns))
            self.lines = [line[:columns] for line in self.lines]
        self.rows, self.columns = rows, columns

    def grow(self, rows, columns):
        """Make sure that the grid is at least this large."""
        self.rows = max(self.rows, rows)
        self.columns = max(self.columns, columns)

    def insert(self, axis, at, count, *, inherit_before=False):
        """Insert blank lines before line `at`.

        The new cells take formats and rules of the line before or after.
        """
        pattern = at - 1 if inherit_before else at
        if axis == ROWS:
            self._insert_rows(at, count, pattern)
            self.rows += count
        else:
            self._insert_columns(at, count, pattern)
            self.columns += count
        self._follow(axis, after_insert(at, count))

    def _insert_rows(self, at, count, pattern):
        if at < len(self.lines) or pattern < len(self.lines):
            fresh = tuple(_looks(cell) for cell in self.line(pattern))
            if not any(cell is not BLANK for cell in fresh):
                fresh = ()
            while len(self.lines) < at:
                self.lines.append(())
            self.lines[at:at] = [fresh] * count

    def _insert_columns(self, at, count, pattern):
        def widen(line):
            if at >= len(line) and pattern >= len(line):
                return line
            look = _looks(line[pattern]) if pattern < len(line) else BLANK
            return line[:at] + (look,) * count + line[at:]

        self.lines = [widen(line) for line in self.lines]

    def delete(self, axis, first, last):
        """Delete lines first..last."""
        if axis == ROWS:
            del self.lines[first:last]
            self.rows -= last - first
        else:
            self.lines = [line[:first] + line[last:] for line in self.lines]
            self.columns -= last - first
        self._follow(axis, after_delete(first, last))

    def move(self, axis, first, last, to):
        """Move lines first..last to before line `to`."""
        change = after_move(first, last, to)
        if axis == ROWS:
            while len(self.lines) < max(last, to):
                self.lines.append(())
            self.lines = _reordered(self.lines, first, last, to)
        else:
            width = max(last, to)
            self.lines = [
                tuple(_reordered(_padded(line, width), first, last, to))
                for line in self.lines
            ]
        self._follow(axis, change)

    def _follow(self, axis, change):
        self._forget(axis, change)
        frozen = "frozenRowCount" if axis == ROWS else "frozenColumnCount"
        if self.grid_properties.get(frozen):
            span = change(0, self.grid_properties[frozen])
            self.grid_properties[frozen] = span[1] if span else 0

    def _forget(self, axis, change):
        """Let merges, filters, rules and sizes follow their lines."""
        moved = (shift_box(merge, axis, change) for merge in self.merges)
        self.merges = [m for m in moved if m and (m.height > 1 or m.width > 1)]
        self.dimensions[axis] = shift_map(self.dimensions[axis], change)
        self.depths[axis] = shift_map(self.depths[axis], change)
        self.protected = _shift_boxes(self.protected, axis, change)
        self.filter_views = _shift_boxes(self.filter_views, axis, change)
        self.banded = _shift_boxes(self.banded, axis, change)
        self.conditional = [
            {**rule, "boxes": boxes}
            for rule in self.conditional
            if (boxes := _kept(rule["boxes"], axis, change))
        ]
        if self.basic_filter:
            box = shift_box(self.basic_filter["box"], axis, change)
            self.basic_filter = {**self.basic_filter, "box": box} if box else None

    def groups(self, axis):
        """The groups of lines, from the outer to the inner.

        Returns:
            (start, end, depth) of each run of lines that is at least so deep.
        """
        depths = self.depths[axis]
        found = []
        for depth in range(1, max(depths.values(), default=0) + 1):
            inside = sorted(i for i, deep in depths.items() if deep >= depth)
            start = None
            for index, line in enumerate(inside):
                if start is None:
                    start = line
                if index + 1 == len(inside) or inside[index + 1] != line + 1:
                    found.append((start, line + 1, depth))
                    start = None
        return sorted(found)

    def need_lines(self, axis, first, last):
        """Refuse a span that is not on the grid.

        Raises:
            ApiError: It starts or ends beyond the last line.
        """
        size = self.size(axis)
        word = "row" if axis == ROWS else "column"
        if first < 0 or last < first:
            raise invalid(f"Invalid dimension range: [{first}, {last}).")
        if last > size:
            raise invalid(
                f"Cannot use a {word} that doesn't exist. Tried to use {word} index"
                f" {last - 1} but there are only {size} {word}s."
            )


def _looks(cell):
    """A blank cell with the look and the rule of another."""
    if cell.format is None and cell.rule is None:
        return BLANK
    return Cell(format=cell.format, rule=cell.rule)


def _padded(line, width):
    return line + (BLANK,) * (width - len(line))


def _reordered(items, first, last, to):
    items = list(items)
    moving = items[first:last]
    del items[first:last]
    target = to - (last - first) if to > first else to
    items[target:target] = moving
    return items


def _kept(boxes, axis, change):
    return [box for old in boxes if (box := shift_box(old, axis, change))]


def _shift_boxes(entries, axis, change):
    out = {}
    for name, entry in entries.items():
        box = shift_box(entry["box"], axis, change)
        if box is not None:
            out[name] = {**entry, "box": box}
    return out
