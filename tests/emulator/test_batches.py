"""spreadsheets.batchUpdate: cells, atomicity and the answer that carries them back."""

import pytest

from tests.emulator.calls import box, row_of, span


def update(top, left, *rows, fields="userEnteredValue"):
    start = {"sheetId": 0, "rowIndex": top, "columnIndex": left}
    return {"updateCells": {"start": start, "rows": list(rows), "fields": fields}}


def append(*rows, sheet_id=0):
    body = {"sheetId": sheet_id, "rows": list(rows), "fields": "userEnteredValue"}
    return {"appendCells": body}


def claim(name, key=None):
    entry = {"name": name, "range": box(0, 1, 0, 1)}
    return {
        "addNamedRange": {"namedRange": entry | ({"namedRangeId": key} if key else {})}
    }


def test_one_invalid_request_undoes_the_whole_batch(emulator, api):
    api.batch(update(0, 0, row_of("before")))
    answer = api.batch(
        update(0, 0, row_of("after")),
        {"addSheet": {"properties": {"title": "new"}}},
        {"insertDimension": {"range": span("ROWS", 0, 5)}},
        claim("mine"),
        {
            "updateSheetProperties": {
                "properties": {"title": "renamed"},
                "fields": "title",
            }
        },
        {"deleteSheet": {"sheetId": 4711}},
    )
    assert answer.status == 400
    assert answer.message == "Invalid requests[5].deleteSheet: No sheet with id: 4711"
    sheet = api.sheet()
    assert [s["properties"]["title"] for s in sheet["sheets"]] == ["Sheet1"]
    assert "namedRanges" not in sheet
    assert api.rows("Sheet1!A1:A9") == [["before"]]
    assert emulator.book(api.book_id).sheets[0].rows == 1000


def test_an_id_that_exists_is_refused_and_names_its_request(api):
    assert api.batch(claim("first", "claim_1")).status == 200
    answer = api.batch(update(0, 0, row_of("lost")), claim("second", "claim_1"))
    assert answer.status == 400
    assert answer.message.startswith("Invalid requests[1].addNamedRange: ")
    assert "claim_1" in answer.message
    assert api.rows("Sheet1!A1") == []


def test_a_name_that_exists_is_refused_too(api):
    api.batch(claim("claim_a", "id_a"))
    answer = api.batch(claim("CLAIM_A", "id_b"))
    assert answer.message.startswith("Invalid requests[0].addNamedRange: ")


def test_of_two_claims_at_once_exactly_one_wins(emulator, api):
    from concurrent.futures import ThreadPoolExecutor

    def attempt(writer):
        return api.batch(claim("claim", "same"), append(row_of(writer))).status

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, [f"w{i}" for i in range(8)]))
    assert sorted(outcomes) == [200] + [400] * 7
    assert len(emulator.values(api.book_id, "Sheet1!A:A")) == 1


def test_typed_cells_cannot_become_formulas_or_dates(api):
    api.batch(update(0, 0, row_of("=1+1", "2026-11-03", "007", 0, False, 1.5)))
    rows = api.rows("Sheet1!A1:F1", "UNFORMATTED_VALUE")
    assert rows == [["=1+1", "2026-11-03", "007", 0, False, 1.5]]


def test_cells_are_appended_below_the_last_value_whatever_is_formatted_below(api):
    api.batch(update(4, 2, row_of("deep")))
    rule = {"condition": {"type": "BOOLEAN"}}
    api.batch(
        {"setDataValidation": {"range": box(0, 50, 0, 1), "rule": rule}},
        append(row_of("a"), row_of("b", None, 3)),
    )
    assert api.rows("Sheet1!A5:C9") == [["", "", "deep"], ["a"], ["b", "", "3"]]


def test_a_row_that_was_blanked_is_no_data_for_appending(api):
    api.batch(append(row_of("a"), row_of("b")))
    api.put("Sheet1!A2", [[""]])
    api.batch(append(row_of("c")))
    assert api.rows("Sheet1!A1:A3") == [["a"], ["c"]]


def test_appending_grows_the_grid(emulator, api):
    emulator.book(api.book_id).sheets[0].resize(1, 1)
    api.batch(append(row_of("a", "b"), row_of("c")))
    sheet = emulator.book(api.book_id).sheets[0]
    assert (sheet.rows, sheet.columns) == (2, 2)


