"""The picture of a measure: its start, both levels, what else happened."""

from __future__ import annotations

import pandas as pd

from lib.charts import improvements
from lib.charts.look import rows_of, spec_of

START = pd.Timestamp("2026-03-02")
WEEK = pd.Timedelta(days=7)
NONE = pd.DataFrame(columns=["day", "kind", "text"])


def drawn(marks: pd.DataFrame = NONE, **how):
    weeks = pd.DataFrame(
        {
            "day": [START - WEEK, START + WEEK],
            "value": [30.0, 10.0],
            "is_after": [False, True],
            "text": ["before", "after"],
        }
    )
    levels = pd.DataFrame(
        [
            (START - 4 * WEEK, START, 30.0, None, None, "before", "b"),
            (START, START + 4 * WEEK, 10.0, 5.0, 20.0, "after", "a"),
        ],
        columns=["since", "until", "value", "low", "high", "kind", "text"],
    )
    begun = pd.DataFrame([{"day": START, "text": "begun"}])
    return spec_of(improvements.effect(weeks, levels, begun, marks, **how))


def kinds(spec) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def test_only_the_level_after_has_a_band():
    spec = drawn()

    assert kinds(spec).count("rect") == 1
    assert {row["kind"] for row in rows_of(spec) if row.get("low")} == {"after"}


def test_other_measures_stand_as_marks():
    marks = pd.DataFrame([(START - WEEK, "measure", "another")], columns=NONE.columns)

    assert len(kinds(drawn(marks))) == len(kinds(drawn())) + 2
    assert "another" in [row["text"] for row in rows_of(drawn(marks)) if "text" in row]


def test_the_small_one_has_its_start_and_what_else_happened():
    weeks = [{"day": "2026-02-26", "value": 30.0, "text": "30"}]
    begun = [{"day": "2026-03-02", "text": "begun"}]
    marks = [{"day": "2026-03-09", "kind": "measure", "text": "another"}]

    both = improvements.small(weeks, begun, marks)
    alone = improvements.small(weeks, begun, [])

    assert kinds(both) == ["rule", "line", "point"]
    assert [row["text"] for row in rows_of(both)] == ["begun", "30", "another"]
    assert kinds(alone) == ["rule", "line"]
    assert [row["text"] for row in rows_of(alone)] == ["begun", "30"]


def test_rates_begin_at_nothing_and_shares_are_looked_at_closer():
    def begins_at_zero(spec) -> set[bool]:
        found = (layer["encoding"].get("y", {}) for layer in spec["layer"])
        return {y["scale"]["zero"] for y in found if "scale" in y}

    assert begins_at_zero(drawn()) == {True}
    assert begins_at_zero(drawn(zero=False)) == {False}
