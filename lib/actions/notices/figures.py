"""The figures of the morning message: four numbers of the week, and how many lamps.

A figure is named by its code and a lamp by its state, so no word of a person is in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lib.actions.kpi_cards import Asked, judged_of, span
from lib.actions.kpi_views import Period, lamp_of, total_of
from lib.metrics.kpis import kpi
from lib.metrics.state import State
from lib.store.access import UserStore

NUMBERS: Final = (
    "answer_rate",
    "complaints",
    "second_complaint_rate",
    "promises_kept_rate",
)
"""Codes of the figures whose numbers are told."""

DAYS: Final = 7
"""Days of a number, up to yesterday."""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the week. number: None where it has none; state: None without aim."""

    code: str
    number: float | None
    state: State | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the message says in numbers.

    lamps: how many figures with a target are in each state over 28 days, worst first;
        of each centre its own. States that none is in are left out.
    """

    numbers: tuple[Number, ...] = ()
    lamps: tuple[tuple[State, int], ...] = ()


def figures_for(store: UserStore, now: datetime) -> Figures:
    """Return the figures of a company; without any KPI day, of its ledgers only."""
    week = Period.ending(now.date() - timedelta(days=1), DAYS)
    judged = judged_of(store, span(Asked.FOUR_WEEKS, now.date()), now)
    lamps = Counter(one.verdict.state for one in judged)
    return Figures(
        numbers=tuple(_number(store, code, week, now) for code in NUMBERS),
        lamps=tuple(
            (state, lamps[state])
            for state in sorted(State, key=lambda s: -s.rank)
            if lamps[state]
        ),
    )


def _number(store: UserStore, code: str, week: Period, now: datetime) -> Number:
    entry = kpi(code)
    found = total_of(store, entry, week, now).value.number
    lamp = lamp_of(store, entry, week, now)
    return Number(code, found, lamp.state if lamp else None)