def test_the_answer_carries_the_asked_cells_of_the_same_moment(api):
    api.batch(update(0, 0, row_of("id", "x"), row_of("k1", 1), row_of("k2", 2)))
    answer = api.batch(
        update(2, 1, row_of(22)),
        fields="replies,updatedSpreadsheet(sheets(properties.title,"
        "data(startRow,rowData.values.effectiveValue)))",
        includeSpreadsheetInResponse=True,
        responseRanges=["Sheet1!A3:B3"],
    )
    assert answer.json == {
        "replies": [{}],
        "updatedSpreadsheet": {
            "sheets": [
                {
                    "properties": {"title": "Sheet1"},
                    "data": [
                        {
                            "startRow": 2,
                            "rowData": [
                                {
                                    "values": [
                                        {"effectiveValue": {"stringValue": "k2"}},
                                        {"effectiveValue": {"numberValue": 22}},
                                    ]
                                }
                            ],
                        }
                    ],
                }
            ]
        },
    }


def test_without_a_mask_cells_come_back_only_when_asked_for(api):
    body = {"includeSpreadsheetInResponse": True}
    answer = api.batch(update(0, 0, row_of("a")), **body).json
    assert "data" not in answer["updatedSpreadsheet"]["sheets"][0]
    answer = api.batch(
        update(0, 0, row_of("a")), **body, responseIncludeGridData=True
    ).json
    data = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]
    assert data["rowData"][0]["values"][0]["formattedValue"] == "a"


def test_a_response_range_that_does_not_exist_undoes_the_batch(api):
    answer = api.batch(
        update(0, 0, row_of("a")),
        includeSpreadsheetInResponse=True,
        responseRanges=["Nothing!A1"],
    )
    assert answer.status == 400
    assert api.rows("Sheet1!A1") == []


def test_an_unknown_kind_is_refused_before_anything_happens(api):
    answer = api.batch(update(0, 0, row_of("a")), {"makeCoffee": {}})
    assert answer.message == (
        "Invalid JSON payload received. Unknown name \"makeCoffee\" at 'requests[1]':"
        " Cannot find field."
    )
    assert api.rows("Sheet1!A1") == []


def test_an_empty_batch_is_refused(api):
    assert api.batch().message == "Must specify at least one request."


def test_a_long_text_fails_the_whole_batch(api):
    answer = api.batch(append(row_of("fine")), append(row_of("x" * 50_001)))
    assert answer.message.startswith("Invalid requests[1].appendCells: Your input")
    assert api.rows("Sheet1!A1") == []


def test_writing_off_the_grid_is_refused(api):
    answer = api.batch(update(1000, 0, row_of("a")))
    assert answer.message == (
        "Invalid requests[0].updateCells: Attempting to write row: 1000, beyond the"
        " last requested row of: 999"
    )


def test_a_range_in_update_cells_is_cleared_where_no_cells_are_sent(api):
    api.batch(update(0, 0, row_of("a", "b"), row_of("c", "d")))
    request = {
        "range": box(0, 2, 0, 2),
        "rows": [row_of("A")],
        "fields": "userEnteredValue",
    }
    api.batch({"updateCells": request})
    assert api.rows("Sheet1!A1:B2") == [["A"]]


def test_a_mask_touches_nothing_else(api):
    note = {"values": [{"note": "memo"}]}
    api.batch(update(0, 0, row_of("a")), update(0, 0, note, fields="note"))
    bold = {"values": [{"userEnteredFormat": {"textFormat": {"bold": True}}}]}
    api.batch(update(0, 0, bold, fields="userEnteredFormat.textFormat.bold"))
    data = api.sheet(
        "sheets.data.rowData.values(note,userEnteredValue,userEnteredFormat)",
        ranges="Sheet1!A1",
    )
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"] == [
        {
            "userEnteredValue": {"stringValue": "a"},
            "note": "memo",
            "userEnteredFormat": {"textFormat": {"bold": True}},
        }
    ]


def test_a_batch_without_a_mask_for_cells_is_refused(api):
    request = {"start": {"sheetId": 0}, "rows": [row_of("a")]}
    answer = api.batch({"updateCells": request})
    assert answer.status == 400
    assert "'fields'" in answer.message


def test_find_and_replace_counts_what_it_changed(api):
    api.put("Sheet1!A1", [["対応中", "対応中です"], ["未", "対応中"]])
    request = {
        "find": "対応中",
        "replacement": "完了",
        "matchEntireCell": True,
        "sheetId": 0,
    }
    reply = api.reply({"findReplace": request})["findReplace"]
    assert reply == {
        "valuesChanged": 2,
        "rowsChanged": 2,
        "sheetsChanged": 1,
        "occurrencesChanged": 2,
    }
    assert api.rows("Sheet1!A1:B2") == [["完了", "対応中です"], ["未", "完了"]]


