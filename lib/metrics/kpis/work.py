"""KPIs of the work behind the calls: times, staffing, call-backs (domain.md 4)."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.metrics.kpis.formula import Better, Kpi, Ratio, Sum, Unit, one
from lib.metrics.kpis.wording import ANSWERED_ONLY, BLANK_DAY, USUAL
from lib.schema.vocab import UtilisationMethod

_ANSWERED: Final = Sum(("answered",))
_HANDLING: Final = Sum(("talk_seconds", "hold_seconds", "acw_seconds"))
_AT_WORK: Final = Sum(("talk_seconds", "hold_seconds", "acw_seconds", "idle_seconds"))
_STAFFED_SECONDS: Final = Sum(("staffed_minutes",), times=60)

WORK: Final = (
    Kpi(
        code="average_talk",
        name=N_("平均通話時間"),
        words=N_("一本の電話で話した時間の平均です。"),
        ratios=one(Sum(("talk_seconds",)), _ANSWERED),
        unit=Unit.SECONDS,
        better=Better.NONE,
        edge=N_("保留を通話に含めて数える交換機では、保留を別に足しません。"),
        origin=USUAL,
    ),
    Kpi(
        code="average_hold",
        name=N_("平均保留時間"),
        words=N_("一本の電話で保留にした時間の平均です。"),
        ratios=one(Sum(("hold_seconds",)), _ANSWERED),
        unit=Unit.SECONDS,
        better=Better.LOWER,
        edge=ANSWERED_ONLY,
        origin=USUAL,
    ),
    Kpi(
        code="average_acw",
        name=N_("平均後処理時間"),
        words=N_("電話を切った後の入力などにかかった時間の平均です。"),
        ratios=one(Sum(("acw_seconds",)), _ANSWERED),
        unit=Unit.SECONDS,
        better=Better.NONE,
        edge=ANSWERED_ONLY,
        origin=USUAL,
    ),
    Kpi(
        code="average_handling",
        name=N_("平均処理時間"),
        words=N_("通話・保留・後処理を合わせた、一本あたりの時間です。"),
        ratios=one(_HANDLING, _ANSWERED),
        unit=Unit.SECONDS,
        better=Better.NONE,
        edge=N_(
            "保留が通話に含まれる交換機では、保留秒合計に0を入れます。二重に足しません。"
        ),
        origin=USUAL,
    ),
    Kpi(
        code="calls_per_hour",
        name=N_("1時間あたり応答数"),
        words=N_("勤務1時間に出られた電話の数です。"),
        ratios=one(_ANSWERED, Sum(("staffed_minutes",))),
        unit=Unit.PER_HOUR,
        better=Better.NONE,
        decimals=1,
        edge=N_("勤務時間が0の日は計算しません。業務の中身で大きく変わります。"),
        origin=USUAL,
        factor=60,
    ),
    Kpi(
        code="occupancy",
        name=N_("占有率"),
        words=N_("電話に向き合っていた時間のうち、待機でなかった割合です。"),
        ratios=one(_HANDLING, _AT_WORK),
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=N_("休憩・研修は含みません。高すぎると人が疲れます。"),
        origin=N_("一般的な定義です。75〜85%が目安で、90%を超えると人が疲れます。"),
    ),
    Kpi(
        code="utilisation",
        name=N_("稼働率"),
        words=N_("勤務時間のうち、電話の仕事をしていた割合です。"),
        ratios=(
            (
                UtilisationMethod.A.value,
                Ratio(
                    Sum(("talk_seconds", "acw_seconds", "idle_seconds")),
                    _STAFFED_SECONDS,
                ),
            ),
            (UtilisationMethod.B.value, Ratio(_HANDLING, _STAFFED_SECONDS)),
        ),
        chosen_by="utilisation_method",
        unit=Unit.SHARE,
        better=Better.NONE,
        decimals=1,
        edge=N_("方式はセンターごとに決め、方式の違うセンターは合算しません。"),
        origin=N_(
            "定義が二通りあります。A: 待機を含み保留を除く、B: 保留を含み待機を除く。"
        ),
    ),
    Kpi(
        code="first_resolution",
        name=N_("一次解決率"),
        words=N_("出られた電話のうち、最初の応対で終わった割合です。"),
        ratios=one(Sum(("resolved_first",)), _ANSWERED),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_(
            "折返しがなく、同じお客様が同じ用件で7日のうちにかけ直さなかったものを数えます。"
        ),
        origin=N_("一般的な定義です。数え方はこのアプリで決めました。"),
    ),
    Kpi(
        code="callback_rate",
        name=N_("折返し率"),
        words=N_("出られた電話のうち、折返しを約束した割合です。"),
        ratios=one(Sum(("callbacks_promised",)), _ANSWERED),
        unit=Unit.SHARE,
        better=Better.LOWER,
        decimals=1,
        edge=BLANK_DAY,
        origin=USUAL,
    ),
    Kpi(
        code="callbacks_kept",
        name=N_("折返し完了率"),
        words=N_("約束した折返しのうち、果たした割合です。センターの申告によります。"),
        ratios=one(Sum(("callbacks_done",)), Sum(("callbacks_promised",))),
        unit=Unit.SHARE,
        better=Better.HIGHER,
        decimals=1,
        edge=N_("約束のない日は数えません。"),
        origin=N_("約束は守るものなので、目標は100%です。"),
        target=1.0,
    ),
    Kpi(
        code="callbacks_undone",
        name=N_("果たしていない折返し"),
        words=N_(
            "約束して、まだ果たしていない折返しの数です。センターの申告によります。"
        ),
        ratios=one(Sum(("callbacks_promised",), minus=("callbacks_done",))),
        unit=Unit.COUNT,
        better=Better.LOWER,
        edge=N_("後で果たした分は、約束した日の折返し完了数に足してください。"),
        origin=N_("忘れた折返しは二次クレームのもとになるので、目標は0件です。"),
        target=0.0,
    ),
    Kpi(
        code="mails_received",
        name=N_("メール受信数"),
        words=N_("届いたメールの数です。"),
        ratios=one(Sum(("mails_received",))),
        unit=Unit.COUNT,
        better=Better.NONE,
        edge=BLANK_DAY,
        origin=USUAL,
    ),
)
