"""通知: what was told to whom, and what still waits to be told.

A row is claimed by being inserted: its key names the step and the channel, so of two
processes one inserts it and the other meets a `Conflict`. What is not sent stays as a
row, so nothing is lost with a process or a dead webhook. It holds numbers and moments,
never anything that a person typed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from lib.schema.column import Column, Shown
from lib.schema.record import Record
from lib.schema.vocab import NoticeKind, NoticeState


class Notice(Record):
    """One step that one channel is told about, once."""

    step: Annotated[
        str,
        Field(min_length=1),
        Column(
            "段階",
            help="何についての通知か。同じ段階は一度だけ知らせる",
            shown=Shown.AUTO,
            verbatim=True,
        ),
    ]
    channel: Annotated[
        str,
        Field(min_length=1),
        Column("通知先", help="設定した通知先の名前", shown=Shown.AUTO, verbatim=True),
    ]
    kind: Annotated[NoticeKind, Column("種別", help="何の通知か", shown=Shown.AUTO)]
    case_id: Annotated[
        str, Column("対象番号", help="受付番号か問合せ番号", shown=Shown.AUTO)
    ] = ""
    due_at: Annotated[
        datetime, Column("発生日時", help="知らせることが起きた時刻", shown=Shown.AUTO)
    ]
    state: Annotated[
        NoticeState, Column("状態", help="送ったか、まだか", shown=Shown.AUTO)
    ] = NoticeState.WAITING
    claimed_by: Annotated[
        str, Column("受け持ち", help="送っているアプリの印", shown=Shown.AUTO)
    ] = ""
    next_at: Annotated[
        datetime | None,
        Column("次に送る時刻", help="これより前には送らない", shown=Shown.AUTO),
    ] = None
    tries: Annotated[
        int,
        Field(ge=0),
        Column(
            "失敗した回数", help="続けて送れなかった回数", unit="回", shown=Shown.AUTO
        ),
    ] = 0
    problem: Annotated[
        str,
        Column("送れない理由", help="最後に送れなかった理由の記号", shown=Shown.AUTO),
    ] = ""
    sent_at: Annotated[
        datetime | None, Column("送信日時", help="送り終えた時刻", shown=Shown.AUTO)
    ] = None
