"""操作ログ: who changed what, append-only (domain.md 7.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record
from lib.schema.vocab import AuditRoute

CHANGED = N_("変更あり")
"""What stands for the value of a personal field: that it changed, never what it was."""

CREATED = N_("(新規)")
"""Stands for the field in the one log row of an insert."""


class AuditEntry(Record):
    """One field of one row changed by one person, or one row made."""

    id: Annotated[str, Column("記録番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    commit_id: Annotated[
        str,
        Field(min_length=1),
        Column("保存番号", help="同じ保存で変わったものは同じ番号", shown=Shown.AUTO),
    ]
    at: Annotated[datetime, Column("日時", help="変わった時刻", shown=Shown.AUTO)]
    actor: Annotated[str, Column("利用者", help="変えた人", shown=Shown.AUTO)]
    table: Annotated[str, Column("タブ", help="どの表か", shown=Shown.AUTO)]
    row_key: Annotated[str, Column("番号", help="どの行か", shown=Shown.AUTO)]
    field_name: Annotated[str, Column("項目", help="どの項目か", shown=Shown.AUTO)]
    before: Annotated[
        str, Column("変更前", help="個人の情報は残さない", shown=Shown.AUTO, long=True)
    ] = ""
    after: Annotated[
        str, Column("変更後", help="個人の情報は残さない", shown=Shown.AUTO, long=True)
    ] = ""
    route: Annotated[
        AuditRoute, Column("経路", help="どこから変えたか", shown=Shown.AUTO)
    ] = AuditRoute.APP
    reason: Annotated[
        str, Column("理由", help="変えた理由", shown=Shown.AUTO, long=True)
    ] = ""
