"""フォロー・相談: looking after the people who answered (R59, L20).

Who was hurt and what was said about it is nobody's business but theirs and their
manager's, so it has a table of its own with rights of its own. No health details.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule
from lib.schema.vocab import CareKind


class CareRecord(Record):
    """One talk with an operator: a follow-up that was owed, or one they asked for."""

    id: Annotated[
        str, Column("フォロー番号", help="アプリが付ける番号", shown=Shown.AUTO)
    ]
    case_id: Annotated[
        str,
        Column(
            "受付番号",
            help="もとになった苦情。なければ空",
            shown=Shown.FIRST,
            refers="complaints",
        ),
    ] = ""
    kind: Annotated[
        CareKind, Column("種別", help="フォローか、本人からの相談か", shown=Shown.FIRST)
    ]
    for_whom: Annotated[
        str,
        Field(min_length=1),
        Column(
            "対象者",
            help="応対した人。委託先の人も含む",
            shown=Shown.FIRST,
            refers="members",
        ),
    ]
    due_at: Annotated[
        datetime | None,
        Column("期限", help="いつまでに声をかけるか", shown=Shown.FIRST),
    ] = None
    done_at: Annotated[
        datetime | None,
        Column("実施日時", help="声をかけた・相談を受けた時刻", shown=Shown.FIRST),
    ] = None
    done_by: Annotated[
        str,
        Column("実施者", help="声をかけた人", shown=Shown.FIRST, refers="members"),
    ] = ""
    evidence: Annotated[
        str,
        Column("残した証拠", help="録音・メール・日時の記録など", long=True),
    ] = ""
    measures: Annotated[
        str,
        Column("とった措置", help="担当替え・複数対応・警察相談など", long=True),
    ] = ""
    note: Annotated[
        str,
        Column(
            "記録",
            help="本人の話と決めたこと。病名など健康のことは書かない",
            long=True,
        ),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "done_by",
            N_("声をかけた人の名前が要ります。"),
            lambda c: c.done_at is not None and not c.done_by,
        ),
    )
