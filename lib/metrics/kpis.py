"""The KPI registry: how each figure is made, in words and in symbols (domain.md 4).

Counts are kept and shares made from them: a period's value is the sum of the
numerators over the sum of the denominators, taken only over days on which both are
known. A blank is missing, never 0, and nothing divided by nothing is None, which the
screen shows as 「—」.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

import pandas as pd

from lib.i18n import N_, _
from lib.metrics.figures import label_of
from lib.schema.vocab import AnswerRateMethod, UtilisationMethod


class Unit(StrEnum):
    """What a value is counted in; shares are 0-1 inside, percent only on screen."""

    COUNT = "件"
    SHARE = "%"
    SECONDS = "秒"
    PER_HOUR = N_("件/時間")
    PER_THOUSAND = N_("出荷千件あたり")


class Better(StrEnum):
    """Which way a value should go; NONE where more is neither good nor bad."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sum:
    """Columns of `figures` added up within a row.

    if_known: taken away where entered, and nothing taken away where blank.
    times: what the sum is multiplied by (minutes into seconds).
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    if_known: tuple[str, ...] = ()
    times: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        return self.plus + self.minus + self.if_known

    def of(self, days: pd.DataFrame) -> pd.Series:
        """Return the sum for each row, NaN where a part of it is missing."""
        total = days[self.plus[0]]
        for name in self.plus[1:]:
            total = total + days[name]
        for name in self.minus:
            total = total - days[name]
        for name in self.if_known:
            total = total - days[name].fillna(0.0)
        return total * self.times

    def of_day(self, counts: Mapping[str, Any]) -> float | None:
        """Return the sum for one day's counts, None where a part of it is missing."""
        plus = [counts[name] for name in self.plus]
        minus = [counts[name] for name in self.minus]
        if any(count is None for count in plus + minus):
            return None
        known = [counts[name] or 0 for name in self.if_known]
        return float((sum(plus) - sum(minus) - sum(known)) * self.times)

    def symbol(self) -> str:
        """Return the sum as people write it, e.g. 「着信数 − 短時間放棄数」."""
        text = " + ".join(_(label_of(name)) for name in self.plus)
        for name in self.minus + self.if_known:
            text += f" − {_(label_of(name))}"
        if self.times != 1:
            return f"{_bracketed(text)} × {self.times}"
        return text


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator; without one, a plain count."""

    numerator: Sum
    denominator: Sum | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        below = self.denominator.columns if self.denominator else ()
        return self.numerator.columns + below


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure.

    words: what it says, in one sentence; a catalogue key like `name` and `edge`.
    ratios: one, or one for each method of the centre's field `chosen_by`.
    rows: the table whose rows a figure opens.
    edge: what happens at the edges, said to people.
    origin: where the definition comes from.
    target: the usual aim where the centre has none of its own.
    factor: what the quotient is multiplied by (1,000 shipments).
    company: counts of all centres and of the company row are added up by day before
        dividing, because numerator and denominator stand on different rows.
    window: days that a value of one day looks back over, itself included.
    at_least: the denominator below which there is no rate, only a count.
    lowest: a period's value is its lowest day, not its sum.
    """

    code: str
    name: str
    words: str
    ratios: tuple[tuple[str, Ratio], ...]
    unit: Unit
    better: Better
    decimals: int
    edge: str
    origin: str
    rows: Literal["kpi_days", "complaints", "agency_inquiries"] = "kpi_days"
    chosen_by: str = ""
    target: float | None = None
    factor: int = 1
    company: bool = False
    window: int = 1
    at_least: float = 0.0
    lowest: bool = False

    @property
    def is_share(self) -> bool:
        """Whether the value is a part of a whole, 0-1."""
        return self.unit is Unit.SHARE

    def symbol(self, method: str = "") -> str:
        """Return the formula in the current language, e.g. 「応答数 ÷ 着信数 × 100」.

        `method` is the centre's choice; without it the first definition is given.
        """
        ratio = dict(self.ratios).get(method, self.ratios[0][1])
        above = ratio.numerator.symbol()
        if ratio.denominator is None:
            return above
        text = f"{_bracketed(above)} ÷ {_bracketed(ratio.denominator.symbol())}"
        shown = 100 if self.is_share else self.factor
        return f"{text} × {shown:,}" if shown != 1 else text


