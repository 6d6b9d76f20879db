"""完了: what is still missing on an inquiry, each with the place where it is settled.

Nothing is closed over an answer that nobody approved, an instruction that nobody
followed, a statutory clock that runs or executives who do not know. All of it is named
at once, never one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from lib.actions.inquiries import deciding, instructions, mending
from lib.actions.inquiries.saving import save
from lib.actions.inquiries.transitions import Event, after
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.inquiries import Approval, is_answered, is_approved
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    Applicability,
    Choice,
    ContactKind,
    DeadlineKind,
    Decision,
    MediationResult,
)
from lib.store.access import UserStore

MISSING: Final = "missing"
"""The field under which everything stands that closing still lacks."""


class Place(Choice):
    """Where on the inquiry something is settled: one of the three steps, or beside them."""

    SORT = N_("情報を整理")
    DECIDE = N_("判断")
    MEND = N_("迅速に修正")
    ORDERS = N_("行政の指示")
    CLOCKS = N_("期限")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that closing lacks.

    message: what it is, a catalogue key; `details` fill its braces. due_at: by when,
    where that is known.
    """

    code: str
    message: str
    place: Place
    details: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


Check = Callable[[UserStore, AgencyInquiry, datetime], Iterable[Missing]]


def _answer(
    desk: UserStore, inquiry: AgencyInquiry, _now: datetime
) -> Iterable[Missing]:
    if inquiry.decision is Decision.CONSIDERING:
        yield Missing("decision", N_("判断がまだ決まっていません。"), Place.DECIDE)
    if not inquiry.legal_ground.strip():
        yield Missing(
            "legal_ground",
            N_("判断のもとにした法令・指針がまだありません。"),
            Place.DECIDE,
        )
    if not inquiry.answer.strip():
        yield Missing("answer", N_("回答の内容がまだありません。"), Place.DECIDE)
    if inquiry.approved_at is not None and not is_approved(inquiry):
        yield Missing(
            "approval",
            N_("判断した人と承認した人が同じで、単独承認の理由がありません。"),
            Place.DECIDE,
        )
    elif deciding.standing(desk, inquiry) not in (Approval.GIVEN, Approval.SOLE):
        yield Missing("approval", N_("回答がまだ承認されていません。"), Place.DECIDE)
    if not is_answered(inquiry):
        yield Missing("answered_at", N_("先方にまだ回答していません。"), Place.DECIDE)


def _executives(
    desk: UserStore, inquiry: AgencyInquiry, now: datetime
) -> Iterable[Missing]:
    if instructions.executives_wait(desk, inquiry, now):
        yield Missing("executives", N_("経営にまだ伝えていません。"), Place.ORDERS)


def _instructions(
    desk: UserStore, inquiry: AgencyInquiry, _now: datetime
) -> Iterable[Missing]:
    for task in instructions.instructions(desk, inquiry.id):
        if task.is_open:
            yield Missing(
                task.id,
                N_("指示への対応が残っています: {title}"),
                Place.ORDERS,
                {"title": task.title},
                task.due_at,
            )


def _clocks(
    desk: UserStore, inquiry: AgencyInquiry, _now: datetime
) -> Iterable[Missing]:
    for clock in _running(desk, inquiry.id):
        yield Missing(
            clock.id,
            N_("法定の期限が残っています: {rule}"),
            Place.CLOCKS,
            {"rule": clock.rule_code},
            clock.due_at,
        )


def _running(desk: UserStore, inquiry_id: str) -> tuple[Deadline, ...]:
    def made() -> tuple[Deadline, ...]:
        rows = desk.frame("deadlines")
        running = rows[
            (rows["case_id"] == inquiry_id)
            & rows["done_at"].isna()
            & (rows["applies"] != Applicability.NOT_APPLICABLE.value)
            & (rows["kind"] == DeadlineKind.STATUTORY.value)
        ].sort_values("due_at", kind="stable")
        found = standing(table("deadlines"), running)
        return cast("tuple[Deadline, ...]", tuple(found))

    return desk.derived(("statutory clocks", inquiry_id), made)


