"""How often the verdict on a measure is right, in companies whose effect is known.

    python -m benchmarks.effects            a few minutes; exit 1 where a goal is missed
    python -m benchmarks.effects --companies 200 --rates 10

Each company has a year of 28-day spans whose level wanders by itself, and one measure.
It begins on any day, or, as people do, right after the worst span of the year: then the
figure falls without it, which a plain comparison takes for an effect. The measure is
looked at 28, 56 and 84 days after it began, and is called better where one of the looks
says so: what the app does.

A second table has companies with a steady year, then an incident of two or three weeks
right before a measure without effect, then the steady level again; day by day, of cases
and of calls that nobody answered. None of them may count as a success either.

Those that halve the figure and were called better are followed for another year of
looks: how often one is said to be back that is not, and how soon one that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from lib.metrics.effects import (
    LOOKS,
    SPAN,
    Background,
    Floats,
    Span,
    Verdict,
    background,
)
from lib.metrics.improvements import Days, judged
from lib.metrics.relapses import LOOKED_AT, Course

SEED = 20261122
SPANS = 12
FIRST = 3
"""Spans that the past has at least."""

MOST_FALSE = 0.05
"""Share of measures without effect that may be called better at any of the looks."""

EFFECTS = (1.0, 0.75, 0.5, 0.25)
"""Factor on the level from the measure on."""

RATES: Final = (3.0, 10.0, 40.0, 200.0)
WANDERS: Final = (0.0, 0.1, 0.2)
HALVED: Final = 0.5

TIMES: Final = (3.0, 5.0)
LASTED: Final = (14, 21)
CASES_A_DAY: Final = (1.0, 4.0, 10.0)
CALLS_A_DAY: Final = (30, 100, 300)
MISSED: Final = 0.05
"""Share of the calls that nobody answers on a usual day."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A bad time that passes: a day's usual cases, or calls where `is_share`."""

    a_day: float
    times: float
    days: int
    is_share: bool

    @property
    def words(self) -> str:
        """Return what is counted on a day."""
        return f"{self.a_day:g} calls" if self.is_share else f"{self.a_day:g} cases"


@dataclass(frozen=True, slots=True)
class World:
    """A kind of company: events a span, and how far its level steps by itself."""

    rate: float
    wander: float
    at_worst: bool


@dataclass(frozen=True, slots=True)
class Company:
    """One of them: counts up to the measure, and the levels of the spans after it."""

    counts: Floats
    levels: Floats

    @property
    def known(self) -> Background:
        """What is known up to the measure."""
        spans = [Span(float(count), 1.0, SPAN) for count in self.counts]
        return background(spans[-1], spans, less_is_better=True)


def worlds(rates: Sequence[float]) -> tuple[World, ...]:
    """Return the kinds of companies with these counts in 28 days."""
    return tuple(World(*kind) for kind in product(rates, WANDERS, (False, True)))


def company(world: World, rng: np.random.Generator) -> Company:
    """Return a company of that kind, with a year of spans after its measure."""
    steps = rng.normal(0, world.wander, SPANS + len(LOOKS) + LOOKED_AT)
    level = world.rate * np.exp(np.cumsum(steps))
    counts = rng.poisson(level).astype(float)
    last = SPANS - 1
    if world.at_worst:
        last = FIRST + int(np.argmax(counts[FIRST:SPANS]))
    after = level[last + 1 : last + 1 + len(LOOKS) + LOOKED_AT]
    return Company(counts[: last + 1], after)


def looked(known: Background, after: Floats) -> Iterator[tuple[int, Verdict]]:
    """Yield each look, in spans since the start, with its verdict."""
    for number in range(1, len(LOOKS) + 1):
        span = Span(float(after[:number].sum()), float(number), number * SPAN)
        yield number, known.effect(span).verdict


def first_better(known: Background, after: Floats) -> int | None:
    """Return the look at which it was first called better; None where at none."""
    seen = looked(known, after)
    return next((n for n, verdict in seen if verdict is Verdict.IMPROVED), None)


