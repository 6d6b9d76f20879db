"""What stands in a spreadsheet now: three reads, however many tabs it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL

from lib.schema.tables import TABLES, Table
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import HEADER_WITHIN, Header, Tab, located, read_header
from lib.store.sheets.payload import Rows, decoded
from lib.store.sheets.provisioning import numbers_of_ours

_PROPERTIES: Final = (
    "sheetId,title,index,hidden,"
    "gridProperties(rowCount,columnCount,frozenRowCount,columnGroupControlAfter)"
)
_LISTING: Final = (
    "properties(title,locale,timeZone),"
    f"sheets(properties({_PROPERTIES}),"
    "conditionalFormats(ranges.sheetId,booleanRule.condition),"
    "filterViews(filterViewId,title),"
    "protectedRanges(protectedRangeId,range,warningOnly),"
    "columnGroups(range,depth))"
)
_LOOKS: Final = (
    "sheets(properties.sheetId,data(startRow,rowData.values("
    "note,dataValidation.condition,"
    "userEnteredFormat(numberFormat.type,backgroundColor))))"
)

Span = tuple[int, int]
"""First column, and the one behind the last; 0 is column A."""


@dataclass(frozen=True, slots=True)
class CellLook:
    """What lies on a cell besides its value."""

    note: str = ""
    number_format: str = ""
    coloured: bool = False
    rule: Mapping[str, Any] | None = None


PLAIN: Final = CellLook()


@dataclass(frozen=True)
class Sheet:
    """One tab with everything that set-up asks about.

    cells: formulas and values as they stand, blanks at the ends left out.
    looks: by row (0 is the first), of the rows that were asked for.
    folded: columns in a group. protected: columns whose data rows are protected.
    is_locked: whether people cannot change the tab at all.
    """

    tab: Tab
    index: int
    hidden: bool
    frozen: int
    control_after: bool
    folded: frozenset[int] = frozenset()
    protected: tuple[Mapping[str, Any], ...] = ()
    is_locked: bool = False
    rules: tuple[str, ...] = ()
    rule_count: int = 0
    views: tuple[str, ...] = ()
    view_ids: frozenset[int] = frozenset()
    cells: Rows = ()
    looks: Mapping[int, Sequence[CellLook]] = field(default_factory=dict)

    @cached_property
    def last_row(self) -> int:
        """The number of rows down to the last one in which something stands."""
        return next(
            (n for n in range(len(self.cells), 0, -1) if any(_says(self.cells[n - 1]))),
            0,
        )

    @cached_property
    def width(self) -> int:
        """The number of columns up to the last one in which something stands."""
        return max((len(row) for row in self.cells), default=0)

    def cell(self, row: int, column: int) -> Any:
        """Return what stands in a cell, "" for nothing."""
        if row < len(self.cells) and column < len(self.cells[row]):
            value = self.cells[row][column]
            return "" if value is None else value
        return ""

    def look(self, row: int, column: int) -> CellLook:
        """Return the look of a cell in a row that was asked for."""
        line = self.looks.get(row, ())
        return line[column] if column < len(line) else PLAIN

    def is_protected(self, column: int, row: int) -> bool:
        """Whether a protected range covers the cell."""
        return any(
            place.get("startColumnIndex", 0)
            <= column
            < place.get("endColumnIndex", column + 1)
            and place.get("startRowIndex", 0) <= row < place.get("endRowIndex", row + 1)
            for place in self.protected
        )


def _says(row: Sequence[Any]) -> list[bool]:
    return [cell not in ("", None) for cell in row]


@dataclass(frozen=True)
class Found:
    """A spreadsheet as it stands."""

    title: str
    locale: str
    zone: str
    sheets: tuple[Sheet, ...]
    taken: frozenset[int]
    """Numbers of protected ranges, which are given once in a spreadsheet."""

    def by_number(self, number: int) -> Sheet | None:
        """Return the tab with that number, which a new title does not change."""
        return next((s for s in self.sheets if s.tab.sheet_id == number), None)

    def by_title(self, title: str) -> Sheet | None:
        """Return the tab with that title."""
        return next((s for s in self.sheets if s.tab.title == title), None)

    @cached_property
    def tables(self) -> dict[str, Sheet]:
        """The tab of each table that has one, by code."""
        tabs = [sheet.tab for sheet in self.sheets]
        places, _lost = located(TABLES, tabs, numbers_of_ours(TABLES, tabs))
        numbers = {sheet.tab.sheet_id: sheet for sheet in self.sheets}
        return {code: numbers[tab.sheet_id] for code, tab in places.items()}

    def header(self, table: Table) -> Header:
        """Return where a table's columns stand; row 0 without tab or header."""
        sheet = self.tables.get(table.code)
        return read_header(table, sheet.cells if sheet else ())


def look_around(client: SheetsClient, spreadsheet: str, *, looks: bool = True) -> Found:
    """Return what stands in the spreadsheet.

    looks: whether to ask for formats, lists and notes too, one read more.

    Raises:
        StoreError: it cannot be read.
    """
    listing = client.metadata(spreadsheet, _LISTING)
    sheets = [_sheet(entry) for entry in listing.get("sheets", [])]
    sheets = _with_cells(client, spreadsheet, sheets)
    found = _found(listing, sheets)
    if not looks:
        return found
    return _found(listing, _with_looks(client, spreadsheet, found))


