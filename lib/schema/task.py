"""作業: one thing that somebody owes by a time, on a case, an inquiry or a crisis."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule
from lib.schema.vocab import TaskKind


class Task(Record):
    """A step of a crisis list or an agency's instruction: done, or waived by name."""

    id: Annotated[str, Column("作業番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    case_id: Annotated[
        str,
        Field(min_length=1),
        Column(
            "対象番号", help="受付番号・問合せ番号・重大事案番号", shown=Shown.FIRST
        ),
    ]
    kind: Annotated[
        TaskKind, Column("種別", help="何から生まれた作業か", shown=Shown.FIRST)
    ] = TaskKind.OTHER
    step: Annotated[
        str, Column("手順の記号", help="手順表のどの行か", shown=Shown.AUTO)
    ] = ""
    title: Annotated[
        str,
        Field(min_length=1),
        Column("題名", help="何をするか", shown=Shown.FIRST),
    ]
    given_at: Annotated[
        datetime | None,
        Column("指示日時", help="求められた時刻。行政の指示では指示のあった時刻"),
    ] = None
    owner: Annotated[
        str, Column("担当", help="進める人", shown=Shown.FIRST, refers="members")
    ] = ""
    due_at: Annotated[
        datetime | None, Column("期限", help="いつまでにするか", shown=Shown.FIRST)
    ] = None
    done_at: Annotated[
        datetime | None,
        Column("完了日時", help="済ませたか、しないと決めた時刻", shown=Shown.FIRST),
    ] = None
    done_by: Annotated[
        str, Column("完了した人", help="済ませた人・決めた人", refers="members")
    ] = ""
    waived_reason: Annotated[
        str, Column("しない理由", help="この件では要らないと決めたとき")
    ] = ""
    note: Annotated[str, Column("メモ", help="どうしたか", long=True)] = ""
    evidence_url: Annotated[str, Column("証跡URL", help="控え・資料の置き場所")] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "done_by",
            N_("済ませた人の名前が要ります。"),
            lambda t: t.done_at is not None and not t.done_by,
        ),
        Rule(
            "done_at",
            N_("しないと決めたときは、決めた時刻も残してください。"),
            lambda t: bool(t.waived_reason.strip()) and t.done_at is None,
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.done_at is None
