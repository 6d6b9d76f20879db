"""What an import would do, before it does anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lib.actions.importing.headers import Layout
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.store.protocol import RowProblem

_OF_THE_STORE: Final = frozenset({"source", "updated_at", "updated_by", "version"})


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that would be added. `row` counts from 1, as the sheet does.

    base: the stored row whose gaps it fills, or which it brings back; None for a row
    that is not there yet.
    """

    row: int
    record: Record
    base: Record | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields in which it differs from the stored row; () for a new one."""
        if self.base is None:
            return ()
        return tuple(
            f.name
            for f in self.record.fields()
            if f.name not in _OF_THE_STORE
            and getattr(self.base, f.name) != getattr(self.record, f.name)
        )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that is there already and would not be added; `why` is a catalogue key."""

    row: int
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no record (a total, a note); `row` 0 stands for a whole sheet."""

    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a file that is not one of ours, and how often it stands there.

    field: where it stands. guess: what it may stand for, "" where nothing is likely.
    needed: rows with it are held back until somebody says what it stands for.
    """

    field: Field
    typed: str
    count: int
    guess: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one sheet would do.

    problems: rows held back until mended; nothing of them is added.
    doubts: cells of rows that would be added, which a person should look at.
    unknown: headers of columns that no field takes; these columns are left out.
    words: words that stand for nothing here, in the order of the sheet.
    shares: shares that differ from what the counts give, cell by cell.
    centre: the centre that rows without one are taken to be of; "" for none.
    """

    table: Table
    sheet: str
    header_row: int
    rows: tuple[NewRow, ...]
    problems: tuple[RowProblem, ...]
    doubts: tuple[RowProblem, ...]
    duplicates: tuple[Duplicate, ...]
    skipped: tuple[Skipped, ...]
    unknown: tuple[str, ...]
    layout: Layout
    words: tuple[Word, ...] = ()
    shares: tuple[RowProblem, ...] = ()
    centre: str = ""

    @property
    def held_back(self) -> int:
        """Number of rows with a problem."""
        return len({problem.row for problem in self.problems})


@dataclass(frozen=True, slots=True)
class Preview:
    """What a whole file would do: one part a sheet, and the sheets left out.

    digest names the file's content; the ids of the saves follow from it.
    """

    file: str
    digest: str
    parts: tuple[Part, ...]
    left_out: tuple[Skipped, ...]

    @property
    def new_rows(self) -> int:
        """Number of rows that would be added."""
        return sum(len(part.rows) for part in self.parts)

    @property
    def held_back(self) -> int:
        """Number of rows that would not be added because of a problem."""
        return sum(part.held_back for part in self.parts)

    @property
    def duplicates(self) -> int:
        """Number of rows that are there already."""
        return sum(len(part.duplicates) for part in self.parts)

    def records(self) -> Iterator[tuple[Table, NewRow]]:
        """Yield each new row with its table, in the order of the file."""
        for part in self.parts:
            for row in part.rows:
                yield part.table, row
