"""The look at the sheet just before a write: rows, formulas, books and claims.

One call, and no wider than it must be: the rows that may hold a header, the columns of
the key, the rows around each wanted one and the end of the books. The rest is known
from the last load, moved to where its keys stand now. At 20,000 rows of 58 columns that
is 1/31 of the bytes and 1/18 of the processor time of the whole tab
(`benchmarks/look_before_write.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from gspread.urls import SPREADSHEET_URL
from gspread.utils import rowcol_to_a1
from pydantic import ValidationError

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.cells import holds_made_id
from lib.schema.cells.reading import BLANKS
from lib.schema.frames import record_at
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.store.merge import RowKey
from lib.store.sheets.books import Books, read_books
from lib.store.sheets.cells import Raw, raw_from
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.columns import read_column, trimmed
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.layout import (
    HEADER_WITHIN,
    LAID_OUT_AHEAD,
    Header,
    Tab,
    read_header,
)
from lib.store.sheets.payload import Rows, collector_paused, transposed
from lib.store.sheets.provisioning import Places
from lib.store.sheets.reading import SheetTable, read_table
from lib.store.sheets.rows import NEW_ROW, filled_down, naming, without_blank

AROUND: Final = 50
"""Rows above and below a wanted one: as far as a day without a year looks for one,
and what is kept to put right a write that hits a neighbour."""
LOOKS: Final = 3
"""After so many looks at places where the rows no longer stood, all of it is read."""
WIDE: Final = 0.5
"""Share of a tab beyond which all of it is read in one piece."""

ROW_BROKEN = N_(
    "シートのこの行に読めないところがあります。データ点検で直してから、もう一度保存してください。"
)
KEY_DOUBLED = N_(
    "シートに同じ番号の行が二つ以上あります。データ点検で直してから、もう一度保存してください。"
)

_CELLS: Final = (
    "sheets(properties(sheetId,gridProperties(rowCount)),data(startRow,startColumn,"
    "rowData(values(userEnteredValue(formulaValue),effectiveValue))))"
)
_CLAIMS: Final = "namedRanges(namedRangeId)"

Formulas = Mapping[tuple[int, int], str]
"""Formula by row and column, from 0."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which record stands in which row of the whole tab.

    index: keys. rows: number in the sheet, from 1, of each. doubled: as typed.
    """

    index: pd.Index
    rows: Any
    doubled: frozenset[str]

    def row_of(self, key: str) -> int | None:
        """Return the row, from 0, of a record; None where there is none."""
        if key not in self.index:
            return None
        return int(self.rows[self.index.get_loc(key)]) - 1


@dataclass(frozen=True, slots=True)
class SeenTab:
    """One tab at the moment of the look.

    cells: by row from 0, ragged; of rows that were not asked for as they stood at the
        last load. formulas: those of the rows that were asked for. read: these rows as
        records. standing: where all records are; None where `read` has them all.
    grid_rows: rows of the grid, blank ones included; 0 where not asked for.
    """

    tab: Tab
    cells: Sequence[Sequence[Raw]]
    formulas: Formulas
    read: SheetTable
    standing: Standing | None = None
    grid_rows: int = 0

    @property
    def code(self) -> str:
        """The table's code."""
        return self.read.table.code

    @property
    def stands(self) -> Standing:
        """Where all records of the tab are."""
        return self.standing or Standing(
            self.read.frame.index, self.read.rows, self.read.doubled
        )

    @property
    def key_columns(self) -> list[int]:
        """The columns of the key, from 0."""
        return _key_columns(self.read.header, self.read.table)

    def cell(self, row: int, column: int) -> Raw:
        """Return a cell; "" beyond what stands there."""
        line = self.cells[row] if row < len(self.cells) else ()
        return line[column] if column < len(line) else ""

    def row_of(self, key: str) -> int | None:
        """Return the row, from 0, of a record; None where there is none."""
        return self.stands.row_of(key)

    def place_of(self, key: str) -> int | None:
        """Return the row, from 0, of a record, or the one laid out ahead for it.

        Only some tables, such as the days of a month, are laid out.
        """
        row = self.row_of(key)
        ahead = self.code in LAID_OUT_AHEAD and self.read.header.writable
        if row is not None or not ahead:
            return row
        columns = _key_columns(self.read.header, self.read.table)
        return _standing(self.read.table, self.read.header, self.cells, columns).row_of(
            key
        )

    def is_laid_out(self, key: str) -> bool:
        """Whether a row has the key and formulas at most, and waits to be filled."""
        row = self.place_of(key)
        if row is None or self.code not in LAID_OUT_AHEAD or key in self.stands.doubled:
            return False
        return not any(
            self.cell(row, column) not in ("", None, False)
            and (row, column) not in self.formulas
            for name, column in self.read.header.columns.items()
            if name not in self.read.table.key
        )

    def record(self, key: str) -> Record | None:
        """Return the record with that key.

        Raises:
            ActionRefused: the row stands twice, or holds what no record can.
        """
        if key.partition("#")[0] in self.stands.doubled:
            raise ActionRefused(KEY_DOUBLED)
        try:
            return record_at(self.read.table, self.read.frame, key)
        except (ValueError, ValidationError) as error:
            raise ActionRefused(ROW_BROKEN) from error


