"""Rows of any table as a grid: columns from the schema, words in the person's language.

The grid gets one page of rows (a grid of 20,000 would be megabytes at each rerun), so
what is sorted and filtered is sorted and filtered before, over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from lib import clock
from lib.i18n import _
from lib.metrics.promises import When, open_promises
from lib.schema.column import Field
from lib.schema.tables import Table
from lib.schema.vocab import Unlisted
from lib.text import masked, one_line
from lib.ui import format as fmt
from lib.ui import picked
from lib.ui.marks import Marks, open_words

ROWS_A_PAGE: Final = 50
ROW_HEIGHT: Final = 38
LONGEST: Final = 90
"""Letters of a text that a cell shows; the whole stands in the detail."""

CHIPS_ON_LIGHT: Final = {
    "red": "#FDEDE4",
    "orange": "#FDF3DC",
    "blue": "#E5F0FB",
    "gray": "#EEF1F5",
    "green": "#E2F4F4",
}
CHIPS_ON_DARK: Final = {
    "red": "#40241A",
    "orange": "#382C14",
    "blue": "#17304A",
    "gray": "#27303B",
    "green": "#12373A",
}
"""Tints of the theme's badges; a grid takes colours only, not their names."""

Cell = Callable[[Any], Any]


@dataclass(frozen=True)
class Grid:
    """A grid of one table.

    columns: fields, in order; of a choice with shapes the cells are chips.
    words: what to show instead of a value, by field (a product's name for its code).
    marks: cells of a sheet that are to be checked, shown as they were typed.
    widths: by field, "small", "medium", "large" or pixels.
    extra: columns that are no fields of the table, each with its own configuration.
    """

    table: Table
    columns: Sequence[str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)
    widths: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def display(grid: Grid, rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return what the grid shows of these rows, as texts in the person's language."""
    dues = due_words(rows, now) if "next_promise_at" in grid.columns else {}
    shown: dict[str, list[Any]] = {}
    for name in grid.columns:
        if name == "next_promise_at" and grid.table.code == "complaints":
            shown[name] = [dues.get(key, fmt.NOTHING) for key in rows.index]
        else:
            cell = _cell(grid, grid.table.field(name))
            shown[name] = [cell(value) for value in rows[name].tolist()]
    _mark(grid, rows, shown)
    return pd.DataFrame(shown, index=pd.RangeIndex(len(rows)))


def _mark(grid: Grid, rows: pd.DataFrame, shown: dict[str, list[Any]]) -> None:
    """Put in place of cells to be checked what was typed, with its sign.

    Not among numbers, where no text can stand: there the cell stays empty.
    """
    for at, key in enumerate(rows.index):
        for name, text in open_words(grid.marks.get(str(key), ())).items():
            spec = grid.table.field(name)
            if name in shown and spec.kind not in ("integer", "decimal"):
                shown[name][at] = [text] if _has_chips(spec) else text


def packed(shown: pd.DataFrame) -> pa.Table:
    """Return rows as they are sent; a frame is turned into this in every run."""
    return pa.Table.from_pandas(shown, preserve_index=False)


def due_words(rows: pd.DataFrame, now: datetime) -> dict[str, str]:
    """Return for each open complaint when its promise is due, in words and shape."""
    owed = open_promises(rows, now)
    return {
        key: due_text(When(when), None if pd.isna(due) else due.to_pydatetime())
        for key, when, due in zip(
            owed.index, owed["when"], owed["next_promise_at"], strict=True
        )
    }


def due_text(when: When, due: datetime | None) -> str:
    """Return "▲ 超過 19時間", "● 今日 14:30" or "11/22 10:00"; 「—」 for no time."""
    if due is None:
        return fmt.NOTHING
    match when:
        case When.OVERDUE:
            late = clock.now() - clock.in_tokyo(due)
            return f"▲ {_('超過')} {fmt.span(late)}"
        case When.TODAY:
            return f"● {_('今日')} {clock.in_tokyo(due):%H:%M}"
        case _:
            return fmt.short_moment(due)


def show(
    grid: Grid,
    shown: pd.DataFrame | pa.Table,
    *,
    key: str,
    keys: Sequence[str],
    selected: str = "",
    on_select: Callable[[str], None],
    alt: str,
) -> None:
    """Draw the grid; choosing a row calls `on_select` with its key, "" for none.

    `keys` are those of the rows in `shown`, in the same order; `selected` is marked.
    """
    row = list(keys).index(selected) if selected in keys else None
    # The row that stands in the address is the marked one, whatever the grid remembers
    # of rows that may have moved meanwhile.
    st.session_state[key] = {
        "selection": {"rows": [] if row is None else [row], "columns": [], "cells": []}
    }
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_config=_config(grid),
        row_height=ROW_HEIGHT,
        height=_height(len(shown)),
        # A row opens wherever it is clicked, not only at its box.
        selection_mode=["single-row", "single-cell"],
        on_select=lambda: on_select(_chosen(key, keys, selected)),
        alt=alt,
    )


