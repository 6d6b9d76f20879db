"""spreadsheets.values as the real API answers it."""

import gzip
import json

import pytest


def test_a_written_block_reads_back_without_its_blank_ends(api):
    api.put("Sheet1!A1:D4", [["a", "", "c", ""], ["", "", "", ""], [1, 2.5, True, ""]])
    answer = api.get("Sheet1!A1:D4").json
    assert answer == {
        "range": "Sheet1!A1:D4",
        "majorDimension": "ROWS",
        "values": [["a", "", "c"], [], ["1", "2.5", "TRUE"]],
    }


def test_an_empty_range_has_no_values_key(api):
    assert api.get("Sheet1!B2:C3").json == {
        "range": "Sheet1!B2:C3",
        "majorDimension": "ROWS",
    }


def test_columns_come_when_columns_are_asked_for(api):
    api.put("Sheet1!A1", [["a", "b"], ["c"], ["d", "e"]])
    rows = api.rows("Sheet1!A:B", majorDimension="COLUMNS")
    assert rows == [["a", "c", "d"], ["b", "", "e"]]


def test_each_rendering_shows_a_date_and_a_formula_its_own_way(api):
    api.put("Sheet1!A1", [["=4/2", "2020-01-01", "x", 53]], "USER_ENTERED")
    assert api.rows("Sheet1!A1:D1") == [["2", "2020-01-01", "x", "53"]]
    plain = api.rows("Sheet1!A1:D1", "UNFORMATTED_VALUE")
    assert plain == [[2, 43831, "x", 53]]
    formulas = api.rows("Sheet1!A1:D1", "FORMULA")
    assert formulas == [["=4/2", 43831, "x", 53]]
    texts = api.rows(
        "Sheet1!A1:D1", "UNFORMATTED_VALUE", dateTimeRenderOption="FORMATTED_STRING"
    )
    assert texts == [[2, "2020-01-01", "x", 53]]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'Sheet1'!B2", "Sheet1!B2"),
        ("Sheet1!D4:A1", "Sheet1!A1:D4"),
        ("Sheet1!A:A", "Sheet1!A1:A1000"),
        ("Sheet1!2:3", "Sheet1!A2:Z3"),
        ("Sheet1!C5:C", "Sheet1!C5:C1000"),
        ("B2:C3", "Sheet1!B2:C3"),
        ("sheet1!A1", "Sheet1!A1"),
        ("Sheet1!R2C3", "Sheet1!C2"),
    ],
)
def test_ranges_are_answered_in_full(api, asked, answered):
    assert api.get(asked).json["range"] == answered


def test_a_title_that_is_no_plain_name_is_quoted(emulator, japanese):
    assert japanese.get("苦情!A1").json["range"] == "'苦情'!A1"
    emulator.book(japanese.book_id).add_sheet("D3")
    assert japanese.get("'D3'!A1").json["range"] == "'D3'!A1"
    emulator.book(japanese.book_id).add_sheet("it's")
    assert japanese.get("'it''s'!A1").json["range"] == "'it''s'!A1"


def test_an_unknown_tab_is_a_range_that_cannot_be_parsed(api):
    answer = api.get("Nothing!A1")
    assert answer.status == 400
    assert answer.json["error"] == {
        "code": 400,
        "message": "Unable to parse range: Nothing!A1",
        "status": "INVALID_ARGUMENT",
    }


def test_cells_beyond_the_grid_are_refused(api):
    answer = api.get("Sheet1!A1001")
    assert answer.message == (
        "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"
    )


def test_a_batch_keeps_the_order_of_its_ranges(api):
    api.put("Sheet1!A1", [["a", "b"]])
    answer = api.call(
        "GET",
        f"/v4/spreadsheets/{api.book_id}/values:batchGet",
        ranges=["Sheet1!B1", "Sheet1!A1"],
    )
    assert [r["values"] for r in answer.json["valueRanges"]] == [[["b"]], [["a"]]]


def test_null_leaves_a_cell_alone_and_the_empty_text_clears_it(api):
    api.put("Sheet1!A1", [["a", "b", "c"]])
    answer = api.put("Sheet1!A1:C1", [[None, "", "C"]]).json
    assert answer["updatedCells"] == 2
    assert answer["updatedRange"] == "Sheet1!A1:C1"
    assert api.rows("Sheet1!A1:C1") == [["a", "", "C"]]


def test_an_update_can_carry_the_whole_range_back(api):
    api.put("Sheet1!A1", [["a", "b", 3]])
    answer = api.put(
        "Sheet1!A1:C1",
        [[None, "B"]],
        includeValuesInResponse="true",
        responseValueRenderOption="UNFORMATTED_VALUE",
    ).json
    assert answer["updatedData"]["values"] == [["a", "B", 3]]


def test_values_beyond_their_range_are_refused_and_change_nothing(api):
    answer = api.put("Sheet1!A1:B1", [["a", "b", "c"]])
    assert answer.status == 400
    assert "tried writing to column [C]" in answer.message
    answer = api.put("Sheet1!A1:B1", [["a"], ["b"]])
    assert "tried writing to row [2]" in answer.message
    assert api.rows("Sheet1!A1:C2") == []


def test_an_update_from_one_corner_grows_the_grid(api):
    api.put("Sheet1!Z1000", [["a", "b"], ["c", "d"]])
    grid = api.sheet("sheets.properties.gridProperties")["sheets"][0]["properties"]
    assert grid["gridProperties"] == {"rowCount": 1001, "columnCount": 27}


