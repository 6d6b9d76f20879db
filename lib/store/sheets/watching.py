"""What the spreadsheet shows: asked for in one read, parsed only where it changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Final

from lib import clock
from lib.errors import StoreError, StoreHeld
from lib.i18n import N_
from lib.schema.tables import TABLES, Table
from lib.store.protocol import Hold, Snapshot
from lib.store.sheets.books import Books, read_books
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.layout import Tab
from lib.store.sheets.loading import Verdict, judged
from lib.store.sheets.looking import SeenTab
from lib.store.sheets.memory import Memory
from lib.store.sheets.payload import (
    Rows,
    collector_paused,
    decoded,
    has_check_boxes,
)
from lib.store.sheets.provisioning import Places, found_again, provided
from lib.store.sheets.reading import SheetRead
from lib.store.sheets.rereading import reread
from lib.store.sheets.turned import asked_of, with_texts

log = logging.getLogger(__name__)

CHECKED_EVERY: Final = 600.0
"""Seconds between two looks at titles, time zone and locale: one read each."""
CHECKED_WHILE_OFF: Final = 60.0
"""The same while the time zone is wrong and nothing can be written for it."""
LOADING_PAUSE: Final = 1.0
"""Seconds that a formula gets which was not computed yet."""

HELD_FOR_LOSS = N_(
    "シートから多くの行か必要な列が消えています。元に戻るか、管理者かマネージャーが確かめるまで、書き込みを止めています。"
)
HELD_FOR_ZONE = N_(
    "スプレッドシートのタイムゾーンが日本時間ではないので、書き込みを止めています。「ファイル」→「設定」で、東京にしてください。"
)


@dataclass(frozen=True, slots=True)
class State:
    """What the last load showed.

    tabs: as they stand, also while `read` still shows how they stood before.
    read: what people see: the tabs, or the last good ones while much is gone at once.
    books: the commits. drift: what the revision is ahead of those that changed rows,
        because people changed something by hand.
    asked_at: of the timer; -inf for what was only remembered.
    """

    payload: bytes
    places: Places
    tabs: Mapping[str, SeenTab]
    read: SheetRead
    books: Books
    drift: int
    snapshot: Snapshot
    asked_at: float

    def refuse_writes_if_held(self) -> None:
        """Raise where nothing may be written.

        Raises:
            StoreHeld: much is gone at once, or the time zone is another.
        """
        held = self.snapshot.held
        if held is not None:
            raise StoreHeld(HELD_FOR_LOSS if held.losses else HELD_FOR_ZONE)


class Watch:
    """The eyes of the store on one spreadsheet; usable from many threads.

    Making one calls nobody. The first look finds the tabs, makes missing ones, and
    compares with what this machine saw last.
    """

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        *,
        data: Path,
        tables: Sequence[Table] = TABLES,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Watch the tabs of `tables` through `client`; `data` holds the memory."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._tables = tables
        self._memory = Memory(data, spreadsheet)
        self._pause = pause
        self._looking = threading.RLock()
        self._state = self._recalled()
        self._places = self._state.places if self._state else None
        self._checked_at = -inf
        self._confirmed = ""
        self._loading: frozenset[str] = frozenset()

    @property
    def places(self) -> Places:
        """Where the tables are, as last found; looks where nothing was found yet."""
        return self._places or self.known().places

    def remembered(self) -> State | None:
        """Return what the last load showed, on this machine at any time; no call."""
        return self._state

    def known(self) -> State:
        """Return what the last load showed; loads where this process did not yet."""
        state = self._state
        return state if state and state.asked_at > -inf else self.again()

    def again(self) -> State:
        """Return what stands now; one read, nothing is parsed that did not change."""
        with self._looking:
            if self._is_check_due():
                self._check()
            return self._look_after_loading(self._look())

    def move(self) -> None:
        """Find the tabs again that people renamed, and load them."""
        with self._looking:
            self._check()
            self.again()

    def confirm(self, token: str) -> None:
        """Take the loss with that token for meant; another one stays held."""
        with self._looking:
            held = self.again().snapshot.held
            if not held or held.token != token:
                return
            self._confirmed = token
            self._places = self.places.without_lost()
            self._check()
            self._look()
            self._confirmed = ""

    # Where things are ---------------------------------------------------------------

    def _is_check_due(self) -> bool:
        off = self._places is not None and self._places.zone is not None
        every = CHECKED_WHILE_OFF if off else CHECKED_EVERY
        return time.monotonic() - self._checked_at > every

    def _check(self) -> None:
        """Look where the tabs are; only at the first time of all, make missing ones."""
        known = self._places
        if self._checked_at == -inf or known is None:
            found = provided(
                self._client,
                self._spreadsheet,
                tables=self._tables,
                remembered=known.numbers if known else None,
            )
        else:
            found = found_again(self._client, self._spreadsheet, known)
        self._places = found
        self._checked_at = time.monotonic()

    # What stands there --------------------------------------------------------------

    def _look(self) -> State:
        """Ask for all tabs, and note what they show."""
        known = self._state
        places, payload = self._answer()
        now = time.monotonic()
        if known and payload == known.payload and places is known.places:
            self._state = replace(known, asked_at=now)
        else:
            self._state = self._noted(known, payload, places, now)
        return self._state

    def _look_after_loading(self, state: State) -> State:
        """Look once more where a formula that had a value is being computed anew."""
        before = self._loading
        self._loading = frozenset(c for c, t in state.tabs.items() if t.read.loading)
        if self._loading <= before:
            return state
        self._pause(LOADING_PAUSE)
        return self._look()

    def _answer(self) -> tuple[Places, bytes]:
        """Return all tabs as bytes; a tab that was renamed is looked up once more."""
        places = self.places
        try:
            return places, self._client.values(self._spreadsheet, _ranges(places))
        except RequestRefused as error:
            if not error.unknown_range:
                raise
        self._check()
        places = self.places
        return places, self._client.values(self._spreadsheet, _ranges(places))

    def _noted(
        self, known: State | None, payload: bytes, places: Places, now: float
    ) -> State:
        """Return the state for an answer, and remember it unless much is gone."""
        tabs, books = _parsed(payload, places, known)
        tabs = self._as_shown(tabs)
        found = SheetRead({c: tab.read for c, tab in tabs.items()}, places.problems)
        verdict = judged(
            known.read if known else None, found, confirmed=self._confirmed
        )
        if verdict.held:
            good = SheetRead(verdict.read.tables, places.problems)
            verdict = replace(verdict, read=good)
        else:
            self._memory.keep(payload, places, clock.now())
        drift, snapshot = _shown(known, verdict, places, books, self._spreadsheet)
        read = verdict.read
        return State(payload, places, tabs, read, books, drift, snapshot, now)

    def _as_shown(self, tabs: Mapping[str, SeenTab]) -> dict[str, SeenTab]:
        """Return the tabs with codes that became numbers as the sheet shows them.

        One more read, and only where there are such cells that nobody asked for yet.
        """
        wanted = {c: a for c, t in tabs.items() if (a := asked_of(t.read))}
        if not wanted:
            return dict(tabs)
        ranges = [r for asked in wanted.values() for r in asked.ranges()]
        try:
            payload = self._client.values(self._spreadsheet, ranges, as_shown=True)
            parts = decoded(payload, len(ranges))
        except StoreError as error:
            log.warning("codes stay numbers for now: %s", type(error).__name__)
            return dict(tabs)
        shown = dict(tabs)
        for code, asked in wanted.items():
            mine, parts = parts[: len(asked.columns)], parts[len(asked.columns) :]
            read = with_texts(asked.table, asked.texts(mine))
            shown[code] = replace(tabs[code], read=read)
        return shown

    def _recalled(self) -> State | None:
        """Return the state that this machine saw last; None where it saw none."""
        kept = self._memory.recall(self._tables)
        if kept is None:
            return None
        tabs, books = _parsed(kept.payload, kept.places, None)
        read = SheetRead({c: t.read for c, t in tabs.items()}, kept.places.problems)
        snapshot = read.snapshot(
            revision=books.applied, loaded_at=kept.at, spreadsheet=self._spreadsheet
        )
        return State(
            kept.payload, kept.places, tabs, read, books, 0, snapshot, asked_at=-inf
        )


def _ranges(places: Places) -> list[str]:
    return [*(tab.whole for tab in places.tabs.values()), f"{places.system.whole}!A1:C"]


def _parsed(
    payload: bytes, places: Places, known: State | None
) -> tuple[dict[str, SeenTab], Books]:
    """Return tabs and books; tabs that did not change are not read again."""
    former = known.tabs if known else {}
    exact = any(map(has_check_boxes, [payload, *([known.payload] if known else [])]))
    with collector_paused():
        *parts, kept = decoded(payload, len(places.tabs) + 1)
        tabs = {
            code: _seen(places.tables[code], tab, rows, former.get(code), exact=exact)
            for (code, tab), rows in zip(places.tabs.items(), parts, strict=True)
        }
    return tabs, read_books(kept)


def _seen(
    table: Table, tab: Tab, rows: Rows, old: SeenTab | None, *, exact: bool
) -> SeenTab:
    read = reread(
        old.read if old else None,
        old.cells if old else (),
        table,
        tab,
        rows,
        exact=exact,
    )
    return old if old and read is old.read else SeenTab(tab, rows, {}, read)


def _shown(
    known: State | None,
    verdict: Verdict,
    places: Places,
    books: Books,
    spreadsheet: str,
) -> tuple[int, Snapshot]:
    """Return the drift and the snapshot; those known where nothing else is to show."""
    read = verdict.read
    held = (
        Hold(verdict.losses, verdict.token, places.zone)
        if verdict.held or places.zone
        else None
    )
    if (
        known
        and _shows(known.read, read)
        and known.snapshot.held == held
        and known.books.applied == books.applied
    ):
        return known.drift, known.snapshot
    least = known.snapshot.revision + 1 if known else 0
    drift = max(known.drift if known else 0, least - books.applied)
    snapshot = read.snapshot(
        revision=books.applied + drift,
        loaded_at=clock.now(),
        spreadsheet=spreadsheet,
    )
    return drift, replace(snapshot, held=held)


def _shows(one: SheetRead, other: SheetRead) -> bool:
    """Whether two readings are the same, tab by tab."""
    return (
        one.lost == other.lost
        and one.tables.keys() == other.tables.keys()
        and all(one.tables[code] is table for code, table in other.tables.items())
    )
