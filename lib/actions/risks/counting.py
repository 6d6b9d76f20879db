"""Contacts from consumer centres, a count a day, as far back as anything is known.

A case of 行政問合せ counts on the day of its first contact, whichever agency brought it;
calls about it later do not. Where the ledger has not even a quarter of the calls that
centres typed into 日次KPI in 28 days, those calls count instead: so does the past before
the ledger began, and a company that keeps figures only, or has just begun to write
contacts down, is not blind. A day that neither knows is missing, never zero. Today is
not known before its first case: an empty morning says nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.metrics import referrals
from lib.metrics.figures import Frames
from lib.metrics.kpis import kpi
from lib.metrics.series import ALL, series_of
from lib.metrics.wishes import complaints_in
from lib.risk import months
from lib.risk.baseline import Bools, Floats
from lib.risk.days import Classes, DayClass, Days, day_classes
from lib.schema.vocab import BusinessDay, Source
from lib.settings import past_counts

LONGEST: Final = 1100
"""Days that are looked back: three years say all that is still remembered."""

KEPT: Final = 28
"""Days over which the ledger is held against the calls of 日次KPI."""

LEAST_NOTED: Final = 0.25
"""Share of those calls that a ledger has which is kept. Centres ring two or three times
about a case without anybody noting it: at a half, simulated companies of that kind swayed
between cases and calls, with twice the false alarms; at a quarter there were no more."""

_DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Daily:
    """The company day by day, today last; arrays with one entry a day.

    counts: contacts, NaN where not known. orders: of the whole company, NaN where not
    known. classes: `lib.risk.days.day_classes`, days off of the company as closed ones.
    rough: True where a count is a share of a month's total. by_calls: True where it
    counts calls of 日次KPI, not cases of the ledger.
    """

    days: Days
    counts: Floats
    orders: Floats
    classes: Classes
    rough: Bools
    by_calls: Bools

    @property
    def today(self) -> date:
        """The last day."""
        found: date = self.days[-1].item()
        return found

    @property
    def first(self) -> date:
        """The first day of which anything is known."""
        found: date = self.days[0].item()
        return found

    @property
    def daily(self) -> Floats:
        """The counts without those that are shares of a month's."""
        return np.where(self.rough, np.nan, self.counts)

    @property
    def is_closed(self) -> Bools:
        """Sundays, holidays, year end, and days off of the company."""
        closed: Bools = self.classes == DayClass.CLOSED
        return closed

    @property
    def is_missing(self) -> Bools:
        """Past days of which nobody knows the count."""
        missing = ~np.isfinite(self.counts)
        missing[-1] = False
        return missing

    @property
    def has_orders(self) -> bool:
        """Whether any order is known."""
        return bool(np.isfinite(self.orders).any())

    def place(self, day: date) -> int:
        """Return the column of a day; negative or too large outside."""
        return int((np.datetime64(day, "D") - self.days[0]) // _DAY)


def daily_of(frames: Frames, today: date) -> Daily:
    """Return the company's days up to today; today alone where nothing is known.

    frames: agency_inquiries, complaints, kpi_days, centres and settings. Rows dated in
    the future, or more than three years ago, are left out.
    """
    totals = past_counts.totals(frames["settings"], today)
    began = _began(frames, totals, today)
    days = np.arange(began, np.datetime64(today, "D") + _DAY)
    cases = _cases(frames["agency_inquiries"], days)
    calls = _calls(frames, days)
    in_ledger = days >= _ledgers_began(frames)
    behind = _recent(_noted(frames["agency_inquiries"], days)) < (
        LEAST_NOTED * _recent(np.nan_to_num(calls))
    )
    quiet = behind | (_recent(cases) == 0)
    # A ledger that lags behind the calls may have missed what came on an empty day.
    by_case = np.where(in_ledger & ~(behind & (cases == 0)), cases, np.nan)
    counts = np.where(quiet & np.isfinite(calls), calls, by_case)
    if counts[-1] == 0:
        counts[-1] = np.nan
    counts = _without_doubtful_zeros(counts, days, totals)
    classes = _classes(frames["kpi_days"], days)
    with_past = _with_months(counts, classes, days, totals)
    return Daily(
        days=days,
        counts=with_past,
        orders=_orders(frames["kpi_days"], days),
        classes=classes,
        rough=np.isfinite(with_past) & ~np.isfinite(counts),
        by_calls=quiet & np.isfinite(calls) & ~(in_ledger & (calls == 0)),
    )


def _began(frames: Frames, totals: past_counts.Totals, today: date) -> np.datetime64:
    """Return the first day of which a count is known, today at the latest."""
    kpi_days = frames["kpi_days"]
    typed = kpi_days[kpi_days["consumer_centre_calls"].notna()]
    first = [
        _ledgers_began(frames),
        typed["date"].min().to_datetime64().astype("datetime64[D]"),
        *(np.datetime64(month, "D") for month in totals),
    ]
    earliest = np.datetime64(today - timedelta(days=LONGEST - 1), "D")
    known = [max(day, earliest) for day in first if not np.isnat(day)]
    return min([*known, np.datetime64(today, "D")])


def _ledgers_began(frames: Frames) -> np.datetime64:
    """Return since when contacts would have been written down; NaT for never yet.

    Complaints that were imported say nothing of it: they lie before the ledger.
    """
    complaints = frames["complaints"]
    own = complaints_in(complaints[complaints["source"] != Source.IMPORT.value])
    moments = (
        own["received_at"].min(),
        frames["agency_inquiries"]["first_contact_at"].min(),
    )
    known = [at.tz_localize(None) for at in moments if pd.notna(at)]
    return np.datetime64(min(known), "D") if known else np.datetime64("NaT", "D")


def _cases(inquiries: pd.DataFrame, days: Days) -> Floats:
    cases = referrals.first_of_cases(referrals.referrals(inquiries))
    first = referrals.first_days(cases)
    return _by_day(first.to_numpy("datetime64[D]"), np.ones(len(first)), days)


def _noted(inquiries: pd.DataFrame, days: Days) -> Floats:
    """Return the contacts that the ledger has a day, repeated calls with the first."""
    rows = referrals.referrals(inquiries)
    calls = rows["repeat_contacts"].fillna(0).to_numpy("float64") + 1
    first = referrals.first_days(rows)
    return _by_day(first.to_numpy("datetime64[D]"), calls, days)


def _calls(frames: Frames, days: Days) -> Floats:
    """Return the calls from centres a day; NaN where one centre's figures are lacking."""
    first, last = days[0].item(), days[-1].item()
    rows = frames["kpi_days"]
    typed = pd.DataFrame(
        {
            "date": rows["date"],
            "centre": rows["centre"].astype("object"),
            "consumer_centre_calls": rows["consumer_centre_calls"].to_numpy(
                "float64", na_value=np.nan
            ),
        }
    ).drop_duplicates(["date", "centre"])
    centres = frames["centres"]["code"].astype("object").tolist()
    found = series_of(kpi("consumer_centre_calls"), typed, centres, first, last)[ALL]
    return np.where(found.is_known, found.above, np.nan)


def _orders(kpi_days: pd.DataFrame, days: Days) -> Floats:
    """Return the orders of the whole company a day; today's are not over yet."""
    rows = kpi_days[kpi_days["orders"].notna()].drop_duplicates(["date", "centre"])
    on = rows["date"].to_numpy("datetime64[D]")
    found = _by_day(on, rows["orders"].to_numpy("float64"), days)
    known = _by_day(on, np.ones(len(rows)), days) > 0
    known[-1] = False
    return np.where(known, found, np.nan)


def _classes(kpi_days: pd.DataFrame, days: Days) -> Classes:
    """Return the kind of each day; one on which all rested is closed to contacts."""
    classes = day_classes(days)
    rests: Floats = np.array(kpi_days["business"] == BusinessDay.CLOSED.value, float)
    on = kpi_days["date"].to_numpy("datetime64[D]")
    rows = _by_day(on, np.ones(len(on)), days)
    off = (rows > 0) & (_by_day(on, rests, days) == rows)
    after = np.concatenate([[False], off[:-1]])
    classes[after & (classes == DayClass.WORKING)] = DayClass.REOPENING
    classes[off] = DayClass.CLOSED
    return classes


def _without_doubtful_zeros(
    counts: Floats, days: Days, totals: past_counts.Totals
) -> Floats:
    """Return the counts without the zeros of months that are known to have had some.

    Only where no day of the month has any: beside days that count, a zero stands.
    """
    found = counts.copy()
    of_month = days.astype("datetime64[M]")
    for month, total in totals.items():
        inside = of_month == np.datetime64(month, "M")
        if total > 0 and not np.nansum(counts[inside]):
            found[inside] = np.nan
    return found


def _with_months(
    counts: Floats, classes: Classes, days: Days, totals: past_counts.Totals
) -> Floats:
    """Return the counts with what months alone are known for, spread over their days.

    Of a month of which some days are known by themselves, what is left goes to the
    others.
    """
    found = counts.copy()
    of_month = days.astype("datetime64[M]")
    before_today = np.arange(len(days)) < len(days) - 1
    for month, total in totals.items():
        inside = of_month == np.datetime64(month, "M")
        unknown = inside & ~np.isfinite(counts) & before_today
        left = max(total - float(np.nansum(counts[inside])), 0.0)
        found[unknown] = months.spread(left, classes[unknown])
    return found


def _by_day(on: npt.NDArray[np.datetime64], amounts: Floats, days: Days) -> Floats:
    """Return the sum of each day; what has no date, or another's, is left out."""
    dated = ~np.isnat(on)
    place = np.full(len(on), -1)
    place[dated] = ((on[dated] - days[0]) // _DAY).astype(np.int64)
    inside = (place >= 0) & (place < len(days))
    summed: Floats = np.bincount(
        place[inside], amounts[inside], minlength=len(days)
    ).astype(float)
    return summed


def _recent(cases: Floats) -> Floats:
    """Return the cases of the last 28 days, that day included."""
    total = np.cumsum(cases)
    found = total.copy()
    found[KEPT:] -= total[:-KEPT]
    return found
