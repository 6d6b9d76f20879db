"""CUSUM charts: the textbook fallback beside R, and how long charts run.

All share one recursion, `S_t = max(0, S_(t-1) + x_t)`, and differ in the increment x.
The idea is Page's (1954, *Biometrika* 41:100); ISO 7870-4 describes its use.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import special

from lib.risk.baseline import Baseline, Floats

FALLBACK_FACTOR: Final = 2.0
FALLBACK_LIMIT: Final = 3.2
"""Limit of the fallback at which it raises about two false alarms a year."""

FALLBACK_DAYS: Final = 60

_LEAST_DISPERSION: Final = 1e-6
_DAYS_A_YEAR: Final = 365.25
_FINEST, _COARSEST = 8, 8
"""Steps of the lattice: to the reference value, and to one case, at least."""


def accumulated(increments: Floats, start: float = 0.0) -> Floats:
    """Return S along the last axis; NaN (not known) leaves S as it is."""
    steps = np.nan_to_num(increments)
    summed = np.empty_like(steps)
    state = np.full(steps.shape[:-1], start)
    for day in range(steps.shape[-1]):
        state = np.maximum(0.0, state + steps[..., day])
        summed[..., day] = state
    return summed


def shifted(values: Floats, target: float, allowance: float) -> Floats:
    """Return the increments of the upper CUSUM of means: `value - target - allowance`.

    For the lower one give the negatives of values and target. Unit of the values.
    """
    return values - target - allowance


def poisson(counts: Floats, mean: Floats, factor: float) -> Floats:
    """Return the log likelihood ratio of Poisson counts at `factor × mean`.

    `x = y ln θ - μ (θ - 1)`; divided by ln θ it is the chart of Lucas (1985,
    *Technometrics* 27:129) with reference value `μ (θ - 1) / ln θ`.
    """
    ratio: Floats = counts * np.log(factor) - mean * (factor - 1)
    return ratio


def negative_binomial(
    counts: Floats, mean: Floats, dispersion: Floats, factor: float
) -> Floats:
    """Return the log likelihood ratio of negative binomial counts at `factor × mean`.

    `x = y ln θ - (y + 1/α) ln((1 + αμθ) / (1 + αμ))` (Höhle & Paul 2008,
    *Computational Statistics & Data Analysis* 52:4357).
    """
    alpha = np.maximum(dispersion, _LEAST_DISPERSION)
    raised = (1 + alpha * mean * factor) / (1 + alpha * mean)
    ratio: Floats = counts * np.log(factor) - (counts + 1 / alpha) * np.log(raised)
    return ratio


def fallback(counts: Floats, usual: Baseline) -> Floats:
    """Return the textbook second opinion: the negative binomial CUSUM tuned to ×2.

    It speaks from `FALLBACK_LIMIT`. It takes the baseline for certain, so it is not to
    be asked before `FALLBACK_DAYS` are known.
    """
    increments = negative_binomial(
        counts, usual.mean, usual.dispersion, FALLBACK_FACTOR
    )
    return accumulated(increments)


# How long charts run -------------------------------------------------------------


def run_length_poisson(
    mean: float, reference: int, limit: int, grid: int, start: int = 0
) -> float:
    """Return the mean number of days until a Poisson CUSUM reaches its limit.

    `S = max(0, S + y - reference/grid)` alarms at `S ≥ limit/grid`: all whole numbers
    on a lattice of 1/grid, so that the Markov chain of Brook & Evans (1972,
    *Biometrika* 59:539) is exact. `start` is the headstart, on the same lattice.
    """
    states = np.arange(limit)
    cases = (states[None, :] - states[:, None] + reference) / grid
    whole = (cases >= 0) & (cases == np.round(cases))
    count = np.where(whole, cases, 0.0)
    chance = np.exp(count * np.log(mean) - mean - special.gammaln(count + 1))
    moves = np.where(whole, chance, 0.0)
    at_zero = np.floor((reference - states) / grid)
    moves[:, 0] = np.where(at_zero >= 0, special.pdtr(np.maximum(at_zero, 0), mean), 0)
    return _steps(moves, start)


def run_length_normal(
    shift: float, allowance: float, limit: float, states: int = 501
) -> float:
    """Return the mean number of steps until a one-sided normal CUSUM reaches its limit.

    In standard deviations. The Markov chain of Brook & Evans with that many states; the
    error falls with their square.
    """
    width = 2 * limit / (2 * states - 1)
    middle = np.arange(states) * width
    step = middle[None, :] - middle[:, None] + allowance - shift
    moves = special.ndtr(step + width / 2) - special.ndtr(step - width / 2)
    moves[:, 0] = special.ndtr(step[:, 0] + width / 2)
    return _steps(moves, 0)


def fastest(cases_a_day: float, times: float, false_alarms: float = 2.0) -> float:
    """Return the mean days in which any chart could see a rise: the limit of physics.

    Those of the Poisson CUSUM tuned to the very rise, with the usual rate known for
    certain and no weekends, at that many false alarms a year. No chart is faster on
    average in the worst case (Moustakides 1986, *Annals of Statistics* 14:1379).

    Args:
        cases_a_day: usual cases, above 0.
        times: factor of the rise, above 1.
        false_alarms: a year.
    """
    best = cases_a_day * (times - 1) / np.log(times)
    grid = int(max(np.ceil(_FINEST / best), _COARSEST))
    reference = round(best * grid)
    calm = _DAYS_A_YEAR / false_alarms
    low, high = 0, grid
    while run_length_poisson(cases_a_day, reference, high, grid) < calm:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        short = run_length_poisson(cases_a_day, reference, middle, grid) < calm
        low, high = (middle, high) if short else (low, middle)
    return run_length_poisson(cases_a_day * times, reference, high, grid)


def _steps(moves: Floats, start: int) -> float:
    """Return the mean number of steps before leaving the states of a chain."""
    inside = np.eye(len(moves)) - moves
    return float(np.linalg.solve(inside, np.ones(len(moves)))[start])
