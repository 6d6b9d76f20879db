"""The order of open work: each rule with an example, each clock against paper.

The company works 9:00-18:00 with lunch 12:00-13:00, closed at weekends and on holidays.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from lib import clock
from lib.metrics import sla
from lib.metrics.promises import When
from lib.metrics.queue import COLUMNS, Why, queue, whys
from lib.metrics.sla import Standing, Step
from lib.schema.deadline import Deadline
from lib.schema.record import Record
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Applicability,
    ComplaintStatus,
    ContactKind,
    DeadlineKind,
    InquiryStatus,
    Promise,
    Severity,
    Source,
    Temper,
)
from tests.metrics.rows import activity, complaint, frames, inquiry
from tests.metrics.test_sla import COMPANY_HOURS, usual

HOUR = 3600


def tokyo(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return clock.at(date(2026, month, day), hour, minute)


NOW = tokyo(11, 20, 15)
"""A Friday afternoon."""


def listed(*rows: Record, now: datetime = NOW) -> pd.DataFrame:
    tables = frames(rows)
    clocks = sla.clocks(tables, COMPANY_HOURS, usual(), now)
    return queue(tables, clocks, COMPANY_HOURS, now)


def case(
    name: str, received: datetime = NOW - timedelta(hours=1), **values: Any
) -> Any:
    usual_promise = {
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOW + timedelta(days=3),
    }
    return complaint(received, **{"id": name, **usual_promise, **values})


def deadline(of: str, due: datetime, **values: Any) -> Deadline:
    return Deadline(
        **{
            "id": f"T-{of}-{due:%d%H}",
            "case_id": of,
            "rule_code": "L1速報",
            "kind": DeadlineKind.STATUTORY,
            "started_at": due - timedelta(days=3),
            "due_at": due,
            **values,
        }
    )


BEFORE_AND_AFTER = {
    "an agency that is followed without argument before any deadline": (
        [inquiry(NOW, id="told", agency_kind=AgencyKind.HEALTH_OFFICE)],
        [case("law"), deadline("law", NOW + timedelta(hours=1))],
    ),
    "an agency that called again unanswered before an overdue promise": (
        [inquiry(NOW, id="again", repeat_contacts=1)],
        [case("late", next_promise_at=NOW - timedelta(days=1))],
    ),
    "a statutory deadline before 最重要": (
        [case("law"), deadline("law", NOW + timedelta(days=9))],
        [case("grave", severity=Severity.CRITICAL)],
    ),
    "the nearer statutory deadline first": (
        [case("soon"), deadline("soon", NOW + timedelta(days=1))],
        [case("later"), deadline("later", NOW + timedelta(days=2))],
    ),
    "最重要 before an overdue promise": (
        [case("grave", severity=Severity.CRITICAL)],
        [case("late", next_promise_at=NOW - timedelta(days=1))],
    ),
    "an overdue promise before an agency's deadline": (
        [case("late", next_promise_at=NOW - timedelta(minutes=1))],
        [inquiry(NOW, id="named", agency_due_at=NOW + timedelta(hours=1))],
    ),
    "the promise overdue for longer first": (
        [case("older", next_promise_at=NOW - timedelta(hours=5))],
        [case("newer", next_promise_at=NOW - timedelta(hours=1))],
    ),
    "an agency's deadline before 温度感": (
        [inquiry(NOW, id="named", agency_due_at=NOW + timedelta(days=5))],
        [case("hot", temper=Temper.HOSTILE)],
    ),
    "the hotter first": (
        [case("furious", temper=Temper.FURIOUS)],
        [case("angry", temper=Temper.ANGRY, received=NOW - timedelta(days=9))],
    ),
    "an answer overdue to an agency like an overdue promise": (
        [inquiry(NOW, id="owed", own_due_at=NOW - timedelta(hours=2))],
        [case("late", next_promise_at=NOW - timedelta(hours=1))],
    ),
    "who was not asked how they feel before who is calm": (
        [case("unasked")],
        [case("calm", temper=Temper.CALM, received=NOW - timedelta(days=9))],
    ),
    "what has waited longer first": (
        [case("old", received=NOW - timedelta(days=2))],
        [case("new", received=NOW - timedelta(hours=1))],
    ),
    "of two 最重要 the one with the overdue promise": (
        [
            case(
                "late",
                severity=Severity.CRITICAL,
                next_promise_at=NOW - timedelta(hours=1),
            )
        ],
        [case("calm", severity=Severity.CRITICAL, temper=Temper.HOSTILE)],
    ),
    "anything before an imported case that nobody touched": (
        [case("new")],
        [
            case(
                "import",
                source=Source.IMPORT,
                severity=Severity.CRITICAL,
                received=NOW - timedelta(days=400),
            )
        ],
    ),
}


@pytest.mark.parametrize("rule", BEFORE_AND_AFTER)
def test_each_rule_of_the_order(rule: str) -> None:
    first, second = BEFORE_AND_AFTER[rule]

    # In neither order of the rows does the place depend on who came first.
    assert list(listed(*first, *second).index) == [first[0].id, second[0].id]
    assert list(listed(*second, *first).index) == [first[0].id, second[0].id]


def test_without_open_work_there_are_no_rows() -> None:
    found = listed(
        case("done", status=ComplaintStatus.CLOSED),
        case("gone", status=ComplaintStatus.CANCELLED),
        inquiry(NOW, id="answered", status=InquiryStatus.CLOSED),
    )

    assert len(found) == 0


def test_a_deadline_that_does_not_apply_or_is_done_moves_nothing() -> None:
    soon = NOW + timedelta(hours=1)
    found = listed(
        case("void", received=NOW - timedelta(minutes=1)),
        deadline("void", soon, applies=Applicability.NOT_APPLICABLE, checked_by="森"),
        case("done", received=NOW - timedelta(minutes=2)),
        deadline("done", soon, done_at=NOW),
        case("grave", severity=Severity.CRITICAL),
    )

    assert found.index[0] == "grave"
    assert found["statutory_at"].isna().all()


def test_a_statutory_deadline_that_nobody_checked_counts_and_says_so() -> None:
    due = NOW + timedelta(days=2)
    found = listed(
        case("unchecked"),
        deadline("unchecked", due),
        case("checked"),
        deadline("checked", due, applies=Applicability.APPLIES, checked_by="森"),
    )

    assert found["is_checked"].to_dict() == {"unchecked": False, "checked": True}


def test_the_deadline_of_an_agency_moves_the_complaint_that_it_is_about() -> None:
    due = NOW + timedelta(days=1)
    found = listed(
        case("about"),
        inquiry(NOW, id="G", complaint_id="about", agency_due_at=due),
        case("hot", temper=Temper.HOSTILE),
    )

    assert sorted(found.index[:2]) == ["G", "about"]
    assert found.loc["about", "agency_at"] == pd.Timestamp(due)


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({}, Severity.HIGH),
        ({"agency_kind": AgencyKind.CONSUMER_AGENCY}, Severity.CRITICAL),
        ({"contact_kind": ContactKind.INJUNCTION_DEMAND}, Severity.CRITICAL),
        ({"contact_kind": ContactKind.EVIDENCE_DEMAND}, Severity.CRITICAL),
        ({"contact_kind": ContactKind.COMMITMENT_NOTICE}, Severity.CRITICAL),
        ({"contact_kind": ContactKind.MEDIATION}, Severity.HIGH),
        ({"repeat_contacts": 1}, Severity.CRITICAL),
        (
            {"repeat_contacts": 1, "status": InquiryStatus.ANSWERED},
            Severity.HIGH,
        ),
    ],
)
def test_how_grave_a_contact_from_an_agency_is(values, severity) -> None:
    found = listed(inquiry(NOW, id="G", **values))

    assert found.loc["G", "severity"] == severity.value


def test_an_agency_waits_in_business_time_and_only_until_it_is_answered() -> None:
    came = tokyo(11, 20, 11)
    found = listed(
        inquiry(came, id="owed", own_due_at=NOW - timedelta(hours=1)),
        inquiry(
            came,
            id="answered",
            own_due_at=NOW - timedelta(hours=1),
            status=InquiryStatus.MENDING,
        ),
    )

    assert found["waited"].to_dict() == {"owed": 3 * HOUR, "answered": 3 * HOUR}
    assert found["when"].to_dict() == {
        "owed": When.OVERDUE.value,
        "answered": When.LATER.value,
    }


def test_an_imported_case_is_neither_late_nor_counted() -> None:
    found = listed(
        case(
            "import",
            source=Source.IMPORT,
            received=NOW - timedelta(days=400),
            next_promise_at=NOW - timedelta(days=300),
        )
    ).loc["import"]

    assert found["when"] == When.UNDATED.value
    assert found["standing"] == Standing.NONE.value
    assert pd.isna(found["left"])
    assert found["waited"] == 0


def changed(of: Record, at: datetime, before: Any, after: Any) -> Record:
    return activity(
        of,
        at,
        kind=ActivityKind.STATUS_CHANGE,
        status_before=before.value,
        status_after=after.value,
    )


def waited(*rows: Record, now: datetime = NOW) -> float:
    return float(listed(*rows, now=now)["waited"].iloc[0])


def test_lunch_is_no_time_that_a_customer_waits() -> None:
    assert waited(case("a", tokyo(11, 20, 11, 30)), now=tokyo(11, 20, 13, 30)) == HOUR


def test_golden_week_is_no_time_that_a_customer_waits() -> None:
    # 2026/5/1 is a Friday; 5/2-5/6 are a weekend, holidays and a substitute holiday.
    assert waited(case("a", tokyo(5, 1, 17)), now=tokyo(5, 7, 10)) == 2 * HOUR


def test_waiting_for_the_customer_stops_the_clock() -> None:
    one = case("a", tokyo(11, 20, 9), status=ComplaintStatus.WAITING_CUSTOMER)
    paused = changed(
        one,
        tokyo(11, 20, 11),
        ComplaintStatus.WORKING,
        ComplaintStatus.WAITING_CUSTOMER,
    )

    assert waited(one, paused) == 2 * HOUR


def test_a_case_opened_again_did_not_wait_while_it_was_closed() -> None:
    one = case("a", tokyo(11, 17, 9), status=ComplaintStatus.WORKING)
    closed = changed(
        one, tokyo(11, 17, 11), ComplaintStatus.WORKING, ComplaintStatus.CLOSED
    )
    again = changed(
        one, tokyo(11, 20, 14), ComplaintStatus.CLOSED, ComplaintStatus.WORKING
    )

    assert waited(one, closed, again) == 3 * HOUR


def test_the_clock_shown_is_the_one_that_runs_out_next() -> None:
    found = listed(
        case("unanswered", severity=Severity.CRITICAL),
        case("answered", severity=Severity.CRITICAL, first_reply_at=NOW),
    )

    assert found.loc["unanswered", "step"] == Step.REPLY.value
    assert found.loc["unanswered", "left"] == 0  # an hour of one hour is used
    assert found.loc["answered", "step"] == Step.SETTLING.value
    assert found.loc["answered", "left"] > 0


def test_each_row_says_every_reason_that_holds() -> None:
    rows = listed(
        case(
            "all",
            severity=Severity.CRITICAL,
            temper=Temper.FURIOUS,
            next_promise_at=NOW - timedelta(hours=1),
        ),
        deadline("all", NOW + timedelta(days=1)),
        inquiry(NOW, id="G", complaint_id="all", agency_due_at=NOW + timedelta(days=2)),
        case("none", temper=Temper.ANGRY),
    )

    found = whys(rows)

    assert found.loc["all"].drop(Why.AUTHORITY.value).all()
    assert [why for why in Why if found.loc["none", why.value]] == [Why.ELAPSED]


def test_the_columns_are_those_that_are_promised() -> None:
    assert list(listed(case("a")).columns) == list(COLUMNS)


def test_who_is_followed_without_argument_is_data() -> None:
    tables = frames([inquiry(NOW, id="G", agency_kind=AgencyKind.POLICE)])
    clocks = sla.clocks(tables, COMPANY_HOURS, usual(), NOW)

    found = queue(tables, clocks, COMPANY_HOURS, NOW, {AgencyKind.POLICE})

    assert found["is_authority"].tolist() == [True]
    assert not listed(inquiry(NOW, agency_kind=AgencyKind.POLICE))["is_authority"].any()
