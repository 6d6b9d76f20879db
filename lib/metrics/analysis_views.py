"""分析: the course of complaints, where they meet, when they come, what could be prevented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.i18n import N_
from lib.metrics.analysis import OUR_CAUSES, PER, Chosen, Dimension, Exposure
from lib.schema.vocab import Choice

LAUNCH_WEEKS: Final = 26
"""Weeks after the launch of a product that are drawn."""

_WEEK: Final = 7
_DAY: Final = pd.Timedelta(days=1)


class Step(Choice):
    """How long a piece of the course is."""

    WEEK = N_("週")
    MONTH = N_("月")


# The course --------------------------------------------------------------------


def course(
    cases: pd.DataFrame, exposure: Exposure, chosen: Chosen, step: Step
) -> pd.DataFrame:
    """Return a row a week (from Monday) or month, the oldest first, without a gap.

    Columns: `starts`, `ends` (days, both included and within what is looked at),
    `is_whole` (no day of it lies outside), `count`, `counted` (on days whose orders are
    known), `orders`, `known` (such days) and `rate` for 1,000 orders (NaN where no order
    is known).
    """
    rows = _steps(chosen.first, chosen.last, step)
    orders = exposure.by_day
    of_orders = _places(rows, orders.index.to_series())
    rows["count"] = _sizes(rows, cases["day"])
    rows["counted"] = _sizes(rows, exposure.counted(cases)["day"])
    rows["orders"] = np.bincount(of_orders, orders.to_numpy(), len(rows))
    rows["known"] = np.bincount(of_orders, minlength=len(rows))
    rows["rate"] = rows["counted"] / rows["orders"].where(rows["orders"] > 0) * PER
    return rows


def _steps(first: date, last: date, step: Step) -> pd.DataFrame:
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    if step is Step.WEEK:
        whole = begin - _DAY * begin.day_of_week
        starts = pd.date_range(whole, end, freq="7D", unit="s")
        ends = starts + _DAY * (_WEEK - 1)
    else:
        starts = pd.date_range(begin.replace(day=1), end, freq="MS", unit="s")
        ends = starts + pd.offsets.MonthEnd(0)
    inside = pd.Series((starts >= begin) & (ends <= end))
    return pd.DataFrame(
        {
            "starts": pd.Series(starts).where(starts >= begin, begin),
            "ends": pd.Series(ends).where(ends <= end, end),
            "is_whole": inside,
        }
    )


def _places(steps: pd.DataFrame, days: pd.Series) -> npt.NDArray[np.int64]:
    """Return in which step each day lies; none lies outside of all."""
    starts = steps["starts"].to_numpy("datetime64[D]")
    found = np.searchsorted(starts, days.to_numpy("datetime64[D]"), side="right") - 1
    return found.astype(np.int64)


def _sizes(steps: pd.DataFrame, days: pd.Series) -> npt.NDArray[np.int64]:
    return np.bincount(_places(steps, days), minlength=len(steps)).astype(np.int64)


# Where two things meet ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cross:
    """Cases by category and product.

    rows: a row a pair that has cases; `category`, `product_code`, `count`, `rate` (NaN
        where no order is known). categories, products: most cases first. unsaid: cases
        of which one of both is not known.
    """

    rows: pd.DataFrame
    categories: tuple[str, ...]
    products: tuple[str, ...]
    unsaid: int


def cross(cases: pd.DataFrame, exposure: Exposure) -> Cross:
    """Return how many cases each category has with each product."""
    pair = [Dimension.CATEGORY.code, Dimension.PRODUCT_CODE.code]
    known = cases[(cases[pair] != "").all(axis=1)]
    counts = known.groupby(pair).size().rename("count")
    counted = exposure.counted(known).groupby(pair).size()
    rows = counts.reset_index()
    on_known = counted.reindex(counts.index, fill_value=0).reset_index(drop=True)
    rows["rate"] = exposure.per_thousand(on_known.astype("float64"))
    return Cross(
        rows,
        tuple(known[pair[0]].value_counts().index),
        tuple(known[pair[1]].value_counts().index),
        len(cases) - len(known),
    )


# After the launch --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Launches:
    """Cases by weeks since the launch of their product.

    rows: a row a product and week; `product_code`, `week` (0 is the first), `starts`,
        `ends`, `count`, `rate` (NaN where no order of that week is known). Only whole
        weeks of which the ledger knows every day.
    undated: products with cases and without a day of launch. old: launched longer ago
        than the weeks that are drawn.
    """

    rows: pd.DataFrame
    undated: tuple[str, ...]
    old: tuple[str, ...]


def since_launch(
    cases: pd.DataFrame, launches: pd.Series, orders: pd.Series, known: Chosen
) -> Launches:
    """Return the first weeks of each product that has cases.

    cases: whatever their day. launches: the day of launch by product code. orders: as of
    `analysis.orders_of`. known: the days of which the ledger knows all cases.
    """
    codes = [c for c in cases[Dimension.PRODUCT_CODE.code].unique() if c]
    dated = launches.dropna()
    begin, end = pd.Timestamp(known.first), pd.Timestamp(known.last)
    parts, old = [], []
    for code in sorted(code for code in codes if code in dated.index):
        own = cases[cases[Dimension.PRODUCT_CODE.code] == code]
        part = _first_weeks(own, pd.Timestamp(dated[code]), orders, begin, end)
        if part.empty:
            old.append(code)
        else:
            parts.append(part.assign(product_code=code))
    columns = ["product_code", "week", "starts", "ends", "count", "rate"]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    undated = sorted(code for code in codes if code not in dated.index)
    return Launches(rows.reindex(columns=columns), tuple(undated), tuple(old))


def _first_weeks(
    own: pd.DataFrame,
    launched: pd.Timestamp,
    orders: pd.Series,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.DataFrame:
    weeks = pd.DataFrame({"week": range(LAUNCH_WEEKS)})
    weeks["starts"] = launched + pd.to_timedelta(weeks["week"] * _WEEK, unit="D")
    weeks["ends"] = weeks["starts"] + _DAY * (_WEEK - 1)
    weeks = weeks[(weeks["starts"] >= begin) & (weeks["ends"] <= end)]
    week_of = _weeks_after(own["day"], launched)
    on_known = week_of[own["day"].isin(orders.index).to_numpy()]
    sold = orders.groupby(_weeks_after(orders.index.to_series(), launched)).sum()
    total = weeks["week"].map(sold)
    counted = weeks["week"].map(pd.Series(on_known).value_counts()).fillna(0)
    sizes = weeks["week"].map(pd.Series(week_of).value_counts()).fillna(0)
    return weeks.assign(
        count=sizes.astype("int64"),
        rate=counted / total.where(total > 0) * PER,
    )


def _weeks_after(days: pd.Series, launched: pd.Timestamp) -> npt.NDArray[np.int64]:
    """Return in which week after the launch each day lies; 0 is the first."""
    since = days.to_numpy("datetime64[D]") - np.datetime64(launched.date(), "D")
    return since.astype(np.int64) // _WEEK


# When they come ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clock:
    """Cases by weekday and hour.

    rows: a row a weekday (0 is Monday) and hour that has cases; `weekday`, `hour`,
        `count`. untimed: cases of which only the day is known.
    """

    rows: pd.DataFrame
    untimed: int

    @property
    def hours(self) -> tuple[int, ...]:
        """From the first to the last hour in which one came."""
        if self.rows.empty:
            return ()
        found = self.rows["hour"]
        return tuple(range(int(found.min()), int(found.max()) + 1))


def clock_of(cases: pd.DataFrame) -> Clock:
    """Return when cases come."""
    timed = cases[cases["hour"].notna()]
    rows = timed.groupby(["weekday", "hour"]).size().rename("count").reset_index()
    return Clock(rows.astype("int64"), len(cases) - len(timed))


# What could be prevented -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; `number` is None where there is no whole."""

    part: int
    whole: int

    @property
    def number(self) -> float | None:
        """The part of the whole, 0-1."""
        return self.part / self.whole if self.whole else None


