"""The tabs that the store cannot do without, made where they are missing.

People's own tabs and columns are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from lib.errors import StoreUnavailable
from lib.schema.tables import TABLES, Table
from lib.store.protocol import RowProblem
from lib.store.sheets.cells import cell_data
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.layout import (
    HEADER_WITHIN,
    Tab,
    locale_problem,
    located,
    tabs_of,
    zone_problem,
)
from lib.store.sheets.payload import decoded
from lib.store.sheets.setup.arrangement import titles

SYSTEM: Final = "_sys"
"""Hidden tab: one row a commit (id, moment, 1 where it changed rows); claims lie on
its first cell."""
SYSTEM_HEADER: Final = ("commit_id", "at", "changed")

FIRST_ROWS: Final = 200
"""Rows of a new tab, which grows by itself; blank ones count against the file's size."""
TRIES: Final = 5

_FIELDS: Final = (
    "properties(locale,timeZone),"
    "sheets.properties(sheetId,title,hidden,gridProperties(rowCount,columnCount))"
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tables are.

    tabs: by table code; tables whose tab a person deleted are not among them.
    system: the tab of the books. lost: what could not be found.
    tables: by code, the tables that this spreadsheet holds, as it holds them.
    numbers: of every tab ever found, by table code, those that are gone included: a
        new title does not change it, and another tab of the old title is another tab.
    zone: what is wrong with the spreadsheet's time zone; None in Tokyo's.
    locale: what is wrong with its locale; None in Japan's.
    """

    tabs: Mapping[str, Tab]
    system: Tab
    lost: tuple[RowProblem, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=lambda: _by_code(TABLES))
    numbers: Mapping[str, int] = field(default_factory=dict)
    zone: RowProblem | None = None
    locale: RowProblem | None = None

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """What concerns no row: lost tabs, then the spreadsheet's own settings."""
        return (*self.lost, *(p for p in (self.zone, self.locale) if p))

    def without_lost(self) -> Places:
        """Return the places without memory of the lost tabs: somebody means it so.

        From then on a tab that has a lost one's title stands for its table.
        """
        return Places(
            self.tabs,
            self.system,
            self.lost,
            self.tables,
            {code: self.numbers[code] for code in self.tabs if code in self.numbers},
            self.zone,
            self.locale,
        )


def provided(
    client: SheetsClient,
    spreadsheet: str,
    *,
    tables: Sequence[Table] = TABLES,
    remembered: Mapping[str, int] | None = None,
) -> Places:
    """Return the places in a spreadsheet that has every tab and header afterwards.

    Several may do it at once: a tab comes with its header or not at all. A tab that is
    remembered and gone is not made anew: that is for a person to decide.

    Args:
        client: reaches the spreadsheet.
        spreadsheet: its id.
        tables: what it is to hold.
        remembered: `Places.numbers` as last known.

    Raises:
        StoreError: the spreadsheet cannot be reached or changed.
    """
    known = remembered or {}
    for _try in range(TRIES):
        metadata = client.metadata(spreadsheet, _FIELDS)
        tabs = tabs_of(metadata)
        system = _system(tabs)
        numbers = {**numbers_of_ours(tables, tabs), **known}
        found, lost = located(tables, tabs, numbers)
        requests = [
            *_new_tabs([t for t in tables if t.code not in {**found, **numbers}]),
            *(
                []
                if system
                else _new_tab(SYSTEM, SYSTEM_HEADER, tab_number(SYSTEM), hidden=True)
            ),
            *_new_headers(client, spreadsheet, _by_code(tables), found),
        ]
        if not requests and system is not None:
            return _placed(_by_code(tables), metadata, found, lost, system, known)
        try:
            client.change(spreadsheet, {"requests": requests})
        except RequestRefused:
            continue  # another made the same tab a moment before
    raise StoreUnavailable("the tabs of the spreadsheet keep changing")


def found_again(client: SheetsClient, spreadsheet: str, known: Places) -> Places:
    """Return the places after tabs were renamed or deleted by people; one read.

    The very same object comes back where nothing that matters changed.
    """
    metadata = client.metadata(spreadsheet, _FIELDS)
    tabs = tabs_of(metadata)
    system = next((t for t in tabs if t.sheet_id == known.system.sheet_id), None)
    system = system or _system(tabs)
    if system is None:
        return provided(
            client,
            spreadsheet,
            tables=tuple(known.tables.values()),
            remembered=known.numbers,
        )
    found, lost = located(known.tables.values(), tabs, known.numbers)
    new = _placed(known.tables, metadata, found, lost, system, known.numbers)
    return known if _without_sizes(new) == _without_sizes(known) else new


def _placed(  # noqa: PLR0917 - all that was just found
    tables: Mapping[str, Table],
    metadata: Mapping[str, Any],
    found: Mapping[str, Tab],
    lost: tuple[RowProblem, ...],
    system: Tab,
    known: Mapping[str, int],
) -> Places:
    numbers = {code: tab.sheet_id for code, tab in found.items()}
    return Places(
        found,
        system,
        lost,
        tables,
        {**known, **numbers},
        zone_problem(metadata),
        locale_problem(metadata),
    )


def _without_sizes(places: Places) -> tuple[Any, ...]:
    """Return all but how far each tab's grid goes, which grows with every row."""
    tabs = {code: (tab.sheet_id, tab.title) for code, tab in places.tabs.items()}
    system = (places.system.sheet_id, places.system.title)
    return (tabs, system, places.problems, dict(places.numbers))


def _by_code(tables: Sequence[Table]) -> dict[str, Table]:
    return {table.code: table for table in tables}


def numbers_of_ours(tables: Sequence[Table], tabs: Sequence[Tab]) -> dict[str, int]:
    """Return the numbers of tabs that we made and that have another title by now.

    So another machine, which remembers nothing, finds a renamed tab too.
    """
    there = {tab.sheet_id for tab in tabs}
    titled = located(tables, tabs, {})[0]
    return {
        table.code: number
        for table in tables
        if table.code not in titled and (number := tab_number(table.code)) in there
    }


def _system(tabs: Sequence[Tab]) -> Tab | None:
    return next((tab for tab in tabs if tab.title == SYSTEM), None)


_FIRST_NUMBER: Final = 610_000_000
_NUMBERS: Final = 1_000_000


def tab_number(code: str) -> int:
    """Return the number of a tab that we make for a table, the same for ever.

    A number of ours lets the header go into the batch that makes the tab, and tells
    the tab on every machine whatever people call it.
    """
    return _FIRST_NUMBER + crc32(code.encode()) % _NUMBERS


def _new_tabs(missing: Sequence[Table]) -> list[dict[str, Any]]:
    requests = []
    for table in missing:
        requests += _new_tab(table.tab, titles(table), tab_number(table.code))
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
    client: SheetsClient,
    spreadsheet: str,
    tables: Mapping[str, Table],
    found: Mapping[str, Tab],
) -> list[dict[str, Any]]:
    """Return the headers for tabs of ours that are blank at the top."""
    if not found:
        return []
    ranges = [f"{tab.whole}!1:{HEADER_WITHIN}" for tab in found.values()]
    heads = decoded(client.values(spreadsheet, ranges), len(ranges))
    requests = []
    for (code, tab), rows in zip(found.items(), heads, strict=True):
        labels = titles(tables[code])
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
