"""Did a measure work: the days before and after it, against what happens by itself.

Three things let a figure fall after a measure that has done nothing, and each is taken
into account:

- Counts scatter. Both rates are given a gamma distribution, wider by as much as the
  company's own weeks scatter more than Poisson's.
- A measure is begun when things are bad. The level before it is drawn towards the
  longer past, as far as the spans of that past say that levels come back by themselves
  (regression to the mean; empirical Bayes).
- Levels wander. What they change from one span to the next without any measure is
  taken off from what the days after can tell.

`benchmarks.effects` states how often the verdicts are right. Pure functions over sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.i18n import N_
from lib.schema.vocab import Choice

Floats = npt.NDArray[np.float64]

SPAN: Final = 28
"""Days before and after that are compared (domain.md 7.7)."""

LOOKS: Final = (28, 56, 84)
"""Days after the start on which a verdict is given.

A look every morning would find by chance, sooner or later, what is not there.
"""

LEAST_KNOWN: Final = 21
"""Days of a span that must be known: three whole weeks, so that weekdays even out."""

BAND: Final = 0.99
"""Share of the interval: one look in 200 at a measure without effect errs by chance.

Not more, because there are three looks, people begin at the worst moment, and a level
that wanders adds its own part: together at most one measure in twenty
(`benchmarks.effects`).
"""

USUAL_STEP: Final = 0.20
"""How much a level moves by itself from span to span while the past says little.

