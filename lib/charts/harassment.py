"""How often each kind of harassment is remembered, in two surveys side by side."""

from __future__ import annotations

from typing import Final, cast

import altair as alt
import pandas as pd

from lib.charts.look import BLUE, GREY

HEIGHT: Final = 430
"""Room for eleven kinds, each with two bars."""

_ROOM: Final = 46
"""The axis ends here, in percent, so that the longest bar's number has a place."""


def kinds(shares: pd.DataFrame) -> alt.LayerChart:
    """Return two bars a kind, the newer survey below the older one.

    Args:
        shares: a row a kind and survey that has a figure; `kind` and `year` (words, in
            the order to be drawn), `share` (percent), `share_text`.
    """
    order = list(dict.fromkeys(shares["kind"]))
    years = sorted(set(shares["year"]))
    base = alt.Chart(shares).encode(
        y=alt.Y(
            "kind:N",
            sort=order,
            axis=alt.Axis(title=None, labelLimit=150, ticks=False, domain=False),
        ),
        yOffset=alt.YOffset("year:N", sort=years),
        x=alt.X(
            "share:Q",
            scale=alt.Scale(domain=[0, _ROOM], nice=False),
            axis=None,
        ),
        tooltip=[
            alt.Tooltip("kind:N", title=" "),
            alt.Tooltip("year:N", title=" "),
            alt.Tooltip("share_text:N", title=" "),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color(
            "year:N",
            scale=alt.Scale(domain=years, range=[GREY, BLUE]),
            legend=alt.Legend(title=None, orient="top"),
        ),
    )
    numbers = base.mark_text(align="left", dx=4, fontSize=10, color=GREY).encode(
        text="share_text:N"
    )
    return cast("alt.LayerChart", alt.layer(bars, numbers))
