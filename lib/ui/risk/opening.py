"""What a press on リスク opens: the contacts of a day, a day's figures, the cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

import streamlit as st

from lib import clock
from lib.actions.searching import slug
from lib.charts import risk
from lib.charts.look import Spec
from lib.i18n import _
from lib.metrics import referrals
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import freshness, navigation
from lib.ui import table as tables
from lib.ui.deadlines.links import case_link
from lib.ui.filters import product_names
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
    marks = event.get("selection", {}).get(risk.PICK) or []
    iso = str(marks[0]["iso"]) if marks else ""
    opened = f"{key}:opened"
    if iso == st.session_state.get(opened, ""):
        return None
    st.session_state[opened] = iso
    return date.fromisoformat(iso) if iso else None


def contacts_of_day(desk: UserStore, day: date) -> None:
    """Open the contacts of one day over the page; each is a link to its case."""
    freshness.hold_still()

    @st.dialog(_("この日の連絡"), width="large", on_dismiss="rerun")
    def contacts() -> None:
        st.caption(inert(fmt.full_day(day)))
        rows = referrals.within(
            referrals.referrals(desk.frame("agency_inquiries")), day, 1
        )
        if rows.empty:
            st.write(_("この日、台帳に記録された連絡はありません。"))
            _figures_of(desk, COMPANY, day)
            return
        names = {"product_code": product_names(desk)}
        grid = Grid(table("agency_inquiries"), _COLUMNS, names)
        tables.show_only(grid, rows, clock.now(), alt=_("この日の連絡"))
        case_links(list(map(str, rows.index)))

    contacts()


def figures_of_day(desk: UserStore, centre: str, day: date) -> None:
    """Leave for the KPI entry of a day, for those who may open it."""
    if may_open(desk, "kpi_entry"):
        navigation.go("kpi_entry", centre=slug(centre), date=day.isoformat())


def case_links(keys: Sequence[str]) -> None:
    """Draw the numbers of cases as links, the first few; the others are counted."""
    with st.container(horizontal=True, gap="small"):
        for key in keys[:LINKS_SHOWN]:
            case_link(key)
        if len(keys) > LINKS_SHOWN:
            more = _("ほか{count}件").format(count=len(keys) - LINKS_SHOWN)
            st.caption(more, width="content")


def may_open(desk: UserStore, code: str) -> bool:
    """Whether the person's role may open a page."""
    return desk.principal.role in navigation.entry(code).roles


def _figures_of(desk: UserStore, centre: str, day: date) -> None:
    if may_open(desk, "kpi_entry"):
        navigation.link(
            "kpi_entry",
            _("この日の日次KPIを開く"),
            icon=":material/edit_calendar:",
            centre=slug(centre),
            date=day.isoformat(),
        )