def one(numerator: Sum, denominator: Sum | None = None) -> tuple[tuple[str, Ratio]]:
    """Return the `ratios` of a KPI that has one definition."""
    return (("", Ratio(numerator, denominator)),)


_OFFERED = Sum(("offered",))
_OFFERED_LASTING = Sum(("offered",), minus=("short_abandoned",))
_ANSWERED = Sum(("answered",))
_HANDLING = Sum(("talk_seconds", "hold_seconds", "acw_seconds"))
_STAFFED_SECONDS = Sum(("staffed_minutes",), times=60)
_CANCELLATIONS = Sum(("cancel_requests",), if_known=("retention_excluded",))
_SHIPMENTS = Sum(("shipments",))

_BLANK_DAY = N_("未入力の日は、分子からも分母からも除きます。")
_OWN_CHOICE = N_("方式はセンターごとに決め、方式の違うセンターは合算しません。")
_ANSWERED_ONLY = N_("出られた電話だけで平均し、切れた電話は入れません。")
_NO_PRAISE = N_("高いほど良いとは限りません。苦情・センターからの連絡と並べて見ます。")

KPIS: Final[tuple[Kpi, ...]] = (
    Kpi(
        "offered",
        N_("着信数"),
        N_("受付時間内にかかってきた電話の数です。"),
        one(_OFFERED),
        Unit.COUNT,
        Better.NONE,
        0,
        N_("自動音声の途中で切れた電話と、話し中で届かなかった電話は含みません。"),
        "domain.md 4",
    ),
    Kpi(
        "answered",
        N_("応答数"),
        N_("出られた電話の数です。"),
        one(_ANSWERED),
        Unit.COUNT,
        Better.NONE,
        0,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "abandoned",
        N_("放棄数"),
        N_("出る前に切れた電話の数です。"),
        one(Sum(("abandoned",))),
        Unit.COUNT,
        Better.LOWER,
        0,
        N_("着信数 = 応答数 + 放棄数 になる数です。"),
        "domain.md 4",
    ),
    Kpi(
        "answer_rate",
        N_("応答率"),
        N_("かかってきた電話のうち、出られた割合です。"),
        (
            (AnswerRateMethod.ALL_OFFERED.value, Ratio(_ANSWERED, _OFFERED)),
            (AnswerRateMethod.WITHOUT_SHORT.value, Ratio(_ANSWERED, _OFFERED_LASTING)),
        ),
        Unit.SHARE,
        Better.HIGHER,
        1,
        _OWN_CHOICE,
        "domain.md 4",
        chosen_by="answer_rate_method",
        target=0.90,
    ),
    Kpi(
        "worst_hour_answer_rate",
        N_("最悪時間帯の応答率"),
        N_("いちばん出られなかった時間帯の応答率です。"),
        one(Sum(("worst_answered",)), Sum(("worst_offered",))),
        Unit.SHARE,
        Better.HIGHER,
        1,
        N_("着信が10件に満たない時間帯は見ません。期間では最も低い日を示します。"),
        "domain.md 4",
        at_least=10,
        lowest=True,
    ),
    Kpi(
        "abandonment_rate",
        N_("放棄率"),
        N_("かかってきた電話のうち、出る前に切れた割合です。"),
        one(Sum(("abandoned",)), _OFFERED),
        Unit.SHARE,
        Better.LOWER,
        1,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "service_level",
        N_("サービスレベル"),
        N_("短時間で切れた電話を除く着信のうち、決めた秒数の内に出られた割合です。"),
        one(Sum(("answered_in_time",)), _OFFERED_LASTING),
        Unit.SHARE,
        Better.HIGHER,
        1,
        N_(
            "短時間放棄数が空欄の日は計算しません。応答数で割る流儀とは値が変わります。"
        ),
        "domain.md 4",
        target=0.80,
    ),
    Kpi(
        "average_wait",
        N_("平均応答速度"),
        N_("出られた電話が、出るまでに待った時間の平均です。"),
        one(Sum(("wait_seconds",)), _ANSWERED),
        Unit.SECONDS,
        Better.LOWER,
        0,
        _ANSWERED_ONLY,
        "domain.md 4",
    ),
    Kpi(
        "average_talk",
        N_("平均通話時間"),
        N_("一本の電話で話した時間の平均です。"),
        one(Sum(("talk_seconds",)), _ANSWERED),
        Unit.SECONDS,
        Better.NONE,
        0,
        N_("保留を通話に含めて数える交換機では、保留を別に足しません。"),
        "domain.md 4",
    ),
    Kpi(
        "average_hold",
        N_("平均保留時間"),
        N_("一本の電話で保留にした時間の平均です。"),
        one(Sum(("hold_seconds",)), _ANSWERED),
        Unit.SECONDS,
        Better.LOWER,
        0,
        _ANSWERED_ONLY,
        "domain.md 4",
    ),
    Kpi(
        "average_acw",
        N_("平均後処理時間"),
        N_("電話を切った後の入力などにかかった時間の平均です。"),
        one(Sum(("acw_seconds",)), _ANSWERED),
        Unit.SECONDS,
        Better.NONE,
        0,
        _ANSWERED_ONLY,
        "domain.md 4",
    ),
    Kpi(
        "average_handling",
        N_("平均処理時間"),
        N_("通話・保留・後処理を合わせた、一本あたりの時間です。"),
        one(_HANDLING, _ANSWERED),
        Unit.SECONDS,
        Better.NONE,
        0,
        N_(
            "保留が通話に含まれる交換機では、保留秒合計に0を入れます。二重に足しません。"
        ),
        "domain.md 4",
    ),
    Kpi(
        "calls_per_hour",
        N_("1時間あたり応答数"),
        N_("勤務1時間に出られた電話の数です。"),
        one(_ANSWERED, Sum(("staffed_minutes",))),
        Unit.PER_HOUR,
        Better.NONE,
        1,
        N_("勤務時間が0の日は計算しません。業務の中身で大きく変わります。"),
        "domain.md 4",
        factor=60,
    ),
    Kpi(
        "occupancy",
        N_("占有率"),
        N_("電話に向き合っていた時間のうち、待機でなかった割合です。"),
        one(
            _HANDLING,
            Sum(("talk_seconds", "hold_seconds", "acw_seconds", "idle_seconds")),
        ),
        Unit.SHARE,
        Better.NONE,
        1,
        N_("休憩・研修は含みません。高すぎると人が疲れます。"),
        "domain.md 4",
    ),
    Kpi(
        "utilisation",
        N_("稼働率"),
        N_("勤務時間のうち、電話の仕事をしていた割合です。"),
        (
            (
                UtilisationMethod.A.value,
                Ratio(
                    Sum(("talk_seconds", "acw_seconds", "idle_seconds")),
                    _STAFFED_SECONDS,
                ),
            ),
            (UtilisationMethod.B.value, Ratio(_HANDLING, _STAFFED_SECONDS)),
        ),
        Unit.SHARE,
        Better.NONE,
        1,
        _OWN_CHOICE,
        "domain.md 4",
        chosen_by="utilisation_method",
    ),
    Kpi(
        "first_resolution",
        N_("一次解決率"),
        N_("出られた電話のうち、最初の応対で終わった割合です。"),
        one(Sum(("resolved_first",)), _ANSWERED),
        Unit.SHARE,
        Better.HIGHER,
        1,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "callback_rate",
        N_("折返し率"),
        N_("出られた電話のうち、折返しを約束した割合です。"),
        one(Sum(("callbacks_promised",)), _ANSWERED),
        Unit.SHARE,
        Better.LOWER,
        1,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "callbacks_kept",
        N_("折返し完了率"),
        N_("約束した折返しのうち、果たした割合です。センターの申告によります。"),
        one(Sum(("callbacks_done",)), Sum(("callbacks_promised",))),
        Unit.SHARE,
        Better.HIGHER,
        1,
        N_("約束のない日は数えません。"),
        "domain.md 4",
        target=1.0,
    ),
    Kpi(
        "overflow_rate",
        N_("あふれ率"),
        N_("かけた電話のうち、話し中で届かなかった割合です。"),
        one(Sum(("overflowed",)), Sum(("offered", "overflowed"))),
        Unit.SHARE,
        Better.LOWER,
        1,
        N_("電話会社の報告がない日は計算しません。"),
        "domain.md 4",
    ),
    Kpi(
        "cancel_requests",
        N_("解約申出数"),
        N_("定期の解約の申し出の数です。"),
        one(Sum(("cancel_requests",))),
        Unit.COUNT,
        Better.NONE,
        0,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "retention_offer_rate",
        N_("抑止提案率"),
        N_("引き止めてよい解約の申し出のうち、続ける案を伝えた割合です。"),
        one(Sum(("retention_offers",)), _CANCELLATIONS),
        Unit.SHARE,
        Better.NONE,
        1,
        N_("抑止対象外数が空欄の日は、引かずに計算します。"),
        "domain.md 4",
    ),
    Kpi(
        "retention_success",
        N_("抑止成功率"),
        N_("続ける案を伝えた人のうち、続けると言われた割合です。"),
        one(Sum(("retention_kept",)), Sum(("retention_offers",))),
        Unit.SHARE,
        Better.NONE,
        1,
        _NO_PRAISE,
        "domain.md 4",
    ),
    Kpi(
        "retention_overall",
        N_("総合抑止率"),
        N_("引き止めてよい解約の申し出のうち、続けると言われた割合です。"),
        one(Sum(("retention_kept",)), _CANCELLATIONS),
        Unit.SHARE,
        Better.NONE,
        1,
        _NO_PRAISE,
        "domain.md 4",
    ),
    Kpi(
        "retention_confirmed_rate",
        N_("継続確認率"),
        N_("続けると言われた人のうち、次の発送まで続いた割合です。"),
        one(Sum(("retention_confirmed",)), Sum(("retention_kept",))),
        Unit.SHARE,
        Better.NONE,
        1,
        N_("継続確認数は30〜45日後に入ります。空欄の日は数えません。"),
        "domain.md 4",
    ),
    Kpi(
        "consumer_centre_calls",
        N_("センター入電数"),
        N_("消費生活センターからかかってきた電話の数です。"),
        one(Sum(("consumer_centre_calls",))),
        Unit.COUNT,
        Better.LOWER,
        0,
        N_("同じ件の再連絡も1本と数えるので、連絡の件数とは合わないことがあります。"),
        "domain.md 4",
    ),
    Kpi(
        "referrals",
        N_("センターからの連絡"),
        N_("消費生活センターから最初の連絡があった件の数です。"),
        one(Sum(("referrals",))),
        Unit.COUNT,
        Better.LOWER,
        0,
        N_("最初に連絡のあった日で数え、再連絡は数えません。取消は除きます。"),
        "domain.md 6",
        rows="agency_inquiries",
    ),
    Kpi(
        "referral_rate",
        N_("センター入電率"),
        N_("直近28日の、出荷1,000件あたりのセンターからの連絡の件数です。"),
        one(Sum(("referrals",)), _SHIPMENTS),
        Unit.PER_THOUSAND,
        Better.LOWER,
        2,
        N_("28日の出荷が500件に満たないときは率を出さず、件数だけを見ます。"),
        "domain.md 4",
        rows="agency_inquiries",
        factor=1000,
        company=True,
        window=28,
        at_least=500,
    ),
    Kpi(
        "foreseen_rate",
        N_("先に知っていた割合"),
        N_("センターからの連絡のうち、先に苦情として受けていた割合です。"),
        one(Sum(("referrals_foreseen",)), Sum(("referrals",))),
        Unit.SHARE,
        Better.HIGHER,
        0,
        N_("連絡に苦情の受付番号が入っているものを、先に知っていたと数えます。"),
        "domain.md 8",
        rows="agency_inquiries",
        company=True,
    ),
    Kpi(
        "complaints",
        N_("苦情件数"),
        N_("受け付けた苦情の数です。"),
        one(Sum(("complaints",))),
        Unit.COUNT,
        Better.LOWER,
        0,
        N_("受け付けた日で数えます。取消は除きます。"),
        "domain.md 4",
        rows="complaints",
    ),
    Kpi(
        "complaint_rate",
        N_("苦情率"),
        N_("出荷1,000件あたりの苦情の件数です。"),
        one(Sum(("complaints",)), _SHIPMENTS),
        Unit.PER_THOUSAND,
        Better.LOWER,
        2,
        N_("出荷件数が未入力の日は、その日の苦情も除いて計算します。"),
        "domain.md 4",
        rows="complaints",
        factor=1000,
        company=True,
    ),
    Kpi(
        "second_complaint_rate",
        N_("二次クレーム率"),
        N_("苦情のうち、こちらの応対から生まれたものの割合です。"),
        one(Sum(("second_complaints",)), Sum(("complaints",))),
        Unit.SHARE,
        Better.LOWER,
        1,
        N_("種別が「二次」の苦情を数えます。"),
        "domain.md 4",
        rows="complaints",
        company=True,
    ),
    Kpi(
        "escalation_rate",
        N_("エスカレーション率"),
        N_("出られた電話のうち、上位者に引き継いだ割合です。"),
        one(Sum(("escalations",)), _ANSWERED),
        Unit.SHARE,
        Better.LOWER,
        1,
        N_("苦情を受けたセンターの電話で割ります。"),
        "domain.md 4",
        rows="complaints",
    ),
    Kpi(
        "promises_kept_rate",
        N_("約束を守れた割合"),
        N_("期限の来た約束のうち、期限までに果たした割合です。"),
        one(Sum(("promises_kept",)), Sum(("promises_due",))),
        Unit.SHARE,
        Better.HIGHER,
        1,
        N_("期限の来ていない約束は数えません。約束のない日は割合を出しません。"),
        "domain.md 4",
        rows="complaints",
        company=True,
        target=1.0,
    ),
    Kpi(
        "orders",
        N_("受注件数"),
        N_("会社全体の受注の数です。"),
        one(Sum(("orders",))),
        Unit.COUNT,
        Better.NONE,
        0,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "shipments",
        N_("出荷件数"),
        N_("会社全体の出荷の数です。"),
        one(_SHIPMENTS),
        Unit.COUNT,
        Better.NONE,
        0,
        _BLANK_DAY,
        "domain.md 4",
    ),
    Kpi(
        "mails_received",
        N_("メール受信数"),
        N_("届いたメールの数です。"),
        one(Sum(("mails_received",))),
        Unit.COUNT,
        Better.NONE,
        0,
        _BLANK_DAY,
        "domain.md 4",
    ),
)

