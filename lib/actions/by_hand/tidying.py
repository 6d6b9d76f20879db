"""One sync: new rows get their numbers, changes their steps. May be run at any time.

Several may run at once, on one machine or many: what each writes is claimed by what
stands in the row, so that one of them does it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from lib.actions.by_hand.edits import Edit, edits, seen_now
from lib.actions.by_hand.new_rows import adoption, mark_of, new_rows
from lib.actions.by_hand.resting import fresh
from lib.errors import AppError, Conflict, StoreError
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.vocab import AuditRoute
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Insert, Mending, RowMend, Write
from lib.store.row_memory import RowMemory

log = logging.getLogger(__name__)

AT_ONCE: Final = 20
"""Rows of one write: few enough that a person who types in one does not hold up many."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one sync did.

    numbered: rows that got a number; stamped: typed rows that have a key of their own.
    steps: rows of 対応履歴 for what was changed by hand.
    waiting: rows that somebody seems to be typing still; refused: rows that could not
    be written and are tried again at the next sync.
    """

    numbered: int = 0
    stamped: int = 0
    steps: int = 0
    waiting: int = 0
    refused: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was written."""
        return not (self.numbered or self.stamped or self.steps)


def tidy(live: LiveStore, memory: RowMemory, *, now: datetime, secret: bytes) -> Tidied:
    """Take in what people wrote by hand; a store that no hand reaches is left alone.

    secret: makes 照合キー, as for every entry.

    Raises:
        StoreError: the store, or the data folder, cannot be reached or changed.
    """
    if not live.mends:
        return Tidied()
    desk = live.for_user(SYSTEM)
    rows, waiting = _ready(desk, memory, now=now, secret=secret)
    done, refused = _adopt(desk, rows, now)
    steps, left = _tell(live.for_user(SYSTEM), memory, now=now, secret=secret)
    numbered = sum("id" in row.values for row in done)
    return Tidied(numbered, len(done) - numbered, steps, waiting, refused + left)


def _ready(
    desk: UserStore, memory: RowMemory, *, now: datetime, secret: bytes
) -> tuple[list[RowMend], int]:
    """Return what takes the new rows in, and how many are better left alone yet."""
    snapshot = desk.everything()
    found = new_rows(snapshot)
    marks = {key: mark_of(snapshot, kind.code, key) for kind, key in found}
    typing = fresh(memory, set(marks.values()), now)
    looked = memory.looked(now)
    adopted = [
        adoption(
            desk,
            kind,
            key,
            now=now,
            secret=secret,
            rested=marks[key] not in typing,
            looked=looked,
        )
        for kind, key in found
    ]
    rows = [row for row in adopted if row]
    return rows, len(adopted) - len(rows)


def _adopt(
    desk: UserStore, rows: Sequence[RowMend], now: datetime
) -> tuple[list[RowMend], int]:
    """Write the rows, and return those that were, and how many were refused."""
    done: list[RowMend] = []
    refused = 0
    for some in _parts(rows):
        try:
            done += _mended(desk, some, now)
        except StoreError:
            raise
        except AppError:
            for row in some:
                try:
                    done += _mended(desk, [row], now)
                except StoreError:
                    raise
                except AppError as error:
                    refused += 1
                    log.warning(
                        "a typed row stays as it is: %s %s",
                        row.table,
                        type(error).__name__,
                    )
    return done, refused


def _mended(desk: UserStore, rows: Sequence[RowMend], now: datetime) -> list[RowMend]:
    mending = Mending(
        new_commit_id(),
        desk.principal.name,
        now,
        tuple(rows),
        AuditRoute.SHEET_SEEN,
    )
    return list(desk.mend(mending).done)


def _tell(
    desk: UserStore, memory: RowMemory, *, now: datetime, secret: bytes
) -> tuple[int, int]:
    """Write the steps, remember what stands, and return steps and rows left over."""
    snapshot = desk.everything()
    remembered = memory.seen()
    found = edits(snapshot, remembered, now=now, secret=secret)
    failed = [edit for edit in found if not _told(desk, edit, now)]
    seen = seen_now(snapshot, secret)
    for edit in failed:
        name = f"{edit.code}|{edit.key}"
        if name in remembered:
            seen[name] = dict(remembered[name])
        else:
            seen.pop(name)
    memory.keep(seen)
    return sum(len(e.steps) for e in found if e not in failed), len(failed)


def _told(desk: UserStore, edit: Edit, now: datetime) -> bool:
    """Whether the change is told now; its steps come even where the row is broken."""
    steps: tuple[Write, ...] = tuple(map(Insert, edit.steps))
    both = (edit.update, *steps) if edit.update else steps
    for name, some in ((edit.id, both), (f"{edit.id}-steps", steps)):
        if not some:
            continue
        who = desk.principal.name
        commit = Commit(name, who, now, some, AuditRoute.SHEET_SEEN)
        try:
            desk.commit(commit)
        except Conflict as conflict:
            if not conflict.fields:
                return True  # another machine told the same
        except StoreError:
            raise
        except AppError as error:
            log.warning("a change by hand stays untold: %s", type(error).__name__)
        else:
            return True
    return False


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
