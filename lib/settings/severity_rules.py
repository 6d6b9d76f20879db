"""重大度の規則: the rules that propose a severity, as data (domain.md 7.8).

A rule says: where all of these conditions hold, the case is at least that grave. What
ships can be changed in 設定 without touching code: a row of the group 「重大度の規則」
whose name is the rule's and whose value lists, joined with 、, a 重大度 and the numbers
of its thresholds (「高、90日、3件」). The word 「使わない」 switches a rule off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_, _
from lib.schema.frames import JOINER
from lib.schema.vocab import (
    AgencyKind,
    Answered,
    Choice,
    ComplaintKind,
    ContactKind,
    Harassment,
    Harm,
    OutsideThreat,
    Severity,
)
from lib.settings.agencies import CENTRES, GRAVE_LETTERS
from lib.settings.claim_types import UNUSED, Sign

GROUP: Final = "重大度の規則"
"""区分 of the rows in 設定."""

_HOLE: Final = "{n}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of a rule that people may change.

    label: what it counts, a catalogue key. form: how it stands in 設定, with `{n}`.
    """

    name: str
    label: str
    form: str
    default: int
    least: int
    most: int

    def written(self, number: int) -> str:
        """Return the number as it stands in 設定: 「3件」."""
        return self.form.replace(_HOLE, str(number))

    def read(self, word: str) -> int | None:
        """Return the number in such a word; None where it is not this one's."""
        before, after = self.form.split(_HOLE)
        found = re.fullmatch(rf"{re.escape(before)}(\d+){re.escape(after)}", word)
        number = int(found[1]) if found else None
        return number if number and self.least <= number <= self.most else None


@dataclass(frozen=True, slots=True)
class Among:
    """The field of the complaint is one of these."""

    field: str
    values: frozenset[Choice]


@dataclass(frozen=True, slots=True)
class Signed:
    """The claim type carries this sign."""

    sign: Sign


@dataclass(frozen=True, slots=True)
class Filled:
    """The field of the complaint is filled in."""

    field: str


@dataclass(frozen=True, slots=True)
class Contacted:
    """An agency has called about the case: one of `kinds`, or with one of `letters`.

    A complaint that came through a centre counts as one that a centre called about.
    """

    kinds: frozenset[AgencyKind] = frozenset(AgencyKind)
    letters: frozenset[ContactKind] = frozenset()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number in the field (of a choice: its place, 1平静 is 1) reaches a threshold.

    A field that was not asked reaches none.
    """

    field: str
    threshold: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """So many cases of one customer, this one included, within so many days."""

    cases: str
    days: str


Condition = Among | Signed | Filled | Contacted | AtLeast | Repeated


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """Where all of `when` holds, a case is at least `level`.

    name: what stands in 設定; never changes. says: the reason in words, with the
        thresholds' names in braces; a catalogue key. numbers: what stands in place of
        the thresholds' defaults.
    """

    name: str
    level: Severity
    when: tuple[Condition, ...]
    says: str = ""
    thresholds: tuple[Threshold, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    on: bool = True

    @property
    def template(self) -> str:
        """The reason, its numbers still names in braces."""
        return self.says or self.name

    def number(self, name: str) -> int:
        """Return what a threshold is set to."""
        usual = {known.name: known.default for known in self.thresholds}
        return self.numbers.get(name, usual[name])

    @property
    def all_numbers(self) -> dict[str, int]:
        """Every threshold's number by its name."""
        return {known.name: self.number(known.name) for known in self.thresholds}

    @property
    def reason(self) -> str:
        """The reason in the language of the ledger."""
        return self.template.format(**self.all_numbers)

    @property
    def value(self) -> str:
        """What stands in 設定 for the rule as it is now."""
        if not self.on:
            return UNUSED
        numbers = [known.written(self.number(known.name)) for known in self.thresholds]
        return JOINER.join([self.level.value, *numbers])


_PEOPLE = Threshold("people", N_("困っている人の数"), "{n}人", 10, 2, 100_000)
_SEVERAL = replace(_PEOPLE, default=2)
_TEMPER = Threshold("temper", N_("温度感"), "温度感{n}", 4, 2, 5)
_CASES = Threshold("cases", N_("件数"), "{n}件", 3, 2, 99)
_DAYS = Threshold("days", N_("何日のうちに"), "{n}日", 90, 1, 3_650)

_THREATENED: Final = frozenset(
    set(OutsideThreat) - {OutsideThreat.UNASKED, OutsideThreat.NO}
)


def _is(field_name: str, *values: Choice) -> Among:
    return Among(field_name, frozenset(values))


