"""What 「今日」 shows: computed once for a revision and role, shared by all who look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib import clock
from lib.metrics import kpis
from lib.metrics.figures import between, figures, of_centre
from lib.store.access import UserStore

SOURCES: Final = (
    "kpi_days",
    "complaints",
    "activities",
    "escalations",
    "agency_inquiries",
    "centres",
)
"""Tables that the figures are made from."""

USUAL_DAYS: Final = 28


def frames_of(store: UserStore) -> dict[str, pd.DataFrame]:
    """Return the person's part of the tables that figures are made from."""
    return {code: store.frame(code) for code in SOURCES}


def figures_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `lib.metrics.figures.figures` up to today; not to be changed.

    Which promises have come due is told to the hour.
    """
    hour = now.replace(minute=0, second=0)
    return store.derived(
        ("figures", hour),
        lambda: figures(frames_of(store), pd.Timestamp(hour), hour.date()),
    )


def usual_of(
    store: UserStore, centre: str, day: date, codes: tuple[str, ...]
) -> Mapping[str, float]:
    """Return KPI code → value over the 28 days before `day`; without those unknown."""

    def computed() -> dict[str, float]:
        every = of_centre(figures_of(store, clock.now()), centre)
        days = between(every, day - timedelta(days=USUAL_DAYS), day - timedelta(days=1))
        found = {code: kpis.value(kpis.kpi(code), days) for code in codes}
        return {code: number for code, number in found.items() if number is not None}

    return store.derived(("usual", centre, day, codes), computed)
