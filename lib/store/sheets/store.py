"""The store on a shared Google Sheet."""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
from filelock import FileLock, Timeout

from lib import clock
from lib.errors import FieldProblem, InvalidRecord, StoreError, StoreUnavailable
from lib.schema.frames import empty_frame
from lib.schema.record import MESSAGES, Record
from lib.schema.tables import table as table_by_code
from lib.store.merge import Plan, named, plan
from lib.store.protocol import Commit, Delete, Insert, Receipt, Snapshot, Update, Write
from lib.store.sheets.batching import ANSWER, CLAIM_LIFE, Batch, batch_for, expired
from lib.store.sheets.cells import LARGEST_WHOLE, settled, settled_value
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused, WriteUnknown
from lib.store.sheets.looking import Look, SeenTab, look
from lib.store.sheets.mending import mended
from lib.store.sheets.payload import collector_paused, decoded
from lib.store.sheets.provisioning import Places, found_again, provided
from lib.store.sheets.reading import SheetRead, read_table

log = logging.getLogger(__name__)

TRIES: Final = 12
"""How often a commit is merged anew before the user is told that others are busy."""
MENDS: Final = 4
LONGEST_PAUSE: Final = 2.0
BLIND_FOR: Final = 300.0
"""Seconds after a load in which a new row may be written without a look: half of what
a claim lives, so that the claims cover whatever the load did not show."""
MOST_BLIND: Final = 50
_PATIENCE: Final = 60.0

_writers: Final[dict[str, threading.Lock]] = {}
_writers_lock: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class _State:
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


