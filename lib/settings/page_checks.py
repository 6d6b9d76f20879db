"""ページ点検の項目: what to look at on each kind of page, as data (R14, L9-L12).

What ships can be changed in 設定 without touching code: a row of the group
「ページ点検の項目」 whose name is the item's code, whose value is the kind of page (or
「使わない」) and whose description, where there is one, is what to look at. A name that is
no code is an item of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.vocab import PageKind
from lib.settings.business import BusinessSetting
from lib.settings.claim_types import UNUSED

GROUP: Final = N_("ページ点検の項目")
"""区分 of the rows in 設定."""

OWN_SOURCE: Final = N_("社内")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a check.

    code: what stands in ページ点検 and 設定; never changes. title: what has to be so;
        hint: what to look at. Catalogue keys, but where a company wrote its own.
    source: law and article, or who says so.
    """

    code: str
    kind: PageKind
    title: str
    hint: str
    source: str
    on: bool = True

    @property
    def is_own(self) -> bool:
        """Whether a company added it."""
        return self.code not in BY_CODE

    @property
    def value(self) -> str:
        """What stands in 設定 for the item as it is now."""
        return self.kind.value if self.on else UNUSED


EVERY_MONTHS: Final = BusinessSetting(
    N_("ページ点検"),
    N_("点検の間隔"),
    N_("前の点検からこの月数がたつと、もう一度点検する時期です。"),
    default="3",
    field="page_check_months",
    kind="number",
    unit=N_("か月"),
)

_LANDING, _CONFIRM, _CANCEL, _RETURNS, _SCRIPT = PageKind

_L9: Final = "特定商取引法12条の6第1項(最終確認画面の表示)"
_L9_MISLEADING: Final = "特定商取引法12条の6第2項(誤認させる表示の禁止)"
_L10: Final = "特定商取引法13条の2(解除を妨げる不実告知の禁止)"
_L11: Final = "特定商取引法15条の3・11条(返品特約の表示)"
_L12: Final = "特定商取引法2条3項・16条から24条(電話勧誘販売)"
_ADVERT: Final = "特定商取引法11条・12条(広告の表示、誇大広告の禁止)"
_READABLE: Final = "社内の目安(スマホで読めること)"
_FAIR: Final = "社内の目安(指摘の多いところ)"