A standard deviation of the logarithm; it counts as much as `_WORTH` spans.
"""
_WORTH: Final = 4
_UNSURE: Final = 1.3
"""The steps of a dozen spans tell their own size roughly; the interval allows for it."""

SAME: Final = 1.25
"""A factor that makes no difference to work with, up or down."""

_LONGEST_WAIT: Final = 180
"""Days that somebody may be asked to wait for a verdict."""

_JEFFREYS: Final = 0.5
"""Events that a span without any still leaves possible."""

_LEAST_WEEKS: Final = 5


class Verdict(Choice):
    """What may be said of a measure."""

    IMPROVED = N_("良くなった")
    WORSENED = N_("悪くなった")
    SAME = N_("ほぼ変わらない")
    OPEN = N_("まだ判断できない")


@dataclass(frozen=True, slots=True)
class Span:
    """What happened in some days.

    events: what is counted. exposure: what it is counted against (orders, calls
        offered, days). days: how many of them are known.
    """

    events: float
    exposure: float
    days: int

    @property
    def rate(self) -> float | None:
        """Events for one of the exposure; None without any."""
        return self.events / self.exposure if self.exposure > 0 else None


@dataclass(frozen=True, slots=True)
class Past:
    """What the spans up to a measure tell of the figure without it.

    level: rate. events: how many it rests on, those before the last span. spread:
        variance of a count as a multiple of Poisson's. swing: relative variance of the
        level around its mean. wander: variance of the step of its logarithm from one
        span to the next.
    """

    level: float
    events: float
    spread: float
    swing: float
    wander: float


@dataclass(frozen=True, slots=True)
class Effect:
    """How the rate after a measure compares with the level before.

    ratio, low, high: rate after by level before, and its interval of `BAND`; None where
        nothing can be compared.
    by_itself: rate after by rate before that was to be expected without any measure,
        below 1 where it began at a peak; None as above.
    more_days: further days after which it would be decided if it went on like this;
        None where it is decided, or not within half a year.
    """

    verdict: Verdict
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    by_itself: float | None = None
    more_days: int | None = None


UNKNOWN: Final = Effect(Verdict.OPEN)
"""Where there is nothing to compare."""


def past_of(spans: Sequence[Span], spread: float = 1.0) -> Past | None:
    """Return what `spans` tell, oldest first; None without an event in any of them.

    The last is the one before the measure: that it stands out tells that levels of this
    figure do move. spread: as `spread_of` gives it.

    By moments: a count has the mean m = level · exposure and the variance
    spread · m + swing · m².
    """
    events = np.array([span.events for span in spans], dtype=float)
    exposure = np.array([span.exposure for span in spans], dtype=float)
    if not events.sum() or not exposure.sum():
        return None
    level = float(events.sum() / exposure.sum())
    mean = level * exposure
    beyond = (events - mean) ** 2 - spread * mean
    return Past(
        level=level,
        events=float(events[:-1].sum()),
        spread=spread,
        swing=max(0.0, float(beyond.sum() / (mean**2).sum())),
        wander=_wander(events, exposure, spread),
    )


def spread_of(events: Floats, exposure: Floats, *, is_share: bool = False) -> float:
    """Return the variance of a week's count as a multiple of Poisson's.

    Each week is compared with the next, so that a level that wanders is not taken for
    scatter; at least that of pure chance, which is Poisson's (1.0), or for a share, whose
    events are part of the exposure, the binomial's (1 − share).

    events, exposure: of whole weeks, in order; chance alone for fewer than five.
    """
    chance = 1.0 - _ratio(events.sum(), exposure.sum()) if is_share else 1.0
    chance = max(chance, 0.0)
    if len(events) < _LEAST_WEEKS or not events.sum():
        return chance
    both = exposure[:-1] + exposure[1:]
    known = (exposure[:-1] > 0) & (exposure[1:] > 0)
    part = exposure[:-1][known] / both[known]
    pooled = (events[:-1] + events[1:])[known]
    variance = pooled * part * (1 - part)
    some = variance > 0
    if not some.any():
        return chance
    squares = (events[:-1][known] - pooled * part)[some] ** 2
    return max(chance, float(np.mean(squares / variance[some])))


def effect(
    before: Span, after: Span, past: Past | None, *, less_is_better: bool
) -> Effect:
    """Return what can be said of a measure after the days of `after`.

    past: of the same figure, with `before` as its last span.
    """
    known = min(before.days, after.days) >= LEAST_KNOWN
    if past is None or not (before.exposure > 0 and after.exposure > 0):
        return UNKNOWN
    ratio, low, high = _interval(before, after, past)
    decided = (
        _verdict(low, high, less_is_better=less_is_better) if known else Verdict.OPEN
    )
    return Effect(
        verdict=decided,
        ratio=ratio,
        low=low,
        high=high,
        by_itself=_by_itself(before, past),
        more_days=_more_days(before, after, past) if decided is Verdict.OPEN else None,
    )


def _verdict(low: float, high: float, *, less_is_better: bool) -> Verdict:
    if high < 1 or low > 1:
        return Verdict.IMPROVED if (high < 1) is less_is_better else Verdict.WORSENED
    if low > 1 / SAME and high < SAME:
        return Verdict.SAME
    return Verdict.OPEN


def _interval(before: Span, after: Span, past: Past) -> tuple[float, float, float]:
    """Return the ratio of the rates and its interval.

    Of two gamma variables the share of one in their sum is a beta variable; so the ratio
    is exact up to the moments that `past` took from the company's own spans.
    """
    from scipy import special

    shape0, weight0 = _level_before(before, past)
    shape1 = after.events / past.spread + _JEFFREYS
    weight1 = after.exposure / past.spread
    steady = 1 / (1 / shape1 + past.wander * _UNSURE * _drift(after.days))
    scale = weight0 / (weight1 * steady / shape1)
    tail = (1 - BAND) / 2
    shares = special.betaincinv(steady, shape0, np.array([0.5, tail, 1 - tail]))
    middle, low, high = (float(s / (1 - s) * scale) for s in shares)
    return middle, low, high


def _drift(days: int) -> float:
    """Return how far a level is off after so many days, in variances of one step.

    The mean of k spans of a random walk, seen from the last one before it, has
    (k + 1)(2k + 1) / 6k times the variance of a step: 1 for one span, 1.6 for three.
    """
    spans = max(1.0, days / SPAN)
    return (spans + 1) * (2 * spans + 1) / (6 * spans)


def _level_before(before: Span, past: Past) -> tuple[float, float]:
    """Return shape and rate of the gamma distribution of the level before a measure.

    What the span itself saw, and the longer past as a prior: worth 1/swing events, and
    no more than it has.
    """
    worth = min(1 / past.swing if past.swing else np.inf, past.events / past.spread)
    shape = worth + before.events / past.spread
    weight = worth / past.level + before.exposure / past.spread
    return max(shape, _JEFFREYS), weight


def _by_itself(before: Span, past: Past) -> float | None:
    shape, weight = _level_before(before, past)
    return shape / weight / before.rate if before.rate else None


def _more_days(before: Span, after: Span, past: Past) -> int | None:
    """Return after how many more days the interval would leave 1, at the same rate."""
    if not after.days:
        return None
    for more in range(7, _LONGEST_WAIT + 1, 7):
        longer = (after.days + more) / after.days
        then = Span(after.events * longer, after.exposure * longer, after.days + more)
        _ratio_then, low, high = _interval(before, then, past)
        if then.days >= LEAST_KNOWN and (high < 1 or low > 1):
            return more
    return None


def _wander(events: Floats, exposure: Floats, spread: float) -> float:
    """Return the variance of the step of the log level, drawn towards the usual one.

    A step between two small counts is mostly chance and says little of the level: it
    weighs as much less as its own variance is larger than a usual step's.
    """
    some = (events > 0) & (exposure > 0)
    pairs = some[:-1] & some[1:]
    logs = np.log(np.where(some, events, 1.0)) - np.log(np.where(some, exposure, 1.0))
    each = spread / np.where(some, events, 1.0)
    chance = (each[:-1] + each[1:])[pairs]
    steps = np.diff(logs)[pairs] ** 2 - chance
    usual = USUAL_STEP**2
    weights = (usual / (usual + chance)) ** 2
    total = _WORTH * usual + float((weights * steps).sum())
    return max(0.0, total / (_WORTH + float(weights.sum())))


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0
