"""Years put away: which rows move together, and the words for moving them.

A settled complaint goes with every row that hangs on it, or not at all. Nothing but
its place changes: number, version, who wrote last and every row of 操作ログ stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import pandas as pd

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.audit import ARCHIVED, BROUGHT_BACK, AuditEntry
from lib.schema.complaint import SETTLED
from lib.schema.tables import table_of
from lib.schema.vocab import Applicability, AuditRoute, EscalationStatus
from lib.store.protocol import Commit, Erase, Insert

RowKey = tuple[str, str]

CASES: Final = "complaints"
HANGING: Final[Mapping[str, str]] = {
    "activities": "case_id",
    "tasks": "case_id",
    "deadlines": "case_id",
    "escalations": "complaint_id",
    "care_records": "case_id",
}
"""Tables whose rows go with a complaint, and the column that names it."""

CODES: Final = (CASES, *HANGING)
"""Tables of which rows are put away. 行政問合せ and 日次KPI never are."""

TRAIL: Final = ("customer_key", "received_at", "status", "kind", "parent_id")
"""What tells whether a customer complained again, and when."""

INDEXED: Final = ("order_number", *TRAIL)
"""What an earlier case of the same customer is found by, and when it was."""

TELLING: Final[Mapping[str, tuple[str, ...]]] = {
    CASES: ("status",),
    "tasks": ("done_at", "waived_reason"),
    "deadlines": ("done_at", "applies"),
    "escalations": ("status",),
    "care_records": ("done_at",),
}
"""Columns that tell whether something is still to be done."""

IS_ARCHIVED: Final = N_(
    "この苦情は保管済みです。直すには、先に保管から戻してください。"
)


@dataclass(frozen=True, slots=True)
class Moving:
    """Complaints that are to be put away, or brought back, with what hangs on them.

    id: the same for every retry. cases: by number of the complaint, the version that
        each of its rows had when somebody looked; every row that hangs on it is named.
    years: by number, the year into which it goes; empty for bringing back.
    """

    id: str
    actor: str
    at: datetime
    cases: Mapping[str, Mapping[RowKey, int]]
    years: Mapping[str, int] = field(default_factory=dict)
    route: AuditRoute = AuditRoute.APP

    @property
    def is_back(self) -> bool:
        """Whether they come back among what everybody sees."""
        return not self.years

    @property
    def rows(self) -> list[RowKey]:
        """Return every row that moves."""
        return [row for rows in self.cases.values() for row in rows]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move led to.

    done: the complaints that moved. passed: those that were not as seen any more, or
    had moved already; they stay as they are.
    """

    done: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """Everything that is put away, as it stands.

    frames: by table code (`CODES`), as `lib.schema.frames` describes them.
    years: by number of the complaint, the year under which it is kept.
    """

    frames: Mapping[str, pd.DataFrame]
    years: Mapping[str, int]


@runtime_checkable
class Archives(Protocol):
    """A store that can put years away. Any method may raise `StoreError`."""

    def archive_revision(self) -> int:
        """Return a number that differs after every change of what is put away."""
        ...

    def archive_years(self) -> tuple[int, ...]:
        """Return the years under which something is kept, the first first."""
        ...

    def archive(self) -> Archive:
        """Return everything that is put away; read whenever it is asked for."""
        ...

    def archive_index(self) -> pd.DataFrame:
        """Return of every complaint that is put away what it is looked up by.

        Columns `INDEXED`, as in the table; the index is its number.
        """
        ...

    def move(self, moving: Moving) -> Moved:
        """Put complaints away, or bring them back, with a log row for each.

        A complaint moves with all its rows or stays with all of them. One of which a
        row has another version than `Moving.cases` says, or one row more or less,
        stays; so does one that stands there already. Sent twice, it moves once.

        Raises:
            ActionRefused: this store cannot do it safely.
        """
        ...


@runtime_checkable
class TidiesArchive(Protocol):
    """A store in which a move can hit other rows than meant, because people move them."""

    def tidy_archive(self) -> int:
        """Bring back what lies in the archive by mistake; return how much did."""
        ...

    def lost_from_archive(self) -> tuple[str, ...]:
        """Return the complaints that the log has put away and that stand nowhere.

        As of the last time that the archive was read or tidied; no call.
        """
        ...


def over_in(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the complaints among these rows that are over, nothing left to be done."""
    status = frames[CASES]["status"]
    settled = status.isin([one.value for one in SETTLED]).to_numpy(dtype=bool)
    return set(map(str, status.index[settled])) - undone_in(frames)


def undone_in(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the complaints of which a task, deadline, handover or care is open."""
    tasks, deadlines = frames["tasks"], frames["deadlines"]
    handed, care = frames["escalations"], frames["care_records"]
    applies = deadlines["applies"] != Applicability.NOT_APPLICABLE.value
    open_now = [EscalationStatus.OPEN.value, EscalationStatus.WORKING.value]
    parts = (
        tasks.loc[tasks["done_at"].isna() & (tasks["waived_reason"] == ""), "case_id"],
        deadlines.loc[deadlines["done_at"].isna() & applies, "case_id"],
        handed.loc[handed["status"].isin(open_now), "complaint_id"],
        care.loc[care["done_at"].isna(), "case_id"],
    )
    return {str(case) for part in parts for case in part}


def log_rows(moving: Moving, done: Sequence[str]) -> list[AuditEntry]:
    """Return what 操作ログ tells of the complaints that moved, one row for each.

    The year stands where a value would: in 変更後 of what is put away, in 変更前 of what
    comes back.
    """
    return [
        AuditEntry(
            id=f"L-{moving.id}-{at:05d}",
            commit_id=moving.id,
            at=moving.at,
            actor=moving.actor,
            table=CASES,
            row_key=case,
            field_name=BROUGHT_BACK if moving.is_back else ARCHIVED,
            before="",
            after="" if moving.is_back else str(moving.years[case]),
            route=moving.route,
            updated_at=moving.at,
            updated_by=moving.actor,
            version=1,
        )
        for at, case in enumerate(done, 1)
    ]


def standing_of(log: pd.DataFrame) -> dict[str, int]:
    """Return, from the whole log, the year of each complaint that is put away."""
    if log.empty:
        return {}
    moves = log[log["field_name"].isin([ARCHIVED, BROUGHT_BACK])]
    found: dict[str, int] = {}
    for key, what, year in zip(
        moves["row_key"].tolist(),
        moves["field_name"].tolist(),
        moves["after"].tolist(),
        strict=True,
    ):
        if what == ARCHIVED and year.isdecimal():
            found[key] = int(year)
        else:
            found.pop(key, None)
    return found


def touched_cases(commit: Commit) -> frozenset[str]:
    """Return the complaints on which new rows of a commit hang, but for erasing."""
    found = set()
    for write in commit.writes:
        if isinstance(write, Insert):
            code = table_of(write.record).code
            if code in HANGING:
                found.add(str(getattr(write.record, HANGING[code])))
    return frozenset(found)


def refuse_archived(commit: Commit, archived: Collection[RowKey]) -> None:
    """Refuse a save that changes what is put away, or hangs something on it.

    Erasing may reach it: what is due to be forgotten is due wherever it stands.

    archived: which of the rows that the commit names, or hangs on, are put away.

    Raises:
        ActionRefused: with what to do.
    """
    if not archived:
        return
    if any((CASES, case) in archived for case in touched_cases(commit)):
        raise ActionRefused(IS_ARCHIVED)
    for write in commit.writes:
        if not isinstance(write, Insert | Erase) and (
            (write.table, write.key) in archived
        ):
            raise ActionRefused(IS_ARCHIVED)
