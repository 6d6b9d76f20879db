"""Whether each day's figures came in, and in time: the "entered on time" record.

A day is due at 入力締切時刻 of the next working day. 初回入力日時 of its row says when it
came in. Imported days tell nothing about that, nor do rows without that moment: they
count neither for nor against the centre. Nor do days whose deadline had passed when
somebody first entered anything for the centre: a month pasted to begin with is no month
of late days.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from lib import clock
from lib.i18n import N_
from lib.metrics import calendar
from lib.metrics.counts import ENTRIES
from lib.metrics.missing import entered, every_centre
from lib.schema.masters import Centre
from lib.schema.vocab import BusinessDay, Choice, Flag, Source

_LONGEST_BREAK: Final = 31


class Entry(Choice):
    """How a day's figures came in."""

    ON_TIME = N_("期限内")
    LATE = N_("遅れ")
    MISSING = N_("未入力")
    UNKNOWN = N_("時刻不明")
    BEFORE = N_("入力開始前")


def entries(
    kpi_days: pd.DataFrame, centres: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """Return every day whose figures have come due, a row a day and centre.

    Columns: `date` (midnight, without zone), `centre`, `due_at`, `entered_at` (NaT
    where missing or not known), `standing` (a word of `Entry`) and the counts of
    `ENTRIES` as 0.0 or 1.0, so that KPIs read it as they read `figures.figures`.
    `entry_due` counts the days by which a centre's punctuality is told; a day that is
    missing from before it began to enter is missing, and not among them.

    Asked for are the days a centre works, from its first row on: of one that has ended
    until its last row. Days with 営業区分 休業 are not.
    """
    parts = [
        _of_centre(centre, kpi_days[kpi_days["centre"] == centre.code], now)
        for centre in every_centre(centres, kpi_days)
    ]
    found = [part for part in parts if len(part)]
    if not found:
        return _with_counts(_of_nothing())
    return _with_counts(pd.concat(found, ignore_index=True)).sort_values(
        ["date", "centre"], kind="stable", ignore_index=True
    )


def _of_centre(centre: Centre, own: pd.DataFrame, now: datetime) -> pd.DataFrame:
    if own.empty:
        return _of_nothing()
    last = now.date()
    if centre.active is not Flag.YES:
        last = min(last, own["date"].max().date())
    days = _due_days(centre, own["date"].min().date(), last, now)
    rows = own.drop_duplicates("date").set_index("date")
    days = days[~_closed(rows).reindex(days.index, fill_value=False)]
    at = rows["entered_at"].reindex(days.index)
    is_in = entered(rows.reset_index()).set_axis(rows.index)
    is_in = is_in.reindex(days.index, fill_value=False)
    from_file = (
        rows["source"].eq(Source.IMPORT.value).reindex(days.index, fill_value=False)
    )
    told = is_in & at.notna() & ~from_file
    is_since = days["due_at"] >= _began(rows)
    standing = np.select(
        [~is_in, ~told, ~is_since, at <= days["due_at"]],
        [
            Entry.MISSING.value,
            Entry.UNKNOWN.value,
            Entry.BEFORE.value,
            Entry.ON_TIME.value,
        ],
        Entry.LATE.value,
    )
    return pd.DataFrame(
        {
            "centre": centre.code,
            "due_at": days["due_at"],
            "entered_at": at.where(told),
            "standing": standing,
            "entry_due": is_since & (told | ~is_in),
        }
    ).reset_index(names="date")


def _began(rows: pd.DataFrame) -> pd.Timestamp:
    """Return when somebody first entered a day of a centre; NaT where nobody did.

    Closed days count too: whoever says that a day was closed is at work.
    """
    typed = rows.loc[rows["source"] != Source.IMPORT.value, "entered_at"]
    return pd.Timestamp(typed.min())


def _due_days(centre: Centre, first: date, last: date, now: datetime) -> pd.DataFrame:
    """Return the working days that are due by now, with `due_at`; the index is the day."""
    span = (last - first).days + 1 + _LONGEST_BREAK
    every = [first + timedelta(days=n) for n in range(span)]
    is_open = [calendar.is_open(day, centre.weekly_closed) for day in every]
    days = pd.DatetimeIndex(every).as_unit("s")
    working = days[np.array(is_open, dtype=bool)]
    at = calendar.time_of(centre.entry_deadline)
    moment = pd.Timedelta(hours=at.hour, minutes=at.minute)
    due = (working[1:] + moment).tz_localize(clock.TOKYO)
    found = pd.DataFrame({"due_at": due}, index=working[:-1])
    return found[(found.index <= pd.Timestamp(last)) & (found["due_at"] <= now)]


def _closed(rows: pd.DataFrame) -> pd.Series:
    closed: pd.Series = rows["business"] == BusinessDay.CLOSED.value
    return closed


def _with_counts(rows: pd.DataFrame) -> pd.DataFrame:
    counts: dict[str, Any] = {
        "entry_due": rows["entry_due"],
        "entry_on_time": rows["standing"] == Entry.ON_TIME.value,
        "entry_late": rows["standing"] == Entry.LATE.value,
        "entry_missing": rows["standing"] == Entry.MISSING.value,
    }
    return rows.assign(**counts).astype(dict.fromkeys(ENTRIES, "float64"))


def _of_nothing() -> pd.DataFrame:
    moment = pd.DatetimeTZDtype("s", clock.TOKYO)
    shape: dict[str, Any] = {
        "date": "datetime64[s]",
        "centre": "object",
        "due_at": moment,
        "entered_at": moment,
        "standing": "object",
        "entry_due": "bool",
    }
    return pd.DataFrame(columns=list(shape)).astype(shape)
