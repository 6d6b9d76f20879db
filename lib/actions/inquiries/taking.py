"""Taking down what an agency says on the phone, and what follows from it at once.

`record` makes one commit of the whole call: the contact, its first step, the complaint
that it is about (which is told of it and may rise in 重大度) and the clocks that start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, cast

from lib.actions.broken_rows import refuse_broken
from lib.actions.cases import severity_step
from lib.actions.clocks import proposing, starting
from lib.actions.clocks.proposing import Proposed
from lib.actions.entry import recognise
from lib.actions.inquiries import matching
from lib.actions.inquiries.matching import Heard
from lib.actions.inquiries.saving import INQUIRIES, refuse_readers, save, step
from lib.actions.permissions import needs
from lib.actions.severity import RANKS, proposed_for
from lib.actions.targets import company_of
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import legal_days, referrals
from lib.schema.activity import Activity
from lib.schema.column import Column
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    AgencyRoute,
    Category,
    InquiryStatus,
    Match,
    Medium,
    Unlisted,
)
from lib.settings.clock_rules import OWN_ANSWER, rule_of
from lib.store.access import UserStore
from lib.store.archive import IS_ARCHIVED
from lib.store.protocol import Commit, Insert, Receipt, Update, Write
from lib.text import masked

COMPLAINTS: Final = "complaints"
ACTIVITIES: Final = "activities"
TRIES: Final = 5
"""Numbers tried where another contact already has the one that was drawn."""

_KIND: Final = AgencyInquiry.field("agency_kind").column
_NAME: Final = AgencyInquiry.field("agency_name").column


class Taking(AgencyInquiry):
    """A contact as it is typed during the call: its own fields and two more.

    caller_kind stands for 機関種別, which no contact may lack, until it is pressed;
    what stands in agency_kind itself counts for nothing.
    """

    agency_kind: Annotated[AgencyKind, _KIND] = AgencyKind.CONSUMER_CENTRE

    agency_name: Annotated[str, _NAME] = ""
    caller_kind: Annotated[
        AgencyKind | None,
        Column(N_("どこからの連絡か"), help=N_("一度押すだけで選べます。")),
    ] = None
    customer: Annotated[
        str,
        Column(
            N_("お客様(電話・メール・お名前)"),
            help=N_(
                "先方が言ったときだけ。同じ件を探すためだけに使い、そのままは残しません。"
            ),
            personal=True,
            verbatim=True,
        ),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "caller_kind",
            N_("どこからの連絡かを押してください。"),
            lambda t: t.caller_kind is None,
        ),
        Rule(
            "agency_name",
            N_("機関の名前を入れてください。"),
            lambda t: not t.agency_name.strip(),
        ),
        *(rule for rule in AgencyInquiry.RULES if rule.field == "agency_due_at"),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What an unfinished call would become.

    inquiry: not checked; only for looking at. heard: what it says, for `matching`.
    clocks: those that would start by themselves. own_due_at: what 社内回答期限 is preset
    to, whether or not somebody changed it.
    """

    inquiry: AgencyInquiry
    heard: Heard
    clocks: tuple[Proposed, ...]
    own_due_at: datetime


def preview(
    desk: UserStore, taking: Taking, *, now: datetime, secret: bytes
) -> Preview:
    """Return what the call as typed so far would become if it were saved now."""
    inquiry = _inquiry(desk, taking, "", secret, checked=False)
    keys, names = matching.customer(taking.customer, secret)
    return Preview(
        inquiry,
        replace(matching.heard_in(inquiry), keys=keys, names=names),
        tuple(starting.should_stand(desk, inquiry, now)) if taking.caller_kind else (),
        preset_due(desk, taking.first_contact_at),
    )


def preset_due(desk: UserStore, since: datetime) -> datetime:
    """Return 社内回答期限 as the rule of 設定 counts it: the next business day."""
    rules = proposing.rules_of(desk, since.date())
    rule = rule_of(rules, OWN_ANSWER)
    closed = desk.derived(
        "company closed", lambda: company_of(desk.frame("centres")).weekly_closed
    )
    if rule is None:
        raise AssertionError(OWN_ANSWER)
    return legal_days.due(since, rule.counting, weekly_closed=closed)


# Recording -------------------------------------------------------------------------


