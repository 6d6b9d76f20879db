"""Figures as pages ask for them: by code, period and centre, computed once a revision.

Everything here is shared by all who see the same rows, and not to be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib.actions.business_settings import claim_types_of
from lib.actions.kpi_targets import targets_of
from lib.actions.targets import company_of
from lib.actions.today import events_of, figures_of, frames_of
from lib.metrics import deterrence as conscience
from lib.metrics import kpis, lamps, movers
from lib.metrics.behind import Behind, behind
from lib.metrics.borders import RUN, Aim, borders
from lib.metrics.deterrence import Deterrence
from lib.metrics.entering import entries
from lib.metrics.figures import between, of_centre
from lib.metrics.kpis import Figure, Kpi, Spread, Total, Value
from lib.metrics.missing import centres_of
from lib.metrics.movers import Compared, Moves
from lib.metrics.series import ALL
from lib.metrics.state import Verdict, lasts
from lib.metrics.times import Times, spread, times
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.store.access import UserStore

_TIMED: Final = ("complaints", "activities", "kpi_days")


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a figure is asked for, both included."""

    first: date
    last: date

    @classmethod
    def of_month(cls, day: date) -> Period:
        """Return the month of a day, from its first to its last day."""
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        return cls(first, after - timedelta(days=1))

    @classmethod
    def ending(cls, last: date, days: int) -> Period:
        """Return the `days` days that end with `last`."""
        return cls(last - timedelta(days=days - 1), last)


def call_centres(store: UserStore) -> tuple[Centre, ...]:
    """Return the centres that take calls and that this person sees."""
    return store.derived(
        "call centres",
        lambda: tuple(
            centre
            for centre in centres_of(store.frame("centres"), store.frame("kpi_days"))
            if centre.code != COMPANY
        ),
    )


def entries_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `entering.entries` as of this hour."""
    hour = now.replace(minute=0, second=0)
    return store.derived(
        ("entries", hour),
        lambda: entries(store.frame("kpi_days"), store.frame("centres"), hour),
    )


def times_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `times.times` as of this hour."""
    hour = now.replace(minute=0, second=0)
    return store.derived(
        ("case times", hour),
        lambda: times(
            {code: store.frame(code) for code in _TIMED},
            company_of(store.frame("centres")),
            hour,
        ),
    )


# One figure --------------------------------------------------------------------


def total_of(
    store: UserStore, entry: Kpi, period: Period, now: datetime, centre: str = ALL
) -> Total:
    """Return a KPI over a period, with what has to be said beside it.

    centre: its code; `ALL` for all, brought together as `kpis.total` says.
    """

    def made() -> Total:
        days = between(_frame(store, entry, now), period.first, period.last)
        if centre == ALL:
            return kpis.total(entry, days)
        return Total(kpis.measured(entry, of_centre(days, centre)))

    return store.derived(("kpi", entry.code, period, centre, _hour(now)), made)


def by_centre_of(
    store: UserStore, entry: Kpi, period: Period, now: datetime
) -> Mapping[str, Value]:
    """Return a KPI over a period for each centre that takes calls, in their order."""

    def made() -> Mapping[str, Value]:
        days = between(_frame(store, entry, now), period.first, period.last)
        codes = [centre.code for centre in call_centres(store)]
        return kpis.by_centre(entry, days, codes)

    return store.derived(("kpi by centre", entry.code, period, _hour(now)), made)


def spread_of(
    store: UserStore, entry: Spread, period: Period, now: datetime, centre: str = ALL
) -> Times:
    """Return the times of the cases that ended in a period."""
    return store.derived(
        ("spread", entry.code, period, centre, _hour(now)),
        lambda: spread(entry, times_of(store, now), period.first, period.last, centre),
    )


def behind_of(
    store: UserStore, entry: Kpi, period: Period, now: datetime, centre: str = ALL
) -> Behind:
    """Return the formula with its numbers and the rows behind a KPI's value."""
    return store.derived(
        ("behind", entry.code, period, centre, _hour(now)),
        lambda: behind(
            entry,
            _frame(store, entry, now),
            events_of(store, now),
            first=period.first,
            last=period.last,
            centre=centre,
        ),
    )


