"""Which clocks should stand on a complaint, an inquiry or a crisis; nothing is written.

A clock that starts by itself is a `Proposed`; one that needs a date which only a person
can tell (when the goods arrived) is offered by `asked_for` and starts by
`changing.add`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

import pandas as pd

from lib.actions.business_settings import claim_types_of
from lib.actions.targets import company_of
from lib.metrics import legal_days, pairs
from lib.metrics.pairs import Pair, Products
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.frames import frame_of, standing_at
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Product
from lib.schema.tables import table, table_of
from lib.schema.vocab import Applicability, Flag, ProductKind
from lib.settings import clock_rules
from lib.settings.claim_types import Sign
from lib.settings.clock_rules import (
    DEFAULTS,
    Alone,
    Among,
    ClockRule,
    Condition,
    Filled,
    Has,
    Lacks,
    OfKind,
    Outsourced,
    OwnMake,
    Paired,
    Party,
    Recalling,
    Signed,
    Trigger,
)
from lib.store.access import UserStore
from lib.store.contacts import marks_of

Case = Complaint | AgencyInquiry | Crisis
"""What a clock may stand on."""

DEADLINES: Final = "deadlines"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at.

    product: of the master; None where it is not there. signs: what the claim type says.
    pair: the case of another customer that this one is like. is_recall: whether a lot
    is called back. weekly_closed: 定休日 of the company.
    """

    case: Case
    product: Product | None = None
    signs: frozenset[Sign] = frozenset()
    pair: Pair | None = None
    is_recall: bool = False
    weekly_closed: str = "土日祝"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A clock that should stand: its rule, since when, until when.

    pair: the case that it is like, where that is why.
    """

    rule: ClockRule
    started_at: datetime
    due_at: datetime
    pair: Pair | None = None


def proposed(
    facts: Facts, rules: Sequence[ClockRule] = DEFAULTS, *, now: datetime
) -> tuple[Proposed, ...]:
    """Return the clocks that start by themselves on such a case.

    now: the moment from which is counted where the case itself holds none.
    """
    found = []
    for rule in rules:
        trigger = _starts(rule, facts)
        if trigger is None or rule.asks or rule.code == clock_rules.OWN_ANSWER:
            continue
        since = getattr(facts.case, trigger.since) if trigger.since else now
        if since is None:
            continue
        is_pair = any(isinstance(part, Paired) for part in trigger.when)
        found.append(
            Proposed(
                rule,
                since,
                due_of(rule, since, facts, trigger),
                facts.pair if is_pair else None,
            )
        )
    return tuple(found)


def asked_for(
    facts: Facts, rules: Sequence[ClockRule] = DEFAULTS
) -> tuple[ClockRule, ...]:
    """Return the rules that may apply once a person gives the date they ask for."""
    return tuple(rule for rule in rules if rule.asks and _starts(rule, facts))


def due_of(
    rule: ClockRule, since: datetime, facts: Facts, trigger: Trigger | None = None
) -> datetime:
    """Return when a clock runs out that began at `since`.

    Of a rule whose deadline is a date of the case itself, that date.
    """
    own = getattr(facts.case, trigger.until) if trigger and trigger.until else None
    if own is not None:
        return cast("datetime", own)
    return legal_days.due(since, rule.counting, weekly_closed=facts.weekly_closed)


def owner_of(case: Case) -> str:
    """Return who looks after the clocks of a case; "" where nobody has it."""
    return case.leader if isinstance(case, Crisis) else case.handler


def party_of(rule: ClockRule, product: Product | None) -> Party:
    """Return whose duty a clock is: the maker's is ours where we make the product."""
    if product is None or rule.party in (Party.US, Party.CUSTOMER, Party.OUTSOURCER):
        return rule.party
    return Party.US if product.own_make is Flag.YES else rule.party


def _starts(rule: ClockRule, facts: Facts) -> Trigger | None:
    """Return the first trigger of a rule that holds; None of one out of use."""
    if not rule.on:
        return None
    code = table_of(facts.case).code
    return next(
        (
            trigger
            for trigger in rule.triggers
            if trigger.table == code
            and all(_holds(part, facts) for part in trigger.when)
        ),
        None,
    )


def _holds(condition: Condition, facts: Facts) -> bool:
    match condition:
        case Signed(sign):
            return sign in facts.signs
        case OfKind(kinds):
            kind = facts.product.kind if facts.product else ProductKind.UNKNOWN
            return kind in kinds
        case OwnMake(is_own):
            made = facts.product.own_make if facts.product else None
            return made is None or (made is Flag.YES) is is_own
        case Paired():
            return facts.pair is not None
        case Recalling():
            return facts.is_recall
        case _:
            return _is_said(condition, facts.case)


