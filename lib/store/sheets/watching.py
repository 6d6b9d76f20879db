"""What the spreadsheet shows: asked for in one read, parsed only where it changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lib import clock
from lib.schema.tables import table as table_by_code
from lib.store.protocol import Snapshot
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.looking import SeenTab
from lib.store.sheets.payload import collector_paused, decoded
from lib.store.sheets.provisioning import Places, found_again, provided
from lib.store.sheets.reading import SheetRead, read_table


@dataclass(frozen=True, slots=True)
class State:
    """What the last load showed.

    applied: commits that changed rows. drift: what the revision is ahead of them,
        because people changed something by hand. asked_at: of the timer.
    """

    payload: bytes
    places: Places
    tabs: Mapping[str, SeenTab]
    read: SheetRead
    commits: frozenset[str]
    applied: int
    drift: int
    snapshot: Snapshot
    asked_at: float


class Watch:
    """The eyes of the store on one spreadsheet; usable from many threads."""

    def __init__(self, client: SheetsClient, spreadsheet: str) -> None:
        """Use a spreadsheet, whose missing tabs are made now."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._loading = threading.Lock()
        self._state: State | None = None
        self.places = provided(client, spreadsheet)
        """Where the tables are, as last found."""

    def known(self) -> State:
        """Return what the last load showed; loads where nothing was loaded yet."""
        return self._state or self.again()

    def again(self) -> State:
        """Return what stands now; one read, nothing is parsed that did not change."""
        with self._loading:
            self._state = self._asked(self._state)
            return self._state

    def move(self) -> None:
        """Find the tabs again that people renamed, and load them."""
        self.places = found_again(self._client, self._spreadsheet, self.places)
        self.again()

    def _asked(self, known: State | None) -> State:
        places, payload = self._payload()
        now = time.monotonic()
        if known and payload == known.payload and places is known.places:
            return replace(known, asked_at=now)
        return _read(payload, places, known, now)

    def _payload(self) -> tuple[Places, bytes]:
        """Return all tabs as bytes; a tab that was renamed is looked up once more."""
        places = self.places
        try:
            return places, self._client.values(self._spreadsheet, _ranges(places))
        except RequestRefused as error:
            if not error.unknown_range:
                raise
        self.places = places = found_again(self._client, self._spreadsheet, places)
        return places, self._client.values(self._spreadsheet, _ranges(places))


def _ranges(places: Places) -> list[str]:
    return [*(tab.whole for tab in places.tabs.values()), f"{places.system.whole}!A2:C"]


def _read(payload: bytes, places: Places, known: State | None, now: float) -> State:
    """Return the state for a payload; tabs that did not change are not read again."""
    former = known.tabs if known else {}
    with collector_paused():
        *parts, books = decoded(payload, len(places.tabs) + 1)
        tabs = {}
        for (code, tab), rows in zip(places.tabs.items(), parts, strict=True):
            old = former.get(code)
            same = old is not None and old.tab == tab and old.cells == rows
            tabs[code] = old if old and same else _seen(code, tab, rows)
    applied = sum(1 for row in books if len(row) > _CHANGED and row[_CHANGED])
    same_rows = known is not None and all(tabs[c] is former.get(c) for c in tabs)
    if known and same_rows and known.places is places and applied == known.applied:
        read, snapshot, drift = known.read, known.snapshot, known.drift
    else:
        drift = known.drift if known else 0
        least = known.snapshot.revision + 1 if known else 0
        drift = max(drift, least - applied)
        read = SheetRead({c: tab.read for c, tab in tabs.items()}, places.lost)
        snapshot = read.snapshot(revision=applied + drift, loaded_at=clock.now())
    commits = frozenset(str(row[0]) for row in books if row and row[0] != "")
    return State(payload, places, tabs, read, commits, applied, drift, snapshot, now)


_CHANGED: Final = 2


def _seen(code: str, tab: Any, rows: Any) -> SeenTab:
    return SeenTab(tab, rows, frozenset(), read_table(table_by_code(code), tab, rows))
