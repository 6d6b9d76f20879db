"""Charts on the screen: built once a revision and language, a mark opens its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd
import streamlit as st

from lib import clock
from lib.actions import today
from lib.actions.kpi_targets import marks_of
from lib.actions.kpi_views import call_centres
from lib.charts import morning
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.metrics.marks import Mark, MarkKind
from lib.store.access import UserStore
from lib.ui import format as fmt
from lib.ui import picked

WEEKS_KEY: Final = "chart.weekly_contacts"
"""Widget key of the bars."""


def answer_rates(desk: UserStore, now: datetime) -> tuple[str, date] | None:
    """Draw the answer rates of 28 days; return centre and day of a clicked mark."""
    spec = desk.derived(
        ("chart", "answer_rates", now.date(), current()),
        lambda: _answer_rates(desk, now),
    )
    if spec is None:
        st.caption(_("応答率が計算できる日がまだありません。"))
        return None
    mark = _draw(spec, "chart.answer_rates", _("センターごとの応答率、直近28日"))
    day = picked.day(mark.get("iso"))
    return (str(mark.get("centre", "")), day) if day else None


def weekly_contacts(desk: UserStore, now: datetime, usual: float | None) -> date | None:
    """Draw the contacts of consumer centres; return the last day of a clicked week."""
    spec = desk.derived(
        ("chart", "weekly_contacts", now.date(), current()),
        lambda: _weekly_contacts(desk, now, usual),
    )
    words = _("センターからの連絡、直近13週の件数")
    return picked.day(_draw(spec, WEEKS_KEY, words).get("iso"))


def _draw(spec: Spec, key: str, words: str) -> Mapping[str, Any]:
    """Draw a chart and return the fields of the mark that was clicked; {} for none."""
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
    return picked.mark(event, morning.PICK)


def _answer_rates(desk: UserStore, now: datetime) -> Spec | None:
    rates = today.answer_rates(desk, now)
    if rates.empty:
        return None
    shown = rates.assign(
        iso=rates["day"].dt.strftime("%Y-%m-%d"),
        day_text=[fmt.day(day) for day in rates["day"]],
        rate_text=[fmt.percent(rate) for rate in rates["rate"]],
    )
    return spec_of(
        morning.answer_rates(
            shown,
            today.common_target(desk, now),
            _marked(desk, shown["day"].min(), now),
        )
    )


def _marked(desk: UserStore, first: pd.Timestamp, now: datetime) -> pd.DataFrame:
    """Return the marks as the chart takes them, with who they are about."""
    names = {centre.code: centre.name for centre in call_centres(desk)}
    rows = [
        (pd.Timestamp(mark.day), mark.kind.code, mark_words(mark, names))
        for mark in marks_of(desk, first.date(), now.date())
    ]
    return pd.DataFrame(rows, columns=["day", "kind", "text"])


def mark_lines(desk: UserStore, now: datetime) -> tuple[str, ...]:
    """Return what happened in the last 28 days in words, the newest first."""

    def made() -> tuple[str, ...]:
        names = {centre.code: centre.name for centre in call_centres(desk)}
        first = clock.days_back(now.date(), today.USUAL_DAYS)[0]
        found = marks_of(desk, first, now.date())
        return tuple(mark_words(mark, names) for mark in reversed(found))

    return desk.derived(("mark lines", now.date(), current()), made)


def mark_words(mark: Mark, names: Mapping[str, str]) -> str:
    """Return "11月13日(金) 施策: …", with the centre's name where it is of one."""
    whose = names.get(mark.centre, mark.centre)
    said = f"{_(mark.kind.value)}: {mark.text()}"
    day = fmt.day(mark.day)
    return f"{day} {whose} {said}" if whose else f"{day} {said}"


def _weekly_contacts(desk: UserStore, now: datetime, usual: float | None) -> Spec:
    weeks = today.weekly_contacts(desk, now)
    last = len(weeks) - 1
    shown = weeks.drop(columns=["first", "last"]).assign(
        week_label=[f"{day.month}/{day.day}" for day in weeks["last"]],
        is_last=[n == last for n in range(len(weeks))],
        iso=[day.isoformat() for day in weeks["last"]],
        week_text=[
            f"{fmt.day(first)} – {fmt.day(end)}"
            for first, end in zip(weeks["first"], weeks["last"], strict=True)
        ],
        count_text=[fmt.number(count, unit="件") for count in weeks["count"]],
    )
    signs = measures_by_week(desk, weeks["first"], weeks["last"], shown["week_label"])
    return spec_of(morning.weekly_contacts(shown, usual, signs))


def measures_by_week(
    desk: UserStore,
    firsts: Iterable[date],
    lasts: Iterable[date],
    labels: Iterable[str],
) -> pd.DataFrame:
    """Return the measures that began in each week, as charts of weeks take them."""
    names = {centre.code: centre.name for centre in call_centres(desk)}
    rows = [
        (label, mark.kind.code, mark_words(mark, names))
        for first, last, label in zip(firsts, lasts, labels, strict=True)
        for mark in marks_of(desk, first, last)
        if mark.kind is MarkKind.MEASURE
    ]
    return pd.DataFrame(rows, columns=["week_label", "kind", "text"])
