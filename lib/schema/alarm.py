"""警報: one rise of a count, from its first 注意 to its end, and what people made of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule
from lib.schema.vocab import AlarmLevel, AlarmSeries, AlarmStatus

CLOSED_BY_HAND: Final = (AlarmStatus.FALSE, AlarmStatus.NEW_NORMAL)
"""How people close an alarm; the rest ends by itself."""


class Alarm(Record):
    """One rise. Its numbers are those of the day on which it reached its level."""

    id: Annotated[str, Column("警報番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    series: Annotated[
        AlarmSeries, Column("系列", help="何の件数か", shown=Shown.FIRST)
    ] = AlarmSeries.REFERRALS
    level: Annotated[
        AlarmLevel,
        Column("段階", help="届いた段階。いちばん強いもの", shown=Shown.FIRST),
    ]
    status: Annotated[
        AlarmStatus,
        Column("状態", help="続いているか、どう終わったか", shown=Shown.FIRST),
    ] = AlarmStatus.OPEN
    raised_on: Annotated[
        date,
        Column("注意になった日", help="はじめて注意以上になった日", shown=Shown.FIRST),
    ]
    alarmed_on: Annotated[
        date | None, Column("警報になった日", help="はじめて警報になった日")
    ] = None
    raised_at: Annotated[
        datetime, Column("記録日時", help="アプリが気づいた時刻", shown=Shown.AUTO)
    ]
    alarmed_at: Annotated[
        datetime | None,
        Column("警報の記録日時", help="アプリが警報に気づいた時刻", shown=Shown.AUTO),
    ] = None
    start_on: Annotated[
        date, Column("増え始め", help="増え始めたと見られる日", shown=Shown.AUTO)
    ]
    start_first: Annotated[
        date, Column("増え始めの幅のはじめ", help="80%の幅", shown=Shown.AUTO)
    ]
    start_last: Annotated[
        date, Column("増え始めの幅のおわり", help="80%の幅", shown=Shown.AUTO)
    ]
    statistic: Annotated[
        float,
        Field(ge=0),
        Column("警戒度", help="その日までの増え方の強さ", shown=Shown.AUTO),
    ]
    count: Annotated[
        int,
        Field(ge=0),
        Column("件数", help="増え始めからの件数", unit="件", shown=Shown.AUTO),
    ]
    expected: Annotated[
        float,
        Field(ge=0),
        Column("平常の件数", help="同じ日数で平常なら", unit="件", shown=Shown.AUTO),
    ]
    confirmed_at: Annotated[
        datetime | None, Column("確認日時", help="「確認した」を押した時刻")
    ] = None
    confirmed_by: Annotated[
        str, Column("確認した人", help="見た人", refers="members")
    ] = ""
    owner: Annotated[
        str, Column("担当", help="調べる人", shown=Shown.FIRST, refers="members")
    ] = ""
    due_at: Annotated[
        datetime | None, Column("期限", help="いつまでに調べるか", shown=Shown.FIRST)
    ] = None
    ended_on: Annotated[
        date | None, Column("終わった日", help="平常に戻った日、閉じた日")
    ] = None
    closed_at: Annotated[
        datetime | None, Column("閉じた日時", help="人が閉じた時刻")
    ] = None
    closed_by: Annotated[
        str, Column("閉じた人", help="誤報・新しい平常とした人", refers="members")
    ] = ""
    reason: Annotated[
        str, Column("理由", help="誤報・新しい平常とした理由", long=True)
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "reason",
            N_("理由を書いてください。"),
            lambda a: a.status in CLOSED_BY_HAND and not a.reason.strip(),
        ),
        Rule(
            "owner",
            N_("担当を選んでください。"),
            lambda a: a.confirmed_at is not None and not a.owner,
        ),
        Rule(
            "due_at",
            N_("期限を決めてください。"),
            lambda a: a.confirmed_at is not None and a.due_at is None,
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether the rise goes on and nobody has closed it."""
        return self.status is AlarmStatus.OPEN

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has looked at it and taken it on."""
        return self.confirmed_at is not None
