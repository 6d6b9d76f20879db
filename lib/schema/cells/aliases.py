"""Other words for the choices, as people write them in sheets and old files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.schema import vocab
from lib.schema.vocab import Choice

_YES: Final = "TRUE はい ○ ◯ 〇 ◎ レ ✓ ✔ ☑ 1 有 あり 有り yes y on"
_NO: Final = "FALSE いいえ × ✕ ☐ 0 無 なし 無し no n off"
_UNASKED: Final = "未確認 不明 未 ? 確認中 未聴取"

ALIASES: Final[Mapping[type[Choice], Mapping[str, str]]] = {
    vocab.Flag: {
        "YES": f"{_YES} 済 有効 使用中 在籍 対象 販売中 する",
        "NO": f"{_NO} 無効 停止 退職 対象外 終売 しない",
    },
    vocab.Done: {
        "DONE": f"{_YES} 済み 完了 確認済 確認済み 確定 実施済 done",
        "NOT_YET": f"{_NO} 未了 未完了 未確認 未実施 まだ 未確定",
    },
    vocab.Answered: {
        "YES": f"{_YES} 疑い 疑いあり 該当",
        "NO": f"{_NO} 該当なし 疑いなし",
        "UNASKED": _UNASKED,
    },
    vocab.Recording: {"YES": _YES, "NO": _NO, "UNKNOWN": _UNASKED},
    vocab.Harm: {"NO": f"{_NO} 該当なし", "UNASKED": "未 未聴取"},
    vocab.Fault: {"YES": _YES, "NO": _NO, "CHECKING": "未確認 調査中"},
    vocab.Harassment: {
        "CONFIRMED": _YES,
        "NO": f"{_NO} 該当なし 非該当",
        "SUSPECTED": "疑いあり 疑わしい",
        "UNASKED": _UNASKED,
    },
    vocab.Temper: {
        "CALM": "1 平静 冷静",
        "DISSATISFIED": "2 不満",
        "ANGRY": "3 怒り 立腹",
        "FURIOUS": "4 激怒",
        "HOSTILE": "5 悪意 制御不能",
        "UNASKED": "0 不明 未",
    },
    vocab.ComplaintStatus: {
        "RECEIVED": "受付済 受付済み 受付中 新規 未対応 未着手",
        "WORKING": "対応中です 処理中 進行中",
        "WAITING_CUSTOMER": "お客様待ち 顧客返答待ち お客様返答待ち",
        "WAITING_INSIDE": "社内確認中 社内確認待ち",
        "CLOSED": (
            "完了済 完了済み 対応済 対応済み 対応完了 解決 解決済 解決済み 終了 済 クローズ"
        ),
        "CANCELLED": "取り消し 取消し キャンセル",
    },
    vocab.InquiryStatus: {
        "RECEIVED": "受付済 受付済み 新規 未対応",
        "ANSWERED": "回答済み",
        "CLOSED": "完了済 完了済み 対応済 対応済み 終了 解決 済",
        "CANCELLED": "取り消し 取消し",
    },
    vocab.Channel: {
        "PHONE": "TEL 電話受付 入電 お電話",
        "MAIL": "mail e-mail eメール",
        "FORM": "問合せフォーム お問い合わせフォーム WEBフォーム WEB",
        "CHAT": "LINE チャットボット",
        "REVIEW": "口コミ クチコミ",
        "LETTER": "手紙 郵便 はがき FAX",
        "AGENCY": "消費者センター 消費生活センター",
    },
    vocab.Severity: {
        "LOW": "小 軽 軽微",
        "MEDIUM": "普通 中程度",
        "HIGH": "大 重 重大",
        "CRITICAL": "緊急 最高",
    },
    vocab.Promise: {
        "CALL_BACK": "折り返し 折返し電話 折り返し電話 折電",
        "SHIPMENT": "再送 再発送",
    },
    vocab.ComplaintKind: {
        "FIRST": "一次クレーム 1次",
        "SECOND": "二次クレーム 2次",
        "WISH": "要望",
    },
    vocab.Request: {
        "REFUND": "返金希望",
        "EXCHANGE": "交換希望",
        "CANCELLATION": "解約希望",
        "NOTHING": "なし 特になし",
        "UNASKED": "不明 未",
    },
    vocab.BusinessDay: {
        "OPEN": "営業日 通常 平日 ○",
        "SHORT": "短縮営業 時短",
        "CLOSED": "休業日 定休日 休日 休み 休 ×",
    },
    vocab.Role: {
        "ADMIN": "管理",
        "MANAGER": "SV スーパーバイザー 責任者",
        "CLERK": "担当者 オペレーター",
        "OUTSOURCED": "委託 外部委託",
        "VIEWER": "閲覧者 閲覧のみ",
    },
    vocab.ProductKind: {
        "HEALTH_FOOD": "特定保健用食品",
        "FOOD": "食品",
        "GOODS": "雑貨 機器",
        "UNKNOWN": "?",
    },
    vocab.AgencyKind: {
        "CONSUMER_CENTRE": "消費者センター 消セン",
        "NATIONAL_CENTRE": "国セン",
    },
}
"""Other ways to write a choice, divided by blanks, by vocabulary and name. Never a
guess: a word that may mean two choices of a vocabulary stands for none."""
