"""Opening a crisis, and the complaints that belong to it.

Everything that an opening means stands in one commit: the crisis, its list with owners
and times, its clocks, the link on the complaint and the severity that the rules ask for
then. The same press again writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from lib.actions import cases, severity
from lib.actions.clocks import starting
from lib.actions.crises.parts import (
    COMPLAINTS,
    CRISES,
    DEADLINES,
    clocks_of,
    clocks_started,
    commit,
    is_running,
    noted,
    refuse_ended,
    steps_of,
    update,
)
from lib.actions.permissions import needs
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.masters import Member
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Applicability,
    ComplaintStatus,
    CrisisKind,
    CrisisStatus,
    GraveAccident,
    Role,
    TaskKind,
)
from lib.settings.crisis_steps import CrisisStep, list_of
from lib.store.access import UserStore
from lib.store.protocol import Insert, Receipt, Update, Write

LEADERS: Final = (Role.ADMIN, Role.MANAGER)
"""Roles that lead a crisis unless somebody else is named."""

OPENING_FIELDS: Final = (
    "kind",
    "title",
    "known_at",
    "leader",
    "product_code",
    "accident",
    "leak_triggers",
    "facts",
)
"""What the form of a new crisis asks, in its order; it needs only the first three."""

GRAVE: Final = tuple(
    kind
    for kind in GraveAccident
    if kind not in (GraveAccident.UNASKED, GraveAccident.NO)
)
"""What makes an accident a grave one; suspicion is enough."""


# What a complaint suggests ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What one press can do for a complaint: open a crisis, or join one that is open.

    joins: open crises of that kind that may be the same one, the newest first.
    """

    kind: CrisisKind
    joins: tuple[Crisis, ...] = ()


def kinds_of(case: Complaint) -> tuple[CrisisKind, ...]:
    """Return the kinds of crisis that a complaint's answers point to; mostly none."""
    found = []
    if case.leak is Answered.YES:
        found.append(CrisisKind.LEAK)
    if case.accident in GRAVE:
        found.append(CrisisKind.ACCIDENT)
    if case.service_failure is Answered.YES:
        found.append(CrisisKind.MISTAKE)
    return tuple(found)


def offers(desk: UserStore, case: Complaint) -> tuple[Offer, ...]:
    """Return what is offered on a complaint; nothing for one that belongs to a crisis."""
    withdrawn = case.status is ComplaintStatus.CANCELLED
    if case.crisis_id or withdrawn or desk.principal.is_outsourced:
        return ()
    return tuple(
        Offer(kind, tuple(c for c in open_ones(desk) if may_be_same(c, kind, case)))
        for kind in kinds_of(case)
    )


def may_be_same(crisis: Crisis, kind: CrisisKind, case: Complaint) -> bool:
    """Whether a complaint may be about an open crisis: of an accident, by the product."""
    if crisis.kind is not kind:
        return False
    unknown = ("", UNKNOWN_PRODUCT)
    return (
        kind is not CrisisKind.ACCIDENT
        or crisis.product_code in unknown
        or case.product_code in unknown
        or crisis.product_code == case.product_code
    )


def open_ones(desk: UserStore) -> tuple[Crisis, ...]:
    """Return the crises that are being dealt with, the newest first."""

    def made() -> tuple[Crisis, ...]:
        every = desk.frame(CRISES)
        rows = every[(every["status"] == CrisisStatus.WORKING.value).to_numpy()]
        newest = rows.sort_values("known_at", ascending=False, kind="stable")
        return tuple(cast("list[Crisis]", standing(table(CRISES), newest)))

    return desk.derived("open crises", made)


def leader_of(desk: UserStore, members: Sequence[Member]) -> str:
    """Return who leads unless somebody decides: the person, or who ranks highest."""
    me = desk.principal
    if me.role in LEADERS:
        return me.name
    leads = sorted(
        (m for m in members if m.role in LEADERS), key=lambda m: -(m.rank or 0)
    )
    return leads[0].name if leads else me.name


