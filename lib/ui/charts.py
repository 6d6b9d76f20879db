"""Charts on the screen: built once a revision and language, a mark opens its rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import streamlit as st

from lib.actions import today
from lib.charts import morning
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.store.access import UserStore
from lib.ui import format as fmt


def answer_rates(desk: UserStore, now: datetime) -> tuple[str, date] | None:
    """Draw the answer rates of 28 days; return centre and day of a clicked mark."""
    spec = desk.derived(
        ("chart", "answer_rates", now.date(), current()),
        lambda: _answer_rates(desk, now),
    )
    if spec is None:
        st.caption(_("応答率が計算できる日がまだありません。"))
        return None
    picked = _draw(spec, "chart.answer_rates", _("センターごとの応答率、直近28日"))
    if not picked:
        return None
    return str(picked["centre"]), date.fromisoformat(str(picked["iso"]))


def weekly_contacts(desk: UserStore, now: datetime, usual: float | None) -> None:
    """Draw the contacts from consumer centres week by week."""
    spec = desk.derived(
        ("chart", "weekly_contacts", now.date(), current()),
        lambda: _weekly_contacts(desk, now, usual),
    )
    st.vega_lite_chart(
        spec, alt=_("センターからの連絡、直近13週の件数"), key="chart.weekly_contacts"
    )


def _draw(spec: Spec, key: str, words: str) -> dict[str, Any] | None:
    """Draw a chart and return the fields of the mark that was clicked, if any."""
    event = cast(
        "Any",
        st.vega_lite_chart(
            spec,
            key=key,
            on_select="rerun",
            selection_mode=[morning.PICK],
            alt=words,
        ),
    )
    marks = event.get("selection", {}).get(morning.PICK) or []
    return dict(marks[0]) if marks else None


def _answer_rates(desk: UserStore, now: datetime) -> Spec | None:
    rates = today.answer_rates(desk, now)
    if rates.empty:
        return None
    shown = rates.assign(
        iso=rates["day"].dt.strftime("%Y-%m-%d"),
        day_text=[fmt.day(day) for day in rates["day"]],
        rate_text=[fmt.percent(rate) for rate in rates["rate"]],
    )
    return spec_of(morning.answer_rates(shown, today.common_target(desk, now)))


def _weekly_contacts(desk: UserStore, now: datetime, usual: float | None) -> Spec:
    weeks = today.weekly_contacts(desk, now)
    last = len(weeks) - 1
    shown = weeks.drop(columns=["first", "last"]).assign(
        week_label=[f"{day.month}/{day.day}" for day in weeks["last"]],
        is_last=[n == last for n in range(len(weeks))],
        week_text=[
            f"{fmt.day(first)} – {fmt.day(end)}"
            for first, end in zip(weeks["first"], weeks["last"], strict=True)
        ],
        count_text=[fmt.number(count, unit="件") for count in weeks["count"]],
    )
    return spec_of(morning.weekly_contacts(shown, usual))
