"""判断: what we answer, on what ground, drafted by one person and approved by another.

Who writes at decision, ground or answer becomes 判断者, and whatever was approved before
is approved no more. Approving is a press of its own, by somebody else, of exactly what
they have read; where nobody else works here, one may approve alone, with a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from lib.actions import masters
from lib.actions.inquiries import instructions, saving
from lib.actions.inquiries.saving import require, save
from lib.actions.inquiries.transitions import Event, after
from lib.actions.permissions import needs
from lib.errors import ActionRefused
from lib.i18n import N_
from lib.metrics import inquiries
from lib.metrics.inquiries import Approval
from lib.schema.activity import Activity
from lib.schema.frames import standing as standing_rows
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Decision,
    Expert,
    Medium,
    Role,
    Source,
    TaskKind,
)
from lib.store.access import UserStore
from lib.store.protocol import Insert, Write
from lib.text import folded

DECIDED: Final = ("decision", "legal_ground", "answer")
"""What is drafted, and what an approval is an approval of."""

_APPROVED: Final = ("approver", "approved_at", "sole_approval_reason")
_TAKEN_BACK: Final = {"approver": "", "approved_at": None, "sole_approval_reason": ""}

_SENIORS: Final = (Role.ADMIN, Role.MANAGER)

LAWYER: Final = "lawyer"
"""`Task.step` of the lawyer whom one asks, or does not ask for a reason."""

WITHOUT_LAWYER: Final = "弁護士に相談する"


# Drafting ---------------------------------------------------------------------------


@needs("inquiries.answer")
def draft(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Keep what was written of decision, ground and answer, whole or not.

    Who changes something becomes 判断者. An approval is taken back and a step says so; an
    answer already given is to be given anew, its words stay on the timeline.

    Raises as `saving.save`; ActionRefused where the inquiry is settled.
    """
    changed = _of_the_decision(seen, values)
    if not changed:
        return seen
    return _drafted(desk, seen, changed, Event.DRAFT, now=now, commit_id=commit_id)


@needs("inquiries.answer")
def ask_approval(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
    without_lawyer: str = "",
) -> AgencyInquiry:
    """Put a whole draft to the others; what they are to read stays on the timeline.

    without_lawyer: why no lawyer was asked, where an agency that is followed without
        argument is to be told no (`needs_lawyer`).

    Raises:
        InvalidRecord: decision, ground or answer is missing, or `without_lawyer`.
        ActionRefused, Conflict, NotAllowed: see `saving.save`.
    """
    changed = _of_the_decision(seen, values)
    whole = seen.model_copy(update=changed)
    _refuse_unfinished(desk, whole, without_lawyer, now)
    steps = [
        {"kind": ActivityKind.DECISION, "content": inquiries.decision_words(whole)},
        _approval(seen, Approval.WAITING, "承認を頼んだ"),
    ]
    also = _waived(desk, whole, without_lawyer, now, commit_id)
    return _drafted(
        desk,
        seen,
        changed,
        Event.ASK,
        steps=steps,
        also=also,
        now=now,
        commit_id=commit_id,
    )


def _refuse_unfinished(
    desk: UserStore, whole: AgencyInquiry, without_lawyer: str, now: datetime
) -> None:
    alone = needs_lawyer(desk, whole, now) and not without_lawyer.strip()
    require(
        decision=N_("応じるか、一部か、応じないかを選んでください。")
        if whole.decision is Decision.CONSIDERING
        else None,
        legal_ground=None
        if whole.legal_ground.strip()
        else N_("判断のもとにした法令・指針を選ぶか、書いてください。"),
        answer=None
        if whole.answer.strip()
        else N_("先方に伝える言葉を書いてください。"),
        without_lawyer=N_(
            "弁護士への相談を残すか、相談しない理由を書いてください。応じないと答える前に要ります。"
        )
        if alone
        else None,
    )


def _of_the_decision(seen: AgencyInquiry, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: values[name]
        for name in DECIDED
        if name in values and values[name] != getattr(seen, name)
    }


