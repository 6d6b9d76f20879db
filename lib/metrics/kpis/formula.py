"""What a KPI is made of: sums of counts, one over the other, and what it says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import pandas as pd

from lib.i18n import N_, _
from lib.metrics.counts import label_of

Rows = Literal["kpi_days", "complaints", "agency_inquiries"]
"""The table whose rows a figure opens."""

PERCENT = 100


class Unit(StrEnum):
    """What a value is counted in; shares are 0-1 inside, percent only on screen."""

    COUNT = "件"
    DAYS = N_("日")
    SHARE = "%"
    SECONDS = "秒"
    MINUTES = N_("分(営業時間)")
    YEN = "円"
    PER_HOUR = N_("件/時間")
    PER_THOUSAND = N_("出荷千件あたり")


class Better(StrEnum):
    """Which way a value should go; NONE where more is neither good nor bad."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sum:
    """Columns of the counts added up within a row.

    if_known: taken away where entered, and nothing taken away where blank.
    times: what the sum is multiplied by (minutes into seconds).
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    if_known: tuple[str, ...] = ()
    times: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        return self.plus + self.minus + self.if_known

    def of(self, days: pd.DataFrame) -> pd.Series:
        """Return the sum for each row, NaN where a part of it is missing."""
        total = days[self.plus[0]]
        for name in self.plus[1:]:
            total = total + days[name]
        for name in self.minus:
            total = total - days[name]
        for name in self.if_known:
            total = total - days[name].fillna(0.0)
        return total * self.times

    def of_day(self, counts: Mapping[str, Any]) -> float | None:
        """Return the sum for one day's counts, None where a part of it is missing."""
        plus = [counts[name] for name in self.plus]
        minus = [counts[name] for name in self.minus]
        if any(count is None for count in plus + minus):
            return None
        known = [counts[name] or 0 for name in self.if_known]
        return float((sum(plus) - sum(minus) - sum(known)) * self.times)

    def symbol(self) -> str:
        """Return the sum as people write it, e.g. 「着信数 − 短時間放棄数」."""
        return self._written({name: _(label_of(name)) for name in self.columns})

    def filled(self, totals: Mapping[str, float]) -> str:
        """Return the sum with the total of each column in it, e.g. "1,300 − 40"."""
        return self._written({name: grouped(totals[name]) for name in self.columns})

    def _written(self, words: Mapping[str, str]) -> str:
        text = " + ".join(words[name] for name in self.plus)
        for name in self.minus + self.if_known:
            text += f" − {words[name]}"
        return f"{_bracketed(text)} × {self.times}" if self.times != 1 else text


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator; without one, a plain count.

    alike: fields of the centre that say what was counted (how many seconds). Days of
        centres that differ in one of them are not added up.
    """

    numerator: Sum
    denominator: Sum | None = None
    alike: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, once each."""
        below = self.denominator.columns if self.denominator else ()
        return tuple(dict.fromkeys(self.numerator.columns + below))

    def symbol(self, shown: int) -> str:
        """Return the formula in the current language, multiplied by `shown`."""
        below = self.denominator.symbol() if self.denominator else ""
        return _quotient(self.numerator.symbol(), below, shown)

    def filled(self, totals: Mapping[str, float], shown: int) -> str:
        """Return the formula with the totals of its columns in it."""
        below = self.denominator.filled(totals) if self.denominator else ""
        return _quotient(self.numerator.filled(totals), below, shown)


