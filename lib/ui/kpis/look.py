"""How a state, a target and a figure's name stand on the page."""

from __future__ import annotations

from typing import Final, Literal

from lib.i18n import N_, SOURCE, _, current
from lib.metrics.amounts import aim
from lib.metrics.kpis import Figure, Kpi, Unit
from lib.metrics.state import State, Verdict
from lib.text import inert
from lib.ui import figures
from lib.ui import format as fmt

STATE_LOOK: Final[
    dict[State, tuple[str, Literal["green", "gray", "orange", "red"]]]
] = {
    State.NORMAL: ("●", "green"),
    State.PENDING: ("○", "gray"),
    State.WATCH: ("◆", "orange"),
    State.ALARM: ("▲", "red"),
}
"""Shape and colour of each state, so that colour never stands alone."""

_ROUGHLY: Final = 1_000_000
"""From so many yen on an estimate is told in millions (万円)."""


def badge(verdict: Verdict) -> str:
    """Return the lamp as Markdown: shape, word and colour."""
    shape, colour = STATE_LOOK[verdict.state]
    return f":{colour}-badge[{shape} {inert(_(verdict.state.value))}]"


def shape_of(verdict: Verdict | None) -> str:
    """Return the shape of a lamp; "" where nothing is aimed at."""
    return STATE_LOOK[verdict.state][0] if verdict else ""


def why(verdict: Verdict) -> str:
    """Return the reasons of a lamp in words, as Markdown shows them."""
    return inert(" ".join(reason.text() for reason in verdict.reasons))


def target_text(entry: Figure, target: float | None) -> str:
    """Return 「目標 90%」, "" for no aim."""
    if target is None:
        return ""
    if entry.unit in (Unit.MINUTES, Unit.SECONDS):
        number = figures.value_text(entry, target)
    else:
        number = str(aim(entry, target))
    return _("目標 {target}").format(target=number)


def name_of(entry: Figure) -> str:
    """Return the figure's name with what it is counted per."""
    return figures.name_of(entry)


def change(
    entry: Figure, number: float | None, before: float | None
) -> tuple[str | None, figures.DeltaColour, Literal["off", "auto"]]:
    """Return the change against the period before, its colour and its arrow."""
    text = figures.change_text(entry, number, before)
    if figures.is_no_change(text):
        return text, "off", "off"
    return text, figures.change_colour(entry), "auto"


def value_text(entry: Figure, number: float | None) -> str:
    """Return the value as people read it; an estimate is rounded and says so."""
    is_estimate = isinstance(entry, Kpi) and entry.is_estimate
    if number is None or not is_estimate:
        return figures.value_text(entry, number)
    if number < _ROUGHLY:
        text = figures.value_text(entry, number)
    elif current() == SOURCE:
        text = fmt.number(number / 10_000, unit=N_("万円"))
    else:
        text = fmt.number(number / 1_000_000, decimals=2, unit=N_("百万円"))
    return _("約{value}").format(value=text)


def method_text(method: str) -> str:
    """Return by which definition it was counted; "" for the only one."""
    return _("方式: {method}").format(method=_(method)) if method else ""
