"""How a state, a target and a figure's name stand on the page."""

from __future__ import annotations

from typing import Final, Literal

from lib.i18n import _
from lib.metrics.amounts import aim
from lib.metrics.kpis import Figure, Kpi, Unit
from lib.metrics.state import State, Verdict
from lib.text import inert
from lib.ui import figures

STATE_LOOK: Final[
    dict[State, tuple[str, Literal["green", "gray", "orange", "red"]]]
] = {
    State.NORMAL: ("●", "green"),
    State.PENDING: ("○", "gray"),
    State.WATCH: ("◆", "orange"),
    State.ALARM: ("▲", "red"),
}
"""Shape and colour of each state, so that colour never stands alone."""


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
    """Return the value as people read it; an estimate says that it is one."""
    text = figures.value_text(entry, number)
    is_estimate = isinstance(entry, Kpi) and entry.is_estimate
    if is_estimate and number is not None:
        return _("約{value}(推計)").format(value=text)
    return text


def method_text(method: str) -> str:
    """Return by which definition it was counted; "" for the only one."""
    return _("方式: {method}").format(method=_(method)) if method else ""
