"""The charts of a figure as specifications: what is drawn, not how it looks."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd
import pytest

from lib.charts import kpis, picture
from lib.charts.look import rows_of, spec_of

NO_MARKS = pd.DataFrame([], columns=["day", "kind", "text"])


def days(*values: float, target: float = float("nan"), states=()) -> pd.DataFrame:
    on = pd.date_range("2026-11-09", periods=len(values))
    return pd.DataFrame(
        {
            "day": on,
            "value": values,
            "target": target,
            "missed": [value < target for value in values],
            "state": [*states, *[""] * (len(values) - len(states))],
            "day_text": "日",
            "value_text": "値",
            "state_text": "",
        }
    )


def drawn(frame: pd.DataFrame, scale="share", marks=NO_MARKS):
    return spec_of(kpis.course(frame, marks, scale, {"target": "目標 90%"}))


def kinds(spec) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def test_a_rate_is_a_line_and_a_count_stands_as_bars_from_zero():
    assert kinds(drawn(days(0.9, 0.95))) == ["line", "point"]
    count = drawn(days(9, 12), "count")
    assert kinds(count) == ["rect"]
    assert count["layer"][0]["encoding"]["y2"] == {"datum": 0}


def test_the_target_is_a_step_with_its_words_and_absent_without_one():
    frame = days(0.9, 0.95, target=0.9)
    frame.loc[1, "target"] = 0.92

    with_target = drawn(frame)

    assert kinds(with_target) == ["line", "text", "line", "point"]
    assert with_target["layer"][0]["mark"]["interpolate"] == "step"
    assert {row["target"] for row in rows_of(with_target)} >= {0.9, 0.92}
    assert any(row.get("label") == "目標 90%" for row in rows_of(with_target))


def test_a_missed_day_has_a_shape_of_its_own():
    shape = drawn(days(0.8, 0.95, target=0.9))["layer"][3]["encoding"]["shape"]

    assert shape["condition"]["test"] == "datum.missed"
    assert shape["condition"]["value"] != shape["value"]


def test_closed_days_are_a_grey_band_and_missing_days_a_sign_at_the_foot():
    spec = drawn(
        days(0.9, float("nan"), float("nan"), states=("", "closed", "missing"))
    )

    assert kinds(spec) == ["rect", "line", "point", "point"]
    closed = spec["datasets"][spec["layer"][0]["data"]["name"]]
    missing = spec["datasets"][spec["layer"][3]["data"]["name"]]
    assert [r["state"] for r in rows_of({"datasets": {"": closed}})] == ["closed"]
    assert [r["state"] for r in rows_of({"datasets": {"": missing}})] == ["missing"]


def test_a_line_goes_on_over_closed_days_and_breaks_at_missing_ones():
    spec = drawn(
        days(0.9, float("nan"), float("nan"), states=("", "closed", "missing"))
    )

    line = spec["datasets"][spec["layer"][1]["data"]["name"]]
    states = [row["state"] for row in rows_of({"datasets": {"": line}})]
    assert states == ["", "missing"]


@pytest.mark.parametrize(
    ("values", "foot"), [((0.95, 0.92), 0.9), ((0.72, 0.9), 0.7), ((0.1, 0.2), 0)]
)
def test_only_high_shares_are_looked_at_closely(values, foot):
    spec = drawn(days(*values))

    domain = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert domain[0] == pytest.approx(foot)


def test_marks_stand_on_top_with_a_shape_for_each_kind():
    marks = pd.DataFrame(
        {
            "day": [pd.Timestamp("2026-11-09")],
            "kind": ["note"],
            "text": ["障害 <b>"],
        }
    )

    spec = drawn(days(0.9, 0.95), marks=marks)

    assert kinds(spec)[-2:] == ["rule", "point"]
    scale = spec["layer"][-1]["encoding"]["shape"]["scale"]
    assert len(set(scale["range"])) == len(scale["domain"]) == 4
    assert any(row.get("text") == "障害 <b>" for row in rows_of(spec))


def test_a_case_is_a_dot_and_what_took_too_long_a_triangle():
    rows = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-09", "2026-11-10"]),
            "hours": [2.0, 90.0],
            "missed": [False, True],
            "text": ["K-1", "K-2"],
        }
    )

    spec = spec_of(kpis.cases(rows, 8.0, "目標 8時間"))

    assert kinds(spec) == ["rule", "text", "point"]
    assert kinds(spec_of(kpis.cases(rows, None, ""))) == ["point"]


def test_what_followed_the_talks_is_stacked_and_open_weeks_are_pale():
    heard = pd.DataFrame(
        {
            "week_label": ["11/13", "11/13"],
            "kind": ["苦情", "連絡"],
            "count": [3, 1],
            "is_complete": [False, False],
            "text": ["a", "b"],
        }
    )
    weeks = pd.DataFrame(
        {
            "week_label": ["11/6", "11/13"],
            "success": [0.3, float("nan")],
            "is_complete": [True, False],
            "success_text": ["30%", "—"],
        }
    )

    measure = pd.DataFrame(
        {"week_label": ["11/13"], "kind": ["measure"], "text": ["施策: 増員"]}
    )

    bars = spec_of(kpis.retention_heard(heard, ["苦情", "連絡"]))
    marked = spec_of(kpis.retention_heard(heard, ["苦情", "連絡"], measure))
    line = spec_of(kpis.retention_success(weeks))

    opacity = bars["layer"][0]["encoding"]["opacity"]
    assert opacity["condition"]["test"] == "datum.is_complete"
    assert opacity["value"] < opacity["condition"]["value"]
    assert kinds(line) == ["line", "point"]
    assert (kinds(bars), kinds(marked)) == (["bar"], ["bar", "point"])


def test_the_sign_of_every_kind_of_mark_has_an_area_to_be_filled():
    kinds = list(kpis.MARK_SHAPES)
    marks = pd.DataFrame(
        {"week_label": ["11/13"] * len(kinds), "kind": kinds, "text": kinds}
    )
    x = alt.X("week_label:O", axis=None)
    svg = picture.svg(spec_of(alt.layer(*kpis.mark_signs(marks, x))), title="").decode()
    signs = re.findall(r'<path[^>]*aria-roledescription="point"[^>]* d="([^"]+)"', svg)
    assert len(signs) == len(kinds)
    assert all("Z" in sign or "A" in sign for sign in signs)