@needs("inquiries.record")
def record(
    desk: UserStore, taking: Taking, *, entry_id: str, now: datetime, secret: bytes
) -> AgencyInquiry:
    """Return the contact that this call became, with all that follows from it.

    The same `entry_id` again (a double click, a retry) saves nothing and returns what
    was saved. Without a name the person acting is 担当者.

    Raises:
        InvalidRecord: something needed is missing; the fields are named.
        Conflict: the complaint that it is about was changed at this moment.
        ActionRefused: that complaint is put away, and has to be brought back first.
        NotAllowed: the person's role may not record contacts.
    """
    refuse_readers(desk)
    if wrong := taking.problems(Stage.SAVING):
        raise InvalidRecord(wrong)
    for attempt in range(TRIES):
        seed = f"{entry_id}:{attempt}"
        number = id_for("G", taking.first_contact_at, seed)
        inquiry = _inquiry(desk, taking, number, secret, checked=True)
        writes = (
            Insert(inquiry),
            Insert(_first_step(desk, inquiry, taking, seed)),
            *_about(desk, inquiry, now, seed),
            *starting.starting(desk, None, inquiry, now=now),
        )
        commit = Commit(entry_id, desk.principal.name, now, writes)
        try:
            return _saved(starting.commit(desk, commit), inquiry)
        except Conflict as conflict:
            # The number is another contact's: draw again. Anything else is told.
            if conflict.table != INQUIRIES or attempt == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


_OWN: Final = frozenset(AgencyInquiry.model_fields)


def _inquiry(
    desk: UserStore, taking: Taking, number: str, secret: bytes, *, checked: bool
) -> AgencyInquiry:
    """Return the contact that a call says; unchecked it may lack what it needs."""
    keys, _names = matching.customer(taking.customer, secret)
    values = {name: value for name, value in taking.values().items() if name in _OWN}
    values |= {
        "id": number,
        "agency_kind": taking.caller_kind,
        "agency_name": taking.agency_name.strip(),
        "own_due_at": taking.own_due_at or preset_due(desk, taking.first_contact_at),
        "handler": taking.handler or desk.principal.name,
        "customer_key": keys[0] if keys else "",
        "matched": Match.FOUND if taking.complaint_id else taking.matched,
    }
    values |= _known_of(_case(desk, taking.complaint_id), values)
    if checked:
        return AgencyInquiry.parse(values)
    return AgencyInquiry.model_construct(**values)


def _first_step(
    desk: UserStore, inquiry: AgencyInquiry, taking: Taking, seed: str
) -> Activity:
    """Return what was heard, as the first step; of the customer only a masked trace."""
    said = [inquiry.facts.strip() or _NOTHING_SAID]
    if inquiry.demand.strip():
        said.append(f"先方の要求: {inquiry.demand.strip()}")
    if phones := [masked(part) for part in recognise(taking.customer).keys]:
        said.append(f"お客様の連絡先(照合に使用): {'、'.join(phones)}")
    return step(
        desk,
        inquiry.id,
        inquiry.first_contact_at,
        f"{seed}:heard",
        medium=_medium(inquiry.route),
        kind=ActivityKind.AGENCY_CONTACT,
        content="\n".join(said),
        next_promise_at=inquiry.own_due_at,
    )


def _medium(route: AgencyRoute | None) -> Medium:
    match route:
        case AgencyRoute.LETTER:
            return Medium.LETTER
        case AgencyRoute.MAIL:
            return Medium.MAIL
        case _:
            return Medium.CALL_IN


_NOTHING_SAID: Final = "連絡を受けた"


def _saved(receipt: Receipt, mine: AgencyInquiry) -> AgencyInquiry:
    stored = [row for row in receipt.records.values() if isinstance(row, AgencyInquiry)]
    return stored[0] if stored else mine


# The complaint that it is about ------------------------------------------------------


