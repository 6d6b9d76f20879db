"""Step 3: which column is which field; guessed, correctable, remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.importing import (
    LEFT_OUT,
    WHY_LEFT_OUT,
    Column,
    ColumnKind,
    Grid,
    Layout,
    Part,
    Preview,
    Sheet,
)
from lib.i18n import N_, _
from lib.schema.tables import Table
from lib.text import one_line
from lib.ui import boundary, context, grid
from lib.ui.importing import state
from lib.ui.importing.sheet_view import short

MOST_LINES: Final = 18
"""Columns that are shown without scrolling in the grid."""

_VERSION: Final = "import:columns"
_EXAMPLES: Final = 3
_LONGEST: Final = 40
_LOOKED_AT: Final = 30
_NOT_TAKEN: Final = N_("取り込まない")


@dataclass(frozen=True)
class _Line:
    """One header, on however many sheets it stands."""

    column: Column
    sheets: int
    examples: str


def show(preview: Preview) -> None:
    """Draw the step: one grid for each table."""
    source = state.file()
    assert source is not None  # noqa: S101 - the step is shown with a file only
    sheets = {sheet.name: sheet for sheet in source.sheets}
    st.caption(
        _(
            "「取り込む項目」を選び直せます。直したものは覚えて、次のファイルでも使います。"
        )
    )
    for place in dict.fromkeys(part.table for part in preview.parts):
        parts = [part for part in preview.parts if part.table is place]
        if len({part.table for part in preview.parts}) > 1:
            st.markdown(f"**{_(place.tab)}**")
        _lacking(parts)
        _grid(place, _lines(parts, sheets))


def open_questions(preview: Preview) -> int:
    """Return how many columns nobody knows."""
    return len(
        {
            column.header
            for part in preview.parts
            for column in part.layout.columns
            if column.kind is ColumnKind.UNKNOWN
        }
    )


def _lacking(parts: Sequence[Part]) -> None:
    labels = dict.fromkeys(
        _(field.label)
        for part in parts
        for field in part.layout.lacking
        if not (field.name == "centre" and part.centre)
    )
    if labels:
        st.warning(
            _("この項目の列が見つかりません: {labels}").format(
                labels=_("、").join(labels)
            ),
            icon=":material/warning:",
        )


def _grid(place: Table, lines: Sequence[_Line]) -> None:
    fields = {_(f.label): f.name for f in place.fields if not f.auto}
    not_taken = _(_NOT_TAKEN)
    frame = pd.DataFrame(
        {
            "header": [line.column.header for line in lines],
            "examples": [line.examples for line in lines],
            "field": [_field_word(place, line.column) for line in lines],
            "why": [_why(line.column) for line in lines],
        }
    )
    key = f"{_VERSION}:{place.code}:{st.session_state.get(_VERSION, 0)}"
    with grid.noted(context.desk(), place.code):
        grid.draw(
            frame,
            key=key,
            takes=_takes(fields),
            hide_index=True,
            row_height=36,
            height="content" if len(lines) <= MOST_LINES else 36 * (MOST_LINES + 1),
            # What one chooses stands beside the header: a phone shows two columns.
            column_order=["header", "field", "examples", "why"],
            column_config={
                "header": st.column_config.TextColumn(
                    _("ファイルの見出し"), width="medium"
                ),
                "examples": st.column_config.TextColumn(_("例"), width="medium"),
                "field": st.column_config.SelectboxColumn(
                    _("取り込む項目"), options=[not_taken, *fields], width="medium"
                ),
                "why": st.column_config.TextColumn(_("どうなるか"), width="large"),
            },
            on_change=_choose,
            args=(key, place, [line.column.header for line in lines], fields),
            alt=_("列の対応の一覧"),
        )


def _choose(
    key: str, place: Table, headers: Sequence[str], fields: Mapping[str, str]
) -> None:
    """Note what was chosen; the grid then begins anew with what that led to."""
    with boundary.attempt():
        with grid.noted(context.desk(), place.code):
            chosen = grid.edits(key, len(headers), _takes(fields))
        note(chosen, place, headers, fields)
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def _takes(fields: Mapping[str, str]) -> grid.Takes:
    return {"field": grid.one_of([_(_NOT_TAKEN), *fields])}


def note(
    edited: Mapping[int, Mapping[str, Any]],
    place: Table,
    headers: Sequence[str],
    fields: Mapping[str, str],
) -> None:
    """Remember the fields that were chosen in the grid, by row.

    fields: names by the word that was chosen; any other word leaves the column out.
    """
    for row, values in edited.items():
        name = fields.get(values["field"] or "", LEFT_OUT)
        state.learn_column(place, headers[row], name)


def _lines(parts: Sequence[Part], sheets: dict[str, Sheet]) -> list[_Line]:
    """Return the headers of all sheets, each once, in their order."""
    found: dict[str, _Line] = {}
    for part in parts:
        grid = Grid(sheets[part.sheet], part.layout.shape)
        for column in part.layout.columns:
            if column.kind in (ColumnKind.BLANK, ColumnKind.QUIET):
                continue
            if _is_day_line(part.layout, column):
                continue
            before = found.get(column.header)
            found[column.header] = _Line(
                before.column if before else column,
                (before.sheets if before else 0) + 1,
                before.examples if before else _examples(grid, column.index),
            )
    return list(found.values())


def _is_day_line(layout: Layout, column: Column) -> bool:
    """Whether it is the row of days that run to the right: nothing to choose there."""
    return layout.shape.across and column.index == 0


def _examples(grid: Grid, index: int) -> str:
    cells = [row[index] for row in grid.rows[:_LOOKED_AT] if index < len(row)]
    said = [short(cell) for cell in cells if cell not in (None, "")]
    return one_line(" / ".join(said[:_EXAMPLES]), _LONGEST)


def _field_word(place: Table, column: Column) -> str:
    if column.kind is ColumnKind.FIELD:
        return _(place.field(column.field).label)
    return _(_NOT_TAKEN)


def _why(column: Column) -> str:
    if column.kind is ColumnKind.FIELD:
        return _("取り込みます。")
    return _(WHY_LEFT_OUT[column.kind])
