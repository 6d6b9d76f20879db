"""重大度: the rules that propose it, each with its reason in words (domain.md 7.8).

The proposal is what the taps of the clerk add up to. A person may change it; lowering
it needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lib.i18n import N_
from lib.schema.complaint import Complaint
from lib.schema.vocab import (
    Answered,
    Channel,
    ComplaintKind,
    Harassment,
    Harm,
    OutsideThreat,
    Severity,
    Temper,
)
from lib.settings.claim_types import Sign

REPEATED_WITHIN: Final = timedelta(days=90)
"""So long the cases of one customer count together."""

REPEATED_CASES: Final = 3
"""So many cases of one customer within that time, this one included, weigh high."""

MANY_VICTIMS: Final = 10
"""So many people hit by a serious slip of ours make it critical (R66)."""

_HOT: Final = frozenset({Temper.FURIOUS, Temper.HOSTILE})
_OPEN_HARM: Final = frozenset({Harm.UNTREATED, Harm.UNKNOWN})
_THREATENED: Final = frozenset(
    set(OutsideThreat) - {OutsideThreat.UNASKED, OutsideThreat.NO}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at.

    signs: what the claim type says. earlier: cases of the same customer within
    `REPEATED_WITHIN` before this one, without this one.
    """

    complaint: Complaint
    signs: frozenset[Sign] = frozenset()
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """Where `applies(facts)`, the case is at least `level`, because of `reason`."""

    level: Severity
    reason: str
    applies: Callable[[Facts], bool]


RULES: Final[tuple[SeverityRule, ...]] = (
    SeverityRule(
        Severity.CRITICAL,
        N_("個人情報が漏れた疑い"),
        lambda f: f.complaint.leak is Answered.YES,
    ),
    SeverityRule(
        Severity.CRITICAL,
        N_("重篤・入院"),
        lambda f: f.complaint.harm is Harm.SEVERE,
    ),
    SeverityRule(
        Severity.CRITICAL,
        N_("重大な手違いで10人以上に被害"),
        lambda f: (
            f.complaint.service_failure is Answered.YES
            and (f.complaint.people_involved or 1) >= MANY_VICTIMS
        ),
    ),
    SeverityRule(
        Severity.HIGH,
        N_("健康被害で受診"),
        lambda f: f.complaint.harm is Harm.TREATED,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("消費者センターなどからの連絡"),
        lambda f: f.complaint.channel is Channel.AGENCY,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("温度感が4以上"),
        lambda f: f.complaint.temper in _HOT,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("外部に相談するとの予告"),
        lambda f: f.complaint.outside_threat in _THREATENED,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("カスハラに該当"),
        lambda f: f.complaint.harassment is Harassment.CONFIRMED,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("応対から生まれた二次クレーム"),
        lambda f: f.complaint.kind is ComplaintKind.SECOND,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("交換品も不良"),
        lambda f: f.complaint.replacement_defective is Answered.YES,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("遅延・欠品で返金を断った"),
        lambda f: Sign.LATE in f.signs and f.complaint.refund_refused is Answered.YES,
    ),
    SeverityRule(
        Severity.HIGH,
        N_("同じお客様から90日で3件以上"),
        lambda f: f.earlier + 1 >= REPEATED_CASES,
    ),
    SeverityRule(
        Severity.MEDIUM,
        N_("健康被害(受診なし・受診は不明)"),
        lambda f: f.complaint.harm in _OPEN_HARM,
    ),
    SeverityRule(
        Severity.MEDIUM,
        N_("解約できないとの申出"),
        lambda f: Sign.CANNOT_CANCEL in f.signs,
    ),
    SeverityRule(
        Severity.MEDIUM,
        N_("電話がつながらないとの申出"),
        lambda f: Sign.UNREACHABLE in f.signs,
    ),
    SeverityRule(
        Severity.MEDIUM,
        N_("定期購入と知らなかったとの申出"),
        lambda f: Sign.UNAWARE in f.signs,
    ),
    SeverityRule(
        Severity.MEDIUM,
        N_("困っている人が2人以上"),
        lambda f: (f.complaint.people_involved or 1) > 1,
    ),
)
"""Highest first. Rules on agencies' letters stand with the agency inquiries."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed severity, and every rule of that level that led to it.

    reasons: catalogue keys; empty for 低, which needs no reason.
    """

    level: Severity
    reasons: tuple[str, ...] = ()


def propose(facts: Facts) -> Proposal:
    """Return the highest level that any rule asks for, 低 where none does."""
    met = [rule for rule in RULES if rule.applies(facts)]
    if not met:
        return Proposal(Severity.LOW)
    ranks = list(Severity)
    level = max((rule.level for rule in met), key=ranks.index)
    return Proposal(level, tuple(rule.reason for rule in met if rule.level is level))
