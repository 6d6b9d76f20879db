"""A shared sheet as typed frames: nothing dropped, nothing guessed silently.

Every cell has its value, what was typed, and a status; every row its number in the
sheet. What a person should look at comes as problems. See sheets.md 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from lib.schema.cells import holds_made_id
from lib.schema.cells.reading import BLANKS, ERROR_VALUE, Status
from lib.schema.cells.writing import text_of
from lib.schema.column import Field
from lib.schema.frames import empty_frame
from lib.schema.record import MESSAGES
from lib.schema.tables import TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import Source
from lib.store.protocol import (
    AUDIT_TAIL,
    ProblemKind,
    RowProblem,
    Snapshot,
    Whereabouts,
)
from lib.store.sheets.columns import (
    ReadColumn,
    absent_column,
    filled_in,
    lacks_context,
    moments,
    read_column,
    trimmed,
    with_marks,
)
from lib.store.sheets.layout import Header, Tab, header_problems, read_header
from lib.store.sheets.payload import Rows, transposed
from lib.store.sheets.rows import (
    KEY_INCOMPLETE,
    KEY_TWICE,
    MEND_KEY_INCOMPLETE,
    MEND_KEY_TWICE,
    MEND_NOTE_ROW,
    MEND_WITHOUT_KEY,
    NOTE_ROW,
    ROW_WITHOUT_KEY,
    Naming,
    Note,
    filled_down,
    filled_marks,
    naming,
    only_keyed,
    says_something,
    without_blank,
)
from lib.text import one_line

STATUS_COLUMNS: Final = ("table", "key", "field", "status", "typed")
_REPAIRED: Final = Status.REPAIRED.value
_BAD: Final = Status.BAD.value
_TYPED_LIMIT: Final = 200
LINK: Final = "https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={number}"
"""Opens a tab in a browser, whatever address the API is asked at."""
_FARTHEST_NEIGHBOUR: Final = 50
"""Rows above and below in which a day without a year looks for one."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One tab as read.

    frame: one row a record, as `lib.schema.frames` describes it; an unknown word of a
        vocabulary is a category of its own.
    statuses: `STATUS_COLUMNS`, one row a cell that is not simply right.
    rows: number in the sheet of each row of `frame`, at this read only.
    extras: what stands in the columns people added, by position (0 is column A).
    notes: rows that are no records, as they stand.
    new: provisional keys of rows without a number.
    doubled: keys that stand in several rows; nothing may be written to them.
    laid_out: number in the sheet of each row that has a key and waits to be filled;
        no record, and whoever makes the record fills it instead of adding a row.
    loading: whether a formula had not been computed yet.
    guessed: whether a cell took its year or month from the rows around.
    turned: the numbers that stand in columns of words, by key and field, and of which
        nobody knows yet how the sheet shows them: 1-2 becomes a day, 007 a 7.
    """

    table: Table
    tab: Tab
    header: Header
    frame: pd.DataFrame
    statuses: pd.DataFrame
    problems: tuple[RowProblem, ...]
    rows: Any
    extras: pd.DataFrame
    notes: tuple[Note, ...] = ()
    new: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()
    laid_out: Mapping[str, int] = field(default_factory=dict)
    loading: bool = False
    guessed: bool = False
    turned: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def may_write(self, key: str, name: str) -> bool:
        """Whether that cell may be written: its row and its column stand but once."""
        return (
            self.header.writable
            and name in self.header.columns
            and name not in self.header.doubled
            and not {key, key.rpartition("#")[0]} & self.doubled
        )


@dataclass(frozen=True, slots=True)
class SheetRead:
    """All tabs as read from one payload.

    tables: by code; tables without a tab are not among them.
    lost: what could not be found in the spreadsheet.
    """

    tables: Mapping[str, SheetTable]
    lost: tuple[RowProblem, ...] = ()

    @property
    def loading(self) -> bool:
        """Whether some formula had not been computed yet."""
        return any(table.loading for table in self.tables.values())

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """All problems, tab by tab, in the order of the sheet."""
        found = [p for table in self.tables.values() for p in table.problems]
        return (*self.lost, *found)

    def snapshot(
        self, *, revision: int, loaded_at: datetime, spreadsheet: str = ""
    ) -> Snapshot:
        """Return what the rest of the program sees, of 操作ログ the tail.

        spreadsheet: its id, for links that open the very cell.
        """
        frames = {
            table.code: self.tables[table.code].frame
            if table.code in self.tables
            else empty_frame(table)
            for table in TABLES
        }
        frames["audit"] = frames["audit"].tail(AUDIT_TAIL)
        statuses = [t.statuses for t in self.tables.values() if len(t.statuses)]
        return Snapshot(
            frames=frames,
            revision=revision,
            loaded_at=loaded_at,
            problems=self.problems,
            statuses=pd.concat(statuses, ignore_index=True)
            if statuses
            else _statuses([]),
            where={
                code: _whereabouts(table, spreadsheet)
                for code, table in self.tables.items()
                if code != "audit"  # of which the frame holds the tail
            },
        )


def _whereabouts(table: SheetTable, spreadsheet: str) -> Whereabouts:
    return Whereabouts(
        tab=table.tab.title,
        link=LINK.format(spreadsheet=spreadsheet, number=table.tab.sheet_id),
        columns=table.header.columns,
        keys=table.frame.index,
        rows=table.rows,
        doubled=table.doubled,
    )


# One tab ----------------------------------------------------------------------------


def read_table(table: Table, tab: Tab, rows: Rows) -> SheetTable:
    """Return one tab as read; whatever stands there, it never raises for it.

    The frame has every column of the record, also where this place has fewer.
    """
    header = read_header(table, rows)
    data, numbers = without_blank(rows[header.row :], header.row + 1)
    if not header.row or not data:
        return _without_rows(table, tab, header, rows if not header.row else ())
    cells = transposed(data)
    filled = filled_down(table, header, cells, numbers)
    columns = _read_columns(table, header, cells, len(data))
    guessed = _add_context(table, header, cells, columns)
    for name, places in filled.items():
        columns[name] = with_marks(columns[name], filled_marks(places))
    waiting = only_keyed(table, header, cells, len(data))
    names = naming(table, columns, header, data, numbers, waiting=waiting)
    return _assembled(
        table,
        tab,
        header,
        cells=cells,
        columns=columns,
        names=names,
        numbers=numbers,
        guessed=guessed,
    )


def _without_rows(table: Table, tab: Tab, header: Header, rows: Rows) -> SheetTable:
    notes = tuple(
        Note(n, tuple(row))
        for n, row in enumerate(rows, start=1)
        if says_something(row)
    )
    return SheetTable(
        table=table,
        tab=tab,
        header=header,
        frame=empty_frame(table_by_code(table.code)),
        statuses=_statuses([]),
        problems=tuple(header_problems(table, tab.title, header)),
        rows=np.empty(0, np.int64),
        extras=pd.DataFrame(),
        notes=notes,
    )


def _read_columns(
    table: Table, header: Header, cells: Sequence[Any], length: int
) -> dict[str, ReadColumn]:
    columns = {}
    for item in table_by_code(table.code).fields:
        typed = _cells_of(header, item.name, cells)
        columns[item.name] = (
            absent_column(item, length) if typed is None else read_column(item, typed)
        )
    # What only the app writes is blank in rows that a person typed.
    columns["source"] = filled_in(columns["source"], Source.SHEET.value)
    columns["version"] = filled_in(columns["version"], 0)
    for name in table.key:
        item = table.field(name)
        if item.kind == "text" and not holds_made_id(item):
            columns[name] = trimmed(columns[name], BLANKS)
    return columns


def _cells_of(header: Header, name: str, cells: Sequence[Any]) -> Any | None:
    place = header.columns.get(name)
    return None if place is None or place >= len(cells) else cells[place]


# Days without a year ----------------------------------------------------------------


def _add_context(
    table: Table, header: Header, cells: Sequence[Any], columns: dict[str, ReadColumn]
) -> bool:
    """Read days without year or month again, with a day from the rows around.

    Return whether there were any.
    """
    found = False
    timed = [f for f in table.fields if f.kind in ("date", "datetime")]
    for item in timed:
        typed = _cells_of(header, item.name, cells)
        marks = columns[item.name].marks
        if typed is not None and len(marks) and lacks_context(typed, marks):
            hint = _hints(item, timed, columns)
            columns[item.name] = moments(item, typed, hint)
            found = True
    return found


def _hints(
    item: Field, timed: Sequence[Field], columns: Mapping[str, ReadColumn]
) -> Callable[[int], date | None]:
    """Return what finds a day near the one meant: in the row, else in the column."""
    others = sorted((f for f in timed if f is not item), key=lambda f: not f.required)
    row_days = [columns[f.name].array for f in others]
    own = columns[item.name].array

    def hint(place: int) -> date | None:
        for days in row_days:
            if not pd.isna(days[place]):
                return _as_day(days[place])
        for step in range(1, _FARTHEST_NEIGHBOUR + 1):
            for near in (place - step, place + step):
                if 0 <= near < len(own) and not pd.isna(own[near]):
                    return _as_day(own[near])
        return None

    return hint


def _as_day(moment: Any) -> date:
    day: date = moment.date()
    return day


# Frame, statuses, problems ----------------------------------------------------------


def _assembled(
    table: Table,
    tab: Tab,
    header: Header,
    *,
    cells: Sequence[Any],
    columns: Mapping[str, ReadColumn],
    names: Naming,
    numbers: Any,
    guessed: bool,
) -> SheetTable:
    kept = None if names.kept is None else np.array(names.kept, np.intp)
    index = pd.Index(list(names.keys), name="key", dtype="str")
    frame = pd.DataFrame(
        {
            name: column.array if kept is None else column.array.take(kept)
            for name, column in columns.items()
        },
        index=index,
        copy=False,
    )
    rows = numbers if kept is None else numbers[kept]
    marks = _marked_cells(
        table, header, cells=cells, columns=columns, names=names, rows=rows
    )
    return SheetTable(
        table=table,
        tab=tab,
        header=header,
        frame=frame,
        statuses=_statuses(marks),
        problems=(
            *header_problems(table, tab.title, header),
            *_row_problems(table, tab, names, rows),
            *_unfilled(table, tab, header, frame=frame, keys=names.keys, rows=rows),
            *(_cell_problem(table, tab, mark) for mark in marks if mark.visible),
        ),
        rows=rows,
        extras=_extras(header, cells, index, kept),
        notes=names.notes,
        new=names.new,
        doubled=names.doubled,
        laid_out=names.laid_out,
        loading=any(mark.loading for mark in marks),
        guessed=guessed,
        turned=_turned(table, header, cells=cells, columns=columns, names=names),
    )


def _turned(
    table: Table,
    header: Header,
    *,
    cells: Sequence[Any],
    columns: Mapping[str, ReadColumn],
    names: Naming,
) -> dict[tuple[str, str], float]:
    """Return the numbers in columns of words that people fill; keys name their rows."""
    found: dict[tuple[str, str], float] = {}
    for item in table.fields:
        places = columns[item.name].turned
        typed = _cells_of(header, item.name, cells) if places else None
        if typed is None or item.auto or item.name in table.key:
            continue
        position = _positions(names)
        for place in places:
            at = place if position is None else position.get(place)
            if at is not None:
                found[names.keys[at], item.name] = typed[place]
    return found


def _positions(names: Naming) -> dict[int, int] | None:
    """Return the row of the frame for each data row; None where they are the same."""
    if names.kept is None:
        return None
    return {place: at for at, place in enumerate(names.kept)}


class _Mark(NamedTuple):
    """A cell that is not simply right; the first five are those of the statuses."""

    table: str
    key: str
    field: str
    status: str
    typed: str
    row: int
    why: str

    @property
    def visible(self) -> bool:
        """Whether a person should look at it."""
        return self.status != _REPAIRED

    @property
    def loading(self) -> bool:
        return self.why == ERROR_VALUE and self.typed.strip().startswith("Loading")


def _marked_cells(
    table: Table,
    header: Header,
    *,
    cells: Sequence[Any],
    columns: Mapping[str, ReadColumn],
    names: Naming,
    rows: Any,
) -> list[_Mark]:
    position = _positions(names)
    found = []
    for name, column in columns.items():
        typed = _cells_of(header, name, cells) if len(column.marks) else None
        if typed is None:
            continue
        for place, reading in column.marks.at():
            at = place if position is None else position.get(place)
            if at is not None:
                found.append(
                    _Mark(
                        table.code,
                        names.keys[at],
                        name,
                        reading.status.value,
                        _as_typed(typed[place]),
                        int(rows[at]),
                        reading.why,
                    )
                )
    return found


def _as_typed(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return "" if cell is None else text_of(cell)


def _statuses(marks: Sequence[_Mark]) -> pd.DataFrame:
    columns = list(zip(*marks, strict=True)) or [()] * len(STATUS_COLUMNS)
    return pd.DataFrame(dict(zip(STATUS_COLUMNS, columns, strict=False)), dtype="str")


def _cell_problem(table: Table, tab: Tab, mark: _Mark) -> RowProblem:
    label = table.field(mark.field).label
    typed = mark.typed[:_TYPED_LIMIT]
    bad = mark.status == _BAD
    return RowProblem(
        table.code,
        tab.title,
        mark.row,
        label,
        mark.key,
        typed,
        mark.why,
        kind=ProblemKind.UNREADABLE if bad else ProblemKind.DOUBTFUL,
    )


def _row_problems(table: Table, tab: Tab, names: Naming, rows: Any) -> list[RowProblem]:
    code, title = table.code, tab.title
    found = []
    for note in names.notes:
        typed = one_line(" ".join(_as_typed(c) for c in note.cells), _TYPED_LIMIT)
        why, mend, kind = (
            (KEY_INCOMPLETE, MEND_KEY_INCOMPLETE, ProblemKind.INCOMPLETE)
            if note.incomplete
            else (NOTE_ROW, MEND_NOTE_ROW, ProblemKind.NOTE)
        )
        if not note.remark:
            kind = ProblemKind.INCOMPLETE
        found.append(
            RowProblem(code, title, note.row, "", "", typed, why, mend, kind=kind)
        )
    label = table.field(table.key[0]).label
    if names.new or names.doubled:
        for key, row in zip(names.keys, rows.tolist(), strict=True):
            plain = key if key in names.doubled else key.rpartition("#")[0]
            if plain in names.doubled:
                why, mend, kind = KEY_TWICE, MEND_KEY_TWICE, ProblemKind.TWICE
            elif key in names.new:
                plain, why, mend = "", ROW_WITHOUT_KEY, MEND_WITHOUT_KEY
                kind = ProblemKind.NUMBERLESS
            else:
                continue
            found.append(
                RowProblem(code, title, row, label, key, plain, why, mend, kind=kind)
            )
    return found


def _unfilled(
    table: Table,
    tab: Tab,
    header: Header,
    *,
    frame: pd.DataFrame,
    keys: Sequence[str],
    rows: Any,
) -> list[RowProblem]:
    """Return the cells that every record fills and that are blank."""
    found = []
    for item in table.fields:
        if (
            not item.required
            or item.name in table.key
            or item.name not in header.columns
        ):
            continue
        values = frame[item.name]
        blank = (values == "") if item.kind == "text" else values.isna()
        for at in np.flatnonzero(np.asarray(blank, bool)).tolist():
            key = keys[at]
            found.append(
                RowProblem(
                    table.code,
                    tab.title,
                    int(rows[at]),
                    item.label,
                    key,
                    "",
                    MESSAGES["missing"],
                    kind=ProblemKind.INCOMPLETE,
                )
            )
    return found


def _extras(
    header: Header, cells: Sequence[Any], index: pd.Index, kept: Any
) -> pd.DataFrame:
    """Return every column that belongs to no field, as it stands."""
    known = set(header.columns.values())
    titled = {place for place, _title in header.extras}
    data = {}
    for place, column in enumerate(cells):
        if place in known or not (place in titled or any(column)):
            continue
        values = np.array(column, object)
        data[place] = values if kept is None else values[kept]
    return pd.DataFrame(data, index=index, dtype=object)
