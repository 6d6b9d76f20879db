"""What the store writes into a cell, so that it reads back as the same value.

Only typed values are ever sent, so that no text of a person becomes a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from lib import clock
from lib.schema.cells import cell_text, holds_made_id, parse_cell
from lib.schema.cells.reading import BLANKS
from lib.schema.column import Field
from lib.schema.frames import plain
from lib.schema.record import Record
from lib.schema.tables import Table, table_of
from lib.text import LONGEST_TEXT

Raw = str | int | float | bool | None
"""A cell as `values:batchGet` gives it; None or "" for a blank one."""


class Formula(str):
    """A formula that stood in the sheet and is put back; nothing that anybody typed."""

    __slots__ = ()

    def moved(self, start: int, end: int) -> Formula:
        """Return it for another row: what points into its own row goes along.

        start, end: rows from 0.
        """
        own = re.compile(rf"(?<![A-Za-z0-9$])(\$?[A-Z]{{1,3}}){start + 1}(?![0-9(])")
        return Formula(own.sub(rf"\g<1>{end + 1}", self))


LARGEST_WHOLE: Final = 2**53
"""Beyond it a spreadsheet, which knows only floating point, loses digits."""

SMALLEST_PERCENT: Final = 1e-15
"""Anything smaller is noise, and no cell could show it."""

_FIRST_DAY: Final = date(1899, 12, 30)
_DAY: Final = 86_400


def raw_of(field: Field, value: Any) -> Raw:
    """Return the cell for a record's value; None for a missing one.

    A number or serial where it reads back as it was, else a text: half a percent as
    a number would be taken for fifty.
    """
    stored = plain(field, value)
    if stored is None or stored == "":
        return None
    number = _number(field, stored)
    if number is None:
        return str(stored)
    return number if parse_cell(field, number).value == value else _text(field, value)


def _number(field: Field, stored: Any) -> int | float | None:
    match field.kind:
        case "integer" | "decimal":
            return int(stored) if float(stored).is_integer() else float(stored)
        case "date":
            day: date = stored
            return (day - _FIRST_DAY).days
        case "datetime":
            return serial(stored)
        case _:
            return None


def _text(field: Field, value: Any) -> str:
    if field.kind == "decimal" and field.column.unit == "%":
        return f"{Decimal(repr(float(value))):f}%"
    return cell_text(field, value)


def serial(moment: datetime) -> int | float:
    """Return the days since 1899-12-30 of a moment on Tokyo's clocks."""
    local = clock.in_tokyo(moment)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    days = (local.date() - _FIRST_DAY).days
    return days + seconds / _DAY if seconds else days


def fitting(text: str) -> str:
    """Return a text as far as a cell holds it.

    A record counts characters; a cell may count an emoji as two, as browsers do, and
    one text too long would fail the whole batch.
    """
    if len(text) * 2 <= LONGEST_TEXT:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")


def settled(record: Record) -> Record:
    """Return the record as the sheet will give it back.

    Codes and numbers of rows lose the blanks around them, as they do on every read:
    in a sheet they come and go with a slip of the hand.
    """
    table = table_of(record)
    changes = {}
    for field in record.fields():
        value = getattr(record, field.name)
        kept = settled_value(table, field, value)
        if kept != value:
            changes[field.name] = kept
    return record.model_copy(update=changes) if changes else record


def settled_value(table: Table, field: Field, value: Any) -> Any:
    """Return one value as the sheet will give it back."""
    if field.kind == "decimal" and field.column.unit == "%" and value:
        return value if abs(value) >= SMALLEST_PERCENT else 0.0
    if field.kind != "text" or not isinstance(value, str) or not value:
        return value
    value = fitting(value)
    reading = parse_cell(field, value)
    kept = value if reading.value is None else reading.value
    if field.name in table.key and not holds_made_id(field):
        kept = kept.strip(BLANKS) or kept
    return kept


def cell_data(raw: Raw) -> dict[str, Any]:
    """Return the `CellData` that sets a cell to `raw`, blank for None or ""."""
    if raw is None or raw == "":
        return {}
    if isinstance(raw, Formula):
        return {"userEnteredValue": {"formulaValue": str(raw)}}
    if isinstance(raw, bool):
        return {"userEnteredValue": {"boolValue": raw}}
    if isinstance(raw, str):
        return {"userEnteredValue": {"stringValue": raw}}
    return {"userEnteredValue": {"numberValue": raw}}


_ERRORS: Final[Mapping[str, str]] = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}


def raw_from(extended: Mapping[str, Any]) -> Raw:
    """Return an `ExtendedValue` as `values:batchGet` would show it; "" for a blank."""
    for name in ("stringValue", "numberValue", "boolValue"):
        if name in extended:
            value: Raw = extended[name]
            return value
    if "errorValue" in extended:
        return _ERRORS.get(extended["errorValue"].get("type", ""), "#ERROR!")
    return ""
