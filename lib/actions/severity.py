"""重大度: what the rules of 設定 propose for a case, each with its reason in words.

The proposal is what the taps of the clerk add up to. A person may change it; lowering
it needs a reason.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

from lib import clock
from lib.actions.business_settings import claim_types_of, setting_write
from lib.actions.inquiries.listing import of_complaint
from lib.actions.permissions import needs
from lib.i18n import N_
from lib.metrics.earlier import times_of
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.frames import JOINER, standing
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import (
    AgencyKind,
    Channel,
    Choice,
    ContactKind,
    Severity,
    Unlisted,
)
from lib.settings import severity_rules
from lib.settings.claim_types import Sign
from lib.settings.severity_rules import (
    DEFAULTS,
    Among,
    AtLeast,
    Condition,
    Contacted,
    Filled,
    Repeated,
    SeverityRule,
    Signed,
)
from lib.store.access import UserStore
from lib.store.protocol import Commit, Update, Write

RANKS: Final = tuple(Severity)
"""Lowest first."""

_ABOUT: Final = N_("重大度の提案の規則。重大度と数、または「使わない」")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at.

    signs: what the claim type says. earlier: when the other cases of the same customer
    were received, in any order. inquiries: what agencies said about it.
    """

    complaint: Complaint
    signs: frozenset[Sign] = frozenset()
    earlier: Sequence[datetime] = ()
    inquiries: Sequence[AgencyInquiry] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed severity, and every rule of that level that led to it.

    reasons: in the language of the ledger; empty for 低, which needs no reason.
    """

    level: Severity
    reasons: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The reasons as they stand in the ledger."""
        return JOINER.join(self.reasons)


def propose(facts: Facts, rules: Sequence[SeverityRule] = DEFAULTS) -> Proposal:
    """Return the highest level that any rule asks for, 低 where none does."""
    met = [
        rule
        for rule in rules
        if rule.on and all(_holds(part, rule, facts) for part in rule.when)
    ]
    if not met:
        return Proposal(Severity.LOW)
    level = max((rule.level for rule in met), key=RANKS.index)
    if level is Severity.LOW:
        return Proposal(level)
    return Proposal(level, tuple(rule.reason for rule in met if rule.level is level))


def is_lower(level: Severity, than: Severity) -> bool:
    """Whether a level is below another; what a sheet misspells is below nothing."""
    known = level in RANKS and than in RANKS
    return known and RANKS.index(level) < RANKS.index(than)


def _holds(condition: Condition, rule: SeverityRule, facts: Facts) -> bool:
    match condition:
        case Among(field, values):
            return getattr(facts.complaint, field) in values
        case Signed(sign):
            return sign in facts.signs
        case Filled(field):
            return bool(getattr(facts.complaint, field))
        case Contacted(kinds, letters):
            return _is_contacted(facts, kinds, letters)
        case AtLeast(field, threshold):
            value = _as_number(getattr(facts.complaint, field))
            return value >= rule.number(threshold)
        case Repeated(cases, days):
            since = timedelta(days=rule.number(days))
            before = facts.complaint.received_at
            recent = [at for at in facts.earlier if before - since <= at <= before]
            return len(recent) + 1 >= rule.number(cases)


def _is_contacted(
    facts: Facts, kinds: AbstractSet[AgencyKind], letters: AbstractSet[ContactKind]
) -> bool:
    if (
        facts.complaint.channel is Channel.AGENCY
        and AgencyKind.CONSUMER_CENTRE in kinds
    ):
        return True
    return any(
        said.agency_kind in kinds or said.contact_kind in letters
        for said in facts.inquiries
    )


def _as_number(value: object) -> int:
    """Return a number, a choice as its place in its list; 0 where nothing is known."""
    if isinstance(value, Choice):
        return list(type(value)).index(value)
    return value if isinstance(value, int) else 0


# What counts today --------------------------------------------------------------


def rules_of(store: UserStore, on: date) -> tuple[SeverityRule, ...]:
    """Return every rule as it counts on that day, those switched off included."""
    return store.derived(
        ("severity rules", on),
        lambda: severity_rules.severity_rules(store.frame("settings"), on),
    )


