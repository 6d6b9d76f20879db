"""How early a rise is seen, beside other detectors at the same rate of false alarms.

    python -m benchmarks.detection --short       seconds; judges only what cannot wobble
    python -m benchmarks.detection               minutes; exit 1 where a goal is missed
    python -m benchmarks.detection --seed 7      other companies

Numbers of two detectors say something only at the same number of false alarms, so each
one's limit is set to two a year in every kind of company. The other half of the goal is
one limit for all: our own, as shipped. The worlds are in `benchmarks.rises.worlds`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.rises.references import METHODS, OURS, Method
from benchmarks.rises.scoring import Result, above, judged, limits_for
from benchmarks.rises.worlds import KINDS, WORSE, Series, suite
from lib.risk import detection
from lib.risk.baseline import Bools, Floats, learn
from lib.risk.days import day_classes
from lib.risk.sensitivity import RISES, SENSITIVITIES, STANDARD, Sensitivity

SEED = 20261122
RATE = 2.0
"""False alarms a year at which all are compared."""

MOST_POOLED, MOST_WORST = 2.2, 4.0
MOST_DAYS = {"x1.5": 18.0, "x2": 7.0, "x3": 3.0, "ramp": 12.0}
NOISE = 0.5
"""Days by which a median or mean may miss through the companies drawn."""

SHORT_NOISE = 2.0
MOST_OFF = 0.25
"""Share by which a stated rate of false alarms may differ from the measured one."""

MOST_POINTS = 0.08
"""Points by which a stated share found within 14 days may differ."""

MOST_SECONDS = 10.0
"""Processor seconds for 1,000 series of two years."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Companies of each kind and rise; of each worse world; series to time."""

    companies: int
    worse: int
    young: int
    series: tuple[int, ...]


LONG = Effort(300, 60, 150, (100, 300, 1_000, 3_000))
SHORT = Effort(40, 0, 0, (100, 300))


@dataclass(frozen=True, slots=True)
class Standing:
    """A method at the same rate in every kind of company, and with one limit for all."""

    method: Method
    usual: Result
    equal: Result
    one_limit: Result


def compare(parts: Sequence[Series]) -> list[Standing]:
    """Return how each method does on the same companies."""
    usual = [learn(part.counts, part.orders, part.classes) for part in parts]
    filled = [np.nan_to_num(part.counts) for part in parts]
    standings = []
    for method in METHODS:
        scores = [
            method.score(part.counts if method.name == OURS else counts, base)
            for part, counts, base in zip(parts, filled, usual, strict=True)
        ]
        same = dict.fromkeys((p.kind.name for p in parts), method.usual_limit)
        pooled = limits_for(parts, scores, RATE, each_kind=False)
        standings.append(
            Standing(
                method,
                judged(parts, above(parts, scores, same)),
                judged(parts, above(parts, scores, limits_for(parts, scores, RATE))),
                judged(parts, above(parts, scores, pooled)),
            )
        )
    return standings


def shipped(parts: Sequence[Series], sensitivity: Sensitivity) -> Result:
    """Return how the detector does just as it is shipped."""
    return judged(parts, [_alarms(part, sensitivity) for part in parts])


def _alarms(part: Series, sensitivity: Sensitivity) -> Bools:
    found = detection.judge(
        part.counts, part.orders, part.classes, sensitivity=sensitivity
    )
    reached: Bools = found.level == detection.Level.ALARM
    return reached


def seconds_for(series: int, days: int = 730) -> float:
    """Return the processor seconds that so many series of two years take."""
    chance = np.random.default_rng(series)
    counts = chance.poisson(1.0, (series, days)).astype(float)
    orders = chance.poisson(120.0, (series, days)).astype(float)
    classes = day_classes(np.datetime64("2024-04-01") + np.arange(days))
    begun = time.process_time()
    for first in range(0, series, 256):
        part = slice(first, first + 256)
        shape = counts[part].shape
        found = detection.judge(
            counts[part], orders[part], np.broadcast_to(classes, shape)
        )
        found.starts()
    return time.process_time() - begun


# Reporting -------------------------------------------------------------------


def in_days(value: float) -> str:
    """Return a median; 28 or more means hardly ever found."""
    return "28+" if value >= 28 else f"{value:.1f}"


def goal_table(standings: Sequence[Standing]) -> Table:
    """Lay out the methods at two false alarms a year in every kind of company."""
    table = Table(
        title="At 2 false alarms a year in every kind: median days, found within 7/14"
    )
    for heading in ("method", *RISES, "mean days", "one limit: worst kind a year"):
        table.add_column(heading, justify="left" if heading == "method" else "right")
    for one in standings:
        cells = [
            f"{in_days(d.median)}  {d.within_7:.0%}/{d.within_14:.0%}"
            for d in (one.equal.delays[rise] for rise in RISES)
        ]
        table.add_row(
            one.method.name,
            *cells,
            f"{one.equal.all_delays.mean:.1f}",
            f"{one.one_limit.worst:.1f}",
        )
    return table


def usual_table(standings: Sequence[Standing]) -> Table:
    """Lay out what each method does at the limit that people take."""
    table = Table(title="Out of the box, a year without any rise")
    for heading in ("method", "limit", "false alarms", "worst kind", "alarm days"):
        table.add_column(heading, justify="left" if heading == "method" else "right")
    for one in standings:
        table.add_row(
            one.method.name,
            f"{one.method.usual_limit:g}",
            f"{one.usual.false_alarms:.1f}",
            f"{one.usual.worst:.1f}",
            f"{one.usual.alarm_days:.0f}",
        )
    return table


