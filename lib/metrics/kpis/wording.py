"""Sentences that several figures say of themselves."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_

BLANK_DAY: Final = N_("未入力の日は、分子からも分母からも除きます。")
ANSWERED_ONLY: Final = N_("出られた電話だけで平均し、切れた電話は入れません。")
NO_PRAISE: Final = N_(
    "高いほど良いとは限りません。苦情・センターからの連絡と並べて見ます。"
)

USUAL: Final = N_("一般的な定義です。")
ECFORCE: Final = N_(
    "ecforceのコールセンターKPI管理にある指標です。式はこのアプリで決めました。"
)
OWN: Final = N_("このアプリで決めた定義です。")