def test_the_input_option_is_required(api):
    answer = api.call(
        "PUT", f"/v4/spreadsheets/{api.book_id}/values/Sheet1!A1", {"values": [[1]]}
    )
    assert answer.message == "'valueInputOption' is required but not specified"


def test_a_text_in_place_of_rows_is_refused_as_the_parser_does(api):
    answer = api.put("Sheet1!nonsense", "A1:D4")
    text = (
        "Invalid value at 'data.values'"
        ' (type.googleapis.com/google.protobuf.ListValue), "A1:D4"'
    )
    assert answer.json["error"]["message"] == text
    violation = answer.json["error"]["details"][0]["fieldViolations"][0]
    assert violation == {"field": "data.values", "description": text}


def test_a_cell_holds_fifty_thousand_characters_and_not_one_more(api):
    assert api.put("Sheet1!A1", [["あ" * 50_000]]).status == 200
    answer = api.put("Sheet1!B1", [["x", "あ" * 50_001]])
    assert answer.status == 400
    assert "more than the maximum of 50000 characters" in answer.message
    assert api.rows("Sheet1!B1:C1") == []


def test_raw_keeps_a_formula_as_text(api):
    api.put("Sheet1!A1", [["=1+1"]])
    assert api.rows("Sheet1!A1") == [["=1+1"]]
    data = api.sheet("sheets.data.rowData.values", ranges="Sheet1!A1")
    cell = data["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell["userEnteredValue"] == {"stringValue": "=1+1"}


# Appending


def test_the_first_append_goes_to_the_ranges_first_cell(api):
    answer = api.append("Sheet1", [["a", "b"]]).json
    assert "tableRange" not in answer
    assert answer["updates"]["updatedRange"] == "Sheet1!A1:B1"


def test_an_append_follows_the_last_table_even_where_that_shifts_it(api):
    api.put("Sheet1!A1", [["x", "", "y"]])
    answer = api.append("Sheet1", [["p", "q"]]).json
    assert answer["tableRange"] == "Sheet1!C1"
    assert answer["updates"]["updatedRange"] == "Sheet1!C2:D2"


def test_a_blank_row_ends_the_table(api):
    api.put("Sheet1!A1", [["x", "y"], ["1", "2"], ["", ""], ["note"]])
    answer = api.append("Sheet1!A1", [["p", "q"]]).json
    assert answer["tableRange"] == "Sheet1!A1:B2"
    assert api.rows("Sheet1!A3:B4") == [["p", "q"], ["note"]]


def test_overwriting_appends_eat_what_lies_below_and_inserting_ones_do_not(api):
    api.put("Sheet1!A1", [["x"], [""], ["below"]])
    api.append("Sheet1!A1", [["1"], ["2"]])
    assert api.rows("Sheet1!A1:A9") == [["x"], ["1"], ["2"]]
    api.put("Sheet1!D1", [["x"], [""], ["below"]])
    api.append("Sheet1!D1", [["1"], ["2"]], insertDataOption="INSERT_ROWS")
    assert api.rows("Sheet1!D1:D9") == [["x"], ["1"], ["2"], [], ["below"]]


def test_an_append_grows_the_grid(api, emulator):
    emulator.book(api.book_id).sheets[0].resize(2, 2)
    api.put("Sheet1!A1", [["a", "b"], ["c", "d"]])
    api.append("Sheet1!A1", [["e", "f", "g"]])
    sheet = emulator.book(api.book_id).sheets[0]
    assert (sheet.rows, sheet.columns) == (3, 3)


# Clearing and batches


def test_clearing_keeps_formats_and_notes(api):
    api.put("Sheet1!A1", [["2026-11-03"]], "USER_ENTERED")
    path = f"/v4/spreadsheets/{api.book_id}/values/Sheet1!A1:B2:clear"
    assert api.call("POST", path, {}).json["clearedRange"] == "Sheet1!A1:B2"
    api.put("Sheet1!A1", [[46329]])
    assert api.rows("Sheet1!A1") == [["2026-11-03"]]


def test_a_batch_of_values_is_written_as_a_whole_or_not_at_all(api):
    path = f"/v4/spreadsheets/{api.book_id}/values:batchUpdate"
    good = {"range": "Sheet1!A1", "values": [["a"]]}
    bad = {"range": "Nothing!A1", "values": [["b"]]}
    body = {"valueInputOption": "RAW", "data": [good, bad]}
    assert api.call("POST", path, body).status == 400
    assert api.rows("Sheet1!A1") == []
    totals = api.call("POST", path, {**body, "data": [good]}).json
    assert totals["totalUpdatedCells"] == totals["totalUpdatedSheets"] == 1


def test_answers_are_indented_unless_told_otherwise(api):
    assert b"\n  " in api.get("Sheet1!A1").raw
    assert b"\n" not in api.get("Sheet1!A1", prettyPrint="false").raw


def test_large_answers_are_compressed_for_those_who_take_it(api):
    api.put("Sheet1!A1", [["あ" * 5_000]])
    answer = api.call(
        "GET",
        f"/v4/spreadsheets/{api.book_id}/values/Sheet1!A1",
        headers={"Accept-Encoding": "gzip"},
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.raw))["values"] == [["あ" * 5_000]]


def test_a_body_that_is_no_json_is_refused(api):
    path = f"/v4/spreadsheets/{api.book_id}:batchUpdate"
    answer = api.call("POST", path, raw=b"{nonsense")
    assert answer.status == 400
    assert answer.message.startswith("Invalid JSON payload received.")
