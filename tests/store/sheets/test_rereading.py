"""A tab of which few rows changed reads as if all of it had been read anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schema.tables import table
from lib.store.sheets import rereading
from lib.store.sheets.layout import Tab
from lib.store.sheets.reading import SheetTable, read_table
from lib.store.sheets.rereading import SheetReader, reread
from tests.store.sheets.sheet import grid, payload, places

COMPLAINTS = table("complaints")
TAB = Tab(0, COMPLAINTS.tab)
NAMES = [
    *("id", "content", "received_at", "status", "temper", "contact"),
    *("handling_minutes", "handler", "order_number", "source", "version"),
]
CELLS: dict[str, list[Any]] = {
    "id": ["", "K-261121-7F3QX", " k-261121-7f3qx", "K-1", "合計"],
    "content": ["箱が潰れていた", "", "#REF!", "改\n行"],
    "received_at": [46347.4375, "令和7年11月3日 9:05", "11/3", "あした", ""],
    "status": ["受付", "対応中", "様子見", ""],
    "contact": ["0312345678", 312345678, ""],
    "handling_minutes": [5, "約20", "多数", "", True, 1],
    "handler": ["佐藤", "佐藤 花子 ", ""],
}


def row(number: int) -> dict[str, Any]:
    return {
        "id": f"K-2611{number // 30 + 10:02}-{number % 30 + 10:02}ABC",
        "content": f"話 {number}",
        "received_at": 46300 + number,
        "status": "受付",
        "contact": "0312345678",
        "source": "アプリ",
        "version": 1,
    }


def sheet(*rows: dict[str, Any]) -> list[list[Any]]:
    return grid("complaints", *rows, also=NAMES)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)


def assert_same(one: SheetTable, other: SheetTable) -> None:
    pd.testing.assert_frame_equal(one.frame, other.frame)
    pd.testing.assert_frame_equal(one.extras, other.extras, check_index_type=False)
    pd.testing.assert_frame_equal(in_order(one.statuses), in_order(other.statuses))
    assert sorted(map(repr, one.problems)) == sorted(map(repr, other.problems))
    assert np.array_equal(one.rows, other.rows)
    assert (one.header, one.notes, one.new, one.doubled, one.loading, one.guessed) == (
        *(other.header, other.notes, other.new),
        *(other.doubled, other.loading, other.guessed),
    )


edits = st.lists(
    st.tuples(st.integers(0, 33), st.sampled_from(sorted(CELLS)), st.integers(0, 5)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(before=edits, after=edits)
def test_a_patched_tab_equals_one_read_anew(before, after):
    rows = [row(number) for number in range(30)]
    old_rows = sheet(*edited(rows, before))
    new_rows = sheet(*edited(edited(rows, before), after))
    old = read_table(COMPLAINTS, TAB, old_rows)

    found = reread(old, old_rows, COMPLAINTS, TAB, new_rows, exact=True)

    assert_same(found, read_table(COMPLAINTS, TAB, new_rows))


def edited(rows: list[dict[str, Any]], changes: Any) -> list[dict[str, Any]]:
    made = [dict(one) for one in rows]
    for place, name, which in changes:
        while place >= len(made):
            made.append(row(len(made)))
        made[place][name] = CELLS[name][which % len(CELLS[name])]
    return made


@pytest.fixture
def whole_reads(monkeypatch):
    """Count the rows that are parsed."""
    parsed = []

    def counting(kind, tab, rows):
        parsed.append(len(rows))
        return read_table(kind, tab, rows)

    monkeypatch.setattr(rereading, "read_table", counting)
    return parsed


def test_only_the_changed_and_the_new_rows_are_parsed(whole_reads):
    rows = [row(number) for number in range(30)]
    old_rows = sheet(*rows)
    old = read_table(COMPLAINTS, TAB, old_rows)
    new_rows = sheet(*edited(rows, [(3, "content", 3)]), row(40), row(41))

    found = reread(old, old_rows, COMPLAINTS, TAB, new_rows, exact=False)

    assert whole_reads == [1 + 3]
    assert_same(found, read_table(COMPLAINTS, TAB, new_rows))


def test_rows_that_move_are_all_parsed(whole_reads):
    rows = [row(number) for number in range(30)]
    old_rows, new_rows = sheet(*rows), sheet(row(99), *rows)
    old = read_table(COMPLAINTS, TAB, old_rows)

    found = reread(old, old_rows, COMPLAINTS, TAB, new_rows, exact=False)

    assert_same(found, read_table(COMPLAINTS, TAB, new_rows))


def test_a_ticked_box_in_place_of_a_one_is_seen():
    reader = SheetReader()
    where = places("complaints")
    for typed, marked in ((1, 0), (True, 1), (1, 0)):
        rows = sheet({**row(1), "handling_minutes": typed}, row(2))
        found = reader.read(payload(rows), where).tables["complaints"]
        assert len(found.statuses) == marked
