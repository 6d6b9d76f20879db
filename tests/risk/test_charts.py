"""Textbook charts against published numbers; those worked by hand say so."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk import cusum, ewma, shewhart
from lib.risk.baseline import Baseline

# Twenty weeks of emergency departments: attendances seen within 4 hours, attendances.
# Data: Mohammed et al. 2013, BMJ Quality & Safety 22:362 (`nhs_accidents` of qicharts2).
SEEN = np.array([
    266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320,
    267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989,
], float)  # fmt: skip
CAME = np.array([
    280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529,
    279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772,
], float)  # fmt: skip

# p chart ------------------------------------------------------------------------


def test_p_chart_of_the_emergency_departments():
    """Limits as printed by R's qicharts2.

    They stand in test/fixtures/qicharts2.ts of the public repository PowerBI-SPC.
    """
    limits = shewhart.p_chart(SEEN, CAME)

    assert limits.centre == pytest.approx(np.full(20, 0.95289971134419116), rel=1e-13)
    assert limits.lower[:3] == pytest.approx(
        [0.95169956464601502, 0.95169174300572235, 0.95172291159637212], rel=1e-13
    )
    assert limits.upper[-1] == pytest.approx(0.95411439202011694, rel=1e-13)


def test_p_chart_of_ten_samples_of_200():
    """Example 16.6 of *An Introduction to Business Statistics* (UCL .2378, LCL .0822)."""
    faulty = np.array([40, 44, 22, 34, 24, 32, 28, 32, 34, 30], float)

    limits = shewhart.p_chart(faulty, np.full(10, 200.0))

    assert limits.centre[0] == pytest.approx(0.16)
    assert limits.upper[0] == pytest.approx(0.2378, abs=5e-5)
    assert limits.lower[0] == pytest.approx(0.0822, abs=5e-5)


def test_a_day_without_calls_is_no_point():
    limits = shewhart.p_chart(np.array([9.0, 0, np.nan]), np.array([10.0, 0, np.nan]))

    assert np.isfinite(limits.upper).tolist() == [True, False, False]


# Laney p′ -----------------------------------------------------------------------


def test_laney_chart_of_the_emergency_departments():
    """P′ limits of the same data as printed by qicharts2, same place."""
    limits, sigma = shewhart.laney(SEEN, CAME)

    assert limits.lower[:3] == pytest.approx(
        [0.9401296441775141, 0.94004641862513627, 0.9403780655785402], rel=1e-13
    )
    assert limits.upper[-1] == pytest.approx(0.96582442616547814, rel=1e-13)
    assert sigma == pytest.approx(10.64, abs=0.005)


def test_sigma_z_by_hand():
    """Neighbours differ by 1, 3 and 2: mean 2 over 1.128; a gap is stepped over."""
    z = np.array([0.0, 1.0, np.nan, -2.0, 0.0])

    assert shewhart.sigma_of(z) == pytest.approx(2 / 1.128)


# EWMA ---------------------------------------------------------------------------


def test_ewma_of_the_engineering_handbook():
    """NIST/SEMATECH e-Handbook 6.3.2.4: all values to two places, and the limits."""
    values = np.array([
        52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
        49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
    ])  # fmt: skip

    found = ewma.smoothed(values, 0.3, start=50.0)

    assert found == pytest.approx([
        50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
        50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99,
    ], abs=0.00501)  # fmt: skip
    assert 50 + ewma.limit(2.0539, 0.3) == pytest.approx(52.5884, abs=1e-3)


def test_a_missing_value_leaves_the_average_as_it_is():
    found = ewma.smoothed(np.array([[1.0, np.nan, 1.0]]), 0.5)

    assert found.tolist() == [[0.5, 0.5, 0.75]]


# CUSUM --------------------------------------------------------------------------


def test_cusum_by_hand():
    """Target 10, allowance 0.5: steps 1.5, -1.5, missing, 2.5, 0.5."""
    values = np.array([12.0, 9.0, np.nan, 13.0, 11.0])

    found = cusum.accumulated(cusum.shifted(values, 10.0, 0.5))

    assert found.tolist() == [1.5, 0.0, 0.0, 2.5, 3.0]


def test_run_length_of_brook_and_evans():
    """K .5, h 3: ARL 117.59 and, shifted by 1.5 σ, 3.75 (*Biometrika* 59:539)."""
    assert cusum.run_length_normal(0.0, 0.5, 3.0) == pytest.approx(117.59, abs=0.01)
    assert cusum.run_length_normal(1.5, 0.5, 3.0) == pytest.approx(3.75, abs=0.005)


@pytest.mark.parametrize(
    ("shift", "published"),
    [(0.125, 59.30), (0.25, 36.71), (0.5, 20.37), (0.75, 14.06), (1.0, 10.75)],
)
def test_run_lengths_of_vance(shift, published):
    """K 0, h 10: Vance 1986, table 1 (as quoted in R's spc, help of xcusum.arl)."""
    found = cusum.run_length_normal(shift, 0.0, 10.0)

    assert found == pytest.approx(published, abs=0.006)


@pytest.mark.parametrize(("start", "published"), [(0, 438.0), (20, 333.0)])
def test_poisson_run_lengths_of_lucas(start, published):
    """Mean .25, k .25, h 10, without and with a headstart: Lucas 1985, table 2."""
    found = cusum.run_length_poisson(0.25, reference=1, limit=40, grid=4, start=start)

    assert found == pytest.approx(published, abs=0.5)


@pytest.mark.parametrize(("start", "published"), [(0, 37.2), (3, 29.19)])
def test_poisson_run_lengths_of_lawson(start, published):
    """Mean 1.88, k 2, h 6: the example of `arl` in R's IAcsSPCR."""
    found = cusum.run_length_poisson(1.88, reference=2, limit=6, grid=1, start=start)

    assert found == pytest.approx(published, abs=0.006)


def test_the_simulated_poisson_cusum_runs_as_long_as_the_exact_one():
    chance = np.random.default_rng(4)
    counts = chance.poisson(1.0, (4_000, 1_500)).astype(float)

    found = cusum.accumulated(cusum.shifted(counts, 1.0, 0.5)) >= 3 - 1e-9

    length = np.where(found.any(1), found.argmax(1) + 1, 1_500).mean()
    exact = cusum.run_length_poisson(1.0, reference=3, limit=6, grid=2)
    assert length == pytest.approx(exact, rel=0.05)


def test_without_clustering_both_likelihood_ratios_agree():
    counts, mean = np.array([0.0, 1, 4]), np.array([0.5, 1.0, 2.0])

    wide = cusum.negative_binomial(counts, mean, np.zeros(3), 2.0)

    assert wide == pytest.approx(cusum.poisson(counts, mean, 2.0), abs=1e-4)


def test_the_likelihood_ratio_of_clustered_counts_is_that_of_the_distribution():
    from scipy import stats

    counts = np.arange(8.0)
    size, mean = 1 / 0.4, 1.5

    def log_chance(m: float) -> np.ndarray:
        return stats.nbinom.logpmf(counts, size, size / (size + m))

    found = cusum.negative_binomial(counts, np.full(8, mean), np.full(8, 0.4), 2.0)

    assert found == pytest.approx(log_chance(2 * mean) - log_chance(mean))


def test_the_fallback_is_the_cusum_of_a_doubled_rate():
    counts = np.array([[3.0, 0.0, 4.0]])
    ones = np.ones((1, 3))

    found = cusum.fallback(counts, Baseline(ones, ones, 0 * ones, ones > 0))

    steps = counts[0] * np.log(2) - 1
    assert found[0] == pytest.approx(
        [steps[0], max(0, steps[0] - 1), max(0, steps[0] - 1) + steps[2]], abs=1e-4
    )


@pytest.mark.parametrize(
    ("rate", "times", "known"),
    [(0.3, 1.5, 39), (1, 1.5, 20), (0.3, 2, 19), (1, 2, 8.5), (3, 2, 3.9), (1, 3, 3.6)],
)
def test_the_limit_of_physics(rate, times, known):
    """At 182 days to a false alarm; worked out beforehand with R's spc."""
    assert cusum.fastest(rate, times, 365.25 / 182) == pytest.approx(known, rel=0.03)


def test_the_more_false_alarms_the_sooner():
    assert cusum.fastest(1.0, 2.0, 4.0) < cusum.fastest(1.0, 2.0, 1.0)