def _is_said(condition: Condition, case: Case) -> bool:
    """Whether the case itself says so."""
    match condition:
        case Among(field, values):
            return getattr(case, field) in values
        case Has(field, values):
            return bool(values & set(getattr(case, field)))
        case Lacks(field, values):
            return not values & set(getattr(case, field))
        case Filled(field):
            return getattr(case, field) not in (None, "")
        case Outsourced():
            return getattr(case, "received_centre", COMPANY) not in ("", COMPANY)
        case Alone():
            return not getattr(case, "crisis_id", "")
        case _:
            raise AssertionError(condition)


# What a person's data say ----------------------------------------------------------


def rules_of(desk: UserStore, on: date) -> tuple[ClockRule, ...]:
    """Return every rule as it counts on that day, those out of use included."""
    return desk.derived(
        ("clock rules", on),
        lambda: clock_rules.clock_rules(desk.frame("settings"), on),
    )


def products_of(desk: UserStore) -> Products:
    """Return the product master, found by whatever people call a product."""
    return desk.derived(("products by name",), lambda: Products(desk.frame("products")))


def pairs_of(desk: UserStore) -> tuple[Pair, ...]:
    """Return the like cases among the complaints that this person sees."""
    return desk.derived(
        ("like cases",),
        lambda: tuple(
            pairs.pairs(_comparable(desk, desk.frame("complaints")), products_of(desk))
        ),
    )


def _comparable(desk: UserStore, complaints: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a mark for each contact, which is masked in them."""
    return complaints.assign(contact=desk.contact_marks().reindex(complaints.index))


def product_of(desk: UserStore, typed: str) -> Product | None:
    """Return the product that is meant; None where no master knows it."""
    book = products_of(desk)
    code = book.code_of(typed)
    return cast("Product | None", standing_at(table("products"), book.frame, code))


def closed_of(desk: UserStore) -> str:
    """Return 定休日 of the company, for business days."""
    return desk.derived(
        ("company closed",), lambda: company_of(desk.frame("centres")).weekly_closed
    )


def facts_of(desk: UserStore, case: Case, now: datetime) -> Facts:
    """Return what the rules may look at; `case` may be newer than what is stored."""
    typed = getattr(case, "product_code", "")
    signs: frozenset[Sign] = frozenset()
    pair = None
    if isinstance(case, Complaint):
        claims = claim_types_of(desk, now.date())
        signs = next(
            (kind.signs for kind in claims if kind.name == case.claim_type), signs
        )
        pair = _pair_of(desk, case)
    return Facts(
        case,
        product_of(desk, typed) if typed else None,
        signs,
        pair,
        isinstance(case, Crisis) and _is_recalled(desk, case),
        closed_of(desk),
    )


def _pair_of(desk: UserStore, case: Complaint) -> Pair | None:
    """Return the earlier case that a complaint is like, unless both are reported."""
    mine = [pair for pair in likes_of(desk, case) if pair.later == case.id]
    return mine[0] if mine and not is_reported(desk, mine[0]) else None


def likes_of(desk: UserStore, case: Complaint) -> tuple[Pair, ...]:
    """Return the pairs that a complaint as it is now is part of, stored so or not."""
    if case.harm.value not in pairs.SEEN_BY_DOCTOR or case.received_at is None:
        return ()
    stored = desk.frame("complaints")
    near = (stored["received_at"] - case.received_at).abs() <= pairs.WITHIN
    seen = stored["harm"].isin(pairs.SEEN_BY_DOCTOR)
    others = stored[(near & seen).to_numpy(dtype=bool) & (stored.index != case.id)]
    marks = marks_of(case.contact) or desk.contact_marks().get(case.id, "")
    own = frame_of(table("complaints"), [case.with_contact(marks)])
    both = pd.concat([_comparable(desk, others), own])
    found = pairs.pairs(both, products_of(desk))
    return tuple(pair for pair in found if case.id in (pair.later, pair.earlier))


def is_reported(desk: UserStore, pair: Pair) -> bool:
    """Whether a clock runs already for cases like these: one report tells all of them."""
    running = _running_on(desk, clock_rules.LIKE_CASES)
    if not running:
        return False
    before = {known.later: known.earlier for known in pairs_of(desk)}
    case_id: str | None = pair.earlier
    while case_id is not None and case_id not in running:
        case_id = before.get(case_id)
    return case_id is not None


def _running_on(desk: UserStore, code: str) -> frozenset[str]:
    """Return the cases on which a clock of that rule runs."""
    rows = desk.frame(DEADLINES)
    void = rows["applies"] == Applicability.NOT_APPLICABLE.value
    live = rows[(rows["rule_code"] == code) & rows["done_at"].isna() & ~void]
    return frozenset(live["case_id"])


def _is_recalled(desk: UserStore, crisis: Crisis) -> bool:
    return bool((desk.frame("recall_lots")["crisis_id"] == crisis.id).any())
