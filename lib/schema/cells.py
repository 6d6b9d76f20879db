"""What people type in a cell, read as a record's value; and the way back.

`parse_cell` never raises, looks only at its arguments and takes time in proportion
to what was typed. It guesses nothing silently: a value that was put in order is
`repaired`, one that may mean something else is `doubtful`, one that means nothing
here is `bad` and has no value. Missing is never 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any, Final

from lib import clock
from lib.i18n import N_, translate
from lib.schema.aliases import ALIASES
from lib.schema.column import Field
from lib.schema.ids import read_id
from lib.schema.vocab import Choice
from lib.text import LONGEST_TEXT, folded, storable

JOINER: Final = "、"
"""Stands between several choices in one cell."""

PHONE_FIELDS: Final = frozenset({"contact", "agency_contact"})
"""Columns in which a spreadsheet's number has lost its leading zero."""

LONGEST_VALUE: Final = 200
"""Characters beyond which nothing is a number, a date or a choice."""


class Status(StrEnum):
    """How a cell was read (sheets.md 6)."""

    OK = "ok"
    REPAIRED = "repaired"
    """Put in order without any doubt about what was meant."""
    DOUBTFUL = "doubtful"
    """Read, but a person should look."""
    BAD = "bad"
    """Not readable as what the column holds; there is no value."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as read.

    value: what a record holds ("" for missing text, () for no choices, else None).
    why: a catalogue key that says what was done or doubted; "" where nothing was.
    """

    value: Any
    status: Status = Status.OK
    why: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the cell holds something that could not be read."""
        return self.status is Status.BAD


# What people are told ----------------------------------------------------------

PUT_IN_ORDER = N_("書き方をそろえました。")
WRITTEN_AS_MISSING = N_("値なしとして読みました。0ではありません。")
ERROR_VALUE = N_("表計算のエラー値です。元の式を直してください。")
NOT_A_NUMBER = N_("数として読めません。数字だけを入れてください。")
NOT_WHOLE = N_("整数で入力してください。")
A_RANGE = N_("幅のある数です。一つの数にしてください。")
ABOUT = N_("おおよその数です。正しい数か確かめてください。")
SPAN_GUESSED = N_("時間:分として読みました。確かめてください。")
MAYBE_A_DATE = N_("日付の番号かもしれません。確かめてください。")
MAYBE_A_SHARE = N_("割合とみて100倍しました。確かめてください。")
TOO_SMALL = N_("小さすぎる値です。")
TOO_LARGE = N_("大きすぎる値です。")
NOT_A_DATE = N_("日付として読めません。例: 2026/11/21")
NOT_A_TIME = N_("日時として読めません。例: 2026/11/21 14:30")
NO_YEAR = N_("年がありません。例: 2026/11/21")
NO_DAY = N_("日付がありません。例: 2026/11/21 14:30")
WEEKDAY_DIFFERS = N_("曜日が日付と合いません。")
OUTSIDE_ERA = N_("その元号の期間にない日付です。")
YEAR_GUESSED = N_("年を補いました。確かめてください。")
YEAR_ADDED = N_("前後の行から年を補いました。")
TIME_ADDED = N_("時刻がないので0:00としました。")
TIME_DROPPED = N_("時刻を除きました。")
NOT_A_CHOICE = N_("選択肢にない言葉です。選択肢から選んでください。")
ZERO_RESTORED = N_("先頭の0を補いました。")
MAYBE_LOST_ZERO = N_("数として入っています。先頭の0が消えていないか確かめてください。")
TOO_LONG = N_("長すぎます。50,000文字までにしてください。")
UNREADABLE = N_("読み取れない値です。形式を確かめてください。")


def parse_cell(
    field: Field, raw: Any, *, year_hint: int | date | None = None
) -> Reading:
    """Return what `raw`, a cell of a sheet or file, means in the column of `field`.

    Args:
        field: the column.
        raw: text, number, bool, date, datetime, time, timedelta, None; anything else
            is bad.
        year_hint: for days without a year: the year, or a day near the one meant
            (from the rows around). Without it such a day is bad.
    """
    plain = _plain(raw)
    if plain is _UNREADABLE:
        return _bad(field, UNREADABLE)
    if _is_blank(field, plain):
        return Reading(missing(field))
    if isinstance(plain, str) and (why := _why_hopeless(field, plain)):
        return _bad(field, why)
    return _read(field, plain, year_hint)


def _is_blank(field: Field, plain: Any) -> bool:
    """Whether nothing stands in the cell; blanks alone are something in a text."""
    if not isinstance(plain, str) or field.kind == "text":
        return plain is None or plain == ""
    return not plain.strip(_BLANKS)


def _why_hopeless(field: Field, text: str) -> str:
    """Return why no column of this kind can hold `text`, or ""."""
    if _is_error_value(text):
        return ERROR_VALUE
    if field.kind == "text":
        return TOO_LONG if len(text) > LONGEST_TEXT else ""
    return UNREADABLE if len(text) > LONGEST_VALUE else ""


def _read(field: Field, plain: Any, year_hint: int | date | None) -> Reading:
    match field.kind:
        case "text":
            return _read_text(field, plain)
        case "integer" | "decimal":
            return _within(field, _read_number(field, plain))
        case "choice":
            return _read_choice(field, plain)
        case "choices":
            return _read_choices(field, plain)
        case "date":
            return _read_date(plain, year_hint)
        case _:
            return _read_datetime(plain, year_hint)


def missing(field: Field) -> Any:
    """Return what a record holds in this field where nothing stands in the cell."""
    if field.kind == "text":
        return ""
    return () if field.kind == "choices" else None


def cell_text(field: Field, value: Any) -> str:
    """Return the one text for a record's value in exports, logs and comparisons.

    Missing is "". Days read 2026/11/21, moments 2026/11/21 14:30 (with seconds only
    where there are any), several choices are joined by 、. Never raises for a value
    that a record can hold.
    """
    if value is None or value in ("", ()):
        return ""
    match field.kind:
        case "choices":
            return JOINER.join(str(choice) for choice in value)
        case "datetime":
            return _moment_text(clock.in_tokyo(value))
        case "date":
            return _day_text(value)
        case "decimal":
            return _decimal_text(float(value), percent=field.column.unit == "%")
        case _:
            return str(value)


def _moment_text(moment: datetime) -> str:
    seconds = f":{moment.second:02}" if moment.second else ""
    return f"{_day_text(moment)} {moment.hour:02}:{moment.minute:02}{seconds}"


def _day_text(day: date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def _decimal_text(number: float, *, percent: bool) -> str:
    """Return the shortest text that reads back equal; 80.0 % reads 「80%」."""
    text = str(int(number)) if number.is_integer() else repr(number)
    return f"{text}%" if percent else text


# Any object → one of a few plain types ----------------------------------------

_UNREADABLE: Final = object()
_BLANKS: Final = (
    " \t\r\n\x0b\x0c\u3000\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f"
    "\u2060\ufeff\u0085"
)
_LARGEST_INT: Final = 10**30
_PLAIN_TYPES: Final = (bool, int, float, datetime, date, time, timedelta)


def _plain(raw: Any) -> Any:
    if raw is None or type(raw) is str:
        return storable(raw) if raw else raw
    if isinstance(raw, Decimal):
        return float(raw) if raw.is_finite() else _UNREADABLE
    if isinstance(raw, float) and not isfinite(raw):
        return None if raw != raw else _UNREADABLE  # noqa: PLR0124 - NaN is missing
    if isinstance(raw, int) and abs(raw) > _LARGEST_INT:
        return _UNREADABLE
    if isinstance(raw, _PLAIN_TYPES) and _is_real(raw):
        return raw
    try:
        if isinstance(raw, str):
            return storable(str.__str__(raw))
        # NumPy scalars and the like; NaT and NA compare oddly, so they go by name.
        if type(raw).__name__ in {"NAType", "NaTType"}:
            return None
        return _plain(raw.item())
    except Exception:  # noqa: BLE001 - a cell may be any object, with any behaviour
        return _UNREADABLE


def _is_real(raw: Any) -> bool:
    """Whether a date is none of pandas's NaT, which claims to be a datetime."""
    return not isinstance(raw, date) or raw == raw  # noqa: PLR0124


