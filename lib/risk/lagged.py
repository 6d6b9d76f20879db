"""Did referrals tend to follow a drop of the answer rate, and after how many days.

Never an alarm and never a cause: shipping delays or advertising can move both. The
statistic is the largest correlation of the residual referrals with the shortfall of the
answer rate 1 to 14 days before; its chance comes from turning one series round against
the other, which keeps both of their rhythms. Correlating moving averages instead found
a link in half of all unrelated pairs (risk.md 2d).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.risk.baseline import Floats
from lib.risk.days import Classes

LAGS: Final = 14
"""Longest lag looked at, in days."""

LEAST_DAYS: Final = 180
LEAST_CASES: Final = 60
LEAST_DROPS: Final = 3
DROP: Final = 0.08
"""A drop of the answer rate worth the name, as a share."""

_SURE_DAYS: Final = 365
_STRICT, _USUAL = 0.01, 0.05
"""Chance to be under, before and from a year of days."""

_NEAREST_SHIFT: Final = 21
_LEVEL: Final = 61
"""Days of the centred level that is taken off before correlating."""

_SMOOTH: Final = 3
"""Days that the shortfall is averaged over before correlating."""

_AROUND: Final = 2
"""Days on either side of the best lag that the size is estimated over."""

_BAND: Final = 0.95
_HAC_LAGS: Final = 14
_LEAST_LEVEL: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still missing before anything can be said; all zero when nothing is."""

    days: int
    cases: int
    drops: int

    @property
    def over(self) -> bool:
        """Whether enough is known."""
        return not (self.days or self.cases or self.drops)


@dataclass(frozen=True, slots=True)
class Link:
    """What the past shows.

    correlation, band: at lags 1 to 14, and the value that 95 % of turned series stay
        below at each.
    lag: days of the largest correlation.
    chance: probability of as large a one without any link.
    linked: whether that is small enough to show a tendency.
    times: how many times as many referrals per 10 points of drop; low and high bound
        it with 90 %. NaN where the fit did not succeed.
    """

    correlation: Floats
    band: Floats
    lag: int
    chance: float
    linked: bool
    times: float
    low: float
    high: float


def waiting(counts: Floats, share: Floats, expected: Floats) -> Waiting:
    """Return what is missing; arguments as in `link`."""
    both = overlap(share)
    return Waiting(
        max(LEAST_DAYS - int(np.isfinite(counts[both]).sum()), 0),
        max(LEAST_CASES - int(np.nansum(counts[both])), 0),
        max(LEAST_DROPS - drops(share, expected), 0),
    )


def overlap(share: Floats) -> slice:
    """Return the days of which the answer rate says anything: up to 14 after the last.

    Before the first one, and long after the last, referrals follow nothing known.
    """
    known = np.flatnonzero(np.isfinite(share))
    if not len(known):
        return slice(0, 0)
    return slice(int(known[0]), int(known[-1]) + LAGS + 1)


def drops(share: Floats, expected: Floats) -> int:
    """Return how many separate spells lay 8 points or more below what is usual.

    Days without a share part nothing: a weekend does not make two drops of one.
    """
    known = np.isfinite(share) & np.isfinite(expected)
    low = (expected - share)[known] >= DROP
    return int((low & ~np.concatenate([[False], low[:-1]])).sum())


