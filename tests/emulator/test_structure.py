"""Rows, columns, tabs, names, protection, filters and rules."""

import pytest

from tests.emulator.calls import Api, box, row_of, span

ADMIN = "owner@example.com"


def titles(api):
    sheets = api.sheet("sheets.properties.title").get("sheets", [])
    return [sheet["properties"]["title"] for sheet in sheets]


def name(title, *edges, key=None):
    entry = {"name": title, "range": box(*edges)}
    return {
        "addNamedRange": {"namedRange": entry | ({"namedRangeId": key} if key else {})}
    }


def protect(*edges, **more):
    return {"addProtectedRange": {"protectedRange": {"range": box(*edges), **more}}}


def test_everything_hanging_on_rows_follows_an_insertion_and_a_deletion(emulator, api):
    api.batch(
        name("mine", 4, 6, 0, 2, key="n"),
        protect(4, 6, 0, 2, warningOnly=True),
        {"mergeCells": {"range": box(4, 6, 0, 2)}},
    )

    def places():
        sheet = api.sheet()
        first = sheet["sheets"][0]
        named = sheet.get("namedRanges", [{}])[0].get("range")
        protected = first.get("protectedRanges", [{}])[0].get("range")
        merged = first.get("merges", [None])[0]
        return [
            p and (p["startRowIndex"], p["endRowIndex"])
            for p in (named, protected, merged)
        ]

    api.batch({"insertDimension": {"range": span("ROWS", 0, 2)}})
    assert places() == [(6, 8)] * 3
    api.batch({"insertDimension": {"range": span("ROWS", 7, 8)}})
    assert places() == [(6, 9)] * 3
    api.batch({"deleteDimension": {"range": span("ROWS", 0, 7)}})
    assert places() == [(0, 2)] * 3
    api.batch({"deleteDimension": {"range": span("ROWS", 0, 2)}})
    assert places() == [None] * 3


def test_a_name_whose_cells_are_gone_stays_taken(api):
    api.batch(name("mine", 4, 6, 0, 2, key="n"))
    api.batch({"deleteDimension": {"range": span("ROWS", 4, 6)}})
    assert "namedRanges" not in api.sheet("namedRanges,spreadsheetId")
    assert api.batch(name("mine", 0, 1, 0, 1)).status == 400


def test_inserted_rows_look_like_the_row_they_inherit_from(api):
    bold = {"values": [{"userEnteredFormat": {"textFormat": {"bold": True}}}]}
    body = {"start": {"sheetId": 0}, "rows": [bold], "fields": "userEnteredFormat"}
    api.batch({"updateCells": body})
    api.batch(
        {"insertDimension": {"range": span("ROWS", 1, 2), "inheritFromBefore": True}}
    )
    data = api.sheet("sheets.data.rowData.values.userEnteredFormat", ranges="Sheet1!A2")
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"] == bold["values"]


def test_a_row_that_does_not_exist_cannot_be_deleted(api):
    answer = api.batch({"deleteDimension": {"range": span("ROWS", 1000, 1001)}})
    assert answer.message == (
        "Invalid requests[0].deleteDimension: Cannot delete a row that doesn't exist."
        " Tried to delete row index 1000 but there are only 1000 rows."
    )


def test_moved_rows_take_their_cells_along(api):
    api.put("Sheet1!A1", [["a"], ["b"], ["c"], ["d"]])
    move = {"source": span("ROWS", 0, 1), "destinationIndex": 3}
    api.batch({"moveDimension": move})
    assert api.rows("Sheet1!A1:A4") == [["b"], ["c"], ["a"], ["d"]]


def test_hidden_rows_are_read_like_any_other(api):
    api.put("Sheet1!A1", [["a"], ["b"]])
    hide = {
        "range": span("ROWS", 0, 1),
        "properties": {"hiddenByUser": True},
        "fields": "hiddenByUser",
    }
    api.batch({"updateDimensionProperties": hide})
    assert api.rows("Sheet1!A1:A2") == [["a"], ["b"]]
    data = api.sheet("sheets.data.rowMetadata", ranges="Sheet1!A1:A2")
    lines = data["sheets"][0]["data"][0]["rowMetadata"]
    assert lines == [{"hiddenByUser": True, "pixelSize": 21}, {"pixelSize": 21}]


