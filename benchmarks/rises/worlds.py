"""Companies that do not exist: orders, calendar, referrals, and sometimes a rise.

Not the model of `lib.risk.baseline`: weekdays differ one by one and from company to
company, the rate drifts by itself, orders become referrals after a gamma lag, sales
treble them for days. `worsened` makes the worlds that no model here expects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.signal import lfilter

from lib.risk.baseline import Floats
from lib.risk.days import Classes, DayClass, day_classes
from lib.risk.sensitivity import RISES

HISTORY: Final = 90
"""Days before anything is scored."""

YEAR: Final = 365
HORIZON: Final = 28
"""Days within which a rise has to be found."""

_WARM_UP: Final = 60
_FIRST_DAY: Final = np.datetime64("2024-04-01")
_WEEK: Final = np.array([1.35, 1.15, 1.05, 1.0, 1.05, 0.35, 0.10])
_EPOCH_WEEKDAY: Final = 3
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of company.

    rate: referrals a day. dispersion: of the negative binomial. growth: times as many
    orders a year later. drift: standard deviation of the log rate, AR(1) with .97 a day.
    lag: mean days from order to referral. saturdays: whether centres work on them.
    """

    name: str
    rate: float
    dispersion: float
    growth: float
    drift: float
    lag: float = 10.0
    saturdays: bool = False


KINDS: Final = (
    Kind("0.3, flat", 0.3, 0.0, 1.0, 0.0),
    Kind("0.3, clustered, growing", 0.3, 0.3, 2.5, 0.15),
    Kind("1, growing", 1.0, 0.0, 2.5, 0.0),
    Kind("1, clustered", 1.0, 0.3, 1.0, 0.15),
    Kind("2.5, flat", 2.5, 0.0, 1.0, 0.0),
    Kind("2.5, clustered, growing", 2.5, 0.3, 2.5, 0.15),
)


@dataclass(frozen=True, slots=True)
class Series:
    """Companies of one kind side by side; arrays (companies, days).

    Days behind the end of a company are NaN. onset: first day of the rise, -1 if none.
    start: first day that is scored.
    """

    kind: Kind
    rise: str
    counts: Floats
    orders: Floats
    classes: Classes
    mean: Floats
    onset: NDArray[np.int64]
    start: int


Worsening = Callable[[np.random.Generator, Series], Series]


def suite(
    seed: int,
    companies: int,
    kinds: Sequence[Kind] = KINDS,
    worsen: Worsening | None = None,
    *,
    young: bool = False,
) -> list[Series]:
    """Return for each kind a year without rises, and as many companies for each rise.

    `young`: companies from their 14th to their 60th day, four times as many calm ones.
    """
    found = []
    for number, kind in enumerate(kinds):
        for which, rise in enumerate(("", *RISES)):
            chance = np.random.default_rng([seed, number, which, young])
            calm_many = companies * 4 if young and not rise else companies
            made = _simulate(chance, kind, rise, calm_many, young=young)
            found.append(worsen(chance, made) if worsen else made)
    return found


def _simulate(
    chance: np.random.Generator, kind: Kind, rise: str, companies: int, *, young: bool
) -> Series:
    start = 14 if young else HISTORY
    first, last = (21, 46) if young else (HISTORY + 14, HISTORY + 90)
    onset = chance.integers(first, last, companies) if rise else np.full(companies, -1)
    calm_days = 60 if young else HISTORY + YEAR
    days = int(onset.max()) + HORIZON if rise else calm_days
    day = _FIRST_DAY + chance.integers(0, YEAR, companies)[:, None]
    day = day + np.arange(-_WARM_UP, days)
    classes = day_classes(day)
    weekday = (day.astype(np.int64) + _EPOCH_WEEKDAY) % 7
    orders = _orders(chance, kind, weekday)
    mean = (
        kind.rate * _lagged(orders, kind.lag) * _shape(chance, kind, classes, weekday)
    )
    if kind.drift:
        noise = chance.normal(0, kind.drift * np.sqrt(1 - 0.97**2), mean.shape)
        mean = mean * np.exp(lfilter([1.0], [1.0, -0.97], noise) - kind.drift**2 / 2)
    part = slice(_WARM_UP, None)
    usual = mean[:, part]
    raised = usual * _times(rise, np.arange(days) - onset[:, None])
    if kind.dispersion:
        raised = raised * chance.gamma(
            1 / kind.dispersion, kind.dispersion, raised.shape
        )
    counts = chance.poisson(raised).astype(float)
    if rise:
        counts[np.arange(days) >= onset[:, None] + HORIZON] = np.nan
    ordered = orders[:, part].copy()
    return Series(kind, rise, counts, ordered, classes[:, part], usual, onset, start)


