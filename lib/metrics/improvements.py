"""A figure day by day around a measure, and what it says of the measure.

Pure functions over arrays; `effects` decides, this cuts the spans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.metrics.effects import (
    LEAST_KNOWN,
    LOOKS,
    SPAN,
    Background,
    Effect,
    Floats,
    Past,
    Span,
    Verdict,
    background,
    past_of,
    spread_of,
)

SPANS: Final = 12
"""Spans of 28 days before a measure that tell how the figure moves by itself."""

_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Days:
    """Events and exposure of each day from `first` on; both 0 where not `known`.

    is_share: whether the events are a part of the exposure.
    """

    first: date
    events: Floats
    exposure: Floats
    known: npt.NDArray[np.bool_]
    is_share: bool = False

    @property
    def last(self) -> date:
        """The last day; the day before `first` where there is none."""
        return self.first + timedelta(days=len(self.known) - 1)

    def span(self, since: date, until: date) -> Span:
        """Return what happened from `since` up to the day before `until`."""
        days = self._slice(since, until)
        return Span(
            float(self.events[days].sum()),
            float(self.exposure[days].sum()),
            int(self.known[days].sum()),
        )

    def weeks(self, since: date, until: date) -> tuple[Span, ...]:
        """Return the whole weeks that end at `until`, oldest first."""
        count = max(0, (until - since).days // _WEEK)
        return spans_before(self, until, count, _WEEK)

    def _slice(self, since: date, until: date) -> slice:
        begin = max(0, (since - self.first).days)
        return slice(begin, max(begin, (until - self.first).days))


def spans_before(days: Days, until: date, count: int, length: int) -> tuple[Span, ...]:
    """Return the spans of `length` days that end at `until`, oldest first."""
    ends = [until - timedelta(days=length * n) for n in range(count)][::-1]
    return tuple(days.span(end - timedelta(days=length), end) for end in ends)


@dataclass(frozen=True, slots=True)
class Wait:
    """What an open measure waits for.

    needed: the rate over all days since the start that would be called better at the
        next look, after the last one at that; None where no rate would be.
    change: `needed` by the rate before, less 1; None without either.
    decides_after: days since the start of the first look at which it would be decided if
        it went on like this, and the day of it; None where at none.
    cases: in 28 days, with which a halving would be decided at the last look; None where
        none are known to do.
    """

    needed: float | None
    change: float | None
    decides_after: int | None
    decides_on: date | None
    cases: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be said of a measure on a day.

    look: days after the start that the verdict rests on; 0 before the first look, and
        then `effect` is open. before: the 28 days before. after: the days of the look,
        before the first one what is known so far.
    next_look: the day on which the next verdict is given; None after the last one.
    decided_on: the day of the look that decided first; None where none has.
    wait: what it takes to decide; None where it is decided, or nothing is known.
    """

    before: Span
    after: Span
    effect: Effect
    look: int
    next_look: date | None
    decided_on: date | None = None
    wait: Wait | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it is better, worse, the same or open."""
        return self.effect.verdict


def judged(days: Days, start: date, today: date, *, less_is_better: bool) -> Judged:
    """Return what the figure says of a measure that began on `start`, as of `today`.

    Only looks decide: the verdict of the day is the one of the last look. A measure that
    got better at one look stays so until the next.
    """
    known = background_of(days, start, less_is_better=less_is_better)
    verdicts = {
        look: known.effect(days.span(start, start + timedelta(days=look)))
        for look in LOOKS
        if start + timedelta(days=look) <= today
    }
    decided = [n for n, found in verdicts.items() if _is_decided(found)]
    coming = [n for n in LOOKS if n not in verdicts]
    look = max(verdicts, default=0)
    until = start + timedelta(days=look) if look else min(today, days.last + _DAY)
    after = days.span(start, until)
    found = verdicts[look] if look else _so_far(known, after)
    return Judged(
        before=known.before,
        after=after,
        effect=found,
        look=look,
        next_look=start + timedelta(days=coming[0]) if coming else None,
        decided_on=start + timedelta(days=decided[0]) if decided else None,
        wait=None if _is_decided(found) else _wait(known, days, start, after, coming),
    )


_DAY: Final = timedelta(days=1)


def background_of(days: Days, start: date, *, less_is_better: bool) -> Background:
    """Return what the year before a measure tells."""
    return background(
        days.span(start - timedelta(days=SPAN), start),
        _begun(spans_before(days, start, SPANS, SPAN)),
        _spread(days, start - timedelta(days=SPAN * SPANS), start),
        less_is_better=less_is_better,
    )


def _is_decided(found: Effect) -> bool:
    return found.verdict is not Verdict.OPEN


def _so_far(known: Background, after: Span) -> Effect:
    """Return the numbers before the first look, without a verdict."""
    return replace(known.effect(after), verdict=Verdict.OPEN)


def _wait(
    known: Background, days: Days, start: date, after: Span, coming: list[int]
) -> Wait | None:
    """Return what it takes; None where there is nothing to compare."""
    rate = known.before.rate
    basis = after if after.days >= LEAST_KNOWN else known.before
    if known.past is None or rate is None or not basis.days:
        return None
    look = coming[0] if coming else LOOKS[-1]
    needed = known.needed(basis.exposure / basis.days * look, look)
    if needed is not None and days.is_share and needed > 1:
        needed = None
    on = _decides_at(known, after, coming) if after.days else None
    return Wait(
        needed=needed,
        change=needed / rate - 1 if needed is not None and rate else None,
        decides_after=on,
        decides_on=start + timedelta(days=on) if on else None,
        cases=known.cases_for_half(LOOKS[-1]),
    )


def _decides_at(known: Background, after: Span, coming: list[int]) -> int | None:
    """Return the first coming look that would decide if it went on like this."""
    for look in coming:
        longer = look / after.days
        then = Span(after.events * longer, after.exposure * longer, look)
        if _is_decided(known.effect(then)):
            return look
    return None


def past_before(days: Days, start: date) -> Past | None:
    """Return what the year before a measure tells; None without an event in it."""
    since = start - timedelta(days=SPAN * SPANS)
    spans = _begun(spans_before(days, start, SPANS, SPAN))
    return past_of(spans, _spread(days, since, start)) if spans else None


def _begun(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Leave out what was before anybody counted, and what is known of too few days."""
    return tuple(span for span in spans if span.days >= LEAST_KNOWN)


def _spread(days: Days, since: date, until: date) -> float:
    weeks = [week for week in days.weeks(since, until) if week.days]
    events = np.array([week.events for week in weeks], dtype=float)
    exposure = np.array([week.exposure for week in weeks], dtype=float)
    return spread_of(events, exposure, is_share=days.is_share)
