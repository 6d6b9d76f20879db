"""One save on an inquiry: its fields, its steps of 対応履歴 and its clocks, in one commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from lib.actions import cases
from lib.actions.broken_rows import refuse_broken
from lib.actions.clocks import starting
from lib.actions.permissions import roles_of
from lib.errors import (
    ActionRefused,
    Conflict,
    FieldProblem,
    InvalidRecord,
    NotAllowed,
)
from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.frames import plain
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.record import Stage
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

INQUIRIES: Final = "agency_inquiries"

WRITERS: Final = roles_of("inquiries.work")
"""Roles that work on inquiries; the store checks it again."""

CHANGED_MEANWHILE: Final = N_(
    "ほかの人が先に変えました。いまの内容を読んでから、もう一度押してください。"
)

_LOGGED: Final = ("status", "handler")


def save(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
    steps: Iterable[Mapping[str, Any]] = (),
    also: Iterable[Write] = (),
    guarded: Collection[str] = (),
    following: Collection[str] = (),
) -> AgencyInquiry:
    """Save changed fields and what goes with them; return the inquiry as it stands.

    seen: the inquiry as the person saw it, the base of the merge. values: what fields
    become; those that are as they were are left out. steps: what 対応履歴 says about it,
    to which a change of status or handler adds its own. also: writes to other tables.
    guarded: fields that must still be as they were seen, though nobody changes them, for
    one approves the answer that one has read and no other. following: fields that nobody
    typed; they follow, whatever they became meanwhile.

    Raises:
        InvalidRecord: a value breaks a rule that was not broken before.
        Conflict: somebody changed one of these fields since `seen`.
        ActionRefused: somebody took the inquiry further, or changed what is `guarded`.
        NotAllowed: inquiries are not this person's to change.
    """
    refuse_readers(desk)
    changed = {n: v for n, v in values.items() if v != getattr(seen, n)}
    after = _checked(seen, changed)
    logged = [_changeover(seen, name, changed) for name in _LOGGED if name in changed]
    made: list[Write] = [
        Insert(step(desk, seen.id, now, f"{commit_id}:{place}", **told))
        for place, told in enumerate([*steps, *logged])
    ]
    # Clocks that stand stay right whether this save is the first to see the change.
    made += starting.starting(desk, seen, after, now=now) if changed else []
    watched = {name: getattr(seen, name) for name in guarded if name not in changed}
    # A field that follows is written although it is as it was seen: somebody may have
    # changed it since.
    watched |= {name: values[name] for name in following if name in values}
    written = {**watched, **changed}
    if not written and not made and not (also := tuple(also)):
        return seen
    update = _update(seen, written)
    writes = (*update, *also, *made)
    commit = Commit(commit_id, desk.principal.name, now, writes)
    try:
        starting.commit(desk, commit)
    except Conflict as conflict:
        theirs = {found.field: found.theirs for found in conflict.fields}
        if theirs.keys() & {"status", *guarded}:
            # Nobody can choose between two courses of things.
            raise ActionRefused(CHANGED_MEANWHILE) from conflict
        if not theirs or not theirs.keys() <= set(following):
            raise _typed_alone(conflict, following) from conflict
        rebased = seen.model_copy(update=theirs)
        again = (*_update(rebased, written), *also, *made)
        starting.commit(desk, Commit(commit_id, desk.principal.name, now, again))
    return cast("AgencyInquiry", desk.record(INQUIRIES, seen.id))


def refuse_readers(desk: UserStore) -> None:
    """Refuse who may only read.

    Raises:
        NotAllowed: the role does not work on inquiries.
    """
    if desk.principal.role not in WRITERS:
        raise NotAllowed


def step(
    desk: UserStore, case_id: str, now: datetime, seed: str, **values: Any
) -> Activity:
    """Return a step by this person; its number follows from `seed`: one for a retry."""
    return Activity.parse(
        {
            "id": id_for("H", now, seed),
            "case_id": case_id,
            "at": now,
            "actor": desk.principal.name,
            **values,
        }
    )


def require(**problems: str | None) -> None:
    """Refuse what is missing, by field; None is no problem.

    Raises:
        InvalidRecord: at least one field has one.
    """
    found = [
        FieldProblem(name, message) for name, message in problems.items() if message
    ]
    if found:
        raise InvalidRecord(found)


def _checked(seen: AgencyInquiry, changed: Mapping[str, Any]) -> AgencyInquiry:
    """Return what the inquiry becomes; what was broken before is no obstacle to it."""
    refuse_broken(seen, changed)
    before = set(seen.problems(Stage.SAVING))
    try:
        return seen.with_values(**changed)
    except InvalidRecord as error:
        new = [p for p in error.problems if p not in before or p.field in changed]
        if new:
            raise InvalidRecord(new) from error
    return seen.model_copy(update=dict(changed))


def _changeover(
    seen: AgencyInquiry, name: str, changed: Mapping[str, Any]
) -> dict[str, Any]:
    spec = AgencyInquiry.field(name)
    before, after = (plain(spec, v) for v in (getattr(seen, name), changed[name]))
    return cases.changeover(spec, before, after)


def _update(seen: AgencyInquiry, values: Mapping[str, Any]) -> tuple[Update, ...]:
    if not values:
        return ()
    base = {name: getattr(seen, name) for name in values}
    return (Update(INQUIRIES, seen.id, base, values),)


def _typed_alone(conflict: Conflict, following: Collection[str]) -> Conflict:
    typed = [found for found in conflict.fields if found.field not in following]
    return Conflict(conflict.table, conflict.key, fields=typed, theirs=conflict.theirs)