def _bad(field: Field, why: str) -> Reading:
    return Reading(missing(field), Status.BAD, why)


def _none(status: Status, why: str) -> Reading:
    return Reading(None, status, why)


def _squeezed(text: str) -> str:
    """Return `text` with width folded and every blank or invisible taken out."""
    return _SQUEEZE.sub("", unicodedata.normalize("NFKC", text))


def _spaced(text: str) -> str:
    """Return `text` like `_squeezed`, with one blank left between two digits."""
    plain = _SQUEEZE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return _NOT_BETWEEN_DIGITS.sub("", plain)


_NOT_BETWEEN_DIGITS: Final = re.compile(r" (?![0-9])|(?<![0-9]) ")
_SQUEEZE: Final = re.compile(f"[{_BLANKS}\u00ad\u202a-\u202e\u2061-\u2064]+")
_ERRORS: Final = frozenset(
    [
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#ERROR!",
        "#GETTING_DATA",
        "Loading...",
        "Loading…",
    ]
)
_LONGEST_ERROR: Final = 20


def _is_error_value(text: str) -> bool:
    return len(text) <= _LONGEST_ERROR and text.strip() in _ERRORS


_MISSING_WORDS: Final = frozenset(
    folded(word)
    for word in [
        "-",
        "--",
        "---",
        "ー",
        "−",
        "‐",
        "―",
        "–",
        "—",
        "~",
        "…",
        "...",
        "・",
        "/",
        "?",
        "×",
        "x",
        "なし",
        "無し",
        "無",
        "空",
        "空欄",
        "N/A",
        "NA",
        "n.a.",
        "null",
        "none",
        "nan",
        "未",
        "未入力",
        "未定",
        "未記入",
        "不明",
        "該当なし",
    ]
)