def sensitivity_table(results: Sequence[tuple[str, Result]]) -> Table:
    """Lay out each sensitivity as shipped: false alarms, then days by cases a day."""
    table = Table(title="As shipped: false alarms a year; median days (found in 14)")
    for heading in ("", "all", "worst", "cases a day", *RISES):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, result in results:
        for rate, delays in result.by_rate.items():
            table.add_row(
                name,
                f"{result.false_alarms:.2f}",
                f"{result.worst:.2f}",
                f"{rate:g}",
                *(
                    f"{in_days(delays[rise].median)} ({delays[rise].within_14:.0%})"
                    for rise in RISES
                ),
            )
    return table


def worse_table(seed: int, companies: int) -> Table:
    """Lay out what is left in worlds that no model expects, limits as in the first."""
    table = Table(title="Worse worlds: false alarms (worst kind) a year, mean days")
    chosen = METHODS[:2]
    for heading in ("world", *(method.name for method in chosen)):
        table.add_column(heading, justify="left" if heading == "world" else "right")
    worlds = {"as expected": (KINDS, None), **WORSE}
    limits: dict[str, dict[str, float]] = {}
    for name, (kinds, worsen) in worlds.items():
        parts = suite(seed, companies, kinds, worsen)
        cells = []
        for method in chosen:
            scores = [_scored(part, method) for part in parts]
            if method.name not in limits:
                found = limits_for(parts, scores, RATE, each_kind=False)
                limits[method.name] = found
            result = judged(parts, above(parts, scores, limits[method.name]))
            cells.append(
                f"{result.false_alarms:.1f} ({result.worst:.1f})"
                f"  {result.all_delays.mean:.1f}"
            )
        table.add_row(name, *cells)
    return table


def _scored(part: Series, method: Method) -> Floats:
    base = learn(part.counts, part.orders, part.classes)
    counts = part.counts if method.name == OURS else np.nan_to_num(part.counts)
    return method.score(counts, base)


# Judging ---------------------------------------------------------------------


def missed_goals(
    standings: Sequence[Standing], results: dict[str, Result], noise: float
) -> list[str]:
    """Return each goal that was not reached, in words."""
    own = next(one for one in standings if one.method.name == OURS).equal
    others = [one.equal for one in standings if one.method.name != OURS]
    missed = []
    for rise in RISES:
        best = min(other.delays[rise].mean for other in others)
        if own.delays[rise].median > MOST_DAYS[rise] + noise:
            missed.append(f"{rise}: median {own.delays[rise].median:.1f} days")
        if own.delays[rise].mean > best + noise:
            missed.append(
                f"{rise}: {own.delays[rise].mean:.1f} days on average, another {best:.1f}"
            )
    standard = results[STANDARD.code]
    if standard.false_alarms > MOST_POOLED + noise / 5:
        missed.append(f"{standard.false_alarms:.2f} false alarms a year")
    if standard.worst > MOST_WORST + noise / 5:
        missed.append(f"{standard.worst:.2f} false alarms a year in one kind")
    return missed


def stale_figures(results: dict[str, Result]) -> list[str]:
    """Return each figure of `lib.risk.sensitivity` that no longer holds."""
    stale = []
    for one in SENSITIVITIES:
        measured = results[one.code]
        rates = (one.false_alarms, measured.false_alarms), (one.worst, measured.worst)
        stale += [
            f"{one.code}: {stated:.2f} false alarms stated, {real:.2f} measured"
            for stated, real in rates
            if abs(stated - real) > MOST_OFF * real
        ]
        stale += [
            f"{one.code}: {rise} at {rate:g} a day, {stated.found:.0%} stated,"
            f" {measured.by_rate[rate][rise].within_14:.0%} measured"
            for rate, delays in one.delays.items()
            for rise, stated in delays.items()
            if stated.found is not None
            and abs(stated.found - measured.by_rate[rate][rise].within_14) > MOST_POINTS
        ]
    return stale


def main(
    *,
    short: Annotated[bool, typer.Option(help="Seconds; a few companies.")] = False,
    seed: Annotated[int, typer.Option(help="Draws other companies.")] = SEED,
) -> None:
    """Compare detectors at the same rate of false alarms; say what a series costs."""
    effort = SHORT if short else LONG
    console = Console(width=150)
    parts = suite(seed, effort.companies)
    standings = compare(parts)
    results = {one.code: shipped(parts, one) for one in SENSITIVITIES}
    console.print(goal_table(standings), usual_table(standings))
    named = list(results.items())
    if effort.young:
        young = suite(seed, effort.young, young=True)
        named.append(("14-60 days old", shipped(young, STANDARD)))
    console.print(sensitivity_table(named))
    if effort.worse:
        console.print(worse_table(seed, effort.worse))
    cost = {many: seconds_for(many) for many in effort.series}
    for many, seconds in cost.items():
        console.print(f"{many:,} series × 2 years: {seconds:.2f} s of processor time")
    missed = missed_goals(standings, results, SHORT_NOISE if short else NOISE)
    if not short:
        missed += stale_figures(results)
    missed += [
        f"{cost[many]:.1f} s for {many} series"
        for many in cost
        if cost[many] > MOST_SECONDS * many / 1_000
    ]
    for line in missed:
        console.print(f"goal missed: {line}")
    raise typer.Exit(1 if missed else 0)


if __name__ == "__main__":
    typer.run(main)
