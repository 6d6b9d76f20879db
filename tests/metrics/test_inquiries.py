"""When an inquiry is at 警報, and how its approval stands: each rule with an example."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.metrics.inquiries import (
    Approval,
    alarm_of,
    alarms,
    approval_of,
    is_drafted,
    last_said,
    waiting_approval,
)
from lib.metrics.state import State
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    ContactKind,
    Decision,
    InquiryStatus,
)
from tests.metrics.rows import NOW, activity, frames, inquiry

DRAFTED = {
    "decision": Decision.PARTLY,
    "legal_ground": "特定商取引法15条の3",
    "answer": "返品をお受けします",
    "decided_by": "佐藤",
}


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, State.NORMAL),
        ({"repeat_contacts": 1}, State.ALARM),
        ({"repeat_contacts": 1, "status": InquiryStatus.PREPARING}, State.ALARM),
        ({"repeat_contacts": 1, "status": InquiryStatus.ANSWERED}, State.NORMAL),
        ({"agency_kind": AgencyKind.NATIONAL_CENTRE}, State.NORMAL),
        ({"agency_kind": AgencyKind.CONSUMER_AGENCY}, State.ALARM),
        ({"agency_kind": AgencyKind.PREFECTURE}, State.ALARM),
        ({"agency_kind": AgencyKind.HEALTH_OFFICE}, State.ALARM),
        ({"agency_kind": AgencyKind.PRESS}, State.ALARM),
        ({"contact_kind": ContactKind.EVIDENCE_DEMAND}, State.ALARM),
        ({"contact_kind": ContactKind.INJUNCTION_DEMAND}, State.ALARM),
        ({"contact_kind": ContactKind.MEDIATION}, State.NORMAL),
        ({"own_due_at": NOW - timedelta(minutes=1)}, State.WATCH),
        ({"agency_due_at": NOW - timedelta(minutes=1)}, State.WATCH),
        ({"own_due_at": NOW + timedelta(minutes=1)}, State.NORMAL),
        (
            {"own_due_at": NOW - timedelta(days=1), "status": InquiryStatus.MENDING},
            State.NORMAL,
        ),
        (
            {
                "agency_kind": AgencyKind.CONSUMER_AGENCY,
                "status": InquiryStatus.CLOSED,
                "repeat_contacts": 3,
            },
            State.NORMAL,
        ),
    ],
)
def test_each_rule_of_the_alarm(values: dict[str, Any], state: State) -> None:
    found = alarm_of(inquiry(NOW, **values), NOW)

    assert found.state is state
    assert bool(found.reasons) == (state is not State.NORMAL)


def test_the_second_contact_stands_first_and_says_how_often() -> None:
    found = alarm_of(
        inquiry(NOW, repeat_contacts=2, agency_kind=AgencyKind.PREFECTURE), NOW
    )

    assert [reason.text() for reason in found.reasons] == [
        "回答の前に、もう一度連絡がありました(2回)。",
        "都道府県庁からの連絡です。最優先で対応します。",
    ]


def test_the_list_says_the_same_as_each_inquiry_alone() -> None:
    rows = [
        inquiry(NOW, id="G-a"),
        inquiry(NOW, id="G-b", repeat_contacts=1),
        inquiry(NOW, id="G-c", own_due_at=NOW - timedelta(hours=1)),
    ]

    found = alarms(frames(rows)["agency_inquiries"], NOW)["state"]

    assert found.to_dict() == {row.id: alarm_of(row, NOW).state.value for row in rows}


def test_without_inquiries_there_is_no_alarm() -> None:
    assert alarms(frames()["agency_inquiries"], NOW).empty


def test_who_is_followed_without_argument_is_data() -> None:
    one = inquiry(NOW, agency_kind=AgencyKind.PREFECTURE)

    assert alarms(frames([one])["agency_inquiries"], NOW, ())["authority"].tolist() == [
        False
    ]
    # It is still no consumer centre.
    assert alarm_of(one, NOW, ()).state is State.ALARM


# Approval ---------------------------------------------------------------------------


def said(of: Any, approval: Approval, minutes: int) -> Any:
    return activity(
        of,
        NOW + timedelta(minutes=minutes),
        kind=ActivityKind.APPROVAL,
        status_after=approval.value,
    )


def test_the_last_step_of_the_approval_counts() -> None:
    one, other = inquiry(NOW, id="G-a"), inquiry(NOW, id="G-b")
    rows = [
        one,
        other,
        said(one, Approval.WAITING, 1),
        said(one, Approval.RETURNED, 2),
        said(other, Approval.RETURNED, 1),
        said(other, Approval.WAITING, 2),
        activity(one, NOW + timedelta(minutes=9), kind=ActivityKind.MEND),
    ]

    found = last_said(frames(rows)["activities"])

    assert found.to_dict() == {
        "G-a": Approval.RETURNED.value,
        "G-b": Approval.WAITING.value,
    }


def test_only_a_whole_draft_waits_for_its_approval() -> None:
    whole = inquiry(NOW, id="G-whole", **DRAFTED)
    rows = [
        whole,
        inquiry(NOW, id="G-bare", **{**DRAFTED, "answer": "  "}),
        inquiry(NOW, id="G-done", **DRAFTED, approved_at=NOW, approver="森"),
        inquiry(NOW, id="G-self", **DRAFTED, approved_at=NOW, approver="佐藤"),
        inquiry(NOW, id="G-sent", **DRAFTED, status=InquiryStatus.ANSWERED),
    ]
    asked = [said(row, Approval.WAITING, 1) for row in rows]
    tables = frames([*rows, *asked, inquiry(NOW, id="G-unasked", **DRAFTED)])

    found = waiting_approval(tables["agency_inquiries"], tables["activities"])

    assert list(found.index) == ["G-whole", "G-self"]


@pytest.mark.parametrize(
    "lacking", ["decision", "legal_ground", "answer", "decided_by"]
)
def test_a_draft_lacks_nothing(lacking: str) -> None:
    values = {name: value for name, value in DRAFTED.items() if name != lacking}

    assert is_drafted(inquiry(NOW, **DRAFTED))
    assert not is_drafted(inquiry(NOW, **values))


@pytest.mark.parametrize(
    ("values", "last", "approval"),
    [
        ({}, "", Approval.NONE),
        (DRAFTED, Approval.WAITING.value, Approval.WAITING),
        ({}, Approval.WAITING.value, Approval.NONE),
        (DRAFTED, Approval.RETURNED.value, Approval.RETURNED),
        (DRAFTED, Approval.WITHDRAWN.value, Approval.WITHDRAWN),
        ({**DRAFTED, "approver": "森", "approved_at": NOW}, "", Approval.GIVEN),
        # Typed into the sheet: nobody is a second person to themselves.
        ({**DRAFTED, "approver": " 佐藤", "approved_at": NOW}, "", Approval.NONE),
        ({**DRAFTED, "approved_at": NOW}, "", Approval.NONE),
        (
            {**DRAFTED, "approver": "佐藤", "approved_at": NOW},
            Approval.WAITING.value,
            Approval.WAITING,
        ),
        (
            {**DRAFTED, "approved_at": NOW, "sole_approval_reason": "一人の会社"},
            "",
            Approval.SOLE,
        ),
        # The time was emptied in the sheet: nothing is approved any more.
        (DRAFTED, Approval.GIVEN.value, Approval.NONE),
    ],
)
def test_how_an_approval_stands(values, last, approval) -> None:
    assert approval_of(inquiry(NOW, **values), last) is approval
