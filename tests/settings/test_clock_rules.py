"""期限の規則: what ships, and what a row of 設定 makes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time

import pytest

from lib.schema.frames import frame_of
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import DeadlineKind
from lib.settings.clock_rules import (
    DEFAULTS,
    GROUP,
    NOT_MOVED,
    Party,
    as_written,
    clock_rules,
    rule_of,
)
from lib.settings.counting import Counting, FirstDay, Holiday, Unit

REPORT = next(rule for rule in DEFAULTS if rule.code == "L1確報")
TODAY = date(2026, 11, 22)


def settings(*rows: dict[str, object]):
    given = [{"group": GROUP, "name": REPORT.code, **row} for row in rows]
    return frame_of(table("settings"), [Setting.parse(row) for row in given])


def counted(rows, on: date = TODAY):
    found = rule_of(clock_rules(rows, on), REPORT.code)
    assert found is not None
    return found


def test_every_law_that_sets_a_clock_has_a_rule() -> None:
    laws = {int(found[1]) for r in DEFAULTS if (found := re.match(r"L(\d+)", r.code))}

    # L2, L9, L10, L17, L18 and L21 set none; L20's duties stand with the follow-ups.
    assert laws == {1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 19, 22, 23}


def test_codes_are_unique_and_every_rule_names_its_source_and_day() -> None:
    assert len({rule.code for rule in DEFAULTS}) == len(DEFAULTS)
    assert all(rule.source and rule.checked_on for rule in DEFAULTS)


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.code)
def test_what_a_rule_writes_into_the_sheet_is_read_as_that_rule(rule) -> None:
    blank = replace(rule, counting=Counting(1), kind=DeadlineKind.OWN, party=Party.US)

    found = as_written(blank, rule.value)

    assert found is not None
    assert found.value == rule.value
    if rule.counting.length:
        assert found.counting == rule.counting


def test_a_row_counts_from_its_day_on_and_older_days_keep_theirs() -> None:
    rows = settings({"effective_from": date(2026, 12, 1), "value": "45日"})

    assert counted(rows, date(2026, 11, 30)).counting.length == 30
    assert counted(rows, date(2026, 12, 1)).counting.length == 45


def test_of_several_rows_the_latest_that_has_begun_counts() -> None:
    rows = settings(
        {"effective_from": date(2026, 3, 1), "value": "20日"},
        {"effective_from": date(2026, 1, 1), "value": "10日"},
        {"effective_from": date(2027, 1, 1), "value": "40日"},
    )

    assert counted(rows).counting.length == 20


def test_a_row_may_change_one_word_and_leaves_the_rest() -> None:
    found = counted(
        settings({"effective_from": date(2026, 1, 1), "value": "初日を数えない"})
    )

    assert found.counting == replace(REPORT.counting, first_day=FirstDay.NOT_COUNTED)
    assert found.kind is DeadlineKind.STATUTORY


def test_widths_and_commas_that_people_type_are_read() -> None:
    found = as_written(REPORT, "３営業日以内,休日でもその日, 17:30まで,社内,委託先")

    assert found is not None
    assert found.counting == Counting(
        3, Unit.BUSINESS, FirstDay.COUNTED, Holiday.STAYS, time(17, 30)
    )
    assert (found.kind, found.party) == (DeadlineKind.OWN, Party.OUTSOURCER)


@pytest.mark.parametrize("value", ["", "だいたい30日", "30日、たぶん", "9999日"])
def test_a_row_that_says_something_else_is_passed_over(value) -> None:
    rows = settings(
        {"effective_from": date(2026, 1, 1), "value": "20日"},
        {"effective_from": date(2026, 2, 1), "value": value},
    )

    assert counted(rows).counting.length == 20


def test_a_rule_can_be_taken_out_of_use() -> None:
    rows = settings({"effective_from": date(2026, 1, 1), "value": "使わない"})

    found = counted(rows)

    assert (found.on, found.value) == (False, "使わない")


def test_source_and_day_of_checking_come_with_the_row() -> None:
    rows = settings(
        {
            "effective_from": date(2026, 1, 1),
            "value": "30日",
            "description": "個人情報保護法26条(改正後)",
            "checked_on": date(2026, 10, 1),
        }
    )

    found = counted(rows)

    assert found.source == "個人情報保護法26条(改正後)"
    assert found.checked_on == date(2026, 10, 1)


def test_a_row_without_a_source_keeps_the_one_that_ships() -> None:
    rows = settings({"effective_from": date(2026, 1, 1), "value": "29日"})

    assert counted(rows).source == REPORT.source
    assert counted(rows).checked_on == REPORT.checked_on


def test_a_duty_whose_end_is_not_put_off_says_so() -> None:
    stays = replace(REPORT, counting=replace(REPORT.counting, holiday=Holiday.STAYS))
    window = replace(stays, party=Party.CUSTOMER)

    assert NOT_MOVED not in REPORT.notes
    assert NOT_MOVED in stays.notes
    assert NOT_MOVED not in window.notes


def test_the_same_day_and_the_next_business_day_have_names() -> None:
    today, tomorrow = as_written(REPORT, "当日"), as_written(REPORT, "翌営業日")

    assert today is not None
    assert tomorrow is not None
    assert today.counting.length == 0
    assert (tomorrow.counting.length, tomorrow.counting.unit) == (1, Unit.BUSINESS)
