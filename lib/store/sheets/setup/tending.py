"""What a spreadsheet that was set up needs from day to day."""

from __future__ import annotations

from lib import clock
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import TABLES
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.setup import guide, months, tables
from lib.store.sheets.setup.applying import applied
from lib.store.sheets.setup.tables import Making


def tend(client: SheetsClient, spreadsheet: str) -> bool:
    """Lay out the month ahead, and put the formulas into rows that lack them.

    Idempotent, and safe when several do it at once: 2 reads, and 1 write where
    something is missing. A spreadsheet that nobody has set up is left as it is.

    Returns:
        Whether anything was written.

    Raises:
        StoreError: it cannot be read or written.
    """
    return applied(client, spreadsheet, _plan, looks=False).report.changed


def _plan(making: Making) -> None:
    if making.found.by_number(guide.NUMBER) is None:
        return
    for table in TABLES:
        place = tables.known_place(making, table)
        if place is not None:
            making.places[table.code] = place
    for place in list(making.places.values()):
        tables.fill_formulas(making, place)
    centres = [COMPANY, *months.active_centres(making.found)]
    for month in months.months_ahead(clock.today()):
        months.add_month(making, month, centres)
