"""Shares that people write beside their counts: compared, never stored as facts."""

from __future__ import annotations

from typing import Any

from lib.actions import reported_rate
from lib.actions.reported_rate import RATE_TOLERANCE
from lib.metrics import kpis
from lib.metrics.kpis import Kpi
from lib.schema.cells import parse_cell
from lib.schema.column import Field
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.record import Record
from lib.schema.vocab import AnswerRateMethod


def disagreement(code: str, raw: Any, day: KpiDay, centre: Record | None) -> str:
    """Return 「92.0% / 88.4%」: a share as written, and as the day's counts give it.

    "" where they agree within half a point, where either is not known, and for what
    is no share of a single day. `centre` says how it counts; None: the usual way.
    """
    entry = kpis.kpi(code)
    if not entry.is_share or entry.company or entry.window > 1:
        return ""
    written = parse_cell(_percent(), raw)
    if written.is_bad or written.value is None:
        return ""
    if code == "answer_rate":
        return _answer_rate(written.value, day, centre)
    computed = kpis.value_of_day(entry, day.values(), _method(entry, centre))
    if computed is None or abs(written.value - computed * 100) <= RATE_TOLERANCE:
        return ""
    return f"{written.value:.1f}% / {computed * 100:.1f}%"


def _answer_rate(written: float, day: KpiDay, centre: Record | None) -> str:
    method = AnswerRateMethod.ALL_OFFERED
    if isinstance(centre, Centre):
        method = centre.answer_rate_method
    reported = day.model_copy(update={"reported_answer_rate": written})
    if not (doubt := reported_rate.doubt(reported, method)):
        return ""
    return f"{written:.1f}% / {doubt.details['computed']:.1f}%"


def _method(entry: Kpi, centre: Record | None) -> str:
    chosen = centre.values().get(entry.chosen_by) if centre else None
    return str(chosen.value) if chosen else ""


def _percent() -> Field:
    """Return a field that holds a share in percent, as the day's reported rate does."""
    return KpiDay.field("reported_answer_rate")
