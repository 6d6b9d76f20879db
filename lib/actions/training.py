"""研修: who was trained on what, and who still has to be (R60, L20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from lib.actions import documents
from lib.actions.documents import TRAININGS, training_of
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.document import Document, Training
from lib.schema.frames import standing
from lib.schema.masters import Member
from lib.schema.tables import table
from lib.schema.vocab import Choice, DocumentStatus, Flag
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write


class State(Choice):
    """How far somebody is with a document, what is owed first."""

    AGAIN = N_("もう一度受ける時期")
    NOT_YET = N_("まだ受けていない")
    DONE = N_("受けた")
    READ = N_("読んだ")
    """Nobody has to be trained on it, but they read it."""


OWED: Final = (State.AGAIN, State.NOT_YET)


@dataclass(frozen=True, slots=True)
class Course:
    """One person and one document. row: None where nothing is noted."""

    document: Document
    state: State
    row: Training | None = None


def courses(desk: UserStore, email: str, today: date) -> tuple[Course, ...]:
    """Return what somebody has learned or has to learn, what is owed first."""

    def made() -> tuple[Course, ...]:
        noted = _rows(desk)
        found = []
        for one in documents.listed(desk):
            if one.status is not DocumentStatus.IN_USE:
                continue
            row = noted.get((email, one.id))
            state = _state(one, row, today)
            if state is not None:
                found.append(Course(one, state, row))
        order = list(State)
        return tuple(sorted(found, key=lambda course: order.index(course.state)))

    return desk.derived(("courses", email, today), made)


def _rows(desk: UserStore) -> Mapping[tuple[str, str], Training]:
    def made() -> Mapping[tuple[str, str], Training]:
        found = cast(
            "list[Training]", standing(table(TRAININGS), desk.frame(TRAININGS))
        )
        return {(row.email, row.document_id): row for row in found}

    return desk.derived("trainings", made)


def _state(document: Document, row: Training | None, today: date) -> State | None:
    if row is not None and row.next_on is not None and row.next_on < today:
        return State.AGAIN
    if row is not None and row.trained_on is not None:
        return State.DONE
    if document.for_everybody is Flag.YES:
        return State.NOT_YET
    return State.READ if row is not None and row.read_on is not None else None


@needs("people.train")
def train(
    desk: UserStore,
    people: Sequence[Member],
    document: Document,
    *,
    trained_on: date | None,
    next_on: date | None,
    now: datetime,
    commit_id: str,
) -> None:
    """Note that these people were trained on a document, in one commit.

    next_on: until when they are again; None for never.

    Raises:
        InvalidRecord: nobody is named (`people`), the day is missing or still to come
            (`trained_on`), or the next one is not after it (`next_on`).
        Conflict: somebody else noted it meanwhile.
        NotAllowed: the person's role notes none.
    """
    _refuse_gaps(people, trained_on, now.date())
    values = {"trained_on": trained_on, "next_on": next_on}
    writes = [_write(desk, one.email, document.id, values) for one in people]
    desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))


def _refuse_gaps(
    people: Sequence[Member], trained_on: date | None, today: date
) -> None:
    problems = []
    if not people:
        problems.append(FieldProblem("people", N_("受けた人を選んでください。")))
    if trained_on is None:
        problems.append(FieldProblem("trained_on", N_("受けた日を入れてください。")))
    elif trained_on > today:
        words = N_("まだ来ていない日です。受けたあとに残してください。")
        problems.append(FieldProblem("trained_on", words))
    if problems:
        raise InvalidRecord(problems)


def _write(
    desk: UserStore, email: str, number: str, values: Mapping[str, date | None]
) -> Write:
    was = training_of(desk, email, number)
    if was is None:
        return Insert(Training.parse({"email": email, "document_id": number, **values}))
    row = was.with_values(**values)
    return Update(
        TRAININGS,
        table(TRAININGS).key_of(was),
        {name: getattr(was, name) for name in values},
        {name: getattr(row, name) for name in values},
    )
