"""p chart and Laney's p′ chart of shares, such as answered of offered calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.risk.baseline import Floats

MOVING_RANGE: Final = 1.128
"""Mean range of two standard normal values (d₂), which turns ranges into sigma."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Control limits, shares between 0 and 1; arrays in the shape of the totals."""

    centre: Floats
    lower: Floats
    upper: Floats


def p_chart(events: Floats, totals: Floats, sigmas: float = 3.0) -> Limits:
    """Return `p̄ ± k √(p̄ (1 - p̄) / n)` with p̄ = Σ events / Σ totals.

    Totals of zero or NaN have no limits (NaN). Source: Shewhart's attribute chart.
    """
    return around(_pooled(events, totals), totals, sigmas)


def laney(events: Floats, totals: Floats, sigmas: float = 3.0) -> tuple[Limits, float]:
    """Return the limits of a p′ chart and its σ_z.

    `z = (p - p̄) / √(p̄ (1 - p̄) / n)`, `σ_z = mean |z_i - z_(i-1)| / 1.128`, limits
    `p̄ ± k σ_z √(p̄ (1 - p̄) / n)` (Laney 2002, *Quality Engineering* 14:531).
    """
    centre = _pooled(events, totals)
    sigma = sigma_of(standardised(events, totals, np.full_like(totals, centre)))
    return around(centre, totals, sigmas * sigma), sigma


def standardised(events: Floats, totals: Floats, share: Floats) -> Floats:
    """Return z of each share against an expected one; NaN where there is no total."""
    some = np.where(totals > 0, totals, np.nan)
    z: Floats = (events / some - share) / np.sqrt(share * (1 - share) / some)
    return z


def sigma_of(z: Floats) -> float:
    """Return σ_z of neighbouring known z; 1 where fewer than two are known."""
    known = z[np.isfinite(z)]
    if len(known) < 2:  # noqa: PLR2004 - a range needs two
        return 1.0
    return float(np.abs(np.diff(known)).mean() / MOVING_RANGE)


def around(centre: float | Floats, totals: Floats, sigmas: float | Floats) -> Limits:
    """Return limits around an expected share, cut to 0 and 1."""
    some = np.where(totals > 0, totals, np.nan)
    middle = np.broadcast_to(np.asarray(centre, float), some.shape)
    half = sigmas * np.sqrt(middle * (1 - middle) / some)
    return Limits(
        np.where(np.isfinite(some), middle, np.nan),
        np.clip(middle - half, 0, 1),
        np.clip(middle + half, 0, 1),
    )


def _pooled(events: Floats, totals: Floats) -> float:
    both = np.isfinite(events) & np.isfinite(totals)
    total = totals[both].sum()
    return float(events[both].sum() / total) if total > 0 else float("nan")
