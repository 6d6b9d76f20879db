"""Taking back what a batch wrote over cells that were not as its look had shown them.

The batch's own answer says what stood there at that very moment, so whatever a person
or another process had put there comes back, to the record it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lib.store.sheets.batching import (
    Batch,
    Former,
    RowWrite,
    add_writes,
    by_title,
    same,
    stamps_at,
    title_at,
)
from lib.store.sheets.cells import Formula, Raw
from lib.store.sheets.layout import Tab
from lib.store.sheets.looking import SeenTab

PATIENCE: Final = 3
"""Looks for which cells that somebody has written over since are watched: that may be
a write that went astray as well, and be taken back itself."""


@dataclass
class Undo:
    """Cells of one row to take back; all by header, for columns move too.

    keys: the row's cells of the key as they stand since the write; all blank where the
        row is no record. cells: what was written, and what had stood there.
    stamps: which of them the store sets by itself; they go back together or not at
        all. origin: where the row stood at the look, for formulas that go back.
    looks: how often it was looked for in vain.
    """

    code: str
    keys: Mapping[Raw, Raw]
    cells: Mapping[Raw, tuple[Raw, Raw]]
    stamps: frozenset[Raw]
    origin: int = 0
    looks: int = 0


def undo_of(seen: SeenTab, former: Former, *, changed_only: bool = False) -> Undo:
    """Return what takes one write back; of its cells, if so, those not as seen."""
    cells, write = former.cells, former.write
    origin = _origin(seen, cells)
    names = {column: title_at(seen, column) for column in cells}
    as_seen = {c for c, raw in cells.items() if same(raw, seen.cell(write.row, c))}
    kept = as_seen if changed_only else set()
    written = {
        c: (raw, Formula(formula) if formula else cells[c])
        for c, raw in write.cells.items()
        if c not in kept
        for formula in [seen.formulas.get((origin, c), "")]
    }
    keys = {c: write.cells.get(c, cells[c]) for c in seen.key_columns}
    return Undo(
        write.code,
        {names[c]: raw for c, raw in keys.items()},
        {names[c]: pair for c, pair in written.items()},
        frozenset(names[c] for c in stamps_at(seen) if c in written),
        origin,
    )


def _origin(seen: SeenTab, cells: Mapping[int, Raw]) -> int:
    """Return where the row that was hit stood at the look; -1 where it has no key."""
    keys = {column: cells[column] for column in seen.key_columns}
    if all(same(raw, "") for raw in keys.values()):
        return -1
    for row in range(seen.read.header.row, len(seen.cells)):
        if all(same(seen.cell(row, c), raw) for c, raw in keys.items()):
            return row
    return -1


def undo_of_row(seen: SeenTab, row: Sequence[Raw]) -> Undo:
    """Return what takes a row that was put below the data back."""
    cells = {title_at(seen, c): (raw, "") for c, raw in enumerate(row) if raw}
    keys = {title_at(seen, c): row[c] for c in seen.key_columns}
    return Undo(seen.code, keys, cells, frozenset())


def undoing(
    astray: Batch, undos: Sequence[Undo], now: Mapping[str, SeenTab], system: Tab
) -> tuple[Batch, list[Undo], list[Undo]]:
    """Return the batch that takes back what can be, whose it is, and what must wait.

    What stands as it had stood is done with, and in none of them.
    """
    batch = Batch(
        {**astray.seen, **now},
        astray.commit,
        system,
        logged=astray.logged,
        promises=astray.promises,
    )
    acting: list[Undo] = []
    waiting: list[Undo] = []
    for undo in undos:
        tab = now.get(undo.code)
        row = None if tab is None else _row_of(undo, tab)
        if tab is None or row is None:
            waiting.append(undo)
            continue
        cells = dict(_to_restore(undo, tab, row))
        taken = any((w.code, w.row) == (undo.code, row) for w in batch.writes)
        if cells and not taken:
            batch.writes.append(RowWrite(undo.code, "", row, cells))
            acting.append(undo)
        elif cells or not _stands_as_before(undo, tab, row):
            waiting.append(undo)
    batch.keep_formers()
    add_writes(batch, batch.writes)
    return batch, acting, waiting


def _row_of(undo: Undo, tab: SeenTab) -> int | None:
    """Return the row that was hit, wherever it is by now; None where it is gone."""
    columns = by_title(tab)
    keys = {columns[name]: raw for name, raw in undo.keys.items() if name in columns}
    cells = {columns[n]: pair[0] for n, pair in undo.cells.items() if n in columns}
    named = any(not same(raw, "") for raw in keys.values())
    found = [
        row
        for row in range(tab.read.header.row, len(tab.cells))
        if all(same(tab.cell(row, c), raw) for c, raw in keys.items())
    ]
    hits = [
        row
        for row in found
        if all(same(tab.cell(row, c), raw) for c, raw in cells.items())
    ]
    if hits:
        return hits[0]
    return found[0] if named and found else None


def _to_restore(undo: Undo, tab: SeenTab, row: int) -> Iterator[tuple[int, Raw]]:
    columns = by_title(tab)
    ours = {
        name
        for name, (written, _stood) in undo.cells.items()
        if name in columns and same(tab.cell(row, columns[name]), written)
    }
    if not ours >= undo.stamps:
        ours -= undo.stamps
    for name, (written, stood) in undo.cells.items():
        if name in ours and not same(written, stood):
            if isinstance(stood, Formula):
                stood = stood.moved(undo.origin, row)  # noqa: PLW2901
            yield columns[name], stood


def _stands_as_before(undo: Undo, tab: SeenTab, row: int) -> bool:
    columns = by_title(tab)
    return all(
        name in undo.stamps
        or name not in columns
        or same(tab.cell(row, columns[name]), stood)
        for name, (_written, stood) in undo.cells.items()
    )
