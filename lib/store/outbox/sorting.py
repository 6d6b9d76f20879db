"""What a failure means for a save, and which save may go next: no I/O here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lib.errors import (
    ActionRefused,
    AppError,
    Conflict,
    InvalidRecord,
    NotAllowed,
    SettingsError,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreHeld,
    StoreTooNew,
)
from lib.i18n import N_
from lib.schema.tables import TABLES
from lib.store.merge import RowKey, named
from lib.store.outbox.codec import Unreadable, commit_from, problem_from
from lib.store.outbox.file import Entry, EntryState
from lib.store.protocol import Commit, Insert

UNREADABLE: Final = N_(
    "別の版のアプリが残した内容で、このアプリでは読めません。ファイルはそのまま残っています。管理者に知らせてください。"
)

_PARENTS: Final = ("case_id", "complaint_id")
_BY_PREFIX: Final = {table.prefix: table.code for table in TABLES if table.prefix}


_HOLDING: Final = (StoreHeld, StoreDenied, StoreDamaged, StoreTooNew, SettingsError)
_HOLDING_ALL: Final = (StoreHeld, StoreDamaged, StoreTooNew, SettingsError)


class Outcome(Enum):
    """What becomes of a save that was not taken."""

    REFUSED = auto()
    """Its author decides: at once where the form is still open, later as 要確認."""
    LATER = auto()
    """The store is away; nothing else need be tried now."""
    HELD = auto()
    """A right or a setting is missing, or a person must look at the sheet first: it
    waits, and the reason is told."""
    BROKEN = auto()
    """The store will never take it as it is, and its author can do nothing about it."""


def outcome_of(error: AppError) -> Outcome:
    """Return what becomes of the save on which the store raised `error`."""
    if isinstance(error, (Conflict, InvalidRecord, NotAllowed, ActionRefused)):
        return Outcome.REFUSED
    if isinstance(error, _HOLDING):
        return Outcome.HELD
    if isinstance(error, StoreError) and not error.permanent:
        return Outcome.LATER
    return Outcome.BROKEN


def holds_everything(error: AppError | None) -> bool:
    """Whether no other save would be taken either; a right may be missing for one tab."""
    return isinstance(error, _HOLDING_ALL)


def touched(commit: Commit) -> frozenset[RowKey]:
    """Return the rows whose order matters to a commit.

    Those that it names, and the case on which a step is written: a step must not
    arrive before its case.
    """
    rows = set(named(commit))
    for write in commit.writes:
        if isinstance(write, Insert):
            for name in _PARENTS:
                parent = str(getattr(write.record, name, "") or "")
                if code := _BY_PREFIX.get(parent[:1]):
                    rows.add((code, parent))
    return frozenset(rows)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A save that is not in the store, with what is known about it.

    commit: None where its text cannot be read. rows: those whose order matters to it.
    """

    entry: Entry
    commit: Commit | None
    problem: AppError | None
    rows: frozenset[RowKey]

    @property
    def id(self) -> str:
        """The commit's id."""
        return self.entry.commit_id

    @property
    def needs_look(self) -> bool:
        """Whether it is for a person to decide."""
        return self.entry.state is EntryState.NEEDS_LOOK or self.commit is None

    @property
    def tables(self) -> frozenset[str]:
        """Codes of the tables that it writes to."""
        return frozenset(code for code, _key in self.rows)


def waiting_from(entry: Entry) -> Waiting:
    """Return what a row of the file says."""
    try:
        commit = commit_from(entry.content)
    except Unreadable:
        return Waiting(entry, None, ActionRefused(UNREADABLE), frozenset())
    return Waiting(entry, commit, problem_from(entry.problem), touched(commit))


def sendable(saves: Iterable[Waiting]) -> Iterator[Waiting]:
    """Yield the saves that may go now, oldest first.

    One that needs a look holds back the later ones of the same rows, and so on.
    """
    held: set[RowKey] = set()
    for save in saves:
        if save.needs_look or save.rows & held:
            held |= save.rows
        else:
            yield save


def holds_back(saves: Sequence[Waiting], commit: Commit) -> bool:
    """Whether a new commit touches a row for which an older save waits."""
    rows = touched(commit)
    return any(save.rows & rows for save in saves)
