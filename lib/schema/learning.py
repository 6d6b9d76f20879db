"""施策・改善 and 点検 (domain.md 7.7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
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
