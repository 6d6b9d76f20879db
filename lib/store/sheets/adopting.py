"""Putting rows right that people typed or copied: the hand for what no `Update` names.

A row without a number has nothing by which it could be found again, so it is known by
what stands in it. The write goes to the row where that was seen; its answer shows the
whole row, and where another stands there by now, that one gets its cells back and the
right one is looked for again.
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.errors import ActionRefused, StoreUnavailable
from lib.i18n import N_
from lib.schema.audit import CHANGED, CREATED, AuditEntry
from lib.schema.cells.reading import BLANKS
from lib.schema.cells.writing import text_of
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import Table, table_of
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import AuditRoute, Source
from lib.store.looks import looks_of
from lib.store.protocol import Mended, Mending, RowMend
from lib.store.sheets.batching import append, below
from lib.store.sheets.cells import Raw, cell_data, raw_from, raw_of, serial, settled
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused, WriteUnknown
from lib.store.sheets.layout import HEADER_WITHIN, Header, Tab, read_header
from lib.store.sheets.leasing import Lease
from lib.store.sheets.promises import Promises
from lib.store.sheets.provisioning import Places
from lib.store.sheets.reading import SheetTable, read_table
from lib.store.sheets.rows import NEW_ROW
from lib.store.sheets.watching import Watch
from lib.store.sheets.writing import WriterLock
from lib.text import LONGEST_TEXT

log = logging.getLogger(__name__)

TRIES: Final = 8
CORRECTIONS: Final = 4
LONGEST_PAUSE: Final = 2.0
CLAIM: Final = "claim_"

A_FORMULA: Final = N_(
    "この項目はシートで計算式になっているので、上書きしません。シートで直してください。"
)
COLUMN_GONE: Final = N_(
    "シートの見出しがそろっていないので保存できません。データ点検を確かめてください。"
)

_CELLS: Final = (
    "sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(userEnteredValue(formulaValue),effectiveValue))))"
)
_ANSWER: Final = (
    f"replies(addNamedRange(namedRange(namedRangeId))),updatedSpreadsheet({_CELLS})"
)

Cells = list[list[Raw]]


# What stands there ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """One tab at one moment. cells: by row from 0, ragged; formulas: row, column."""

    tab: Tab
    cells: Cells
    formulas: frozenset[tuple[int, int]]
    read: SheetTable

    def cell(self, row: int, column: int) -> Raw:
        line = self.cells[row] if row < len(self.cells) else []
        return line[column] if column < len(line) else ""

    def row_of(self, key: str) -> int | None:
        """Return the row, from 0, that the frame calls `key`."""
        index = self.read.frame.index
        if key not in index:
            return None
        return int(self.read.rows[index.get_loc(key)]) - 1

    @property
    def width(self) -> int:
        """How many columns are in use."""
        return max(map(len, self.cells), default=0)

    @property
    def keys(self) -> list[int]:
        """The columns of the key."""
        columns = self.read.header.columns
        return [columns[name] for name in self.read.table.key if name in columns]

    def titles(self) -> dict[int, Raw]:
        """Return the header by column; columns without a title go by their number."""
        row = self.read.header.row - 1
        return {at: self.cell(row, at) or at for at in range(self.width)}

    def by_title(self, row: int, but: Collection[Raw] = ()) -> dict[Raw, Raw]:
        """Return what stands in a row, by title, without blanks and `but`."""
        line = self.cells[row] if row < len(self.cells) else []
        titles = self.titles()
        return {
            titles[at]: raw
            for at, raw in enumerate(line)
            if raw not in ("", None) and titles[at] not in but
        }


@dataclass(frozen=True, slots=True)
class _Look:
    """What one call showed.

    tabs: those to mend, whole. headers: of all tabs looked at. ends: rows with data,
    of those that were shown whole.
    """

    tabs: Mapping[str, _Seen]
    headers: Mapping[str, tuple[Tab, Header]]
    ends: Mapping[str, int]
    commits: frozenset[str]
    claims: frozenset[str]


def _looked(
    client: SheetsClient,
    spreadsheet: str,
    places: Places,
    whole: Collection[str],
    heads: Collection[str],
) -> _Look:
    """Return how the tabs stand now; one read."""
    shown = {code: places.tabs[code] for code in whole if code in places.tabs}
    tops = {
        code: places.tabs[code]
        for code in heads
        if code in places.tabs and code not in shown
    }
    ranges = [
        *(tab.whole for tab in shown.values()),
        *(f"{tab.whole}!1:{HEADER_WITHIN}" for tab in tops.values()),
        f"{places.system.whole}!A:A",
    ]
    answer = client.request(
        "get",
        SPREADSHEET_URL % spreadsheet,
        params={"ranges": ranges, "fields": f"namedRanges(namedRangeId),{_CELLS}"},
    ).json()
    grids = {
        sheet.get("properties", {}).get("sheetId", 0): _cells_of(sheet)
        for sheet in answer.get("sheets", [])
    }
    nothing: tuple[Cells, frozenset[tuple[int, int]]] = ([], frozenset())
    tabs = {}
    for code, tab in shown.items():
        cells, formulas = grids.get(tab.sheet_id, nothing)
        read = read_table(table_by_code(code), tab, cells)
        tabs[code] = _Seen(tab, cells, formulas, read)
    headers = {code: (seen.tab, seen.read.header) for code, seen in tabs.items()}
    for code, tab in tops.items():
        cells, _formulas = grids.get(tab.sheet_id, nothing)
        headers[code] = (tab, read_header(table_by_code(code), cells))
    books, _formulas = grids.get(places.system.sheet_id, nothing)
    return _Look(
        tabs,
        headers,
        {code: len(seen.cells) for code, seen in tabs.items()},
        frozenset(str(row[0]) for row in books[1:] if row and row[0] != ""),
        frozenset(
            str(named.get("namedRangeId", ""))
            for named in answer.get("namedRanges", [])
        ),
    )


def _cells_of(sheet: Mapping[str, Any]) -> tuple[Cells, frozenset[tuple[int, int]]]:
    rows: Cells = []
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
    while rows and not rows[-1]:
        rows.pop()
    return rows, frozenset(formulas)


# What is to be written --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Write:
    """The cells of one row: where it stood at the look, and what goes in."""

    mend: RowMend
    seen: _Seen
    row: int
    cells: Mapping[int, Raw]

    @property
    def undo(self) -> RowMend:
        """What takes it back: the cells as they were, where they are as written."""
        table = self.seen.read.table
        before = {}
        after = {}
        for name in self.mend.values:
            column = self.seen.read.header.columns.get(name)
            if column is not None and column in self.cells:
                before[name] = self.seen.cell(self.row, column)
                after[name] = as_text(self.cells[column])
        number = self.mend.values.get(table.key[0])
        renamed = len(table.key) == 1 and isinstance(number, str) and number
        key = number if renamed else self.mend.key
        return RowMend(table.code, str(key), before, after, verbatim=True)


def as_text(cell: Raw) -> str:
    """Return a cell as `RowProblem.typed` shows it."""
    if isinstance(cell, str):
        return cell
    return "" if cell is None else text_of(cell)


def _writes_for(rows: Sequence[RowMend], seen: _Look) -> list[_Write]:
    """Return the writes for rows that still look as they did.

    Raises:
        ActionRefused: as `_write_for`, where no row at all can be written.
    """
    writes = []
    refused: list[ActionRefused] = []
    for mend in rows:
        if mend.table not in seen.tabs:
            continue
        try:
            write = _write_for(mend, seen.tabs[mend.table])
        except ActionRefused as error:
            refused.append(error)
            continue
        if write:
            writes.append(write)
    if refused and not writes:
        raise refused[0]
    return writes


def _write_for(mend: RowMend, seen: _Seen) -> _Write | None:
    """Return the write for a row that still looks as it did; None for another.

    Raises:
        ActionRefused: a column that it needs is missing, or a formula stands there.
    """
    row = seen.row_of(_key_now(mend, seen))
    if row is None:
        return None
    header, table = seen.read.header, seen.read.table
    if not header.writable:
        raise ActionRefused(COLUMN_GONE)
    cells: dict[int, Raw] = {}
    for name, value in mend.values.items():
        column = header.columns.get(name)
        if column is None or name in header.doubled:
            if name in table.key:
                raise ActionRefused(COLUMN_GONE)
            continue  # a column that people took away is nothing to insist on
        cell = value if mend.verbatim else raw_of(table.field(name), value)
        if _same(seen.cell(row, column), cell):
            continue
        stands = as_text(seen.cell(row, column))
        if stands.strip(BLANKS) != mend.typed.get(name, "").strip(BLANKS):
            return None
        if (row, column) in seen.formulas:
            raise ActionRefused(A_FORMULA)
        cells[column] = cell
    return _Write(mend, seen, row, cells) if cells else None


def _key_now(mend: RowMend, seen: _Seen) -> str:
    """Return how the row is called now that looks as it did; "" where none does.

    The name of a row without a number changes with what formulas beside it compute.
    """
    frame = seen.read.frame
    if not mend.looks:
        return mend.key
    if mend.key in frame.index and looks_of(frame, mend.key) == mend.looks:
        return mend.key
    if mend.key not in frame.index and mend.key.startswith(NEW_ROW):
        for key in seen.read.new:
            if looks_of(frame, key) == mend.looks:
                return key
    return ""


def _set_cells(number: int, row: int, cells: Mapping[int, Raw]) -> list[dict[str, Any]]:
    """Return the requests that set cells of a row, one each: few, and never adjacent."""
    return [
        {
            "updateCells": {
                "start": {"sheetId": number, "rowIndex": row, "columnIndex": column},
                "rows": [{"values": [cell_data(raw)]}],
                "fields": "userEnteredValue",
            }
        }
        for column, raw in sorted(cells.items())
    ]


def _new_row(record: Record, header: Header) -> list[Raw]:
    """Return a new row's cells; what has no column there is left out."""
    row: list[Raw] = [None] * (max(header.columns.values()) + 1)
    for field in table_of(record).fields:
        column = header.columns.get(field.name)
        if column is not None:
            row[column] = raw_of(field, getattr(record, field.name))
    return row