def _means_missing(text: str) -> bool:
    return folded(text) in _MISSING_WORDS


# Text --------------------------------------------------------------------------


def _read_text(field: Field, plain: Any) -> Reading:
    if not isinstance(plain, str):
        return _text_of_other(field, plain)
    if not _names_a_row(field):
        return Reading(plain)
    trimmed = plain.strip(_BLANKS)
    name = _as_id(trimmed) if _holds_made_id(field) else trimmed
    return Reading(name) if name == plain else _repaired(name)


def _as_id(text: str) -> str:
    """Return an id in its one form; what looks like one already stays as it is."""
    return text if _ID.fullmatch(text) else read_id(text) or text


_ID: Final = re.compile(r"[A-Z]-[0-9]{6}-[0-9A-Z]{5}")


def _names_a_row(field: Field) -> bool:
    return bool(field.column.refers) or _holds_made_id(field)


def _holds_made_id(field: Field) -> bool:
    made = {"complaints", "improvements"}
    return field.name in {"id", "case_id"} or field.column.refers in made


def _text_of_other(field: Field, plain: Any) -> Reading:
    """Read a number, date or check box that stands in a column of text."""
    text = _text_of(plain)
    if not field.column.verbatim:
        return Reading(text)
    if field.name in PHONE_FIELDS and re.fullmatch(r"[1-9][0-9]{8,9}", text):
        return Reading(f"0{text}", Status.REPAIRED, ZERO_RESTORED)
    return Reading(text, Status.DOUBTFUL, MAYBE_LOST_ZERO)


def _text_of(plain: Any) -> str:
    if isinstance(plain, bool):
        return "TRUE" if plain else "FALSE"
    if isinstance(plain, float) and plain.is_integer() and abs(plain) < 10**15:
        return str(int(plain))
    if isinstance(plain, datetime):
        return _moment_text(plain)
    if isinstance(plain, date):
        return _day_text(plain)
    return plain.strftime("%H:%M") if isinstance(plain, time) else str(plain)


def _repaired(value: Any, why: str = PUT_IN_ORDER) -> Reading:
    return Reading(value, Status.REPAIRED, why)


def _doubtful(value: Any, why: str) -> Reading:
    return Reading(value, Status.DOUBTFUL, why)


