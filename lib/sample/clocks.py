"""The clocks that complaints start: leaks, reactions, the pair of like cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib import clock
from lib.sample.case import Told
from lib.sample.cast import CHIEF, LEADER
from lib.sample.chance import Chance
from lib.schema.deadline import Deadline
from lib.schema.vocab import (
    Answered,
    Applicability,
    DeadlineKind,
    Harm,
    ProductKind,
    Source,
    Symptom,
)

_ON_SKIN = frozenset({ProductKind.COSMETIC, ProductKind.QUASI_DRUG})
_PAIR_WITHIN = timedelta(days=30)
_SAME_PAIR = timedelta(days=7)
"""A third case so soon after the second belongs to the same report."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """One rule as it was applied: how long it runs and what was decided, by whom."""

    code: str
    days: int
    applies: Applicability
    checker: str
    reason: str


_NOT_REPORTED = "1名分の氏名・住所のみ。報告の4類型に当たらないことを顧問弁護士に確認。"
_LEAK = tuple(
    _Clock(code, days, Applicability.NOT_APPLICABLE, CHIEF, _NOT_REPORTED)
    for code, days in (("L1速報", 5), ("L1確報", 30))
)
_REACTION = _Clock(
    "L5副作用15日",
    15,
    Applicability.NOT_APPLICABLE,
    LEADER,
    "当社は販売のみ。製造販売元へ当日に連絡した。",
)
_ACCIDENT = _Clock(
    "L3重大製品事故",
    10,
    Applicability.NOT_APPLICABLE,
    LEADER,
    "治療は30日未満の見込みで、重大製品事故に当たらないと確認。",
)


def clocks(told: Sequence[Told], chance: Chance, cut: datetime) -> list[Deadline]:
    """Return the deadlines that follow from the complaints, in their order."""
    started = [(case, rule) for case in told for rule in _clocks_of(case)]
    started += _pairs(told)
    return [_deadline(case, found, chance, cut) for case, found in started]


def _clocks_of(case: Told) -> tuple[_Clock, ...]:
    complaint, item = case.complaint, case.plan.item
    if complaint.leak is Answered.YES:
        return _LEAK
    if complaint.harm is Harm.TREATED and item.kind in _ON_SKIN:
        return (_REACTION,)
    if complaint.harm is Harm.TREATED and item.is_device:
        return (_ACCIDENT,)
    return ()


def _pairs(told: Sequence[Told]) -> list[tuple[Told, _Clock]]:
    """Two diagnosed cases of one food with the same symptom start the clock of L7."""
    last: dict[Symptom, Told] = {}
    counted: dict[Symptom, datetime] = {}
    made: list[tuple[Told, _Clock]] = []
    for case in told:
        symptom, at = case.complaint.symptom, case.plan.received_at
        if symptom is None or not _diagnosed_food(case):
            continue
        before = last.get(symptom)
        last[symptom] = case
        if before is None or at - before.plan.received_at > _PAIR_WITHIN:
            continue
        if symptom in counted and at - counted[symptom] < _SAME_PAIR:
            continue
        counted[symptom] = at
        reason = f"{before.plan.id} と同じ所見。因果関係を否定できないため届出の対象。"
        made.append(
            (case, _Clock("L7同じ症状", 15, Applicability.APPLIES, LEADER, reason))
        )
    return made


def _diagnosed_food(case: Told) -> bool:
    return (
        case.complaint.harm is Harm.TREATED
        and case.plan.item.kind is ProductKind.FUNCTIONAL_FOOD
    )


def _deadline(case: Told, found: _Clock, chance: Chance, cut: datetime) -> Deadline:
    started = case.plan.received_at
    checked = started + timedelta(hours=20) <= cut
    applying = found.applies is Applicability.APPLIES
    done = started + timedelta(days=found.days - 2)
    return Deadline(
        id=chance.new_id("T", started),
        case_id=case.plan.id,
        rule_code=found.code,
        kind=DeadlineKind.STATUTORY,
        started_at=started,
        # The day one learns of it is the first of the days.
        due_at=clock.at(started.date() + timedelta(days=found.days - 1), 23, 59),
        applies=found.applies if checked else Applicability.UNCHECKED,
        checked_by=found.checker if checked else "",
        check_reason=found.reason if checked else "",
        done_at=done if applying and done <= cut else None,
        source=Source.SAMPLE,
    )
