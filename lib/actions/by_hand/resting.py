"""Rows that somebody may still be typing: they are not called wrong yet (product.md 5).

A row counts as touched whenever it looks other than at the last sync. What it looks
like, and since when, is kept in the data folder, so that the app, cron and a restart
agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from lib.store.looks import looks_of
from lib.store.protocol import ProblemKind, RowProblem, Snapshot
from lib.store.row_memory import RowMemory

RESTED_AFTER: Final = timedelta(minutes=10)

UNFINISHED: Final = frozenset(
    {ProblemKind.INCOMPLETE, ProblemKind.NUMBERLESS, ProblemKind.NOTE}
)
"""What is wrong with every row while it is being typed."""


def fresh(memory: RowMemory, marks: Collection[str], now: datetime) -> frozenset[str]:
    """Return which of the marks were not there ten minutes ago.

    Raises:
        StoreUnavailable: the data folder cannot be written.
    """
    since = memory.untouched_since(marks, now)
    return frozenset(mark for mark, at in since.items() if now - at < RESTED_AFTER)


def mark_of(snapshot: Snapshot, problem: RowProblem) -> str:
    """Return what names the row of a problem as it looks; "" for no typed row."""
    where = snapshot.where.get(problem.table)
    if where is None:
        return ""
    if not problem.key:
        return f"{problem.table}|{problem.typed}" if problem.row else ""
    if problem.key not in where.keys or where.is_doubled(problem.key):
        return ""
    frame = snapshot.frames[problem.table]
    if problem.key not in frame.index or not is_untouched(frame, problem.key):
        return ""
    return f"{problem.table}|{looks_of(frame, problem.key)}"


def is_untouched(frame: pd.DataFrame, key: str) -> bool:
    """Whether the app never wrote to a row: it has no version yet."""
    return bool((frame.loc[[key], "version"] == 0).all())


def finished(
    snapshot: Snapshot,
    problems: Iterable[RowProblem],
    memory: RowMemory,
    now: datetime,
) -> list[RowProblem]:
    """Return the problems without those of rows that are still being typed."""
    marked = [(problem, mark_of(snapshot, problem)) for problem in problems]
    marks = {mark for _problem, mark in marked if mark}
    typing = fresh(memory, marks, now)
    return [
        problem
        for problem, mark in marked
        if mark not in typing or _is_wrong_anyway(problem)
    ]


def _is_wrong_anyway(problem: RowProblem) -> bool:
    """Whether more typing does not make it right: a cell that cannot be read."""
    return problem.kind in (ProblemKind.UNREADABLE, ProblemKind.DOUBTFUL)
