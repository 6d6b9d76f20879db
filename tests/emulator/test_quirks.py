"""Promises of the API, broken one at a time."""

import pytest

from tests.emulator.calls import box, row_of

CLAIM = {
    "addNamedRange": {"namedRange": {"namedRangeId": "c", "name": "c", "range": {}}}
}
APPEND = {
    "appendCells": {"sheetId": 0, "rows": [row_of("new")], "fields": "userEnteredValue"}
}
BAD = {"deleteSheet": {"sheetId": 4711}}


def test_an_id_may_be_used_twice(emulator, api):
    emulator.quirks.ids_may_repeat = True
    assert [api.batch(CLAIM).status for _ in range(2)] == [200, 200]


def test_a_failed_batch_leaves_its_first_half_behind(emulator, api):
    emulator.quirks.partial_batches = True
    assert api.batch(APPEND, BAD).status == 400
    assert api.rows("Sheet1!A1") == [["new"]]


def test_the_sheet_does_not_come_back(emulator, api):
    emulator.quirks.no_sheet_in_response = True
    answer = api.batch(APPEND, includeSpreadsheetInResponse=True).json
    assert "updatedSpreadsheet" not in answer


@pytest.mark.parametrize(("broken", "row"), [(False, 1), (True, 6)])
def test_rows_that_only_look_filled_push_the_append_down(emulator, api, broken, row):
    rule = {"condition": {"type": "BOOLEAN"}}
    api.batch({"setDataValidation": {"range": box(0, 5, 0, 1), "rule": rule}})
    assert (
        api.call("POST", "/_control/quirks", {"append_below_looks": broken}).status
        == 200
    )
    api.batch(APPEND)
    assert api.rows(f"Sheet1!A{row}") == [["new"]]


def test_there_are_no_other_quirks(api):
    assert api.call("POST", "/_control/quirks", {"nonsense": True}).status == 400
