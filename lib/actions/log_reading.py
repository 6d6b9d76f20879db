"""操作ログ as people read it: the rows of one save are one act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pandas as pd

from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.schema.principal import Principal
from lib.store.access import UserStore
from lib.store.log_search import LogPage, LogQuery, found_in

Question = LogQuery
"""What is asked of the log, for pages, which know no store."""
Window = LogPage
"""What it answers."""

EXPORTED: Final = "(書き出し)"
"""Stands for the field in the log row of an export."""

MOST_EXPORTED: Final = 50_000
"""Rows of one file; a longer search is to be narrowed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one row. kind: what stands for the field, see `AuditEntry`."""

    table: str
    key: str
    field: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Act:
    """What one person did at once.

    route: as it stands in the log; a word of no vocabulary in a sheet stays as it is.
    left_out: rows of the same save that are not among `lines`.
    """

    commit_id: str
    at: datetime | None
    actor: str
    route: str
    lines: tuple[Line, ...]
    left_out: int

    @property
    def records(self) -> tuple[tuple[str, str], ...]:
        """Table and key of what it was about, each once, in its order."""
        places = ((line.table, line.key) for line in self.lines)
        return tuple(dict.fromkeys(places))


@needs("audit.see")
def search(desk: UserStore, query: LogQuery) -> LogPage:
    """Return one window of the log; asks the store itself.

    Raises:
        NotAllowed: the log is not for this role.
        StoreError: the store cannot be asked now.
    """
    return desk.search_log(query)


@needs("audit.see")
def newest(desk: UserStore) -> LogPage:
    """Return the newest rows as this process has them anyway; the store is not asked.

    Raises:
        NotAllowed: the log is not for this role.
    """
    return desk.derived(
        "log: newest", lambda: found_in(desk.frame("audit"), LogQuery())
    )


@needs("audit.export")
def export(desk: UserStore, query: LogQuery) -> pd.DataFrame:
    """Return the rows to be written into a file, newest first, `MOST_EXPORTED` at most.

    Raises:
        NotAllowed: the log is not for this role.
        StoreError: the store cannot be asked now.
    """
    return desk.search_log(replace(query, skip=0, most=MOST_EXPORTED)).rows


@needs("audit.export")
def note_export(store: UserStore, who: Principal, *, count: int, now: datetime) -> None:
    """Note in 操作ログ who took how many of its rows out of the app.

    `store` is the system's: nobody else adds to the log.
    """
    note(store, who.name, EXPORTED, ("audit", ""), now=now, after=f"CSV {count}件")


def acts(page: LogPage) -> tuple[Act, ...]:
    """Return the rows of a window as acts, newest first; of each the first row first."""
    found: list[Act] = []
    rows = page.rows
    for commit_id, some in rows.groupby("commit_id", sort=False):
        first = some.iloc[-1]
        lines = tuple(_lines(some.iloc[::-1]))
        whole = page.sizes.get(str(commit_id), len(lines))
        found.append(
            Act(
                commit_id=str(commit_id),
                at=None if pd.isna(first["at"]) else first["at"].to_pydatetime(),
                actor=str(first["actor"]),
                route=_text(first["route"]),
                lines=lines,
                left_out=max(0, whole - len(lines)),
            )
        )
    return tuple(found)


def _lines(rows: pd.DataFrame) -> list[Line]:
    names = ("table", "row_key", "field_name", "before", "after", "reason")
    columns = [map(_text, rows[name].tolist()) for name in names]
    return [Line(*cells) for cells in zip(*columns, strict=True)]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
