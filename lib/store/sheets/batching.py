"""From a plan to one atomic batch, and from its answer to what went astray."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Any, Final

from gspread.utils import rowcol_to_a1

from lib import clock
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.record import Record
from lib.schema.tables import table_of
from lib.schema.vocab import AuditRoute, Source
from lib.store.merge import SET_BY_THE_STORE, Plan, RowKey
from lib.store.protocol import Commit
from lib.store.sheets.cells import Raw, cell_data, raw_from, raw_of, serial
from lib.store.sheets.layout import Tab
from lib.store.sheets.looking import SeenTab
from lib.store.sheets.promises import Promises

MOST_CLAIMS: Final = 200
"""New rows under made numbers that are claimed one by one; more take one claim."""
CLAIM: Final = "claim_"
CLAIM_LIFE: Final = 600.0
"""Seconds: ten times what a call may last, so that nobody still counts on it."""
MOST_RANGES: Final = 40
"""Rows whose keys are asked for one by one; more are asked for as one stretch."""

TAB_GONE = N_(
    "シートにタブが見つからないので保存できません。データ点検を確かめてください。"
)
COLUMN_GONE = N_(
    "シートの見出しがそろっていないので保存できません。データ点検を確かめてください。"
)
A_FORMULA = N_(
    "この項目はシートで計算式になっているので、上書きしません。シートで直してください。"
)

ANSWER: Final = (
    "replies(addNamedRange(namedRange(namedRangeId))),"
    "updatedSpreadsheet(sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(effectiveValue)))))"
)

_DOCUMENTED: Final = Promises()

FORMER_AT: Final = 4
"""Column, from 0, of the first row of the books from which on a batch keeps what stood
in the cells that it writes: its answer shows them as they were at that very moment."""
FORMER_COLUMNS: Final = 104
"""Columns that the books have for it; a longer batch knows less of what it hit."""

Place = tuple[int, int, int]
"""Number of the tab, row and column, both from 0."""


@dataclass(frozen=True, slots=True)
class RowWrite:
    """Cells of one standing row: where it stood at the look, and what goes in.

    key: "" for a row that has none. cells: by column from 0.
    """

    code: str
    key: str
    row: int
    cells: Mapping[int, Raw]


@dataclass(frozen=True, slots=True)
class Former:
    """What stood in the cells of a write, and in those of the key, as it was applied.

    as_seen: whether that is what the look had shown.
    """

    write: RowWrite
    cells: Mapping[int, Raw]
    as_seen: bool

    def hit(self, seen: SeenTab) -> bool:
        """Whether the write went into another row than the one that was seen."""
        row = self.write.row
        return any(not same(self.cells[c], seen.cell(row, c)) for c in _keys_at(seen))


@dataclass
class Batch:
    """One `batchUpdate` and what its answer has to show.

    seen: the tabs as they stood when it was made.
    system: the tab of the books; None where nothing is to be kept there.
    claims: number of claims, which come first.
    appended: rows put below the data, as their cells.
    deleted: keys taken out, by table code. commit: whose it is.
    logged: rows that say what was put back, in this and the batches that it mends.
    promises: what it may rest on.
    mark: stands before the former cells, to tell them from those of another batch.
    """

    seen: Mapping[str, SeenTab]
    commit: Commit
    system: Tab | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    claims: int = 0
    writes: list[RowWrite] = field(default_factory=list)
    appended: list[tuple[str, list[Raw]]] = field(default_factory=list)
    deleted: dict[str, list[str]] = field(default_factory=dict)
    gone: dict[str, list[int]] = field(default_factory=dict)
    logged: int = 0
    promises: Promises = _DOCUMENTED
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    def is_claim(self, request: int | None) -> bool:
        """Whether the request that Google refused is a claim: another was first."""
        return request is not None and request < self.claims

    def body(self) -> dict[str, Any]:
        """Return the request, which asks for what `astray` looks at."""
        return {
            "requests": self.requests,
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": self.ranges(),
        }

    def astray(self, answer: Mapping[str, Any]) -> bool:
        """Whether anything went where it should not, because rows or columns moved."""
        now = _cells_by_place(answer)
        return (
            any(not self._same_header(code, now) for code in self._touched())
            or any(not self._hit(write, now) for write in self.writes)
            or any(self._lost_or_left(code, now) for code in self.deleted)
        )

    def formers(
        self, answer: Mapping[str, Any], *, strict: bool = False
    ) -> list[Former] | None:
        """Return what each write replaced; None where the answer does not tell.

        A row whose stamp differs from the look's, though its claim was ours, was hit
        by somebody's write to another row, who is about to put it right: that is
        `as_seen` too, for what we wrote is what our user means, unless `strict`.
        """
        now = _cells_by_place(answer)
        kept = self._kept()
        if self.deleted or self.system is None or len(kept) < len(self.writes):
            return None
        if any(not self._same_header(code, now) for code in self._touched()):
            return None
        number = self.system.sheet_id
        if kept and now.get((number, 0, FORMER_AT)) != self.mark:
            return None
        found = []
        for write, slots in kept:
            cells = {c: now.get((number, 0, slot), "") for c, slot in slots.items()}
            as_seen = self._as_seen(write, cells, strict=strict)
            found.append(Former(write, cells, as_seen))
        return found

    def _as_seen(
        self, write: RowWrite, cells: Mapping[int, Raw], *, strict: bool
    ) -> bool:
        seen = self.seen[write.code]
        other = {
            c for c, raw in cells.items() if not same(raw, seen.cell(write.row, c))
        }
        if other & set(_keys_at(seen)):
            return False
        return not other or (not strict and bool(other & stamps_at(seen)))

    def _kept(self) -> list[tuple[RowWrite, dict[int, int]]]:
        """Return the writes whose former cells are kept, and in which columns."""
        at, found = FORMER_AT + 1, []
        for write in self.writes if self.system else ():
            columns = sorted({*_keys_at(self.seen[write.code]), *write.cells})
            if at + len(columns) > FORMER_COLUMNS:
                break
            found.append((write, dict(zip(columns, count(at)))))
            at += len(columns)
        return found

    def keep_formers(self) -> None:
        """Add the requests that keep what stands in the cells about to be written."""
        if not self._kept() or self.system is None:
            return
        number = self.system.sheet_id
        if self.system.columns < FORMER_COLUMNS:
            self.requests.append(_widened(number))
        room = _area(number, 0, FORMER_AT, FORMER_COLUMNS - FORMER_AT)
        mark = [{"values": [cell_data(self.mark)]}]
        blank = {"range": room, "rows": mark, "fields": "userEnteredValue"}
        self.requests.append({"updateCells": blank})
        for write, slots in self._kept():
            tab = self.seen[write.code].tab.sheet_id
            for first, cells in _runs(slots):
                paste = {
                    "source": _area(tab, write.row, first, len(cells)),
                    "destination": _area(number, 0, slots[first], len(cells)),
                    "pasteType": "PASTE_VALUES",
                }
                self.requests.append({"copyPaste": paste})

    # What is asked for and compared -------------------------------------------------

    def _touched(self) -> list[str]:
        codes = [write.code for write in self.writes]
        codes += [code for code, _row in self.appended]
        return list(dict.fromkeys([*codes, *self.deleted]))

    def ranges(self) -> list[str]:
        """Return the ranges in which it shows where everything went."""
        ranges = []
        for code in self._touched():
            seen = self.seen[code]
            row = seen.read.header.row
            ranges.append(f"{seen.tab.whole}!{row}:{row}")
            first, last = _key_columns(seen)
            if code in self.deleted:
                rows = [0, max(len(seen.cells), 1) - 1]
            else:
                rows = sorted({w.row for w in self.writes if w.code == code})
            for top, bottom in _stretches(rows, whole=code in self.deleted):
                start = rowcol_to_a1(top + 1, first + 1)
                end = rowcol_to_a1(bottom + 1, last + 1)
                ranges.append(f"{seen.tab.whole}!{start}:{end}")
        if self._kept() and self.system is not None:
            start = rowcol_to_a1(1, FORMER_AT + 1)
            end = rowcol_to_a1(1, FORMER_COLUMNS)
            ranges.append(f"{self.system.whole}!{start}:{end}")
        return ranges

    def _same_header(self, code: str, now: Mapping[Place, Raw]) -> bool:
        seen = self.seen[code]
        row = seen.read.header.row - 1
        return all(
            now.get((seen.tab.sheet_id, row, column), "") == seen.cell(row, column)
            for column in seen.read.header.columns.values()
        )

    def _hit(self, write: RowWrite, now: Mapping[Place, Raw]) -> bool:
        seen = self.seen[write.code]
        above = sum(row < write.row for row in self.gone.get(write.code, ()))
        return all(
            now.get((seen.tab.sheet_id, write.row - above, column), "")
            == (write.cells.get(column, seen.cell(write.row, column)) or "")
            for column in _keys_at(seen)
        )

    def _lost_or_left(self, code: str, now: Mapping[Place, Raw]) -> bool:
        """Whether the rows between the deleted ones are not those that should be."""
        seen = self.seen[code]
        away = set(self.gone[code])
        rest = [row for row in range(len(seen.cells)) if row not in away]
        return any(
            now.get((seen.tab.sheet_id, at, column), "") != seen.cell(row, column)
            for at, row in enumerate(rest)
            for column in _keys_at(seen)
        )


def _keys_at(seen: SeenTab) -> list[int]:
    columns = seen.read.header.columns
    return [columns[name] for name in seen.read.table.key if name in columns]


def stamps_at(seen: SeenTab) -> set[int]:
    """Return the columns of what the store itself sets with every change."""
    columns = seen.read.header.columns
    return {columns[name] for name in SET_BY_THE_STORE if name in columns}


def same(one: Raw, other: Raw) -> bool:
    """Whether two cells hold the same; None and "" are both blank."""
    return (one in ("", None) and other in ("", None)) or one == other


def _area(number: int, row: int, column: int, width: int) -> dict[str, int]:
    return {
        "sheetId": number,
        "startRowIndex": row,
        "endRowIndex": row + 1,
        "startColumnIndex": column,
        "endColumnIndex": column + width,
    }


def _widened(number: int) -> dict[str, Any]:
    """Return what gives the books their columns; the same however often it is asked."""
    grid = {"columnCount": FORMER_COLUMNS}
    properties = {"sheetId": number, "gridProperties": grid}
    fields = "gridProperties.columnCount"
    return {"updateSheetProperties": {"properties": properties, "fields": fields}}


def _key_columns(seen: SeenTab) -> tuple[int, int]:
    places = _keys_at(seen) or [0]
    return min(places), max(places)


def _stretches(rows: Sequence[int], *, whole: bool) -> list[tuple[int, int]]:
    if whole or len(rows) > MOST_RANGES:
        return [(rows[0], rows[-1])]
    return [(row, row) for row in rows]


def _cells_by_place(answer: Mapping[str, Any]) -> dict[Place, Raw]:
    found: dict[Place, Raw] = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        number = sheet.get("properties", {}).get("sheetId", 0)
        for part in sheet.get("data", []):
            top, left = part.get("startRow", 0), part.get("startColumn", 0)
            for row, line in enumerate(part.get("rowData", []), top):
                for column, cell in enumerate(line.get("values", []), left):
                    raw = raw_from(cell.get("effectiveValue", {}))
                    found[number, row, column] = raw
    return found


# Making a batch ---------------------------------------------------------------------


def batch_for(
    commit: Commit,
    planned: Plan,
    seen: Mapping[str, SeenTab],
    *,
    taken: Collection[str],
    applied: int,
    system: Tab,
    promises: Promises = _DOCUMENTED,
    booked: bool = False,
) -> Batch:
    """Return the batch for a plan.

    Args:
        commit: where the plan comes from.
        planned: what to do.
        seen: the tabs that it touches, as they stand.
        taken: claims that lie already.
        applied: how many commits were applied before, as far as known.
        system: the tab of the books.
        promises: what may be relied on.
        booked: its log rows and its row in the books stand already.

    Raises:
        ActionRefused: a tab or a column is missing, or a formula stands in a cell.
    """
    batch = Batch(seen, commit, system, promises=promises)
    wanted = _claims(planned, seen, taken, applied) if promises.refuses_reuse else []
    for claim in wanted:
        batch.requests.append(claim_request(claim, system))
    batch.claims = len(batch.requests)
    for at, (record, names) in planned.changed.items():
        batch.writes.append(_row_write(_tab(seen, at[0]), at[1], record, names))
    fresh: dict[RowKey, Record] = {}
    for at, record in planned.inserted.items():
        tab = _tab(seen, at[0])
        if tab.is_laid_out(at[1]):
            batch.writes.append(_filled(tab, at[1], record))
        else:
            fresh[at] = record
    batch.keep_formers()
    add_writes(batch, batch.writes)
    _add_deletions(batch, planned)
    if booked:
        return batch
    fresh |= {("audit", entry.id): entry for entry in planned.log}
    for code, some in groupby(sorted(fresh, key=lambda at: at[0]), lambda at: at[0]):
        tab = _tab(seen, code)
        add_rows(batch, tab, [new_row(tab, fresh[at]) for at in some])
    books = [commit.id, serial(commit.at), 0 if planned.is_empty else 1]
    batch.requests.append(append(system.sheet_id, [books]))
    return batch


def add_writes(batch: Batch, writes: Iterable[RowWrite]) -> None:
    """Add the requests that set cells of standing rows, one for each run of cells."""
    for write in writes:
        number = batch.seen[write.code].tab.sheet_id
        for first, cells in _runs(write.cells):
            batch.requests.append(
                {
                    "updateCells": {
                        "start": {
                            "sheetId": number,
                            "rowIndex": write.row,
                            "columnIndex": first,
                        },
                        "rows": [{"values": [cell_data(raw) for raw in cells]}],
                        "fields": "userEnteredValue",
                    }
                }
            )


def add_rows(batch: Batch, tab: SeenTab, rows: Sequence[list[Raw]]) -> None:
    """Add the request that puts rows below the data of a tab."""
    if rows:
        batch.requests += below(
            tab.tab.sheet_id,
            rows,
            len(tab.cells),
            tab.grid_rows or tab.tab.rows,
            batch.promises,
        )
        batch.appended += [(tab.code, row) for row in rows]


def below(
    number: int,
    rows: Sequence[Sequence[Raw]],
    end: int,
    grid: int,
    promises: Promises,
) -> list[dict[str, Any]]:
    """Return the requests that put rows below the data of a tab.

    Where appendCells does not know where the data end, rows are inserted there: if
    others move it meanwhile, they stand between other rows and over none.

    Args:
        number: of the tab.
        rows: cells of each, from the first column on.
        end: rows with data, the header's included.
        grid: rows of the grid.
        promises: what may be relied on.
    """
    if promises.appends_below:
        return [append(number, rows)]
    if end >= grid:
        more = {"sheetId": number, "dimension": "ROWS", "length": len(rows)}
        room: dict[str, Any] = {"appendDimension": more}
    else:
        span = {
            "sheetId": number,
            "dimension": "ROWS",
            "startIndex": end,
            "endIndex": end + len(rows),
        }
        room = {"insertDimension": {"range": span, "inheritFromBefore": end > 1}}
    start = {"sheetId": number, "rowIndex": end, "columnIndex": 0}
    cells = {"start": start, "rows": _row_data(rows), "fields": "userEnteredValue"}
    return [room, {"updateCells": cells}]


def append(number: int, rows: Sequence[Sequence[Raw]]) -> dict[str, Any]:
    """Return the request that lets Google find the end of a tab's data itself."""
    cells = {"sheetId": number, "rows": _row_data(rows), "fields": "userEnteredValue"}
    return {"appendCells": cells}


