"""メンバー, センター, 商品マスタ, 設定 (domain.md 7.7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule
from lib.schema.vocab import (
    AnswerRateMethod,
    Flag,
    ProductKind,
    Role,
    UtilisationMethod,
)


class Member(Record):
    """One person. Names may change; the mail address, the key, may not."""

    email: Annotated[
        str,
        Field(min_length=1),
        Column(
            "メール",
            help="サインインに使う。後から変えられない",
            shown=Shown.FIRST,
            formerly=("Googleアカウント",),
        ),
    ]
    name: Annotated[
        str,
        Field(min_length=1),
        Column("氏名", help="台帳に載る名前", shown=Shown.FIRST),
    ]
    aliases: Annotated[
        str,
        Column(
            "別名",
            help="シートでの書き方。読点で区切る。例: 山田、やまだ",
            shown=Shown.FIRST,
        ),
    ] = ""
    role: Annotated[
        Role, Column("役割", help="見えるもの・できることが決まる", shown=Shown.FIRST)
    ] = Role.CLERK
    centre: Annotated[
        str,
        Column(
            "所属",
            help="委託先ならセンターコード。社員は「自社」",
            shown=Shown.FIRST,
            refers="centres",
        ),
    ] = "自社"
    title: Annotated[
        str,
        Column(
            "役職",
            help="引き継ぎで名乗る役職",
            shown=Shown.FIRST,
            formerly=("役職(名乗り用)",),
        ),
    ] = ""
    rank: Annotated[
        int | None,
        Field(ge=0, le=99),
        Column(
            "職位順",
            help="数が大きいほど上位。引き継ぎ先の候補に使う",
            shown=Shown.FIRST,
        ),
    ] = None
    skills: Annotated[
        str, Column("得意分野", help="読点で区切る。社内確認の相手を選ぶのに使う")
    ] = ""
    trained_on: Annotated[
        date | None, Column("研修済日", help="応対研修を終えた日")
    ] = None
    channel: Annotated[
        str, Column("通知先", help="設定した通知先の名前。住所や鍵は書かない")
    ] = ""
    active: Annotated[
        Flag, Column("有効", help="退職・異動したら「いいえ」", shown=Shown.FIRST)
    ] = Flag.YES

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("name", N_("名前を入力してください。"), lambda m: not m.name.strip()),
        Rule(
            "centre",
            N_("委託先の人には、所属のセンターを選んでください。"),
            lambda m: m.role is Role.OUTSOURCED and m.centre in {"", "自社"},
        ),
    )

    @property
    def is_active(self) -> bool:
        """Whether the person still works with us."""
        return self.active is Flag.YES


class Centre(Record):
    """One call centre, with the definitions its figures follow."""

    code: Annotated[
        str,
        Field(min_length=1),
        Column(
            "センターコード",
            help="短い記号。後から変えられない",
            shown=Shown.FIRST,
            verbatim=True,
        ),
    ]
    name: Annotated[
        str,
        Field(min_length=1),
        Column("センター名", help="画面に出る名前", shown=Shown.FIRST),
    ]
    answer_rate_method: Annotated[
        AnswerRateMethod,
        Column(
            "応答率の方式", help="短時間放棄を分母に含むか除くか", shown=Shown.FIRST
        ),
    ] = AnswerRateMethod.ALL_OFFERED
    short_abandon_seconds: Annotated[
        int,
        Field(ge=0, le=60),
        Column("短時間放棄秒", help="何秒までを短時間とするか", unit="秒"),
    ] = 5
    service_level_seconds: Annotated[
        int,
        Field(ge=1, le=600),
        Column("SL秒", help="何秒以内の応答を数えるか", unit="秒"),
    ] = 20
    utilisation_method: Annotated[
        UtilisationMethod,
        Column("稼働率の方式", help="A: 待機を含む / B: 保留を含み待機を除く"),
    ] = UtilisationMethod.A
    opening_hours: Annotated[
        str, Column("営業時間", help="例: 9:00-18:00", shown=Shown.FIRST)
    ] = "9:00-18:00"
    lunch_break: Annotated[
        str, Column("昼休み", help="例: 12:00-13:00。なければ空")
    ] = ""
    weekly_closed: Annotated[
        str, Column("定休日", help="曜日を並べる。例: 土日祝", shown=Shown.FIRST)
    ] = "土日祝"
    entry_deadline: Annotated[
        str,
        Column("入力締切時刻", help="翌営業日の何時までに入れるか", shown=Shown.FIRST),
    ] = "10:00"
    target_answer_rate: Annotated[
        float | None,
        Field(ge=0, le=100),
        Column("目標応答率", help="この率を下回ると注意", unit="%", shown=Shown.FIRST),
    ] = 90.0
    subscriptions: Annotated[
        Flag,
        Column(
            "定期の解約を受ける",
            help="はい: 解約申出・抑止の欄を出す",
            shown=Shown.FIRST,
        ),
    ] = Flag.YES
    phone_reports: Annotated[
        Flag, Column("電話報告", help="はい: このセンターの人が苦情を登録できる")
    ] = Flag.NO
    spreadsheet: Annotated[
        str,
        Column(
            "センター用シート",
            help="このセンターだけに見せるスプレッドシートのURL。なければ空のまま",
            verbatim=True,
        ),
    ] = ""
    active: Annotated[
        Flag, Column("有効", help="契約が終わったら「いいえ」", shown=Shown.FIRST)
    ] = Flag.YES

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("code", N_("コードを入力してください。"), lambda c: not c.code.strip()),
        Rule("name", N_("名前を入力してください。"), lambda c: not c.name.strip()),
    )


class Product(Record):
    """One product; its kind and maker decide which statutory clocks apply."""

    code: Annotated[
        str,
        Field(min_length=1),
        Column(
            "商品コード",
            help="カートの商品コード。後から変えられない",
            shown=Shown.FIRST,
            verbatim=True,
        ),
    ]
    name: Annotated[
        str,
        Field(min_length=1),
        Column("商品名", help="画面に出る名前", shown=Shown.FIRST),
    ]
    kind: Annotated[
        ProductKind,
        Column(
            "商品区分", help="法律の期限が変わる", shown=Shown.FIRST, formerly=("区分",)
        ),
    ] = ProductKind.UNKNOWN
    subscription: Annotated[
        Flag, Column("定期対象", help="定期購入があるか", shown=Shown.FIRST)
    ] = Flag.NO
    launched_on: Annotated[
        date | None,
        Column("発売日", help="発売直後の増加を見分ける", shown=Shown.FIRST),
    ] = None
    maker: Annotated[
        str,
        Column(
            "製造販売元",
            help="会社名と連絡先",
            shown=Shown.FIRST,
            formerly=("製造販売元・連絡先",),
        ),
    ] = ""
    own_make: Annotated[
        Flag,
        Column(
            "自社は製造・輸入者か", help="事故の報告義務が変わる", shown=Shown.FIRST
        ),
    ] = Flag.NO
    on_sale: Annotated[
        Flag, Column("販売中", help="終売なら「いいえ」", shown=Shown.FIRST)
    ] = Flag.YES

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("code", N_("コードを入力してください。"), lambda p: not p.code.strip()),
        Rule("name", N_("名前を入力してください。"), lambda p: not p.name.strip()),
    )


class Setting(Record):
    """One setting that counts from a day on; older values stay for older days."""

    group: Annotated[
        str,
        Field(min_length=1),
        Column("区分", help="設定のまとまり", shown=Shown.FIRST),
    ]
    name: Annotated[
        str, Field(min_length=1), Column("名前", help="設定の名前", shown=Shown.FIRST)
    ]
    effective_from: Annotated[
        date, Column("適用開始日", help="この日から数える", shown=Shown.FIRST)
    ]
    value: Annotated[
        str, Column("値", help="数・言葉・文例", shown=Shown.FIRST, long=True)
    ] = ""
    description: Annotated[
        str, Column("説明", help="何のための設定か", shown=Shown.FIRST)
    ] = ""
    checked_on: Annotated[
        date | None,
        Column("確認日", help="法令などを最後に確かめた日", shown=Shown.FIRST),
    ] = None
