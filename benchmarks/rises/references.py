"""Detectors to compare with; each gives a score a day, an alarm is a score above a limit.

Those that need an expected count get the same baseline as ours, so that what differs is
the detector. The usual limit is the one that people take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from lib.risk import cusum, rise
from lib.risk.baseline import Baseline, Floats

Score = Callable[[Floats, Baseline], Floats]


@dataclass(frozen=True, slots=True)
class Method:
    """A detector and the limit that is usual for it."""

    name: str
    score: Score
    usual_limit: float


def _sum(values: Floats, width: int, gap: int = 0) -> Floats:
    """Return the sum of days t-gap-width+1 … t-gap, short at the start."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, -1)], -1)
    end = np.clip(np.arange(values.shape[1]) - gap + 1, 0, None)
    found: Floats = total[:, end] - total[:, np.clip(end - width, 0, None)]
    return found


def _mean_and_sd(counts: Floats, width: int, gap: int) -> tuple[Floats, Floats]:
    known = np.maximum(_sum(np.ones_like(counts), width, gap), 2)
    mean = _sum(counts, width, gap) / known
    square = _sum(counts**2, width, gap) - known * mean**2
    return mean, np.sqrt(np.maximum(square / (known - 1), 0))


def seven_days_up(counts: Floats, _usual: Baseline) -> Floats:
    """7-day mean over that of the 28 days before."""
    return (_sum(counts, 7) / 7) / np.maximum(_sum(counts, 28, 7) / 28, 1 / 28)


def week_on_week(counts: Floats, _usual: Baseline) -> Floats:
    """The last 7 days over the 7 before."""
    return _sum(counts, 7) / np.maximum(_sum(counts, 7, 7), 1)


def two_sigma(counts: Floats, _usual: Baseline) -> Floats:
    """The day against mean and standard deviation of 28 days."""
    mean, sd = _mean_and_sd(counts, 28, 1)
    return (counts - mean) / np.maximum(sd, 0.2)


def ears_c2(counts: Floats, _usual: Baseline) -> Floats:
    """EARS C2 (Hutwagner 2003): 7 days, 2 left out."""
    mean, sd = _mean_and_sd(counts, 7, 3)
    return (counts - mean) / np.maximum(sd, 0.2)


def ears_c3(counts: Floats, usual: Baseline) -> Floats:
    """EARS C3: what C2 has above 1, over 3 days."""
    return _sum(np.maximum(ears_c2(counts, usual) - 1, 0), 3)


def farrington(counts: Floats, usual: Baseline) -> Floats:
    """Farrington-like: -log₁₀ of the negative binomial tail of the 7-day sum."""
    cases, mean = _sum(counts, 7), _sum(usual.mean, 7)
    variance = _sum(usual.mean * usual.overdispersion, 7) + mean**2 / usual.weight
    wide = np.maximum(variance / mean, 1.0001)
    tail = stats.nbinom.sf(cases - 1, mean / (wide - 1), 1 / wide)
    return -np.log10(np.maximum(tail, 1e-300))


def rossi(counts: Floats, usual: Baseline) -> Floats:
    """Rossi et al. 1999: CUSUM of a normal transform, k 1.04."""
    mean = usual.mean
    z = (counts - 3 * mean + 2 * np.sqrt(counts * mean)) / (2 * np.sqrt(mean))
    return cusum.accumulated(cusum.shifted(z, 0.0, 1.04))


def poisson_cusum(counts: Floats, usual: Baseline) -> Floats:
    """Poisson likelihood-ratio CUSUM tuned to twice the expected count."""
    return cusum.accumulated(cusum.poisson(counts, usual.mean, 2.0))


def ours(counts: Floats, usual: Baseline) -> Floats:
    """R of `lib.risk.rise`."""
    return rise.statistic(counts, rise.gather(counts, usual))


OURS: Final = "Mimamori (R)"
METHODS: Final = (
    Method(OURS, ours, 85.0),
    Method("NB CUSUM ×2 (fallback)", cusum.fallback, cusum.FALLBACK_LIMIT),
    Method("Poisson CUSUM ×2", poisson_cusum, 4.0),
    Method("Farrington-like, 7 days", farrington, 2.0),
    Method("Rossi CUSUM", rossi, 2.26),
    Method("EARS C2", ears_c2, 3.09),
    Method("EARS C3", ears_c3, 2.0),
    Method("mean + 2 SD, 28 days", two_sigma, 2.0),
    Method("7-day mean +30 %", seven_days_up, 1.3),
    Method("week on week ×1.5", week_on_week, 1.5),
)
