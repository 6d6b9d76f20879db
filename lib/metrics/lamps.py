"""平常・注意・警報・判定保留 of a figure against its target, with the reason in words.

Where 注意 and 警報 begin is `borders`' to say. Too few calls or shipments hold the
judgement back: one more or less would turn it.
"""

from __future__ import annotations

from typing import Any, Final

from lib.i18n import N_
from lib.metrics.amounts import Amount
from lib.metrics.amounts import aim as shown_aim
from lib.metrics.borders import Aim, Borders, Stands, borders
from lib.metrics.kpis import Figure, Kpi, Unit, Value
from lib.metrics.reason import Reason
from lib.metrics.state import FEWEST_CALLS, State, Verdict

FEWEST_SHIPMENTS: Final = 500
"""Shipments below which a rate per thousand says too little (domain.md 4)."""

FEWEST_CASES: Final = 5
"""Cases below which their median says too little."""


def lamp(
    entry: Figure,
    found: Value,
    aim: Aim,
    centre: str = "",
    name: str = "",
    *,
    is_lasting: bool = True,
) -> Verdict | None:
    """Return how a period's value stands to its target; None where nothing is aimed at.

    entry: a KPI, or a spread whose median `found` holds with the cases as denominator.
    aim: target and 警報の線; without a target there is nothing to stand to.
    centre, name: whose figure it is; the name begins the sentence.
    is_lasting: False for a day or two that may pass (`borders`).
    """
    limits = None if aim.target is None else borders(entry, aim)
    if limits is None:
        return None
    words = {"figure": entry.name}
    details: dict[str, Any] = {"name": f"{name}: " if name else ""}
    if found.number is None:
        why = found.reason(entry) if isinstance(entry, Kpi) else None
        nothing = Reason(N_("{name}{figure}はまだ出せません。"), details, words)
        return Verdict(State.PENDING, (nothing, *([why] if why else [])), centre)
    details |= {
        "value": Amount(entry, found.number),
        "target": shown_aim(entry, limits.watch),
        "line": shown_aim(entry, limits.line(is_lasting=is_lasting)),
        "base": found.denominator or 0.0,
        "fewest": _fewest(entry),
    }
    if found.denominator is not None and found.denominator < _fewest(entry):
        message = N_(
            "{name}{figure}は{value}ですが、母数が{base:,.0f}と少なく({fewest:,.0f}から)、"
            "まだ判定できません。"
        )
        return Verdict(State.PENDING, (Reason(message, details, words),), centre)
    state, message = _said(limits, found.number, is_lasting=is_lasting)
    return Verdict(state, (Reason(message, details, words),), centre)


def _said(limits: Borders, number: float, *, is_lasting: bool) -> tuple[State, str]:
    """Return the state of a number with the sentence for it."""
    match limits.stands(number, is_lasting=is_lasting):
        case Stands.REACHED:
            return State.NORMAL, N_(
                "{name}{figure}は{value}。目標{target}に届いています。"
            )
        case Stands.MISSED:
            return State.WATCH, N_(
                "{name}{figure}は{value}。目標{target}に届いていません。"
            )
        case _:
            return State.ALARM, N_(
                "{name}{figure}は{value}。目標{target}から大きく外れています(警報の線{line})。"
            )


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
