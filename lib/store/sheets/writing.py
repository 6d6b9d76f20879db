"""The hand of the store: look, merge, one atomic batch, verify, mend."""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from lib.errors import AppError, FieldProblem, InvalidRecord, StoreUnavailable
from lib.i18n import N_
from lib.schema.record import MESSAGES, Record
from lib.schema.tables import table as table_by_code
from lib.schema.tables import table_of
from lib.store.merge import Plan, RowKey, named, plan
from lib.store.protocol import Commit, Delete, Insert, Receipt, Update, Write
from lib.store.sheets.batching import Batch, append, batch_for
from lib.store.sheets.cells import LARGEST_WHOLE, fitting, settled, settled_value
from lib.store.sheets.cleaning import Cleaner
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused, WriteUnknown
from lib.store.sheets.leasing import Lease
from lib.store.sheets.looking import Look, Looker, Wanted
from lib.store.sheets.promises import Promises
from lib.store.sheets.sending import PUT_RIGHT, Sender, TakenBackError
from lib.store.sheets.watching import State, Watch

log = logging.getLogger(__name__)

TRIES: Final = 12
"""How often a commit is merged anew before the user is told that others are busy."""
LONGEST_PAUSE: Final = 2.0
LONGEST_SAVE: Final = 90.0
"""Seconds after which no other try is begun: then the user is told (sheets.md 1.1)."""
BLIND_FOR: Final = 300.0
"""Seconds after a load in which a new row may be written without a look: half of what
a claim lives, so that the claims cover whatever the load did not show."""
MOST_BLIND: Final = 50
_PATIENCE: Final = 60.0

CUT: Final = N_(
    "長すぎる文章は、シートのセルに入るところまでを保存しました。残りは別の項目に書いてください。"
)

_writers: Final[dict[Path, threading.Lock]] = {}
_writers_lock: Final = threading.Lock()