def _claim(mend: RowMend, seen: _Seen, row: int, taken: Collection[str]) -> str:
    """Return what only one of those who saw this very row can take."""
    content = repr(seen.cells[row])
    for number in range(len(taken) + 1):
        parts = ("mend", mend.table, mend.key, content, str(number))
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        if (claim := CLAIM + digest[:32]) not in taken:
            return claim
    raise AssertionError  # one of so many is free


def _claim_request(claim: str, system: Tab) -> dict[str, Any]:
    place = {
        "sheetId": system.sheet_id,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": 1,
    }
    # The cleaner reads the moment at the end of the name.
    name = f"{claim}_{int(clock.now().timestamp())}"
    return {
        "addNamedRange": {
            "namedRange": {"namedRangeId": claim, "name": name, "range": place}
        }
    }


# The log ----------------------------------------------------------------------------


def _log_of(mending: Mending, writes: Sequence[_Write]) -> list[AuditEntry]:
    """Return the log rows: one for a new row, one for each cell that was put right."""
    entries: list[AuditEntry] = []
    seen = mending.route is AuditRoute.SHEET_SEEN
    source = Source.SHEET if seen else Source.APP

    def note(code: str, key: str, field: str, before: str, after: str) -> None:
        entries.append(
            AuditEntry(
                id=f"L-{mending.id}-{len(entries) + 1:05d}",
                commit_id=mending.id,
                at=mending.at,
                actor=mending.actor,
                table=code,
                row_key=key,
                field_name=field,
                before=before[:LONGEST_TEXT],
                after=after[:LONGEST_TEXT],
                route=mending.route,
                reason=mending.reason[:LONGEST_TEXT],
                source=source,
                updated_at=mending.at,
                updated_by=mending.actor,
                version=1,
            )
        )

    for write in writes:
        table = write.seen.read.table
        undo = write.undo
        if _is_new(write.mend, table):
            note(table.code, undo.key, CREATED, "", "")
        else:
            for name, before in undo.values.items():
                note(
                    table.code,
                    undo.key,
                    name,
                    *_told(table.field(name), as_text(before), undo.typed[name]),
                )
        for record in write.mend.also:
            key = table_of(record).key_of(record)
            note(table_of(record).code, key, CREATED, "", "")
    return entries


