"""Everything that can run out, as one list: what it is, until when, how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lib.i18n import N_
from lib.schema.vocab import Applicability, Choice, DeadlineKind

SOON: Final = timedelta(hours=24)
"""From so long before the end somebody is reminded."""


class Standing(Choice):
    """How it stands, most pressing first."""

    OVERDUE = N_("超過")
    SOON = N_("24時間以内")
    RUNNING = N_("残りあり")
    DONE = N_("完了")
    VOID = N_("非該当")


class Origin(Choice):
    """What it is a date of."""

    CLOCK = N_("期限")
    ANSWER = N_("回答")
    TASK = N_("作業")
    PROMISE = N_("約束")


@dataclass(frozen=True, slots=True)
class Line:
    """One date.

    case_id: the complaint, inquiry or crisis. key: of the row that holds the date.
    code: of the rule; "" of what no rule made. name: what is to be done, a catalogue
    key of a rule, else a title that people typed (`is_typed`). source, notes, party:
    of the rule. checked_on: when somebody last looked at the source. owner: who looks
    after it. is_agency: whether an agency waits for it. is_import: whether nobody has
    touched the imported case since.
    """

    origin: Origin
    case_id: str
    key: str
    code: str
    name: str
    kind: DeadlineKind
    started_at: datetime | None
    due_at: datetime
    owner: str
    applies: Applicability = Applicability.APPLIES
    done_at: datetime | None = None
    party: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    checked_on: date | None = None
    because: str = ""
    is_agency: bool = False
    is_import: bool = False
    is_typed: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it can still run out."""
        return self.done_at is None and self.applies is not Applicability.NOT_APPLICABLE

    @property
    def awaits_word(self) -> bool:
        """Whether a person still has to say if it applies; only laws ask for that."""
        return (
            self.is_running
            and self.kind is DeadlineKind.STATUTORY
            and self.applies is Applicability.UNCHECKED
        )

    def left(self, now: datetime) -> timedelta:
        """Return how long is left; below zero once it is over."""
        return self.due_at - now

    def standing(self, now: datetime) -> Standing:
        """Return how it stands at that moment."""
        if self.done_at is not None:
            return Standing.DONE
        if not self.is_running:
            return Standing.VOID
        left = self.left(now)
        if left < timedelta(0):
            return Standing.OVERDUE
        return Standing.SOON if left <= SOON else Standing.RUNNING


_RANKS: Final = {
    DeadlineKind.STATUTORY: 0,
    DeadlineKind.AGENCY: 1,
    DeadlineKind.GUIDELINE: 2,
    DeadlineKind.OWN: 3,
}


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines by what runs out first; of equal ones the law before the rest.

    What was imported and nobody has touched since stands last, unless a law sets it: an
    import is late in nothing, but its open cases may still have to be reported.
    """
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                not one.is_running,
                one.is_import and one.kind is not DeadlineKind.STATUTORY,
                one.due_at,
                _RANKS.get(one.kind, len(_RANKS)),
                one.case_id,
                one.code,
            ),
        )
    )


def urgent(lines: Sequence[Line], now: datetime) -> tuple[Line, ...]:
    """Return the running lines that run out within a day, or have."""
    return tuple(one for one in lines if one.is_running and one.due_at - now <= SOON)
