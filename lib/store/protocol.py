"""What every store promises, and the words in which one talks to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, cast, runtime_checkable

import pandas as pd

from lib.errors import AppError
from lib.schema.record import Record
from lib.schema.vocab import AuditRoute
from lib.store.log_search import LogPage, LogQuery

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


@dataclass(frozen=True, slots=True)
class Erase:
    """What was written about a person goes, and what counts stays (anonymising).

    The one write that reaches append-only rows, and the only one that reaches rows of
    操作ログ, of which it changes the texts of `lib.schema.erasing.LOG_TEXTS`. Refused
    for any other field, and for a value that says anything. Of an erased row the log
    tells that it was, and never what stood there. A row that is not there is left so.

    values: by field name what stands there afterwards, see `lib.schema.erasing`.
    """

    table: str
    key: str
    values: Mapping[str, str]


Write = Insert | Update | Delete | Erase


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
    """Kept safely on this machine; on its way to the shared store."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit led to.

    records: the rows as they stand now, by (table code, key), after merging.
    repeated: the id had been applied before; nothing was written this time.
    notes: what its author should know though all went well, as catalogue keys:
        people moved rows meanwhile, and what became of it.
    """

    commit_id: str
    state: CommitState = CommitState.APPLIED
    records: Mapping[tuple[str, str], Record] = field(default_factory=dict)
    repeated: bool = False
    notes: tuple[str, ...] = ()


class CellStatus(StrEnum):
    """How a cell was read (sheets.md 6)."""

    REPAIRED = "repaired"
    DOUBTFUL = "doubtful"
    BAD = "bad"


class ProblemKind(StrEnum):
    """What sort of thing does not fit, the most pressing first; データ点検 groups by it."""

    SETUP = "setup"
    """The spreadsheet itself: a tab, a header or the time zone."""
    TWICE = "twice"
    """One number in several rows."""
    UNREADABLE = "unreadable"
    """A cell that means nothing in its column; it counts as missing."""
    DOUBTFUL = "doubtful"
    """A cell that was read, though it may mean something else."""
    INCOMPLETE = "incomplete"
    """Something that a row needs is not there."""
    NUMBERLESS = "numberless"
    """A row that has no number yet."""
    APART = "apart"
    """The company and a centre have different values for the same thing."""
    RULE = "rule"
    """The cells are readable and do not agree with each other."""
    UNKNOWN = "unknown"
    """A word or number that points at nothing."""
    NOTE = "note"
    """A row that is taken for a remark and not counted."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row or cell that does not fit; shown on データ点検, never dropped.

    tab, row, column: where a person finds it (row 1 is the first row of the sheet;
    0 where the store has no such number). key: the row's key, "" if it has none.
    typed: what stands there; `why` and `mend` are catalogue keys.
    place: the cell in A1 notation; link: the address that opens it in the browser;
    both "" where the store is no sheet. proposal: the value that the cell was read as
    or might become, as one would type it; "" where there is none.
    """

    table: str
    tab: str
    row: int
    column: str
    key: str
    typed: str
    why: str
    mend: str = ""
    kind: ProblemKind = ProblemKind.RULE
    place: str = ""
    link: str = ""
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the rows of one table stand in a sheet, at one revision.

    link: the address that opens the tab. columns: position (0 is column A) of each
    field that has a column. keys: an index over the rows, and rows: the number of each.
    doubled: keys, as typed, that stand in several rows.
    """

    tab: str
    link: str
    columns: Mapping[str, int]
    keys: pd.Index
    rows: Sequence[int]
    doubled: frozenset[str] = frozenset()

    def row(self, key: str) -> int:
        """Return the number of a row; 0 for one that is not in the sheet yet."""
        if key not in self.keys:
            return 0
        return int(self.rows[cast("int", self.keys.get_loc(key))])

    def is_doubled(self, key: str) -> bool:
        """Whether the row has its number in common with another one."""
        return bool({key, key.rpartition("#")[0]} & self.doubled)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a tab had and suddenly has not.

    vanished, of: rows that are gone, and how many there were.
    columns: labels of required columns that are gone.
    """

    table: str
    tab: str
    vanished: int
    of: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing may be written for now although the store answers.

    losses: what is gone at once; the frames still show the last good state.
    token: names exactly this loss; with it somebody confirms that it is meant.
    zone: what is wrong with the spreadsheet's time zone; None in Tokyo's. There every
        moment would be written hours off.
    """

    losses: tuple[Loss, ...] = ()
    token: str = ""
    zone: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tables at one revision. Read-only: pandas copies on write.

    frames: by table code, as `lib.schema.frames` describes them.
    statuses: one row a cell that is not simply right: table, key, field, status
        (`CellStatus`), typed. Empty on SQL, where no such cell can be.
    where: by table code, where people find the rows; empty on SQL.
    revision: grows with every commit; equal revisions mean equal data.
    held: why every commit is refused at the moment; None where none is.
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
    where: Mapping[str, Whereabouts] = field(default_factory=dict)
    held: Hold | None = None


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

    def audits(self, rows: Collection[tuple[str, str]]) -> pd.DataFrame:
        """Return every log row of many records, given by table code and key."""
        ...

    def search_log(self, query: LogQuery) -> LogPage:
        """Return the newest log rows that match, one window; however old they are."""
        ...

    def close(self) -> None:
        """Let go of files and connections; the store cannot be used afterwards."""
        ...


