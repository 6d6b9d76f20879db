"""What people do on a complaint that stands in the ledger.

Each verb takes the person's desk, the complaint as the person saw it (`seen`) and what
it is to become, and makes one commit. `seen` is the base of the merge: what somebody
else changed meanwhile in other fields stays, the same field raises `Conflict`.
`commit_id` is made when the editor opens, so that a double click saves once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final, cast

import pandas as pd

from lib import clock
from lib.actions.broken_rows import refuse_broken
from lib.actions.clocks import starting
from lib.actions.entry import recognise
from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.errors import Conflict, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics import promises
from lib.schema.activity import Activity
from lib.schema.column import Field
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.frames import plain, standing
from lib.schema.ids import id_for, new_id
from lib.schema.principal import Principal
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    Harassment,
    Medium,
    OutsideThreat,
    Promise,
    Recording,
    Severity,
)
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write
from lib.text import is_masked, masked

COMPLAINTS: Final = "complaints"
ACTIVITIES: Final = "activities"

LOGGED: Final = ("status", "handler")
"""Fields whose change appends a row of 対応履歴, from which clocks are computed."""

CLOSING_FIELDS: Final = (
    "harm",
    "symptom",
    "leak",
    "harassment_kind",
    "resolution",
    "cause",
    "cause_certainty",
    "settled_cost",
    "read_back",
)
"""What is asked on closing, in the order of a form; the cost may stay blank."""

_FOLLOWING: Final = ("first_reply_at", "closed_at", "customer_key")
"""Fields that follow from others; nobody is asked about them."""

REPLYING: Final = (Medium.CALL_OUT, Medium.MAIL, Medium.CHAT, Medium.LETTER)
"""Media by which we reach the customer."""

_NO_REPLY: Final = (
    ActivityKind.STATUS_CHANGE,
    ActivityKind.REVEAL,
    ActivityKind.INTERNAL_CHECK,
    ActivityKind.HANDOVER,
)

_BY_THE_APP: Final = (
    ActivityKind.STATUS_CHANGE,
    ActivityKind.REVEAL,
    ActivityKind.EXPORT,
)
"""Steps that follow from what people did on the screen; nobody writes them."""

_KEPT_BY: Final = {
    Promise.CALL_BACK: ActivityKind.CALLBACK_DONE,
    Promise.ANSWER: ActivityKind.EXPLANATION,
    Promise.REFUND: ActivityKind.REFUND,
    Promise.SHIPMENT: ActivityKind.SHIPMENT,
    Promise.CHECK_ONLY: ActivityKind.OTHER,
}

SAYS_KEPT: Final = "約束を果たした: "
"""How a step begins that says no more than that a promise was kept."""

_ANSWERED_BY: Final = {
    Channel.MAIL: Medium.MAIL,
    Channel.FORM: Medium.MAIL,
    Channel.CHAT: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}


# Changing -----------------------------------------------------------------------


@needs("cases.edit")
def edit(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
    secret: bytes,
) -> Complaint:
    """Save changed fields and return the complaint as it stands, merged.

    `secret` makes the customer key where the contact changes.

    Raises:
        InvalidRecord: a value breaks a rule, or 重大度 changes without a reason.
        Conflict: somebody changed one of these fields since `seen`.
        NotAllowed: the complaint is not this person's to change.
    """
    changed = _changed(seen, values)
    if "severity" in changed and not str(changed.get("severity_reason", "")).strip():
        raise InvalidRecord(
            [
                FieldProblem(
                    "severity_reason", N_("重大度を変えた理由を書いてください。")
                )
            ]
        )
    changed |= _new_key(changed, secret)
    why = []
    if "severity" in changed:
        told = severity_step(
            seen.severity, changed["severity"], changed["severity_reason"]
        )
        why = [_step(desk, seen, now, **told)]
    return _save(desk, seen, changed, why, now=now, commit_id=commit_id)


def _new_key(changed: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
    if "contact" not in changed:
        return {}
    keys = recognise(changed["contact"]).keys
    return {"customer_key": customer_key(keys[0], secret) if keys else ""}


@needs("cases.edit")
def act(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    step: Mapping[str, Any],
    now: datetime,
    commit_id: str,
    reached: bool = True,
) -> Complaint:
    """Append a step to 対応履歴; `values` holds a new promise, if one was given.

    reached: False where nobody answered, so that it is no first reply.

    Raises as `edit`.
    """
    promised = _changed(seen, values)
    activity = _step(
        desk,
        seen,
        now,
        **{"at": now, "actor": desk.principal.name, **step},
        next_promise_at=promised.get("next_promise_at"),
    )
    if reached and _replies(activity) and seen.first_reply_at is None:
        promised["first_reply_at"] = activity.at
    return _save(desk, seen, promised, [activity], now=now, commit_id=commit_id)


@needs("cases.edit")
def follow(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Append several steps and change fields, in one commit. Raises as `edit`.

    The number of each step follows from `commit_id`, so that a retry adds none.
    """
    changed = _changed(seen, values)
    taken = [
        step(desk, seen, now, seed=f"{commit_id}:{place}", **told)
        for place, told in enumerate(steps)
    ]
    if seen.first_reply_at is None and (replies := [*filter(_replies, taken)]):
        changed["first_reply_at"] = replies[0].at
    return _save(desk, seen, changed, taken, now=now, commit_id=commit_id)


