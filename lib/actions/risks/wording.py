"""The watch over contacts in words: what was counted, against what, how sure, since when.

Never a cause and never a certainty: counts say that more came, not why (risk.md 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor, log10
from typing import TYPE_CHECKING, Final

import pandas as pd

from lib.i18n import N_, _
from lib.metrics.reason import Reason
from lib.risk.detection import Level
from lib.risk.fixed import Finding, Rule
from lib.risk.sensitivity import Sensitivity

if TYPE_CHECKING:
    from lib.actions.risks.reading import Story, Waiting

MOST_RARE: Final = 10_000
"""「約N回に1回」 beyond which only "less often" is said."""

LARGEST_RATIO: Final = 20
"""Times the usual beyond which no ratio is named: next to nothing was usual."""


def counted(week: int | None, usual: float | None, waiting: Waiting) -> Reason:
    """Return what came in the last 7 days beside what is usual, or why nobody can say."""
    details = {"count": week, "usual": usual, "days": waiting.days}
    if usual is not None:
        return Reason(N_("直近7日 {count}件(ふだんは週{usual:.1f}件)。"), details)
    if waiting.is_stale:
        return Reason(
            N_("直近7日の件数が入っていないので、増えているかを判定できません。"),
            details,
        )
    if week is None:
        return Reason(
            N_(
                "センターからの連絡の記録がまだありません。判定には、あと{days}日分要ります。"
            ),
            details,
        )
    return Reason(
        N_("直近7日 {count}件。ふだんの数と比べるには、記録があと{days}日分要ります。"),
        details,
    )


def in_short(story: Story | None, level: Level) -> Iterator[Reason]:
    """Yield one sentence on the rise that stands; nothing in calm."""
    if story is None or level < Level.WATCH:
        return
    numbers = story.numbers
    yield Reason(
        N_(
            "{start.month}/{start.day}ごろから{count}件。同じ日数の平常は{expected:.1f}件です。"
        ),
        {
            "start": story.start.likely,
            "count": numbers.count,
            "expected": numbers.expected,
        },
    )


def sentence(
    story: Story | None,
    level: Level,
    chosen: Sensitivity,
    *,
    by_orders: bool,
) -> tuple[Reason, ...]:
    """Return what to say of a rise, a sentence a part; nothing in calm.

    What was considered comes last.
    """
    if story is None or level < Level.WATCH:
        return ()
    return (
        _came(story),
        _against(story, by_orders=by_orders),
        _rarity(story),
        Reason(
            N_(
                "増え始めは{first.month}/{first.day}〜{last.month}/{last.day}ごろと見られます。"
            ),
            {"first": story.start.first, "last": story.start.last},
        ),
        _setting(level, chosen),
        *_considered(by_orders=by_orders),
    )


def calm(
    week: int | None, usual: float | None, waiting: Waiting, *, by_orders: bool
) -> tuple[Reason, ...]:
    """Return what to say while nothing has risen, or nobody can tell."""
    return (counted(week, usual, waiting), *_considered(by_orders=by_orders))


def _came(story: Story) -> Reason:
    numbers = story.numbers
    days = numbers.last - numbers.first + 1
    details = {
        "start": story.start.likely,
        "days": days,
        "known": numbers.known,
        "count": numbers.count,
    }
    if numbers.known < days:
        return Reason(
            N_(
                "{start.month}/{start.day}以降の{days}日間(件数がわかるのは{known}日)で、センターからの連絡が{count}件ありました。"
            ),
            details,
        )
    return Reason(
        N_(
            "{start.month}/{start.day}以降の{days}日間で、センターからの連絡が{count}件ありました。"
        ),
        details,
    )


def _against(story: Story, *, by_orders: bool) -> Reason:
    numbers = story.numbers
    details = {
        "expected": numbers.expected,
        "ratio": numbers.ratio,
        "low": numbers.low,
        "high": numbers.high,
        "most": LARGEST_RATIO,
    }
    if not numbers.ratio < LARGEST_RATIO:
        return Reason(N_("平常は{expected:.1f}件で、{most}倍を超えています。"), details)
    if by_orders:
        return Reason(
            N_(
                "注文数・曜日・祝日から見た平常は{expected:.1f}件で、約{ratio:.1f}倍です(90%の幅 {low:.1f}〜{high:.1f}倍)。"
            ),
            details,
        )
    return Reason(
        N_(
            "曜日・祝日から見た平常は{expected:.1f}件で、約{ratio:.1f}倍です(90%の幅 {low:.1f}〜{high:.1f}倍)。"
        ),
        details,
    )


def _rarity(story: Story) -> Reason:
    """Say how rare it is, and that the spell was chosen because it stands out."""
    times = story.numbers.one_in
    if not times < MOST_RARE:
        return Reason(
            N_(
                "この期間だけを見た場合、平常のままこの件数以上になるのは{most:,}回に1回より少ないことです。"
            ),
            {"most": MOST_RARE},
        )
    return Reason(
        N_(
            "この期間だけを見た場合、平常のままこの件数以上になるのは約{times:,}回に1回です。"
        ),
        {"times": _two_digits(times)},
    )


def _two_digits(number: float) -> int:
    """Return a number of 1 or more without more digits than are known: 660, not 657."""
    shift = 10 ** max(floor(log10(max(number, 1))) - 1, 0)
    return int(round(number / shift) * shift)


def _setting(level: Level, chosen: Sensitivity) -> Reason:
    details = {"times": chosen.false_alarms}
    words = {"name": chosen.label}
    if level is Level.ALARM:
        return Reason(
            N_("感度「{name}」の警報は、平常でも年に約{times:.0f}回は出る設定です。"),
            details,
            words,
        )
    return Reason(
        N_(
            "感度「{name}」の注意は警報より弱い手がかりで、そのまま平常に戻ることも多くあります。"
        ),
        words=words,
    )


def _considered(*, by_orders: bool) -> tuple[Reason, ...]:
    if by_orders:
        return (
            Reason(
                N_(
                    "考えに入れたもの: 注文数・曜日・祝日。入れていないもの: 広告・報道・季節。"
                )
            ),
        )
    return (
        Reason(
            N_(
                "考えに入れたもの: 曜日・祝日。入れていないもの: 注文数・広告・報道・季節。"
            )
        ),
        Reason(N_("注文数なし: 伸びている会社では誤報が増えます。")),
    )


# Signs that need no statistics --------------------------------------------------------


def sign(
    found: Finding, inquiries: pd.DataFrame, product_names: Mapping[str, str]
) -> Reason:
    """Return what a fixed rule has found."""
    count = len(found.cases)
    if found.rule is Rule.OTHER_AGENCY:
        kinds = inquiries["agency_kind"].reindex(list(found.cases)).dropna().unique()
        said = _("、").join(_(str(kind)) for kind in kinds)
        return Reason(
            N_("センター以外から連絡がありました({kinds})。"), {"kinds": said}
        )
    if found.rule is Rule.SAME_CASE:
        first = inquiries.loc[found.cases[0]]
        code = str(first["product_code"])
        return Reason(
            N_("同じ商品・同じ内容が14日で{count}件あります({product}・{category})。"),
            {"count": count, "product": product_names.get(code) or code},
            {"category": str(first["category"])},
        )
    return Reason(_SIGNS[found.rule], {"count": count})


_SIGNS: Final = {
    Rule.ASKED_AGAIN: N_("回答の前に再連絡を受けた件が{count}件あります。"),
    Rule.MANY_IN_A_WEEK: N_("7日で{count}件あり、決めた件数に届いています。"),
    Rule.LIKE_HARM: N_("症状と商品の似た健康被害(受診あり)が{count}件あります。"),
    Rule.HARD_TO_REACH: N_(
        "応答率が3日続けて80%を下回り、14日の間にセンターからの連絡が{count}件あります。"
    ),
}
