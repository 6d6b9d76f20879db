"""Clocks are born in the commit of the answer that starts them, or not at all.

The number of a clock follows from its case and its rule, so the same answer given twice,
or seen by two machines, makes one clock. An answer that is taken back ends none: only a
person says 非該当.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

from lib import clock
from lib.actions.clocks.proposing import (
    DEADLINES,
    Case,
    Facts,
    Proposed,
    due_of,
    facts_of,
    is_reported,
    likes_of,
    proposed,
    rules_of,
)
from lib.errors import Conflict
from lib.metrics.pairs import Pair
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.ids import id_for, new_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.record import Record
from lib.schema.tables import table, table_of
from lib.schema.vocab import ActivityKind, Applicability, DeadlineKind
from lib.settings.clock_rules import LIKE_CASES, ClockRule, rule_of
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Receipt, Update, Write

_MOVED: Final = "もとの日付が変わった"


def began_at(case: Case) -> datetime | None:
    """Return the moment from which a case dates; None where nobody wrote it."""
    match case:
        case Complaint():
            at = case.received_at
        case AgencyInquiry():
            at = case.first_contact_at
        case Crisis():
            at = case.known_at
    # A row of a sheet may lack what none made here can.
    return cast("datetime | None", at)


def starting(
    desk: UserStore, before: Case | None, after: Case, *, now: datetime
) -> list[Write]:
    """Return what belongs into the commit that makes `after` of `before`.

    New clocks, with a step that names them; clocks that an answer ends, and those that
    follow a date of the case that was changed. Empty for most changes, and for people of
    an outsourced centre, who see too little: `keeping.keep` does it for them.

    Args:
        desk: of the person who answers.
        before: the case as it was; None for a new one.
        after: the case as it will stand.
        now: when the answer is given. What a case only says later counts from then.
    """
    if desk.principal.is_outsourced:
        return []
    standing_already = clocks_of(desk, after.id)
    known = {found.rule_code for found in standing_already}
    new = [
        found
        for found in newly_proposed(desk, before, after, now)
        if found.rule.code not in known
    ]
    writes: list[Write] = [
        *births(after, new, desk.principal.name, now),
        *_others(desk, after, now),
    ]
    if before is not None:
        writes += _followed(before, after, standing_already, rules_on(desk, now))
    return writes


def newly_proposed(
    desk: UserStore, before: Case | None, after: Case, now: datetime
) -> list[Proposed]:
    """Return the clocks that `after` asks for and `before` did not."""
    if before is None:
        return should_stand(desk, after, now)
    on = now.date()
    held = proposed(facts_of(desk, before, now), rules_of(desk, on), now=now)
    codes = {found.rule.code for found in held}
    facts = facts_of(desk, after, now)
    wanted = proposed(facts, rules_of(desk, on), now=now)
    return [
        _from_now(found, facts, now) for found in wanted if found.rule.code not in codes
    ]


def should_stand(desk: UserStore, case: Case, now: datetime) -> list[Proposed]:
    """Return all clocks of a case, under the rules of the day on which it began."""
    began = began_at(case)
    if began is None:
        return []
    facts = facts_of(desk, case, now)
    return list(proposed(facts, rules_of(desk, began.date()), now=now))


def rules_on(desk: UserStore, now: datetime) -> tuple[ClockRule, ...]:
    """Return the rules of today."""
    return rules_of(desk, now.date())


def _from_now(found: Proposed, facts: Facts, now: datetime) -> Proposed:
    """Count from the answer; of a crisis always from when one knew of it."""
    if isinstance(facts.case, Crisis):
        return found
    trigger = next(
        (t for t in found.rule.triggers if t.until and t.table == _code(facts.case)),
        None,
    )
    return replace(
        found, started_at=now, due_at=due_of(found.rule, now, facts, trigger)
    )


def _code(case: Case) -> str:
    return table_of(case).code


def clocks_of(desk: UserStore, case_id: str) -> list[Deadline]:
    """Return every clock of a case, the one that runs out first before the others."""
    rows = desk.frame(DEADLINES)
    own = rows[(rows["case_id"] == case_id).to_numpy(dtype=bool)]
    own = own.sort_values(["due_at", "rule_code"], kind="stable")
    return cast("list[Deadline]", standing(table(DEADLINES), own))


# Being born ------------------------------------------------------------------------


def births(
    case: Case, found: Sequence[Proposed], actor: str, now: datetime
) -> Iterator[Insert]:
    """Yield the clocks, and the step that tells of those that others have set.

    Own targets are nothing that a 経緯書 has to tell.
    """
    for one in found:
        yield Insert(born(case, one))
    told = [one for one in found if one.rule.kind is not DeadlineKind.OWN]
    if told:
        yield Insert(_step(case, told, actor, now))


def born(case: Case, found: Proposed) -> Deadline:
    """Return the clock; its number is that of this case and this rule for ever."""
    code = found.rule.code
    began = clock.in_tokyo(began_at(case) or found.started_at)
    return Deadline(
        id=id_for("T", began, f"{case.id} {code}"),
        case_id=case.id,
        rule_code=code,
        kind=found.rule.kind,
        started_at=found.started_at,
        due_at=found.due_at,
    )


def _step(case: Case, found: Sequence[Proposed], actor: str, now: datetime) -> Activity:
    lines = [f"期限が始まった: {_told(one)}" for one in found]
    return Activity(
        id=new_id("H", now),
        case_id=case.id,
        at=now,
        actor=actor,
        kind=ActivityKind.OTHER,
        content="\n".join(lines),
    )


def _told(found: Proposed) -> str:
    due = f"{found.rule.code} {found.due_at:%Y/%m/%d %H:%M}まで"
    return f"{due}({pair_words(found.pair)})" if found.pair else due


def pair_words(pair: Pair) -> str:
    """Return why two cases are alike, in the language of the ledger."""
    return f"{pair.earlier} と同じ商品・同じ症状({'・'.join(pair.symptoms)})"


FRESH: Final = timedelta(days=7)
"""A case that was closed when it came in starts clocks only while it is so young."""


def is_past(case: Case, now: datetime) -> bool:
    """Whether a case came in closed and old: nothing of it can still be reported."""
    began = began_at(case)
    return began is None or (not case.is_open and now - began > FRESH)


def new_rows(desk: UserStore, case: Case, *, now: datetime) -> list[Record]:
    """Return the clocks of a case typed elsewhere that is being stored, and their step.

    Empty for what is past.
    """
    if is_past(case, now):
        return []
    found = should_stand(desk, case, now)
    return [birth.record for birth in births(case, found, desk.principal.name, now)]


# What else an answer does ------------------------------------------------------------


def _others(desk: UserStore, after: Case, now: datetime) -> Iterator[Insert]:
    """Yield the clocks of later cases that this one, answered now, completes a pair of."""
    if not isinstance(after, Complaint):
        return
    for pair in likes_of(desk, after):
        if pair.earlier != after.id or is_reported(desk, pair):
            continue
        known = {found.rule_code for found in clocks_of(desk, pair.later)}
        rule = rule_of(rules_on(desk, now), LIKE_CASES)
        if LIKE_CASES in known or rule is None or not rule.on:
            continue
        later = cast("Complaint", desk.record("complaints", pair.later))
        facts = Facts(later, pair=pair)
        found = Proposed(rule, now, due_of(rule, now, facts), pair)
        yield from births(later, [found], desk.principal.name, now)
        return


def _followed(
    before: Case, after: Case, clocks: Iterable[Deadline], rules: tuple[ClockRule, ...]
) -> Iterator[Update]:
    """Yield what becomes of running clocks whose date, or whose end, is in the case."""
    for found in clocks:
        rule = rule_of(rules, found.rule_code)
        if rule is None or found.done_at or _is_void(found):
            continue
        ended = getattr(after, rule.ends_with, None) if rule.ends_with else None
        if ended is not None:
            yield change(found, done_at=ended)
            continue
        for name in {t.until for t in rule.triggers if t.until}:
            was, due = getattr(before, name, None), getattr(after, name, None)
            if due is not None and was != due and found.due_at == was:
                yield change(found, due_at=due, change_reason=_MOVED)


def _is_void(found: Deadline) -> bool:
    return found.applies is Applicability.NOT_APPLICABLE


def change(seen: Deadline, **values: Any) -> Update:
    """Return the update of a clock from what was seen of it."""
    base = {name: getattr(seen, name) for name in values}
    return Update(DEADLINES, seen.id, base, values)


def commit(desk: UserStore, wanted: Commit) -> Receipt:
    """Commit; a clock that another has started or changed meanwhile is left to them.

    Raises as `UserStore.commit`, but never because of a clock.
    """
    while True:
        try:
            return desk.commit(wanted)
        except Conflict as conflict:
            left = tuple(w for w in wanted.writes if not _is_write_of(w, conflict))
            if conflict.table != DEADLINES or left == wanted.writes or not left:
                raise
            wanted = replace(wanted, writes=left)


def _is_write_of(write: Write, conflict: Conflict) -> bool:
    if isinstance(write, Insert):
        place = table_of(write.record)
        return (place.code, place.key_of(write.record)) == (
            conflict.table,
            conflict.key,
        )
    return (write.table, write.key) == (conflict.table, conflict.key)
