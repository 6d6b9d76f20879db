"""Counts, money, shares and spans of time, however people write them."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Final

from lib.schema.cells.reading import (
    A_RANGE,
    ABOUT,
    MAYBE_A_DATE,
    MAYBE_A_SHARE,
    NOT_A_NUMBER,
    NOT_WHOLE,
    SPAN_GUESSED,
    TOO_LARGE,
    TOO_SMALL,
    WRITTEN_AS_MISSING,
    Reading,
    Status,
    doubtful,
    means_missing,
    no_value,
    repaired,
    squeezed,
)
from lib.schema.column import Field

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


def read_number(field: Field, plain: Any) -> Reading:
    """Read a number in the unit and kind of the column; its bounds are not looked at."""
    if isinstance(plain, bool):
        return no_value(Status.BAD, NOT_A_NUMBER)
    if isinstance(plain, (timedelta, time)):
        return _read_span(field, plain)
    if isinstance(plain, date):
        return no_value(Status.BAD, NOT_A_NUMBER)
    if isinstance(plain, str):
        return _number_from_text(field, plain)
    return _number_of_kind(field, plain)


def _number_of_kind(field: Field, number: float) -> Reading:
    """Read a number that already is one."""
    if field.kind == "integer":
        if isinstance(number, float) and not number.is_integer():
            return no_value(Status.BAD, NOT_WHOLE)
        whole = int(number)
        if abs(whole) > _LARGEST_WHOLE:
            return no_value(Status.BAD, TOO_LARGE)
        if field.column.unit in _COUNTING_UNITS and whole in _SERIALS_IN_USE:
            return doubtful(whole, MAYBE_A_DATE)
        return Reading(whole)
    try:
        decimal = float(number)
    except OverflowError:
        return no_value(Status.BAD, TOO_LARGE)
    if field.column.unit == "%" and 0 < decimal <= 1:
        return doubtful(_times_hundred(decimal), MAYBE_A_SHARE)
    return Reading(decimal)


def _times_hundred(share: float) -> float:
    """Return percent without binary dust: 0.333 gives 33.3."""
    return float(Decimal(repr(share)) * 100)


def _number_from_text(field: Field, text: str) -> Reading:
    if means_missing(text):
        return no_value(Status.REPAIRED, WRITTEN_AS_MISSING)
    plain = squeezed(text)
    if _RANGE.fullmatch(plain):
        return no_value(Status.BAD, A_RANGE)
    if field.column.unit in _CLOCKED_UNITS and (span := _span_in_words(plain)):
        return _in_unit(field, *span)
    bare, about = _without_about(plain)
    percent = bare.endswith("%")
    if percent and field.column.unit != "%":
        return no_value(Status.BAD, NOT_A_NUMBER)
    number = _signed(bare.removesuffix("%"), field.column.unit)
    if number is None:
        return no_value(Status.BAD, NOT_A_NUMBER)
    reading = (
        Reading(float(number)) if percent else _number_of_kind(field, _simple(number))
    )
    return _as_typed(reading, text, about=about)


def _as_typed(reading: Reading, text: str, *, about: bool) -> Reading:
    """Weaken a reading by how the number was written."""
    if reading.status is not Status.OK:
        return reading
    if about:
        return doubtful(reading.value, ABOUT)
    if _PLAINLY_WRITTEN.fullmatch(text):
        return reading
    return repaired(reading.value)


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


def within(field: Field, reading: Reading) -> Reading:
    """Return `reading`, or a bad one where the column allows no such number."""
    if reading.value is None:
        return reading
    if field.minimum is not None and reading.value < field.minimum:
        return no_value(Status.BAD, TOO_SMALL)
    if field.maximum is not None and reading.value > field.maximum:
        return no_value(Status.BAD, TOO_LARGE)
    return reading


# Spans of time in columns that count seconds or minutes --------------------------

_SPAN_WORDS: Final = re.compile(
    r"(?:([0-9]{1,5})時間)?(?:([0-9]{1,5})分)?(?:([0-9]{1,5})秒)?"
)
_SPAN_COLONS: Final = re.compile(r"([0-9]{1,5}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")


def _read_span(field: Field, span: timedelta | time) -> Reading:
    if field.column.unit not in _CLOCKED_UNITS:
        return no_value(Status.BAD, NOT_A_NUMBER)
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
        return doubtful(nearest, ABOUT)
    return (
        doubtful(nearest, SPAN_GUESSED)
        if status is Status.DOUBTFUL
        else (repaired(nearest))
    )
