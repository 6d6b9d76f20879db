"""What `values:batchGet` answers, from bytes to lists of rows."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, Final

import orjson

from lib.errors import StoreUnavailable

Rows = Sequence[Sequence[Any]]
"""The cells of one tab as the API gives them: ragged, without trailing blanks."""


def decoded(payload: bytes, ranges: int) -> list[Rows]:
    """Return the rows of each asked range, in the order asked; [] for an empty tab.

    ranges: how many were asked for.

    Raises:
        StoreUnavailable: half an answer, or something else than the API's JSON.
    """
    try:
        answer = orjson.loads(payload)
        parts = [_rows(part) for part in answer["valueRanges"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise StoreUnavailable("the answer is no table of values") from error
    if len(parts) != ranges:
        raise StoreUnavailable(f"{len(parts)} ranges instead of {ranges}")
    return parts


def _rows(part: dict[str, Any]) -> Rows:
    rows = part.get("values", [])
    if not isinstance(rows, list) or not set(map(type, rows)) <= {list}:
        raise TypeError
    return rows


def has_check_boxes(payload: bytes) -> bool:
    """Whether a cell may be true or false; a text with such a word counts too."""
    return b"true" in payload or b"false" in payload


def transposed(rows: Rows) -> list[list[Any]]:
    """Return the columns of ragged rows, None where a row has ended.

    A few rows at a time: going down 100,000 lists column by column would fetch each
    of them into the processor's cache once for every column.
    """
    columns: list[list[Any]] = [[] for _ in range(max(map(len, rows), default=0))]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        pieces = list(zip_longest(*part))
        for column, piece in zip(columns, pieces, strict=False):
            column.extend(piece)
        for column in columns[len(pieces) :]:
            column.extend([None] * len(part))
    return columns


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic collector from walking the new lists over and over.

    A table makes as many lists as it has rows and not one cycle; walking them doubles
    the time of decoding. Several threads may be inside at once.
    """
    with _PAUSE.lock:
        if _PAUSE.inside == 0:
            _PAUSE.was_on = gc.isenabled()
            gc.disable()
        _PAUSE.inside += 1
    try:
        yield
    finally:
        with _PAUSE.lock:
            _PAUSE.inside -= 1
            if _PAUSE.inside == 0 and _PAUSE.was_on:
                gc.enable()


_ROWS_AT_ONCE: Final = 100


class _Pause:
    """How many threads decode now, and whether the collector ran before them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.was_on = True


_PAUSE: Final = _Pause()