class SheetsStore:
    """A `Store` on one spreadsheet. Make it with `lib.store.opening.open_store`.

    A new row costs one write, a change one read and one write, a refresh one read.
    """

    def __init__(self, client: SheetsClient, spreadsheet: str, *, data: Path) -> None:
        """Use a spreadsheet, whose missing tabs are made now; `data` holds the lock."""
        self._client = client
        self._spreadsheet = spreadsheet
        name = hashlib.sha256(spreadsheet.encode()).hexdigest()[:16]
        self._lock_file = data / f"sheet-{name}.lock"
        with _writers_lock:
            self._writer = _writers.setdefault(spreadsheet, threading.Lock())
        self._loading = threading.Lock()
        self._state: _State | None = None
        self._cleaned_at = time.monotonic()
        with self._alone():
            self._places = provided(client, spreadsheet)

    @property
    def kind(self) -> str:
        """What the badge says."""
        return "Google Sheet"

    def close(self) -> None:
        """Let go of every connection."""
        self._client.session.close()

    # Reading ------------------------------------------------------------------------

    def load(self) -> Snapshot:
        """Return everything, in the order of the sheet; one read."""
        return self._loaded().snapshot

    def refresh(self, known: Snapshot) -> Snapshot:
        """Return what stands now; one read, nothing is parsed that did not change."""
        found = self._loaded().snapshot
        return known if known.revision == found.revision else found

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first, however old."""
        tabs = self._loaded().tabs
        frame = tabs["audit"].read.frame if "audit" in tabs else _no_log()
        return frame[(frame["table"] == table) & (frame["row_key"] == key)]

    def _loaded(self) -> _State:
        with self._loading:
            self._state = self._asked(self._state)
            return self._state

    def _asked(self, known: _State | None) -> _State:
        places, payload = self._payload()
        now = time.monotonic()
        if known and payload == known.payload and places is known.places:
            return replace(known, asked_at=now)
        return _read(payload, places, known, now)

    def _payload(self) -> tuple[Places, bytes]:
        """Return all tabs as bytes; a tab that was renamed is looked up once more."""
        places = self._places
        try:
            return places, self._client.values(self._spreadsheet, _ranges(places))
        except RequestRefused as error:
            if not error.unknown_range:
                raise
        self._places = places = found_again(self._client, self._spreadsheet, places)
        return places, self._client.values(self._spreadsheet, _ranges(places))

    # Writing ------------------------------------------------------------------------

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes with their log rows, or nothing; see `Store.commit`.

        Two who saw the same row cannot both change it: the second's batch is refused
        as a whole, and it looks and merges again.
        """
        with self._alone():
            receipt = self._committed(_settled(commit))
            if time.monotonic() - self._cleaned_at > CLAIM_LIFE:
                self._clean()
            return receipt

    def _clean(self) -> None:
        """Take away old claims, one read and one write every ten minutes.

        In a batch of its own: a claim that another took away first must not undo a
        commit. What fails is left for the next time.
        """
        self._cleaned_at = time.monotonic()
        try:
            fields = "namedRanges(namedRangeId,name)"
            found = self._client.metadata(self._spreadsheet, fields)
            old = expired(found.get("namedRanges", []))
            gone = [{"deleteNamedRange": {"namedRangeId": claim}} for claim in old]
            if gone:
                self._client.change(self._spreadsheet, {"requests": gone})
        except StoreError as error:
            log.warning("old claims stay for now: %s", type(error).__name__)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one thread of one process of this machine write at a time."""
        self._lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._writer:
            try:
                lock = FileLock(
                    self._lock_file, timeout=_PATIENCE, mode=0o600, poll_interval=0.01
                )
                with lock:
                    yield
            except Timeout as error:
                raise StoreUnavailable("another process is still writing") from error

    def _committed(self, commit: Commit) -> Receipt:
        state = self._state or self._loaded()
        sent: Batch | None = None
        blind = self._may_go_blind(commit, state)
        for attempt in range(TRIES):
            seen = None if blind else self._look(commit)
            if seen and commit.id in seen.commits:
                if sent is not None:
                    self._mend(sent)
                records = seen.records(named(commit))
                return Receipt(commit.id, records=records, repeated=sent is None)
            planned = plan(commit, seen.records(named(commit)) if seen else {})
            _refuse_unholdable(planned)
            batch = self._batch(commit, planned, seen)
            try:
                self._send(batch)
            except WriteUnknown:
                sent = batch
            except RequestRefused as error:
                if error.unknown_range:
                    self._move()
                elif not batch.is_claim(error.request):
                    raise
            else:
                return Receipt(commit.id, records=planned.standing)
            blind = False
            _pause(attempt)
        raise StoreUnavailable("others keep changing the same rows")

    def _may_go_blind(self, commit: Commit, state: _State) -> bool:
        """Whether the claims alone keep these new rows apart from all others."""
        if time.monotonic() - state.asked_at > BLIND_FOR:
            return False
        if commit.id in state.commits or not 0 < len(commit.writes) <= MOST_BLIND:
            return False
        if not all(isinstance(write, Insert) for write in commit.writes):
            return False
        return all(
            table_by_code(code).prefix
            and code != "audit"
            and code in state.tabs
            and key not in state.tabs[code].read.frame.index
            for code, key in named(commit)
        )

    def _look(self, commit: Commit) -> Look:
        codes = dict.fromkeys(code for code, _key in named(commit))
        if any(isinstance(write, Delete) for write in commit.writes):
            codes["audit"] = None
        try:
            return look(self._client, self._spreadsheet, self._places, list(codes))
        except RequestRefused as error:
            if not error.unknown_range:
                raise
        self._move()
        return look(self._client, self._spreadsheet, self._places, list(codes))

    def _move(self) -> None:
        """Find the tabs again that people renamed."""
        self._places = found_again(self._client, self._spreadsheet, self._places)
        self._loaded()

    def _batch(self, commit: Commit, planned: Plan, seen: Look | None) -> Batch:
        tabs = dict((self._state or self._loaded()).tabs)
        return batch_for(
            commit,
            planned,
            {**tabs, **seen.tabs} if seen else tabs,
            taken=seen.claims if seen else (),
            applied=len(seen.commits) if seen else 0,
            system=self._places.system,
        )

    def _send(self, batch: Batch) -> None:
        answer = self._client.change(self._spreadsheet, batch.body(), ANSWER)
        if batch.astray(answer):
            log.warning("rows or columns moved during a write; putting it right")
            self._mend(batch)

    def _mend(self, batch: Batch) -> None:
        """Put right what went to the wrong place, until nothing is wrong.

        Raises:
            StoreUnavailable: people keep moving rows.
        """
        for _try in range(MENDS):
            codes = {w.code for w in batch.writes} | {c for c, _ in batch.appended}
            codes |= set(batch.deleted)
            now = look(self._client, self._spreadsheet, self._places, sorted(codes))
            repair = mended(batch, now.tabs)
            self._loaded()
            if repair is None:
                return
            answer = self._client.change(self._spreadsheet, repair.body(), ANSWER)
            if not repair.astray(answer):
                log.warning("a misplaced write was put right")
                return
            batch = repair
        raise StoreUnavailable("rows keep moving while they are written")


def _pause(attempt: int) -> None:
    """Wait up to a span that doubles, so that two who collide part."""
    span = min(LONGEST_PAUSE, 0.02 * 2**attempt)
    time.sleep(random.uniform(0, span))  # noqa: S311 - nothing to keep secret


def _ranges(places: Places) -> list[str]:
    return [*(tab.whole for tab in places.tabs.values()), f"{places.system.whole}!A2:C"]


def _read(payload: bytes, places: Places, known: _State | None, now: float) -> _State:
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
    return _State(payload, places, tabs, read, commits, applied, drift, snapshot, now)


_CHANGED: Final = 2


def _seen(code: str, tab: Any, rows: Any) -> SeenTab:
    return SeenTab(tab, rows, frozenset(), read_table(table_by_code(code), tab, rows))


def _no_log() -> pd.DataFrame:
    return empty_frame(table_by_code("audit"))


# What a sheet cannot hold as it is ----------------------------------------------------


def _settled(commit: Commit) -> Commit:
    """Return the commit with its texts as the sheet will give them back."""
    return replace(commit, writes=tuple(map(_settled_write, commit.writes)))


def _settled_write(write: Write) -> Write:
    if isinstance(write, Insert):
        return Insert(settled(write.record))
    if isinstance(write, Update):
        return replace(
            write,
            base=_settled_values(write.table, write.base),
            values=_settled_values(write.table, write.values),
        )
    return write


def _settled_values(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    table = table_by_code(code)
    return {
        name: settled_value(table, table.field(name), value)
        for name, value in values.items()
    }


def _refuse_unholdable(planned: Plan) -> None:
    written: list[tuple[Record, Any]] = [
        *((record, None) for record in planned.inserted.values()),
        *planned.changed.values(),
    ]
    problems = [
        FieldProblem(field.name, MESSAGES["less_than_equal"])
        for record, names in written
        for field in record.fields()
        if field.kind == "integer"
        and (names is None or field.name in names)
        and abs(getattr(record, field.name) or 0) > LARGEST_WHOLE
    ]
    problems += [
        FieldProblem(field.name, MESSAGES["missing"])
        for record in planned.inserted.values()
        for field in record.fields()
        if field.required and getattr(record, field.name) == ""
    ]
    if problems:
        raise InvalidRecord(problems)
