"""社内確認: asking a colleague about a case, and the answer on its timeline.

A question is a step of 対応履歴 that names whom it asks and until when; the answer is a
later step that names the question. Both only ever append, so that nobody's words can
be overwritten, and the timeline tells who said what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import pandas as pd

from lib import clock
from lib.actions.handover import matter
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import standing
from lib.schema.ids import new_id
from lib.schema.masters import Member
from lib.schema.tables import table
from lib.schema.vocab import ActivityKind, ComplaintStatus, Medium
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert

ACTIVITIES: Final = "activities"

USUAL_WAIT: Final = timedelta(hours=1)
"""How long a colleague has where nobody says otherwise."""

ANSWERING: Final = roles_of("cases.ask")
"""Roles that are asked and may answer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody has answered yet."""

    question: Activity
    is_late: bool


@needs("cases.ask")
def ask(
    desk: UserStore,
    case: Complaint,
    *,
    of: str,
    question: str,
    due_at: datetime | None,
    now: datetime,
    commit_id: str,
) -> Activity:
    """Ask a colleague about a case, until `due_at` (left out, within `USUAL_WAIT`).

    Raises:
        InvalidRecord: nobody is named or nothing is asked.
        NotAllowed: the person may not write on this case.
    """
    problems = []
    if not question.strip():
        problems.append(FieldProblem("content", N_("聞きたいことを書いてください。")))
    if not of.strip():
        problems.append(FieldProblem("asked_of", N_("聞く相手を選んでください。")))
    if problems:
        raise InvalidRecord(problems)
    step = Activity.parse(
        {
            "id": new_id("H", now),
            "case_id": case.id,
            "at": now,
            "actor": desk.principal.name,
            "medium": Medium.INTERNAL,
            "kind": ActivityKind.INTERNAL_CHECK,
            "content": question,
            "asked_of": of,
            "answer_due_at": due_at or now + USUAL_WAIT,
        }
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (Insert(step),)))
    return step


@needs("cases.ask")
def answer(
    desk: UserStore,
    question: Activity,
    text: str,
    *,
    now: datetime,
    commit_id: str,
) -> Activity:
    """Answer a question, in the name of the person who acts.

    Raises:
        InvalidRecord: nothing is answered.
        NotAllowed: the person may not write on this case.
    """
    if not text.strip():
        raise InvalidRecord([FieldProblem("answer", N_("答えを書いてください。"))])
    step = Activity.parse(
        {
            "id": new_id("H", now),
            "case_id": question.case_id,
            "at": now,
            "actor": desk.principal.name,
            "medium": Medium.INTERNAL,
            "kind": ActivityKind.INTERNAL_CHECK,
            "content": text,
            "answers": question.id,
        }
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (Insert(step),)))
    return step


def unanswered(desk: UserStore, now: datetime) -> tuple[Waiting, ...]:
    """Return every open question this person may see, the earliest due first."""
    questions = desk.derived("unanswered", lambda: _unanswered(desk))
    return tuple(Waiting(q, _is_late(q, now)) for q in questions)


def waiting_for(desk: UserStore, name: str, now: datetime) -> tuple[Waiting, ...]:
    """Return the open questions that this person was asked or has asked."""
    return tuple(
        found
        for found in unanswered(desk, now)
        if name in (found.question.asked_of, found.question.actor)
    )


def waiting_on(desk: UserStore, case_id: str, now: datetime) -> tuple[Waiting, ...]:
    """Return the open questions about one case."""
    return tuple(w for w in unanswered(desk, now) if w.question.case_id == case_id)


def _unanswered(desk: UserStore) -> tuple[Activity, ...]:
    steps = desk.frame(ACTIVITIES)
    asked = steps[(steps["asked_of"] != "").to_numpy(dtype=bool)]
    if asked.empty:
        return ()
    answered = set(steps.loc[steps["answers"] != "", "answers"])
    complaints = desk.frame("complaints")
    open_ids = [key for key in asked.index if key not in answered]
    rows = asked.loc[open_ids]
    # A withdrawn or unknown case needs no answer any more.
    rows = rows[rows["case_id"].isin(_standing_cases(complaints))]
    rows = rows.sort_values(["answer_due_at", "at"], kind="stable", na_position="last")
    return tuple(cast("Iterable[Activity]", standing(table(ACTIVITIES), rows)))


def _standing_cases(complaints: pd.DataFrame) -> pd.Index:
    return complaints.index[complaints["status"] != ComplaintStatus.CANCELLED.value]


def _is_late(question: Activity, now: datetime) -> bool:
    return question.answer_due_at is not None and question.answer_due_at < now


# Whom to ask ----------------------------------------------------------------------


def colleagues(
    desk: UserStore, case: Complaint, members: Iterable[Member], now: datetime
) -> list[Member]:
    """Return whom one could ask, most promising first: skill, few questions, rank.

    A skill fits where its words stand in the case: product, category, claim type,
    content. The person who asks and those outside the company are left out.
    """
    words = _words_of(desk, case)
    asked = [found.question.asked_of for found in unanswered(desk, now)]
    others = [
        member
        for member in members
        if member.name != desk.principal.name and member.role in ANSWERING
    ]
    return sorted(
        others,
        key=lambda m: (-len(fitting(m, words)), asked.count(m.name), -(m.rank or 0)),
    )


def fitting(member: Member, words: str) -> list[str]:
    """Return the skills of a person that stand in these words."""
    skills = [part.strip() for part in re.split(r"[、,・\s]+", member.skills)]
    return [skill for skill in skills if skill and skill in words]


def known_by(desk: UserStore, case: Complaint, member: Member) -> list[str]:
    """Return which of a person's skills this case asks for."""
    return fitting(member, _words_of(desk, case))


def _words_of(desk: UserStore, case: Complaint) -> str:
    products = desk.frame("products")
    known = case.product_code in products.index
    name = str(products.loc[case.product_code, "name"]) if known else ""
    kind = str(products.loc[case.product_code, "kind"]) if known else ""
    second = case.category2 or ""
    return "\n".join(
        [name, kind, case.product_code, matter(case), second, case.content]
    )


def usual_due(now: datetime) -> datetime:
    """Return until when an answer is asked for unless somebody says otherwise."""
    return clock.in_tokyo(now + USUAL_WAIT).replace(second=0, microsecond=0)
