"""The picture of a measure's effect, built once a revision and language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.improving import wording
from lib.actions.improving.figures import Against
from lib.actions.improving.judging import Told, told_of
from lib.actions.improving.targets import Target
from lib.actions.kpi_targets import marks_of
from lib.actions.kpi_views import call_centres
from lib.charts import improvements as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _, current
from lib.metrics.effects import SPAN, Span
from lib.metrics.improvements import Days, Judged, spans_before
from lib.schema.learning import Improvement
from lib.store.access import UserStore
from lib.ui import charts as shared
from lib.ui import format as fmt

WEEKS_BEFORE: Final = 12
MOST_WEEKS_AFTER: Final = 52
_WEEK: Final = 7


def show(desk: UserStore, one: Improvement, now: datetime) -> None:
    """Draw it; nothing where there is nothing to compare."""
    spec = desk.derived(
        ("improvement picture", one.id, one.version, now.date(), current()),
        lambda: _spec(desk, one, now),
    )
    if spec is None:
        return
    st.vega_lite_chart(
        spec,
        key=f"improvements.chart.{one.id}",
        alt=_("始める前と後の、週ごとの数字"),
    )
    st.caption(
        _(
            "点は1週間。太い線は前28日と後の水準、帯は誤差、破線は「何もしなかったとき」の見込み、縦の線は始めた日です。"
        )
    )


def show_small(desk: UserStore, one: Improvement, now: datetime) -> None:
    """Draw its weeks as a line on a card, with its start and what else happened."""
    spec = desk.derived(
        ("improvement small picture", one.id, one.version, now.date(), current()),
        lambda: _small(desk, one, now),
    )
    if spec is not None:
        st.vega_lite_chart(
            spec,
            key=f"improvements.small.{one.id}",
            alt=_("始める前と後の、週ごとの数字"),
        )


def _small(desk: UserStore, one: Improvement, now: datetime) -> Spec | None:
    told, start = told_of(desk, one, now), one.starts_on
    if start is None or told.target is None or told.against is None:
        return None
    weeks = _weeks(told, start, now.date())
    if all(value is None for _first, value, _span in weeks):
        return None
    rows = [
        {
            "day": (first + timedelta(days=_WEEK // 2)).isoformat(),
            "value": value,
            "text": _week_text(told.target, told.against, first, span),
        }
        for first, value, span in weeks
    ]
    marks = _marks(desk, one, weeks[0][0], now)
    others = [
        {"day": f"{day:%Y-%m-%d}", "kind": kind, "text": text}
        for day, kind, text in marks.itertuples(index=False)
    ]
    return charts.small(
        rows,
        [{"day": start.isoformat(), "text": _begun_text(start)}],
        others,
        zero=told.against is not Against.CASES,
    )


def _begun_text(start: date) -> str:
    return _("{day} 始めた").format(day=fmt.full_day(start))


def _weeks(
    told: Told, start: date, today: date
) -> list[tuple[date, float | None, Span]]:
    """Return first day, value and sums of each week around `start`."""
    if told.days is None or told.target is None or told.against is None:
        return []
    days, target, against = told.days, told.target, told.against
    before = spans_before(days, start, WEEKS_BEFORE, _WEEK)
    count = min(
        MOST_WEEKS_AFTER, max(0, (min(today, _end(days)) - start).days // _WEEK)
    )
    after = spans_before(days, start + timedelta(days=_WEEK * count), count, _WEEK)
    first = start - timedelta(days=_WEEK * WEEKS_BEFORE)
    return [
        (
            first + timedelta(days=_WEEK * n),
            wording.number_of(target, span, against) if span.days else None,
            span,
        )
        for n, span in enumerate([*before, *after])
    ]


def _end(days: Days) -> date:
    return days.last + timedelta(days=1)


def _spec(desk: UserStore, one: Improvement, now: datetime) -> Spec | None:
    told = told_of(desk, one, now)
    start, found = one.starts_on, told.judged
    if found is None or start is None or told.target is None or told.against is None:
        return None
    weeks = _weeks(told, start, now.date())
    if all(value is None for _first, value, _span in weeks):
        return None
    rows = pd.DataFrame(
        [
            {
                "day": pd.Timestamp(first + timedelta(days=_WEEK // 2)),
                "value": value,
                "is_after": first >= start,
                "text": _week_text(told.target, told.against, first, span),
            }
            for first, value, span in weeks
        ]
    )
    levels = pd.DataFrame(
        list(_levels(told, told.target, told.against, found, start)),
        columns=["since", "until", "value", "low", "high", "kind", "text"],
    )
    begun = pd.DataFrame([{"day": pd.Timestamp(start), "text": _begun_text(start)}])
    first = weeks[0][0]
    chart = charts.effect(
        rows,
        levels,
        begun,
        _marks(desk, one, first, now),
        zero=told.against is not Against.CASES,
    )
    return spec_of(chart)


def _week_text(target: Target, against: Against, first: date, span: Span) -> str:
    last = first + timedelta(days=_WEEK - 1)
    rate = wording.rate_text(target, span, against)
    return f"{fmt.day(first)} – {fmt.day(last)}: {rate}"


def _levels(
    told: Told, target: Target, against: Against, found: Judged, start: date
) -> Iterator[tuple[Any, ...]]:
    def value(rate: float | None) -> float | None:
        """Return a rate of events as the axis has it."""
        if rate is None:
            return None
        return wording.number_of(target, Span(rate, 1.0, 1), against)

    def text(words: str, span: Span) -> str:
        return f"{words}: {wording.rate_text(target, span, against)}"

    since = pd.Timestamp(start - timedelta(days=SPAN))
    at = pd.Timestamp(start)
    before = value(found.before.rate)
    yield since, at, before, None, None, "before", text(_("前28日"), found.before)
    rate, seen = found.after.rate, found.effect
    if rate is None or not found.after.days:
        return
    end = start + timedelta(days=found.look or SPAN)
    ends = pd.Timestamp(end)
    low = high = None
    if seen.ratio and seen.low is not None and seen.high is not None:
        expected = rate / seen.ratio
        low, high = value(expected * seen.low), value(expected * seen.high)
        alone = value(expected)
        said = _("何もしなかったときの見込み")
        yield at, ends, alone, None, None, "expected", said
    words = _("後{days}日").format(days=found.look or found.after.days)
    yield at, ends, value(rate), low, high, "after", text(words, found.after)
    back = told.relapse
    if back is not None and back.latest is not None and back.back_on is not None:
        began = back.back_on - timedelta(days=back.latest.days)
        yield (
            pd.Timestamp(began),
            pd.Timestamp(back.back_on),
            value(back.latest.rate),
            None,
            None,
            "back",
            text(_("再発"), back.latest),
        )


def _marks(
    desk: UserStore, one: Improvement, first: date, now: datetime
) -> pd.DataFrame:
    """Return what else happened on these days, as every chart shows it."""
    names = {centre.code: centre.name for centre in call_centres(desk)}
    rows = [
        (pd.Timestamp(mark.day), mark.kind.code, shared.mark_words(mark, names))
        for mark in marks_of(desk, first, now.date())
        if mark.key != one.id
    ]
    return pd.DataFrame(rows, columns=["day", "kind", "text"])
