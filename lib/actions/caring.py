"""Looking after the people who answered: what is owed, what was done, who asked for help.

Only administrators and managers read any of it. Everybody else who answers calls may
drop in a consultation and gets a receipt; what became of it they hear in person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from lib.actions.business_settings import value_of
from lib.actions.permissions import needs, roles_of
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics import care
from lib.metrics.care import Duty, Standing
from lib.schema.care import CareRecord
from lib.schema.frames import JOINER, standing
from lib.schema.ids import id_for
from lib.schema.tables import table
from lib.schema.vocab import CareKind, HarassmentKind
from lib.settings.harassment import CARE_FROM
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write
from lib.text import folded

RECORDS: Final = "care_records"

READERS: Final = roles_of("care.see")
"""Roles that know what is owed to whom, and read what was confided."""

CONFIDING: Final = roles_of("care.consult")
"""Roles that may ask for help: everybody who answers calls."""

ANSWERED_WITHIN: Final = timedelta(hours=24)
"""So soon somebody talks to who asked for help."""

_SOURCES: Final = ("complaints", "escalations", RECORDS, "audit")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is owed talks. name: "" where nobody wrote down who answered."""

    name: str
    duties: tuple[Duty, ...]

    @property
    def centres(self) -> tuple[str, ...]:
        """Codes of the centres that took the calls; one name may stand in several."""
        return tuple(dict.fromkeys(d.centre for d in self.duties if d.centre))

    def open_now(self, now: datetime) -> tuple[Duty, ...]:
        """Return those that a talk at this moment settles."""
        return tuple(d for d in self.duties if d.standing(now) in _SETTLED_BY_A_TALK)


_SETTLED_BY_A_TALK: Final = (Standing.OVERDUE, Standing.OPEN)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits: talks past their time, due today, and consultations unheard."""

    overdue: int = 0
    today: int = 0
    consultations: int = 0

    @property
    def pressing(self) -> int:
        """What should have been done, or asks for somebody now."""
        return self.overdue + self.consultations

    def __bool__(self) -> bool:
        """Whether anything waits at all."""
        return bool(self.overdue or self.today or self.consultations)


# What is owed ---------------------------------------------------------------------


@needs("care.see")
def owed(desk: UserStore, now: datetime) -> tuple[Duty, ...]:
    """Return every talk that is owed, the earliest due first.

    Raises:
        NotAllowed: it is for administrators and managers.
    """
    return tuple(d for d in _duties(desk, now.date()) if d.done_at is None)


@needs("care.see")
def people(desk: UserStore, now: datetime) -> tuple[Person, ...]:
    """Return who is owed talks, the most pressing first. Raises as `owed`."""
    groups: dict[str, list[Duty]] = {}
    for duty in owed(desk, now):
        groups.setdefault(folded(duty.person).replace(" ", ""), []).append(duty)
    return tuple(Person(own[0].person, tuple(own)) for own in groups.values())


@needs("care.see")
def of_case(desk: UserStore, case_id: str, now: datetime) -> tuple[Duty, ...]:
    """Return what a case owes and what of it was done. Raises as `owed`."""
    return tuple(d for d in _duties(desk, now.date()) if d.case_id == case_id)


def waiting(desk: UserStore, now: datetime) -> Waiting:
    """Return how much waits; nothing for who may not know."""
    if desk.principal.role not in READERS:
        return Waiting()
    due = [(d.standing(now), d.due_at.date()) for d in owed(desk, now)]
    return Waiting(
        overdue=sum(stands is Standing.OVERDUE for stands, _day in due),
        today=sum(
            stands is not Standing.OVERDUE and day == now.date() for stands, day in due
        ),
        consultations=len(consultations(desk)),
    )


def _duties(desk: UserStore, today: date) -> tuple[Duty, ...]:

    def made() -> tuple[Duty, ...]:
        start = value_of(desk, CARE_FROM, today) or CARE_FROM.default
        frames = {code: desk.frame(code) for code in _SOURCES}
        return care.duties(frames, date.fromisoformat(start))

    return desk.derived(("care duties", today), made)


def kinds(desk: UserStore, since: date) -> Mapping[HarassmentKind, int]:
    """Return how many of the person's complaints are of each kind; of no one person."""
    return desk.derived(
        ("harassment kinds", since),
        lambda: care.kinds(desk.frame("complaints"), since),
    )


# What was done --------------------------------------------------------------------


