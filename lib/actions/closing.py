"""完了: what really stands in the way, where to settle it, and closing itself.

Only what is owed blocks: a promise that nothing has answered, a statutory clock that
runs, an open crisis list. What is merely not filled in is asked for in the same form.
Nobody is driven to invent a promise, nor to keep one that the customer gave up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from lib.actions import cases
from lib.actions.business_settings import claim_types_of
from lib.actions.clocks import starting
from lib.actions.crises import reading as crises
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_, _
from lib.metrics import promises
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    Applicability,
    Cause,
    Certainty,
    Choice,
    ComplaintStatus,
    DeadlineKind,
)
from lib.store.access import UserStore

PROMISE: Final = "promise"
"""`Blocker.code` of a promise, which the closing form itself can settle."""

CLOCK: Final = "clock"

CRISIS: Final = "crisis"

STEPS_NAMED: Final = 3
"""Open steps of a crisis that the message names; the rest are counted."""
CLOCKS_PAGE: Final = "deadlines"
"""The page on which a clock is confirmed or finished."""

UNCONFIRMED: Final = N_(
    "法定の期限が当てはまるか、まだ確かめていません: {rule}。該当か非該当かを決めてください。"
)
UNFINISHED: Final = N_("法定の期限が残っています: {rule}")

BLOCKED: Final = "blocked"
"""The field under which problems stand that no field of the case is to blame for."""


class PromiseEnd(Choice):
    """What became of the promise that still stands when a case is closed."""

    KEPT = N_("果たした")
    NOT_NEEDED = N_("もう要らない(お客様も了承)")


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that is really open.

    message: what it is, a catalogue key; `details` fill its braces. due_at: by when,
    where that is known. place: key of the row that is open. page: code of the page on
    which it is settled, opened with `case` in its address; "" where there is none.
    """

    code: str
    message: str
    details: Mapping[str, str]
    due_at: datetime | None = None
    place: str = ""
    page: str = ""


Check = Callable[[UserStore, Complaint, datetime], Iterable[Blocker]]


def _open_promise(
    desk: UserStore, case: Complaint, _now: datetime
) -> Iterable[Blocker]:
    if not case.is_open or case.next_promise_at is None:
        return
    complaints = desk.frame(cases.COMPLAINTS)
    if case.id not in complaints.index:
        raise NotAllowed
    steps = desk.frame(cases.ACTIVITIES)
    own = steps[(steps["case_id"] == case.id).to_numpy(dtype=bool)]
    if case.id in promises.unanswered(complaints.loc[[case.id]], own):
        yield Blocker(
            PROMISE,
            N_("約束が残っています: {promise}"),
            {"promise": cases.promise_words(case)},
            case.next_promise_at,
        )


def _running_clocks(
    desk: UserStore, case: Complaint, _now: datetime
) -> Iterable[Blocker]:
    deadlines = desk.frame("deadlines")
    mine = (deadlines["case_id"] == case.id).to_numpy(dtype=bool)
    if not mine.any():
        return
    own = deadlines[mine].sort_values("due_at")
    for clock in cast("list[Deadline]", standing(table("deadlines"), own)):
        runs = (
            clock.done_at is None and clock.applies is not Applicability.NOT_APPLICABLE
        )
        if runs and clock.kind is DeadlineKind.STATUTORY:
            unsaid = clock.applies is Applicability.UNCHECKED
            yield Blocker(
                CLOCK,
                UNCONFIRMED if unsaid else UNFINISHED,
                {"rule": clock.rule_code},
                clock.due_at,
                clock.id,
                CLOCKS_PAGE,
            )


def _crisis_list(desk: UserStore, case: Complaint, _now: datetime) -> Iterable[Blocker]:
    if not case.crisis_id:
        return
    left = crises.left_in(desk, case.crisis_id)
    if left:
        named = "・".join(_(task.title) for task in left[:STEPS_NAMED])
        more = len(left) - STEPS_NAMED
        yield Blocker(
            CRISIS,
            N_("重大事案の手順が残っています({count}件): {steps}"),
            {"count": str(len(left)), "steps": named + (" …" if more > 0 else "")},
            left[0].due_at,
            left[0].id,
            "crisis",
        )