def _row_data(rows: Sequence[Sequence[Raw]]) -> list[dict[str, Any]]:
    return [{"values": [cell_data(raw) for raw in row]} for row in rows]


def _runs(cells: Mapping[int, Raw]) -> list[tuple[int, list[Raw]]]:
    runs: list[tuple[int, list[Raw]]] = []
    for column in sorted(cells):
        if runs and runs[-1][0] + len(runs[-1][1]) == column:
            runs[-1][1].append(cells[column])
        else:
            runs.append((column, [cells[column]]))
    return runs


def _tab(seen: Mapping[str, SeenTab], code: str) -> SeenTab:
    if code not in seen:
        raise ActionRefused(TAB_GONE)
    if not seen[code].read.header.writable:
        raise ActionRefused(COLUMN_GONE)
    return seen[code]


def _row_write(
    tab: SeenTab, key: str, record: Record, names: Collection[str]
) -> RowWrite:
    row = tab.row_of(key)
    if row is None:
        raise ActionRefused(TAB_GONE)
    cells = {}
    for name in names:
        column = _column(tab, name)
        if column is None:
            continue
        if (row, column) in tab.formulas:
            raise ActionRefused(A_FORMULA)
        cells[column] = raw_of(tab.read.table.field(name), getattr(record, name))
    return RowWrite(tab.code, key, row, cells)


