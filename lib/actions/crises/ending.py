"""完了 of a crisis: refused until everything is done, or decided against by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from lib.actions.crises.opening import leaving
from lib.actions.crises.parts import (
    CRISES,
    cases_of,
    change,
    clocks_of,
    commit,
    is_running,
    noted,
    refuse_blank,
    refuse_ended,
    steps_of,
    steps_taken,
    tasks_of,
)
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.crisis import Crisis
from lib.schema.record import Stage
from lib.schema.vocab import ActivityKind, CrisisStatus
from lib.store.access import UserStore
from lib.store.protocol import Insert, Write

OPEN: Final = "open"
"""The field under which stands what no field of the crisis can settle."""

_NEEDED: Final[Mapping[ActivityKind, str]] = {
    ActivityKind.EXPERT: N_("専門家への相談の記録がありません。"),
    ActivityKind.PUBLICATION: N_("公表の記録がありません。"),
}
"""What every crisis needs an entry of, or a step that was waived by name (R67–R69)."""


class Why(StrEnum):
    """What sort of thing keeps a crisis open."""

    STEP = "step"
    ENTRY = "entry"
    FIELD = "field"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps a crisis open.

    message: a catalogue key; `details` fill its braces. field: of the crisis, for
    `Why.FIELD`. key: of the task or the clock. due_at: by when, where that is known.
    """

    why: Why
    message: str
    details: Mapping[str, str]
    field: str = OPEN
    key: str = ""
    due_at: datetime | None = None


def missing(desk: UserStore, crisis: Crisis, now: datetime) -> tuple[Missing, ...]:
    """Return what keeps a crisis from being closed, in the order of the page."""
    return (
        *_open_steps(desk, crisis),
        *_unwritten(desk, crisis, now),
        *_unfilled(crisis),
        *_running(desk, crisis),
    )


def _open_steps(desk: UserStore, crisis: Crisis) -> Iterator[Missing]:
    for task in tasks_of(desk, crisis.id):
        if task.is_open:
            message, details = N_("手順: {title}"), {"title": task.title}
            yield Missing(Why.STEP, message, details, key=task.id, due_at=task.due_at)


def _unwritten(desk: UserStore, crisis: Crisis, now: datetime) -> Iterator[Missing]:
    there = {step.kind for step in steps_taken(desk, crisis.id)}
    needs = {step.code: step.needs for step in steps_of(desk, now.date())}
    waived = {
        needs.get(task.step) for task in tasks_of(desk, crisis.id) if task.waived_reason
    }
    for kind, message in _NEEDED.items():
        if kind not in there and kind not in waived:
            yield Missing(Why.ENTRY, message, {}, key=kind.code)


def _unfilled(crisis: Crisis) -> Iterator[Missing]:
    for problem in crisis.problems(Stage.CLOSING):
        yield Missing(Why.FIELD, problem.message, {}, field=problem.field)


def _running(desk: UserStore, crisis: Crisis) -> Iterator[Missing]:
    for clock in clocks_of(desk, crisis.id):
        if is_running(clock):
            yield Missing(
                Why.CLOCK,
                N_("法定の期限が残っています: {rule}"),
                {"rule": clock.rule_code},
                key=clock.id,
                due_at=clock.due_at,
            )


@needs("crises.end")
def close(desk: UserStore, seen: Crisis, *, now: datetime, commit_id: str) -> Crisis:
    """Close a crisis.

    Raises:
        InvalidRecord: something is missing: each field by its name, all else `OPEN`.
        Conflict: somebody else has closed or changed it meanwhile.
    """
    standing = refuse_ended(desk, seen.id)
    if left := missing(desk, standing, now):
        raise InvalidRecord(
            [FieldProblem(found.field, found.message) for found in left]
        )
    values = {"status": CrisisStatus.CLOSED, "closed_at": now}
    return _turn(desk, seen, values, now=now, commit_id=commit_id)


@needs("crises.end")
def reopen(
    desk: UserStore, seen: Crisis, *, reason: str, now: datetime, commit_id: str
) -> Crisis:
    """Open a crisis again that was closed or cancelled.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        ActionRefused: it is open.
        Conflict: somebody else has changed its status meanwhile.
    """
    if seen.is_open:
        raise ActionRefused(N_("{number} は終わっていません。"), number=seen.id)
    refuse_blank("reason", reason, N_("理由を書いてください。"))
    values = {"status": CrisisStatus.WORKING, "closed_at": None}
    return _turn(desk, seen, values, reason=reason, now=now, commit_id=commit_id)


@needs("crises.end")
def cancel(
    desk: UserStore, seen: Crisis, *, reason: str, now: datetime, commit_id: str
) -> Crisis:
    """Take back a crisis that was none; its complaints stand alone again.

    Its clocks must be settled by name before; those of the complaints run again.

    Raises:
        InvalidRecord: no reason is given, or a statutory clock runs (`OPEN`).
        Conflict: somebody else has changed its status meanwhile.
    """
    refuse_ended(desk, seen.id)
    refuse_blank("reason", reason, N_("理由を書いてください。"))
    if left := [*_running(desk, seen)]:
        raise InvalidRecord(
            [FieldProblem(found.field, found.message) for found in left]
        )
    return _turn(
        desk,
        seen,
        {"status": CrisisStatus.CANCELLED},
        reason=reason,
        also=[
            write
            for case in cases_of(desk, seen.id)
            for write in leaving(desk, case, now, commit_id)
        ],
        now=now,
        commit_id=commit_id,
    )


def _turn(
    desk: UserStore,
    seen: Crisis,
    values: Mapping[str, Any],
    *,
    reason: str = "",
    also: Iterable[Write] = (),
    now: datetime,
    commit_id: str,
) -> Crisis:
    status: CrisisStatus = values["status"]
    words = f"状態: {seen.status.value} → {status.value}"
    if reason.strip():
        words += f"({reason.strip()})"
    told = noted(
        desk,
        seen.id,
        now,
        seed=commit_id,
        kind=ActivityKind.STATUS_CHANGE,
        content=words,
        status_before=seen.status.value,
        status_after=status.value,
    )
    writes: list[Write] = [*change(CRISES, seen, values), Insert(told), *also]
    commit(desk, writes, now=now, commit_id=commit_id, reason=reason.strip())
    return cast("Crisis", desk.record(CRISES, seen.id))
