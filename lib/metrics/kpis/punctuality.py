"""KPIs of the entry itself: whether the days are in, and in time (domain.md 4, R19)."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.metrics.kpis.formula import Better, Kpi, Sum, Unit, one
from lib.metrics.kpis.wording import OWN

PUNCTUALITY: Final = (
    Kpi(
        code="entered_in_time_rate",
        name=N_("期限内入力率"),
        words=N_("入力の期限が来た日のうち、期限までに数が入った割合です。"),
        ratios=one(
            Sum(("entry_on_time",)),
            Sum(("entry_due",)),
        ),
        frame="entries",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        edge=N_(
            "期限は翌営業日の入力締切時刻です。休みの日と、Excelから取り込んだ日、入力した時刻の分からない日、"
            "入力を始める前に期限の来ていた日は数えません。"
        ),
        origin=OWN,
        target=1.0,
    ),
    Kpi(
        code="late_days",
        name=N_("遅れて入力した日数"),
        words=N_("期限を過ぎてから数が入った日の数です。"),
        ratios=one(Sum(("entry_late",))),
        frame="entries",
        unit=Unit.DAYS,
        better=Better.LOWER,
        edge=N_("期限は翌営業日の入力締切時刻です。"),
        origin=OWN,
        target=0.0,
    ),
    Kpi(
        code="missing_days",
        name=N_("未入力日数"),
        words=N_("期限を過ぎても数が入っていない営業日の数です。"),
        ratios=one(Sum(("entry_missing",))),
        frame="entries",
        unit=Unit.DAYS,
        better=Better.LOWER,
        edge=N_(
            "最初に入力した日より前と、休みの日は数えません。0と入れた日は入力済みです。"
        ),
        origin=OWN,
        target=0.0,
    ),
)
