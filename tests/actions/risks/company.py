"""A company whose contacts one can count: steady for months, and then more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from lib import clock
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.record import Record
from tests.metrics.rows import inquiry, kpi_day

TODAY = date(2026, 11, 20)
"""A Friday."""

NOW = clock.at(TODAY, 15)


def back(days: int, today: date = TODAY) -> date:
    return today - timedelta(days=days)


def contacts(on: date, count: int = 1, **values: Any) -> list[AgencyInquiry]:
    return [
        inquiry(clock.at(on, 10, n), product_code=f"P{n}", **values)
        for n in range(count)
    ]


def working_days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def steady(days: int = 300, until: int = 12, every: int = 3) -> list[Record]:
    """Return a contact every third working day, up to `until` days ago."""
    span = list(working_days(back(days), back(until + 1)))
    return [row for day in span[::every] for row in contacts(day)]


def risen(days: int = 12, a_day: int = 2, until: int = 1) -> list[Record]:
    """Return two contacts on each working day of the last ones, today left out."""
    return [
        row
        for day in working_days(back(days), back(until))
        for row in contacts(day, a_day)
    ]


def by_chance(seed: int, risen_for: int = 45) -> list[Record]:
    """Return one contact in two days by chance, and twice as many in the last days."""
    rng = np.random.default_rng(seed)
    return [
        row
        for ago in range(300, 0, -1)
        for row in contacts(
            back(ago), int(rng.poisson(0.5 if ago > risen_for else 1.0))
        )
    ]


def orders(days: int = 300, a_day: int = 100) -> list[KpiDay]:
    return [
        kpi_day(back(n), COMPANY, orders=a_day, consumer_centre_calls=None)
        for n in range(1, days + 1)
    ]
