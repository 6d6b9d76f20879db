"""What is asked of 操作ログ, and what it answers: newest first, one window at a time.

SQL answers in the database; a sheet's log is filtered here, by the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib import clock
from lib.schema.vocab import AuditRoute

WINDOW: Final = 300
"""Rows that are shown at once."""

SEARCHED: Final = ("actor", "row_key", "before", "after", "reason")
"""Where free words may stand."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What log rows are wanted; what is left empty asks for nothing.

    words: each stands somewhere in `SEARCHED`, whatever its case.
    since, until: days in Tokyo, both included.
    skip: matching rows that are newer than the window. most: rows of the window.
    """

    words: tuple[str, ...] = ()
    actor: str = ""
    table: str = ""
    row_key: str = ""
    field_name: str = ""
    route: AuditRoute | None = None
    since: date | None = None
    until: date | None = None
    commit_id: str = ""
    skip: int = 0
    most: int = WINDOW

    @property
    def equals(self) -> dict[str, str]:
        """The columns that must hold just this."""
        asked = {
            "actor": self.actor,
            "table": self.table,
            "row_key": self.row_key,
            "field_name": self.field_name,
            "route": self.route.value if self.route else "",
            "commit_id": self.commit_id,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def first(self) -> datetime | None:
        """The first moment that counts; None for any."""
        return clock.at(self.since) if self.since else None

    @property
    def behind(self) -> datetime | None:
        """The first moment that counts no more; None for none."""
        return clock.at(self.until + timedelta(days=1)) if self.until else None


@dataclass(frozen=True, slots=True)
class LogPage:
    """One window of the log.

    rows: at most as many as asked for, newest first. has_older: whether older ones match.
    sizes: how many rows each commit of the window left in all, by its id; empty where more
    than `WINDOW` were asked for, which nobody shows act by act.
    """

    rows: pd.DataFrame
    has_older: bool
    sizes: Mapping[str, int] = field(default_factory=dict)


def found_in(log: pd.DataFrame, query: LogQuery) -> LogPage:
    """Return the window of a whole log, oldest first as it is kept."""
    mask = pd.Series(data=True, index=log.index)
    for name, value in query.equals.items():
        mask &= log[name].astype("str") == value
    if query.first:
        mask &= log["at"] >= query.first
    if query.behind:
        mask &= log["at"] < query.behind
    for word in query.words:
        mask &= _holds(log, word)
    oldest_first = log[mask].sort_values("at", kind="stable", na_position="first")
    newest_first = oldest_first.iloc[::-1]
    rows = newest_first.iloc[query.skip : query.skip + query.most]
    if query.most > WINDOW:
        return LogPage(rows, has_older=len(newest_first) > query.skip + query.most)
    commits = log.loc[log["commit_id"].isin(set(rows["commit_id"])), "commit_id"]
    return LogPage(
        rows,
        has_older=len(newest_first) > query.skip + query.most,
        sizes={str(name): int(n) for name, n in commits.value_counts().items()},
    )


def _holds(log: pd.DataFrame, word: str) -> pd.Series:
    found = pd.Series(data=False, index=log.index)
    for name in SEARCHED:
        cells = log[name].astype("str").str.lower()
        found |= cells.str.contains(word.lower(), regex=False, na=False)
    return found