_BY_CODE: Final = {entry.code: entry for entry in KPIS}


def kpi(code: str) -> Kpi:
    """Return the KPI with that code; KeyError where there is none."""
    return _BY_CODE[code]


@dataclass(frozen=True, slots=True)
class Value:
    """A period's value with what it was made of.

    number: None where nothing was divided by nothing, where no day was known, where
        the denominator is below the KPI's floor, or where methods would be mixed.
    numerator, denominator: the sums over the known days; denominator None for counts.
    days: rows in which everything needed was known.
    """

    number: float | None
    numerator: float
    denominator: float | None
    days: int


def value(entry: Kpi, days: pd.DataFrame) -> float | None:
    """Return the KPI over all rows of `days` (rows of `figures`), or None.

    Raises:
        KeyError: `days` lacks a column that the KPI reads.
    """
    return measured(entry, days).number


def measured(entry: Kpi, days: pd.DataFrame) -> Value:
    """Return the KPI over all rows of `days` with the sums behind it."""
    known = _known(entry, days)
    above = float(known["numerator"].sum())
    if entry.ratios[0][1].denominator is None:
        return Value(above if len(known) else None, above, None, len(known))
    below = float(known["denominator"].sum())
    if len(known["method"].unique()) > 1:
        number = None
    elif entry.lowest:
        number = _lowest(entry, known)
    elif below <= 0 or below < entry.at_least:
        number = None
    else:
        number = above / below * entry.factor
    return Value(number, above, below, len(known))