CHECKS: list[Check] = [_open_promise, _running_clocks, _crisis_list]
"""What is asked before closing, in the order of the message. Parts that bring another
kind of open list append theirs."""


def blockers(desk: UserStore, case: Complaint, now: datetime) -> tuple[Blocker, ...]:
    """Return what is really open on a case; empty where it may be closed."""
    return tuple(found for check in CHECKS for found in check(desk, case, now))


def presets(desk: UserStore, case: Complaint, now: datetime) -> dict[str, Any]:
    """Return what the closing form starts with where the case says nothing yet.

    The cause follows from the claim type and is 推定, until a person knows better.
    """
    claim = next(
        (c for c in claim_types_of(desk, now.date()) if c.name == case.claim_type), None
    )
    start: dict[str, Any] = {}
    if case.cause is None:
        start["cause"] = claim.cause if claim else Cause.UNKNOWN
    if case.cause_certainty is None:
        start["cause_certainty"] = Certainty.PRESUMED
    return start


@needs("cases.close")
def close(
    desk: UserStore,
    seen: Complaint,
    answers: Mapping[str, Any],
    *,
    promise: PromiseEnd | None,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Close a case, with what became of its promise, in one commit.

    Raises:
        InvalidRecord: an answer is missing, each named by its field, or something is
            really open: a promise by `promise`, anything else by `BLOCKED`.
        Conflict, NotAllowed: see `cases.edit`.
    """
    standing_now = blockers(desk, seen, now)
    problems = [
        *_problems(standing_now, promise),
        *_unanswered(seen, answers),
        *_beginning(desk, seen, answers, now),
    ]
    if problems:
        raise InvalidRecord(problems)
    steps = []
    if any(found.code == PROMISE for found in standing_now):
        steps.append(_end_of_promise(seen, promise))
    closed = {**answers, "status": ComplaintStatus.CLOSED}
    return cases.follow(desk, seen, closed, steps, now=now, commit_id=commit_id)


def _problems(
    found: Iterable[Blocker], promise: PromiseEnd | None
) -> Iterable[FieldProblem]:
    for blocker in found:
        if blocker.code != PROMISE:
            yield FieldProblem(BLOCKED, blocker.message)
        elif promise is None:
            yield FieldProblem(
                PROMISE, N_("残っている約束がどうなったかを選んでください。")
            )


def _beginning(
    desk: UserStore, seen: Complaint, answers: Mapping[str, Any], now: datetime
) -> Iterable[FieldProblem]:
    """Yield what stands in the way where the answers themselves start a clock."""
    if desk.principal.is_outsourced:
        return
    after = seen.model_copy(update=dict(answers))
    found = starting.newly_proposed(desk, seen, after, now)
    if any(one.rule.kind is DeadlineKind.STATUTORY for one in found):
        yield FieldProblem(
            BLOCKED,
            N_(
                "この答えから、法定の期限が始まります。先に答えだけを保存し、該当か非該当かを決めてください。"
            ),
        )


def _unanswered(seen: Complaint, answers: Mapping[str, Any]) -> list[FieldProblem]:
    after = seen.model_copy(
        update={**answers, "status": ComplaintStatus.CLOSED, "closed_at": None}
    )
    return list(after.problems(Stage.CLOSING))


def _end_of_promise(seen: Complaint, promise: PromiseEnd | None) -> dict[str, Any]:
    if promise is PromiseEnd.KEPT:
        return cases.kept_step(seen)
    return {
        "kind": ActivityKind.OTHER,
        "content": f"約束は要らなくなった(お客様も了承): {cases.promise_words(seen)}",
    }