@needs("inquiries.work")
def link(
    desk: UserStore,
    seen: AgencyInquiry,
    complaint_id: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Say which complaint a contact is about: 一致あり. The complaint is told of it.

    Raises:
        InvalidRecord: a value breaks a rule that was not broken before.
        Conflict: somebody matched the contact, or changed the complaint, meanwhile.
        ActionRefused: the complaint is put away, and has to be brought back first.
        NotAllowed: there is no such complaint, or this is not for this person.
    """
    values = {"complaint_id": complaint_id, "matched": Match.FOUND}
    values |= _known_of(_case(desk, complaint_id), seen.values())
    after = seen.model_copy(update=values)
    told = {
        "kind": ActivityKind.INTERNAL_CHECK,
        "content": f"苦情 {complaint_id} と同じ件と確かめた",
    }
    about = _about(desk, after, now, commit_id)
    return save(
        desk, seen, values, steps=[told], also=about, now=now, commit_id=commit_id
    )


@needs("inquiries.work")
def rule_out(
    desk: UserStore, seen: AgencyInquiry, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Say that we knew of no such complaint: 一致なし. Raises as `link`."""
    told = {
        "kind": ActivityKind.INTERNAL_CHECK,
        "content": "先に受けた苦情の中に、同じ件は見つからなかった",
    }
    values = {"complaint_id": "", "matched": Match.NONE}
    return save(desk, seen, values, steps=[told], now=now, commit_id=commit_id)


@needs("inquiries.work")
def unlink(
    desk: UserStore, seen: AgencyInquiry, *, now: datetime, commit_id: str
) -> AgencyInquiry:
    """Take a match back, so that it is asked anew. Raises as `link`.

    The complaint keeps its 重大度: who raised it for another reason must not lose that.
    """
    before = seen.complaint_id
    content = f"苦情 {before} との照合を取り消した" if before else "照合を取り消した"
    told = {"kind": ActivityKind.INTERNAL_CHECK, "content": content}
    also = []
    if before in desk.frame(COMPLAINTS).index:
        note = f"行政問合せ {seen.id} は別の件と分かり、つながりを外した"
        also.append(Insert(_note(desk, before, note, now, commit_id)))
    values = {"complaint_id": "", "matched": Match.UNASKED}
    return save(
        desk, seen, values, steps=[told], also=also, now=now, commit_id=commit_id
    )


def _case(desk: UserStore, number: str) -> Complaint | None:
    """Return the complaint that is meant; None for no number.

    Raises:
        ActionRefused: it is put away, and has to be brought back first.
        NotAllowed: there is none with that number, or it is not this person's to see.
    """
    if not number:
        return None
    try:
        return cast("Complaint", desk.record(COMPLAINTS, number))
    except NotAllowed:
        if _is_put_away(desk, number):
            raise ActionRefused(IS_ARCHIVED) from None
        raise


def _is_put_away(desk: UserStore, number: str) -> bool:
    if number in desk.archive_index().index:
        return True
    try:
        desk.archived_record(COMPLAINTS, number)
    except NotAllowed:
        return False
    return True


_UNKNOWN: Final[Mapping[str, Any]] = {
    "order_number": "",
    "product_code": UNKNOWN_PRODUCT,
    "sales_page": "",
    "category": Category.UNASKED,
    "occurred_on": None,
}
"""What a contact takes over from its complaint, where nobody has said it yet."""


def _known_of(case: Complaint | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the complaint knows and the agency has not said."""
    if case is None:
        return {}
    known = {name: getattr(case, name) for name in _UNKNOWN}
    return {
        name: value
        for name, value in known.items()
        if said[name] == _UNKNOWN[name]
        and value not in (_UNKNOWN[name], "")
        and not isinstance(value, Unlisted)
    }


def _about(
    desk: UserStore, inquiry: AgencyInquiry, now: datetime, seed: str
) -> Iterable[Write]:
    """Yield what the linked complaint gets: a step, and a 重大度 that has risen."""
    case = _case(desk, inquiry.complaint_id)
    if case is None:
        return
    # A row of a sheet may lack both.
    agency = inquiry.agency_name or getattr(inquiry.agency_kind, "value", "行政など")
    content = f"{agency}からこの件で連絡があった。行政問合せ {inquiry.id}"
    yield Insert(_note(desk, case.id, content, now, seed))
    yield from _raised(desk, case, inquiry, now, seed)


def _note(
    desk: UserStore, case_id: str, content: str, now: datetime, seed: str
) -> Activity:
    kind = ActivityKind.AGENCY_CONTACT
    return step(desk, case_id, now, f"{seed}:case", kind=kind, content=content)


def _raised(
    desk: UserStore,
    case: Complaint,
    inquiry: AgencyInquiry,
    now: datetime,
    seed: str,
) -> Iterable[Write]:
    """Yield the complaint's new 重大度 where the rules ask for a higher one."""
    if not case.is_open or case.severity not in RANKS:
        return
    proposal = proposed_for(desk, case, now.date(), inquiries=(inquiry,))
    if RANKS.index(proposal.level) <= RANKS.index(case.severity):
        return
    base = {"severity": case.severity, "severity_reason": case.severity_reason}
    values = {"severity": proposal.level, "severity_reason": proposal.written}
    refuse_broken(case, values)
    yield Update(COMPLAINTS, case.id, base, values)
    told = severity_step(case.severity, proposal.level, proposal.written)
    yield Insert(step(desk, case.id, now, f"{seed}:severity", **told))


# Afterwards --------------------------------------------------------------------------

EDITED: Final = (
    "agency_kind",
    "agency_name",
    "officer_name",
    "agency_contact",
    "route",
    "contact_kind",
    "order_number",
    "product_code",
    "sales_page",
    "occurred_on",
    "category",
    "sales_form",
    "contract_yen",
    "first_contact_at",
    "own_due_at",
    "agency_due_at",
    "handler",
    "attachment_url",
)
"""Fields of the call that can be put right afterwards."""


@needs("inquiries.work")
def edit(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Put right what was taken down; clocks follow. Raises as `saving.save`."""
    changed = {name: values[name] for name in EDITED if name in values}
    return save(desk, seen, changed, now=now, commit_id=commit_id)


class Again(Record):
    """What an agency says when it calls about the same case once more."""

    said: Annotated[
        str, Column(N_("今度の話"), help=N_("言われたことだけを書きます。"), long=True)
    ] = ""
    agency_due_at: Annotated[
        datetime | None,
        Column(N_("先方の新しい期限"), help=N_("言われたときだけ入れます。")),
    ] = None


@needs("inquiries.record")
def contact_again(
    desk: UserStore,
    seen: AgencyInquiry,
    again: Again,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Note that the agency called about the same case again.

    Where it still waits for an answer, the case is at 警報 (`metrics.inquiries`). One
    that was settled is open again. Two calls noted at once are two calls.

    Raises:
        Conflict: somebody changed the deadline or the status meanwhile.
        NotAllowed: contacts are not this person's to change.
    """
    for _attempt in range(TRIES):
        count = _calls_so_far(desk, seen) + 1
        counted = seen.model_copy(update={"repeat_contacts": count - 1})
        try:
            return save(
                desk,
                counted,
                _after_call(counted, again, count),
                also=[Insert(_again_step(desk, seen, again, now, count))],
                now=now,
                commit_id=commit_id,
            )
        except Conflict as conflict:
            # Somebody noted a call of their own at this moment: this is the next one.
            if conflict.table != ACTIVITIES and _clashing(conflict) != {_COUNT}:
                raise
    raise AssertionError("so many people cannot note a call at one moment")


_COUNT: Final = "repeat_contacts"


def _clashing(conflict: Conflict) -> set[str]:
    return {found.field for found in conflict.fields}


def _calls_so_far(desk: UserStore, seen: AgencyInquiry) -> int:
    standing = cast("AgencyInquiry", desk.record(INQUIRIES, seen.id))
    return max(seen.repeat_contacts, standing.repeat_contacts)


def _after_call(seen: AgencyInquiry, again: Again, count: int) -> dict[str, Any]:
    values: dict[str, Any] = {_COUNT: count}
    if again.agency_due_at is not None:
        values["agency_due_at"] = again.agency_due_at
    if not seen.is_open:
        values["status"] = InquiryStatus.CHECKING
    return values


def _again_step(
    desk: UserStore, seen: AgencyInquiry, again: Again, now: datetime, count: int
) -> Activity:
    """Return the step of the call.

    Its number follows from the count: of two people who note a call at once, one counts
    on.
    """
    title = f"{referrals.CALLED_AGAIN}({count}回目)"
    if referrals.is_answer_owed(seen):
        title += "。回答の前なので警報"
    return step(
        desk,
        seen.id,
        now,
        f"{seen.id}:again:{count}",
        medium=Medium.CALL_IN,
        kind=ActivityKind.AGENCY_CONTACT,
        content="\n".join(filter(None, [title, again.said.strip()])),
    )