@runtime_checkable
class Shared(Protocol):
    """A store that people change beside the program, and that may be away for long."""

    def remembered(self) -> Snapshot | None:
        """Return what this machine last saw of it, before any call; None for nothing.

        `loaded_at` says when that was.
        """
        ...

    def confirm(self, token: str) -> None:
        """Take what is gone for gone: `Hold.token` names the loss that is meant.

        Nothing happens where the token names none any more.
        """
        ...


class WaitState(StrEnum):
    """How far a save has come that is not in the shared store yet."""

    WAITING = "waiting"
    """It is sent by itself."""
    NEEDS_LOOK = "needs_look"
    """It was refused after its author had gone on; a person decides."""


@dataclass(frozen=True, slots=True)
class WaitingCommit:
    """A save that is kept on this machine until the shared store has it.

    commit: what is to be written; None where a file of another version of this program
        holds it in a form that cannot be read.
    problem: why it was refused (`Conflict` with both versions), or what keeps it from
        being sent; None while it simply waits.
    rows: the rows that it names, and the cases to which its steps belong, by table
        code and key.
    """

    commit_id: str
    actor: str
    at: datetime
    state: WaitState
    rows: tuple[tuple[str, str], ...] = ()
    problem: AppError | None = None
    commit: Commit | None = None


@dataclass(frozen=True, slots=True)
class OutboxNotice:
    """What people have to know about the outbox as a whole.

    keeps: False on a disk that is thrown away: a save is acknowledged only once the
        shared store has it. held_by: what keeps everything from being sent, such as a
        sharing that was revoked. put_aside: names of damaged files that were kept.
    """

    keeps: bool = True
    held_by: AppError | None = None
    put_aside: tuple[str, ...] = ()


@runtime_checkable
class Scrubs(Protocol):
    """A store whose files keep traces of what was erased until they are cleaned."""

    def scrub(self) -> None:
        """Clean them.

        Raises:
            StoreError: somebody is at work in them; the traces stay for now.
        """
        ...


@runtime_checkable
class WritesThrough(Protocol):
    """A store that knows what stands after an own commit without asking again."""

    def shown(self, known: Snapshot) -> Snapshot:
        """Return `known` or a later state, with every own write; nobody is asked."""
        ...


@runtime_checkable
class Outbox(Protocol):
    """The part of a store that keeps saves while the shared one is away."""

    def waiting(self) -> tuple[WaitingCommit, ...]:
        """Return what is not in the shared store yet, oldest first."""
        ...

    def notice(self) -> OutboxNotice:
        """Return what people have to know about it."""
        ...

    def discard(self, commit_id: str) -> None:
        """Take a save out for good; nothing happens where it is not there."""
        ...

    def resend(self, commit_id: str, commit: Commit | None = None) -> None:
        """Send again what needed a look: as it was, or as a person mended it.

        `commit` has the same id; the save keeps its place in the order.
        """
        ...


@dataclass(frozen=True, slots=True)
class RowMend:
    """Cells of one row of a sheet that are to be filled or put right.

    For what no `Update` can name: a row without a number, the copy of a row, a cell
    that holds no value. Nothing is written unless the row still looks as it did.

    key: how the snapshot names the row, with "+" or "#2" where it has no number of its
        own. values: by field; with the key's field the row gets its number.
    typed: what stands in each of these cells, as text; "" for a blank one.
    looks: `lib.store.looks.looks_of` the row; "" where the cells alone decide.
    verbatim: whether `values` are cells as a sheet holds them, to take a mend back.
    also: new rows that come into being with it.
    """

    table: str
    key: str
    values: Mapping[str, Any]
    typed: Mapping[str, str]
    looks: str = ""
    verbatim: bool = False
    also: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Mending:
    """One act of putting rows right, of one person or of the app itself."""

    id: str
    actor: str
    at: datetime
    rows: tuple[RowMend, ...]
    route: AuditRoute = AuditRoute.APP
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """What a mending led to.

    done: the rows that were written. undo: for each of them what takes it back.
    """

    done: tuple[RowMend, ...] = ()
    undo: tuple[RowMend, ...] = ()


@runtime_checkable
class MendsRows(Protocol):
    """A store in which people type past every rule, so that rows need mending."""

    def mend(self, mending: Mending) -> Mended:
        """Write those of the rows that still look as they did; leave the others alone.

        Two who mend the same row at once: one does, whatever machine they sit at.

        Raises:
            ActionRefused: in every row a column is missing, or a formula stands in a
                cell; where others can be written, they are.
            StoreError: the store cannot be reached or changed.
        """
        ...
