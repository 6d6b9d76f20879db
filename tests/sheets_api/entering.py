"""What typing a text into a cell makes of it (valueInputOption=USER_ENTERED)."""

import re
from typing import Any, NamedTuple

from tests.sheets_api.cells import check_length, number
from tests.sheets_api.serials import date_serial, time_serial

_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?(?P<money>[$¥￥])?(?P<sign2>[+-])?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?P<part>\.[0-9]*)?(?P<exp>[eE][+-]?[0-9]+)?"
    r"(?P<percent>\s?%)?(?P<close>\))?"
)
_TIME = re.compile(
    r"([0-9]{1,4}):([0-9]{1,2})(?::([0-9]{1,2})(\.[0-9]+)?)?\s*([AaPp])?(?:\.?[Mm]\.?)?"
)
_JA_TIME = re.compile(
    r"(?:(午前|午後)\s*)?([0-9]{1,2})時(?:([0-9]{1,2})分(?:([0-9]{1,2})秒)?)?"
)
_YMD = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_THREE = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_TWO = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+([0-9]{1,2})(?:,?\s+([0-9]{4}))?")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})[\s-]([A-Za-z]{3,9})(?:[\s-]([0-9]{4}|[0-9]{2}))?"
)
_JA_YMD = re.compile(
    r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日(?:[（(]([月火水木金土日])[)）])?"
)
_JA_MD = re.compile(r"([0-9]{1,2})月([0-9]{1,2})日")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONEY = {"$": '"$"#,##0', "¥": "[$¥-411]#,##0", "￥": "[$¥-411]#,##0"}
_CENTURY = 30
HOURS = 24


class Typed(NamedTuple):
    """The outcome: a literal or a formula, and the number format it brings."""

    value: Any = None
    formula: str | None = None
    format: dict | None = None


def enter(text, locale, this_year, *, plain=False):
    """Read a text as typing would.

    Args:
        text: What was typed.
        locale: The spreadsheet's, such as ja_JP.
        this_year: Of dates that name none.
        plain: The cell has the plain text format, so that nothing is read into it.

    Raises:
        ApiError: The text is longer than a cell may be.
    """
    check_length(text)
    if text == "":
        return Typed()
    if plain:
        return Typed(text)
    if text.startswith("'"):
        return Typed(text[1:] or None)
    if text.startswith("=") and len(text) > 1:
        return Typed(None, text)
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return Typed(bare.upper() == "TRUE")
    read = _read_number(bare, locale) or _read_moment(bare, locale, this_year)
    if read:
        return read
    if text.startswith("+") and len(text) > 1:
        return Typed(None, "=" + text)
    return Typed(text)


def _read_number(text, locale):
    if locale.split("_")[0] in _COMMA_LOCALES:
        text = _swap_points(text)
    found = _NUMBER.fullmatch(text)
    if not found or not (found["whole"] or (found["part"] or "").strip(".")):
        return None
    if bool(found["open"]) != bool(found["close"]):
        return None
    if found["open"] and (found["sign"] or found["sign2"]):
        return None
    if found["money"] and not _knows_money(found["money"], locale):
        return None
    if found["sign"] and found["sign2"]:
        return None
    part = found["part"] or ""
    value = float(
        (found["whole"] or "0").replace(",", "") + part + (found["exp"] or "")
    )
    if "-" in (found["sign"], found["sign2"]) or found["open"]:
        value = -value
    if found["percent"]:
        value = float(f"{value / 100:.15g}")
    return Typed(number(value), None, _number_format(found, part))


_COMMA_LOCALES = ("fr", "de", "es", "it", "pt", "nl", "ru", "pl", "id", "tr", "sv")


def _swap_points(text):
    return text.translate(str.maketrans({",": ".", ".": ",", "\u202f": ",", " ": ","}))


def _knows_money(sign, locale):
    if sign == "$":
        return not locale.startswith("ja")
    return locale.startswith(("ja", "zh"))


def _number_format(found, part):
    decimals = ".00" if len(part) > 1 else ""
    if found["percent"]:
        return _format("PERCENT", f"0{decimals}%")
    if found["money"]:
        return _format("CURRENCY", _MONEY[found["money"]] + decimals)
    if found["exp"]:
        return _format("SCIENTIFIC", "0.00E+00")
    if found["whole"] and "," in found["whole"]:
        return _format("NUMBER", f"#,##0{decimals}")
    return None


def _format(kind, pattern=None):
    entry = {"type": kind}
    if pattern:
        entry["pattern"] = pattern
    return entry


