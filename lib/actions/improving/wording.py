"""What the figures say of an improvement, in words that a manager uses."""

from __future__ import annotations

import math
from functools import reduce
from typing import Final

from lib.actions.improving.figures import Against
from lib.actions.improving.judging import Told
from lib.actions.improving.targets import Target
from lib.i18n import N_, SOURCE, _, current
from lib.metrics.effects import SPAN, Effect, Span, Verdict
from lib.metrics.improvements import Judged

_RATES: Final = {
    Against.ORDERS: N_("受注1,000件あたり{rate}件"),
    Against.SHIPMENTS: N_("出荷1,000件あたり{rate}件"),
    Against.CASES: "{rate}%",
    Against.DAYS: N_("1日あたり{rate}件"),
}
_FACTORS: Final = {
    Against.ORDERS: 1000.0,
    Against.SHIPMENTS: 1000.0,
    Against.CASES: 100.0,
    Against.DAYS: 1.0,
}
_NOTHING: Final = "—"


def number_of(target: Target, span: Span, against: Against) -> float | None:
    """Return the figure over a span as people read it; None without exposure.

    A share in percent, of what is counted by its lack the share that is not lacking;
    cases for 1,000 orders; orders a day.
    """
    rate = span.rate
    if rate is None:
        return None
    if target.misses:
        rate = 1 - rate
    return rate * _FACTORS[against]


def rate_text(target: Target, span: Span, against: Against) -> str:
    """Return "受注1,000件あたり3.2件", "91.2%"; 「—」 where there is none."""
    number = number_of(target, span, against)
    if number is None:
        return _NOTHING
    few = against in (Against.ORDERS, Against.SHIPMENTS) and number < 1
    shown = f"{number:.2f}" if few else f"{number:,.1f}"
    return _(_RATES[against]).format(rate=shown)


_PER: Final = {
    Against.ORDERS: N_("受注1,000件あたり"),
    Against.SHIPMENTS: N_("出荷1,000件あたり"),
    Against.DAYS: N_("1日あたり"),
}


def name_text(target: Target, against: Against | None) -> str:
    """Return "苦情率 (受注1,000件あたり)", "応答率"."""
    per = _PER.get(against) if against else None
    name = _(target.name)
    return f"{name} ({_(per)})" if per else name


def short_text(target: Target, span: Span, against: Against) -> str:
    """Return the figure without what it is counted per: "3.2", "91.2%", "—"."""
    number = number_of(target, span, against)
    if number is None:
        return _NOTHING
    if against is Against.CASES:
        return f"{number:.1f}%"
    return f"{number:.2f}" if number < 1 else f"{number:,.1f}"


def compared_text(target: Target, found: Judged, against: Against) -> str:
    """Return "前28日 … → 後56日 …", as it stands in 効果 too."""
    if not found.after.days:
        return _("前{before}日 {rate}").format(
            before=SPAN, rate=rate_text(target, found.before, against)
        )
    return _("前{before}日 {rate} → 後{after}日 {then}").format(
        before=SPAN,
        rate=rate_text(target, found.before, against),
        after=found.look or found.after.days,
        then=rate_text(target, found.after, against),
    )


def verdict_text(target: Target, found: Judged, against: Against) -> str:
    """Return the verdict with how much it moved, or what is lacking for one."""
    match found.verdict:
        case Verdict.OPEN:
            return f"{_(Verdict.OPEN.value)}: {open_text(target, found, against)}"
        case Verdict.SAME:
            return _("ほぼ変わらない。良くも悪くもなっていません。")
        case verdict:
            return _("{verdict}。{how}").format(
                verdict=_(verdict.value), how=moved_text(target, found.effect)
            )


def moved_text(target: Target, found: Effect) -> str:
    """Return "約41%減った(誤差を入れても12〜62%)"; "" where nothing can be compared."""
    if found.ratio is None or found.low is None or found.high is None:
        return ""
    what = _(target.misses) if target.misses else _(target.name)
    fell = found.ratio < 1
    ends = sorted((_change(found.low), _change(found.high)))
    words = (
        _("{what}が約{change}%減った(誤差を入れても{low}〜{high}%)")
        if fell
        else _("{what}が約{change}%増えた(誤差を入れても{low}〜{high}%)")
    )
    return words.format(
        what=what, change=_change(found.ratio), low=ends[0], high=ends[1]
    )


def _change(ratio: float) -> int:
    return round(abs(ratio - 1) * 100)


def open_text(target: Target, found: Judged, against: Against) -> str:
    """Return why nothing is decided, and when and by what it would be."""
    parts = [
        _(found.effect.why.value) if found.effect.why else "",
        _next_text(found),
        _needed_text(target, found, against),
    ]
    return reduce(_joined, (part for part in parts if part), "")


