"""文書 and 研修: what everybody is to know, and who learned it when (R60)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import DocumentKind, DocumentStatus, Flag

REVIEW_AFTER_DAYS: Final = 180
"""When a new document is to be read again, where nobody says another day."""

_PARTING: Final = re.compile(r"[、,，\s]+")


class Document(Record):
    """One short page: how calls are answered, what is often asked, what holds here."""

    id: Annotated[str, Column("文書番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    title: Annotated[
        str,
        Field(min_length=1),
        Column("題名", help="何についての文書か", shown=Shown.FIRST),
    ]
    kind: Annotated[
        DocumentKind, Column("種類", help="何に使う文書か", shown=Shown.FIRST)
    ] = DocumentKind.MANUAL
    product_code: Annotated[
        str,
        Column(
            "対象商品",
            help="商品コード。全体なら空",
            shown=Shown.FIRST,
            refers="products",
        ),
    ] = ""
    claim_type: Annotated[
        str,
        Column(
            "対象の申出",
            help="どの申出のときに読むか。どれでもなら空",
            shown=Shown.FIRST,
            suggests="claim_types",
        ),
    ] = ""
    body: Annotated[
        str,
        Column(
            "本文",
            help="お客様の名前や連絡先は書かない",
            shown=Shown.FIRST,
            long=True,
        ),
    ] = ""
    source_ids: Annotated[
        str,
        Column(
            "もとになった件",
            help="受付番号・問合せ番号。読点で区切る",
            shown=Shown.FIRST,
        ),
    ] = ""
    owner: Annotated[
        str,
        Column("担当", help="見直す人", shown=Shown.FIRST, refers="members"),
    ] = ""
    review_on: Annotated[
        date | None,
        Column("見直し期限", help="いつまでに読み直すか", shown=Shown.FIRST),
    ] = None
    for_everybody: Annotated[
        Flag,
        Column(
            "全員が受ける",
            help="はい: 研修を受けていない人が「人と研修」に出る",
            shown=Shown.FIRST,
        ),
    ] = Flag.NO
    status: Annotated[
        DocumentStatus,
        Column("状態", help="下書き→使用中→廃止", shown=Shown.FIRST),
    ] = DocumentStatus.IN_USE

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("title", N_("題名を入れてください。"), lambda d: not d.title.strip()),
        Rule(
            "body",
            N_("本文を書いてください。"),
            lambda d: d.status is DocumentStatus.IN_USE and not d.body.strip(),
        ),
        Rule(
            "review_on",
            N_("見直し期限があると、古くなったことに気づけます。"),
            lambda d: d.status is DocumentStatus.IN_USE and d.review_on is None,
            Stage.ADVISED,
        ),
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """The numbers of the cases that it was made from; () for none."""
        return tuple(part for part in _PARTING.split(self.source_ids) if part)


class Training(Record):
    """One person and one document: when they learned it, and when they do again."""

    email: Annotated[
        str,
        Field(min_length=1),
        Column("受講者", help="メンバーのメール", shown=Shown.FIRST),
    ]
    document_id: Annotated[
        str,
        Field(min_length=1),
        Column(
            "文書番号",
            help="何を学んだか",
            shown=Shown.FIRST,
            refers="documents",
        ),
    ]
    read_on: Annotated[
        date | None,
        Column("読んだ日", help="本人が読んだと残した日", shown=Shown.FIRST),
    ] = None
    trained_on: Annotated[
        date | None, Column("受けた日", help="研修を受けた日", shown=Shown.FIRST)
    ] = None
    next_on: Annotated[
        date | None,
        Column("次回", help="いつまでにもう一度受けるか", shown=Shown.FIRST),
    ] = None

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "next_on",
            N_("次回は、受けた日より後にしてください。"),
            lambda t: (
                t.next_on is not None
                and t.trained_on is not None
                and t.next_on <= t.trained_on
            ),
        ),
    )
