"""The default rules of severity, so that the sample carries what the app proposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.schema.vocab import (
    Answered,
    ComplaintKind,
    Harassment,
    Harm,
    OutsideThreat,
    Severity,
    Temper,
)

_UNTHREATENED = frozenset({OutsideThreat.NO, OutsideThreat.UNASKED})
_CLAIMS = {
    "解約できない": "解約できないとの申出",
    "電話がつながらない": "電話がつながらないとの申出",
    "定期と知らなかった": "定期購入と知らなかったとの申出",
}
_DELAYS = frozenset({"届かない・遅い", "欠品"})


def severity_of(values: Mapping[str, Any]) -> tuple[Severity, str]:
    """Return the severity of a complaint's values and the reasons in one line."""
    for severity, rules in (
        (Severity.CRITICAL, _critical(values)),
        (Severity.HIGH, _high(values)),
        (Severity.MEDIUM, _medium(values)),
    ):
        if reasons := [words for words, holds in rules if holds]:
            return severity, "、".join(reasons)
    return Severity.LOW, ""


def _critical(v: Mapping[str, Any]) -> list[tuple[str, bool]]:
    return [
        ("個人情報が漏れた疑い", v["leak"] is Answered.YES),
        ("重篤・入院", v["harm"] is Harm.SEVERE),
        ("重大事案の一件", bool(v.get("crisis_id"))),
    ]


def _high(v: Mapping[str, Any]) -> list[tuple[str, bool]]:
    refused = v.get("refund_refused") is Answered.YES
    return [
        ("健康被害で受診", v["harm"] is Harm.TREATED),
        ("温度感が4以上", v["temper"] in {Temper.FURIOUS, Temper.HOSTILE}),
        ("外部に相談するとの予告", v["outside_threat"] not in _UNTHREATENED),
        ("カスハラに該当", v["harassment"] is Harassment.CONFIRMED),
        ("応対から生まれた二次クレーム", v["kind"] is ComplaintKind.SECOND),
        ("交換品も不良", v["replacement_defective"] is Answered.YES),
        ("遅延・欠品で返金を断った", refused and v["claim_type"] in _DELAYS),
    ]


def _medium(v: Mapping[str, Any]) -> list[tuple[str, bool]]:
    claim = v["claim_type"]
    return [
        ("健康被害(受診なし・受診は不明)", v["harm"] is Harm.UNTREATED),
        (_CLAIMS.get(claim, ""), claim in _CLAIMS),
        ("困っている人が2人以上", (v["people_involved"] or 1) > 1),
    ]