class WriterLock:
    """Lets one thread of one process of this machine write to a spreadsheet."""

    def __init__(self, spreadsheet: str, data: Path) -> None:
        """Keep the lock's file in `data`."""
        name = hashlib.sha256(spreadsheet.encode()).hexdigest()[:16]
        self._lock_file = data / f"sheet-{name}.lock"
        with _writers_lock:
            self._writer = _writers.setdefault(self._lock_file, threading.Lock())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it; waits a minute at most."""
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


class Writer:
    """Writes commits to one spreadsheet, which `watch` looks at."""

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
        self._looker = Looker(client, spreadsheet)
        self._cleaner = Cleaner(client, spreadsheet)
        self._sender = Sender(client, spreadsheet, watch, self._look)
        self._promises_now = promises
        self._promises = promises()
        self._lease = Lease(client, spreadsheet, self._keep)
        self._unanswered: dict[str, Batch] = {}

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes with their log rows, or nothing; see `Store.commit`.

        Two who saw the same row cannot both change it: the second's batch is refused
        as a whole, and it looks and merges again.
        """
        with self._lock.held(), self._turn():
            self._sender.put_right_what_is_left()
            receipt = self._committed(_settled(commit))
            if _is_cut(commit):
                receipt = replace(receipt, notes=(*receipt.notes, CUT))
            self._cleaner.clean_if_due(
                self._watch.places.system, self._watch.known().books
            )
            return receipt

    @property
    def promises(self) -> Promises:
        """What the spreadsheet was found to keep, as of the last turn."""
        return self._promises

    @contextmanager
    def turn(self) -> Iterator[Promises]:
        """Keep all other writers away, and give what the spreadsheet keeps."""
        with self._lock.held(), self._turn():
            self._sender.put_right_what_is_left()
            yield self._promises

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep other processes away where claims would not."""
        self._promises = self._promises_now()
        if self._promises.refuses_reuse:
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

    def _committed(self, commit: Commit) -> Receipt:
        astray: list[Batch] = []
        try:
            return self._merged(commit, astray)
        except AppError:
            for batch in astray:
                self._sender.withdraw(batch)
            raise

    def _merged(self, commit: Commit, astray: list[Batch]) -> Receipt:
        """Look, merge and write until it holds.

        astray: takes the first batch that was applied and whose changes were undone.
            What it added below the data stands then; only changes are written anew.
        """
        blind = self._may_go_blind(commit, self._watch.known())
        refused = False
        records: dict[RowKey, Record] = {}
        until = time.monotonic() + LONGEST_SAVE
        for attempt in range(TRIES):
            if time.monotonic() > until:
                raise StoreUnavailable("no time left for another try")
            seen = None if blind else self._look(self._wanted(commit), claims=refused)
            if astray:
                self._put_right_unanswered(commit)
            elif seen and commit.id in seen.books.commits:
                return self._found(commit, seen)
            standing = _standing_rows(commit, seen) if seen else {}
            planned = self._planned(commit, standing)
            _refuse_unholdable(planned)
            records |= planned.standing
            notes: tuple[str, ...] = (PUT_RIGHT,) if astray else ()
            if astray and planned.is_empty:
                return Receipt(commit.id, records=records, notes=notes)
            batch = self._batch(commit, planned, seen, booked=bool(astray))
            try:
                notes = self._sender.send(batch) or notes
            except WriteUnknown:
                self._unanswered[commit.id] = batch
            except TakenBackError:
                astray += [] if astray else [batch]
                commit = _without_added(commit, batch)
                refused = True
            except RequestRefused as error:
                self._see_to_refusal(batch, error)
                refused = True
            else:
                return Receipt(commit.id, records=records, notes=notes)
            blind = False
            _pause(attempt)
        raise StoreUnavailable("others keep changing the same rows")

    def _put_right_unanswered(self, commit: Commit) -> None:
        """See where a second try went whose answer was lost; the books tell nothing."""
        sent = self._unanswered.pop(commit.id, None)
        if sent is not None:
            self._sender.put_right(sent)

    def _see_to_refusal(self, batch: Batch, error: RequestRefused) -> None:
        """Prepare another try; raises where it would be refused again.

        Raises:
            RequestRefused: the request itself is wrong.
        """
        if error.unknown_range:
            self._watch.move()
        elif not batch.is_claim(error.request):
            if not self._promises.all_or_nothing:
                self._sender.take_back(batch)
            raise error

    def _planned(self, commit: Commit, standing: Mapping[RowKey, Record]) -> Plan:
        """Return the plan; goes on with what stands of it already.

        Only where a batch may be applied in part: a new row that stands exactly as it
        would be written is this very commit's.
        """
        if self._promises.all_or_nothing:
            return plan(commit, standing)
        rest = tuple(w for w in commit.writes if not _stands(w, commit, standing))
        return plan(replace(commit, writes=rest), standing)

    def _found(self, commit: Commit, seen: Look) -> Receipt:
        """Return the receipt of a commit that stands in the books already.

        Where this process sent it and the answer was lost, nobody has looked yet
        where it went.
        """
        records = seen.records(named(commit))
        sent = self._unanswered.pop(commit.id, None)
        if sent is None:
            return Receipt(commit.id, records=records, repeated=True)
        notes = self._sender.put_right(sent)
        if notes:
            records = self._look(_wanted(commit)).records(named(commit))
        return Receipt(commit.id, records=records, notes=notes)

    def _wanted(self, commit: Commit) -> Wanted:
        """Return what to look at; of every tab that grows, where rows are counted."""
        wanted = _wanted(commit)
        if self._promises.appends_below:
            return wanted
        return {"audit": (), **wanted}

    def _may_go_blind(self, commit: Commit, state: State) -> bool:
        """Whether the claims alone keep these new rows apart from all others."""
        if time.monotonic() - state.asked_at > BLIND_FOR:
            return False
        if not (self._promises.refuses_reuse and self._promises.appends_below):
            return False
        if commit.id in state.books.commits or not 0 < len(commit.writes) <= MOST_BLIND:
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

    def _look(self, wanted: Wanted, *, claims: bool = False) -> Look:
        for again in (True, False):
            known = self._watch.known()
            try:
                return self._looker.look(
                    self._watch.places, wanted, known.tabs, known.books, claims=claims
                )
            except RequestRefused as error:
                if not (again and error.unknown_range):
                    raise
            self._watch.move()
        raise AssertionError  # the second time it raises

    def _batch(
        self, commit: Commit, planned: Plan, seen: Look | None, *, booked: bool
    ) -> Batch:
        tabs = dict(self._watch.known().tabs)
        books = seen.books if seen else self._watch.known().books
        return batch_for(
            commit,
            planned,
            {**tabs, **seen.tabs} if seen else tabs,
            taken=seen.claims if seen else (),
            applied=books.applied,
            system=self._watch.places.system,
            promises=self._promises,
            booked=booked,
        )


def _standing_rows(commit: Commit, seen: Look) -> dict[RowKey, Record]:
    """Return the rows that stand, but for those laid out for what is inserted."""
    found = seen.records(named(commit))
    for write in commit.writes:
        if isinstance(write, Insert):
            table = table_of(write.record)
            at = table.code, table.key_of(write.record)
            if at in found and seen.tabs[at[0]].is_laid_out(at[1]):
                del found[at]
    return found


def _stands(write: Write, commit: Commit, standing: Mapping[RowKey, Record]) -> bool:
    """Whether a new row stands exactly as this commit would write it."""
    if not isinstance(write, Insert):
        return False
    table = table_of(write.record)
    row = standing.get((table.code, table.key_of(write.record)))
    written = {"version": 1, "updated_at": commit.at, "updated_by": commit.actor}
    return row is not None and row == write.record.model_copy(update=written)


def _without_added(commit: Commit, batch: Batch) -> Commit:
    """Return the commit without the new rows that stand below the data already."""
    changed = {(write.code, write.key) for write in batch.writes}
    rest = [
        write
        for write in commit.writes
        if not isinstance(write, Insert)
        or (table_of(write.record).code, table_of(write.record).key_of(write.record))
        in changed
    ]
    return replace(commit, writes=tuple(rest))


def _wanted(commit: Commit) -> Wanted:
    """Return the rows to look at: for a deletion all, and the log, which it cleans."""
    wanted: dict[str, list[str] | None] = {}
    for code, key in named(commit):
        keys = wanted.setdefault(code, [])
        if keys is not None:
            keys.append(key)
    for write in commit.writes:
        if isinstance(write, Delete):
            wanted |= {write.table: None, "audit": None}
    return wanted


def _pause(attempt: int) -> None:
    """Wait up to a span that doubles, so that two who collide part."""
    span = min(LONGEST_PAUSE, 0.02 * 2**attempt)
    time.sleep(random.uniform(0, span))  # noqa: S311 - nothing to keep secret


# What a sheet cannot hold as it is ----------------------------------------------------


def _is_cut(commit: Commit) -> bool:
    """Whether a text in it is longer than a cell."""
    values: list[Any] = []
    for write in commit.writes:
        if isinstance(write, Insert):
            values += write.record.values().values()
        elif isinstance(write, Update):
            values += write.values.values()
    return any(isinstance(one, str) and fitting(one) != one for one in values)


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
