"""情報を整理: what happened, what is asked for, until when, and what is still to be asked.

A question that one still has is a row of 作業, so that it has an owner and cannot get
lost with the sheet of paper; its answer lands on the timeline. The information is sorted
when a person says so, open questions or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from lib.actions.inquiries.saving import require, save
from lib.actions.inquiries.transitions import Event, after
from lib.actions.permissions import needs
from lib.i18n import N_
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Category,
    Medium,
    TaskKind,
)
from lib.store.access import UserStore
from lib.store.protocol import Insert, Update

TASKS: Final = "tasks"

SORTED: Final = ("facts", "demand", "agency_due_at")
"""What the first step asks for."""

QUESTION: Final = "question"
"""`Task.step` of something that is still to be asked."""


@needs("inquiries.work")
def note(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Keep what is known so far. Raises as `saving.save`."""
    changed = {n: values[n] for n in SORTED if n in values}
    if all(getattr(seen, name) == value for name, value in changed.items()):
        return seen
    status = after(Event.SORT, seen.status)
    return save(desk, seen, {**changed, "status": status}, now=now, commit_id=commit_id)


@needs("inquiries.work")
def is_sorted(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Say that the information is sorted; facts and demand must be there.

    Raises:
        InvalidRecord: one of them is missing.
        ActionRefused, Conflict, NotAllowed: see `saving.save`.
    """
    whole = seen.model_copy(update={n: values[n] for n in SORTED if n in values})
    require(
        facts=None
        if whole.facts.strip()
        else N_("何が起きたと言っているかを書いてください。"),
        demand=None
        if whole.demand.strip()
        else N_("何を求めているかを書いてください。求めがなければ「なし」と書きます。"),
    )
    changed = {name: getattr(whole, name) for name in SORTED}
    status = after(Event.SORTED, seen.status)
    return save(desk, seen, {**changed, "status": status}, now=now, commit_id=commit_id)


def unasked(inquiry: AgencyInquiry) -> tuple[str, ...]:
    """Return the fields that nobody has asked the agency about yet; never blocks."""
    blank = {
        "agency_contact": not inquiry.agency_contact.strip(),
        "officer_name": not inquiry.officer_name.strip(),
        "order_number": not inquiry.order_number.strip() and not inquiry.complaint_id,
        "sales_form": inquiry.sales_form is None,
        "category": inquiry.category is Category.UNASKED,
        "contract_yen": inquiry.contract_yen is None,
        "agency_due_at": inquiry.agency_due_at is None,
    }
    return tuple(name for name, is_blank in blank.items() if is_blank)


# Questions --------------------------------------------------------------------------


def questions(desk: UserStore, inquiry_id: str) -> tuple[Task, ...]:
    """Return what is still to be asked, oldest first."""

    def made() -> tuple[Task, ...]:
        rows = desk.frame(TASKS)
        own = rows[
            (rows["case_id"] == inquiry_id)
            & (rows["step"] == QUESTION)
            & rows["done_at"].isna()
        ].sort_values(["given_at", "id"], kind="stable")
        return cast("tuple[Task, ...]", tuple(standing(table(TASKS), own)))

    return desk.derived(("questions to agencies", inquiry_id), made)


@needs("inquiries.work")
def ask_later(
    desk: UserStore,
    seen: AgencyInquiry,
    question: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Put down what is to be asked, of the agency or inside.

    Raises:
        InvalidRecord: nothing is asked; its problem is on `question`.
        ActionRefused, NotAllowed: see `saving.save`.
    """
    require(question=None if question.strip() else N_("聞きたいことを書いてください。"))
    task = Task.parse(
        {
            "id": id_for("W", now, f"{commit_id}:{QUESTION}"),
            "case_id": seen.id,
            "step": QUESTION,
            "kind": TaskKind.OTHER,
            "title": question.strip(),
            "given_at": now,
            "owner": seen.handler or desk.principal.name,
        }
    )
    status = after(Event.SORT, seen.status)
    return save(
        desk,
        seen,
        {"status": status},
        also=(Insert(task),),
        now=now,
        commit_id=commit_id,
    )


@needs("inquiries.work")
def answered(
    desk: UserStore,
    seen: AgencyInquiry,
    question: Task,
    answer: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Note the answer to a question; it leaves the list and stands on the timeline.

    Raises:
        InvalidRecord: nothing was answered; its problem is on the question's number.
        Conflict: somebody answered it before.
    """
    require(**{question.id: None if answer.strip() else N_("答えを書いてください。")})
    values = {"done_at": now, "done_by": desk.principal.name, "note": answer.strip()}
    base = {name: getattr(question, name) for name in values}
    told = {
        "kind": ActivityKind.HEARING,
        "medium": Medium.INTERNAL,
        "content": f"{question.title} → {answer.strip()}",
    }
    return save(
        desk,
        seen,
        {},
        steps=[told],
        also=(Update(TASKS, question.id, base, values),),
        now=now,
        commit_id=commit_id,
    )