DEFAULTS: Final[tuple[SeverityRule, ...]] = (
    SeverityRule(
        N_("個人情報が漏れた疑い"), Severity.CRITICAL, (_is("leak", Answered.YES),)
    ),
    SeverityRule(N_("重篤・入院"), Severity.CRITICAL, (_is("harm", Harm.SEVERE),)),
    SeverityRule(
        N_("重大な手違いで多くの人に被害"),
        Severity.CRITICAL,
        (_is("service_failure", Answered.YES), AtLeast("people_involved", "people")),
        says=N_("重大な手違いで{people}人以上に被害"),
        thresholds=(_PEOPLE,),
    ),
    SeverityRule(N_("重大事案の一件"), Severity.CRITICAL, (Filled("crisis_id"),)),
    SeverityRule(
        N_("センター以外の機関からの連絡、期限の決まる書面"),
        Severity.CRITICAL,
        (Contacted(frozenset(AgencyKind) - CENTRES, GRAVE_LETTERS),),
    ),
    SeverityRule(N_("健康被害で受診"), Severity.HIGH, (_is("harm", Harm.TREATED),)),
    SeverityRule(
        N_("消費者センターなどからの連絡"),
        Severity.HIGH,
        (Contacted(),),
    ),
    SeverityRule(
        N_("温度感が高い"),
        Severity.HIGH,
        (AtLeast("temper", "temper"),),
        says=N_("温度感が{temper}以上"),
        thresholds=(_TEMPER,),
    ),
    SeverityRule(
        N_("外部に相談するとの予告"),
        Severity.HIGH,
        (Among("outside_threat", _THREATENED),),
    ),
    SeverityRule(
        N_("カスハラに該当"),
        Severity.HIGH,
        (_is("harassment", Harassment.CONFIRMED),),
    ),
    SeverityRule(
        N_("応対から生まれた二次クレーム"),
        Severity.HIGH,
        (_is("kind", ComplaintKind.SECOND),),
    ),
    SeverityRule(
        N_("交換品も不良"),
        Severity.HIGH,
        (_is("replacement_defective", Answered.YES),),
    ),
    SeverityRule(
        N_("遅延・欠品で返金を断った"),
        Severity.HIGH,
        (Signed(Sign.LATE), _is("refund_refused", Answered.YES)),
    ),
    SeverityRule(
        N_("同じお客様の繰り返し"),
        Severity.HIGH,
        (Repeated("cases", "days"),),
        says=N_("同じお客様から{days}日で{cases}件以上"),
        thresholds=(_DAYS, _CASES),
    ),
    SeverityRule(
        N_("健康被害(受診なし・受診は不明)"),
        Severity.MEDIUM,
        (_is("harm", Harm.UNTREATED, Harm.UNKNOWN),),
    ),
    SeverityRule(
        N_("解約できないとの申出"), Severity.MEDIUM, (Signed(Sign.CANNOT_CANCEL),)
    ),
    SeverityRule(
        N_("電話がつながらないとの申出"), Severity.MEDIUM, (Signed(Sign.UNREACHABLE),)
    ),
    SeverityRule(
        N_("定期購入と知らなかったとの申出"), Severity.MEDIUM, (Signed(Sign.UNAWARE),)
    ),
    SeverityRule(
        N_("ほかにも困っている人"),
        Severity.MEDIUM,
        (AtLeast("people_involved", "people"),),
        says=N_("困っている人が{people}人以上"),
        thresholds=(_SEVERAL,),
    ),
)
"""Highest first."""


def severity_rules(settings: pd.DataFrame, on: date) -> tuple[SeverityRule, ...]:
    """Return every rule as it counts on that day, those switched off included.

    Of several rows of one rule the one that took effect last counts; a row in which
    no word means anything (typed by hand in the sheet) is passed over.
    """
    own = settings[settings["group"] == GROUP]
    if own.empty:
        return DEFAULTS
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    return tuple(_counting(rule, newest_first) for rule in DEFAULTS)


def _counting(rule: SeverityRule, rows: pd.DataFrame) -> SeverityRule:
    for value in rows.loc[rows["name"] == rule.name, "value"]:
        if found := as_written(rule, str(value)):
            return found
    return rule


def as_written(rule: SeverityRule, value: str) -> SeverityRule | None:
    """Return the rule as a value of 設定 says; None where no word of it is known."""
    plain = unicodedata.normalize("NFKC", value).replace(",", JOINER)
    words = [word.strip() for word in plain.split(JOINER) if word.strip()]
    if words == [UNUSED]:
        return replace(rule, on=False)
    levels = [level for word in words if (level := Severity.from_text(word))]
    numbers = {
        known.name: number
        for known in rule.thresholds
        for word in words
        if (number := known.read(word)) is not None
    }
    if not (levels or numbers):
        return None
    return replace(
        rule, level=levels[-1] if levels else rule.level, numbers=numbers, on=True
    )


def in_words(reason: str) -> str:
    """Return a reason of the ledger in the person's language.

    What is no rule's (a person's own words) stays as it is.
    """
    for rule in DEFAULTS:
        if reason == rule.template:
            return _(rule.template)
        if rule.thresholds and (found := _pattern(rule.template).fullmatch(reason)):
            return _(rule.template).format(**found.groupdict())
    return _(reason)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            rf"(?P<{part}>\d+)" if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        )
    )
