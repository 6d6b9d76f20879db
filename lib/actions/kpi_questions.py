"""差戻し: what a manager asks about a centre's day, and what the centre answers.

Question and answer are rows of 対応履歴, the append-only table of what people did: their
対象番号 names day and centre (`schema.activity.of_kpi_day`) and no case, so they stand in
no timeline of a complaint and in no figure. The first answer closes a question; more may
be added to it, and nobody's words can be overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

import pandas as pd

from lib import clock
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import calendar
from lib.schema.activity import Activity, kpi_day_of, of_kpi_day
from lib.schema.frames import standing
from lib.schema.ids import new_id
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, Medium
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

ASKING: Final = roles_of("kpis.ask")
"""Who asks a centre about its figures."""

ANSWERING: Final = roles_of("kpis.answer")
"""Who answers; 委託先 only about the own centre."""

_TABLE: Final = "activities"


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A question about one day of one centre, with its answers, the earliest first."""

    asked: Activity
    day: date
    centre: str
    answers: tuple[Activity, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return not self.answers

    def is_late(self, now: datetime) -> bool:
        """Whether it is open although the answer was wanted by now."""
        due = self.asked.answer_due_at
        return self.is_open and due is not None and due < now


def may_ask(who: Principal) -> bool:
    """Whether this person sends days back to a centre."""
    return who.role in ASKING


def may_answer(who: Principal, centre: str) -> bool:
    """Whether this person answers about that centre's days."""
    if who.is_outsourced:
        return who.centre == centre and centre not in ("", COMPANY)
    return who.role in ANSWERING


@needs("kpis.ask")
def ask(
    store: UserStore,
    centre: Centre,
    day: date,
    question: str,
    *,
    now: datetime,
    entry: str,
) -> Activity:
    """Ask a centre about one of its days; the same `entry` again asks nothing twice.

    The answer is wanted by 入力締切時刻 of the centre's next working day.

    Raises:
        InvalidRecord: nothing is asked, or about a day to come.
        NotAllowed: it is for administrators and managers.
    """
    if not question.strip():
        raise InvalidRecord([FieldProblem("content", _NOTHING_ASKED)])
    if day > now.date():
        raise InvalidRecord([FieldProblem("content", _TO_COME)])
    due = calendar.due_at(now.date(), centre.weekly_closed, centre.entry_deadline)
    step = _step(store, day, centre.code, question, now, answer_due_at=due)
    store.commit(Commit(entry, store.principal.name, now, (Insert(step),)))
    return step


@needs("kpis.answer")
def answer(
    store: UserStore, question: DayQuestion, text: str, *, now: datetime, entry: str
) -> Activity:
    """Answer a question about a day, or add to its answer.

    Raises:
        InvalidRecord: nothing is answered.
        NotAllowed: not this person's centre.
    """
    if not may_answer(store.principal, question.centre):
        raise NotAllowed
    if not text.strip():
        raise InvalidRecord([FieldProblem("answer", _NOTHING_ANSWERED)])
    step = _step(
        store, question.day, question.centre, text, now, answers=question.asked.id
    )
    store.commit(Commit(entry, store.principal.name, now, (Insert(step),)))
    return step


def questions_of(store: UserStore, centre: str) -> tuple[DayQuestion, ...]:
    """Return what was asked about a centre's days, open ones first, then the newest."""
    return tuple(q for q in every_question(store) if q.centre == centre)


def questions_on(store: UserStore, centre: str, day: date) -> tuple[DayQuestion, ...]:
    """Return what was asked about one day of a centre, open ones first."""
    return tuple(q for q in questions_of(store, centre) if q.day == day)


def open_questions(store: UserStore) -> tuple[DayQuestion, ...]:
    """Return every open question this person may see, the earliest asked first."""
    return tuple(reversed([q for q in every_question(store) if q.is_open]))


def every_question(store: UserStore) -> tuple[DayQuestion, ...]:
    """Return every question about a day that this person may see, open ones first."""
    return store.derived("kpi questions", lambda: _questions(store.frame(_TABLE)))


def _questions(steps: pd.DataFrame) -> tuple[DayQuestion, ...]:
    named = [kpi_day_of(str(case_id)) is not None for case_id in steps["case_id"]]
    own = steps[pd.Series(named, index=steps.index, dtype="bool") & steps["at"].notna()]
    own = own.sort_values("at", kind="stable")
    rows = cast("list[Activity]", standing(table(_TABLE), own))
    answers: dict[str, list[Activity]] = {}
    for row in rows:
        if row.answers:
            answers.setdefault(row.answers, []).append(row)
    found = []
    for row in reversed(rows):
        place = kpi_day_of(row.case_id)
        if place is not None and not row.answers:
            found.append(DayQuestion(row, *place, tuple(answers.get(row.id, ()))))
    return tuple(sorted(found, key=lambda q: not q.is_open))


def _step(
    store: UserStore,
    day: date,
    centre: str,
    text: str,
    now: datetime,
    *,
    answer_due_at: datetime | None = None,
    answers: str = "",
) -> Activity:
    return Activity.parse(
        {
            "id": new_id("H", now),
            "case_id": of_kpi_day(day, centre),
            "at": clock.in_tokyo(now),
            "actor": store.principal.name,
            "medium": Medium.INTERNAL,
            "kind": ActivityKind.INTERNAL_CHECK,
            "content": text.strip(),
            "answer_due_at": answer_due_at,
            "answers": answers,
        }
    )


_NOTHING_ASKED: Final = N_("聞きたいことを書いてください。")
_NOTHING_ANSWERED: Final = N_("答えを書いてください。")
_TO_COME: Final = N_("まだ来ていない日のことは聞けません。")
