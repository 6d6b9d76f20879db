"""日次KPI: one row a day and call centre, counts only (domain.md 7.6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import BusinessDay, Done

COMPANY = N_("自社")
"""Code of the company's own row: orders, shipments, mail and referrals received at
head office. It always exists, and a call centre is never asked for these."""


class KpiDay(Record):
    """One day of one call centre, or of the company itself (`centre` = 自社).

    Counts are None where nothing was entered: blank is missing, zero is typed.
    """

    date: Annotated[date, Column("日付", help="業務の日", shown=Shown.FIRST)]
    centre: Annotated[
        str,
        Field(min_length=1),
        Column(
            "センターコード",
            help="自社の行は「自社」",
            shown=Shown.FIRST,
            refers="centres",
            formerly=("センター",),
        ),
    ]
    business: Annotated[
        BusinessDay,
        Column("営業区分", help="休業の日は数を入れない", shown=Shown.FIRST),
    ] = BusinessDay.OPEN
    offered: Annotated[
        int | None,
        Field(ge=0),
        Column(
            "着信数",
            help="受付時間内にかかってきた電話",
            unit="件",
            shown=Shown.FIRST,
            formerly=("入電数",),
        ),
    ] = None
    answered: Annotated[
        int | None,
        Field(ge=0),
        Column("応答数", help="出られた電話", unit="件", shown=Shown.FIRST),
    ] = None
    abandoned: Annotated[
        int | None,
        Field(ge=0),
        Column(
            "放棄数",
            help="着信 − 応答。出る前に切れた電話",
            unit="件",
            shown=Shown.FIRST,
        ),
    ] = None
    consumer_centre_calls: Annotated[
        int | None,
        Field(ge=0),
        Column(
            "センター入電数",
            help="消費生活センターからの電話。なければ0と入れる",
            unit="件",
            shown=Shown.FIRST,
        ),
    ] = None
    cancel_requests: Annotated[
        int | None,
        Field(ge=0),
        Column("解約申出数", help="定期の解約の申し出", unit="件", shown=Shown.FIRST),
    ] = None
    retention_offers: Annotated[
        int | None,
        Field(ge=0),
        Column("抑止提案数", help="続ける案を伝えた件数", unit="件", shown=Shown.FIRST),
    ] = None
    retention_kept: Annotated[
        int | None,
        Field(ge=0),
        Column("抑止継続数", help="続けると言われた件数", unit="件", shown=Shown.FIRST),
    ] = None
    orders: Annotated[
        int | None,
        Field(ge=0),
        Column("受注件数", help="自社の行だけ", unit="件", shown=Shown.FIRST),
    ] = None
    shipments: Annotated[
        int | None,
        Field(ge=0),
        Column("出荷件数", help="自社の行だけ", unit="件", shown=Shown.FIRST),
    ] = None
    note: Annotated[
        str,
        Column(
            "特記事項",
            help="TV放映・障害など。グラフに印が付く",
            shown=Shown.FIRST,
            long=True,
        ),
    ] = ""
    short_abandoned: Annotated[
        int | None,
        Field(ge=0),
        Column("短時間放棄数", help="数秒で切れた電話", unit="件"),
    ] = None
    ivr_abandoned: Annotated[
        int | None,
        Field(ge=0),
        Column("IVR内放棄数", help="自動音声の途中で切れた電話", unit="件"),
    ] = None
    overflowed: Annotated[
        int | None,
        Field(ge=0),
        Column("あふれ呼数", help="話し中で届かなかった電話", unit="件"),
    ] = None
    answered_in_time: Annotated[
        int | None,
        Field(ge=0),
        Column("20秒以内応答数", help="決めた秒数の内に出られた電話", unit="件"),
    ] = None
    wait_seconds: Annotated[
        int | None,
        Field(ge=0),
        Column("待ち秒合計", help="出られた電話の待ち時間", unit="秒"),
    ] = None
    talk_seconds: Annotated[
        int | None, Field(ge=0), Column("通話秒合計", help="話していた時間", unit="秒")
    ] = None
    hold_seconds: Annotated[
        int | None, Field(ge=0), Column("保留秒合計", help="保留にした時間", unit="秒")
    ] = None
    acw_seconds: Annotated[
        int | None,
        Field(ge=0),
        Column("後処理秒合計", help="切った後の入力などの時間", unit="秒"),
    ] = None
    idle_seconds: Annotated[
        int | None,
        Field(ge=0),
        Column("待機秒合計", help="電話を待っていた時間", unit="秒"),
    ] = None
    staffed_minutes: Annotated[
        int | None, Field(ge=0), Column("勤務分合計", help="全員の勤務時間", unit="分")
    ] = None
    worst_band: Annotated[
        str, Column("最悪時間帯", help="いちばん出られなかった時間。例: 12時台")
    ] = ""
    worst_offered: Annotated[
        int | None, Field(ge=0), Column("最悪帯着信", help="その時間の着信", unit="件")
    ] = None
    worst_answered: Annotated[
        int | None, Field(ge=0), Column("最悪帯応答", help="その時間の応答", unit="件")
    ] = None
    resolved_first: Annotated[
        int | None,
        Field(ge=0),
        Column("一次解決数", help="最初の応対で終わった件数", unit="件"),
    ] = None
    callbacks_promised: Annotated[
        int | None,
        Field(ge=0),
        Column("折返し約束数", help="折り返すと約束した件数", unit="件"),
    ] = None
    callbacks_done: Annotated[
        int | None,
        Field(ge=0),
        Column("折返し完了数", help="約束どおり折り返した件数", unit="件"),
    ] = None
    retention_excluded: Annotated[
        int | None,
        Field(ge=0),
        Column(
            "抑止対象外数",
            help="法定の解約・健康被害など、引き止めてはならない件数",
            unit="件",
        ),
    ] = None
    retention_confirmed: Annotated[
        int | None,
        Field(ge=0),
        Column(
            "継続確認数", help="次の発送まで続いた件数。30〜45日後に入れる", unit="件"
        ),
    ] = None
    other_agency_calls: Annotated[
        int | None,
        Field(ge=0),
        Column("他行政入電数", help="センター以外の行政からの電話", unit="件"),
    ] = None
    mails_received: Annotated[
        int | None,
        Field(ge=0),
        Column("メール受信数", help="その日に届いたメール", unit="件"),
    ] = None
    mails_open: Annotated[
        int | None,
        Field(ge=0),
        Column("メール未返信残", help="終業時に返していないメール", unit="件"),
    ] = None
    reported_answer_rate: Annotated[
        float | None,
        Field(ge=0, le=100),
        Column(
            "申告応答率",
            help="センターが報告した応答率。計算し直した値と比べる",
            unit="%",
        ),
    ] = None
    confirmed: Annotated[
        Done, Column("確定", help="済にした後の変更には理由が要る", shown=Shown.FIRST)
    ] = Done.NOT_YET
    entered_at: Annotated[
        datetime | None,
        Column("初回入力日時", help="その日の数が最初に入った時刻", shown=Shown.AUTO),
    ] = None

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "answered",
            N_("応答数が着信数より多くなっています。"),
            lambda k: _more(k.answered, k.offered),
        ),
        Rule(
            "abandoned",
            N_("着信数 = 応答数 + 放棄数 になっていません。"),
            lambda k: k.calls_disagree,
        ),
        Rule(
            "short_abandoned",
            N_("短時間放棄数が放棄数より多くなっています。"),
            lambda k: _more(k.short_abandoned, k.abandoned),
        ),
        Rule(
            "answered_in_time",
            N_("20秒以内応答数が応答数より多くなっています。"),
            lambda k: _more(k.answered_in_time, k.answered),
        ),
        Rule(
            "worst_answered",
            N_("最悪帯応答が最悪帯着信より多くなっています。"),
            lambda k: _more(k.worst_answered, k.worst_offered),
        ),
        Rule(
            "callbacks_done",
            N_("折返し完了数が折返し約束数より多くなっています。"),
            lambda k: _more(k.callbacks_done, k.callbacks_promised),
            Stage.ADVISED,
        ),
        Rule(
            "retention_offers",
            N_("抑止提案数が解約申出数より多くなっています。"),
            lambda k: _more(k.retention_offers, k.cancel_requests),
        ),
        Rule(
            "retention_kept",
            N_("抑止継続数が抑止提案数より多くなっています。"),
            lambda k: _more(k.retention_kept, k.retention_offers),
        ),
        Rule(
            "offered",
            N_("着信数を入れてください。なかった日は0と入れます。"),
            lambda k: k.counts_calls and k.offered is None,
            Stage.CLOSING,
        ),
        Rule(
            "answered",
            N_("応答数を入れてください。なかった日は0と入れます。"),
            lambda k: k.counts_calls and k.answered is None,
            Stage.CLOSING,
        ),
        Rule(
            "consumer_centre_calls",
            N_("センター入電数を入れてください。なかった日は0と入れます。"),
            lambda k: k.counts_calls and k.consumer_centre_calls is None,
            Stage.CLOSING,
        ),
        Rule(
            "orders",
            N_("受注件数を入れてください。なかった日は0と入れます。"),
            lambda k: k.is_company and k.orders is None,
            Stage.CLOSING,
        ),
        Rule(
            "shipments",
            N_("出荷件数を入れてください。なかった日は0と入れます。"),
            lambda k: k.is_company and k.shipments is None,
            Stage.CLOSING,
        ),
    )

    @property
    def is_company(self) -> bool:
        """Whether this is the company's own row, which carries the orders."""
        return self.centre == COMPANY

    @property
    def counts_calls(self) -> bool:
        """Whether call figures are expected: a centre on a day it was open."""
        return not self.is_company and self.business is not BusinessDay.CLOSED

    @property
    def calls_disagree(self) -> bool:
        """Whether all three call counts stand and do not add up."""
        if self.offered is None or self.answered is None or self.abandoned is None:
            return False
        return self.offered != self.answered + self.abandoned


def _more(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole
