"""毎月の点検: what to look at for each item, and until when, as data (R14, R72).

What ships can be changed in 設定 without touching code: a row of the group
「毎月の点検の項目」 whose name is the item, whose value is 「使う」 or 「使わない」 and whose
description, where there is one, is what to look at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.vocab import InspectionItem
from lib.settings.business import BusinessSetting
from lib.settings.claim_types import UNUSED

GROUP: Final = N_("毎月の点検の項目")
"""区分 of the rows in 設定."""

USED: Final = N_("使う")

DUE_DAY: Final = BusinessSetting(
    N_("毎月の点検"),
    N_("締切の日"),
    N_("翌月のこの日までに署名がないと「締切を過ぎた」になります。"),
    default="10",
    field="inspection_due_day",
    kind="number",
    unit=N_("日"),
)

LAST_DUE_DAY: Final = 28
"""Every month has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the month's list. hint: a catalogue key, but where somebody wrote it."""

    item: InspectionItem
    hint: str
    on: bool = True

    @property
    def value(self) -> str:
        """What stands in 設定 for it as it is now."""
        return USED if self.on else UNUSED


DEFAULTS: Final[tuple[Line, ...]] = (
    Line(
        InspectionItem.PAGES,
        N_(
            "値段・回数・解約の条件が、いまの条件と同じで、スマホで読めるか。ページ点検の「要改善」が残っていないか。"
        ),
    ),
    Line(
        InspectionItem.CANCELLATION_PATH,
        N_(
            "表示どおりの方法で、最後まで解約できるか試す。電話がつながり、引き止めが一度までか。"
        ),
    ),
    Line(
        InspectionItem.SPECIFIC_COMMERCE,
        N_(
            "会社名・住所・電話・返品の条件の表示が、いまのものか。返品の条件が読めるか。"
        ),
    ),
    Line(
        InspectionItem.INFORMATION_SECURITY,
        N_(
            "辞めた人・異動した人を使えなくしたか。シートを開ける人、二段階の確認、控えが足りているか。"
        ),
    ),
    Line(
        InspectionItem.SAFETY_STANDARDS,
        N_(
            "検査の記録と、けが・体調の申出を読み合わせる。終わっていない報告や回収がないか。"
        ),
    ),
    Line(
        InspectionItem.HARASSMENT_POLICY,
        N_(
            "方針と相談の窓口を、みんなが知っているか。応対した人への声かけが残っていないか。"
        ),
    ),
    Line(
        InspectionItem.MANUALS,
        N_("文書の見直し期限を過ぎていないか。研修がまだの人がいないか。"),
    ),
)
"""In the order in which one goes through a month."""

_ITEMS: Final = {line.item: line for line in DEFAULTS}


def lines(settings: pd.DataFrame, on: date) -> tuple[Line, ...]:
    """Return every item as it counts on that day, those out of use included.

    Of several rows of one item the one that took effect last counts; a row that says
    neither 「使う」 nor 「使わない」 is passed over.
    """
    own = settings[settings["group"] == GROUP]
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    if valid.empty:
        return DEFAULTS
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    return tuple(_counting(line, newest_first) for line in DEFAULTS)


def in_use(every: Iterable[Line]) -> tuple[Line, ...]:
    """Return the items that are inspected."""
    return tuple(line for line in every if line.on)


def default_of(item: InspectionItem) -> Line:
    """Return an item as it ships."""
    return _ITEMS[item]


def _counting(line: Line, rows: pd.DataFrame) -> Line:
    own = rows[rows["name"] == line.item.value]
    for value, hint in zip(own["value"], own["description"], strict=True):
        if str(value).strip() in (USED, UNUSED):
            on = str(value).strip() == USED
            return replace(line, on=on, hint=str(hint).strip() or line.hint)
    return line