def _orders(
    chance: np.random.Generator, kind: Kind, weekday: NDArray[np.int64]
) -> Floats:
    """Return orders a day: growth, weekend, noise, and four days of sale a month."""
    companies, days = weekday.shape
    age = np.arange(-_WARM_UP, days - _WARM_UP) / YEAR
    orders = 120 * kind.growth**age * np.where(weekday >= _SATURDAY, 1.2, 0.95)
    orders = orders * np.exp(chance.normal(0, 0.12, weekday.shape))
    for company in range(companies):
        sale = int(chance.integers(0, 28))
        while sale < days:
            orders[company, sale : sale + 4] *= chance.uniform(1.5, 3.0)
            sale += int(chance.integers(21, 36))
    return np.round(orders)


def _lagged(orders: Floats, lag: float) -> Floats:
    """Return what of earlier orders falls due, against the first 30 days scored."""
    shape = 2.5
    delays = np.arange(1, int(4 * lag) + 1)
    kernel = stats.gamma.pdf(delays, shape, scale=lag / shape)
    due = lfilter(np.concatenate([[0.0], kernel / kernel.sum()]), [1.0], orders)
    usual = due[:, _WARM_UP : _WARM_UP + 30].mean(1, keepdims=True)
    found: Floats = due / usual
    return found


def _shape(
    chance: np.random.Generator,
    kind: Kind,
    classes: Classes,
    weekday: NDArray[np.int64],
) -> Floats:
    """Return each company's own week, holidays, and the crowd on the day after."""
    week = _WEEK.copy()
    if kind.saturdays:
        week[_SATURDAY:] = 0.9, 0.7
    own = week * np.exp(chance.normal(0, 0.15, (len(classes), 7)))
    own = own / own.mean(1, keepdims=True)
    factor = np.take_along_axis(own, weekday, 1)
    resting = (classes == DayClass.CLOSED) & (weekday < _SATURDAY)
    factor = np.where(resting, 0.10 / week.mean(), factor)
    crowded = (classes == DayClass.REOPENING) & (weekday > 0)
    return np.where(crowded, factor * 1.3, factor)


def _times(rise: str, since: NDArray[np.int64]) -> Floats:
    if not rise:
        return np.ones(since.shape)
    if rise == "ramp":
        return np.where(since >= 0, 1 + 2 * np.clip((since + 1) / 21, 0, 1), 1.0)
    return np.where(since >= 0, float(rise[1:]), 1.0)


# Worlds that no model expects ------------------------------------------------------


def _batches(chance: np.random.Generator, series: Series) -> Series:
    counts = series.counts.copy()
    for row in counts:
        row[int(chance.integers(0, 30)) :: 30] += 5
    return replace(series, counts=counts)


def _forgotten(chance: np.random.Generator, series: Series) -> Series:
    lost = chance.random(series.counts.shape) < 0.1
    known = np.isfinite(series.counts)
    return replace(series, counts=np.where(lost & known, 0.0, series.counts))


def _missing(chance: np.random.Generator, series: Series) -> Series:
    lost = chance.random(series.counts.shape) < 0.1
    return replace(series, counts=np.where(lost, np.nan, series.counts))


def _a_quarter_more(chance: np.random.Generator, series: Series) -> Series:
    if series.rise:
        return series
    more = chance.poisson(0.25 * series.mean)
    begun = series.start + chance.integers(30, 150, len(more))
    later = np.arange(more.shape[1]) >= begun[:, None]
    return replace(series, counts=series.counts + np.where(later, more, 0))


def _seasons(chance: np.random.Generator, series: Series) -> Series:
    phase = chance.uniform(0, 2 * np.pi, (len(series.counts), 1))
    day = np.arange(series.counts.shape[1])
    kept = (1 + 0.3 * np.sin(2 * np.pi * day / YEAR + phase)) / 1.3
    known = np.isfinite(series.counts)
    some = chance.binomial(np.nan_to_num(series.counts).astype(int), kept)
    return replace(series, counts=np.where(known, some, np.nan))


def _no_orders(_chance: np.random.Generator, series: Series) -> Series:
    return replace(series, orders=np.full_like(series.orders, np.nan))


def _all(**changes: float) -> tuple[Kind, ...]:
    return tuple(replace(kind, **changes) for kind in KINDS)  # type: ignore[arg-type]


WORSE: Final[dict[str, tuple[Sequence[Kind], Worsening | None]]] = {
    "rate drifts by 35 %": (_all(drift=0.35), None),
    "strong clustering (α 1)": (_all(dispersion=1.0), None),
    "a batch of 5 once a month": (KINDS, _batches),
    "10 % of days recorded as 0": (KINDS, _forgotten),
    "10 % of days missing": (KINDS, _missing),
    "a quarter more for good": (KINDS, _a_quarter_more),
    "a season of ±30 %": (KINDS, _seasons),
    "referral 3 days after the order": (_all(lag=3.0), None),
    "referral 25 days after": (_all(lag=25.0), None),
    "centres work on Saturdays": (_all(saturdays=True), None),
    "orders shrink to 40 %": (_all(growth=0.4), None),
    "orders not known": (KINDS, _no_orders),
}
"""Worlds by name: their companies, and what is done to them afterwards."""
