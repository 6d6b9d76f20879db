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


ARCHIVED = N_("(保管)")
"""Stands for the field where a complaint was put away; 変更後 tells the year."""

BROUGHT_BACK = N_("(保管から戻す)")
"""Stands for the field where it came back."""

TAKEN_FOR_GONE = N_("(消えた行を承知)")
"""Stands for the field where somebody confirmed that rows are gone from a sheet."""

SIGNED_IN = N_("(サインイン)")
SIGNED_OUT = N_("(サインアウト)")
FAILED = N_("(サインインの失敗)")
LOCKED = N_("(試しすぎて停止)")
INVITED = N_("(招待を作成)")
INVITATION_USED = N_("(招待を使用)")
INVITATION_VOID = N_("(招待を取消)")
PASSWORD_CHANGED = N_("(パスワードを変更)")
STEP_BEGUN = N_("(2段階の確認を開始)")
STEP_ENDED = N_("(2段階の確認を終了)")
ROLE_CONFIRMED = N_("(役割を確認)")
ROLE_HELD_BACK = N_("(役割の変更を保留)")
REFUSED = N_("(権限がなく拒否)")

AT_THE_DOOR = (
    SIGNED_IN,
    SIGNED_OUT,
    FAILED,
    LOCKED,
    INVITED,
    INVITATION_USED,
    INVITATION_VOID,
    PASSWORD_CHANGED,
    STEP_BEGUN,
    STEP_ENDED,
    ROLE_CONFIRMED,
    ROLE_HELD_BACK,
    REFUSED,
)
"""What stands for the field where no record was changed but somebody came or went."""

COUNTED = (FAILED, LOCKED, REFUSED)
"""Of these a person may cause thousands: they are told with their number."""


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
    row_key: Annotated[str, Column("番号", help="どの行か", shown=Shown.AUTO)] = ""
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