@dataclass(frozen=True, slots=True)
class Look:
    """What one call showed, all of it at one moment.

    tabs: by table code, those asked for. books: of all commits.
    claims: the claims that nobody cleaned away yet; empty unless asked for.
    """

    tabs: Mapping[str, SeenTab]
    books: Books
    claims: frozenset[str] = frozenset()

    def records(self, wanted: Sequence[RowKey]) -> dict[RowKey, Record]:
        """Return those of the wanted rows that exist."""
        found = {}
        for code, key in wanted:
            record = self.tabs[code].record(key) if code in self.tabs else None
            if record is not None:
                found[code, key] = record
        return found


Wanted = Mapping[str, Collection[str] | None]
"""Keys by table code; none of them for the header and the end, None for all."""


class Looker:
    """Looks at one spreadsheet."""

    def __init__(self, client: SheetsClient, spreadsheet: str) -> None:
        """Look through `client`."""
        self._client = client
        self._spreadsheet = spreadsheet

    def look(
        self,
        places: Places,
        wanted: Wanted,
        known: Mapping[str, SeenTab],
        books: Books,
        *,
        claims: bool = False,
    ) -> Look:
        """Return how the wanted rows stand now: one read where they did not move far.

        Args:
            places: where the tabs are.
            wanted: the rows.
            known: the tabs at the last load.
            books: the commits at the last load.
            claims: whether to ask for them; thousands may lie after an import.

        Raises:
            StoreError: see the client.
        """
        asked = {
            code: _ask(places.tables[code], places.tabs[code], known.get(code), keys)
            for code, keys in wanted.items()
            if code in places.tabs
        }
        booked: Books | None = books
        for attempt in range(LOOKS + 1):
            if attempt == LOOKS:
                asked, booked = _wide(asked), None
            try:
                answer = self._answer(places, asked, booked, claims=claims)
            except RequestRefused as error:
                if error.unknown_range or attempt == LOOKS:
                    raise
                # Rows went, and a range lies beyond the grid.
                asked, booked = _wide(asked), None
                continue
            with collector_paused():
                tabs = {code: _seen(ask, answer) for code, ask in asked.items()}
                found = _books(places.system, booked, answer)
                again = {
                    code: _ask(ask.table, ask.tab, tabs[code], wanted[code])
                    for code, ask in asked.items()
                    if _is_short(ask, tabs[code])
                }
            if found is not None and not again:
                whole = {code: tab for code, tab in tabs.items() if tab is not None}
                return Look(whole, found, _claims(answer))
            asked |= again
            booked = found
        raise AssertionError  # the last round asks for everything

    def _answer(
        self,
        places: Places,
        asked: Mapping[str, _Ask],
        books: Books | None,
        *,
        claims: bool,
    ) -> Mapping[str, Any]:
        title = places.system.whole
        ranges = [r for ask in asked.values() for r in ask.ranges()]
        ranges += books.tail(title) if books else [title]
        fields = f"{_CLAIMS},{_CELLS}" if claims else _CELLS
        found: Mapping[str, Any] = self._client.request(
            "get",
            SPREADSHEET_URL % self._spreadsheet,
            params={"ranges": ranges, "fields": fields},
        ).json()
        return found


