"""Which dates stand in which part of the list, and on which day of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib import clock
from lib.metrics.deadline_views import (
    View,
    Wanted,
    by_day,
    chosen,
    counted,
    is_unchecked,
    months_from,
    people,
    weeks,
)
from lib.metrics.running_out import Line, Origin
from lib.schema.vocab import Applicability, DeadlineKind

NOW = clock.at(date(2026, 11, 20), 10)


def line(key="T-1", **values) -> Line:
    return Line(
        **{
            "origin": Origin.CLOCK,
            "case_id": "K-1",
            "key": key,
            "code": "L1速報",
            "name": "速報",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOW,
            "due_at": NOW + timedelta(days=4),
            "owner": "佐藤",
            "applies": Applicability.UNCHECKED,
            **values,
        }
    )


AHEAD = line("ahead")
LATE = line("late", due_at=NOW - timedelta(hours=1), applies=Applicability.APPLIES)
DONE = line("done", done_at=NOW, applies=Applicability.APPLIES)
VOID = line(
    "void", applies=Applicability.NOT_APPLICABLE, due_at=NOW - timedelta(days=9)
)
ANSWER = line(
    "answer",
    origin=Origin.ANSWER,
    kind=DeadlineKind.OWN,
    owner="",
    applies=Applicability.UNCHECKED,
)
EVERY = (LATE, AHEAD, ANSWER, DONE, VOID)


def keys(wanted: Wanted) -> list[str]:
    return [found.key for found in chosen(EVERY, wanted, NOW)]


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (View.AHEAD, ["late", "ahead", "answer"]),
        (View.OVERDUE, ["late"]),
        (View.UNCHECKED, ["ahead"]),
        (View.ENDED, ["done", "void"]),
    ],
)
def test_each_part_shows_what_its_name_says(view, shown):
    assert keys(Wanted(view)) == shown


def test_what_is_over_is_not_overdue():
    assert "void" not in keys(Wanted(View.OVERDUE))


def test_only_clocks_wait_for_a_word():
    assert is_unchecked(AHEAD)
    assert not is_unchecked(ANSWER)


def test_kinds_and_people_narrow_the_list():
    assert keys(Wanted(kinds=(DeadlineKind.OWN,))) == ["answer"]
    assert keys(Wanted(person="佐藤")) == ["late", "ahead"]
    assert keys(Wanted(person="")) == ["answer"]


def test_the_counts_follow_the_filters_but_not_the_part():
    found = counted(EVERY, Wanted(View.ENDED, person="佐藤"), NOW)

    assert found == {
        View.AHEAD: 2,
        View.OVERDUE: 1,
        View.UNCHECKED: 1,
        View.ENDED: 2,
    }


def test_people_are_named_once_and_nobody_is_no_one():
    assert people(EVERY) == ("佐藤",)


def test_a_date_stands_on_its_day_in_tokyo():
    late_evening = line("e", due_at=clock.at(date(2026, 11, 24), 23, 59))
    in_utc = line("u", due_at=clock.in_utc(clock.at(date(2026, 11, 24), 0, 30)))

    assert [
        found.key for found in by_day([late_evening, in_utc])[date(2026, 11, 24)]
    ] == ["e", "u"]


@pytest.mark.parametrize(
    ("month", "count", "first", "last"),
    [
        (date(2026, 11, 21), 6, date(2026, 10, 26), date(2026, 12, 6)),
        (date(2027, 2, 1), 4, date(2027, 2, 1), date(2027, 2, 28)),
        (date(2026, 12, 31), 5, date(2026, 11, 30), date(2027, 1, 3)),
    ],
)
def test_a_month_is_drawn_in_whole_weeks(month, count, first, last):
    found = weeks(month)

    assert len(found) == count
    assert (found[0][0], found[-1][-1]) == (first, last)
    assert all(len(week) == 7 and week[0].weekday() == 0 for week in found)


def test_months_turn_over_the_year():
    assert months_from(date(2026, 12, 5), 1) == date(2027, 1, 1)
    assert months_from(date(2026, 1, 5), -1) == date(2025, 12, 1)
