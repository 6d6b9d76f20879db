"""施策・改善 and 点検 (domain.md 7.7)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
    Category,
    Cause,
    ImprovementKind,
    ImprovementStatus,
    InspectionItem,
    InspectionResult,
    MendedPlace,
)

_STARTED = frozenset(
    {ImprovementStatus.DOING, ImprovementStatus.CHECKING, ImprovementStatus.SETTLED}
)


EVENTS: Final = frozenset({ImprovementKind.MEDIA, ImprovementKind.OUTAGE})
"""What befell the company: marked on charts, but no measure of its own."""


class Improvement(Record):
    """One measure, or an event that moves figures too; on charts from its first day."""

    id: Annotated[str, Column("改善番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    title: Annotated[
        str, Field(min_length=1), Column("題名", help="何をするか", shown=Shown.FIRST)
    ]
    kind: Annotated[
        ImprovementKind, Column("種類", help="どこを変えるか", shown=Shown.FIRST)
    ] = ImprovementKind.OTHER
    place: Annotated[
        MendedPlace | None,
        Column("修正箇所", help="直すところ", shown=Shown.FIRST),
    ] = None
    product_code: Annotated[
        str,
        Column(
            "対象商品",
            help="商品コード。全体なら空",
            shown=Shown.FIRST,
            refers="products",
        ),
    ] = ""
    sales_page: Annotated[
        str,
        Column(
            "対象LP", help="対象のページ", shown=Shown.FIRST, suggests="sales_pages"
        ),
    ] = ""
    target_figure: Annotated[
        str,
        Column(
            "動かす数字", help="苦情率・応答率など", shown=Shown.FIRST, suggests="kpis"
        ),
    ] = ""
    starts_on: Annotated[
        date | None, Column("開始日", help="始めた日", shown=Shown.FIRST)
    ] = None
    owner: Annotated[
        str, Column("担当", help="進める人", shown=Shown.FIRST, refers="members")
    ] = ""
    status: Annotated[
        ImprovementStatus,
        Column("状態", help="案→実施→効果確認→定着", shown=Shown.FIRST),
    ] = ImprovementStatus.IDEA
    due_on: Annotated[
        date | None, Column("期限", help="いつまでに直すか", shown=Shown.FIRST)
    ] = None
    done_on: Annotated[date | None, Column("完了日", help="直し終えた日")] = None
    check_on: Annotated[
        date | None, Column("効果確認日", help="効き目を確かめる日", shown=Shown.FIRST)
    ] = None
    effect: Annotated[
        str, Column("効果", help="前後28日の件数と率", shown=Shown.AUTO, long=True)
    ] = ""
    trigger_id: Annotated[
        str, Column("きっかけ番号", help="もとになった苦情か問合せ")
    ] = ""
    before_url: Annotated[str, Column("修正前", help="直す前の画面の置き場所")] = ""
    after_url: Annotated[str, Column("修正後", help="直した後の画面の置き場所")] = ""
    centre: Annotated[
        str,
        Column("対象センター", help="会社全体のことなら空", refers="centres"),
    ] = ""
    claim_type: Annotated[
        str,
        Column("対象の申出", help="どの申出の苦情か", suggests="claim_types"),
    ] = ""
    category: Annotated[
        Category | None, Column("対象の内容分類", help="どの内容分類の苦情か")
    ] = None
    cause: Annotated[
        Cause | None, Column("対象の原因区分", help="どの原因の苦情か")
    ] = None
    note: Annotated[
        str, Column("経過", help="日付つきの覚え書き。新しいものを下に書く", long=True)
    ] = ""
    settled_on: Annotated[
        date | None,
        Column("定着日", help="良くなったと分かった日", shown=Shown.AUTO),
    ] = None
    relapsed_on: Annotated[
        date | None,
        Column("再発日", help="数字が戻ったと分かった日", shown=Shown.AUTO),
    ] = None
    earlier: Annotated[
        str,
        Column(
            "前回まで",
            help="もう一度始める前の開始日・定着日・再発日",
            shown=Shown.AUTO,
            long=True,
        ),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "starts_on",
            N_("始めた日を入れてください。前後を比べる境目になります。"),
            lambda i: i.status in _STARTED and i.starts_on is None,
        ),
        Rule(
            "owner",
            N_("担当を決めると進みます。"),
            lambda i: not i.owner,
            Stage.ADVISED,
        ),
    )


class Inspection(Record):
    """One item of a month's check."""

    month: Annotated[date, Column("月", help="その月の1日", shown=Shown.FIRST)]
    item: Annotated[
        InspectionItem, Column("項目", help="何を点検したか", shown=Shown.FIRST)
    ]
    result: Annotated[
        InspectionResult | None, Column("結果", help="良 / 要改善", shown=Shown.FIRST)
    ] = None
    inspector: Annotated[
        str, Column("点検者", help="確かめた人", shown=Shown.FIRST, refers="members")
    ] = ""
    note: Annotated[
        str, Column("所見", help="気づいたこと", shown=Shown.FIRST, long=True)
    ] = ""
    improvement_id: Annotated[
        str,
        Column(
            "改善番号", help="要改善のとき", shown=Shown.FIRST, refers="improvements"
        ),
    ] = ""
    signed_at: Annotated[
        datetime | None,
        Column("署名日時", help="点検者が署名した時刻", shown=Shown.AUTO),
    ] = None
    signature: Annotated[
        str,
        Column("署名", help="署名のときの結果と所見の印", shown=Shown.AUTO),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "month",
            N_("その月の1日の日付にしてください。"),
            lambda i: i.month.day != 1,
        ),
        Rule(
            "inspector",
            N_("点検した人の名前が要ります。"),
            lambda i: i.result is not None and not i.inspector,
        ),
        Rule(
            "improvement_id",
            N_("要改善のときは、改善につなぐと忘れません。"),
            lambda i: i.result is InspectionResult.TO_IMPROVE and not i.improvement_id,
            Stage.ADVISED,
        ),
    )

    @property
    def mark(self) -> str:
        """What a signature under this result would be; another after any change of it."""
        said = (
            f"{self.month:%Y-%m}",
            self.item.value,
            self.result.value if self.result else "",
            self.inspector,
            self.note,
            f"{self.signed_at:%Y-%m-%dT%H:%M:%S}" if self.signed_at else "",
        )
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]

    @property
    def is_signed(self) -> bool:
        """Whether somebody stands by the result as it is.

        A row that was filled in by hand, in the sheet, is signed by the name in it.
        """
        named = self.result is not None and bool(self.inspector)
        return named and not self.is_changed

    @property
    def is_changed(self) -> bool:
        """Whether it was changed, in the sheet or elsewhere, after it was signed."""
        was_signed = bool(self.signature) or self.signed_at is not None
        return was_signed and not self._matches

    @property
    def _matches(self) -> bool:
        return self.signature == self.mark

    def signed(self, inspector: str, at: datetime) -> Self:
        """Return it signed by a person at a moment."""
        named = self.with_values(inspector=inspector, signed_at=at, signature="")
        return named.with_values(signature=named.mark)