def test_groups_nest_and_vanish(api):
    api.reply({"addDimensionGroup": {"range": span("ROWS", 0, 4)}})
    reply = api.reply({"addDimensionGroup": {"range": span("ROWS", 1, 3)}})
    groups = reply["addDimensionGroup"]["dimensionGroups"]
    assert [
        (g["range"]["startIndex"], g["range"]["endIndex"], g["depth"]) for g in groups
    ] == [
        (0, 4, 1),
        (1, 3, 2),
    ]
    api.reply({"deleteDimensionGroup": {"range": span("ROWS", 1, 3)}})
    reply = api.reply({"deleteDimensionGroup": {"range": span("ROWS", 0, 4)}})
    assert reply == {"deleteDimensionGroup": {}}


# Tabs


def test_a_new_tab_is_answered_with_all_it_got(api):
    wanted = {
        "title": "ログ",
        "gridProperties": {"rowCount": 5, "columnCount": 3, "frozenRowCount": 1},
    }
    reply = api.reply({"addSheet": {"properties": wanted}})["addSheet"]["properties"]
    assert reply.pop("sheetId") > 0
    assert reply == {
        "title": "ログ",
        "index": 1,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 5, "columnCount": 3, "frozenRowCount": 1},
    }


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (
            {"title": "sheet1"},
            'A sheet with the name "sheet1" already exists. Please enter another name.',
        ),
        ({"title": "x", "sheetId": 0}, "Sheet with id 0 already exists."),
    ],
)
def test_titles_and_ids_of_tabs_are_used_once(api, properties, text):
    answer = api.batch({"addSheet": {"properties": properties}})
    assert answer.message == f"Invalid requests[0].addSheet: {text}"


def test_tabs_move_by_the_index_they_have_before_the_move(api):
    for title in ("B", "C"):
        api.batch({"addSheet": {"properties": {"title": title}}})

    def move(index):
        request = {"properties": {"sheetId": 0, "index": index}, "fields": "index"}
        api.batch({"updateSheetProperties": request})
        return titles(api)

    assert move(1) == ["Sheet1", "B", "C"]
    assert move(2) == ["B", "Sheet1", "C"]
    assert move(3) == ["B", "C", "Sheet1"]
    assert move(0) == ["Sheet1", "B", "C"]


def test_the_last_tab_can_be_neither_hidden_nor_deleted(api):
    hide = {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}
    assert api.batch({"updateSheetProperties": hide}).message == (
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a"
        " document."
    )
    assert (
        "You can't remove all the sheets"
        in api.batch({"deleteSheet": {"sheetId": 0}}).message
    )


def test_a_duplicate_has_its_own_id_and_cells(emulator, japanese):
    japanese.put("苦情!A1", [["a"]])
    assert emulator.hand(japanese.book_id).duplicate_tab("苦情") == "苦情 のコピー"
    japanese.put("苦情!A1", [["b"]])
    assert japanese.rows("苦情 のコピー!A1") == [["a"]]


def test_shrinking_the_grid_cuts_cells_off(api):
    api.put("Sheet1!A1", [["a", "b"], ["c", "d"]])
    grid = {"gridProperties": {"rowCount": 1, "columnCount": 1}}
    request = {
        "properties": {"sheetId": 0, **grid},
        "fields": "gridProperties(rowCount,columnCount)",
    }
    api.batch({"updateSheetProperties": request})
    request["properties"]["gridProperties"] = {"rowCount": 2, "columnCount": 2}
    api.batch({"updateSheetProperties": request})
    assert api.rows("Sheet1") == [["a"]]


def test_a_tab_colour_comes_and_goes(api):
    def colour(rgb):
        style = {"tabColorStyle": {"rgbColor": rgb}}
        request = {"properties": {"sheetId": 0, **style}, "fields": "tabColorStyle"}
        api.batch({"updateSheetProperties": request})
        return api.sheet("sheets.properties")["sheets"][0]["properties"].get("tabColor")

    assert colour({"red": 1}) == {"red": 1}
    assert colour(None) is None


# Protection


def test_protected_cells_refuse_others_but_not_editors_or_the_owner(emulator, api):
    boss = Api(emulator.url, api.book_id, ADMIN)
    boss.reply(protect(0, 2, 0, 2, editors={"users": ["editor@example.com"]}))
    refused = api.put("Sheet1!B2", [["x"]])
    assert refused.status == 400
    assert refused.message.startswith(
        "You are trying to edit a protected cell or object."
    )
    assert api.put("Sheet1!C3", [["x"]]).status == 200
    editor = Api(emulator.url, api.book_id, "editor@example.com")
    assert editor.put("Sheet1!B2", [["x"]]).status == 200
    assert boss.put("Sheet1!B2", [["y"]]).status == 200


