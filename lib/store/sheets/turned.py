"""Codes that a sheet turned into numbers: read as it shows them, and to be looked at.

1-2 typed as a lot becomes a day, 007 a 7, 3E5 a 300000. The number alone does not say
what people see, so these cells, and only these, are asked for once more as they are
shown. What comes is taken for the value and marked doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
from gspread.utils import rowcol_to_a1

from lib.i18n import N_
from lib.schema.cells import parse_cell
from lib.schema.cells.reading import Status
from lib.schema.cells.writing import text_of
from lib.schema.tables import KEY_SEPARATOR
from lib.store.protocol import ProblemKind, RowProblem
from lib.store.sheets.payload import Rows
from lib.store.sheets.reading import STATUS_COLUMNS, SheetTable
from lib.store.sheets.rows import NEW_ROW

TURNED: Final = N_(
    "文字が数や日付に変えられています。シートに見えているとおりに読みました。確かめてください。"
)

Cell = tuple[str, str]
"""Key of a row and name of a field."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask of one tab: a stretch of rows, of the key's columns and of others.

    first, last: row numbers. columns: by field, its position. cells: those meant.
    """

    table: SheetTable
    cells: tuple[Cell, ...]
    first: int
    last: int
    columns: Mapping[str, int]

    def ranges(self) -> list[str]:
        """Return one range a column, in A1 notation."""
        return [
            f"{self.table.tab.whole}!{rowcol_to_a1(self.first, column + 1)}"
            f":{rowcol_to_a1(self.last, column + 1)}"
            for column in self.columns.values()
        ]

    def texts(self, parts: Iterable[Rows]) -> dict[Cell, str]:
        """Return what the cells show; those whose row moved meanwhile are left out."""
        shown = dict(zip(self.columns, parts, strict=True))
        found = {}
        for key, name in self.cells:
            at = _row_of(self.table, key) - self.first
            if self._key_at(shown, at) == key:
                found[key, name] = _text(shown[name], at)
        return found

    def _key_at(self, shown: Mapping[str, Rows], at: int) -> str:
        table = self.table.table
        return KEY_SEPARATOR.join(
            str(parse_cell(table.field(name), _text(shown[name], at)).value)
            for name in table.key
        )


def asked_of(table: SheetTable) -> Asked | None:
    """Return what to ask of a tab; None where no cell needs it.

    Rows without a number, or with one that stands twice, cannot be found again, and
    wait until they have one of their own.
    """
    cells = [
        (key, name)
        for key, name in table.turned
        if not key.startswith(NEW_ROW)
        and key.rpartition("#")[0] not in table.doubled
        and key not in table.doubled
    ]
    if not cells or not all(part in table.header.columns for part in table.table.key):
        return None
    rows = [_row_of(table, key) for key, _name in cells]
    names = dict.fromkeys([*table.table.key, *(name for _key, name in cells)])
    columns = {name: table.header.columns[name] for name in names}
    return Asked(table, tuple(cells), min(rows), max(rows), columns)


def with_texts(table: SheetTable, texts: Mapping[Cell, str]) -> SheetTable:
    """Return the table with what its turned cells show, as far as that is known."""
    mine = {cell: texts[cell] for cell in table.turned if cell in texts}
    other = {c: t for c, t in mine.items() if t and t != text_of(table.turned[c])}
    left = {cell: raw for cell, raw in table.turned.items() if cell not in mine}
    if not other:
        return replace(table, turned=left)
    columns = {name: table.frame[name].array for name in table.frame.columns}
    for name in {name for _key, name in other}:
        columns[name] = columns[name].copy()
    for (key, name), text in other.items():
        columns[name][table.frame.index.get_loc(key)] = text
    return replace(
        table,
        frame=pd.DataFrame(columns, index=table.frame.index, copy=False),
        statuses=_statuses(table, other),
        problems=_problems(table, other),
        turned=left,
    )


def _statuses(table: SheetTable, texts: Mapping[Cell, str]) -> pd.DataFrame:
    cells = pd.MultiIndex.from_frame(table.statuses[["key", "field"]])
    kept = table.statuses[~cells.isin(list(texts))]
    rows = [
        (table.table.code, *cell, Status.DOUBTFUL.value, text)
        for cell, text in texts.items()
    ]
    added = pd.DataFrame(rows, columns=list(STATUS_COLUMNS), dtype="str")
    return pd.concat([kept, added], ignore_index=True)


def _problems(table: SheetTable, texts: Mapping[Cell, str]) -> tuple[RowProblem, ...]:
    labels = {(key, table.table.field(name).label) for key, name in texts}
    return (
        *(p for p in table.problems if (p.key, p.column) not in labels),
        *(
            RowProblem(
                table.table.code,
                table.tab.title,
                _row_of(table, key),
                table.table.field(name).label,
                key,
                text,
                TURNED,
                kind=ProblemKind.DOUBTFUL,
            )
            for (key, name), text in texts.items()
        ),
    )


def _row_of(table: SheetTable, key: str) -> int:
    return int(table.rows[table.frame.index.get_loc(key)])


def _text(rows: Rows, at: int) -> str:
    return str(rows[at][0]) if 0 <= at < len(rows) and rows[at] else ""
