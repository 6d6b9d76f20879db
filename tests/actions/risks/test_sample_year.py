"""The sample year through the watch: the page has something true to show."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np

from lib.actions.risks import judging
from lib.actions.risks.counting import daily_of
from lib.risk.detection import Level
from lib.risk.sensitivity import STANDARD
from lib.sample import sample_company
from lib.sample.story import Story
from lib.schema.frames import frame_of
from lib.schema.record import Record
from lib.schema.tables import TABLES

END = date(2026, 11, 22)


def test_the_wave_of_the_sample_year_is_found_and_before_it_ends() -> None:
    rows: dict[str, list[Record]] = defaultdict(list)
    for code, record in sample_company(end=END):
        rows[code].append(record)
    course = judging.judged(
        daily_of({t.code: frame_of(t, rows[t.code]) for t in TABLES}, END), STANDARD
    )
    wave = Story.of(END, 13).referral_wave
    inside = slice(course.daily.place(wave.first), course.daily.place(wave.last) + 1)
    found = np.flatnonzero(course.level[inside] == Level.ALARM)

    assert len(found)
    start = course.start(inside.start + int(found[0]))
    assert abs((start.likely - wave.first).days) <= 7