@pytest.mark.parametrize(
    "request_",
    [
        {
            "updateCells": {
                "start": {"sheetId": 0},
                "rows": [row_of("x")],
                "fields": "userEnteredValue",
            }
        },
        {"deleteDimension": {"range": span("ROWS", 0, 1)}},
        {"sortRange": {"range": box(0, 5, 0, 2), "sortSpecs": [{"dimensionIndex": 0}]}},
        {
            "repeatCell": {
                "range": box(0, 1, 0, 1),
                "cell": {},
                "fields": "userEnteredValue",
            }
        },
        {
            "cutPaste": {
                "source": box(1, 2, 1, 2),
                "destination": {"sheetId": 0, "rowIndex": 9, "columnIndex": 9},
            }
        },
        {"mergeCells": {"range": box(0, 2, 0, 1)}},
    ],
)
def test_protection_holds_against_every_kind_of_edit(emulator, api, request_):
    Api(emulator.url, api.book_id, ADMIN).reply(protect(0, 2, 0, 2))
    answer = api.batch(request_)
    assert answer.status == 400
    assert "protected cell" in answer.message


def test_a_warning_hinders_nobody(emulator, api):
    Api(emulator.url, api.book_id, ADMIN).reply(protect(0, 2, 0, 2, warningOnly=True))
    assert api.put("Sheet1!A1", [["x"]]).status == 200


def test_only_editors_lift_a_protection(emulator, api):
    boss = Api(emulator.url, api.book_id, ADMIN)
    reply = boss.reply(protect(0, 2, 0, 2))["addProtectedRange"]["protectedRange"]
    gone = {"deleteProtectedRange": {"protectedRangeId": reply["protectedRangeId"]}}
    assert api.batch(gone).status == 400
    boss.reply(gone)
    assert api.put("Sheet1!A1", [["x"]]).status == 200


# Names, rules, filters


def test_a_name_is_a_range_like_any_other(api):
    api.batch(name("期限", 0, 2, 0, 1))
    api.put("期限", [["a"], ["b"]])
    assert api.get("期限").json["range"] == "Sheet1!A1:A2"


@pytest.mark.parametrize("bad", ["", "A1", "1st", "with space", "TRUE", "x" * 251])
def test_what_is_no_name_is_refused(api, bad):
    assert api.batch(name(bad, 0, 1, 0, 1)).status == 400


def test_validation_does_not_stop_the_api(api):
    rule = {
        "condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "未"}]},
        "strict": True,
    }
    api.batch({"setDataValidation": {"range": box(0, 9, 0, 1), "rule": rule}})
    assert api.put("Sheet1!A1", [["other"]]).status == 200
    data = api.sheet("sheets.data.rowData.values.dataValidation", ranges="Sheet1!A1")
    assert (
        data["sheets"][0]["data"][0]["rowData"][0]["values"][0]["dataValidation"]
        == rule
    )


def test_conditional_rules_keep_their_order(api):
    def rule(text):
        test = {"type": "TEXT_EQ", "values": [{"userEnteredValue": text}]}
        return {
            "ranges": [box(0, 9, 0, 1)],
            "booleanRule": {"condition": test, "format": {}},
        }

    for text in "ab":
        api.batch({"addConditionalFormatRule": {"rule": rule(text), "index": 0}})
    reply = api.reply({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}})
    gone = reply["deleteConditionalFormatRule"]["rule"]["booleanRule"]["condition"]
    assert gone["values"][0]["userEnteredValue"] == "b"
    assert len(api.sheet()["sheets"][0]["conditionalFormats"]) == 1


def test_a_filter_changes_no_reading(api):
    api.put("Sheet1!A1", [["h"], ["a"], ["b"]])
    hidden = {"0": {"hiddenValues": ["a"]}}
    api.batch(
        {"setBasicFilter": {"filter": {"range": box(0, 3, 0, 1), "criteria": hidden}}}
    )
    assert api.rows("Sheet1!A1:A3") == [["h"], ["a"], ["b"]]
    assert "basicFilter" in api.sheet()["sheets"][0]
    api.batch({"clearBasicFilter": {"sheetId": 0}})
    assert "basicFilter" not in api.sheet()["sheets"][0]


