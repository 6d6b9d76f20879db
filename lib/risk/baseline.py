"""How many would come on a usual day, and how sure that is.

Model: the count of a day is negative binomial with mean `rate × profile × exposure`
and variance `mean + dispersion × mean²`. All is learned from the days before; older days
count less, by half every 120 days (45 where orders are not known).

- exposure: orders of the days before, weighted by how long an order takes to become
  a referral (10 days on average), or 1 where orders are not known;
- profile: one factor a day class, drawn towards the usual one;
- rate: counts over exposure × profile.

Sources: gamma-Poisson updating with discounted counts is West & Harrison, *Bayesian
Forecasting and Dynamic Models*, ch. 14; the moment estimate of the dispersion and the
shrinkage are risk.md 2a. What each choice does to delays is measured by
`benchmarks/detection.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lib.risk.days import USUAL_PROFILE, Classes, DayClass

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HALF_LIFE: Final = 120
"""Days after which what was seen counts half."""

HALF_LIFE_WITHOUT_ORDERS: Final = 45
"""The same where orders are not known, since growth then has to be learned from the
counts themselves: 3.1 instead of 3.8 false alarms a year, at a quarter of a day."""

GUARD: Final = 7
"""Latest days left out of learning, so that a beginning rise is not taken for usual."""

YOUNG: Final = 14
"""Known days below which nothing is judged. As long after learning began, or began
anew, the guard is not yet kept."""

MEAN_LAG: Final = 10
"""Days from an order to its referral, on average."""

_PROFILE_WEIGHT: Final = 8.0
"""Expected counts that a class's usual factor is worth."""

_RATE_PRIOR: Final = 0.5
"""Count added so that a company without any case yet expects some."""

_DISPERSION, _DISPERSION_WEIGHT, _MOST_DISPERSION = 0.1, 4.0, 1.0
_ROUNDS: Final = 3
_LEAST_MEAN: Final = 1e-6

LEAST_EXPOSURE: Final = 0.1
"""Share of the usual exposure below which it is not believed to fall: referrals of
earlier orders keep coming after orders stop."""

LEAST_COVERED: Final = 0.5
"""Share of days with known orders from which orders are used at all."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual; each array in the shape (series, days), known on the eve.

    mean: expected count of the day.
    weight: counts that the rate rests on, discounted; about 1 / relative variance.
    dispersion: 0 for Poisson, at most 1.
    by_orders: whether exposure is orders; elsewhere growth looks like a rise.
    """

    mean: Floats
    weight: Floats
    dispersion: Floats
    by_orders: Bools

    @property
    def overdispersion(self) -> Floats:
        """Variance over mean of a single day's count: `1 + dispersion × mean`."""
        return 1 + self.dispersion * self.mean


def learn(
    counts: Floats,
    orders: Floats,
    classes: Classes,
    *,
    learnable: Bools | None = None,
    rough: Bools | None = None,
) -> Baseline:
    """Return the baseline of each series on each day.

    Args:
        counts: cases a day, NaN where not known; shape (series, days).
        orders: orders a day, NaN where not known; same shape.
        classes: `days.day_classes` of the days; same shape.
        learnable: False on days that are to be judged but not learned from, such as
            those of a confirmed rise; None means all.
        rough: True where a count is a share of a month's (`months.spread`): good for
            the mean, silent about the spread; None means nowhere.
    """
    known = np.isfinite(counts)
    kept = known if learnable is None else known & learnable
    young = _age(kept) < YOUNG
    exact = kept & ~young if rough is None else kept & ~young & ~rough
    exposure, ordered = exposure_of(orders)
    by_orders = ordered & (_share_covered(ordered, kept, young) >= LEAST_COVERED)
    mean, weight = np.zeros_like(counts), np.zeros_like(counts)
    for chosen, days, borne, half_life in (
        (by_orders, kept & ordered, exposure, HALF_LIFE),
        (~by_orders, kept, np.ones_like(counts), HALF_LIFE_WITHOUT_ORDERS),
    ):
        if chosen.any():
            found = _rate(counts, borne, classes, days, young, half_life=half_life)
            mean, weight = (
                np.where(chosen, new, old)
                for new, old in zip(found, (mean, weight), strict=True)
            )
    return Baseline(mean, weight, _dispersion(counts, mean, exact), by_orders)


