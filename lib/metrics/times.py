"""How long complaints took to be answered and settled, in business minutes.

Each case is one time; a period is told by the median of them and by what 90 % stay
within, never by a mean, which a single forgotten case would carry away. Cases still
open have no such time yet: they are told apart, by their age. Time in which the
customer was waited for is left out, as in `sla`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd

from lib.metrics import wishes
from lib.metrics.figures import Frames
from lib.metrics.kpis import Lack, Spread, Value
from lib.metrics.promises import untouched_import
from lib.metrics.sla import standstills, work_time
from lib.metrics.worktime import Seconds, WorkTime
from lib.schema.complaint import SETTLED
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre

_MOST: Final = 0.9
_ENDS: Final = {
    "replied_at": "reply_minutes",
    "settled_at": "settling_minutes",
    "": "age_minutes",
}
"""The moment up to which each time is counted; up to now where there is none."""


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a period in business minutes; None where no case ended in it.

    median, most: half, and 90 %, of the cases took no longer.
    cases: keys of those that ended in the period, the longest first.
    waiting: keys of those that had not ended when looked at, the oldest first.
    oldest: age of the first of these; None where none waits.
    """

    median: float | None
    most: float | None
    cases: tuple[str, ...]
    waiting: tuple[str, ...]
    oldest: float | None

    @property
    def value(self) -> Value:
        """The median as a value whose denominator is the cases, for `lamps.lamp`."""
        lack = None if self.cases else Lack.BLANK
        count = len(self.cases)
        return Value(self.median, float(count), float(count), count, lack)


def times(frames: Frames, company: Centre, now: datetime) -> pd.DataFrame:
    """Return the times of every complaint that was not cancelled, a row a case.

    The index is its number. Columns: `received_at`, `centre` (that received it),
    `severity`, `replied_at` and `settled_at` (NaT while that is open),
    `reply_minutes`, `settling_minutes` (NaN while that is open), `age_minutes` (up to
    now, NaN once settled). Imported cases that nobody has touched since are left out,
    as are those without 受付日時.

    frames: complaints, activities and kpi_days. company: whose hours count.
    """
    cases = _counted(frames["complaints"])
    clock = work_time(cases["received_at"], frames["kpi_days"], company, now)
    settled = cases["status"].isin([status.value for status in SETTLED])
    centres = cases["received_centre"].astype("object").replace("", COMPANY)
    found = pd.DataFrame(
        {
            "received_at": cases["received_at"],
            "centre": centres,
            "severity": cases["severity"],
            "replied_at": _past(cases["first_reply_at"], now),
            "settled_at": _past(cases["closed_at"], now).where(settled),
        }
    )
    present = pd.Series(pd.Timestamp(now), index=cases.index)
    stood = _standstills(cases, frames["activities"], clock)
    starts = clock.positions(cases["received_at"])
    for moment, minutes in _ENDS.items():
        until = found[moment] if moment else present.mask(settled)
        ends = clock.positions(until.fillna(present))
        used = np.maximum(0, ends - starts) - stood.within(starts, ends)
        found[minutes] = np.where(until.notna(), used / 60, np.nan)
    return found


def spread(
    entry: Spread, found: pd.DataFrame, first: date, last: date, centre: str = ""
) -> Times:
    """Return the times of the cases that ended from `first` to `last`, both included.

    found: `times`. centre: only its cases; "" for all. Waiting are the cases received
    by `last` that have not ended yet.
    """
    own = found[found["centre"] == centre] if centre else found
    ended = own[entry.ended]
    inside = _days(ended).between(pd.Timestamp(first), pd.Timestamp(last))
    taken = own.loc[inside, entry.minutes].sort_values(ascending=False, kind="stable")
    by_then = _days(own["received_at"]) <= pd.Timestamp(last)
    # A case settled without a word sent before has been answered by settling it.
    still = ended.isna() & own["age_minutes"].notna() & by_then
    waiting = own.loc[still, "age_minutes"].sort_values(ascending=False, kind="stable")
    return Times(
        median=float(taken.median()) if len(taken) else None,
        most=float(np.quantile(taken, _MOST, method="inverted_cdf"))
        if len(taken)
        else None,
        cases=tuple(taken.index),
        waiting=tuple(waiting.index),
        oldest=float(waiting.iloc[0]) if len(waiting) else None,
    )


@dataclass(frozen=True, slots=True)
class _Standstills:
    """When clocks stood still: of which case (its place), from and to, in seconds."""

    place: np.ndarray
    begins: Seconds
    ends: Seconds

    def within(self, starts: Seconds, ends: Seconds) -> np.ndarray:
        """Return how many seconds between its start and end each case stood still."""
        begin = np.maximum(self.begins, starts[self.place])
        end = np.minimum(self.ends, ends[self.place])
        return np.bincount(
            self.place, np.maximum(0, end - begin), minlength=len(starts)
        )


def _standstills(
    cases: pd.DataFrame, activities: pd.DataFrame, clock: WorkTime
) -> _Standstills:
    rows = standstills(cases, activities)
    far = np.iinfo(np.int64).max
    ends = np.where(rows["until"].notna(), clock.positions(rows["until"]), far)
    return _Standstills(
        rows["place"].to_numpy(dtype=np.int64), clock.positions(rows["at"]), ends
    )


def _counted(complaints: pd.DataFrame) -> pd.DataFrame:
    return complaints[
        wishes.is_complaint(complaints)
        & complaints["received_at"].notna()
        & ~untouched_import(complaints)
    ]


def _past(moments: pd.Series, now: datetime) -> pd.Series:
    past: pd.Series = moments.where(moments <= pd.Timestamp(now))
    return past


def _days(moments: pd.Series) -> pd.Series:
    days: pd.Series = moments.dt.tz_localize(None).dt.normalize()
    return days