# Numbers -----------------------------------------------------------------------

_MINUS: Final = "-−ー‐―–—‑△▲"
_UNITS: Final = tuple("円件名回人個本通台秒分")
_ABOUT_BEFORE: Final = ("約", "およそ", "おおよそ", "ほぼ")
_ABOUT_AFTER: Final = (
    "くらい",
    "ぐらい",
    "程度",
    "ほど",
    "前後",
    "以上",
    "以下",
    "弱",
    "強",
    "超",
    "+",
)
_DIGITS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MYRIADS: Final = re.compile(
    r"(?:([0-9.]+)億)?(?:([0-9.]+)万)?(?:([0-9.]+)千)?([0-9.]+)?"
)
_RANGE: Final = re.compile(r"[0-9,.]+[^0-9,.]{0,2}[~〜\-−ー‐–—][0-9,.]+[^0-9,.]{0,2}")
_SERIALS_IN_USE: Final = range(40_000, 60_001)
_COUNTING_UNITS: Final = frozenset({"件", "人", "回"})
_CLOCKED_UNITS: Final = {"秒": 1, "分": 60}
_LARGEST_WHOLE: Final = 2**53
"""What a spreadsheet, which knows only floating point, can hold to the last digit."""


def _read_number(field: Field, plain: Any) -> Reading:
    if isinstance(plain, bool):
        return _none(Status.BAD, NOT_A_NUMBER)
    if isinstance(plain, (timedelta, time)):
        return _read_span(field, plain)
    if isinstance(plain, date):
        return _none(Status.BAD, NOT_A_NUMBER)
    if isinstance(plain, str):
        return _number_from_text(field, plain)
    return _number_of_kind(field, plain)


def _number_of_kind(field: Field, number: float) -> Reading:
    """Read a number that already is one."""
    if field.kind == "integer":
        if isinstance(number, float) and not number.is_integer():
            return _none(Status.BAD, NOT_WHOLE)
        whole = int(number)
        if abs(whole) > _LARGEST_WHOLE:
            return _none(Status.BAD, TOO_LARGE)
        if field.column.unit in _COUNTING_UNITS and whole in _SERIALS_IN_USE:
            return _doubtful(whole, MAYBE_A_DATE)
        return Reading(whole)
    try:
        decimal = float(number)
    except OverflowError:
        return _none(Status.BAD, TOO_LARGE)
    if field.column.unit == "%" and 0 < decimal <= 1:
        return _doubtful(_times_hundred(decimal), MAYBE_A_SHARE)
    return Reading(decimal)


def _times_hundred(share: float) -> float:
    """Return percent without binary dust: 0.333 gives 33.3."""
    return float(Decimal(repr(share)) * 100)


def _number_from_text(field: Field, text: str) -> Reading:
    if _means_missing(text):
        return _none(Status.REPAIRED, WRITTEN_AS_MISSING)
    squeezed = _squeezed(text)
    if _RANGE.fullmatch(squeezed):
        return _none(Status.BAD, A_RANGE)
    if field.column.unit in _CLOCKED_UNITS and (span := _span_in_words(squeezed)):
        return _in_unit(field, *span)
    bare, about = _without_about(squeezed)
    percent = bare.endswith("%")
    if percent and field.column.unit != "%":
        return _none(Status.BAD, NOT_A_NUMBER)
    number = _signed(bare.removesuffix("%"), field.column.unit)
    if number is None:
        return _none(Status.BAD, NOT_A_NUMBER)
    reading = (
        Reading(float(number)) if percent else _number_of_kind(field, _simple(number))
    )
    return _as_typed(reading, text, about=about)


def _as_typed(reading: Reading, text: str, *, about: bool) -> Reading:
    """Weaken a reading by how the number was written."""
    if reading.status is not Status.OK:
        return reading
    if about:
        return _doubtful(reading.value, ABOUT)
    if _PLAINLY_WRITTEN.fullmatch(text):
        return reading
    return _repaired(reading.value)


_PLAINLY_WRITTEN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?%?")


