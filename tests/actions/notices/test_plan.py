"""Who is told what and when: each rule with an example, and each calm default."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.actions.notices import plan
from lib.actions.notices.rules import RULES
from lib.schema.audit import CREATED, AuditEntry
from lib.schema.deadline import Deadline
from lib.schema.escalation import Escalation
from lib.schema.ids import id_for
from lib.schema.masters import Member
from lib.schema.notice import Notice
from lib.schema.vocab import (
    ActivityKind,
    Applicability,
    ComplaintStatus,
    DeadlineKind,
    EscalationStatus,
    Flag,
    InquiryStatus,
    NoticeKind,
    Role,
    Severity,
    Source,
)
from lib.settings import business
from tests.actions.notices.rows import (
    ADMIN,
    BEGUN,
    CHANNELS,
    CLERK,
    LEAD,
    NOON,
    case,
    digests,
    inquiry,
    said,
    tables,
    tokyo,
    told,
)
from tests.metrics.rows import activity

EVERYTHING = said(business.AT_ONCE, "、".join(k.value for k in business.PUSHABLE))


# Each rule --------------------------------------------------------------------------


def test_a_critical_case_is_told_to_leads_and_its_handler() -> None:
    grave = case(severity=Severity.CRITICAL)

    found = told(tables(grave, case(severity=Severity.HIGH)))

    assert found == [("CRITICAL", grave.id, name) for name in sorted(CHANNELS)]


def test_an_agency_is_told_to_leads_and_whoever_handles_it() -> None:
    asked = inquiry(handler=CLERK.name)

    assert told(tables(asked)) == [
        ("AGENCY", asked.id, name) for name in sorted(CHANNELS)
    ]


def test_an_overdue_promise_is_told_to_its_own_handler_only() -> None:
    late = case(next_promise_at=NOON - timedelta(minutes=1))

    assert told(tables(late)) == [("PROMISE", late.id, "clerk")]


TARGETS = [
    # first reply of 低: the end of the second business day; 24 h of work from 11/16 9:00
    (tokyo(11, 16, 9), tokyo(11, 18, 12, 36), "TARGET_NEAR", "clerk"),  # 21.6 h
    (tokyo(11, 16, 9), tokyo(11, 18, 18, 1), None, ""),  # nothing: not over at 18:00
    (tokyo(11, 16, 9), tokyo(11, 19, 9, 1), "TARGET_OVER", "lead"),
    (tokyo(11, 16, 9), tokyo(11, 20, 9, 1), "TARGET_LATE", "admin"),
]


@pytest.mark.parametrize(("received", "now", "kind", "channel"), TARGETS)
def test_a_target_tells_the_handler_then_the_manager_then_the_administrator(
    received: Any, now: Any, kind: str | None, channel: str
) -> None:
    slow = case(received_at=received)
    found = [
        (what, number, name)
        for what, number, name in told(tables(slow, EVERYTHING), now)
        if what != "TARGET_NEAR" or kind == "TARGET_NEAR"
    ]

    assert found == ([(kind, slow.id, channel)] if kind else [])


HANDED_OVER_AT = NOON - timedelta(minutes=20)


def handed_over(of: Any, **values: Any) -> Escalation:
    return Escalation(
        **{
            "id": "E-261118-7F3QX",
            "complaint_id": of.id,
            "raised_at": HANDED_OVER_AT,
            "given_by": CLERK.name,
            "taken_by": LEAD.name,
            **values,
        }
    )


def test_a_hand_over_is_told_to_who_is_asked_where_settings_say_so() -> None:
    given = case(handler=LEAD.name)

    assert told(tables(given, handed_over(given))) == []
    assert told(tables(given, handed_over(given), EVERYTHING)) == [
        ("HANDOVER", given.id, "lead")
    ]


def test_a_hand_over_that_went_on_is_told_to_the_next_and_to_the_giver() -> None:
    given = case(handler=ADMIN.name)
    moved = activity(
        given, HANDED_OVER_AT + timedelta(minutes=10), kind=ActivityKind.HANDOVER
    )
    made = handed_over(given, taken_by=ADMIN.name)

    assert told(tables(given, made, moved, EVERYTHING)) == [
        ("HANDOVER", given.id, "admin"),
        ("HANDOVER", given.id, "clerk"),
    ]


@pytest.mark.parametrize(
    "over",
    [
        {"status": EscalationStatus.WORKING, "accepted_at": NOON},
        {"status": EscalationStatus.CANCELLED},
        {"source": Source.SAMPLE},
    ],
)
def test_a_hand_over_that_waits_for_nobody_is_silent(over: dict[str, Any]) -> None:
    given = case(handler=LEAD.name)

    assert told(tables(given, handed_over(given, **over), EVERYTHING)) == []


def test_every_rule_has_an_example_here() -> None:
    of_figures = {"ENTRY_LATE", "RISE_ALARM", "RISE_WATCH"}  # test_entries, test_rises
    shown = {"CRITICAL", "AGENCY", "PROMISE", "HANDOVER"} | of_figures
    shown |= {kind for _r, _n, kind, _c in TARGETS}

    assert {rule.kind.name for rule in RULES} == shown - {None}
    assert {rule.kind for rule in RULES} == set(business.PUSHABLE)


# Calm defaults ----------------------------------------------------------------------


def test_targets_wait_for_the_digest_unless_settings_say_otherwise() -> None:
    slow = case(received_at=tokyo(11, 10, 9))

    assert told(tables(slow)) == []
    assert told(tables(slow, EVERYTHING))


def test_the_first_week_tells_only_critical_cases_and_agencies() -> None:
    begun = tokyo(11, 16, 9)
    rows = (
        case(severity=Severity.CRITICAL),
        inquiry(),
        case(next_promise_at=NOON - timedelta(hours=2)),
        case(received_at=tokyo(11, 16, 9, 30)),
        EVERYTHING,
    )

    kinds = {kind for kind, _case, _channel in told(tables(*rows, begun=begun))}

    assert kinds == {"CRITICAL", "AGENCY"}
    assert plan.first_week_until(
        tables(begun=begun)["notices"], NOON
    ) == begun + timedelta(days=7)


def test_what_became_due_in_the_first_week_is_not_told_after_it() -> None:
    begun = tokyo(11, 9, 9)
    during = case(next_promise_at=tokyo(11, 16, 8))
    after = case(next_promise_at=tokyo(11, 16, 10))

    assert told(tables(during, after, begun=begun)) == [("PROMISE", after.id, "clerk")]


def test_what_was_there_before_notices_began_is_silent() -> None:
    old = case(severity=Severity.CRITICAL, received_at=BEGUN - timedelta(days=3))

    assert told(tables(old, inquiry(first_contact_at=BEGUN - timedelta(days=1)))) == []


def logged(record: Any, field: str, at: Any, **values: Any) -> AuditEntry:
    code = "complaints" if record.id.startswith("K") else "agency_inquiries"
    return AuditEntry(
        id=f"L-{record.id}-{field}",
        commit_id="c",
        at=at,
        actor="x",
        table=code,
        row_key=record.id,
        field_name=field,
        **values,
    )


def test_an_old_case_that_becomes_critical_is_told_then() -> None:
    old = case(
        severity=Severity.CRITICAL, received_at=BEGUN - timedelta(days=3), version=2
    )
    raised = logged(old, "severity", NOON - timedelta(minutes=5), after="最重要")

    assert ("CRITICAL", old.id, "lead") in told(tables(old, raised))


def test_a_case_entered_late_is_told_when_it_is_entered() -> None:
    late = case(severity=Severity.CRITICAL, received_at=BEGUN - timedelta(hours=1))
    entered = logged(late, CREATED, NOON - timedelta(minutes=5))

    assert ("CRITICAL", late.id, "lead") in told(tables(late, entered))


def test_imported_cases_never_tell_nor_count_as_late() -> None:
    rows = [
        case(severity=Severity.CRITICAL, source=Source.IMPORT),
        case(source=Source.IMPORT, next_promise_at=NOON - timedelta(days=1)),
        case(source=Source.IMPORT, received_at=tokyo(11, 10, 9)),
        inquiry(source=Source.IMPORT, version=1),
    ]
    made = [logged(row, CREATED, NOON - timedelta(minutes=5)) for row in rows]

    assert told(tables(*rows, *made, EVERYTHING)) == []


def test_touching_an_imported_critical_case_does_not_tell_it() -> None:
    old = case(severity=Severity.CRITICAL, source=Source.IMPORT, version=2)
    made = logged(old, CREATED, NOON - timedelta(minutes=5))

    assert told(tables(old, made)) == []


def test_a_person_who_raises_an_imported_case_has_it_told() -> None:
    old = case(severity=Severity.CRITICAL, source=Source.IMPORT, version=2)
    raised = logged(old, "severity", NOON - timedelta(minutes=5), after="最重要")

    assert ("CRITICAL", old.id, "lead") in told(tables(old, raised))


def test_the_sample_company_is_silent() -> None:
    rows = (
        case(severity=Severity.CRITICAL, source=Source.SAMPLE),
        case(source=Source.SAMPLE, next_promise_at=NOON - timedelta(hours=1)),
        inquiry(source=Source.SAMPLE),
    )

    assert told(tables(*rows, EVERYTHING)) == []


def test_a_critical_case_closed_in_the_same_call_is_told_all_the_same() -> None:
    grave = case(severity=Severity.CRITICAL, status=ComplaintStatus.CLOSED)

    assert ("CRITICAL", grave.id, "lead") in told(tables(grave))


def test_what_is_withdrawn_is_not_told() -> None:
    rows = (
        case(severity=Severity.CRITICAL, status=ComplaintStatus.CANCELLED),
        inquiry(status=InquiryStatus.CANCELLED),
    )

    assert told(tables(*rows)) == []


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (tokyo(11, 18, 19, 59), {"CRITICAL", "AGENCY", "PROMISE"}),
        (tokyo(11, 18, 20, 0), {"CRITICAL"}),
        (tokyo(11, 19, 7, 59), {"CRITICAL"}),
        (tokyo(11, 19, 8, 0), {"CRITICAL", "AGENCY", "PROMISE"}),
    ],
)
def test_quiet_hours_hold_everything_back_but_critical_cases(
    now: Any, kinds: set[str]
) -> None:
    rows = (
        case(severity=Severity.CRITICAL),
        inquiry(),
        case(next_promise_at=NOON - timedelta(hours=1)),
    )

    assert {kind for kind, _c, _n in told(tables(*rows), now)} == kinds


def test_equal_quiet_times_mean_no_quiet_hours() -> None:
    none = (said(business.QUIET_FROM, "8:00"), said(business.QUIET_TO, "8:00"))

    assert told(tables(inquiry(), *none), tokyo(11, 18, 23))


# Once -------------------------------------------------------------------------------


def test_a_step_that_has_a_row_is_not_told_again() -> None:
    grave = case(severity=Severity.CRITICAL)
    first = plan.due(tables(grave), CHANNELS, NOON)

    again = plan.due(tables(grave, *first), CHANNELS, NOON + timedelta(hours=1))

    assert first
    assert again == []


def test_a_promise_that_was_moved_and_broken_again_is_a_new_step() -> None:
    late = case(next_promise_at=NOON - timedelta(hours=1))
    first = plan.due(tables(late), CHANNELS, NOON)
    moved = late.model_copy(update={"next_promise_at": NOON + timedelta(hours=1)})

    assert told(tables(moved, *first), NOON + timedelta(hours=2)) == [
        ("PROMISE", late.id, "clerk")
    ]


def test_an_agency_that_rings_again_is_told_again() -> None:
    asked = inquiry()
    first = plan.due(tables(asked), CHANNELS, NOON)
    again = asked.model_copy(update={"repeat_contacts": 1})
    rung = logged(again, "repeat_contacts", NOON + timedelta(minutes=3), after="1")

    assert told(tables(again, rung, *first), NOON + timedelta(minutes=5)) == [
        ("AGENCY", asked.id, "admin"),
        ("AGENCY", asked.id, "lead"),
    ]


# To whom ----------------------------------------------------------------------------


def letter(of: Any, **values: Any) -> Deadline:
    """Return a clock that a letter of an agency set, due the day after noon."""
    return Deadline(
        **{
            "id": id_for("T", NOON, str(of.id)),
            "case_id": of.id,
            "rule_code": "L14根拠資料",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOON - timedelta(days=14),
            "due_at": NOON + timedelta(days=1),
            **values,
        }
    )


def test_a_deadline_of_an_agency_is_told_a_day_before_and_once_it_is_over() -> None:
    call = inquiry(handler=CLERK.name)
    known = tables(call, letter(call))
    contact = plan.due(known, CHANNELS, NOON)

    first = [n for n in contact if "clock" in n.step]
    over = [
        n
        for n in plan.due(
            tables(call, letter(call), *contact), CHANNELS, NOON + timedelta(days=2)
        )
        if "clock" in n.step
    ]

    assert {n.channel for n in first} == {"admin", "lead", "clerk"}
    assert all(":clock-near:" in n.step for n in first)
    assert {n.channel for n in over} == {"admin", "lead", "clerk"}
    assert all(":clock-over:" in n.step for n in over)


@pytest.mark.parametrize(
    "silent",
    [
        {"kind": DeadlineKind.OWN},
        {"kind": DeadlineKind.GUIDELINE},
        {"done_at": NOON},
        {"applies": Applicability.NOT_APPLICABLE, "checked_by": "主任 二郎"},
        {"started_at": NOON - timedelta(hours=1), "due_at": NOON + timedelta(hours=3)},
    ],
)
def test_what_no_agency_waits_for_is_left_to_the_digest(silent: dict[str, Any]) -> None:
    call = inquiry(handler=CLERK.name)

    due = plan.due(tables(call, letter(call, **silent)), CHANNELS, NOON)

    assert not [n for n in due if "clock" in n.step]


def test_the_clock_of_a_complaint_is_left_to_the_digest() -> None:
    grave = case()

    assert told(tables(grave, letter(grave))) == []


def test_two_people_who_read_one_channel_are_told_once() -> None:
    both = Member(email="b@x.jp", name="四郎", role=Role.MANAGER, channel="LEAD ")
    grave = case(severity=Severity.CRITICAL, handler="")

    found = told(tables(grave, team=(LEAD, both)))

    assert found == [("CRITICAL", grave.id, "lead")]


def test_who_left_is_not_told() -> None:
    gone = CLERK.model_copy(update={"active": Flag.NO})

    assert (
        told(tables(case(next_promise_at=NOON - timedelta(hours=1)), team=(gone,)))
        == []
    )


def test_what_concerns_leads_without_a_channel_goes_to_the_common_one() -> None:
    nobody = ADMIN.model_copy(update={"channel": ""})
    grave = case(severity=Severity.CRITICAL, handler="")

    first = told(tables(grave, team=(nobody,)))
    chosen = told(tables(grave, said(business.COMMON_CHANNEL, "clerk"), team=(nobody,)))

    assert first == [("CRITICAL", grave.id, "admin")]
    assert chosen == [("CRITICAL", grave.id, "clerk")]


def test_a_promise_of_somebody_without_a_channel_waits_for_the_digest() -> None:
    nobody = CLERK.model_copy(update={"channel": "そんな通知先はない"})

    found = told(
        tables(case(next_promise_at=NOON - timedelta(hours=1)), team=(LEAD, nobody))
    )

    assert found == []


def test_without_channels_or_before_the_beginning_nothing_is_due() -> None:
    grave = case(severity=Severity.CRITICAL)
    unbegun = tables(grave) | {"notices": tables()["notices"].iloc[:0]}

    assert plan.due(tables(grave), (), NOON) == []
    assert plan.due(unbegun, CHANNELS, NOON) == []


# The digest -------------------------------------------------------------------------


def test_the_digest_is_due_at_nine_on_working_days() -> None:
    assert digests(tables(), tokyo(11, 18, 8, 59)) == []
    assert [n.channel for n in digests(tables(), tokyo(11, 18, 9))] == [
        "admin",
        "clerk",
        "lead",
    ]
    assert digests(tables(), tokyo(11, 21, 9)) == []  # a Saturday
    assert digests(tables(), tokyo(11, 23, 9)) == []  # a public holiday


def test_after_an_outage_of_days_one_digest_is_due() -> None:
    found = digests(tables(), tokyo(11, 20, 15))

    assert {n.step for n in found} == {"digest:2026-11-20"}


def test_the_digest_of_the_hour_before_the_beginning_is_not_made_up_for() -> None:
    assert digests(tables(begun=tokyo(11, 18, 11)), NOON) == []
    assert digests(tables(begun=tokyo(11, 18, 11)), tokyo(11, 19, 9))


def test_the_digest_can_be_asked_for_at_any_time_once() -> None:
    evening = tokyo(11, 21, 21)
    found = plan.due(tables(), CHANNELS, evening, digest_now=True)

    assert {n.kind for n in found} == {NoticeKind.DIGEST}
    assert plan.due(tables(*found), CHANNELS, evening, digest_now=True) == []


def test_settings_move_the_digest() -> None:
    later = said(business.DIGEST_TIME, "10:30")
    daily = said(business.DIGEST_CLOSED, "")

    assert digests(tables(later), tokyo(11, 18, 10, 29)) == []
    assert digests(tables(later, daily), tokyo(11, 21, 10, 30))


def test_a_channel_that_nobody_reads_gets_no_digest() -> None:
    assert [n.channel for n in digests(tables(team=(LEAD,)), NOON)] == ["lead"]


def test_a_notice_holds_nothing_that_a_person_typed() -> None:
    personal = [f.name for f in Notice.fields() if f.column.personal or f.column.long]

    assert personal == []
