"""Putting right what a batch wrote to the wrong place.

Between the look and the write a person may have moved rows or columns. The batch is
applied then, but on other cells than meant; its answer says so, and what stood in
those cells is known from the look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lib.store.sheets.batching import (
    Batch,
    RowWrite,
    add_rows,
    add_writes,
    by_title,
    deletions,
    title_at,
)
from lib.store.sheets.cells import Raw
from lib.store.sheets.looking import SeenTab


def mended(batch: Batch, now: Mapping[str, SeenTab]) -> Batch | None:
    """Return the batch that puts things right; None where nothing is wrong.

    Cells that somebody changed after the mis-hit stay as they are now.

    Args:
        batch: what was applied, with the tabs as they stood before.
        now: the same tabs as they stand now.
    """
    repair = Batch(now)
    for code, tab in now.items():
        if code in batch.seen:
            repair.writes += _restored(batch, batch.seen[code], tab)
            repair.writes += _intended(batch, batch.seen[code], tab)
            repair.writes += _realigned(batch, batch.seen[code], tab)
    add_writes(repair, repair.writes)
    for code, keys in batch.deleted.items():
        _mend_deletion(repair, batch.seen[code], now[code], keys)
    return repair if repair.requests else None


def _same(one: Raw, other: Raw) -> bool:
    return (one in ("", None) and other in ("", None)) or one == other


def _header_moved(before: SeenTab, now: SeenTab) -> bool:
    return any(
        title_at(now, column) != title_at(before, column)
        for column in before.read.header.columns.values()
    )


# Cells of other rows ----------------------------------------------------------------


def _restored(batch: Batch, before: SeenTab, now: SeenTab) -> Iterator[RowWrite]:
    """Yield what puts back cells of rows that were hit by mistake."""
    wanted = _wanted(batch, before)
    keys = {
        int(row) - 1: key
        for key, row in zip(now.read.frame.index, now.read.rows, strict=True)
    }
    moved = _header_moved(before, now)
    for write in batch.writes:
        if write.code != before.code:
            continue
        for row in range(now.read.header.row, len(now.cells)):
            key = keys.get(row, "")
            if key == write.key and not moved:
                continue
            if not all(_same(now.cell(row, c), raw) for c, raw in write.cells.items()):
                continue
            cells = _former(before, now, key, write, wanted.get(key, {}))
            if cells:
                yield RowWrite(write.code, key, row, cells)


def _wanted(batch: Batch, before: SeenTab) -> dict[str, dict[Raw, Raw]]:
    """Return what the batch meant to write, by key and header."""
    return {
        write.key: {title_at(before, c): raw for c, raw in write.cells.items()}
        for write in batch.writes
        if write.code == before.code
    }


def _former(
    before: SeenTab,
    now: SeenTab,
    key: str,
    write: RowWrite,
    own: Mapping[Raw, Raw],
) -> dict[int, Raw]:
    """Return what stood in the cells that the write hit, as far as it differs."""
    columns = by_title(before)
    row = before.row_of(key) if key else None
    cells: dict[int, Raw] = {}
    for column, raw in write.cells.items():
        title = title_at(now, column)
        if title in own and _same(own[title], raw):
            continue
        at = columns.get(title)
        stood = "" if row is None or at is None else before.cell(row, at)
        if not _same(stood, raw):
            cells[column] = stood
    return cells


# The rows that were meant -----------------------------------------------------------


def _intended(batch: Batch, before: SeenTab, now: SeenTab) -> Iterator[RowWrite]:
    """Yield what was meant and did not reach its row."""
    columns = by_title(now)
    for write in batch.writes:
        row = now.place_of(write.key) if write.code == before.code else None
        if row is None:
            continue
        cells = {}
        for column, raw in write.cells.items():
            at = columns.get(title_at(before, column))
            if at is None or not _same(
                now.cell(row, at), before.cell(write.row, column)
            ):
                continue
            if not _same(now.cell(row, at), raw):
                cells[at] = raw
        if cells:
            yield RowWrite(write.code, write.key, row, cells)


def _realigned(batch: Batch, before: SeenTab, now: SeenTab) -> Iterator[RowWrite]:
    """Yield appended rows anew whose columns lie elsewhere by now."""
    if not _header_moved(before, now):
        return
    columns = by_title(now)
    for code, raws in batch.appended:
        if code != before.code:
            continue
        for row in range(len(now.cells) - 1, now.read.header.row - 1, -1):
            if all(_same(now.cell(row, c), raw) for c, raw in enumerate(raws)):
                cells: dict[int, Raw] = {c: "" for c, r in enumerate(raws) if r}
                for column, raw in enumerate(raws):
                    at = columns.get(title_at(before, column))
                    if raw is not None and at is not None:
                        cells[at] = raw
                yield RowWrite(code, "", row, cells)
                break


# Deletions --------------------------------------------------------------------------


def _mend_deletion(
    repair: Batch, before: SeenTab, now: SeenTab, keys: Sequence[str]
) -> None:
    """Bring back rows that went by mistake and take out those that stayed."""
    meant = set(keys)
    standing = set(now.read.frame.index)
    lost = [
        list(before.cells[int(row) - 1])
        for key, row in zip(before.read.frame.index, before.read.rows, strict=True)
        if key not in standing and key not in meant
    ]
    left = [key for key in keys if key in standing]
    rows = sorted(row for key in left if (row := now.row_of(key)) is not None)
    if rows:
        repair.deleted[before.code] = left
        repair.gone[before.code] = rows
        repair.requests += deletions(now.tab.sheet_id, rows)
    if not _header_moved(before, now):
        add_rows(repair, now, lost)