def value_of_day(
    entry: Kpi, counts: Mapping[str, Any], method: str = ""
) -> float | None:
    """Return what `value` gives for a single day, without a frame: for a day being typed.

    `counts` are by column, None where missing; `method` is the centre's choice.
    """
    ratio = dict(entry.ratios).get(method, entry.ratios[0][1])
    above = ratio.numerator.of_day(counts)
    if ratio.denominator is None or above is None:
        return above
    below = ratio.denominator.of_day(counts)
    if below is None or below <= 0 or below < entry.at_least:
        return None
    return above / below * entry.factor


def daily(entry: Kpi, days: pd.DataFrame, on: Sequence[date]) -> pd.Series:
    """Return the KPI for each day of `on`, in that order; NaN where it has none.

    The value of a KPI with a window looks back over that many days that `days` holds.
    """
    known = _known(entry, days)
    calendar = pd.DatetimeIndex(pd.to_datetime(list(on))).as_unit("s")
    if entry.lowest:
        return _ratios(entry, known).groupby(known["date"]).min().reindex(calendar)
    mixed = known.drop_duplicates(["date", "method"]).groupby("date").size() > 1
    sums = known.groupby("date")[["numerator", "denominator"]].sum(min_count=1)
    sums[mixed.reindex(sums.index, fill_value=False)] = float("nan")
    if entry.window > 1 and len(sums):
        every = pd.date_range(sums.index.min(), calendar.max(), unit="s")
        sums = sums.reindex(every).rolling(entry.window, min_periods=1).sum()
    sums = sums.reindex(calendar)
    if entry.ratios[0][1].denominator is None:
        return sums["numerator"].astype("float64")
    return _ratios(entry, sums)


