"""One cell: what was entered, its format, its note and its rule."""

import math
import struct
from typing import Any, NamedTuple

from tests.sheets_api.errors import TOO_LONG, invalid

LONGEST_TEXT = 50_000


class CellError(NamedTuple):
    """A value that is an error, such as #DIV/0!."""

    code: str
    message: str = ""

    def __str__(self):
        return self.code

    @property
    def kind(self):
        return _ERROR_KINDS.get(self.code, "ERROR")


_ERROR_KINDS = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
}


class Cell(NamedTuple):
    """An immutable cell, so that a snapshot of a tab is a list of its rows.

    `value` is the literal entered (number, text, bool or None); of a formula cell it
    is None and `formula` holds the text from the `=` on. `format` is the
    userEnteredFormat, `extra` what else CellData may carry (textFormatRuns, …).
    """

    value: Any = None
    formula: str | None = None
    format: dict | None = None
    note: str | None = None
    rule: dict | None = None
    extra: dict | None = None

    @property
    def filled(self):
        return self.value is not None or self.formula is not None


BLANK = Cell()


def number(value):
    """A number the way JSON of the API shows it: whole ones without a point."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return CellError("#NUM!")
        if value.is_integer() and abs(value) < 1e21:
            return int(value)
    elif isinstance(value, int) and abs(value) >= 2**53:
        return int(float(value))
    return value


def check_length(text):
    if len(text) > LONGEST_TEXT:
        raise invalid(TOO_LONG)
    return text


def entered(cell):
    """The userEnteredValue of a cell; {} of a blank one."""
    if cell.formula is not None:
        return {"formulaValue": cell.formula}
    return extended(cell.value)


def extended(value):
    """A value as ExtendedValue."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, CellError):
        return {"errorValue": {"type": value.kind, "message": value.message}}
    return {"numberValue": value}


def cell_data(cell):
    """The writable part of CellData."""
    data = dict(cell.extra or {})
    if cell.filled:
        data["userEnteredValue"] = entered(cell)
    if cell.format:
        data["userEnteredFormat"] = cell.format
    if cell.note:
        data["note"] = cell.note
    if cell.rule:
        data["dataValidation"] = cell.rule
    return data


_READ_ONLY = {"effectiveValue", "effectiveFormat", "formattedValue", "hyperlink"}
_OWN = {"userEnteredValue", "userEnteredFormat", "note", "dataValidation"}


def from_cell_data(data):
    """A cell from CellData.

    Raises:
        ApiError: A text is too long.
    """
    value, formula = _read_extended(data.get("userEnteredValue") or {})
    extra = {
        name: part
        for name, part in data.items()
        if name not in _OWN and name not in _READ_ONLY and part
    }
    shown = complete_format(data.get("userEnteredFormat") or {})
    return Cell(
        value,
        formula,
        shown or None,
        data.get("note") or None,
        data.get("dataValidation") or None,
        extra or None,
    )


def _read_extended(entry):
    if "formulaValue" in entry:
        return None, check_length(str(entry["formulaValue"]))
    if "stringValue" in entry:
        return check_length(str(entry["stringValue"])) or None, None
    if "boolValue" in entry:
        return bool(entry["boolValue"]), None
    if "numberValue" in entry:
        return number(entry["numberValue"]), None
    return None, None


def single(value):
    """A float as the shortest text of its 32-bit form, as the API answers it."""
    near = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(1, 10):
        short = float(f"{near:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == near:
            return number(short)
    return number(near)


def colour(parts):
    """A colour with eight bits a channel; absent channels are zero and stay out."""
    out = {}
    for name in ("red", "green", "blue", "alpha"):
        share = parts.get(name) or 0
        level = math.floor(min(max(share, 0), 1) * 255 + 0.5)
        if level:
            out[name] = single(level / 255)
    return out


_COLOURS = ("backgroundColor", "foregroundColor", "tabColor", "color")


def complete_format(message):
    """A format with colour and colour style kept in step, unset fields dropped."""
    out = {}
    for name, part in message.items():
        if part is None:
            continue
        out[name] = complete_format(part) if isinstance(part, dict) else part
    for name in _COLOURS:
        style = f"{name}Style"
        if isinstance(message.get(style), dict) and "rgbColor" in message[style]:
            out[name] = colour(message[style]["rgbColor"] or {})
            out[style] = {"rgbColor": colour(message[style]["rgbColor"] or {})}
        elif style in out:
            out.pop(name, None)
        elif isinstance(message.get(name), dict):
            out[name] = colour(message[name])
            out[style] = {"rgbColor": colour(message[name])}
    return out


def in_step(tree):
    """A write mask over formats that writes a colour's twin together with it."""
    for name in _COLOURS:
        style = f"{name}Style"
        if name in tree or style in tree:
            tree = {**tree, name: {}, style: {}}
    return {
        name: in_step(branch) if branch else branch for name, branch in tree.items()
    }