def _without_about(text: str) -> tuple[str, bool]:
    for word in _ABOUT_BEFORE:
        if text.startswith(word):
            return text[len(word) :], True
    for word in _ABOUT_AFTER:
        if text.endswith(word):
            return text[: -len(word)], True
    return text, False


def _signed(text: str, unit: str) -> Decimal | None:
    """Return the number in `text`, with its sign, currency and unit taken off."""
    if text.startswith("(") and text.endswith(")"):
        inner = _unsigned(text[1:-1], unit)
        return None if inner is None else inner.copy_negate()
    negative = False
    for _pass in range(2):  # the sign stands before or after the currency
        if text[:1] and text[0] in _MINUS:
            negative, text = True, text[1:]
        text = text.removeprefix("+").lstrip("¥\\$")
    number = _unsigned(text, unit)
    return number.copy_negate() if negative and number is not None else number


def _unsigned(text: str, unit: str) -> Decimal | None:
    text = text.removesuffix("-").removesuffix("也")
    for word in (unit, *_UNITS):
        if word and word != "%" and text.endswith(word):
            text = text[: -len(word)]
            break
    if "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    return _with_myriads(text)


def _with_myriads(text: str) -> Decimal | None:
    if _DIGITS.fullmatch(text):
        return Decimal(text)
    found = _MYRIADS.fullmatch(text)
    if not text or not found:
        return None
    total = Decimal(0)
    for part, size in zip(found.groups(), (10**8, 10**4, 10**3, 1), strict=True):
        if part is not None:
            if not _DIGITS.fullmatch(part):
                return None
            total += Decimal(part) * size
    return total


def _simple(number: Decimal) -> float:
    return int(number) if number == number.to_integral_value() else float(number)


def _within(field: Field, reading: Reading) -> Reading:
    if reading.value is None:
        return reading
    if field.minimum is not None and reading.value < field.minimum:
        return _none(Status.BAD, TOO_SMALL)
    if field.maximum is not None and reading.value > field.maximum:
        return _none(Status.BAD, TOO_LARGE)
    return reading


# Spans of time in columns that count seconds or minutes --------------------------

_SPAN_WORDS: Final = re.compile(
    r"(?:([0-9]{1,5})時間)?(?:([0-9]{1,5})分)?(?:([0-9]{1,5})秒)?"
)
_SPAN_COLONS: Final = re.compile(r"([0-9]{1,5}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")


def _read_span(field: Field, span: timedelta | time) -> Reading:
    if field.column.unit not in _CLOCKED_UNITS:
        return _none(Status.BAD, NOT_A_NUMBER)
    if isinstance(span, time):
        seconds = span.hour * 3600 + span.minute * 60 + span.second
    else:
        seconds = round(span.total_seconds())
    return _in_unit(field, seconds, Status.REPAIRED)


def _span_in_words(text: str) -> tuple[int, Status] | None:
    """Return the seconds in 「1時間30分」 or 「1:02:03」; a bare 「5分」 is a number."""
    if found := _SPAN_COLONS.fullmatch(text):
        first, second, third = found.groups()
        status = Status.REPAIRED if third else Status.DOUBTFUL
        return int(first) * 3600 + int(second) * 60 + int(third or 0), status
    found = _SPAN_WORDS.fullmatch(text)
    if not text or not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds, Status.REPAIRED


