"""A KPI's value as people read it, and what it says about itself."""

from __future__ import annotations

from typing import Literal

from lib.i18n import _, current
from lib.metrics.kpis import Better, Figure, Unit
from lib.ui import format as fmt

DeltaColour = Literal["normal", "inverse", "off"]

_COLOURS: dict[Better, DeltaColour] = {
    Better.HIGHER: "normal",
    Better.LOWER: "inverse",
    Better.NONE: "off",
}

RARE = 5
"""Below this many a period, a change in percent says more than there is to say."""


def value_text(entry: Figure, number: float | None) -> str:
    """Return "89.8%", "1,234件", "6分16秒" or "3時間20分"; 「—」 where there is none."""
    if entry.unit is Unit.SHARE:
        return fmt.percent(number, decimals=entry.decimals)
    if entry.unit is Unit.SECONDS:
        return fmt.duration(number)
    if entry.unit is Unit.MINUTES:
        return fmt.NOTHING if number is None else fmt.hours(number * 60)
    unit = entry.unit.value
    # English has no counter that fits calls, cases and parcels alike.
    bare = entry.unit is Unit.PER_THOUSAND or (
        entry.unit is Unit.COUNT and current() == "en"
    )
    return fmt.number(number, decimals=entry.decimals, unit="" if bare else unit)


def name_of(entry: Figure) -> str:
    """Return the name, with what it is counted per: 「苦情率(出荷1,000件あたり)」."""
    if entry.unit is Unit.PER_THOUSAND:
        return f"{_(entry.name)} ({_(entry.unit.value).strip()})"
    return _(entry.name)


def change_text(
    entry: Figure, number: float | None, before: float | None
) -> str | None:
    """Return "+1.2pt", "-12秒" or "+8.0%" against `before`; None where one is missing.

    Counts change in percent of what they were, so that a large centre and a small one
    read alike; rare ones in cases, because one more than almost none is no 100 %.
    """
    if number is None or before is None:
        return None
    if entry.unit is Unit.SHARE:
        text = f"{(number - before) * 100:+.{entry.decimals}f}pt"
    elif entry.unit in (Unit.COUNT, Unit.YEN):
        if before < RARE:
            unit = "" if current() == "en" else _(entry.unit.value)
            text = f"{number - before:+.1f}{unit}"
        else:
            text = f"{(number / before - 1) * 100:+.0f}%"
    elif entry.unit is Unit.MINUTES:
        gap = " " if current() == "en" else ""
        text = f"{(number - before) / 60:+.1f}{gap}{_('時間')}"
    else:
        unit = entry.unit.value if entry.unit is Unit.SECONDS else ""
        text = f"{number - before:+.{entry.decimals}f}{_(unit)}"
    return f"±{text[1:]}" if is_no_change(text) else text


def is_no_change(change: str | None) -> bool:
    """Whether a change rounds to nothing, so that no arrow and no colour is due."""
    return change is not None and not any(digit in change for digit in "123456789")


def change_colour(entry: Figure) -> DeltaColour:
    """Return how a rise is coloured: only where more is better or worse."""
    return _COLOURS[entry.better]


def about(entry: Figure, method: str = "") -> str:
    """Return what the figure says, its formula, edges, origin and version."""
    formula = _("計算式: {formula}").format(formula=entry.symbol(method))
    source = _("出典: {origin}(式の版 {version})").format(
        origin=_(entry.origin), version=entry.version
    )
    return f"{_(entry.words)}\n\n{formula}\n\n{_(entry.edge)}\n\n{source}"
