"""The small spreadsheet of an outsourced centre: what it holds (product.md 4).

It never contains another's rows, nor what only the head office counts or decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lib.schema.column import Shown
from lib.schema.record import Record
from lib.schema.tables import Table, table

_OF_THE_COMPANY: Final = frozenset(
    {"orders", "shipments", "mails_received", "mails_open"}
)
"""Counted at head office: a centre is never asked for them."""

_KPI: Final = table("kpi_days")
_COMPLAINTS: Final = table("complaints")
_AUTOMATIC: Final = frozenset(Record.model_fields)

CALLS: Final = replace(
    _KPI, only=frozenset(f.name for f in _KPI.fields) - _OF_THE_COMPANY
)
"""日次KPI, of one centre."""

REPORTS: Final = replace(
    _COMPLAINTS,
    tab="電話報告",
    only=frozenset(f.name for f in _COMPLAINTS.fields if f.column.shown is Shown.FIRST)
    | {"id", "received_at", "receiver"}
    | _AUTOMATIC,
)
"""電話報告: complaints that the centre's agents took on the phone."""

CENTRE_TABLES: Final[tuple[Table, ...]] = (CALLS, REPORTS, table("audit"))
"""What a centre's file holds; the log is hidden and tells of its own rows only."""

DECIDED_ABOVE: Final = frozenset({"status", "handler"})
"""Fields of 電話報告 that the company decides; the centre sees them."""

OPEN_WHEN_CONFIRMED: Final = frozenset({"note", "retention_confirmed"})
"""Fields of a confirmed day that a centre may still fill in (product.md 4)."""
