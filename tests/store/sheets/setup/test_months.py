"""日次KPI laid out ahead: rows that wait, and are no records yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from lib.schema.tables import table
from lib.store.sheets.setup.months import days_of, lay_out_month, months_ahead
from tests.store.places import sheet_place
from tests.store.rows import kpi_day, saving

DAYS = table("kpi_days").tab
DECEMBER = date(2026, 12, 15)


def lay_out(desk, month=DECEMBER, centres=("A",)):
    return lay_out_month(desk.client, desk.book, month, centres)


def column(desk, title):
    at = desk.header(DAYS).index(title)
    return [row[at] if at < len(row) else "" for row in desk.hand.read(DAYS)[1:]]


def test_a_month_has_a_row_for_each_day_and_centre_with_weekday_and_holiday(desk):
    desk.set_up()

    days, holidays = column(desk, "日付"), column(desk, "祝日")
    assert (days[0], days[-1], len(days)) == ("2026/11/01(日)", "2026/11/30(月)", 30)
    assert holidays[days.index("2026/11/03(火)")] == "文化の日"
    assert set(column(desk, "センターコード")) == {"自社"}


def test_the_next_month_is_laid_out_for_each_centre_in_order_of_days(desk):
    desk.set_up()

    assert lay_out(desk) == 62

    assert column(desk, "センターコード")[30:34] == ["自社", "A", "自社", "A"]
    assert column(desk, "日付")[30:33] == [
        "2026/12/01(火)",
        "2026/12/01(火)",
        "2026/12/02(水)",
    ]


def test_laying_out_twice_adds_nothing(desk, emulator):
    desk.set_up()
    lay_out(desk)
    emulator.log.clear()

    assert lay_out(desk) == 0
    assert emulator.log.writes() == 0


def test_several_that_lay_out_at_once_make_each_row_once(desk):
    desk.set_up()

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: lay_out(desk), range(4)))

    assert sorted(added) == [0, 0, 0, 62]
    assert len(column(desk, "日付")) == 92


def test_days_that_have_a_row_are_left_and_only_the_others_are_added(desk):
    desk.set_up()
    row = len(column(desk, "日付")) + 2
    desk.type(DAYS, row, 日付="2026/12/3", センターコード="A", 着信数="7")

    assert lay_out(desk) == 61
    assert column(desk, "着信数").count("7") == 1


def test_a_centre_code_that_looks_like_a_formula_stays_a_text(desk):
    desk.set_up()

    lay_out(desk, centres=["=1+1"])

    assert "=1+1" in column(desk, "センターコード")


def test_a_laid_out_row_is_no_record_and_an_entry_of_the_app_fills_it(
    desk, emulator, tmp_path
):
    place = sheet_place(emulator, tmp_path / "data")
    desk.book = place.url.removeprefix("gsheet://")
    desk.hand = emulator.hand(desk.book)
    desk.set_up()
    store = place()
    before = store.load()

    store.commit(saving(kpi_day("自社", days=-1, orders=300)))

    after = store.load()
    assert len(before.frames["kpi_days"]) == 0
    assert before.problems == ()
    assert len(after.frames["kpi_days"]) == 1
    assert column(desk, "日付").count("2026/11/20(金)") == 1
    at = column(desk, "日付").index("2026/11/20(金)")
    assert column(desk, "受注件数")[at] == "300"
    place.close()


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 11, 24), [date(2026, 11, 1)]),
        (date(2026, 11, 25), [date(2026, 11, 1), date(2026, 12, 1)]),
        (date(2026, 12, 31), [date(2026, 12, 1), date(2027, 1, 1)]),
    ],
)
def test_near_the_end_of_a_month_the_next_is_laid_out_too(today, months):
    assert months_ahead(today) == months


def test_a_month_has_all_its_days():
    assert len(days_of(date(2028, 2, 10))) == 29
