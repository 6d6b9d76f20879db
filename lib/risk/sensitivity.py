"""敏感・標準・慎重: one limit for every company, with what it costs, as data.

The costs are measured by `python -m benchmarks.detection` on simulated companies with
0.3, 1 and 2.5 cases a day; its long form says when these figures no longer hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lib.i18n import N_


@dataclass(frozen=True, slots=True)
class Delay:
    """Median days from a rise to its alarm, and the share found within 14 days."""

    days: float
    found: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much evidence makes a watch and an alarm.

    watch, alarm: values of R from which each stands.
    false_alarms: episodes a year without any rise, all simulated companies together.
    worst: the same in the kind of company where there are most.
    delays: by cases a day, then by kind of rise ("x1.5", "x2", "x3", "ramp": evenly to
        three times within 21 days); 28 days or more means hardly ever found.
    """

    code: str
    label: str
    watch: float
    alarm: float
    false_alarms: float
    worst: float
    delays: Mapping[float, Mapping[str, Delay]]

    def delays_at(self, cases_a_day: float) -> Mapping[str, Delay]:
        """Return the delays of the measured rate nearest to a company's own."""
        distance = {rate: abs(rate - cases_a_day) / rate for rate in self.delays}
        return self.delays[min(distance, key=lambda rate: distance[rate])]


def _delays(
    *rows: tuple[float, str, float, float],
) -> Mapping[float, Mapping[str, Delay]]:
    table: dict[float, dict[str, Delay]] = {}
    for rate, rise, days, found in rows:
        table.setdefault(rate, {})[rise] = Delay(days, found)
    return MappingProxyType(table)


SENSITIVE: Final = Sensitivity("sensitive", N_("敏感"), 25, 45, 0, 0, _delays())
STANDARD: Final = Sensitivity("standard", N_("標準"), 45, 85, 0, 0, _delays())
CAUTIOUS: Final = Sensitivity("cautious", N_("慎重"), 85, 140, 0, 0, _delays())

SENSITIVITIES: Final = (SENSITIVE, STANDARD, CAUTIOUS)
"""Most alarms first; each one's watch is the alarm of the one before."""
