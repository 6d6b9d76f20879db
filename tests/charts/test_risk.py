"""The charts of 「リスク」 as specifications: what is drawn, not how it looks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lib.charts import risk
from lib.charts.look import rows_of, spec_of

NO_MARKS = pd.DataFrame({"day": [], "kind": [], "text": []})
NO_START = pd.DataFrame({"day": [], "first": [], "last": [], "label": []})
LEVELS = pd.DataFrame({"level": [45.0, 85.0], "label": ["注意", "警報"]})


def on_days(**columns: Any) -> pd.DataFrame:
    """Return a frame of days up to 2026-11-21 with these columns."""
    length = len(next(iter(columns.values())))
    days = pd.date_range(end="2026-11-21", periods=length)
    return pd.DataFrame({"day": days, "iso": days.strftime("%Y-%m-%d"), **columns})


def counted(*counts: float, state: str = "", level: str = "") -> pd.DataFrame:
    return on_days(
        count=list(counts),
        state=state,
        level=level,
        week=[float(np.nansum(counts[: n + 1])) for n in range(len(counts))],
        low_wide=0.0,
        low=1.0,
        high=4.0,
        high_wide=6.0,
        day_text="日",
        count_text="件",
        week_text="計",
    )


def started(day: str = "2026-11-20") -> pd.DataFrame:
    at = pd.Timestamp(day)
    return pd.DataFrame(
        {
            "day": [at],
            "first": [at - pd.Timedelta(days=1)],
            "last": [at + pd.Timedelta(days=1)],
            "label": ["増え始め"],
        }
    )


def kinds(spec: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def drawn(spec: dict[str, Any], field: str) -> dict[str, Any]:
    """Return the first layer that stands at the height of a field."""
    found = [
        layer
        for layer in spec["layer"]
        if layer["encoding"].get("y", {}).get("field") == field
    ]
    return found[0]


def test_the_axis_of_counts_begins_at_zero_and_holds_the_band():
    spec = spec_of(risk.referrals(counted(1, 2, 0), NO_MARKS, NO_START))

    low, high = drawn(spec, "count")["encoding"]["y"]["scale"]["domain"]
    assert low == 0
    assert high > 6


def test_every_day_is_hit_at_its_whole_height_and_picked_by_its_date():
    spec = spec_of(risk.referrals(counted(1, 2, 0), NO_MARKS, NO_START))

    hit = spec["layer"][-1]
    assert hit["mark"]["opacity"] == 0
    assert "y" not in hit["encoding"]
    (selection,) = spec["params"]
    assert selection["name"] == risk.PICK
    assert selection["select"]["fields"] == ["iso"]


def test_a_missing_day_is_a_cross_and_no_bar():
    spec = spec_of(
        risk.referrals(counted(1, np.nan, state="missing"), NO_MARKS, NO_START)
    )

    bars = drawn(spec, "count")["data"]["name"]
    assert len(rows_in(spec, bars)) == 1
    assert any(layer["mark"].get("shape") == risk._CROSS for layer in spec["layer"])


def test_a_closed_day_is_grey_and_has_no_cross():
    spec = spec_of(risk.referrals(counted(1, 0, state="closed"), NO_MARKS, NO_START))

    assert drawn(spec, "count")["encoding"]["color"]["condition"]["test"] == (
        "datum.state == 'closed'"
    )
    assert not any(layer["mark"].get("shape") == risk._CROSS for layer in spec["layer"])


def test_a_likely_start_is_a_line_with_its_word_inside_a_strip():
    without = spec_of(risk.referrals(counted(1, 2, 3), NO_MARKS, NO_START))
    spec = spec_of(risk.referrals(counted(1, 2, 3), NO_MARKS, started()))

    assert sorted(set(kinds(spec)) - set(kinds(without))) == ["rule", "text"]
    assert kinds(spec).count("rect") == kinds(without).count("rect") + 1
    assert "増え始め" in {row.get("label") for row in rows_of(spec)}


@pytest.mark.parametrize(("level", "shape"), risk.LEVEL_SHAPES.items())
def test_a_day_that_presses_has_a_shape_of_its_level(level, shape):
    spec = spec_of(risk.referrals(counted(1, 5, level=level), NO_MARKS, NO_START))

    assert {row.get("shape") for row in rows_of(spec)} >= {shape}


def test_marks_keep_their_own_shapes_beside_those_of_the_levels():
    """Layers share scales: a shape must not be looked up in another's vocabulary."""
    marks = pd.DataFrame(
        {"day": [pd.Timestamp("2026-11-20")], "kind": ["holiday"], "text": ["祝日"]}
    )

    spec = spec_of(risk.referrals(counted(1, 5, level="alarm"), marks, NO_START))

    shapes = [layer["encoding"].get("shape") for layer in spec["layer"]]
    assert [shape["scale"] for shape in shapes if shape] == [None, None]
    assert {row.get("shape") for row in rows_of(spec)} >= {"circle", "triangle-up"}


