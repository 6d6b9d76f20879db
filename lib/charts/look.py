"""What all charts share: colours that hold on light and dark, quiet axes."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

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


def spec_of(chart: alt.LayerChart | alt.Chart) -> Spec:
    """Return the Vega-Lite specification; building it costs more than drawing it.

    Altair checks every chart against its schema and copies it deeply: 80-230 ms, so
    this is done once for each state of the data (streamlit.md 0).
    """
    made: Spec = chart.properties(height=HEIGHT).configure_view(stroke=None).to_dict()
    return made
