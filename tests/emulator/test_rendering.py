"""Number formats."""

import pytest

from tests.sheets_api.cells import CellError
from tests.sheets_api.rendering import format_value


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (0, "0"),
        (1 / 1024, "0.0009765625"),
        (1 / 3, "0.3333333333"),
        (100 / 3, "33.33333333"),
        (12345678901, "12345678901"),
        (1e15, "1E+15"),
        (0.1 + 0.2, "0.3"),
        (-2.5, "-2.5"),
        (True, "TRUE"),
        (None, ""),
        (CellError("#DIV/0!"), "#DIV/0!"),
    ],
)
def test_without_a_format_ten_digits_show(value, seen):
    assert format_value(value, None) == seen


@pytest.mark.parametrize(
    ("value", "pattern", "seen"),
    [
        (1234.5, "#,##0", "1,235"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (-5, "0;(0);ゼロ", "(5)"),
        (0, "0;(0);ゼロ", "ゼロ"),
        (7, "000", "007"),
        (1200, '[$¥-411]#,##0"円"', "¥1,200円"),
        (0.5, "#.##", ".5"),
        (12345, "0.00E+00", "1.23E+04"),
        (3, "0件", "3件"),
    ],
)
def test_numbers_follow_their_pattern(value, pattern, seen):
    assert format_value(value, {"type": "NUMBER", "pattern": pattern}) == seen


@pytest.mark.parametrize(
    ("pattern", "seen"),
    [
        ("yyyy/mm/dd", "2026/11/03"),
        ("yy.m.d", "26.11.3"),
        ('m"月"d"日"(ddd)', "11月3日(火)"),
        ("dddd", "火曜日"),
        ("hh:mm:ss", "09:05:30"),
        ("h:mm am/pm", "9:05 午前"),
        ("yyyy-mm-dd hh:mm", "2026-11-03 09:05"),
        ("[h]:mm", "1111905:05"),
    ],
)
def test_moments_follow_their_pattern(pattern, seen):
    serial = 46329 + (9 * 3600 + 5 * 60 + 30) / 86400
    assert format_value(serial, {"type": "DATE", "pattern": pattern}, "ja_JP") == seen


def test_a_format_without_a_pattern_takes_the_locales():
    assert format_value(46329, {"type": "DATE"}, "ja_JP") == "2026/11/03"
    assert format_value(46329, {"type": "DATE"}, "en_US") == "11/3/2026"
