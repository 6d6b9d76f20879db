"""The numbers behind the sentence and the chart that explain a rise to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lib.risk.baseline import Baseline, Bools, Floats
from lib.risk.days import Classes
from lib.risk.detection import Level, judge
from lib.risk.rise import DRIFT_COUNTS
from lib.risk.sensitivity import STANDARD, Sensitivity

INTERVAL: Final = 0.90
BANDS: Final = (0.80, 0.98)
WEEK: Final = 7
MOST_MORE: Final = 30
"""Cases beyond which nobody is told how many are missing to an alarm."""


@dataclass(frozen=True, slots=True)
class Rise:
    """Cases since a start against what was usual.

    first, last: days as columns. known: days with a known count among them.
    count, expected: cases. ratio: count / expected; low and high bound it with 90 %,
    the uncertainty of the baseline included.
    one_in: in how many such spells without a rise as many cases come, had this spell
        been chosen beforehand; it was not, so it must be said beside it.
    """

    first: int
    last: int
    known: int
    count: int
    expected: float
    ratio: float
    low: float
    high: float
    one_in: float


def rise_between(
    counts: Floats, usual: Baseline, series: int, first: int, last: int
) -> Rise:
    """Return what came in a spell of one series, both days included.

    With φ the mean overdispersion, n' = n/φ + ½ and a the counts that the baseline
    rests on, the ratio is `F(2n', 2a) × n' / (M/φ)`: a quotient of two gamma rates.
    The chance is negative binomial with variance over mean `φ + M/a`.
    """
    from scipy import stats

    spell = slice(first, last + 1)
    known = np.isfinite(counts[series, spell])
    count = float(np.nansum(counts[series, spell]))
    mean = np.where(known, usual.mean[series, spell], 0.0)
    expected = float(mean.sum())
    if expected <= 0:
        return Rise(first, last, 0, 0, 0.0, *(float("nan"),) * 4)
    spread = float((mean * usual.overdispersion[series, spell]).sum() / expected)
    rests_on = float(usual.weight[series, first])
    weight = rests_on * DRIFT_COUNTS / (rests_on + DRIFT_COUNTS)
    seen = count / spread + 0.5
    tails = np.array([(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    low, high = stats.f.ppf(tails, 2 * seen, 2 * weight) * seen * spread / expected
    wide = spread + expected / weight
    chance = stats.nbinom.sf(count - 1, expected / (wide - 1), 1 / wide)
    return Rise(
        first,
        last,
        int(known.sum()),
        int(count),
        expected,
        count / expected,
        float(low) if count else 0.0,
        float(high),
        float(1 / max(chance, 1e-300)),
    )


def expected_band(
    counts: Floats, usual: Baseline, coverage: float, days: int = WEEK
) -> tuple[Floats, Floats, Floats]:
    """Return lower bound, mean and upper bound of the sum of `days` days, day by day.

    Negative binomial with the summed mean M and variance over mean `φ + M/a`. Days not
    known count neither in the sum nor here; shape (series, days).
    """
    from scipy import stats

    known = np.isfinite(counts)
    mean = _summed(np.where(known, usual.mean, 0.0), days)
    extra = _summed(np.where(known, usual.mean * usual.overdispersion, 0.0), days)
    some = np.maximum(mean, 1e-9)
    weight = usual.weight * DRIFT_COUNTS / (usual.weight + DRIFT_COUNTS)
    wide = np.maximum(extra / some + some / weight, 1 + 1e-9)
    tail = (1 - coverage) / 2
    size, chance = some / (wide - 1), 1 / wide
    low = np.asarray(stats.nbinom.ppf(tail, size, chance))
    high = np.asarray(stats.nbinom.ppf(1 - tail, size, chance))
    return low, mean, high


def more_to_alarm(
    counts: Floats,
    orders: Floats,
    classes: Classes,
    sensitivity: Sensitivity = STANDARD,
    since: int | None = None,
    *,
    learnable: Bools | None = None,
    rough: Bools | None = None,
) -> int | None:
    """Return how many more cases today would be an alarm; 0 if it is one already.

    Of one series, arrays with one entry a day, today last and its count so far; the
    rest as in `detection.judge`. None if no number up to 30 would: one day alone is
    hardly ever a rise.
    """
    tried = np.arange(MOST_MORE + 1)
    many = np.tile(counts, (len(tried), 1))
    many[:, -1] = np.nan_to_num(many[:, -1]) + tried
    shape = many.shape
    found = judge(
        many,
        np.broadcast_to(orders, shape),
        np.broadcast_to(classes, shape),
        sensitivity=sensitivity,
        since=None if since is None else np.full(shape[0], since),
        learnable=None if learnable is None else np.broadcast_to(learnable, shape),
        rough=None if rough is None else np.broadcast_to(rough, shape),
    )
    reached: NDArray[np.intp] = np.flatnonzero(found.level[:, -1] == Level.ALARM)
    return int(reached[0]) if len(reached) else None


def _summed(values: Floats, days: int) -> Floats:
    total = np.cumsum(values, -1)
    found = total.copy()
    found[..., days:] -= total[..., :-days]
    return found
