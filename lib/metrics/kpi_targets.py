"""What each KPI is to reach, for each centre and day.

The newest row of 設定 that counts by then decides: the centre's own before the one for
all centres. Where there is none yet, the 目標応答率 of the centre's master holds for
the answer rate, and the usual target of the registry for every other figure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from lib.metrics.borders import ANSWER_RATE, Aim
from lib.metrics.kpis import FIGURES, Figure, figure
from lib.settings import kpi_targets as settings_of
from lib.settings.kpi_targets import TargetRow

ALL: Final = ""
"""Stands for all centres where a target names none."""

_PERCENT: Final = 100
_BY_NAME: Final = {entry.name: entry for entry in FIGURES}


@dataclass(frozen=True, slots=True)
class TargetChange:
    """From `day` on a figure is to reach something else, or is 警報 from elsewhere on.

    centre: its code, `ALL` for all centres.
    """

    day: date
    figure: Figure
    centre: str
    before: Aim
    after: Aim


@dataclass(frozen=True, slots=True)
class _Steps:
    """The rows of one figure and centre: from which days, and what."""

    since: tuple[date, ...]
    aims: tuple[Aim, ...]

    def has_begun(self, day: date) -> bool:
        return bisect_right(self.since, day) > 0

    def on(self, day: date) -> Aim:
        return self.aims[bisect_right(self.since, day) - 1]


class KpiTargets:
    """The targets of every figure and centre, ready to be asked for any day."""

    def __init__(self, settings: pd.DataFrame, centres: pd.DataFrame) -> None:
        """Read the rows of 設定 and the 目標応答率 of センター once."""
        found: dict[tuple[str, str], list[TargetRow]] = {}
        for row in settings_of.rows(settings):
            if entry := _BY_NAME.get(row.name):
                found.setdefault((entry.code, row.centre), []).append(row)
        self._steps = {place: _steps(place[0], own) for place, own in found.items()}
        self._answer_rates = _of_master(centres)

    def aim(self, entry: Figure, centre: str, day: date) -> Aim:
        """Return what the figure is held to on that day.

        centre: its code; `ALL` asks for what holds for all of them.
        """
        for place in dict.fromkeys((centre, ALL)):
            steps = self._steps.get((entry.code, place))
            if steps and steps.has_begun(day):
                return steps.on(day)
        return self._initial(entry, centre)

    def on(self, entry: Figure, centre: str, day: date) -> float | None:
        """Return what the figure is to reach on that day, None for no aim."""
        return self.aim(entry, centre, day).target

    def daily(
        self, entry: Figure, centre: str, days: Iterable[date]
    ) -> list[float | None]:
        """Return the target of each day, in that order."""
        return [self.on(entry, centre, day) for day in days]

    def common(self, entry: Figure, centres: Sequence[str], day: date) -> float | None:
        """Return the target that all these centres share on that day, else None."""
        wanted = {self.on(entry, centre, day) for centre in centres or (ALL,)}
        return wanted.pop() if len(wanted) == 1 else None

    def common_aim(self, entry: Figure, centres: Sequence[str], day: date) -> Aim:
        """Return what all these centres are held to on that day; no aim if they differ."""
        wanted = {self.aim(entry, centre, day) for centre in centres or (ALL,)}
        return wanted.pop() if len(wanted) == 1 else Aim(None)

    def rows(self, entry: Figure, centre: str) -> tuple[TargetChange, ...]:
        """Return every value the target was given by 設定, the newest first."""
        steps = self._steps.get((entry.code, centre), _Steps((), ()))
        before = (self._initial(entry, centre), *steps.aims[:-1])
        changes = [
            TargetChange(day, entry, centre, old, new)
            for day, old, new in zip(steps.since, before, steps.aims, strict=False)
        ]
        return tuple(reversed(changes))

    def changes(self, first: date, last: date) -> tuple[TargetChange, ...]:
        """Return what changed from `first` to `last`, both included, earliest first.

        A row that says again what counted before is no change.
        """
        found = [
            change
            for code, centre in self._steps
            for change in self.rows(figure(code), centre)
            if first <= change.day <= last and change.before != change.after
        ]
        return tuple(sorted(found, key=lambda c: (c.day, c.figure.code, c.centre)))

    def _initial(self, entry: Figure, centre: str) -> Aim:
        """Return what counted before the first row of this centre."""
        if entry.code == ANSWER_RATE and centre in self._answer_rates:
            return Aim(self._answer_rates[centre])
        return Aim(entry.target)


def _steps(code: str, rows: Sequence[TargetRow]) -> _Steps:
    return _Steps(
        tuple(row.since for row in rows),
        tuple(
            Aim(_in_unit(code, row.number), _in_unit(code, row.alarm)) for row in rows
        ),
    )


def _in_unit(code: str, number: float | None) -> float | None:
    if number is None:
        return None
    return number / (_PERCENT if figure(code).is_share else 1)


def _of_master(centres: pd.DataFrame) -> Mapping[str, float]:
    stated = centres[centres["target_answer_rate"].notna()].drop_duplicates("code")
    return {
        code: float(percent) / _PERCENT
        for code, percent in zip(
            stated["code"], stated["target_answer_rate"], strict=True
        )
    }
