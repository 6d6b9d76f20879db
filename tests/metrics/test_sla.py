"""Clocks of open cases, each checked against a sum on paper.

The company works 9:00-18:00 with lunch 12:00-13:00, so a day has 8 business hours.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from lib import clock
from lib.metrics import sla
from lib.metrics.sla import Standing, Step, Targets
from lib.metrics.worktime import WorkTime
from lib.schema.frames import frame_of
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.record import Record
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    BusinessDay,
    ComplaintStatus,
    Severity,
    Source,
)
from lib.settings import business
from lib.settings.spans import Span, read_span
from tests.metrics.rows import activity, complaint, frames, kpi_day

COMPANY_HOURS = Centre(
    code=COMPANY, name=COMPANY, opening_hours="9:00-18:00", lunch_break="12:00-13:00"
)

HOUR = 3600


def usual() -> Targets:
    def spans(step: str) -> dict[Severity, Span]:
        return {s: read_span(business.target(step, s).default) for s in Severity}

    return Targets(spans(business.FIRST_REPLY), spans(business.SETTLING))


def tokyo(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return clock.at(date(2026, month, day), hour, minute)


def looked_at(
    now: datetime,
    *rows: Record,
    targets: Targets | None = None,
    centre: Centre = COMPANY_HOURS,
) -> pd.DataFrame:
    return sla.clocks(frames(rows), centre, targets or usual(), now)


def one(found: pd.DataFrame, step: Step) -> dict[str, Any]:
    row = found[found["step"] == step.value].iloc[0].to_dict()
    return {str(name): value for name, value in row.items()}


def changed(
    case: Any,
    at: datetime,
    before: ComplaintStatus,
    after: ComplaintStatus,
    **values: Any,
) -> Any:
    return activity(
        case,
        at,
        kind=ActivityKind.STATUS_CHANGE,
        status_before=before.value,
        status_after=after.value,
        **values,
    )


# Business time --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ((11, 17, 10), (11, 17, 11), 1),
        ((11, 17, 11, 30), (11, 17, 13, 30), 1),  # lunch between
        ((11, 17, 12), (11, 17, 13), 0),  # lunch only
        ((11, 17, 17), (11, 18, 10), 2),  # a night between
        ((11, 20, 17), (11, 24, 10), 2),  # weekend and 11/23, a holiday, between
        ((11, 21, 10), (11, 22, 10), 0),  # Saturday and Sunday
        ((11, 17, 7), (11, 17, 20), 8),  # a whole day
        ((4, 28, 17), (4, 30, 10), 2),  # 4/29 is a holiday
        ((5, 1, 17), (5, 7, 10), 2),  # Golden Week: 5/2-5/6 closed
    ],
)
def test_business_time_between_two_moments(
    start: tuple[int, ...], end: tuple[int, ...], hours: int
) -> None:
    work = WorkTime(COMPANY_HOURS, date(2026, 4, 1), date(2026, 12, 31))

    begun, ended = work.positions(
        pd.Series(pd.DatetimeIndex([tokyo(*start), tokyo(*end)]))
    )

    assert ended - begun == hours * HOUR


def test_a_position_leads_back_to_the_moment_it_is_reached() -> None:
    work = WorkTime(COMPANY_HOURS, date(2026, 4, 1), date(2026, 12, 31))
    asked = [
        tokyo(4, 28, 9, 1),
        tokyo(4, 28, 12),
        tokyo(4, 28, 13, 5),
        tokyo(4, 28, 18),
    ]

    found = work.moments(work.positions(pd.Series(pd.DatetimeIndex(asked))))

    assert list(found) == asked


def test_hours_that_nobody_can_read_count_as_nine_to_six() -> None:
    odd = Centre(code=COMPANY, name=COMPANY, opening_hours="朝から", lunch_break="?")

    work = WorkTime(odd, date(2026, 11, 17), date(2026, 11, 18))

    assert work.day_length == 9 * HOUR


def test_a_centre_that_never_works_has_no_moments() -> None:
    never = Centre(code=COMPANY, name=COMPANY, weekly_closed="月火水木金土日")

    work = WorkTime(never, date(2026, 11, 17), date(2026, 11, 18))

    assert (
        work.moments(work.positions(pd.Series(pd.DatetimeIndex([tokyo(11, 17, 10)]))))[
            0
        ]
        is pd.NaT
    )


# Targets --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "received", "reply", "settling"),
    [
        # Tuesday 10:00
        (Severity.CRITICAL, (11, 17, 10), (11, 17, 11), (11, 20, 18)),
        (Severity.HIGH, (11, 17, 10), (11, 17, 18), (11, 25, 18)),
        (Severity.MEDIUM, (11, 17, 10), (11, 18, 18), (11, 27, 18)),
        (Severity.LOW, (11, 17, 10), (11, 19, 18), (12, 2, 18)),
        # over lunch
        (Severity.CRITICAL, (11, 17, 11, 30), (11, 17, 13, 30), (11, 20, 18)),
        # Friday after closing counts as Tuesday: Monday 11/23 is a holiday
        (Severity.HIGH, (11, 20, 18, 30), (11, 24, 18), (12, 1, 18)),
        # ten minutes before closing: an hour at least
        (Severity.HIGH, (11, 17, 17, 50), (11, 18, 9, 50), (11, 25, 18)),
        # Golden Week
        (Severity.CRITICAL, (5, 1, 17, 30), (5, 7, 9, 30), (5, 11, 18)),
        (Severity.MEDIUM, (5, 1, 10), (5, 7, 18), (5, 15, 18)),
    ],
)
def test_when_a_case_is_due(
    severity: Severity,
    received: tuple[int, ...],
    reply: tuple[int, ...],
    settling: tuple[int, ...],
) -> None:
    case = complaint(tokyo(*received), severity=severity)

    found = looked_at(tokyo(*received), case)

    assert one(found, Step.REPLY)["over_at"] == tokyo(*reply)
    assert one(found, Step.SETTLING)["over_at"] == tokyo(*settling)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ((11, 17, 10, 47), Standing.RUNNING),  # 47 of 60 minutes
        ((11, 17, 10, 48), Standing.NEAR),  # 48 of 60 are 80 %
        ((11, 17, 11, 0), Standing.NEAR),
        ((11, 17, 11, 1), Standing.OVER),
        ((11, 18, 11, 0), Standing.OVER),
        ((11, 18, 11, 1), Standing.LATE),  # one business day more
    ],
)
def test_the_steps_of_a_clock(now: tuple[int, ...], standing: Standing) -> None:
    case = complaint(tokyo(11, 17, 10), severity=Severity.CRITICAL)

    found = one(looked_at(tokyo(*now), case), Step.REPLY)

    assert found["standing"] == standing.value
    assert found["near_at"] == tokyo(11, 17, 10, 48)
    assert found["late_at"] == tokyo(11, 18, 11)


def test_a_reply_ends_its_clock_and_not_that_of_settling() -> None:
    case = complaint(
        tokyo(11, 17, 10),
        severity=Severity.CRITICAL,
        first_reply_at=tokyo(11, 17, 10, 30),
    )

    found = looked_at(tokyo(11, 17, 15), case)

    assert one(found, Step.REPLY)["standing"] == Standing.MET.value
    assert one(found, Step.SETTLING)["standing"] == Standing.RUNNING.value


def test_a_closed_case_has_no_clock() -> None:
    case = complaint(tokyo(11, 17, 10), status=ComplaintStatus.CLOSED)

    assert looked_at(tokyo(11, 17, 15), case).empty


# Pauses ---------------------------------------------------------------------------


def test_waiting_for_the_customer_stops_the_clock() -> None:
    case = complaint(tokyo(11, 17, 10), severity=Severity.CRITICAL)
    waited = [
        changed(
            case,
            tokyo(11, 17, 10, 30),
            ComplaintStatus.WORKING,
            ComplaintStatus.WAITING_CUSTOMER,
        ),
        changed(
            case,
            tokyo(11, 17, 15),
            ComplaintStatus.WAITING_CUSTOMER,
            ComplaintStatus.WORKING,
        ),
    ]

    found = one(looked_at(tokyo(11, 17, 15, 10), case, *waited), Step.REPLY)

    assert found["used"] == 40 * 60  # 10:00-10:30 and 15:00-15:10
    assert found["over_at"] == tokyo(11, 17, 15, 30)
    assert found["standing"] == Standing.RUNNING.value


def test_while_the_customer_is_waited_for_nobody_can_say_when_it_is_due() -> None:
    case = complaint(
        tokyo(11, 17, 10),
        severity=Severity.CRITICAL,
        status=ComplaintStatus.WAITING_CUSTOMER,
    )
    waits = changed(
        case,
        tokyo(11, 17, 10, 30),
        ComplaintStatus.WORKING,
        ComplaintStatus.WAITING_CUSTOMER,
    )

    found = one(looked_at(tokyo(11, 19, 10), case, waits), Step.REPLY)

    assert found["used"] == 30 * 60
    assert found["standing"] == Standing.STILL.value
    assert pd.isna(found["over_at"])


def test_what_was_over_before_the_pause_stays_over() -> None:
    case = complaint(
        tokyo(11, 17, 10),
        severity=Severity.CRITICAL,
        status=ComplaintStatus.WAITING_CUSTOMER,
    )
    waits = changed(
        case,
        tokyo(11, 17, 14),
        ComplaintStatus.WORKING,
        ComplaintStatus.WAITING_CUSTOMER,
    )

    found = one(looked_at(tokyo(11, 19, 10), case, waits), Step.REPLY)

    assert found["standing"] == Standing.OVER.value
    assert found["over_at"] == tokyo(11, 17, 11)


def test_waiting_inside_stops_nothing() -> None:
    case = complaint(
        tokyo(11, 17, 10),
        severity=Severity.CRITICAL,
        status=ComplaintStatus.WAITING_INSIDE,
    )
    waits = changed(
        case,
        tokyo(11, 17, 10, 10),
        ComplaintStatus.WORKING,
        ComplaintStatus.WAITING_INSIDE,
    )

    found = one(looked_at(tokyo(11, 17, 11, 30), case, waits), Step.REPLY)

    assert found["used"] == 90 * 60
    assert found["standing"] == Standing.OVER.value


def test_two_pauses_are_both_taken_off() -> None:
    case = complaint(tokyo(11, 17, 10), severity=Severity.CRITICAL)
    waiting, working = ComplaintStatus.WAITING_CUSTOMER, ComplaintStatus.WORKING
    steps = [
        changed(case, tokyo(11, 17, 10, 20), working, waiting),
        changed(case, tokyo(11, 17, 11, 20), waiting, working),
        changed(case, tokyo(11, 17, 11, 40), working, waiting),
        changed(case, tokyo(11, 17, 14, 40), waiting, working),
    ]

    found = one(looked_at(tokyo(11, 17, 14, 50), case, *steps), Step.REPLY)

    assert found["used"] == 50 * 60
    assert found["over_at"] == tokyo(11, 17, 15)


def test_a_row_that_only_says_to_wait_stands_still_since_its_last_change() -> None:
    case = complaint(
        tokyo(11, 17, 10),
        severity=Severity.CRITICAL,
        status=ComplaintStatus.WAITING_CUSTOMER,
        updated_at=tokyo(11, 17, 10, 20),
    )

    found = one(looked_at(tokyo(11, 17, 16), case), Step.REPLY)

    assert found["used"] == 20 * 60
    assert found["standing"] == Standing.STILL.value


def test_the_time_in_which_a_reopened_case_was_closed_does_not_count() -> None:
    case = complaint(tokyo(11, 17, 10), severity=Severity.CRITICAL)
    steps = [
        changed(
            case, tokyo(11, 17, 11), ComplaintStatus.WORKING, ComplaintStatus.CLOSED
        ),
        changed(
            case, tokyo(11, 19, 11), ComplaintStatus.CLOSED, ComplaintStatus.WORKING
        ),
    ]

    found = one(looked_at(tokyo(11, 19, 12), case, *steps), Step.SETTLING)

    assert found["used"] == 2 * HOUR
    # Friday's end was the target; two business days closed move it behind the weekend
    # and Monday's holiday.
    assert found["over_at"] == tokyo(11, 25, 18)


def test_a_change_of_person_is_no_change_of_status() -> None:
    case = complaint(tokyo(11, 17, 10), severity=Severity.CRITICAL)
    waiting, working = ComplaintStatus.WAITING_CUSTOMER, ComplaintStatus.WORKING
    handed = activity(
        case,
        tokyo(11, 17, 10, 40),
        kind=ActivityKind.STATUS_CHANGE,
        status_before="佐藤",
        status_after="鈴木",
    )
    steps = [
        changed(case, tokyo(11, 17, 10, 30), working, waiting),
        handed,
        changed(case, tokyo(11, 17, 10, 50), waiting, working),
    ]

    found = one(looked_at(tokyo(11, 17, 11), case, *steps), Step.REPLY)

    assert found["used"] == 40 * 60


# What has no clock ------------------------------------------------------------------


def test_an_imported_case_is_grey_whatever_is_done_with_it() -> None:
    old = complaint(tokyo(5, 1, 10), source=Source.IMPORT, version=4)

    found = looked_at(tokyo(11, 17, 10), old)

    assert set(found["standing"]) == {Standing.NONE.value}
    assert found["over_at"].isna().all()


def test_with_a_first_day_only_what_came_in_before_it_is_grey() -> None:
    before = complaint(tokyo(11, 2, 10), id="K-1")
    touched = complaint(tokyo(11, 16, 10), id="K-2", source=Source.IMPORT, version=2)
    untouched = complaint(tokyo(11, 16, 10), id="K-3", source=Source.IMPORT, version=1)
    targets = Targets(usual().reply, usual().settling, since=date(2026, 11, 10))

    found = looked_at(tokyo(11, 17, 10), before, touched, untouched, targets=targets)

    grey = found[found["standing"] == Standing.NONE.value]["case_id"]
    assert set(grey) == {"K-1", "K-3"}


def test_a_company_holiday_that_no_calendar_knows_does_not_count() -> None:
    case = complaint(tokyo(11, 17, 17), severity=Severity.CRITICAL)
    off = kpi_day(date(2026, 11, 18), COMPANY, business=BusinessDay.CLOSED)

    found = one(looked_at(tokyo(11, 19, 9, 30), case, off), Step.REPLY)

    assert found["used"] == 90 * 60
    assert found["over_at"] == tokyo(11, 17, 18)


def test_without_cases_there_are_no_clocks() -> None:
    found = looked_at(tokyo(11, 17, 10))

    assert found.empty
    assert "over_at" in found.columns


def test_a_word_that_is_no_severity_has_the_longest_time() -> None:
    tables = frames([complaint(tokyo(11, 17, 10))])
    odd = tables["complaints"].assign(
        severity=pd.Categorical([None], categories=["低"])
    )

    found = sla.clocks(
        {**tables, "complaints": odd}, COMPANY_HOURS, usual(), tokyo(11, 17, 12)
    )

    assert one(found, Step.REPLY)["over_at"] == tokyo(11, 19, 18)


def test_five_thousand_open_cases_take_no_time_to_speak_of() -> None:
    start = tokyo(5, 1, 9)
    cases = [
        complaint(
            start + timedelta(minutes=47 * n),
            id=f"K-{n}",
            severity=list(Severity)[n % 4],
        )
        for n in range(5_000)
    ]
    waiting, working = ComplaintStatus.WAITING_CUSTOMER, ComplaintStatus.WORKING
    steps = [
        changed(
            case, case.received_at + timedelta(minutes=10 * k), *pair, id=f"H-{n}{k}"
        )
        for n, case in enumerate(cases[::2])
        for k, pair in enumerate([(working, waiting), (waiting, working)])
    ]
    tables = {
        **frames(),
        "complaints": frame_of(table("complaints"), cases),
        "activities": frame_of(table("activities"), steps),
    }

    def once() -> float:
        begun = time.process_time()
        found = sla.clocks(tables, COMPANY_HOURS, usual(), tokyo(11, 17, 10))
        assert len(found) == 10_000
        return time.process_time() - begun

    # Its own time, and the best of several tries: what else the machine does is not
    # to be measured.
    assert min(once() for _ in range(7)) < 0.05
