"""Which improvements there are, in the order in which they want to be looked at."""

from __future__ import annotations

from datetime import date
from typing import Final, cast

from lib.actions.improving.proposing import COMPLAINTS, IMPROVEMENTS
from lib.errors import NotAllowed
from lib.schema.frames import standing
from lib.schema.learning import EVENTS, Improvement
from lib.schema.tables import table
from lib.schema.vocab import ImprovementStatus
from lib.store.access import UserStore

OPEN: Final = (
    ImprovementStatus.RELAPSED,
    ImprovementStatus.CHECKING,
    ImprovementStatus.DOING,
    ImprovementStatus.IDEA,
)
"""States in which something is still to be done, the most pressing first."""

ORDER: Final = (*OPEN, ImprovementStatus.SETTLED, ImprovementStatus.CANCELLED)


def improvements(desk: UserStore) -> tuple[Improvement, ...]:
    """Return every improvement but what merely befell the company, as `ORDER` says.

    Within a state what is due first, then the newest.
    """

    def made() -> tuple[Improvement, ...]:
        rows = desk.frame(IMPROVEMENTS)
        found = standing(table(IMPROVEMENTS), rows)
        own = [one for one in cast("list[Improvement]", list(found)) if is_own(one)]
        newest = sorted(own, key=lambda one: one.starts_on or date.min, reverse=True)
        return tuple(sorted(newest, key=_place))

    return desk.derived("improvements", made)


def _place(one: Improvement) -> tuple[int, date]:
    at = ORDER.index(one.status) if one.status in ORDER else len(ORDER)
    return at, due_of(one) or date.max


def is_own(one: Improvement) -> bool:
    """Whether it is something that the company did, and not what befell it."""
    return one.kind not in EVENTS


def due_of(one: Improvement) -> date | None:
    """Return the day by which something is owed of it; None where nothing is."""
    if one.status in (ImprovementStatus.IDEA, ImprovementStatus.DOING):
        return one.due_on
    return None


def is_late(one: Improvement, today: date) -> bool:
    """Whether its day is over and it is not finished."""
    due = due_of(one)
    return due is not None and due < today and one.done_on is None


def found(desk: UserStore, number: str) -> Improvement | None:
    """Return the improvement of that number; None where there is none to be seen."""
    if not number:
        return None
    try:
        return cast("Improvement", desk.record(IMPROVEMENTS, number))
    except NotAllowed:
        return None


def cases_of(desk: UserStore, number: str) -> tuple[str, ...]:
    """Return the numbers of the complaints that led to an improvement, newest first."""

    def made() -> tuple[str, ...]:
        rows = desk.frame(COMPLAINTS)
        own = rows[rows["improvement_id"] == number]
        newest = own.sort_values("received_at", ascending=False, kind="stable")
        return tuple(map(str, newest.index))

    return desk.derived(("cases of improvement", number), made)
