"""What a person decides about a save that was refused after its author had gone on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lib.actions.permissions import needs
from lib.errors import Conflict, FieldConflict
from lib.schema.record import Record
from lib.schema.tables import table, table_of
from lib.store.access import UserStore
from lib.store.merge import SET_BY_THE_STORE, same
from lib.store.protocol import Commit, Insert, Update, WaitingCommit, Write

FieldKey = tuple[str, str, str]
"""Table code, key and field."""


def clashes(save: WaitingCommit) -> tuple[FieldConflict, ...]:
    """Return what stands against what, field by field; empty where nothing does.

    Where another made the same row (the same day of a centre, say), every field that
    both filled in and filled in differently.
    """
    problem = save.problem
    if not isinstance(problem, Conflict):
        return ()
    if problem.fields:
        return problem.fields
    mine = _inserted(save.commit, problem)
    return _differing(mine, problem.theirs) if mine is not None else ()


def place_of(clash: FieldConflict) -> FieldKey:
    """Return where a clash is."""
    return clash.table, clash.key, clash.field


def decided(save: WaitingCommit, chosen: Mapping[FieldKey, Any]) -> Commit | None:
    """Return the save as a person mended it; None where nothing of it is left.

    chosen: by field that clashes, the value that shall stand. A field that is left
        out keeps what the other person wrote.
    """
    if save.commit is None:
        return None
    against = {place_of(clash): clash for clash in clashes(save)}
    writes = [_decided(write, save, against, chosen) for write in save.commit.writes]
    left = tuple(write for write in writes if write is not None)
    return replace(save.commit, writes=left) if left else None


def _decided(
    write: Write,
    save: WaitingCommit,
    against: Mapping[FieldKey, FieldConflict],
    chosen: Mapping[FieldKey, Any],
) -> Write | None:
    if isinstance(write, Insert):
        problem = save.problem
        taken = isinstance(problem, Conflict) and not problem.fields
        if not taken or write.record is not _inserted(save.commit, problem):
            return write
        place = table_of(write.record)
        return _update(place.code, place.key_of(write.record), against, chosen)
    if not isinstance(write, Update):
        return write
    base, values = dict(write.base), dict(write.values)
    for at, clash in against.items():
        if at[:2] != (write.table, write.key):
            continue
        if at in chosen:
            base[clash.field], values[clash.field] = clash.theirs, chosen[at]
        else:
            base.pop(clash.field, None)
            values.pop(clash.field, None)
    return replace(write, base=base, values=values) if values else None


def _update(
    code: str,
    key: str,
    against: Mapping[FieldKey, FieldConflict],
    chosen: Mapping[FieldKey, Any],
) -> Update | None:
    values = {at[2]: value for at, value in chosen.items() if at in against}
    base = {name: against[code, key, name].theirs for name in values}
    return Update(code, key, base, values) if values else None


def _inserted(commit: Commit | None, problem: Any) -> Record | None:
    """Return the row whose key another took; None for a made number, never shared."""
    if commit is None or not isinstance(problem, Conflict):
        return None
    place = table(problem.table)
    if place.prefix:
        return None
    rows = [write.record for write in commit.writes if isinstance(write, Insert)]
    own = [row for row in rows if table_of(row) is place]
    return next((row for row in own if place.key_of(row) == problem.key), None)


def _differing(mine: Record, theirs: Mapping[str, Any]) -> tuple[FieldConflict, ...]:
    place = table_of(mine)
    key = place.key_of(mine)
    return tuple(
        FieldConflict(
            place.code,
            key,
            spec.name,
            base=None,
            theirs=theirs[spec.name],
            mine=value,
        )
        for spec in place.fields
        if spec.name in theirs
        and spec.name not in SET_BY_THE_STORE
        and not spec.auto
        and spec.name not in place.key
        and (value := getattr(mine, spec.name)) not in (None, "", ())
        and not same(spec, value, theirs[spec.name])
    )


# Deciding -------------------------------------------------------------------------


@needs("outbox.decide")
def resend(desk: UserStore, commit_id: str, mended: Commit | None = None) -> None:
    """Send a save again: as it was, or as `decided` mended it.

    Raises:
        NotAllowed: it is not this person's.
    """
    desk.resend(commit_id, mended)


@needs("outbox.decide")
def discard(desk: UserStore, commit_id: str) -> None:
    """Throw a save away that is not in the shared store.

    Raises:
        NotAllowed: it is not this person's.
    """
    desk.discard(commit_id)
