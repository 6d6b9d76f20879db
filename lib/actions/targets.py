"""How open cases stand to their targets: settings and masters put into `metrics.sla`."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import pandas as pd

from lib.metrics import sla
from lib.metrics.figures import Frames
from lib.metrics.sla import Targets
from lib.schema.frames import standing_at
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import Severity
from lib.settings import business
from lib.settings.spans import Span, read_span
from lib.store.access import UserStore


def clocks_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `sla.clocks` of the cases this person sees, as of this minute.

    Not to be changed: everybody with the same view shares it.
    """
    minute = now.replace(second=0)
    codes = ("complaints", "activities", "kpi_days", "centres", "settings")
    return store.derived(
        ("target clocks", minute),
        lambda: clocks({code: store.frame(code) for code in codes}, minute),
    )


def clocks(frames: Frames, now: datetime) -> pd.DataFrame:
    """Return `sla.clocks` for these tables under the settings of that day."""
    company = company_of(frames["centres"])
    return sla.clocks(frames, company, targets_on(frames["settings"], now.date()), now)


def company_of(centres: pd.DataFrame) -> Centre:
    """Return the company's own row of センター; the usual hours where there is none."""
    found = standing_at(table("centres"), centres, COMPANY)
    return cast("Centre", found) if found else Centre(code=COMPANY, name=COMPANY)


def targets_on(settings: pd.DataFrame, day: date) -> Targets:
    """Return the targets that count on a day."""

    def spans(step: str) -> dict[Severity, Span]:
        return {
            severity: read_span(
                business.value_on(settings, business.target(step, severity), on=day)
            )
            for severity in Severity
        }

    since = business.value_on(settings, business.START_OF_TARGETS, on=day)
    return Targets(
        reply=spans(business.FIRST_REPLY),
        settling=spans(business.SETTLING),
        since=date.fromisoformat(since) if since else None,
    )
