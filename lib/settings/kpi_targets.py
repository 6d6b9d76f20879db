"""KPI目標: the aim of a KPI for a centre, each counting from a day on.

A row of the group 「KPI目標」 is named after the KPI and, where it holds for one centre
only, after that centre: 「応答率・C1」. Its value is a number in the unit that people
read (90 for 90 %), or 「なし」 where there is no aim from that day on. Behind the number
may stand from where on missing it is 警報: 「90 警報80」.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from lib.errors import InvalidRecord
from lib.i18n import N_
from lib.settings.business import (
    ALARM_WORD,
    NO_TARGET,
    BusinessSetting,
    checked,
)

GROUP: Final = N_("KPI目標")
"""区分 of the rows in 設定."""

HELP: Final = N_(
    "この日から数える目標です。センターの名前がなければ全センターの目標です。"
)
"""説明 of a row for which nobody gave a reason."""

_BETWEEN: Final = "・"


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One row that can be read. name: of the KPI. centre: its code, "" for all.

    number: in the unit that people read; None for 「なし」.
    alarm: the 警報の線, in the same unit; None for the usual one.
    """

    name: str
    centre: str
    since: date
    number: float | None
    alarm: float | None = None


def spec(name: str, centre: str, unit: str) -> BusinessSetting:
    """Return the setting that holds the target of a KPI for a centre ("" for all).

    name: of the KPI, in the language of the ledger. unit: "%" limits it to 100.
    """
    full = f"{name}{_BETWEEN}{centre}" if centre else name
    return BusinessSetting(
        GROUP,
        full,
        HELP,
        default="",
        field=f"kpi_target:{full}",
        kind="target",
        unit=unit,
    )


def centre_of(name: str) -> str:
    """Return the code of the centre that a row of that name is for; "" for all."""
    return name.partition(_BETWEEN)[2].strip()


def spec_of(group: str, name: str) -> BusinessSetting | None:
    """Return what a row of that name is checked against; None in another group."""
    return spec(name, "", "") if group == GROUP else None


def rows(settings: pd.DataFrame) -> Iterator[TargetRow]:
    """Yield the targets in 設定, the earliest first; what cannot be read is left out."""
    own = settings[settings["group"] == GROUP]
    own = own.sort_values("effective_from", kind="stable")
    for full, since, typed in zip(
        own["name"], own["effective_from"], own["value"], strict=True
    ):
        name, _between, centre = str(full).partition(_BETWEEN)
        try:
            value = checked(spec(name, centre, ""), str(typed))
        except InvalidRecord:
            continue
        number, alarm = parts(value)
        yield TargetRow(name.strip(), centre.strip(), since.date(), number, alarm)


def parts(value: str) -> tuple[float | None, float | None]:
    """Return target and 警報の線 of a value that was `checked`; None for none."""
    target, _word, alarm = value.partition(ALARM_WORD)
    number = None if target.strip() == NO_TARGET else float(target)
    return number, float(alarm) if alarm else None


def value_of(target: str, alarm: str) -> str:
    """Return the value of a row from what was typed; "" for none."""
    line = alarm.strip()
    return f"{target.strip() or NO_TARGET}{f' {ALARM_WORD}{line}' if line else ''}"
