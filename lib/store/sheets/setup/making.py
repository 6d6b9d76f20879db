"""`set_up`: the whole spreadsheet in three reads and one write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from lib import clock
from lib.errors import SettingsError
from lib.i18n import N_
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import TABLES
from lib.schema.tables import table as table_by_code
from lib.settings.claim_types import DEFAULTS, claim_types
from lib.store.sheets.cells import cell_data
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import Tab, is_tokyo
from lib.store.sheets.provisioning import (
    SYSTEM,
    SYSTEM_HEADER,
    tab_number,
)
from lib.store.sheets.reading import read_table
from lib.store.sheets.setup import asking, figures, guide, months, report, tables
from lib.store.sheets.setup.applying import applied
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.found import Found
from lib.store.sheets.setup.pages import Page, add_page
from lib.store.sheets.setup.report import Outcome, Report
from lib.store.sheets.setup.tables import VISIBLE, Making

TOKYO: Final = "Asia/Tokyo"
JAPAN: Final = "ja_JP"
_SYSTEM_ROWS: Final = 200
_BLANK_TITLES: Final = frozenset({"シート1", "Sheet1"})
"""The tab that Google puts into a new spreadsheet."""

_NO_SHEET: Final = N_(
    "スプレッドシートのURLかIDを入れてください。例: https://docs.google.com/spreadsheets/d/…/edit"
)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{20,}")
_IN_URL: Final = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")


def spreadsheet_id(text: str) -> str:
    """Return the id in a spreadsheet's address, or the id itself.

    Raises:
        SettingsError: it is neither.
    """
    typed = text.strip().removeprefix("gsheet://")
    found = _IN_URL.search(typed)
    if found:
        return found[1]
    if _ID.fullmatch(typed):
        return typed
    raise SettingsError(_NO_SHEET)


def set_up(
    client: SheetsClient, spreadsheet: str, *, app: str = "", mend_zone: bool = False
) -> Report:
    """Make or mend a spreadsheet for people; what they made stays.

    Idempotent: where everything is there, nothing is written. Several may run at once.

    Args:
        client: reaches the spreadsheet.
        spreadsheet: its id.
        app: address of the app for 使い方, "" for none.
        mend_zone: set Japan's locale and Tokyo's time in a spreadsheet in use too.

    Raises:
        StoreError: it cannot be read or written; nothing is half done.
    """
    making = applied(client, spreadsheet, partial(_plan, app=app, mend_zone=mend_zone))
    if not making.report.lines:
        making.report.add(Outcome.LEFT, "", report.ALL_THERE)
    return making.report


def _plan(making: Making, *, app: str, mend_zone: bool) -> None:
    new = is_new(making.found)
    set_zone(making, set_it=new or mend_zone)
    system = system_tab(making)
    for table in TABLES:
        tables.placed(making, table)
    words = {"claim_types": _claim_words(making.found)}
    for place in list(making.places.values()):
        tables.finish(making, place, words)
    centres = months.active_centres(making.found)
    for month in months.months_ahead(clock.today()):
        months.add_month(making, month, [COMPANY, *centres])
    pages = _pages(making, system, app)
    for page in pages:
        add_page(making, page)
    arrange(making, system, pages, VISIBLE, new=new)


def is_new(found: Found) -> bool:
    """Whether nothing stands in it yet, and none of its tabs is ours."""
    return not found.tables and all(sheet.last_row == 0 for sheet in found.sheets)


def set_zone(making: Making, *, set_it: bool) -> None:
    """Set Japan's locale and Tokyo's time, or tell that they are others."""
    found = making.found
    right = found.locale == JAPAN and is_tokyo(found.zone)
    if right:
        return
    if set_it:
        properties = {"locale": JAPAN, "timeZone": TOKYO}
        making.tabs.append(
            {
                "updateSpreadsheetProperties": {
                    "properties": properties,
                    "fields": "locale,timeZone",
                }
            }
        )
        making.report.add(Outcome.MADE, "", report.ZONE_SET)
        return
    if not is_tokyo(found.zone):
        making.report.add(Outcome.LOOK, "", report.ZONE_OTHER, zone=found.zone)
    if found.locale != JAPAN:
        making.report.add(Outcome.LOOK, "", report.LOCALE_OTHER, locale=found.locale)


def system_tab(making: Making) -> Tab:
    """Return the tab of the books, made if need be."""
    sheet = making.found.by_title(SYSTEM)
    if sheet is not None:
        return sheet.tab
    grid = {
        "rowCount": _SYSTEM_ROWS,
        "columnCount": len(SYSTEM_HEADER),
        "frozenRowCount": 1,
    }
    made = {"sheetId": tab_number(SYSTEM), "title": SYSTEM, "gridProperties": grid}
    making.tabs.append({"addSheet": {"properties": made}})
    titles = [[cell_data(title) for title in SYSTEM_HEADER]]
    making.requests.append(asking.put(tab_number(SYSTEM), 0, 0, titles))
    return Tab(tab_number(SYSTEM), SYSTEM, _SYSTEM_ROWS, len(SYSTEM_HEADER))


def _claim_words(found: Found) -> Sequence[str]:
    sheet = found.tables.get("settings")
    if sheet is None or not sheet.cells:
        return [kind.name for kind in DEFAULTS]
    frame = read_table(table_by_code("settings"), sheet.tab, sheet.cells).frame
    return [kind.name for kind in claim_types(frame, clock.today())]


def _pages(making: Making, system: Tab, app: str) -> list[Page]:
    """Return the pages in order; those whose columns are missing are left out."""
    pages = []
    if figures.can_compute(making.places):
        pages = [figures.today(making.places), figures.totals(making.places)]
    links = {
        page.title: page.number for page in pages if page.title != figures.TODAY_TITLE
    }
    app = app or _app_there(making.found)
    return [guide.guide(making.places, system, links, app), *pages]


def _app_there(found: Found) -> str:
    """Return the app's address that stands in 使い方 already; "" for none."""
    sheet = found.by_number(guide.NUMBER)
    link = str(sheet.cell(*guide.APP_LINK)) if sheet else ""
    known = re.match(r'=HYPERLINK\("([^"]*)"', link)
    return known[1] if known else ""


