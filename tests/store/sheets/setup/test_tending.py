"""From day to day: formulas for new rows, and the month ahead."""

from __future__ import annotations

from datetime import date

import pytest

from lib.schema.tables import table
from lib.store.sheets.setup.tending import tend
from tests.store.places import sheet_place
from tests.store.rows import complaint, saving

CASES = table("complaints").tab
DAYS = table("kpi_days").tab


def tended(desk):
    return tend(desk.client, desk.book)


def test_a_case_that_the_app_wrote_gets_its_formula(desk, emulator, tmp_path):
    place = sheet_place(emulator, tmp_path / "data")
    desk.book = place.url.removeprefix("gsheet://")
    desk.hand = emulator.hand(desk.book)
    desk.set_up()
    store = place()
    store.commit(saving(complaint("K-261121-7F3QX", next_promise=None)))

    assert tended(desk)

    assert desk.shown(CASES, "知らせ", 2) in {"約束なし", "超過", "今日"}
    assert store.load().problems == ()
    place.close()


def test_where_nothing_is_missing_it_costs_two_reads_and_no_write(desk, emulator):
    desk.set_up()
    emulator.log.clear()

    assert not tended(desk)
    assert (emulator.log.reads(), emulator.log.writes()) == (2, 0)


def test_near_the_end_of_the_month_the_next_is_laid_out(desk, monkeypatch):
    desk.set_up()
    monkeypatch.setenv("MIMAMORI_NOW", "2026-11-25T08:00")

    assert tended(desk)
    assert not tended(desk)

    at = desk.header(DAYS).index("日付")
    assert desk.hand.read(DAYS)[-1][at] == "2026/12/31(木)"


def test_a_row_that_is_blank_or_only_begun_gets_no_formula(desk):
    desk.set_up()
    desk.type(CASES, 3, お客様名="山田")

    assert not tended(desk)
    assert desk.shown(CASES, "知らせ", 3) == ""


def test_a_formula_that_people_replaced_by_a_word_of_theirs_stays(desk):
    desk.set_up()
    desk.type(CASES, 2, 内容="箱が潰れていた", 知らせ="社長案件")

    assert not tended(desk)
    assert desk.shown(CASES, "知らせ", 2) == "社長案件"


def test_a_sheet_that_nobody_set_up_is_left_alone(emulator, tmp_path, desk):
    place = sheet_place(emulator, tmp_path / "data")
    place().load()
    desk.book = place.url.removeprefix("gsheet://")
    desk.hand = emulator.hand(desk.book)
    emulator.log.clear()

    assert not tended(desk)
    assert emulator.log.writes() == 0
    assert desk.hand.read(DAYS)[1:] == []
    place.close()


@pytest.mark.parametrize("day", [date(2026, 11, 3), date(2026, 11, 23)])
def test_holidays_of_the_month_are_named(desk, day):
    desk.set_up()

    header = desk.header(DAYS)
    rows = {row[header.index("日付")][:10]: row for row in desk.hand.read(DAYS)[1:]}
    assert rows[f"{day:%Y/%m/%d}"][header.index("祝日")]