def _drafted(
    desk: UserStore,
    seen: AgencyInquiry,
    changed: Mapping[str, Any],
    event: Event,
    *,
    steps: Iterable[Mapping[str, Any]] = (),
    also: tuple[Write, ...] = (),
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    mine = desk.principal.name
    values = {
        **changed,
        **_TAKEN_BACK,
        "status": after(event, seen.status),
        "decided_by": mine if changed or not seen.decided_by else seen.decided_by,
        "answered_at": None,
    }
    said = [_taken_back(seen, changed)] if seen.approved_at is not None else []
    if event is Event.DRAFT and _is_waiting(desk, seen):
        said = [
            _approval(seen, Approval.WITHDRAWN, "書き直すので、承認の依頼を取り下げた")
        ]
    return save(
        desk,
        seen,
        values,
        steps=[*said, *steps],
        also=also,
        following=_APPROVED,
        now=now,
        commit_id=commit_id,
    )


def _taken_back(seen: AgencyInquiry, changed: Mapping[str, Any]) -> dict[str, Any]:
    names = "・".join(AgencyInquiry.field(name).label for name in changed)
    why = f"{names}が変わった" if names else "もう一度承認を頼む"
    told = f"承認を取り消した({why})。承認していた人: {seen.approver}"
    return _approval(seen, Approval.WITHDRAWN, told)


def _approval(seen: AgencyInquiry, state: Approval, content: str) -> dict[str, Any]:
    before = Approval.GIVEN if seen.approved_at is not None else Approval.NONE
    return {
        "kind": ActivityKind.APPROVAL,
        "content": content,
        "status_before": before.value,
        "status_after": state.value,
    }


# Asking a lawyer --------------------------------------------------------------------


def needs_lawyer(desk: UserStore, inquiry: AgencyInquiry, now: datetime) -> bool:
    """Whether a no to this agency waits for a lawyer's word, or a reason for none."""
    if inquiry.decision is not Decision.DECLINE:
        return False
    if not instructions.is_followed(desk, inquiry, now):
        return False
    return not desk.derived(
        ("lawyer", inquiry.id), lambda: _lawyer_settled(desk, inquiry.id)
    )


def _lawyer_settled(desk: UserStore, inquiry_id: str) -> bool:
    steps, tasks = desk.frame("activities"), desk.frame("tasks")
    asked = (
        (steps["case_id"] == inquiry_id)
        & (steps["kind"] == ActivityKind.EXPERT.value)
        & (steps["expert"] == Expert.LAWYER.value)
    )
    waived = (
        (tasks["case_id"] == inquiry_id)
        & (tasks["step"] == LAWYER)
        & tasks["done_at"].notna()
    )
    return bool(asked.any() or waived.any())


@needs("inquiries.answer")
def consult(
    desk: UserStore,
    seen: AgencyInquiry,
    content: str,
    *,
    now: datetime,
    commit_id: str,
    expert: Expert = Expert.LAWYER,
) -> AgencyInquiry:
    """Note what a lawyer (or another expert) said about the inquiry.

    Raises:
        InvalidRecord: nothing was said; its problem is on `consulted`.
    """
    require(
        consulted=None
        if content.strip()
        else N_("だれに相談し、何と言われたかを書いてください。")
    )
    told = {"kind": ActivityKind.EXPERT, "expert": expert, "content": content.strip()}
    return save(desk, seen, {}, steps=[told], now=now, commit_id=commit_id)


def _waived(
    desk: UserStore, whole: AgencyInquiry, reason: str, now: datetime, commit_id: str
) -> tuple[Write, ...]:
    if not (reason.strip() and needs_lawyer(desk, whole, now)):
        return ()
    return (
        Insert(
            Task.parse(
                {
                    "id": id_for("W", now, f"{commit_id}:{LAWYER}"),
                    "case_id": whole.id,
                    "kind": TaskKind.OTHER,
                    "step": LAWYER,
                    "title": WITHOUT_LAWYER,
                    "owner": desk.principal.name,
                    "done_at": now,
                    "done_by": desk.principal.name,
                    "waived_reason": reason.strip(),
                }
            )
        ),
    )


# Who approves -----------------------------------------------------------------------


def approvers(desk: UserStore, inquiry: AgencyInquiry) -> tuple[str, ...]:
    """Return who may approve what 判断者 drafted: never 判断者.

    Administrators, managers and those of higher rank; where there is none of them, any
    colleague. Empty where nobody else works here. People of the sample company are
    nobody's colleagues but their own.
    """
    drafter = folded(inquiry.decided_by or desk.principal.name)
    staff = _staff(desk, inquiry)
    own = next((m for m in staff if folded(m.name) == drafter), None)
    others = [m for m in staff if folded(m.name) != drafter]
    rank = own.rank if own is not None else None
    seniors = [
        m
        for m in others
        if m.role in _SENIORS or (rank is not None and (m.rank or 0) > rank)
    ]
    ranked = sorted(seniors or others, key=lambda m: (-(m.rank or 0), m.name))
    return tuple(dict.fromkeys(m.name for m in ranked))


def _staff(desk: UserStore, inquiry: AgencyInquiry) -> list[Member]:
    found = desk.derived("staff for inquiries", lambda: _everybody(desk))
    drafter = folded(inquiry.decided_by or desk.principal.name)
    invented = inquiry.source is Source.SAMPLE or any(
        m.source is Source.SAMPLE and folded(m.name) == drafter for m in found
    )
    return [m for m in found if invented or m.source is not Source.SAMPLE]


def _everybody(desk: UserStore) -> tuple[Member, ...]:
    return tuple(
        m
        for m in masters.with_rights(desk.frame("members"))
        if m.is_active and m.role in saving.WRITERS
    )


def may_approve(desk: UserStore, inquiry: AgencyInquiry) -> bool:
    """Whether this person may approve what stands there now.

    Who leads without a row in メンバー may too, but is not named to anybody.
    """
    me = folded(desk.principal.name)
    if me == folded(inquiry.decided_by):
        return False
    listed = any(folded(name) == me for name in approvers(desk, inquiry))
    return listed or desk.principal.role in _SENIORS


def to_approve(desk: UserStore, names: Collection[str]) -> list[str]:
    """Return the numbers of the inquiries whose answer waits for one of these people.

    The one that came first stands first; an invented one waits for nobody real.
    """
    rows = inquiries.waiting_approval(
        desk.frame(saving.INQUIRIES), desk.frame("activities")
    ).sort_values("first_contact_at", kind="stable")
    wanted = {folded(name) for name in names}
    return [
        one.id
        for one in cast(
            "Iterable[AgencyInquiry]", standing_rows(table(saving.INQUIRIES), rows)
        )
        if wanted & {folded(name) for name in approvers(desk, one)}
    ]


def is_alone(desk: UserStore, inquiry: AgencyInquiry) -> bool:
    """Whether nobody could approve what this person drafts, so that they may alone."""
    return not approvers(desk, inquiry.model_copy(update={"decided_by": ""}))


def standing(desk: UserStore, inquiry: AgencyInquiry) -> Approval:
    """Return how the approval stands.

    What was approved and then changed past the app, by hand in the sheet say, is
    approved no more.
    """
    said = desk.derived(
        "last said of approvals",
        lambda: inquiries.last_said(desk.frame("activities")).to_dict(),
    )
    found = inquiries.approval_of(inquiry, str(said.get(inquiry.id, "")))
    if found in (Approval.GIVEN, Approval.SOLE) and _is_stale(desk, inquiry):
        return Approval.WITHDRAWN
    return found


def _is_stale(desk: UserStore, inquiry: AgencyInquiry) -> bool:
    put = _last_step(desk, inquiry, ActivityKind.DECISION, until=inquiry.approved_at)
    if put is None:
        return False
    return put.content.split() != inquiries.decision_words(inquiry).split()


def returned(desk: UserStore, inquiry: AgencyInquiry) -> Activity | None:
    """Return the step that sent the draft back last, with why; None where none did."""
    return _last_step(
        desk, inquiry, ActivityKind.APPROVAL, status_after=Approval.RETURNED.value
    )


def _last_step(
    desk: UserStore,
    inquiry: AgencyInquiry,
    kind: ActivityKind,
    *,
    until: datetime | None = None,
    status_after: str = "",
) -> Activity | None:
    def made() -> Activity | None:
        rows = desk.frame("activities")
        own = rows[(rows["case_id"] == inquiry.id) & (rows["kind"] == kind.value)]
        if until is not None:
            own = own[own["at"] <= until]
        if status_after:
            own = own[own["status_after"] == status_after]
        last = own.sort_values("at", kind="stable").tail(1)
        found = cast("Iterable[Activity]", standing_rows(table("activities"), last))
        return next(iter(found), None)

    return desk.derived(("last step", inquiry.id, kind, until, status_after), made)


def _is_waiting(desk: UserStore, inquiry: AgencyInquiry) -> bool:
    return standing(desk, inquiry) is Approval.WAITING


# Approving --------------------------------------------------------------------------

_NOT_WAITING: Final = N_("承認を待っている回答がありません。画面を見直してください。")


@needs("inquiries.approve")
def approve(
    desk: UserStore, seen: AgencyInquiry, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Approve what this person has read; nothing else is approved by it.

    Raises:
        ActionRefused: they drafted it themselves, may not approve, nothing waits, or
            it was changed since they read it.
        NotAllowed: inquiries are not theirs to change.
    """
    _refuse_strangers(desk, seen)
    told = _approval(seen, Approval.GIVEN, f"承認した(判断した人: {seen.decided_by})")
    values = {"approver": desk.principal.name, "approved_at": now}
    return _judged(desk, seen, values, told, now=now, commit_id=commit_id)


@needs("inquiries.approve")
def send_back(
    desk: UserStore, seen: AgencyInquiry, reason: str, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Give the draft back to who wrote it, with what is to be changed.

    Raises as `approve`; InvalidRecord without a reason, its problem on `sent_back`.
    """
    _refuse_strangers(desk, seen)
    require(
        sent_back=None
        if reason.strip()
        else N_("どこを直してほしいかを書いてください。")
    )
    told = _approval(seen, Approval.RETURNED, reason.strip())
    return _judged(
        desk,
        seen,
        {"status": after(Event.SEND_BACK, seen.status)},
        told,
        now=now,
        commit_id=commit_id,
    )


@needs("inquiries.approve")
def approve_alone(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    reason: str,
    now: datetime,
    commit_id: str,
    without_lawyer: str = "",
) -> AgencyInquiry:
    """Decide and approve in one press where nobody else works here; the dossier says so.

    Raises:
        InvalidRecord: as `ask_approval`, or without a reason (`sole_approval_reason`).
        ActionRefused: somebody else could approve.
    """
    if not is_alone(desk, seen):
        raise ActionRefused(
            N_("ほかに承認できる人がいます。その人に承認を頼んでください。")
        )
    changed = _of_the_decision(seen, values)
    whole = seen.model_copy(update=changed)
    _refuse_unfinished(desk, whole, without_lawyer, now)
    require(
        sole_approval_reason=None
        if reason.strip()
        else N_("一人で決める理由を書いてください。行政対応パックに載ります。")
    )
    steps = [
        {"kind": ActivityKind.DECISION, "content": inquiries.decision_words(whole)},
        _approval(seen, Approval.SOLE, f"単独で承認した。理由: {reason.strip()}"),
    ]
    return save(
        desk,
        seen,
        {
            **changed,
            "status": after(Event.ASK, seen.status),
            "decided_by": desk.principal.name,
            "answered_at": None,
            "approver": desk.principal.name,
            "approved_at": now,
            "sole_approval_reason": reason.strip(),
        },
        steps=steps,
        also=_waived(desk, whole, without_lawyer, now, commit_id),
        now=now,
        commit_id=commit_id,
    )


def _refuse_strangers(desk: UserStore, seen: AgencyInquiry) -> None:
    saving.refuse_readers(desk)
    if not _is_waiting(desk, seen):
        raise ActionRefused(_NOT_WAITING)
    if folded(seen.decided_by) == folded(desk.principal.name):
        raise ActionRefused(
            N_(
                "自分で起こした判断は、自分では承認できません。ほかの人に頼んでください。"
            )
        )
    if not may_approve(desk, seen):
        raise ActionRefused(
            N_("承認できるのは、管理者・マネージャーか、判断した人より上の人です。")
        )


def _judged(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    told: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    return save(
        desk,
        seen,
        values,
        steps=[told],
        guarded=(*DECIDED, "decided_by", *_APPROVED),
        now=now,
        commit_id=commit_id,
    )


# Answering --------------------------------------------------------------------------

ANSWERED_BY: Final = (Medium.CALL_OUT, Medium.CALL_IN, Medium.MAIL, Medium.LETTER)
"""How an agency is answered."""


@needs("inquiries.answer")
def give_answer(
    desk: UserStore,
    seen: AgencyInquiry,
    *,
    at: datetime | None,
    medium: Medium,
    note: str = "",
    evidence_url: str = "",
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Note that the approved answer was given: when, how, and what was said beside it.

    Raises:
        InvalidRecord: no time, one that has not come, or one before the first contact.
        ActionRefused: it is not approved, or was changed since.
    """
    if standing(desk, seen) not in (Approval.GIVEN, Approval.SOLE):
        raise ActionRefused(
            N_("まだ承認されていません。承認を受けてから、先方に答えてください。")
        )
    require(answered_at=_wrong_time(seen, at, now))
    said = [f"回答: {seen.answer.strip()}", note.strip()]
    told = {
        "kind": ActivityKind.AGENCY_ANSWER,
        "at": at,
        "medium": medium,
        "content": "\n".join(part for part in said if part),
        "evidence_url": evidence_url.strip(),
    }
    return save(
        desk,
        seen,
        {"answered_at": at, "status": after(Event.ANSWER, seen.status)},
        steps=[told],
        guarded=(*DECIDED, "approved_at"),
        now=now,
        commit_id=commit_id,
    )


def _wrong_time(seen: AgencyInquiry, at: datetime | None, now: datetime) -> str | None:
    if at is None:
        return N_("いつ答えたかを入れてください。")
    if at > now:
        return N_("まだ来ていない時刻です。答えた時刻を入れてください。")
    if at < seen.first_contact_at:
        return N_("最初の連絡より前の時刻です。")
    return None