# Order and visibility -----------------------------------------------------------------


def arrange(
    making: Making,
    system: Tab,
    pages: Sequence[Page],
    visible: Sequence[str],
    *,
    new: bool,
) -> None:
    """Put the visible tabs of ours in front, in order, and hide the others of ours.

    visible: codes of the tables whose tabs people see.
    """
    numbers = _numbers_after(making)
    shown = [
        number
        for number in (
            guide.NUMBER,
            figures.TODAY_NUMBER,
            *(making.places[code].number for code in visible if code in making.places),
        )
        if number in numbers
    ]
    ours = {place.number for place in making.places.values()}
    ours |= {page.number for page in pages} | {system.sheet_id}
    hidden = {s.tab.sheet_id: s.hidden for s in making.found.sheets}
    requests = _moves(numbers, shown)
    for number in [n for n in numbers if n in ours]:
        wanted = number not in shown
        if hidden.get(number, False) != wanted:
            requests.append(asking.properties(number, "hidden", hidden=wanted))
    if making.found.by_number(guide.NUMBER) is None:
        requests += _hide_blank(making.found)
    if requests:
        making.requests += requests
        making.report.add(Outcome.MADE if new else Outcome.MENDED, "", report.ORDER)


def _numbers_after(making: Making) -> list[int]:
    """Return the numbers of the tabs in their order once all are made."""
    there = [s.tab.sheet_id for s in making.found.sheets]
    added = [
        request["addSheet"]["properties"]["sheetId"]
        for request in making.tabs
        if "addSheet" in request
    ]
    return there + added


def _moves(numbers: Sequence[int], shown: Sequence[int]) -> list[Request]:
    """Return what brings the visible tabs into order, and nothing where they are.

    Only their order among each other counts: people may keep a tab between them.
    """
    if [n for n in numbers if n in shown] == list(shown):
        return []
    return [
        asking.properties(number, "index", index=at) for at, number in enumerate(shown)
    ]


def _hide_blank(found: Found) -> list[Request]:
    """Hide the blank tab that came with the spreadsheet; it is not deleted."""
    return [
        asking.properties(sheet.tab.sheet_id, "hidden", hidden=True)
        for sheet in found.sheets
        if sheet.tab.title in _BLANK_TITLES and sheet.last_row == 0 and not sheet.hidden
    ]
