"""Erasing rows together with what 操作ログ tells of them, and erasing them once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, cast

import pandas as pd

from lib.errors import AppError, StoreUnavailable
from lib.schema.erasing import ERASABLE, ERASED, LOG_TEXTS
from lib.schema.ids import new_commit_id
from lib.store.erased_rows import Gone
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


@dataclass(frozen=True, slots=True)
class Again:
    """What erasing once more came to.

    rows: how many are on the list. refused: those that could not be written, and why.
    """

    rows: int
    refused: tuple[tuple[RowKey, AppError], ...]


def erase_again(
    store: Erasing,
    known: Mapping[RowKey, Gone],
    frames: Mapping[str, pd.DataFrame],
    *,
    actor: str,
    at: datetime,
) -> Again:
    """Erase what a restored backup brought back; one refused row holds up no other.

    frames: what the store holds now. Rows that it does not have are passed over, and so
    are those erased in it, and those changed after they were erased: they are of a
    backup taken since, and what stands in them was written since.

    Raises:
        StoreUnavailable: the store is away; run it again.
    """
    refused: list[tuple[RowKey, AppError]] = []

    def erase(keys: Sequence[RowKey]) -> None:
        changes = {row: known[row].values for row in keys if known[row].values}
        try:
            write_erasing(store, changes, keys, actor=actor, at=at)
        except StoreUnavailable:
            raise
        except AppError as error:
            if len(keys) == 1:
                refused.append((keys[0], error))
                return
            for row in keys:
                erase([row])

    left = [row for row, gone in known.items() if not _written_since(frames, row, gone)]
    for start in range(0, len(left), ROWS_AT_ONCE):
        erase(left[start : start + ROWS_AT_ONCE])
    return Again(len(known), tuple(refused))


def _written_since(frames: Mapping[str, pd.DataFrame], row: RowKey, gone: Gone) -> bool:
    code, key = row
    if gone.at is None or code not in frames or key not in frames[code].index:
        return False
    changed = cast("datetime", frames[code].loc[key, "updated_at"])
    return bool(pd.notna(changed) and changed > gone.at)


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
