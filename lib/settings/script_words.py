"""台本の言葉: phrases that may be false or obstruct a cancellation, as data (L10, L12).

Nothing here judges: a phrase may well be right in its place. Each rule says why one
looks at it and what to make sure of. The phrases can be changed in 設定: a row of the
group 「台本の言葉」 whose name is the rule's code and whose value lists phrases joined
with 、, or is 「使わない」.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.settings.claim_types import UNUSED

GROUP: Final = N_("台本の言葉")
"""区分 of the rows in 設定."""

_STOPPING: Final = "特定商取引法13条の2(解除を妨げる不実告知の禁止)"
_OBSTRUCTING: Final = "社内の目安(妨げや引き延ばしは指摘の多いところ)"
_CALLING: Final = "特定商取引法16条から24条(電話勧誘販売)"


@dataclass(frozen=True, slots=True)
class WordRule:
    """Phrases for which a script is looked through.

    code: what stands in 設定; never changes. title: what they may be; advice: what to
    make sure of, or to say instead; catalogue keys. is_needed: the other way round: it
    is told where none of the phrases occurs.
    """

    code: str
    title: str
    phrases: tuple[str, ...]
    advice: str
    source: str
    is_needed: bool = False
    on: bool = True

    @property
    def value(self) -> str:
        """What stands in 設定 for the rule as it is now."""
        return JOINER.join(self.phrases) if self.on else UNUSED


DEFAULTS: Final[tuple[WordRule, ...]] = (
    WordRule(
        "解約できない",
        N_("解約できない、と言っている"),
        (
            "解約できません",
            "解約はできません",
            "解約できない",
            "解約はお受けできません",
            "解約は受け付けて",
            "解約いただけません",
            "キャンセルできません",
        ),
        N_("本当に条件どおりか。解約できる人に言うと、不実告知になります。"),
        _STOPPING,
    ),
    WordRule(
        "お金",
        N_("解約にお金がかかる、と言っている"),
        ("違約金", "解約金", "解約料", "手数料", "差額", "定価との"),
        N_("申込みの画面に書いてある条件だけか。書いていなければ言えません。"),
        _STOPPING,
    ),
    WordRule(
        "回数",
        N_("続ける回数や期間がある、と言っている"),
        ("回目まで", "回続け", "か月続け", "ヶ月続け", "縛り", "最低", "期間内は"),
        N_("その人の契約に、その条件が本当にあるか。確認画面と同じ言葉にします。"),
        _STOPPING,
    ),
    WordRule(
        "体への害",
        N_("やめると体や肌に悪い、と言っている"),
        (
            "やめると",
            "止めると",
            "中断すると",
            "リバウンド",
            "悪化",
            "元に戻って",
            "効果がなくな",
            "好転反応",
        ),
        N_("根拠のない不安で引き止めると、不実告知になり得ます。体調不良なら、まず中止と受診をすすめます。"),
        _STOPPING,
    ),
    WordRule(
        "法律",
        N_("法律や決まりで解約できない、と言っている"),
        ("法律上", "法律で", "法的に", "義務があり", "規則で", "システム上"),
        N_("その法律や決まりが本当にあるか。なければ不実告知になります。"),
        _STOPPING,
    ),
    WordRule(
        "期間の過ぎ",
        N_("期間を過ぎたので解約できない、と言っている"),
        ("期間を過ぎ", "過ぎておりますので", "間に合いません", "締め切り"),
        N_("表示した期限と同じか。次の回からの解約は受けます。"),
        _STOPPING,
    ),
    WordRule(
        "理由を条件に",
        N_("理由を言わないと受けない、と聞こえる"),
        (
            "理由をお聞かせいただけないと",
            "理由を伺わないと",
            "理由がないと",
            "アンケートにお答えいただいて",
            "ご理由によっては",
        ),
        N_("理由は任意です。「差し支えなければ」にします。"),
        _OBSTRUCTING,
    ),
    WordRule(
        "引き延ばし",
        N_("その場で受けず、引き延ばしている"),
        (
            "担当者が不在",
            "担当の者から",
            "後日改めて",
            "折り返しお電話",
            "上の者に確認",
            "書面でのみ",
            "電話でしか",
            "お電話のみ",
        ),
        N_("受けた人がその場で手続できるか。できないなら、今日を申出の日として扱います。"),
        _OBSTRUCTING,
    ),
    WordRule(
        "繰り返し",
        N_("断った人を、もう一度引き止めている"),
        (
            "もう一度ご検討",
            "もう一度お考え",
            "もう少しだけ",
            "せめてあと",
            "そこを何とか",
            "再度ご提案",
        ),
        N_("引き止めは一度までにします。断った人への再度の勧誘は、電話勧誘では禁止です。"),
        _CALLING,
    ),
    WordRule(
        "別の契約",
        N_("別の商品や定期をすすめている"),
        (
            "別の商品",
            "ほかの商品",
            "他の商品",
            "お得なコース",
            "特別なコース",
            "コースに変更",
            "定期コース",
            "まとめ買い",
        ),
        N_("広告に無い商品や定期を電話ですすめると電話勧誘販売です。勧誘だと先に告げ、書面と8日のクーリング・オフが要ります。"),
        _CALLING,
    ),
    WordRule(
        "急がせる",
        N_("限りがあると言って急がせている"),
        ("今だけ", "本日限り", "今日だけ", "残りわずか", "在庫が最後", "二度と"),
        N_("本当に限りがあるか。事実でなければ言えません。"),
        _STOPPING,
    ),
    WordRule(
        "意思の復唱",
        N_("解約の意思を復唱する言葉が見当たらない"),
        ("解約をご希望", "解約のご希望", "解約のお申し出", "ご解約ですね"),
        N_("はじめに「解約をご希望ですね。承ります」と受けます。"),
        _OBSTRUCTING,
        is_needed=True,
    ),
    WordRule(
        "完了の言葉",
        N_("解約が終わったことを伝える言葉が見当たらない"),
        ("解約を承りました", "解約の手続きが完了", "解約手続きが完了", "解約が完了", "解約いたしました"),
        N_("いつ付けで解約か、次の請求があるかを伝えて終えます。"),
        _OBSTRUCTING,
        is_needed=True,
    ),
)  # fmt: skip

BY_CODE: Final = {rule.code: rule for rule in DEFAULTS}


def word_rules(settings: pd.DataFrame, on: date) -> tuple[WordRule, ...]:
    """Return every rule as it counts on that day, those out of use included."""
    own = settings[settings["group"] == GROUP]
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    return tuple(_counting(rule, newest_first) for rule in DEFAULTS)


def _counting(rule: WordRule, rows: pd.DataFrame) -> WordRule:
    for value in rows.loc[rows["name"] == rule.code, "value"]:
        if str(value).strip() == UNUSED:
            return replace(rule, on=False)
        if phrases := phrases_of(str(value)):
            return replace(rule, phrases=phrases)
    return rule


def phrases_of(value: str) -> tuple[str, ...]:
    """Return the phrases that a value lists; a line break parts them as 、 does."""
    words = value.replace("\n", JOINER).replace(",", JOINER).split(JOINER)
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