def _is_new(mend: RowMend, table: Table) -> bool:
    """Whether the row was in nobody's books before."""
    named = table.key[0] in mend.values and not mend.typed.get(table.key[0])
    stamped = mend.values.get("source") is Source.SHEET
    return not mend.verbatim and (named or stamped)


def _told(field: Field, before: str, after: str) -> tuple[str, str]:
    return (before, after) if field.logged_by_value else ("", CHANGED)


# The hand ---------------------------------------------------------------------------


class Mender:
    """Puts rows of one spreadsheet right; usable from many threads."""

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        watch: Watch,
        lock: WriterLock,
        promises: Callable[[], Promises] = Promises,
    ) -> None:
        """Write through `client` while holding `lock`; `promises` tells what holds."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._watch = watch
        self._lock = lock
        self._promises = promises
        self._lease = Lease(client, spreadsheet, self._keep)

    def mend(self, mending: Mending) -> Mended:
        """Write those of the rows that still look as they did; see `MendsRows`."""
        with self._lock.held(), self._turn():
            return self._mended(mending)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep other processes away where claims would not."""
        if self._promises().refuses_reuse:
            yield
            return
        with self._lease.held(self._watch.places.system):
            yield

    def _keep(self, row: Sequence[Any]) -> None:
        """Add a row to the books that is no commit."""
        system = self._watch.places.system
        self._client.change(
            self._spreadsheet, {"requests": [append(system.sheet_id, [row])]}
        )

    def _mended(self, mending: Mending) -> Mended:
        sent: list[_Write] = []
        for attempt in range(TRIES):
            seen = self._look(mending)
            if sent and mending.id in seen.commits:
                self._correct(sent)
                return _result(sent)
            writes = _writes_for(mending.rows, seen)
            if not writes:
                return Mended()
            try:
                if self._send(mending, writes, seen):
                    return _result(writes)
            except WriteUnknown:
                sent = writes
            _pause(attempt)
        raise StoreUnavailable("others keep changing the same rows")

    def _send(self, mending: Mending, writes: Sequence[_Write], seen: _Look) -> bool:
        """Write the rows, and put right what went astray; False: look again.

        Another may have been first, or a tab may have another name by now.

        Raises:
            WriteUnknown: it may have been applied.
        """
        promises = self._promises()
        claims = [
            _claim_request(
                _claim(write.mend, write.seen, write.row, seen.claims),
                self._watch.places.system,
            )
            for write in writes
            if promises.refuses_reuse
        ]
        body = self._body(mending, writes, claims, seen)
        try:
            if claims and not promises.all_or_nothing:
                # A refused claim must come before anything that could stay.
                self._client.change(self._spreadsheet, {"requests": claims})
                body["requests"] = body["requests"][len(claims) :]
            answer = self._client.change(self._spreadsheet, body, _ANSWER)
        except RequestRefused as error:
            if error.unknown_range:
                self._watch.move()
            elif error.request is None or error.request >= len(claims):
                raise
            return False
        if not promises.shows_cells or _astray(writes, answer):
            log.warning("rows may have moved while one was mended; looking again")
            self._correct(writes)
        return True

    def _look(self, mending: Mending) -> _Look:
        whole = list(dict.fromkeys(mend.table for mend in mending.rows))
        new = [table_of(row).code for mend in mending.rows for row in mend.also]
        heads = list(dict.fromkeys([*new, "audit"]))
        if not self._promises().appends_below:
            whole, heads = list(dict.fromkeys([*whole, *heads])), []
        try:
            return _looked(
                self._client, self._spreadsheet, self._watch.places, whole, heads
            )
        except RequestRefused as error:
            if not error.unknown_range:
                raise
        self._watch.move()
        return _looked(
            self._client, self._spreadsheet, self._watch.places, whole, heads
        )

    def _body(
        self,
        mending: Mending,
        writes: Sequence[_Write],
        claims: Sequence[dict[str, Any]],
        seen: _Look,
    ) -> dict[str, Any]:
        system = self._watch.places.system
        promises = self._promises()
        requests = list(claims)
        for write in writes:
            number = write.seen.tab.sheet_id
            requests += _set_cells(number, write.row, write.cells)
        fresh = [record for write in writes for record in write.mend.also]
        automatic = {
            "version": 1,
            "updated_at": mending.at,
            "updated_by": mending.actor,
        }
        records: list[Record] = [
            *(settled(record.model_copy(update=automatic)) for record in fresh),
            *_log_of(mending, writes),
        ]
        for code in dict.fromkeys(table_of(record).code for record in records):
            if code not in seen.headers or not seen.headers[code][1].writable:
                raise ActionRefused(COLUMN_GONE)
            tab, header = seen.headers[code]
            rows = [_new_row(r, header) for r in records if table_of(r).code == code]
            end = seen.ends.get(code, 0)
            requests += below(tab.sheet_id, rows, end, tab.rows, promises)
        requests.append(append(system.sheet_id, [[mending.id, serial(mending.at), 1]]))
        return _asking(requests, writes)

    def _correct(self, writes: Sequence[_Write]) -> None:
        """Give rows that were hit by mistake their cells back, and mend the right ones.

        Raises:
            StoreUnavailable: people keep moving rows.
        """
        whole = list(dict.fromkeys(write.mend.table for write in writes))
        for _try in range(CORRECTIONS):
            now = _looked(
                self._client, self._spreadsheet, self._watch.places, whole, ()
            )
            repairs = [
                repair
                for write in writes
                if write.mend.table in now.tabs
                for repair in _repairs(write, now.tabs[write.mend.table])
            ]
            if not repairs:
                return
            requests = [
                request
                for repair in repairs
                for request in _set_cells(
                    repair.seen.tab.sheet_id, repair.row, repair.cells
                )
            ]
            self._client.change(self._spreadsheet, _asking(requests, repairs), _ANSWER)
            log.warning("a misplaced mend was put right")
        raise StoreUnavailable("rows keep moving while they are written")