def link(
    counts: Floats, mean: Floats, classes: Classes, share: Floats, expected: Floats
) -> Link | None:
    """Return the tendency of one company, or None while too little is known.

    Over the days that the answer rate says anything of, see `overlap`.

    Args:
        counts: referrals a day, NaN where not known.
        mean: the baseline's expected referrals, whose orders are kept as exposure.
        classes: day classes.
        share: answer rate a day, 0-1, NaN on closed or missing days.
        expected: its usual value, as `answer_rate.chart` gives it.
    """
    if not waiting(counts, share, expected).over:
        return None
    both = overlap(share)
    counts, mean, share, expected = (
        values[both] for values in (counts, mean, share, expected)
    )
    classes = classes[both]
    level = _level(counts, mean, classes)
    known = np.isfinite(counts)
    residual = np.where(known, (np.nan_to_num(counts) - level) / np.sqrt(level), 0.0)
    shortfall = np.nan_to_num(expected - share)
    smooth = np.convolve(shortfall, np.full(_SMOOTH, 1 / _SMOOTH), "same")
    seen = _correlations(residual, smooth[None])[0]
    turned = _correlations(residual, _turned(smooth))
    best = int(seen.argmax())
    chance = float((1 + (turned.max(1) >= seen.max()).sum()) / (1 + len(turned)))
    needed = _STRICT if known.sum() < _SURE_DAYS else _USUAL
    return Link(
        seen,
        np.quantile(turned, _BAND, axis=0),
        best + 1,
        chance,
        chance < needed,
        *_size(counts, level, shortfall, best + 1),
    )


def _level(counts: Floats, mean: Floats, classes: Classes) -> Floats:
    """Return the expected count with day class, exposure and a centred 61-day level.

    Looks ahead on purpose: this is said of the past, not of today.
    """
    known = np.isfinite(counts)
    seen, usual = np.where(known, counts, 0.0), np.where(known, mean, 0.0)
    shaped = usual.copy()
    for kind in np.unique(classes):
        on = classes == kind
        shaped[on] *= (seen[on].sum() + 1) / (usual[on].sum() + 1)
    window = np.ones(_LEVEL)
    cases = np.convolve(seen, window, "same") + 1
    borne = np.convolve(shaped, window, "same") + 1
    level: Floats = np.maximum(shaped * cases / borne, _LEAST_LEVEL)
    return level


def _turned(series: Floats) -> Floats:
    """Return the series turned round by 21 days and more, one a row."""
    days = len(series)
    shifts = np.arange(_NEAREST_SHIFT, days - _NEAREST_SHIFT)
    rows: Floats = series[(np.arange(days)[None, :] - shifts[:, None]) % days]
    return rows


def _correlations(residual: Floats, series: Floats) -> Floats:
    """Return cor(residual_t, series_(t-l)) for l = 1 … 14; one row a series."""
    found = np.empty((len(series), LAGS))
    for lag in range(1, LAGS + 1):
        late, early = residual[lag:], series[:, :-lag]
        late = late - late.mean()
        early = early - early.mean(1, keepdims=True)
        spread = np.sqrt((late**2).sum() * (early**2).sum(1))
        found[:, lag - 1] = early @ late / np.where(spread > 0, spread, 1.0)
    return found


def _size(
    counts: Floats, level: Floats, shortfall: Floats, lag: int
) -> tuple[float, float, float]:
    """Return times as many referrals per 10 points, with its 90 % bounds.

    Poisson regression on the mean shortfall of five lags around the best one, offset
    log(level), Newey-West errors over 14 days.
    """
    import statsmodels.api as sm
    from scipy.stats import norm

    lags = range(max(lag - _AROUND, 1), lag + _AROUND + 1)
    first = lags[-1]
    days = len(counts)
    before = np.mean([shortfall[first - back : days - back] for back in lags], 0)
    known = np.isfinite(counts[first:])
    model = sm.GLM(
        counts[first:][known],
        sm.add_constant(before[known] * 10, has_constant="add"),
        family=sm.families.Poisson(),
        offset=np.log(level[first:][known]),
    )
    try:
        fitted = model.fit(cov_type="HAC", cov_kwds={"maxlags": _HAC_LAGS})
    except (np.linalg.LinAlgError, ValueError):
        return (float("nan"),) * 3
    slope, error = float(fitted.params[1]), float(fitted.bse[1])
    wide = float(norm.ppf(0.95)) * error
    return tuple(float(np.exp(x)) for x in (slope, slope - wide, slope + wide))  # type: ignore[return-value]
