"""What 「コールセンターKPI」 shows of each figure, computed once a revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import pandas as pd

from lib import clock
from lib.actions.kpi_targets import marks_of, targets_of
from lib.actions.kpi_views import (
    Period,
    by_centre_of,
    call_centres,
    entries_of,
    lamp_of,
    spread_of,
    times_of,
    total_of,
    verdict_of,
)
from lib.actions.today import figures_of
from lib.i18n import N_
from lib.metrics import kpis
from lib.metrics.counts import RETENTION_YEN, TYPED
from lib.metrics.entry_gaps import EmptyDay, empty_days
from lib.metrics.figures import between, of_centre
from lib.metrics.kpi_themes import Theme, figures_of_theme, is_of_company
from lib.metrics.kpis import Better, Figure, Kpi, Lack, Spread, Value
from lib.metrics.marks import Mark, MarkKind
from lib.metrics.missing import centres_of
from lib.metrics.reason import Reason
from lib.metrics.series import ALL
from lib.metrics.state import State, Verdict
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.store.access import UserStore

LEAST_DRAWN: Final = 7
USUALLY_DRAWN: Final = 28
"""Days of a chart where the period itself is too short to show a course."""

LONGEST: Final = 400
"""Days of the longest period that may be asked for: a year and a bit."""


class Asked(StrEnum):
    """The periods one may choose; the value stands in the address."""

    YESTERDAY = "yesterday"
    WEEK = "7"
    FOUR_WEEKS = "28"
    QUARTER = "90"
    MONTH = "month"
    OWN = "own"


_DAYS: Final = {
    Asked.YESTERDAY: 1,
    Asked.WEEK: 7,
    Asked.FOUR_WEEKS: 28,
    Asked.QUARTER: 90,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A period and the one before it, with which it is compared."""

    asked: Asked
    period: Period
    before: Period

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.period.last - self.period.first).days + 1

    @property
    def drawn(self) -> Period:
        """The days of a chart: those of the period, or more where these are few."""
        if self.days >= LEAST_DRAWN:
            return self.period
        return Period.ending(self.period.last, USUALLY_DRAWN)


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure that has a target, and how it stands; centre: `ALL` for all."""

    entry: Figure
    centre: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Card:
    """One figure over a period.

    before: its value in the period before, a count as over as many known days; None
        where there is none. spark: each day of `Span.drawn` that has a value, oldest
        first. method: the definition it was counted by. target: None for no aim, or
        where centres differ in theirs; `places` tells how each of these stands then,
        the worst first.
    """

    entry: Figure
    value: Value
    method: str
    note: Reason | None
    before: float | None
    target: float | None
    lamp: Verdict | None
    spark: tuple[float, ...]
    places: tuple[Judged, ...] = ()

    @property
    def lack(self) -> Reason | None:
        """Why there is no value; None where there is one."""
        if isinstance(self.entry, Kpi):
            return self.value.reason(self.entry)
        return None if self.value.lack is None else Reason(NO_CASE)


NO_CASE: Final = N_("この期間に終わった件がありません。")


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of each centre, by code; values None where they cannot be compared.

    lamps: of each centre's own way of counting, as was agreed with it. note: how the
    values were brought to one way of counting, or why they were not.
    """

    entry: Kpi
    values: Mapping[str, Value] | None
    lamps: Mapping[str, Verdict | None]
    note: Reason | None


@dataclass(frozen=True, slots=True)
class Course:
    """A figure day by day, for its chart.

    rows: a row a day, with `day`, `value` (NaN where it has none) and `target` (NaN
        for no aim). empty: days without figures. short: days that are entered and
        still lack a part. marks: what happened, the earliest first.
    is_mixed: the centres count differently, so there is no course of all of them.
    """

    rows: pd.DataFrame
    empty: tuple[EmptyDay, ...]
    short: tuple[date, ...]
    marks: tuple[Mark, ...]
    is_mixed: bool


