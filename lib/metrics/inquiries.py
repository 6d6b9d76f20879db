"""How alarming an agency's inquiry is, and how its approval stands: pure, from rows.

One rule says when an inquiry is at 警報, and list, 対応待ち and notices all ask it: where
people see the same case, they see the same word.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from lib.i18n import N_
from lib.metrics import referrals
from lib.metrics.reason import Reason
from lib.metrics.state import State
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Choice,
    Decision,
    InquiryStatus,
)
from lib.settings.agencies import GRAVE_LETTERS, NO_REBUTTAL
from lib.text import folded

INQUIRIES: Final = "agency_inquiries"

SETTLED: Final = (InquiryStatus.CLOSED, InquiryStatus.CANCELLED)


# Alarm ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alarm:
    """A state of the one scale and why; without reasons at 平常."""

    state: State
    reasons: tuple[Reason, ...] = ()


def alarm_of(
    inquiry: AgencyInquiry,
    now: datetime,
    no_rebuttal: Collection[AgencyKind] = NO_REBUTTAL,
) -> Alarm:
    """Return how alarming one inquiry is, with the sentences that say why.

    警報: the agency had to call again before it was answered; an agency that is followed
    without argument; any other one than consumer centres; a letter that starts a
    statutory period. 注意: the answer is overdue. One that is settled is at 平常.
    """
    signs = alarms(referrals.row_of(inquiry), now, no_rebuttal).iloc[0]
    details = {"count": inquiry.repeat_contacts}
    # In a row of a sheet either may be blank; then nothing is said of it.
    agency = {"agency": getattr(inquiry.agency_kind, "value", "")}
    letter = {"letter": getattr(inquiry.contact_kind, "value", "")}
    found = (
        (
            signs["again"],
            Reason(N_("回答の前に、もう一度連絡がありました({count}回)。"), details),
        ),
        (
            signs["authority"],
            Reason(N_("{agency}からの連絡です。最優先で対応します。"), words=agency),
        ),
        (
            signs["other_agency"] and not signs["authority"],
            Reason(N_("センター以外からの連絡です({agency})。"), words=agency),
        ),
        (signs["letter"], Reason(N_("「{letter}」の連絡です。"), words=letter)),
        (signs["late"], Reason(N_("回答の期限を過ぎています。"))),
    )
    reasons = tuple(reason for holds, reason in found if holds)
    return Alarm(State(signs["state"]), reasons)


def alarms(
    inquiries: pd.DataFrame,
    now: datetime,
    no_rebuttal: Collection[AgencyKind] = NO_REBUTTAL,
) -> pd.DataFrame:
    """Return for each inquiry its `state` (a word of the scale) and what leads to it.

    Columns of booleans beside it: again, authority, other_agency, letter, late. All
    are False once an inquiry is settled. What is true of which is told in `alarm_of`.
    """
    live = ~inquiries["status"].isin([status.value for status in SETTLED])
    kinds = inquiries["agency_kind"]
    due = inquiries[["agency_due_at", "own_due_at"]].min(axis=1)
    signs = pd.DataFrame(
        {
            "again": referrals.called_again(inquiries),
            "authority": kinds.isin([kind.value for kind in no_rebuttal]),
            "other_agency": kinds.notna() & ~kinds.isin(referrals.CONSUMER_CENTRES),
            "letter": inquiries["contact_kind"].isin(
                [kind.value for kind in GRAVE_LETTERS]
            ),
            "late": referrals.owed(inquiries) & (due < pd.Timestamp(now)),
        },
        index=inquiries.index,
    ).apply(lambda sign: (sign & live).astype(bool))
    grave = signs[["again", "authority", "other_agency", "letter"]].any(axis=1)
    state = pd.Series(State.NORMAL.value, index=inquiries.index, dtype=object)
    state = state.mask(signs["late"], State.WATCH.value)
    found: pd.DataFrame = signs.assign(state=state.mask(grave, State.ALARM.value))
    return found


# Approval ---------------------------------------------------------------------------


class Approval(Choice):
    """How the approval of an answer stands.

    The words of 承認待ち to 取り下げ stand in 変更後の値 of the step that brought it about.
    """

    NONE = N_("未依頼")
    WAITING = N_("承認待ち")
    RETURNED = N_("差戻し")
    WITHDRAWN = N_("取り下げ")
    GIVEN = N_("承認済み")
    SOLE = N_("単独承認")


def approval_of(inquiry: AgencyInquiry, last: str) -> Approval:
    """Return how its approval stands; `last` is what its last step of 承認 said.

    The row decides where it names a time, so that a sheet may be filled by hand; a time
    behind which only the one who drafted it stands is none.
    """
    if is_approved(inquiry):
        sole = bool(inquiry.sole_approval_reason.strip())
        return Approval.SOLE if sole else Approval.GIVEN
    said = Approval.from_text(last) if last else None
    if said is Approval.WAITING and not is_drafted(inquiry):
        return Approval.NONE
    return said if said in _UNDECIDED else Approval.NONE


_UNDECIDED: Final = (Approval.WAITING, Approval.RETURNED, Approval.WITHDRAWN)


def is_approved(inquiry: AgencyInquiry) -> bool:
    """Whether it was approved by a second person, or by one with a written reason."""
    if inquiry.approved_at is None:
        return False
    if inquiry.sole_approval_reason.strip():
        return True
    second = folded(inquiry.approver)
    return bool(second) and second != folded(inquiry.decided_by)


def is_answered(inquiry: AgencyInquiry) -> bool:
    """Whether it was answered, and the agency has not called again since.

    A sheet may hold the time of an answer beside a status that nobody moved.
    """
    called_again = inquiry.repeat_contacts > 0 and (
        inquiry.status in referrals.ANSWER_OWED
    )
    return inquiry.answered_at is not None and not called_again


def is_drafted(inquiry: AgencyInquiry) -> bool:
    """Whether demand has a decision, a ground, an answer and somebody who drafted it."""
    return bool(
        inquiry.decision is not Decision.CONSIDERING
        and inquiry.legal_ground.strip()
        and inquiry.answer.strip()
        and inquiry.decided_by.strip()
    )


def last_said(activities: pd.DataFrame) -> pd.Series:
    """Return what the last step of 承認 said, by number of the inquiry.

    Without such a step an inquiry is not among them.
    """
    steps = activities[activities["kind"] == ActivityKind.APPROVAL.value]
    steps = steps[steps["status_after"] != ""].sort_values("at", kind="stable")
    last: pd.Series = steps.drop_duplicates("case_id", keep="last").set_index(
        "case_id"
    )["status_after"]
    return last


def waiting_approval(inquiries: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the open inquiries whose answer waits to be approved."""
    last = last_said(activities)
    asked = last.index[last == Approval.WAITING.value]
    drafted = (
        (inquiries["decision"] != Decision.CONSIDERING.value)
        & (inquiries["legal_ground"].str.strip() != "")
        & (inquiries["answer"].str.strip() != "")
        & (inquiries["decided_by"].str.strip() != "")
    )
    waits: pd.DataFrame = inquiries[
        inquiries.index.isin(asked)
        & ~_approved(inquiries)
        & referrals.owed(inquiries)
        & drafted
    ]
    return waits


def _approved(inquiries: pd.DataFrame) -> pd.Series:
    """Return, row by row, what `is_approved` says."""
    second = inquiries["approver"].map(folded)
    by_two = (second != "") & (second != inquiries["decided_by"].map(folded))
    alone = inquiries["sole_approval_reason"].str.strip() != ""
    found: pd.Series = inquiries["approved_at"].notna() & (by_two | alone)
    return found.astype(bool)


def decision_words(inquiry: AgencyInquiry | Any) -> str:
    """Return what is put to the approver, in sheet language; it stays on the timeline."""
    return (
        f"判断: {inquiry.decision.value}\n"
        f"根拠: {inquiry.legal_ground.strip()}\n"
        f"回答: {inquiry.answer.strip()}"
    )
