"""How each centre stands today: its last day beside the days before, target and lamp.

A row stands on the last day that the centre entered, at most a week back: at eight in
the morning yesterday's figures are seldom in, and on a Monday nobody worked. All
centres together stand on the last day for which each has its figures, or it would look
as if fewer had called.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib.actions.kpi_targets import targets_of
from lib.actions.kpi_views import Period, call_centres, entries_of, lamp_of
from lib.actions.today import USUAL_DAYS, WEEK, excluded_of, figures_of, missing_of
from lib.i18n import N_
from lib.metrics import calendar, exclusions, kpis, movers
from lib.metrics.entering import Entry
from lib.metrics.figures import between, of_centre
from lib.metrics.kpis import Kpi
from lib.metrics.missing import MissingDay
from lib.metrics.movers import Compared
from lib.metrics.reason import Reason
from lib.metrics.series import ALL, Series, series_of
from lib.metrics.state import State, Verdict, centre_state, worst
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.vocab import Flag
from lib.store.access import UserStore

ANSWER_RATE: Final = "answer_rate"

SHOWN: Final = (
    ANSWER_RATE,
    "offered",
    "consumer_centre_calls",
    "cancel_requests",
    "retention_success",
)
"""What may be looked at by centre, the headline first."""

OF_SUBSCRIPTIONS: Final = frozenset({"cancel_requests", "retention_success"})
"""Asked only of centres that sell 定期."""

_LONGEST: Final = 90
"""Days of the longest time that a last day is compared with."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One figure of one centre, or of all (`ALL`).

    day: the last day with figures; None where none of the last 7 has.
    compared: that day beside the days before; None without such a day.
    target: what it is to reach on that day. verdict: None where nothing is aimed at.
    spark: its last 28 days, oldest first; NaN where a day has no value.
    """

    entry: Kpi
    centre: str
    name: str
    day: date | None
    compared: Compared | None
    target: float | None
    verdict: Verdict | None
    spark: tuple[float, ...]

    @property
    def number(self) -> float | None:
        """The value of the last day."""
        return self.compared.number if self.compared else None


@dataclass(frozen=True, slots=True)
class Punctual:
    """How a centre's days of the last 28 came in; in days.

    due: those by which its punctuality is told.
    last_missing: the newest day that is not in.
    """

    centre: str
    name: str
    missing: int
    late: int
    on_time: int
    due: int
    last_missing: date | None


def choices(store: UserStore) -> tuple[str, ...]:
    """Return the codes of `SHOWN` that any centre here has."""
    sells = any(c.subscriptions is Flag.YES for c in call_centres(store))
    return tuple(code for code in SHOWN if sells or code not in OF_SUBSCRIPTIONS)


def standings(store: UserStore, code: str, now: datetime) -> tuple[Standing, ...]:
    """Return a figure of all centres together, where there are several, then of each.

    Empty without a centre. Judged to the minute: a deadline may have passed.
    """
    minute = now.replace(second=0)
    missing = missing_of(store, minute)
    return store.derived(
        ("standings", code, minute.replace(minute=0), missing),
        lambda: _standings(store, kpis.kpi(code), minute, missing),
    )


def punctuality(store: UserStore, now: datetime) -> tuple[Punctual, ...]:
    """Return how the days of the last 28 came in, by centre, the company first.

    Only who has entered anything by now is listed. Days whose time is not known, and
    days due before the centre began to enter, count neither as late nor in time.
    """
    hour = now.replace(minute=0, second=0)
    return store.derived(("punctuality", hour), lambda: _punctuality(store, hour))


def left_out(store: UserStore, now: datetime) -> tuple[tuple[Kpi, int], ...]:
    """Return how many values that a sheet cannot read each of `choices` lacks.

    Counted over the days that the table compares, the 90 before today; 0 where none.
    """
    today = now.date()

    def counted() -> tuple[tuple[Kpi, int], ...]:
        values = excluded_of(store)
        return tuple(
            (entry, exclusions.count_in(entry, values, *_compared_days(today)))
            for entry in map(kpis.kpi, choices(store))
        )

    return store.derived(("left out of health", today), counted)


def _compared_days(today: date) -> tuple[date, date]:
    return today - timedelta(days=_LONGEST), today - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands. overdue: the newest day that should be in and is not."""

    centre: str
    name: str
    day: date | None
    overdue: date | None


