"""対応待ち: what stands in the list, for whom, and what is done to many cases at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from lib.actions import cases, targets
from lib.actions.permissions import needs
from lib.actions.searching import ME, NOBODY, Mask, name_slug
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.promises import When
from lib.metrics.queue import COMPLAINTS, queue
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.vocab import ActivityKind, Promise, Severity
from lib.settings.agencies import no_rebuttal
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

MOST_AT_ONCE: Final = 200
"""Cases that one press changes."""

_SOURCES: Final = ("complaints", "agency_inquiries", "deadlines", "kpi_days")


def open_work(desk: UserStore, now: datetime) -> pd.DataFrame:
    """Return `metrics.queue.queue` of what this person sees, as of this minute.

    Not to be changed: everybody with the same view shares it.
    """
    minute = now.replace(second=0)
    return desk.derived(
        ("open work", minute),
        lambda: queue(
            {code: desk.frame(code) for code in _SOURCES},
            targets.clocks_of(desk, minute),
            targets.company_of(desk.frame("centres")),
            minute,
            no_rebuttal(desk.frame("settings"), minute.date()),
        ),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Which open work is asked for.

    handler: "" for everybody's, `ME`, `NOBODY` or the slug of a name.
    when: of these only; None for all.
    """

    handler: str = ""
    when: When | None = None


def chosen(work: pd.DataFrame, asked: Asked, *, me: str) -> Mask:
    """Return which rows are asked for; `me` is the name of the one who looks."""
    found = np.ones(len(work), dtype=bool)
    handler = work["handler"]
    if asked.handler == ME:
        found &= (handler == me).to_numpy(dtype=bool)
    elif asked.handler == NOBODY:
        found &= (handler == "").to_numpy(dtype=bool)
    elif asked.handler:
        names = [n for n in handler.unique() if name_slug(str(n)) == asked.handler]
        found &= handler.isin(names).to_numpy(dtype=bool)
    if asked.when is not None:
        found &= (work["when"] == asked.when.value).to_numpy(dtype=bool)
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of some open work presses."""

    every: int
    overdue: int
    today: int
    critical: int
    nobody: int
    undated: int


def counted(work: pd.DataFrame) -> Counts:
    """Return how many rows there are of each kind."""
    when = work["when"].value_counts()
    settled = ~work["is_import"]
    grave = (work["severity"] == Severity.CRITICAL.value) & settled
    return Counts(
        every=len(work),
        overdue=int(when.get(When.OVERDUE.value, 0)),
        today=int(when.get(When.TODAY.value, 0)),
        critical=int(grave.sum()),
        nobody=int((work["handler"] == "").sum()),
        undated=int(when.get(When.UNDATED.value, 0)),
    )


def todays_promises(work: pd.DataFrame) -> pd.DataFrame:
    """Return the work whose promise or answer is overdue or due today.

    Overdue promises to customers come first, then overdue answers to agencies, then
    what is due today; the oldest first.
    """
    due = work[work["when"].isin([When.OVERDUE.value, When.TODAY.value])]
    later = due["when"] != When.OVERDUE.value
    ranked = due.assign(later=later, agency=due["table"] != COMPLAINTS)
    ranked = ranked.sort_values(["later", "agency", "promise_at"], kind="stable")
    return ranked.drop(columns=["later", "agency"])


# Many at once -----------------------------------------------------------------------


@needs("cases.bulk")
def assign(
    desk: UserStore,
    numbers: Sequence[str],
    handler: str,
    *,
    now: datetime,
    commit_id: str,
) -> int:
    """Give several complaints to one person in one commit; return how many changed.

    Each leaves its step in 対応履歴. What the person has already is left alone.

    Raises:
        InvalidRecord: nobody is named, or more than `MOST_AT_ONCE` are chosen.
        Conflict: somebody gave one of them away meanwhile; nothing was written.
    """
    if not handler.strip():
        raise InvalidRecord([FieldProblem("handler", N_("担当者を選んでください。"))])
    changes = [
        (case, {"handler": handler})
        for case in _cases(desk, numbers)
        if case.handler != handler
    ]
    return _change(desk, changes, now=now, commit_id=commit_id)


@needs("cases.bulk")
def give_date(
    desk: UserStore,
    numbers: Sequence[str],
    promise_at: datetime | None,
    *,
    now: datetime,
    commit_id: str,
) -> int:
    """Give several complaints the same next promise; return how many changed.

    So imported cases, of which nobody knows what was promised, enter the list.

    Raises:
        InvalidRecord: no time is given or it is past, or too many are chosen.
        Conflict: somebody changed one of the promises meanwhile; nothing was written.
    """
    if promise_at is None or promise_at <= now:
        message = N_("これから先の日時を選んでください。")
        raise InvalidRecord([FieldProblem("next_promise_at", message)])
    changes: list[tuple[Complaint, dict[str, Any]]] = [
        (
            case,
            {
                "next_promise": case.next_promise or Promise.CHECK_ONLY,
                "next_promise_at": promise_at,
            },
        )
        for case in _cases(desk, numbers)
    ]
    return _change(desk, changes, now=now, commit_id=commit_id)


def _cases(desk: UserStore, numbers: Sequence[str]) -> list[Complaint]:
    if len(numbers) > MOST_AT_ONCE:
        message = N_("一度に変えられるのは{most}件までです。絞り込んでください。")
        raise InvalidRecord([FieldProblem("", message)])
    found = (desk.record(COMPLAINTS, number) for number in numbers)
    return [case for case in cast("Iterable[Complaint]", found) if case.is_open]


def _change(
    desk: UserStore,
    changes: Sequence[tuple[Complaint, dict[str, Any]]],
    *,
    now: datetime,
    commit_id: str,
) -> int:
    writes: list[Write] = []
    for case, values in changes:
        base = {name: getattr(case, name) for name in values}
        writes.append(Update(COMPLAINTS, case.id, base, values))
        writes.append(Insert(_step(desk, case, values, now, commit_id)))
    if writes:
        desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))
    return len(changes)


def _step(
    desk: UserStore,
    case: Complaint,
    values: dict[str, Any],
    now: datetime,
    commit_id: str,
) -> Activity:
    told: dict[str, Any]
    if "handler" in values:
        spec = Complaint.field("handler")
        told = cases.changeover(spec, case.handler, values["handler"])
    else:
        at = values["next_promise_at"]
        told = {
            "kind": ActivityKind.CALLBACK_PROMISED,
            "content": f"次の約束をまとめて決めた: {at:%Y/%m/%d %H:%M}",
            "next_promise_at": at,
        }
    return cases.step(desk, case, now, seed=f"{commit_id}:{case.id}", **told)
