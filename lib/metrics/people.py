"""The load of each person and the promises they kept: to help, never to rank (R60).

What a hostile or harassing caller did says nothing about who answered, so promises on
such cases are nobody's figure (`care.set_apart`). Nothing here counts second complaints,
severity or hard cases by person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from lib.metrics import care, promises
from lib.metrics.promises import When
from lib.metrics.wishes import is_complaint
from lib.schema.vocab import Source

DAYS: Final = 28
"""What is looked back on."""

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has in hand, and how it went.

    open: all cases in hand. overdue, today: of them with a promise that is late, or due
        today; kept, due: promises of the last 28 days on cases in their hands; cases
        that are set apart (`care.set_apart`) are in none of these. a_day: median of the complaints taken on a
        day on which they took any; None where they took none.
    """

    open: int = 0
    overdue: int = 0
    today: int = 0
    kept: int = 0
    due: int = 0
    a_day: float | None = None

    @property
    def share(self) -> float | None:
        """Share of promises kept; None where none was due."""
        return self.kept / self.due if self.due else None


def loads(frames: Frames, now: datetime) -> Mapping[str, Load]:
    """Return what each name has in hand, in the order of the names; {} for nobody.

    frames: complaints and activities. A promise goes to who has the case in hand now.
    """
    complaints = frames["complaints"]
    every = promises.open_promises(complaints, now)
    owed = every[~care.set_apart(complaints).reindex(every.index)]
    stands = owed["when"].astype("str")
    kept, due = _promises(frames, now)
    columns = {
        "open": every["handler"].value_counts(),
        "overdue": owed.loc[stands == When.OVERDUE.value, "handler"].value_counts(),
        "today": owed.loc[stands == When.TODAY.value, "handler"].value_counts(),
        "kept": kept,
        "due": due,
    }
    a_day = _a_day(complaints, now)
    names = sorted({str(n) for c in columns.values() for n in c.index} | set(a_day))
    return {
        name: Load(
            **{column: int(found.get(name, 0)) for column, found in columns.items()},
            a_day=a_day.get(name),
        )
        for name in names
        if name
    }


def _promises(frames: Frames, now: datetime) -> tuple[pd.Series, pd.Series]:
    """Return by name how many promises were kept, and how many were due."""
    complaints = frames["complaints"]
    told = complaints[~care.set_apart(complaints)]
    found = promises.due(told, frames["activities"], now)
    found = found[found["due_at"] > pd.Timestamp(_start(now))]
    names = found["case_id"].map(told["handler"]).astype("str")
    return names[found["kept"]].value_counts(), names.value_counts()


def _a_day(complaints: pd.DataFrame, now: datetime) -> dict[str, float]:
    own = complaints[
        is_complaint(complaints)
        & (complaints["source"] != Source.IMPORT.value)
        & (complaints["received_at"] > pd.Timestamp(_start(now)))
        & (complaints["received_at"] <= pd.Timestamp(now))
        & (complaints["receiver"] != "")
    ]
    if own.empty:
        return {}
    a_day = own.groupby(["receiver", own["received_at"].dt.date]).size()
    medians = a_day.groupby(level=0).median()
    return {str(name): float(value) for name, value in medians.items()}


def _start(now: datetime) -> datetime:
    return now - timedelta(days=DAYS)