def _standings(
    store: UserStore, entry: Kpi, now: datetime, missing: Sequence[MissingDay]
) -> tuple[Standing, ...]:
    centres = [
        centre
        for centre in call_centres(store)
        if centre.subscriptions is Flag.YES or entry.code not in OF_SUBSCRIPTIONS
    ]
    days = figures_of(store, now)
    overdue = {m.centre: m.day for m in reversed(missing)}
    places = [
        _Place(
            centre.code,
            centre.name,
            _last_day(of_centre(days, centre.code), now.date()),
            overdue.get(centre.code),
        )
        for centre in centres
    ]
    verdicts = {
        place.centre: _judged(store, entry, centre, place, now)
        for place, centre in zip(places, centres, strict=True)
    }
    if len(centres) > 1:
        late = [place.overdue for place in places if place.overdue]
        whole = _last_whole_day(days, centres, now.date())
        every = _Place(ALL, "", whole, max(late, default=None))
        verdicts[ALL] = _judged_all(store, entry, verdicts, every, now)
        places.insert(0, every)
    courses = series_of(
        entry,
        days,
        [centre.code for centre in centres],
        now.date() - timedelta(days=USUAL_DAYS + WEEK),
        now.date() - timedelta(days=1),
    )
    return tuple(
        _standing(
            store,
            entry,
            centres,
            place,
            verdict=verdicts[place.centre],
            course=courses[place.centre],
            now=now,
        )
        for place in places
    )


def _standing(
    store: UserStore,
    entry: Kpi,
    centres: Sequence[Centre],
    place: _Place,
    *,
    verdict: Verdict | None,
    course: Series,
    now: datetime,
) -> Standing:
    day = place.day
    if day is None:
        return Standing(entry, place.centre, place.name, None, None, None, verdict, ())
    every = store.derived(
        ("compared", entry.code, tuple(centres), day, now.date()),
        lambda: movers.compared(figures_of(store, now), centres, day, (entry.code,)),
    )
    targets = targets_of(store)
    target = (
        targets.common(entry, tuple(c.code for c in centres), day)
        if place.centre == ALL
        else targets.on(entry, place.centre, day)
    )
    return Standing(
        entry,
        place.centre,
        place.name,
        day,
        next(one for one in every if one.centre == place.centre),
        target,
        verdict,
        _spark(course, day),
    )


# How it stands to its target ---------------------------------------------------------


def _judged(
    store: UserStore, entry: Kpi, centre: Centre, place: _Place, now: datetime
) -> Verdict | None:
    """Return how a centre's last day stands to its target.

    The answer rate by the rule of ① on 今日, so that one screen has one answer; other
    figures by `lamps.lamp`.
    """
    day = place.day
    if day is None:
        return _pending(place, NO_FIGURES) if _is_aimed(entry) else None
    if entry.code != ANSWER_RATE:
        return _unless_unproved(_lamp(store, entry, place.centre, day, now), place)
    own = of_centre(figures_of(store, now), centre.code)
    found = centre_state(
        between(own, day - timedelta(days=WEEK), day), centre, day, targets_of(store)
    )
    return _unless_unproved(found, place)


def _judged_all(
    store: UserStore,
    entry: Kpi,
    verdicts: Mapping[str, Verdict | None],
    place: _Place,
    now: datetime,
) -> Verdict | None:
    """Return how all together stand: of the answer rate, as the worst centre does."""
    if entry.code == ANSWER_RATE:
        return worst([verdict for verdict in verdicts.values() if verdict])
    if place.day is None:
        return _pending(place, NO_FIGURES) if _is_aimed(entry) else None
    return _unless_unproved(_lamp(store, entry, ALL, place.day, now), place)


