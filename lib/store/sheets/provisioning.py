"""The tabs that the store cannot do without, made where they are missing.

People's own tabs and columns are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lib.errors import StoreUnavailable
from lib.schema.tables import TABLES, Table
from lib.store.protocol import RowProblem
from lib.store.sheets.cells import cell_data
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.layout import HEADER_WITHIN, Tab, located, tabs_of
from lib.store.sheets.payload import decoded

SYSTEM: Final = "_sys"
"""Hidden tab: one row a commit (id, moment, 1 where it changed rows); claims lie on
its first cell."""
SYSTEM_HEADER: Final = ("commit_id", "at", "changed")

FIRST_ROWS: Final = 200
"""Rows of a new tab, which grows by itself; blank ones count against the file's size."""
TRIES: Final = 5

_FIELDS: Final = (
    "sheets.properties(sheetId,title,hidden,gridProperties(rowCount,columnCount))"
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tables are.

    tabs: by table code; tables whose tab a person deleted are not among them.
    system: the tab of the books. lost: what could not be found.
    """

    tabs: Mapping[str, Tab]
    system: Tab
    lost: tuple[RowProblem, ...] = ()

    def remembered(self) -> dict[str, int]:
        """Return the number of each table's tab, which a new title does not change."""
        return {code: tab.sheet_id for code, tab in self.tabs.items()}


def provided(client: SheetsClient, spreadsheet: str) -> Places:
    """Return the places in a spreadsheet that has every tab and header afterwards.

    Several may do it at once: a tab comes with its header or not at all.

    Raises:
        StoreError: the spreadsheet cannot be reached or changed.
    """
    for _try in range(TRIES):
        tabs = tabs_of(client.metadata(spreadsheet, _FIELDS))
        found, lost = located(TABLES, tabs, {})
        system = _system(tabs)
        requests = [
            *_new_tabs([table for table in TABLES if table.code not in found]),
            *(
                []
                if system
                else _new_tab(SYSTEM, SYSTEM_HEADER, _SYSTEM_NUMBER, hidden=True)
            ),
            *_new_headers(client, spreadsheet, found),
        ]
        if not requests and system is not None:
            return Places(found, system, lost)
        try:
            client.change(spreadsheet, {"requests": requests})
        except RequestRefused:
            continue  # another made the same tab a moment before
    raise StoreUnavailable("the tabs of the spreadsheet keep changing")


def found_again(client: SheetsClient, spreadsheet: str, known: Places) -> Places:
    """Return the places after tabs were renamed or deleted by people."""
    tabs = tabs_of(client.metadata(spreadsheet, _FIELDS))
    found, lost = located(TABLES, tabs, known.remembered())
    system = next((t for t in tabs if t.sheet_id == known.system.sheet_id), None)
    if system is None:
        return provided(client, spreadsheet)
    return replace(known, tabs=found, system=system, lost=lost)


def _system(tabs: Sequence[Tab]) -> Tab | None:
    return next((tab for tab in tabs if tab.title == SYSTEM), None)


_FIRST_NUMBER: Final = 610_000
"""A new tab gets a number of ours, so that its header can go into the same batch."""
_SYSTEM_NUMBER: Final = _FIRST_NUMBER - 1


def _new_tabs(missing: Sequence[Table]) -> list[dict[str, Any]]:
    requests = []
    for table in missing:
        labels = [field.label for field in table.fields]
        number = _FIRST_NUMBER + TABLES.index(table)
        requests += _new_tab(table.tab, labels, number)
    return requests


def _new_tab(
    title: str, labels: Sequence[str], number: int, *, hidden: bool = False
) -> list[dict[str, Any]]:
    grid = {
        "rowCount": FIRST_ROWS,
        "columnCount": len(labels),
        "frozenRowCount": 1,
    }
    properties = {"sheetId": number, "title": title, "gridProperties": grid}
    if hidden:
        properties["hidden"] = True
    return [{"addSheet": {"properties": properties}}, _header(number, labels)]


def _header(number: int, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "updateCells": {
            "start": {"sheetId": number, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": [cell_data(label) for label in labels]}],
            "fields": "userEnteredValue",
        }
    }


def _new_headers(
    client: SheetsClient, spreadsheet: str, found: Mapping[str, Tab]
) -> list[dict[str, Any]]:
    """Return the headers for tabs of ours that are blank at the top."""
    if not found:
        return []
    ranges = [f"{tab.whole}!1:{HEADER_WITHIN}" for tab in found.values()]
    heads = decoded(client.values(spreadsheet, ranges), len(ranges))
    requests = []
    for (code, tab), rows in zip(found.items(), heads, strict=True):
        labels = [f.label for t in TABLES if t.code == code for f in t.fields]
        if any(any(cell not in ("", None) for cell in row) for row in rows):
            continue
        short = len(labels) - tab.columns
        if short > 0:
            requests.append(_wider(tab.sheet_id, short))
        requests.append(_header(tab.sheet_id, labels))
    return requests


def _wider(number: int, columns: int) -> dict[str, Any]:
    return {
        "appendDimension": {
            "sheetId": number,
            "dimension": "COLUMNS",
            "length": columns,
        }
    }
