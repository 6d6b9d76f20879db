"""KPIs of the telephone: who got through, and how long they waited (domain.md 4)."""

from __future__ import annotations

from datetime import date
from typing import Final

from lib.i18n import N_
from lib.metrics.kpis.formula import Better, Kpi, Ratio, Revision, Sum, Unit, one
from lib.metrics.kpis.wording import BLANK_DAY, USUAL
from lib.schema.vocab import AnswerRateMethod

_OFFERED: Final = Sum(("offered",))
_OFFERED_LASTING: Final = Sum(("offered",), minus=("short_abandoned",))
_ANSWERED: Final = Sum(("answered",))
_IN_TIME: Final = Sum(("answered_in_time",))

_SHORT: Final = "short_abandon_seconds"
_IN_SECONDS: Final = "service_level_seconds"

CALLS: Final = (
    Kpi(
        code="offered",
        name=N_("着信数"),
        words=N_("受付時間内にかかってきた電話の数です。"),
        ratios=one(_OFFERED),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=N_("自動音声の途中で切れた電話と、話し中で届かなかった電話は含みません。"),
        origin=USUAL,
    ),
    Kpi(
        code="answered",
        name=N_("応答数"),
        words=N_("出られた電話の数です。"),
        ratios=one(_ANSWERED),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=BLANK_DAY,
        origin=USUAL,
    ),
    Kpi(
        code="abandoned",
        name=N_("放棄数"),
        words=N_("出る前に切れた電話の数です。"),
        ratios=one(Sum(("abandoned",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_("着信数 = 応答数 + 放棄数 になる数です。"),
        origin=USUAL,
    ),
    Kpi(
        code="answer_rate",
        name=N_("応答率"),
        words=N_("かかってきた電話のうち、出られた割合です。"),
        ratios=(
            (AnswerRateMethod.ALL_OFFERED.value, Ratio(_ANSWERED, _OFFERED)),
            (
                AnswerRateMethod.WITHOUT_SHORT.value,
                Ratio(_ANSWERED, _OFFERED_LASTING, alike=(_SHORT,)),
            ),
        ),
        chosen_by="answer_rate_method",
        common=AnswerRateMethod.ALL_OFFERED.value,
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_(
            "短時間で切れた電話を分母から除くかは、センターごとに決めます。除く方式の"
            "センターで短時間放棄数が空欄の日は、計算しません。方式の違うセンターの合計は、"
            "除かない方式にそろえて計算します。"
        ),
        origin=N_("一般的な定義です。目標90%は業界でよく使われる値です。"),
        target=0.90,
        revisions=(
            Revision(
                date(2026, 11, 22),
                N_(
                    "方式の違うセンターの合計を、短時間放棄を除かない方式にそろえて計算します。"
                ),
            ),
        ),
    ),
    Kpi(
        code="worst_hour_answer_rate",
        name=N_("最悪時間帯の応答率"),
        words=N_("いちばん出られなかった時間帯の応答率です。"),
        ratios=one(Sum(("worst_answered",)), Sum(("worst_offered",))),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_("着信が10件に満たない時間帯は見ません。期間では最も低い日を示します。"),
        origin=N_("一日の平均が90%でも、混む時間が30%のことがあるために見ます。"),
        at_least=10,
        lowest=True,
    ),
    Kpi(
        code="abandonment_rate",
        name=N_("放棄率"),
        words=N_("かかってきた電話のうち、出る前に切れた割合です。"),
        ratios=one(Sum(("abandoned",)), _OFFERED),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=N_(
            "折返しを予約して切れた電話と、自動音声の途中で切れた電話は放棄に数えません。"
        ),
        origin=USUAL,
    ),
    Kpi(
        code="short_abandonment_rate",
        name=N_("短時間放棄率"),
        words=N_("かかってきた電話のうち、決めた秒数の内に切れた割合です。"),
        ratios=one(Sum(("short_abandoned",)), _OFFERED, alike=(_SHORT,)),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=N_(
            "何秒までを短時間とするかはセンターごとに決め、違うセンターは合算しません。"
        ),
        origin=USUAL,
    ),
    Kpi(
        code="ivr_abandonment_rate",
        name=N_("IVR内放棄率"),
        words=N_("かけてきた人のうち、自動音声の途中で切れた割合です。"),
        ratios=one(Sum(("ivr_abandoned",)), Sum(("offered", "ivr_abandoned"))),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=N_(
            "自動音声の途中で切れた電話は着信数の外なので、分母に足します。報告のない日は計算しません。"
        ),
        origin=USUAL,
    ),
    Kpi(
        code="service_level",
        name=N_("サービスレベル"),
        words=N_(
            "短時間で切れた電話を除く着信のうち、決めた秒数の内に出られた割合です。"
        ),
        ratios=one(_IN_TIME, _OFFERED_LASTING, alike=(_SHORT, _IN_SECONDS)),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_(
            "短時間放棄数が空欄の日は計算しません。秒数の違うセンターは合算しません。"
        ),
        origin=N_("20秒以内に80%が、最もよく使われる目標です。"),
        target=0.80,
    ),
    Kpi(
        code="service_level_of_offered",
        name=N_("サービスレベル(対着信)"),
        words=N_("すべての着信のうち、決めた秒数の内に出られた割合です。"),
        ratios=one(_IN_TIME, _OFFERED, alike=(_IN_SECONDS,)),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_(
            "短時間で切れた電話も分母に入るので、除く流儀より低く出ます。秒数の違うセンターは合算しません。"
        ),
        origin=N_("センターの報告と突き合わせるための、別の流儀です。"),
    ),
    Kpi(
        code="service_level_of_answered",
        name=N_("サービスレベル(対応答)"),
        words=N_("出られた電話のうち、決めた秒数の内に出られた割合です。"),
        ratios=one(_IN_TIME, _ANSWERED, alike=(_IN_SECONDS,)),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_(
            "出られなかった電話が分母に入らないので、良く見えます。秒数の違うセンターは合算しません。"
        ),
        origin=N_("センターの報告と突き合わせるための、別の流儀です。"),
    ),
    Kpi(
        code="average_wait",
        name=N_("平均応答速度"),
        words=N_("出られた電話が、出るまでに待った時間の平均です。"),
        ratios=one(Sum(("wait_seconds",)), _ANSWERED),
        unit=Unit.SECONDS,
        better=Better.LOWER,
        edge=N_("出られた電話だけで平均し、切れた電話は入れません。"),
        origin=N_("一般的な定義です。15〜30秒がよく使われる目安です。"),
    ),
    Kpi(
        code="overflow_rate",
        name=N_("あふれ率"),
        words=N_("かけた電話のうち、話し中で届かなかった割合です。"),
        ratios=one(Sum(("overflowed",)), Sum(("offered", "overflowed"))),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=N_("電話会社の報告がない日は計算しません。"),
        origin=USUAL,
    ),
    Kpi(
        code="consumer_centre_calls",
        name=N_("センター入電数"),
        words=N_("消費生活センターからかかってきた電話の数です。"),
        ratios=one(Sum(("consumer_centre_calls",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_(
            "同じ件の再連絡も1本と数えるので、連絡の件数とは合わないことがあります。"
        ),
        origin=N_("ecforceのコールセンターKPI管理にある指標です。"),
    ),
)
