"""How crises stand: the list of them, and everything that one page tells of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from lib.actions.crises.opening import GRAVE, may_be_same, open_ones
from lib.actions.crises.parts import (
    COMPLAINTS,
    CRISES,
    LOTS,
    cases_of,
    clocks_of,
    own_rows,
    steps_of,
    steps_taken,
    tasks_of,
)
from lib.actions.crises.working import LOGGED_KINDS
from lib.metrics import crises
from lib.metrics.crises import Affected, Progress, Recall
from lib.schema.activity import Activity
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import ActivityKind, Answered, CrisisKind, CrisisStatus
from lib.settings.crisis_steps import CrisisStep, Tenet
from lib.store.access import UserStore


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a list; `step` is None for one that only this crisis has."""

    task: Task
    step: CrisisStep | None

    @property
    def tenet(self) -> Tenet | None:
        """Which of the five rules it serves."""
        return self.step.tenet if self.step else None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything about one crisis, as of one revision; nothing in it is to be changed.

    lines: in the order of the screen. told: what is logged, by kind, the newest first.
    cases: its complaints, the newest first. steps: its whole course, oldest first.
    """

    crisis: Crisis
    lines: tuple[Line, ...]
    affected: Affected
    lots: tuple[RecallLot, ...]
    recall: Recall
    told: Mapping[ActivityKind, tuple[Activity, ...]]
    clocks: tuple[Deadline, ...]
    cases: tuple[Complaint, ...]
    steps: tuple[Activity, ...]

    def progress(self, now: datetime) -> Progress:
        """Return how far the list is done."""
        return crises.progress((line.task for line in self.lines), now)

    def overdue(self, now: datetime) -> tuple[Task, ...]:
        """Return the steps whose time is past, the longest overdue first."""
        late = [x.task for x in self.lines if crises.is_overdue(x.task, now)]
        return tuple(sorted(late, key=lambda t: cast("datetime", t.due_at)))

    def following(self) -> Task | None:
        """Return the step that is due next, overdue ones included; None for none."""
        owed = [line.task for line in self.lines if line.task.is_open]
        dated = [task for task in owed if task.due_at is not None]
        earliest = sorted(dated, key=lambda t: cast("datetime", t.due_at))
        return next(iter([*earliest, *owed]), None)


def board(desk: UserStore, crisis_id: str, now: datetime) -> Board:
    """Return everything about one crisis.

    Raises:
        NotAllowed: there is none to see.
    """
    crisis = cast("Crisis", desk.record(CRISES, crisis_id))
    return desk.derived(
        ("crisis board", crisis_id, now.date()), lambda: _board(desk, crisis, now)
    )


def boards(desk: UserStore, now: datetime) -> tuple[Board, ...]:
    """Return the crises that are being dealt with, the newest first."""
    return tuple(board(desk, crisis.id, now) for crisis in open_ones(desk))


def past(desk: UserStore) -> tuple[Crisis, ...]:
    """Return the crises that are over, cancelled ones included, the newest first."""

    def made() -> tuple[Crisis, ...]:
        every = desk.frame(CRISES)
        over = every[(every["status"] != CrisisStatus.WORKING.value).to_numpy()]
        newest = over.sort_values("known_at", ascending=False, kind="stable")
        return tuple(cast("list[Crisis]", standing(table(CRISES), newest)))

    return desk.derived("past crises", made)


def _board(desk: UserStore, crisis: Crisis, now: datetime) -> Board:
    lots = own_rows(desk.frame(LOTS), "crisis_id", crisis.id)
    steps = steps_taken(desk, crisis.id)
    return Board(
        crisis=crisis,
        lines=_lines(desk, crisis, now),
        affected=Affected(
            crisis.affected_known,
            crisis.affected_informed,
            crisis.affected_compensated,
        ),
        lots=tuple(cast("list[RecallLot]", standing(table(LOTS), lots))),
        recall=crises.recall(lots),
        told={
            kind: tuple(s for s in reversed(steps) if s.kind is kind)
            for kind in LOGGED_KINDS
        },
        clocks=clocks_of(desk, crisis.id),
        cases=cases_of(desk, crisis.id),
        steps=steps,
    )


def _lines(desk: UserStore, crisis: Crisis, now: datetime) -> tuple[Line, ...]:
    """Return the list by rule, in each the earliest due first; added steps stand last."""
    known = {step.code: step for step in steps_of(desk, now.date())}
    lines = [Line(task, known.get(task.step)) for task in tasks_of(desk, crisis.id)]
    tenets = list(Tenet)
    places = {code: place for place, code in enumerate(known)}
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                tenets.index(line.tenet) if line.tenet else len(tenets),
                places.get(line.task.step, len(places)),
            ),
        )
    )


def left_in(desk: UserStore, crisis_id: str) -> tuple[Task, ...]:
    """Return the steps that keep the complaints of a crisis open.

    Nothing for a crisis that is over, or that nobody can see.
    """
    if crisis_id not in {crisis.id for crisis in open_ones(desk)}:
        return ()
    return tuple(task for task in tasks_of(desk, crisis_id) if task.is_open)


def crisis_of(desk: UserStore, case_id: str) -> str:
    """Return the crisis that a complaint belongs to; "" for none, or for no complaint."""

    def made() -> str:
        complaints = desk.frame(COMPLAINTS)
        known = case_id in complaints.index
        return str(complaints.loc[case_id, "crisis_id"]) if known else ""

    return desk.derived(("crisis of", case_id), made) if case_id else ""


def candidates(desk: UserStore, crisis: Crisis) -> tuple[Complaint, ...]:
    """Return open complaints whose answers point to this very crisis, newest first."""

    def made() -> tuple[Complaint, ...]:
        every = desk.frame(COMPLAINTS)
        free = (every["crisis_id"] == "").to_numpy(dtype=bool)
        owed = ~every["status"].isin([status.value for status in SETTLED])
        column, word = _POINTS_BY[crisis.kind]
        says = every[column].isin(word)
        rows = every[free & owed.to_numpy(dtype=bool) & says.to_numpy(dtype=bool)]
        newest = rows.sort_values("received_at", ascending=False, kind="stable")
        found = cast("list[Complaint]", standing(table(COMPLAINTS), newest))
        return tuple(c for c in found if may_be_same(crisis, crisis.kind, c))

    return desk.derived(("crisis candidates", crisis.id), made)


_POINTS_BY: Final[Mapping[CrisisKind, tuple[str, list[str]]]] = {
    CrisisKind.LEAK: ("leak", [Answered.YES.value]),
    CrisisKind.ACCIDENT: ("accident", [kind.value for kind in GRAVE]),
    CrisisKind.MISTAKE: ("service_failure", [Answered.YES.value]),
}
