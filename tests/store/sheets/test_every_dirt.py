"""One case or more for every row of the list of what people type (sheets.md 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from lib import clock
from lib.schema.centre_file import CALLS
from lib.schema.frames import empty_frame
from lib.schema.tables import table
from lib.store.sheets.layout import Tab
from lib.store.sheets.reading import read_table
from tests.store.sheets.sheet import COMPLAINT, KPI_DAY, grid, read

OK = ""
NONE = None


def moment(*parts: int) -> pd.Timestamp:
    return pd.Timestamp(datetime(*parts, tzinfo=clock.TOKYO))


def day(year: int, month: int, number: int) -> pd.Timestamp:
    return pd.Timestamp(year, month, number)


CELLS: list[tuple[str, str, str, Any, Any, str]] = [
    # what, table, field, what the API gives, value, status
    ("full-width digits", "kpi_days", "offered", "８０", 80, "repaired"),
    ("full-width sign", "kpi_days", "wait_seconds", "＋８０", 80, "repaired"),
    ("half-width kana stays", "complaints", "customer_name", "ｶﾄｳ", "ｶﾄｳ", OK),
    ("half-width kana in a word", "complaints", "status", "ｸﾛｰｽﾞ", "完了", "repaired"),
    ("minus look-alike", "kpi_days", "offered", "△5", NONE, "bad"),
    ("minus where allowed", "centres", "target_answer_rate", "（５）", NONE, "bad"),
    ("long vowel in words", "complaints", "content", "ースー", "ースー", OK),
    (
        "era",
        "complaints",
        "occurred_on",
        "令和7年11月3日",
        day(2025, 11, 3),
        "repaired",
    ),
    (
        "era letter",
        "complaints",
        "occurred_on",
        "R7.11.3",
        day(2025, 11, 3),
        "repaired",
    ),
    (
        "first year",
        "complaints",
        "occurred_on",
        "令和元年5月2日",
        day(2019, 5, 2),
        "repaired",
    ),
    ("old era", "complaints", "occurred_on", "H31.4.30", day(2019, 4, 30), "repaired"),
    (
        "bare short year",
        "complaints",
        "occurred_on",
        "7.11.3",
        day(2025, 11, 3),
        "doubtful",
    ),
    ("serial", "complaints", "occurred_on", 46329, day(2026, 11, 3), OK),
    ("slashes", "complaints", "occurred_on", "2026/11/3", day(2026, 11, 3), "repaired"),
    ("points", "complaints", "occurred_on", "2026.11.3", day(2026, 11, 3), "repaired"),
    (
        "eight digits",
        "complaints",
        "occurred_on",
        20261103,
        day(2026, 11, 3),
        "repaired",
    ),
    (
        "weekday",
        "complaints",
        "occurred_on",
        "2026年11月3日(火)",
        day(2026, 11, 3),
        "repaired",
    ),
    (
        "wrong weekday",
        "complaints",
        "occurred_on",
        "2026年11月3日(水)",
        day(2026, 11, 3),
        "doubtful",
    ),
    (
        "no year, from the row",
        "complaints",
        "occurred_on",
        "11/3",
        day(2026, 11, 3),
        "repaired",
    ),
    (
        "no year, far away",
        "complaints",
        "occurred_on",
        "5月10日",
        day(2027, 5, 10),
        "repaired",
    ),
    ("day alone", "complaints", "occurred_on", "3日", day(2026, 11, 3), "doubtful"),
    ("a word for a day", "complaints", "occurred_on", "昨日", NONE, "bad"),
    ("part of a month", "complaints", "occurred_on", "上旬", NONE, "bad"),
    ("date with time", "complaints", "occurred_on", 46329.4, day(2026, 11, 3), OK),
    ("a date among counts", "kpi_days", "offered", 46329, 46329, "doubtful"),
    (
        "time dust",
        "complaints",
        "first_reply_at",
        46329.3784722222,
        moment(2026, 11, 3, 9, 5),
        OK,
    ),
    (
        "clock in words",
        "complaints",
        "first_reply_at",
        "2026/11/3 9時5分",
        moment(2026, 11, 3, 9, 5),
        "repaired",
    ),
    ("clock alone", "complaints", "first_reply_at", 0.3784722222, NONE, "bad"),
    ("25:30 as duration", "kpi_days", "talk_seconds", "25:30:00", 91800, "repaired"),
    ("25:30 as clock", "complaints", "first_reply_at", "2026/11/3 25:30", NONE, "bad"),
    (
        "per cent in words",
        "kpi_days",
        "reported_answer_rate",
        "８０％",
        80.0,
        "repaired",
    ),
    ("a share", "kpi_days", "reported_answer_rate", 0.8, 80.0, "doubtful"),
    ("per cent as number", "kpi_days", "reported_answer_rate", 80, 80.0, OK),
    ("over 100 per cent", "kpi_days", "reported_answer_rate", 120, NONE, "bad"),
    ("money", "agency_inquiries", "contract_yen", "￥1,200-", 1200, "repaired"),
    ("myriads", "agency_inquiries", "contract_yen", "3万", 30000, "repaired"),
    ("about", "kpi_days", "offered", "約20", 20, "doubtful"),
    ("a range", "kpi_days", "offered", "20〜30", NONE, "bad"),
    ("a unit", "kpi_days", "offered", "20件", 20, "repaired"),
    ("many", "kpi_days", "offered", "多数", NONE, "bad"),
    ("a dash is missing", "kpi_days", "offered", "-", NONE, "repaired"),
    ("none is missing", "kpi_days", "offered", "なし", NONE, "repaired"),
    (
        "blanks around a word",
        "complaints",
        "status",
        " 対応中\u3000",
        "対応中",
        "repaired",
    ),
    ("blanks in a text stay", "complaints", "content", " 箱が ", " 箱が ", OK),
    ("line breaks", "complaints", "content", "一行\r\n二行", "一行\n二行", OK),
    (
        "emoji and rare characters",
        "complaints",
        "customer_name",
        "𠮷田髙﨑👨‍👩‍👧",
        "𠮷田髙﨑👨‍👩‍👧",
        OK,
    ),
    ("an error value", "kpi_days", "offered", "#REF!", NONE, "bad"),
    ("an error in a text", "complaints", "content", "#N/A", "", "bad"),
    ("an error for a choice", "complaints", "status", "#NAME?", NONE, "bad"),
    ("phone as number", "complaints", "contact", 312345678, "0312345678", "repaired"),
    (
        "phone as typed",
        "complaints",
        "contact",
        "０３（１２３４）5678",
        "０３（１２３４）5678",
        OK,
    ),
    ("leading zeros kept", "complaints", "order_number", "007", "007", OK),
    ("a code as number", "complaints", "order_number", 7, "7", "doubtful"),
    ("check box", "members", "active", True, "はい", "repaired"),
    ("a mark for yes", "members", "active", "○", "はい", "repaired"),
    ("changed drop-down", "complaints", "status", "対応中です", "対応中", "repaired"),
    ("unknown word", "complaints", "status", "様子見", "様子見", "bad"),
    ("formula text", "complaints", "content", "=1+1", "=1+1", OK),
    ("too long", "complaints", "content", "長" * 50_001, "", "bad"),
    ("control characters", "complaints", "content", "\x00あ\x07い", "あい", OK),
    (
        "several with one unknown",
        "agency_inquiries",
        "mended_places",
        "ふしぎな所",
        "ふしぎな所",
        "bad",
    ),
]

ROWS: dict[str, dict[str, Any]] = {
    "complaints": dict(COMPLAINT),
    "kpi_days": {"date": 46347, "centre": "A"},
    "agency_inquiries": {"id": "G-261121-7F3QX", "first_contact_at": 46347.5},
    "centres": {"code": "A", "name": "A社"},
    "members": {"email": "a@example.jp", "name": "山田"},
}


@pytest.mark.parametrize(
    ("code", "name", "typed", "value", "status"),
    [case[1:] for case in CELLS],
    ids=[case[0] for case in CELLS],
)
def test_a_cell_has_value_typed_text_and_status(
    code: str, name: str, typed: Any, value: Any, status: str
):
    found = read(code, grid(code, {**ROWS[code], name: typed}))
    shown = found.frame[name].iloc[0]
    assert pd.isna(shown) if value is None else shown == value
    marks = found.statuses.query("field == @name")
    if status == OK:
        assert marks.empty
        return
    assert marks["status"].tolist() == [status]
    assert marks["key"].tolist() == [found.frame.index[0]]
    assert marks["typed"].iloc[0] == (
        typed if isinstance(typed, str) else marks["typed"].iloc[0]
    )
    assert marks["typed"].iloc[0] != ""
    problems = [p for p in found.problems if p.column == table(code).field(name).label]
    assert bool(problems) == (status != "repaired")
    for problem in problems:
        assert (problem.row, problem.tab) == (2, table(code).tab)
        assert problem.why


def test_a_year_comes_from_the_rows_around_where_the_row_has_no_other_day():
    rows = grid("kpi_days", KPI_DAY, {**KPI_DAY, "date": "11/22"})
    found = read("kpi_days", rows)
    assert found.frame.index.tolist() == ["2026-11-21|A", "2026-11-22|A"]
    assert found.statuses["status"].tolist() == ["repaired"]


def test_blank_rows_are_skipped_and_never_end_the_table():
    rows = grid("complaints", COMPLAINT)
    rows += [[], ["", ""], ["　"], ["K-261121-7F3QY", "二件目", 46347.5]]
    found = read("complaints", rows)
    assert found.rows.tolist() == [2, 6]
    assert found.problems == ()


def test_headers_are_found_renamed_reordered_and_below_a_title():
    rows = [
        ["苦情の一覧", "", "2026年度"],
        [],
        ["受付\n日時", "社内用", "顧客名", "Ｉｄ", "内容（どこで・何に・誰が）"],
        [46347.4375, "青", "佐藤", "K-261121-7F3QX", "箱"],
    ]
    found = read("complaints", rows)
    assert found.header.row == 3
    assert found.frame["customer_name"].tolist() == ["佐藤"]
    assert found.rows.tolist() == [4]
    assert found.extras[1].tolist() == ["青"]
    assert found.header.extras == ((1, "社内用"),)
    assert found.header.writable


def test_a_missing_required_column_makes_the_tab_read_only():
    rows = grid(
        "complaints", {"id": "K-261121-7F3QX", "received_at": 46347.4, "note": "x"}
    )
    found = read("complaints", rows)
    assert not found.header.writable
    assert not found.may_write("K-261121-7F3QX", "note")
    assert [p.column for p in found.problems] == ["内容"]


def test_of_a_doubled_header_the_first_is_read_and_none_written():
    rows = grid("complaints", {**COMPLAINT, "note": "左"})
    rows[0].append("対応メモ")
    rows[1].append("右")
    found = read("complaints", rows)
    assert found.frame["note"].tolist() == ["左"]
    assert not found.may_write("K-261121-7F3QX", "note")
    assert found.may_write("K-261121-7F3QX", "content")
    assert found.extras[4].tolist() == ["右"]
    assert [p.column for p in found.problems] == ["対応メモ"]


def test_notes_and_subtotals_are_kept_and_not_counted():
    rows = grid("kpi_days", KPI_DAY, {"date": "小計", "offered": 20})
    rows += [
        ["※ 速報値です"],
        [46347, "合計", 20],
        ["日付", "センターコード", "着信数"],
    ]
    found = read("kpi_days", rows)
    assert found.frame.index.tolist() == ["2026-11-21|A"]
    assert [note.row for note in found.notes] == [3, 4, 5, 6]
    assert found.notes[1].cells == ("※ 速報値です",)
    assert [p.row for p in found.problems] == [3, 4, 5, 6]


def test_a_day_without_its_centre_is_reported_and_not_counted():
    found = read("kpi_days", grid("kpi_days", KPI_DAY, {"date": 46348, "offered": 3}))
    assert len(found.frame) == 1
    assert found.notes[0].incomplete
    assert found.problems[0].row == 3


def test_a_row_typed_by_hand_shows_as_new():
    typed = {"content": "電話がつながらない", "contact": "03-1234-5678"}
    found = read("complaints", grid("complaints", COMPLAINT, typed, typed))
    assert found.frame["content"].tolist()[1:] == ["電話がつながらない"] * 2
    assert len(found.new) == 2
    assert all(key.startswith("+") for key in found.new)
    assert found.frame.index.is_unique
    again = read("complaints", grid("complaints", COMPLAINT, typed))
    assert again.new <= found.new


def test_a_copied_row_is_shown_twice_and_not_written():
    copy = {**COMPLAINT, "content": "写し"}
    found = read("complaints", grid("complaints", COMPLAINT, copy))
    assert found.frame.index.tolist() == ["K-261121-7F3QX", "K-261121-7F3QX#2"]
    assert found.frame["content"].tolist() == ["箱が潰れていた", "写し"]
    assert found.doubled == {"K-261121-7F3QX"}
    assert not found.may_write("K-261121-7F3QX", "content")
    assert not found.may_write("K-261121-7F3QX#2", "content")
    assert [p.row for p in found.problems] == [2, 3]


def test_a_code_with_a_number_sign_is_doubled_only_by_its_like():
    rows = grid("centres", *[{"code": "A#1", "name": "甲"}] * 2, {"code": "B#1"})
    found = read("centres", rows)
    assert found.frame.index.tolist() == ["A#1", "A#1#2", "B#1"]
    may = [found.may_write(key, "name") for key in found.frame.index]
    assert may == [False, False, True]


def test_an_id_is_read_whatever_width_case_or_blanks():
    found = read(
        "complaints", grid("complaints", {**COMPLAINT, "id": " ｋ261121-7f3qx "})
    )
    assert found.frame.index.tolist() == ["K-261121-7F3QX"]
    assert found.statuses["typed"].tolist() == [" ｋ261121-7f3qx "]


def test_a_natural_key_is_read_without_blanks_around_it():
    found = read(
        "members", grid("members", {"email": " a@example.jp　", "name": "山田"})
    )
    assert found.frame.index.tolist() == ["a@example.jp"]
    assert found.statuses["status"].tolist() == ["repaired"]


def test_merged_cells_fill_down_only_in_group_columns():
    below = {"date": "", "centre": "B", "offered": 5}
    found = read("kpi_days", grid("kpi_days", KPI_DAY, below))
    assert found.frame.index.tolist() == ["2026-11-21|A", "2026-11-21|B"]
    assert found.frame["offered"].tolist() == [20, 5]
    assert found.statuses[["field", "status"]].values.tolist() == [["date", "repaired"]]


def test_nothing_is_filled_where_a_part_of_the_key_is_blank_throughout():
    rows = [["日付", "着信数", "センターコード"], [46347, 20], ["", 3]]
    assert read("kpi_days", rows).frame.empty


def test_a_blank_row_ends_a_merged_cell():
    rows = grid("kpi_days", KPI_DAY)
    rows += [[], ["", "B", 3]]
    found = read("kpi_days", rows)
    assert len(found.frame) == 1
    assert found.notes[0].row == 4


def test_blank_stays_missing_and_zero_stays_zero():
    rows = grid("kpi_days", {**KPI_DAY, "offered": 0, "answered": ""})
    found = read("kpi_days", rows)
    assert found.frame["offered"].tolist() == [0]
    assert pd.isna(found.frame["answered"].iloc[0])
    assert found.statuses.empty


def test_an_unknown_word_is_a_category_beside_the_known_ones():
    rows = grid(
        "complaints",
        {**COMPLAINT, "status": "様子見"},
        {**COMPLAINT, "status": "対応中"},
    )
    column = read("complaints", rows).frame["status"]
    known = [choice.value for choice in table("complaints").field("status").choices]
    assert column.cat.categories.tolist() == [*known, "様子見"]


def test_a_required_cell_left_blank_is_reported():
    found = read("complaints", grid("complaints", {**COMPLAINT, "content": ""}))
    assert [(p.row, p.column) for p in found.problems] == [(2, "内容")]


def test_a_row_without_source_was_typed_in_the_sheet():
    row = read("complaints", grid("complaints", COMPLAINT)).frame.iloc[0]
    assert (row["source"], row["version"]) == ("シート", 0)


def test_a_laid_out_day_is_no_record_until_something_is_typed():
    rows = [
        {"date": 46347, "centre": "A"},
        {"date": 46347, "centre": "B", "offered": 0},
        {"date": 46348, "centre": "A", "note": " "},
    ]
    found = read("kpi_days", grid("kpi_days", *rows, also=["offered", "note"]))
    assert found.frame.index.tolist() == ["2026-11-21|B"]
    assert found.laid_out == {"2026-11-21|A": 2, "2026-11-22|A": 4}
    assert not found.problems


def test_a_laid_out_day_beside_its_record_is_no_second_row():
    rows = [{"date": 46347, "centre": "A"}, {**KPI_DAY, "offered": 20}]
    found = read("kpi_days", grid("kpi_days", *rows))
    assert found.frame["offered"].tolist() == [20]
    assert found.rows.tolist() == [3]
    assert not found.problems


def test_helper_formulas_do_not_make_a_laid_out_day_a_record():
    rows = grid("kpi_days", {"date": 46347, "centre": "A", "offered": ""})
    rows[0].append("知らせ")
    rows[1].append("未入力")
    found = read("kpi_days", rows)
    assert found.frame.empty
    assert list(found.laid_out) == ["2026-11-21|A"]


def test_a_place_with_fewer_columns_gives_whole_frames():
    rows = grid("kpi_days", {"date": 46347, "centre": "A", "offered": 3, "orders": 4})
    found = read_table(CALLS, Tab(0, CALLS.tab), rows)
    assert (
        found.frame.columns.tolist() == empty_frame(table("kpi_days")).columns.tolist()
    )
    assert found.frame["offered"].tolist() == [3]
    assert found.frame["orders"].isna().all()
    assert [title for _place, title in found.header.extras] == ["受注件数"]
