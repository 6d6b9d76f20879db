"""What a person does with a clock: say whether it applies, finish it, move it.

Each verb takes the person's desk and the clock as the person saw it (`seen`) and makes
one commit with its step in 対応履歴; `commit_id` is made when the form opens, so that a
double click saves once. They raise `InvalidRecord` with the field that is missing,
`Conflict` where somebody else was quicker, and `NotAllowed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from lib.actions.clocks.proposing import (
    DEADLINES,
    Case,
    Proposed,
    due_of,
    facts_of,
    rules_of,
)
from lib.actions.clocks.running import HOLDERS
from lib.actions.clocks.starting import births, change, clocks_of
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.deadline import Deadline
from lib.schema.ids import id_for
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, Applicability, DeadlineKind
from lib.settings.clock_rules import ClockRule, rule_of
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Write

REPORTED: Final = (DeadlineKind.STATUTORY, DeadlineKind.AGENCY)
"""Kinds whose end is a report to an agency."""

_NEEDED: Final = N_("理由を書いてください。")


def case_of(desk: UserStore, case_id: str) -> Case:
    """Return the complaint, inquiry or crisis on which a clock stands.

    Raises:
        NotAllowed: it is not this person's, or there is none.
    """
    prefix = case_id.partition("-")[0]
    code = next(
        (code for code in HOLDERS if table(code).prefix == prefix), "complaints"
    )
    return cast("Case", desk.record(code, case_id))


@needs("deadlines.work")
def confirm(
    desk: UserStore,
    seen: Sequence[Deadline],
    applies: Applicability,
    *,
    reason: str,
    now: datetime,
    commit_id: str,
    checked_by: str = "",
) -> None:
    """Say of clocks whether they apply: 該当 or 非該当, by name.

    All of them or none: the clocks of one leak are mostly decided together.

    Args:
        desk: of the person who says so.
        seen: the clocks as they were seen.
        applies: 該当 or 非該当; 未確認 is `reopen`'s.
        reason: why; needed for 非該当, and where a person changes their mind.
        now: when.
        commit_id: the same for every retry.
        checked_by: who decided; the person acting where it is "".
    """
    if applies is Applicability.UNCHECKED:
        raise InvalidRecord(
            [FieldProblem("applies", N_("該当か非該当かを選んでください。"))]
        )
    decided_before = any(one.applies is not Applicability.UNCHECKED for one in seen)
    is_needed = applies is Applicability.NOT_APPLICABLE or decided_before
    if is_needed:
        _refuse_blank("check_reason", reason)
    values = {
        "applies": applies,
        "checked_by": checked_by or desk.principal.name,
        "check_reason": reason.strip(),
    }
    said = f"({reason.strip()})" if reason.strip() else ""
    _save(
        desk,
        [(one, values, f"{applies.value}と確認{said}") for one in seen],
        now=now,
        commit_id=commit_id,
    )


@needs("deadlines.work")
def finish(
    desk: UserStore,
    seen: Deadline,
    *,
    done_at: datetime,
    evidence_url: str,
    now: datetime,
    commit_id: str,
    note: str = "",
) -> None:
    """Note that what a clock asks for is done, when, and where the proof is.

    A statutory clock that nobody has confirmed is refused: who reports has decided that
    it applies. Proof is advised, not needed.
    """
    if done_at > now:
        raise InvalidRecord(
            [
                FieldProblem(
                    "done_at",
                    N_("まだ来ていない時刻です。済ませた時刻を入れてください。"),
                )
            ]
        )
    if is_owed_a_word(seen):
        raise InvalidRecord(
            [FieldProblem("applies", N_("先に、該当か非該当かを確かめてください。"))]
        )
    values = {"done_at": done_at, "evidence_url": evidence_url.strip()}
    told = f"済ませた({done_at:%Y/%m/%d %H:%M})"
    step = {
        "kind": ActivityKind.AGENCY_REPORT
        if seen.kind in REPORTED
        else ActivityKind.OTHER,
        "evidence_url": evidence_url.strip(),
    }
    said = f"{told} {note.strip()}".strip()
    _save(desk, [(seen, values, said)], step=step, now=now, commit_id=commit_id)


@needs("deadlines.work")
def move(
    desk: UserStore,
    seen: Deadline,
    due_at: datetime,
    *,
    reason: str,
    now: datetime,
    commit_id: str,
) -> None:
    """Give a clock another end, with the reason."""
    _refuse_blank("change_reason", reason)
    values = {"due_at": due_at, "change_reason": reason.strip()}
    told = f"期限を {due_at:%Y/%m/%d %H:%M} に変えた({reason.strip()})"
    _save(desk, [(seen, values, told)], now=now, commit_id=commit_id)


@needs("deadlines.work")
def recount(
    desk: UserStore,
    seen: Deadline,
    started_at: datetime,
    *,
    reason: str,
    now: datetime,
    commit_id: str,
) -> None:
    """Count a clock anew from another moment, under the rule of that day.

    Raises also:
        ActionRefused: its rule is known no more; `move` it by hand.
    """
    _refuse_blank("change_reason", reason)
    due_at = counted(desk, seen, started_at, now=now)
    values = {
        "started_at": started_at,
        "due_at": due_at,
        "change_reason": reason.strip(),
    }
    told = f"起算日時を {started_at:%Y/%m/%d %H:%M} に直した({reason.strip()})"
    _save(desk, [(seen, values, told)], now=now, commit_id=commit_id)


def counted(
    desk: UserStore, seen: Deadline, started_at: datetime, *, now: datetime
) -> datetime:
    """Return when a clock would run out that began at another moment; see `recount`."""
    rule = rule_of(rules_of(desk, started_at.date()), seen.rule_code)
    if rule is None:
        raise ActionRefused(
            N_("この期限の規則はもうありません。期限の日時を直接直してください。")
        )
    return due_of(rule, started_at, facts_of(desk, case_of(desk, seen.case_id), now))


@needs("deadlines.work")
def reopen(
    desk: UserStore, seen: Deadline, *, reason: str, now: datetime, commit_id: str
) -> None:
    """Let a clock run again that was done, or make a decided one 未確認 again."""
    _refuse_blank("reason", reason)
    if seen.done_at is not None:
        values: dict[str, Any] = {"done_at": None}
    else:
        values = {
            "applies": Applicability.UNCHECKED,
            "checked_by": "",
            "check_reason": "",
        }
    told = f"もう一度開いた({reason.strip()})"
    _save(desk, [(seen, values, told)], now=now, commit_id=commit_id)


@needs("deadlines.work")
def assign(
    desk: UserStore, seen: Deadline, owner: str, *, now: datetime, commit_id: str
) -> None:
    """Say who looks after a clock; "" leaves it to whoever has the case."""
    told = f"担当: {seen.owner or '案件の担当者'} → {owner or '案件の担当者'}"
    _save(desk, [(seen, {"owner": owner}, told)], now=now, commit_id=commit_id)


@needs("deadlines.work")
def add(
    desk: UserStore,
    case: Case,
    rule: ClockRule,
    started_at: datetime,
    *,
    now: datetime,
    commit_id: str,
) -> Deadline:
    """Start a clock by hand from a date that a person knows.

    For rules that ask for one (`proposing.asked_for`), and any other that nobody's
    answer started.

    Raises also:
        ActionRefused: the case has a clock of this rule already.
    """
    if any(found.rule_code == rule.code for found in clocks_of(desk, case.id)):
        raise ActionRefused(
            N_("この案件には、{rule} の期限がすでにあります。"), rule=rule.code
        )
    due_at = due_of(rule, started_at, facts_of(desk, case, now))
    found = Proposed(rule, started_at, due_at)
    writes = tuple(births(case, [found], desk.principal.name, now))
    desk.commit(Commit(commit_id, desk.principal.name, now, writes))
    made = writes[0].record
    return cast("Deadline", desk.record(DEADLINES, made.values()["id"]))


def is_owed_a_word(seen: Deadline) -> bool:
    """Whether a person still has to say if a statutory clock applies."""
    return (
        seen.kind is DeadlineKind.STATUTORY and seen.applies is Applicability.UNCHECKED
    )


# Saving -----------------------------------------------------------------------------


def _save(
    desk: UserStore,
    changes: Sequence[tuple[Deadline, Mapping[str, Any], str]],
    *,
    now: datetime,
    commit_id: str,
    step: Mapping[str, Any] | None = None,
) -> None:
    """Change clocks, each with a step that says so; the same values change nothing."""
    writes: list[Write] = []
    for place, (seen, values, told) in enumerate(changes):
        changed = {
            name: value
            for name, value in values.items()
            if value != getattr(seen, name)
        }
        if not changed:
            continue
        seen.with_values(**changed)
        content = f"期限 {seen.rule_code}: {told}"
        said = {"kind": ActivityKind.OTHER, "content": content, **(step or {})}
        done = _step(desk, seen, now, seed=f"{commit_id}:{place}", **said)
        writes += [change(seen, **changed), Insert(done)]
    if writes:
        desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))


def _step(
    desk: UserStore, seen: Deadline, now: datetime, *, seed: str, **values: Any
) -> Activity:
    return Activity(
        id=id_for("H", now, seed),
        case_id=seen.case_id,
        at=now,
        actor=desk.principal.name,
        **values,
    )


def _refuse_blank(field: str, reason: str) -> None:
    if not reason.strip():
        raise InvalidRecord([FieldProblem(field, _NEEDED)])
