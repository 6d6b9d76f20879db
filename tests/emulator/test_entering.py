"""What typing makes of a text, in both locales."""

import pytest

from tests.sheets_api.entering import enter
from tests.sheets_api.rendering import format_value


def shown(text, locale="en_US"):
    typed = enter(text, locale, 2026)
    return typed.value, format_value(typed.value, typed.format, locale)


@pytest.mark.parametrize(
    ("text", "value", "seen"),
    [
        ("0042", 42, "42"),
        ("2,000,000.01", 2000000.01, "2,000,000.01"),
        ("80%", 0.8, "80%"),
        ("12.5%", 0.125, "12.50%"),
        ("-1.5", -1.5, "-1.5"),
        ("(5)", -5, "-5"),
        ("3E5", 300000, "3.00E+05"),
        ("$1,200", 1200, "$1,200"),
        ("true", True, "TRUE"),
        ("2026-11-03", 46329, "2026-11-03"),
        ("11/3/2026", 46329, "11/3/2026"),
        ("11/3", 46329, "11/3"),
        ("1-2", 46024, "1-2"),
        ("Nov 3, 2026", 46329, "Nov 3, 2026"),
        ("3-Nov-2026", 46329, "3-Nov-2026"),
        ("9:05", 0.3784722222222222, "9:05"),
        ("9:05 PM", 0.8784722222222222, "9:05 PM"),
        ("25:30", 1.0625, "25:30:00"),
        ("11/3/2026 9:05", 46329.37847222222, "11/3/2026 9:05:00"),
    ],
)
def test_english_typing_is_read(text, value, seen):
    read, formatted = shown(text)
    assert read == pytest.approx(value)
    assert formatted == seen


@pytest.mark.parametrize(
    ("text", "value", "seen"),
    [
        ("2026/11/3", 46329, "2026/11/3"),
        ("2026/11/03", 46329, "2026/11/03"),
        ("2026年11月3日", 46329, "2026年11月3日"),
        ("11月3日", 46329, "11月3日"),
        ("11/3", 46329, "11/3"),
        ("¥1,200", 1200, "¥1,200"),
        ("￥500", 500, "¥500"),
        ("午後3時05分", 0.6284722222222222, "3:05:00 午後"),
        ("0312345678", 312345678, "312345678"),
    ],
)
def test_japanese_typing_is_read(text, value, seen):
    read, formatted = shown(text, "ja_JP")
    assert read == pytest.approx(value)
    assert formatted == seen


@pytest.mark.parametrize(
    "text",
    [
        "８０",
        "令和7年11月3日",
        "03-1234-5678",
        "約20",
        "1,20",
        "80％",
        "1,200円",
        "2026/13/3",
        "25時",
        "なし",
        " ",
        "1.2.3.4",
        "-",
        "Nov",
        "99:99",
    ],
)
def test_what_sheets_does_not_understand_stays_text(text):
    typed = enter(text, "ja_JP", 2026)
    assert (typed.value, typed.formula) == (text, None)


def test_a_leading_apostrophe_keeps_text_and_vanishes():
    assert enter("'0042", "ja_JP", 2026).value == "0042"


def test_an_equals_sign_begins_a_formula_and_a_plus_before_text_too():
    assert enter("=A1*2", "ja_JP", 2026).formula == "=A1*2"
    assert enter("+A1", "ja_JP", 2026).formula == "=+A1"
    assert enter("+81", "ja_JP", 2026).value == 81


def test_a_dollar_is_text_in_japan_and_a_yen_in_america():
    assert enter("$5", "ja_JP", 2026).value == "$5"
    assert enter("¥5", "en_US", 2026).value == "¥5"


def test_a_plain_text_cell_keeps_whatever_is_typed(japanese):
    plain = {"userEnteredFormat": {"numberFormat": {"type": "TEXT", "pattern": "@"}}}
    japanese.reply(
        {
            "repeatCell": {
                "range": {"sheetId": 0},
                "cell": plain,
                "fields": "userEnteredFormat.numberFormat",
            }
        }
    )
    japanese.put("苦情!A1", [["0312345678", "=1+1", "2026/11/3"]], "USER_ENTERED")
    rows = japanese.rows("苦情!A1:C1", "UNFORMATTED_VALUE")
    assert rows == [["0312345678", "=1+1", "2026/11/3"]]


def test_a_format_that_is_there_already_stays(japanese):
    kind = {"type": "DATE", "pattern": "m月d日"}
    japanese.reply(
        {
            "repeatCell": {
                "range": {"sheetId": 0},
                "cell": {"userEnteredFormat": {"numberFormat": kind}},
                "fields": "userEnteredFormat.numberFormat",
            }
        }
    )
    japanese.put("苦情!A1", [["2026/11/3"]], "USER_ENTERED")
    assert japanese.rows("苦情!A1") == [["11月3日"]]