def _in_unit(field: Field, seconds: int, status: Status) -> Reading:
    unit = _CLOCKED_UNITS[field.column.unit]
    nearest = (seconds + unit // 2) // unit
    if seconds % unit:
        return _doubtful(nearest, ABOUT)
    return (
        _doubtful(nearest, SPAN_GUESSED)
        if status is Status.DOUBTFUL
        else (_repaired(nearest))
    )


# Days and moments ----------------------------------------------------------------

_SERIAL_START: Final = date(1899, 12, 30)
_SERIALS: Final = (10_000, 80_000)
"""1927 to 2119; other numbers are no days but mistakes."""

_ERAS: Final = {
    "令和": (date(2019, 5, 1), date(9999, 12, 31)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
}
_ERA_LETTERS: Final = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正"}
_WEEKDAYS: Final = "月火水木金土日"
_DAY: Final = re.compile(
    r"(?P<era>令和|平成|昭和|大正|[RHSTrhst](?=[0-9元]))?"
    r"(?P<year>[0-9]{1,4}|元)(?P<s1>[/.\-−年])"
    r"(?P<month>[0-9]{1,2})[/.\-−月](?P<day>[0-9]{1,2})(?![0-9])日?"
)
_DAY_WITHOUT_YEAR: Final = re.compile(
    r"(?P<month>[0-9]{1,2})[/月](?P<day>[0-9]{1,2})(?![0-9])日?"
)
_EIGHT_DIGITS: Final = re.compile(
    r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])"
)
_WEEKDAY: Final = re.compile(r"\(?([月火水木金土日])(?:曜日?)?(?:・?祝日?)?\)?")
_CLOCK: Final = re.compile(
    r"(?P<half>午前|午後|AM|PM|am|pm)?"
    r"(?P<hour>[0-9]{1,2})(?:[:時](?:(?P<minute>[0-9]{1,2})|(?P<halfpast>半))?分?"
    r"(?::?(?P<second>[0-9]{1,2})(?:\.[0-9]{1,9})?秒?)?)"
    r"(?P<half2>AM|PM|am|pm)?"
)
_FARTHEST_GUESS: Final = 180
_FULL_YEAR: Final = 4
_LAST_LIKELY_REIWA: Final = 19
_NOON: Final = 12


def _read_date(plain: Any, hint: int | date | None) -> Reading:
    if isinstance(plain, datetime):
        return Reading(_local(plain).date())
    if isinstance(plain, date):
        return Reading(plain)
    if isinstance(plain, str):
        return _day_from_text(plain, hint)
    if isinstance(plain, (time, timedelta, bool)):
        return _none(Status.BAD, NOT_A_DATE)
    return _without_clock(_moment_from_number(plain, NOT_A_DATE))


def _without_clock(reading: Reading) -> Reading:
    if reading.value is None:
        return reading
    return Reading(reading.value.date(), reading.status, reading.why)


def _local(moment: datetime) -> datetime:
    """Return the moment in Tokyo; at the ends of the calendar, as it stands."""
    try:
        # A spreadsheet's fraction of a day rarely falls on a whole second.
        return clock.in_tokyo(moment + timedelta(microseconds=500_000))
    except (OverflowError, ValueError):
        return moment.replace(tzinfo=clock.TOKYO, microsecond=0)


def _read_datetime(plain: Any, hint: int | date | None) -> Reading:
    if isinstance(plain, datetime):
        return Reading(_local(plain))
    if isinstance(plain, date):
        return _repaired(clock.at(plain), TIME_ADDED)
    if isinstance(plain, str):
        return _moment_from_text(plain, hint)
    if isinstance(plain, (time, timedelta, bool)):
        return _none(Status.BAD, NO_DAY)
    return _moment_from_number(plain, NOT_A_TIME)


def _moment_from_number(number: float, why: str) -> Reading:
    """Read a spreadsheet's serial, or eight digits such as 20261103."""
    if _SERIALS[0] <= number < _SERIALS[1]:
        days, part = divmod(number, 1)
        moment = clock.at(_SERIAL_START + timedelta(days=int(days)))
        seconds = round(part * 86_400)
        if isinstance(number, int) or number.is_integer():
            return Reading(moment)
        return Reading(moment + timedelta(seconds=seconds))
    if float(number).is_integer():
        found = _EIGHT_DIGITS.fullmatch(str(int(number)))
        if found and (day := _day(found)):
            return _repaired(clock.at(day))
    return _none(Status.BAD, why)


def _day_from_text(text: str, hint: int | date | None) -> Reading:
    reading = _moment_from_text(text, hint)
    if reading.value is None:
        why = NOT_A_DATE if reading.why in {NOT_A_TIME, NO_DAY} else reading.why
        return Reading(None, reading.status, why)
    if reading.why == TIME_ADDED:
        plain = _ISO_DAY.fullmatch(text)
        return (
            Reading(reading.value.date()) if plain else _repaired(reading.value.date())
        )
    if reading.status is Status.OK:
        return _repaired(reading.value.date(), TIME_DROPPED)
    return _without_clock(reading)


