"""A sheet as it stands in the file, with headers, skipped rows and wrong cells marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
import streamlit as st
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string

from lib.actions.importing import Layout, Part, Sheet
from lib.i18n import N_, _
from lib.text import one_line
from lib.ui import table

ROWS: Final = 60
"""Rows of a sheet that are shown; wrong ones below them stand in the list of cells."""
COLUMNS: Final = 45

HEADER: Final = N_("見出し")
TITLE: Final = N_("題")
SKIPPED: Final = N_("除く")
WRONG: Final = N_("要修正")
_LONGEST: Final = 24
_MARK: Final = "__mark"
_LONG_SHARE: Final = re.compile(r"[0-9]+\.[0-9]{2,}%")
_STYLES_LIGHT: Final = {
    HEADER: "background-color: #E5F0FB; font-weight: 600",
    SKIPPED: "background-color: #EEF1F5; color: #5B6673",
    WRONG: "background-color: #FDEDE4; font-weight: 600",
}
_STYLES_DARK: Final = {
    HEADER: "background-color: #17304A; font-weight: 600",
    SKIPPED: "background-color: #27303B; color: #9AA6B4",
    WRONG: "background-color: #40241A; font-weight: 600",
}


def show(sheet: Sheet, layout: Layout | None, part: Part | None) -> None:
    """Draw the beginning of a sheet; marks are words too, not colours alone."""
    rows = [row[:COLUMNS] for row in sheet.rows[:ROWS]]
    width = max(map(len, rows), default=0)
    cells = _cell_marks(layout, part, len(rows), width)
    texts = [
        [
            _text(row[n] if n < len(row) else None, cells.get((r, n)))
            for n in range(width)
        ]
        for r, row in enumerate(rows)
    ]
    marks = [_row_mark(r, layout, cells, width) for r in range(len(rows))]
    letters = [get_column_letter(n + 1) for n in range(width)]
    frame = pd.DataFrame(texts, columns=letters, index=range(1, len(rows) + 1))
    frame.insert(0, _MARK, [_(mark) if mark else "" for mark in marks])
    styles = _STYLES_DARK if table.is_dark() else _STYLES_LIGHT
    st.dataframe(
        frame.style.apply(lambda _f: _styled(frame, cells, styles), axis=None),
        column_config={
            _MARK: st.column_config.TextColumn(_("しるし"), pinned=True, width=64)
        },
        height=min(35 * (len(rows) + 1) + 3, 420),
        alt=_("シートの中身。見出し・除く行・直すセルにしるしが付いています。"),
    )


def _cell_marks(
    layout: Layout | None, part: Part | None, rows: int, width: int
) -> dict[tuple[int, int], str]:
    """Return what stands out, by row and column from 0."""
    marks: dict[tuple[int, int], str] = {}
    if layout is None:
        return marks
    shape = layout.shape
    down = not shape.across
    for line in range(shape.first, shape.last + 1):
        for n in range(width if down else rows):
            if down or n >= shape.top:
                marks[(line, n) if down else (n, line)] = HEADER
    if not down:
        marks |= {(shape.top, n): HEADER for n in range(width)}
    if part is None:
        return marks
    taken = {row.row for row in part.rows}
    for line in {
        skipped.row - 1 for skipped in part.skipped if skipped.row not in taken
    }:
        for n in range(width if down else rows):
            if down or n >= shape.top:
                marks[(line, n) if down else (n, line)] = SKIPPED
    marks |= dict.fromkeys(_places(p.place for p in part.problems if p.place), WRONG)
    return marks


def _places(places: Iterable[str]) -> Iterable[tuple[int, int]]:
    for place in places:
        letters, row = coordinate_from_string(place)
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        yield row - 1, column - 1


def _row_mark(
    row: int, layout: Layout | None, cells: Mapping[tuple[int, int], str], width: int
) -> str:
    own = {cells.get((row, n), "") for n in range(width)}
    if WRONG in own:
        return WRONG
    if layout is None:
        return ""
    shape = layout.shape
    if shape.across:
        return HEADER if row == shape.top else TITLE if row < shape.top else ""
    if row < shape.first:
        return TITLE
    return HEADER if row <= shape.last else SKIPPED if SKIPPED in own else ""


def _styled(
    frame: pd.DataFrame, cells: Mapping[tuple[int, int], str], styles: Mapping[str, str]
) -> pd.DataFrame:
    found = pd.DataFrame("", index=frame.index, columns=frame.columns)
    height, width = frame.shape
    for (row, column), mark in cells.items():
        if row < height and column + 1 < width:
            found.iloc[row, column + 1] = styles[mark]
    return found


def _text(cell: Any, mark: str | None) -> str:
    """Return a cell as one reads it; a wrong one begins with a sign."""
    if cell is None:
        return ""
    return f"▲ {short(cell)}" if mark == WRONG else short(cell)


def short(cell: Any) -> str:
    """Return a cell in few letters: a day without midnight, a share without dust."""
    if isinstance(cell, datetime):
        has_time = cell.hour or cell.minute
        return f"{cell:%Y/%m/%d %H:%M}" if has_time else f"{cell:%Y/%m/%d}"
    if isinstance(cell, date):
        return f"{cell:%Y/%m/%d}"
    text = str(cell)
    if _LONG_SHARE.fullmatch(text):
        return f"{float(text[:-1]):.1f}%"
    return one_line(text, _LONGEST)