# What to ask for --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked of one tab: all of it where nothing of it is known.

    keys: the wanted rows. head: rows at the top, down to the header at least.
    spans: first and last row, from 0, of each stretch of rows.
    tail: row, from 0, from which on all is shown; None where the end does not matter.
    """

    table: Table
    tab: Tab
    known: SeenTab | None = None
    keys: tuple[str, ...] = ()
    head: int = 0
    spans: tuple[tuple[int, int], ...] = ()
    tail: int | None = None

    @property
    def columns(self) -> list[int]:
        """The columns of the key, from 0."""
        if self.known is None or not self.keys:
            return []
        return _key_columns(self.known.read.header, self.table)

    def ranges(self) -> list[str]:
        """Return the ranges in A1 notation."""
        title = self.tab.whole
        if self.known is None:
            return [title]
        letters = [rowcol_to_a1(1, at + 1)[:-1] for at in self.columns]
        return [
            f"{title}!1:{self.head}",
            *(f"{title}!{letter}:{letter}" for letter in letters),
            *(f"{title}!{top + 1}:{bottom + 1}" for top, bottom in self.spans),
            *self._tail_ranges(),
        ]

    def _tail_ranges(self) -> list[str]:
        if self.known is None or self.tail is None:
            return []
        width = max(self.known.read.header.columns.values()) + 1
        letter = rowcol_to_a1(1, width)[:-1]
        return [f"{self.tab.whole}!A{self.tail + 1}:{letter}"]

    def shown(self, end: int = 0) -> Iterator[int]:
        """Yield the rows that are asked for as a whole; `end`: rows in the answer."""
        yield from range(self.head)
        if self.tail is not None:
            yield from range(max(self.tail, self.head), end)
        for top, bottom in self.spans:
            yield from range(max(top, self.head), bottom + 1)


def _wide(asked: Mapping[str, _Ask]) -> dict[str, _Ask]:
    return {code: _Ask(ask.table, ask.tab) for code, ask in asked.items()}


def _key_columns(header: Header, table: Table) -> list[int]:
    return [header.columns[name] for name in table.key if name in header.columns]


def _ask(
    table: Table, tab: Tab, known: SeenTab | None, keys: Collection[str] | None
) -> _Ask:
    """Return what to ask for, given where the rows stood last."""
    whole = _Ask(table, tab)
    if known is None or keys is None or known.tab.sheet_id != tab.sheet_id:
        return whole
    header = known.read.header
    complete = header.row and len(_key_columns(header, table)) == len(table.key)
    # What names a row without a number is its content and its order among all.
    if not complete or any(key.startswith(NEW_ROW) for key in keys):
        return whole
    last = len(known.cells) - 1
    rows = [row for key in keys if (row := known.place_of(key)) is not None]
    spans = _spans(rows, last)
    if sum(bottom - top + 1 for top, bottom in spans) > WIDE * (last + 1) + AROUND:
        return whole
    head = max(header.row, min(HEADER_WITHIN, last + 1))
    tail = None if keys else last
    return _Ask(table, tab, known, tuple(keys), head, tuple(spans), tail)


def _spans(rows: Iterable[int], last: int) -> list[tuple[int, int]]:
    """Return stretches of rows around `rows`, those that touch as one."""
    spans: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        top, bottom = max(0, row - AROUND), min(last, row + AROUND)
        if spans and top <= spans[-1][1] + 1:
            spans[-1] = spans[-1][0], bottom
        else:
            spans.append((top, bottom))
    return spans


# What the answer shows --------------------------------------------------------------


def _is_short(ask: _Ask, tab: SeenTab | None) -> bool:
    """Whether some wanted row was not shown, or is not what its place promised."""
    if tab is None:
        return True
    if ask.known is None:
        return False
    shown = set(ask.shown())
    places = {key: tab.place_of(key) for key in ask.keys}
    return any(
        row is not None
        and (
            row not in shown
            or not (key in tab.read.frame.index or tab.is_laid_out(key))
        )
        for key, row in places.items()
    )


def _seen(ask: _Ask, answer: Mapping[str, Any]) -> SeenTab | None:
    """Return a tab as shown; None where it is laid out anew and all of it is needed."""
    sheet = _sheet(answer, ask.tab.sheet_id)
    lines, formulas = cells_of(sheet)
    grid = _grid_rows(sheet)
    if ask.known is None:
        read = read_table(ask.table, ask.tab, lines)
        return SeenTab(ask.tab, lines, formulas, read, grid_rows=grid)
    former = ask.known.read.header
    header = read_header(ask.table, lines[: ask.head])
    if (header.row, header.columns, header.doubled) != (
        former.row,
        former.columns,
        former.doubled,
    ):
        return None
    shown = {
        row: lines[row] if row < len(lines) else [] for row in ask.shown(len(lines))
    }
    partial: list[list[Raw]] = [[]] * len(lines)
    for row, line in shown.items():
        partial[row : row + 1] = [line]
    read = read_table(ask.table, ask.tab, partial)
    standing, cells = _placed(ask, read.header, lines)
    for row, line in shown.items():
        cells += [[] for _ in range(row + 1 - len(cells))]
        cells[row] = line
    return SeenTab(ask.tab, cells, formulas, read, standing, grid)


def _placed(
    ask: _Ask, header: Header, lines: Sequence[Sequence[Raw]]
) -> tuple[Standing, list[Sequence[Raw]]]:
    """Return where all records stand, and their cells as far as known."""
    known = ask.known
    if known is None:
        raise AssertionError  # nothing was narrow then
    columns = ask.columns
    keys = _only(lines, columns)
    if not columns or keys == _only(known.cells, columns):
        cells: list[Sequence[Raw]] = list(known.cells)
        cells += [()] * (len(lines) - len(cells))
        return known.stands, cells
    standing = _standing(ask.table, header, lines, columns)
    cells = list(lines)
    for key, row in zip(standing.index, standing.rows.tolist(), strict=True):
        former = known.row_of(key)
        if former is not None and former < len(known.cells):
            line = list(known.cells[former])
            for column in columns:
                line += [""] * (column + 1 - len(line))
                line[column] = _at(lines[row - 1], column)
            cells[row - 1] = line
    return standing, cells


def _only(lines: Sequence[Sequence[Raw]], columns: Sequence[int]) -> list[list[Raw]]:
    """Return these columns, without the blank cells at their ends."""
    found = []
    for column in columns:
        cells = [_at(line, column) for line in lines]
        while cells and cells[-1] == "":
            cells.pop()
        found.append(cells)
    return found


def _at(line: Sequence[Raw], column: int) -> Raw:
    cell = line[column] if column < len(line) else ""
    return "" if cell is None else cell


def _standing(
    table: Table, header: Header, lines: Rows, columns: Sequence[int]
) -> Standing:
    """Return where the records stand, read from the columns of their keys alone."""
    width = max(columns) + 1
    bare = [
        [_at(line, column) if column in columns else "" for column in range(width)]
        for line in lines
    ]
    data, numbers = without_blank(bare[header.row :], header.row + 1)
    if not data:
        return Standing(pd.Index([], dtype="str"), np.empty(0, np.int64), frozenset())
    bare_header = replace(
        header, columns={name: header.columns[name] for name in table.key}, extras=()
    )
    cells = transposed(data)
    cells += [[None] * len(data) for _ in range(width - len(cells))]
    filled_down(table, bare_header, cells, numbers)
    read = {}
    for name in table.key:
        item = table.field(name)
        read[name] = read_column(item, cells[header.columns[name]])
        if item.kind == "text" and not holds_made_id(item):
            read[name] = trimmed(read[name], BLANKS)
    names = naming(table, read, bare_header, data, numbers)
    rows = numbers if names.kept is None else numbers[np.array(names.kept, np.intp)]
    return Standing(pd.Index(list(names.keys), dtype="str"), rows, names.doubled)


def _books(system: Tab, known: Books | None, answer: Mapping[str, Any]) -> Books | None:
    lines, _formulas = cells_of(_sheet(answer, system.sheet_id))
    if known is None:
        return read_books(lines)
    return known.continued({row: line for row, line in enumerate(lines) if line})


def _claims(answer: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        str(named.get("namedRangeId", "")) for named in answer.get("namedRanges", [])
    )


def _sheet(answer: Mapping[str, Any], sheet_id: int) -> Mapping[str, Any]:
    for sheet in answer.get("sheets", []):
        if sheet.get("properties", {}).get("sheetId", 0) == sheet_id:
            found: Mapping[str, Any] = sheet
            return found
    return {}


def _grid_rows(sheet: Mapping[str, Any]) -> int:
    grid = sheet.get("properties", {}).get("gridProperties", {})
    return int(grid.get("rowCount", 0))


def cells_of(sheet: Mapping[str, Any]) -> tuple[list[list[Raw]], dict[Any, str]]:
    """Return the cells of a tab by row from 0, and its formulas, as far as shown.

    Several ranges of a tab come one after the other and may overlap.
    """
    lines: list[list[Raw]] = []
    formulas = {}
    for part in sheet.get("data", []):
        top, left = part.get("startRow", 0), part.get("startColumn", 0)
        rows = part.get("rowData", [])
        lines += [[] for _ in range(top + len(rows) - len(lines))]
        for number, row in enumerate(rows, top):
            cells = row.get("values")
            if not cells:
                continue
            line = lines[number]
            line += [""] * (left + len(cells) - len(line))
            for column, cell in enumerate(cells, left):
                line[column] = raw_from(cell.get("effectiveValue", {}))
                entered = cell.get("userEnteredValue")
                if entered and "formulaValue" in entered:
                    formulas[number, column] = entered["formulaValue"]
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines, formulas