def _filled(tab: SeenTab, key: str, record: Record) -> RowWrite:
    """Return what fills a row that was laid out ahead; its key and formulas stay."""
    row = tab.place_of(key)
    if row is None:
        raise ActionRefused(TAB_GONE)
    own = {tab.read.header.columns[name] for name in tab.read.table.key}
    cells = {
        column: raw
        for column, raw in enumerate(new_row(tab, record))
        if raw is not None and column not in own and (row, column) not in tab.formulas
    }
    return RowWrite(tab.code, key, row, cells)


def new_row(tab: SeenTab, record: Record) -> list[Raw]:
    """Return the cells of a record, from the first column on."""
    columns = tab.read.header.columns
    row: list[Raw] = [None] * (max(columns.values()) + 1)
    for item in tab.read.table.fields:
        raw = raw_of(item, getattr(record, item.name))
        if raw is None:
            continue
        column = _column(tab, item.name)
        if column is not None:
            row[column] = raw
    return row


def _column(tab: SeenTab, name: str) -> int | None:
    """Return where to write a field; None for an automatic one without a column."""
    header = tab.read.header
    if name in header.columns and name not in header.doubled:
        return header.columns[name]
    if name in SET_BY_THE_STORE and name not in header.doubled:
        return None
    raise ActionRefused(COLUMN_GONE)


