"""Business settings: the value of a day, whatever was typed in the sheet."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from lib.errors import InvalidRecord
from lib.schema.frames import empty_frame, frame_of
from lib.schema.masters import Centre, Setting
from lib.schema.tables import table
from lib.settings.business import (
    NEW_CENTRE,
    SETTINGS,
    checked,
    new_centre,
    setting,
    spec,
)

TARGET = spec(NEW_CENTRE, "目標応答率")


def rows(*values: tuple[date, str]) -> pd.DataFrame:
    """Return 設定 with one 目標応答率 from each day on."""
    found = [
        Setting(group=TARGET.group, name=TARGET.name, effective_from=day, value=value)
        for day, value in values
    ]
    return frame_of(table("settings"), found)


def target(settings: pd.DataFrame, day: date) -> str:
    return setting(settings, TARGET.group, TARGET.name, on=day)


def test_without_rows_the_default_counts():
    assert target(empty_frame(table("settings")), date(2026, 11, 21)) == "90"


def test_an_older_value_stays_for_older_days():
    """85 from 1 April, 92 from 1 October: before April nobody had chosen."""
    settings = rows((date(2026, 10, 1), "92"), (date(2026, 4, 1), "85"))

    assert target(settings, date(2026, 3, 31)) == "90"
    assert target(settings, date(2026, 4, 1)) == "85"
    assert target(settings, date(2026, 9, 30)) == "85"
    assert target(settings, date(2026, 10, 1)) == "92"


def test_a_value_that_nobody_can_read_is_passed_over():
    settings = rows((date(2026, 4, 1), "85"), (date(2026, 10, 1), "九割"))

    assert target(settings, date(2026, 11, 21)) == "85"


def test_each_default_can_be_read_and_fits_the_field_it_presets():
    started = new_centre(empty_frame(table("settings")), on=date(2026, 11, 21))

    assert all(checked(one, one.default) == one.default for one in SETTINGS)
    assert Centre(code="A", name="A", **started) == Centre(code="A", name="A")


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("目標応答率", " ９２．５％ ", "92.5"),
        ("入力締切時刻", "０９：３０", "9:30"),
        ("定休日", "祝、日、土", "土日祝"),
        ("定休日", "", ""),
    ],
)
def test_what_people_type_is_put_in_one_form(name, typed, kept):
    assert checked(spec(NEW_CENTRE, name), typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("目標応答率", "101"),
        ("目標応答率", "-1"),
        ("目標応答率", "nan"),
        ("目標応答率", ""),
        ("入力締切時刻", "24:00"),
        ("入力締切時刻", "朝"),
        ("定休日", "土曜"),
    ],
)
def test_what_means_nothing_is_refused_at_the_value(name, typed):
    with pytest.raises(InvalidRecord) as refused:
        checked(spec(NEW_CENTRE, name), typed)

    assert [problem.field for problem in refused.value.problems] == ["value"]
