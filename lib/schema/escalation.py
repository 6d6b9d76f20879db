"""エスカレーション: a case handed over (domain.md 7.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
    Change,
    Done,
    EscalationStatus,
    EscalationTrigger,
    Harassment,
    SecondaryCause,
    Temper,
)


class Escalation(Record):
    """One hand-over of a complaint: who gave it, who took it, how it ended."""

    id: Annotated[
        str, Column("エスカ番号", help="アプリが付ける番号", shown=Shown.AUTO)
    ]
    complaint_id: Annotated[
        str,
        Field(min_length=1),
        Column(
            "受付番号", help="引き継いだ苦情", shown=Shown.FIRST, refers="complaints"
        ),
    ]
    raised_at: Annotated[
        datetime, Column("発生日時", help="引き継ぎを求めた時刻", shown=Shown.FIRST)
    ]
    trigger: Annotated[
        EscalationTrigger,
        Column("きっかけ", help="規則か、人の判断か", shown=Shown.FIRST),
    ] = EscalationTrigger.MANUAL
    given_by: Annotated[
        str, Column("引継ぎ元", help="渡した人", shown=Shown.FIRST, refers="members")
    ] = ""
    taken_by: Annotated[
        str,
        Column(
            "引継ぎ先",
            help="受ける人。職位が同じか上",
            shown=Shown.FIRST,
            refers="members",
        ),
    ] = ""
    taker_title: Annotated[
        str, Column("引継ぎ先の役職", help="最初に名乗る役職", shown=Shown.AUTO)
    ] = ""
    accepted_at: Annotated[
        datetime | None, Column("受領日時", help="引継ぎ先が「受けた」を押した時刻")
    ] = None
    changes: Annotated[
        tuple[Change, ...],
        Column("カエル", help="人・時間・場所のどれを変えたか", shown=Shown.FIRST),
    ] = ()
    introduced: Annotated[
        Done, Column("名乗り済", help="役職と名前を最初に伝えたか")
    ] = Done.NOT_YET
    due_at: Annotated[
        datetime | None,
        Column("対応期限", help="いつまでに対応するか", shown=Shown.FIRST),
    ] = None
    status: Annotated[
        EscalationStatus, Column("状態", help="いまどこまで進んだか", shown=Shown.FIRST)
    ] = EscalationStatus.OPEN
    secondary_cause: Annotated[
        SecondaryCause | None,
        Column("二次化原因", help="二次クレームのとき。担当者のせいと決めつけない"),
    ] = None
    temper: Annotated[Temper, Column("温度感", help="引き継いだ時の様子")] = (
        Temper.UNASKED
    )
    harassment: Annotated[Harassment, Column("カスハラ", help="引き継いだ時の判断")] = (
        Harassment.UNASKED
    )
    course: Annotated[str, Column("経緯", help="何があったか", long=True)] = ""
    prevention: Annotated[
        str, Column("予防策", help="どうすれば防げたか", long=True)
    ] = ""
    follow_up_for: Annotated[
        str, Column("フォロー対象者", help="気持ちの手当てを受ける人", refers="members")
    ] = ""
    follow_up_due: Annotated[
        date | None, Column("フォロー予定日", help="いつ声をかけるか")
    ] = None
    follow_up_done: Annotated[
        date | None, Column("フォロー実施日", help="声をかけた日")
    ] = None
    follow_up_by: Annotated[
        str, Column("フォロー実施者", help="声をかけた人", refers="members")
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "introduced",
            N_("人を替えたときは、役職と名前を名乗ったことを確かめてください。"),
            lambda e: Change.PERSON in e.changes and e.introduced is not Done.DONE,
            Stage.CLOSING,
        ),
        Rule(
            "course",
            N_("経緯を書いてください。次に同じことを防ぐもとになります。"),
            lambda e: not e.course.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "prevention",
            N_("どうすれば防げたかを書いてください。"),
            lambda e: not e.prevention.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "follow_up_for",
            N_("温度感4以上・カスハラでは、応対した人へのフォローを決めてください。"),
            lambda e: e.needs_follow_up and not e.follow_up_for,
            Stage.CLOSING,
        ),
        Rule(
            "follow_up_due",
            N_("フォローの予定日を決めてください。"),
            lambda e: e.needs_follow_up and e.follow_up_due is None,
            Stage.CLOSING,
        ),
    )

    @property
    def needs_follow_up(self) -> bool:
        """Whether the operator must be looked after (R59, L20)."""
        return (
            self.temper in {Temper.FURIOUS, Temper.HOSTILE}
            or self.harassment is Harassment.CONFIRMED
        )
