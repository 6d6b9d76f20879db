"""A figure day by day around a measure, and what it says of the measure.

Pure functions over arrays; `effects` decides, this cuts the spans.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.metrics.effects import (
    LEAST_KNOWN,
    LOOKS,
    SPAN,
    UNKNOWN,
    Effect,
    Floats,
    Past,
    Span,
    Verdict,
    effect,
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
class Judged:
    """What may be said of a measure on a day.

    look: days after the start that the verdict rests on; 0 before the first look, and
        then `effect` is open. before: the 28 days before. after: the days of the look,
        before the first one what is known so far.
    next_look: the day on which the next verdict is given; None after the last one.
    decided_on: the day of the look that decided first; None where none has.
    """

    before: Span
    after: Span
    effect: Effect
    look: int
    next_look: date | None
    decided_on: date | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it is better, worse, the same or open."""
        return self.effect.verdict

    @property
    def more_events(self) -> int | None:
        """Events after which it would be decided if it went on like this."""
        more, rate = self.effect.more_days, self.after
        if more is None or not rate.days:
            return None
        return max(1, round(rate.events / rate.days * more))


def judged(days: Days, start: date, today: date, *, less_is_better: bool) -> Judged:
    """Return what the figure says of a measure that began on `start`, as of `today`.

    Only looks decide: the verdict of the day is the one of the last look. A measure that
    got better at one look stays so until the next.
    """
    past = past_before(days, start)
    before = days.span(start - timedelta(days=SPAN), start)
    verdicts = {
        look: _look(days, start, look, before, past, less_is_better=less_is_better)
        for look in LOOKS
        if start + timedelta(days=look) <= today
    }
    decided = [n for n, found in verdicts.items() if _is_decided(found)]
    coming = [start + timedelta(days=n) for n in LOOKS if n not in verdicts]
    look = max(verdicts, default=0)
    until = start + timedelta(days=look) if look else min(today, days.last + _DAY)
    after = days.span(start, until)
    if look:
        found = verdicts[look]
    else:
        found = _so_far(before, after, past, less_is_better=less_is_better)
    return Judged(
        before=before,
        after=after,
        effect=found,
        look=look,
        next_look=coming[0] if coming else None,
        decided_on=start + timedelta(days=decided[0]) if decided else None,
    )


_DAY: Final = timedelta(days=1)


def _is_decided(found: Effect) -> bool:
    return found.verdict is not Verdict.OPEN


def _look(
    days: Days,
    start: date,
    look: int,
    before: Span,
    past: Past | None,
    *,
    less_is_better: bool,
) -> Effect:
    after = days.span(start, start + timedelta(days=look))
    return effect(before, after, past, less_is_better=less_is_better)


def _so_far(
    before: Span, after: Span, past: Past | None, *, less_is_better: bool
) -> Effect:
    """Return the numbers before the first look, without a verdict."""
    found = effect(before, after, past, less_is_better=less_is_better)
    if found is UNKNOWN or found.verdict is Verdict.OPEN:
        return found
    return Effect(Verdict.OPEN, found.ratio, found.low, found.high, found.by_itself)


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
