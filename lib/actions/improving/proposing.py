"""An idea becomes a row of 施策・改善, tied to the complaints that brought it about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from lib.actions.improving.targets import COMPLAINT_RATE, target_of
from lib.actions.permissions import needs
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.ids import id_for
from lib.schema.learning import Improvement
from lib.schema.tables import table
from lib.schema.vocab import Category, Cause, ImprovementKind, ImprovementStatus
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

IMPROVEMENTS: Final = "improvements"
COMPLAINTS: Final = "complaints"

MOST_A_COMMIT: Final = 200
"""Complaints that are tied in one save; more of them take further saves."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which complaints an improvement is about; "" and None: whatever they say there."""

    product_code: str = ""
    sales_page: str = ""
    claim_type: str = ""
    category: Category | None = None
    cause: Cause | None = None
    centre: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Scope()


def scope_of(one: Improvement) -> Scope:
    """Return which complaints an improvement is about."""
    return Scope(
        one.product_code,
        one.sales_page,
        one.claim_type,
        one.category,
        one.cause,
        one.centre,
    )


@needs("measures.work")
def propose(
    desk: UserStore,
    *,
    title: str,
    owner: str = "",
    due_on: date | None = None,
    figure: str | None = None,
    scope: Scope = Scope(),
    case_ids: Sequence[str] = (),
    trigger_id: str = "",
    kind: ImprovementKind = ImprovementKind.OTHER,
    now: datetime,
    commit_id: str,
) -> Improvement:
    """Record an idea, with its number on the complaints behind it; return it.

    The complaints get the number in the same save, at most `MOST_A_COMMIT` of them; of
    more, the others in further saves. One that led to another improvement keeps that
    one; one that this person does not see is passed over.

    Args:
        desk: whose idea it is.
        title: what is to be done.
        owner: who sees to it; "" for nobody yet.
        due_on: until when.
        figure: code or name of the figure it is to move (`targets.TARGETS`), "" for
            none; left out, the complaint rate where complaints are named, else none.
        scope: which complaints it is about.
        case_ids: numbers of the complaints behind it.
        trigger_id: what brought it about; the first complaint where nothing is said.
        kind: what is to be changed.
        now: when.
        commit_id: the same for every retry, so that a double click records one.

    Raises:
        InvalidRecord: without a title, or the day is over; each by its field.
        NotAllowed: the person's role records none.
        Conflict: one of the complaints was tied to another improvement meanwhile.
    """
    _refuse_gaps(title, due_on, now)
    known = target_of(figure or "")
    if figure is None and (case_ids or not scope.is_everything):
        known = target_of(COMPLAINT_RATE)
    made = Improvement.parse(
        {
            "id": id_for(table(IMPROVEMENTS).prefix, now, f"{commit_id}:improvement"),
            "title": title.strip(),
            "kind": kind,
            "status": ImprovementStatus.IDEA,
            "owner": owner.strip(),
            "due_on": due_on,
            "target_figure": known.name if known else (figure or "").strip(),
            "trigger_id": trigger_id or next(iter(case_ids), ""),
            **asdict(scope),
        }
    )
    for commit in _commits(desk, made, case_ids, now, commit_id):
        desk.commit(commit)
    return made


def _refuse_gaps(title: str, due_on: date | None, now: datetime) -> None:
    problems = []
    if not title.strip():
        problems.append(FieldProblem("title", N_("何をするかを書いてください。")))
    if due_on is not None and due_on < now.date():
        words = N_("過ぎた日です。これから先の日にしてください。")
        problems.append(FieldProblem("due_on", words))
    if problems:
        raise InvalidRecord(problems)


def _untied(desk: UserStore, case_ids: Sequence[str]) -> list[str]:
    """Return those of the complaints that this person sees and that led to none yet."""
    if not case_ids:
        return []
    rows = desk.frame(COMPLAINTS)
    named = rows.loc[rows.index.intersection(list(case_ids))]
    free = set(named.index[named["improvement_id"] == ""])
    return [key for key in case_ids if key in free]


def _commits(
    desk: UserStore,
    made: Improvement,
    case_ids: Sequence[str],
    now: datetime,
    entry: str,
) -> Iterator[Commit]:
    """Yield one save after the other.

    Which complaints are of which save follows from what was asked and not from what is
    still untied: a retry, after some saves of the first try, ties the rest.
    """
    wanted = list(dict.fromkeys(case_ids))
    who = desk.principal.name
    first: tuple[Write, ...] = (
        Insert(made),
        *_ties(desk, made, wanted[:MOST_A_COMMIT]),
    )
    yield Commit(entry, who, now, first)
    for number, start in enumerate(range(MOST_A_COMMIT, len(wanted), MOST_A_COMMIT), 2):
        more = _ties(desk, made, wanted[start : start + MOST_A_COMMIT])
        if more:
            yield Commit(f"{entry}-{number}", who, now, more)


def _ties(
    desk: UserStore, made: Improvement, case_ids: Sequence[str]
) -> tuple[Update, ...]:
    before, after = {"improvement_id": ""}, {"improvement_id": made.id}
    untied = _untied(desk, case_ids)
    return tuple(Update(COMPLAINTS, key, before, after) for key in untied)
