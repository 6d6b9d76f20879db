"""The "entered on time" record of each centre."""

from __future__ import annotations

import pytest

from lib.metrics.entering import Entry, entries
from lib.metrics.figures import between, of_centre
from lib.metrics.kpis import kpi, measured, value
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import BusinessDay, Flag, Source
from tests.metrics.rows import at, centre, day, frames, kpi_day


def entered_on(number, moment, code="C1", **values):
    """Return a day's row that came in at that moment."""
    counts = {"shipments": 5} if code == COMPANY else {"offered": 9, "answered": 9}
    return kpi_day(day(number), code, entered_at=moment, **counts, **values)


def record(now, *rows):
    given = frames(rows)
    return entries(given["kpi_days"], given["centres"], now)


def standings(found):
    return {
        (row.centre, row.date.day): Entry(row.standing) for row in found.itertuples()
    }


def test_a_day_is_due_at_the_deadline_of_the_next_working_day():
    """Friday 20 is due on Tuesday 24, because Monday is 勤労感謝の日."""
    rows = [
        centre("C1"),
        entered_on(19, at(20, 10)),
        entered_on(20, at(24, 10, 1)),
    ]

    found = record(at(24, 11), *rows)

    assert standings(found) == {
        ("C1", 19): Entry.ON_TIME,
        ("C1", 20): Entry.LATE,
    }
    assert found["due_at"].tolist() == [at(20, 10), at(24, 10)]
    assert standings(record(at(24, 9, 59), *rows[:2])) == {("C1", 19): Entry.ON_TIME}


def test_of_five_days_due_three_were_in_time():
    """Monday to Friday: two late or missing, so 3 of 5; the closed Saturday is not asked."""
    rows = [
        centre("C1"),
        entered_on(9, at(10, 9)),
        entered_on(10, at(11, 10, 30)),
        entered_on(12, at(13, 9)),
        entered_on(13, at(16, 9)),
    ]

    found = record(at(16, 12), *rows)

    assert value(kpi("entered_in_time_rate"), found) == pytest.approx(3 / 5)
    assert value(kpi("late_days"), found) == 1
    assert value(kpi("missing_days"), found) == 1
    assert found["entry_due"].sum() == 5


def test_centres_follow_their_own_deadlines_and_days():
    rows = [
        centre("C1", entry_deadline="9:00"),
        centre("C2", weekly_closed="", entry_deadline="12:00"),
        entered_on(20, at(21, 11), "C1"),
        entered_on(20, at(21, 11), "C2"),
    ]

    found = record(at(24, 13), *rows)

    assert standings(found) == {
        ("C1", 20): Entry.ON_TIME,
        ("C2", 20): Entry.ON_TIME,
        ("C2", 21): Entry.MISSING,
        ("C2", 22): Entry.MISSING,
        ("C2", 23): Entry.MISSING,
    }
    both = between(found, day(20), day(23))
    assert value(kpi("entered_in_time_rate"), both) == pytest.approx(2 / 5)
    assert value(kpi("missing_days"), of_centre(both, "C2")) == 3


def test_what_was_imported_or_tells_no_time_counts_neither_way():
    rows = [
        centre("C1"),
        entered_on(17, at(19, 9), source=Source.IMPORT),
        kpi_day(day(18), offered=4),
        entered_on(19, at(20, 9)),
    ]

    found = record(at(20, 12), *rows)

    assert standings(found)[("C1", 17)] is Entry.UNKNOWN
    assert standings(found)[("C1", 18)] is Entry.UNKNOWN
    result = measured(kpi("entered_in_time_rate"), found)
    assert (result.number, result.denominator) == (1.0, 1.0)


def test_a_month_pasted_to_begin_with_is_no_month_of_late_days():
    """The 2nd to the 19th pasted on the 20th at 9:30; only the 19th was still in time."""
    pasted = [
        entered_on(n, at(20, 9, 30)) for n in range(2, 20) if day(n).weekday() < 5
    ]
    given = [row for row in pasted if row.date not in (day(3), day(10))]

    found = record(at(24, 12), centre("C1"), *given)

    by_day = {number: entry for (_code, number), entry in standings(found).items()}
    assert by_day[2] is Entry.BEFORE
    assert by_day[18] is Entry.BEFORE
    assert by_day[19] is Entry.ON_TIME
    assert by_day[20] is Entry.MISSING
    assert by_day[10] is Entry.MISSING  # a gap of the past stays a gap
    assert Entry.LATE not in by_day.values()
    result = measured(kpi("entered_in_time_rate"), found)
    assert (result.numerator, result.denominator) == (1.0, 2.0)
    assert value(kpi("late_days"), found) == 0


def test_the_past_pasted_later_is_not_late_either_and_what_came_due_since_is():
    rows = [
        centre("C1"),
        entered_on(16, at(17, 9)),
        entered_on(17, at(18, 15)),
        entered_on(9, at(19, 9)),
    ]

    found = standings(record(at(19, 12), *rows))

    assert found[("C1", 9)] is Entry.BEFORE
    assert found[("C1", 16)] is Entry.ON_TIME
    assert found[("C1", 17)] is Entry.LATE


def test_who_only_imported_a_past_has_no_record_of_punctuality():
    rows = [
        centre("C1"),
        entered_on(9, at(19, 9), source=Source.IMPORT),
        entered_on(12, at(19, 9), source=Source.IMPORT),
    ]

    found = record(at(20, 12), *rows)

    assert measured(kpi("entered_in_time_rate"), found).number is None
    assert standings(found)[("C1", 11)] is Entry.MISSING


def test_closed_days_and_days_before_the_first_row_are_not_asked_for():
    rows = [
        centre("C1"),
        entered_on(17, at(18, 9)),
        kpi_day(day(18), business=BusinessDay.CLOSED),
    ]

    assert standings(record(at(19, 12), *rows)) == {("C1", 17): Entry.ON_TIME}


def test_a_centre_that_has_ended_is_asked_until_its_last_row():
    rows = [
        centre("C1", active=Flag.NO),
        entered_on(9, at(10, 9)),
        entered_on(11, at(12, 9)),
    ]

    found = record(at(20, 12), *rows)

    assert [s for _, s in standings(found).items()] == [
        Entry.ON_TIME,
        Entry.MISSING,
        Entry.ON_TIME,
    ]


def test_the_company_owes_its_row_too():
    found = record(at(20, 12), entered_on(18, at(19, 9, 40), COMPANY))

    assert standings(found) == {
        (COMPANY, 18): Entry.ON_TIME,
        (COMPANY, 19): Entry.MISSING,
    }


def test_without_rows_nothing_is_due_and_nothing_has_a_value():
    found = record(at(20, 12), centre("C1"))

    assert found.empty
    assert value(kpi("entered_in_time_rate"), found) is None
    assert value(kpi("missing_days"), found) is None
