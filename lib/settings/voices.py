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
    N_(
        "一行に一つ書きます。苦情の点数でなく、この言葉があれば、要望とみなします。点数のない声は、人が決めます。"
    ),
    default=(
        "ほしい\n欲しい\nあれば嬉しい\nあるとうれしい\nあると嬉しい\nあると助か\n"
        "希望し\n希望です\n要望\n増やして\nお願いしたい\n改善して"
    ),
    field="voice_wish_words",
    kind="script",
)
TROUBLE_WORDS: Final = BusinessSetting(
    VOICES,
    N_("困りごとの言葉"),
    N_(
        "一行に一つ書きます。苦情の点数でなくても、この言葉があれば、要望やお褒めとせず、人が決めます。"
    ),
    default=(
        "返金\n返品\n引き落と\n引落\n請求\n二重\n解約\n退会\nクーリング\n知らな\n勝手に\n"
        "届かな\n届いてな\n届いていな\n届きませ\n未着\n欠品\n不良\n壊れ\n破れ\n"
        "割れ\n液漏れ\nつながらな\n繋がらな\n電話に出\n返事がな\n返信がな\n連絡がな\n"
        "怒鳴\n暴言\n失礼\n態度\nだまされ\n騙\n詐欺\n消費生活センター\n消費者センター\n"
        "弁護士\n警察\n訴え\n漏洩\n流出"
    ),
    field="voice_trouble_words",
    kind="script",
)
HARM_WORDS: Final = BusinessSetting(
    VOICES,
    N_("けが・体調の言葉"),
    N_(
        "一行に一つ書きます。苦情の点数でなくても、この言葉があれば、人が決めます。発疹やけがなどの症状は、書かなくても見つけます。"
    ),
    default=(
        "病院\n医者\n医師\n皮膚科\n内科\n受診\n通院\n入院\n救急\n診断\n体調\n"
        "具合が悪\n気分が悪\n気持ち悪\n副作用\nアレルギ\n合わな\n荒れ\nかぶれ\n赤く\n"
        "腫れ\nヒリヒリ\nしみる\n痛\n異物\n混入\n虫\nカビ\n腐\n変なにおい\n異臭\n"
        "発火\n発煙\n煙が\n焦げ\n事故"
    ),
    field="voice_harm_words",
    kind="script",
)
VOICE_SETTINGS: Final = (COMPLAINT_UP_TO, WISH_WORDS, TROUBLE_WORDS, HARM_WORDS)


def words_in(value: str) -> tuple[str, ...]:
    """Return the words that a value lists, one a line, as they are compared."""
    return tuple(word for line in value.split("\n") if (word := folded(line)))
