"""What all charts share: colours that hold on light and dark, quiet axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pyarrow as pa

BLUE: Final = "#2F7FC1"
VERMILION: Final = "#DB5A24"
OCHRE: Final = "#B7791F"
TEAL: Final = "#2E9599"
GREY: Final = "#7A8594"
"""Mid-tones with a contrast of 3.6:1 on white and 4.2:1 on the dark page at least, so
that a chart need not know the theme (streamlit.md 4)."""

SERIES: Final = (BLUE, OCHRE, TEAL, "#8A6BBE", "#A14D7A", GREY)
"""Colours of series in order; red and green never stand against each other."""

HEIGHT: Final = 260

Spec = dict[str, Any]


def day_axis(count: int = 7) -> alt.Axis:
    """Return an axis of days such as 11/21, few enough for a phone."""
    return alt.Axis(
        title=None, format="%-m/%-d", tickCount=count, grid=False, labelOverlap=True
    )


def value_axis(number_format: str) -> alt.Axis:
    """Return an axis without title: the card's title carries the unit."""
    return alt.Axis(title=None, format=number_format, tickCount=5, domain=False)


def spec_of(chart: alt.LayerChart | alt.Chart, *, height: int = HEIGHT) -> Spec:
    """Return the Vega-Lite specification; building it costs more than drawing it.

    Altair checks every chart against its schema and copies it deeply: 80-230 ms, so
    this is done once for each state of the data (streamlit.md 0). The rows stand under
    `datasets` as Arrow bytes, so that drawing need not convert them each time.
    """
    made: Spec = chart.properties(height=height).configure_view(stroke=None).to_dict()
    made["datasets"] = {
        name: _arrow(rows) for name, rows in made.get("datasets", {}).items()
    }
    return made


def filled(spec: Spec, layers: Sequence[list[dict[str, Any]]]) -> Spec:
    """Return a specification that was built once with other rows, a list for each layer.

    For many small charts of one kind: only the rows of each are its own. A layer
    without rows is left out.
    """
    kept = [
        {**layer, "data": {"name": f"layer-{place}"}}
        for place, layer in enumerate(spec["layer"])
        if layers[place]
    ]
    datasets = {f"layer-{n}": _arrow(rows) for n, rows in enumerate(layers) if rows}
    shared = {name: part for name, part in spec.items() if name != "data"}
    return {**shared, "layer": kept, "datasets": datasets}


def plain(spec: Spec) -> Spec:
    """Return a specification with its rows as JSON has them, for what cannot read Arrow."""
    datasets = {
        name: pa.ipc.open_stream(data).read_all().to_pylist()
        for name, data in spec["datasets"].items()
    }
    return {**spec, "datasets": datasets}


def rows_of(spec: Spec) -> list[dict[str, Any]]:
    """Return the rows of all datasets of a specification, for tests and exports."""
    return [row for rows in plain(spec)["datasets"].values() for row in rows]


def _arrow(rows: list[dict[str, Any]]) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
