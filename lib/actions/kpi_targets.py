"""The target of a KPI for a centre, from a day on; what counted before stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import pandas as pd

from lib.actions import business_settings
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.borders import Aim, is_line
from lib.metrics.kpi_targets import ALL, KpiTargets
from lib.metrics.kpis import FIGURES, Better, Figure, Unit
from lib.metrics.marks import Mark, marks
from lib.schema.masters import Setting
from lib.settings import kpi_targets as settings_of
from lib.settings.business import NO_TARGET, BusinessSetting, checked
from lib.store.access import UserStore
from lib.store.protocol import AUDIT_TAIL

AIMED: Final[tuple[Figure, ...]] = tuple(
    entry for entry in FIGURES if entry.better is not Better.NONE
)
"""Figures that may have a target, in the order of the registry."""

_PERCENT: Final = 100
_MARKED: Final = ("kpi_days", "improvements", "settings")


def targets_of(store: UserStore) -> KpiTargets:
    """Return the targets of every figure and centre, for any day."""
    return store.derived(
        "kpi targets",
        lambda: KpiTargets(store.frame("settings"), store.frame("centres")),
    )


@needs("kpis.targets")
def set_target(
    store: UserStore,
    entry: Figure,
    centre: str,
    typed: str,
    *,
    since: date,
    entry_id: str,
    now: datetime,
    alarm: str = "",
    reason: str = "",
) -> None:
    """Let a target count for a centre from `since` on; older days keep theirs.

    centre: its code, `ALL` for all centres. typed: in the unit that people read ("90"
    or "90%" for a share); "" or 「なし」 for no aim. alarm: its 警報の線, in the same
    unit; "" for the usual one. reason: why, kept in 説明.

    Raises:
        InvalidRecord: one is no number of 0 or more, or more than 100 %, or the line is
            better than the target.
        ValueError: more of this figure is neither better nor worse, so none can aim.
        Conflict: somebody else changed the target of that very day meanwhile.
        NotAllowed: the person's role may not.
    """
    if entry.better is Better.NONE:
        raise ValueError(entry.code)
    read_aim(entry, typed, alarm)
    business_settings.set_value(
        store,
        _setting(entry, centre),
        settings_of.value_of(typed, alarm),
        since=since,
        entry=entry_id,
        now=now,
        reason=reason,
    )


def read_aim(entry: Figure, typed: str, alarm: str = "") -> Aim:
    """Return what was typed as target and 警報の線 in the figure's unit, a share 0-1.

    Raises:
        InvalidRecord: one is no number of 0 or more, or more than 100 %, or the line is
            better than the target.
    """
    value = checked(_setting(entry, ALL), settings_of.value_of(typed, alarm))
    scale = _PERCENT if entry.is_share else 1
    target, line = (
        None if number is None else number / scale
        for number in settings_of.parts(value)
    )
    if target is not None and line is not None and not is_line(entry, target, line):
        raise InvalidRecord([_BETTER_THAN_TARGET])
    return Aim(target, line)


_BETTER_THAN_TARGET: Final = FieldProblem(
    "value", N_("警報の線は、目標より悪い方の数にしてください。")
)


def completed(
    store: UserStore,
    entry: Figure,
    centre: str,
    *,
    typed: str,
    alarm: str,
    on: date,
) -> tuple[str, str]:
    """Return target and 警報の線 as typed; what was left blank is what counts on a day.

    With neither typed both stay blank, which `set_target` takes for no aim.
    """
    typed, alarm = typed.strip(), alarm.strip()
    counts = targets_of(store).aim(entry, centre, on)
    if alarm and not typed:
        typed = _as_typed(entry, counts.target)
    if typed and typed != NO_TARGET and not alarm:
        alarm = _as_typed(entry, counts.alarm)
    return typed, alarm


def _as_typed(entry: Figure, number: float | None) -> str:
    if number is None:
        return ""
    return f"{number * (_PERCENT if entry.is_share else 1):.6g}"


def history(store: UserStore, entry: Figure, centre: str = ALL) -> tuple[Setting, ...]:
    """Return the rows of 設定 behind a target, the newest 適用開始日 first.

    Who set them, and when, is in 更新者 and 更新日時.
    """
    return business_settings.values_of(store, _setting(entry, centre))


def marks_of(store: UserStore, first: date, last: date) -> tuple[Mark, ...]:
    """Return what is marked on charts from `first` to `last`, the earliest first.

    Changes of how a centre counts are known to who may read 操作ログ.
    """

    def made() -> tuple[Mark, ...]:
        frames = {code: store.frame(code) for code in _MARKED}
        frames["audit"] = _log_of_centres(store)
        return marks(frames, targets_of(store), first, last)

    return store.derived(("chart marks", first, last), made)


def _log_of_centres(store: UserStore) -> pd.DataFrame:
    """Return the log with every change of a centre in it, however old.

    Without rows for who may not read it.
    """
    newest = store.frame("audit")
    if len(newest) < AUDIT_TAIL:
        return newest
    codes = tuple(store.frame("centres")["code"])
    # Each log is a read of its own on a sheet: once a change of a centre is enough.
    changed = tuple(newest.index[newest["table"] == "centres"][-1:])
    return store.derived(
        "log of centres",
        lambda: pd.concat(
            [newest.iloc[:0], *(store.audit("centres", c) for c in codes)]
        ),
        rests_on=(codes, changed),
    )


def _setting(entry: Figure, centre: str) -> BusinessSetting:
    unit = "%" if entry.unit is Unit.SHARE else entry.unit.value
    return settings_of.spec(entry.name, centre, unit)
