"""ページ点検: what a page or a script was found to say (R14, L9-L12)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import CheckResult, PageKind


class PageCheck(Record):
    """One item of one check of one page."""

    checked_on: Annotated[date, Column("点検日", help="確かめた日", shown=Shown.FIRST)]
    page: Annotated[
        str,
        Field(min_length=1),
        Column(
            "ページ",
            help="LP・画面・台本の名前",
            shown=Shown.FIRST,
            suggests="sales_pages",
        ),
    ]
    item: Annotated[
        str,
        Field(min_length=1),
        Column("項目の記号", help="点検表のどの行か", shown=Shown.FIRST),
    ]
    page_kind: Annotated[
        PageKind, Column("ページの種類", help="点検表がこれで決まる", shown=Shown.FIRST)
    ]
    result: Annotated[
        CheckResult | None, Column("結果", help="良・要改善・対象外", shown=Shown.FIRST)
    ] = None
    inspector: Annotated[
        str, Column("点検者", help="確かめた人", shown=Shown.FIRST, refers="members")
    ] = ""
    url: Annotated[str, Column("URL", help="点検した画面の場所")] = ""
    note: Annotated[
        str, Column("所見", help="気づいたこと", shown=Shown.FIRST, long=True)
    ] = ""
    improvement_id: Annotated[
        str, Column("改善番号", help="要改善のとき", refers="improvements")
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "inspector",
            N_("点検した人の名前が要ります。"),
            lambda c: c.result is not None and not c.inspector,
        ),
        Rule(
            "improvement_id",
            N_("要改善のときは、改善につなぐと忘れません。"),
            lambda c: c.result is CheckResult.TO_IMPROVE and not c.improvement_id,
            Stage.ADVISED,
        ),
    )
