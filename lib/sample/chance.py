"""Seeded chance: the same seed gives the same year, ids included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import exp
from random import Random
from typing import TypeVar

from lib.schema.ids import ALPHABET

T = TypeVar("T")

_LETTERS = 5
_LARGE_MEAN = 60.0


class Chance:
    """Draws from one seeded source. Not for two threads at once."""

    def __init__(self, *seed: object) -> None:
        """Start from `seed`; its parts are compared as text."""
        self._random = Random("|".join(map(str, seed)))
        self._used: set[str] = set()

    def maybe(self, probability: float) -> bool:
        """Return True with that probability."""
        return self._random.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`, all equally likely; IndexError when empty."""
        return options[int(self._random.random() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one key, as likely as its weight; ValueError without weight."""
        options = list(weights)
        return self._random.choices(options, list(weights.values()))[0]

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        """Return a number between `low` and `high`."""
        return self._random.uniform(low, high)

    def near(self, centre: float, spread: float) -> float:
        """Return a positive number around `centre`; `spread` is a share of it."""
        return centre * self._random.lognormvariate(0.0, spread)

    def count(self, mean: float) -> int:
        """Return a Poisson count; 0 where the mean is not positive."""
        if mean <= 0:
            return 0
        if mean > _LARGE_MEAN:
            return max(0, round(self._random.gauss(mean, mean**0.5)))
        limit, product, drawn = exp(-mean), self._random.random(), 0
        while product > limit:
            product *= self._random.random()
            drawn += 1
        return drawn

    def part(self, whole: int, share: float) -> int:
        """Return how many of `whole` fall into a share: a binomial count."""
        if whole <= 0 or share <= 0:
            return 0
        if share >= 1:
            return whole
        if whole <= _LARGE_MEAN:
            return sum(self._random.random() < share for _ in range(whole))
        spread = (whole * share * (1 - share)) ** 0.5
        return min(whole, max(0, round(self._random.gauss(whole * share, spread))))

    def new_id(self, prefix: str, day: date | datetime) -> str:
        """Return an id such as `K-261121-7F3QX` that this source gave to no other."""
        while True:
            letters = "".join(self._random.choices(ALPHABET, k=_LETTERS))
            made = f"{prefix}-{day:%y%m%d}-{letters}"
            if made not in self._used:
                self._used.add(made)
                return made