def first_values(
    case: Complaint, kind: CrisisKind, *, title: str, leader: str
) -> dict[str, Any]:
    """Return what a complaint already says about a crisis of that kind.

    title: in the language of the ledger and without anything about a person.
    """
    known = case.product_code not in ("", UNKNOWN_PRODUCT)
    about_product = kind is CrisisKind.ACCIDENT
    return {
        "kind": kind,
        "title": title,
        "known_at": case.received_at,
        "leader": leader,
        "product_code": case.product_code if about_product and known else "",
        "accident": case.accident if about_product else GraveAccident.UNASKED,
        "affected_known": case.people_involved,
    }


# Opening ------------------------------------------------------------------------------


@needs("crises.work")
def open_crisis(
    desk: UserStore,
    values: Mapping[str, Any],
    *,
    case: Complaint | None = None,
    now: datetime,
    commit_id: str,
) -> Crisis:
    """Return the crisis that `values` say, with its list and its clocks.

    case: the complaint that it began with, as the person saw it; None for none.

    Raises:
        InvalidRecord: something needed is missing; the fields are named.
        ActionRefused: the complaint belongs to a crisis already.
        Conflict: somebody has put the complaint into another one meanwhile.
        NotAllowed: the person may not.
    """
    crisis = Crisis.parse({"id": id_for("C", now, commit_id), **values})
    crisis = crisis.with_values(leader=crisis.leader or desk.principal.name)
    opened = noted(
        desk,
        crisis.id,
        now,
        seed=f"{commit_id}:opened",
        kind=ActivityKind.DECISION,
        content=f"重大事案として開いた: {crisis.kind.value}「{crisis.title}」",
    )
    began = clocks_started(desk, None, crisis, now)
    writes: list[Write] = [
        Insert(crisis),
        *map(Insert, first_tasks(desk, crisis, now, commit_id)),
        Insert(opened),
        *began,
    ]
    if case is not None:
        writes += _joining(
            desk, crisis, case, _born(began), now=now, commit_id=commit_id
        )
    receipt = commit(desk, writes, now=now, commit_id=commit_id)
    return _stored(receipt, crisis)


def _stored(receipt: Receipt | None, mine: Crisis) -> Crisis:
    """Return the crisis as it stands: of a repeated press the one made first."""
    rows = receipt.records.values() if receipt else ()
    return next((row for row in rows if isinstance(row, Crisis)), mine)


def first_tasks(
    desk: UserStore, crisis: Crisis, now: datetime, seed: str
) -> Iterator[Task]:
    """Yield the list of a new crisis: every step its leader's, due from 知った日時 on."""
    for step in list_of(steps_of(desk, now.date()), crisis.kind):
        yield task_of(step, crisis, now, seed)


def task_of(step: CrisisStep, crisis: Crisis, now: datetime, seed: str) -> Task:
    """Return one step of a list as it is owed at first."""
    return Task(
        id=id_for("W", now, f"{seed}:{step.code}"),
        case_id=crisis.id,
        kind=TaskKind.CRISIS,
        step=step.code,
        title=step.title,
        given_at=crisis.known_at,
        owner=crisis.leader,
        due_at=step.due_at(crisis.known_at),
    )


# Its complaints -----------------------------------------------------------------------


@needs("crises.work")
def join(
    desk: UserStore, crisis_id: str, case: Complaint, *, now: datetime, commit_id: str
) -> Complaint:
    """Put a complaint into a crisis and return it as it stands.

    Its own clocks for what the crisis already has a clock for are ended by name: the
    same duty runs there.

    Raises:
        ActionRefused: the complaint belongs to a crisis already, or that one is over.
        Conflict: somebody has put it into another one meanwhile.
        NotAllowed: the person may not.
    """
    crisis = refuse_ended(desk, crisis_id)
    clocks = clocks_of(desk, crisis.id)
    writes = _joining(desk, crisis, case, clocks, now=now, commit_id=commit_id)
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("Complaint", desk.record(COMPLAINTS, case.id))


@needs("crises.work")
def leave(
    desk: UserStore, case: Complaint, *, now: datetime, commit_id: str
) -> Complaint:
    """Take a complaint out of its crisis; clocks that ended with joining run again.

    Raises:
        Conflict: somebody changed where it belongs meanwhile.
        NotAllowed: the person may not.
    """
    writes = leaving(desk, case, now, commit_id)
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("Complaint", desk.record(COMPLAINTS, case.id))


