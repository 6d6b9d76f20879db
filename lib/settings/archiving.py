"""When settled complaints leave what everybody loads, as data in 設定."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.settings.business import BusinessSetting, value_on

GROUP: Final = N_("保管")
"""区分 of these rows in 設定."""

MOST_LIVE: Final = 20_000
"""Rows of one table up to which every page stays fast (design.md 4)."""
HINT_FROM: Final = 18_000
"""Rows from which people are told that it is time to put years away."""

_MONTHS: Final = tuple(map(str, (12, 18, 24, 36, 48, 60)))

AFTER: Final = BusinessSetting(
    GROUP,
    N_("保管するまでの月数"),
    N_(
        "完了か取消からこの月数が過ぎ、何も残っていない苦情が、年ごとの保管に移せるようになります。ひとりでに移ることはありません。"
    ),
    default="24",
    field="archive_after",
    kind="choice",
    unit=N_("か月"),
    choices=_MONTHS,
)


def months_of(settings: pd.DataFrame, on: date) -> int:
    """Return after how many months a settled complaint may go, as counted on a day."""
    return int(value_on(settings, AFTER, on=on))
