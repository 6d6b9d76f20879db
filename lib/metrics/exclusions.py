"""Cells of a sheet that a figure leaves out, so that it can say how many.

A cell that cannot be read is never a 0 and in no sum. Where it stands is known by day
and centre; a row whose own day cannot be read might belong to any day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import pandas as pd

from lib.metrics.counts import TYPED_BEHIND
from lib.metrics.figures import TYPED, Frames
from lib.metrics.kpis import Kpi
from lib.metrics.wishes import complaints_in
from lib.schema.vocab import ComplaintStatus, EscalationStatus, InquiryStatus

COLUMNS: Final = ("date", "centre", "count")
"""`count` is a column of `figures.figures`."""

BAD: Final = "bad"
"""The status of a cell that could not be read."""

_UNDATED: Final = (
    ("complaints", "received_at", "complaints", ComplaintStatus.CANCELLED),
    ("escalations", "raised_at", "escalations", EscalationStatus.CANCELLED),
    ("agency_inquiries", "first_contact_at", "referrals", InquiryStatus.CANCELLED),
)
"""Table, its moment, the count that needs it, and the status that counts nowhere."""

_SORTED_BY: Final = (
    ("complaints", "kind", "received_at", "second_complaints"),
    ("agency_inquiries", "agency_kind", "first_contact_at", "referrals"),
)
"""Table, the word that decides whether a row counts, its moment, the count."""


def excluded(frames: Frames, marks: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row a value that figures leave out, with `COLUMNS`; NaT for any day.

    Args:
        frames: as for `figures.figures`.
        marks: by table code, the cells that are not simply right (`UserStore.marks`).
    """
    parts = [
        _of_days(frames["kpi_days"], _bad(marks, "kpi_days")),
        _of_doubled_days(frames["kpi_days"]),
        *(
            _without_moment(frames[code], moment, count, cancelled.value)
            for code, moment, count, cancelled in _UNDATED
        ),
        *(
            _unsorted(frames[code], _bad(marks, code), word, moment, count)
            for code, word, moment, count in _SORTED_BY
        ),
    ]
    known = [part for part in parts if len(part)]
    return pd.concat(known, ignore_index=True) if known else _rows([], [], [])


def count_in(
    entry: Kpi, values: pd.DataFrame, first: date, last: date, centre: str = ""
) -> int:
    """Return how many of the values `excluded` gave a KPI lacks in a period.

    Both days are counted in; `centre` narrows to one, "" takes all.
    """
    read = {TYPED_BEHIND.get(name, name) for name in entry.columns}
    days = values["date"]
    inside = days.isna() | days.between(pd.Timestamp(first), pd.Timestamp(last))
    if centre:
        inside &= values["centre"] == centre
    return int((inside & values["count"].isin(read)).sum())


def _bad(marks: Mapping[str, pd.DataFrame], code: str) -> pd.DataFrame:
    own = marks[code]
    return own[own["status"] == BAD]


def _of_days(days: pd.DataFrame, bad: pd.DataFrame) -> pd.DataFrame:
    cells = bad[bad["field"].isin(TYPED) & bad["key"].isin(days.index)]
    rows = days.loc[cells["key"]]
    return _rows(rows["date"].tolist(), rows["centre"].tolist(), cells["field"])


def _of_doubled_days(days: pd.DataFrame) -> pd.DataFrame:
    """Return the counts on which the rows of one day and centre disagree."""
    again = days[days.duplicated(["date", "centre"], keep=False)]
    if again.empty:
        return _rows([], [], [])
    by_day = again.groupby(["date", "centre"])[list(TYPED)]
    apart = (by_day.min() != by_day.max()).fillna(value=False)
    cells = apart.melt(ignore_index=False, var_name="count").reset_index()
    cells = cells[cells["value"].astype(bool)]
    return _rows(cells["date"], cells["centre"], cells["count"])


def _without_moment(
    frame: pd.DataFrame, moment: str, count: str, cancelled: str
) -> pd.DataFrame:
    rows = frame[frame[moment].isna() & (frame["status"] != cancelled)]
    if "kind" in rows:
        rows = complaints_in(rows)
    centres = rows["received_centre"] if "received_centre" in rows else [""] * len(rows)
    return _rows([pd.NaT] * len(rows), list(centres), [count] * len(rows))


def _unsorted(
    frame: pd.DataFrame, bad: pd.DataFrame, word: str, moment: str, count: str
) -> pd.DataFrame:
    keys = bad.loc[bad["field"] == word, "key"]
    rows = frame.loc[frame.index.isin(keys) & frame[moment].notna()]
    days = rows[moment].dt.tz_localize(None).dt.normalize()
    return _rows(days.tolist(), rows["received_centre"].tolist(), [count] * len(rows))


def _rows(
    days: Iterable[object], centres: Iterable[object], counts: Iterable[object]
) -> pd.DataFrame:
    found = pd.DataFrame(
        {"date": list(days), "centre": list(centres), "count": list(counts)}
    )
    return found.astype({"date": "datetime64[s]", "centre": "str", "count": "str"})
