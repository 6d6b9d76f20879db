"""A call about a case that stands already: the entry becomes its next step.

Everything typed is kept: the words as a step of 対応履歴, what was newly answered in the
fields of the case, the promise as its next one. What the case knows already is never
taken away by a field that was not asked this time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from lib.actions import cases, closing, questions
from lib.actions.complaints import (
    MEDIA,
    Preview,
    preview,
    problems,
    refuse_closing_over_clocks,
)
from lib.actions.entry import Entry
from lib.actions.permissions import needs
from lib.actions.severity import Facts, is_lower, propose, rules_of
from lib.errors import ActionRefused, InvalidRecord
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    ComplaintStatus,
    Harm,
    Medium,
    Severity,
)
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore

_NEWEST: Final = (
    *("request", "temper", "harm", "symptom", "accident", "leak", "refund_refused"),
    *("replacement_defective", "service_failure", "outside_threat"),
    *("harassment", "harassment_kind", "people_involved", "occurred_on"),
    *("lot", "sales_page", "fact_source", "apology", "fault", "language"),
)
"""What the customer says now counts before what was said then."""

_BLANKS: Final = ("customer_name", "contact", "order_number", "claim_type", "category")
"""What is filled in where the case has nothing."""

_CLOSING: Final = ("resolution", "cause", "cause_certainty", "read_back")


@needs("cases.record")
def continue_case(
    desk: UserStore, entry: Entry, *, entry_id: str, now: datetime, secret: bytes
) -> Complaint:
    """Return the case `entry.continues`, with this entry as its next step.

    A closed case is opened again; その場で解決 closes it. The same `entry_id` again
    saves nothing more.

    Raises:
        InvalidRecord: something needed is missing; the fields are named.
        ActionRefused: the case was withdrawn.
        Conflict, NotAllowed: see `cases.edit`.
    """
    case = cast("Complaint", desk.record(cases.COMPLAINTS, entry.continues))
    if case.status is ComplaintStatus.CANCELLED:
        raise ActionRefused(
            N_("{number} は取消になっています。新しい苦情として登録してください。"),
            number=case.id,
        )
    found = preview(desk, entry, now=now, secret=secret)
    if wrong := problems(entry, found, now=now):
        raise InvalidRecord(wrong)
    values = _values(desk, case, entry, found, now=now, secret=secret)
    steps = [_heard(entry)]
    if values["severity"] is not case.severity:
        told = cases.severity_step(
            case.severity, values["severity"], values["severity_reason"]
        )
        steps.append(told)
    if entry.is_solved:
        values |= {name: getattr(found.complaint, name) for name in _CLOSING}
        after = case.model_copy(update=values)
        refuse_closing_over_clocks(desk, entry, case, after, now=now)
        return _close(desk, case, values, steps, now=now, commit_id=entry_id)
    values |= {
        "next_promise": entry.next_promise,
        "next_promise_at": entry.next_promise_at,
    }
    if not case.is_open:
        values["status"] = ComplaintStatus.WORKING
    steps[0]["next_promise_at"] = entry.next_promise_at
    return cases.follow(desk, case, values, steps, now=now, commit_id=entry_id)


def _close(
    desk: UserStore,
    case: Complaint,
    values: dict[str, Any],
    steps: list[dict[str, Any]],
    *,
    now: datetime,
    commit_id: str,
) -> Complaint:
    """Close with the call itself as what kept the promise."""
    after = case.model_copy(update=values)
    open_still = [
        found
        for found in closing.blockers(desk, after, now)
        if found.code != closing.PROMISE
    ]
    if open_still:
        raise ActionRefused(
            N_("まだ完了にできません。{what}"),
            what=open_still[0].message.format(**open_still[0].details),
        )
    if case.is_open and case.next_promise_at is not None:
        steps.append(cases.kept_step(case) | {"medium": steps[0]["medium"]})
    closed = {**values, "status": ComplaintStatus.CLOSED}
    return cases.follow(desk, case, closed, steps, now=now, commit_id=commit_id)


def _heard(entry: Entry) -> dict[str, Any]:
    return {
        "medium": MEDIA.get(entry.channel, Medium.INTERNAL),
        "kind": ActivityKind.HEARING,
        "content": entry.content,
        "evidence_url": entry.recording_url,
    }


def _values(
    desk: UserStore,
    case: Complaint,
    entry: Entry,
    found: Preview,
    *,
    now: datetime,
    secret: bytes,
) -> dict[str, Any]:
    said = found.complaint
    values = {
        name: getattr(said, name)
        for name in _NEWEST
        if _is_said(said, name) and not _takes_back(said, case, name)
    }
    values |= {
        name: getattr(said, name)
        for name in _BLANKS
        if _is_said(said, name) and not _is_said(case, name)
    }
    if said.product_code != UNKNOWN_PRODUCT and case.product_code == UNKNOWN_PRODUCT:
        values["product_code"] = said.product_code
    if "contact" in values:
        values["customer_key"] = said.customer_key or customer_key(said.contact, secret)
    if entry.open_questions.strip():
        more = questions.listed(entry.open_questions)
        values["open_questions"] = questions.added(case.open_questions, more)
    return values | _severity(desk, case.model_copy(update=values), entry, found, now)


def _is_said(record: Complaint, name: str) -> bool:
    """Whether a field holds more than what it starts with."""
    return bool(getattr(record, name) != Complaint.field(name).default)


def _takes_back(said: Complaint, case: Complaint, name: str) -> bool:
    """Whether a no of today, confirmed in passing, would undo a yes of before."""
    no_today = getattr(said, name) in (Harm.NO, Answered.NO)
    return no_today and _is_said(case, name)


def _severity(
    desk: UserStore, after: Complaint, entry: Entry, found: Preview, now: datetime
) -> dict[str, Any]:
    """Return the severity after this call: never below what stood there by itself."""
    level: Severity = after.severity
    reason = after.severity_reason
    if entry.chosen_severity is not None:
        level, reason = found.complaint.severity, found.complaint.severity_reason
    else:
        signs = found.claim.signs if found.claim else frozenset()
        proposal = propose(Facts(after, signs), rules_of(desk, now.date()))
        if is_lower(level, proposal.level):
            level, reason = proposal.level, proposal.written
    return {"severity": level, "severity_reason": reason}