def show_many(
    grid: Grid,
    shown: pd.DataFrame | pa.Table,
    *,
    key: str,
    keys: Sequence[str],
    chosen: Sequence[str],
    on_choose: Callable[[list[str]], None],
    alt: str,
) -> None:
    """Draw the grid so that several rows can be chosen.

    `keys` are those of the rows in `shown`, in the same order. `chosen` may name rows of
    other pages: `on_choose` gets them too, with those that are chosen on this one.
    """
    at = [row for row, name in enumerate(keys) if name in set(chosen)]
    st.session_state[key] = {"selection": {"rows": at, "columns": [], "cells": []}}
    elsewhere = [name for name in chosen if name not in set(keys)]

    def here() -> list[str]:
        return [keys[row] for row in picked.rows(st.session_state[key], len(keys))]

    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_config=_config(grid),
        row_height=ROW_HEIGHT,
        height=_height(len(shown)),
        selection_mode="multi-row",
        on_select=lambda: on_choose([*elsewhere, *here()]),
        alt=alt,
    )


def show_only(grid: Grid, rows: pd.DataFrame, now: datetime, *, alt: str) -> None:
    """Draw a few rows to be read, not chosen; only the grid's columns are sent."""
    st.dataframe(
        display(grid, rows, now),
        hide_index=True,
        column_config=_config(grid),
        alt=alt,
    )


def pages(count: int) -> int:
    """Return how many pages so many rows fill; at least 1."""
    return max(1, -(-count // ROWS_A_PAGE))


def page_slice(number: int, count: int) -> slice:
    """Return which rows stand on a page; the last page where there are fewer."""
    page = min(max(number, 1), pages(count))
    return slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)


def _chosen(key: str, keys: Sequence[str], selected: str) -> str:
    """Return the row that was just clicked; "" where the marked one was taken off.

    The grid tells of boxes and cells apart and forgets neither, so the newer click is
    the one that is not on the marked row. A mark that is gone was taken off.
    """
    state, count = st.session_state[key], len(keys)
    boxes, cell = picked.rows(state, count), picked.cell(state, count)
    if selected in keys and not boxes:
        return ""
    clicked = [keys[row] for row in [*([cell[0]] if cell else []), *boxes]]
    return next((other for other in clicked if other != selected), selected)


def _height(rows: int) -> int:
    most = 15
    return ROW_HEIGHT * min(rows, most) + ROW_HEIGHT


def _config(grid: Grid) -> dict[str, Any]:
    own = {
        name: _column(grid.table.field(name), grid.widths.get(name))
        for name in grid.columns
    }
    return {**own, **grid.extra}


def chip_column(
    label: str, words: Mapping[str, str], *, help_text: str = "", width: Any = None
) -> Any:
    """Return the configuration of a column of chips: word → colour of the theme."""
    tints = CHIPS_ON_DARK if is_dark() else CHIPS_ON_LIGHT
    return st.column_config.MultiselectColumn(
        label,
        help=help_text or None,
        width=width,
        options=list(words),
        color=[tints[colour] for colour in words.values()],
    )


def _column(spec: Field, width: Any) -> Any:
    label, tip = _(spec.label), _(spec.column.help) or None
    if _has_chips(spec):
        options = [fmt.choice(choice) for choice in spec.choices]
        tints = CHIPS_ON_DARK if is_dark() else CHIPS_ON_LIGHT
        colours = [tints[fmt.COLOURS.get(choice, "gray")] for choice in spec.choices]
        return st.column_config.MultiselectColumn(
            label, help=tip, width=width, options=options, color=colours
        )
    if spec.kind in ("integer", "decimal"):
        return st.column_config.NumberColumn(label, help=tip, width=width)
    return st.column_config.TextColumn(label, help=tip, width=width)


def _cell(grid: Grid, spec: Field) -> Cell:
    names = grid.words.get(spec.name, {})
    if spec.column.personal:
        return masked
    if _has_chips(spec):
        by_value = {choice.value: [fmt.choice(choice)] for choice in spec.choices}
        return lambda value: by_value.get(value) or _odd_word(value)
    match spec.kind:
        case "choice":
            words = {choice.value: fmt.choice(choice) for choice in spec.choices}
            return lambda value: (
                words.get(value) or "".join(_odd_word(value)) or fmt.NOTHING
            )
        case "datetime":
            return lambda value: (
                fmt.NOTHING if pd.isna(value) else _compact(value.to_pydatetime())
            )
        case "date":
            return lambda value: fmt.NOTHING if pd.isna(value) else fmt.full_day(value)
        case "integer" | "decimal":
            return lambda value: None if pd.isna(value) else value
        case _:
            return lambda value: one_line(names.get(value, value), LONGEST)


def _odd_word(value: Any) -> list[str]:
    """Return a word of no vocabulary as it is shown; no word for a missing one."""
    return [] if pd.isna(value) else [fmt.choice(Unlisted(value))]


def _has_chips(spec: Field) -> bool:
    return bool(spec.choices) and all(c in fmt.SHAPES for c in spec.choices)


def _compact(moment: datetime) -> str:
    """Return "11/20 14:30" this year, "2025/12/03" for an earlier or later one."""
    local = clock.in_tokyo(moment)
    if local.year == clock.today().year:
        return f"{local:%m/%d %H:%M}"
    return f"{local:%Y/%m/%d}"


def is_dark() -> bool:
    """Whether the browser shows the dark theme, as far as it has said so."""
    theme = st.context.theme
    return bool(theme) and theme.type == "dark"
