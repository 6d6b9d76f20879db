"""期限: clocks set by law, guideline, agency or ourselves (domain.md 7.5)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule
from lib.schema.vocab import Applicability, DeadlineKind


class Deadline(Record):
    """One clock that can run out. Counts as law only once a person confirms it."""

    id: Annotated[str, Column("時計番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    case_id: Annotated[
        str,
        Field(min_length=1),
        Column("対象番号", help="受付番号か問合せ番号", shown=Shown.FIRST),
    ]
    rule_code: Annotated[
        str,
        Field(min_length=1),
        Column("規則コード", help="設定の規則表の記号。例: L1速報", shown=Shown.FIRST),
    ]
    kind: Annotated[
        DeadlineKind,
        Column("区分", help="法定・目安・先方指定・社内", shown=Shown.FIRST),
    ]
    started_at: Annotated[
        datetime, Column("起算日時", help="数え始める時刻", shown=Shown.FIRST)
    ]
    due_at: Annotated[datetime, Column("期限", help="いつまでか", shown=Shown.FIRST)]
    owner: Annotated[str, Column("担当", help="この期限を守る人", refers="members")] = (
        ""
    )
    change_reason: Annotated[str, Column("期限変更の理由", help="手で変えたとき")] = ""
    applies: Annotated[
        Applicability,
        Column("該当確認", help="人が確かめるまでは未確認", shown=Shown.FIRST),
    ] = Applicability.UNCHECKED
    checked_by: Annotated[
        str, Column("確認者", help="該当・非該当を決めた人", refers="members")
    ] = ""
    check_reason: Annotated[str, Column("確認の理由", help="そう判断した理由")] = ""
    done_at: Annotated[datetime | None, Column("完了日時", help="済ませた時刻")] = None
    evidence_url: Annotated[str, Column("証跡URL", help="届出の控えなど")] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "checked_by",
            N_("該当・非該当を決めた人の名前が要ります。"),
            lambda d: d.applies is not Applicability.UNCHECKED and not d.checked_by,
        ),
    )