_ISO_DAY: Final = re.compile(r"[0-9]{4}([/-])[0-9]{2}\1[0-9]{2}")
_ISO_MOMENT: Final = re.compile(
    r"[0-9]{4}([/-])[0-9]{2}\1[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
)


def _moment_from_text(text: str, hint: int | date | None) -> Reading:
    """Read a day with or without a time; status says how sure."""
    if _means_missing(text):
        return _none(Status.REPAIRED, WRITTEN_AS_MISSING)
    if iso := _iso_with_zone(text):
        return Reading(_local(iso))
    spaced = _spaced(text)
    if _CLOCK.fullmatch(spaced):
        return _none(Status.BAD, NO_DAY)
    day, rest = _leading_day(spaced, hint)
    if day.value is None:
        return day
    weekday, rest = _leading_weekday(rest)
    if weekday and _WEEKDAYS[day.value.weekday()] != weekday:
        day = _doubtful(day.value, WEEKDAY_DIFFERS)
    midnight = clock.at(day.value)
    if not rest:
        if day.status is Status.DOUBTFUL or day.why == YEAR_ADDED:
            return Reading(midnight, day.status, day.why)
        return _repaired(midnight, TIME_ADDED)
    clock_time = _clock_time(rest)
    if clock_time is None:
        return _none(Status.BAD, NOT_A_TIME)
    moment = datetime.combine(day.value, clock_time, tzinfo=clock.TOKYO)
    if day.status is Status.OK and _ISO_MOMENT.fullmatch(text):
        return Reading(moment)
    return Reading(moment, _at_least_repaired(day.status), day.why or PUT_IN_ORDER)


def _at_least_repaired(status: Status) -> Status:
    return Status.REPAIRED if status is Status.OK else status


def _iso_with_zone(text: str) -> datetime | None:
    """Read what programs write: 2026-11-21T14:30:00+09:00, or with Z."""
    if not _ZONED.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_ZONED: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)


def _leading_day(text: str, hint: int | date | None) -> tuple[Reading, str]:
    """Return the day at the start of `text`, and what follows it."""
    # Eight digits first: otherwise 20261103 could not be told from other numbers.
    for pattern in (_EIGHT_DIGITS, _DAY, _DAY_WITHOUT_YEAR):
        if found := pattern.match(text):
            rest = text[found.end() :].lstrip(" T")
            if pattern is _DAY_WITHOUT_YEAR:
                return _day_near(found, hint), rest
            if pattern is _DAY:
                return _day_of_year(found), rest
            day = _day(found)
            return (Reading(day) if day else _none(Status.BAD, NOT_A_TIME)), rest
    return _none(Status.BAD, NOT_A_TIME), text


def _day_of_year(found: re.Match[str]) -> Reading:
    era = found["era"]
    if era:
        return _day_of_era(_ERA_LETTERS.get(era.upper(), era), found)
    if found["year"] == "元":
        return _none(Status.BAD, NOT_A_TIME)
    if found["year"].isdigit() and len(found["year"]) == _FULL_YEAR:
        day = _day(found)
        return Reading(day) if day else _none(Status.BAD, NOT_A_TIME)
    return _day_of_short_year(found)


def _day_of_short_year(found: re.Match[str]) -> Reading:
    """Read 「26/11/3」 as 2026 and 「7.11.3」 as Reiwa 7, both in doubt."""
    year = int(found["year"])
    if not 0 < year < 100:  # noqa: PLR2004 - two digits
        return _none(Status.BAD, NOT_A_TIME)
    full = 2000 + year if year > _LAST_LIKELY_REIWA else 2018 + year
    day = _date(full, int(found["month"]), int(found["day"]))
    return _doubtful(day, YEAR_GUESSED) if day else _none(Status.BAD, NOT_A_TIME)


def _day_of_era(era: str, found: re.Match[str]) -> Reading:
    first, last = _ERAS[era]
    year = 1 if found["year"] == "元" else int(found["year"])
    day = _date(first.year + year - 1, int(found["month"]), int(found["day"]))
    if day is None or year == 0:
        return _none(Status.BAD, NOT_A_TIME)
    if not first <= day <= last:
        return _doubtful(day, OUTSIDE_ERA)
    return _repaired(day)


