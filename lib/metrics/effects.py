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
- Bad fortnights pass. A verdict must hold against the level 28 days sooner too; where it
  does not, the figure may only be back at its usual level.

`benchmarks.effects` states how often the verdicts are right. Pure functions over sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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

USUAL_BAND: Final = 0.9
"""Share of the interval against the level 28 days sooner.

Less than `BAND`: both must be left, and this one rests on the same days after.
"""

_HALVED: Final = 0.5
_CASES: Final = (5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000)
"""Cases in 28 days that somebody may be told to wait for, rounded as one says them."""

_TRIES: Final = 30
"""Halvings of a range of rates until it is narrow enough to be told."""

_MOST_RISE: Final = 20.0
"""Factor beyond which nobody expects a figure to rise."""

_JEFFREYS: Final = 0.5
"""Events that a span without any still leaves possible."""

_LEAST_WEEKS: Final = 5


class Verdict(Choice):
    """What may be said of a measure."""

    IMPROVED = N_("良くなった")
    WORSENED = N_("悪くなった")
    SAME = N_("ほぼ変わらない")
    OPEN = N_("まだ判断できない")


class Reason(Choice):
    """Why a difference that is there decides nothing."""

    USUAL = N_("ふだんの水準に戻っただけかもしれません。")
    SHORT_PAST = N_("始める前の数字が56日分なく、ふだんの水準がわかりません。")


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
    why: why nothing is decided although the days before and after differ; None where
        they do not, or where it is decided. With USUAL everything here is against the
        usual level.
    """

    verdict: Verdict
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    by_itself: float | None = None
    why: Reason | None = None


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
    chance = 1.0
    if is_share:
        # Of a share of 0 or 1 half an event may yet turn out otherwise.
        all_of = max(float(exposure.sum()), 1.0)
        chance = max(1.0 - float(events.sum()) / all_of, _JEFFREYS / all_of)
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
    )


@dataclass(frozen=True, slots=True)
class Background:
    """What is known before a measure, against which any days after it are held.

    before: the span up to it. past: with `before` as its last span. sooner: the span up
    to 28 days before it, and the past up to there; None where there is none.
    """

    before: Span
    past: Past | None
    sooner: tuple[Span, Past] | None
    less_is_better: bool

    def effect(self, after: Span) -> Effect:
        """Return what can be said of the measure after the days of `after`."""
        found = effect(
            self.before, after, self.past, less_is_better=self.less_is_better
        )
        if found.verdict not in (Verdict.IMPROVED, Verdict.WORSENED):
            return self._usual(after) if self._is_back(after, found) else found
        if self.sooner is None:
            return replace(found, verdict=Verdict.OPEN, why=Reason.SHORT_PAST)
        return found if self._is_unusual(after, found) else self._usual(after)

    def needed(self, exposure: float, days: int) -> float | None:
        """Return the rate nearest to the level before that would be called better.

        exposure, days: of the days after. None where no rate would be.
        """
        if self.past is None or exposure <= 0:
            return None
        shape, weight = _level_before(self.before, self.past)
        near = shape / weight
        far = 0.0 if self.less_is_better else near * _MOST_RISE
        if not self._is_better(far, exposure, days):
            return None
        for _try in range(_TRIES):
            middle = (near + far) / 2
            if self._is_better(middle, exposure, days):
                far = middle
            else:
                near = middle
        return far

    def cases_for_half(self, days: int) -> int | None:
        """Return with how many cases in 28 days a halving would be decided.

        That is, after `days` days, with a level that was steady before and moves as
        much by itself as this one. None where none would do, or where less is not better.
        """
        past = self.past
        if past is None or not self.less_is_better or self.before.days < LEAST_KNOWN:
            return None
        for cases in _CASES:
            after = Span(cases * _HALVED * days / SPAN, days / SPAN, days)
            there = replace(past, level=float(cases), events=cases * _WORTH, swing=0.0)
            if _interval(Span(cases, 1.0, SPAN), after, there)[2] < 1:
                return cases
        return None

    def _is_better(self, rate: float, exposure: float, days: int) -> bool:
        after = Span(rate * exposure, exposure, days)
        return self.effect(after).verdict is Verdict.IMPROVED

    def _is_unusual(self, after: Span, found: Effect) -> bool:
        """Whether it lies beyond the level of 28 days sooner, on the same side."""
        if self.sooner is None or found.ratio is None:
            return False
        before, past = self.sooner
        _middle, low, high = _interval(before, after, past, USUAL_BAND, gap=1)
        return high < 1 if found.ratio < 1 else low > 1

    def _is_back(self, after: Span, found: Effect) -> bool:
        """Whether an open one left a level that was unusual, and no more than that."""
        known = min(self.before.days, after.days) >= LEAST_KNOWN
        compared = known and self.before.exposure > 0 and after.exposure > 0
        if self.sooner is None or found.verdict is not Verdict.OPEN or not compared:
            return False
        if self._is_unusual(after, found):
            return False
        sooner, past = self.sooner
        alone = replace(past, level=1.0, events=0.0, swing=0.0)
        _m, low, high = _interval(sooner, self.before, past, USUAL_BAND)
        _m, least, most = _interval(self.before, after, alone, USUAL_BAND)
        return (low > 1 and most < 1) or (high < 1 and least > 1)

    def _usual(self, after: Span) -> Effect:
        if self.sooner is None:
            return UNKNOWN
        before, past = self.sooner
        ratio, low, high = _interval(before, after, past, gap=1)
        shape, weight = _level_before(before, past)
        rate = self.before.rate
        return Effect(
            verdict=Verdict.OPEN,
            ratio=ratio,
            low=low,
            high=high,
            by_itself=shape / weight / rate if rate else None,
            why=Reason.USUAL,
        )


def background(
    before: Span, spans: Sequence[Span], spread: float = 1.0, *, less_is_better: bool
) -> Background:
    """Return what `spans` tell of the figure before a measure, oldest first.

    before: the 28 days up to it, the last of `spans` where enough of it is known.
    spread: as `spread_of` gives it.
    """
    past = past_of(spans, spread)
    sooner = past_of(spans[:-1], spread)
    return Background(
        before,
        past,
        (spans[-2], sooner or _none_yet(spans[:-1], spread))
        if len(spans) > 1
        else None,
        less_is_better,
    )


def _none_yet(spans: Sequence[Span], spread: float) -> Past:
    """Return the past of spans without any event."""
    exposure = sum(span.exposure for span in spans)
    level = _JEFFREYS / exposure if exposure else 1.0
    return Past(level, 0.0, spread, 0.0, USUAL_STEP**2)


def _verdict(low: float, high: float, *, less_is_better: bool) -> Verdict:
    if high < 1 or low > 1:
        return Verdict.IMPROVED if (high < 1) is less_is_better else Verdict.WORSENED
    if low > 1 / SAME and high < SAME:
        return Verdict.SAME
    return Verdict.OPEN


def _interval(
    before: Span, after: Span, past: Past, band: float = BAND, gap: int = 0
) -> tuple[float, float, float]:
    """Return the ratio of the rates and its interval.

    gap: spans between the two.

    Of two gamma variables the share of one in their sum is a beta variable; so the ratio
    is exact up to the moments that `past` took from the company's own spans.
    """
    from scipy import special

    shape0, weight0 = _level_before(before, past)
    shape1 = after.events / past.spread + _JEFFREYS
    weight1 = after.exposure / past.spread
    steady = 1 / (1 / shape1 + past.wander * _UNSURE * (gap + _drift(after.days)))
    scale = weight0 / (weight1 * steady / shape1)
    tail = (1 - band) / 2
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
