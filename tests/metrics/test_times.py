"""Times to reply and to settle, by cases whose hours one can count."""

from __future__ import annotations

import pytest

from lib.metrics.kpis import figure
from lib.metrics.times import spread, times
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import ActivityKind, ComplaintStatus, Source
from tests.metrics.rows import NOW, activity, at, centre, complaint, day, frames

HOURS = centre(COMPANY, opening_hours="9:00-18:00", lunch_break="12:00-13:00")
REPLY, SETTLING = figure("first_reply_time"), figure("settling_time")


def closed(received, settled, replied=None, **values):
    return complaint(
        received,
        status=ComplaintStatus.CLOSED,
        closed_at=settled,
        first_reply_at=replied,
        **values,
    )


def of(*rows, now=NOW):
    return times(frames(rows), HOURS, now)


def changed(case, when, before, after):
    return activity(
        case,
        when,
        kind=ActivityKind.STATUS_CHANGE,
        status_before=before.value,
        status_after=after.value,
    )


def test_only_business_time_between_receipt_and_reply_counts():
    """Monday 17:00 to Tuesday 13:30: one hour, then 3 hours before lunch and half after."""
    case = closed(at(16, 17), at(18, 10), at(17, 13, 30))

    found = of(case).loc[case.id]

    assert found["reply_minutes"] == 60 + 180 + 30
    assert found["settling_minutes"] == 60 + 480 + 60
    assert found["age_minutes"] != found["age_minutes"]


def test_waiting_for_the_customer_is_left_out_of_what_came_after_it():
    """Waited from Monday 11:00 to 15:00, three business hours; the reply was before."""
    case = closed(at(16, 9), at(16, 17), at(16, 10))
    found = of(
        case,
        changed(
            case, at(16, 11), ComplaintStatus.WORKING, ComplaintStatus.WAITING_CUSTOMER
        ),
        changed(
            case, at(16, 15), ComplaintStatus.WAITING_CUSTOMER, ComplaintStatus.WORKING
        ),
        changed(case, at(16, 17), ComplaintStatus.WORKING, ComplaintStatus.CLOSED),
    ).loc[case.id]

    assert found["reply_minutes"] == 60
    assert found["settling_minutes"] == 7 * 60 - 180


def test_the_median_is_not_carried_away_by_one_forgotten_case():
    """10, 20 … 90 minutes and one of 1,920: the mean is 237, the median 55, 90 % 90."""
    minutes = [10, 20, 30, 40, 50, 60, 70, 80, 90]
    cases = [closed(at(16, 9), at(16, 9 + m // 60, m % 60)) for m in minutes]
    late = closed(at(16, 9), at(19, 18))

    found = spread(SETTLING, of(*cases, late), day(16), day(20))

    assert found.median == 55
    assert found.most == 90
    assert found.cases[0] == late.id
    assert len(found.cases) == 10


def test_open_cases_are_told_by_their_age_and_never_as_a_time():
    """Open since Friday 17:00, looked at on Saturday: an hour old."""
    old = complaint(at(19, 9))
    young = complaint(at(20, 17))
    later = complaint(at(21, 10))

    found = spread(SETTLING, of(young, old, later), day(16), day(20))

    assert (found.median, found.most, found.cases) == (None, None, ())
    assert found.waiting == (old.id, young.id)
    assert found.oldest == 2 * 480
    assert of(young).loc[young.id, "age_minutes"] == 60


def test_a_case_belongs_to_the_period_in_which_it_ended_and_to_its_centre():
    first = closed(at(13, 9), at(13, 10))
    second = closed(at(13, 9), at(16, 9, 30))
    other = closed(at(16, 9), at(16, 9, 5), received_centre="C2")
    found = of(first, second, other)

    week = spread(SETTLING, found, day(16), day(20), "C1")

    assert week.cases == (second.id,)
    assert week.median == 480 + 30
    assert spread(SETTLING, found, day(16), day(20), "C2").median == 5


def test_replied_and_open_is_a_reply_and_a_case_waiting_to_be_settled():
    case = complaint(at(20, 9), first_reply_at=at(20, 9, 20))
    found = of(case)

    assert spread(REPLY, found, day(20), day(20)).median == 20
    assert spread(REPLY, found, day(20), day(20)).waiting == ()
    assert spread(SETTLING, found, day(20), day(20)).waiting == (case.id,)


def test_settled_on_the_spot_without_a_reply_waits_for_none():
    case = closed(at(20, 9), at(20, 9, 20))

    assert spread(REPLY, of(case), day(20), day(20)).waiting == ()


@pytest.mark.parametrize(
    "left_out",
    [
        complaint(at(20, 9), status=ComplaintStatus.CANCELLED),
        complaint(at(20, 9), source=Source.IMPORT, version=1),
    ],
)
def test_cancelled_and_untouched_imported_cases_have_no_times(left_out):
    assert of(left_out).empty
    assert spread(SETTLING, of(left_out), day(1), day(21)).waiting == ()
