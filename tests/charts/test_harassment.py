"""The chart of kinds as a specification: what is drawn, not how it looks."""

from __future__ import annotations

import pandas as pd

from lib.charts import harassment
from lib.charts.look import rows_of, spec_of


def test_each_known_share_is_a_bar_and_an_unknown_one_none():
    shares = pd.DataFrame(
        [
            {"kind": "暴言", "year": "2020", "share": 39.3, "share_text": "39.3%"},
            {"kind": "暴言", "year": "2024", "share": 39.8, "share_text": "39.8%"},
            {"kind": "暴力", "year": "2020", "share": 1.4, "share_text": "1.4%"},
        ]
    )

    spec = spec_of(harassment.kinds(shares), height=harassment.HEIGHT)

    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "text"]
    assert rows_of(spec) == shares.to_dict("records")
    assert spec["height"] == harassment.HEIGHT
    encoding = spec["layer"][0]["encoding"]
    assert encoding["y"]["sort"] == ["暴言", "暴力"]
    assert encoding["color"]["scale"]["domain"] == ["2020", "2024"]