DEFAULTS: Final[tuple[Item, ...]] = (
    Item(
        "LP・購入条件",
        _LANDING,
        N_("購入の条件が、申し込む前に分かる"),
        N_("値段・送料・支払・届く時期・解約の条件を、申込ボタンより前に探せるか。"),
        _ADVERT,
    ),
    Item(
        "LP・定期",
        _LANDING,
        N_("定期購入だと、大きく分かる"),
        N_("「定期」の文字が、初回の値段と同じくらいの大きさで、そばにあるか。"),
        _FAIR,
    ),
    Item(
        "LP・総額",
        _LANDING,
        N_("2回目からの値段と、続ける回数の条件が並んでいる"),
        N_("初回だけの値段が目立ち、2回目からが小さな注記になっていないか。"),
        _ADVERT,
    ),
    Item(
        "LP・文字",
        _LANDING,
        N_("スマホで読める文字の大きさと色"),
        N_("拡大しないで読めるか。背景に近い色や、画像の中の細かい字がないか。"),
        _READABLE,
    ),
    Item(
        "LP・効果",
        _LANDING,
        N_("効果・お客様の声・限定の言葉に根拠がある"),
        N_("言い切り、「今だけ」「No.1」「返金保証」の条件と根拠を示せるか。"),
        "景品表示法5条・7条2項",
    ),
    Item(
        "LP・電話",
        _LANDING,
        N_("電話番号と受付時間が見つかる"),
        N_("実際にかけて、つながるか。番号と時間が今のものか。"),
        _ADVERT,
    ),
    Item(
        "確認・分量",
        _CONFIRM,
        N_("分量が書いてある"),
        N_("数・容量・回数。定期なら、各回の数と、総数か期間が決まっていないこと。"),
        _L9,
    ),
    Item(
        "確認・価格",
        _CONFIRM,
        N_("価格と送料が書いてある"),
        N_("税込みの総額と送料。定期なら、各回の値段と支払う総額。"),
        _L9,
    ),
    Item(
        "確認・支払",
        _CONFIRM,
        N_("支払の時期と方法が書いてある"),
        N_("いつ、どうやって払うか。定期なら、各回の請求の時期。"),
        _L9,
    ),
    Item(
        "確認・引渡",
        _CONFIRM,
        N_("引渡しの時期が書いてある"),
        N_("いつ届くか。定期なら、次の回がいつ届くか。"),
        _L9,
    ),
    Item(
        "確認・期間",
        _CONFIRM,
        N_("申込みの期間があれば書いてある"),
        N_("期間限定の申込みなら、その期間。なければ「対象外」。"),
        _L9,
    ),
    Item(
        "確認・解除",
        _CONFIRM,
        N_("撤回・解除の条件と方法が書いてある"),
        N_("返品・解約の条件、連絡先、いつまでか。離れたリンクだけになっていないか。"),
        _L9,
    ),
    Item(
        "確認・定期総額",
        _CONFIRM,
        N_("定期の総額・回数・解約の方法がひと目で分かる"),
        N_("続ける回数の条件、その総額、解約の方法と期限を、同じ画面で読めるか。"),
        _L9,
    ),
    Item(
        "確認・誤認",
        _CONFIRM,
        N_("申込みだと分かり、誤解させる表示がない"),
        N_(
            "ボタンが「注文を確定する」と分かるか。「お試し」「いつでも解約」に条件がないか。"
        ),
        _L9_MISLEADING,
    ),
    Item(
        "確認・文字",
        _CONFIRM,
        N_("スマホで読める文字の大きさと色"),
        N_("6つの項目を、拡大しないで読めるか。たたんだ中に隠れていないか。"),
        _READABLE,
    ),
    Item(
        "解約・見つかる",
        _CANCEL,
        N_("解約の入口が見つかる"),
        N_("マイページやフッターから、迷わず3回くらいの操作で着くか。"),
        _FAIR,
    ),
    Item(
        "解約・終わる",
        _CANCEL,
        N_("表示どおりの方法で、最後まで解約できる"),
        N_("実際に試す。引き止めの画面は一度までか。電話だけなら、つながるか。"),
        _L10,
    ),
    Item(
        "解約・うそ",
        _CANCEL,
        N_("解約させないための、事実でない言葉がない"),
        N_(
            "「解約できません」「違約金がかかります」など、条件に無いことを書いていないか。"
        ),
        _L10,
    ),
    Item(
        "解約・期限",
        _CANCEL,
        N_("次の回に間に合う期限が書いてある"),
        N_("「次回お届けの何日前まで」が、解約の画面と確認画面で同じか。"),
        _FAIR,
    ),
    Item(
        "解約・控え",
        _CANCEL,
        N_("解約できたことが、お客様に残る"),
        N_("完了の画面とメールに、日付と、以後の請求がないことが出るか。"),
        _FAIR,
    ),
    Item(
        "返品・有無",
        _RETURNS,
        N_("返品できるか、できないかが書いてある"),
        N_("表示がなければ、受け取った日から8日のあいだ返品できます(送料はお客様)。"),
        _L11,
    ),
    Item(
        "返品・条件",
        _RETURNS,
        N_("返品の期間・条件・送料の負担が書いてある"),
        N_("いつまで、どんな状態なら、どちらが送料を払うか。"),
        _L11,
    ),
    Item(
        "返品・場所",
        _RETURNS,
        N_("広告と最終確認画面の両方から読める"),
        N_("返品特約は、広告に見やすく、確認画面にも要ります。"),
        _L11,
    ),
    Item(
        "返品・保証",
        _RETURNS,
        N_("返金保証の条件が、保証の言葉のそばにある"),
        N_("「全額返金」の対象・期限・送り返す物を、小さな字にしていないか。"),
        "景品表示法5条2号",
    ),
    Item(
        "台本・うそ",
        _SCRIPT,
        N_("解約させないための、事実でない言葉がない"),
        N_(
            "解約できるのに「できない」、条件に無い違約金、体への害などを言っていないか。"
        ),
        _L10,
    ),
    Item(
        "台本・妨げ",
        _SCRIPT,
        N_("解約を妨げたり、引き延ばしたりしない"),
        N_(
            "たらい回し、担当者不在、理由を言うまで受けない、何度も引き止める、がないか。"
        ),
        _L10,
    ),
    Item(
        "台本・意思",
        _SCRIPT,
        N_("はじめに解約の意思を復唱する"),
        N_("「解約をご希望ですね」と受けてから、引き止めは一度までか。"),
        _FAIR,
    ),
    Item(
        "台本・勧誘",
        _SCRIPT,
        N_("ほかの商品や定期をすすめる前に、勧誘だと告げる"),
        N_("広告に無い商品や定期を電話ですすめると、電話勧誘販売に当たり得ます。"),
        _L12,
    ),
    Item(
        "台本・書面",
        _SCRIPT,
        N_("電話で契約を変えたら、書面と8日のクーリング・オフを案内する"),
        N_("断った人に、もう一度すすめていないか。書面を送る手順があるか。"),
        _L12,
    ),
    Item(
        "台本・完了",
        _SCRIPT,
        N_("解約の完了と、以後の請求を伝える"),
        N_("いつ付けで解約か、次の請求があるか、控えをどう送るか。"),
        _FAIR,
    ),
)
"""By kind, in the order in which one looks at a page."""

