"""What people do about an alarm: take it on, have something looked at, close it.

Each act is one commit with a step in 対応履歴 by name and time; the same press again
writes nothing, and what somebody else decided meanwhile is a conflict, not overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from lib.actions.permissions import may, needs, roles_of
from lib.actions.risks import reading as risk
from lib.actions.risks.reading import ALARMS
from lib.actions.risks.watching import change
from lib.errors import ActionRefused, FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_, _
from lib.metrics.reason import Reason
from lib.schema.activity import Activity
from lib.schema.alarm import Alarm
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    AlarmLevel,
    AlarmStatus,
    Choice,
    Medium,
    TaskKind,
)
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

DECIDERS: Final = roles_of("risk.decide")
"""Who decides about alarms."""

RECORD_DAYS: Final = 365

_ENDED: Final = (AlarmStatus.ENDED,)


class Work(Choice):
    """What an alarm may have looked at: its task's title."""

    ANSWERING = N_("応答体制の見直し(電話・メールの滞留)")
    PAGES = N_("商品・広告・解約手順の点検")


@dataclass(frozen=True, slots=True)
class Record:
    """The company's own experience: alarms of the past year, and those closed as false."""

    alarms: int
    false: int

    @property
    def sentence(self) -> Reason:
        """Say it as it is: 「過去1年: 警報N回、うち誤報M回」."""
        return Reason(
            N_("過去1年: 警報{alarms}回、うち誤報{false}回"),
            {"alarms": self.alarms, "false": self.false},
        )


def may_decide(desk: UserStore) -> bool:
    """Whether this person decides about alarms."""
    return desk.principal.role in DECIDERS


def may_finish(desk: UserStore, task: Task) -> bool:
    """Whether this person says that a task is done."""
    own = task.owner == desk.principal.name
    return may_decide(desk) or (own and may(desk.principal, "risk.finish"))


def record_of(desk: UserStore, today: date) -> Record:
    """Return how many alarms there were in the past year; a 注意 alone is none."""
    since = today - timedelta(days=RECORD_DAYS)
    recent = [
        alarm
        for alarm in risk.alarms_of(desk)
        if alarm.level is AlarmLevel.ALARM
        and (alarm.alarmed_on or alarm.raised_on) > since
    ]
    false = [alarm for alarm in recent if alarm.status is AlarmStatus.FALSE]
    return Record(len(recent), len(false))


def steps_of(desk: UserStore, alarm_id: str) -> tuple[Activity, ...]:
    """Return what was done about an alarm, oldest first."""

    def made() -> tuple[Activity, ...]:
        rows = desk.frame("activities")
        own = rows[(rows["case_id"] == alarm_id).to_numpy(dtype=bool)]
        ordered = own.sort_values(["at", "id"], kind="stable")
        found = cast("list[Activity]", standing(table("activities"), ordered))
        return tuple(found)

    return desk.derived(("alarm steps", alarm_id), made)


def tasks_of(desk: UserStore, alarm_id: str) -> tuple[Task, ...]:
    """Return what an alarm has had looked at, in the order in which it is due."""

    def made() -> tuple[Task, ...]:
        rows = desk.frame("tasks")
        own = rows[(rows["case_id"] == alarm_id).to_numpy(dtype=bool)]
        ordered = own.sort_values(["due_at", "id"], kind="stable")
        return tuple(cast("list[Task]", standing(table("tasks"), ordered)))

    return desk.derived(("alarm tasks", alarm_id), made)


# Deciding -----------------------------------------------------------------------------


@needs("risk.decide")
def confirm(
    desk: UserStore,
    seen: Alarm,
    *,
    owner: str,
    due_at: datetime | None,
    now: datetime,
    entry: str,
) -> Alarm:
    """Take an alarm on: who looks into it by when. Its days are not learned from.

    A second time changes who and when.

    Raises:
        InvalidRecord: nobody is named, or no time.
        ActionRefused: it is over.
        Conflict: somebody else decided meanwhile.
        NotAllowed: the person may not.
    """
    _refuse(desk, seen)
    values = {
        "owner": owner.strip(),
        "due_at": due_at,
        "confirmed_at": now,
        "confirmed_by": desk.principal.name,
    }
    after = seen.with_values(**values)
    said = f"{seen.level.value}を確認した。担当 {after.owner}、期限 {due_at:%Y-%m-%d %H:%M}"
    return _saved(desk, seen, values, said, now=now, entry=entry)


@needs("risk.decide")
def close_as_false(
    desk: UserStore, seen: Alarm, *, reason: str, now: datetime, entry: str
) -> Alarm:
    """Close an alarm as false: a rise may begin anew only after today.

    One that ended by itself becomes false too, for the record: nothing is judged anew.

    Raises:
        InvalidRecord: no reason is given.
        ActionRefused: it is closed already.
        Conflict, NotAllowed: as for `confirm`.
    """
    return _closed(
        desk, seen, AlarmStatus.FALSE, reason, now=now, entry=entry, also=_ENDED
    )


