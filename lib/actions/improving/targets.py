"""THE list of figures that an improvement may be meant to move.

A new one is one entry: which counts it is made of and which way is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.i18n import N_
from lib.metrics.kpis import kpi


@dataclass(frozen=True, slots=True)
class Target:
    """One figure. `name` stands in 動かす数字 of the sheet; a catalogue key.

    cases: counts of `metrics.events` whose rows are the events, so that a scope can
        choose among them; () where the figure has a KPI instead.
    without: counts whose rows are no events though they are among `cases`.
    among: the count that the events are a part of; "" where they are set against the
        company's orders.
    kpi: the KPI whose numerator and denominator are counted, for figures without cases.
    misses: what is counted where a share is judged by what it lacks ("出られなかった電話");
        "" where the events themselves are counted. Missing a tenth less is a change of a
        rate that one can see; a share of nine tenths hardly moves as a ratio.
    """

    code: str
    name: str
    less_is_better: bool
    cases: str = ""
    without: str = ""
    among: str = ""
    kpi: str = ""
    misses: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the events are a part of the exposure."""
        return bool(self.among) or (bool(self.kpi) and kpi(self.kpi).is_share)

    @property
    def is_daily(self) -> bool:
        """Whether it is counted by day."""
        return bool(self.kpi) and not self.is_share

    @property
    def counts_less(self) -> bool:
        """Whether fewer of the counted events are better."""
        return self.less_is_better or bool(self.misses)


COMPLAINT_RATE: Final = "complaint_rate"

TARGETS: Final[tuple[Target, ...]] = (
    Target(COMPLAINT_RATE, N_("苦情率"), less_is_better=True, cases="complaints"),
    Target(
        "referral_rate", N_("センター入電率"), less_is_better=True, cases="referrals"
    ),
    Target(
        "second_complaint_rate",
        N_("二次クレーム率"),
        less_is_better=True,
        cases="second_complaints",
        without="hostile_seconds",
        among="complaints",
    ),
    Target(
        "promises_kept_rate",
        N_("約束を守れた割合"),
        less_is_better=False,
        cases="promises_kept",
        among="promises_due",
        misses=N_("守れなかった約束"),
    ),
    Target(
        "answer_rate",
        N_("応答率"),
        less_is_better=False,
        kpi="answer_rate",
        misses=N_("出られなかった電話"),
    ),
    Target(
        "retention_success",
        N_("抑止成功率"),
        less_is_better=False,
        kpi="retention_success",
    ),
    Target("orders", N_("受注件数"), less_is_better=False, kpi="orders"),
)

_ALSO: Final = {
    "折返し遵守率": "promises_kept_rate",
    "消費者センター率": "referral_rate",
}
"""Other names under which people know a figure."""

_BY_WORD: Final = {
    **{target.code: target for target in TARGETS},
    **{target.name: target for target in TARGETS},
}


def target_of(word: str) -> Target | None:
    """Return the figure of that code or name; None for "" and for words of one's own."""
    word = word.strip()
    return _BY_WORD.get(_ALSO.get(word, word))
