"""A spreadsheet: its tabs, names, permissions and the clock of its formulas."""

import datetime as dt
import random
import zoneinfo

from tests.sheets_api import references
from tests.sheets_api.a1 import Box, parse_box, range_text, split_title
from tests.sheets_api.errors import (
    TOO_MANY_CELLS,
    invalid,
    no_permission,
    protected,
    unparsable,
)
from tests.sheets_api.fairness import FairLock
from tests.sheets_api.formulas import Evaluator
from tests.sheets_api.functions import FUNCTIONS
from tests.sheets_api.grid import Sheet
from tests.sheets_api.lines import after_delete, after_insert, after_move, shift_box
from tests.sheets_api.quirks import Quirks
from tests.sheets_api.references import rewrite
from tests.sheets_api.serials import now_serial

MOST_CELLS = 10_000_000
ROLES = {"reader": 1, "commenter": 1, "writer": 2, "fileOrganizer": 2, "owner": 3}
READ, WRITE = 1, 2
_KEPT = ("title", "locale", "time_zone", "settings", "metadata")


class Workbook:
    """One spreadsheet.

    Args:
        book_id: Its id in URLs.
        title: Its title.
        owner: The user who may always edit.
        clock: Gives epoch seconds.
        locale: Such as ja_JP.
        time_zone: IANA name.
    """

    def __init__(
        self, book_id, title, owner, clock, *, locale="en_US", time_zone="Etc/GMT"
    ):
        self.book_id = book_id
        self.title = title
        self.owner = owner
        self.clock = clock
        self.locale = locale
        self.time_zone = time_zone
        self.settings = {"autoRecalc": "ON_CHANGE"}
        self.permissions = {}
        self.sheets = []
        self.named = {}
        self.metadata = {}
        self.lock = FairLock()
        self.random = random.Random(book_id)
        self.created = self.modified = clock()
        self.version = 1
        self.trashed = False
        self.evaluator = Evaluator(self, FUNCTIONS)
        self.quirks = Quirks()

    # People

    def role_of(self, user):
        """What a user may do: 0 nothing, 1 read, 2 write, 3 owns."""
        if user == self.owner:
            return ROLES["owner"]
        return max(
            (
                ROLES.get(permission["role"], 0)
                for permission in self.permissions.values()
                if permission["type"] == "anyone"
                or permission.get("emailAddress") == user
            ),
            default=0,
        )

    def admit(self, user, need):
        """Refuse a user who may not do this.

        Raises:
            ApiError: 403.
        """
        if self.role_of(user) < need:
            raise no_permission()

    def check_edit(self, user, sheet, box):
        """Refuse an edit of cells that are protected against a user.

        Raises:
            ApiError: 400, as the API words it.
        """
        if user == self.owner:
            return
        box = sheet.close(box)
        for entry in sheet.protected.values():
            if entry["message"].get("warningOnly") or user in entry["editors"]:
                continue
            if not sheet.close(entry["box"]).meets(box):
                continue
            if any(sheet.close(free).contains(box) for free in entry["free"]):
                continue
            raise protected()

    # Tabs

    def add_sheet(self, title, sheet_id=None, rows=1000, columns=26, index=None):
        sheet = Sheet(
            self.free_sheet_id() if sheet_id is None else sheet_id, title, rows, columns
        )
        self.sheets.insert(len(self.sheets) if index is None else index, sheet)
        self.check_size()
        return sheet

    def free_sheet_id(self):
        taken = {sheet.sheet_id for sheet in self.sheets}
        while (number := self.random.randrange(1_000_000, 2**31 - 1)) in taken:
            pass
        return number

    def sheet(self, sheet_id):
        """The tab with an id.

        Raises:
            ApiError: There is none.
        """
        for sheet in self.sheets:
            if sheet.sheet_id == (sheet_id or 0):
                return sheet
        raise invalid(f"No grid with id: {sheet_id or 0}")

    def sheet_titled(self, title):
        """The tab with a title, whatever the case of its letters; None without."""
        folded = title.casefold()
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        return next((s for s in self.sheets if s.title.casefold() == folded), None)

    def first_visible(self):
        shown = (s for s in self.sheets if not s.properties.get("hidden"))
        return next(shown, self.sheets[0])

    def check_size(self):
        """Refuse a grid of more than ten million cells.

        Raises:
            ApiError: 400.
        """
        if sum(sheet.rows * sheet.columns for sheet in self.sheets) > MOST_CELLS:
            raise invalid(TOO_MANY_CELLS)

    def place(self, text):
        """The tab and box that an A1 text or a name means.

        Raises:
            ApiError: It means nothing here.
        """
        title, cells = split_title(text)
        if title is not None:
            sheet = self.sheet_titled(title)
            box = Box() if cells is None else parse_box(cells)
            if sheet is None or box is None:
                raise unparsable(text)
            return sheet, box
        named = self.named_area(text)
        if named:
            return named
        box = parse_box(text)
        if box is not None:
            return self.first_visible(), box
        sheet = self.sheet_titled(text)
        if sheet is None:
            raise unparsable(text)
        return sheet, Box()

    def place_on_grid(self, text):
        """As `place`, refusing cells beyond the grid, with open ends closed."""
        sheet, box = self.place(text)
        closed = sheet.close(box)
        beyond = closed.bottom > sheet.rows or closed.right > sheet.columns
        if beyond or box.top >= sheet.rows or box.left >= sheet.columns:
            shown = range_text(sheet.title, box) if _closed(box) else text
            raise invalid(
                f"Range ({shown}) exceeds grid limits. Max rows: {sheet.rows},"
                f" max columns: {sheet.columns}"
            )
        return sheet, closed

    def place_of_range(self, entry):
        """The tab and box of a GridRange message, refusing what is off the grid."""
        sheet = self.sheet(entry.get("sheetId"))
        box = Box(
            entry.get("startRowIndex") or 0,
            entry.get("endRowIndex"),
            entry.get("startColumnIndex") or 0,
            entry.get("endColumnIndex"),
        )
        closed = sheet.close(box)
        for name, value, size, word in (
            ("endRowIndex", closed.bottom, sheet.rows, "row"),
            ("endColumnIndex", closed.right, sheet.columns, "column"),
        ):
            if value > size:
                raise invalid(
                    f"range.{name}[{value}] is after last {word} in grid[{size}]"
                )
        if closed.top > closed.bottom or closed.left > closed.right:
            raise invalid("range's start is after its end")
        return sheet, box

    # Formulas

    def named_area(self, name):
        for entry in self.named.values():
            if entry["name"].casefold() == name.casefold() and entry["box"]:
                return self.sheet(entry["sheet_id"]), entry["box"]
        return None

    def zone(self):
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return dt.UTC

    def now(self):
        return now_serial(self.clock(), self.zone())

    def this_year(self):
        return dt.datetime.fromtimestamp(self.clock(), self.zone()).year

    def recalculate(self):
        """Forget computed values, because cells or the time have changed."""
        self.evaluator.known.clear()

    def value(self, sheet, row, column):
        return self.evaluator.cell_value(sheet, row, column)

    def follow(self, sheet, axis, change):
        """Let names and formulas follow the changed lines of a tab."""
        for key, entry in self.named.items():
            if entry["sheet_id"] == sheet.sheet_id and entry["box"]:
                box = shift_box(entry["box"], axis, change)
                self.named[key] = {**entry, "box": box}
        part = "row" if axis == "ROWS" else "column"
        for_tab = references.following(sheet.title, part, change)
        for other in self.sheets:
            own = other is sheet
            self.rewrite_formulas(other, for_tab(own=own))

    def rewrite_formulas(self, sheet, change):
        """Replace the references of all formulas on a tab."""
        if not sheet.has_formulas:
            return
        for row, line in enumerate(sheet.lines):
            if any(cell.formula is not None for cell in line):
                sheet.lines[row] = tuple(
                    cell._replace(formula=rewrite(cell.formula, change))
                    if cell.formula is not None
                    else cell
                    for cell in line
                )

    def rename_in_formulas(self, old, new):
        """Let formulas follow a tab's new title."""

        def change(reference):
            if reference.title and reference.title.casefold() == old.casefold():
                return reference._replace(title=new)
            return reference

        for sheet in self.sheets:
            self.rewrite_formulas(sheet, change)

    def insert_lines(self, sheet, axis, at, count, *, inherit_before=False):
        sheet.insert(axis, at, count, inherit_before=inherit_before)
        self.check_size()
        self.follow(sheet, axis, after_insert(at, count))

    def delete_lines(self, sheet, axis, first, last):
        sheet.delete(axis, first, last)
        self.follow(sheet, axis, after_delete(first, last))

    def move_lines(self, sheet, axis, first, last, to):
        sheet.move(axis, first, last, to)
        self.follow(sheet, axis, after_move(first, last, to))

    # Transactions

    def snapshot(self):
        """The state that `restore` brings back."""
        return (
            {name: getattr(self, name) for name in _KEPT}
            | {"metadata": dict(self.metadata), "settings": dict(self.settings)},
            dict(self.named),
            [(sheet, sheet.snapshot()) for sheet in self.sheets],
        )

    def restore(self, state):
        """Undo everything since a snapshot."""
        kept, named, sheets = state
        for name, value in kept.items():
            setattr(self, name, value)
        self.named = named
        for sheet, saved in sheets:
            sheet.__dict__.update(saved.__dict__)
        self.sheets = [sheet for sheet, _ in sheets]
        self.recalculate()

    def touched(self):
        """Note that the spreadsheet was changed just now."""
        self.recalculate()
        self.version += 1
        self.modified = max(self.clock(), self.modified)


def _closed(box):
    return box.bottom is not None and box.right is not None
