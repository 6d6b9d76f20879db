"""期限の規則 in 設定: what counts from when, and what a change would mean before it is saved.

A clock keeps the end with which it was born. A changed rule counts for clocks that begin
on its day or later; whoever saves it may bring the running ones along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from lib.actions.business_settings import setting_write
from lib.actions.clocks.proposing import DEADLINES, closed_of
from lib.actions.clocks.starting import change
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics import legal_days
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import Applicability
from lib.settings import clock_rules
from lib.settings.clock_rules import ClockRule
from lib.store.access import UserStore
from lib.store.protocol import Commit, Update, Write

REASON_NEEDED: Final = N_("変える理由を書いてください。")

_CHANGED: Final = "規則の変更"


@dataclass(frozen=True, slots=True)
class Differing:
    """A running clock that would end otherwise under a changed rule."""

    clock: Deadline
    due_at: datetime


def differing(desk: UserStore, rule: ClockRule) -> tuple[Differing, ...]:
    """Return the running clocks of a rule that it would let end at another time.

    Clocks whose end a person has moved, and those with a date of an agency, stay out.
    Empty for a rule that is out of use: what runs goes on.
    """
    has_own_date = any(trigger.until for trigger in rule.triggers)
    if has_own_date or not rule.on:
        return ()
    closed = closed_of(desk)
    found = []
    for one in running(desk, rule.code):
        due = legal_days.due(one.started_at, rule.counting, weekly_closed=closed)
        is_by_rule = one.change_reason in ("", _CHANGED)
        if due != one.due_at and is_by_rule:
            found.append(Differing(one, due))
    return tuple(found)


def running(desk: UserStore, code: str) -> list[Deadline]:
    """Return the clocks of a rule that are neither done nor 非該当."""
    rows = desk.frame(DEADLINES)
    void = rows["applies"] == Applicability.NOT_APPLICABLE.value
    live = rows[(rows["rule_code"] == code) & rows["done_at"].isna() & ~void]
    return cast("list[Deadline]", standing(table(DEADLINES), live))


def checked(rule: ClockRule, typed: str) -> ClockRule:
    """Return the rule as typed words say; what they leave out stays as it is.

    Raises:
        InvalidRecord: a word is none of those that a rule is written in.
    """
    found = clock_rules.as_written(rule, typed)
    if found is None:
        raise InvalidRecord(
            [
                FieldProblem(
                    "value",
                    N_(
                        "「15日、初日を数える、休日なら翌日、23:59まで、法定、自社」のように、読点で区切って入力してください。"
                    ),
                )
            ]
        )
    return found


@needs("settings.edit")
def set_rule(
    desk: UserStore,
    rule: ClockRule,
    *,
    since: date,
    apply_to_running: bool,
    entry: str,
    now: datetime,
    reason: str = "",
) -> int:
    """Let a rule count like this from `since` on; return how many clocks were moved.

    rule: its source and 確認日 are kept with it. reason: why; it stands in 操作ログ.
    apply_to_running: let running clocks end by it too, in the same commit; only where
    it counts from today on or before.

    Raises:
        Conflict: somebody changed the row of that day, or one of the clocks, meanwhile.
        NotAllowed: the person's role may not.
    """
    row = Setting.parse(
        {
            "group": clock_rules.GROUP,
            "name": rule.code,
            "effective_from": since,
            "value": rule.value,
            "description": rule.source,
            "checked_on": rule.checked_on,
        }
    )
    moved = differing(desk, rule) if apply_to_running and since <= now.date() else ()
    writes: list[Write] = [_checked(desk, row), *map(_moved, moved)]
    desk.commit(
        Commit(entry, desk.principal.name, now, tuple(writes), reason=reason.strip())
    )
    return len(moved)


def _moved(found: Differing) -> Update:
    return change(found.clock, due_at=found.due_at, change_reason=_CHANGED)


def _checked(desk: UserStore, row: Setting) -> Write:
    """Return the write of a row of 設定, its 確認日 included."""
    write = setting_write(desk, row)
    if not isinstance(write, Update):
        return write
    seen = cast("Setting", desk.record(write.table, write.key))
    return Update(
        write.table,
        write.key,
        {**write.base, "checked_on": seen.checked_on},
        {**write.values, "checked_on": row.checked_on},
    )


def values_of(desk: UserStore, code: str) -> tuple[Setting, ...]:
    """Return every row of 設定 that a rule was given, the newest first."""
    rows = desk.frame("settings")
    own = rows[(rows["group"] == clock_rules.GROUP) & (rows["name"] == code)]
    own = own.sort_values("effective_from", ascending=False, kind="stable")
    return tuple(cast("list[Setting]", standing(table("settings"), own)))