@needs("risk.decide")
def call_new_normal(
    desk: UserStore, seen: Alarm, *, reason: str, now: datetime, entry: str
) -> Alarm:
    """Close an alarm as the new normal: the usual is learned from its likely start on.

    Raises:
        InvalidRecord: no reason is given.
        ActionRefused, Conflict, NotAllowed: as for `confirm`.
    """
    return _closed(desk, seen, AlarmStatus.NEW_NORMAL, reason, now=now, entry=entry)


@needs("risk.decide")
def have_looked_at(
    desk: UserStore,
    seen: Alarm,
    work: Work,
    *,
    owner: str,
    due_at: datetime | None,
    now: datetime,
    entry: str,
    note: str = "",
) -> Task:
    """Ask for a review of the telephone, or a check of pages: a task with its time.

    Raises:
        InvalidRecord: nobody is named, or no time.
        ActionRefused: the alarm is over.
        NotAllowed: the person may not.
    """
    _refuse(desk, seen)
    problems = [
        FieldProblem(field, message)
        for field, message, lacks in (
            ("owner", N_("担当を選んでください。"), not owner.strip()),
            ("due_at", N_("期限を決めてください。"), due_at is None),
        )
        if lacks
    ]
    if problems:
        raise InvalidRecord(problems)
    task = Task.parse(
        {
            "id": id_for("W", now, f"{entry}:{work.code}"),
            "case_id": seen.id,
            "kind": TaskKind.OTHER,
            "title": work.value,
            "given_at": now,
            "owner": owner.strip(),
            "due_at": due_at,
            "note": note.strip(),
        }
    )
    said = f"{work.value}を頼んだ。担当 {task.owner}、期限 {due_at:%Y-%m-%d %H:%M}"
    step = _step(desk, seen, said, now, entry)
    _commit(desk, (Insert(task), Insert(step)), now, entry)
    return task


@needs("risk.finish")
def finish(
    desk: UserStore, task: Task, *, note: str, now: datetime, entry: str
) -> None:
    """Note that what was asked for is done: by who decides, or whose task it is.

    Raises:
        Conflict: somebody changed the task meanwhile.
        NotAllowed: the person may not.
    """
    if not may_finish(desk, task):
        raise NotAllowed
    if task.done_at is not None:
        return
    values: dict[str, Any] = {"done_at": now, "done_by": desk.principal.name}
    if note.strip():
        values["note"] = note.strip()
    base = {name: getattr(task, name) for name in values}
    done = Activity.parse(
        {
            "id": id_for("H", now, f"{entry}:done"),
            "case_id": task.case_id,
            "at": now,
            "actor": desk.principal.name,
            "medium": Medium.INTERNAL,
            "kind": ActivityKind.DECISION,
            "content": f"{task.title}を済ませた",
        }
    )
    _commit(desk, (Update("tasks", task.id, base, values), Insert(done)), now, entry)


# Writing ------------------------------------------------------------------------------


def _closed(
    desk: UserStore,
    seen: Alarm,
    status: AlarmStatus,
    reason: str,
    *,
    now: datetime,
    entry: str,
    also: Collection[AlarmStatus] = (),
) -> Alarm:
    _refuse(desk, seen, also)
    values = {
        "status": status,
        "reason": reason.strip(),
        "ended_on": seen.ended_on or now.date(),
        "closed_at": now,
        "closed_by": desk.principal.name,
    }
    said = f"「{status.value}」として閉じた。理由: {reason.strip()}"
    return _saved(desk, seen, values, said, now=now, entry=entry)


def _saved(
    desk: UserStore,
    seen: Alarm,
    values: dict[str, Any],
    said: str,
    *,
    now: datetime,
    entry: str,
) -> Alarm:
    seen.with_values(**values)
    step = _step(desk, seen, said, now, entry)
    _commit(desk, (change(seen, values), Insert(step)), now, entry)
    return cast("Alarm", desk.record(ALARMS, seen.id))


def _refuse(desk: UserStore, seen: Alarm, also: Collection[AlarmStatus] = ()) -> None:
    """Raise where the person, or the state of an alarm, allows no decision.

    also: states that allow it beside an open one.
    """
    if not may_decide(desk):
        raise NotAllowed
    if not seen.is_open and seen.status not in also:
        raise ActionRefused(
            N_("この警報は「{status}」で終わっています。"), status=_(seen.status.value)
        )


def _step(
    desk: UserStore, seen: Alarm, said: str, now: datetime, entry: str
) -> Activity:
    return Activity.parse(
        {
            "id": id_for("H", now, f"{entry}:{seen.id}"),
            "case_id": seen.id,
            "at": now,
            "actor": desk.principal.name,
            "medium": Medium.INTERNAL,
            "kind": ActivityKind.DECISION,
            "content": said,
        }
    )


def _commit(
    desk: UserStore, writes: Sequence[Write], now: datetime, entry: str
) -> None:
    desk.commit(Commit(entry, desk.principal.name, now, tuple(writes)))
