"""What is put into a store comes out of it, to the letter."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lib.schema.cells.reading import BLANKS, is_error_value
from lib.schema.column import Field
from lib.schema.frames import empty_frame, frame_of
from lib.schema.record import Record
from lib.schema.tables import TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.store.protocol import Store
from tests.schema.strategies import NASTY, records, with_key
from tests.store.rows import NOON, complaint, kpi_day, read, saving

numbers = itertools.count(1)


def names_a_row(table: Table, field: Field) -> bool:
    """Whether the field is a row's key or points at another's."""
    pointing = bool(field.column.refers) or field.name == "case_id"
    return field.name in table.key or pointing


def kept(store: Store, table: Table, name: str, text: str) -> str:
    """Return the text as a store keeps it: to the letter.

    Only a sheet, where a slip of the hand adds them, takes blanks off what names a row;
    and a formula's error, which it cannot tell from the same word, names none.
    """
    if store.kind != "Google Sheet" or not names_a_row(table, table.field(name)):
        return text
    return "" if is_error_value(text) else text.strip(BLANKS)


def as_kept(store: Store, table: Table, record: Record) -> Record:
    """Return the record with its texts as the store keeps them.

    A percentage that no cell of a sheet could show is nothing there.
    """
    values = record.values()
    changes: dict[str, object] = {
        f.name: kept(store, table, f.name, values[f.name])
        for f in table.fields
        if f.kind == "text"
    }
    if store.kind == "Google Sheet":
        changes |= {
            f.name: 0.0
            for f in table.fields
            if f.column.unit == "%" and abs(values[f.name] or 1) < 1e-15
        }
    return record.model_copy(update=changes)


def as_stored(record: Record) -> Record:
    """Return the record as a store hands it back after the insert of `saving`."""
    return record.model_copy(
        update={"version": 1, "updated_at": NOON, "updated_by": "山田"}
    )


def check_round_trip(store: Store, table: Table, made: list[Record]) -> None:
    rows = [with_key(table, record, next(numbers)) for record in made]
    # A row that points with blanks alone points nowhere, once they are off.
    texts = [f.name for f in table.fields if f.required and f.kind == "text"]
    assume(all(getattr(as_kept(store, table, r), n) for r in rows for n in texts))
    before = store.load()
    receipt = store.commit(saving(*rows))
    after = store.refresh(before)

    rows = [as_kept(store, table, row) for row in rows]
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
        expected = [kept(store, TABLES[0], name, text) for text in NASTY]
        assert stored[name].tolist() == expected


def test_a_nasty_text_can_be_a_key(store):
    store.commit(saving(*(kpi_day(f"{text[:200]}|") for text in NASTY)))

    for text in NASTY:
        centre = kept(store, table_by_code("kpi_days"), "centre", f"{text[:200]}|")
        assert read(store, "kpi_days", f"2026-11-21|{centre}") is not None


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
