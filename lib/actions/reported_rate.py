"""The answer rate that a centre reports, against what its counts give, both ways.

A centre may leave short abandons out (応答率の方式). Where it does not say how many there
were, the rate it reports is possible if some number of them gives it.
"""

from __future__ import annotations

import math
from typing import Final

from lib.i18n import N_
from lib.metrics import kpis
from lib.metrics.reason import Reason
from lib.schema.kpi_day import KpiDay
from lib.schema.vocab import AnswerRateMethod

RATE_TOLERANCE: Final = 0.5 + 1e-6
"""Points by which a reported rate may differ from the computed one (domain.md 4): what
rounding to whole ones makes of it, and a hair for binary fractions."""

NEITHER: Final = N_(
    "数から計算すると{computed:.1f}%です。短時間放棄を除いても除かなくても合いません。"
)
OTHER_WAY: Final = N_(
    "数から計算すると{computed:.1f}%です。短時間放棄を除かない数え方なら合います。"
)
WITH_SHORT_LEFT_OUT: Final = N_(
    "数から計算すると{computed:.1f}%です。短時間放棄を{short}件除いた率なら合います。"
)


def doubt(day: KpiDay, method: AnswerRateMethod) -> Reason | None:
    """Return why the reported rate is not that of the counts; None where it may be.

    Counted as the centre counts; where that asks for short abandons that are missing,
    any number of them is granted. Nothing is compared where either is not known, nor
    where there were no calls.
    """
    reported, plain = day.reported_answer_rate, _rate(day, AnswerRateMethod.ALL_OFFERED)
    if reported is None or plain is None:
        return None
    counted = _rate(day, method)
    if counted is not None and _agree(reported, counted):
        return None
    if counted is None and day.short_abandoned is not None:
        return None
    offered, answered = day.offered or 0, day.answered or 0
    short = short_that_fits(offered, answered, reported, day.short_abandoned)
    computed = plain if counted is None else counted
    if short is None:
        if _agree(reported, plain):
            return Reason(OTHER_WAY, {"computed": computed})
        return Reason(NEITHER, {"computed": computed})
    if counted is None:
        return None
    return Reason(WITH_SHORT_LEFT_OUT, {"computed": computed, "short": short})


def _rate(day: KpiDay, method: AnswerRateMethod) -> float | None:
    """Return the answer rate in percent; None where a count is missing or none rang."""
    rate = kpis.value_of_day(kpis.kpi("answer_rate"), day.values(), method.value)
    return None if rate is None else rate * 100


def short_that_fits(
    offered: int, answered: int, reported: float, known: int | None = None
) -> int | None:
    """Return how many short abandons left out give the reported rate; None: no number.

    known: those of the day; None where they are missing, and any number may be.
    """
    abandoned = offered - answered
    possible = _nearest(offered, answered, reported) if known is None else [known]
    return next(
        (
            short
            for short in (min(max(one, 0), abandoned) for one in possible)
            if 0 <= short < offered
            and _agree(reported, answered * 100 / (offered - short))
        ),
        None,
    )


def _nearest(offered: int, answered: int, reported: float) -> list[int]:
    if not answered or not reported:
        return [0]
    exact = offered - answered * 100 / reported
    return [math.floor(exact), math.ceil(exact)]


def _agree(reported: float, computed: float) -> bool:
    return abs(reported - computed) <= RATE_TOLERANCE
