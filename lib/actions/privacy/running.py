"""Anonymising: what would happen, and doing it; the same for one person and for all.

Each save takes whole cases, with their rows of 操作ログ, or nothing of them: after a
crash the next press goes on with what is left, and two who press at once erase the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast

import pandas as pd

from lib import clock
from lib.actions.archiving import with_archive
from lib.actions.permissions import needs
from lib.actions.privacy.from_archive import among_the_rest
from lib.actions.privacy.mentions import Mentions
from lib.actions.privacy.units import Book, RowKey, Unit, due_units
from lib.errors import ActionRefused, AppError, StoreError, StoreUnavailable
from lib.i18n import N_
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES
from lib.schema.tables import table as table_by_code
from lib.settings.business import PRIVACY
from lib.store.access import UserStore
from lib.store.drafts import DraftBox
from lib.store.erased_rows import ErasedRows
from lib.store.erasing import REASON, ROWS_AT_ONCE, to_clean, write_erasing
from lib.store.erasing import erase_again as again
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Insert, Update, Write
from lib.store.sql.opening import alone

Progress = Callable[[int, int], None]
"""Called with how many cases are done, and of how many."""

CHANGED: Final = N_("確かめたあとに変わったので、もう一度確かめ直してください。")

RECORD: Final = "匿名化の記録"
"""名前 of the rows of 設定 that tell when somebody anonymised how much."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What anonymising would do now.

    units: all that is due, those held back too. fields: how many cells of each field
    would go, by table code and field name. log_rows: rows of 操作ログ that lose their
    texts. drafts: unsaved entries thrown away. waiting: saves that are not sent yet.
    copies: names of backups in the data folder, which keep everything.
    """

    units: tuple[Unit, ...]
    fields: Mapping[tuple[str, str], int]
    log_rows: int
    drafts: int
    waiting: int
    copies: tuple[str, ...]

    @property
    def free(self) -> tuple[Unit, ...]:
        """What would be anonymised."""
        return tuple(unit for unit in self.units if unit.is_free)

    @property
    def held(self) -> tuple[Unit, ...]:
        """What stays, with the reasons."""
        return tuple(unit for unit in self.units if not unit.is_free)


@dataclass(slots=True)
class Done:
    """What was done: the receipt.

    refused: cases that could not be written, with the reason. queued: whether the rest
    waits for the shared store. traces: whether traces may be left in the store's files
    because somebody was at work in them. number: tells it from others of that minute.
    rows_refused: of erasing once more, which knows rows and no cases.
    """

    at: datetime
    by: str
    units: int = 0
    rows: int = 0
    log_rows: int = 0
    drafts: int = 0
    refused: list[tuple[Unit, AppError]] = field(default_factory=list)
    rows_refused: tuple[tuple[RowKey, AppError], ...] = ()
    queued: bool = False
    traces: bool = False
    number: str = field(default_factory=lambda: new_commit_id()[:6])


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier run, as 設定 tells of it. text: what it came to."""

    on: date
    text: str
    by: str
    at: datetime | None


def _nothing(_done: int, _all: int) -> None:
    """Tell nobody."""


@needs("privacy.anonymise")
def due(live: LiveStore, who: Principal, today: date) -> tuple[Unit, ...]:  # noqa: ARG001 - `needs` asks who
    """Return what has passed its time, see `due_units`."""
    everything, waiting = live.for_user(SYSTEM), _waiting_rows(live)
    # Not `UserStore.derived`: within it nobody sees a contact, which is what goes.
    found: tuple[Unit, ...] = live.derived.get(
        ("privacy due", everything.revision, today, waiting),
        lambda: due_units(_frames(live), today, waiting),
    )
    return found


@needs("privacy.anonymise")
def preview(
    live: LiveStore,
    who: Principal,  # noqa: ARG001 - `needs` asks who
    units: Sequence[Unit],
    *,
    data: Path,
) -> Preview:
    """Return what anonymising these would do; writes nothing."""
    free = [unit for unit in units if unit.is_free]
    fields = Counter(
        (code, name)
        for unit in free
        for (code, _key), values in unit.changes.items()
        for name in values
    )
    rows = [row for unit in free for row in unit.rows]
    outbox = live.outbox
    mentions = _mentions(live, free)
    return Preview(
        units=tuple(units),
        fields=dict(fields),
        log_rows=len(to_clean(live.audits(rows))) if rows else 0,
        drafts=len(DraftBox(data).about(mentions.are_in)),
        waiting=len(outbox.waiting()) if outbox else 0,
        copies=copies_in(data),
    )


@needs("privacy.anonymise")
def anonymise(
    live: LiveStore,
    who: Principal,
    units: Sequence[Unit],
    *,
    now: datetime,
    data: Path,
    progress: Progress = _nothing,
) -> Done:
    """Anonymise what of these is not held back; return what was done.

    units: as they were looked at. Whoever looked may have done so long ago, so each is
    looked at again: what was reopened, went on or was written to since is refused.

    Raises:
        NotAllowed: it is not for this person.
        StoreError: the store or the disk does not answer. What was done stays done;
            pressed again, it goes on with the rest.
    """
    free = [unit for unit in units if unit.is_free]
    done = Done(now, who.name)
    with alone(data, "anonymising"):
        live.refreshed()
        # What is put away is due as well, and can only be written to among the rest.
        rows = [row for unit in free for row in unit.rows]
        with among_the_rest(live, rows, now, data=data):
            _anonymise(live, free, done, data, progress)
        if not done.queued:
            _clean_up(live, done)
    return done