def narrowed(entry: Kpi, days: pd.DataFrame) -> pd.DataFrame:
    """Return only the columns that the KPI reads: cheaper to cut into periods."""
    read = [name for _method, ratio in entry.ratios for name in ratio.columns]
    chosen = [entry.chosen_by] if entry.chosen_by else []
    return days[list(dict.fromkeys(["date", "centre", *chosen, *read]))]


def _known(entry: Kpi, days: pd.DataFrame) -> pd.DataFrame:
    """Return `date`, `method`, `numerator`, `denominator` where both are known."""
    days = narrowed(entry, days)
    if entry.company:
        days = _added_up(entry, days)
    parts = [
        _parts(ratio, _of_method(entry, days, method), method)
        for method, ratio in entry.ratios
    ]
    rows = pd.concat(parts) if len(parts) > 1 else parts[0]
    return rows.dropna(subset=["numerator", "denominator"])


def _parts(ratio: Ratio, days: pd.DataFrame, method: str) -> pd.DataFrame:
    below = 1.0 if ratio.denominator is None else ratio.denominator.of(days)
    rows = pd.DataFrame(
        {
            "date": days["date"],
            "method": method,
            "numerator": ratio.numerator.of(days),
            "denominator": below,
        }
    )
    # More taken away than there was: one of the counts is wrong, so none is used.
    return rows[~(rows["denominator"] < 0)]


def _of_method(entry: Kpi, days: pd.DataFrame, method: str) -> pd.DataFrame:
    if not entry.chosen_by:
        return days
    return days[days[entry.chosen_by] == method]


def _added_up(entry: Kpi, days: pd.DataFrame) -> pd.DataFrame:
    columns = list(dict.fromkeys(entry.ratios[0][1].columns))
    return days.groupby("date")[columns].sum(min_count=1).reset_index()


def _ratios(entry: Kpi, sums: pd.DataFrame) -> pd.Series:
    """Return numerator over denominator, NaN where the denominator is too small."""
    below = sums["denominator"]
    enough = (below > 0) & (below >= entry.at_least)
    return (sums["numerator"] / below.where(enough) * entry.factor).astype("float64")


def _lowest(entry: Kpi, known: pd.DataFrame) -> float | None:
    lowest = _ratios(entry, known).min()
    return None if pd.isna(lowest) else float(lowest)


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "+−×÷") else text
