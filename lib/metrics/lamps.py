"""平常・注意・警報・判定保留 of a figure against its target, with the reason in words.

注意: the target is missed. 警報: what goes wrong is more than twice of what the target
allows; 90 % allows 10 % of the calls to be lost, so below 80 % is 警報. Too few calls or
shipments hold the judgement back: one more or less would turn it.
"""

from __future__ import annotations

from typing import Any, Final

from lib.i18n import N_
from lib.metrics.amounts import Amount, aim
from lib.metrics.kpis import Better, Figure, Kpi, Unit, Value
from lib.metrics.reason import Reason
from lib.metrics.state import FEWEST_CALLS, State, Verdict

FEWEST_SHIPMENTS: Final = 500
"""Shipments below which a rate per thousand says too little (domain.md 4)."""

FEWEST_CASES: Final = 5
"""Cases below which their median says too little."""

_LEAST_ALLOWED: Final = {Unit.SHARE: 0.05, Unit.COUNT: 1.0, Unit.DAYS: 1.0}
"""What a target of 100 %, or of none, is taken to allow before 警報: one slip is 注意."""

_HAIR: Final = 1e-9
"""Shares are binary fractions: 90 of 100 must reach 90 %."""


def lamp(
    entry: Figure, found: Value, target: float | None, centre: str = "", name: str = ""
) -> Verdict | None:
    """Return how a period's value stands to its target; None where nothing is aimed at.

    entry: a KPI, or a spread whose median `found` holds with the cases as denominator.
    target: in the figure's unit, a share 0-1. centre, name: whose figure it is; the
    name begins the sentence.
    """
    if target is None or entry.better is Better.NONE:
        return None
    words = {"figure": entry.name}
    details: dict[str, Any] = {"name": f"{name}: " if name else ""}
    if found.number is None:
        why = found.reason(entry) if isinstance(entry, Kpi) else None
        nothing = Reason(N_("{name}{figure}はまだ出せません。"), details, words)
        return Verdict(State.PENDING, (nothing, *([why] if why else [])), centre)
    details |= {
        "value": Amount(entry, found.number),
        "target": aim(entry, target),
        "base": found.denominator or 0.0,
        "fewest": _fewest(entry),
    }
    missed = _missed_by(entry, found.number, target)
    if found.denominator is not None and found.denominator < _fewest(entry):
        message = N_(
            "{name}{figure}は{value}ですが、母数が{base:,.0f}と少なく({fewest:,.0f}から)、"
            "まだ判定できません。"
        )
        return Verdict(State.PENDING, (Reason(message, details, words),), centre)
    if missed <= _HAIR:
        message = N_("{name}{figure}は{value}。目標{target}に届いています。")
        return Verdict(State.NORMAL, (Reason(message, details, words),), centre)
    if missed > _allowed(entry, target) + _HAIR:
        message = N_("{name}{figure}は{value}。目標{target}から大きく外れています。")
        return Verdict(State.ALARM, (Reason(message, details, words),), centre)
    message = N_("{name}{figure}は{value}。目標{target}に届いていません。")
    return Verdict(State.WATCH, (Reason(message, details, words),), centre)


def _missed_by(entry: Figure, number: float, target: float) -> float:
    """Return by how much the target is missed; 0 or less where it is reached."""
    return target - number if entry.better is Better.HIGHER else number - target


def _allowed(entry: Figure, target: float) -> float:
    """Return how much the target lets go wrong: 10 % lost, 20 seconds of waiting."""
    least = _LEAST_ALLOWED.get(entry.unit, 0.0)
    room = target
    if entry.better is Better.HIGHER:
        room = 1 - target if entry.is_share else target / 2
    return max(room, least)


def _fewest(entry: Figure) -> float:
    """Return the denominator from which a value is judged."""
    match entry.unit:
        case Unit.PER_THOUSAND:
            return FEWEST_SHIPMENTS
        case Unit.MINUTES:
            return FEWEST_CASES
        case Unit.SHARE | Unit.SECONDS if getattr(entry, "frame", "") == "figures":
            return FEWEST_CALLS
        case _:
            return 1
