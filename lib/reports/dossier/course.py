"""経過: what was done on a case and when, as far as its reader is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lib import clock
from lib.reports.dossier.material import Material
from lib.reports.dossier.model import (
    Audience,
    Block,
    Column,
    Grid,
    Nothing,
    Part,
    Value,
)
from lib.reports.dossier.veil import Sure
from lib.reports.dossier.words import choice, word
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import ActivityKind, ComplaintStatus, Medium

_INWARD: Final = frozenset(
    {
        ActivityKind.INTERNAL_CHECK,
        ActivityKind.HANDOVER,
        ActivityKind.EXPERT,
        ActivityKind.STATUS_CHANGE,
        ActivityKind.DECISION,
        ActivityKind.APPROVAL,
    }
)
"""Steps among ourselves, which a reader outside is not told."""

_OUTWARD: Final = frozenset(
    {
        ActivityKind.HEARING,
        ActivityKind.APOLOGY,
        ActivityKind.REFUND,
        ActivityKind.SHIPMENT,
        ActivityKind.PUBLICATION,
        ActivityKind.MAKER_NOTICE,
        ActivityKind.AGENCY_REPORT,
        ActivityKind.AGENCY_CONTACT,
        ActivityKind.AGENCY_ANSWER,
        ActivityKind.MEND,
    }
)
"""Steps that a reader outside is told even where no medium is noted."""

_NEVER: Final = frozenset({ActivityKind.REVEAL, ActivityKind.EXPORT})
"""Who looked at a contact and took out a document belongs into no document."""

_ANSWERS: Final = frozenset(
    {ActivityKind.AGENCY_ANSWER, ActivityKind.AGENCY_REPORT, ActivityKind.EXPLANATION}
)
_CONTACTS: Final = frozenset({ActivityKind.AGENCY_CONTACT, ActivityKind.HEARING})
_NEAR: Final = timedelta(minutes=10)
"""Within it a step tells of the same act as a field of the record."""


@dataclass(frozen=True, slots=True)
class _Event:
    """One line of the course of a case."""

    at: datetime | None
    case: str
    kind: str
    who: str
    what: str
    is_dated_only: bool = False


class Course:
    """Tells the steps of one case to one kind of reader."""

    def __init__(self, material: Material, audience: Audience) -> None:
        """Take the records and who reads them."""
        self._all = material
        self._case = material.complaint
        self._outside = audience is Audience.CENTRE
        self._all_steps = audience is Audience.LAWYER

    def blocks(self) -> Iterator[Block]:
        """Write what was done, oldest first; what has no time stands last."""
        events = sorted(self._events(), key=_in_time)
        if not events:
            yield Nothing("まだ記録がありません。")
            return
        columns = [
            Column("日時", 14),
            Column("関係", 9),
            Column("区分", 13),
            Column("対応者", 13),
            Column("内容", 51),
        ]
        rows = [
            [
                Value(_when(event)),
                Value(Sure(self._whose(event.case))),
                Value(event.kind),
                Value(event.who or Sure("―")),
                Value(event.what),
            ]
            for event in events
        ]
        if not self._all.has_both:
            columns.pop(1)
            rows = [[row[0], *row[2:]] for row in rows]
        yield Grid(tuple(columns), tuple(map(tuple, rows)))

    def _events(self) -> Iterator[_Event]:
        shown = [step for step in self._all.activities if self.tells_of(step)]
        if self._case:
            yield from self._of_complaint(self._case, shown)
        for inquiry in self._all.inquiries:
            yield from self._of_inquiry(inquiry, shown)
        yield from (self._step(step) for step in shown)
        for mend in self._all.improvements:
            if mend.done_on:
                at = clock.at(mend.done_on)
                who = self._all.colleague(mend.owner)
                words = f"修正を終えた: {mend.title}"
                yield _Event(at, "", Sure("修正"), who, words, is_dated_only=True)

    def tells_of(self, step: Activity) -> bool:
        """Whether this reader is told of a step."""
        if step.kind in _NEVER:
            return False
        if not self._outside:
            return self._all_steps or step.kind is not ActivityKind.STATUS_CHANGE
        if step.kind in _INWARD:
            return False
        return step.kind in _OUTWARD or step.medium is not Medium.INTERNAL

    def _step(self, step: Activity) -> _Event:
        case = self._case
        words = step.content.strip()
        if case and words == case.content.strip():
            words = Sure(f"お申し出を伺った（「{Part.COMPLAINT.value}」のとおり）。")
        is_inside = step.medium is Medium.INTERNAL
        kind = word(step.kind) + ("" if is_inside else f"\n{word(step.medium)}")
        return _Event(
            step.at, step.case_id, kind, self._all.colleague(step.actor), words
        )

    def _whose(self, number: str) -> str:
        """Return with whom a step was taken; "" for one that concerns both."""
        if self._case and number == self._case.id:
            return "お客様"
        return "行政" if number else ""

    def _of_complaint(
        self, case: Complaint, shown: Sequence[Activity]
    ) -> Iterator[_Event]:
        told = any(
            s.case_id == case.id and s.content.strip() == case.content.strip()
            for s in shown
        )
        if not told:
            words = f"{word(case.channel)}でお申し出（「{Part.COMPLAINT.value}」のとおり）。"
            who = self._all.colleague(case.receiver)
            yield _Event(case.received_at, case.id, Sure("お申し出"), who, words)
        if case.status is ComplaintStatus.CLOSED and case.closed_at and self._outside:
            words = f"対応を終えた（解決: {choice(case.resolution).text}）。"
            who = self._all.colleague(case.handler)
            yield _Event(case.closed_at, case.id, Sure("完了"), who, words)

    def _of_inquiry(
        self, inquiry: AgencyInquiry, shown: Sequence[Activity]
    ) -> Iterator[_Event]:
        own = [step for step in shown if step.case_id == inquiry.id]
        if not _tells(own, _CONTACTS, inquiry.first_contact_at):
            who = inquiry.agency_name.strip() or word(inquiry.agency_kind) or "先方"
            words = f"{who}より{word(inquiry.contact_kind)}。"
            at = inquiry.first_contact_at
            yield _Event(at, inquiry.id, Sure("ご連絡"), "", words)
        answered = inquiry.answered_at
        if answered and not _tells(own, _ANSWERS, answered):
            who = self._all.colleague(inquiry.handler)
            words = Sure(f"回答した（「{Part.ANSWER.value}」のとおり）。")
            yield _Event(answered, inquiry.id, Sure("回答"), who, words)


def _in_time(event: _Event) -> tuple[bool, float]:
    return event.at is None, event.at.timestamp() if event.at else 0.0


def _when(event: _Event) -> Sure:
    if event.at is None:
        return Sure("日時不明")
    form = "%Y/%m/%d" if event.is_dated_only else "%Y/%m/%d\n%H:%M"
    return Sure(event.at.strftime(form))


def _tells(
    steps: Sequence[Activity], kinds: frozenset[ActivityKind], at: datetime | None
) -> bool:
    """Whether one of the steps already tells of what happened then."""
    times = [step.at for step in steps if step.kind in kinds and step.at is not None]
    return at is not None and any(abs(time - at) <= _NEAR for time in times)