def test_find_and_replace_on_one_cell_is_a_compare_and_swap(api):
    api.put("Sheet1!A1", [["old"]])
    request = {
        "find": "stale",
        "replacement": "x",
        "matchEntireCell": True,
        "range": box(0, 1, 0, 1),
    }
    assert api.reply({"findReplace": request}) == {"findReplace": {}}
    assert api.rows("Sheet1!A1") == [["old"]]


def test_sorting_permutes_the_cells_of_its_range_and_no_others(api):
    api.put(
        "Sheet1!A1",
        [["id", "n", "memo"], ["b", 2, "x"], ["c", "", "y"], ["a", 10, "z"]],
    )
    api.batch(
        update(1, 0, {"values": [{"note": "of b"}]}, fields="note"),
        {
            "sortRange": {
                "range": box(1, 4, 0, 2),
                "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
            }
        },
    )
    rows = api.rows("Sheet1!A2:C4", "UNFORMATTED_VALUE")
    assert rows == [["a", 10, "x"], ["b", 2, "y"], ["c", "", "z"]]
    notes = api.sheet("sheets.data.rowData.values.note", ranges="Sheet1!A3")
    assert notes["sheets"][0]["data"][0]["rowData"] == [{"values": [{"note": "of b"}]}]


def test_sorting_puts_numbers_before_texts_before_booleans(api):
    api.put("Sheet1!A1", [["b"], [True], [2], [""], ["A"], [1]])
    api.batch(
        {"sortRange": {"range": box(0, 6, 0, 1), "sortSpecs": [{"dimensionIndex": 0}]}}
    )
    rows = api.rows("Sheet1!A1:A6", "UNFORMATTED_VALUE")
    assert rows == [[1], [2], ["A"], ["b"], [True]]


def test_merging_keeps_only_the_first_value_and_writes_under_it_vanish(api):
    api.put("Sheet1!A1", [["a", "b"], ["c", "d"]])
    api.batch({"mergeCells": {"range": box(0, 2, 0, 2), "mergeType": "MERGE_ALL"}})
    assert api.rows("Sheet1!A1:B2") == [["a"]]
    api.put("Sheet1!A1", [["A", "B"]])
    assert api.rows("Sheet1!A1:B2") == [["A"]]
    assert api.sheet("sheets.merges")["sheets"][0]["merges"] == [
        {
            "startRowIndex": 0,
            "endRowIndex": 2,
            "startColumnIndex": 0,
            "endColumnIndex": 2,
        }
    ]
    part = api.batch({"unmergeCells": {"range": box(0, 1, 0, 2)}})
    assert "You must select all cells in a merged range" in part.message


def test_a_cut_moves_cells_and_a_copy_leaves_them(api):
    api.put("Sheet1!A1", [["a"], ["b"]])
    to = {"sheetId": 0, "rowIndex": 0, "columnIndex": 2}
    api.batch(
        {"copyPaste": {"source": box(0, 2, 0, 1), "destination": box(0, 4, 1, 2)}},
        {"cutPaste": {"source": box(0, 2, 0, 1), "destination": to}},
    )
    assert api.rows("Sheet1!A1:C4") == [
        ["", "a", "a"],
        ["", "b", "b"],
        ["", "a"],
        ["", "b"],
    ]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({"red": 0.9, "green": 0.5}, {"red": 0.9019608, "green": 0.5019608}),
        ({"red": 1, "blue": 0}, {"red": 1}),
    ],
)
def test_colours_have_eight_bits_and_both_names(api, given, answered):
    cell = {"values": [{"userEnteredFormat": {"backgroundColor": given}}]}
    api.batch(update(0, 0, cell, fields="userEnteredFormat.backgroundColor"))
    data = api.sheet("sheets.data.rowData.values.userEnteredFormat", ranges="Sheet1!A1")
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"][0] == {
        "userEnteredFormat": {
            "backgroundColor": answered,
            "backgroundColorStyle": {"rgbColor": answered},
        }
    }


def test_the_ten_millionth_cell_is_the_last(api):
    answer = api.batch(
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}}
    )
    assert answer.message == (
        "Invalid requests[0].appendDimension: This action would increase the number of"
        " cells in the workbook above the limit of 10000000 cells."
    )
