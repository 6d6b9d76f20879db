"""How many unreadable values a figure leaves out."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from lib import clock
from lib.metrics.exclusions import count_in, excluded
from lib.metrics.figures import figures, of_centre
from lib.metrics.kpis import kpi
from lib.schema.complaint import Complaint
from lib.schema.frames import empty_frame, frame_of
from lib.schema.kpi_day import KpiDay
from lib.schema.tables import TABLES, table
from lib.schema.vocab import ComplaintStatus

DAY = date(2026, 11, 20)
NOW = pd.Timestamp(2026, 11, 21, 10, tz=clock.TOKYO)
RATE = kpi("answer_rate")


def frames(*days: KpiDay, complaints: tuple[Complaint, ...] = ()):
    found = {place.code: empty_frame(place) for place in TABLES}
    found["kpi_days"] = frame_of(table("kpi_days"), days)
    found["complaints"] = frame_of(table("complaints"), complaints)
    return found


def marks(code: str = "", *cells: tuple[str, str, str]):
    columns = ["key", "field", "status", "typed"]
    found = {place.code: pd.DataFrame(columns=columns) for place in TABLES}
    if code:
        rows = [(*cell, "多数") for cell in cells]
        found[code] = pd.DataFrame(rows, columns=columns)
    return found


def day(**values) -> KpiDay:
    return KpiDay(**{"date": DAY, "centre": "A", **values})


@pytest.mark.parametrize(
    ("status", "count"), [("bad", 1), ("doubtful", 0), ("repaired", 0)]
)
def test_a_cell_counts_only_where_it_could_not_be_read(status, count):
    cells = marks("kpi_days", (f"{DAY}|A", "offered", status))
    values = excluded(frames(day()), cells)

    assert count_in(RATE, values, DAY, DAY) == count


def test_a_figure_counts_only_what_it_is_made_of_in_its_time_and_centre():
    cells = marks("kpi_days", (f"{DAY}|A", "answered", "bad"))
    values = excluded(frames(day()), cells)
    before = date(2026, 11, 19)

    assert count_in(RATE, values, DAY, DAY, "A") == 1
    assert count_in(RATE, values, DAY, DAY, "B") == 0
    assert count_in(RATE, values, before, before) == 0
    assert count_in(kpi("offered"), values, DAY, DAY) == 0


def test_a_complaint_without_its_day_may_belong_to_any_but_a_cancelled_one():
    lost, gone = (
        Complaint(
            id=f"K-261120-AAAA{n}",
            received_at=datetime(2026, 11, 20, 10, tzinfo=clock.TOKYO),
            content="x",
            status=status,
        )
        for n, status in (
            ("A", ComplaintStatus.RECEIVED),
            ("B", ComplaintStatus.CANCELLED),
        )
    )
    found = frames(complaints=(lost, gone))
    found["complaints"]["received_at"] = pd.NaT
    values = excluded(found, marks())

    assert count_in(kpi("complaints"), values, DAY, DAY) == 1


def test_a_day_that_stands_twice_is_counted_once_where_its_rows_agree():
    doubled = frames(
        day(offered=20, answered=18), day(offered=20, answered=15, abandoned=5)
    )
    of_day = of_centre(figures(doubled, NOW, DAY), "A").iloc[0]
    values = excluded(doubled, marks())

    assert of_day["offered"] == 20
    assert pd.isna(of_day["answered"])
    assert of_day["abandoned"] == 5
    assert count_in(RATE, values, DAY, DAY) == 1
    assert count_in(kpi("offered"), values, DAY, DAY) == 0


def test_nothing_is_left_out_of_data_in_order():
    assert excluded(frames(day(offered=20)), marks()).empty
