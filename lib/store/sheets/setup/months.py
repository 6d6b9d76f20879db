"""日次KPI laid out ahead: one row a day and centre, waiting for its numbers.

A laid-out row holds 日付, 祝日 (the name of the holiday, or nothing), センターコード
and the formulas of the helper columns; every other cell is blank, 入力元 and 版 too.
So it is no record: nobody has counted anything. Who enters such a day fills that row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import holidays

from lib.schema.cells import parse_cell
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import Table
from lib.schema.tables import table as table_by_code
from lib.store.sheets.cells import cell_data, raw_of
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.reading import read_table
from lib.store.sheets.setup import asking, report, tables
from lib.store.sheets.setup.applying import applied
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.found import Found, Sheet
from lib.store.sheets.setup.report import Outcome
from lib.store.sheets.setup.row_formulas import HOLIDAY
from lib.store.sheets.setup.tables import Making, Place

DAYS: Final = "kpi_days"
NEXT_MONTH_FROM: Final = 25
"""Day of a month from which the next one is laid out too."""

RowKey = tuple[date, str]


def lay_out_month(
    client: SheetsClient, spreadsheet: str, month: date, centres: Iterable[str]
) -> int:
    """Lay out the days of a month that have no row yet; return how many.

    Idempotent, and safe when several do it at once: 2 reads, and 1 write where rows
    are missing.

    Args:
        client: reaches the spreadsheet.
        spreadsheet: its id.
        month: any day of the month.
        centres: the codes of the call centres; 自社 always gets its rows.

    Raises:
        StoreError: it cannot be read or written.
    """
    wanted = [COMPANY, *centres]

    def plan(making: Making) -> None:
        for code in ("centres", DAYS):
            known = tables.known_place(making, table_by_code(code))
            if known is not None:
                making.places[code] = known
        add_month(making, month, wanted)

    made = applied(client, spreadsheet, plan, looks=False)
    return sum(_row_count(request) for request in made.requests)


def _row_count(request: Request) -> int:
    return len(request.get("appendCells", {}).get("rows", ()))


def add_month(making: Making, month: date, centres: Sequence[str]) -> None:
    """Add the rows of a month that 日次KPI lacks."""
    place = making.places.get(DAYS)
    if place is None or not {"date", "centre"} <= set(place.at):
        return
    there = keys_in(place.sheet, place) if place.sheet else set()
    rows = laid_out_rows(place, month, centres, making.whole_columns(), there)
    if rows:
        making.requests.append(asking.append(place.number, rows))
        making.report.add(
            Outcome.MADE, place.tab.title, report.MONTH_ROWS, count=str(len(rows))
        )


def laid_out_rows(
    place: Place,
    month: date,
    centres: Iterable[str],
    whole: Mapping[str, str],
    there: Collection[RowKey] = (),
) -> list[list[dict[str, Any]]]:
    """Return the rows of a month as CellData, a day after the other.

    Args:
        place: where the columns of 日次KPI stand.
        month: any day of it.
        centres: codes, in the order of the rows of a day.
        whole: columns of other tabs that the formulas need.
        there: days and centres that have a row.
    """
    formulas = tables.formulas_of(place.table, place, whole)
    codes = list(dict.fromkeys(centres))
    rows = []
    for day in days_of(month):
        for code in codes:
            if (day, code) in there:
                continue
            cells: dict[int, dict[str, Any]] = {
                place.at["date"]: cell_data(raw_of(place.table.field("date"), day)),
                place.at["centre"]: cell_data(code),
            }
            if HOLIDAY in place.helpers:
                cells[place.helpers[HOLIDAY]] = cell_data(holiday_name(day))
            cells |= {at: asking.formula(text) for at, text in formulas.items()}
            rows.append([cells.get(at, {}) for at in range(max(cells) + 1)])
    return rows


def keys_in(sheet: Sheet, place: Place) -> set[RowKey]:
    """Return the days and centres that have a row, records or laid out."""
    fields = [place.table.field(name) for name in ("date", "centre")]
    found = set()
    for row in range(place.row, sheet.last_row):
        day, code = (
            parse_cell(item, sheet.cell(row, place.at[item.name])).value
            for item in fields
        )
        if isinstance(day, date) and isinstance(code, str):
            found.add((day, code.strip()))
    return found


def months_ahead(today: date) -> list[date]:
    """Return the months to lay out: this one, and near its end the next."""
    first = today.replace(day=1)
    return [first] if today.day < NEXT_MONTH_FROM else [first, _next_month(first)]


def days_of(month: date) -> list[date]:
    """Return every day of the month in which a day lies."""
    first = month.replace(day=1)
    behind = _next_month(first)
    return [first + timedelta(days=n) for n in range((behind - first).days)]


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


@lru_cache(maxsize=1)
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("JP", language="ja")


def holiday_name(day: date) -> str:
    """Return the Japanese name of the public holiday on a day, or ""."""
    return str(_calendar().get(day) or "")


def active_centres(found: Found) -> list[str]:
    """Return the codes of the call centres in use, in the order of their tab."""
    sheet = found.tables.get("centres")
    if sheet is None:
        return []
    table: Table = table_by_code("centres")
    frame = read_table(table, sheet.tab, sheet.cells).frame
    used = frame[frame["active"] != "いいえ"]
    return [str(code) for code in used["code"] if code and code != COMPANY]