@dataclass(frozen=True, slots=True)
class Revision:
    """From `since` on the app counts a figure by another formula, all its days alike.

    words: what is other about it; a catalogue key.
    """

    since: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(ABC):
    """What every figure says about itself; all texts are catalogue keys.

    words: what it says, in one sentence.
    edge: what happens at the edges, said to people.
    origin: where the definition and its usual target come from.
    target: the usual aim where the centre has none of its own, in the figure's unit
        (a share 0-1); None for no aim.
    revisions: each change of its formula, the first one first.
    rows: the table whose rows the figure opens.
    """

    code: str
    name: str
    words: str
    unit: Unit
    better: Better
    decimals: int = 0
    edge: str
    origin: str
    target: float | None = None
    revisions: tuple[Revision, ...] = ()
    rows: Rows = "kpi_days"

    @property
    def version(self) -> int:
        """The number of its formula, shown under the value: 1 before any change."""
        return len(self.revisions) + 1

    @property
    def is_share(self) -> bool:
        """Whether the value is a part of a whole, 0-1."""
        return self.unit is Unit.SHARE

    @abstractmethod
    def symbol(self, method: str = "") -> str:
        """Return the formula in the current language, of a centre's method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi(Figure):
    """A figure of counts: the sum of numerators over the sum of denominators.

    ratios: one, or one for each method of the centre's field `chosen_by`.
    frame: whose columns it reads: `figures.figures` or `entering.entries`.
    common: the method to which centres that differ are brought for their total; ""
        where there is none, and then there is no total.
    factor: what the quotient is multiplied by (1,000 shipments).
    company: counts of all centres and of the company row are added up by day before
        dividing, because numerator and denominator stand on different rows.
    window: days that a value of one day looks back over, itself included.
    at_least: the denominator below which there is no rate, only a count.
    lowest: a period's value is its lowest day, not its sum.
    is_estimate: it rests on an assumption and is shown with the word 推計.
    """

    ratios: tuple[tuple[str, Ratio], ...]
    frame: Literal["figures", "entries"] = "figures"
    chosen_by: str = ""
    common: str = ""
    factor: int = 1
    company: bool = False
    window: int = 1
    at_least: float = 0.0
    lowest: bool = False
    is_estimate: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of counts that any of its methods reads, once each."""
        every = (name for _method, ratio in self.ratios for name in ratio.columns)
        return tuple(dict.fromkeys(every))

    @property
    def alike(self) -> tuple[str, ...]:
        """Fields of the centre that have to agree before centres are added up."""
        every = (name for _method, ratio in self.ratios for name in ratio.alike)
        return tuple(dict.fromkeys(every))

    @property
    def shown_times(self) -> int:
        """What the quotient is multiplied by where people read the formula."""
        return PERCENT if self.is_share else self.factor

    def ratio(self, method: str = "") -> Ratio:
        """Return the definition of a method; the first one for a method it has not."""
        return dict(self.ratios).get(method, self.ratios[0][1])

    def symbol(self, method: str = "") -> str:
        """Return the formula in the current language, e.g. 「応答数 ÷ 着信数 × 100」.

        `method` is the centre's choice; without it the first definition is given.
        """
        return self.ratio(method).symbol(self.shown_times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread(Figure):
    """A figure of times, one a case: their median, and what 90 % stay within.

    ended, minutes: columns of `times.times`: the moment that puts a case into a
        period, and how long it took until then.
    """

    ended: str
    minutes: str
    rows: Rows = "complaints"

    def symbol(self, method: str = "") -> str:  # noqa: ARG002 - it has but one
        """Return how it is computed, in the current language."""
        return _("1件ずつの営業時間の中央値と、短い方から90%の件が収まる時間")


def one(
    numerator: Sum, denominator: Sum | None = None, alike: tuple[str, ...] = ()
) -> tuple[tuple[str, Ratio]]:
    """Return the `ratios` of a KPI that has one definition."""
    return (("", Ratio(numerator, denominator, alike)),)


def grouped(number: float) -> str:
    """Return a number for a formula: "1,234", with decimals only where it has any."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def _quotient(above: str, below: str, shown: int) -> str:
    if not below:
        return above
    text = f"{_bracketed(above)} ÷ {_bracketed(below)}"
    return f"{text} × {shown:,}" if shown != 1 else text


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "+−×÷") else text
