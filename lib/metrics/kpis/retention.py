"""KPIs of cancellations; none of them is better the higher it is (domain.md 4, L10)."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.metrics.counts import RETENTION_YEN
from lib.metrics.kpis.formula import Better, Kpi, Sum, Unit, one
from lib.metrics.kpis.wording import BLANK_DAY, ECFORCE, NO_PRAISE

_CANCELLATIONS: Final = Sum(("cancel_requests",), if_known=("retention_excluded",))

RETENTION: Final = (
    Kpi(
        code="cancel_requests",
        name=N_("解約申出数"),
        words=N_("定期の解約の申し出の数です。"),
        ratios=one(Sum(("cancel_requests",))),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=BLANK_DAY,
        origin=ECFORCE,
    ),
    Kpi(
        code="retention_offer_rate",
        name=N_("抑止提案率"),
        words=N_("引き止めてよい解約の申し出のうち、続ける案を伝えた割合です。"),
        ratios=one(Sum(("retention_offers",)), _CANCELLATIONS),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=N_(
            "法定の解約・クーリングオフ・健康被害・センター経由は、抑止対象外数として"
            "分母から引きます。抑止対象外数が空欄の日は、引かずに計算します。"
        ),
        origin=ECFORCE,
    ),
    Kpi(
        code="retention_success",
        name=N_("抑止成功率"),
        words=N_("続ける案を伝えた人のうち、続けると言われた割合です。"),
        ratios=one(Sum(("retention_kept",)), Sum(("retention_offers",))),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=NO_PRAISE,
        origin=ECFORCE,
    ),
    Kpi(
        code="retention_overall",
        name=N_("総合抑止率"),
        words=N_("引き止めてよい解約の申し出のうち、続けると言われた割合です。"),
        ratios=one(Sum(("retention_kept",)), _CANCELLATIONS),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=NO_PRAISE,
        origin=ECFORCE,
    ),
    Kpi(
        code="retention_confirmed_rate",
        name=N_("継続確認率"),
        words=N_("続けると言われた人のうち、次の発送まで続いた割合です。"),
        ratios=one(Sum(("retention_confirmed",)), Sum(("retention_kept",))),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=N_("継続確認数は30〜45日後に入ります。空欄の日は数えません。"),
        origin=ECFORCE,
    ),
    Kpi(
        code="retention_worth",
        name=N_("LTV効果(推計)"),
        words=N_("続いた人が、この後に買うと見込まれる金額です。"),
        ratios=one(Sum((RETENTION_YEN,))),
        unit=Unit.YEN,
        better=Better.NONE,
        edge=N_(
            "推計です。平均単価と平均追加回数は設定の値で、実際の売上ではありません。"
            "どちらかが決まっていない日と、継続確認数が空欄の日は数えません。"
        ),
        origin=N_("LTV = 単価 × 継続回数 という一般的な考え方によります。"),
        is_estimate=True,
    ),
)
