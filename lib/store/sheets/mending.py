"""Putting right what a batch wrote to the wrong place.

Between the look and the write a person may have moved rows or columns. The batch is
applied then, but on other cells than meant; its answer says so, and what stood in
those cells is known from the look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lib.schema.audit import CHANGED, AuditEntry
from lib.schema.cells.writing import text_of
from lib.store.sheets.batching import (
    Batch,
    RowWrite,
    add_rows,
    add_writes,
    by_title,
    deletions,
    new_row,
    title_at,
)
from lib.store.sheets.cells import Formula, Raw
from lib.store.sheets.looking import SeenTab

LOGGED_REASON = "書き込みの間に行か列が動き、この行に入った値をアプリが元に戻しました。"
"""Stands in 操作ログ, which is Japanese in every installation."""
NOT_MENDED_REASON = "書き込みの間に行か列が動き、ほかの行に値が入ったおそれがあります。"
_FIRST_NUMBER = 90_001
"""Log rows of repairs are numbered from here on, apart from those of the commit."""


def mended(
    batch: Batch, now: Mapping[str, SeenTab], log: SeenTab | None
) -> Batch | None:
    """Return the batch that puts things right; None where nothing is wrong.

    Cells that somebody changed after the mis-hit stay as they are now. What is put
    back is written into the log as well.

    Args:
        batch: what was applied, with the tabs as they stood before.
        now: the same tabs as they stand now.
        log: 操作ログ, as far as known; None where there is none.
    """
    repair = Batch(now, batch.commit, logged=batch.logged, promises=batch.promises)
    restored: list[RowWrite] = []
    for code, tab in now.items():
        if code in batch.seen:
            restored += _restored(batch, batch.seen[code], tab)
            repair.writes += _intended(batch, batch.seen[code], tab)
            repair.writes += _realigned(batch, batch.seen[code], tab)
    repair.writes += restored
    add_writes(repair, repair.writes)
    for code, keys in batch.deleted.items():
        _mend_deletion(repair, batch.seen[code], now[code], keys)
    if not repair.requests:
        return None
    _log(repair, log, _entries(restored, now))
    return repair


def log_restored(
    repair: Batch, log: SeenTab | None, now: Mapping[str, SeenTab]
) -> None:
    """Add to a repair the log rows about what it puts back into records."""
    restored = []
    for write in repair.writes:
        keys = _keys_by_row(now[write.code])
        if write.row in keys and write.code != "audit":
            restored.append(replace(write, key=keys[write.row]))
    _log(repair, log, _entries(restored, now))


def confession(batch: Batch, log: SeenTab) -> Batch:
    """Return the batch that only notes in the log that a mis-hit was not put right."""
    note = Batch(
        {log.code: log}, batch.commit, logged=batch.logged, promises=batch.promises
    )
    rows = [(write.code, write.key, "", "", "") for write in batch.writes]
    _log(note, log, rows, NOT_MENDED_REASON)
    return note


def taken_back(batch: Batch, now: Mapping[str, SeenTab]) -> Batch | None:
    """Return the batch that undoes what a refused one left; None where it left nothing.

    Rows that were added are blanked and not deleted, so that nothing moves.
    """
    undone = Batch(now, batch.commit, promises=batch.promises)
    for write in batch.writes:
        before, tab = batch.seen[write.code], now[write.code]
        row = tab.place_of(write.key)
        if row is not None:
            cells = {
                column: before.cell(write.row, column)
                for column, raw in write.cells.items()
                if _same(tab.cell(row, column), raw)
                and not _same(before.cell(write.row, column), raw)
            }
            undone.writes.append(RowWrite(write.code, write.key, row, cells))
    for code, raws in batch.appended:
        tab = now[code]
        wide = {column: raw for column, raw in enumerate(raws) if raw is not None}
        for row in range(tab.read.header.row, len(tab.cells)):
            if all(_same(tab.cell(row, c), raw) for c, raw in wide.items()):
                undone.writes.append(RowWrite(code, "", row, dict.fromkeys(wide, "")))
                break
    undone.writes = [write for write in undone.writes if write.cells]
    add_writes(undone, undone.writes)
    return undone if undone.requests else None


Entry = tuple[str, str, str, str, str]
"""Table, key, field, what stood there by mistake, and what stands there again."""


def _entries(restored: Sequence[RowWrite], now: Mapping[str, SeenTab]) -> list[Entry]:
    found = []
    for write in restored:
        tab = now[write.code]
        names = {column: name for name, column in tab.read.header.columns.items()}
        for column, raw in write.cells.items():
            item = tab.read.table.field(names[column]) if column in names else None
            if item is None or not item.logged_by_value:
                before, after = "", CHANGED
            else:
                before, after = text_of(tab.cell(write.row, column)), text_of(raw)
            name = names.get(column, str(title_at(tab, column)))
            found.append((write.code, write.key, name, before, after))
    return found


def _log(
    repair: Batch,
    log: SeenTab | None,
    entries: Sequence[Entry],
    reason: str = LOGGED_REASON,
) -> None:
    if log is None or not log.read.header.writable:
        return
    commit = repair.commit
    rows = []
    for code, key, name, before, after in entries:
        number = _FIRST_NUMBER + repair.logged
        repair.logged += 1
        rows.append(
            AuditEntry(
                id=f"L-{commit.id}-{number:05d}",
                commit_id=commit.id,
                at=commit.at,
                actor=commit.actor,
                table=code,
                row_key=key,
                field_name=name,
                before=before,
                after=after,
                route=commit.route,
                reason=reason,
                updated_at=commit.at,
                updated_by=commit.actor,
                version=1,
            )
        )
    add_rows(repair, log, [new_row(log, row) for row in rows])


def _keys_by_row(tab: SeenTab) -> dict[int, str]:
    """Return the key of each record that was read, by its row from 0."""
    places = zip(tab.read.frame.index, tab.read.rows, strict=True)
    return {int(row) - 1: str(key) for key, row in places}


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
    keys = _keys_by_row(now)
    moved = _header_moved(before, now)
    for write in batch.writes:
        if write.code != before.code:
            continue
        for row in range(now.read.header.row, len(now.cells)):
            key = keys.get(row, "")
            if key == write.key and not moved:
                continue
            hit = _still_hit(before, now, row, write)
            cells = _former(before, now, key, replace(hit, row=row), wanted)
            if cells:
                yield RowWrite(write.code, key, row, cells)


def _still_hit(before: SeenTab, now: SeenTab, row: int, write: RowWrite) -> RowWrite:
    """Return the cells of a write that stand in a row, none where it was not hit.

    A person may have typed over some of them since; who wrote and when, which every
    write carries, still tells.
    """
    still = {c: raw for c, raw in write.cells.items() if _same(now.cell(row, c), raw)}
    columns = before.read.header.columns
    marks = {columns[name] for name in _MARKS if name in columns} & set(write.cells)
    whole = len(still) == len(write.cells)
    if not whole and not (marks and marks <= set(still)):
        still = {}
    return replace(write, cells=still)


_MARKS = ("updated_at", "updated_by", "version")


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
    wanted: Mapping[str, Mapping[Raw, Raw]],
) -> dict[int, Raw]:
    """Return what stood in the cells that the write hit, as far as it differs.

    write: with the row that it hit.
    """
    own = wanted.get(key, {})
    columns = by_title(before)
    row = before.row_of(key) if key else None
    cells: dict[int, Raw] = {}
    for column, raw in write.cells.items():
        title = title_at(now, column)
        if title in own and _same(own[title], raw):
            continue
        at = columns.get(title)
        stood = _stood(before, row, at, write.row)
        if not _same(stood, raw):
            cells[column] = stood
    return cells


def _stood(before: SeenTab, row: int | None, at: int | None, now_at: int) -> Raw:
    """Return what a cell held: its formula where it had one, for its row of now."""
    if row is None or at is None:
        return ""
    formula = before.formulas.get((row, at))
    if formula is not None:
        return Formula(formula).moved(row, now_at)
    return before.cell(row, at)


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
