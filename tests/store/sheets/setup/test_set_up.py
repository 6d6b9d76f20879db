"""The spreadsheet for people: made once, mended where it is ours, else left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.errors import SettingsError
from lib.schema.tables import TABLES, table
from lib.store.sheets.provisioning import provided
from lib.store.sheets.setup.arrangement import LEADING, Part, planned, titles
from lib.store.sheets.setup.making import spreadsheet_id
from lib.store.sheets.setup.report import Outcome
from tests.store.places import sheet_place
from tests.store.rows import complaint, saving

CASES = table("complaints").tab
DAYS = table("kpi_days").tab
INQUIRIES = table("agency_inquiries").tab
VISIBLE = [
    "使い方",
    "今日",
    "苦情台帳",
    "行政問合せ",
    "日次KPI",
    "商品",
    "メンバー",
    "センター",
]


# Tabs and columns -----------------------------------------------------------------


def test_people_see_eight_tabs_in_order_and_the_rest_is_hidden(desk):
    desk.set_up()

    assert desk.visible() == VISIBLE
    hidden = set(desk.hand.tabs()) - set(VISIBLE)
    assert {"対応履歴", "操作ログ", "設定", "_sys", "KPI集計"} <= hidden


def test_the_ledger_begins_with_the_first_screen_and_ends_with_what_the_app_writes(
    desk,
):
    desk.set_up()

    header = desk.header(CASES)
    assert header[:12] == [
        "連絡先",
        "お客様名",
        "商品コード",
        "申出の種類",
        "内容",
        "要望",
        "温度感",
        "次の約束",
        "次の約束日時",
        "担当者",
        "状態",
        "対応メモ",
    ]
    auto = [field.label for field in table("complaints").fields if field.auto]
    assert set(header[-len(auto) - 1 :]) == {*auto, "▸ 自動"}
    assert len(LEADING["agency_inquiries"]) == 10


def test_every_field_has_a_column_once(desk):
    desk.set_up()

    for kind in TABLES:
        header = desk.header(kind.tab)
        labels = {field.label for field in kind.fields}
        assert labels <= set(header)
        assert len(header) == len(set(header))


def test_the_columns_for_later_are_folded_in_groups(desk):
    desk.set_up()

    sheet = desk.sheet(CASES)
    header = desk.header(CASES)
    folded = [
        header[group["range"]["startIndex"] : group["range"]["endIndex"]]
        for group in sheet["columnGroups"]
    ]
    assert all(group["collapsed"] for group in sheet["columnGroups"])
    assert [len(part) for part in folded] == [15, 19, 7, 7]
    later = {c.title for c in planned(table("complaints")) if c.folded}
    assert {title for part in folded for title in part} == later


def test_headers_are_frozen_coloured_and_explain_themselves(desk):
    desk.set_up()

    for kind in TABLES:
        sheet = desk.emulator.book(desk.book).sheet_titled(kind.tab)
        assert sheet.grid_properties["frozenRowCount"] == 1
        for column, cell in zip(planned(kind), sheet.lines[0], strict=True):
            assert cell.format["backgroundColor"]
            assert cell.note or not column.help


def cell_below(desk, tab, title):
    sheet = desk.emulator.book(desk.book).sheet_titled(tab)
    return sheet.lines[sheet.rows - 1][desk.header(tab).index(title)]


def test_phone_numbers_and_codes_are_texts_and_days_are_days_down_to_the_last_row(desk):
    desk.set_up()

    for title in ("連絡先", "注文番号", "受付番号", "商品コード", "ロット番号"):
        assert cell_below(desk, CASES, title).format["numberFormat"]["type"] == "TEXT"
    due = cell_below(desk, CASES, "次の約束日時").format["numberFormat"]
    assert due == {"type": "DATE_TIME", "pattern": "yyyy/mm/dd(ddd) hh:mm"}


def test_a_phone_number_typed_by_hand_keeps_its_zero(desk):
    desk.set_up()

    desk.type(CASES, 2, 連絡先="0312345678", 注文番号="1-2")

    assert desk.shown(CASES, "連絡先", 2) == "0312345678"
    assert desk.shown(CASES, "注文番号", 2) == "1-2"


def test_words_are_offered_and_others_are_let_in(desk):
    desk.set_up()

    status = cell_below(desk, CASES, "状態").rule
    assert status["condition"]["type"] == "ONE_OF_LIST"
    offered = [v["userEnteredValue"] for v in status["condition"]["values"]]
    assert offered == [
        choice.value for choice in table("complaints").field("status").choices
    ]
    assert "strict" not in status
    claims = cell_below(desk, CASES, "申出の種類").rule["condition"]["values"]
    assert {"userEnteredValue": "届かない・遅い"} in claims


def test_people_products_and_centres_are_offered_from_their_tabs(desk):
    desk.set_up()

    offered = {
        title: cell_below(desk, CASES, title).rule["condition"]
        for title in ("担当者", "商品コード", "受付センター")
    }
    assert {rule["type"] for rule in offered.values()} == {"ONE_OF_RANGE"}
    person = offered["担当者"]["values"][0]["userEnteredValue"]
    names = titles(table("members")).index("氏名")
    letter = chr(65 + names)
    assert person == f"='メンバー'!${letter}$2:${letter}"


def test_what_the_app_writes_is_grey_and_asks_before_it_is_typed_over(desk):
    desk.set_up()

    header = desk.header(CASES)
    protected = desk.sheet(CASES)["protectedRanges"]
    assert all(one["warningOnly"] for one in protected)
    covered = {
        header[column]
        for one in protected
        if one["range"].get("startRowIndex")
        for column in range(
            one["range"].get("startColumnIndex", 0), one["range"]["endColumnIndex"]
        )
    }
    assert covered == {c.title for c in planned(table("complaints")) if c.by_app}
    assert Part.FIRST not in {
        c.part for c in planned(table("complaints")) if c.title in covered
    }
    assert cell_below(desk, CASES, "受付番号").format["backgroundColor"]


def test_nobody_but_the_app_and_the_owner_can_change_the_log(desk):
    desk.set_up()

    (lock,) = desk.sheet("操作ログ")["protectedRanges"]
    assert not lock.get("warningOnly")
    assert lock["range"] == {"sheetId": lock["range"]["sheetId"]}
    assert len(lock["editors"]["users"]) <= 2
    assert lock["requestingUserCanEdit"]


def test_three_views_show_open_cases_todays_promises_and_each_persons(desk):
    desk.set_up()

    views = desk.sheet(CASES)["filterViews"]
    assert [view["title"] for view in views] == ["未完了", "今日の約束", "担当別"]
    status = desk.header(CASES).index("状態")
    hidden = {
        spec.get("columnIndex", 0): spec["filterCriteria"].get("hiddenValues")
        for spec in views[0]["filterSpecs"]
    }
    assert hidden[status] == ["完了", "取消"]


# A second run, and several at once --------------------------------------------------


def test_a_second_run_writes_nothing(desk, emulator):
    first = desk.set_up()
    emulator.log.clear()

    second = desk.set_up()

    assert (first.changed, second.changed) == (True, False)
    assert (emulator.log.reads(), emulator.log.writes()) == (3, 0)


def test_a_first_run_is_one_write(desk, emulator):
    emulator.log.clear()

    desk.set_up()

    assert emulator.log.writes() == 1


def test_several_runs_at_once_make_everything_once(desk):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: desk.set_up(), range(4)))

    assert sorted(desk.hand.tabs()) == sorted(set(desk.hand.tabs()))
    assert len(desk.sheet(CASES)["filterViews"]) == 3
    assert len(desk.hand.read(DAYS)) == 1 + 30


def test_the_store_opens_what_was_set_up_and_writes_nothing(desk, emulator):
    desk.set_up()
    emulator.log.clear()

    places = provided(desk.client, desk.book)

    assert set(places.tabs) == {kind.code for kind in TABLES}
    assert emulator.log.writes() == 0


def test_a_spreadsheet_that_the_store_made_is_mended_in_place(desk, emulator):
    provided(desk.client, desk.book)

    desk.set_up()
    emulator.log.clear()
    desk.set_up()

    assert desk.visible() == VISIBLE
    assert desk.header(CASES)[:12] == list(titles(table("complaints"))[:12])
    assert emulator.log.writes() == 0


def test_cases_that_the_app_wrote_stay_as_they_are(emulator, tmp_path, desk):
    place = sheet_place(emulator, tmp_path / "data")
    store = place()
    store.commit(saving(complaint("K-261121-7F3QX", content="箱が潰れていた")))
    before = store.load().frames["complaints"]
    desk.book = place.url.removeprefix("gsheet://")

    desk.set_up()

    after = store.load()
    assert after.frames["complaints"].equals(before)
    assert after.problems == ()
    place.close()


# What people made ------------------------------------------------------------------


def people_made(desk):
    """Let people make a tab, a column, a view, a rule, notes and a list of their own."""
    hand = desk.hand
    hand.add_tab("店のメモ")
    hand.type("店のメモ", "A1", "来週の棚卸し")
    hand.insert_columns(CASES, 3)
    hand.type(CASES, "C1", "店のしるし")
    hand.type(CASES, "C2", "★")
    hand.type(CASES, desk.place(CASES, "内容", 2), "箱が潰れていた")
    hand.note(CASES, "C1", "店だけの印")
    hand.note(CASES, desk.place(CASES, "内容", 1), "うちの書き方")
    sheet = hand._sheet_id(CASES)
    where = {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 50}
    hand.batch(
        {"addFilterView": {"filter": {"title": "わたしの", "range": where}}},
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {
                    "ranges": [where],
                    "booleanRule": {
                        "condition": {
                            "type": "TEXT_CONTAINS",
                            "values": [{"userEnteredValue": "★"}],
                        },
                        "format": {"backgroundColor": {"red": 1}},
                    },
                },
            }
        },
    )


def filled(rows, columns):
    """Return what stands in the first columns, without the blanks around it."""
    return [[cell for cell in row[:columns] if cell] for row in rows]


def test_what_people_made_is_never_touched(desk, emulator):
    desk.set_up()
    people_made(desk)
    before = desk.sheet(CASES), desk.hand.read(CASES), desk.hand.read("店のメモ")
    emulator.log.clear()

    desk.set_up()

    header = desk.header(CASES)
    assert header[2] == "店のしるし"
    after = desk.sheet(CASES), desk.hand.read(CASES), desk.hand.read("店のメモ")
    assert after[0] == before[0]
    people = header.index("知らせ")
    assert filled(after[1], people) == filled(before[1], people)
    assert after[2] == before[2]
    book = desk.emulator.book(desk.book)
    title = book.sheet_titled(CASES).lines[0][header.index("内容")]
    assert title.note == "うちの書き方"


def test_a_run_after_people_made_their_own_is_followed_by_one_that_writes_nothing(
    desk, emulator
):
    desk.set_up()
    people_made(desk)
    desk.set_up()
    emulator.log.clear()

    desk.set_up()

    assert emulator.log.writes() == 0


def test_an_own_tab_called_like_ours_is_left_and_told_of(desk):
    desk.hand.add_tab("今日")
    desk.hand.type("今日", "A1", "当番: 山田")

    report = desk.set_up()

    assert desk.hand.read("今日") == [["当番: 山田"]]
    assert not report.clean
    assert [line.tab for line in report.lines if line.outcome is Outcome.LOOK] == [
        "今日"
    ]


def test_a_tab_without_a_header_is_left_and_told_of(desk):
    desk.hand.add_tab("商品")
    desk.hand.paste("商品", "A1", [["りんご", "みかん"], ["1", "2"]])

    report = desk.set_up()

    assert desk.hand.read("商品") == [["りんご", "みかん"], ["1", "2"]]
    assert not report.clean


# Mending ---------------------------------------------------------------------------


def test_a_deleted_column_comes_back_at_the_right_end(desk):
    desk.set_up()
    desk.type(CASES, 2, 内容="箱が潰れていた", 言語="英語")
    header = desk.header(CASES)
    desk.hand.delete_columns(CASES, header.index("温度感") + 1)

    desk.set_up()

    assert desk.header(CASES)[-1] == "温度感"
    assert desk.shown(CASES, "内容", 2) == "箱が潰れていた"
    assert cell_below(desk, CASES, "温度感").rule["condition"]["type"] == "ONE_OF_LIST"


def test_deleted_tabs_views_rules_and_groups_come_back(desk, emulator):
    desk.set_up()
    whole = desk.sheet(CASES)
    view = whole["filterViews"][1]["filterViewId"]
    number = whole["properties"]["sheetId"]
    group = whole["columnGroups"][0]["range"]
    desk.hand.batch(
        {"deleteFilterView": {"filterId": view}},
        {"deleteConditionalFormatRule": {"sheetId": number, "index": 0}},
        {"deleteDimensionGroup": {"range": group}},
    )
    desk.hand.delete_tab("使い方")

    report = desk.set_up()

    mended = desk.sheet(CASES)
    assert desk.visible() == VISIBLE
    assert {v["title"] for v in mended["filterViews"]} == {
        v["title"] for v in whole["filterViews"]
    }
    assert len(mended["conditionalFormats"]) == len(whole["conditionalFormats"])
    assert mended["columnGroups"] == whole["columnGroups"]
    assert report.clean
    emulator.log.clear()
    desk.set_up()
    assert emulator.log.writes() == 0


def test_a_text_typed_over_in_a_page_of_ours_is_put_back_and_notes_beside_it_stay(desk):
    desk.set_up()
    desk.hand.type("使い方", "A1", "あ")
    desk.hand.type("使い方", "A30", "当番表は棚の上")

    desk.set_up()

    assert desk.hand.read("使い方", "A1") == [["見守り 使い方"]]
    assert desk.hand.read("使い方", "A30") == [["当番表は棚の上"]]


def test_few_blank_rows_left_are_made_more_with_lists_and_formats(desk, emulator):
    desk.set_up()
    rows = [["A", "x"]] * 980
    desk.hand.paste(CASES, desk.place(CASES, "内容", 2), [["箱"] for _ in rows])

    desk.set_up()

    sheet = emulator.book(desk.book).sheet_titled(CASES)
    assert sheet.rows == 1200
    assert cell_below(desk, CASES, "状態").rule
    emulator.log.clear()
    desk.set_up()
    assert emulator.log.writes() == 0


# Zone ------------------------------------------------------------------------------


def test_a_new_spreadsheet_is_set_to_japan(emulator, desk):
    desk.book = emulator.create(locale="en_US", time_zone="America/New_York")

    report = desk.set_up()

    book = emulator.book(desk.book)
    assert (book.locale, book.time_zone) == ("ja_JP", "Asia/Tokyo")
    assert report.clean


def test_one_in_use_in_another_zone_is_told_of_and_changed_only_when_asked(
    emulator, desk
):
    desk.book = emulator.create(locale="ja_JP", time_zone="America/New_York")
    desk.hand = emulator.hand(desk.book)
    desk.hand.type("シート1", "A1", "うちの表")

    report = desk.set_up()

    book = emulator.book(desk.book)
    assert book.time_zone == "America/New_York"
    assert not report.clean
    assert desk.set_up(mend_zone=True).clean
    assert book.time_zone == "Asia/Tokyo"


# Addresses -------------------------------------------------------------------------

ID = "1AbcDEFghiJKLmnoPQRstuVWXyz0123456789-_abcd"


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        f" {ID}\n",
        f"gsheet://{ID}",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit?usp=sharing",
        f"docs.google.com/spreadsheets/d/{ID}",
    ],
)
def test_the_id_is_found_in_whatever_people_copy(typed):
    assert spreadsheet_id(typed) == ID


@pytest.mark.parametrize("typed", ["", "台帳", "https://example.com/", "short"])
def test_anything_else_is_refused(typed):
    with pytest.raises(SettingsError):
        spreadsheet_id(typed)
