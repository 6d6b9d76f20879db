"""Tabs by number, columns by title."""

from __future__ import annotations

import pytest

from lib.schema.tables import TABLES, table
from lib.store.sheets.layout import (
    Tab,
    field_names,
    located,
    read_header,
    tabs_of,
    title_key,
    zone_problem,
)

COMPLAINTS = table("complaints")


def test_tabs_come_with_number_title_and_size():
    metadata = {
        "sheets": [
            {"properties": {"title": "苦情台帳"}},  # the API leaves the number 0 out
            {
                "properties": {
                    "sheetId": 7,
                    "title": "メンバー",
                    "gridProperties": {"rowCount": 100, "columnCount": 26},
                }
            },
        ]
    }
    assert tabs_of(metadata) == (Tab(0, "苦情台帳"), Tab(7, "メンバー", 100, 26))


def test_a_renamed_tab_is_still_found_by_its_number():
    places, problems = located(
        [COMPLAINTS], [Tab(3, "苦情(旧)"), Tab(9, "苦情台帳")], {"complaints": 3}
    )
    assert places["complaints"].title == "苦情(旧)"
    assert problems == ()


def test_a_deleted_tab_is_reported_and_not_replaced_by_a_namesake():
    places, problems = located([COMPLAINTS], [Tab(9, "苦情台帳")], {"complaints": 3})
    assert places == {}
    assert [p.table for p in problems] == ["complaints"]


def test_a_tab_is_first_found_by_its_title_and_a_copy_is_not_taken_for_it():
    tabs = [Tab(1, "苦情台帳 のコピー"), Tab(2, "苦情台帳")]
    places, _problems = located([COMPLAINTS], tabs, {})
    assert places["complaints"].sheet_id == 2


def test_a_range_quotes_its_title():
    assert Tab(1, "K's 台帳").whole == "'K''s 台帳'"


@pytest.mark.parametrize("item", TABLES, ids=lambda item: item.code)
def test_every_label_and_code_names_its_own_field(item):
    names = field_names(item)
    for field in item.fields:
        assert names[title_key(field.label)] == field.name
        assert names[title_key(field.name)] == field.name


@pytest.mark.parametrize(
    "title",
    [
        "着信数",
        "着信数(件)",
        "着信数（件）※",
        " 着 信\n数 ",
        "入電数",
        "offered",
        "＊着信数",
    ],
)
def test_a_title_is_known_with_unit_blanks_width_older_name_or_code(title):
    header = read_header(table("kpi_days"), [["日付", "センターコード", title]])
    assert header.columns["offered"] == 2


def test_too_few_known_titles_are_no_header():
    header = read_header(COMPLAINTS, [["受付番号", "内容", "あ", "い", "う"]])
    assert header.row == 0
    assert set(header.missing) == {"id", "content", "received_at"}


def test_a_header_below_ten_rows_is_not_looked_for():
    rows = [["説明"]] * 10 + [["受付番号", "内容", "受付日時"]]
    assert read_header(COMPLAINTS, rows).row == 0
    assert read_header(COMPLAINTS, rows[1:]).row == 10


def test_a_spreadsheet_in_another_zone_is_reported():
    assert zone_problem({"properties": {"timeZone": "Asia/Tokyo"}}) is None
    problem = zone_problem({"properties": {"timeZone": "America/New_York"}})
    assert problem is not None
    assert problem.typed == "America/New_York"
    assert zone_problem({}) is not None
