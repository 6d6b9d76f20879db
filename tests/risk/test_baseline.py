"""How many would come on a usual day."""

from __future__ import annotations

import numpy as np
import pytest

from lib.risk import baseline
from tests.risk.companies import companies, without_orders


def learned(some):
    return baseline.learn(some.counts, some.orders, some.classes)


def test_exposure_is_the_weighted_mean_of_the_orders_before():
    """Worked by hand: weights j·ρ^j with ρ = 9/11, latest day first."""
    weights = [1 * (9 / 11), 2 * (9 / 11) ** 2]

    exposure, said = baseline.exposure_of(np.array([[10.0, 40.0, 30.0]]))

    expected = (weights[0] * 40 + weights[1] * 10) / sum(weights)
    assert exposure[0] == pytest.approx([10, 10, expected])
    assert said.all()


def test_an_order_becomes_a_referral_after_ten_days_on_average():
    """The effect of one more order today, over all days to come."""
    even = np.full((1, 400), 100.0)
    more = even.copy()
    more[0, 200] += 50

    effect = (baseline.exposure_of(more)[0] - baseline.exposure_of(even)[0])[0, 200:]

    assert effect[0] == 0
    mean_delay = (effect * np.arange(200)).sum() / effect.sum()
    assert mean_delay == pytest.approx(10, abs=0.1)


def test_the_mean_of_a_quiet_company_nears_what_comes():
    some = companies(50, 400)

    usual = learned(some)

    late = slice(300, 400)
    assert usual.mean[:, late].sum() == pytest.approx(
        some.counts[:, late].sum(), rel=0.05
    )
    assert usual.by_orders.all()


def test_a_growing_company_is_expected_to_have_more():
    some = companies(50, 400, growth=4.0)
    late = slice(350, 400)

    by_orders = learned(some).mean[:, late].sum()
    blind = learned(without_orders(some)).mean[:, late].sum()

    came = some.counts[:, late].sum()
    assert by_orders == pytest.approx(came, rel=0.1)
    assert blind < 0.8 * came


def test_a_missing_day_is_left_out_not_counted_as_zero():
    some = companies(50, 300)
    holes = some.counts.copy()
    holes[:, ::3] = np.nan

    usual = learned(some).mean[:, -30:].sum()

    assert learned(some.with_counts(holes)).mean[:, -30:].sum() == pytest.approx(
        usual, rel=0.05
    )
    assert (
        learned(some.with_counts(np.nan_to_num(holes))).mean[:, -30:].sum()
        < 0.8 * usual
    )


def test_when_orders_stop_a_tenth_of_the_usual_is_still_expected():
    some = companies(1, 300)
    some.orders[0, 200:] = 0

    usual = learned(some)

    assert usual.mean[0, 290] > 0.05 * usual.mean[0, 150]


def test_orders_that_were_always_zero_say_nothing():
    some = companies(1, 100)
    some.orders[:] = 0

    usual = learned(some)

    assert not usual.by_orders.any()
    assert usual.mean == pytest.approx(learned(without_orders(some)).mean)


def test_orders_entered_for_the_last_days_only_are_not_used_yet():
    some = companies(1, 200)
    some.orders[0, :190] = np.nan

    assert not learned(some).by_orders[0, -1]


def test_clustered_counts_are_seen_to_be_clustered():
    chance = np.random.default_rng(5)
    some = companies(40, 500, rate=3)
    clustered = chance.poisson(some.counts * chance.gamma(1, 1, some.counts.shape))

    calm, wild = learned(some), learned(some.with_counts(clustered.astype(float)))

    assert calm.dispersion[:, -1].mean() < 0.1
    assert wild.dispersion[:, -1].mean() > 0.6


def test_half_of_what_is_remembered_is_forgotten_in_120_days():
    spike = np.zeros((1, 200))
    spike[0, 0] = 1.0

    kept = baseline.discounted(spike, 0)[0]

    assert kept[[0, 120]] == pytest.approx([1.0, 0.5])


def test_days_not_to_be_learned_from_change_nothing_later():
    some = companies(1, 300, onset=200, times=4)
    learnable = np.ones(some.counts.shape, bool)
    learnable[0, 200:] = False

    kept = baseline.learn(some.counts, some.orders, some.classes, learnable=learnable)

    assert kept.weight[0, -1] < learned(some).weight[0, -1]
    assert kept.mean[0, -7:].sum() < 0.7 * learned(some).mean[0, -7:].sum()


def test_a_baseline_that_begins_anew_expects_what_came_since():
    some = companies(20, 240, rate=2.0, times=3.0, onset=200)
    learnable = np.zeros(some.counts.shape, bool)
    learnable[:, 200:] = True

    anew = baseline.learn(some.counts, some.orders, some.classes, learnable=learnable)

    assert anew.mean[:, :200].max() < 3
    week = slice(205, 212)  # the guard is kept again from two weeks on
    assert anew.mean[:, week].sum() == pytest.approx(
        some.counts[:, week].sum(), rel=0.15
    )
