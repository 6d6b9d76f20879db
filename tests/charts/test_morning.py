"""The charts of 「今日」 as specifications: what is drawn, not how it looks."""

from __future__ import annotations

import pandas as pd
import pytest

from lib.charts import morning
from lib.charts.look import rows_of, spec_of


def rates(*values: float, name: str = "本社") -> pd.DataFrame:
    days = pd.date_range("2026-11-16", periods=len(values))
    return pd.DataFrame(
        {
            "day": days,
            "iso": days.strftime("%Y-%m-%d"),
            "centre": name,
            "name": name,
            "rate": values,
            "missed": [value < 0.9 for value in values],
            "day_text": "日",
            "rate_text": "率",
        }
    )


NO_MARKS = pd.DataFrame({"day": [], "kind": [], "text": []})


def marks(spec) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def test_a_common_target_is_drawn_and_labelled():
    with_target = spec_of(morning.answer_rates(rates(0.95, 0.85), 0.9, NO_MARKS))
    without = spec_of(morning.answer_rates(rates(0.95, 0.85), None, NO_MARKS))

    assert marks(with_target) == ["rule", "text", "line", "point"]
    assert {"level": 0.9, "text": "90%"} in rows_of(with_target)
    assert marks(without) == ["line", "point"]


def test_a_missed_target_has_a_shape_of_its_own():
    spec = spec_of(morning.answer_rates(rates(0.95, 0.85), None, NO_MARKS))

    shape = spec["layer"][1]["encoding"]["shape"]
    assert shape["condition"]["test"] == "datum.missed"
    assert shape["condition"]["value"] != shape["value"]


@pytest.mark.parametrize(
    ("lowest", "foot"), [(0.95, 0.8), (0.72, 0.7), (0.7, 0.6), (0.0, 0.0)]
)
def test_the_axis_reaches_below_the_lowest_rate(lowest, foot):
    spec = spec_of(morning.answer_rates(rates(0.99, lowest), None, NO_MARKS))

    domain = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert domain == [pytest.approx(foot), 1.0]


def test_the_line_of_the_target_does_not_draw_the_axis_down_to_zero():
    spec = spec_of(morning.answer_rates(rates(0.99, 0.95), 0.9, NO_MARKS))

    domains = [layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"]]
    assert domains == [[pytest.approx(0.8), 1.0]] * 4


def test_one_centre_needs_no_legend_and_two_do():
    one = morning.answer_rates(rates(0.95), None, NO_MARKS)
    two = morning.answer_rates(
        pd.concat([rates(0.95), rates(0.9, name="東京")]), None, NO_MARKS
    )

    def legend(chart):
        return spec_of(chart)["layer"][0]["encoding"]["color"]["legend"]

    assert legend(one) is None
    assert legend(two)["orient"] == "top"


def test_a_mark_says_which_centre_and_day_was_clicked():
    spec = spec_of(morning.answer_rates(rates(0.95), None, NO_MARKS))

    (pick,) = spec["params"]
    assert pick["name"] == morning.PICK
    assert pick["select"]["fields"] == ["iso", "centre"]


def weeks(*counts: int) -> pd.DataFrame:
    last = len(counts) - 1
    return pd.DataFrame(
        {
            "week_label": [str(n) for n in range(len(counts))],
            "count": counts,
            "iso": [f"2026-11-{n + 1:02}" for n in range(len(counts))],
            "is_last": [n == last for n in range(len(counts))],
            "week_text": "週",
            "count_text": "件",
        }
    )


def test_the_usual_week_is_a_line_once_it_is_known():
    assert marks(spec_of(morning.weekly_contacts(weeks(1, 2), 1.5))) == [
        "bar",
        "text",
        "rule",
        "bar",
    ]
    assert marks(spec_of(morning.weekly_contacts(weeks(1, 2), None))) == [
        "bar",
        "text",
        "bar",
    ]


def test_a_week_without_contacts_can_be_pressed_too():
    spec = spec_of(morning.weekly_contacts(weeks(0, 3), None))

    hit = spec["layer"][-1]
    (pick,) = spec["params"]
    assert pick["views"] == [hit["name"]]
    assert pick["select"]["fields"] == ["iso"]
    assert hit["encoding"]["y"]["field"] == "whole"
    assert {row["whole"] for row in rows_of(spec) if "whole" in row} == {4}


def test_what_happened_is_marked_with_a_shape_of_its_kind():
    happened = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-16"]),
            "kind": ["measure"],
            "text": ["施策: 同梱物を替えた"],
        }
    )

    spec = spec_of(morning.answer_rates(rates(0.95), None, happened))

    assert marks(spec) == ["rule", "point", "line", "point"]
    assert "施策: 同梱物を替えた" in {row.get("text") for row in rows_of(spec)}


@pytest.mark.parametrize(("counts", "top"), [((0, 0), 4), ((0, 9), 10)])
def test_counts_start_at_zero_with_room_above(counts, top):
    spec = spec_of(morning.weekly_contacts(weeks(*counts), None))

    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, top]