def _lamp(
    store: UserStore, entry: Kpi, code: str, day: date, now: datetime
) -> Verdict | None:
    """Return the lamp of a day; of a small day, that of its last 7 days."""
    found = lamp_of(store, entry, Period(day, day), now, code)
    if found is not None and found.state is State.PENDING:
        return lamp_of(store, entry, Period.ending(day, WEEK), now, code)
    return found


def _unless_unproved(found: Verdict | None, place: _Place) -> Verdict | None:
    """Return the verdict; not as calm while a later day is due and is not in."""
    if found is None or found.state is not State.NORMAL:
        return found
    if place.day is None or place.overdue is None or place.overdue <= place.day:
        return found
    return _pending(place, NOT_IN, found.reasons)


NO_FIGURES: Final = N_("{centre}: 直近7日の数がまだ入っていません。")
NOT_IN: Final = N_(
    "{centre}: {day.month}/{day.day}の数が未入力なので、まだ判定できません。"
)


def _pending(place: _Place, message: str, more: tuple[Reason, ...] = ()) -> Verdict:
    said = Reason(message, {"centre": place.name, "day": place.overdue})
    return Verdict(State.PENDING, (said, *more), place.centre)


def _is_aimed(entry: Kpi) -> bool:
    return entry.target is not None


def _last_day(own: pd.DataFrame, today: date) -> date | None:
    """Return the last day before today, up to a week back, whose calls are known."""
    yesterday = today - timedelta(days=1)
    recent = between(own, today - timedelta(days=WEEK), yesterday)
    known = recent.loc[recent["offered"].notna(), "date"]
    return known.max().date() if len(known) else None


def _last_whole_day(
    days: pd.DataFrame, centres: Sequence[Centre], today: date
) -> date | None:
    """Return the last day on which no centre at work lacks its calls.

    Where there is none within a week, the last on which any centre has them.
    """
    recent = between(days, today - timedelta(days=WEEK), today - timedelta(days=1))
    known = recent[recent["offered"].notna()]
    have = {
        (on.date(), code)
        for on, code in zip(known["date"], known["centre"], strict=True)
    }
    codes = {c.code for c in centres}
    began = {c.code for c in centres if (days["centre"] == c.code).any()}
    ever = sorted({on for on, code in have if code in codes}, reverse=True)
    whole = [
        on
        for on in ever
        if all(
            (on, c.code) in have
            or c.code not in began
            or not calendar.is_open(on, c.weekly_closed)
            for c in centres
        )
    ]
    return next(iter(whole or ever), None)


def _spark(series: Series, last: date) -> tuple[float, ...]:
    place = (last - series.first).days
    days = range(place - USUAL_DAYS + 1, place + 1)
    found = (series.level(slice(day, day + 1)) for day in days)
    return tuple(math.nan if number is None else number for number in found)


def _punctuality(store: UserStore, now: datetime) -> tuple[Punctual, ...]:
    first = now.date() - timedelta(days=USUAL_DAYS)
    rows = between(entries_of(store, now), first, now.date())
    names = {c.code: c.name for c in call_centres(store)}
    found = []
    for code in (COMPANY, *names):
        own = rows[rows["centre"] == code]
        if own.empty:
            continue
        stands = own["standing"]
        lacking = own.loc[stands == Entry.MISSING.value, "date"]
        found.append(
            Punctual(
                code,
                names.get(code, COMPANY),
                missing=len(lacking),
                late=int((stands == Entry.LATE.value).sum()),
                on_time=int((stands == Entry.ON_TIME.value).sum()),
                due=int(own["entry_due"].sum()),
                last_missing=lacking.max().date() if len(lacking) else None,
            )
        )
    return tuple(found)
