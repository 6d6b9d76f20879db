"""The days of a target figure as one person's data have them, narrowed to a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from lib.actions.improving.proposing import Scope
from lib.actions.improving.targets import Target
from lib.actions.today import events_of, figures_of
from lib.i18n import N_
from lib.metrics.effects import Floats
from lib.metrics.events import TABLE_OF
from lib.metrics.figures import of_centre
from lib.metrics.improvements import Days
from lib.metrics.kpis import kpi
from lib.metrics.series import ALL, series_of
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import Category, Choice
from lib.store.access import UserStore


class Against(Choice):
    """What the events are counted against."""

    ORDERS = N_("受注")
    SHIPMENTS = N_("出荷")
    CASES = N_("件")
    DAYS = N_("日")


@dataclass(frozen=True, slots=True)
class Counted:
    """The days of a figure, and what its events are counted against."""

    days: Days
    against: Against


_EXPOSURES: Final = (("orders", Against.ORDERS), ("shipments", Against.SHIPMENTS))
"""Columns of the company's own row, the first one that is entered at all."""


def counted(
    desk: UserStore, target: Target, scope: Scope, now: datetime
) -> Counted | None:
    """Return the days of a figure up to yesterday; None where nothing is known of it.

    Of a day on which either part is missing, neither is counted. Of what is counted by
    its lack (`Target.misses`) the events are what is lacking.
    """
    return desk.derived(
        ("improving days", target.code, scope, now.date()),
        lambda: _counted(desk, target, scope, now),
    )


def _counted(
    desk: UserStore, target: Target, scope: Scope, now: datetime
) -> Counted | None:
    every = figures_of(desk, now)
    last = now.date() - timedelta(days=1)
    if every.empty or every["date"].iloc[0].date() > last:
        return None
    book = _Book(desk, scope, now, every, every["date"].iloc[0].date(), last)
    found = _of_kpi(target, book) if target.kpi else _of_cases(target, book)
    return found if found is not None and found.days.known.any() else None


@dataclass(frozen=True, slots=True)
class _Book:
    """What is counted from: the figures of `every` day from `first` to `last`."""

    desk: UserStore
    scope: Scope
    now: datetime
    every: pd.DataFrame
    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def daily(self, count: str) -> Floats:
        """Return how much of the scope's events each day has; see `weights_of`."""
        rows = events_of(self.desk, self.now)[count]
        weights = weights_of(self.desk.frame(TABLE_OF[count]), self.scope)
        weight = rows["key"].map(weights).fillna(0.0).to_numpy(dtype=float)
        since = rows["date"] - pd.Timestamp(self.first)
        place = np.asarray(since // pd.Timedelta(days=1), dtype=np.int64)
        inside = (place >= 0) & (place < self.length)
        sums = np.bincount(place[inside], weight[inside], self.length)
        return np.asarray(sums, dtype=np.float64)


# Figures of calls and orders ----------------------------------------------------------


def _of_kpi(target: Target, book: _Book) -> Counted | None:
    codes = [str(code) for code in book.every["centre"].unique()]
    entry = kpi(target.kpi)
    by_centre = series_of(entry, book.every, codes, book.first, book.last)
    found = by_centre.get(book.scope.centre or ALL)
    if found is None:
        return None
    events = found.below - found.above if target.misses else found.above
    days = Days(
        book.first,
        np.where(found.is_known, np.maximum(events, 0.0), 0.0),
        np.where(found.is_known, found.below, 0.0),
        found.is_known,
        target.is_share,
    )
    return Counted(days, Against.CASES if target.is_share else Against.DAYS)


# Figures of cases ---------------------------------------------------------------------


def _of_cases(target: Target, book: _Book) -> Counted | None:
    company = of_centre(book.every, COMPANY).set_index("date")
    calendar = pd.date_range(book.first, book.last, unit="s")
    by_day = company.reindex(calendar)
    known = by_day["complaints"].notna().to_numpy()
    events = book.daily(target.cases)
    if target.without:
        events = events - book.daily(target.without)
    if target.among:
        exposure, against = book.daily(target.among), Against.CASES
    else:
        column, against = _exposure(by_day)
        exposure = by_day[column].to_numpy(dtype=float)
        known = known & ~np.isnan(exposure)
    if target.misses:
        events = exposure - events
    days = Days(
        book.first,
        np.where(known, np.maximum(events, 0.0), 0.0),
        np.where(known, exposure, 0.0),
        known,
        target.is_share,
    )
    return Counted(days, against)


def _exposure(by_day: pd.DataFrame) -> tuple[str, Against]:
    entered = [pair for pair in _EXPOSURES if by_day[pair[0]].notna().any()]
    return (entered or list(_EXPOSURES))[0]


def weights_of(rows: pd.DataFrame, scope: Scope) -> pd.Series:
    """Return by key of a ledger how far a row belongs to a scope: 0, 1 or in between.

    A cause is known once a complaint is settled, so of the newest ones mostly not: a
    complaint without one counts as much as that cause has had of the others. Without
    this every measure against a cause would seem to help. What a ledger has no column
    for does not narrow it.
    """
    mask = pd.Series(data=True, index=rows.index)
    for column, wanted in _texts(scope).items():
        if wanted and column in rows.columns:
            mask &= rows[column] == wanted
    if scope.category is not None:
        mask &= _of_category(rows, scope.category)
    weights = mask.astype("float64")
    if scope.cause is not None and "cause" in rows.columns:
        cause = rows["cause"]
        settled = mask & cause.notna() & (cause != "")
        own = settled & (cause == scope.cause.value)
        share = float(own.sum() / settled.sum()) if settled.any() else 0.0
        weights = own.astype("float64").mask(mask & ~settled, share)
    return weights


def _texts(scope: Scope) -> dict[str, str]:
    return {
        "product_code": scope.product_code,
        "sales_page": scope.sales_page,
        "claim_type": scope.claim_type,
        "received_centre": scope.centre,
    }


def _of_category(rows: pd.DataFrame, category: Category) -> pd.Series:
    found = rows["category"] == category.value
    if "category2" in rows.columns:
        found |= (rows["category2"] == category.value).fillna(value=False)
    return found