def span(
    asked: Asked,
    today: date,
    *,
    month: date | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Span:
    """Return the days that are meant, and those before; today is never among them.

    month: any day of it, the running one without; it is compared with as many days of
        the month before. first, last: the own period, put into order and cut to
        `LONGEST` days; without both, the last 28 days.
    """
    yesterday = today - timedelta(days=1)
    if asked is Asked.MONTH:
        return _month(month or yesterday, yesterday)
    if asked is Asked.OWN:
        period = _own(first, last, yesterday)
    else:
        period = Period.ending(yesterday, _DAYS[asked])
    length = (period.last - period.first).days + 1
    return Span(asked, period, Period.ending(period.first - timedelta(days=1), length))


def _own(first: date | None, last: date | None, yesterday: date) -> Period:
    """Return the days somebody chose, in order, not too many, up to yesterday."""
    stated = sorted(day for day in (first, last) if day is not None)
    end = min(stated[-1], yesterday) if last and stated else yesterday
    usual = end - timedelta(days=USUALLY_DRAWN - 1)
    begin = min(stated[0], end) if first and stated else usual
    return Period(max(begin, end - timedelta(days=LONGEST - 1)), end)


def _month(day: date, yesterday: date) -> Span:
    whole = Period.of_month(min(day, yesterday))
    before = Period.of_month(whole.first - timedelta(days=1))
    if whole.last <= yesterday:
        return Span(Asked.MONTH, whole, before)
    elapsed = (yesterday - whole.first).days
    same = min(before.first + timedelta(days=elapsed), before.last)
    return Span(Asked.MONTH, Period(whole.first, yesterday), Period(before.first, same))


def told(store: UserStore, theme: Theme, centre: str) -> tuple[Figure, ...]:
    """Return the figures of a theme that this person can be told of a centre."""
    return figures_of_theme(
        theme, of_centre=centre != ALL, typed_only=store.principal.is_outsourced
    )


def cards_of(
    store: UserStore, theme: Theme, spans: Span, now: datetime, centre: str = ALL
) -> tuple[Card, ...]:
    """Return the figures of a theme, in its order."""
    return store.derived(
        ("kpi cards", theme, spans, centre, _hour(now)),
        lambda: tuple(
            card_of(store, entry, spans, now, centre)
            for entry in told(store, theme, centre)
        ),
    )


def card_of(
    store: UserStore, entry: Figure, spans: Span, now: datetime, centre: str = ALL
) -> Card:
    """Return one figure over a period."""
    return store.derived(
        ("kpi card", entry.code, spans, centre, _hour(now)),
        lambda: _card(store, entry, spans, now, centre),
    )


def _card(
    store: UserStore, entry: Figure, spans: Span, now: datetime, centre: str
) -> Card:
    one = _known(entry)
    target = target_of(store, entry, centre, spans.period.last)
    lamp = lamp_of(store, one, spans.period, now, centre)
    if isinstance(one, Spread):
        found = spread_of(store, one, spans.period, now, centre).value
        before = spread_of(store, one, spans.before, now, centre).value
        return Card(entry, found, "", None, before.number, target, lamp, ())
    total = total_of(store, one, spans.period, now, centre)
    earlier = total_of(store, one, spans.before, now, centre).value
    own = _centre(store, centre)
    method = total.method
    if own is not None and one.chosen_by:
        method = getattr(own, one.chosen_by).value
    return Card(
        entry=entry,
        value=total.value,
        method=method,
        note=total.note,
        before=_comparable(one, total.value, earlier),
        target=target,
        lamp=lamp,
        spark=()
        if total.value.lack is Lack.MIXED
        else _spark(store, one, spans, now, centre),
        places=() if lamp else _places(store, one, spans, now, centre),
    )


def _spark(
    store: UserStore, entry: Kpi, spans: Span, now: datetime, centre: str
) -> tuple[float, ...]:
    days = _daily(store, entry, spans.drawn, now, centre)
    return tuple(days["value"].dropna().tolist())


def _places(
    store: UserStore, entry: Kpi, spans: Span, now: datetime, centre: str
) -> tuple[Judged, ...]:
    """Return how each centre stands to its own target, where all share none."""
    if centre != ALL or entry.better is Better.NONE or not _is_by_centre(entry):
        return ()
    found = _of_centres(store, entry, spans, now)
    return tuple(sorted(found, key=lambda one: -one.verdict.state.rank))


def _comparable(entry: Kpi, now: Value, before: Value) -> float | None:
    """Return what the period before would be over as many known days.

    A count of a week in which two days are missing is no fall, nor are confirmations
    that come in 45 days later. Ledgers know every day.
    """
    if before.number is None or entry.ratio().denominator is not None:
        return before.number
    is_typed = set(entry.columns) <= {*TYPED, RETENTION_YEN}
    if not is_typed or not before.days or not now.days:
        return before.number
    return before.number / before.days * now.days


def target_of(store: UserStore, entry: Figure, centre: str, day: date) -> float | None:
    """Return what a figure is to reach on a day; None for no aim or several."""
    targets = targets_of(store)
    if centre != ALL:
        return targets.on(entry, centre, day)
    codes = () if is_of_company(entry) else _codes(store)
    return targets.common(entry, codes, day)


# How they stand ----------------------------------------------------------------


def judged_of(
    store: UserStore, spans: Span, now: datetime, centre: str = ALL
) -> tuple[Judged, ...]:
    """Return every figure that has a target, what is worst first.

    Of all centres each is held to its own target, and the company to what only the
    company has.
    """
    return store.derived(
        ("kpi judged", spans, centre, _hour(now)),
        lambda: _judged(store, spans, now, centre),
    )


def _judged(
    store: UserStore, spans: Span, now: datetime, centre: str
) -> tuple[Judged, ...]:
    found = [
        one
        for theme in Theme
        for entry in told(store, theme, centre)
        if entry.better is not Better.NONE
        for one in _judged_places(store, _known(entry), spans, now, centre)
    ]
    return tuple(sorted(found, key=lambda one: -one.verdict.state.rank))


def _judged_places(
    store: UserStore, entry: Kpi | Spread, spans: Span, now: datetime, centre: str
) -> Iterator[Judged]:
    """Yield a figure of the centre, of each centre, or of the whole company.

    A case belongs to the company, whoever took the call.
    """
    if isinstance(entry, Kpi) and centre == ALL and _is_by_centre(entry):
        yield from _of_centres(store, entry, spans, now)
    elif verdict := lamp_of(store, entry, spans.period, now, centre):
        yield Judged(entry, centre, verdict)


def _is_by_centre(entry: Kpi) -> bool:
    return entry.rows == "kpi_days" and not is_of_company(entry)


def _of_centres(
    store: UserStore, entry: Kpi, spans: Span, now: datetime
) -> Iterator[Judged]:
    """Yield how each centre stands to its own target, all values taken at once."""
    targets = targets_of(store)
    last = spans.period.last
    if all(targets.on(entry, code, last) is None for code in _codes(store)):
        return
    values = by_centre_of(store, entry, spans.period, now)
    for code, found in values.items():
        if verdict := verdict_of(
            store, entry, found, spans.period, now=now, centre=code
        ):
            yield Judged(entry, code, verdict)


def off_target(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Return what misses its target, alarms first."""
    wrong = {State.WATCH, State.ALARM}
    return tuple(one for one in judged if one.verdict.state in wrong)


# Side by side ------------------------------------------------------------------


def beside_of(
    store: UserStore, theme: Theme, spans: Span, now: datetime
) -> tuple[Beside, ...]:
    """Return the figures of a theme for each centre, where there are several."""
    if len(call_centres(store)) < 2:  # noqa: PLR2004 - nothing stands beside one
        return ()
    return store.derived(
        ("kpi beside", theme, spans, _hour(now)),
        lambda: tuple(
            beside(store, entry, spans, now)
            for entry in told(store, theme, ALL)
            if isinstance(entry, Kpi) and not is_of_company(entry)
        ),
    )


def beside(store: UserStore, entry: Kpi, spans: Span, now: datetime) -> Beside:
    """Return one figure of each centre, all counted in one way, or not compared."""
    found = total_of(store, entry, spans.period, now)
    own = by_centre_of(store, entry, spans.period, now)
    lit = {code: lamp_of(store, entry, spans.period, now, code) for code in own}
    if found.value.lack is Lack.MIXED:
        return Beside(entry, None, lit, Reason(_NOT_COMPARED))
    if not found.method:
        return Beside(entry, own, lit, None)
    days = between(_frame(store, entry, now), spans.period.first, spans.period.last)
    alike = {
        code: kpis.measured(entry, of_centre(days, code), found.method) for code in own
    }
    return Beside(entry, alike, lit, found.note)


_NOT_COMPARED: Final = N_(
    "数え方がセンターごとに違うので、並べて比べません。センターを選んで見てください。"
)


# Day by day --------------------------------------------------------------------


def course_of(
    store: UserStore, entry: Kpi, spans: Span, now: datetime, centre: str = ALL
) -> Course:
    """Return a figure day by day, with what is missing and what happened."""
    return store.derived(
        ("kpi course", entry.code, spans.drawn, centre, _hour(now)),
        lambda: _course(store, entry, spans.drawn, now, centre),
    )


def _course(
    store: UserStore, entry: Kpi, period: Period, now: datetime, centre: str
) -> Course:
    rows = _daily(store, entry, period, now, centre)
    empty = _empty(store, entry, period, now, centre)
    without = {day.day for day in empty}
    short = tuple(
        day.date()
        for day, value in zip(rows["day"], rows["value"], strict=True)
        if pd.isna(value) and day.date() not in without
    )
    known = total_of(store, entry, period, now, centre).value
    return Course(
        rows=rows,
        empty=empty,
        short=short if _typed(entry) else (),
        marks=marks_for(store, entry, period, centre),
        is_mixed=known.lack is Lack.MIXED,
    )


def _daily(
    store: UserStore, entry: Kpi, period: Period, now: datetime, centre: str
) -> pd.DataFrame:
    on = _days(period)
    since = period.first - timedelta(days=entry.window)
    days = between(_frame(store, entry, now), since, period.last)
    if centre == ALL:
        method = total_of(store, entry, period, now).method
        values = kpis.daily(entry, days, on, method)
        values = _without_partial_days(store, entry, period, now, values)
        wanted = _targets_of_all(store, entry, on)
    else:
        values = kpis.daily(entry, of_centre(days, centre), on)
        wanted = targets_of(store).daily(entry, centre, on)
    return pd.DataFrame(
        {
            "day": pd.to_datetime(on),
            "value": values.to_numpy(),
            "target": pd.array(wanted, dtype="Float64").to_numpy(
                "float64", na_value=float("nan")
            ),
        }
    )


def _without_partial_days(
    store: UserStore, entry: Kpi, period: Period, now: datetime, values: pd.Series
) -> pd.Series:
    """Leave out counts of days on which a centre is missing: they would be a fall."""
    if entry.ratio().denominator is not None or not _typed(entry):
        return values
    gaps = [
        pd.Timestamp(day.day)
        for day in _empty(store, entry, period, now, ALL)
        if day.missing
    ]
    return values.mask(values.index.isin(gaps))


def _targets_of_all(store: UserStore, entry: Kpi, on: list[date]) -> list[float | None]:
    targets = targets_of(store)
    codes = () if is_of_company(entry) else _codes(store)
    return [targets.common(entry, codes, day) for day in on]


def _empty(
    store: UserStore, entry: Kpi, period: Period, now: datetime, centre: str
) -> tuple[EmptyDay, ...]:
    """Return the days without figures, of the centres whose figures are needed."""
    if not _typed(entry):
        return ()
    needed = COMPANY if is_of_company(entry) else centre
    return store.derived(
        ("empty days", needed, period, _hour(now)),
        lambda: empty_days(
            entries_of(store, now),
            store.frame("kpi_days"),
            [c for c in _every(store) if _is_needed(c, needed)],
            period.first,
            period.last,
        ),
    )


def _is_needed(one: Centre, needed: str) -> bool:
    return one.code != COMPANY if needed == ALL else one.code == needed


def _typed(entry: Kpi) -> bool:
    return entry.frame == "figures" and any(name in TYPED for name in entry.columns)


def marks_for(
    store: UserStore, entry: Figure, period: Period, centre: str
) -> tuple[Mark, ...]:
    """Return what is marked on a figure's chart: what concerns it, and this centre."""
    fields = {entry.chosen_by, *entry.alike} if isinstance(entry, Kpi) else set()
    wanted = {"", entry.code, *fields}
    return tuple(
        mark
        for mark in marks_of(store, period.first, period.last)
        if mark.about in wanted
        and (centre == ALL or mark.centre in {"", centre})
        and (mark.about == entry.code or not _is_of_a_centre(mark, entry))
    )


def _is_of_a_centre(mark: Mark, entry: Figure) -> bool:
    """Return whether it tells how a centre counts, which no company figure rests on."""
    return is_of_company(entry) and mark.kind is MarkKind.FORMULA


def cases_of(
    store: UserStore, entry: Spread, spans: Span, now: datetime, centre: str = ALL
) -> pd.DataFrame:
    """Return the cases that ended in the days of a chart: `key`, `day`, `minutes`."""

    def made() -> pd.DataFrame:
        found = times_of(store, now)
        own = found if centre == ALL else found[found["centre"] == centre]
        days = own[entry.ended].dt.tz_localize(None).dt.normalize()
        first, last = spans.drawn.first, spans.drawn.last
        inside = days.between(pd.Timestamp(first), pd.Timestamp(last))
        return pd.DataFrame(
            {
                "key": own.index[inside],
                "day": days[inside].to_numpy(),
                "minutes": own.loc[inside, entry.minutes].to_numpy(),
            }
        )

    return store.derived(
        ("kpi cases", entry.code, spans.drawn, centre, _hour(now)), made
    )


# The pieces --------------------------------------------------------------------


def _every(store: UserStore) -> tuple[Centre, ...]:
    return store.derived(
        "entering centres",
        lambda: centres_of(store.frame("centres"), store.frame("kpi_days")),
    )


def _centre(store: UserStore, code: str) -> Centre | None:
    return next((c for c in call_centres(store) if c.code == code), None)


def _codes(store: UserStore) -> tuple[str, ...]:
    return tuple(centre.code for centre in call_centres(store))


def _known(entry: Figure) -> Kpi | Spread:
    """Return the figure as what it is: there are no others."""
    assert isinstance(entry, Kpi | Spread)  # noqa: S101 - the registry holds no others
    return entry


def _frame(store: UserStore, entry: Kpi, now: datetime) -> pd.DataFrame:
    return (
        entries_of(store, now) if entry.frame == "entries" else figures_of(store, now)
    )


def _days(period: Period) -> list[date]:
    return clock.days_back(period.last, (period.last - period.first).days + 1)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0)
