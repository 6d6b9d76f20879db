"""Days without a point: closed is not missing, and not due yet is neither."""

from __future__ import annotations

import pandas as pd

from lib.metrics.entering import entries
from lib.metrics.entry_gaps import empty_days
from lib.schema.frames import frame_of
from lib.schema.tables import table
from lib.schema.vocab import BusinessDay
from tests.metrics.rows import NOW, calls, centre, day, kpi_day


def gaps(*rows, centres=None):
    """Return the empty days of November 9 to 20, 2026: Monday to Friday after next."""
    centres = centres or [centre(weekly_closed="土日祝", entry_deadline="10:00")]
    days = frame_of(table("kpi_days"), rows)
    masters = frame_of(table("centres"), centres)
    found = entries(days, masters, NOW)
    return {
        gap.day: gap.missing
        for gap in empty_days(found, days, centres, day(9), day(20))
    }


def every_day_but(*left_out: int, code: str = "C1"):
    open_days = [n for n in range(9, 21) if n not in {14, 15, *left_out}]
    return [calls(day(n), 10, 9, code) for n in open_days]


def test_a_weekend_is_closed_and_a_forgotten_day_is_missing():
    found = gaps(*every_day_but(11))

    assert found == {day(11): ("C1センター",), day(14): (), day(15): ()}


def test_a_rest_that_was_stated_is_closed():
    rest = kpi_day(day(11), business=BusinessDay.CLOSED)

    assert gaps(*every_day_but(11), rest)[day(11)] == ()


def test_work_on_a_day_of_rest_is_no_gap():
    assert day(14) not in gaps(*every_day_but(), calls(day(14), 5, 5))


def test_a_day_that_is_not_due_yet_is_neither():
    # Saturday the 21st: what Friday brought is due on Monday (Tuesday after a holiday).
    assert day(20) not in gaps(*every_day_but(20))


def test_all_centres_are_closed_only_where_none_works_and_missing_where_one_lacks():
    both = [
        centre("C1", weekly_closed="土日祝", entry_deadline="10:00"),
        centre("C2", weekly_closed="日", entry_deadline="10:00"),
    ]
    rows = [
        *every_day_but(),
        *every_day_but(12, code="C2"),
        calls(day(14), 3, 3, "C2"),
    ]

    found = gaps(*rows, centres=both)

    assert found == {day(12): ("C2センター",), day(15): ()}


def test_a_centre_that_has_not_begun_is_not_missing():
    both = [centre("C1", weekly_closed="土日"), centre("C2", weekly_closed="土日")]

    found = gaps(*every_day_but(), calls(day(19), 3, 3, "C2"), centres=both)

    assert found == {day(14): (), day(15): ()}


def test_without_centres_nothing_is_empty():
    days = frame_of(table("kpi_days"), [])
    found = entries(days, frame_of(table("centres"), []), NOW)

    assert empty_days(found, days, [], day(9), day(20)) == ()
    assert isinstance(found, pd.DataFrame)
