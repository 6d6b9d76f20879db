"""False alarms a year, and days from a rise to its alarm, at the same rate for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.rises.worlds import HORIZON, Series
from lib.risk.baseline import Bools, Floats
from lib.risk.sensitivity import RISES

QUIET = 7
"""Days without an alarm after which the next one is another episode."""

_DAYS_A_YEAR = 365.25
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Delays:
    """Days from onset to alarm of one kind of rise; a miss counts as 28."""

    median: float
    mean: float
    within_7: float
    within_14: float

    @classmethod
    def of(cls, days: Floats) -> Delays:
        """Sum up delays; 0 is the day of the onset."""
        return cls(
            float(np.median(days)),
            float(days.mean()),
            float((days < 7).mean()),
            float((days < 14).mean()),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """How a detector did.

    false_alarms: episodes a year, all companies together; by_kind: of each kind.
    alarm_days: days a year without a rise that stand at alarm.
    delays: by kind of rise; all_delays: every rise together.
    by_rate: by cases a day, then by kind of rise.
    """

    false_alarms: float
    by_kind: Mapping[str, float]
    alarm_days: float
    delays: Mapping[str, Delays]
    all_delays: Delays
    by_rate: Mapping[float, Mapping[str, Delays]]

    @property
    def worst(self) -> float:
        """Episodes a year of the kind of company that has most."""
        return max(self.by_kind.values())


def judged(suite: Sequence[Series], alarms: Sequence[Bools]) -> Result:
    """Return how alarms (companies, days) of each part of a suite did."""
    years, found, stood = {}, {}, 0
    late: dict[tuple[float, str], list[Floats]] = {}
    for series, alarm in zip(suite, alarms, strict=True):
        if series.rise:
            where = (series.kind.rate, series.rise)
            late.setdefault(where, []).append(delays_of(series, alarm))
            continue
        scored = alarm[:, series.start :]
        years[series.kind.name] = scored.size / _DAYS_A_YEAR
        found[series.kind.name] = episodes(scored)
        stood += int(scored.sum())
    every = {key: np.concatenate(parts) for key, parts in late.items()}
    rates = sorted({rate for rate, _ in every})
    total = sum(years.values())
    return Result(
        sum(found.values()) / total,
        {name: found[name] / years[name] for name in found},
        stood / total,
        {
            rise: Delays.of(np.concatenate([every[rate, rise] for rate in rates]))
            for rise in RISES
        },
        Delays.of(np.concatenate(list(every.values()))),
        {r: {rise: Delays.of(every[r, rise]) for rise in RISES} for r in rates},
    )


def episodes(alarm: Bools) -> int:
    """Return how many alarms begin, after 7 days or more without one."""
    until: NDArray[np.int64] = np.cumsum(alarm, -1)
    a_week_ago = np.zeros_like(until)
    a_week_ago[:, QUIET + 1 :] = until[:, : -QUIET - 1]
    return int((alarm & (until - alarm == a_week_ago)).sum())


def delays_of(series: Series, alarm: Bools) -> Floats:
    """Return the delays; companies at alarm in the week before the onset are left out."""
    days = np.arange(alarm.shape[1])
    since = days - series.onset[:, None]
    already = (alarm & (since < 0) & (since >= -QUIET)).any(1)
    hit = alarm & (since >= 0) & (since < HORIZON)
    delay = np.where(hit.any(1), hit.argmax(1) - series.onset, HORIZON)
    return delay[~already].astype(float)


def limits_for(
    suite: Sequence[Series],
    scores: Sequence[Floats],
    target: float,
    *,
    each_kind: bool = True,
) -> dict[str, float]:
    """Return for each kind the limit that gives `target` false alarms a year.

    `each_kind=False`: one limit for all kinds together.
    """
    calm = [
        (series.kind.name, score[:, series.start :])
        for series, score in zip(suite, scores, strict=True)
        if not series.rise
    ]
    names = [name for name, _ in calm]
    if each_kind:
        return {name: _limit([score], target) for name, score in calm}
    return dict.fromkeys(names, _limit([score for _, score in calm], target))


def _limit(scores: Sequence[Floats], target: float) -> float:
    """Return the lowest limit, coming from strict, that keeps the rate."""
    years = sum(score.size for score in scores) / _DAYS_A_YEAR

    def rate(limit: float) -> float:
        return sum(episodes(score > limit) for score in scores) / years

    every = np.concatenate([score.ravel() for score in scores])
    strict, loose = float(every.max()), float(every.min())
    shares = 1 - np.geomspace(1e-5, 0.5, 120)
    for tried in np.unique(np.quantile(every, shares))[::-1]:
        if rate(tried) > target:
            loose = float(tried)
            break
        strict = float(tried)
    for _ in range(_TRIES):
        middle = (strict + loose) / 2
        strict, loose = (strict, middle) if rate(middle) > target else (middle, loose)
    return strict


def above(
    suite: Sequence[Series], scores: Sequence[Floats], limits: Mapping[str, float]
) -> list[Bools]:
    """Return where scores lie above the limit of their kind."""
    return [
        score > limits[series.kind.name]
        for series, score in zip(suite, scores, strict=True)
    ]
