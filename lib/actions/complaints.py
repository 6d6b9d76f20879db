"""Recording a complaint: one entry becomes one commit, whatever goes wrong between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lib.actions.archiving import put_away_like
from lib.actions.business_settings import claim_types_of
from lib.actions.cases import severity_step
from lib.actions.clocks.starting import newly_proposed, starting
from lib.actions.entry import Entry, complaint_values, recognise
from lib.actions.permissions import needs
from lib.actions.severity import Facts, Proposal, is_lower, propose, rules_of
from lib.errors import ActionRefused, Conflict, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.earlier import earlier_cases, times_of
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.ids import id_for
from lib.schema.record import Stage
from lib.schema.vocab import (
    ActivityKind,
    Channel,
    ComplaintStatus,
    DeadlineKind,
    Done,
    Medium,
)
from lib.settings.claim_types import ClaimType
from lib.settings.customer_key import customer_keys
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Receipt

TRIES: Final = 5
"""Numbers tried where another complaint already has the one that was drawn."""

MEDIA: Final = {
    Channel.PHONE: Medium.CALL_IN,
    Channel.MAIL: Medium.MAIL,
    Channel.FORM: Medium.MAIL,
    Channel.CHAT: Medium.CHAT,
    Channel.SNS: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}
_SOLVED: Final = "その場で解決"
_BY_HAND: Final = N_("人が変えた")
"""The reason where somebody raised a severity without saying why."""

STARTS_A_CLOCK: Final = N_(
    "この内容から法定の期限が始まるので、まだ完了にはできません。次にいつ連絡するかを押してください。"
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an unfinished entry would become.

    complaint: not checked; only for looking at. claims: the types offered today.
    claim: the one that was tapped. earlier_ids: cases of the same customer or order,
    newest first; put_away_ids: those in the yearly archive. entry: what was typed.
    """

    entry: Entry
    complaint: Complaint
    claims: tuple[ClaimType, ...]
    claim: ClaimType | None
    proposal: Proposal
    earlier_ids: tuple[str, ...]
    put_away_ids: tuple[str, ...] = ()

    @property
    def advice(self) -> tuple[FieldProblem, ...]:
        """Return what would still be good to ask; nothing of it is needed."""
        return self.complaint.problems(Stage.ADVISED)


def preview(desk: UserStore, entry: Entry, *, now: datetime, secret: bytes) -> Preview:
    """Return the complaint as it stands, its proposed severity and earlier cases."""
    claims = claim_types_of(desk, now.date())
    claim = next((kind for kind in claims if kind.name == entry.claim_type), None)
    recognised = recognise(entry.who)
    keys = [key for part in recognised.keys for key in customer_keys(part, secret)]
    earlier, same_person = _earlier(desk, keys, recognised.order_number)
    values = complaint_values(entry, claim, now)
    values["customer_key"] = keys[0] if keys else ""
    facts = Facts(
        Complaint.model_construct(**values),
        claim.signs if claim else frozenset(),
        same_person,
    )
    proposal = propose(facts, rules_of(desk, now.date()))
    values |= _severity(entry, proposal)
    complaint = Complaint.model_construct(**values)
    put_away = put_away_like(desk, entry.who, secret)
    return Preview(
        entry,
        complaint,
        claims,
        claim,
        proposal,
        earlier,
        tuple(key for key in put_away if key not in earlier),
    )


def _severity(entry: Entry, proposal: Proposal) -> dict[str, Any]:
    """Return the severity that counts, a person's before the rules', with its reason."""
    chosen = entry.chosen_severity
    if chosen is None or chosen is proposal.level:
        return {"severity": proposal.level, "severity_reason": proposal.written}
    why = entry.severity_why.strip() or _BY_HAND
    return {"severity": chosen, "severity_reason": why}


def _earlier(
    desk: UserStore, keys: list[str], order_number: str
) -> tuple[tuple[str, ...], tuple[datetime, ...]]:
    """Return the earlier cases, and when those of the same person were received."""
    if not keys and not order_number:
        return (), ()
    cases = earlier_cases(
        desk.frame("complaints"), customer_keys=keys, order_number=order_number
    )
    same = cases[cases["customer_key"].isin([key for key in keys if key])]
    return tuple(cases.index), times_of(same)


def problems(entry: Entry, found: Preview, *, now: datetime) -> list[FieldProblem]:
    """Return what keeps the entry from being saved, in the order of the screen."""
    return [*_unanswered(entry, found.claim, now), *_unexplained(entry, found.proposal)]


def _unexplained(entry: Entry, proposal: Proposal) -> list[FieldProblem]:
    lowered = entry.chosen_severity and is_lower(entry.chosen_severity, proposal.level)
    if not lowered or entry.severity_why.strip():
        return []
    return [FieldProblem("severity_why", N_("重大度を下げる理由を書いてください。"))]


