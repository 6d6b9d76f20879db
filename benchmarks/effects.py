"""How often the verdict on a measure is right, in companies whose effect is known.

    python -m benchmarks.effects            a minute; exit 1 where a goal is missed

Each company has a year of 28-day spans whose level wanders by itself, and one measure.
It begins on any day, or, as people do, right after the worst span of the year: then the
figure falls without it, which a plain comparison takes for an effect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from lib.metrics.effects import Floats, Span, Verdict, effect, past_of

SEED = 20261122
SPANS = 12
FIRST = 3
"""Spans that the past has at least."""

MOST_FALSE = 0.05
"""Share of measures without effect that may be called better."""

NOISE = 0.015
"""What a share may miss it by through the companies drawn: two errors of a thousand."""

EFFECTS = (1.0, 0.75, 0.5, 0.25)
"""Factor on the level from the measure on."""


@dataclass(frozen=True, slots=True)
class World:
    """A kind of company: events a span, and how far its level steps by itself."""

    rate: float
    wander: float
    at_worst: bool

    @property
    def is_in_the_goal(self) -> bool:
        """Whether the goal is set for it.

        A level that steps by a fifth from span to span and a measure begun at its very
        worst cannot be told from an effect by 28 days; its share is stated.
        """
        return not (self.at_worst and self.wander > 0.1)


WORLDS: Final = tuple(
    World(rate, wander, at_worst)
    for rate, wander, at_worst in product(
        (3, 10, 40, 200), (0.0, 0.1, 0.2), (False, True)
    )
)


def company(
    world: World, factor: float, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Return the counts up to the measure and the one after it."""
    level = world.rate * np.exp(np.cumsum(rng.normal(0, world.wander, SPANS + 1)))
    counts = rng.poisson(level).astype(float)
    last = SPANS - 1
    if world.at_worst:
        last = FIRST + int(np.argmax(counts[FIRST:SPANS]))
    return counts[: last + 1], float(rng.poisson(level[last + 1] * factor))


def verdicts(
    world: World, factor: float, companies: int, rng: np.random.Generator
) -> Iterator[Verdict]:
    """Judge the measure of each company."""
    for _company in range(companies):
        counts, after = company(world, factor, rng)
        spans = [Span(float(count), 1.0, 28) for count in counts]
        found = effect(
            spans[-1], Span(after, 1.0, 28), past_of(spans), less_is_better=True
        )
        yield found.verdict


def plain(world: World, companies: int, rng: np.random.Generator) -> float:
    """Return how often a plain comparison claims a measure without effect to help.

    Two Poisson counts whose difference leaves 1.96 standard errors.
    """
    claims = 0
    for _company in range(companies):
        counts, after = company(world, 1.0, rng)
        before = counts[-1]
        claims += bool((before - after) > 1.96 * np.sqrt(max(before + after, 1)))
    return claims / companies


def main(
    companies: Annotated[int, typer.Option(help="of each kind and effect")] = 1000,
    seed: Annotated[int, typer.Option(help="other companies")] = SEED,
) -> None:
    """Print the table; exit 1 where more than 5 % of nothing is called better."""
    rng = np.random.default_rng(seed)
    table = Table("件/28日", "wander", "begun", "plain: false", "false", "worse")
    for factor in EFFECTS[1:]:
        table.add_column(f"×{factor} found")
    missed = []
    for world in WORLDS:
        shares = []
        for factor in EFFECTS:
            counted = Counter(verdicts(world, factor, companies, rng))
            shares.append({v: n / companies for v, n in counted.items()})
        false = shares[0].get(Verdict.IMPROVED, 0.0)
        if world.is_in_the_goal and false > MOST_FALSE + NOISE:
            missed.append(world)
        table.add_row(
            f"{world.rate:g}",
            f"{world.wander:.0%}",
            "at the worst" if world.at_worst else "any day",
            f"{plain(world, companies, rng):.1%}",
            f"{false:.1%}",
            f"{shares[0].get(Verdict.WORSENED, 0.0):.1%}",
            *(f"{share.get(Verdict.IMPROVED, 0.0):.0%}" for share in shares[1:]),
        )
    Console().print(table)
    if missed:
        Console().print("missed:", *missed)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
