"""Tabs of the app's own that people read: 使い方, 今日, KPI集計.

Each is a block of texts and formulas. People may write around it; a cell of the block
that reads otherwise is put back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lib.store.sheets.cells import cell_data
from lib.store.sheets.setup import asking, look, report
from lib.store.sheets.setup.arrangement import Part
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.found import Sheet
from lib.store.sheets.setup.report import Outcome
from lib.store.sheets.setup.tables import Making

_TITLE: Final = {"textFormat": {"fontSize": 16, "bold": True}}
_HEADING: Final = {
    **look.ink(look.INK, bold=True),
    **look.background(look.HEADER[Part.FIRST]),
}
_FAINT: Final = look.ink(look.BY_APP_INK)
_WRAPPED: Final = {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}

STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "": _WRAPPED,
    "title": _TITLE,
    "heading": _HEADING,
    "faint": {**_FAINT, **_WRAPPED},
    "strong": {"textFormat": {"bold": True}, "verticalAlignment": "TOP"},
    "link": {"verticalAlignment": "TOP"},
    "overdue": {**look.background(look.OVERDUE), "textFormat": {"bold": True}},
    "today": look.background(look.DUE_TODAY),
    "critical": {**look.background(look.CRITICAL), "textFormat": {"bold": True}},
    "grey": look.background(look.BY_APP),
    "moment": {"numberFormat": look.MOMENT},
    "month": {
        "numberFormat": look.MONTH,
        "textFormat": {"bold": True},
        "horizontalAlignment": "LEFT",
    },
    "share": {"numberFormat": look.SHARE, "horizontalAlignment": "RIGHT"},
    "count": {"numberFormat": look.WHOLE, "horizontalAlignment": "RIGHT"},
    "big": {
        "numberFormat": look.WHOLE,
        "textFormat": {"fontSize": 14, "bold": True},
        "horizontalAlignment": "LEFT",
    },
    "input": {
        "numberFormat": look.MONTH,
        "horizontalAlignment": "LEFT",
        "textFormat": {"bold": True},
        **look.background("#fffbe6"),
    },
}


@dataclass
class Page:
    """One tab of texts and formulas.

    number: fixed, by which it is known whatever people call it.
    cells: by row and column from 0: what stands there, and its style.
    inputs: cells that people fill in: only the first value is ours.
    hidden_columns: columns that only formulas use.
    """

    number: int
    title: str
    widths: Sequence[int]
    cells: dict[tuple[int, int], tuple[str | float, str]] = field(default_factory=dict)
    inputs: set[tuple[int, int]] = field(default_factory=set)
    hidden_columns: tuple[int, ...] = ()
    rules: list[Request] = field(default_factory=list)

    def put(self, row: int, column: int, *values: str | float, style: str = "") -> None:
        """Set cells of a row from a column on; "" leaves one out."""
        for offset, value in enumerate(values):
            if value != "":
                self.cells[row, column + offset] = (value, style)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the tab: the block, and some room around it."""
        rows = max(row for row, _ in self.cells)
        columns = max(column for _, column in self.cells)
        return rows + 11, columns + 3


def add_page(making: Making, page: Page) -> None:
    """Make a page, or put back what was changed in its block."""
    sheet = making.found.by_number(page.number)
    if sheet is None:
        if making.found.by_title(page.title) is not None:
            making.report.add(Outcome.LOOK, page.title, report.FOREIGN)
            return
        _make(making, page)
        making.report.add(Outcome.MADE, page.title, report.TAB)
        return
    wrong = [at for at in page.cells if _differs(sheet, page, at)]
    if not wrong:
        return
    _make_room(making, page, sheet)
    making.requests += [_cell(page, at, "userEnteredValue") for at in wrong]
    making.report.add(Outcome.MENDED, sheet.tab.title, report.TEXTS)


def _differs(sheet: Sheet, page: Page, at: tuple[int, int]) -> bool:
    there: object = sheet.cell(*at)
    if at in page.inputs:
        return there == ""
    wanted, _style = page.cells[at]
    if isinstance(wanted, str) and isinstance(there, str):
        return _comparable(there) != _comparable(wanted)
    return there != wanted


def _comparable(text: str) -> str:
    """Return a formula without what Sheets may write otherwise: quotes of tabs, blanks."""
    return re.sub(r"['$\s]", "", text).upper() if text.startswith("=") else text


def _make_room(making: Making, page: Page, sheet: Sheet) -> None:
    for dimension, wanted, have in zip(
        ("ROWS", "COLUMNS"), page.size, (sheet.tab.rows, sheet.tab.columns), strict=True
    ):
        if wanted > have:
            size = {
                "sheetId": page.number,
                "dimension": dimension,
                "length": wanted - have,
            }
            making.tabs.append({"appendDimension": size})


def _make(making: Making, page: Page) -> None:
    rows, columns = page.size
    grid = {"rowCount": rows, "columnCount": columns, "hideGridlines": True}
    made = {"sheetId": page.number, "title": page.title, "gridProperties": grid}
    making.tabs.append({"addSheet": {"properties": made}})
    by_row: dict[int, list[int]] = {}
    for row, column in page.cells:
        by_row.setdefault(row, []).append(column)
    for row, taken in by_row.items():
        for first, behind in asking.runs(taken):
            line = [_data(page, (row, at)) for at in range(first, behind)]
            making.requests.append(
                asking.put(
                    page.number,
                    row,
                    first,
                    [line],
                    "userEnteredValue,userEnteredFormat",
                )
            )
    making.requests += [_width(page, at, w) for at, w in enumerate(page.widths)]
    making.requests += [_hide(page, at) for at in page.hidden_columns]
    making.requests += page.rules


def _data(page: Page, at: tuple[int, int]) -> dict[str, Any]:
    value, style = page.cells[at]
    return {**_value(value), "userEnteredFormat": STYLES[style]}


def _value(value: str | float) -> dict[str, Any]:
    if isinstance(value, str) and value.startswith("="):
        return asking.formula(value)
    return cell_data(value)


def _cell(page: Page, at: tuple[int, int], fields: str) -> Request:
    return asking.put(page.number, *at, [[_value(page.cells[at][0])]], fields)


def _width(page: Page, at: int, pixels: int) -> Request:
    return _columns(page, at, "pixelSize", pixels)


def _hide(page: Page, at: int) -> Request:
    return _columns(page, at, "hiddenByUser", True)  # noqa: FBT003 - a property's value


def _columns(page: Page, at: int, name: str, value: Any) -> Request:
    return {
        "updateDimensionProperties": {
            "range": asking.columns_of(page.number, at, at + 1),
            "properties": {name: value},
            "fields": name,
        }
    }
