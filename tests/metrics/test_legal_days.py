"""A worked example for every rule: from when, until when, and why then."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from lib import clock
from lib.metrics import legal_days
from lib.settings.clock_rules import DEFAULTS
from lib.settings.counting import Counting, FirstDay, Holiday, Unit

RULES = {rule.code: rule for rule in DEFAULTS}
HAS_A_DATE_OF_ITS_OWN = {"L22先方指定"}


def at(text: str) -> datetime:
    return clock.in_tokyo(datetime.fromisoformat(text))


EXAMPLES = [
    # code, began, ends, what is special
    ("L1速報", "2026-05-02 22:00", "2026-05-06 23:59", "day 5 is a holiday; it stays"),
    ("L1速報", "2026-11-28 09:00", "2026-12-02 23:59", "over the end of a month"),
    ("L1確報", "2026-11-02 09:00", "2026-12-01 23:59", "the first day is day 1"),
    ("L1確報", "2026-12-01 09:00", "2027-01-04 23:59", "day 30 is 12-30: closed"),
    ("L1確報", "2026-04-05 09:00", "2026-05-07 23:59", "day 30 is in Golden Week"),
    ("L1確報", "2028-01-31 09:00", "2028-02-29 23:59", "a leap year"),
    ("L1確報", "2027-01-31 09:00", "2027-03-01 23:59", "no leap year"),
    ("L1確報60", "2026-11-01 09:00", "2027-01-04 23:59", "day 60 is 12-30: closed"),
    ("L1本人通知", "2026-11-28 09:00", "2026-12-02 23:59", "over the end of a month"),
    ("L1本人通知", "2026-12-30 09:00", "2027-01-03 23:59", "year end; it stays"),
    ("L1委託先", "2026-02-26 09:00", "2026-03-02 23:59", "February has 28 days"),
    ("L1委託先", "2026-05-01 09:00", "2026-05-05 23:59", "こどもの日; it stays"),
    ("L3重大製品事故", "2026-11-02 09:00", "2026-11-11 23:59", "知った日を含む10日"),
    ("L3重大製品事故", "2026-12-25 09:00", "2027-01-03 23:59", "year end; it stays"),
    ("L4製造元へ通知", "2026-11-21 09:00", "2026-11-21 23:59", "the same Saturday"),
    ("L4製造元へ通知", "2027-01-31 22:00", "2027-01-31 23:59", "a month's last Sunday"),
    ("L5製販へ連絡", "2026-11-20 23:30", "2026-11-20 23:59", "the same day, late"),
    ("L5製販へ連絡", "2026-05-31 09:00", "2026-05-31 23:59", "a month's last Sunday"),
    ("L5副作用15日", "2026-04-22 09:00", "2026-05-06 23:59", "Golden Week; it stays"),
    ("L5副作用30日", "2026-01-31 09:00", "2026-03-01 23:59", "a Sunday; it stays"),
    ("L6回収着手", "2026-12-31 09:00", "2026-12-31 23:59", "even at the year end"),
    ("L7重篤", "2028-02-15 09:00", "2028-02-29 23:59", "a leap year"),
    ("L7重篤", "2026-04-22 09:00", "2026-05-06 23:59", "Golden Week; it stays"),
    ("L7同じ症状", "2026-12-20 09:00", "2027-01-03 23:59", "year end; it stays"),
    ("L8回収届出", "2026-12-28 09:00", "2027-01-04 23:59", "no business day between"),
    ("L11返品期間", "2026-11-26 09:00", "2026-12-03 23:59", "受領日を1日目とする8日"),
    ("L11返品期間", "2026-10-27 09:00", "2026-11-03 23:59", "文化の日; it stays"),
    (
        "L12クーリング・オフ",
        "2026-04-28 09:00",
        "2026-05-05 23:59",
        "ends on a holiday",
    ),
    (
        "L13解除通知への対応",
        "2026-05-02 09:00",
        "2026-05-07 18:00",
        "after Golden Week",
    ),
    (
        "L13解除通知への対応",
        "2027-01-29 20:00",
        "2027-02-01 18:00",
        "Friday to Monday, over the end of a month",
    ),
    ("L14根拠資料", "2026-04-21 09:00", "2026-05-06 23:59", "the first day is not one"),
    (
        "L15確約計画",
        "2026-11-02 09:00",
        "2027-01-01 23:59",
        "60 days without the first",
    ),
    ("L16差止請求", "2026-12-24 09:00", "2026-12-31 23:59", "a week after its day"),
    ("L16差止請求", "2026-04-27 09:00", "2026-05-04 23:59", "みどりの日; it stays"),
    ("L16条項開示", "2026-12-28 09:00", "2027-01-08 18:00", "business days begin 1-4"),
    ("L19一次回答", "2026-11-20 10:00", "2026-11-20 18:00", "the same evening"),
    ("L19一次回答", "2026-11-20 19:00", "2026-11-20 23:59", "never before it began"),
    ("L19一次回答", "2027-01-31 10:00", "2027-01-31 18:00", "a month's last Sunday"),
    ("L19回答", "2026-05-01 10:00", "2026-05-11 18:00", "three business days"),
    ("L19回答", "2026-10-29 10:00", "2026-11-04 18:00", "文化の日 between"),
    ("L23承諾通知", "2026-01-27 09:00", "2026-02-02 23:59", "over the end of a month"),
    ("L23承諾通知", "2026-04-28 09:00", "2026-05-04 23:59", "みどりの日; it stays"),
    ("商品区分の確認", "2026-11-20 10:00", "2026-11-20 18:00", "the same evening"),
    ("商品区分の確認", "2026-05-31 10:00", "2026-05-31 18:00", "a month's last Sunday"),
    ("社内回答", "2026-11-20 10:00", "2026-11-24 18:00", "勤労感謝の日 between"),
    ("社内回答", "2026-10-30 10:00", "2026-11-02 18:00", "over the end of a month"),
]


@pytest.mark.parametrize(("code", "began", "ends", "_why"), EXAMPLES)
def test_a_rule_ends_when_its_source_says(code, began, ends, _why) -> None:
    assert legal_days.due(at(began), RULES[code].counting) == at(ends)


def test_every_rule_that_counts_days_has_an_example_and_names_its_source() -> None:
    assert {code for code, *_rest in EXAMPLES} == RULES.keys() - HAS_A_DATE_OF_ITS_OWN
    assert all(rule.source for rule in DEFAULTS)


COUNTED = sorted(RULES.keys() - HAS_A_DATE_OF_ITS_OWN)


def days_of(code: str) -> list[tuple[date, date]]:
    """Return the first and the last day of each example of a rule."""
    return [
        (at(one).date(), at(end).date()) for c, one, end, _why in EXAMPLES if c == code
    ]


@pytest.mark.parametrize("code", COUNTED)
def test_every_rule_has_an_example_that_meets_days_of_rest(code) -> None:
    def meets(first: date, last: date) -> bool:
        rule = RULES[code].counting
        if rule.unit is Unit.BUSINESS:
            return (last - first).days > rule.length
        is_first_counted = rule.first_day is FirstDay.COUNTED and rule.length > 0
        end = first + timedelta(days=rule.length - is_first_counted)
        return not legal_days.is_agency_open(end)

    assert any(meets(first, last) for first, last in days_of(code))


@pytest.mark.parametrize("code", COUNTED)
def test_every_rule_has_an_example_at_the_end_of_a_month(code) -> None:
    def is_last_of_its_month(day: date) -> bool:
        return (day + timedelta(days=1)).day == 1

    assert any(
        first.month != last.month or is_last_of_its_month(last)
        for first, last in days_of(code)
    )


# Counting ---------------------------------------------------------------------------


def test_a_moment_of_another_zone_counts_by_its_day_in_tokyo() -> None:
    utc = datetime.fromisoformat("2026-11-20T16:00:00+00:00")

    assert legal_days.due(utc, Counting(5)) == at("2026-11-25 23:59")


def test_a_business_day_that_is_the_first_day_counts_only_if_it_is_one() -> None:
    two = Counting(2, Unit.BUSINESS, FirstDay.COUNTED)

    assert legal_days.last_day(date(2026, 11, 20), two) == date(2026, 11, 24)
    assert legal_days.last_day(date(2026, 11, 21), two) == date(2026, 11, 25)


def test_business_days_are_those_of_the_company() -> None:
    three = Counting(3, Unit.BUSINESS, FirstDay.NOT_COUNTED)

    found = legal_days.last_day(date(2026, 11, 20), three, weekly_closed="水")

    assert found == date(2026, 11, 23)


def test_a_company_that_never_opens_still_has_a_deadline() -> None:
    one = Counting(1, Unit.BUSINESS, FirstDay.NOT_COUNTED)

    found = legal_days.last_day(date(2026, 11, 20), one, weekly_closed="月火水木金土日")

    assert found == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2026, 5, 6), False),
        (date(2026, 11, 21), False),
    ],
)
def test_agencies_are_closed_on_days_off_and_around_the_new_year(day, is_open) -> None:
    assert legal_days.is_agency_open(day) is is_open


def test_an_end_on_a_holiday_moves_only_where_the_rule_says_so() -> None:
    stays, moves = (Counting(3, holiday=h) for h in (Holiday.STAYS, Holiday.NEXT_DAY))
    began = date(2026, 5, 1)

    assert legal_days.last_day(began, stays) == date(2026, 5, 3)
    assert legal_days.last_day(began, moves) == date(2026, 5, 7)


def test_the_hour_at_which_a_day_ends_is_the_rule_s() -> None:
    noon = Counting(1, first_day=FirstDay.NOT_COUNTED, until=time(12))

    assert legal_days.due(at("2026-11-20 09:00"), noon) == at("2026-11-21 12:00")