def proposed_for(
    store: UserStore,
    case: Complaint,
    on: date,
    *,
    inquiries: Sequence[AgencyInquiry] = (),
) -> Proposal:
    """Return what the rules of that day propose for a case of the ledger.

    inquiries: what agencies say about it beside what is stored already.
    """
    signs = {kind.name: kind.signs for kind in claim_types_of(store, on)}
    earlier: tuple[datetime, ...] = ()
    if case.customer_key:
        complaints = store.frame("complaints")
        same = (complaints["customer_key"] == case.customer_key).to_numpy(dtype=bool)
        times = times_of(complaints[same & (complaints.index != case.id)])
        earlier = tuple(at for at in times if at < case.received_at)
    known = signs.get(case.claim_type, frozenset())
    said = (*inquiries, *of_complaint(store, case.id))
    return propose(Facts(case, known, earlier, said), rules_of(store, on))


@dataclass(frozen=True, slots=True)
class Move:
    """An open case whose proposed severity another set of rules would change."""

    case: Complaint
    proposal: Proposal


def moves(
    store: UserStore, rules: Sequence[SeverityRule], *, on: date
) -> tuple[Move, ...]:
    """Return the open cases that these rules would put at another severity.

    Cases at which a person has set the severity stay as they are: only where level and
    reason are what the present rules propose would anything change.
    """
    present = rules_of(store, on)
    found = []
    for facts in _open_facts(store, on):
        case = facts.complaint
        now = propose(facts, present)
        then = propose(facts, rules)
        by_rule = (case.severity, case.severity_reason) == (now.level, now.written)
        if by_rule and then.level is not now.level:
            found.append(Move(case, then))
    return tuple(found)


def _open_facts(store: UserStore, on: date) -> tuple[Facts, ...]:
    """Return what the rules may look at, for every open case; made once a revision."""
    return store.derived(("open facts", on), lambda: _made_facts(store, on))


def _made_facts(store: UserStore, on: date) -> tuple[Facts, ...]:
    complaints = store.frame("complaints")
    settled = [status.value for status in SETTLED]
    owed = complaints[~complaints["status"].isin(settled)]
    signs = {kind.name: kind.signs for kind in claim_types_of(store, on)}
    received: dict[str, list[datetime]] = defaultdict(list)
    keyed = complaints[
        (complaints["customer_key"] != "") & complaints["received_at"].notna()
    ]
    for key, at in zip(keyed["customer_key"], keyed["received_at"], strict=True):
        received[str(key)].append(clock.in_tokyo(at.to_pydatetime()))
    for times in received.values():
        times.sort()
    return tuple(
        Facts(
            case,
            signs.get(case.claim_type, frozenset()),
            _before(received.get(case.customer_key, []), case.received_at),
            of_complaint(store, case.id),
        )
        for case in cast("list[Complaint]", standing(table("complaints"), owed))
        if case.received_at is not None and not isinstance(case.severity, Unlisted)
    )


def _before(times: list[datetime], at: datetime) -> tuple[datetime, ...]:
    return tuple(times[: bisect_left(times, at)])


@needs("settings.edit")
def set_rule(
    store: UserStore,
    rule: SeverityRule,
    *,
    since: date,
    apply_to_open: bool,
    entry: str,
    now: datetime,
) -> int:
    """Let a rule count like this from `since` on; return how many open cases moved.

    apply_to_open: bring the open cases that stand at a rule's proposal along, in the
    same commit; only where the rule counts from today on or before.

    Raises:
        Conflict: somebody changed the row of that day, or one of the cases, meanwhile.
        NotAllowed: the person's role may not.
    """
    row = Setting.parse(
        {
            "group": severity_rules.GROUP,
            "name": rule.name,
            "effective_from": since,
            "value": rule.value,
            "description": _ABOUT,
        }
    )
    moved: tuple[Move, ...] = ()
    if apply_to_open and since <= now.date():
        moved = moves(
            store, with_rule(rules_of(store, now.date()), rule), on=now.date()
        )
    writes = [setting_write(store, row), *(_move(found) for found in moved)]
    store.commit(Commit(entry, store.principal.name, now, tuple(writes)))
    return len(moved)


def with_rule(
    rules: Sequence[SeverityRule], changed: SeverityRule
) -> tuple[SeverityRule, ...]:
    """Return the rules with one of them as it would be."""
    return tuple(changed if rule.name == changed.name else rule for rule in rules)


def _move(found: Move) -> Write:
    case = found.case
    base = {"severity": case.severity, "severity_reason": case.severity_reason}
    values = {
        "severity": found.proposal.level,
        "severity_reason": found.proposal.written,
    }
    return Update("complaints", case.id, base, values)
