"""The KPI registry: how each figure is made, in words and in symbols (domain.md 4).

Counts are kept and shares made from them: a period's value is the sum of the
numerators over the sum of the denominators, taken only over days on which both are
known. A blank is missing, never 0, and nothing divided by nothing is None, which the
screen shows as 「—」.

`KPIS` read `figures.figures`, `PUNCTUALITY` reads `entering.entries`; `SPREADS` are
times of single cases (`times`). `FIGURES` is all of them.
"""

from __future__ import annotations

from typing import Final

from lib.metrics.kpis.calls import CALLS
from lib.metrics.kpis.cases import CASES, SPREADS
from lib.metrics.kpis.formula import (
    Better,
    Figure,
    Kpi,
    Ratio,
    Revision,
    Spread,
    Sum,
    Unit,
)
from lib.metrics.kpis.punctuality import PUNCTUALITY
from lib.metrics.kpis.retention import RETENTION
from lib.metrics.kpis.values import (
    Lack,
    Total,
    Value,
    by_centre,
    daily,
    measured,
    narrowed,
    total,
    value,
    value_of_day,
)
from lib.metrics.kpis.work import WORK

KPIS: Final[tuple[Kpi, ...]] = (*CALLS, *WORK, *RETENTION, *CASES)
FIGURES: Final[tuple[Figure, ...]] = (*KPIS, *PUNCTUALITY, *SPREADS)

_KPI_BY_CODE: Final = {entry.code: entry for entry in (*KPIS, *PUNCTUALITY)}
_BY_CODE: Final = {entry.code: entry for entry in FIGURES}


def kpi(code: str) -> Kpi:
    """Return the KPI with that code; KeyError where there is none."""
    return _KPI_BY_CODE[code]


def figure(code: str) -> Figure:
    """Return the KPI or spread with that code; KeyError where there is none."""
    return _BY_CODE[code]


__all__ = [
    "FIGURES",
    "KPIS",
    "PUNCTUALITY",
    "SPREADS",
    "Better",
    "Figure",
    "Kpi",
    "Lack",
    "Ratio",
    "Revision",
    "Spread",
    "Sum",
    "Total",
    "Unit",
    "Value",
    "by_centre",
    "daily",
    "figure",
    "kpi",
    "measured",
    "narrowed",
    "total",
    "value",
    "value_of_day",
]
