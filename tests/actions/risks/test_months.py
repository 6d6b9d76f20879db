"""Counts of past months: pasted, kept in 設定, taken back."""

from __future__ import annotations

from datetime import date

import pytest

from lib.actions.risks import months
from lib.errors import NotAllowed, UnreadableFile
from lib.schema.principal import Principal
from lib.schema.vocab import Role
from tests.actions.risks.company import NOW, TODAY


def fresh(live):
    return live.for_user(Principal("boss@example.jp", "高橋 一郎", Role.MANAGER))


def test_a_pasted_table_is_read_with_its_heading() -> None:
    typed = "月\t件数\n2026年8月\t12件\n\n2026/9, ７\n2026-07 なし"

    assert months.read(typed, TODAY) == {
        date(2026, 8, 1): 12,
        date(2026, 9, 1): 7,
        date(2026, 7, 1): None,
    }


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("2026-08 たくさん", 1),
        ("2026-08 3\n8月 4", 2),
        ("2026-08 3\n2026/8 4", 2),
        ("2026-11 3", 1),
        ("2026-08", 1),
    ],
)
def test_what_cannot_be_read_names_its_line(typed: str, line: int) -> None:
    with pytest.raises(UnreadableFile) as refused:
        months.read(typed, TODAY)

    assert refused.value.details["line"] == line


def test_kept_months_are_known_and_can_be_taken_back(live) -> None:
    kept = months.keep(
        fresh(live), {date(2026, 8, 1): 12, date(2026, 9, 1): 7}, now=NOW, entry="e1"
    )
    found = months.months_of(fresh(live), TODAY)

    assert kept == 2
    assert [(m.month, m.count, m.counted) for m in found] == [
        (date(2026, 8, 1), 12, True),
        (date(2026, 9, 1), 7, True),
    ]
    months.keep(fresh(live), {date(2026, 8, 1): None}, now=NOW, entry="e2")
    assert [m.month for m in months.months_of(fresh(live), TODAY)] == [date(2026, 9, 1)]


def test_the_same_months_again_write_nothing(live) -> None:
    months.keep(fresh(live), {date(2026, 8, 1): 12}, now=NOW, entry="e1")

    assert months.keep(fresh(live), {date(2026, 8, 1): 12}, now=NOW, entry="e2") == 0


def test_a_clerk_sets_no_past(clerk) -> None:
    with pytest.raises(NotAllowed):
        months.keep(clerk, {date(2026, 8, 1): 12}, now=NOW, entry="e1")
