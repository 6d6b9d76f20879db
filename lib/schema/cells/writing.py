"""The one text for each value, in exports, logs and comparisons."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from lib import clock
from lib.schema.column import Field
from lib.schema.frames import JOINER


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
    # Without an exponent: "3e-5%" would read as a range.
    text = str(int(number)) if number.is_integer() else f"{Decimal(repr(number)):f}"
    return f"{text}%" if percent else text


def text_of(plain: Any) -> str:
    """Return the text of a number, day, time or check box found in a column of words."""
    if isinstance(plain, bool):
        return "TRUE" if plain else "FALSE"
    if isinstance(plain, float) and plain.is_integer() and abs(plain) < 10**15:
        return str(int(plain))
    if isinstance(plain, datetime):
        return _moment_text(plain)
    if isinstance(plain, date):
        return _day_text(plain)
    return plain.strftime("%H:%M") if isinstance(plain, time) else str(plain)
