"""Which products and kinds of complaint stand out, among hundreds at once.

The last 7 days of each cell (product × category) against the 56 days before a guard of
7. A cell's rate is gamma with a prior at the rate over all cells, so its next count is
negative binomial; Benjamini & Hochberg (1995, *JRSS B* 57:289) keep the share of false
finds, taken over all cells, the empty ones too: leaving those out made 34 instead of 7
false cells a year (risk.md 2c).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.risk.baseline import Bools, Floats

RECENT: Final = 7
"""Days that are judged."""

BEFORE: Final = 56
"""Days they are held against."""

GUARD: Final = 7
"""Days between the two, so that a beginning rise is not taken for usual."""

LEAST_DAYS: Final = 28
"""Days of history below which nothing is judged."""

FALSE_SHARE: Final = 0.10
"""Share of false finds among the finds of one run (標準); 敏感 takes 0.20."""

FEWEST: Final = 3
"""Complaints in the 7 days below which nothing stands out."""

_PRIOR_CASES: Final = 0.5
_SPREAD: Final = 1.3
"""Variance over mean of complaints, by which past counts weigh less."""


@dataclass(frozen=True, slots=True)
class Finds:
    """What was found on one day; arrays in the shape of the cells.

    count: cases in the last 7 days.
    expected: how many are usual there.
    chance: probability of as many or more if nothing changed.
    share: q value, the share of false finds if all down to this one are reported.
    flagged: whether it stands out.
    """

    count: Floats
    expected: Floats
    chance: Floats
    share: Floats
    flagged: Bools


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of a table product × category, with its margins.

    cells: shape (products, categories); products: (products,); categories:
    (categories,). Where a margin is flagged it comes first, its cells below it.
    """

    cells: Finds
    products: Finds
    categories: Finds


def find(
    counts: Floats, orders: Floats | None = None, *, false_share: float = FALSE_SHARE
) -> Table | None:
    """Return what stands out on the last day, or None while history is too short.

    Args:
        counts: complaints, shape (products, categories, days), NaN on days that are
            not known for anybody.
        orders: orders of each product, shape (products, days), NaN where not known;
            None where only the calendar says how much there was to complain about.
        false_share: bound on the share of false finds.
    """
    known: Bools = np.asarray(np.isfinite(counts).all((0, 1)))
    if known.sum() < LEAST_DAYS:
        return None
    days = counts.shape[-1]
    by_product = _exposure(orders, (counts.shape[0], days), known)
    cases = np.where(known, counts, 0.0)
    each = np.broadcast_to(by_product[:, None, :], counts.shape)
    overall = by_product.sum(0)
    of_categories = np.broadcast_to(overall, (counts.shape[1], days))
    return Table(
        _judged(cases, each, false_share),
        _judged(cases.sum(1), by_product, false_share),
        _judged(cases.sum(0), of_categories, false_share),
    )


def _exposure(orders: Floats | None, shape: tuple[int, int], known: Bools) -> Floats:
    """Return the exposure of each product; its mean where a day's orders are missing.

    A product without any known order takes part by the calendar alone.
    """
    if orders is None:
        return np.broadcast_to(known.astype(float), shape)
    there = np.isfinite(orders)
    total = np.where(there, orders, 0.0).sum(-1, keepdims=True)
    usual = np.where(total > 0, total / np.maximum(there.sum(-1, keepdims=True), 1), 1)
    filled = np.where(there & (total > 0), orders, usual)
    return np.where(known, filled, 0.0)


def _judged(cases: Floats, exposure: Floats, false_share: float) -> Finds:
    """Judge every series of a table; days on the last axis.

    `A = (½ + B) / 1.3`, `b = (½/r₀ + E_B) / 1.3`; the 7 days are negative binomial
    with size A and probability b / (b + E_7). B and E_B: cases and exposure before.
    """
    from scipy import stats

    count, today = cases[..., -RECENT:].sum(-1), exposure[..., -RECENT:].sum(-1)
    past = slice(-(RECENT + GUARD + BEFORE), -(RECENT + GUARD))
    before, borne = cases[..., past].sum(-1), exposure[..., past].sum(-1)
    rate = (before.sum() + _PRIOR_CASES) / max(borne.sum(), 1e-9)
    size = (_PRIOR_CASES + before) / _SPREAD
    scale = (_PRIOR_CASES / rate + borne) / _SPREAD
    chance = stats.nbinom.sf(count - 1, size, scale / (scale + today))
    share = stats.false_discovery_control(chance, axis=None).reshape(chance.shape)
    flagged = (share < false_share) & (count >= FEWEST)
    return Finds(count, size / scale * today, chance, share, flagged)