def test_alertness_is_logarithmic_with_both_lines_in_sight():
    days = on_days(value=[0.0, 3.0], day_text="日", value_text="値")

    spec = spec_of(risk.alertness(days, LEVELS, NO_START))

    scale = drawn(spec, "value")["encoding"]["y"]["scale"]
    assert scale["type"] == "log"
    assert scale["domain"][0] > 0
    assert scale["domain"][1] > 85


def answered(*shares: float, lower: float = 0.8) -> pd.DataFrame:
    return on_days(
        share=list(shares),
        lower=lower,
        upper=0.98,
        smooth=list(shares),
        out=[share < lower for share in shares],
        alarm=False,
        state="",
        day_text="日",
        share_text="率",
        limits_text="幅",
    )


def test_a_day_outside_its_limits_has_another_shape():
    spec = spec_of(risk.answer_rates(answered(0.9, 0.7), 0.9))

    shape = drawn(spec, "share")["encoding"]["shape"]
    assert shape["condition"]["value"] != shape["value"]
    assert 0.9 in {row.get("level") for row in rows_of(spec)}


def test_no_target_draws_no_line():
    spec = spec_of(risk.answer_rates(answered(0.9, 0.7), None))

    assert "rule" not in kinds(spec)


def test_two_panels_lie_apart_over_one_time_axis():
    days = on_days(
        share=[0.9, 0.8],
        count=[1.0, 4.0],
        state="",
        day_text="日",
        share_text="率",
        count_text="件",
    )

    spec = spec_of(risk.one_axis(days, NO_START, {"share": "応答率", "count": "照会"}))

    assert spec["resolve"]["scale"] == {"y": "independent"}
    ranges = [part["expr"] for part in panels(spec)]
    height = 100
    upper_foot, upper_head, lower_foot, lower_head = (
        eval(text, {"height": height}) for text in ranges
    )
    assert upper_head < upper_foot < lower_head < lower_foot == height


@pytest.mark.parametrize("chart", ["alertness", "one_axis"])
def test_a_day_of_every_chart_is_picked_at_its_whole_height(chart):
    days = on_days(
        value=[0.0, 3.0], share=[0.9, 0.8], count=[1, 0], state="", day_text="日"
    )
    words = {"share": "応答率", "count": "連絡"}
    drawn = {
        "alertness": lambda: risk.alertness(days, LEVELS, NO_START),
        "one_axis": lambda: risk.one_axis(days, NO_START, words),
    }

    spec = spec_of(drawn[chart]())

    hit = spec["layer"][-1]
    (selection,) = spec["params"]
    assert selection["name"] == risk.PICK
    assert selection["views"] == [hit["name"]]
    assert "y" not in hit["encoding"]
    assert {row["iso"] for row in rows_in(spec, hit["data"]["name"])} == {
        "2026-11-20",
        "2026-11-21",
    }


def test_a_lag_beyond_chance_stands_out():
    rows = pd.DataFrame(
        {"lag": [1, 2], "correlation": [0.0, 0.3], "band": [0.1, 0.1], "text": "日"}
    )

    spec = spec_of(risk.lags(rows))

    assert drawn(spec, "correlation")["encoding"]["color"]["condition"]["test"] == (
        "datum.correlation > datum.band"
    )


@pytest.mark.parametrize("length", [1, 2, 90])
def test_charts_of_few_days_name_the_last_one(length):
    spec = spec_of(risk.referrals(counted(*[1.0] * length), NO_MARKS, NO_START))

    values = drawn(spec, "count")["encoding"]
    named = values["x"]["axis"]["values"]
    assert {"month": 11, "date": 21}.items() <= named[0].items()
    assert len(named) <= 8


def panels(spec: dict[str, Any]) -> list[dict[str, str]]:
    """Return the ranges of the two value axes, foot and head, the upper one first."""
    found = [
        layer["layer"][0]["encoding"]["y"]["scale"]["range"]
        for layer in spec["layer"]
        if "layer" in layer
    ]
    return [part for pair in found for part in pair]


def rows_in(spec: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return rows_of({"datasets": {name: spec["datasets"][name]}})
