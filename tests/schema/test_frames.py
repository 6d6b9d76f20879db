"""Records become frames and come back the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.escalation import Escalation
from lib.schema.frames import (
    dtype_of,
    empty_frame,
    frame_of,
    plain,
    record_at,
    record_from,
    rich,
    standing,
    standing_at,
    standing_from,
)
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Severity, Unlisted
from tests.schema.strategies import EARLIEST, records, with_key

relaxed = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("any_table", TABLES, ids=lambda t: t.code)
@given(data=st.data())
@relaxed
def test_records_come_back_from_a_frame_in_their_order(any_table, data):
    drawn = data.draw(st.lists(records(any_table), max_size=4))
    rows = [with_key(any_table, row, number) for number, row in enumerate(drawn)]

    frame = frame_of(any_table, rows)

    keys = [any_table.key_of(row) for row in rows]
    assert frame.index.tolist() == keys
    assert [record_at(any_table, frame, key) for key in keys] == rows
    assert [record_from(any_table, row) for row in frame.to_dict("records")] == rows


@pytest.mark.parametrize("any_table", TABLES, ids=lambda t: t.code)
@given(data=st.data())
@relaxed
def test_plain_and_rich_are_each_others_inverse(any_table, data):
    row = data.draw(records(any_table))

    for field in any_table.fields:
        value = getattr(row, field.name)
        assert rich(field, plain(field, value)) == value


@pytest.mark.parametrize("any_table", TABLES, ids=lambda t: t.code)
def test_an_empty_frame_has_the_columns_and_dtypes_of_a_full_one(any_table):
    frame = empty_frame(any_table)

    assert list(frame.columns) == [field.name for field in any_table.fields]
    assert frame.index.name == "key"
    for field in any_table.fields:
        assert frame[field.name].dtype == dtype_of(field)


def test_a_frame_of_missing_values_only_keeps_its_dtypes():
    day = KpiDay(date=EARLIEST.date(), centre="A")

    frame = frame_of(table("kpi_days"), [day])

    for field in table("kpi_days").fields:
        assert frame[field.name].dtype == dtype_of(field)
    assert frame["offered"].isna().all()


def test_choices_sort_as_the_vocabulary_does_and_not_as_letters():
    rows = [
        Complaint(
            id=severity.name, received_at=EARLIEST, content="x", severity=severity
        )
        for severity in (Severity.CRITICAL, Severity.LOW, Severity.MEDIUM)
    ]

    frame = frame_of(table("complaints"), rows).sort_values("severity")

    assert frame.index.tolist() == ["LOW", "MEDIUM", "CRITICAL"]


def test_a_moment_of_another_zone_is_the_same_moment_in_tokyo():
    moment = pd.Timestamp("2026-11-21T00:30:00Z").to_pydatetime()
    row = Complaint(id="K-1", received_at=moment, content="x")

    stored = frame_of(table("complaints"), [row])["received_at"].iloc[0]

    assert stored.isoformat() == "2026-11-21T09:30:00+09:00"


def test_a_word_that_left_the_vocabulary_is_not_read_as_another():
    field = Escalation.field("status")

    with pytest.raises(ValueError):
        rich(field, "昔の言葉")


def test_a_key_that_is_not_there_gives_nothing():
    assert (
        record_at(table("complaints"), empty_frame(table("complaints")), "K-1") is None
    )


def test_years_far_apart_fit_one_column():
    days = [
        KpiDay(date=day, centre="A")
        for day in (clock.at(EARLIEST.date()).date(), pd.Timestamp("2199-12-31").date())
    ]

    frame = frame_of(table("kpi_days"), days)

    assert [row["date"].date() for row in frame.to_dict("records")] == [
        day.date for day in days
    ]


# Rows of a sheet as they stand ------------------------------------------------------


def a_row(**cells):
    complaint = Complaint(id="K-261121-7F3QX", received_at=EARLIEST, content="箱")
    frame = frame_of(table("complaints"), [complaint])
    return {**frame.iloc[0].to_dict(), **cells}


def test_a_sound_row_stands_as_its_record():
    assert standing_from(table("complaints"), a_row()) == record_from(
        table("complaints"), a_row()
    )


def test_an_unknown_word_stands_as_it_was_typed_and_equals_no_choice():
    found = standing_from(table("complaints"), a_row(severity="たかい"))

    assert found.severity == Unlisted("たかい")
    assert found.severity.value == "たかい"
    assert found.severity not in tuple(Severity)
    assert found.misfits() == {"severity"}


def test_what_a_row_lacks_is_missing_and_named():
    found = standing_from(table("complaints"), a_row(received_at=pd.NaT))

    assert found.received_at is None
    assert found.misfits() == {"received_at"}


def test_a_blank_number_that_every_record_has_is_the_usual_one():
    centre = Centre(code="A", name="A")
    row = frame_of(table("centres"), [centre]).iloc[0].to_dict()

    found = record_from(table("centres"), {**row, "service_level_seconds": pd.NA})

    assert found == centre


def test_a_row_without_a_number_of_its_own_goes_by_its_key():
    place = table("complaints")
    frame = frame_of(place, [record_from(place, a_row())] * 2)
    frame.index = pd.Index(["K-261121-7F3QX", "K-261121-7F3QX#2"])

    first, copy = standing(place, frame)

    assert (first.id, copy.id) == tuple(frame.index)
    assert standing_at(place, frame, "K-261121-7F3QX#2") == copy
    assert standing_at(place, frame, "K-261121-XXXXX") is None


def test_the_code_of_an_unknown_word_tells_nothing_of_it():
    assert Unlisted("山田さんへ").code == Unlisted("山田さんへ").code
    assert Unlisted("山田さんへ").code != Unlisted("山田さん").code
    assert "山田" not in Unlisted("山田さんへ").code
