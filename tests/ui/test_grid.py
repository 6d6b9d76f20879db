"""What a client says about a grid is held against what the grid lets anybody do."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.elements.widgets.data_editor import DataEditorSerde

from lib.errors import NotAllowed
from lib.ui import grid

TAKES = {"offered": grid.number, "note": grid.words, "field": grid.one_of(["甲", "乙"])}


def taken(rows=31, **sent):
    return grid.allowed(sent, rows, TAKES)


def test_what_a_person_typed_is_taken():
    typed = {0: {"offered": 5, "note": None}, 30: {"field": "甲", "offered": None}}

    assert taken(edited_rows=typed, added_rows=[], deleted_rows=[]) == typed
    assert taken(edited_rows={3: {}}) == {}
    assert taken() == {}


@pytest.mark.parametrize(
    "cells",
    [
        {"rate": "100%"},
        {"centre": "C2"},
        {"_index": 4},
        {"offered": "5"},
        {"offered": True},
        {"offered": [5]},
        {"offered": 2.0**60},
        {"offered": float("nan")},
        {"offered": float("inf")},
        {"note": 5},
        {"note": ["x"]},
        {"field": "丙"},
        {"field": 1},
    ],
)
def test_one_cell_that_no_screen_sends_refuses_them_all(cells):
    with pytest.raises(NotAllowed):
        taken(edited_rows={0: {"offered": 5}, 1: cells})


@pytest.mark.parametrize(
    "sent",
    [
        {"added_rows": [{"offered": 1}]},
        {"deleted_rows": [0]},
        {"edited_rows": {31: {"offered": 1}}},
        {"edited_rows": {-1: {"offered": 1}}},
        {"more": 1},
    ],
)
def test_rows_stay_as_many_as_were_shown(sent, caplog):
    caplog.set_level(logging.WARNING)
    with pytest.raises(NotAllowed):
        taken(**sent)
    assert [r.name for r in caplog.records] == ["lib.ui.grid"]


def test_the_log_of_an_attempt_quotes_nothing(caplog):
    caplog.set_level(logging.WARNING)
    with pytest.raises(NotAllowed):
        taken(edited_rows={0: {"090-1234-5678": "山田", "note": "090-1234-5678"}})
    assert "090" not in caplog.text
    assert "山田" not in caplog.text


def test_who_sends_what_no_screen_sends_stands_in_the_log():
    class Desk:
        told: list[str] = []  # noqa: RUF012 - one for the test

        def note_refusal(self, table):
            self.told.append(table)

    desk = Desk()
    with grid.noted(desk, "kpi_days"):
        taken(edited_rows={0: {"offered": 5}})
    assert desk.told == []
    with pytest.raises(NotAllowed), grid.noted(desk, "kpi_days"):
        taken(added_rows=[{"offered": 1}])
    assert desk.told == ["kpi_days"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda kept: st.lists(kept) | st.dictionaries(st.text(), kept),
    max_leaves=8,
)


@given(ANY)
def test_anything_at_all_is_taken_whole_or_refused(sent):
    """As it comes from a client: through JSON and Streamlit's own reading of it."""
    try:
        state = DataEditorSerde().deserialize(json.dumps({"edited_rows": sent}))
        found = grid.allowed(state, 2, TAKES)
    except (NotAllowed, AttributeError, TypeError, ValueError):
        return
    assert set(found) <= {0, 1}
    assert all(set(cells) <= set(TAKES) for cells in found.values())
