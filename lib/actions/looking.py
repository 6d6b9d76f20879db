"""「確認した」: who looked at 今日, and when. One press, once a person and day.

A look is a row of 対応履歴, the append-only table of what people did: its 対象番号 names
the day (`schema.activity.of_day`) and no case, so it stands in nobody's timeline and in
no figure. Nothing can be taken back there, and nothing need be: a look says that
somebody looked, and promises nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lib import clock
from lib.actions.permissions import needs, roles_of
from lib.schema.activity import Activity, of_day
from lib.schema.ids import id_for
from lib.schema.principal import Principal
from lib.schema.vocab import ActivityKind, Medium
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

MAY_LOOK: Final = roles_of("today.confirm")
"""Who says that they looked; whoever only reads writes nothing."""

READS_PAST: Final = roles_of("today.past")
"""Who sees the days before: it is for those who answer for them."""

DAYS_SHOWN: Final = 14

_TABLE: Final = "activities"
_CONTENT: Final = "「今日」を確認した"
_NAMES: Final = uuid.UUID("6f6f2a5e-0b64-4a55-9d1c-2d1f3a0c7b11")


@dataclass(frozen=True, slots=True)
class Look:
    """One person on one day. name: as it was then; "" where nobody wrote it."""

    id: str
    name: str
    at: datetime


def looks(store: UserStore, day: date) -> tuple[Look, ...]:
    """Return who looked on a day, the first one first."""
    return store.derived(("looks", day), lambda: _looks(store, day))


def recent(store: UserStore, today: date) -> tuple[tuple[date, tuple[Look, ...]], ...]:
    """Return the `DAYS_SHOWN` days before today with who looked, the newest first.

    Nothing for who may not know. Days before the first look of all are left out: the
    app was not there to be looked at, or nobody was asked to.
    """
    if store.principal.role not in READS_PAST:
        return ()

    def made() -> tuple[tuple[date, tuple[Look, ...]], ...]:
        days = [today - timedelta(days=back) for back in range(1, DAYS_SHOWN + 1)]
        found = [(day, _looks(store, day)) for day in days]
        while found and not found[-1][1]:
            found.pop()
        return tuple(found)

    return store.derived(("recent looks", today), made)


def has_looked(store: UserStore, day: date) -> bool:
    """Whether the person has said so already."""
    number = _number(store.principal, day)
    return any(look.id == number for look in looks(store, day))


@needs("today.confirm")
def confirm(store: UserStore, now: datetime) -> None:
    """Write down that the person looked today; a second time changes nothing.

    Raises:
        NotAllowed: the person only reads.
    """
    day = now.date()
    if has_looked(store, day):
        return
    who = store.principal
    number = _number(who, day)
    record = Activity(
        id=number,
        case_id=of_day(day),
        at=now,
        actor=who.name,
        medium=Medium.INTERNAL,
        kind=ActivityKind.OTHER,
        content=_CONTENT,
    )
    # The same press from a second window carries the same id and writes nothing.
    commit_id = uuid.uuid5(_NAMES, number).hex
    store.commit(Commit(commit_id, who.name, now, (Insert(record),)))


def _looks(store: UserStore, day: date) -> tuple[Look, ...]:
    rows = store.frame(_TABLE)
    own = rows[(rows["case_id"] == of_day(day)) & rows["at"].notna()]
    own = own.sort_values("at", kind="stable")
    return tuple(
        Look(str(key), str(name), clock.in_tokyo(at.to_pydatetime()))
        for key, name, at in zip(own.index, own["actor"], own["at"], strict=True)
    )


def _number(who: Principal, day: date) -> str:
    """Return the number of this person's look at that day."""
    midnight = datetime.combine(day, datetime.min.time(), clock.TOKYO)
    return id_for("H", midnight, f"{of_day(day)}|{who.key}")
