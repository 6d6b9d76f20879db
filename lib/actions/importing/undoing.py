"""An import taken back: what it brought goes, what people did with it since stays.

Rows are never deleted. A complaint goes to 取消 and so out of every figure; a day of
日次KPI gets back what stood there before: nothing, or the row without what was filled
in. A row that somebody changed or worked on since is left as it is, and listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from lib.actions.importing.identity import content_fields, digest_of
from lib.actions.importing.journal import ImportedRow, Run, marks_of_undoing, runs_in
from lib.actions.permissions import needs
from lib.errors import NotAllowed
from lib.i18n import N_
from lib.schema.cells import missing
from lib.schema.complaint import Complaint
from lib.schema.frames import standing_at
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import KpiDay
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.tables import table
from lib.schema.vocab import AuditRoute, ComplaintStatus, Role
from lib.store.access import UserStore
from lib.store.protocol import Commit, Update

UNDONE_TABLES: Final = ("complaints", "kpi_days")
"""Tables of which an import can be undone."""

CHANGED_SINCE: Final = N_("取込のあとに変えられています。")
WORKED_ON: Final = N_("取込のあとに対応の記録があります。")
REASON: Final = N_("取込の取り消し: {file}")

_CHUNK: Final = 500

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that is not taken back; `why` is a catalogue key."""

    table: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an import would do: the writes, and the rows that stay."""

    writes: tuple[Update, ...]
    kept: tuple[Kept, ...]


def runs_of(settings: pd.DataFrame, who: Principal) -> tuple[Run, ...]:
    """Return the imports that this person may undo, the newest first."""
    found = tuple(
        run
        for run in runs_in(settings)
        if any(r.table in UNDONE_TABLES for r in run.rows)
    )
    return tuple(run for run in found if may_undo(run, who))


def plan(frames: Frames, run: Run) -> Undoing:
    """Return what undoing `run` would do to what `frames` hold.

    What is gone already, or was never saved, is neither written nor listed.
    """
    writes: list[Update] = []
    kept: list[Kept] = []
    worked_on = _worked_on(frames)
    for row in run.rows:
        if row.table not in UNDONE_TABLES:
            continue
        record = standing_at(table(row.table), frames[row.table], row.key)
        if record is None or _is_gone(row, record):
            continue
        if not row.holds(digest_of(table(row.table), record)):
            kept.append(Kept(row.table, row.key, CHANGED_SINCE))
        elif row.key in worked_on:
            kept.append(Kept(row.table, row.key, WORKED_ON))
        else:
            writes.append(_taken_back(row, record))
    return Undoing(tuple(writes), tuple(kept))


@needs("import.undo")
def undo(
    store: UserStore,
    system: UserStore,
    run: Run,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Undoing:
    """Take an import back and return what was done; again, it goes on where it stopped.

    system: the system's view of the same store, which notes that it was undone.

    Raises:
        Conflict: somebody changed one of the rows meanwhile; chunks before it are done.
        NotAllowed: the import is not this person's to undo.
    """
    who = store.principal
    if not may_undo(run, who):
        raise NotAllowed
    # Whole: with a masked contact no row is any more what the file brought.
    frames = {code: store.in_full(code) for code in (*UNDONE_TABLES, "activities")}
    found = plan(frames, run)
    progress(0, len(found.writes))
    for start in range(0, len(found.writes), _CHUNK):
        some = found.writes[start : start + _CHUNK]
        store.commit(
            Commit(
                new_commit_id(),
                who.name,
                now,
                some,
                route=AuditRoute.IMPORT,
                reason=REASON.format(file=run.file),
            )
        )
        progress(start + len(some), len(found.writes))
    if marks := marks_of_undoing(system.frame("settings"), run):
        system.commit(Commit(new_commit_id(), SYSTEM.name, now, marks))
    return found


def may_undo(run: Run, who: Principal) -> bool:
    """Whether this person may undo an import: managers any, a centre its own."""
    if who.role in (Role.ADMIN, Role.MANAGER):
        return True
    return (
        who.is_outsourced
        and run.by == who.name
        and all(
            row.table == "kpi_days" and row.key.endswith(f"|{who.centre}")
            for row in run.rows
        )
    )


def _worked_on(frames: Frames) -> frozenset[str]:
    return frozenset(frames["activities"]["case_id"])


def _is_gone(row: ImportedRow, record: Record) -> bool:
    """Whether nothing of what was imported is left in the row."""
    if isinstance(record, Complaint):
        return record.status is ComplaintStatus.CANCELLED
    return all(value == getattr(record, name) for name, value in _before(row).items())


def _taken_back(row: ImportedRow, record: Record) -> Update:
    values: dict[str, Any]
    if isinstance(record, Complaint):
        values = {"status": ComplaintStatus.CANCELLED}
    else:
        values = {
            name: value
            for name, value in _before(row).items()
            if getattr(record, name) != value
        }
        values["entered_at"] = None
    base = {name: getattr(record, name) for name in values}
    return Update(row.table, row.key, base, values)


def _before(row: ImportedRow) -> dict[str, Any]:
    """Return what the fields held that an import set on a day of 日次KPI."""
    if row.filled:
        return {name: missing(KpiDay.field(name)) for name in row.filled}
    return {
        f.name: missing(f) if f.default is None else f.default
        for f in content_fields(table("kpi_days"))
        if f.name not in table("kpi_days").key
    }


def counted(kept: Iterable[Kept]) -> dict[str, list[str]]:
    """Return why → keys of the rows that stay."""
    found: dict[str, list[str]] = {}
    for row in kept:
        found.setdefault(row.why, []).append(row.key)
    return found
