"""Files as people keep them are understood as they lie."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from lib.actions import importing
from lib.actions.importing import Bounds, Choices, Matches, Shape, SheetChoice
from lib.actions.importing.headers import ColumnKind
from lib.actions.importing.periods import NO_MONTH, Period, in_order, period_of
from lib.actions.importing.reading import (
    A_TOTAL,
    DAY_TWICE,
    HIDDEN_SHEET,
    LOCKED_DAY,
    NO_CENTRE,
    NO_FIGURES,
    NOT_YET_COME,
    SHARE_DIFFERS,
    VALUE_DIFFERS,
)
from lib.errors import UnreadableFile
from lib.files.reading import LOCKED, read_file
from lib.schema.kpi_day import KpiDay
from lib.schema.vocab import ComplaintStatus, Done
from tests.actions.importing.workbooks import (
    TABLES_OF_THE_PAGE,
    book_of,
    days_of,
    frames,
    part_of,
    preview,
    saved,
    year_of_reports,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"


# A year of reports --------------------------------------------------------------------


def test_a_year_of_monthly_sheets_is_read_at_once():
    shown = preview(year_of_reports(), name="2025年度KPI.xlsx")

    assert len(shown.parts) == 12
    days = Counter(row.record.date for part in shown.parts for row in part.rows)
    year = [date(2025, 4, 1) + timedelta(days=n) for n in range(365)]
    assert days == {day: 2 for day in year if day.weekday() < 5}
    assert {row.record.centre for p in shown.parts for row in p.rows} == {"TYO", "OSA"}
    assert shown.held_back == 0


def test_totals_comparisons_and_days_without_figures_are_skipped_and_shown():
    part = preview(year_of_reports(), name="2025年度KPI.xlsx").parts[0]

    weekend = sum(day.weekday() >= 5 for day in days_of(2025, 4))
    assert Counter(s.why for s in part.skipped) == {A_TOTAL: 2, NO_FIGURES: weekend}


def test_shares_are_compared_with_the_counts_and_stored_nowhere():
    shown = preview(year_of_reports(), name="2025年度KPI.xlsx")

    shares = [share for part in shown.parts for share in part.shares]
    assert {s.why for s in shares} == {SHARE_DIFFERS}
    assert [(s.tab, s.place) for s in shares[:2]] == [("4月", "F14"), ("6月", "F14")]
    assert shares[0].typed == "84.8% / 81.8%"
    assert all(r.record.reported_answer_rate is None for r in shown.parts[0].rows)


def test_two_sheets_that_tell_one_day_otherwise_hold_both_rows_back():
    headers = ["日付", "センター", "着信数", "応答数"]
    second, third = date(2026, 11, 2), date(2026, 11, 3)
    data = book_of(
        {
            "速報": [headers, [second, "TYO", 10, 9], [third, "TYO", 20, 18]],
            "確報": [headers, [second, "TYO", 12, 9], [third, "TYO", 20, 18]],
        }
    )

    shown = preview(data)

    taken = [(p.sheet, row.record.date) for p in shown.parts for row in p.rows]
    assert taken == [("速報", third)]
    assert [
        (x.tab, x.place, x.typed, x.why) for p in shown.parts for x in p.problems
    ] == [
        ("速報", "A2", "2026-11-02", DAY_TWICE),
        ("確報", "A2", "2026-11-02", DAY_TWICE),
    ]
    assert shown.held_back == 2


def test_a_year_that_is_written_nowhere_is_asked_for():
    unsaid = preview(year_of_reports(), name="KPI.xlsx")
    assert unsaid.new_rows == 0
    assert {p.why for part in unsaid.parts for p in part.problems} == {NO_MONTH}

    told = preview(year_of_reports(), name="KPI.xlsx", choices=Choices(year=2024))

    days = [row.record.date for part in told.parts for row in part.rows]
    assert (min(days), max(days)) == (date(2024, 4, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("texts", "period"),
    [
        (["2026年11月"], Period(2026, 11)),
        (["11月", "2026年度.xlsx"], Period(2026, 11)),
        (["2月", "2026年度.xlsx"], Period(2027, 2)),
        (["令和8年5月"], Period(2026, 5)),
        (["Sheet1", date(2026, 11, 1)], Period(2026, 11)),
        (["2026-11", "x"], Period(2026, 11)),
        (["日報_202611.xlsx"], Period(2026, 11)),
        (["Sheet1"], Period(0, 0)),
    ],
)
def test_the_time_of_a_sheet_is_read_from_names_and_titles(texts, period):
    assert period_of(texts) == period


def test_months_that_begin_again_are_in_the_next_year():
    periods = [Period(0, 11), Period(0, 12), Period(0, 1), Period(0, 2)]

    assert [p.year for p in in_order(periods, 2025)] == [2025, 2025, 2026, 2026]


def test_days_from_the_21st_to_the_20th_need_their_months():
    days = [*range(21, 31), *range(1, 21)]
    rows = [["日", "センター", "着信数"], *([day, "TYO", 5] for day in days)]

    part = part_of(book_of({"2026年11月": rows}))

    assert part.rows == ()
    assert {p.why for p in part.problems} == {NO_MONTH}


# Orientation --------------------------------------------------------------------------


def across(**changes: object) -> list[list[object]]:
    rows: list[list[object]] = [
        ["2026年11月 センター日報"],
        ["項目", None, *days_of(2026, 11)[:5], "合計", "前年比"],
        ["電話", "着信数", 10, 20, 30, 40, 50, 150, "101%"],
        [None, "応答数", 9, 18, 27, "－", 45, 99, "99%"],
        [None, "応答率", "90%", "90%", "95%", None, "90%", "90%", None],
        ["メモ", None, None, None, "TV放映", None, None, None, None],
    ]
    return rows


def test_days_may_run_to_the_right():
    part = part_of(
        book_of({"11月": across()}),
        choices=Choices(sheets={"11月": SheetChoice(centre="TYO")}),
    )

    assert part.layout.shape == Shape(0, 1, across=True, top=1)
    assert [
        (r.record.date.day, r.record.offered, r.record.answered) for r in part.rows
    ] == [
        (1, 10, 9),
        (2, 20, 18),
        (3, 30, 27),
        (4, 40, None),
        (5, 50, 45),
    ]
    assert [(s.place, s.typed) for s in part.shares] == [("E5", "95.0% / 90.0%")]
    assert [s.why for s in part.skipped] == [A_TOTAL, A_TOTAL]
    assert [r.record.note for r in part.rows if r.record.note] == ["TV放映"]


def test_a_wrong_cell_to_the_right_is_pointed_at():
    rows = across()
    rows[3][5] = "多数"

    part = part_of(
        book_of({"11月": rows}),
        choices=Choices(sheets={"11月": SheetChoice(centre="TYO")}),
    )

    assert [p.place for p in part.problems] == ["F4"]


def test_whose_figures_they_are_is_asked_for_or_read_from_the_title():
    rows = [["日付", "着信数", "応答数"], ["2026/11/1", 10, 9]]

    unsaid = part_of(book_of({"日報": rows}))
    assert [p.why for p in unsaid.problems] == [NO_CENTRE]

    titled = part_of(book_of({"大阪センター": rows}))
    assert [row.record.centre for row in titled.rows] == ["OSA"]


def test_a_day_merged_over_the_rows_of_its_centres_counts_for_each():
    rows = [
        ["日付", "センター", "着信数"],
        [date(2026, 11, 1), "東京センター", 10],
        [None, "大阪センター", 5],
        [date(2026, 11, 2), "東京センター", 11],
    ]

    part = part_of(book_of({"日報": rows}))

    assert [(r.record.date.day, r.record.centre) for r in part.rows] == [
        (1, "TYO"),
        (1, "OSA"),
        (2, "TYO"),
    ]


def test_a_header_row_that_a_person_names_counts():
    rows = [
        ["日付", "センター", "着信数", "応答数"],
        ["(年月日)", "(拠点)", "(件)", "(件)"],
        ["date", "centre", "offered", "answered"],
        ["2026/11/1", "TYO", 10, 9],
    ]

    part = part_of(
        book_of({"a": rows}),
        choices=Choices(sheets={"a": SheetChoice(shape=Shape(2, 2))}),
    )

    assert part.header_row == 3
    assert len(part.rows) == 1


def test_a_sheet_that_is_not_wanted_is_left():
    shown = preview(
        year_of_reports(),
        name="2025年度.xlsx",
        choices=Choices(
            sheets={f"{n}月": SheetChoice(taken=False) for n in range(2, 13)}
        ),
    )

    assert [part.sheet for part in shown.parts] == ["1月"]


# Columns and words --------------------------------------------------------------------


LEDGER = [
    ["クレーム管理表"],
    [],
    [
        "No",
        "受付日",
        "お名前",
        "商品",
        "クレーム内容",
        "対応状況",
        "担当",
        "社内ランク",
    ],
    [1, "９月１日", "青木", "うるおい美容液", "届かない", "対応中です。", "山田", "A"],
    [
        2,
        "2026年9月2日(水)",
        "井上",
        "青汁",
        "割れていた",
        "完了しました",
        "佐藤花子",
        "B",
    ],
    [3, date(2026, 9, 3), "上田", "その他", "高い", "保留", "鈴木", "B"],
]


def test_the_words_of_a_file_are_guessed_and_asked_about():
    part = part_of(book_of({"一覧": LEDGER}), name="クレーム2026.xlsx")

    asked = {(w.field.name, w.typed): (w.guess, w.needed) for w in part.words}
    assert asked == {
        ("status", "対応中です。"): ("対応中", True),
        ("status", "完了しました"): ("完了", True),
        ("status", "保留"): ("", True),
        ("handler", "山田"): ("山田 太郎", False),
        ("handler", "鈴木"): ("", False),
        ("product_code", "青汁"): ("B-02", False),
        ("product_code", "その他"): ("", False),
    }
    assert part.rows == ()


def test_matched_words_are_taken_and_names_of_masters_without_asking():
    words = {
        ("complaints", "status", "対応中です。"): "対応中",
        ("complaints", "status", "完了しました"): "完了",
        ("complaints", "handler", "山田"): "山田 太郎",
    }

    part = part_of(
        book_of({"一覧": LEDGER}),
        name="クレーム2026.xlsx",
        choices=Choices(Matches(words=words)),
    )

    first, second = (row.record for row in part.rows)
    assert (first.status, second.status) == (
        ComplaintStatus.WORKING,
        ComplaintStatus.CLOSED,
    )
    assert (first.handler, second.handler) == ("山田 太郎", "佐藤 花子")
    assert (first.product_code, second.product_code) == ("A-01", "青汁")
    assert first.received_at.date() == date(2026, 9, 1)
    assert [p.typed for p in part.problems] == ["保留"]


def test_a_column_can_be_given_to_a_field_or_left_out():
    matches = Matches(
        columns={("complaints", "社内らんく"): "note", ("complaints", "お名前"): "-"}
    )

    part = part_of(
        book_of({"一覧": LEDGER}),
        name="クレーム2026.xlsx",
        choices=Choices(matches),
    )

    kinds = {c.header: (c.kind, c.field) for c in part.layout.columns}
    assert kinds["社内ランク"] == (ColumnKind.FIELD, "note")
    assert kinds["お名前"][0] is ColumnKind.LEFT_OUT


def test_the_column_that_a_person_chose_counts_before_a_guessed_one():
    rows = [["日付", "センター", "着信数", "入電"], ["2026/11/1", "TYO", 10, 12]]
    data = book_of({"a": rows})
    assert part_of(data).rows[0].record.offered == 10

    told = Matches(columns={("kpi_days", "入電"): "offered"})

    part = part_of(data, choices=Choices(told))
    assert part.rows[0].record.offered == 12
    assert [c.kind for c in part.layout.columns[2:]] == [
        ColumnKind.TWICE,
        ColumnKind.FIELD,
    ]


# What stands there already ------------------------------------------------------------


def day(**values: object) -> KpiDay:
    return KpiDay(date=date(2026, 11, 1), centre="TYO", **values)


ONE_DAY = [["日付", "センター", "着信数", "応答数"], ["2026/11/1", "TYO", 10, 9]]


def test_a_day_that_lacks_figures_is_filled():
    part = part_of(book_of({"a": ONE_DAY}), day(note="台風", offered=10))

    (row,) = part.rows
    assert row.changed == ("answered",)
    assert (row.record.note, row.record.answered) == ("台風", 9)


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (day(offered=11), VALUE_DIFFERS),
        (day(offered=10, consumer_centre_calls=0, confirmed=Done.DONE), LOCKED_DAY),
    ],
)
def test_another_figure_or_a_confirmed_day_is_never_overwritten(stored, why):
    part = part_of(book_of({"a": ONE_DAY}), stored)

    assert part.rows == ()
    assert why in [p.why for p in part.problems]


def test_days_to_come_are_left_out():
    part = part_of(book_of({"a": ONE_DAY}), bounds=Bounds(today=date(2026, 10, 31)))

    assert [s.why for s in part.skipped] == [NOT_YET_COME]


# Kinds of files -----------------------------------------------------------------------


def test_an_old_workbook_is_read_like_a_new_one():
    part = part_of((FIXTURES / "report.xls").read_bytes(), name="report.xls")

    assert [
        (r.record.date.day, r.record.centre, r.record.offered) for r in part.rows
    ] == [(n, "TYO", 100 + n) for n in range(1, 6)]
    assert part.rows[0].record.talk_seconds == 7 * 3600 + 1
    assert [(s.place, s.typed) for s in part.shares] == [("D6", "99.0% / 90.3%")]


def test_a_locked_workbook_says_what_to_do():
    with pytest.raises(UnreadableFile) as caught:
        read_file("a.xlsx", (FIXTURES / "locked.xlsx").read_bytes())

    assert caught.value.message == LOCKED


def test_a_locked_old_workbook_says_so_too():
    plain = (FIXTURES / "report.xls").read_bytes()
    # The record behind BOF becomes FILEPASS, as encryption puts it there.
    begin = plain.index(b"\x09\x08\x10\x00")
    behind = begin + 4 + 16
    locked = plain[:behind] + b"\x2f\x00" + plain[behind + 2 :]

    with pytest.raises(UnreadableFile) as caught:
        read_file("a.xls", locked)

    assert caught.value.message == LOCKED


def test_a_cp932_text_of_figures_is_read():
    text = "日付,センター,着信数\r\n2026/11/1,東京センター,１２３\r\n合計,,123\r\n"

    part = part_of(text.encode("cp932"), name="日報.csv")

    assert [(r.record.centre, r.record.offered) for r in part.rows] == [("TYO", 123)]


def with_states(states) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for n, (name, state) in enumerate(states.items(), start=1):
        sheet = book.create_sheet(name)
        sheet.append(["日付", "センターコード", "着信数", "応答数"])
        sheet.append([date(2026, 11, n), "TYO", 10 * n, 9 * n])
        sheet.sheet_state = state
    return saved(book)


HIDING = {"日報": "visible", "控え": "hidden", "作業": "veryHidden"}


def test_a_hidden_sheet_is_left_out_and_said_unless_somebody_wants_it():
    file = read_file("日報.xlsx", with_states(HIDING))
    assert [(s.name, s.hidden) for s in file.sheets] == [
        ("日報", False),
        ("控え", True),
    ]

    alone = importing.preview(file, frames(), table=TABLES_OF_THE_PAGE)
    assert [part.sheet for part in alone.parts] == ["日報"]
    assert [(left.text, left.why) for left in alone.left_out] == [
        ("控え", HIDDEN_SHEET)
    ]

    wanted = Choices(sheets={"控え": SheetChoice(taken=True)})
    both = importing.preview(file, frames(), table=TABLES_OF_THE_PAGE, choices=wanted)
    assert [part.sheet for part in both.parts] == ["日報", "控え"]


def test_saying_where_the_headers_of_a_hidden_sheet_stand_does_not_import_it():
    file = read_file("日報.xlsx", with_states(HIDING))
    shaped = Choices(sheets={"控え": SheetChoice(shape=Shape(0, 0))})

    found = importing.preview(file, frames(), table=TABLES_OF_THE_PAGE, choices=shaped)

    assert [part.sheet for part in found.parts] == ["日報"]
