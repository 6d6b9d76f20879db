"""Second complaints: what they cost, and whose they are (domain.md R51-R54, R62).

A second complaint was born from how an earlier one was handled. Its cause is what
somebody wrote down, never assumed to be the agent. Where the customer was hostile from
the first word nothing could have prevented it: such cases are counted, and left out of
every figure about a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from lib.metrics import wishes
from lib.schema.vocab import (
    ComplaintKind,
    EscalationStatus,
    SecondaryCause,
    Temper,
)

if TYPE_CHECKING:
    from lib.metrics.figures import Frames

FEWEST: Final = 3
"""Cases with a known time below which no mean is given: it would say too little."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What second complaints cost; None where too little is known.

    minutes, first_minutes: mean 対応時間 of a second and of a first complaint.
    lost, usual_lost: mean calls given up by callers on days with a second complaint,
        and on days without one, of all centres together.
    """

    count: int
    unpreventable: int
    minutes: float | None
    first_minutes: float | None
    lost: float | None
    usual_lost: float | None

    @property
    def times(self) -> float | None:
        """How many times as long a second complaint takes as a first one."""
        if self.minutes is None or not self.first_minutes:
            return None
        return self.minutes / self.first_minutes


def cost(frames: Frames) -> Cost:
    """Return what second complaints cost, over everything in these frames.

    frames: complaints, escalations and kpi_days.
    """
    live = wishes.complaints_in(frames["complaints"])
    second = live[live["kind"] == ComplaintKind.SECOND.value]
    first = live[live["kind"] == ComplaintKind.FIRST.value]
    lost = _lost_by_day(frames["kpi_days"])
    on = set(second["received_at"].dt.tz_localize(None).dt.normalize())
    with_one = lost.index.isin(list(on))
    return Cost(
        count=len(second),
        unpreventable=int(unpreventable(frames).reindex(second.index).sum()),
        minutes=_mean(second["handling_minutes"]),
        first_minutes=_mean(first["handling_minutes"]),
        lost=_mean(lost[with_one]),
        usual_lost=_mean(lost[~with_one]),
    )


def lost_on(kpi_days: pd.DataFrame, day: pd.Timestamp) -> float | None:
    """Return the calls that callers gave up that day; None where nobody entered it."""
    found = _lost_by_day(kpi_days)
    return float(found[day]) if day in found.index else None


def causes(escalations: pd.DataFrame) -> pd.Series:
    """Return the 二次化原因 written down last, by the number of the complaint."""
    told = escalations[
        escalations["secondary_cause"].notna()
        & (escalations["status"] != EscalationStatus.CANCELLED.value)
    ].sort_values("raised_at", kind="stable")
    found: pd.Series = told.drop_duplicates("complaint_id", keep="last").set_index(
        "complaint_id"
    )["secondary_cause"]
    return found


def unpreventable(frames: Frames) -> pd.Series:
    """Return which complaints nobody could have prevented: settle quickly.

    Somebody said so as the cause; while no cause is written down, 温度感 5 says it.
    """
    complaints = frames["complaints"]
    cause = causes(frames["escalations"]).reindex(complaints.index)
    hostile = complaints["temper"] == Temper.HOSTILE.value
    found: pd.Series = (cause == SecondaryCause.HOSTILE.value) | (
        cause.isna() & hostile
    )
    return found


def by_agent(frames: Frames) -> pd.DataFrame:
    """Return a row for each person who took first calls: `cases`, `seconds`.

    A second complaint is counted to who took the first one, not to who took the angry
    call. Those that nobody could have prevented, and those whose first complaint is not
    known, are nobody's. The index is the name; most cases first.
    """
    live = wishes.complaints_in(frames["complaints"])
    first = live[live["kind"] == ComplaintKind.FIRST.value]
    second = live[
        (live["kind"] == ComplaintKind.SECOND.value)
        & ~unpreventable(frames).reindex(live.index)
    ]
    origin = second["parent_id"].map(live["receiver"]).dropna()
    found = pd.DataFrame(
        {
            "cases": first["receiver"].value_counts(),
            "seconds": origin.value_counts(),
        }
    )
    found = found[found.index != ""].fillna(0).astype("int64")
    return found.sort_values("cases", ascending=False, kind="stable")


def _lost_by_day(kpi_days: pd.DataFrame) -> pd.Series:
    known = kpi_days[kpi_days["abandoned"].notna()]
    found: pd.Series = known.groupby("date")["abandoned"].sum().astype("float64")
    return found


def _mean(values: pd.Series) -> float | None:
    known = values.dropna()
    return float(known.mean()) if len(known) >= FEWEST else None
