"""What a press on リスク opens: the contacts of some days, the cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.charts import risk
from lib.charts.look import Spec
from lib.i18n import _
from lib.metrics import referrals
from lib.metrics.series import ALL
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import freshness, navigation, picked
from lib.ui import table as tables
from lib.ui.deadlines.links import case_link
from lib.ui.filters import product_names
from lib.ui.morning.health import figure_query
from lib.ui.table import Grid

LINKS_SHOWN: Final = 5
"""Numbers of cases that stand under a finding; the rest are counted."""

_COLUMNS: Final = (
    "first_contact_at",
    "agency_name",
    "product_code",
    "category",
    "status",
)


def chart(spec: Spec, key: str, words: str) -> date | None:
    """Draw a chart whose days can be pressed; return the day pressed just now, once.

    A day stays picked until another is, and each press opens it a single time.
    """
    event = cast(
        "Any",
        st.vega_lite_chart(
            spec, key=key, on_select="rerun", selection_mode=[risk.PICK], alt=words
        ),
    )
    day = picked.day(picked.mark(event, risk.PICK).get("iso"))
    opened = f"{key}:opened"
    if day == st.session_state.get(opened):
        return None
    st.session_state[opened] = day
    return day


def contacts(desk: UserStore, first: date, last: date) -> None:
    """Open the contacts of some days over the page; the first few are links."""
    freshness.hold_still()

    @st.dialog(_("この間の連絡"), width="large", on_dismiss="rerun")
    def opened() -> None:
        is_one_day = first == last
        said = fmt.full_day(first)
        st.caption(inert(said if is_one_day else f"{said} – {fmt.full_day(last)}"))
        rows = referrals.within(
            referrals.referrals(desk.frame("agency_inquiries")),
            last,
            (last - first).days + 1,
        )
        if rows.empty:
            st.write(_("この間、台帳に記録された連絡はありません。"))
        else:
            names = {"product_code": product_names(desk)}
            grid = Grid(table("agency_inquiries"), _COLUMNS, names)
            tables.show_only(grid, rows, clock.now(), alt=_("この間の連絡"))
            with st.container(horizontal=True, gap="small"):
                case_links(list(map(str, rows.index)))
        if is_one_day:
            _figures_of(desk, first)

    opened()


def case_links(keys: Sequence[str]) -> None:
    """Draw the numbers of cases as links, the first few; the others are counted.

    Into a container that lies across, which wraps them.
    """
    for key in keys[:LINKS_SHOWN]:
        case_link(key)
    if len(keys) > LINKS_SHOWN:
        more = _("ほか{count}件").format(count=len(keys) - LINKS_SHOWN)
        st.caption(more, width="content")


def may_open(desk: UserStore, code: str) -> bool:
    """Whether the person's role may open a page."""
    return desk.principal.role in navigation.entry(code).roles


def _figures_of(desk: UserStore, day: date) -> None:
    """Draw the way to the calls from centres that were typed for a day."""
    if may_open(desk, "kpis"):
        navigation.link(
            "kpis",
            _("この日の日次KPIを見る"),
            icon=":material/monitoring:",
            **figure_query("consumer_centre_calls", ALL, day, day),
        )
