"""Whether a measure worked: hand-worked spans, and companies whose effect is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lib.metrics.effects import (
    Background,
    Effect,
    Past,
    Reason,
    Span,
    Verdict,
    background,
    effect,
    past_of,
    spread_of,
)

ORDERS = 1000.0
"""Of each span."""


def span(events: float, *, days: int = 28, orders: float = ORDERS) -> Span:
    return Span(events, orders, days)


def judged(*events: float, less_is_better: bool = True) -> Effect:
    """Judge the last count against the ones before it."""
    *known, after = map(span, events)
    return known_of(*known, less_is_better=less_is_better).effect(after)


def known_of(*spans: Span, less_is_better: bool = True) -> Background:
    return background(spans[-1], spans, less_is_better=less_is_better)


# By hand ------------------------------------------------------------------------


def test_a_figure_cut_to_a_quarter_has_improved():
    found = judged(40, 41, 39, 40, 40, 10)

    assert found.verdict is Verdict.IMPROVED
    assert found.ratio == pytest.approx(0.26, abs=0.02)
    assert found.why is None


def test_more_is_better_turns_the_verdict_round():
    assert (
        judged(40, 41, 39, 40, 40, 10, less_is_better=False).verdict is Verdict.WORSENED
    )
    assert (
        judged(40, 41, 39, 40, 40, 90, less_is_better=False).verdict is Verdict.IMPROVED
    )


def test_a_fall_from_ten_to_three_decides_nothing():
    found = judged(10, 10, 10, 10, 3)

    assert found.verdict is Verdict.OPEN
    assert found.low < 1 < found.high
    assert found.why is None


def test_what_was_begun_at_a_peak_is_expected_to_come_back_by_itself():
    peak = judged(20, 21, 19, 20, 20, 20, 33, 20)
    steady = judged(33, 32, 34, 33, 33, 33, 33, 20)

    assert peak.by_itself < 0.8
    assert peak.verdict is Verdict.OPEN
    assert steady.by_itself == pytest.approx(1, abs=0.02)
    assert steady.ratio < peak.ratio


def test_a_level_that_rose_and_stayed_is_not_taken_for_a_peak():
    found = judged(100, 100, 100, 100, 300, 300, 300, 100)

    assert found.by_itself > 0.9
    assert found.verdict is Verdict.IMPROVED


@pytest.mark.parametrize(
    ("usual", "bad", "less_is_better"), [(100, 300, True), (100, 30, False)]
)
def test_a_bad_month_that_passes_is_no_success(usual, bad, less_is_better):
    known = [usual] * 6 + [bad]

    found = judged(*known, usual, less_is_better=less_is_better)

    assert found.verdict is Verdict.OPEN
    assert found.why is Reason.USUAL
    # By hand: nothing has changed but the bad month, which it has left by itself.
    assert found.ratio == pytest.approx(1, abs=0.02)
    assert found.by_itself == pytest.approx(usual / bad, abs=0.02)


def test_a_good_month_that_passes_is_no_harm():
    found = judged(100, 100, 100, 100, 100, 20, 100)

    assert (found.verdict, found.why) == (Verdict.OPEN, Reason.USUAL)


def test_a_bad_month_after_which_it_is_better_than_ever_is_a_success():
    assert judged(100, 100, 100, 100, 100, 300, 20).verdict is Verdict.IMPROVED


def test_a_past_of_one_span_says_nothing_of_what_is_usual():
    found = judged(100, 20)

    assert (found.verdict, found.why) == (Verdict.OPEN, Reason.SHORT_PAST)


def test_a_month_of_first_cases_that_passes_is_no_success():
    found = judged(0, 0, 0, 60, 0)

    assert (found.verdict, found.why) == (Verdict.OPEN, Reason.USUAL)


def test_the_least_change_that_would_decide_is_the_edge_of_the_verdict():
    known = known_of(*[span(40)] * 6)

    needed = known.needed(ORDERS, 28)

    below, above = (span(needed * ORDERS * factor) for factor in (0.99, 1.01))
    assert known.effect(below).verdict is Verdict.IMPROVED
    assert known.effect(above).verdict is Verdict.OPEN
    # More days need less of a change.
    assert needed < known.needed(3 * ORDERS, 84) < 0.04


def test_where_more_is_better_the_least_change_is_a_rise():
    known = known_of(*[span(40)] * 6, less_is_better=False)

    assert known.needed(ORDERS, 28) > 0.04


def test_what_is_too_rare_needs_more_cases_not_a_change():
    rare = known_of(*[span(1)] * 6)

    assert rare.needed(ORDERS, 28) is None
    assert rare.cases_for_half(84) == 75
    assert known_of(*[span(75)] * 6).needed(3 * ORDERS, 84) > 0.075 * 0.5


def test_large_counts_that_stay_are_called_unchanged():
    past = Past(level=4, events=40_000, spread=1, swing=0, wander=0)

    found = effect(span(4000), span(4010), past, less_is_better=True)

    assert found.verdict is Verdict.SAME


def test_a_level_that_wanders_needs_a_larger_change():
    calm = Past(level=0.2, events=2000, spread=1, swing=0, wander=0)
    wild = Past(level=0.2, events=2000, spread=1, swing=0, wander=0.09)

    assert effect(span(200), span(140), calm, less_is_better=True).high < 1
    assert effect(span(200), span(140), wild, less_is_better=True).high > 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (span(5, orders=0), span(5)),
        (span(5), span(0, orders=0)),
    ],
)
def test_without_anything_to_count_against_nothing_is_said(before, after):
    found = effect(before, after, past_of([span(5)]), less_is_better=True)

    assert found == Effect(Verdict.OPEN)


def test_a_company_without_a_single_event_is_not_judged():
    assert past_of([span(0), span(0)]) is None
    assert effect(span(0), span(0), None, less_is_better=True).ratio is None


def test_no_event_before_and_some_after_compares_with_the_past():
    found = judged(4, 5, 4, 0, 30)

    assert found.by_itself is None
    assert found.verdict is Verdict.WORSENED


def test_too_few_known_days_wait_whatever_they_say():
    known = [span(40)] * 5
    found = effect(known[-1], span(2, days=20), past_of(known), less_is_better=True)

    assert found.verdict is Verdict.OPEN
    assert found.high < 1


def test_the_interval_holds_its_ratio():
    found = judged(12, 9, 11, 10, 7)

    assert found.low < found.ratio < found.high


# Scatter ------------------------------------------------------------------------


def test_weeks_of_pure_chance_scatter_as_poisson():
    rng = np.random.default_rng(3)

    assert spread_of(rng.poisson(20, 400).astype(float), np.ones(400)) < 1.2


def test_clustered_weeks_scatter_more():
    rng = np.random.default_rng(3)
    clustered = rng.negative_binomial(20 / 2, 1 / 3, 400).astype(float)

    assert spread_of(clustered, np.ones(400)) == pytest.approx(3, abs=0.6)


def test_a_wandering_level_is_no_scatter():
    rng = np.random.default_rng(3)
    level = 50 * np.exp(np.cumsum(rng.normal(0, 0.03, 400)))

    assert spread_of(rng.poisson(level).astype(float), np.ones(400)) < 1.3


def test_a_share_scatters_less_than_a_count():
    rng = np.random.default_rng(3)
    calls = np.full(400, 500.0)
    answered = rng.binomial(500, 0.9, 400).astype(float)

    assert spread_of(answered, calls, is_share=True) == pytest.approx(0.1, abs=0.02)


def test_a_figure_that_was_always_whole_is_judged_all_the_same():
    whole = np.full(8, 100.0)
    spread = spread_of(whole, whole, is_share=True)
    spans = [Span(400, 400, 28)] * 4

    assert spread > 0
    known = background(spans[-1], spans, spread, less_is_better=False)
    assert known.effect(Span(200, 400, 28)).verdict is Verdict.WORSENED


def test_a_month_without_orders_before_the_measure_decides_nothing():
    known = known_of(span(40), span(40), span(0, orders=0.0))

    assert known.effect(span(10)).verdict is Verdict.OPEN


def test_few_weeks_are_taken_for_chance():
    few = np.array([1.0, 50.0, 2.0])

    assert spread_of(few, np.ones(3)) == 1.0
    assert spread_of(few, np.full(3, 100.0), is_share=True) == pytest.approx(
        1 - 53 / 300
    )


# Companies whose effect is known ------------------------------------------------


def verdicts(
    *, rate: float, effect_of: float, at_a_peak: bool = False
) -> list[Verdict]:
    """Judge 300 companies of a year, with one measure each."""
    rng = np.random.default_rng(20260101)
    found = []
    for _company in range(300):
        level = rate * np.exp(np.cumsum(rng.normal(0, 0.05, 13)))
        counts = rng.poisson(level).astype(float)
        last = 3 + int(np.argmax(counts[3:12])) if at_a_peak else 11
        after = float(rng.poisson(level[last + 1] * effect_of))
        found.append(judged(*counts[: last + 1], after).verdict)
    return found


@pytest.mark.parametrize("at_a_peak", [False, True])
@pytest.mark.parametrize("rate", [4, 30])
def test_a_measure_without_effect_hardly_ever_seems_to_help(rate, at_a_peak):
    claims = verdicts(rate=rate, effect_of=1, at_a_peak=at_a_peak)

    assert claims.count(Verdict.IMPROVED) / len(claims) <= 0.05


def test_a_measure_that_halves_is_mostly_seen_where_there_is_enough_to_count():
    claims = verdicts(rate=60, effect_of=0.5)

    assert claims.count(Verdict.IMPROVED) / len(claims) > 0.65
    assert Verdict.WORSENED not in claims


def test_nothing_is_ever_not_a_number():
    for events in ([0, 0, 0, 1], [1, 0], [0, 3], [10**6, 1], [1, 10**6]):
        found = judged(*map(float, events))
        for value in (found.ratio, found.low, found.high):
            assert value is None or math.isfinite(value)
