"""A figure's number inside a sentence, in the language of whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass

from lib.i18n import SOURCE, _, current
from lib.metrics.kpis import Figure, Unit

_PERCENT = 100
_MINUTES = 60
_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a figure; as text 「92.3%」, 「出荷千件あたり0.87件」, "25 s"; minutes as hours.

    extra: decimals beyond those of the figure (a mean of counts), or less.
    """

    entry: Figure
    number: float
    extra: int = 0

    def __str__(self) -> str:
        """Return the number with its unit, in the current language."""
        decimals = self.entry.decimals + self.extra
        if self.entry.is_share:
            return f"{self.number * _PERCENT:.{decimals}f}%"
        text = f"{self.number:,.{decimals}f}"
        unit = _(self.entry.unit.value).strip()
        if self.entry.unit is Unit.MINUTES:
            text = f"{self.number / _MINUTES:,.1f}".removesuffix(".0")
            unit = _("時間(営業時間)")
        if current() == SOURCE:
            is_rate = self.entry.unit is Unit.PER_THOUSAND
            return f"{unit}{text}{Unit.COUNT.value}" if is_rate else f"{text}{unit}"
        # English has no counter that fits calls, cases and parcels alike.
        return text if self.entry.unit is Unit.COUNT else f"{text} {unit}"

    def __format__(self, _spec: str) -> str:
        """Return the text, whatever a sentence asks for."""
        return str(self)


def aim(entry: Figure, target: float) -> Amount:
    """Return a target, without decimals where it needs none: 「90%」."""
    shown = target * _PERCENT if entry.is_share else target
    is_whole = abs(shown - round(shown)) < _HAIR
    return Amount(entry, target, -entry.decimals if is_whole else 0)
