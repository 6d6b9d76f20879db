"""How the words of complaints are read, for those who type in kana alone.

A dictionary of all Japanese would find many words that sound alike; these are the ones
that stand in nearly every ledger.
"""

from __future__ import annotations

import re
from typing import Final

from lib.metrics.knowledge.spelling import spelt

_READ: Final = (
    ("かいやく", "解約"), ("へんきん", "返金"), ("へんぴん", "返品"), ("こうかん", "交換"),
    ("ていき", "定期"), ("こうにゅう", "購入"), ("ちゅうもん", "注文"), ("はいそう", "配送"),
    ("はっそう", "発送"), ("ちえん", "遅延"), ("けっぴん", "欠品"), ("ふりょうひん", "不良品"),
    ("ふりょう", "不良"), ("はそん", "破損"), ("へこみ", "凹み"), ("いぶつ", "異物"),
    ("いしゅう", "異臭"), ("におい", "臭い"), ("しょうひん", "商品"), ("ようき", "容器"),
    ("けしょうすい", "化粧水"), ("びようえき", "美容液"), ("せんがん", "洗顔"),
    ("はだあれ", "肌荒れ"), ("かゆみ", "痒み"), ("ほっしん", "発疹"), ("けんこう", "健康"),
    ("おうたい", "応対"), ("たいおう", "対応"), ("でんわ", "電話"), ("おりかえし", "折返し"),
    ("そうりょう", "送料"), ("てすうりょう", "手数料"), ("せいきゅう", "請求"),
    ("にじゅう", "二重"), ("ひきおとし", "引落し"), ("しはらい", "支払い"), ("だいきん", "代金"),
    ("わりびき", "割引"), ("ねびき", "値引"), ("しゃざい", "謝罪"), ("せつめい", "説明"),
    ("ほしょう", "補償"), ("べんしょう", "弁償"), ("もうしこみ", "申込み"), ("てつづき", "手続き"),
    ("といあわせ", "問合せ"), ("とりかえ", "取替え"), ("とりけし", "取消し"), ("きげん", "期限"),
    ("こうこく", "広告"), ("ひょうじ", "表示"), ("こじんじょうほう", "個人情報"),
    ("しょうひしゃ", "消費者"), ("べんごし", "弁護士"), ("くじょう", "苦情"), ("ふまん", "不満"),
)  # fmt: skip

_KANJI: Final = {spelt(kana): spelt(kanji) for kana, kanji in _READ}
_ANY: Final = re.compile(
    "|".join(sorted(map(re.escape, _KANJI), key=len, reverse=True))
)


def in_kanji(word: str) -> str:
    """Return a spelt word with the readings it is made of in kanji; else as it is."""
    return _ANY.sub(lambda found: _KANJI[found.group()], word)
