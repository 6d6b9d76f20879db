"""Products and kinds of complaint that stand out."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk import cells


def table(seed=1, days=100, extra=0.0, a_day=12.0, shape=(24, 10)):
    """Return complaints; the cell (3, 4) gets `extra` a day in the last week."""
    chance = np.random.default_rng(seed)
    share = chance.dirichlet(np.full(shape[0] * shape[1], 0.5)).reshape(shape)
    counts = chance.poisson(a_day * share[..., None], (*shape, days)).astype(float)
    if extra:
        counts[3, 4, -7:] += chance.poisson(extra, 7)
    return counts


def test_without_a_change_hardly_any_cell_stands_out():
    found = [cells.find(table(seed)).cells.flagged.sum() for seed in range(60)]

    assert np.mean(found) < 0.15


def test_a_cell_with_one_more_a_day_stands_out():
    found = [cells.find(table(seed, extra=1.5)).cells for seed in range(40)]

    assert np.mean([one.flagged[3, 4] for one in found]) > 0.8


def test_two_complaints_never_stand_out():
    counts = np.zeros((2, 2, 100))
    counts[0, 0, -7:-5] = 1

    assert not cells.find(counts).cells.flagged.any()


def test_a_whole_category_is_found_in_the_margin():
    chance = np.random.default_rng(3)
    counts = table(3, a_day=4)
    counts[:, 2, -7:] += chance.poisson(0.1, (24, 7))

    found = cells.find(counts)

    assert found.categories.flagged[2]
    assert found.cells.flagged.sum() < 6


def test_a_product_that_sold_more_may_have_more_complaints():
    counts = table(2, a_day=0.1, shape=(4, 2))
    counts[1, 1] += np.random.default_rng(1).poisson(0.6, 100)
    counts[1, 1, -7:] = 3
    orders = np.full((4, 100), 50.0)
    sold = orders.copy()
    sold[1, -7:] *= 5

    assert cells.find(counts, orders).cells.flagged[1, 1]
    assert not cells.find(counts, sold).cells.flagged[1, 1]


def test_a_cell_by_hand():
    """One cell, 4 in 56 days before, 3 in the last 7; r₀ = 4.5/56.

    A = 4.5/1.3, b = (.5/r₀ + 56)/1.3, so 7 A/b = 7 · 4.5/62.22 are expected.
    """
    counts = np.zeros((1, 1, 70))
    counts[0, 0, [5, 15, 25, 35]] = 1
    counts[0, 0, -3:] = 1

    found = cells.find(counts).cells

    assert found.count[0, 0] == 3
    assert found.expected[0, 0] == pytest.approx(7 * 4.5 / (0.5 * 56 / 4.5 + 56))
    assert 0 < found.chance[0, 0] < 0.05


@pytest.mark.parametrize("days", [0, 27])
def test_a_young_company_gets_no_cells(days):
    assert cells.find(table(days=days) if days else np.zeros((2, 2, 0))) is None


def test_missing_days_and_orders_are_left_out():
    counts = table(5)
    counts[:, :, 60:63] = np.nan
    orders = np.full((24, 100), np.nan)
    orders[:12] = 10.0

    found = cells.find(counts, orders)

    assert np.isfinite(found.cells.expected).all()
    assert not found.cells.flagged.any()