def _mends(
    desk: UserStore, inquiry: AgencyInquiry, _now: datetime
) -> Iterable[Missing]:
    for mend in mending.unfinished(desk, inquiry):
        yield Missing(
            mend.id,
            N_("修正が終わっていません: {title}"),
            Place.MEND,
            {"title": mend.title},
        )
    reason = inquiry.no_improvement_reason.strip()
    if not reason and not mending.mends(desk, inquiry):
        yield Missing(
            "mends",
            N_("修正を一つ入れるか、要らない理由を書いてください。"),
            Place.MEND,
        )


def _mediation(
    _desk: UserStore, inquiry: AgencyInquiry, _now: datetime
) -> Iterable[Missing]:
    if inquiry.contact_kind is not ContactKind.MEDIATION:
        return
    if inquiry.mediation_result in (None, MediationResult.ONGOING):
        yield Missing(
            "mediation_result", N_("あっせんの結果がまだありません。"), Place.MEND
        )


CHECKS: Final[tuple[Check, ...]] = (
    _executives,
    _instructions,
    _answer,
    _clocks,
    _mends,
    _mediation,
)
"""What is asked before closing, in the order in which it is shown."""


def missing(
    desk: UserStore, inquiry: AgencyInquiry, now: datetime
) -> tuple[Missing, ...]:
    """Return everything that closing still lacks; empty where it may be closed."""
    return tuple(found for check in CHECKS for found in check(desk, inquiry, now))


@needs("inquiries.end")
def close(
    desk: UserStore, seen: AgencyInquiry, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Close an inquiry of which nothing is missing.

    Raises:
        InvalidRecord: something is, each named by `MISSING`.
        ActionRefused, Conflict, NotAllowed: see `saving.save`.
    """
    if lacking := missing(desk, seen, now):
        raise InvalidRecord([FieldProblem(MISSING, one.message) for one in lacking])
    return save(
        desk,
        seen,
        {"status": after(Event.CLOSE, seen.status)},
        guarded=("approved_at", "answered_at", "mended_places"),
        now=now,
        commit_id=commit_id,
    )


@needs("inquiries.work")
def note_mediation(
    desk: UserStore,
    seen: AgencyInquiry,
    result: MediationResult | None,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Note how the mediation ended. Raises as `saving.save`."""
    if result is seen.mediation_result:
        return seen
    told = {
        "kind": ActivityKind.AGENCY_CONTACT,
        "content": f"あっせん結果: {result.value if result else '未定'}",
    }
    values = {"mediation_result": result}
    return save(desk, seen, values, steps=[told], now=now, commit_id=commit_id)


@needs("inquiries.end")
def reopen(
    desk: UserStore, seen: AgencyInquiry, reason: str, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Open a settled inquiry again, with why.

    Raises:
        InvalidRecord: no reason is given; its problem is on `reason`.
        ActionRefused: it is open.
    """
    return _turned(
        desk, seen, Event.REOPEN, "再開の理由", reason, now=now, commit_id=commit_id
    )


@needs("inquiries.end")
def cancel(
    desk: UserStore, seen: AgencyInquiry, reason: str, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Take an inquiry out of every figure; the row stays, with who and why.

    Raises as `reopen`.
    """
    return _turned(
        desk, seen, Event.CANCEL, "取消の理由", reason, now=now, commit_id=commit_id
    )


def _turned(
    desk: UserStore,
    seen: AgencyInquiry,
    event: Event,
    title: str,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    if not reason.strip():
        raise InvalidRecord([FieldProblem("reason", N_("理由を書いてください。"))])
    told = {"kind": ActivityKind.OTHER, "content": f"{title}: {reason.strip()}"}
    values = {"status": after(event, seen.status)}
    return save(desk, seen, values, steps=[told], now=now, commit_id=commit_id)
