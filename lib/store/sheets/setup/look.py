"""Colours, number formats and widths of what set-up makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lib.schema.vocab import Choice
from lib.store.sheets.setup.arrangement import Part, Planned
from lib.store.sheets.setup.row_formulas import SHARES

Format = Mapping[str, Any]

INK: Final = "#202a37"
HEADER: Final[Mapping[Part, str]] = {
    Part.FIRST: "#d7e6f5",
    Part.LATER: "#e9eff6",
    Part.HEAD: "#c9d3de",
    Part.AUTO: "#dcdfe3",
    Part.HELPER: "#dcdfe3",
}
BY_APP: Final = "#f1f2f4"
BY_APP_INK: Final = "#5c6673"
OVERDUE: Final = "#f8d9c8"
DUE_TODAY: Final = "#fbefc3"
CRITICAL: Final = "#ead8f0"
HIGH: Final = "#f6ecf8"
MISMATCH: Final = "#f8d9c8"
DONE_INK: Final = "#8a929c"

DAY: Final = {"type": "DATE", "pattern": "yyyy/mm/dd(ddd)"}
MOMENT: Final = {"type": "DATE_TIME", "pattern": "yyyy/mm/dd(ddd) hh:mm"}
MONTH: Final = {"type": "DATE", "pattern": 'yyyy"年"m"月"'}
TEXT: Final = {"type": "TEXT"}
WHOLE: Final = {"type": "NUMBER", "pattern": "#,##0"}
SHARE: Final = {"type": "PERCENT", "pattern": "0.0%"}

_FITTING: Final[Mapping[str, frozenset[str]]] = {
    "DATE": frozenset({"DATE", "DATE_TIME"}),
    "DATE_TIME": frozenset({"DATE", "DATE_TIME"}),
    "NUMBER": frozenset({"NUMBER"}),
    "PERCENT": frozenset({"PERCENT", "NUMBER"}),
    "TEXT": frozenset({"TEXT"}),
}
"""Formats that people may have chosen instead, and that do as well."""


def colour(code: str) -> dict[str, Any]:
    """Return `#rrggbb` as the API wants it."""
    channels = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), channels, strict=True))}


def background(code: str) -> dict[str, Any]:
    """Return a cell's format with that colour behind it."""
    return {"backgroundColorStyle": colour(code)}


def ink(code: str, **more: Any) -> dict[str, Any]:
    """Return a cell's format with that colour of text."""
    return {"textFormat": {"foregroundColorStyle": colour(code), **more}}


def header(part: Part) -> dict[str, Any]:
    """Return the look of a title."""
    return {
        **background(HEADER[part]),
        **ink(INK, bold=part is not Part.AUTO),
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def number_format(column: Planned) -> Format | None:
    """Return how numbers stand in a column; None leaves that to Sheets.

    All short texts are text cells, so that 0312345678 keeps its zero, 1-2 is no day
    and 10:00 no number.
    """
    field = column.field
    if field is None:
        return SHARE if column.title in SHARES else None
    match field.kind:
        case "date":
            return DAY
        case "datetime":
            return MOMENT
        case "integer":
            return WHOLE
        case "text":
            return TEXT
        case "choice" if any(_is_number(word) for word in field.choices):
            return TEXT
        case _:
            return None


def _is_number(word: Choice) -> bool:
    return word.value.isdecimal()


def fits(wanted: Format, type_there: str) -> bool:
    """Whether a format that stands there does as well as ours."""
    return type_there in _FITTING[wanted["type"]]


def width(column: Planned) -> int:
    """Return the pixels of a new column."""
    field = column.field
    if column.part is Part.HEAD:
        return 110
    if field is None:
        return 180 if column.title == "確かめること" else 90
    if field.column.long:
        return 300
    return _WIDTHS.get(field.kind, 110)


_WIDTHS: Final = {"datetime": 150, "date": 120, "integer": 80, "choice": 110}


def cell_format(column: Planned) -> dict[str, Any]:
    """Return the look of a column's cells below the header, without their numbers."""
    look: dict[str, Any] = {"verticalAlignment": "TOP"}
    if column.field is not None and column.field.column.long:
        look["wrapStrategy"] = "CLIP"
    if column.by_app:
        look |= {**background(BY_APP), **ink(BY_APP_INK)}
    return look
