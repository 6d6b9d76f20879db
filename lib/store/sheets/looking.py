"""The look at the sheet just before a write: rows, formulas, books and claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL
from pydantic import ValidationError

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.frames import record_at
from lib.schema.record import Record
from lib.schema.tables import table as table_by_code
from lib.store.merge import RowKey
from lib.store.sheets.cells import Raw, raw_from
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import Tab
from lib.store.sheets.provisioning import Places
from lib.store.sheets.reading import SheetTable, read_table

ROW_BROKEN = N_(
    "シートのこの行に読めないところがあります。データ点検で直してから、もう一度保存してください。"
)
KEY_DOUBLED = N_(
    "シートに同じ番号の行が二つ以上あります。データ点検で直してから、もう一度保存してください。"
)

CELLS: Final = (
    "sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(userEnteredValue(formulaValue),effectiveValue))))"
)
_FIELDS: Final = f"namedRanges(namedRangeId),{CELLS}"

Formulas = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SeenTab:
    """One tab at the moment of the look.

    cells: by row from 0, ragged. formulas: row and column, from 0, of every formula.
    read: the same as records.
    """

    tab: Tab
    cells: Sequence[Sequence[Raw]]
    formulas: Formulas
    read: SheetTable

    @property
    def code(self) -> str:
        """The table's code."""
        return self.read.table.code

    def cell(self, row: int, column: int) -> Raw:
        """Return a cell; "" beyond what stands there."""
        line = self.cells[row] if row < len(self.cells) else ()
        return line[column] if column < len(line) else ""

    def row_of(self, key: str) -> int | None:
        """Return the row, from 0, of a record; None where there is none."""
        if key not in self.read.frame.index:
            return None
        return int(self.read.rows[self.read.frame.index.get_loc(key)]) - 1

    def record(self, key: str) -> Record | None:
        """Return the record with that key.

        Raises:
            ActionRefused: the row stands twice, or holds what no record can.
        """
        if key.partition("#")[0] in self.read.doubled:
            raise ActionRefused(KEY_DOUBLED)
        try:
            return record_at(self.read.table, self.read.frame, key)
        except (ValueError, ValidationError) as error:
            raise ActionRefused(ROW_BROKEN) from error


@dataclass(frozen=True, slots=True)
class Look:
    """What one call showed, all of it at one moment.

    tabs: by table code, those asked for. commits: ids of all commits ever applied.
    claims: the claims that nobody cleaned away yet.
    """

    tabs: Mapping[str, SeenTab]
    commits: frozenset[str]
    claims: frozenset[str]

    def records(self, wanted: Sequence[RowKey]) -> dict[RowKey, Record]:
        """Return those of the wanted rows that exist."""
        found = {}
        for code, key in wanted:
            record = self.tabs[code].record(key) if code in self.tabs else None
            if record is not None:
                found[code, key] = record
        return found


def look(
    client: SheetsClient, spreadsheet: str, places: Places, codes: Sequence[str]
) -> Look:
    """Return how these tables stand now; one read.

    Raises:
        StoreError: see the client.
    """
    wanted = {code: places.tabs[code] for code in codes if code in places.tabs}
    ranges = [tab.whole for tab in (*wanted.values(), places.system)]
    answer = client.request(
        "get",
        SPREADSHEET_URL % spreadsheet,
        params={"ranges": ranges, "fields": _FIELDS},
    ).json()
    grids = {
        sheet.get("properties", {}).get("sheetId", 0): cells_of(sheet)
        for sheet in answer.get("sheets", [])
    }
    nothing: Cells = ([], frozenset())
    books, _formulas = grids.get(places.system.sheet_id, nothing)
    return Look(
        tabs={
            code: _seen(code, tab, *grids.get(tab.sheet_id, nothing))
            for code, tab in wanted.items()
        },
        commits=frozenset(str(row[0]) for row in books[1:] if row and row[0] != ""),
        claims=frozenset(
            str(named.get("namedRangeId", ""))
            for named in answer.get("namedRanges", [])
        ),
    )


def _seen(code: str, tab: Tab, cells: list[list[Raw]], formulas: Formulas) -> SeenTab:
    return SeenTab(tab, cells, formulas, read_table(table_by_code(code), tab, cells))


Cells = tuple[list[list[Raw]], Formulas]


def cells_of(sheet: Mapping[str, Any]) -> Cells:
    """Return the cells of a tab's only grid, and where formulas stand."""
    rows: list[list[Raw]] = []
    formulas = set()
    for part in sheet.get("data", [])[:1]:
        for number, row in enumerate(part.get("rowData", [])):
            cells = row.get("values", [])
            line = [raw_from(cell.get("effectiveValue", {})) for cell in cells]
            while line and line[-1] == "":
                line.pop()
            rows.append(line)
            formulas |= {
                (number, column)
                for column, cell in enumerate(cells)
                if "formulaValue" in cell.get("userEnteredValue", {})
            }
    return rows, frozenset(formulas)
