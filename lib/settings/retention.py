"""How long what was written about people is kept after the end, as data in 設定."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.settings.business import BusinessSetting, value_on

GROUP: Final = N_("個人情報の保存期間")
"""区分 of these rows in 設定."""

_YEARS: Final = tuple(f"{years}年" for years in (1, 2, 3, 5, 7, 10))


class Kind(Enum):
    """What is kept for how long; the value is its name, a catalogue key."""

    CASE = N_("苦情とその経過")
    INQUIRY = N_("苦情のない行政問合せ")
    CRISIS = N_("重大事案の記録")
    ALARM = N_("警報の理由")
    FIGURES = N_("日次KPIの特記事項")
    LOOSE = N_("どの件にもつながらない経過とフォロー")


_HELP: Final = N_(
    "終わってからこの年数が過ぎたものが、「個人情報」の画面で匿名化できるようになります。ひとりでに消えることはありません。"
)
_HELP_CRISIS: Final = N_(
    "製造物責任の期間が引き渡しから10年なので、はじめは10年です(製造物責任法5条)。"
)
_HELP_FIGURES: Final = N_(
    "特記事項はふつうお客様のことを含まず、グラフの印になるので、はじめは10年です。"
)


def _setting(kind: Kind, default: str, told: str = _HELP) -> BusinessSetting:
    return BusinessSetting(
        GROUP,
        kind.value,
        told,
        default=default,
        field=f"retention_{kind.name.lower()}",
        kind="choice",
        choices=_YEARS,
    )


RETENTION: Final = {
    Kind.CASE: _setting(Kind.CASE, "3年"),
    Kind.INQUIRY: _setting(Kind.INQUIRY, "3年"),
    Kind.CRISIS: _setting(Kind.CRISIS, "10年", _HELP_CRISIS),
    Kind.ALARM: _setting(Kind.ALARM, "3年"),
    Kind.FIGURES: _setting(Kind.FIGURES, "10年", _HELP_FIGURES),
    Kind.LOOSE: _setting(Kind.LOOSE, "3年"),
}
"""The rule: years after the end (domain.md: three after closing)."""


def years_of(settings: pd.DataFrame, kind: Kind, on: date) -> int:
    """Return for how many years after its end a kind is kept, as counted on a day."""
    return int(value_on(settings, RETENTION[kind], on=on).removesuffix("年"))


def due_on(ended: date, years: int) -> date:
    """Return the first day on which it is kept no longer; 29 February ends the 1st."""
    try:
        return ended.replace(year=ended.year + years)
    except ValueError:
        return date(ended.year + years, 3, 1)
