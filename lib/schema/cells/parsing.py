"""A cell of a sheet or file as the value of a field."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from lib.schema.cells.choices import read_choice, read_choices
from lib.schema.cells.moments import read_date, read_datetime
from lib.schema.cells.numbers import read_number, within
from lib.schema.cells.reading import (
    BLANKS,
    ERROR_VALUE,
    LONGEST_VALUE,
    MAYBE_LOST_ZERO,
    TOO_LONG,
    UNREADABLE,
    ZERO_RESTORED,
    Reading,
    Status,
    bad,
    is_error_value,
    missing,
    repaired,
)
from lib.schema.cells.writing import text_of
from lib.schema.column import Field
from lib.schema.ids import read_id
from lib.text import LONGEST_TEXT, storable

PHONE_FIELDS: Final = frozenset({"contact", "agency_contact"})
"""Columns in which a spreadsheet's number has lost its leading zero."""


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
        return bad(field, UNREADABLE)
    if _is_blank(field, plain):
        return Reading(missing(field))
    if isinstance(plain, str) and (why := _why_hopeless(field, plain)):
        return bad(field, why)
    return _read(field, plain, year_hint)


def _is_blank(field: Field, plain: Any) -> bool:
    """Whether nothing stands in the cell; blanks alone are something in a text."""
    if not isinstance(plain, str) or field.kind == "text":
        return plain is None or plain == ""
    return not plain.strip(BLANKS)


def _why_hopeless(field: Field, text: str) -> str:
    """Return why no column of this kind can hold `text`, or ""."""
    if is_error_value(text):
        return ERROR_VALUE
    if field.kind == "text":
        return TOO_LONG if len(text) > LONGEST_TEXT else ""
    return UNREADABLE if len(text) > LONGEST_VALUE else ""


def _read(field: Field, plain: Any, year_hint: int | date | None) -> Reading:
    match field.kind:
        case "text":
            return _read_text(field, plain)
        case "integer" | "decimal":
            return within(field, read_number(field, plain))
        case "choice":
            return read_choice(field, plain)
        case "choices":
            return read_choices(field, plain)
        case "date":
            return read_date(plain, year_hint)
        case _:
            return read_datetime(plain, year_hint)


# Any object → one of a few plain types ----------------------------------------

_UNREADABLE: Final = object()
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


# Text --------------------------------------------------------------------------


def _read_text(field: Field, plain: Any) -> Reading:
    if not isinstance(plain, str):
        return _text_of_other(field, plain)
    if not _names_a_row(field):
        return Reading(plain)
    trimmed = plain.strip(BLANKS)
    name = _as_id(trimmed) if holds_made_id(field) else trimmed
    return Reading(name) if name == plain else repaired(name)


def _as_id(text: str) -> str:
    """Return an id in its one form; what looks like one already stays as it is."""
    return text if _ID.fullmatch(text) else read_id(text) or text


_ID: Final = re.compile(r"[A-Z]-[0-9]{6}-[0-9A-Z]{5}")


def _names_a_row(field: Field) -> bool:
    return bool(field.column.refers) or holds_made_id(field)


def holds_made_id(field: Field) -> bool:
    """Whether the column holds ids such as K-261121-7F3QX."""
    made = {"complaints", "improvements"}
    return field.name in {"id", "case_id"} or field.column.refers in made


def _text_of_other(field: Field, plain: Any) -> Reading:
    """Read a number, date or check box that stands in a column of text."""
    text = text_of(plain)
    if not field.column.verbatim:
        return Reading(text)
    if field.name in PHONE_FIELDS and re.fullmatch(r"[1-9][0-9]{8,9}", text):
        return Reading(f"0{text}", Status.REPAIRED, ZERO_RESTORED)
    return Reading(text, Status.DOUBTFUL, MAYBE_LOST_ZERO)