BY_CODE: Final = {item.code: item for item in DEFAULTS}


def items(settings: pd.DataFrame, on: date) -> tuple[Item, ...]:
    """Return every item as it counts on that day, those out of use included.

    Of several rows of one item the one that took effect last counts; a row that names
    no kind of page (typed by hand in the sheet) is passed over. Own items stand behind
    ours, each kind's in the order in which they were added.
    """
    own = settings[settings["group"] == GROUP]
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    if valid.empty:
        return DEFAULTS
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    ours = [_counting(item, newest_first) for item in DEFAULTS]
    names = dict.fromkeys(valid.sort_values("effective_from", kind="stable")["name"])
    added = [
        found
        for name in names
        if name not in BY_CODE and (found := _own(str(name), newest_first))
    ]
    kinds = list(PageKind)
    return tuple(sorted([*ours, *added], key=lambda item: kinds.index(item.kind)))


def list_of(every: Iterable[Item], kind: PageKind) -> tuple[Item, ...]:
    """Return the items that a page of that kind is checked against."""
    return tuple(item for item in every if item.on and item.kind is kind)


def _counting(item: Item, rows: pd.DataFrame) -> Item:
    own = rows[rows["name"] == item.code]
    for value, hint in zip(own["value"], own["description"], strict=True):
        if found := _as_written(item, str(value), str(hint)):
            return found
    return item


def _as_written(item: Item, value: str, hint: str) -> Item | None:
    hint = hint.strip() or item.hint
    if value.strip() == UNUSED:
        return replace(item, on=False, hint=hint)
    is_readable = PageKind.from_text(value.strip()) is item.kind
    return replace(item, on=True, hint=hint) if is_readable else None


def _own(name: str, rows: pd.DataFrame) -> Item | None:
    """Return an item of one's own; None where no row of that name can be read.

    One that is out of use is as the row before said, so that it can be used again.
    """
    own = rows[rows["name"] == name]
    off = False
    for value, hint in zip(own["value"], own["description"], strict=True):
        if str(value).strip() == UNUSED:
            off = True
        elif kind := PageKind.from_text(str(value).strip()):
            return Item(name, kind, name, str(hint).strip(), OWN_SOURCE, not off)
    return None
