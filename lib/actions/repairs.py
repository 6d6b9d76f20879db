"""データ点検 as people meet it: what is to be put right, and the two repairs by a press.

A press gives the copy of a row a number of its own, or writes the value that the app
has read anyway. Everything else is for the person who knows what was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lib.actions import checking
from lib.actions.by_hand import resting
from lib.actions.permissions import needs
from lib.schema.frames import rich
from lib.schema.ids import new_commit_id, new_id
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.store.looks import looks_of
from lib.store.protocol import (
    Mended,
    Mending,
    ProblemKind,
    RowMend,
    RowProblem,
    Snapshot,
)
from lib.store.row_memory import RowMemory

AT_ONCE: Final = 50
"""Rows of one write."""

WITH_NEW_NUMBER: Final = "データ点検: 写した行に新しい番号を付けた"
WITH_PROPOSAL: Final = "データ点検: 提案した値にした"
TAKEN_BACK: Final = "データ点検: 元に戻した"
"""理由 in 操作ログ, in the language of the sheet."""

_DATED_BY: Final = ("received_at", "first_contact_at", "at")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    to_mend: what somebody has to put right. remarks: rows that are not counted because
    they look like remarks. at: when the data were looked at.
    """

    to_mend: tuple[RowProblem, ...]
    remarks: tuple[RowProblem, ...]
    at: datetime

    def by_kind(self) -> dict[ProblemKind, list[RowProblem]]:
        """Return what is to be mended, the most pressing kind first."""
        groups: dict[ProblemKind, list[RowProblem]] = {}
        for kind in ProblemKind:
            if found := [p for p in self.to_mend if p.kind is kind]:
                groups[kind] = found
        return groups


def checked(
    desk: UserStore,
    memory: RowMemory,
    now: datetime,
    *,
    also: Iterable[RowProblem] = (),
) -> Checked:
    """Return what does not fit, without rows that somebody is typing.

    also: what was found elsewhere, as in the files of the centres.

    Raises:
        NotAllowed: the person does not see all the data.
        StoreError: the data folder cannot be written.
    """
    snapshot = desk.everything()
    everything = desk.derived("problems", lambda: checking.check(snapshot))
    found = resting.finished(snapshot, everything, memory, now)
    mend = checking.to_mend(found)
    remarks = [problem for problem in found if problem.kind is ProblemKind.NOTE]
    return Checked((*mend, *also), tuple(remarks), now - desk.age())


# What a press may do ------------------------------------------------------------------


def may_renumber(desk: UserStore, problem: RowProblem) -> bool:
    """Whether a press may give this row a number of its own."""
    twice = problem.kind is ProblemKind.TWICE and bool(problem.key)
    return twice and bool(table(problem.table).prefix) and _may(desk, problem)


def may_take_over(desk: UserStore, problem: RowProblem) -> bool:
    """Whether a press may write the proposed value."""
    return bool(problem.proposal) and _may(desk, problem)


def _may(desk: UserStore, problem: RowProblem) -> bool:
    return bool(problem.place) and desk.may_mend(problem.table)


@needs("data.mend")
def renumber(desk: UserStore, problem: RowProblem, *, now: datetime) -> Mended:
    """Give the row a new number; nothing is done where it looks otherwise by now.

    Raises:
        NotAllowed: the row is not this person's to change.
        ActionRefused: the cell is a formula, or its column is gone.
        StoreError: the store cannot be reached or changed.
    """
    snapshot = desk.everything()
    kind = table(problem.table)
    frame = snapshot.frames[kind.code]
    if problem.key not in frame.index:
        return Mended()
    row = frame.loc[problem.key]
    dated = [row[name] for name in _DATED_BY if name in frame.columns]
    day = dated[0].to_pydatetime() if dated and dated[0] == dated[0] else now
    typed = _typed(snapshot, problem.table, problem.key, "id") or str(row["id"])
    mend = RowMend(
        kind.code,
        problem.key,
        {"id": new_id(kind.prefix, day)},
        {"id": typed},
        looks_of(frame, problem.key),
    )
    return _done(desk, [mend], now, WITH_NEW_NUMBER)


@needs("data.mend")
def take_over(
    desk: UserStore, problems: Sequence[RowProblem], *, now: datetime
) -> Mended:
    """Write the proposed values; cells that hold something else by now stay.

    Raises as `renumber`.
    """
    snapshot = desk.everything()
    return _done(desk, list(_proposed(snapshot, problems)), now, WITH_PROPOSAL)


@needs("data.accept_loss")
def accept_loss(desk: UserStore, token: str) -> None:
    """Take what is gone from the sheet for gone; writing goes on afterwards.

    token: of `Hold`, so that what was looked at is what is accepted.

    Raises:
        NotAllowed: it is for administrators and managers.
        StoreError: the sheet cannot be reached; it stays held.
    """
    desk.confirm(token)


@needs("data.mend")
def take_back(desk: UserStore, rows: Sequence[RowMend], *, now: datetime) -> Mended:
    """Put back what stood there before; cells changed since stay. Raises as `renumber`."""
    return _done(desk, list(rows), now, TAKEN_BACK)


def _done(
    desk: UserStore, rows: Sequence[RowMend], now: datetime, reason: str
) -> Mended:
    done: list[RowMend] = []
    undo: list[RowMend] = []
    for start in range(0, len(rows), AT_ONCE):
        some = tuple(rows[start : start + AT_ONCE])
        who = desk.principal.name
        found = desk.mend(Mending(new_commit_id(), who, now, some, reason=reason))
        done += found.done
        undo += found.undo
    return Mended(tuple(done), tuple(undo))


def _proposed(snapshot: Snapshot, problems: Iterable[RowProblem]) -> Iterator[RowMend]:
    """Yield one mend for each row, whatever the number of its cells."""
    cells: dict[tuple[str, str], dict[str, tuple[Any, str]]] = {}
    for problem in problems:
        field = checking.field_of(problem)
        if field is None or not problem.proposal:
            continue
        value = _value(snapshot, problem, field.name)
        typed = _typed(snapshot, problem.table, problem.key, field.name)
        row = cells.setdefault((problem.table, problem.key), {})
        row[field.name] = (value, typed)
    for (code, key), row in cells.items():
        values: Mapping[str, Any] = {name: value for name, (value, _) in row.items()}
        stands = {name: text for name, (_, text) in row.items()}
        nameless = key.startswith("+")
        looks = looks_of(snapshot.frames[code], key) if nameless else ""
        yield RowMend(code, key, values, stands, looks)


def _value(snapshot: Snapshot, problem: RowProblem, name: str) -> Any:
    if problem.kind is ProblemKind.NUMBERLESS:
        return problem.proposal
    field = table(problem.table).field(name)
    return rich(field, snapshot.frames[problem.table].loc[problem.key, name])


def _typed(snapshot: Snapshot, code: str, key: str, name: str) -> str:
    """Return what stands in a cell that is not simply right; "" for any other."""
    statuses = snapshot.statuses
    own = (
        (statuses["table"] == code)
        & (statuses["key"] == key)
        & (statuses["field"] == name)
    )
    found = statuses.loc[own, "typed"]
    return str(found.iloc[0]) if len(found) else ""