def lamp_of(
    store: UserStore,
    entry: Kpi | Spread,
    period: Period,
    now: datetime,
    centre: str = ALL,
) -> Verdict | None:
    """Return how a figure stands to the target of the period's last day; None without one.

    All centres together stand to the target that they share; without one, to none.
    """
    if isinstance(entry, Spread):
        found = spread_of(store, entry, period, now, centre).value
    else:
        found = total_of(store, entry, period, now, centre).value
    return verdict_of(store, entry, found, period, now=now, centre=centre)


def verdict_of(
    store: UserStore,
    entry: Kpi | Spread,
    found: Value,
    period: Period,
    *,
    now: datetime,
    centre: str = ALL,
) -> Verdict | None:
    """Return how `found`, the figure's value over a period, stands: see `lamp_of`."""
    targets = targets_of(store)
    names = {c.code: c.name for c in call_centres(store)}
    if centre == ALL:
        aim = targets.common_aim(entry, tuple(names), period.last)
    else:
        aim = targets.aim(entry, centre, period.last)
    return lamps.lamp(
        entry,
        found,
        aim,
        centre,
        names.get(centre, ""),
        is_lasting=_is_lasting(store, entry, aim, period, now=now, centre=centre),
    )


def _is_lasting(
    store: UserStore,
    entry: Figure,
    aim: Aim,
    period: Period,
    *,
    now: datetime,
    centre: str,
) -> bool:
    """Return whether a period's value tells of a state that lasts, as 今日 sees it."""
    limits = borders(entry, aim)
    is_long = (period.last - period.first).days + 1 >= RUN
    if is_long or limits is None or limits.sudden == limits.lasting:
        return True
    assert isinstance(entry, Kpi)  # noqa: S101 - only the answer rate differs by days
    every = _frame(store, entry, now)
    if centre != ALL:
        return lasts(entry, of_centre(every, centre), period.last, limits)
    method = total_of(store, entry, period, now).method
    return lasts(entry, every, period.last, limits, method)


# What happened -----------------------------------------------------------------


def moves_of(store: UserStore, now: datetime) -> Moves:
    """Return what changed by yesterday, and since when."""
    yesterday = now.date() - timedelta(days=1)
    return store.derived(
        ("moves", yesterday),
        lambda: movers.moves(figures_of(store, now), call_centres(store), yesterday),
    )


def compared_of(
    store: UserStore, now: datetime, day: date | None = None
) -> tuple[Compared, ...]:
    """Return `day` (yesterday without one) beside the days before."""
    on = day or now.date() - timedelta(days=1)
    return store.derived(
        ("compared", on, now.date()),
        lambda: movers.compared(figures_of(store, now), call_centres(store), on),
    )


def deterrence_of(
    store: UserStore, period: Period, now: datetime, centre: str = ALL
) -> Deterrence:
    """Return the retention talks of a period with what followed them."""
    return store.derived(
        ("deterrence", period, centre, now.date()),
        lambda: conscience.deterrence(
            figures_of(store, now),
            traces_of(store, now),
            period.first,
            period.last,
            today=now.date(),
            centre=centre,
        ),
    )


def retention_weeks_of(
    store: UserStore, now: datetime, centre: str = ALL, weeks: int = 26
) -> pd.DataFrame:
    """Return `deterrence.weekly` up to yesterday."""
    last = now.date() - timedelta(days=1)
    return store.derived(
        ("retention weeks", last, centre, weeks),
        lambda: conscience.weekly(
            figures_of(store, now),
            traces_of(store, now),
            last,
            today=now.date(),
            weeks=weeks,
            centre=centre,
        ),
    )


def traces_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `deterrence.traces`, by the claim types that count today."""
    today = now.date()
    return store.derived(
        ("traces", today),
        lambda: conscience.traces(frames_of(store), claim_types_of(store, today)),
    )


def _frame(store: UserStore, entry: Kpi, now: datetime) -> pd.DataFrame:
    if entry.frame == "entries":
        return entries_of(store, now)
    return figures_of(store, now)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0)
