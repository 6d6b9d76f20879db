"""Rows of a sheet that hold what no record may: shown as they stand, saved nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lib.errors import ActionRefused
from lib.i18n import N_
from lib.schema.ids import COPY_MARK, WITHOUT_NUMBER
from lib.schema.record import Record

ROW_BROKEN: Final = N_(
    "シートのこの行に読めないところがあります。データ点検で直してから、もう一度保存してください。"
)


NUMBER_TWICE: Final = N_(
    "シートに同じ番号の行が二つ以上あります。データ点検で直してから、もう一度保存してください。"
)
NO_NUMBER: Final = N_(
    "シートのこの行にはまだ番号がありません。番号が付いてから、もう一度保存してください。"
)


def refuse_broken(seen: Record | None, values: Mapping[str, Any]) -> None:
    """Refuse a change of a row that lacks a number of its own, or is half unreadable.

    Without this the person would be told of fields that their editor does not show.

    Raises:
        ActionRefused: nothing can be told of the row by its number, or `values` mends
            not everything that is unreadable in it.
    """
    if seen is None:
        return
    number = str(getattr(seen, "id", ""))
    if number.startswith(WITHOUT_NUMBER):
        raise ActionRefused(NO_NUMBER)
    if COPY_MARK in number:
        raise ActionRefused(NUMBER_TWICE)
    if not values:
        return
    mended = {n for n, value in values.items() if value != getattr(seen, n)}
    if seen.misfits() - mended:
        raise ActionRefused(ROW_BROKEN)