def leaving(
    desk: UserStore, case: Complaint, now: datetime, commit_id: str
) -> list[Write]:
    """Return what takes a complaint out of its crisis."""
    after = case.model_copy(update={"crisis_id": ""})
    values, steps = _with_severity(desk, case, after, now)
    words = f"重大事案 {case.crisis_id} から外した"
    return [
        *update(COMPLAINTS, case, {"crisis_id": "", **values}),
        *_told(desk, case, [{"content": words}, *steps], now, commit_id),
        *(_again(found) for found in _ended_by(desk, case)),
        *starting.starting(desk, case, after, now=now),
    ]


def _joining(
    desk: UserStore,
    crisis: Crisis,
    case: Complaint,
    clocks: Iterable[Deadline],
    *,
    now: datetime,
    commit_id: str,
) -> list[Write]:
    if case.crisis_id and case.crisis_id != crisis.id:
        raise ActionRefused(
            N_("この苦情は、すでに重大事案 {number} に入っています。"),
            number=case.crisis_id,
        )
    after = case.model_copy(update={"crisis_id": crisis.id})
    values, steps = _with_severity(desk, case, after, now)
    words = f"重大事案 {crisis.id} に入れた"
    return [
        *update(COMPLAINTS, case, {"crisis_id": crisis.id, **values}),
        *_told(desk, case, [{"content": words}, *steps], now, commit_id),
        *_doubled(desk, case, clocks),
    ]


def _told(
    desk: UserStore,
    case: Complaint,
    steps: Iterable[Mapping[str, Any]],
    now: datetime,
    commit_id: str,
) -> Iterator[Insert]:
    for place, told in enumerate(steps):
        seed = f"{commit_id}:{case.id}:{place}"
        yield Insert(noted(desk, case.id, now, seed=seed, **told))


def _with_severity(
    desk: UserStore, seen: Complaint, after: Complaint, now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return severity and reason as the rules have it for `after`, and the step on it.

    What a person set is only ever raised.
    """
    was = severity.proposed_for(desk, seen, now.date())
    will = severity.proposed_for(desk, after, now.date())
    by_rule = (seen.severity, seen.severity_reason) == (was.level, was.written)
    rises = severity.is_lower(seen.severity, will.level)
    if seen.severity is will.level or not (by_rule or rises):
        return {}, []
    values = {"severity": will.level, "severity_reason": will.written}
    return values, [cases.severity_step(seen.severity, will.level, will.written)]


# Clocks that would run twice ----------------------------------------------------------


def _born(writes: Iterable[Write]) -> list[Deadline]:
    records = [write.record for write in writes if isinstance(write, Insert)]
    return [record for record in records if isinstance(record, Deadline)]


def _doubled(
    desk: UserStore, case: Complaint, clocks: Iterable[Deadline]
) -> Iterator[Update]:
    """Yield the end of the complaint's clocks that the crisis has too, no later."""
    there = {clock.rule_code: clock for clock in clocks}
    for mine in clocks_of(desk, case.id):
        other = there.get(mine.rule_code)
        if other is None or not is_running(mine) or other.due_at > mine.due_at:
            continue
        values = {
            "applies": Applicability.NOT_APPLICABLE,
            "checked_by": desk.principal.name,
            "check_reason": _moved_to(other.case_id),
        }
        yield from update(DEADLINES, mine, values)


def _ended_by(desk: UserStore, case: Complaint) -> Iterator[Deadline]:
    why = _moved_to(case.crisis_id)
    return (mine for mine in clocks_of(desk, case.id) if mine.check_reason == why)


def _again(clock: Deadline) -> Update:
    values = {
        "applies": Applicability.UNCHECKED,
        "checked_by": "",
        "check_reason": "",
    }
    return update(DEADLINES, clock, values)[0]


def _moved_to(crisis_id: str) -> str:
    return f"重大事案 {crisis_id} の期限にまとめた"
