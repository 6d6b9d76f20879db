"""KPIs of the ledgers: complaints, promises and contacts from centres (domain.md 4)."""

from __future__ import annotations

from datetime import date
from typing import Final

from lib.i18n import N_
from lib.metrics.kpis.formula import Better, Kpi, Revision, Spread, Sum, Unit, one
from lib.metrics.kpis.wording import BLANK_DAY, OWN, USUAL

_SHIPMENTS: Final = Sum(("shipments",))
_PREVENTABLE: Final = Sum(("second_complaints",), minus=("hostile_seconds",))

CASES: Final = (
    Kpi(
        code="referrals",
        name=N_("センターからの連絡"),
        words=N_("消費生活センターから最初の連絡があった件の数です。"),
        ratios=one(Sum(("referrals",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_("最初に連絡のあった日で数え、再連絡は数えません。取消は除きます。"),
        origin=OWN,
        rows="agency_inquiries",
    ),
    Kpi(
        code="referral_rate",
        name=N_("センター入電率"),
        words=N_(
            "出荷1,000件あたりのセンターからの連絡の件数です。数字は見ている期間の合計どうし、グラフの線は各日の直近28日で出します。"
        ),
        ratios=one(Sum(("referrals",)), _SHIPMENTS),
        unit=Unit.PER_THOUSAND,
        better=Better.LOWER,
        decimals=2,
        edge=N_("割る出荷が500件に満たないときは率を出さず、件数だけを見ます。"),
        origin=N_(
            "このアプリで決めた定義です。良し悪しは決まった値ではなく、ふだんからの増え方で見ます。"
        ),
        rows="agency_inquiries",
        factor=1000,
        company=True,
        window=28,
        at_least=500,
    ),
    Kpi(
        code="foreseen_rate",
        name=N_("先に知っていた割合"),
        words=N_("センターからの連絡のうち、先に苦情として受けていた割合です。"),
        ratios=one(Sum(("referrals_foreseen",)), Sum(("referrals",))),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        edge=N_("連絡に苦情の受付番号が入っているものを、先に知っていたと数えます。"),
        origin=OWN,
        rows="agency_inquiries",
        company=True,
    ),
    Kpi(
        code="complaints",
        name=N_("苦情件数"),
        words=N_("受け付けた苦情の数です。"),
        ratios=one(Sum(("complaints",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_("受け付けた日で数えます。取消は除きます。"),
        origin=USUAL,
        rows="complaints",
    ),
    Kpi(
        code="complaint_rate",
        name=N_("苦情率"),
        words=N_("出荷1,000件あたりの苦情の件数です。"),
        ratios=one(Sum(("complaints",)), _SHIPMENTS),
        unit=Unit.PER_THOUSAND,
        better=Better.LOWER,
        decimals=2,
        edge=N_("出荷件数が未入力の日は、その日の苦情も除いて計算します。"),
        origin=OWN,
        rows="complaints",
        factor=1000,
        company=True,
    ),
    Kpi(
        code="second_complaint_rate",
        name=N_("二次クレーム率"),
        words=N_("苦情のうち、こちらの応対から生まれたものの割合です。"),
        ratios=one(_PREVENTABLE, Sum(("complaints",))),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=N_(
            "種別が「二次」の苦情を数えます。初めから悪意があり防ぎようのないものは、別に数えます。"
        ),
        origin=OWN,
        rows="complaints",
        company=True,
        revisions=(
            Revision(
                date(2026, 11, 22),
                N_("初めから悪意があり防ぎようのない二次クレームを除きます。"),
            ),
        ),
    ),
    Kpi(
        code="hostile_seconds",
        name=N_("防ぎようのない二次クレーム"),
        words=N_("初めから悪意があり、応対では防げなかった二次クレームの数です。"),
        ratios=one(Sum(("hostile_seconds",))),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=N_(
            "二次化原因が「顧客の温度感(予防不可)」のもの、原因が未記入なら温度感5のものです。"
        ),
        origin=OWN,
        rows="complaints",
    ),
    Kpi(
        code="escalation_rate",
        name=N_("エスカレーション率"),
        words=N_("出られた電話のうち、上位者に引き継いだ割合です。"),
        ratios=one(Sum(("escalations",)), Sum(("answered",))),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=N_(
            "苦情を受けたセンターの電話で割ります。自社で受けた苦情は、割る電話の数がないので入りません。"
        ),
        origin=OWN,
        rows="complaints",
    ),
    Kpi(
        code="promises_kept_rate",
        name=N_("約束を守れた割合"),
        words=N_("期限の来た約束のうち、期限までに果たした割合です。"),
        ratios=one(Sum(("promises_kept",)), Sum(("promises_due",))),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_("期限の来ていない約束は数えません。約束のない日は割合を出しません。"),
        origin=N_("約束は守るものなので、目標は100%です。"),
        rows="complaints",
        company=True,
        target=1.0,
    ),
    Kpi(
        code="promises_forgotten",
        name=N_("忘れている約束"),
        words=N_("期限を過ぎて、まだ果たしていない約束の数です。"),
        ratios=one(Sum(("promises_forgotten",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_("期限の来た日で数えます。遅れても果たしたものは、もう数えません。"),
        origin=N_("忘れた折返しは二次クレームのもとになるので、目標は0件です。"),
        rows="complaints",
        target=0.0,
    ),
    Kpi(
        code="orders",
        name=N_("受注件数"),
        words=N_("会社全体の受注の数です。"),
        ratios=one(Sum(("orders",))),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=BLANK_DAY,
        origin=USUAL,
    ),
    Kpi(
        code="shipments",
        name=N_("出荷件数"),
        words=N_("会社全体の出荷の数です。"),
        ratios=one(_SHIPMENTS),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=BLANK_DAY,
        origin=USUAL,
    ),
)

_A_DAY: Final = 8 * 60
"""Business minutes that the usual targets take for a day."""

SPREADS: Final = (
    Spread(
        code="first_reply_time",
        name=N_("一次返信までの時間"),
        words=N_("苦情を受けてから、最初に返事をするまでの営業時間です。"),
        ended="replied_at",
        minutes="reply_minutes",
        unit=Unit.MINUTES,
        better=Better.LOWER,
        edge=N_(
            "返信した日で数えます。お客様を待つ間と営業時間の外は入れません。まだ返信していない件は、別に経過時間で示します。"
        ),
        origin=N_("当日のうちの返信を目安に、1日を8時間として数えます。"),
        target=_A_DAY,
    ),
    Spread(
        code="settling_time",
        name=N_("解決までの時間"),
        words=N_("苦情を受けてから、完了するまでの営業時間です。"),
        ended="settled_at",
        minutes="settling_minutes",
        unit=Unit.MINUTES,
        better=Better.LOWER,
        edge=N_(
            "完了した日で数えます。お客様を待つ間と営業時間の外は入れません。完了していない件は、別に経過時間で示します。"
        ),
        origin=N_("7営業日のうちの解決を目安に、1日を8時間として数えます。"),
        target=7 * _A_DAY,
    ),
)
