"""Erasing rows together with what 操作ログ tells of them, and erasing them once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, Protocol

import pandas as pd

from lib.schema.erasing import ERASABLE, ERASED, LOG_TEXTS
from lib.schema.ids import new_commit_id
from lib.store.merge import RowKey
from lib.store.protocol import Commit, CommitState, Erase, Receipt, Write

Changes = Mapping[RowKey, Mapping[str, str]]
"""What fields become, by row."""

REASON: Final = "個人情報の匿名化"
"""理由 of the commits; the only one that stays in the log of an erased row."""

ROWS_AT_ONCE: Final = 150
"""Rows of one save, those of the log apart."""

TRIES: Final = 3
"""How often the log is looked at again for rows that came meanwhile."""


class Erasing(Protocol):
    """What is needed of a store."""

    def audits(self, rows: Collection[RowKey]) -> pd.DataFrame:
        """Return every log row of these records."""
        ...

    def commit(self, commit: Commit) -> Receipt:
        """Write."""
        ...


def write_erasing(
    store: Erasing,
    changes: Changes,
    rows: Collection[RowKey],
    *,
    actor: str,
    at: datetime,
) -> tuple[int, bool]:
    """Write what fields become, and clean the log of all of `rows`.

    Returns how many rows of the log were cleaned, and whether the save waits for the
    shared store.
    """
    left: Changes = changes
    cleaned = 0
    for _again in range(TRIES):
        writes: list[Write] = [Erase(*at, values) for at, values in left.items()]
        found = to_clean(store.audits(rows))
        writes += [Erase("audit", key, values) for key, values in found.items()]
        if not writes:
            break
        commit = Commit(new_commit_id(), actor, at, tuple(writes), reason=REASON)
        receipt = store.commit(commit)
        cleaned += len(found)
        left = {}
        if receipt.state is CommitState.QUEUED:
            return cleaned, True
    return cleaned, False


def erase_again(store: Erasing, known: Changes, *, actor: str, at: datetime) -> int:
    """Erase what a restored backup brought back; return how many rows are on the list.

    Rows that the backup does not have are passed over, and so are those erased in it.
    """
    keys = list(known)
    for start in range(0, len(keys), ROWS_AT_ONCE):
        some = keys[start : start + ROWS_AT_ONCE]
        changes = {row: known[row] for row in some if known[row]}
        write_erasing(store, changes, some, actor=actor, at=at)
    return len(keys)


def to_clean(log: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return, by number, the rows of the log that tell what a person wrote, cleaned.

    Of other fields before and after stay: who was in charge and what 状態 was is no
    customer's. Reasons go, for they are written by hand; our own stay.
    """
    found: dict[str, dict[str, str]] = {}
    columns = (log[name].tolist() for name in ("table", "field_name", *LOG_TEXTS))
    for key, table, name, *texts in zip(log.index, *columns, strict=True):
        own = name in ERASABLE.get(table, {})
        values = {
            part: ERASED
            for part, text in zip(LOG_TEXTS, texts, strict=True)
            if text not in ("", ERASED, REASON) and (own or part == "reason")
        }
        if values:
            found[str(key)] = values
    return found