def test_explicit_ids_of_filters_bands_and_protections_are_used_once(api):
    kinds = [
        {"addFilterView": {"filter": {"filterViewId": 7, "range": box(0, 3, 0, 1)}}},
        {
            "addBanding": {
                "bandedRange": {
                    "bandedRangeId": 7,
                    "range": box(0, 3, 0, 1),
                    "rowProperties": {},
                }
            }
        },
        protect(0, 1, 0, 1, protectedRangeId=7),
    ]
    for request in kinds:
        assert api.batch(request).status == 200
        assert api.batch(request).status == 400


def test_metadata_of_the_document_can_be_made_and_removed(api):
    wanted = {
        "metadataKey": "k",
        "metadataValue": "v",
        "visibility": "DOCUMENT",
        "location": {"spreadsheet": True},
    }
    api.reply({"createDeveloperMetadata": {"developerMetadata": wanted}})
    assert api.sheet()["developerMetadata"][0]["metadataKey"] == "k"
    look = {"dataFilter": {"developerMetadataLookup": {"metadataKey": "k"}}}
    api.reply({"deleteDeveloperMetadata": look})
    assert "developerMetadata" not in api.sheet()


# Reading the spreadsheet


def test_a_new_spreadsheet_is_described_as_google_does(emulator):
    answer = (
        Api(emulator.url, "")
        .call(
            "POST",
            "/v4/spreadsheets",
            {
                "properties": {"title": "t", "locale": "ja_JP"},
                "sheets": [{"properties": {"title": "苦情"}}],
            },
        )
        .json
    )
    assert answer["properties"]["locale"] == "ja_JP"
    assert [s["properties"]["title"] for s in answer["sheets"]] == ["苦情"]
    assert answer["spreadsheetUrl"].endswith(f"/{answer['spreadsheetId']}/edit")


def test_a_mask_with_an_unknown_name_is_refused(api):
    answer = api.call("GET", f"/v4/spreadsheets/{api.book_id}", fields="nonsense")
    assert answer.status == 400
    assert (
        "Cannot find matching fields for path 'nonsense'"
        in answer.json["error"]["details"][0]["fieldViolations"][0]["description"]
    )


def test_ranges_limit_the_tabs_that_are_answered(emulator, api):
    emulator.book(api.book_id).add_sheet("B")
    found = api.sheet("sheets.properties.title", ranges="B!A1")["sheets"]
    assert found == [{"properties": {"title": "B"}}]


def test_cells_are_described_in_full_when_asked(api):
    api.put("Sheet1!A1", [["=1/0"]], "USER_ENTERED")
    answer = api.call(
        "GET",
        f"/v4/spreadsheets/{api.book_id}",
        includeGridData="true",
        ranges="Sheet1!A1",
    ).json
    cell = answer["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell["userEnteredValue"] == {"formulaValue": "=1/0"}
    assert cell["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert cell["formattedValue"] == "#DIV/0!"


def test_who_is_not_let_in_sees_nothing(emulator):
    book_id = emulator.create(open_to_all=False)
    stranger = Api(emulator.url, book_id, "stranger@example.com")
    answer = stranger.get("A1")
    assert answer.json["error"] == {
        "code": 403,
        "message": "The caller does not have permission",
        "status": "PERMISSION_DENIED",
    }
    emulator.share(book_id, "stranger@example.com", "reader")
    assert stranger.get("A1").status == 200
    assert stranger.put("A1", [["x"]]).status == 403


def test_a_spreadsheet_that_does_not_exist_is_not_found(emulator):
    answer = Api(emulator.url, "nowhere").get("A1")
    assert answer.json["error"] == {
        "code": 404,
        "message": "Requested entity was not found.",
        "status": "NOT_FOUND",
    }


def test_rows_of_cells_end_with_the_last_one_that_the_mask_shows(api):
    api.put("Sheet1!A1", [["a", "b"], ["c", "d"], ["e", "f"]])
    cell = {"start": {"sheetId": 0, "rowIndex": 1}, "fields": "note"}
    api.batch({"updateCells": cell | {"rows": [{"values": [{"note": "memo"}]}]}})
    data = api.sheet("sheets.data.rowData.values.note", ranges="Sheet1!A1:B3")
    rows = data["sheets"][0]["data"][0]["rowData"]
    assert rows == [{}, {"values": [{"note": "memo"}]}]