def _asking(
    requests: Sequence[dict[str, Any]], writes: Sequence[_Write]
) -> dict[str, Any]:
    """Return the batch, which shows every row that it wrote to, header included."""
    ranges = []
    for write in writes:
        for row in (write.seen.read.header.row, write.row + 1):
            end = rowcol_to_a1(row, max(write.seen.width, 1))
            ranges.append(f"{write.seen.tab.whole}!{rowcol_to_a1(row, 1)}:{end}")
    return {
        "requests": list(requests),
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": list(dict.fromkeys(ranges)),
    }


def _result(writes: Sequence[_Write]) -> Mended:
    return Mended(tuple(w.mend for w in writes), tuple(w.undo for w in writes))


def _pause(attempt: int) -> None:
    span = min(LONGEST_PAUSE, 0.05 * 2**attempt)
    time.sleep(random.uniform(0, span))  # noqa: S311 - nothing to keep secret


# Rows that moved --------------------------------------------------------------------


def _astray(writes: Sequence[_Write], answer: Mapping[str, Any]) -> bool:
    """Whether the answer shows another row, or other columns, where one was written."""
    found: dict[tuple[int, int, int], Raw] = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        number = sheet.get("properties", {}).get("sheetId", 0)
        for part in sheet.get("data", []):
            top, left = part.get("startRow", 0), part.get("startColumn", 0)
            for row, line in enumerate(part.get("rowData", []), top):
                for column, cell in enumerate(line.get("values", []), left):
                    raw = raw_from(cell.get("effectiveValue", {}))
                    found[number, row, column] = raw
    return any(_moved(write, found) for write in writes)


