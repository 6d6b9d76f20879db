"""A pasted block becomes days of a centre: compared with what stands, entered at once.

`plan` says of each day what would become of it; `enter` writes all of them in one
commit or none. What stands is filled in or changed only where the block says something
else; a confirmed day only with a reason. Nothing is ever emptied: a block that does not
mention a count says nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from lib.actions import kpi_days
from lib.actions.broken_rows import refuse_broken
from lib.actions.importing.blocks import Block, BlockDay
from lib.actions.kpi_days import DayEdit
from lib.actions.permissions import needs
from lib.errors import AppError, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.reason import Reason
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.vocab import BusinessDay, Choice, Done
from lib.store.access import UserStore
from lib.store.protocol import Commit, Write

COMPUTED: Final = frozenset({"abandoned"})
"""What a block may say and the app works out itself."""


class Fate(Choice):
    """What would become of one day of a block."""

    NEW = N_("新しく入る")
    CHANGED = N_("変わる")
    SAME = N_("同じ")
    LOCKED = N_("確定済み")
    CLOSED = N_("休業の日")
    WRONG = N_("入らない")


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of a block.

    row: where it stands in the block. edit: what is to be saved. record: as it would
        stand; None where it cannot. changed: names of the fields that differ from what
        stands. problems: why it cannot be saved. advice: what is worth a second look,
        by field.
    """

    row: int
    fate: Fate
    edit: DayEdit
    record: KpiDay | None
    changed: tuple[str, ...] = ()
    problems: tuple[FieldProblem, ...] = ()
    advice: Mapping[str, Reason] | None = None

    @property
    def day(self) -> date:
        """The day it is about."""
        return self.edit.day


@dataclass(frozen=True, slots=True)
class Plan:
    """What a block would do to one centre's days, in the order of the days.

    not_asked: fields that the block tells and that this centre is not asked for.
    """

    centre: Centre
    days: tuple[PlannedDay, ...]
    not_asked: tuple[str, ...]

    def of(self, *fates: Fate) -> tuple[PlannedDay, ...]:
        """Return the days with one of these fates."""
        return tuple(day for day in self.days if day.fate in fates)

    @property
    def locked(self) -> tuple[PlannedDay, ...]:
        """The confirmed days that the block tells otherwise."""
        return self.of(Fate.LOCKED)

    @property
    def open(self) -> tuple[PlannedDay, ...]:
        """The days that would be entered or changed without any more words."""
        return self.of(Fate.NEW, Fate.CHANGED)


def plan(store: UserStore, centre: Centre, block: Block, now: datetime) -> Plan:
    """Return what the block would do to the days of `centre`; nothing is written."""
    asked = frozenset(kpi_days.asked_fields(centre))
    own = [day for day in block.days if day.centre == centre.code]
    days = tuple(
        _planned(store, centre, found, asked, now)
        for found in sorted(own, key=lambda found: found.day)
    )
    told = {name for day in own for name in day.values}
    return Plan(centre, days, tuple(sorted(told - asked - COMPUTED)))


@needs("kpis.enter")
def enter(
    store: UserStore,
    wanted: Plan,
    *,
    entry: str,
    now: datetime,
    confirm: bool = False,
    reason: str = "",
) -> int:
    """Enter the days of a plan in one commit; return how many were written.

    confirm: mark the days 確定 that are complete, also those that stand as the block
    tells them. reason: why confirmed days are changed; without one they stay.

    Raises:
        InvalidRecord: nothing is left to be entered.
        Conflict: somebody else changed one of the days since the plan was made.
        NotAllowed: not this person's centre, or a role that enters no figures.
    """
    why = reason.strip()
    fates = [Fate.NEW, Fate.CHANGED]
    if confirm:
        fates.append(Fate.SAME)
    if why:
        fates.append(Fate.LOCKED)
    writes: list[Write] = []
    for day in wanted.of(*fates):
        refuse_broken(day.edit.seen, day.edit.values)
        record = _as_saved(store, day.edit, now, confirm=confirm)
        if write := kpi_days.write_of(day.edit.seen, record):
            writes.append(write)
    if not writes:
        raise InvalidRecord([FieldProblem("", _NOTHING)])
    store.commit(Commit(entry, store.principal.name, now, tuple(writes), reason=why))
    return len(writes)


def confirmable(
    store: UserStore, wanted: Plan, now: datetime
) -> tuple[PlannedDay, ...]:
    """Return the days of a plan that could be confirmed and are not yet."""
    days = wanted.of(Fate.NEW, Fate.CHANGED, Fate.SAME)
    return tuple(
        day
        for day in days
        if not _is_confirmed(day.edit.seen)
        and _as_saved(store, day.edit, now, confirm=True).confirmed is Done.DONE
    )


def days_to_write(
    wanted: Plan,
    could_confirm: Sequence[PlannedDay],
    *,
    confirm: bool = False,
    reason: str = "",
) -> int:
    """Return how many days `enter` would write.

    could_confirm: from `confirmable`.
    """
    count = len(wanted.open)
    if reason.strip():
        count += len(wanted.locked)
    if confirm:
        count += sum(day.fate is Fate.SAME for day in could_confirm)
    return count


def _planned(
    store: UserStore,
    centre: Centre,
    found: BlockDay,
    asked: frozenset[str],
    now: datetime,
) -> PlannedDay:
    seen = kpi_days.find(store, centre.code, found.day)
    values = {n: v for n, v in found.values.items() if n in asked - COMPUTED}
    edit = DayEdit(centre, found.day, seen, values)
    try:
        record = kpi_days.checked(store.principal, edit, now=now)
    except AppError as error:
        problems = error.problems if isinstance(error, InvalidRecord) else ()
        return PlannedDay(found.row, Fate.WRONG, edit, None, problems=tuple(problems))
    changed = tuple(kpi_days.changed_fields(seen, record))
    spans = kpi_days.spans_of(store, centre, found.day)
    return PlannedDay(
        found.row,
        _fate(seen, changed, values),
        edit,
        record,
        changed,
        advice=kpi_days.advice(record, centre, spans),
    )


def _fate(
    seen: KpiDay | None, changed: Sequence[str], values: Mapping[str, Any]
) -> Fate:
    if seen is not None and seen.business is BusinessDay.CLOSED:
        counts = [v for n, v in values.items() if n not in kpi_days.SHARED]
        if any(counts):
            return Fate.CLOSED
        return Fate.SAME
    if seen is None or not kpi_days.is_entered(seen):
        return Fate.NEW
    if not changed:
        return Fate.SAME
    if _is_confirmed(seen) and not set(changed) <= set(kpi_days.LATER):
        return Fate.LOCKED
    return Fate.CHANGED


def _as_saved(
    store: UserStore, edit: DayEdit, now: datetime, *, confirm: bool
) -> KpiDay:
    """Return the day as it would be saved, confirmed where it is complete."""
    if confirm:
        try:
            return kpi_days.checked(store.principal, edit, now=now, confirm=True)
        except InvalidRecord:
            pass  # not complete: it is entered, and stays open
    return kpi_days.checked(store.principal, edit, now=now)


def _is_confirmed(seen: KpiDay | None) -> bool:
    return seen is not None and seen.confirmed is Done.DONE


_NOTHING: Final = N_("入れる日がありません。")
