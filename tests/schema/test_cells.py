"""Whatever people type is read as what they meant, or said to be unreadable."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import clock
from lib.schema.cells import Reading, Status, cell_text, parse_cell
from lib.schema.cells import reading as told
from lib.schema.cells.aliases import ALIASES
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import TABLES, table
from lib.schema.vocab import (
    Answered,
    BusinessDay,
    Change,
    ComplaintStatus,
    Done,
    Flag,
    Harm,
    Severity,
    Temper,
)
from lib.text import folded

OK, REPAIRED, DOUBTFUL, BAD = Status
ALL_FIELDS = [(t.code, f.name) for t in TABLES for f in t.fields]


def complaint(name: str) -> Field:
    return table("complaints").field(name)


def kpi(name: str) -> Field:
    return table("kpi_days").field(name)


COUNT = kpi("offered")
SECONDS = kpi("talk_seconds")
MINUTES = complaint("handling_minutes")
YEN = table("agency_inquiries").field("contract_yen")
PERCENT = kpi("reported_answer_rate")
DAY = complaint("occurred_on")
MOMENT = complaint("received_at")
CONTACT = complaint("contact")
ORDER = complaint("order_number")


def seen(field: Field, raw: Any, **hints: Any) -> tuple[Any, Status]:
    reading = parse_cell(field, raw, **hints)
    return reading.value, reading.status


# Numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (80, (80, OK)),
        ("80", (80, OK)),
        (80.0, (80, OK)),
        ("８０", (80, REPAIRED)),
        (" 80 ", (80, REPAIRED)),
        ("\u200b80\u3000", (80, REPAIRED)),
        ("1,200", (1200, REPAIRED)),
        ("８０件", (80, REPAIRED)),
        ("3名", (3, REPAIRED)),
        ("3万", (30_000, REPAIRED)),
        ("1.2千", (1200, REPAIRED)),
        ("3万5千", (35_000, REPAIRED)),
        ("1億2000万", (120_000_000, REPAIRED)),
        ("+5", (5, REPAIRED)),
        ("約20", (20, DOUBTFUL)),
        ("20くらい", (20, DOUBTFUL)),
        ("20+", (20, DOUBTFUL)),
        (46_329, (46_329, DOUBTFUL)),
        (0, (0, OK)),
        ("0", (0, OK)),
        (np.int64(7), (7, OK)),
        (Decimal(7), (7, OK)),
    ],
)
def test_counts_are_read_however_they_are_written(raw, expected):
    assert seen(COUNT, raw) == expected


@pytest.mark.parametrize(
    "raw", ["-", "ー", "−", "なし", "N/A", "ｎ／ａ", "未", "?", "×", "  ", "", None]
)
def test_a_mark_for_nothing_is_missing_and_never_zero(raw):
    reading = parse_cell(COUNT, raw)

    assert reading.value is None
    assert not reading.is_bad


def test_a_typed_mark_for_nothing_says_so():
    assert parse_cell(COUNT, "なし") == Reading(None, REPAIRED, told.WRITTEN_AS_MISSING)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("多数", told.NOT_A_NUMBER),
        ("20〜30", told.A_RANGE),
        ("20-30件", told.A_RANGE),
        ("1,20", told.NOT_A_NUMBER),
        ("1.5", told.NOT_WHOLE),
        (1.5, told.NOT_WHOLE),
        ("80%", told.NOT_A_NUMBER),
        (True, told.NOT_A_NUMBER),
        (date(2026, 11, 3), told.NOT_A_NUMBER),
        ("#REF!", told.ERROR_VALUE),
        ("#DIV/0!", told.ERROR_VALUE),
        ("9" * 30, told.TOO_LARGE),
        pytest.param("9" * 5000, told.UNREADABLE, id="5000 digits"),
        pytest.param(10**6000, told.UNREADABLE, id="6000 digits"),
        (float("inf"), told.UNREADABLE),
        (-5, told.TOO_SMALL),
        ("△5", told.TOO_SMALL),
        ("٣", told.NOT_A_NUMBER),
    ],
)
def test_what_is_no_count_is_bad_and_has_no_value(raw, why):
    assert parse_cell(COUNT, raw) == Reading(None, BAD, why)


@pytest.mark.parametrize("raw", ["△5", "▲5", "(5)", "−5", "－5", "-5", "ー5", "¥-5"])
def test_every_minus_is_a_minus(raw):
    unbounded = Field("balance", YEN.column, "integer", False, None)

    assert parse_cell(unbounded, raw).value == -5


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("¥1,200", 1200),
        ("￥1,200-", 1200),
        ("1,200円", 1200),
        ("1.2千円", 1200),
        ("3万円", 30_000),
        (49_800, 49_800),
    ],
)
def test_money_is_read_with_its_currency(raw, value):
    assert parse_cell(YEN, raw).value == value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("80%", (80.0, OK)),
        ("８０％", (80.0, REPAIRED)),
        (80, (80.0, OK)),
        (0.8, (80.0, DOUBTFUL)),
        (0.333, (33.3, DOUBTFUL)),
        ("0.5%", (0.5, OK)),
        (0, (0.0, OK)),
        ("120%", (None, BAD)),
        (101, (None, BAD)),
    ],
)
def test_a_share_is_never_taken_for_another_silently(raw, expected):
    assert seen(PERCENT, raw) == expected


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        (SECONDS, "5分30秒", (330, REPAIRED)),
        (SECONDS, "1:02:03", (3723, REPAIRED)),
        (SECONDS, timedelta(hours=25), (90_000, REPAIRED)),
        (MINUTES, "1時間30分", (90, REPAIRED)),
        (MINUTES, "45分", (45, REPAIRED)),
        (MINUTES, "1:30", (90, DOUBTFUL)),
        (MINUTES, time(1, 30), (90, REPAIRED)),
        (MINUTES, "90秒", (2, DOUBTFUL)),
        (COUNT, time(1, 30), (None, BAD)),
    ],
)
def test_spans_of_time_are_counted_in_the_unit_of_the_column(field, raw, expected):
    assert seen(field, raw) == expected


# Days and moments ----------------------------------------------------------------

NOV_3 = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (NOV_3, OK),
        (datetime(2026, 11, 3, 14, 30), OK),
        (46_329, OK),
        (46_329.6, OK),
        ("2026/11/03", OK),
        ("2026-11-03", OK),
        ("2026/11/3", REPAIRED),
        ("2026.11.3", REPAIRED),
        ("20261103", REPAIRED),
        (20_261_103, REPAIRED),
        ("2026年11月3日", REPAIRED),
        ("2026年11月3日(火)", REPAIRED),
        ("2026年11月3日（火・祝）", REPAIRED),
        ("2026 年 11 月 3 日 火曜日", REPAIRED),
        ("２０２６／１１／３", REPAIRED),
        ("令和8年11月3日", REPAIRED),
        ("R8.11.3", REPAIRED),
        ("r8/11/3", REPAIRED),
        ("2026/11/3 14:30", REPAIRED),
        ("2026年11月3日(水)", DOUBTFUL),
        ("8.11.3", DOUBTFUL),
        ("26/11/3", DOUBTFUL),
    ],
)
def test_a_day_is_read_however_it_is_written(raw, status):
    assert seen(DAY, raw) == (NOV_3, status)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("S64.1.7", date(1989, 1, 7)),
        ("令和7年11月3日", date(2025, 11, 3)),
        ("R7.11.3", date(2025, 11, 3)),
    ],
)
def test_the_years_of_the_eras_are_known(raw, day):
    assert seen(DAY, raw) == (day, REPAIRED)


@pytest.mark.parametrize("raw", ["平成31年11月3日", "令和元年4月30日"])
def test_a_day_outside_its_era_is_doubtful(raw):
    reading = parse_cell(DAY, raw)

    assert (reading.value.year, reading.status) == (2019, DOUBTFUL)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (2026, (NOV_3, REPAIRED)),
        (date(2026, 11, 20), (NOV_3, REPAIRED)),
        (date(2027, 1, 10), (NOV_3, REPAIRED)),
        (date(2027, 5, 4), (date(2026, 11, 3), DOUBTFUL)),
        (None, (None, BAD)),
    ],
)
@pytest.mark.parametrize("raw", ["11/3", "11月3日", "１１／３"])
def test_a_day_without_a_year_takes_it_from_its_neighbours(raw, hint, expected):
    assert seen(DAY, raw, year_hint=hint) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "昨日",
        "月曜",
        "上旬",
        "3日",
        "2026/13/1",
        "2026/2/30",
        "2/30",
        "9:05",
        3,
        99_999_999,
        -1.5,
        time(9, 5),
        True,
        "令和0年1月1日",
        "#VALUE!",
    ],
)
def test_what_is_no_day_is_bad(raw):
    assert seen(DAY, raw, year_hint=2026) == (None, BAD)


@pytest.mark.parametrize(
    ("raw", "clocked", "status"),
    [
        ("2026/11/03 09:05", (9, 5, 0), OK),
        ("2026-11-03T09:05:00+09:00", (9, 5, 0), OK),
        ("2026-11-03T00:05:00Z", (9, 5, 0), OK),
        ("2026/11/3 9:05", (9, 5, 0), REPAIRED),
        ("2026/11/3 9:5", (9, 5, 0), REPAIRED),
        ("2026年11月3日(火) 9時5分", (9, 5, 0), REPAIRED),
        ("2026/11/3 9時", (9, 0, 0), REPAIRED),
        ("2026/11/3　９：０５：３０", (9, 5, 30), REPAIRED),
        ("2026/11/3 午後2時半", (14, 30, 0), REPAIRED),
        ("2026/11/3 2:30 PM", (14, 30, 0), REPAIRED),
        ("2026/11/3 午前0時", (0, 0, 0), REPAIRED),
        ("20261103 9:05", (9, 5, 0), REPAIRED),
        ("2026/11/3", (0, 0, 0), REPAIRED),
        (NOV_3, (0, 0, 0), REPAIRED),
        (46_329.3784722222, (9, 5, 0), OK),
        (datetime(2026, 11, 3, 9, 4, 59, 999_999), (9, 5, 0), OK),
        ("R8.11.3 9:05", (9, 5, 0), REPAIRED),
    ],
)
def test_a_moment_is_tokyo_time_to_the_second(raw, clocked, status):
    assert seen(MOMENT, raw) == (
        datetime(2026, 11, 3, *clocked, tzinfo=clock.TOKYO),
        status,
    )


@pytest.mark.parametrize(
    "raw", ["9:05", "25:30", "2026/11/3 25:30", "2026/11/3 9", "2026/11/3 朝", time(9)]
)
def test_a_time_alone_or_past_midnight_is_no_moment(raw):
    assert seen(MOMENT, raw) == (None, BAD)


# Choices -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table_code", "name", "raw", "expected"),
    [
        ("complaints", "status", "対応中", (ComplaintStatus.WORKING, OK)),
        ("complaints", "status", " 対応中　", (ComplaintStatus.WORKING, REPAIRED)),
        ("complaints", "status", "対応中です", (ComplaintStatus.WORKING, REPAIRED)),
        ("complaints", "status", "closed", (ComplaintStatus.CLOSED, REPAIRED)),
        ("complaints", "status", "たぶん完了", (None, BAD)),
        ("complaints", "severity", "High", (Severity.HIGH, REPAIRED)),
        ("complaints", "temper", 4, (Temper.FURIOUS, REPAIRED)),
        ("complaints", "temper", "４激怒", (Temper.FURIOUS, REPAIRED)),
        ("complaints", "harm", "なし", (Harm.NO, OK)),
        ("complaints", "harm", "あり", (None, BAD)),
        ("complaints", "harm", "あり（受診）", (Harm.TREATED, REPAIRED)),
        ("complaints", "leak", "-", (None, REPAIRED)),
        ("complaints", "leak", True, (Answered.YES, REPAIRED)),
        ("complaints", "read_back", "○", (Done.DONE, REPAIRED)),
        ("complaints", "read_back", "TRUE", (Done.DONE, REPAIRED)),
        ("complaints", "read_back", "レ", (Done.DONE, REPAIRED)),
        ("kpi_days", "business", "定休日", (BusinessDay.CLOSED, REPAIRED)),
        ("members", "active", 1.0, (Flag.YES, REPAIRED)),
        ("members", "active", "退職", (Flag.NO, REPAIRED)),
        ("members", "active", date(2026, 1, 1), (None, BAD)),
    ],
)
def test_a_choice_is_found_by_what_people_call_it(table_code, name, raw, expected):
    assert seen(table(table_code).field(name), raw) == expected


def test_several_choices_stand_in_one_cell():
    field = table("escalations").field("changes")

    assert seen(field, "人、場所") == ((Change.PERSON, Change.PLACE), OK)
    assert seen(field, "人, 場所\n人") == ((Change.PERSON, Change.PLACE), REPAIRED)
    assert seen(field, "人、宇宙") == ((), BAD)
    assert seen(field, "") == ((), OK)


SEVERAL = [
    pytest.param(t.code, f.name, id=f"{t.code}.{f.name}")
    for t in TABLES
    for f in t.fields
    if f.kind == "choices"
]


@pytest.mark.parametrize(("table_code", "name"), SEVERAL)
def test_no_choice_is_cut_in_two_when_all_stand_in_one_cell(table_code, name):
    field = table(table_code).field(name)

    assert seen(field, cell_text(field, tuple(field.choices))) == (
        tuple(field.choices),
        OK,
    )


@pytest.mark.parametrize("kind", ALIASES)
def test_no_alias_stands_for_two_choices_or_hides_a_value(kind):
    words = [
        (folded(word), name)
        for name, aliases in ALIASES[kind].items()
        for word in aliases.split()
    ]
    names: dict[str, set[str]] = {}
    for word, name in words:
        names.setdefault(word, set()).add(name)
    values = {folded(choice.value): choice.name for choice in kind}

    assert {word: found for word, found in names.items() if len(found) > 1} == {}
    assert {w: n for w, n in words if values.get(w, n) != n} == {}


# Text ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+81 90-1234-5678",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "𠮷野家 髙橋 👨‍👩‍👧",
        "一行目\n二行目",
        "  行頭の空白",
        "-",
        "なし",
        "\u202e逆さ\u200f",
        "あ" * 10_000,
        "'=x",
    ],
)
def test_text_stays_as_it_was_typed(text):
    assert parse_cell(complaint("content"), text) == Reading(text)


def test_text_too_long_for_any_store_is_bad_and_not_cut():
    assert parse_cell(complaint("content"), "あ" * 50_001).why == told.TOO_LONG


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        (CONTACT, 312345678, ("0312345678", REPAIRED)),
        (CONTACT, 9012345678, ("09012345678", REPAIRED)),
        (CONTACT, 312345678.0, ("0312345678", REPAIRED)),
        (CONTACT, "0312345678", ("0312345678", OK)),
        (CONTACT, "０３（１２３４）", ("０３（１２３４）", OK)),
        (ORDER, "007", ("007", OK)),
        (ORDER, 7, ("7", DOUBTFUL)),
        (complaint("note"), 7, ("7", OK)),
        (complaint("note"), 7.5, ("7.5", OK)),
    ],
)
def test_digits_that_are_no_number_keep_their_zeros(field, raw, expected):
    assert seen(field, raw) == expected


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("id", " ｋ２６１１２１７ｆ３ｑｘ", ("K-261121-7F3QX", REPAIRED)),
        ("id", "K-261121-7F3QX", ("K-261121-7F3QX", OK)),
        ("handler", "山田 ", ("山田", REPAIRED)),
        ("product_code", "　A-01", ("A-01", REPAIRED)),
    ],
)
def test_names_of_rows_lose_blanks_and_odd_writing(name, raw, expected):
    assert seen(complaint(name), raw) == expected


# For every field -------------------------------------------------------------------

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.times(),
    st.timedeltas(),
    st.lists(st.integers()),
    st.from_regex(r"[0-9]{1,4}[/.年][0-9]{1,2}[/.月][0-9]{1,2}日? ?[0-9]*:?[0-9]*"),
    st.from_regex(r"[△▲¥(]?[0-9,.]+[億万千円%)]*"),
    st.just(pd.NaT),
    st.just(pd.NA),
    st.just(np.float64("nan")),
    st.just("\ud800"),
)
ANY_FIELD = st.sampled_from(ALL_FIELDS).map(lambda at: table(at[0]).field(at[1]))
ANY_HINT = st.one_of(st.none(), st.integers(), st.dates())


@given(field=ANY_FIELD, raw=ANYTHING, hint=ANY_HINT)
def test_reading_a_cell_never_raises_and_gives_what_the_column_holds(field, raw, hint):
    reading = parse_cell(field, raw, year_hint=hint)

    assert reading.status in Status
    if reading.is_bad:
        assert reading.value == told.missing(field)
        assert reading.why
    if reading.value not in {None, ""}:
        wanted = {
            "text": str,
            "integer": int,
            "decimal": float,
            "date": date,
            "datetime": datetime,
            "choice": field.choice_type,
            "choices": tuple,
        }
        assert type(reading.value) is wanted[field.kind]


@given(field=ANY_FIELD, raw=ANYTHING, hint=ANY_HINT)
def test_what_was_read_reads_back_equal_from_its_text(field, raw, hint):
    first = parse_cell(field, raw, year_hint=hint)

    again = parse_cell(field, cell_text(field, first.value))
    assert again.value == first.value
    assert again.status in {OK, REPAIRED if first.value == () else OK} or (
        field.kind == "integer" and again.why == told.MAYBE_A_DATE
    )


@given(raw=st.text(max_size=200), hint=ANY_HINT)
def test_a_moment_read_from_text_can_stand_in_a_record(raw, hint):
    value = parse_cell(MOMENT, raw, year_hint=hint).value

    assert value is None or (value.tzinfo is clock.TOKYO and value.microsecond == 0)


@pytest.mark.parametrize(
    "evil",
    [
        "9" * 100_000,
        "1" * 100 + ",",
        "9," * 50_000,
        "(" * 100_000,
        " " * 100_000 + "x",
        "㍻" * 50_000,
        "ﷺ" * 10_000,
        "1/" * 90,
        "-" * 199,
    ],
    ids=lambda text: f"{text[:2]}x{len(text)}",
)
def test_no_text_makes_reading_slow(evil):
    for kind in (COUNT, DAY, MOMENT, complaint("status"), complaint("content")):
        start = stopwatch.perf_counter()
        parse_cell(kind, evil)

        assert stopwatch.perf_counter() - start < 0.5


def test_an_object_that_misbehaves_is_only_unreadable():
    class Evil:
        def item(self) -> object:
            raise RuntimeError

        def __str__(self) -> str:
            raise RuntimeError

        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None

    for _code, name in ALL_FIELDS[:40]:
        assert parse_cell(complaint("content"), Evil()).is_bad, name


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (DAY, NOV_3, "2026/11/03"),
        (MOMENT, datetime(2026, 11, 3, 14, 30, tzinfo=clock.TOKYO), "2026/11/03 14:30"),
        (
            MOMENT,
            datetime(2026, 11, 3, 14, 30, 5, tzinfo=clock.TOKYO),
            "2026/11/03 14:30:05",
        ),
        (COUNT, 0, "0"),
        (COUNT, None, ""),
        (PERCENT, 80.0, "80%"),
        (PERCENT, 33.3, "33.3%"),
        (complaint("status"), ComplaintStatus.CLOSED, "完了"),
        (
            table("escalations").field("changes"),
            (Change.PERSON, Change.TIME),
            "人、時間",
        ),
        (complaint("content"), "=1+1", "=1+1"),
    ],
)
def test_the_text_of_a_value_is_the_same_everywhere(field, value, text):
    assert cell_text(field, value) == text


def test_every_default_of_every_table_has_a_text_that_reads_back():
    for t in TABLES:
        for field in t.fields:
            if field.required or not issubclass(t.record, Record):
                continue
            text = cell_text(field, field.default)

            assert parse_cell(field, text).value == field.default, field.name
