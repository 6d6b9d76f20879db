"""What people do to a shared spreadsheet, in every table and every kind of cell.

A page of this: the list of dirty cells in sheets.md 6. `Dirtier` spoils one cell here and
there by a seed; `spoil` types given words into given cells. Both work as a person's
hand does, through the spreadsheet, past every rule of the app.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from lib.schema.column import Field
from lib.schema.tables import TABLES, Table, table
from tests.sheets_api import Hand

Row = list[Any]

BY_KIND: Final[dict[str, tuple[Any, ...]]] = {
    "choice": ("謎の言葉", "対応中です", "？", 7, "", "=1/0", "TRUE", "※確認"),
    "choices": ("謎の言葉", "返金、謎の言葉", "", 7, "=NA()"),
    "text": (
        "",
        1234567,
        "=1/0",
        "　空白　",
        "一行目\n二行目",
        "'=1+1",
        "髙﨑𠮷🍣",
        0.5,
    ),
    "integer": ("多数", "約20", "20〜30", "８０件", "-5", "", 46329, 1.5, "=1/0", "－"),
    "decimal": ("80%", 0.8, 250, "九割", "", "=NA()", "－"),
    "date": ("昨日", "上旬", "7.11.3", "3日", "", "=1/0", "2026/13/45", 20261103, 1),
    "datetime": ("昨日", "25:99", "11/3", "", "=NA()", "令和7年11月3日 9:5", 99999999),
}
"""What is typed into a cell, by the kind of its field."""

NOTES: Final = (["※ 年末は休みです"], ["小計", 3, 4], ["", "", "合計", "12"])
"""Rows that are no records."""


def grid(hand: Hand, tab: str) -> list[Row]:
    """Return the whole tab, header first, rows as long as the header."""
    rows = hand.read(tab, render="UNFORMATTED_VALUE")
    return [[*row, *[""] * (len(rows[0]) - len(row))] for row in rows]


def lay(hand: Hand, tab: str, rows: list[Row]) -> None:
    """Put these rows in place of the whole tab."""
    hand.clear(tab, None)
    hand.paste(tab, "A1", rows)


def spoil(hand: Hand, code: str, row: int, **cells: Any) -> None:
    """Type over some cells of one record; `row` counts the records from 0."""
    kind = table(code)
    rows = grid(hand, kind.tab)
    for name, typed in cells.items():
        rows[1 + row][_place(rows, kind, name)] = typed
    lay(hand, kind.tab, rows)


def append(hand: Hand, code: str, **cells: Any) -> None:
    """Type a new row below the last one."""
    kind = table(code)
    rows = grid(hand, kind.tab)
    new: Row = [""] * len(rows[0])
    for name, typed in cells.items():
        new[_place(rows, kind, name)] = typed
    lay(hand, kind.tab, [*rows, new])


def rows_of(hand: Hand, code: str, name: str) -> list[Any]:
    """Return what stands in one column, header left out."""
    rows = grid(hand, table(code).tab)
    place = _place(rows, table(code), name)
    return [row[place] for row in rows[1:]]


def _place(rows: list[Row], kind: Table, name: str) -> int:
    return rows[0].index(kind.field(name).label)


@dataclass
class Dirtier:
    """Spoils every table by chance, the same for the same seed.

    share: of the cells of each column that are spoilt, at least one.
    """

    hand: Hand
    seed: int
    share: float = 0.12

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    def everything(self, *, but: tuple[str, ...] = ("audit",)) -> None:
        """Spoil every table but those named."""
        for kind in TABLES:
            if kind.code not in but:
                self.table(kind)

    def table(self, kind: Table) -> None:
        """Spoil cells in every column, and rows, of one table."""
        rows = grid(self.hand, kind.tab)
        if len(rows) > 1:
            for field in kind.fields:
                self._column(rows, kind, field)
            self._rows(rows, kind)
        lay(self.hand, kind.tab, rows)

    def _column(self, rows: list[Row], kind: Table, field: Field) -> None:
        place = _place(rows, kind, field.name)
        count = max(1, int(self.share * len(rows)))
        # A key that is gone takes its row away; a few are enough.
        count = 1 if field.name in kind.key else count
        for row in self.chance.sample(range(1, len(rows)), min(count, len(rows) - 1)):
            rows[row][place] = self.chance.choice(BY_KIND[field.kind])

    def _rows(self, rows: list[Row], kind: Table) -> None:
        """Copy a row, leave one without its key, put notes and a blank row between."""
        copied = list(self.chance.choice(rows[1:]))
        keyless = list(self.chance.choice(rows[1:]))
        keyless[_place(rows, kind, kind.key[0])] = ""
        width = len(rows[0])
        notes = [[*note, *[""] * (width - len(note))][:width] for note in NOTES]
        for extra in (copied, keyless, [""] * width, *notes):
            rows.insert(self.chance.randint(1, len(rows)), extra)