def _anonymise(
    live: LiveStore, free: Sequence[Unit], done: Done, data: Path, progress: Progress
) -> None:
    still = tuple(_as_seen(live, free, done))
    mentions = _mentions(live, still)
    _record(live.for_user(SYSTEM), done, len(free))
    run = _Run(live, done, ErasedRows(data))
    for some in _chunks(still):
        run.erase(some)
        progress(done.units + len(done.refused), len(free))
        if done.queued:
            return
    done.drafts = DraftBox(data).discard_about(mentions.are_in)
    # Besides telling how much: on a Google Sheet the last change of a row leaves what
    # stood there in the books until the next one, which is this.
    _record(live.for_user(SYSTEM), done, len(free))


@needs("privacy.anonymise")
def erase_again(live: LiveStore, who: Principal, *, now: datetime, data: Path) -> Done:
    """Erase anew what was erased before a backup was restored; see `ErasedRows`.

    Raises:
        StoreError: the store does not answer; run it again.
    """
    done = Done(now, who.name)
    with alone(data, "anonymising"):
        known = ErasedRows(data).load()
        live.refreshed()
        with among_the_rest(live, known, now, data=data):
            frames = live.refreshed().frames
            found = again(live, known, frames, actor=who.name, at=now)
            done.rows, done.rows_refused = found.rows, found.refused
        _clean_up(live, done)
    return done


@needs("privacy.anonymise")
def past(store: UserStore) -> tuple[Past, ...]:
    """Return the earlier runs, the newest first."""
    rows = store.frame("settings")
    own = rows[(rows["group"] == PRIVACY) & rows["name"].str.startswith(RECORD)]
    found = [cast("Setting", store.record("settings", str(key))) for key in own.index]
    return tuple(
        sorted(
            (
                Past(r.effective_from, r.value, r.updated_by, r.updated_at)
                for r in found
            ),
            key=lambda one: (one.on, str(one.at)),
            reverse=True,
        )
    )


def copies_in(data: Path) -> tuple[str, ...]:
    """Return the names of the copies below the data folder that keep everything."""
    found = [*(data / "backups").glob("*"), *data.glob("*.before-restore-*")]
    return tuple(sorted(p.name for p in found if p.is_file() and p.suffix == ".db"))


def _as_seen(live: LiveStore, units: Sequence[Unit], done: Done) -> Iterator[Unit]:
    """Yield, as they stand now, those that are what was seen; refuse the others."""
    book = Book(_frames(live), _waiting_rows(live))
    for unit in units:
        if now := book.as_now(unit):
            yield now
        else:
            done.refused.append((unit, ActionRefused(CHANGED)))


def _clean_up(live: LiveStore, done: Done) -> None:
    live.refreshed()
    try:
        live.scrub()
    except StoreError:
        done.traces = True


# Writing -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """One press; counts into `done`."""

    live: LiveStore
    done: Done
    erased: ErasedRows

    def erase(self, units: Sequence[Unit]) -> None:
        """Erase some cases in one save; one that is refused holds up no other."""
        try:
            self._erase(units)
        except StoreUnavailable:
            raise
        except AppError as error:
            if len(units) == 1:
                self.done.refused.append((units[0], error))
                return
            for unit in units:
                self.erase([unit])

    def _erase(self, units: Sequence[Unit]) -> None:
        changes = {at: v for unit in units for at, v in unit.changes.items()}
        rows = [row for unit in units for row in unit.rows]
        # Somebody may have written while the cases before were erased.
        until = max(self.done.at, clock.now())
        self.erased.add(changes, rows, at=until)
        cleaned, self.done.queued = write_erasing(
            self.live, changes, rows, actor=self.done.by, at=self.done.at
        )
        self.done.units += len(units)
        self.done.rows += len(changes)
        self.done.log_rows += cleaned


def _chunks(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    some: list[Unit] = []
    for unit in units:
        if some and sum(len(u.changes) for u in [*some, unit]) > ROWS_AT_ONCE:
            yield some
            some = []
        some.append(unit)
    if some:
        yield some


def _record(desk: UserStore, done: Done, planned: int) -> None:
    """Tell in 設定 that somebody anonymises, and how far it came."""
    place = table_by_code("settings")
    row = Setting(
        group=PRIVACY,
        name=f"{RECORD} {done.at:%H:%M} {done.number}",
        effective_from=done.at.date(),
        value=f"{done.units}/{planned}",
        description="匿名化した件数/始めたときの件数。手で変えないでください。",
    )
    key = place.key_of(row)
    write: Write = Insert(row)
    if key in desk.frame("settings").index:
        before = desk.record("settings", key).values()["value"]
        write = Update("settings", key, {"value": before}, {"value": row.value})
    desk.commit(Commit(new_commit_id(), done.by, done.at, (write,), reason=REASON))


# Reading -----------------------------------------------------------------------------


def _frames(live: LiveStore) -> dict[str, pd.DataFrame]:
    """Return all tables, nothing masked, with what is put away among the rest."""
    desk = live.for_user(SYSTEM)
    return with_archive(live, {t.code: desk.in_full(t.code) for t in TABLES})


def _waiting_rows(live: LiveStore) -> frozenset[RowKey]:
    outbox = live.outbox
    if outbox is None:
        return frozenset()
    return frozenset(row for save in outbox.waiting() for row in save.rows)


def _mentions(live: LiveStore, units: Sequence[Unit]) -> Mentions:
    return Mentions.of(_frames(live), [row for unit in units for row in unit.rows])
