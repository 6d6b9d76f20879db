"""A cart's list of single orders becomes counts per day, and nothing else of it stays."""

from __future__ import annotations

import csv
import io
import pickle
from datetime import date, datetime, timedelta

import pytest

from lib.actions import importing
from lib.actions.importing.orders import count_orders
from lib.files.reading import read_file
from lib.schema.kpi_day import COMPANY
from tests.actions.importing.workbooks import TABLES_OF_THE_PAGE, book_of, frames

TODAY = date(2026, 11, 21)
HEADERS = [
    "受注番号",
    "受注日時",
    "購入者名",
    "電話番号",
    "合計金額",
    "ステータス",
    "出荷日",
]


def order(number: int, day: int, *, ships: int | None = None, state: str = "出荷済"):
    shipped = "" if ships is None else f"2026/11/{ships:02}"
    moment = f"2026/11/{day:02} 09:{number % 60:02}:00"
    return [
        f"A{number:05}",
        moment,
        "青木 花子",
        "090-1234-5678",
        "5,400",
        state,
        shipped,
    ]


def csv_of(rows, encoding: str = "cp932") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def days(rows, today: date = TODAY):
    """Return day → (orders, shipments), and what was told of the list."""
    file, told = count_orders(read_file("受注.csv", csv_of(rows)), today)
    (sheet,) = file.sheets
    return {row[0].day: row[2:] for row in sheet.rows[1:]}, told[0]


def test_single_orders_are_counted_per_day_for_the_company():
    rows = [HEADERS]
    rows += [order(n, 9, ships=10) for n in range(5)]
    rows += [order(n, 10, ships=11) for n in range(5, 8)]
    rows += [order(n, 11, ships=12) for n in range(8, 10)]

    found, told = days(rows)

    # What was ordered on the 8th ships on the 9th and is not in the list.
    assert found == {9: (5, None), 10: (3, 5), 11: (2, 3)}
    assert (told.orders, told.shipments, told.shipped) == (10, 8, "出荷日")
    assert told.shipped_from == date(2026, 11, 10)


def test_days_that_are_not_over_and_what_ships_after_the_list_are_left_out():
    rows = [HEADERS, order(1, 19, ships=19), order(2, 20, ships=20), order(3, 21)]

    found, told = days(rows)

    assert found == {19: (1, 1), 20: (1, 1)}
    assert (told.open_days, told.last) == (1, date(2026, 11, 20))


def test_a_quiet_day_had_no_order_and_a_long_gap_is_unknown():
    rows = [HEADERS, order(1, 1), order(2, 3), order(3, 15)]

    found, _told = days(rows)

    assert found == {1: (1, None), 2: (0, None), 3: (1, None), 15: (1, None)}


def test_cancelled_orders_and_further_rows_of_an_order_do_not_count():
    rows = [
        HEADERS,
        order(1, 2),
        order(1, 2),
        order(2, 2, state="キャンセル済み"),
        order(3, 2),
        ["合計", "", "", "", "10,800", "", ""],
    ]

    found, told = days(rows)

    assert found == {2: (2, None)}
    assert told.cancelled == 1


def test_rows_whose_day_cannot_be_read_are_told_by_their_number():
    wrong = order(3, 2)
    wrong[1] = "昨日"

    _found, told = days([["受注一覧"], HEADERS, order(1, 2), order(2, 2), wrong])

    assert told.unread == (5,)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-02T15:30:00Z", 3),
        ("2026-11-02 23:59:59 +0900", 2),
        ("２０２６年１１月２日", 2),
        ("20261102233000", 2),
        ("20261102", 2),
        (datetime(2026, 11, 2, 23, 59), 2),
    ],
)
def test_a_moment_counts_for_its_day_in_tokyo(typed, day):
    sheet = [["注文番号", "注文日時"], ["1", typed], ["2", typed]]
    file = read_file("a.xlsx", book_of({"注文": sheet}))

    found, told = count_orders(file, TODAY)

    assert told[0].orders == 2
    assert found.sheets[0].rows[1][0] == date(2026, 11, day)


@pytest.mark.parametrize(
    "headers",
    [
        ["受付日時", "注文番号", "内容"],
        ["受注日", "受注番号", "お申し出内容"],
        ["日付", "センターコード", "受注件数", "出荷件数"],
        ["受注日", "備考"],
    ],
)
def test_a_ledger_and_a_daily_report_are_no_lists_of_orders(headers):
    rows = [headers, *(["2026/11/02"] * len(headers) for _n in range(3))]
    file = read_file("a.csv", csv_of(rows))

    assert count_orders(file, TODAY) == (file, ())


def test_nothing_of_a_customer_is_left_after_counting():
    rows = [HEADERS, *(order(n, 2 + n % 5, ships=8) for n in range(50))]
    file = read_file("受注.csv", csv_of(rows))
    assert "青木" in str(file)

    found = pickle.dumps(count_orders(file, TODAY))

    for said in ("青木", "090-1234", "5,400", "A0000"):
        assert said.encode() not in found


def test_the_counts_are_days_of_the_company_in_the_preview():
    first = date(2026, 11, 1)
    rows = [HEADERS]
    for n in range(15):
        day = (first + timedelta(days=n)).day
        rows += [order(100 * n + k, day, ships=day) for k in range(n + 1)]
    file, _told = count_orders(read_file("受注.csv", csv_of(rows)), TODAY)

    shown = importing.preview(file, frames(), table=TABLES_OF_THE_PAGE)

    (part,) = shown.parts
    assert [r.record.centre for r in part.rows] == [COMPANY] * 15
    assert [(r.record.orders, r.record.shipments) for r in part.rows] == [
        (n + 1, n + 1) for n in range(15)
    ]
    assert (shown.held_back, shown.digest) == (0, file.digest)
