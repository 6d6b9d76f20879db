"""Earlier rounds of an improvement come back from a cell as they were written."""

from __future__ import annotations

from datetime import date

from lib.schema.rounds import Round, rounds_of, written

FIRST = Round(date(2025, 4, 1), None, date(2025, 5, 1), date(2025, 8, 1))
SECOND = Round(date(2026, 1, 5), date(2026, 1, 9))


def test_rounds_are_read_as_they_were_written():
    cell = written((FIRST, SECOND))

    assert cell == (
        "開始2025/04/01 定着2025/05/01 再発2025/08/01\n開始2026/01/05 完了2026/01/09"
    )
    assert rounds_of(cell) == (FIRST, SECOND)
    assert rounds_of("") == ()


def test_what_somebody_typed_into_the_cell_is_passed_over():
    typed = "開始2026/02/31\nnot a round\n開始2026/01/05 完了2026/13/01"

    assert rounds_of(typed) == (Round(date(2026, 1, 5)),)