def shares(
    world: World, factor: float, companies: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often a measure is called better at the first look, and at any."""
    at_first = at_any = 0
    for _company in range(companies):
        one = company(world, rng)
        after = rng.poisson(one.levels[: len(LOOKS)] * factor).astype(float)
        found = first_better(one.known, after)
        at_first += found == 1
        at_any += found is not None
    return at_first / companies, at_any / companies


def plain(world: World, companies: int, rng: np.random.Generator) -> float:
    """Return how often a plain comparison claims a measure without effect to help.

    Two Poisson counts of 28 days whose difference leaves 1.96 standard errors.
    """
    claims = 0
    for _company in range(companies):
        one = company(world, rng)
        before, after = one.counts[-1], rng.poisson(one.levels[0])
        claims += bool((before - after) > 1.96 * np.sqrt(max(before + after, 1)))
    return claims / companies


def back(
    world: World, companies: int, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Return how often one that halved is said to be back in a year, and one that is.

    The second within three looks of its return. None where too few were called better.
    """
    false, found, settled = 0, 0, 0
    for _company in range(companies):
        one = company(world, rng)
        known = one.known
        stays = rng.poisson(one.levels * HALVED).astype(float)
        look = first_better(known, stays)
        if look is None:
            continue
        settled += 1
        returns = stays.copy()
        returns[look:] = rng.poisson(one.levels[look:])
        false += first_back(known, stays, look) is not None
        seen = first_back(known, returns, look)
        found += seen is not None and seen <= len(LOOKS)
    return (false / settled, found / settled) if settled >= _ENOUGH else None


_ENOUGH: Final = 20


def first_back(known: Background, after: Floats, look: int) -> int | None:
    """Return the look after settling at which it is said to be back; None for none."""
    first = Span(float(after[:look].sum()), float(look), look * SPAN)
    course = Course(known.before, first, known.past, less_is_better=True)
    for number, count in enumerate(after[look : look + LOOKED_AT], start=1):
        if course.look(Span(float(count), 1.0, SPAN)):
            return number
    return None


def incidents(rates: Sequence[float]) -> tuple[Incident, ...]:
    """Return the kinds of incidents, of these usual cases a day and of calls."""
    kinds = product(TIMES, LASTED)
    return tuple(
        Incident(a_day, times, days, is_share)
        for times, days in kinds
        for is_share, usual in ((False, rates), (True, CALLS_A_DAY))
        for a_day in usual
    )


def after_incident(kind: Incident, rng: np.random.Generator) -> Days:
    """Return a year's days up to an incident and the usual ones after it."""
    before = SPAN * SPANS
    level = np.ones(before + LOOKS[-1])
    level[before - kind.days : before] = kind.times
    count = len(level)
    if kind.is_share:
        exposure = rng.poisson(kind.a_day, count).astype(float)
        events = rng.binomial(exposure.astype(int), level * MISSED).astype(float)
    else:
        exposure = np.full(count, 100.0)
        events = rng.poisson(level * kind.a_day).astype(float)
    known = np.ones(count, dtype=bool)
    return Days(_FIRST_DAY, events, exposure, known, is_share=kind.is_share)


_FIRST_DAY: Final = date(2025, 1, 1)


def passed(
    kind: Incident, companies: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often an incident that passed is called a success.

    At the first look, and at any.
    """
    start = _FIRST_DAY + timedelta(days=SPAN * SPANS)
    at_first = at_any = 0
    for _company in range(companies):
        days = after_incident(kind, rng)
        better = [
            judged(days, start, start + timedelta(days=look), less_is_better=True)
            for look in LOOKS
        ]
        seen = [found.verdict is Verdict.IMPROVED for found in better]
        at_first += seen[0]
        at_any += any(seen)
    return at_first / companies, at_any / companies


def is_missed(false: float, companies: int) -> bool:
    """Whether a share is above the goal, by more than the companies drawn explain."""
    error = np.sqrt(MOST_FALSE * (1 - MOST_FALSE) / companies)
    return bool(false > MOST_FALSE + 2 * error)


def main(
    companies: Annotated[int, typer.Option(help="of each kind and effect")] = 1000,
    seed: Annotated[int, typer.Option(help="other companies")] = SEED,
    rates: Annotated[list[float] | None, typer.Option(help="cases in 28 days")] = None,
    a_day: Annotated[list[float] | None, typer.Option(help="in an incident")] = None,
) -> None:
    """Print the table; exit 1 where more than 5 % of nothing is called better."""
    rng = np.random.default_rng(seed)
    table = Table("件/28日", "wander", "begun", "plain: false", "false")
    for factor in EFFECTS[1:]:
        table.add_column(f"×{factor} found: 28 / 84 days")
    table.add_column("back: false a year / found in 84 days")
    missed: list[World | Incident] = []
    for world in worlds(rates or RATES):
        found = [shares(world, factor, companies, rng) for factor in EFFECTS]
        false = found[0][1]
        if is_missed(false, companies):
            missed.append(world)
        again = back(world, companies, rng)
        table.add_row(
            f"{world.rate:g}",
            f"{world.wander:.0%}",
            "at the worst" if world.at_worst else "any day",
            f"{plain(world, companies, rng):.1%}",
            f"{false:.1%}",
            *(f"{first:.0%} / {every:.0%}" for first, every in found[1:]),
            f"{again[0]:.0%} / {again[1]:.0%}" if again else "—",
        )
    Console(width=160).print(table)
    table = Table("usual day", "incident", "false: at 28 days", "at any look")
    for kind in incidents(a_day or CASES_A_DAY):
        first, every = passed(kind, companies, rng)
        if is_missed(every, companies):
            missed.append(kind)
        words = f"×{kind.times:g} for {kind.days} days"
        table.add_row(kind.words, words, f"{first:.1%}", f"{every:.1%}")
    Console(width=160).print(table)
    if missed:
        Console().print("missed:", *missed)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