def exposure_of(orders: Floats) -> tuple[Floats, Bools]:
    """Return the exposure of each day and whether orders say anything about it.

    `Σ_j j ρ^j orders[t-j] / Σ_j j ρ^j` over the known days before, a discrete gamma
    of shape 2 with mean (1+ρ)/(1-ρ) = 10 days; never below a tenth of the usual. The
    first day has none before it and stands for itself.
    """
    from scipy.signal import lfilter

    rho = (MEAN_LAG - 1) / (MEAN_LAG + 1)
    known = np.isfinite(orders)
    forward, back = [0.0, 1.0], [1.0, -2 * rho, rho * rho]
    total = lfilter(forward, back, np.where(known, orders, 0.0), axis=-1)
    seen = lfilter(forward, back, known.astype(float), axis=-1)
    days = lfilter(forward, back, np.ones_like(seen), axis=-1)
    mean = _ratio(np.cumsum(np.where(known, orders, 0.0), -1), np.cumsum(known, -1))
    exposure = _ratio(total, seen)
    exposure[..., 1:] = np.maximum(exposure[..., 1:], LEAST_EXPOSURE * mean[..., :-1])
    exposure[..., :1] = mean[..., :1]
    said = (seen >= LEAST_COVERED * days) & (exposure > 0)
    return np.where(said, exposure, 1.0), said


def _rate(
    counts: Floats,
    exposure: Floats,
    classes: Classes,
    kept: Bools,
    young: Bools,
    *,
    half_life: float,
) -> tuple[Floats, Floats]:
    """Return the expected count and the discounted counts it rests on.

    `factor_g = (C_g + κ f_g) / (rate × X_g + κ)` and
    `rate = (ΣC_g + ½) / Σ factor_g X_g`, in turn, three times; C and X are counts and
    exposure of class g, κ the weight of the usual factor f_g.
    """
    seen = np.where(kept, counts, 0.0)
    borne = np.where(kept, exposure, 0.0)
    of_class = [classes == kind for kind in DayClass]
    cases, base = (
        np.stack(
            [_remembered(np.where(on, one, 0.0), young, half_life) for on in of_class]
        )
        for one in (seen, borne)
    )
    least = _ratio(np.cumsum(borne, -1), np.cumsum(kept, -1), empty=exposure)
    usual = USUAL_PROFILE[:, None, None]
    weight = cases.sum(0) + _RATE_PRIOR
    rate = weight / np.maximum((usual * base).sum(0), least)
    factor = usual
    for _ in range(_ROUNDS):
        factor = (cases + _PROFILE_WEIGHT * usual) / (rate * base + _PROFILE_WEIGHT)
        rate = weight / np.maximum((factor * base).sum(0), least)
    today = np.take_along_axis(factor, classes[None].astype(np.intp), 0)[0]
    return np.maximum(rate * today * exposure, _LEAST_MEAN), weight


def _dispersion(counts: Floats, mean: Floats, kept: Bools) -> Floats:
    """Return α by moments, `Σ((y-μ)² - μ) / Σμ²`, drawn to 0.1; within 0 and 1."""
    extra = np.where(kept, (np.where(kept, counts, 0.0) - mean) ** 2 - mean, 0.0)
    square = np.where(kept, mean * mean, 0.0)
    raw = discounted(extra, GUARD) + _DISPERSION * _DISPERSION_WEIGHT
    alpha = raw / (discounted(square, GUARD) + _DISPERSION_WEIGHT)
    clipped: Floats = np.clip(alpha, 0.0, _MOST_DISPERSION)
    return clipped


def _share_covered(ordered: Bools, kept: Bools, young: Bools) -> Floats:
    """Return the share of remembered days whose orders are known."""
    both = _remembered((ordered & kept).astype(float), young, HALF_LIFE)
    all_days = _remembered(kept.astype(float), young, HALF_LIFE)
    return _ratio(both, all_days, empty=1.0)


def _remembered(values: Floats, young: Bools, half_life: float) -> Floats:
    """Return the discounted sum up to the guard; a young series has none to spare."""
    late = discounted(values, GUARD + 1, half_life)
    return np.where(young, discounted(values, 1, half_life), late)


def discounted(values: Floats, gap: int, half_life: float = HALF_LIFE) -> Floats:
    """Return `Σ_{j ≥ gap} δ^(j-gap) values[t-j]`; δ^n is a half after `half_life`."""
    from scipy.signal import lfilter

    ahead = np.zeros(gap + 1)
    ahead[gap] = 1.0
    summed: Floats = lfilter(ahead, [1.0, -(0.5 ** (1 / half_life))], values, axis=-1)
    return summed


def _age(known: Bools) -> NDArray[np.int64]:
    """Return how many days ago the first of such days was; -1 before it."""
    age: NDArray[np.int64] = np.cumsum(np.cumsum(known, -1) > 0, -1) - 1
    return age


def _ratio(
    top: Floats, bottom: NDArray[np.generic], empty: float | Floats = 0.0
) -> Floats:
    """Return top / bottom, and `empty` where there is nothing below."""
    there = bottom > 0  # type: ignore[operator]
    return np.where(there, top / np.where(there, bottom, 1), empty)
