"""How far an inquiry has come, and who has to do what next, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from lib.actions.inquiries import closing, deciding, instructions, mending
from lib.actions.inquiries.closing import Place
from lib.i18n import N_
from lib.metrics.inquiries import Approval, is_answered
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import InquiryStatus
from lib.store.access import UserStore


class Far(StrEnum):
    """How far one step has come."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


STEPS: Final = (Place.SORT, Place.DECIDE, Place.MEND)


@dataclass(frozen=True, slots=True)
class Next:
    """Who has to do what: a catalogue key and what fills its braces.

    place: where it is done. names: who is asked, empty where it is the handler or
    anybody. is_mine: whether this person may do it.
    """

    message: str
    place: Place
    details: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    is_mine: bool = True


@dataclass(frozen=True, slots=True)
class Course:
    """The three steps, how far each is, and what comes next (None once settled)."""

    steps: Mapping[Place, Far]
    next: Next | None
    approval: Approval


_UNSORTED: Final = (InquiryStatus.RECEIVED, InquiryStatus.CHECKING)


def course(desk: UserStore, inquiry: AgencyInquiry, now: datetime) -> Course:
    """Return how far an inquiry has come, as this person sees it."""
    approval = deciding.standing(desk, inquiry)
    return Course(
        steps=_steps(desk, inquiry),
        next=_next(desk, inquiry, approval, now) if inquiry.is_open else None,
        approval=approval,
    )


def _steps(desk: UserStore, inquiry: AgencyInquiry) -> dict[Place, Far]:
    done = {
        Place.SORT: inquiry.status not in _UNSORTED or is_answered(inquiry),
        Place.DECIDE: is_answered(inquiry),
        Place.MEND: not inquiry.is_open or is_mended(desk, inquiry),
    }
    current = next((place for place in STEPS if not done[place]), None)
    found = {}
    for place in STEPS:
        is_now = place is current and inquiry.is_open
        found[place] = Far.DONE if done[place] else Far.NOW if is_now else Far.LATER
    return found


def is_mended(desk: UserStore, inquiry: AgencyInquiry) -> bool:
    """Whether what had to be put right is, or a reason says that nothing has to."""
    if mending.unfinished(desk, inquiry):
        return False
    return bool(inquiry.no_improvement_reason.strip() or mending.mends(desk, inquiry))


def _next(
    desk: UserStore, inquiry: AgencyInquiry, approval: Approval, now: datetime
) -> Next:
    if instructions.executives_wait(desk, inquiry, now):
        return Next(N_("まず、この連絡を経営に伝えます。"), Place.ORDERS)
    is_unsorted = inquiry.status in _UNSORTED and not is_answered(inquiry)
    if is_unsorted and approval is not Approval.WAITING:
        return Next(
            N_("話を聞いて、何が起き、何を求められているかを整理します。"), Place.SORT
        )
    if not is_answered(inquiry):
        return _answer(desk, inquiry, approval)
    if not is_mended(desk, inquiry):
        return _mend(desk, inquiry)
    left = closing.missing(desk, inquiry, now)
    if left:
        count = {"count": len(left)}
        return Next(N_("完了まで、あと{count}つあります。"), left[0].place, count)
    return Next(N_("すべて済みました。完了にできます。"), Place.MEND)


def _answer(desk: UserStore, inquiry: AgencyInquiry, approval: Approval) -> Next:
    match approval:
        case Approval.WAITING:
            return _approve(desk, inquiry)
        case Approval.GIVEN | Approval.SOLE if inquiry.answered_at is not None:
            return Next(
                N_(
                    "再び連絡がありました。前の回答のままなら、もう一度伝えます。変えるなら書き直します。"
                ),
                Place.DECIDE,
            )
        case Approval.GIVEN | Approval.SOLE:
            return Next(
                N_("承認されました。{agency}に回答します。"),
                Place.DECIDE,
                {"agency": inquiry.agency_name},
            )
        case Approval.RETURNED:
            return Next(
                N_("差し戻されました。直して、もう一度承認を頼みます。"), Place.DECIDE
            )
        case Approval.WITHDRAWN:
            return Next(
                N_(
                    "内容が変わったので、承認は取り消されています。もう一度承認を頼みます。"
                ),
                Place.DECIDE,
            )
        case _:
            return Next(
                N_("法令・指針にそって判断し、回答の案を書きます。"), Place.DECIDE
            )


def _approve(desk: UserStore, inquiry: AgencyInquiry) -> Next:
    names = deciding.approvers(desk, inquiry)
    if deciding.may_approve(desk, inquiry):
        return Next(
            N_("{drafter}さんの回答案を読んで、承認するか差し戻します。"),
            Place.DECIDE,
            {"drafter": inquiry.decided_by},
            names,
        )
    if not names:
        return Next(
            N_("承認できる人がほかにいません。書き直して、単独で承認します。"),
            Place.DECIDE,
        )
    return Next(
        N_("承認待ち: {drafter}さん以外のどなたか({names})。"),
        Place.DECIDE,
        {"drafter": inquiry.decided_by},
        names,
        is_mine=False,
    )


def _mend(desk: UserStore, inquiry: AgencyInquiry) -> Next:
    left = mending.unfinished(desk, inquiry)
    if not left:
        return Next(N_("直すところを入れるか、要らない理由を書きます。"), Place.MEND)
    first = left[0]
    return Next(
        N_("{owner}さんが「{title}」を直します。"),
        Place.MEND,
        {"owner": first.owner, "title": first.title},
        (first.owner,),
    )
