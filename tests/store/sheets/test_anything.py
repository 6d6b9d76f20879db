"""Whatever stands in a sheet, it is read, and every row of it is accounted for."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schema.frames import empty_frame
from lib.schema.tables import TABLES, Table
from lib.store.sheets.layout import Tab
from lib.store.sheets.reading import read_table

CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "#REF!",
            "Loading...",
            "小計",
            "※",
            "11/3",
            "3日",
            "令和7年11月3日",
            "\r",
            "8０",
        ]
    ),
    st.sampled_from([46347, 46347.5, 20261103, 0, 1, "自社", "A", "K-261121-7F3QX"]),
)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Table, list[list[Any]]]:
    """Give a table and a tab with most of its columns, strange ones among them."""
    table = draw(st.sampled_from(TABLES))
    labels = [field.label for field in table.fields]
    header = draw(st.permutations([*labels, labels[0], "社内", ""]))
    header = header[: draw(st.integers(0, len(header)))]
    above = draw(st.lists(st.lists(CELL, max_size=3), max_size=2))
    below = draw(st.lists(st.lists(CELL, max_size=len(header) + 2), max_size=8))
    return table, [*above, header, *below]


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_nothing_breaks_and_nothing_is_dropped(sheet: tuple[Table, list[list[Any]]]):
    table, rows = sheet
    read = read_table(table, Tab(0, table.tab), rows)
    assert read.frame.columns.tolist() == [field.name for field in table.fields]
    assert read.frame.index.is_unique
    empty = empty_frame(table)
    for field in table.fields:
        if field.kind != "choice":
            assert read.frame[field.name].dtype == empty[field.name].dtype
    accounted = {*read.rows.tolist(), *(note.row for note in read.notes)}
    for number, row in enumerate(rows, start=1):
        says = [c for c in row if c not in ("", None) and c is not False]
        if number > read.header.row and any(str(c).strip() for c in says):
            assert number in accounted
    assert set(read.statuses["key"]) <= set(read.frame.index)
