"""What the acts on a crisis have in common: its rows, its steps in 対応履歴, its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd

from lib.actions.clocks import proposing, starting
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.record import Record
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import ActivityKind, Applicability, DeadlineKind, TaskKind
from lib.settings import crisis_steps
from lib.settings.crisis_steps import CrisisStep
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Receipt, Update, Write

CRISES: Final = "crises"
TASKS: Final = "tasks"
LOTS: Final = "recall_lots"
ACTIVITIES: Final = "activities"
DEADLINES: Final = "deadlines"
COMPLAINTS: Final = "complaints"


def steps_of(desk: UserStore, on: date) -> tuple[CrisisStep, ...]:
    """Return every step as it counts on that day, those out of use included."""
    return desk.derived(
        ("crisis steps", on),
        lambda: crisis_steps.crisis_steps(desk.frame("settings"), on),
    )


def tasks_of(desk: UserStore, crisis_id: str) -> tuple[Task, ...]:
    """Return the steps of a crisis, in the order in which they are due."""
    return cast("tuple[Task, ...]", _rows_of(desk, TASKS, crisis_id, ["due_at", "id"]))


def cases_of(desk: UserStore, crisis_id: str) -> tuple[Complaint, ...]:
    """Return the complaints that belong to a crisis, the newest first."""

    def made() -> tuple[Complaint, ...]:
        rows = own_rows(desk.frame(COMPLAINTS), "crisis_id", crisis_id)
        newest = rows.sort_values("received_at", ascending=False, kind="stable")
        return tuple(cast("list[Complaint]", standing(table(COMPLAINTS), newest)))

    return desk.derived(("crisis cases", crisis_id), made)


def steps_taken(desk: UserStore, crisis_id: str) -> tuple[Activity, ...]:
    """Return what was done on a crisis, oldest first."""
    found = _rows_of(desk, ACTIVITIES, crisis_id, ["at", "id"])
    return cast("tuple[Activity, ...]", found)


def clocks_of(desk: UserStore, crisis_id: str) -> tuple[Deadline, ...]:
    """Return the clocks that a crisis started, the one that runs out first leading."""
    found = _rows_of(desk, DEADLINES, crisis_id, ["due_at", "id"])
    return cast("tuple[Deadline, ...]", found)


def _rows_of(
    desk: UserStore, code: str, crisis_id: str, order: Sequence[str]
) -> tuple[Record, ...]:
    def made() -> tuple[Record, ...]:
        rows = own_rows(desk.frame(code), "case_id", crisis_id)
        if code == TASKS:
            rows = rows[rows["kind"] == TaskKind.CRISIS.value]
        ordered = rows.sort_values(list(order), kind="stable", na_position="last")
        return tuple(standing(table(code), ordered))

    return desk.derived(("crisis rows", code, crisis_id), made)


def own_rows(frame: pd.DataFrame, column: str, key: str) -> pd.DataFrame:
    """Return the rows that name `key` in a column; without rows where none does."""
    return frame[(frame[column] == key).to_numpy(dtype=bool)]


def is_running(clock: Deadline) -> bool:
    """Whether a clock that the law sets still binds somebody."""
    return (
        clock.kind is DeadlineKind.STATUTORY
        and clock.done_at is None
        and clock.applies is not Applicability.NOT_APPLICABLE
    )


# Writing --------------------------------------------------------------------------


def noted(
    desk: UserStore, case_id: str, now: datetime, *, seed: str, **values: Any
) -> Activity:
    """Return a step by this person; its number follows from `seed`, for retries."""
    return Activity.parse(
        {
            "id": id_for("H", now, seed),
            "case_id": case_id,
            "at": now,
            "actor": desk.principal.name,
            "kind": ActivityKind.OTHER,
            **values,
        }
    )


def change(code: str, seen: Record, values: Mapping[str, Any]) -> tuple[Update, ...]:
    """Return the update of what differs from what was seen; nothing for no difference.

    Raises:
        InvalidRecord: a value breaks a rule that binds at saving.
    """
    found = update(code, seen, values)
    for one in found:
        seen.with_values(**one.values)
    return found


def update(code: str, seen: Record, values: Mapping[str, Any]) -> tuple[Update, ...]:
    """Return the same for values that the app itself sets, whatever else the row lacks.

    A row of a sheet may break a rule that is not touched here.
    """
    new = {n: value for n, value in values.items() if value != getattr(seen, n)}
    base = {name: getattr(seen, name) for name in new}
    return (Update(code, table(code).key_of(seen), base, new),) if new else ()


def commit(
    desk: UserStore,
    writes: Iterable[Write],
    *,
    now: datetime,
    commit_id: str,
    reason: str = "",
) -> Receipt | None:
    """Write all of it or nothing; None where there is nothing to write.

    A clock that another machine started meanwhile is left to it.
    """
    every = tuple(writes)
    if not every:
        return None
    wanted = Commit(commit_id, desk.principal.name, now, every, reason=reason)
    return starting.commit(desk, wanted)


def refuse_blank(field: str, typed: str, message: str) -> None:
    """Raise InvalidRecord on `field` where nothing was typed."""
    if not typed.strip():
        raise InvalidRecord([FieldProblem(field, message)])


def refuse_ended(desk: UserStore, crisis_id: str) -> Crisis:
    """Return the crisis as it stands.

    Raises:
        ActionRefused: it is over; what was done then must not change silently.
        NotAllowed: there is none to see.
    """
    crisis = cast("Crisis", desk.record(CRISES, crisis_id))
    if not crisis.is_open:
        raise ActionRefused(
            N_("{number} は終わっています。直すときは、先に再開してください。"),
            number=crisis_id,
        )
    return crisis


# Clocks ----------------------------------------------------------------------------


def clocks_started(
    desk: UserStore, before: Crisis | None, after: Crisis, now: datetime
) -> list[Write]:
    """Return the statutory clocks that making or changing a crisis starts."""
    return starting.starting(desk, before, after, now=now)


def recall_clocks(
    desk: UserStore, crisis: Crisis, product_code: str, now: datetime
) -> list[Write]:
    """Return the clocks that begin when the first lot is called back.

    The product of the lot counts where the crisis names none.
    """
    code = crisis.product_code or product_code
    as_told = crisis.model_copy(update={"product_code": code})
    facts = replace(proposing.facts_of(desk, as_told, now), is_recall=True)
    rules = proposing.rules_of(desk, now.date())
    known = {clock.rule_code for clock in clocks_of(desk, crisis.id)}
    found = [
        proposed
        for proposed in proposing.proposed(facts, rules, now=now)
        if proposed.rule.code not in known
    ]
    births: list[Insert] = [*starting.births(crisis, found, desk.principal.name, now)]
    return [*births]