def _day_near(found: re.Match[str], hint: int | date | None) -> Reading:
    month, day_of_month = int(found["month"]), int(found["day"])
    if hint is None:
        known = _date(2024, month, day_of_month)  # a leap year: is it a day at all?
        return _none(Status.BAD, NO_YEAR if known else NOT_A_TIME)
    if not isinstance(hint, date):
        day = _date(hint, month, day_of_month)
        return _repaired(day, YEAR_ADDED) if day else _none(Status.BAD, NOT_A_TIME)
    near = hint.date() if isinstance(hint, datetime) else hint
    years = (near.year - 1, near.year, near.year + 1)
    days = [d for year in years if (d := _date(year, month, day_of_month))]
    if not days:
        return _none(Status.BAD, NOT_A_TIME)
    nearest = min(days, key=lambda d: abs((d - near).days))
    if abs((nearest - near).days) > _FARTHEST_GUESS:
        return _doubtful(nearest, YEAR_GUESSED)
    return _repaired(nearest, YEAR_ADDED)


def _day(found: re.Match[str]) -> date | None:
    return _date(int(found["year"]), int(found["month"]), int(found["day"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _leading_weekday(text: str) -> tuple[str, str]:
    found = _WEEKDAY.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _clock_time(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, half = int(found["hour"]), (found["half"] or found["half2"] or "").upper()
    minute = 30 if found["halfpast"] else int(found["minute"] or 0)
    if half in {"午後", "PM"} and hour < _NOON:
        hour += _NOON
    if half in {"午前", "AM"} and hour == _NOON:
        hour = 0
    try:
        return time(hour, minute, int(found["second"] or 0))
    except ValueError:
        return None


# Choices -------------------------------------------------------------------------


def _read_choice(field: Field, plain: Any) -> Reading:
    typed = plain if isinstance(plain, str) else _text_of(plain)
    choice, exact = _choice_of(field, typed)
    if choice is not None:
        return Reading(choice) if exact else _repaired(choice)
    if _means_missing(typed):
        return _none(Status.REPAIRED, WRITTEN_AS_MISSING)
    return _none(Status.BAD, NOT_A_CHOICE)


_BETWEEN_CHOICES: Final = re.compile(r"[、,，;；|｜/／\n]")


def _read_choices(field: Field, plain: Any) -> Reading:
    typed = plain if isinstance(plain, str) else _text_of(plain)
    chosen: dict[Choice, None] = {}
    all_exact = True
    for part in _BETWEEN_CHOICES.split(typed):
        if not part.strip(_BLANKS):
            continue
        choice, exact = _choice_of(field, part)
        if choice is None:
            if _means_missing(typed):
                return _repaired((), WRITTEN_AS_MISSING)
            return Reading((), Status.BAD, NOT_A_CHOICE)
        all_exact = all_exact and exact
        chosen[choice] = None
    value = tuple(chosen)
    return Reading(value) if all_exact else _repaired(value)


def _choice_of(field: Field, typed: str) -> tuple[Choice | None, bool]:
    """Return the choice meant, and whether it was written just as it stands."""
    kind = field.choice_type
    if kind is None:
        return None, False
    for choice in kind:
        if choice.value == typed:
            return choice, True
    return _meanings(kind).get(folded(typed)), False


@cache
def _meanings(kind: type[Choice]) -> Mapping[str, Choice]:
    """Return folded word → choice: values first, then codes, English and aliases."""
    meanings: dict[str, Choice] = {}
    for choice in kind:
        meanings[folded(choice.value)] = choice
    for choice in kind:
        meanings.setdefault(folded(choice.code), choice)
    english = [(folded(translate(choice.value, "en")), choice) for choice in kind]
    words = [word for word, _choice in english]
    for word, choice in english:
        if words.count(word) == 1:
            meanings.setdefault(word, choice)
    for name, aliases in ALIASES.get(kind, {}).items():
        for alias in aliases.split():
            meanings.setdefault(folded(alias), kind[name])
    return meanings
