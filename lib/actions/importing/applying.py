"""The import itself: in chunks, each saved whole, that may be started over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from lib.actions.importing.identity import digest_of
from lib.actions.importing.journal import ImportedRow, Journal
from lib.actions.importing.parts import NewRow, Preview
from lib.actions.permissions import needs
from lib.i18n import N_
from lib.schema.kpi_day import KpiDay
from lib.schema.principal import Principal
from lib.schema.tables import Table
from lib.schema.vocab import AuditRoute
from lib.store.protocol import Commit, Insert, Receipt, Update, Write

CHUNK: Final = 500
"""Rows in one save: small enough to show progress, large enough to be quick."""

REASON = N_("取込: {file}")

Progress = Callable[[int, int], None]
"""Called with the number of rows done and the number of all."""


class Target(Protocol):
    """Where rows go: a `Store`, or one person's `UserStore`."""

    def commit(self, commit: Commit) -> Receipt:
        """Save a commit whole; see `lib.store.protocol.Store.commit`."""
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `repeated`: rows that an interrupted run had saved before."""

    added: int
    repeated: int


@needs("import.run")
def apply(
    store: Target,
    preview: Preview,
    *,
    who: Principal,
    now: datetime,
    progress: Progress = lambda _done, _all: None,
    journal: Journal | None = None,
) -> Imported:
    """Add the new rows of `preview` and return how many there were.

    Each chunk is one commit, whose id follows from the file and the chunk's rows:
    after an interruption the same preview, or a new one of the same file, adds what
    is still lacking and nothing twice.

    journal: notes what each chunk brings, before it is saved, so that it can be undone.

    Raises:
        Conflict: somebody added one of the rows meanwhile; chunks before it are
            saved, and a new preview knows them.
        NotAllowed: the person may not add rows to one of the tables.
    """
    rows = list(preview.records())
    added = repeated = 0
    progress(0, len(rows))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        commit_id = _commit_id(preview.digest, start // CHUNK, chunk)
        if journal:
            journal.note(commit_id, _noted(chunk))
        receipt = store.commit(
            Commit(
                id=commit_id,
                actor=who.name,
                at=now,
                writes=tuple(_write(table, row, now) for table, row in chunk),
                route=AuditRoute.IMPORT,
                reason=REASON.format(file=preview.file),
            )
        )
        if receipt.repeated:
            repeated += len(chunk)
        else:
            added += len(chunk)
        progress(start + len(chunk), len(rows))
    return Imported(added, repeated)


def _write(table: Table, row: NewRow, now: datetime) -> Write:
    if row.base is None:
        return Insert(row.record)
    base = {name: getattr(row.base, name) for name in row.changed}
    values: dict[str, Any] = {name: getattr(row.record, name) for name in base}
    if isinstance(row.base, KpiDay) and row.base.entered_at is None:
        base["entered_at"], values["entered_at"] = None, now
    return Update(table.code, table.key_of(row.record), base, values)


def _noted(chunk: Iterable[tuple[Table, NewRow]]) -> list[ImportedRow]:
    return [
        ImportedRow(
            table.code,
            table.key_of(row.record),
            digest_of(table, row.record),
            row.changed,
        )
        for table, row in chunk
    ]


def _commit_id(file: str, number: int, chunk: Sequence[tuple[Table, NewRow]]) -> str:
    """Return the same id for the same rows of the same file only.

    The rows count too: a new preview after an interruption begins at another row, and
    must not be taken for the chunk that was saved. So does the version of a row that
    is filled in: after an undone import the same file may come again.
    """
    parts = [file, str(number)]
    for table, row in chunk:
        parts += [table.code, table.key_of(row.record), digest_of(table, row.record)]
        if row.base is not None:
            parts.append(str(row.base.version))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
