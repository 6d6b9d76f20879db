"""重大事案 and 回収ロット: what may become 法的措置 or 社会的制裁 (R63-R69)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import CrisisKind, CrisisStatus, GraveAccident, LeakTrigger

_Count = Annotated[int | None, Field(ge=0)]


class Crisis(Record):
    """One leak, product accident or grave mistake; its complaints name it."""

    id: Annotated[
        str, Column("重大事案番号", help="アプリが付ける番号", shown=Shown.AUTO)
    ]
    kind: Annotated[
        CrisisKind, Column("種別", help="手順表がこれで決まる", shown=Shown.FIRST)
    ]
    title: Annotated[
        str,
        Field(min_length=1),
        Column("題名", help="何が起きたか、一行で", shown=Shown.FIRST),
    ]
    known_at: Annotated[
        datetime,
        Column("知った日時", help="法定の期限はここから数える", shown=Shown.FIRST),
    ]
    leader: Annotated[
        str,
        Column("責任者", help="全体を率いる人", shown=Shown.FIRST, refers="members"),
    ] = ""
    status: Annotated[
        CrisisStatus, Column("状態", help="いまどこまで進んだか", shown=Shown.FIRST)
    ] = CrisisStatus.WORKING
    facts: Annotated[
        str,
        Column(
            "わかっていること",
            help="事実だけ。推測は書かない",
            shown=Shown.FIRST,
            long=True,
        ),
    ] = ""
    leak_triggers: Annotated[
        tuple[LeakTrigger, ...],
        Column("漏えいの型", help="報告が要る四つの型。おそれを含む"),
    ] = ()
    accident: Annotated[
        GraveAccident, Column("重大製品事故", help="原因が分からなくても数える")
    ] = GraveAccident.UNASKED
    product_code: Annotated[
        str,
        Column("商品コード", help="製品事故のとき", refers="products", verbatim=True),
    ] = ""
    affected_known: Annotated[
        _Count,
        Column("影響を受けた人", help="わかっている数。不明なら空", unit="人"),
    ] = None
    affected_informed: Annotated[
        _Count, Column("知らせた人", help="本人に知らせ終えた数", unit="人")
    ] = None
    affected_compensated: Annotated[
        _Count, Column("補償した人", help="補償を終えた数", unit="人")
    ] = None
    cause: Annotated[str, Column("原因", help="確かめたこと", long=True)] = ""
    prevention: Annotated[
        str, Column("再発防止策", help="公表できる言葉で", long=True)
    ] = ""
    closed_at: Annotated[
        datetime | None, Column("完了日時", help="終えた時刻", shown=Shown.AUTO)
    ] = None

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "leader",
            N_("全体を率いる責任者を決めてください。"),
            lambda c: not c.leader,
            Stage.CLOSING,
        ),
        Rule(
            "affected_known",
            N_("影響を受けた人の数を入れてください。"),
            lambda c: c.affected_known is None,
            Stage.CLOSING,
        ),
        Rule(
            "cause",
            N_("原因を書いてください。"),
            lambda c: not c.cause.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "prevention",
            N_("再発防止策を書いてください。"),
            lambda c: not c.prevention.strip(),
            Stage.CLOSING,
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether it is still being dealt with."""
        return self.status is CrisisStatus.WORKING


class RecallLot(Record):
    """One lot that is called back. Blank counts are unknown, not zero."""

    crisis_id: Annotated[
        str,
        Field(min_length=1),
        Column(
            "重大事案番号", help="どの事案の回収か", shown=Shown.FIRST, refers="crises"
        ),
    ]
    product_code: Annotated[
        str,
        Field(min_length=1),
        Column(
            "商品コード",
            help="回収する商品",
            shown=Shown.FIRST,
            refers="products",
            verbatim=True,
        ),
    ]
    lot: Annotated[
        str,
        Field(min_length=1),
        Column("ロット番号", help="回収するロット", shown=Shown.FIRST, verbatim=True),
    ]
    shipped: Annotated[
        _Count, Column("出荷数", help="世に出た数", unit="個", shown=Shown.FIRST)
    ] = None
    recovered: Annotated[
        _Count, Column("回収数", help="戻った数", unit="個", shown=Shown.FIRST)
    ] = None
    note: Annotated[str, Column("メモ", help="どこに残るか", long=True)] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "recovered",
            N_("回収数が出荷数を上回っています。"),
            lambda r: (
                r.shipped is not None
                and r.recovered is not None
                and r.recovered > r.shipped
            ),
            Stage.ADVISED,
        ),
    )
