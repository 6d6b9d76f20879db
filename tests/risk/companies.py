"""Made-up companies for the tests: counts a day, orders, kinds of day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lib.risk.baseline import Floats
from lib.risk.days import USUAL_PROFILE, Classes, day_classes

FIRST_DAY = "2024-04-01"


@dataclass(frozen=True)
class Companies:
    counts: Floats
    orders: Floats
    classes: Classes

    def cut(self, days: int) -> Companies:
        """Return what was known after so many days."""
        return Companies(
            *(part[:, :days] for part in (self.counts, self.orders, self.classes))
        )

    def with_counts(self, counts: Floats) -> Companies:
        return replace(self, counts=counts)


def companies(
    many: int = 1,
    days: int = 200,
    rate: float = 1.0,
    *,
    times: float = 1.0,
    onset: int | None = None,
    growth: float = 1.0,
    seed: int = 1,
) -> Companies:
    """Return Poisson counts; from `onset` on `times` as many.

    `growth`: times as many orders, and with them cases, on the last day.
    """
    chance = np.random.default_rng(seed)
    day = np.arange(days)
    classes = np.tile(day_classes(np.datetime64(FIRST_DAY) + day), (many, 1))
    grown = growth ** (day / days)
    raised = np.where(day >= (days if onset is None else onset), times, 1.0)
    shape = USUAL_PROFILE[classes] / USUAL_PROFILE[classes].mean()
    counts = chance.poisson(rate * grown * raised * shape).astype(float)
    return Companies(counts, chance.poisson(100 * grown, (many, days)) * 1.0, classes)


def without_orders(some: Companies) -> Companies:
    return replace(some, orders=np.full_like(some.orders, np.nan))
