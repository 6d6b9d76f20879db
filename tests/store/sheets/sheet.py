"""Small sheets as the API would answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from lib.schema.tables import table
from lib.store.sheets.layout import Tab
from lib.store.sheets.reading import SheetRead, SheetTable
from lib.store.sheets.rereading import SheetReader

Grid = list[list[Any]]

COMPLAINT: Mapping[str, Any] = {
    "id": "K-261121-7F3QX",
    "content": "箱が潰れていた",
    "received_at": 46347.4375,
}
KPI_DAY: Mapping[str, Any] = {"date": 46347, "centre": "A", "offered": 20}


def grid(code: str, *rows: Mapping[str, Any], also: Sequence[str] = ()) -> Grid:
    """Return header and rows of a tab with the columns that `rows` use."""
    names = list(dict.fromkeys([*(n for row in rows for n in row), *also]))
    labels = [table(code).field(name).label for name in names]
    return [labels, *([row.get(name, "") for name in names] for row in rows)]


def payload(*grids: Grid) -> bytes:
    """Return the answer of `values:batchGet` for these tabs."""
    parts = [{"range": "x", "majorDimension": "ROWS", "values": g} for g in grids]
    return orjson.dumps({"spreadsheetId": "s", "valueRanges": parts})


def places(*codes: str) -> dict[str, Tab]:
    """Return the tabs of these tables."""
    return {code: Tab(n, table(code).tab) for n, code in enumerate(codes)}


def read(code: str, rows: Grid) -> SheetTable:
    """Return one tab as read."""
    return read_all({code: rows}).tables[code]


def read_all(grids: Mapping[str, Grid]) -> SheetRead:
    """Return several tabs as read."""
    return SheetReader().read(payload(*grids.values()), places(*grids))