def _moved(write: _Write, found: Mapping[tuple[int, int, int], Raw]) -> bool:
    seen, number = write.seen, write.seen.tab.sheet_id
    top = seen.read.header.row - 1
    for row in (top, write.row):
        # What is computed may change with the very cells that were written.
        places = [
            at
            for at in range(seen.width)
            if row == top or (at not in write.cells and (row, at) not in seen.formulas)
        ]
        before = {at: seen.cell(row, at) for at in places}
        after = {at: found.get((number, row, at), "") for at in places}
        same, other = _compared(before, after)
        typing = row != top and same > 1  # a person may be in one of its cells
        if other > typing:
            return True
        if any(not _same(before[at], after[at]) for at in seen.keys if at in before):
            return True
    return False


def _compared(before: Mapping[Any, Raw], after: Mapping[Any, Raw]) -> tuple[int, int]:
    """Return how many filled cells are equal, and how many differ."""
    filled = [
        at
        for at in {**before, **after}
        if not _same(before.get(at), "") or not _same(after.get(at), "")
    ]
    same = sum(_same(before.get(at), after.get(at)) for at in filled)
    return same, len(filled) - same


def _repairs(write: _Write, now: _Seen) -> Iterator[_Write]:
    """Yield what puts right one write, as the tab stands now; nothing if it is right."""
    titles = write.seen.titles()
    wanted = {titles[at]: raw for at, raw in write.cells.items()}
    there = False
    for row in range(now.read.header.row, len(now.cells)):
        standing = now.by_title(row)
        meant = all(_same(standing.get(t), raw) for t, raw in wanted.items())
        if meant and _former_row(write.seen, now, row, wanted) == write.row:
            there = True
        elif all(_same(now.cell(row, at), raw) for at, raw in write.cells.items()):
            yield _Write(write.mend, now, row, _former(write, now, row))
    if there:
        return
    places = {title: at for at, title in now.titles().items()}
    cells = {places[t]: raw for t, raw in wanted.items() if t in places}
    stood = write.seen.by_title(write.row)
    for row in range(now.read.header.row, len(now.cells)):
        standing = now.by_title(row)
        as_before = all(_same(standing.get(t), stood.get(t)) for t in wanted)
        if as_before and _former_row(write.seen, now, row, wanted) == write.row:
            yield _Write(write.mend, now, row, cells)
            return


