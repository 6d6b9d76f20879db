"""Where 注意 and 警報 begin: the one rule by which every page judges a figure.

注意 begins where the target is missed. 警報 begins at the 警報の線 that was agreed with
the target; where none was, at twice of what the target lets go wrong: 90 % lets 10 % of
the calls be lost, so below 80 % is 警報.

A single bad day of the telephone is no lasting state: without an agreed line a day is
警報 by itself only where half of the callers were lost, or where it is the third one
running beyond the line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.metrics.kpis import Better, Figure, Unit

ANSWER_RATE: Final = "answer_rate"

HARD_TO_REACH: Final = 0.80
"""Below it callers say that nobody answers (domain.md 4, nttactprocx)."""

DAMAGING: Final = 0.50
"""Below it the company's name suffers (same source)."""

RUN: Final = 3
"""Days from which a state lasts."""

_LEAST_ALLOWED: Final = {Unit.SHARE: 0.05, Unit.COUNT: 1.0, Unit.DAYS: 1.0}
"""What a target of 100 %, or of none, is taken to allow before 警報: one slip is 注意."""

_HAIR: Final = 1e-9
"""Shares are binary fractions: 90 of 100 must reach 90 %."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure is held to, in its unit, a share 0-1; None for no aim.

    alarm: the 警報の線 agreed with the target; None where the usual one counts.
    """

    target: float | None
    alarm: float | None = None


class Stands(StrEnum):
    """How a number stands to the borders."""

    REACHED = "reached"
    MISSED = "missed"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class Borders:
    """From where on a figure is 注意 and 警報.

    watch: what is to be reached. lasting, sudden: the 警報の線 of a period, and that of
        a day or two that may pass.
    """

    entry: Figure
    watch: float
    lasting: float
    sudden: float

    def line(self, *, is_lasting: bool) -> float:
        """Return the 警報の線 of a state that lasts, or may pass."""
        return self.lasting if is_lasting else self.sudden

    def stands(self, number: float, *, is_lasting: bool = True) -> Stands:
        """Return how a number stands."""
        if self.is_beyond(number, self.line(is_lasting=is_lasting)):
            return Stands.BEYOND
        missed = self.is_beyond(number, self.watch)
        return Stands.MISSED if missed else Stands.REACHED

    def is_beyond(self, number: float, border: float) -> bool:
        """Return whether a number lies on the wrong side of a border."""
        if self.entry.better is Better.HIGHER:
            return number < border - _HAIR
        return number > border + _HAIR


def borders(entry: Figure, aim: Aim) -> Borders | None:
    """Return where 注意 and 警報 begin; None where nothing is aimed at.

    Whether the telephone is answered is asked without a target too: then what callers
    bear counts.
    """
    if entry.better is Better.NONE:
        return None
    if aim.target is None and entry.code != ANSWER_RATE:
        return None
    watch = HARD_TO_REACH if aim.target is None else aim.target
    if aim.alarm is not None:
        # A line that the target has overtaken would call 警報 what is reached.
        line = _worse(entry)(aim.alarm, watch)
        return Borders(entry, watch, line, line)
    lasting = watch if aim.target is None else usual_line(entry, watch)
    sudden = min(DAMAGING, lasting) if entry.code == ANSWER_RATE else lasting
    return Borders(entry, watch, lasting, sudden)


def usual_line(entry: Figure, target: float) -> float:
    """Return the 警報の線 that goes with a target where none was agreed."""
    if entry.better is Better.HIGHER:
        return target - _allowed(entry, target)
    return target + _allowed(entry, target)


def is_line(entry: Figure, target: float, alarm: float) -> bool:
    """Return whether a 警報の線 lies on the wrong side of the target, as it must."""
    return _worse(entry)(alarm, target) == alarm


def _worse(entry: Figure) -> Callable[[float, float], float]:
    return min if entry.better is Better.HIGHER else max


def _allowed(entry: Figure, target: float) -> float:
    """Return how much the target lets go wrong: 10 % lost, 20 seconds of waiting."""
    least = _LEAST_ALLOWED.get(entry.unit, 0.0)
    room = target
    if entry.better is Better.HIGHER:
        room = 1 - target if entry.is_share else target / 2
    return max(room, least)
