"""What a client says was picked is believed where it can stand there."""

import json
from datetime import date

import pytest
from streamlit.elements.arrow import DataframeSelectionSerde

from lib.ui import picked


def told(**selection):
    """Return a selection as a page gets it: through Streamlit's own reading."""
    return DataframeSelectionSerde().deserialize(json.dumps({"selection": selection}))


def test_what_a_person_picked_is_found():
    state = told(rows=[2, 0], cells=[[1, "day"]])

    assert picked.rows(state, 3) == [2, 0]
    assert picked.cell(state, 3) == (1, "day")
    assert picked.rows(told(), 3) == []
    assert picked.cell(told(), 3) is None


@pytest.mark.parametrize("row", [3, -1, "0", 1.0, True, None, [0], {"row": 0}])
def test_a_row_that_is_not_there_was_not_picked(row):
    assert picked.rows(told(rows=[row]), 3) == []
    assert picked.cell(told(cells=[[row, "day"]]), 3) is None


@pytest.mark.parametrize("cells", [[[0]], [[0, 1]], [[0, "day", "x"]], [[]]])
def test_a_cell_is_a_row_and_a_column(cells):
    assert picked.cell(told(cells=cells), 3) is None


@pytest.mark.parametrize("state", [None, {}, {"selection": None}, {"selection": []}])
def test_nothing_picked_is_nothing(state):
    assert picked.rows(state, 3) == []
    assert picked.mark(state, "pick") == {}


@pytest.mark.parametrize("marks", [None, [], ["x"], {}, [None]])
def test_a_mark_is_a_list_of_fields(marks):
    assert picked.mark({"selection": {"pick": marks}}, "pick") == {}


def test_a_mark_names_a_day_or_none():
    fields = picked.mark({"selection": {"pick": [{"iso": "2026-11-21"}]}}, "pick")

    assert picked.day(fields["iso"]) == date(2026, 11, 21)
    for forged in ("0001-01-01", "9999-12-31", "soon", "", None, 7, []):
        assert picked.day(forged) is None