def second_share(cases: pd.DataFrame) -> Share:
    """Return the second complaints among all, those nobody could prevent left out.

    As the KPI 二次クレーム率 counts them.
    """
    seconds = cases["is_second"] & ~cases["is_hostile"]
    return Share(int(seconds.sum()), len(cases))


def preventable_share(cases: pd.DataFrame) -> Share:
    """Return the cases whose cause lies in our hands, among those with a known cause.

    A cause that nobody knows says neither yes nor no, so it leaves both.
    """
    known = cases[cases[Dimension.CAUSE.code] != ""]
    ours = known[Dimension.CAUSE.code].isin([cause.value for cause in OUR_CAUSES])
    return Share(int(ours.sum()), len(known))


def share_masks(cases: pd.DataFrame) -> dict[str, pd.Series]:
    """Return which cases each part and whole of `shares` counts, by its column."""
    ours = [cause.value for cause in OUR_CAUSES]
    known = cases[Dimension.CAUSE.code] != ""
    return {
        "seconds": cases["is_second"] & ~cases["is_hostile"],
        "cases": pd.Series(data=True, index=cases.index),
        "preventable": known & cases[Dimension.CAUSE.code].isin(ours),
        "known": known,
    }


def shares(cases: pd.DataFrame, chosen: Chosen, step: Step) -> pd.DataFrame:
    """Return both shares by week or month.

    Columns: `starts`, `ends`, `is_whole`, `seconds`, `cases`, `second` (share),
    `preventable`, `known` (cases with a known cause), `ours` (share); a share is NaN
    where there is no whole.
    """
    rows = _steps(chosen.first, chosen.last, step)
    for name, mask in share_masks(cases).items():
        rows[name] = _sizes(rows, cases.loc[mask, "day"])
    rows["second"] = rows["seconds"] / rows["cases"].where(rows["cases"] > 0)
    rows["ours"] = rows["preventable"] / rows["known"].where(rows["known"] > 0)
    return rows