def _found(listing: Mapping[str, Any], sheets: Sequence[Sheet]) -> Found:
    properties = listing.get("properties", {})
    protected = [
        entry.get("protectedRangeId", 0)
        for sheet in listing.get("sheets", [])
        for entry in sheet.get("protectedRanges", [])
    ]
    return Found(
        title=properties.get("title", ""),
        locale=properties.get("locale", ""),
        zone=properties.get("timeZone", ""),
        sheets=tuple(sheets),
        taken=frozenset(protected),
    )


def _sheet(entry: Mapping[str, Any]) -> Sheet:
    properties = entry["properties"]
    grid = properties.get("gridProperties", {})
    groups = [group["range"] for group in entry.get("columnGroups", [])]
    return Sheet(
        tab=Tab(
            properties.get("sheetId", 0),
            properties.get("title", ""),
            grid.get("rowCount", 0),
            grid.get("columnCount", 0),
        ),
        index=properties.get("index", 0),
        hidden=properties.get("hidden", False),
        frozen=grid.get("frozenRowCount", 0),
        control_after=grid.get("columnGroupControlAfter", False),
        folded=frozenset(
            column
            for group in groups
            for column in range(group.get("startIndex", 0), group["endIndex"])
        ),
        protected=tuple(p.get("range", {}) for p in entry.get("protectedRanges", [])),
        is_locked=any(map(_locks_all, entry.get("protectedRanges", []))),
        rules=tuple(_rule_formulas(entry)),
        rule_count=len(entry.get("conditionalFormats", [])),
        views=tuple(view.get("title", "") for view in entry.get("filterViews", [])),
        view_ids=frozenset(
            view.get("filterViewId", 0) for view in entry.get("filterViews", [])
        ),
    )


def _locks_all(protected: Mapping[str, Any]) -> bool:
    place = protected.get("range", {})
    return not protected.get("warningOnly") and not {
        name for name in place if name.endswith("Index") and place[name]
    }


def _rule_formulas(entry: Mapping[str, Any]) -> list[str]:
    conditions = [
        rule.get("booleanRule", {}).get("condition", {})
        for rule in entry.get("conditionalFormats", [])
    ]
    return [
        str(value.get("userEnteredValue", ""))
        for condition in conditions
        for value in condition.get("values", [])
    ]


def _with_cells(
    client: SheetsClient, spreadsheet: str, sheets: Sequence[Sheet]
) -> list[Sheet]:
    log = next(table.tab for table in TABLES if table.code == "audit")
    ranges = [
        f"{s.tab.whole}!1:{HEADER_WITHIN}" if s.tab.title == log else s.tab.whole
        for s in sheets
    ]
    grids = [(s, text) for s, text in zip(sheets, ranges, strict=True) if s.tab.rows]
    answer = client.values(spreadsheet, [text for _, text in grids], formulas=True)
    parts = decoded(answer, len(grids))
    cells = {s.tab.sheet_id: part for (s, _), part in zip(grids, parts, strict=True)}
    return [replace(s, cells=cells.get(s.tab.sheet_id, ())) for s in sheets]


def _with_looks(client: SheetsClient, spreadsheet: str, found: Found) -> list[Sheet]:
    """Look at the header, the first row below it and the last row of each tab."""
    asked: dict[int, list[int]] = {}
    for code, sheet in found.tables.items():
        table = next(t for t in TABLES if t.code == code)
        row = found.header(table).row
        if row:
            last = {row, row + 1, sheet.tab.rows}
            asked[sheet.tab.sheet_id] = sorted(n for n in last if n <= sheet.tab.rows)
    if not asked:
        return list(found.sheets)
    answer = client.request(
        "get",
        SPREADSHEET_URL % spreadsheet,
        params={
            "ranges": [
                f"{sheet.tab.whole}!{row}:{row}"
                for sheet in found.sheets
                for row in asked.get(sheet.tab.sheet_id, ())
            ],
            "fields": _LOOKS,
        },
    ).json()
    looks = {
        entry["properties"].get("sheetId", 0): {
            part.get("startRow", 0): _line(part) for part in entry.get("data", [])
        }
        for entry in answer.get("sheets", [])
    }
    return [replace(s, looks=looks.get(s.tab.sheet_id, {})) for s in found.sheets]


def _line(part: Mapping[str, Any]) -> list[CellLook]:
    rows = part.get("rowData") or [{}]
    return [_cell_look(cell) for cell in rows[0].get("values", [])]


def _cell_look(cell: Mapping[str, Any]) -> CellLook:
    shown = cell.get("userEnteredFormat", {})
    return CellLook(
        note=cell.get("note", ""),
        number_format=shown.get("numberFormat", {}).get("type", ""),
        coloured="backgroundColor" in shown,
        rule=cell.get("dataValidation", {}).get("condition"),
    )