@needs("care.note")
def done(
    desk: UserStore,
    duties: Sequence[Duty],
    *,
    note: str = "",
    measures: Iterable[str] = (),
    now: datetime,
    commit_id: str,
) -> tuple[str, ...]:
    """Write down that one talk took place; return the numbers of its rows.

    One talk may settle several duties: each gets a row, the note stands in the first
    and the others point to it.

    Raises:
        InvalidRecord: no duty is chosen, or nobody wrote down who answered.
        ActionRefused: one of them is not open yet.
        NotAllowed: it is for administrators and managers.
    """
    if not duties:
        said = N_("どの件の声かけかを選んでください。")
        raise InvalidRecord([FieldProblem("duties", said)])
    if any(not duty.person for duty in duties):
        said = N_("応対した人の名前が要ります。苦情の「受付者」を入れてください。")
        raise InvalidRecord([FieldProblem("duties", said)])
    if any(duty.standing(now) is Standing.COMING for duty in duties):
        raise ActionRefused(
            N_("7日の声かけは、はじめの24時間が過ぎてからのものだけを数えます。")
        )
    numbers = [
        duty.planned or id_for("F", now, f"{commit_id}:{place}")
        for place, duty in enumerate(duties)
    ]
    values = {"done_at": now, "done_by": desk.principal.name}
    writes: list[Write] = []
    for number, duty in zip(numbers, duties, strict=True):
        is_first = number == numbers[0]
        told = {
            "note": note.strip() if is_first else f"{numbers[0]} と同じ声かけ",
            "measures": JOINER.join(measures) if is_first else "",
        }
        writes.append(_talk(desk, number, duty, {**values, **told}))
    desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))
    return tuple(numbers)


def _talk(desk: UserStore, number: str, duty: Duty, values: dict[str, Any]) -> Write:
    if duty.planned:
        seen = desk.record(RECORDS, number)
        kept = {name: value for name, value in values.items() if value != ""}
        return Update(RECORDS, number, {n: getattr(seen, n) for n in kept}, kept)
    fixed = {
        "id": number,
        "case_id": duty.case_id,
        "kind": duty.kind,
        "for_whom": duty.person,
        "due_at": duty.due_at,
    }
    return Insert(CareRecord.parse({**fixed, **values}))


@needs("care.see")
def past(desk: UserStore) -> tuple[CareRecord, ...]:
    """Return every talk that took place, the newest first. Raises as `owed`."""
    return _records(desk, is_done=True)


# Asking for help ------------------------------------------------------------------


@needs("care.consult")
def consult(
    desk: UserStore,
    *,
    note: str = "",
    evidence: Iterable[str] = (),
    case_id: str = "",
    now: datetime,
    commit_id: str,
) -> CareRecord:
    """Ask for help in one's own name; nothing else has to be said.

    Raises:
        NotAllowed: the person only looks on.
    """
    asked = CareRecord.parse(
        {
            "id": id_for("F", now, commit_id),
            "case_id": case_id,
            "kind": CareKind.CONSULTATION,
            "for_whom": desk.principal.name,
            "due_at": now + ANSWERED_WITHIN,
            "evidence": JOINER.join(evidence),
            "note": note.strip(),
        }
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (Insert(asked),)))
    return asked


@needs("care.see")
def consultations(desk: UserStore) -> tuple[CareRecord, ...]:
    """Return who asked for help and was not heard yet, the longest first.

    Raises as `owed`.
    """
    return tuple(
        record
        for record in reversed(_records(desk, is_done=False))
        if record.kind is CareKind.CONSULTATION
    )


@needs("care.note")
def heard(
    desk: UserStore,
    seen: CareRecord,
    *,
    note: str = "",
    measures: Iterable[str] = (),
    now: datetime,
    commit_id: str,
) -> None:
    """Write down that somebody was heard; what they wrote themselves stays.

    Raises:
        Conflict: somebody else wrote into it meanwhile.
        NotAllowed: it is for administrators and managers.
    """
    said = note.strip()
    me = desk.principal.name
    values: dict[str, Any] = {"done_at": now, "done_by": me}
    if said:
        values["note"] = f"{seen.note}\n{me}: {said}".strip()
    if taken := JOINER.join(measures):
        values["measures"] = JOINER.join(filter(None, (seen.measures, taken)))
    base = {name: getattr(seen, name) for name in values}
    desk.commit(Commit(commit_id, me, now, (Update(RECORDS, seen.id, base, values),)))


def _records(desk: UserStore, *, is_done: bool) -> tuple[CareRecord, ...]:

    def made() -> tuple[CareRecord, ...]:
        rows = desk.frame(RECORDS)
        own = rows[rows["done_at"].notna() == is_done]
        by = "done_at" if is_done else "due_at"
        newest = own.sort_values(by, ascending=False, kind="stable")
        return tuple(cast("Iterable[CareRecord]", standing(table(RECORDS), newest)))

    return desk.derived(("care records", is_done), made)
