"""Requests of `spreadsheets.batchUpdate`, as small as they can be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Request = dict[str, Any]


def grid(
    number: int,
    rows: tuple[int, int | None] = (0, None),
    columns: tuple[int, int | None] = (0, None),
) -> dict[str, Any]:
    """Return a range of cells; None leaves an end open, so that it grows."""
    place: dict[str, Any] = {"sheetId": number}
    for names, (first, behind) in (
        (("startRowIndex", "endRowIndex"), rows),
        (("startColumnIndex", "endColumnIndex"), columns),
    ):
        place[names[0]] = first
        if behind is not None:
            place[names[1]] = behind
    return place


def columns_of(number: int, first: int, behind: int) -> dict[str, Any]:
    """Return a range of whole columns."""
    return {
        "sheetId": number,
        "dimension": "COLUMNS",
        "startIndex": first,
        "endIndex": behind,
    }


def repeat(place: Mapping[str, Any], look: Mapping[str, Any], fields: str) -> Request:
    """Give all cells of a range a format; `fields` is relative to it."""
    cell = {"userEnteredFormat": look}
    mask = f"userEnteredFormat({fields})"
    return {"repeatCell": {"range": place, "cell": cell, "fields": mask}}


def put(
    number: int,
    row: int,
    column: int,
    rows: Iterable[Sequence[Mapping[str, Any]]],
    fields: str = "userEnteredValue",
) -> Request:
    """Set what `fields` names of cells, given as CellData."""
    return {
        "updateCells": {
            "start": {"sheetId": number, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": list(line)} for line in rows],
            "fields": fields,
        }
    }


def append(number: int, rows: Iterable[Sequence[Mapping[str, Any]]]) -> Request:
    """Put rows, given as CellData, below the last one in which something stands."""
    return {
        "appendCells": {
            "sheetId": number,
            "rows": [{"values": list(line)} for line in rows],
            "fields": "userEnteredValue",
        }
    }


def formula(text: str) -> dict[str, Any]:
    """Return the CellData of a formula of ours; never call it with a person's text."""
    return {"userEnteredValue": {"formulaValue": text}}


def properties(number: int, fields: str, **values: Any) -> Request:
    """Set properties of a tab."""
    new = {"sheetId": number, **values}
    return {"updateSheetProperties": {"properties": new, "fields": fields}}


def runs(columns: Iterable[int]) -> list[tuple[int, int]]:
    """Return neighbouring columns as (first, behind the last)."""
    found: list[tuple[int, int]] = []
    for column in sorted(columns):
        if found and found[-1][1] == column:
            found[-1] = (found[-1][0], column + 1)
        else:
            found.append((column, column + 1))
    return found
