"""Everything that can run out, for one person: clocks, answers owed, tasks, promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, cast

import pandas as pd

from lib import clock
from lib.actions.clocks.proposing import (
    DEADLINES,
    Case,
    asked_for,
    closed_of,
    facts_of,
    pairs_of,
    party_of,
    product_of,
    rules_of,
)
from lib.actions.clocks.starting import began_at, pair_words
from lib.i18n import N_
from lib.metrics import legal_days, promises, referrals
from lib.metrics.promises import untouched_import
from lib.metrics.running_out import Line, Origin, in_order
from lib.schema.complaint import SETTLED
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    Applicability,
    ComplaintStatus,
    CrisisStatus,
    DeadlineKind,
    InquiryStatus,
    TaskKind,
)
from lib.settings.clock_rules import LIKE_CASES, OWN_ANSWER, ClockRule, rule_of
from lib.store.access import UserStore

HOLDERS: Final = {
    "complaints": "handler",
    "agency_inquiries": "handler",
    "crises": "leader",
}
"""Tables of what a clock may stand on, and who has the case."""

_WITHDRAWN: Final = (
    ComplaintStatus.CANCELLED.value,
    InquiryStatus.CANCELLED.value,
    CrisisStatus.CANCELLED.value,
)
_ANSWERED_BY: Final = ("L19回答", "L19一次回答")
"""Clocks that say the same as the inquiry's own answer date."""


def everything_that_can_run_out(
    desk: UserStore,
    now: datetime,
    *,
    with_promises: bool = False,
    with_ended: bool = False,
) -> tuple[Line, ...]:
    """Return all dates of open and closed cases that this person sees, first things first.

    Clocks of 期限, what agencies wait for, tasks with a date. Of cases that were
    withdrawn nothing. `Line.standing` and `Line.left` tell how each stands at a moment.

    Args:
        desk: whose.
        now: the day whose rules name what is not stored.
        with_promises: the promises to customers too; 対応待ち has them all.
        with_ended: also what is done or does not apply.
    """
    return desk.derived(
        ("what can run out", now.date(), with_promises, with_ended),
        lambda: _lines(desk, now, with_promises=with_promises, with_ended=with_ended),
    )


def _lines(
    desk: UserStore, now: datetime, *, with_promises: bool, with_ended: bool
) -> tuple[Line, ...]:
    rules = {rule.code: rule for rule in rules_of(desk, now.date())}
    cases = _Cases(desk)
    lines = [
        *_clocks(desk, cases, rules),
        *_answers(desk, rules[OWN_ANSWER]),
        *_tasks(desk, cases),
        *(_promises(desk, now) if with_promises else ()),
    ]
    return in_order(line for line in lines if with_ended or line.is_running)


class _Cases:
    """Who has each case, and whether it was withdrawn or merely imported."""

    def __init__(self, desk: UserStore) -> None:
        """Look at every table on whose rows a clock may stand."""
        self._holder: dict[str, str] = {}
        self._product: dict[str, str] = {}
        self._imported: set[str] = set()
        self._withdrawn: set[str] = set()
        for code, holder in HOLDERS.items():
            frame = desk.frame(code)
            self._holder |= dict(zip(frame.index, frame[holder], strict=True))
            self._product |= dict(zip(frame.index, frame["product_code"], strict=True))
            self._withdrawn |= set(frame.index[frame["status"].isin(_WITHDRAWN)])
            if code != "crises":
                self._imported |= set(frame.index[untouched_import(frame)])

    def is_withdrawn(self, case_id: str) -> bool:
        return case_id in self._withdrawn

    def is_import(self, case_id: str) -> bool:
        return case_id in self._imported

    def holder(self, case_id: str) -> str:
        return self._holder.get(case_id, "")

    def product(self, case_id: str) -> str:
        return self._product.get(case_id, "")


def _clocks(
    desk: UserStore, cases: _Cases, rules: Mapping[str, ClockRule]
) -> Iterator[Line]:
    alike = {pair.later: pair for pair in pairs_of(desk)}
    rows = desk.frame(DEADLINES)
    for one in cast("list[Deadline]", standing(table(DEADLINES), rows)):
        if cases.is_withdrawn(one.case_id) or pd.isna(one.due_at):
            continue
        rule = rules.get(one.rule_code)
        pair = alike.get(one.case_id) if one.rule_code == LIKE_CASES else None
        yield Line(
            Origin.CLOCK,
            one.case_id,
            one.id,
            one.rule_code,
            rule.name if rule else one.rule_code,
            one.kind,
            one.started_at,
            one.due_at,
            one.owner or cases.holder(one.case_id),
            one.applies,
            one.done_at,
            _party(desk, rule, cases.product(one.case_id)),
            rule.source if rule else "",
            rule.notes if rule else (),
            rule.checked_on if rule else None,
            pair_words(pair) if pair else "",
            one.case_id.startswith(table("agency_inquiries").prefix + "-"),
            cases.is_import(one.case_id),
        )


