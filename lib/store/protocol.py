"""What every store promises, and the words in which one talks to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from lib.schema.record import Record
from lib.schema.vocab import AuditRoute

AUDIT_TAIL = 5_000
"""Rows of 操作ログ that a snapshot carries, newest; older ones are read when asked for."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row. Its key must not exist: otherwise `Conflict`."""

    record: Record


@dataclass(frozen=True, slots=True)
class Update:
    """Some fields of one row: what the user saw in each (`base`), and what it becomes.

    Both map English field names to a record's Python values and have the same keys.
    """

    table: str
    key: str
    base: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """The one exception to "rows are never deleted": a row of the sample year.

    Refused for a row whose 入力元 is not サンプル, whatever the caller believes.
    """

    table: str
    key: str


Write = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Commit:
    """One save: all of its writes happen, with their audit rows, or none does.

    id: the same for every retry of the same save (`lib.schema.ids.new_commit_id`).
    actor: the name that stands in 更新者 and in the log.
    """

    id: str
    actor: str
    at: datetime
    writes: tuple[Write, ...]
    route: AuditRoute = AuditRoute.APP
    reason: str = ""


class CommitState(StrEnum):
    """How far a commit has come."""

    APPLIED = "applied"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit led to.

    records: the rows as they stand now, by (table code, key), after merging.
    repeated: the id had been applied before; nothing was written this time.
    """

    commit_id: str
    state: CommitState = CommitState.APPLIED
    records: Mapping[tuple[str, str], Record] = field(default_factory=dict)
    repeated: bool = False


class CellStatus(StrEnum):
    """How a cell was read (sheets.md 6)."""

    REPAIRED = "repaired"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row or cell that does not fit; shown on データ点検, never dropped.

    tab, row, column: where a person finds it (row 1 is the first row of the sheet;
    0 where the store has no such number). key: the row's key, "" if it has none.
    typed: what stands there; `why` and `mend` are catalogue keys.
    """

    table: str
    tab: str
    row: int
    column: str
    key: str
    typed: str
    why: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tables at one revision. Read-only: pandas copies on write.

    frames: by table code, as `lib.schema.frames` describes them.
    statuses: one row a cell that is not simply right: table, key, field, status
        (`CellStatus`), typed. Empty on SQL, where no such cell can be.
    revision: grows with every commit; equal revisions mean equal data.
    """

    frames: Mapping[str, pd.DataFrame]
    revision: int
    loaded_at: datetime
    problems: tuple[RowProblem, ...] = ()
    statuses: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            columns=["table", "key", "field", "status", "typed"], dtype="str"
        )
    )


@runtime_checkable
class Store(Protocol):
    """A place where the tables are kept.

    Any method may raise `StoreUnavailable`, `StoreDenied`, `StoreDamaged` or
    `StoreTooNew`, always from the cause, and may be called from many threads and
    from many processes at once. Moments are aware; missing is "" or None.
    """

    @property
    def kind(self) -> str:
        """Short name for the badge: "SQLite", "PostgreSQL", "Google Sheet"."""
        ...

    def load(self) -> Snapshot:
        """Return everything, of 操作ログ the last `AUDIT_TAIL` rows."""
        ...

    def refresh(self, known: Snapshot) -> Snapshot:
        """Return what stands now; the same object where nothing changed since."""
        ...

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes and their audit rows, or nothing.

        An update of a field that another changed since `base` raises `Conflict` with
        every such field; other fields merge. A field that already has the new value
        is no conflict. An insert of an existing key raises `Conflict`. A commit id
        that was applied before returns its receipt, marked `repeated`.
        更新日時, 更新者 and 版 are set here, whatever the record carries.
        """
        ...

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first, however old."""
        ...

    def close(self) -> None:
        """Let go of files and connections; the store cannot be used afterwards."""
        ...