# Deletions of the sample year -------------------------------------------------------


def _add_deletions(batch: Batch, planned: Plan) -> None:
    for code, keys in _by_table(planned.deleted).items():
        batch.deleted[code] = keys
        for key in _log_of_the_sample(batch.seen["audit"], code, set(keys)):
            batch.deleted.setdefault("audit", []).append(key)
    for code, keys in batch.deleted.items():
        tab = _tab(batch.seen, code)
        rows = sorted(row for key in keys if (row := tab.row_of(key)) is not None)
        batch.gone[code] = rows
        batch.requests += deletions(tab.tab.sheet_id, rows)


def _by_table(keys: Iterable[RowKey]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, key in keys:
        found.setdefault(code, []).append(key)
    return found


def _log_of_the_sample(audit: SeenTab, code: str, keys: set[str]) -> list[str]:
    """Return the log rows that the making of these sample rows left."""
    log = audit.read.frame
    made = (
        (log["table"] == code)
        & (log["route"] == AuditRoute.SAMPLE.value)
        & log["row_key"].isin(keys)
    )
    return list(log.index[made.to_numpy(dtype=bool, na_value=False)])


def deletions(number: int, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return the requests that take rows out, last first; the grid keeps its size.

    Google refuses to delete the last row that is not frozen, so blank ones come first.
    """
    if not rows:
        return []
    grown = {"sheetId": number, "dimension": "ROWS", "length": len(rows)}
    requests: list[dict[str, Any]] = [{"appendDimension": grown}]
    end = start = rows[-1]
    for row in [*reversed(rows[:-1]), -2]:
        if row == start - 1:
            start = row
            continue
        span = {
            "sheetId": number,
            "dimension": "ROWS",
            "startIndex": start,
            "endIndex": end + 1,
        }
        requests.append({"deleteDimension": {"range": span}})
        end = start = row
    return requests


# Claims -----------------------------------------------------------------------------


def _claims(
    planned: Plan,
    seen: Mapping[str, SeenTab],
    taken: Collection[str],
    applied: int,
) -> list[str]:
    """Return the ids that only one of those who saw the same rows can take.

    Every changed row is claimed by itself, however many there are, and so is every new
    row of a natural key, which another may be about to make as well. New rows under a
    made number, and deletions of the sample year, take a single claim together where
    there are many: nobody else makes those numbers, but for a second run of the same
    fill, which sees the same number of commits and is refused.
    """
    exact: list[tuple[str, ...]] = []
    loose: list[tuple[str, ...]] = []
    for at, record in planned.inserted.items():
        made = table_of(record).prefix or record.source is Source.SAMPLE
        (loose if made else exact).append(("new", *at))
    exact += [("edit", *at, _stamp(seen, at)) for at in planned.changed]
    loose += [("edit", *at, _stamp(seen, at)) for at in planned.deleted]
    if len(loose) > MOST_CLAIMS:
        codes = sorted({code for _kind, code, *_rest in loose})
        loose = [("many", *codes, str(applied))]
    return [_free(parts, taken) for parts in (*loose, *exact)]


def _stamp(seen: Mapping[str, SeenTab], at: RowKey) -> str:
    """Return what differs after every change of a row by the app."""
    row = seen[at[0]].read.frame.loc[at[1]]
    return f"{row['version']} {row['updated_at']} {row['updated_by']}"


def _free(parts: tuple[str, ...], taken: Collection[str]) -> str:
    """Return a claim that does not lie yet.

    Rows may have been put back to a former state, and keys deleted and made again,
    while the old claim still lies.
    """
    for number in count():
        claim = claim_of(*parts, str(number))
        if claim not in taken:
            return claim
    raise AssertionError  # `count` has no end


def claim_of(*parts: str) -> str:
    """Return the claim on what these words name."""
    return CLAIM + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def claim_request(claim: str, system: Tab) -> dict[str, Any]:
    """Return the request that is refused where somebody has the claim."""
    place = {
        "sheetId": system.sheet_id,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": 1,
    }
    name = f"{claim}_{int(clock.now().timestamp())}"
    named = {"namedRangeId": claim, "name": name, "range": place}
    return {"addNamedRange": {"namedRange": named}}


def expired(named: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the claims among named ranges that have lived long enough.

    Each name ends in the second at which it was made; people's names stay.
    """
    latest = clock.now().timestamp() - CLAIM_LIFE
    found = []
    for entry in named:
        claim = str(entry.get("namedRangeId", ""))
        made = str(entry.get("name", "")).rpartition("_")[2]
        if claim.startswith(CLAIM) and made.isdecimal() and int(made) < latest:
            found.append(claim)
    return found


def title_at(tab: SeenTab, column: int) -> Raw:
    """Return the header of a column."""
    return tab.cell(tab.read.header.row - 1, column)


def by_title(tab: SeenTab) -> dict[Raw, int]:
    """Return the column of every header; the first of equal ones."""
    row = tab.read.header.row - 1
    line = tab.cells[row] if 0 <= row < len(tab.cells) else ()
    found: dict[Raw, int] = {}
    for column, title in enumerate(line):
        found.setdefault(title, column)
    return found