def _read_moment(text, locale, this_year):
    day = _read_date(text, locale, this_year)
    if day:
        return day
    clock = _read_time(text)
    if clock:
        value, kind, pattern = clock
        return Typed(number(value), None, _format(kind, pattern))
    for cut in reversed([m.start() for m in re.finditer(r"[\sT]", text)]):
        day = _read_date(text[:cut].strip(), locale, this_year)
        clock = _read_time(text[cut + 1 :].strip())
        if day and clock and clock[1] == "TIME":
            return Typed(number(day.value + clock[0]), None, _date_time(day.format))
    return None


def _date_time(day_format):
    pattern = day_format.get("pattern")
    return _format("DATE_TIME", f"{pattern} h:mm:ss" if pattern else None)


def _read_time(text):
    """A time of day or a duration.

    Returns:
        (share of a day, format type, pattern or None), or None.
    """
    found = _JA_TIME.fullmatch(text)
    if found:
        half, hours, minutes, seconds = found.groups()
        if int(hours) >= HOURS:
            return None
        return _clock(int(hours), int(minutes or 0), float(seconds or 0), half)
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds, fraction, half = found.groups()
    exact = float(f"{seconds or 0}{fraction or ''}")
    return _clock(int(hours), int(minutes), exact, half, short=seconds is None)


def _clock(hours, minutes, seconds, half, *, short=False):
    if minutes > 59 or seconds >= 60:
        return None
    if half:
        if not 0 <= hours <= 12:
            return None
        late = half in "Pp午後" and half != "午前"
        hours = hours % 12 + (12 if late else 0)
        pattern = "h:mm am/pm" if short else "h:mm:ss am/pm"
        return time_serial(hours, minutes, seconds), "TIME", pattern
    share = time_serial(hours, minutes, seconds)
    if hours >= HOURS:
        return share, "DATE_TIME", "[h]:mm:ss"
    return share, "TIME", "h:mm" if short else "h:mm:ss"


def _read_date(text, locale, this_year):
    """A date, as its serial and its format; None of anything else."""
    found = _YMD.fullmatch(text)
    if found:
        year, mark, month, day = found.groups()
        return _dated(int(year), int(month), int(day), _ymd_pattern(mark, text))
    if locale.startswith("ja"):
        japanese = _read_japanese_date(text, this_year)
        if japanese:
            return japanese
    found = _THREE.fullmatch(text)
    if found:
        return _read_three(found, locale)
    found = _TWO.fullmatch(text)
    if found:
        first, mark, second = int(found[1]), found[2], int(found[3])
        month, day = (first, second) if _month_leads(locale) else (second, first)
        short = f"m{mark}d" if _month_leads(locale) else f"d{mark}m"
        return _dated(this_year, month, day, short)
    return _read_named_month(text, this_year)


def _ymd_pattern(mark, text):
    if mark == "/":
        return "yyyy/mm/dd" if len(text) == 10 else "yyyy/m/d"
    digits = ("mm", "dd") if len(text) == 10 else ("m", "d")
    return f'yyyy"{mark}"{digits[0]}"{mark}"{digits[1]}'


def _read_japanese_date(text, this_year):
    found = _JA_YMD.fullmatch(text)
    if found:
        pattern = 'yyyy"年"m"月"d"日"'
        return _dated(int(found[1]), int(found[2]), int(found[3]), pattern)
    found = _JA_MD.fullmatch(text)
    if found:
        return _dated(this_year, int(found[1]), int(found[2]), 'm"月"d"日"')
    return None


def _month_leads(locale):
    return locale.startswith(("en_US", "ja", "zh", "ko"))


def _read_three(found, locale):
    first, mark, second, third = found.groups()
    if len(third) == 2 and locale.startswith(("ja", "zh", "ko")):
        return _dated(_full_year(first), int(second), int(third), "yyyy/mm/dd")
    month, day = (
        (int(first), int(second)) if _month_leads(locale) else (int(second), int(first))
    )
    plain = None if mark == "/" else f"m{mark}d{mark}yyyy"
    return _dated(_full_year(third), month, day, plain)


def _full_year(text):
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < _CENTURY else 1900)


def _read_named_month(text, this_year):
    found = _MONTH_FIRST.fullmatch(text)
    if found:
        name, day, year = found.groups()
        pattern = "mmm d, yyyy" if year else "mmm d"
    else:
        found = _DAY_FIRST.fullmatch(text)
        if not found:
            return None
        day, name, year = found.groups()
        pattern = "d-mmm-yyyy" if year else "d-mmm"
    month = _month_named(name)
    if not month:
        return None
    return _dated(_full_year(year) if year else this_year, month, int(day), pattern)


def _month_named(name):
    lowered = name.lower()
    for index, month in enumerate(_MONTHS, 1):
        if lowered in (month, month[:3]) or (month, lowered) == ("september", "sept"):
            return index
    return None


def _dated(year, month, day, pattern):
    serial = date_serial(year, month, day)
    if serial is None:
        return None
    return Typed(serial, None, _format("DATE", pattern))
