"""Where a call stands, told from what is filled in: four steps, nothing blocks (R31).

① a short apology for the trouble only ② the facts: where, what, who, what is wanted
③ what is still open ④ read-back, then apology and thanks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.actions.entry import Entry
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.record import Stage
from lib.schema.vocab import Apology, Fault, Request

CONTENT_APOLOGY: Final = "apology"
"""Field of the advised rule that is a warning and no question."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the facts of step ②, and whether it is known by now."""

    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the call stands.

    step: 0 to 3, the step one is at. facts: of step ②. open_now: what would be good to
    ask, as catalogue keys.
    """

    step: int
    facts: tuple[Fact, ...]
    open_now: tuple[str, ...]


MISSING_DAY: Final = N_("いつ起きたことですか。")
MISSING_PEOPLE: Final = N_("ほかにも同じことで困っている方はいますか。")


def standing(entry: Entry, complaint: Complaint) -> Standing:
    """Return where the call stands; an untouched form is at step ①."""
    facts = facts_of(entry)
    return Standing(
        step=_step(entry, facts),
        facts=facts,
        open_now=open_questions(complaint),
    )


def facts_of(entry: Entry) -> tuple[Fact, ...]:
    """Return the four facts: where, what, who, what is wanted."""
    placed = entry.product_code != UNKNOWN_PRODUCT or bool(entry.sales_page)
    return (
        Fact(N_("どこで"), placed),
        Fact(N_("何に"), bool(entry.content.strip() or entry.claim_type)),
        Fact(N_("誰が"), bool(entry.who.strip() or entry.customer_name.strip())),
        Fact(N_("どうしてほしい"), entry.request is not Request.UNASKED),
    )


def open_questions(complaint: Complaint) -> tuple[str, ...]:
    """Return what would still be good to ask; catalogue keys, nothing of it is needed.

    When it happened and how many it hit are what people forget under pressure (R35);
    the rules of the record add what the kind of case needs.
    """
    found = [
        problem.message
        for problem in complaint.problems(Stage.ADVISED)
        if problem.field != CONTENT_APOLOGY
    ]
    if complaint.occurred_on is None:
        found.append(MISSING_DAY)
    if complaint.people_involved is None:
        found.append(MISSING_PEOPLE)
    return tuple(found)


def apologised_too_early(complaint: Complaint) -> bool:
    """Whether the content was apologised for before the fault was known (R32, R37)."""
    return complaint.apology is Apology.CONTENT and complaint.fault is Fault.CHECKING


def _step(entry: Entry, facts: tuple[Fact, ...]) -> int:
    if entry.promise_time is not None:
        return 3
    if entry.content.strip() and all(fact.known for fact in facts[1:]):
        return 2
    return 1 if any(fact.known for fact in facts[1:]) else 0
