"""Putting years away in a sheet: yearly tabs, hidden, read only when asked for.

Every year has one tab for each table of which rows go there (「苦情台帳_2024」). It has
the header of the tab that the rows come from, people's own columns included.

This is the one place that takes people's rows out of a tab. Either way, a batch copies whole rows by
their place and deletes them at that same place, all in one: whatever stands there at that
moment, be it what somebody typed since the look, is in the other tab afterwards and never
lost. Its answer shows what came; what was not meant goes back below the data at once, or
at the beginning of the next run. So the tab need not be locked meanwhile, and a run that
is killed leaves nobody shut out.

Which complaints are put away stands in 操作ログ, whose rows come in the same batch.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.errors import ActionRefused, StoreUnavailable
from lib.i18n import N_
from lib.schema.audit import ARCHIVED, BROUGHT_BACK
from lib.schema.frames import empty_frame
from lib.schema.ids import COPY_MARK, new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.tables import Table
from lib.schema.tables import table as table_by_code
from lib.store.archive import (
    CASES,
    CODES,
    HANGING,
    INDEXED,
    TELLING,
    Archive,
    Moved,
    Moving,
    RowKey,
    log_rows,
    over_in,
    standing_of,
)
from lib.store.sheets.batching import (
    append,
    below,
    claim_of,
    claim_request,
    deletions,
    new_row,
    same,
)
from lib.store.sheets.cells import Raw, cell_data, raw_from, serial
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused, WriteUnknown
from lib.store.sheets.layout import HEADER_WITHIN, Tab, tabs_of
from lib.store.sheets.looking import SeenTab
from lib.store.sheets.payload import decoded
from lib.store.sheets.promises import Promises
from lib.store.sheets.provisioning import tab_number
from lib.store.sheets.reading import SheetTable, read_table
from lib.store.sheets.rows import NEW_ROW
from lib.store.sheets.watching import State, Watch
from lib.store.sheets.writing import Writer

log = logging.getLogger(__name__)

TRIES: Final = 6
"""How often a move is made anew while others move or add rows."""

NOT_SAFE_HERE: Final = N_(
    "このスプレッドシートでは、まとめた書き込みの途中で止まることがあるので、保管はできません。"
)
COLUMN_NOT_THERE: Final = N_(
    "保管した行にある列がシートにありません。列を戻してから、もう一度試してください。"
)

_FIELDS: Final = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
_ANSWER: Final = (
    "replies(addNamedRange(namedRange(namedRangeId))),"
    "updatedSpreadsheet(sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(effectiveValue)))))"
)
_HEADER_ROWS: Final = 1
_ROOM: Final = 200
"""Rows by which a yearly tab grows beyond what is needed."""

Label = tuple[str, int]
"""A column: its title, and which one of that title it is, from 0."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One yearly tab as it stands.

    lines: its cells, header first, ragged. read: its rows as records.
    """

    code: str
    year: int
    tab: Tab
    lines: Sequence[Sequence[Raw]]
    read: SheetTable

    @property
    def end(self) -> int:
        """Number of rows with data, the header's included."""
        return max(len(self.lines), _HEADER_ROWS)

    @property
    def labels(self) -> list[Label]:
        """Return what each column holds."""
        return _labels(self.lines[0] if self.lines else ())

    @property
    def head(self) -> tuple[Raw, ...]:
        """Return its header without the blank cells at the end."""
        return _trimmed(self.lines[0]) if self.lines else ()

    def placed(self) -> Iterator[tuple[int, str]]:
        """Yield row, from 0, and key of each record."""
        for key, row in zip(self.read.frame.index, self.read.rows, strict=True):
            yield int(row) - 1, str(key)


Shelves = dict[tuple[str, int], Shelf]


def shelf_title(table: Table, year: int) -> str:
    """Return the title of a yearly tab."""
    return f"{table.tab}_{year}"


def shelf_number(code: str, year: int) -> int:
    """Return the number of a yearly tab, the same for ever."""
    return tab_number(f"{code}_{year}")


