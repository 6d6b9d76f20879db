"""A row in 操作ログ for what leaves the app or is decided without changing a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lib.schema.audit import AuditEntry
from lib.schema.ids import new_commit_id
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

A_ROW = tuple[str, str]
"""Table and key; "" for a key where no single row is meant."""


def entries(
    commit_id: str,
    actor: str,
    what: str,
    rows: Sequence[A_ROW],
    *,
    now: datetime,
    after: str = "",
    reason: str = "",
    since: int = 1,
) -> tuple[AuditEntry, ...]:
    """Return an entry a row, to be saved with what they tell of.

    what: stands for the field. since: number of the first within the commit, past
        those that the store makes itself.
    """
    return tuple(
        AuditEntry(
            id=f"L-{commit_id}-{number:05}",
            commit_id=commit_id,
            at=now,
            actor=actor,
            table=table,
            row_key=key,
            field_name=what,
            after=after,
            reason=reason,
        )
        for number, (table, key) in enumerate(rows, start=since)
    )


def note(
    store: UserStore,
    actor: str,
    what: str,
    *rows: A_ROW,
    now: datetime,
    after: str = "",
    reason: str = "",
    commit_id: str = "",
) -> None:
    """Write an entry a row in one commit; nothing without rows.

    store: the system's, because nobody else adds to the log. commit_id: of the press,
        so that asking twice notes it once; made anew where it does not matter.

    Raises:
        StoreError: the store cannot be reached; then nothing is to leave the app.
    """
    number = commit_id or new_commit_id()
    found = entries(number, actor, what, rows, now=now, after=after, reason=reason)
    if found:
        store.commit(
            Commit(number, actor, now, tuple(map(Insert, found)), reason=reason)
        )
