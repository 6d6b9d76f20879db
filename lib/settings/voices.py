"""お客様の声 (survey, reviews, SNS, opinion box): which of them is a complaint (R70).

What a manager may change in 設定; without a row there, what stands here counts.
"""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.settings.business import BusinessSetting
from lib.text import folded

VOICES: Final = N_("お客様の声")
"""区分 of these rows in 設定."""

COMPLAINT_UP_TO: Final = BusinessSetting(
    VOICES,
    N_("苦情とみなす点数"),
    N_(
        "満点のこの割合以下を苦情とみなします。40%なら、5点満点の2点、10点満点の4点までです。"
    ),
    default="40",
    field="voice_complaint_up_to",
    kind="percent",
    unit="%",
)
WISH_WORDS: Final = BusinessSetting(
    VOICES,
    N_("要望とみなす言葉"),
    N_("一行に一つ書きます。苦情の点数でなく、この言葉があれば、要望とみなします。"),
    default=(
        "ほしい\n欲しい\nあれば嬉しい\nあるとうれしい\nあると嬉しい\nあると助か\n"
        "希望し\n希望です\n要望\n増やして\nお願いしたい\n改善して"
    ),
    field="voice_wish_words",
    kind="script",
)
VOICE_SETTINGS: Final = (COMPLAINT_UP_TO, WISH_WORDS)


def words_in(value: str) -> tuple[str, ...]:
    """Return the words that a value of `WISH_WORDS` lists, as they are compared."""
    return tuple(word for line in value.split("\n") if (word := folded(line)))