class Archiver:
    """Moves complaints between the tabs of one spreadsheet and its yearly ones."""

    def __init__(
        self, client: SheetsClient, spreadsheet: str, watch: Watch, writer: Writer
    ) -> None:
        """Move rows through `client`, in the turns of `writer`."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._watch = watch
        self._writer = writer
        self._lost: frozenset[str] = frozenset()

    # Reading ------------------------------------------------------------------------

    def revision(self) -> int:
        """Return how many moves the log tells of; no call."""
        return _moves_in(self._watch.known())

    def years(self) -> tuple[int, ...]:
        """Return the years of what is put away, as the log has it; no call."""
        return tuple(sorted(set(self.standing().values())))

    def standing(self) -> dict[str, int]:
        """Return the year of each complaint that is put away; no call."""
        return _standing_in(self._watch.known())

    def archive(self) -> Archive:
        """Return everything that is put away; two reads."""
        standing = _standing_in(self._watch.again())
        shelves = self._shelves(set(standing.values()))
        frames = {}
        for code in CODES:
            whole = _kept_in(shelves, code)
            case = whole[HANGING[code]] if code in HANGING else whole.index.to_series()
            whole = whole[case.isin(standing).to_numpy(dtype=bool)]
            frames[code] = whole[~whole.index.duplicated()]
        there = set(map(str, frames[CASES].index))
        self._note_lost(standing.keys() - there - _live_cases(self._watch.known()))
        return Archive(frames, {c: y for c, y in standing.items() if c in there})

    def lost(self) -> tuple[str, ...]:
        """Return which complaints stood nowhere when it was last read; no call.

        The log has them put away, and somebody took them out of their yearly tab.
        """
        return tuple(sorted(self._lost))

    def _note_lost(self, cases: Collection[str]) -> None:
        if cases and not self._lost.issuperset(cases):
            log.error("%d complaints are gone from their yearly tabs", len(cases))
        self._lost = frozenset(cases)

    def is_hung_on(self) -> bool:
        """Whether what everybody sees has a row of a complaint put away; no call.

        Another machine that did not know yet may have hung it there, or a person.
        """
        state = self._watch.known()
        away = _standing_in(state).keys() - self._lost
        return bool(away) and bool(_with_rows_outside(state, away))

    def index(self) -> pd.DataFrame:
        """Return what the complaints that are put away are looked up by; two reads."""
        standing = self.standing()
        shelves = self._shelves(set(standing.values()), (CASES,))
        whole = _kept_in(shelves, CASES)
        whole = whole[whole.index.isin(standing)]
        return whole.loc[~whole.index.duplicated(), list(INDEXED)]

    def _shelves(self, years: Collection[int], codes: Sequence[str] = CODES) -> Shelves:
        """Return the yearly tabs of these years and tables that there are."""
        if not years:
            return {}
        tabs = {
            tab.sheet_id: tab
            for tab in tabs_of(self._client.metadata(self._spreadsheet, _FIELDS))
        }
        found = {
            (code, year): tabs[shelf_number(code, year)]
            for year in sorted(years)
            for code in codes
            if shelf_number(code, year) in tabs
        }
        if not found:
            return {}
        payload = self._client.values(
            self._spreadsheet, [tab.whole for tab in found.values()]
        )
        parts = decoded(payload, len(found))
        return {
            (code, year): Shelf(
                code, year, tab, rows, read_table(table_by_code(code), tab, rows)
            )
            for ((code, year), tab), rows in zip(found.items(), parts, strict=True)
        }

    # Moving -------------------------------------------------------------------------

    def move(self, moving: Moving) -> Moved:
        """Put complaints away or bring them back; see `Archives.move`."""
        # Opening may write itself, and comes before the turn.
        self._watch.known()
        with self._writer.turn() as promises:
            if not promises.all_or_nothing:
                raise ActionRefused(NOT_SAFE_HERE)
            for _try in range(TRIES):
                state = self._watch.again()
                state.refuse_writes_if_held()
                if moving.id in state.books.commits:
                    return self._found(moving)
                try:
                    return (
                        self._brought_back(moving, state)
                        if moving.is_back
                        else self._put_away(moving, state)
                    )
                except WriteUnknown:
                    continue  # the books tell whether it was applied
                except RequestRefused as error:
                    # Another was first, or a tab or a row went meanwhile.
                    log.info("a move to the archive was refused: %s", error.request)
                    self._watch.move()
        raise StoreUnavailable("others keep changing the tabs")

    def tidy(self) -> int:
        """Bring back what lies in the yearly tabs and was not meant to.

        A run that was killed, or a person who moved rows in that very moment, may have
        left it there. Returns how many complaints and single rows came back.
        """
        self._watch.known()
        with self._writer.turn() as promises:
            if not promises.all_or_nothing:
                return 0
            return self._tidied(frozenset())

    def _found(self, moving: Moving) -> Moved:
        """Return what became of a move that the books know already."""
        self._tidied(frozenset())
        standing = _standing_in(self._watch.again())
        done = tuple(c for c in moving.cases if (c in standing) != moving.is_back)
        return Moved(done, tuple(c for c in moving.cases if c not in set(done)))

    # Away

    def _put_away(self, moving: Moving, state: State) -> Moved:
        done, passed = _as_seen(moving, _rows_of(moving.cases, state))
        standing = _standing_in(state)
        over = over_in({code: _frame(state, code) for code in CODES})
        stays = [case for case in done if case in standing or case not in over]
        done = [case for case in done if case not in set(stays)]
        passed = (*passed, *stays)
        if not done:
            return Moved((), tuple(passed))
        parcels = list(_parcels(moving, done, state))
        shelves = self._provided(parcels, state)
        blocks = [_block(p, shelves[p.code, p.year], state) for p in parcels]
        request = _Away(
            moving=moving,
            done=done,
            blocks=blocks,
            state=state,
            system=self._watch.places.system,
            promises=self._writer.promises,
        )
        answer = self._client.change(self._spreadsheet, request.body(), _ANSWER)
        wrong = request.wrong(answer)
        if wrong is None:
            return Moved(tuple(done), tuple(passed))
        log.warning("rows moved while they were put away; putting it right")
        if wrong.titles:
            self._retitle(request, wrong.titles)
        self._rescue(request)
        self._tidied(wrong.cases)
        standing = _standing_in(self._watch.again())
        kept = tuple(case for case in done if case in standing)
        return Moved(kept, (*passed, *(c for c in done if c not in standing)))

    def _provided(self, parcels: Sequence[_Parcel], state: State) -> Shelves:
        """Return the yearly tabs that are needed, made or widened where they lack."""
        years = {parcel.year for parcel in parcels}
        for _again in range(TRIES):
            shelves = self._shelves(years)
            requests: list[dict[str, Any]] = []
            for parcel in parcels:
                labels = _labels(_header_line(state.tabs[parcel.code]))
                shelf = shelves.get((parcel.code, parcel.year))
                if shelf is None:
                    requests += _new_shelf(parcel.code, parcel.year, labels)
                elif missing := [x for x in labels if x not in shelf.labels]:
                    requests += _wider_shelf(shelf, missing)
            if not requests:
                return shelves
            try:
                self._client.change(self._spreadsheet, {"requests": requests})
            except (RequestRefused, WriteUnknown):
                continue  # another made the same tab a moment before
        raise StoreUnavailable("the tabs of the archive keep changing")

    def _retitle(self, request: _Away, titles: Mapping[str, Sequence[Label]]) -> None:
        """Put cells under their titles whose columns people moved in that moment.

        Columns beyond those that were copied are known from the look.
        """
        requests: list[dict[str, Any]] = []
        shelves = self._shelves({block.shelf.year for block in request.blocks})
        for block in request.blocks:
            now = titles.get(block.parcel.code)
            if now is not None:
                shelf = shelves[block.shelf.code, block.shelf.year]
                requests += _retitled(block, shelf, now, request.state)
        if requests:
            self._client.change(self._spreadsheet, {"requests": requests})

    def _rescue(self, request: _Away) -> None:
        """Write anew what went from its tab and did not come into the yearly one.

        Copying and deleting go by the same places, so this cannot be; should a sheet
        leave out rows that a filter hides, say, nothing would be lost all the same.
        """
        state = self._watch.again()
        shelves = self._shelves({block.shelf.year for block in request.blocks})
        there = {key for shelf in shelves.values() for _row, key in shelf.placed()}
        requests: list[dict[str, Any]] = []
        for block in request.blocks:
            code, tab = block.parcel.code, state.tabs[block.parcel.code]
            before = request.state.tabs[code]
            if not tab.read.header.row:
                requests += _header_again(before)
                tab = before
            there |= set(map(str, tab.read.frame.index))
            labels = _labels(_header_line(before))
            lines = [
                _fitted_line(before.cells[row], labels, tab)
                for row, key in zip(block.parcel.rows, block.parcel.keys, strict=True)
                if key not in there
            ]
            if lines:
                end, grid = len(tab.cells), tab.grid_rows or tab.tab.rows
                requests += below(
                    tab.tab.sheet_id, lines, end, grid, self._writer.promises
                )
        if requests:
            log.warning("rows that came nowhere are written anew")
            self._client.change(self._spreadsheet, {"requests": requests})

    # Back

    def _brought_back(self, moving: Moving, state: State) -> Moved:
        standing = _standing_in(state)
        shelves = self._shelves({standing[c] for c in moving.cases if c in standing})
        rows: dict[str, dict[RowKey, int]] = defaultdict(dict)
        for (code, _year), shelf in shelves.items():
            _add_rows_of(rows, code, shelf.read.frame, set(moving.cases))
        done, passed = _as_seen(moving, rows)
        taken = {key for code in CODES for key in _frame(state, code).index}
        blocked = [c for c in done if any(k in taken for _code, k in moving.cases[c])]
        done = [case for case in done if case not in blocked and case in standing]
        passed = tuple(case for case in moving.cases if case not in set(done))
        if not done:
            return Moved((), passed)
        rows_back = frozenset(row for case in done for row in moving.cases[case])
        finding = _Finding(tuple(done), rows_back, logged=tuple(done))
        if not self._return(shelves, state, moving, finding):
            self._tidied(frozenset())
        return Moved(tuple(done), passed)

    def _return(
        self, shelves: Shelves, state: State, moving: Moving, what: _Finding
    ) -> bool:
        """Move rows from yearly tabs below the data of theirs, by their places.

        Returns whether exactly the rows meant came; if not, `_tidied` has to follow.
        """
        request = _Home(
            moving=replace(moving, years={}),
            logged=what.logged,
            blocks=_homeward(shelves, state, what),
            state=state,
            system=self._watch.places.system,
            promises=self._writer.promises,
        )
        answer = self._client.change(self._spreadsheet, request.body(), _ANSWER)
        if request.came(answer):
            return True
        log.warning("rows moved while they were brought back; putting it right")
        if lines := request.under_other_titles(answer):
            self._set_anew(lines)
        self._rescue_home(request)
        return False

    def _set_anew(self, lines: Sequence[_Retitled]) -> None:
        """Put the cells of rows that came under other titles where they belong."""
        state = self._watch.again()
        requests = []
        for line in lines:
            tab = state.tabs[line.code]
            stands = _trimmed(line.stands)
            places = [n for n, row in enumerate(tab.cells) if _trimmed(row) == stands]
            if len(places) == 1:
                requests.append(_set_row(tab.tab.sheet_id, places[0], line.belongs))
        if requests:
            self._client.change(self._spreadsheet, {"requests": requests})

    def _rescue_home(self, request: _Home) -> None:
        """Write anew what went from a yearly tab and came nowhere, see `_rescue`.

        The header of a yearly tab that went along, because people moved it, as well.
        """
        state = self._watch.again()
        shelves = self._shelves({block.shelf.year for block in request.blocks})
        there = {key for shelf in shelves.values() for _row, key in shelf.placed()}
        requests: list[dict[str, Any]] = []
        for block in request.blocks:
            shelf, tab = block.shelf, state.tabs[block.shelf.code]
            now = shelves.get((shelf.code, shelf.year))
            heads = now.lines[:HEADER_WITHIN] if now else ()
            titles = set(filter(None, shelf.head))
            if not any(titles <= set(line) for line in heads):
                requests += _header_above(shelf.tab.sheet_id, list(shelf.head))
            there |= set(map(str, tab.read.frame.index))
            stands = {_trimmed(line) for line in tab.cells}
            stands |= {_trimmed(line) for line in (now.lines if now else ())}
            lines = [
                _fitted_line(shelf.lines[row], shelf.labels, tab)
                for row, key in shelf.placed()
                if row in block.rows and key not in there
            ]
            # Rows without a number are known by what stands in them.
            lines = [line for line in lines if _trimmed(line) not in stands]
            if lines:
                end, grid = len(tab.cells), tab.grid_rows or tab.tab.rows
                requests += below(
                    tab.tab.sheet_id, lines, end, grid, self._writer.promises
                )
        if requests:
            log.warning("rows that came nowhere are written anew")
            self._client.change(self._spreadsheet, {"requests": requests})

    # Putting right

    def _tidied(self, suspects: Collection[str]) -> int:
        """Bring back what is not whole, not over, or changed while it was moved.

        suspects: complaints of which a row was not as seen when it came.
        """
        back = 0
        for _try in range(TRIES):
            state = self._watch.again()
            state.refuse_writes_if_held()
            standing = _standing_in(state)
            years = set(standing.values()) | _years_in(state)
            shelves = self._shelves(years)
            kept = {str(case) for case in _kept_in(shelves, CASES).index}
            lost = standing.keys() - kept - _live_cases(state)
            self._note_lost(lost)
            finding = _found_wrong(shelves, standing, state, suspects, lost)
            if finding.is_nothing:
                return back
            moving = Moving(
                new_commit_id(),
                SYSTEM.name,
                clock.now(),
                {case: {} for case in finding.cases},
            )
            try:
                self._return(shelves, state, moving, finding)
            except (RequestRefused, WriteUnknown):
                self._watch.move()
                continue
            back += len(finding.cases) + sum(map(len, finding.loose.values()))
            suspects = frozenset()
        raise StoreUnavailable("others keep changing the tabs")


# What goes away ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Rows of one tab that go into one yearly tab: their places from 0, sorted."""

    code: str
    year: int
    rows: tuple[int, ...]
    keys: tuple[str, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a parcel comes to lie: from row `start` of the yearly tab on.

    columns: of the tab and of the yearly tab, from 0, in pairs.
    """

    parcel: _Parcel
    shelf: Shelf
    start: int
    columns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What an answer shows to be amiss.

    cases: complaints of which a row came otherwise than it was seen.
    titles: by table code, the columns as they were in that moment, where they differ.
    """

    cases: frozenset[str] = frozenset()
    titles: Mapping[str, Sequence[Label]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Away:
    """The batch that copies and deletes, and what its answer has to show."""

    moving: Moving
    done: Sequence[str]
    blocks: Sequence[_Block]
    state: State
    system: Tab
    promises: Promises

    def body(self) -> dict[str, Any]:
        """Return the request: claims, room, copies, deletions, log and books."""
        requests = [claim_request(_claim(self.state), self.system)]
        for block in self.blocks:
            requests += _room(block)
            requests += list(_copies(block, self.state))
        by_code: dict[str, list[int]] = defaultdict(list)
        for block in self.blocks:
            by_code[block.parcel.code] += block.parcel.rows
        for code, rows in by_code.items():
            number = self.state.tabs[code].tab.sheet_id
            requests += deletions(number, sorted(rows))
        requests += _log_requests(self.moving, self.done, self.state, self.promises)
        books = [self.moving.id, serial(self.moving.at), 1]
        requests.append(append(self.system.sheet_id, [books]))
        return {"requests": requests} | _shown(self._ranges())

    def _ranges(self) -> list[str]:
        found = []
        for block in self.blocks:
            tab = self.state.tabs[block.parcel.code]
            row = tab.read.header.row
            found.append(f"{tab.tab.whole}!{row}:{row}")
            top, bottom = block.start + 1, block.start + len(block.parcel.rows)
            for _source, column in _told_columns(block, self.state):
                letter = rowcol_to_a1(1, column + 1)[:-1]
                whole = block.shelf.tab.whole
                found.append(f"{whole}!{letter}{top}:{letter}{bottom}")
        return list(dict.fromkeys(found))

    def wrong(self, answer: Mapping[str, Any]) -> _Wrong | None:
        """Return what is amiss; None where exactly the rows meant came, as seen."""
        if "updatedSpreadsheet" not in answer:
            return _Wrong(frozenset(self.done))
        cells = _cells_in(answer)
        titles: dict[str, Sequence[Label]] = {}
        cases: set[str] = set()
        for block in self.blocks:
            tab = self.state.tabs[block.parcel.code]
            row = tab.read.header.row - 1
            now = _row_in(cells, tab.tab.sheet_id, row)
            before = _labels(_header_line(tab))
            if _without_end(_labels(now)) != _without_end(before):
                # Else rows moved, and the header with them: the columns lie as before.
                if _titled(before) <= _titled(_labels(now)):
                    titles[block.parcel.code] = _labels(now)
                cases |= set(self.done)
                continue
            cases |= set(self._other(block, cells))
        if not cases and not titles:
            return None
        return _Wrong(frozenset(cases), titles)

    def _other(
        self, block: _Block, cells: Mapping[tuple[int, int, int], Raw]
    ) -> Iterator[str]:
        tab, number = self.state.tabs[block.parcel.code], block.shelf.tab.sheet_id
        told = _told_columns(block, self.state)
        rows = zip(block.parcel.rows, block.parcel.cases, strict=True)
        for at, (row, case) in enumerate(rows, block.start):
            if any(
                not same(cells.get((number, at, target), ""), tab.cell(row, source))
                for source, target in told
            ):
                yield case


def _parcels(moving: Moving, done: Sequence[str], state: State) -> Iterator[_Parcel]:
    wanted = set(done)
    for code in CODES:
        tab = state.tabs.get(code)
        if tab is None:
            continue
        frame = tab.read.frame
        places = dict(zip(map(str, frame.index), tab.read.rows, strict=True))
        by_year: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for case in wanted:
            for of, key in moving.cases[case]:
                if of == code:
                    place = int(places[key]) - 1
                    by_year[moving.years[case]].append((place, key, case))
        for year, rows in sorted(by_year.items()):
            rows.sort()
            at, keys, cases = zip(*rows, strict=True)
            yield _Parcel(code, year, at, keys, cases)


def _block(parcel: _Parcel, shelf: Shelf, state: State) -> _Block:
    there = {label: at for at, label in enumerate(shelf.labels)}
    tab = state.tabs[parcel.code]
    if not tab.read.header.writable or "version" not in tab.read.header.columns:
        raise ActionRefused(COLUMN_NOT_THERE)
    labels = _labels(_header_line(tab))
    columns = tuple((at, there[label]) for at, label in enumerate(labels))
    return _Block(parcel, shelf, shelf.end, columns)


def _told_columns(block: _Block, state: State) -> list[tuple[int, int]]:
    """Return which columns show that a row came as seen, here and in the yearly tab.

    Its number and version, what it hangs on, and whether something is to be done: by
    hand people change a row without a new version.
    """
    code, header = block.parcel.code, state.tabs[block.parcel.code].read.header
    names = ["id", "version", HANGING.get(code, ""), *TELLING.get(code, ())]
    there = dict(block.columns)
    columns = [header.columns[name] for name in names if name in header.columns]
    return [(column, there[column]) for column in columns]


def _room(block: _Block) -> list[dict[str, Any]]:
    lacking = block.start + len(block.parcel.rows) - block.shelf.tab.rows
    if lacking <= 0:
        return []
    more = {
        "sheetId": block.shelf.tab.sheet_id,
        "dimension": "ROWS",
        "length": lacking + _ROOM,
    }
    return [{"appendDimension": more}]


def _copies(block: _Block, state: State) -> Iterator[dict[str, Any]]:
    source = state.tabs[block.parcel.code].tab.sheet_id
    target = block.shelf.tab.sheet_id
    return _copied(source, block.parcel.rows, target, block.start, block.columns)


def _copied(
    source: int,
    rows: Sequence[int],
    target: int,
    at: int,
    columns: Sequence[tuple[int, int]],
) -> Iterator[dict[str, Any]]:
    """Yield what copies rows as they stand, values and then looks, run by run."""
    for first, count in _runs(rows):
        for left, to, width in _column_runs(columns):
            for kind in ("PASTE_VALUES", "PASTE_FORMAT"):
                yield {
                    "copyPaste": {
                        "source": _box(source, first, count, left, width),
                        "destination": _box(target, at, count, to, width),
                        "pasteType": kind,
                    }
                }
        at += count


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return stretches of rows: the first of each, and how many."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][0] + found[-1][1] == row:
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((row, 1))
    return found


def _column_runs(
    columns: Iterable[tuple[int, int]],
) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for source, target in columns:
        if found:
            first, to, width = found[-1]
            if (first + width, to + width) == (source, target):
                found[-1] = first, to, width + 1
                continue
        found.append((source, target, 1))
    return found


def _box(number: int, row: int, rows: int, column: int, columns: int) -> dict[str, int]:
    return {
        "sheetId": number,
        "startRowIndex": row,
        "endRowIndex": row + rows,
        "startColumnIndex": column,
        "endColumnIndex": column + columns,
    }


def _header_again(before: SeenTab) -> list[dict[str, Any]]:
    """Return what puts the header back that went because rows came in above it."""
    return _header_above(before.tab.sheet_id, _header_line(before))


def _header_above(number: int, line: Sequence[Raw]) -> list[dict[str, Any]]:
    span = {
        "sheetId": number,
        "dimension": "ROWS",
        "startIndex": 0,
        "endIndex": 1,
    }
    return [
        {"insertDimension": {"range": span, "inheritFromBefore": False}},
        _set_row(number, 0, line),
    ]


def _retitled(
    block: _Block, shelf: Shelf, now: Sequence[Label], state: State
) -> Iterator[dict[str, Any]]:
    """Yield what sets the rows of a block as the columns lay when they were copied."""
    seen = state.tabs[block.parcel.code]
    before = _labels(_header_line(seen))
    columns = {label: at for at, label in enumerate(shelf.labels)}
    lacking = [label for label in now if label not in columns]
    columns |= {x: len(shelf.labels) + n for n, x in enumerate(lacking)}
    if lacking:
        yield from _wider_shelf(shelf, lacking)
    uncopied = {label for label in before if label in now[len(block.columns) :]}
    key_label = before[seen.read.header.columns["id"]]
    for row in range(block.start, block.start + len(block.parcel.rows)):
        line = list(shelf.lines[row]) if row < len(shelf.lines) else []
        new: list[Raw] = [""] * (max(columns.values(), default=0) + 1)
        for source, target in block.columns:
            if source < len(now) and target < len(line):
                new[columns[now[source]]] = line[target]
        stood = seen.row_of(str(new[columns[key_label]]))
        for at, label in enumerate(before):
            if stood is not None and label in uncopied:
                new[columns[label]] = seen.cell(stood, at)
        yield _set_row(shelf.tab.sheet_id, row, new)


def _new_shelf(code: str, year: int, labels: Sequence[Label]) -> list[dict[str, Any]]:
    number = shelf_number(code, year)
    grid = {
        "rowCount": _ROOM,
        "columnCount": max(len(labels), 1),
        "frozenRowCount": _HEADER_ROWS,
    }
    properties = {
        "sheetId": number,
        "title": shelf_title(table_by_code(code), year),
        "gridProperties": grid,
        "hidden": True,
    }
    titles: list[Raw] = [title for title, _nth in labels]
    return [
        {"addSheet": {"properties": properties}},
        _set_row(number, 0, titles),
    ]


def _wider_shelf(shelf: Shelf, missing: Sequence[Label]) -> list[dict[str, Any]]:
    first = len(shelf.labels)
    lacking = first + len(missing) - shelf.tab.columns
    requests: list[dict[str, Any]] = []
    if lacking > 0:
        more = {
            "sheetId": shelf.tab.sheet_id,
            "dimension": "COLUMNS",
            "length": lacking,
        }
        requests.append({"appendDimension": more})
    titles: list[Raw] = [title for title, _nth in missing]
    return [*requests, _set_row(shelf.tab.sheet_id, 0, titles, column=first)]


def _set_row(
    number: int, row: int, cells: Sequence[Raw], *, column: int = 0
) -> dict[str, Any]:
    return {
        "updateCells": {
            "start": {"sheetId": number, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [cell_data(cell) for cell in cells]}],
            "fields": "userEnteredValue",
        }
    }


def _claim(state: State) -> str:
    """Return what only one of those who know of the same moves can take.

    Every move adds to the log in its own batch, so that the number only grows: whoever
    saw the yearly tabs before another's move is refused and looks again.
    """
    return claim_of("archive", str(_moves_in(state)))


def _shown(ranges: Sequence[str]) -> dict[str, Any]:
    return {
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": list(ranges),
    }


# What comes back --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _HomeBlock:
    """Rows of one yearly tab, from 0, and the row of their tab where they come to lie.

    columns: of the yearly tab and of the tab, from 0, in pairs.
    """

    shelf: Shelf
    rows: tuple[int, ...]
    start: int
    columns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Retitled:
    """A row that came under other titles: its cells as they stand and as they belong."""

    code: str
    stands: Sequence[Raw]
    belongs: Sequence[Raw]


@dataclass(frozen=True, slots=True)
class _Home:
    """The batch that brings rows back, and what its answer has to show.

    Like the way away it copies by place and deletes at that same place: whatever stands
    there is in its tab afterwards. It comes into rows that the batch itself inserts.
    """

    moving: Moving
    logged: Sequence[str]
    blocks: Sequence[_HomeBlock]
    state: State
    system: Tab
    promises: Promises

    def body(self) -> dict[str, Any]:
        """Return the request: the claim, room, copies, deletions, log and books."""
        requests = [claim_request(_claim(self.state), self.system)]
        for code in dict.fromkeys(block.shelf.code for block in self.blocks):
            requests += self._opened(code)
        for block in self.blocks:
            number = self._tab(block).tab.sheet_id
            source = block.shelf.tab.sheet_id
            requests += _copied(source, block.rows, number, block.start, block.columns)
        for block in self.blocks:
            requests += deletions(block.shelf.tab.sheet_id, block.rows)
        requests += _log_requests(self.moving, self.logged, self.state, self.promises)
        books = [self.moving.id, serial(self.moving.at), 1]
        requests.append(append(self.system.sheet_id, [books]))
        body: dict[str, Any] = {"requests": requests}
        return body | (_shown(self._ranges()) if self.blocks else {})

    def came(self, answer: Mapping[str, Any]) -> bool:
        """Return whether the rows meant came, under the titles they had."""
        if not self.blocks:
            return True
        cells = _cells_in(answer)
        return all(
            self._kept_titles(block, cells)
            and all(
                same(cells.get((number, at, to), ""), _cell_at(line, source))
                for at, line in enumerate(self._lines(block), block.start)
                for source, to in block.columns
            )
            for block in self.blocks
            for number in [self._tab(block).tab.sheet_id]
        )

    def under_other_titles(self, answer: Mapping[str, Any]) -> list[_Retitled]:
        """Return the rows whose columns people moved in that moment."""
        cells = _cells_in(answer)
        found = []
        for block in self.blocks:
            tab = self._tab(block)
            here = self._titles(tab.tab.sheet_id, tab.read.header.row - 1, cells)
            there = self._titles(block.shelf.tab.sheet_id, 0, cells)
            before = _labels(_header_line(tab))
            here = here if _titled(before) <= _titled(here) else before
            there = (
                there if set(block.shelf.labels) <= set(there) else (block.shelf.labels)
            )
            pairs = _paired(block.columns, there, here)
            if pairs == {to: to for _source, to in block.columns}:
                continue
            key = here.index(before[tab.read.header.columns["id"]])
            beyond = _uncopied(block, there, here)
            for at, seen in enumerate(self._lines(block), block.start):
                stands = _row_in(cells, tab.tab.sheet_id, at)
                belongs = _turned(stands, pairs, [*beyond.values(), key])
                if belongs[key] in seen:
                    for source, to in beyond.items():
                        belongs[to] = _cell_at(seen, source)
                found.append(_Retitled(tab.code, stands, belongs))
        return found

    def _opened(self, code: str) -> list[dict[str, Any]]:
        """Return what makes blank rows, and columns, for what comes into a tab.

        They are inserted: what others add there meanwhile stands above or below.
        """
        tab = self.state.tabs[code]
        own = [block for block in self.blocks if block.shelf.code == code]
        end, grid = len(tab.cells), tab.grid_rows or tab.tab.rows
        number, requests = tab.tab.sheet_id, []
        if end >= grid:
            requests.append(_grown(number, "ROWS", end - grid + 1))
        span = {
            "sheetId": number,
            "dimension": "ROWS",
            "startIndex": end,
            "endIndex": end + sum(len(block.rows) for block in own),
        }
        inherits = end > tab.read.header.row
        requests.append(
            {"insertDimension": {"range": span, "inheritFromBefore": inherits}}
        )
        width = max((to + 1 for block in own for _from, to in block.columns), default=0)
        if width > tab.tab.columns:
            requests.append(_grown(number, "COLUMNS", width - tab.tab.columns))
        return requests

    def _ranges(self) -> list[str]:
        found = []
        for block in self.blocks:
            tab, row = self._tab(block), self._tab(block).read.header.row
            last = block.start + len(block.rows)
            found += [
                f"{tab.tab.whole}!{row}:{row}",
                f"{block.shelf.tab.whole}!1:1",
                f"{tab.tab.whole}!{block.start + 1}:{last}",
            ]
        return list(dict.fromkeys(found))

    def _tab(self, block: _HomeBlock) -> SeenTab:
        return self.state.tabs[block.shelf.code]

    def _lines(self, block: _HomeBlock) -> list[Sequence[Raw]]:
        return [block.shelf.lines[row] for row in block.rows]

    def _kept_titles(
        self, block: _HomeBlock, cells: Mapping[tuple[int, int, int], Raw]
    ) -> bool:
        tab = self._tab(block)
        here = self._titles(tab.tab.sheet_id, tab.read.header.row - 1, cells)
        there = self._titles(block.shelf.tab.sheet_id, 0, cells)
        before = _labels(_header_line(tab))
        return _without_end(here) == _without_end(before) and (
            _without_end(there) == _without_end(block.shelf.labels)
        )

    @staticmethod
    def _titles(
        number: int, row: int, cells: Mapping[tuple[int, int, int], Raw]
    ) -> list[Label]:
        return _labels(_row_in(cells, number, row))


def _homeward(shelves: Shelves, state: State, what: _Finding) -> list[_HomeBlock]:
    """Return where the rows of a finding come to lie.

    Raises:
        ActionRefused: a column that holds something is not there any more.
    """
    found = []
    ends: dict[str, int] = {}
    for at, shelf in shelves.items():
        rows = {row for row, key in shelf.placed() if (shelf.code, key) in what.rows}
        rows |= set(what.loose.get(at, ()))
        if not rows:
            continue
        tab = state.tabs.get(shelf.code)
        if tab is None or not tab.read.header.writable:
            raise ActionRefused(COLUMN_NOT_THERE)
        own = tuple(sorted(rows))
        start = ends.setdefault(shelf.code, len(tab.cells))
        found.append(_HomeBlock(shelf, own, start, _columns_home(shelf, own, tab)))
        ends[shelf.code] += len(own)
    return found


def _columns_home(
    shelf: Shelf, rows: Sequence[int], tab: SeenTab
) -> tuple[tuple[int, int], ...]:
    here = _labels(_header_line(tab))
    places = {label: at for at, label in enumerate(here)}
    beyond = len(here)
    found = []
    for at in range(max(len(shelf.lines[row]) for row in rows)):
        label = shelf.labels[at] if at < len(shelf.labels) else None
        if label in places:
            found.append((at, places[label]))
        elif any(_cell_at(shelf.lines[row], at) not in ("", None) for row in rows):
            if label and label[0]:
                raise ActionRefused(COLUMN_NOT_THERE)
            # A note beyond the columns, which nobody titled.
            found.append((at, beyond))
            beyond += 1
    return tuple(found)


def _paired(
    columns: Iterable[tuple[int, int]], there: Sequence[Label], here: Sequence[Label]
) -> dict[int, int]:
    """Return, by the column into which cells came, the one in which they belong."""
    places = {label: at for at, label in enumerate(here) if label[0]}
    return {
        to: places.get(there[source], to) if source < len(there) else to
        for source, to in columns
    }


def _uncopied(
    block: _HomeBlock, there: Sequence[Label], here: Sequence[Label]
) -> dict[int, int]:
    """Return columns pushed beyond those copied, as they lay, and where they belong."""
    came = {there[source] for source, _to in block.columns if source < len(there)}
    labels, places = block.shelf.labels, {label: at for at, label in enumerate(here)}
    return {
        source: places[labels[source]]
        for source, _to in block.columns
        if source < len(labels)
        and labels[source] not in came
        and labels[source] in places
    }


def _turned(
    stands: Sequence[Raw], pairs: Mapping[int, int], more: Iterable[int]
) -> list[Raw]:
    """Return a row with each cell in the column in which it belongs, blanks as such.

    more: columns that it reaches to at least.
    """
    last = max([len(stands) - 1, *pairs.values(), *more])
    new: list[Raw] = [""] * (last + 1)
    for at, cell in enumerate(stands):
        if cell not in ("", None):
            new[pairs.get(at, at)] = cell
    return new


def _cell_at(line: Sequence[Raw], at: int) -> Raw:
    return line[at] if at < len(line) else ""


def _grown(number: int, dimension: str, length: int) -> dict[str, Any]:
    more = {"sheetId": number, "dimension": dimension, "length": length}
    return {"appendDimension": more}


# What is put right ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Finding:
    """What lies in the yearly tabs and should not.

    cases: complaints that come back. rows: theirs, by key. loose: rows that are no
    part of any. logged: complaints of which the log has to say so.
    """

    cases: tuple[str, ...] = ()
    rows: frozenset[RowKey] = frozenset()
    loose: Mapping[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    logged: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether everything lies where it should."""
        return not (self.cases or self.loose or self.logged)


def _found_wrong(
    shelves: Shelves,
    standing: Mapping[str, int],
    state: State,
    suspects: Collection[str],
    lost: Collection[str],
) -> _Finding:
    whole = _whole_in(shelves, standing) - set(suspects)
    whole -= _with_rows_outside(state, whole)
    whole |= set(lost)  # what is left of them stays, should people undo their deletion
    sorted_out = {at: _sorted_out(shelf, whole) for at, shelf in shelves.items()}
    return _Finding(
        cases=tuple(sorted({c for one in sorted_out.values() for c in one.cases})),
        rows=frozenset(row for one in sorted_out.values() for row in one.rows),
        loose={at: one.loose for at, one in sorted_out.items() if one.loose},
        logged=tuple(sorted(case for case in standing if case not in whole)),
    )


def _whole_in(shelves: Shelves, standing: Mapping[str, int]) -> set[str]:
    """Return the complaints that lie where the log says, and are over."""
    over = over_in({code: _kept_in(shelves, code) for code in CODES})
    return over & {
        str(key)
        for (code, year), shelf in shelves.items()
        if code == CASES
        for key in shelf.read.frame.index
        if standing.get(str(key)) == year
    }


def _kept_in(shelves: Shelves, code: str) -> pd.DataFrame:
    """Return every row of a table that lies in these yearly tabs, empty for none."""
    own = [shelf.read.frame for (of, _year), shelf in shelves.items() if of == code]
    own = [frame for frame in own if len(frame)]
    return pd.concat(own) if own else empty_frame(table_by_code(code))


@dataclass(slots=True)
class _OnShelf:
    """What of one yearly tab does not belong there; rows from 0."""

    cases: set[str] = field(default_factory=set)
    rows: set[RowKey] = field(default_factory=set)
    loose: tuple[int, ...] = ()


def _sorted_out(shelf: Shelf, whole: Collection[str]) -> _OnShelf:
    found = _OnShelf()
    if "id" not in shelf.read.header.columns:
        return found  # somebody took its header: nobody can tell what lies there
    named = dict(shelf.placed())
    frame, column = shelf.read.frame, HANGING.get(shelf.code)
    own = frame[column].tolist() if column else frame.index.tolist()
    of = dict(zip(map(str, frame.index), map(str, own), strict=True))
    head = shelf.head
    for row in range(_HEADER_ROWS, len(shelf.lines)):
        line, key = _trimmed(shelf.lines[row]), named.get(row, "")
        case = of.get(key, "")
        if not line or (case and case in whole):
            continue
        if line == head:
            continue  # came along with rows below it; stays, for it tells nothing
        if not case or key.startswith(NEW_ROW) or COPY_MARK in key:
            found.loose += (row,)
        else:
            found.rows.add((shelf.code, key))
            found.cases.add(case)
    return found


def _with_rows_outside(state: State, whole: Collection[str]) -> set[str]:
    """Return those of which a row stands among what everybody sees."""
    found = set(_frame(state, CASES).index) & set(whole)
    for code, column in HANGING.items():
        found |= set(_frame(state, code)[column]) & set(whole)
    return {str(case) for case in found}


def _live_cases(state: State) -> set[str]:
    return {str(case) for case in _frame(state, CASES).index}


def _years_in(state: State) -> set[int]:
    """Return every year into which the log ever saw something go."""
    tab = state.tabs.get("audit")
    if tab is None:
        return set()
    frame = tab.read.frame
    said = frame.loc[(frame["field_name"] == ARCHIVED).to_numpy(dtype=bool), "after"]
    return {int(year) for year in set(said) if str(year).isdecimal()}


# Small things -----------------------------------------------------------------------


def _rows_of(cases: Collection[str], state: State) -> dict[str, dict[RowKey, int]]:
    """Return the rows of each complaint with their versions, as they stand now."""
    found: dict[str, dict[RowKey, int]] = defaultdict(dict)
    for code in CODES:
        if code in state.tabs:
            _add_rows_of(found, code, state.tabs[code].read.frame, set(cases))
    return found


def _add_rows_of(
    found: dict[str, dict[RowKey, int]],
    code: str,
    frame: pd.DataFrame,
    cases: Collection[str],
) -> None:
    own = frame[HANGING[code]] if code in HANGING else frame.index.to_series()
    mine = own.isin(cases).to_numpy(dtype=bool)
    for key, case, version in zip(
        frame.index[mine], own[mine], frame["version"][mine], strict=True
    ):
        known = int(version) if pd.notna(version) else 0
        found[str(case)][code, str(key)] = known


def _as_seen(
    moving: Moving, standing: Mapping[str, Mapping[RowKey, int]]
) -> tuple[list[str], tuple[str, ...]]:
    """Return which complaints stand as they were seen, and which do not."""
    done = [
        case
        for case, rows in moving.cases.items()
        if dict(standing.get(case, {})) == dict(rows)
        and not any(COPY_MARK in key or key.startswith(NEW_ROW) for _code, key in rows)
    ]
    return done, tuple(case for case in moving.cases if case not in set(done))


def _frame(state: State, code: str) -> pd.DataFrame:
    tab = state.tabs.get(code)
    return empty_frame(table_by_code(code)) if tab is None else tab.read.frame


def _standing_in(state: State) -> dict[str, int]:
    tab = state.tabs.get("audit")
    return {} if tab is None else standing_of(tab.read.frame)


def _moves_in(state: State) -> int:
    """Return how many rows of the log tell of something put away or brought back."""
    tab = state.tabs.get("audit")
    if tab is None:
        return 0
    return int(tab.read.frame["field_name"].isin([ARCHIVED, BROUGHT_BACK]).sum())


def _header_line(tab: SeenTab) -> list[Raw]:
    """Return the header, as wide as the widest row: some columns have no title."""
    row = tab.read.header.row - 1
    width = max((len(line) for line in tab.cells), default=0)
    line = list(tab.cells[row]) if 0 <= row < len(tab.cells) else []
    return line + [""] * (width - len(line))


def _labels(line: Sequence[Raw]) -> list[Label]:
    seen: dict[str, int] = defaultdict(int)
    found = []
    for cell in line:
        title = "" if cell is None else str(cell)
        found.append((title, seen[title]))
        seen[title] += 1
    return found


def _titled(labels: Sequence[Label]) -> set[Label]:
    return {label for label in labels if label[0]}


def _without_end(labels: Sequence[Label]) -> list[Label]:
    """Return the columns up to the last that has a title."""
    found = list(labels)
    while found and not found[-1][0]:
        found.pop()
    return found


def _fitted_line(
    line: Sequence[Raw], labels: Sequence[Label], target: SeenTab
) -> list[Raw]:
    """Return a row with these titles as it belongs into another tab.

    Raises:
        ActionRefused: a column that holds something is not there.
    """
    places = {label: at for at, label in enumerate(_labels(_header_line(target)))}
    new: list[Raw] = [None] * (max(places.values(), default=0) + 1)
    for at, cell in enumerate(line):
        if cell in ("", None):
            continue
        label = labels[at] if at < len(labels) else ("", at)
        place = places.get(label)
        if place is None and not label[0]:
            place = len(new)  # a note beyond the columns, which nobody titled
            new.append(None)
        if place is None:
            raise ActionRefused(COLUMN_NOT_THERE)
        new[place] = cell
    return new


def _log_requests(
    moving: Moving, done: Sequence[str], state: State, promises: Promises
) -> list[dict[str, Any]]:
    """Return what puts the log rows below the others; one at least, see `_claim`."""
    tab = state.tabs.get("audit")
    if tab is None or not tab.read.header.writable:
        raise ActionRefused(COLUMN_NOT_THERE)
    rows = [new_row(tab, entry) for entry in log_rows(moving, done or [""])]
    end, grid = len(tab.cells), tab.grid_rows or tab.tab.rows
    return below(tab.tab.sheet_id, rows, end, grid, promises)


def _cells_in(answer: Mapping[str, Any]) -> dict[tuple[int, int, int], Raw]:
    found: dict[tuple[int, int, int], Raw] = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        number = sheet.get("properties", {}).get("sheetId", 0)
        for part in sheet.get("data", []):
            top, left = part.get("startRow", 0), part.get("startColumn", 0)
            for row, line in enumerate(part.get("rowData", []), top):
                for column, cell in enumerate(line.get("values", []), left):
                    raw = raw_from(cell.get("effectiveValue", {}))
                    found[number, row, column] = raw
    return found


def _row_in(
    cells: Mapping[tuple[int, int, int], Raw], number: int, row: int
) -> list[Raw]:
    columns = [c for n, r, c in cells if (n, r) == (number, row)]
    width = max(columns, default=-1) + 1
    return [cells.get((number, row, column), "") for column in range(width)]


def _trimmed(line: Sequence[Raw]) -> tuple[Raw, ...]:
    found = ["" if cell is None else cell for cell in line]
    while found and found[-1] == "":
        found.pop()
    return tuple(found)
