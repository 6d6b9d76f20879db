"""Which kind of day it is."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk.days import DayClass, day_classes


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2024-04-02", DayClass.WORKING),
        ("2024-04-01", DayClass.REOPENING),  # Monday
        ("2024-04-06", DayClass.SATURDAY),
        ("2024-04-07", DayClass.CLOSED),  # Sunday
        ("2024-02-29", DayClass.WORKING),  # leap day, a Thursday
        ("2024-05-06", DayClass.CLOSED),  # Monday, holiday in place of Sunday
        ("2024-05-07", DayClass.REOPENING),  # first day after Golden Week
        ("2024-05-04", DayClass.CLOSED),  # a holiday on a Saturday
        ("2024-12-29", DayClass.CLOSED),
        ("2025-01-03", DayClass.CLOSED),  # Friday in the year-end rest
        ("2025-01-04", DayClass.SATURDAY),
        ("2025-01-06", DayClass.REOPENING),
        ("2024-12-28", DayClass.SATURDAY),
    ],
)
def test_a_day_is_of_its_kind(day, kind):
    assert day_classes(np.array([day], "datetime64[D]"))[0] == kind


def test_the_kind_of_a_day_does_not_depend_on_the_days_beside_it():
    year = np.datetime64("2024-01-01") + np.arange(366)

    together = day_classes(year.reshape(2, 183)).ravel()

    assert (together == [day_classes(year[n : n + 1])[0] for n in range(366)]).all()


def test_no_days_have_no_kinds():
    assert day_classes(np.array([], "datetime64[D]")).shape == (0,)