def _party(desk: UserStore, rule: ClockRule | None, product: str) -> str:
    if rule is None:
        return ""
    return party_of(rule, product_of(desk, product) if product else None).value


def _answers(desk: UserStore, rule: ClockRule) -> Iterator[Line]:
    """Yield until when each inquiry is to be answered, by our own lights."""
    if not rule.on:
        return
    inquiries = referrals.live(desk.frame("agency_inquiries"))
    rows = desk.frame(DEADLINES)
    counted = set(rows.loc[rows["rule_code"].isin(_ANSWERED_BY), "case_id"])
    untouched = set(inquiries.index[untouched_import(inquiries)])
    closed = closed_of(desk)
    owed = inquiries[~inquiries.index.isin(counted)]
    for one in cast("list[AgencyInquiry]", standing(table("agency_inquiries"), owed)):
        began = began_at(one)
        if began is None:
            continue
        due = one.own_due_at or legal_days.due(
            began, rule.counting, weekly_closed=closed
        )
        yield Line(
            Origin.ANSWER,
            one.id,
            one.id,
            rule.code,
            rule.name,
            rule.kind,
            began,
            due,
            one.handler,
            done_at=one.answered_at or (None if one.is_open else one.updated_at),
            party=rule.party.value,
            source=rule.source,
            notes=rule.notes,
            checked_on=rule.checked_on,
            is_agency=True,
            is_import=one.id in untouched,
        )


def _tasks(desk: UserStore, cases: _Cases) -> Iterator[Line]:
    rows = desk.frame("tasks")
    dated = rows[rows["due_at"].notna()]
    for one in cast("list[Task]", standing(table("tasks"), dated)):
        is_instruction = one.kind is TaskKind.INSTRUCTION
        if one.due_at is None or cases.is_withdrawn(one.case_id):
            continue
        yield Line(
            Origin.TASK,
            one.case_id,
            one.id,
            "",
            one.title,
            DeadlineKind.AGENCY if is_instruction else DeadlineKind.OWN,
            one.given_at,
            one.due_at,
            one.owner or cases.holder(one.case_id),
            done_at=one.done_at,
            is_agency=is_instruction,
            is_typed=True,
        )


def _promises(desk: UserStore, now: datetime) -> Iterator[Line]:
    complaints = desk.frame("complaints")
    settled = [status.value for status in SETTLED]
    live = complaints[~complaints["status"].isin(settled)]
    owed = promises.open_promises(live, now)
    owed = owed[owed["next_promise_at"].notna()]
    imported = set(owed.index[untouched_import(owed)])
    for key, at, promised, handler in zip(
        owed.index,
        owed["next_promise_at"],
        owed["next_promise"].astype("object"),
        owed["handler"],
        strict=True,
    ):
        yield Line(
            Origin.PROMISE,
            key,
            key,
            "",
            N_("お客様との約束") if pd.isna(promised) else str(promised),
            DeadlineKind.OWN,
            None,
            clock.in_tokyo(at.to_pydatetime()),
            handler,
            is_import=key in imported,
        )


def lines_of(desk: UserStore, case_id: str, now: datetime) -> tuple[Line, ...]:
    """Return the dates of one case, what ended included, first things first."""
    every = everything_that_can_run_out(desk, now, with_ended=True)
    return tuple(line for line in every if line.case_id == case_id)


def offered(desk: UserStore, case: Case, now: datetime) -> tuple[ClockRule, ...]:
    """Return the rules that may apply to a case once a person gives their date.

    Those of which the case has a clock already are left out.
    """
    known = {line.code for line in lines_of(desk, case.id, now)}
    asked = desk.derived(
        ("offered clocks", case.id, now.date()),
        lambda: asked_for(facts_of(desk, case, now), rules_of(desk, now.date())),
    )
    return tuple(rule for rule in asked if rule.code not in known)


def answer_target(desk: UserStore, first_contact_at: datetime) -> datetime:
    """Return until when an inquiry is to be answered: what its 社内回答期限 starts with."""
    rule = rule_of(rules_of(desk, first_contact_at.date()), OWN_ANSWER)
    if rule is None:
        raise KeyError(OWN_ANSWER)
    closed = closed_of(desk)
    return legal_days.due(first_contact_at, rule.counting, weekly_closed=closed)


def unconfirmed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the statutory clocks that wait for a person's word."""
    return tuple(line for line in lines if line.awaits_word)


def applying(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the clocks that a person said apply and that are still to be done."""
    return tuple(
        line
        for line in lines
        if line.is_running and line.applies is Applicability.APPLIES
    )
