"""敏感・標準・慎重: one limit for every company, with what it costs, as data.

The costs are measured by `python -m benchmarks.detection` on simulated companies with
0.3, 1 and 2.5 cases a day; its long form says when these figures no longer hold. Of
fewer cases than were simulated only a bound is given: how fast any chart could be at
the same false alarms, by `lib.risk.cusum.fastest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lib.i18n import N_

RISES: Final = ("x1.5", "x2", "x3", "ramp")
"""Kinds of rise that were measured; "ramp" is evenly to three times in 21 days."""


FEWER: Final = 0.15
"""Cases a day below which nothing was measured that is near enough."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Median days from a rise to its alarm, and the share found within 14 days.

    found: None where `days` is only a bound: no chart could be faster.
    """

    days: float
    found: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much evidence makes a watch and an alarm.

    watch, alarm: values of R from which each stands.
    false_alarms: episodes a year without any rise, all simulated companies together.
    worst: the same in the kind of company where there are most.
    delays: by cases a day, then by kind of rise; 28 days means hardly ever found.
    bounds: mean days of the fastest chart there can be, by cases a day, then for ×1.5,
        ×2 and ×3.
    """

    code: str
    label: str
    watch: float
    alarm: float
    false_alarms: float
    worst: float
    delays: Mapping[float, Mapping[str, Delay]]
    bounds: Mapping[float, tuple[float, float, float]]

    def delays_at(self, cases_a_day: float) -> Mapping[str, Delay]:
        """Return the delays of the measured rate nearest to a company's own.

        Below `FEWER` a day, bounds: the slower of those of the lowest measured rate and
        of the fastest chart there can be.
        """
        if cases_a_day < FEWER:
            return self._bounds_at(cases_a_day)
        distance = {rate: abs(rate - cases_a_day) / rate for rate in self.delays}
        return self.delays[min(distance, key=lambda rate: distance[rate])]

    def _bounds_at(self, cases_a_day: float) -> Mapping[str, Delay]:
        measured = self.delays[min(self.delays)]
        fastest = self.bounds[min(rate for rate in self.bounds if rate >= cases_a_day)]
        # A ramp to three times is no easier to see than three times at once.
        by_rise = dict(zip(RISES, (*fastest, fastest[-1]), strict=True))
        return {
            rise: Delay(max(measured[rise].days, by_rise[rise]), None) for rise in RISES
        }


def _delays(
    table: dict[float, tuple[tuple[float, float], ...]],
) -> Mapping[float, Mapping[str, Delay]]:
    """Return median days and share found in 14, by rate and then by kind of rise."""
    return MappingProxyType(
        {
            rate: MappingProxyType(
                {
                    rise: Delay(*measured)
                    for rise, measured in zip(RISES, row, strict=True)
                }
            )
            for rate, row in table.items()
        }
    )


SENSITIVE: Final = Sensitivity(
    code="sensitive",
    label=N_("敏感"),
    watch=25,
    alarm=45,
    false_alarms=4.0,
    worst=5.1,
    delays=_delays(
        {
            0.3: ((14, 0.48), (7, 0.73), (4, 0.96), (12, 0.58)),
            1.0: ((10, 0.59), (5, 0.90), (2, 1.00), (9, 0.81)),
            2.5: ((9, 0.65), (3, 0.95), (1, 1.00), (9, 0.89)),
        }
    ),
    bounds=MappingProxyType(
        {
            0.03: (54, 39, 25),
            0.06: (47, 30, 16),
            0.1: (39, 25, 13),
            0.15: (35, 21, 10),
        }
    ),
)
STANDARD: Final = Sensitivity(
    code="standard",
    label=N_("標準"),
    watch=45,
    alarm=85,
    false_alarms=1.9,
    worst=2.6,
    delays=_delays(
        {
            0.3: ((26, 0.31), (13, 0.52), (6, 0.87), (16, 0.37)),
            1.0: ((17, 0.43), (7, 0.79), (3, 0.99), (11, 0.66)),
            2.5: ((14, 0.50), (5, 0.90), (2, 1.00), (10, 0.81)),
        }
    ),
    bounds=MappingProxyType(
        {
            0.03: (96, 60, 33),
            0.06: (77, 45, 23),
            0.1: (64, 36, 17),
            0.15: (56, 28, 14),
        }
    ),
)
CAUTIOUS: Final = Sensitivity(
    code="cautious",
    label=N_("慎重"),
    watch=85,
    alarm=140,
    false_alarms=1.0,
    worst=1.4,
    delays=_delays(
        {
            0.3: ((28, 0.17), (18, 0.37), (7, 0.80), (19, 0.24)),
            1.0: ((25, 0.31), (9, 0.71), (4, 0.97), (13, 0.54)),
            2.5: ((19, 0.37), (6, 0.82), (2, 0.99), (11, 0.72)),
        }
    ),
    bounds=MappingProxyType(
        {
            0.03: (149, 87, 45),
            0.06: (116, 62, 30),
            0.1: (93, 47, 22),
            0.15: (78, 37, 16),
        }
    ),
)

SENSITIVITIES: Final = (SENSITIVE, STANDARD, CAUTIOUS)
"""Most alarms first; each one's watch is the alarm of the one before."""
