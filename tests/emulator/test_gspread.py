"""The real gspread and google-auth work against the emulator."""

import gspread
import pytest
from google.oauth2 import service_account

GOOGLE = (
    ("https://sheets.googleapis.com", ""),
    ("https://www.googleapis.com", ""),
)
SCOPES = [
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
]


@pytest.fixture
def client(emulator):
    class Local(gspread.HTTPClient):
        """gspread's client, pointed at the emulator."""

        def request(self, method, endpoint, *args, **kwargs):
            for base, path in GOOGLE:
                endpoint = endpoint.replace(base, emulator.url + path)
            return super().request(method, endpoint, *args, **kwargs)

    credentials = service_account.Credentials.from_service_account_info(
        emulator.service_account(), scopes=SCOPES
    )
    client = gspread.Client(credentials, http_client=Local)
    yield client
    client.http_client.session.close()


@pytest.fixture
def sheet(client):
    return client.create("台帳").sheet1


def test_a_spreadsheet_is_made_opened_and_listed(client):
    made = client.create("台帳")
    assert client.open_by_key(made.id).title == "台帳"
    assert client.open("台帳").id == made.id
    assert [found.id for found in client.openall()] == [made.id]
    client.del_spreadsheet(made.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(made.id)


def test_rows_are_written_appended_and_read(sheet):
    sheet.update([["ID", "件数"], ["c1", 3]], "A1")
    sheet.append_row(["c2", 5])
    assert sheet.get_all_values() == [["ID", "件数"], ["c1", "3"], ["c2", "5"]]
    assert sheet.get_all_records() == [{"ID": "c1", "件数": 3}, {"ID": "c2", "件数": 5}]
    assert sheet.find("c2").address == "A3"


def test_rows_are_inserted_deleted_and_sorted(sheet):
    sheet.update([["b"], ["c"], ["a"]], "A1")
    sheet.insert_row(["new"], 2)
    sheet.delete_rows(1)
    assert sheet.col_values(1) == ["new", "c", "a"]
    sheet.sort((1, "asc"), range="A1:A3")
    assert sheet.col_values(1) == ["a", "c", "new"]


def test_formats_notes_colours_and_freezing_are_kept(sheet):
    sheet.update([["見出し"]], "A1")
    sheet.format("A1", {"textFormat": {"bold": True}})
    sheet.insert_note("A1", "説明")
    sheet.freeze(rows=1)
    sheet.update_tab_color("#ff0000")
    assert sheet.get_note("A1") == "説明"
    fresh = sheet.spreadsheet.get_worksheet(0)
    assert fresh.frozen_row_count == 1
    assert fresh.tab_color == "#FF0000"


def test_tabs_are_added_renamed_copied_and_removed(client):
    book = client.create("台帳")
    log = book.add_worksheet("ログ", 10, 3)
    log.update_title("操作ログ")
    log.duplicate(new_sheet_name="控え")
    book.del_worksheet(book.worksheet("控え"))
    assert [tab.title for tab in book.worksheets()] == ["Sheet1", "操作ログ"]
    assert log.copy_to(book.id)["title"] == "Copy of 操作ログ"


def test_names_protection_filters_and_validation_are_made(sheet):
    sheet.define_named_range("A1:B2", "期限")
    sheet.add_protected_range("A1:A2", warning_only=True)
    sheet.set_basic_filter()
    sheet.add_validation("C1", gspread.utils.ValidationConditionType.boolean, [])
    named = sheet.spreadsheet.list_named_ranges()
    assert [found["name"] for found in named] == ["期限"]
    assert len(sheet.spreadsheet.list_protected_ranges(sheet.id)) == 1


def test_low_level_batches_are_answered(client):
    book = client.create("台帳")
    client.http_client.values_update(
        book.id, "Sheet1!A1", {"valueInputOption": "RAW"}, {"values": [["a"]]}
    )
    found = client.http_client.values_batch_get(book.id, ["Sheet1!A1"])
    assert found["valueRanges"][0]["values"] == [["a"]]


def test_an_expired_token_is_renewed_unseen(emulator, client, sheet):
    emulator.tokens.expire_all()
    sheet.update([["x"]], "A1")
    assert sheet.acell("A1").value == "x"
    assert emulator.tokens.issued == 2


def test_errors_arrive_as_gspreads_own(client, sheet):
    with pytest.raises(gspread.exceptions.APIError) as error:
        sheet.spreadsheet.values_get("Nothing!A1")
    assert error.value.code == 400


def test_sharing_goes_through_drive(emulator, client):
    book = client.create("台帳")
    book.share("guest@example.com", perm_type="user", role="writer", notify=False)
    assert emulator.book(book.id).role_of("guest@example.com") == 2
    book.remove_permissions("guest@example.com")
    assert emulator.book(book.id).role_of("guest@example.com") == 0


def test_merges_groups_and_hidden_lines_are_kept(sheet):
    sheet.update([["a", "b"], ["c", "d"]], "A1")
    sheet.merge_cells("A1:B1")
    sheet.unmerge_cells("A1:B1")
    sheet.batch_merge([{"range": "C1:D2", "mergeType": "MERGE_ALL"}])
    sheet.add_dimension_group_rows(0, 2)
    sheet.add_dimension_group_columns(0, 2)
    assert len(sheet.list_dimension_group_rows()) == 1
    assert len(sheet.list_dimension_group_columns()) == 1
    sheet.delete_dimension_group_rows(0, 2)
    assert sheet.list_dimension_group_rows() == []
    sheet.hide_rows(0, 1)
    sheet.unhide_rows(0, 1)
    sheet.hide_columns(0, 1)
    sheet.columns_auto_resize(0, 1)
    sheet.rows_auto_resize(0, 1)
    assert sheet.get("A1:B2") == [["a"], ["c", "d"]]


def test_cells_are_copied_cut_cleared_and_batched(sheet):
    sheet.batch_update(
        [{"range": "A1", "values": [["a"]]}, {"range": "A2", "values": [["b"]]}]
    )
    sheet.copy_range("A1:A2", "B1:B2")
    sheet.cut_range("A1:A2", "C1")
    assert sheet.batch_get(["A1:C1", "C:C"]) == [[["", "a", "a"]], [["a"], ["b"]]]
    sheet.batch_clear(["B1:B2"])
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_rows_and_columns_are_added_inserted_and_removed(sheet):
    sheet.insert_rows([["r1"], ["r2"]], 1)
    sheet.insert_cols([["c1", "c2"]], 1)
    sheet.append_rows([["x"]], insert_data_option="INSERT_ROWS", table_range="A1")
    sheet.add_rows(5)
    sheet.add_cols(2)
    sheet.delete_columns(2)
    fresh = sheet.spreadsheet.get_worksheet(0)
    assert sheet.get_all_values() == [["c1"], ["c2"], ["x"]]
    assert (fresh.row_count, fresh.col_count) == (1008, 28)


def test_notes_colours_filters_and_hiding_are_undone(client):
    book = client.create("台帳")
    sheet = book.add_worksheet("二枚目", 5, 5)
    sheet.update_notes({"A1": "x", "B2": "y"})
    assert sheet.get_notes() == [["x"], ["", "y"]]
    sheet.clear_notes(["A1"])
    assert sheet.get_notes() == [[], ["", "y"]]
    sheet.update_tab_color("#00ff00")
    sheet.clear_tab_color()
    sheet.set_basic_filter("A1:B3")
    sheet.clear_basic_filter()
    sheet.hide()
    assert book.worksheets(exclude_hidden=True)[-1].title == "Sheet1"
    sheet.show()
    sheet.hide_gridlines()
    sheet.show_gridlines()
    sheet.update_index(0)
    assert [tab.title for tab in book.worksheets()] == ["二枚目", "Sheet1"]
    book.reorder_worksheets(list(reversed(book.worksheets())))
    assert [tab.title for tab in book.worksheets()] == ["Sheet1", "二枚目"]


def test_a_spreadsheet_is_imported_exported_renamed_and_described(client):
    book = client.create("台帳")
    client.import_csv(book.id, "a,1\nb,2")
    assert book.sheet1.get("A1:B2", value_render_option="UNFORMATTED_VALUE") == [
        ["a", 1],
        ["b", 2],
    ]
    assert client.export(book.id, gspread.utils.ExportFormat.CSV) == b"a,1\r\nb,2"
    book.update_title("新しい台帳")
    book.update_locale("ja_JP")
    book.update_timezone("Asia/Tokyo")
    book.fetch_sheet_metadata()
    assert client.open("新しい台帳").locale == "ja_JP"
    with pytest.raises(gspread.exceptions.APIError):
        book.update_timezone("Mars")
    copied = client.copy(book.id, title="控え", copy_permissions=False)
    assert copied.sheet1.title == book.sheet1.title
    assert book.list_permissions()[0]["role"] == "owner"


def test_protection_of_ranges_is_listed_and_lifted(sheet):
    added = sheet.add_protected_range("A1:B2", editor_users_emails=["a@example.com"])
    key = added["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    listed = sheet.spreadsheet.list_protected_ranges(sheet.id)[0]
    assert "a@example.com" in listed["editors"]["users"]
    sheet.delete_protected_range(key)
    assert sheet.spreadsheet.list_protected_ranges(sheet.id) == []
