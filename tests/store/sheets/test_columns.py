"""The fast way must read each cell just as `parse_cell` does."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest

from lib.schema.cells import parse_cell
from lib.schema.cells.reading import NOT_A_CHOICE
from lib.schema.column import Field
from lib.schema.frames import dtype_of, plain
from lib.schema.tables import TABLES, Table
from lib.store.sheets.columns import absent_column, read_column

CELLS: list[Any] = [
    *["８０", "−5", "△5", "(5)", "令和7年11月3日", "7.11.3", "20261103", "11/3", "3日"],
    *["80%", "¥1,200", "約20", "20〜30", "-", "なし", "×", " 山田 ", "a\r\nb", "\x07x"],
    *[
        "#REF!",
        "#N/A",
        "Loading...",
        "#1 です",
        "　#REF!\u00a0",
        "# です",
        "1",
        "対応中です",
        "ふしぎ",
        "対応完了",
    ],
    *["k2611217f3qx", "K-261121-7F3QX", None, "", "\u3000", "x" * 50_001, "あ\tい\n"],
    *[20261103, 46329, 46329.5, 46329.99999999, 0.378472222, 0.8, 80, 1.0, 0, 1, -1],
    *[True, False, 3.5, 2**60, 1e300, 312345678, 1000001, -0.0, 41000, 0.333],
    *[9999, 10000, 15000, 18000, 18500.7, 19000, 79999.999, 80000, 60000, 60001],
]
EACH_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)


@EACH_TABLE
def test_a_column_is_read_as_cell_by_cell(table: Table):
    for field in table.fields:
        cells = [*CELLS, *random.Random(3).choices(CELLS, k=60)]
        column = read_column(field, cells)
        marks = dict(column.marks.at())
        for place, cell in enumerate(cells):
            expected = parse_cell(field, cell)
            mark = marks.get(place)
            assert (mark or expected) == expected
            assert (mark is None) == (expected.status == "ok")
            if expected.why != NOT_A_CHOICE:
                shown = _shown(field, column.array[place])
                assert shown == _plain(field, expected.value)


def _shown(field: Field, value: Any) -> Any:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    return value.date() if field.kind == "date" else value


def _plain(field: Field, value: Any) -> Any:
    found = plain(field, value)
    return float(found) if field.kind == "decimal" and found is not None else found


@EACH_TABLE
def test_an_absent_column_is_missing_and_of_the_same_type(table: Table):
    for field in table.fields:
        empty = absent_column(field, 3)
        expected = pd.Series([], dtype=dtype_of(field)).dtype
        assert pd.Series(empty.array).dtype == expected
        blank = read_column(field, [None, "", None])
        assert pd.Series(empty.array).equals(pd.Series(blank.array))
        assert len(empty.marks) == len(blank.marks) == 0
