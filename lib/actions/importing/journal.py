"""Which rows each import brought, kept so that it can be undone in one press.

One row of 設定 for each chunk of an import (区分 「取込の記録」), written before the
chunk itself: rows by key with the digest of what they held, no customer's data. What
was noted and never saved does no harm: undoing looks at each row as it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import orjson
import pandas as pd

from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Source
from lib.store.protocol import Commit, Insert, Receipt, Update, Write

GROUP: Final = "取込の記録"
"""区分 of these rows in 設定."""

KEPT: Final = timedelta(days=90)
"""How long an import can be undone; older notes are emptied at the next import."""

_DESCRIPTION: Final = "Excel取込を取り消すための記録です。手で変えないでください。"
_DIGEST: Final = 12
_LETTERS: Final = 10


class _Store(Protocol):
    def commit(self, commit: Commit) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row as an import left it.

    digest: of its content then. filled: the fields that were filled in, of a row that
    was there before; () for a row that the import made.
    """

    table: str
    key: str
    digest: str
    filled: tuple[str, ...] = ()

    def holds(self, digest: str) -> bool:
        """Whether a row with that digest holds what the import left."""
        return digest[:_DIGEST] == self.digest[:_DIGEST]


@dataclass(frozen=True, slots=True)
class Run:
    """One import: every chunk of one file, interrupted or not.

    digest: names the file's content. undone: whether it was undone since. sittings:
    when the file was imported, the earliest first; several where an import was
    interrupted and continued, or another of its sheets came later.
    """

    id: str
    file: str
    digest: str
    at: datetime
    by: str
    rows: tuple[ImportedRow, ...]
    undone: bool
    sittings: tuple[datetime, ...] = ()

    def count(self, table: str) -> int:
        """Return how many rows of a table it brought."""
        return sum(row.table == table for row in self.rows)


def runs_in(settings: pd.DataFrame) -> tuple[Run, ...]:
    """Return the imports noted in 設定, the newest first.

    A note that cannot be read (changed by hand) is passed over.
    """
    own = settings[settings["group"] == GROUP]
    runs: dict[str, Run] = {}
    for value in own["value"].tolist():
        run = _read(str(value))
        if run is None:
            continue
        before = runs.get(run.id)
        runs[run.id] = (
            replace(
                before,
                rows=before.rows + run.rows,
                at=max(before.at, run.at),
                sittings=tuple(sorted({*before.sittings, run.at})),
            )
            if before
            else run
        )
    return tuple(sorted(runs.values(), key=lambda run: run.at, reverse=True))


def undone_rows(runs: Iterable[Run]) -> frozenset[tuple[str, str]]:
    """Return table and key of what undone imports brought: it may come again."""
    return frozenset(
        (row.table, row.key) for run in runs if run.undone for row in run.rows
    )


class Journal:
    """Notes what one import brings; made for one press of 「取り込む」."""

    def __init__(
        self,
        store: _Store,
        runs: Iterable[Run],
        *,
        file: str,
        digest: str,
        who: Principal,
        now: datetime,
    ) -> None:
        """Note into `store`, which must be the system's: not everybody writes 設定.

        runs: those noted before; a file that comes again after it was undone is a new
        import, one that goes on where it stopped is the same.
        """
        again = sum(run.digest == digest and run.undone for run in runs)
        named = f"{digest}|{again}"
        self.run = hashlib.sha256(named.encode()).hexdigest()[:_LETTERS]
        self._store = store
        self._head = {
            "id": self.run,
            "file": file,
            "digest": digest,
            "at": now.isoformat(),
            "by": who.name,
        }
        self._now = now

    def forget_old(self, settings: pd.DataFrame) -> None:
        """Empty the notes of imports that nobody may want to undo any more."""
        if writes := forgetting(settings, self._now):
            self._store.commit(Commit(new_commit_id(), SYSTEM.name, self._now, writes))

    def note(self, commit_id: str, rows: Iterable[ImportedRow]) -> None:
        """Note the rows of one chunk; the same chunk again is noted once."""
        told = [[row.table, row.key, row.digest[:_DIGEST], *row.filled] for row in rows]
        row = Setting(
            group=GROUP,
            name=f"{self.run}-{commit_id[:_LETTERS]}",
            effective_from=self._now.date(),
            value=orjson.dumps({**self._head, "rows": told}).decode(),
            description=_DESCRIPTION,
            source=Source.IMPORT,
        )
        self._store.commit(
            Commit(f"note-{commit_id}"[:32], SYSTEM.name, self._now, (Insert(row),))
        )


def marks_of_undoing(settings: pd.DataFrame, run: Run) -> tuple[Write, ...]:
    """Return the writes that mark each note of an import as undone."""
    own = settings[settings["group"] == GROUP]
    own = own[own["name"].str.startswith(f"{run.id}-")]
    writes = []
    for key, value in zip(own.index, own["value"].tolist(), strict=True):
        told = orjson.loads(value)
        marked = orjson.dumps(told | {"undone": True}).decode()
        writes.append(Update("settings", str(key), {"value": value}, {"value": marked}))
    return tuple(writes)


def forgetting(settings: pd.DataFrame, now: datetime) -> tuple[Write, ...]:
    """Return the writes that empty notes too old for anybody to undo their import."""
    own = settings[settings["group"] == GROUP]
    first = pd.Timestamp(now.date() - KEPT)
    old = own[(own["effective_from"] < first) & (own["value"] != "")]
    return tuple(
        Update("settings", str(key), {"value": value}, {"value": ""})
        for key, value in zip(old.index, old["value"].tolist(), strict=True)
    )


def _read(value: str) -> Run | None:
    try:
        told = orjson.loads(value)
        rows = tuple(
            ImportedRow(table, key, digest, tuple(filled))
            for table, key, digest, *filled in told["rows"]
        )
        return Run(
            told["id"],
            told["file"],
            told["digest"],
            datetime.fromisoformat(told["at"]),
            told["by"],
            rows,
            bool(told.get("undone")),
            (datetime.fromisoformat(told["at"]),),
        )
    except (ValueError, KeyError, TypeError):
        return None
