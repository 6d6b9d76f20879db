"""The charts of 「分析」 as specifications: what is drawn, not how it looks."""

from __future__ import annotations

import pandas as pd

from lib.charts import analysis, picture
from lib.charts.look import rows_of, spec_of

NO_MARKS = pd.DataFrame([], columns=["day", "kind", "text"])


def bars(*counts: int, many: int = 0) -> pd.DataFrame:
    total = sum(counts) + many
    rows = pd.DataFrame({"count": counts})
    rows["cumulative"] = rows["count"].cumsum() / total
    rows = rows.assign(
        row=range(len(rows)),
        label=[f"分類{n}" for n in range(len(rows))],
        is_many=False,
        is_vital=rows["cumulative"] - rows["count"] / total < 0.8,
        count_text=rows["count"].astype("str"),
        text="吹き出し",
    )
    if many:
        other = {
            "row": -1,
            "label": "ほか",
            "count": many,
            "cumulative": float("nan"),
            "is_many": True,
            "is_vital": False,
        }
        rows = pd.concat([rows, pd.DataFrame([other])], ignore_index=True)
    return rows


def pieces(*values: float) -> pd.DataFrame:
    starts = pd.date_range("2026-11-02", periods=len(values), freq="7D")
    return pd.DataFrame(
        {
            "row": range(len(values)),
            "starts": starts,
            "ends": starts + pd.Timedelta(days=6),
            "value": values,
            "is_whole": True,
            "value_text": [str(value) for value in values],
            "text": "週",
        }
    )


def picks(spec) -> list[str]:
    return [field for one in spec["params"] for field in one["select"]["fields"]]


def marks(spec) -> list[str]:
    return [
        layer["mark"]["type"]
        for group in spec["layer"]
        for layer in group.get("layer", [group])
    ]


def test_a_pareto_has_bars_a_border_and_a_line_without_what_is_many():
    spec = spec_of(analysis.pareto(bars(6, 3, 1, many=2), 0.8, "80%まで"))

    assert marks(spec) == ["bar", "text", "rule", "text", "line", "bar"]
    assert picks(spec) == ["row"]
    line = spec["layer"][1]["layer"][2]
    assert line["transform"] == [{"filter": "isValid(datum.cumulative)"}]
    whole = spec["layer"][2]
    assert whole["transform"][0]["calculate"] == str(6 * 1.14)
    assert analysis.pareto_height(4) < analysis.pareto_height(12)


def test_a_piece_without_a_value_has_no_bar_and_the_usual_is_drawn_when_known():
    with_usual = spec_of(analysis.course(pieces(2.0, float("nan"), 4.0), NO_MARKS, 3.0))

    drawn = [row for row in rows_of(with_usual) if "begins" in row]
    assert {row["row"] for row in drawn} == {0, 2}
    assert "rule" in marks(with_usual)
    assert "rule" not in marks(spec_of(analysis.course(pieces(2.0), NO_MARKS, None)))
    mark = pd.DataFrame(
        [(pd.Timestamp("2026-11-03"), "measure", "施策")], columns=NO_MARKS.columns
    )
    assert len(marks(spec_of(analysis.course(pieces(2.0), mark, None)))) == 5


def test_a_deep_cell_has_white_numbers_and_every_label_its_place():
    cells = pd.DataFrame(
        {
            "row": [0, 1],
            "across": ["A", "B"],
            "down": ["X", "X"],
            "count": [1, 10],
            "count_text": ["1", "10"],
            "text": "",
        }
    )

    spec = spec_of(analysis.heat(cells, ["A", "B", "C"], ["X", "Y"]))

    assert {row["depth"] for row in rows_of(spec)} == {0.1, 1.0}
    numbers = spec["layer"][1]["encoding"]
    assert numbers["color"]["condition"]["value"] == "white"
    assert numbers["x"]["scale"]["domain"] == ["A", "B", "C"]


def test_lines_differ_by_shape_as_well_as_colour():
    points = pd.DataFrame(
        {
            "row": [0, 1],
            "week": [1, 2],
            "name": ["A", "B"],
            "value": [1.0, 2.0],
            "text": "",
        }
    )

    spec = spec_of(analysis.launch(points, ["A", "B"]))

    dots = spec["layer"][1]["encoding"]
    assert len(set(dots["shape"]["scale"]["range"])) == 2
    assert len(set(dots["color"]["scale"]["range"])) == 2


def test_a_picture_is_drawn_without_a_browser_with_its_title_in_japanese():
    spec = spec_of(analysis.pareto(bars(6, 3), 0.8, "80%まで"))

    png = picture.png(spec, title="内容分類の多い順", about=("期間",))
    svg = picture.svg(spec, title="内容分類の多い順", about=("長" * 71,)).decode()

    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") > 1_700
    assert "内容分類の多い順" in svg
    assert "分類1" in svg
    assert ">" + "長" * 70 + "<" in svg
    assert picture.FONT in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")
