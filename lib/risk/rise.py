"""How strongly the counts speak for a doubled rate, and since when.

Window-limited Shiryaev-Roberts statistic with an uncertain rate. For a rise that began
on day s, with Y and M the counts and expected counts from s to today, both divided by
the overdispersion of their day, and a the counts that the baseline of day s rests on:

    BF_s = 2^Y ((a + M) / (a + 2M))^(a + Y)        R = Σ_s BF_s, s in the last 35 days

BF_s is the probability of the counts under twice the usual rate over that under the
usual one, where the rate is gamma(a, a). With no rise each BF_s has a mean of 1 or
less, so R - t does not grow and R reaches a limit L no oftener than every L days (Pollak 1985, *Annals
of Statistics* 13:206; Roberts 1966). What it reaches in fact is in `sensitivity`.

Two guards against alarms out of nothing: a day counts for at most 3 standard deviations
and one case above its expectation (or three times it), so that one letter with many cases is no rise; and R
may only grow on a day with a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lib.risk.baseline import Baseline, Bools, Floats

FACTOR: Final = 2.0
"""The rise that R is tuned to. Mixtures of several were no faster, see the benchmark."""

LONGEST: Final = 35
"""Days that a rise may lie back to count for R."""

FARTHEST: Final = 70
"""Days that its start is looked for, so that it stays where it is while an alarm goes
on. The 80 % interval held the true start in 78 to 88 % of simulated alarms."""

DRIFT_COUNTS: Final = 40.0
"""A rate wanders by itself, by about 1/√40 = 16 %: counts that its past is worth."""

MOST_SIGMA: Final = 3.0
"""Standard deviations above the expectation that one day may count for."""

MOST_TIMES: Final = 3.0
"""Times the expectation that one day may always count for, where cases are many."""

COVERAGE: Final = 0.80
"""Probability of the interval for the start."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What R is made of, kept to say later since when a count has risen.

    Arrays (series, days); `cases` and `expected` are sums from the first day on, with
    a leading column of zeros.
    """

    cases: Floats
    expected: Floats
    weight: Floats
    may_start: Bools

    def factors(self, back: int) -> Floats:
        """Return BF for a rise that began `back` days before each day ≥ `back`."""
        days = self.weight.shape[-1]
        first = slice(0, days - back)
        return (
            _bayes_factor(
                self.cases[..., back + 1 :] - self.cases[..., first],
                self.expected[..., back + 1 :] - self.expected[..., first],
                self.weight[..., first],
            )
            * (self.may_start[..., first])
        )

    def factors_on(
        self, series: NDArray[np.intp], day: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], Floats]:
        """Return the starts (n, 70) of some days, and BF of each; 0 before day 0."""
        start = day[:, None] - np.arange(FARTHEST - 1, -1, -1)
        there = start >= 0
        row, begun = series[:, None], np.where(there, start, 0)
        found = _bayes_factor(
            self.cases[row, day[:, None] + 1] - self.cases[row, begun],
            self.expected[row, day[:, None] + 1] - self.expected[row, begun],
            self.weight[row, begun],
        )
        return start, np.where(there & self.may_start[row, begun], found, 0.0)


def gather(
    counts: Floats, usual: Baseline, since: NDArray[np.intp] | None = None
) -> Evidence:
    """Return the evidence of counts (NaN: not known) against their baseline.

    `since`: for each series the first day on which a rise may begin, such as the day
    after the last alarm was closed; None means any.
    """
    known = np.isfinite(counts)
    spread = usual.overdispersion
    most = np.maximum(
        np.ceil(usual.mean + MOST_SIGMA * np.sqrt(usual.mean * spread) + 1),
        MOST_TIMES * usual.mean,
    )
    cases = np.where(known, np.minimum(np.where(known, counts, 0.0), most) / spread, 0)
    expected = np.where(known, usual.mean / spread, 0.0)
    may_start = known
    if since is not None:
        may_start = known & (np.arange(counts.shape[-1]) >= since[:, None])
    weight = usual.weight * DRIFT_COUNTS / (usual.weight + DRIFT_COUNTS)
    return Evidence(_summed(cases), _summed(expected), weight, may_start)


def statistic(counts: Floats, evidence: Evidence) -> Floats:
    """Return R of each day; on a day without a case it never grows."""
    total = np.zeros_like(evidence.weight)
    days = total.shape[-1]
    for back in range(min(LONGEST, days)):
        total[..., back:] += evidence.factors(back)
    with_case = np.nan_to_num(counts) > 0
    known = np.isfinite(counts)
    for day in range(1, days):
        before, today = total[..., day - 1], total[..., day]
        calm = np.where(known[..., day], np.minimum(before, today), before)
        total[..., day] = np.where(with_case[..., day], today, calm)
    return total


def starts(
    evidence: Evidence, series: NDArray[np.intp], day: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the likely start and its 80 % interval, as days (n, 3): best, first, last.

    Each start is as likely as its share of ΣBF; the interval leaves 10 % on either side,
    and reaches as far as the best one where that lies outside.
    """
    start, factor = evidence.factors_on(series, day)
    share = np.cumsum(factor, 1) / np.maximum(factor.sum(1, keepdims=True), 1e-300)
    tail = (1 - COVERAGE) / 2
    best = factor.argmax(1)
    first = np.minimum((share > tail).argmax(1), best)
    last = np.maximum((share >= 1 - tail - 1e-12).argmax(1), best)
    rows = np.arange(len(day))
    return np.stack([start[rows, column] for column in (best, first, last)], axis=1)


def _bayes_factor(cases: Floats, expected: Floats, weight: Floats) -> Floats:
    usual = np.log(weight + expected)
    raised = np.log(weight + FACTOR * expected)
    found: Floats = np.exp(cases * np.log(FACTOR) + (weight + cases) * (usual - raised))
    return found


def _summed(values: Floats) -> Floats:
    none = np.zeros((*values.shape[:-1], 1))
    return np.concatenate([none, np.cumsum(values, -1)], -1)
