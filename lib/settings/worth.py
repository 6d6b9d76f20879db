"""LTVの推計: what a customer who stayed is thought to be worth, as people set it.

Two rows of 設定, each counting from its 適用開始日 on. While either is not set there is
no estimate: nothing here is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from lib.errors import InvalidRecord
from lib.i18n import N_
from lib.settings.business import BusinessSetting, checked, rows_of

GROUP: Final = N_("LTVの推計")
"""区分 of the rows in 設定."""

UNIT_PRICE: Final = BusinessSetting(
    GROUP,
    N_("平均単価"),
    N_("1回の発送の平均の金額です。決めないうちは推計を出しません。"),
    default="",
    field="worth_unit_price",
    kind="number",
    unit="円",
)
FURTHER_ORDERS: Final = BusinessSetting(
    GROUP,
    N_("平均追加回数"),
    N_("続いた人が、この後に買う回数の平均です。決めないうちは推計を出しません。"),
    default="",
    field="worth_further_orders",
    kind="number",
    unit="回",
)
WORTH_SETTINGS: Final = (UNIT_PRICE, FURTHER_ORDERS)
"""What can be set about the estimate, in the order of the screen."""


def per_confirmed(settings: pd.DataFrame, days: pd.Series) -> pd.Series:
    """Return the estimated yen a confirmed customer brings, for each day of `days`.

    NaN on days on which one of the two settings did not count yet.
    """
    price = _in_force(settings, UNIT_PRICE, days)
    further = _in_force(settings, FURTHER_ORDERS, days)
    return pd.Series(price * further, index=days.index)


@dataclass(frozen=True, slots=True)
class WorthChange:
    """From `day` on one of the two is another number; None for not set."""

    day: date
    setting: BusinessSetting
    before: float | None
    after: float | None


def changes(settings: pd.DataFrame) -> Iterator[WorthChange]:
    """Yield each change of the two settings, of each the earliest first.

    A row that says again what counted before is no change.
    """
    for wanted in WORTH_SETTINGS:
        before: float | None = None
        for since, number in _steps(settings, wanted):
            after = None if np.isnan(number) else number
            if after != before:
                yield WorthChange(
                    since.astype("datetime64[D]").item(), wanted, before, after
                )
            before = after


def _in_force(
    settings: pd.DataFrame, wanted: BusinessSetting, days: pd.Series
) -> np.ndarray:
    """Return the number that counts on each day, NaN where none does."""
    steps = list(_steps(settings, wanted))
    since = np.array([day for day, _number in steps], dtype="datetime64[s]")
    numbers = np.array([np.nan, *(number for _day, number in steps)])
    at = np.searchsorted(since, days.to_numpy("datetime64[s]"), side="right")
    found: np.ndarray = numbers[at]
    return found


def _steps(
    settings: pd.DataFrame, wanted: BusinessSetting
) -> list[tuple[np.datetime64, float]]:
    rows = rows_of(settings, wanted.group, wanted.name).iloc[::-1]
    found = []
    for since, typed in zip(rows["effective_from"], rows["value"], strict=True):
        try:
            number = checked(wanted, str(typed))
        except InvalidRecord:
            continue
        found.append((since.to_datetime64(), float(number) if number else np.nan))
    return found
