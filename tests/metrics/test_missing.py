"""Working days and the figures that should be in."""

from __future__ import annotations

import pytest

from lib.metrics import calendar
from lib.metrics.missing import centres_of, missing_days
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import BusinessDay, Flag
from tests.metrics.rows import at, calls, centre, day, frames, kpi_day


def missing(now, *rows):
    given = frames(rows)
    found = missing_days(given["kpi_days"], given["centres"], now)
    return [(m.centre, m.day.day) for m in found]


@pytest.mark.parametrize(
    ("number", "weekly_closed", "expected"),
    [
        (20, "土日祝", True),  # Friday
        (21, "土日祝", False),  # Saturday
        (23, "土日祝", False),  # 勤労感謝の日, a Monday
        (23, "土日", True),
        (21, "", True),
        (18, "水", False),
    ],
)
def test_a_centre_works_by_its_own_calendar(number, weekly_closed, expected):
    assert calendar.is_open(day(number), weekly_closed) is expected


def test_figures_are_due_on_the_next_working_day():
    """Friday 20 → Saturday, Sunday, holiday Monday → Tuesday 24 at 10:00."""
    assert calendar.due_at(day(20), "土日祝", "10:00") == at(24, 10)
    assert calendar.due_at(day(20), "", "9:30") == at(21, 9, 30)
    assert calendar.due_at(day(20), "", "朝") == at(21, 10)
    assert calendar.due_at(day(20), "月火水木金土日", "10:00") == at(21, 10)


def test_the_last_working_day_is_before_today():
    assert calendar.last_open_day(day(24), "土日祝") == day(20)
    assert calendar.last_open_day(day(24), "月火水木金土日") == day(23)


def test_holidays_have_a_name_in_both_languages():
    assert calendar.holiday_name(day(23)) == "勤労感謝の日"
    assert calendar.holiday_name(day(23), "en") == "Labor Thanksgiving Day"
    assert calendar.holiday_name(day(24)) == ""


def test_a_working_day_without_a_row_is_missing_after_its_deadline():
    rows = [
        centre("C1"),
        calls(day(16), 9, 9),
        calls(day(18), 9, 9),
        calls(day(19), 9, 9),
    ]

    assert missing(at(18, 9, 59), *rows) == []
    assert missing(at(18, 10), *rows) == [("C1", 17)]


def test_a_blank_row_is_missing_and_a_zero_is_not():
    rows = [
        centre("C1"),
        calls(day(16), 9, 9),
        kpi_day(day(17), note="回線工事"),
        calls(day(18), 0, 0),
    ]

    assert missing(at(19, 11), *rows) == [("C1", 17)]


def test_a_closed_day_is_not_missing():
    rows = [
        centre("C1"),
        calls(day(16), 9, 9),
        kpi_day(day(17), business=BusinessDay.CLOSED),
    ]

    assert missing(at(18, 11), *rows) == []


def test_nothing_is_asked_for_before_the_first_row_and_of_former_centres():
    rows = [
        centre("C1"),
        centre("C2", active=Flag.NO),
        calls(day(2), 9, 9, "C2"),
        calls(day(18), 9, 9),
        calls(day(19), 9, 9),
    ]

    assert missing(at(20, 11), *rows) == []


def test_the_company_owes_its_shipments():
    rows = [kpi_day(day(17), COMPANY, orders=5), kpi_day(day(18), COMPANY, shipments=0)]

    assert missing(at(19, 11), *rows) == [(COMPANY, 17)]


def test_only_the_last_28_days_are_asked_for():
    rows = [centre("C1", weekly_closed=""), calls(day(1, 9), 9, 9)]

    found = missing_days(frames(rows)["kpi_days"], frames(rows)["centres"], at(21, 14))

    assert len(found) == 28
    assert found[0].day == day(20)
    assert found[-1].day == day(24, 10)


def test_the_company_comes_first_and_always_exists():
    assert [c.code for c in centres_of(frames()["centres"])] == [COMPANY]
    listed = frames([centre("C1"), centre(COMPANY, name="ひだまり堂")])["centres"]
    assert [c.name for c in centres_of(listed)] == ["ひだまり堂", "C1センター"]