@needs("cases.edit")
def keep_promise(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Note that what was promised is done, and what is promised next.

    Raises as `edit`; an open complaint needs its next promise.
    """
    step = kept_step(seen)
    return act(desk, seen, values, step=step, now=now, commit_id=commit_id)


def kept_step(seen: Complaint) -> dict[str, Any]:
    """Return the step that says that what was promised is done."""
    return {
        "medium": _ANSWERED_BY.get(seen.channel, Medium.CALL_OUT),
        "kind": _KEPT_BY[seen.next_promise or Promise.CALL_BACK],
        "content": f"{SAYS_KEPT}{promise_words(seen)}",
    }


def promise_words(seen: Complaint) -> str:
    """Return what is promised until when, in sheet language: 「折返し(2026/11/21 15:00)」."""
    promise = seen.next_promise or Promise.CALL_BACK
    due = f"({seen.next_promise_at:%Y/%m/%d %H:%M})" if seen.next_promise_at else ""
    return f"{promise.value}{due}"


@needs("cases.edit")
def renew_promise(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Move the promise to another time, and leave a trace of it. Raises as `edit`."""
    promised = values.get("next_promise") or seen.next_promise or Promise.CALL_BACK
    at = values["next_promise_at"]
    step = {
        "kind": ActivityKind.CALLBACK_PROMISED,
        "content": f"約束を改めた: {promised.value} {at:%Y/%m/%d %H:%M}",
    }
    new = {**values, "next_promise": promised}
    return act(desk, seen, new, step=step, now=now, commit_id=commit_id)


@needs("cases.edit")
def change(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
    secret: bytes = b"",
) -> Complaint:
    """Change status or handler, close, or open again; each leaves its step.

    Closing is refused until what the rules ask for is there; what was promised stays
    on the row, so that figures can tell whether it was kept. A case that is opened
    again may get its contact anew, of which `secret` makes the key. Raises as `edit`.
    """
    changed = _changed(seen, values)
    if secret:
        changed |= _new_key(changed, secret)
    return _save(desk, seen, changed, now=now, commit_id=commit_id)


@needs("cases.cancel")
def cancel(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    *,
    reason: str,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Take a complaint out of every figure; the row stays, with who and why.

    Raises as `edit`; without a reason InvalidRecord, its problem on `reason`.
    """
    _refuse_blank(reason)
    changed = {**_changed(seen, values), "status": ComplaintStatus.CANCELLED}
    why = _step(
        desk,
        seen,
        now,
        kind=ActivityKind.OTHER,
        content=f"取消の理由: {reason.strip()}",
    )
    return _save(desk, seen, changed, [why], now=now, commit_id=commit_id)


@needs("cases.reveal")
def reveal(
    desk: UserStore, seen: Complaint, *, reason: str, now: datetime, commit_id: str
) -> Complaint:
    """Show the contact of a case that is not theirs, for a while; note who and why.

    操作ログ and 対応履歴 get the reason, and never the contact.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        NotAllowed: this person may not see it.
    """
    _refuse_blank(reason)
    step = _step(
        desk,
        seen,
        now,
        id=id_for("H", now, commit_id),
        kind=ActivityKind.REVEAL,
        content=f"連絡先を表示した: {reason.strip()}",
    )
    who = desk.principal.name
    noted = Commit(commit_id, who, now, (Insert(step),), reason=reason.strip())
    return cast("Complaint", desk.reveal(seen.id, noted))


@needs("cases.call")
def note_call(
    desk: UserStore, seen: Complaint, way: Way, *, now: datetime, commit_id: str
) -> None:
    """Note in 操作ログ that whoever sees the contact whole pressed it.

    Raises:
        NotAllowed: this person does not see it whole.
    """
    noted = Commit(commit_id, desk.principal.name, now, ())
    desk.note_use(seen.id, noted, way.value)


class Way(Enum):
    """How a contact was used; what stands for the field in 操作ログ."""

    CALL = "(電話をかけた)"
    MAIL = "(メールを書いた)"


@needs("cases.export")
def log_export(
    store: UserStore, who: Principal, *, kind: str, count: int, now: datetime
) -> None:
    """Note in 操作ログ who took how many rows of the ledger out of the app.

    Ask it before the rows are handed out. `store` is the system's: a clerk may take
    rows out but not write the log.

    Raises:
        NotAllowed: it is not for this person to take rows out.
    """
    after = f"{kind} {count}件"
    note(store, who.name, EXPORTED, (COMPLAINTS, ""), now=now, after=after)


EXPORTED: Final = "(書き出し)"
"""Stands for the field in the log row of an export."""


def _save(
    desk: UserStore,
    seen: Complaint,
    changed: Mapping[str, Any],
    steps: Sequence[Activity] = (),
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    values = {**changed, **closing_time(seen, changed, now)}
    _check(seen, values)
    logged = [
        _step(desk, seen, now, **_changeover(seen, name, values[name]))
        for name in LOGGED
        if name in values
    ]
    clocks = starting.starting(desk, seen, seen.model_copy(update=values), now=now)
    inserts = (*(Insert(step) for step in [*steps, *logged]), *clocks)
    return _commit(desk, seen, values, inserts, now=now, commit_id=commit_id)


def _commit(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    inserts: tuple[Write, ...],
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    base = {name: getattr(seen, name) for name in values}
    update = (Update(COMPLAINTS, seen.id, base, values),) if values else ()
    if not (update or inserts):
        return seen
    commit = Commit(commit_id, desk.principal.name, now, (*update, *inserts))
    try:
        starting.commit(desk, commit)
    except Conflict as conflict:
        clashing = {found.field: found.theirs for found in conflict.fields}
        if not clashing or not clashing.keys() <= set(_FOLLOWING):
            raise _without_following(conflict) from conflict
        # Nobody typed these, so nobody is asked: the first reply and the closing
        # are the earlier ones, the customer key is that of the contact just saved.
        rebased = seen.model_copy(update=clashing)
        kept = {
            name: value
            for name, value in values.items()
            if name not in clashing or name == "customer_key"
        }
        return _commit(desk, rebased, kept, inserts, now=now, commit_id=commit_id)
    return cast("Complaint", desk.record(COMPLAINTS, seen.id))


def _without_following(conflict: Conflict) -> Conflict:
    typed = [found for found in conflict.fields if found.field not in _FOLLOWING]
    return Conflict(conflict.table, conflict.key, fields=typed, theirs=conflict.theirs)


def _changed(seen: Complaint, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in values.items() if value != getattr(seen, name)
    }


def _check(seen: Complaint, values: Mapping[str, Any]) -> None:
    """Refuse what the change breaks; what was broken before is no obstacle to it."""
    refuse_broken(seen, values)
    before = set(seen.problems(Stage.SAVING))
    try:
        after = seen.with_values(**values)
    except InvalidRecord as error:
        new = [p for p in error.problems if p not in before or p.field in values]
        if new:
            raise InvalidRecord(new) from error
        after = seen.model_copy(update=dict(values))
    _refuse_without_promise(seen, after)
    if values.get("status") is ComplaintStatus.CLOSED and (
        missing := after.problems(Stage.CLOSING)
    ):
        raise InvalidRecord(missing)


def _refuse_without_promise(seen: Complaint, after: Complaint) -> None:
    """Refuse to open a case again, or to take its promise away, without a next one.

    This holds for imported cases too: what they lacked before is no obstacle, but
    nobody makes an open case without a promise here (domain.md R55).
    """
    took = seen.next_promise_at is not None or not seen.is_open
    if after.is_open and after.next_promise_at is None and took:
        message = N_("約束の時刻を選んでください。")
        raise InvalidRecord([FieldProblem("next_promise_at", message)])


def closing_time(
    seen: Complaint, changed: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return 完了日時 as a change of 状態 sets or takes it; nothing for other changes."""
    status = changed.get("status")
    if status is ComplaintStatus.CLOSED:
        return {"closed_at": now}
    if status is not None and seen.closed_at is not None:
        return {"closed_at": None}
    return {}


def _changeover(seen: Complaint, name: str, value: Any) -> dict[str, Any]:
    """Return the step that a change of status or handler leaves, in sheet language."""
    spec = Complaint.field(name)
    before, after = (plain(spec, v) for v in (getattr(seen, name), value))
    return changeover(spec, before, after)


def changeover(spec: Field, before: str, after: str) -> dict[str, Any]:
    """Return the step for a field that went from one word to another; "" is none."""
    return {
        "kind": ActivityKind.STATUS_CHANGE,
        "content": f"{spec.label}: {before or 'なし'} → {after or 'なし'}",
        "status_before": before,
        "status_after": after,
    }


def severity_step(before: Severity, after: Severity, reason: str) -> dict[str, Any]:
    """Return the step that a severity changed by a person leaves, in sheet language."""
    return {
        "kind": ActivityKind.OTHER,
        "content": f"重大度: {before.value} → {after.value}({reason})",
    }


def _step(desk: UserStore, seen: Complaint, now: datetime, **values: Any) -> Activity:
    return Activity.parse(
        {
            "id": new_id("H", now),
            "case_id": seen.id,
            "at": now,
            "actor": desk.principal.name,
            **values,
        }
    )


def step(
    desk: UserStore, case: Complaint, now: datetime, *, seed: str, **values: Any
) -> Activity:
    """Return a step by this person whose number follows from `seed`: one for a retry."""
    return _step(desk, case, now, **{"id": id_for("H", now, seed), **values})


def _replies(activity: Activity) -> bool:
    return activity.medium in REPLYING and activity.kind not in _NO_REPLY


def _refuse_blank(reason: str) -> None:
    if not reason.strip():
        raise InvalidRecord([FieldProblem("reason", N_("理由を書いてください。"))])


def lacks_recording(case: Complaint) -> bool:
    """Whether a promise or dispute on the phone has no recording to go back to (R43)."""
    if case.channel is not Channel.PHONE or not case.is_open:
        return False
    disputed = (
        case.kind is ComplaintKind.SECOND
        or case.harassment in (Harassment.SUSPECTED, Harassment.CONFIRMED)
        or case.outside_threat not in (OutsideThreat.UNASKED, OutsideThreat.NO)
        or case.refund_refused is Answered.YES
    )
    kept = case.recording is Recording.YES and bool(case.recording_url.strip())
    return (disputed or case.next_promise_at is not None) and not kept


def merged_fields(
    seen: Complaint, values: Mapping[str, Any], standing: Complaint
) -> list[Field]:
    """Return the fields that others changed meanwhile and that now stand beside mine."""
    return [
        spec
        for spec in Complaint.fields()
        if spec.name not in values
        and not spec.auto
        and not _is_same(spec, seen, standing)
    ]


def _is_same(spec: Field, seen: Complaint, standing: Complaint) -> bool:
    """Whether a field is as it was seen; a contact may be masked on one side only."""
    one, other = (getattr(case, spec.name) for case in (seen, standing))
    if spec.name == "contact" and (is_masked(one) or is_masked(other)):
        return masked(one) == masked(other)
    return bool(one == other)


# Telling ------------------------------------------------------------------------


class Verdict(StrEnum):
    """What became of the promise that a step made."""

    KEPT = "kept"
    BROKEN = "broken"
    WAITING = "waiting"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, with what became of the promise it made, if it made one."""

    activity: Activity
    verdict: Verdict | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the app wrote it: shown small between what people did."""
        return self.activity.kind in _BY_THE_APP


def timeline(desk: UserStore, case: Complaint, now: datetime) -> list[Step]:
    """Return every step of a case, oldest first; empty where nothing was done."""
    activities = desk.frame(ACTIVITIES)
    own = activities[(activities["case_id"] == case.id).to_numpy(dtype=bool)]
    if own.empty:
        return []
    rows = own.sort_values(["at", "id"], kind="stable")
    complaints = desk.frame(COMPLAINTS).loc[[case.id]]
    kept = _verdicts(complaints, own, now)
    return [
        _judged(cast("Activity", row), case, kept)
        for row in standing(table(ACTIVITIES), rows)
    ]


def _verdicts(
    complaints: pd.DataFrame, own: pd.DataFrame, now: datetime
) -> dict[datetime, bool]:
    due = promises.due(complaints, own, now)
    return {
        clock.in_tokyo(at.to_pydatetime()): bool(kept)
        for at, kept in zip(due["due_at"], due["kept"], strict=True)
    }


def _judged(activity: Activity, case: Complaint, kept: Mapping[datetime, bool]) -> Step:
    at = activity.next_promise_at
    if at is None:
        return Step(activity)
    if at in kept:
        return Step(activity, Verdict.KEPT if kept[at] else Verdict.BROKEN)
    stands = at == case.next_promise_at and case.status not in SETTLED
    return Step(activity, Verdict.WAITING if stands else Verdict.MOVED)


def last_change(
    store: UserStore, case: Complaint, field_name: str
) -> tuple[str, datetime | None]:
    """Return who last changed a field of the case, and when.

    `store` is the system's, because a clerk may not read the log: of it only the name
    and the time are told. Where the log knows nothing, the row's last change is told.
    """
    log = store.audit(COMPLAINTS, case.id)
    own = log[log["field_name"] == field_name]
    if own.empty:
        return case.updated_by, case.updated_at
    last = own.iloc[-1]
    return str(last["actor"]), clock.in_tokyo(last["at"].to_pydatetime())


def related(desk: UserStore, case: Complaint) -> list[str]:
    """Return the numbers of the same customer's other complaints, newest first."""
    if not case.customer_key:
        return []
    complaints = desk.frame(COMPLAINTS)
    same = complaints[
        (complaints["customer_key"] == case.customer_key).to_numpy(dtype=bool)
    ]
    newest_first = same.sort_values("received_at", ascending=False)
    return [str(key) for key in newest_first.index if key != case.id]
