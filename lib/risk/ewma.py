"""Exponentially weighted moving average: slow drifts that single days do not show."""

from __future__ import annotations

import numpy as np

from lib.risk.baseline import Floats


def smoothed(values: Floats, weight: float, start: float = 0.0) -> Floats:
    """Return `e_t = weight × value_t + (1 - weight) × e_(t-1)` along the last axis.

    NaN (not known) leaves e as it is. Source: Roberts 1959, *Technometrics* 1:239.
    """
    known = np.isfinite(values)
    filled = np.nan_to_num(values)
    found = np.empty_like(filled)
    state = np.full(values.shape[:-1], start)
    for day in range(values.shape[-1]):
        moved = weight * filled[..., day] + (1 - weight) * state
        state = np.where(known[..., day], moved, state)
        found[..., day] = state
    return found


def limit(sigma: float, weight: float, sigmas: float = 3.0) -> float:
    """Return how far e may lie from its target: `k σ √(weight / (2 - weight))`.

    The limit after many values; in the unit of sigma.
    """
    return float(sigmas * sigma * np.sqrt(weight / (2 - weight)))
