"""What the figures say of an improvement, in words that a manager uses."""

from __future__ import annotations

from typing import Final

from lib.actions.improving.figures import Against
from lib.actions.improving.judging import Told
from lib.actions.improving.targets import Target
from lib.i18n import N_, _
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


def verdict_text(target: Target, found: Judged) -> str:
    """Return the verdict with how much it moved, or what is lacking for one."""
    match found.verdict:
        case Verdict.OPEN:
            return f"{_(Verdict.OPEN.value)}: {waiting_text(found)}"
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


def waiting_text(found: Judged) -> str:
    """Return how long, or how many cases, it takes until something can be said."""
    if not found.look and found.next_look is not None:
        said = _("{day.month}/{day.day}に、28日分がそろいます。").format(
            day=found.next_look
        )
        return said + _further(found)
    if found.effect.more_days is None:
        return _("このままの数では、半年待っても決まりません。人が決めてください。")
    words = _("あと約{days}日、または約{count}件").format(
        days=found.effect.more_days, count=found.more_events
    )
    if found.next_look is None:
        return words
    return words + _("(次に見るのは{day.month}/{day.day})").format(day=found.next_look)


def _further(found: Judged) -> str:
    if found.effect.more_days is None or found.more_events is None:
        return ""
    return _("いまの様子では、あと約{days}日、または約{count}件。").format(
        days=found.effect.more_days, count=found.more_events
    )


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
        verdict=numbers, how=verdict_text(told.target, found)
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