def _unanswered(
    entry: Entry, claim: ClaimType | None, now: datetime
) -> list[FieldProblem]:
    found = list(entry.problems(Stage.SAVING))
    if entry.is_solved:
        # Asked as if confirmed: the one confirmation has a problem of its own.
        assured = entry.model_copy(update={"confirmed": Done.DONE})
        values = complaint_values(assured, claim, now)
        found += Complaint.model_construct(**values).problems(Stage.CLOSING)
    return found


@needs("cases.record")
def register(
    desk: UserStore, entry: Entry, *, entry_id: str, now: datetime, secret: bytes
) -> Complaint:
    """Return the complaint that this entry became, with its first 対応履歴.

    The same `entry_id` again (a double click, a retry after an error) saves nothing
    and returns what was saved. Without names, the person acting is 受付者 and 担当者.

    Raises:
        InvalidRecord: something needed is missing; the fields are named. So is その場で
            解決 where a statutory clock begins.
        ActionRefused: the entry was already saved elsewhere, with another text.
        NotAllowed: the person's role may not record complaints.
    """
    entry = _with_own_name(desk, entry)
    found = preview(desk, entry, now=now, secret=secret)
    if wrong := problems(entry, found, now=now):
        raise InvalidRecord(wrong)
    refuse_closing_over_clocks(desk, entry, None, found.complaint, now=now)
    for attempt in range(TRIES):
        seed = f"{entry_id}:{attempt}"
        number = id_for("K", entry.received_at, seed)
        complaint = Complaint.parse({**found.complaint.values(), "id": number})
        rows = (complaint, *_first_steps(complaint, found.proposal, seed, now))
        clocks = starting(desk, None, complaint, now=now)
        writes = (*(Insert(row) for row in rows), *clocks)
        commit = Commit(entry_id, desk.principal.name, now, writes)
        try:
            return _saved(desk.commit(commit), complaint)
        except Conflict:
            # The number is another complaint's: 1 in 28.6 million. Draw again.
            if attempt == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def refuse_closing_over_clocks(
    desk: UserStore,
    entry: Entry,
    before: Complaint | None,
    after: Complaint,
    *,
    now: datetime,
) -> None:
    """Refuse その場で解決 where what the customer says starts a statutory clock.

    before: the case that the call goes on with; None for a new one.

    Raises:
        InvalidRecord: the case is not over, whatever was said on the phone.
    """
    if not entry.is_solved or desk.principal.is_outsourced:
        return
    begun = newly_proposed(desk, before, after, now)
    if any(found.rule.kind is DeadlineKind.STATUTORY for found in begun):
        raise InvalidRecord([FieldProblem("promise_time", STARTS_A_CLOCK)])


def _with_own_name(desk: UserStore, entry: Entry) -> Entry:
    me = desk.principal
    return entry.model_copy(
        update={
            "receiver": entry.receiver or me.name,
            "handler": entry.handler or me.name,
            "received_centre": me.centre,
        }
    )


def _first_steps(
    complaint: Complaint, proposal: Proposal, seed: str, now: datetime
) -> Iterable[Activity]:
    yield heard(complaint, seed)
    if complaint.severity is not proposal.level:
        yield Activity(
            id=id_for("H", now, f"{seed}:severity"),
            case_id=complaint.id,
            at=now,
            actor=complaint.receiver,
            **severity_step(
                proposal.level, complaint.severity, complaint.severity_reason
            ),
        )
    if complaint.status is ComplaintStatus.CLOSED:
        yield Activity(
            id=id_for("H", now, f"{seed}:closed"),
            case_id=complaint.id,
            at=now,
            actor=complaint.handler,
            medium=MEDIA.get(complaint.channel, Medium.INTERNAL),
            kind=ActivityKind.STATUS_CHANGE,
            content=_SOLVED,
            status_before=ComplaintStatus.RECEIVED.value,
            status_after=ComplaintStatus.CLOSED.value,
        )


def heard(complaint: Complaint, seed: str) -> Activity:
    """Return the first step of every case: what the customer said, and when."""
    return Activity(
        id=id_for("H", complaint.received_at, f"{seed}:heard"),
        case_id=complaint.id,
        at=complaint.received_at,
        actor=complaint.receiver,
        medium=MEDIA.get(complaint.channel, Medium.INTERNAL),
        kind=ActivityKind.HEARING,
        content=complaint.content,
        next_promise_at=complaint.next_promise_at,
        evidence_url=complaint.recording_url,
    )


def _saved(receipt: Receipt, mine: Complaint) -> Complaint:
    """Return the complaint as it stands; a text that did not get in is told."""
    stored = [row for row in receipt.records.values() if isinstance(row, Complaint)]
    saved = stored[0] if stored else mine
    if receipt.repeated and saved.content != mine.content:
        raise ActionRefused(
            N_(
                "この書きかけは、別の画面で {number} として登録済みです。ここで書き足したことは、その案件に書いてください。"
            ),
            number=saved.id,
        )
    return saved
