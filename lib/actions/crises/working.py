"""Doing what a crisis asks for: its steps, its numbers, who was asked, what was told.

Each verb takes the row as the person saw it; what somebody else changed meanwhile in
other fields stays, the same field raises `Conflict`. A crisis that is over takes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from lib.actions.crises.parts import (
    CRISES,
    LOTS,
    TASKS,
    change,
    clocks_started,
    commit,
    noted,
    recall_clocks,
    refuse_blank,
    refuse_ended,
    steps_of,
    steps_taken,
    tasks_of,
)
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.frames import plain
from lib.schema.ids import id_for
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import ActivityKind, TaskKind
from lib.settings.crisis_steps import CrisisStep
from lib.store.access import UserStore
from lib.store.protocol import Insert, Write

LOGGED_KINDS: Final = (
    ActivityKind.EXPERT,
    ActivityKind.PUBLICATION,
    ActivityKind.MAKER_NOTICE,
    ActivityKind.AGENCY_REPORT,
)
"""Kinds of which a crisis keeps a list of its own."""

TOLD_FIELDS: Final = ("kind", "expert", "at", "content", "evidence_url")
"""What the form of such an entry asks."""

FACT_FIELDS: Final = (
    "title",
    "facts",
    "known_at",
    "leader",
    "product_code",
    "accident",
    "leak_triggers",
)
COUNT_FIELDS: Final = ("affected_known", "affected_informed", "affected_compensated")
LEARNT_FIELDS: Final = ("cause", "prevention")
LOT_FIELDS: Final = ("product_code", "lot", "shipped", "recovered", "note")

_SILENT: Final = {"facts", "cause", "prevention"}
"""Long texts: the step says that they changed, the row what they are."""


# Steps --------------------------------------------------------------------------------


def step_of(desk: UserStore, task: Task, now: datetime) -> CrisisStep | None:
    """Return the line of the list that a task came from; None for one added by hand."""
    return next((s for s in steps_of(desk, now.date()) if s.code == task.step), None)


def may_be_waived(desk: UserStore, task: Task, now: datetime) -> bool:
    """Whether a person may decide against a task."""
    step = step_of(desk, task, now)
    return step is None or step.may_be_waived


def lacks(desk: UserStore, task: Task, now: datetime) -> ActivityKind | None:
    """Return the kind of entry that a task needs and nobody has written; None for none.

    Two steps that need an entry each need two.
    """
    step = step_of(desk, task, now)
    if step is None or step.needs is None:
        return None
    same = {s.code for s in steps_of(desk, now.date()) if s.needs is step.needs}
    used = sum(
        not other.is_open and not other.waived_reason and other.step in same
        for other in tasks_of(desk, task.case_id)
        if other.id != task.id
    )
    there = sum(a.kind is step.needs for a in steps_taken(desk, task.case_id))
    return step.needs if there <= used else None


@needs("crises.work")
def finish(desk: UserStore, seen: Task, *, now: datetime, commit_id: str) -> Task:
    """Note that a step is done, by this person.

    Raises:
        ActionRefused: it needs an entry (a consultation, a publication …) first, or the
            crisis is over.
        Conflict: somebody else has finished or waived it meanwhile.
    """
    refuse_ended(desk, seen.case_id)
    if lacks(desk, seen, now) is not None:
        raise ActionRefused(
            N_("「{title}」は、その記録を残すと済みになります。"), title=seen.title
        )
    words = f"済ませた: {seen.title}"
    values = _done(desk, now)
    return _settle(desk, seen, values, words, now=now, commit_id=commit_id)


@needs("crises.work")
def reopen_step(desk: UserStore, seen: Task, *, now: datetime, commit_id: str) -> Task:
    """Take back that a step was done or decided against. Raises as `finish`."""
    refuse_ended(desk, seen.case_id)
    values = {"done_at": None, "done_by": "", "waived_reason": ""}
    words = f"済みを取り消した: {seen.title}"
    return _settle(desk, seen, values, words, now=now, commit_id=commit_id)


@needs("crises.work")
def waive(
    desk: UserStore, seen: Task, *, reason: str, now: datetime, commit_id: str
) -> Task:
    """Decide, by name and with a reason, that a step is not needed here.

    Raises:
        InvalidRecord: no reason is given; its problem is on `waived_reason`.
        ActionRefused: this step cannot be left out, or the crisis is over.
        Conflict: somebody else has finished or waived it meanwhile.
    """
    refuse_ended(desk, seen.case_id)
    if not may_be_waived(desk, seen, now):
        raise ActionRefused(N_("「{title}」は省けません。"), title=seen.title)
    refuse_blank("waived_reason", reason, N_("しない理由を書いてください。"))
    values = {**_done(desk, now), "waived_reason": reason.strip()}
    words = f"しないと決めた: {seen.title}({reason.strip()})"
    return _settle(
        desk,
        seen,
        values,
        words,
        now=now,
        commit_id=commit_id,
        kind=ActivityKind.DECISION,
    )


@needs("crises.work")
def edit_step(
    desk: UserStore,
    seen: Task,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Task:
    """Give a step another owner, time, note or evidence. Raises as `finish`."""
    refuse_ended(desk, seen.case_id)
    commit(desk, change(TASKS, seen, values), now=now, commit_id=commit_id)
    return cast("Task", desk.record(TASKS, seen.id))


@needs("crises.work")
def add_step(
    desk: UserStore,
    crisis_id: str,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Task:
    """Add a step that only this crisis has.

    values: title, and owner and due_at where they are known.

    Raises:
        InvalidRecord: it has no title.
        ActionRefused: the crisis is over.
    """
    crisis = refuse_ended(desk, crisis_id)
    refuse_blank(
        "title", str(values.get("title") or ""), N_("何をするかを書いてください。")
    )
    made = Task.parse(
        {
            "id": id_for("W", now, commit_id),
            "case_id": crisis.id,
            "kind": TaskKind.CRISIS,
            "given_at": now,
            **values,
            "owner": values.get("owner") or crisis.leader,
        }
    )
    commit(desk, [Insert(made)], now=now, commit_id=commit_id)
    return cast("Task", desk.record(TASKS, made.id))


def _done(desk: UserStore, now: datetime) -> dict[str, Any]:
    return {"done_at": now, "done_by": desk.principal.name}


def _settle(
    desk: UserStore,
    seen: Task,
    values: Mapping[str, Any],
    words: str,
    *,
    now: datetime,
    commit_id: str,
    kind: ActivityKind = ActivityKind.OTHER,
) -> Task:
    told = noted(desk, seen.case_id, now, seed=commit_id, kind=kind, content=words)
    writes: list[Write] = [*change(TASKS, seen, values), Insert(told)]
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("Task", desk.record(TASKS, seen.id))


# What is known ------------------------------------------------------------------------


@needs("crises.work")
def edit(
    desk: UserStore,
    seen: Crisis,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Crisis:
    """Save facts, people, cause or prevention; return the crisis as it stands, merged.

    What is learnt may start statutory clocks: they stand in the same commit.

    Raises:
        InvalidRecord: a value breaks a rule.
        ActionRefused: the crisis is over.
        Conflict: somebody changed one of these fields since `seen`.
    """
    refuse_ended(desk, seen.id)
    changed = change(CRISES, seen, values)
    if not changed:
        return cast("Crisis", desk.record(CRISES, seen.id))
    after = seen.with_values(**changed[0].values)
    words = change_words(seen, changed[0].values)
    told = noted(desk, seen.id, now, seed=commit_id, content=words)
    writes: list[Write] = [
        *changed,
        Insert(told),
        *clocks_started(desk, seen, after, now),
    ]
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("Crisis", desk.record(CRISES, seen.id))


def change_words(seen: Crisis, values: Mapping[str, Any]) -> str:
    """Return in sheet language what changed: counts before and after, texts by name."""
    lines = []
    for name, value in values.items():
        spec = Crisis.field(name)
        if name in _SILENT:
            lines.append(f"{spec.label}を書いた")
            continue
        before = plain(spec, getattr(seen, name)) or "空欄"
        lines.append(f"{spec.label}: {before} → {plain(spec, value) or '空欄'}")
    return "\n".join(lines)


# What is logged -----------------------------------------------------------------------


@needs("crises.work")
def tell(
    desk: UserStore,
    crisis_id: str,
    values: Mapping[str, Any],
    *,
    finishes: Task | None = None,
    now: datetime,
    commit_id: str,
) -> Activity:
    """Log whom one asked, told or published to; return the entry.

    finishes: the step that is done with it, as the person saw it.

    Raises:
        InvalidRecord: something needed is missing; of a publication also its place.
        ActionRefused: the crisis is over.
        Conflict: somebody has finished that step meanwhile.
    """
    refuse_ended(desk, crisis_id)
    told = dict(values)
    if told.get("kind") is not ActivityKind.EXPERT:
        told["expert"] = None
    if told.get("at") is None:
        told["at"] = now
    problems = _untold(told, now)
    try:
        entry = noted(desk, crisis_id, now, seed=commit_id, **told)
    except InvalidRecord as error:
        raise InvalidRecord([*error.problems, *problems]) from error
    if problems:
        raise InvalidRecord(problems)
    writes: list[Write] = [Insert(entry)]
    if finishes is not None and finishes.is_open:
        writes += change(TASKS, finishes, _done(desk, now))
    commit(desk, writes, now=now, commit_id=commit_id)
    return entry


def _untold(told: Mapping[str, Any], now: datetime) -> list[FieldProblem]:
    found = []
    published = told.get("kind") is ActivityKind.PUBLICATION
    if published and not str(told.get("evidence_url") or "").strip():
        message = N_("公表した場所(URLや掲載した紙面)を入れてください。")
        found.append(FieldProblem("evidence_url", message))
    if told["at"] > now:
        found.append(FieldProblem("at", N_("まだ来ていない時刻です。")))
    return found


def waits_for(
    desk: UserStore, crisis_id: str, kind: ActivityKind, now: datetime
) -> Task | None:
    """Return the step that an entry of this kind would finish; None for none."""
    for task in tasks_of(desk, crisis_id):
        step = step_of(desk, task, now)
        if task.is_open and step is not None and step.needs is kind:
            return task
    return None


# Lots ---------------------------------------------------------------------------------


@needs("crises.work")
def add_lot(
    desk: UserStore,
    crisis_id: str,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> RecallLot:
    """Call a lot back; the first one starts the clocks of a recall.

    Raises:
        InvalidRecord: product or lot is missing, or the lot stands there already.
        ActionRefused: the crisis is over.
    """
    crisis = refuse_ended(desk, crisis_id)
    _refuse_unnamed(values)
    lot = RecallLot.parse({**values, "crisis_id": crisis_id})
    if table(LOTS).key_of(lot) in desk.frame(LOTS).index:
        message = N_("このロットはもう表にあります。")
        raise InvalidRecord([FieldProblem("lot", message)])
    told = noted(
        desk, crisis_id, now, seed=commit_id, content=f"回収に入れた: {lot_words(lot)}"
    )
    writes: list[Write] = [Insert(lot), Insert(told)]
    writes += recall_clocks(desk, crisis, lot.product_code, now)
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("RecallLot", desk.record(LOTS, table(LOTS).key_of(lot)))


def _refuse_unnamed(values: Mapping[str, Any]) -> None:
    names: Iterable[str] = ("product_code", "lot")
    missing = [n for n in names if not str(values.get(n) or "").strip()]
    if missing:
        raise InvalidRecord(
            [FieldProblem(name, N_("入力してください。")) for name in missing]
        )


@needs("crises.work")
def edit_lot(
    desk: UserStore,
    seen: RecallLot,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> RecallLot:
    """Save what was shipped or came back of a lot. Raises as `edit`."""
    refuse_ended(desk, seen.crisis_id)
    changed = change(LOTS, seen, values)
    writes: Sequence[Write] = changed
    if changed:
        after = seen.model_copy(update=dict(changed[0].values))
        words = f"回収の数を入れた: {lot_words(after)}"
        told = noted(desk, seen.crisis_id, now, seed=commit_id, content=words)
        writes = [*changed, Insert(told)]
    commit(desk, writes, now=now, commit_id=commit_id)
    return cast("RecallLot", desk.record(LOTS, table(LOTS).key_of(seen)))


def lot_words(lot: RecallLot) -> str:
    """Return a lot and its numbers in sheet language: 「P1 A-3 出荷1200 回収不明」."""
    shipped, recovered = (
        "不明" if count is None else str(count)
        for count in (lot.shipped, lot.recovered)
    )
    return f"{lot.product_code} {lot.lot} 出荷{shipped} 回収{recovered}"
