"""An editable grid whose limits hold on the server too.

Streamlit draws a locked column and a fixed number of rows, but takes from a client
whatever it sends: changes of locked cells, new rows, deleted ones. Here what came back
is held against what was shown, and one thing that no screen of ours can send refuses
all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.errors import NotAllowed
from lib.store.access import UserStore

log = logging.getLogger(__name__)

Takes = Mapping[str, Callable[[Any], bool]]
"""The columns that may be changed, and whether a value fits into them."""

Edits = dict[int, dict[str, Any]]
"""What was typed: by row, by column."""

_EXACT: Final = 2**53
_PARTS: Final = {"edited_rows", "added_rows", "deleted_rows"}
_FROM_A_FORGED_STATE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What Streamlit stumbles into where a client names rows or columns that are not there."""


def number(value: Any) -> bool:
    """Whether it is a number that a browser can count exactly, or blank."""
    if value is None:
        return True
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) <= _EXACT


def words(value: Any) -> bool:
    """Whether it is a text or blank."""
    return value is None or isinstance(value, str)


def one_of(options: Collection[str]) -> Callable[[Any], bool]:
    """Return what tells whether a value is one of `options`, or blank."""
    return lambda value: value is None or (isinstance(value, str) and value in options)


def draw(frame: pd.DataFrame, *, key: str, takes: Takes, **how: Any) -> Edits:
    """Draw the grid and return what was typed into it.

    how: as `st.data_editor` takes it; what is locked follows from `takes`.

    Raises:
        NotAllowed: it was sent something that the grid does not let anybody do.
    """
    locked = [name for name in frame.columns if name not in takes]
    try:
        st.data_editor(frame, key=key, disabled=locked, num_rows="fixed", **how)
    except _FROM_A_FORGED_STATE as error:
        raise _refused(type(error).__name__) from error
    return edits(key, len(frame), takes)


def edits(key: str, rows: int, takes: Takes) -> Edits:
    """Return what was typed into the grid of that key; {} where it never stood.

    Raises:
        NotAllowed: as `draw`.
    """
    try:
        return allowed(st.session_state.get(key) or {}, rows, takes)
    except _FROM_A_FORGED_STATE as error:
        raise _refused(type(error).__name__) from error


@contextmanager
def noted(desk: UserStore, code: str) -> Iterator[None]:
    """Have 操作ログ say who sent to a grid of that table what no screen of ours can send.

    Raises:
        NotAllowed: as it was raised inside.
    """
    try:
        yield
    except NotAllowed:
        desk.note_refusal(code)
        raise


def allowed(sent: Mapping[str, Any], rows: int, takes: Takes) -> Edits:
    """Return the edits in what a grid of so many rows sent.

    Raises:
        NotAllowed: a row that is new, gone or unknown, a locked or unknown column, or
            a value of another kind.
    """
    if unknown := set(sent) - _PARTS:
        raise _refused(f"{len(unknown)} unknown parts")
    if sent.get("added_rows") or sent.get("deleted_rows"):
        raise _refused("rows added or deleted")
    found: Edits = {}
    for row, cells in sent.get("edited_rows", {}).items():
        if not 0 <= int(row) < rows:
            raise _refused("a row that is not there")
        if not set(cells) <= set(takes):
            raise _refused("a locked column")
        if not all(takes[name](value) for name, value in cells.items()):
            raise _refused("a value of another kind")
        if cells:
            found[int(row)] = dict(cells)
    return found


def _refused(why: str) -> NotAllowed:
    """Return the refusal and note the attempt: what, but nothing that was typed."""
    log.warning("grid: refused %s", why)
    return NotAllowed()
