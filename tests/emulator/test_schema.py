"""Requests that Google's parser would not let through."""

import pytest

from tests.emulator.calls import box

HEAD = "Invalid JSON payload received. "
PACKAGE = "type.googleapis.com/google.apps.sheets.v4"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            {"deleteSheet": {"sheetID": 1}},
            (
                f"{HEAD}Unknown name \"sheetID\" at 'requests[0].delete_sheet':"
                " Cannot find field."
            ),
        ),
        (
            {"deleteSheet": {"sheetId": "first"}},
            (
                "Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32),"
                ' "first"'
            ),
        ),
        (
            {"mergeCells": {"range": box(0, 1, 0, 2), "mergeType": "ALL"}},
            (
                "Invalid value at 'requests[0].merge_cells.merge_type'"
                f' ({PACKAGE}.MergeType), "ALL"'
            ),
        ),
        (
            {"deleteSheet": {"sheetId": 1}, "addSheet": {}},
            (
                "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already"
                " set. Cannot set 'addSheet'"
            ),
        ),
        (
            {"deleteDimension": {"range": [{"sheetId": 0}]}},
            (
                f"{HEAD}Unknown name \"range\" at 'requests[0].delete_dimension': Proto"
                " field is not repeating, cannot start list."
            ),
        ),
    ],
)
def test_a_wrong_name_or_type_is_refused_with_its_place(api, request_, text):
    answer = api.batch(request_)
    assert answer.status == 400
    assert answer.message == text
    violation = answer.json["error"]["details"][0]["fieldViolations"][0]
    assert violation["description"] == text


def test_all_that_is_wrong_is_told_at_once(api):
    answer = api.batch({"deleteSheet": {"a": 1, "b": 2}}, colour="red")
    assert len(answer.message.split("\n")) == 3


def test_a_value_has_one_kind_only(api):
    value = {"stringValue": "1", "numberValue": 1}
    cell = {
        "start": {},
        "rows": [{"values": [{"userEnteredValue": value}]}],
        "fields": "*",
    }
    answer = api.batch({"updateCells": cell})
    assert "oneof field 'value' is already set" in answer.message


def test_nulls_numbers_in_texts_and_snake_case_are_taken(api):
    request = {"sheet_id": None, "dimension": "ROWS", "length": "3"}
    assert api.batch({"appendDimension": request}).status == 200
    sheet = api.sheet("sheets.properties.grid_properties.row_count")
    grid = sheet["sheets"][0]["properties"]["gridProperties"]
    assert grid == {"rowCount": 1003}


def test_a_kind_that_is_not_served_says_so(api):
    answer = api.batch({"addChart": {}})
    assert answer.message == "This emulator does not serve addChart."


@pytest.mark.parametrize(
    "mask", ["sheets.nonsense", "sheets(properties,x)", "a.", "(", ""]
)
def test_masks_are_checked_all_the_way_down(api, mask):
    answer = api.call("GET", f"/v4/spreadsheets/{api.book_id}", fields=mask)
    assert answer.status == (400 if mask else 200)