def _former_row(
    before: _Seen, now: _Seen, row: int, but: Collection[Raw]
) -> int | None:
    """Return where a row stood before; None for one that was not there.

    It is known again by its key where that was not written, else by what it holds
    in the other cells.
    """
    standing = now.by_title(row, but)
    titles = before.titles()
    keys = [titles[at] for at in before.keys if titles[at] not in but]
    best, most = None, 0
    for candidate in range(before.read.header.row, len(before.cells)):
        former = before.by_title(candidate, but)
        same, other = _compared(former, standing)
        alike = same > other and all(
            _same(former.get(k), standing.get(k)) for k in keys
        )
        if alike and same - other > most:
            best, most = candidate, same - other
    return best


def _former(write: _Write, now: _Seen, row: int) -> dict[int, Raw]:
    """Return what stood in the cells of a row that was hit by mistake.

    A row that nobody knows was typed in this moment and had nothing in cells that only
    the app fills.
    """
    titles = now.titles()
    hit = {titles[at] for at in write.cells if at in titles}
    place = _former_row(write.seen, now, row, hit)
    former = {} if place is None else write.seen.by_title(place)
    return {at: former.get(titles.get(at, at), "") for at in write.cells}


def _same(one: Raw, other: Raw) -> bool:
    return (one in ("", None) and other in ("", None)) or one == other
