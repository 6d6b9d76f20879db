"""What is put into a store comes out of it, to the letter."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.schema.frames import empty_frame, frame_of
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table
from lib.store.protocol import Store
from tests.schema.strategies import NASTY, records, with_key
from tests.store.rows import NOON, complaint, kpi_day, read, saving

numbers = itertools.count(1)


def as_stored(record: Record) -> Record:
    """Return the record as a store hands it back after the insert of `saving`."""
    return record.model_copy(
        update={"version": 1, "updated_at": NOON, "updated_by": "山田"}
    )


def check_round_trip(store: Store, table: Table, made: list[Record]) -> None:
    rows = [with_key(table, record, next(numbers)) for record in made]
    before = store.load()
    receipt = store.commit(saving(*rows))
    after = store.refresh(before)

    for row in rows:
        key = table.key_of(row)
        assert read(after, table.code, key) == as_stored(row)
        assert receipt.records[table.code, key] == as_stored(row)
    assert list(after.frames[table.code].index[-len(rows) :]) == [
        table.key_of(row) for row in rows
    ]


relaxed = {
    "deadline": None,
    "suppress_health_check": [
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
@given(data=st.data())
@settings(max_examples=4, **relaxed)
def test_every_record_comes_back_as_it_was(store, table, data):
    made = data.draw(st.lists(records(table), min_size=1, max_size=4))
    check_round_trip(store, table, made)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
@given(data=st.data())
@settings(max_examples=150, **relaxed)
def test_every_record_comes_back_as_it_was_at_length(store, table, data):
    made = data.draw(st.lists(records(table), min_size=1, max_size=8))
    check_round_trip(store, table, made)


def test_every_nasty_text_comes_back_to_the_letter_from_every_text_field(store):
    fields = [
        f.name for f in complaint().fields() if f.kind == "text" and f.name != "id"
    ]
    rows = [
        complaint(f"K-{number:03}", **dict.fromkeys(fields, text))
        for number, text in enumerate(NASTY)
    ]
    store.commit(saving(*rows))

    stored = store.load().frames["complaints"]
    for name in fields:
        if name == "updated_by":
            continue
        assert stored[name].tolist() == list(NASTY)


def test_a_nasty_text_can_be_a_key(store):
    store.commit(saving(*(kpi_day(f"{text[:200]}|") for text in NASTY)))

    for text in NASTY:
        assert read(store, "kpi_days", f"2026-11-21|{text[:200]}|") is not None


def test_missing_is_not_zero(store):
    store.commit(saving(kpi_day("A", offered=0, orders=None)))

    day = store.load().frames["kpi_days"].iloc[0]
    assert day["offered"] == 0
    assert day["orders"] is pd.NA
    assert pd.isna(day["entered_at"])


def test_an_empty_store_has_every_table_with_its_columns(store):
    frames = store.load().frames

    assert list(frames) == [table.code for table in TABLES]
    for table in TABLES:
        pd.testing.assert_frame_equal(frames[table.code], empty_frame(table))


def test_frames_have_the_dtypes_and_order_that_the_schema_gives(store):
    rows = [complaint(key) for key in ("K-b", "K-a", "K-é", "K-B", "K-10", "K-9")]
    store.commit(saving(*rows[:4]))
    store.commit(saving(*rows[4:]))

    expected = frame_of(TABLES[0], [as_stored(row) for row in rows])
    pd.testing.assert_frame_equal(store.load().frames["complaints"], expected)


def test_another_opening_of_the_store_reads_the_same(store, store_factory):
    store.commit(saving(complaint("K-1", content="𠮷"), kpi_day("自社", orders=3)))

    here, there = store.load(), store_factory().load()
    assert here.revision == there.revision
    for code, frame in here.frames.items():
        pd.testing.assert_frame_equal(frame, there.frames[code])
