"""Whether a figure that a measure had moved has come back.

Looked at once every 28 days after it settled, and only then: a look every morning would
sooner or later find by chance what is not there. `benchmarks.effects` states how often
it is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from lib.metrics.effects import (
    SAME,
    SPAN,
    UNKNOWN,
    Effect,
    Past,
    Span,
    Verdict,
    effect,
)
from lib.metrics.improvements import Days, past_before

LOOKED_AT: Final = 13
"""Looks after it settled, a year of them; then it is history."""

MOST_OF_BEFORE: Final = 0.7
"""Share of the way between nothing and the level before, which it must have come back."""


@dataclass(frozen=True, slots=True)
class Relapse:
    """How the figure stands since a measure settled.

    settled: the days since the start that `latest` is held against. latest: the days up
        to the last look that may be worse, at least 28; None before the first look.
    effect: of `latest` against `settled`.
    back_on: the day of the first look at which it was back; None where it was not.
    next_look: the day of the next one; None after the last, and once it is back.
    """

    settled: Span
    latest: Span | None
    effect: Effect | None
    back_on: date | None
    next_look: date | None


class Course:
    """Looks at a settled figure, one after the other.

    What is held against what: the looks in a row that seemed worse, against all days
    from the start to them. The days on which it was called better were lucky ones more
    often than not, so every look that seems as good is added to them.
    """

    def __init__(
        self, before: Span, settled: Span, past: Past | None, *, less_is_better: bool
    ) -> None:
        """Begin with the days before the measure, those that it settled by, the past."""
        self._before = before
        self._past = past
        self._less = less_is_better
        self.settled = settled
        self.latest: Span | None = None
        self.effect: Effect | None = None
        self._as_good = True
        self._is_refused = False

    def look(self, span: Span) -> bool:
        """Take in the days since the last look; return whether the figure is back."""
        if self.latest is not None and (self._as_good or self._is_refused):
            if not self._is_refused:
                self.settled = _together(self.settled, self.latest)
            self.latest = None
        self._is_refused = False
        self.latest = _together(self.latest, span) if self.latest else span
        self.effect = compared(
            self.settled, self.latest, self._past, less_is_better=self._less
        )
        near = self._is_near_before()
        self._as_good = not (near and self._worse() > SAME)
        return near and self.effect.verdict is Verdict.WORSENED

    def refuse(self) -> None:
        """Let the latest days count for nothing at the next look.

        A person knows better of them than the figure does: they are neither how it
        settled, nor may they speak a second time.
        """
        self._is_refused = True

    def _worse(self) -> float:
        """Return by which factor it is worse than settled."""
        ratio = self.effect.ratio if self.effect else None
        if not ratio:
            return 0.0
        return ratio if self._less else 1 / ratio

    def _is_near_before(self) -> bool:
        latest = self.latest.rate if self.latest else None
        if self._before.rate is None or latest is None:
            return False
        if self._less:
            return latest >= self._before.rate * MOST_OF_BEFORE
        return latest * MOST_OF_BEFORE <= self._before.rate


def relapse(
    days: Days,
    start: date,
    settled_on: date,
    today: date,
    *,
    less_is_better: bool,
    refused_on: date | None = None,
) -> Relapse:
    """Return how the figure stands since `settled_on`, of a measure begun on `start`.

    refused_on: the last look whose finding a person took back; it can be back only at a
        later one.
    """
    before = days.span(start - timedelta(days=SPAN), start)
    course = Course(
        before,
        days.span(start, settled_on),
        past_before(days, start),
        less_is_better=less_is_better,
    )
    coming = [settled_on + timedelta(days=SPAN * n) for n in range(1, LOOKED_AT + 1)]
    back_on = None
    while coming and coming[0] <= today and back_on is None:
        end = coming.pop(0)
        if not course.look(days.span(end - timedelta(days=SPAN), end)):
            continue
        if refused_on is not None and end <= refused_on:
            course.refuse()
        else:
            back_on = end
    return Relapse(
        course.settled,
        course.latest,
        course.effect,
        back_on,
        coming[0] if coming and back_on is None else None,
    )


def compared(
    settled: Span, latest: Span, past: Past | None, *, less_is_better: bool
) -> Effect:
    """Return how the latest days compare with what the figure had settled at.

    How it scatters and wanders by itself is known of the past; its level there is not
    what a settled figure is expected to come back to.
    """
    if past is None:
        return UNKNOWN
    alone = replace(past, level=1.0, events=0.0, swing=0.0)
    return effect(settled, latest, alone, less_is_better=less_is_better)


def _together(one: Span, other: Span) -> Span:
    return Span(
        one.events + other.events, one.exposure + other.exposure, one.days + other.days
    )