def _joined(first: str, then: str) -> str:
    """Put a sentence after another as the language does: Japanese without a space."""
    if not first:
        return then
    return f"{first}{then}" if current() == SOURCE else f"{first} {then}"


def _next_text(found: Judged) -> str:
    """Say when is looked next, or that nobody looks any more."""
    if found.next_look is None:
        return _(
            "3回見ても決まりませんでした。もう自動では判断しません。人が決めてください。"
        )
    if found.wait is None or found.wait.decides_on is None:
        return _("次に見るのは{day.month}/{day.day}。").format(day=found.next_look)
    return _(
        "この調子なら{day.month}/{day.day}(始めてから{days}日)に判断できます。"
    ).format(day=found.wait.decides_on, days=found.wait.decides_after)


def _needed_text(target: Target, found: Judged, against: Against) -> str:
    """Say the least change that would decide, or how many cases it would take."""
    wait = found.wait
    if wait is None:
        return ""
    few = _few_text(target, wait.cases)
    if wait.needed is None:
        return "" if wait.decides_after else few
    words = _NEEDED[target.less_is_better, found.next_look is not None]
    said = _(words).format(
        day=found.next_look,
        name=_(target.name),
        rate=rate_text(target, Span(wait.needed, 1.0, 1), against),
        change=_change_text(target, wait.change),
    )
    is_much = target.counts_less and (wait.change or 0.0) < -_MUCH
    return _joined(said, few) if is_much and wait.cases else said


_NEEDED: Final = {
    (True, True): N_(
        "{day.month}/{day.day}までの{name}が{rate}以下{change}なら、その日に判断できます。"
    ),
    (True, False): N_("始めてからの{name}が{rate}以下{change}なら、判断できました。"),
    (False, True): N_(
        "{day.month}/{day.day}までの{name}が{rate}以上{change}なら、その日に判断できます。"
    ),
    (False, False): N_("始めてからの{name}が{rate}以上{change}なら、判断できました。"),
}
"""By whether less is better and whether somebody looks again."""


def _change_text(target: Target, change: float | None) -> str:
    """Return "(前28日より約41%以上減)"; "" where the days before were better still."""
    if change is None or (change < 0) is not target.counts_less:
        return ""
    percent = math.ceil(abs(change) * 100)
    if target.misses:
        return _("({what}が前28日より約{change}%以上減)").format(
            what=_(target.misses), change=percent
        )
    words = (
        _("(前28日より約{change}%以上減)")
        if change < 0
        else _("(前28日より約{change}%以上増)")
    )
    return words.format(change=percent)


def _few_text(target: Target, cases: int | None) -> str:
    """Say that there is too little to count, and how much there would have to be."""
    if cases is None:
        return _("件数が少ないか、ふだんから大きく動くので、数字では判断できません。")
    return _("{what}が半分に減ったことは、28日に約{cases}件あればわかります。").format(
        what=_(target.misses) if target.misses else _("件数"), cases=cases
    )


_MUCH: Final = 0.5
"""A change that few measures reach: more cases are what is lacking."""


def peak_text(found: Judged) -> str:
    """Say how far it was to come back by itself, where it began at a peak; else ""."""
    alone = found.effect.by_itself
    if alone is None or _change(alone) < _WORTH_SAYING:
        return ""
    words = (
        _(
            "始めたときは、ふだんより多い時期でした。何もしなくても約{change}%減る見込みだったので、その分は効果に数えていません。"
        )
        if alone < 1
        else _(
            "始めたときは、ふだんより少ない時期でした。何もしなくても約{change}%増える見込みだったので、その分は差し引いています。"
        )
    )
    return words.format(change=_change(alone))


_WORTH_SAYING: Final = 5
"""Percent below which nobody would notice it."""


def effect_text(told: Told) -> str:
    """Return what stands in 効果: numbers and verdict in one line; "" before a look."""
    found = told.judged
    if told.target is None or told.against is None or found is None or not found.look:
        return ""
    numbers = compared_text(told.target, found, told.against)
    return _("{verdict}。{how}").format(
        verdict=numbers, how=verdict_text(told.target, found, told.against)
    )


def relapse_text(told: Told) -> str:
    """Return how the figure stands since it settled; "" where nothing was looked at."""
    back = told.relapse
    if told.target is None or told.against is None or back is None:
        return ""
    if back.latest is None:
        return ""
    return _("定着したときまで {settled} → 直近{days}日 {latest}").format(
        settled=rate_text(told.target, back.settled, told.against),
        days=back.latest.days,
        latest=rate_text(told.target, back.latest, told.against),
    )
