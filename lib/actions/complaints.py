"""Recording a complaint: one entry becomes one commit, whatever goes wrong between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from lib.actions.business_settings import claim_types_of
from lib.actions.entry import Entry, complaint_values, recognise
from lib.actions.severity import REPEATED_WITHIN, Facts, Proposal, propose
from lib.errors import ActionRefused, Conflict, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.earlier import count_within, earlier_cases
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.frames import JOINER
from lib.schema.ids import id_for
from lib.schema.record import Stage
from lib.schema.vocab import (
    ActivityKind,
    Channel,
    ComplaintStatus,
    Done,
    Medium,
)
from lib.settings.claim_types import ClaimType
from lib.settings.customer_key import customer_key
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Receipt

TRIES: Final = 5
"""Numbers tried where another complaint already has the one that was drawn."""

_MEDIA: Final = {
    Channel.PHONE: Medium.CALL_IN,
    Channel.MAIL: Medium.MAIL,
    Channel.FORM: Medium.MAIL,
    Channel.CHAT: Medium.CHAT,
    Channel.SNS: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}
_SOLVED: Final = "その場で解決"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an unfinished entry would become.

    complaint: not checked; only for looking at. claims: the types offered today.
    claim: the one that was tapped. earlier_ids: cases of the same customer or order,
    newest first.
    """

    complaint: Complaint
    claims: tuple[ClaimType, ...]
    claim: ClaimType | None
    proposal: Proposal
    earlier_ids: tuple[str, ...]

    @property
    def advice(self) -> tuple[FieldProblem, ...]:
        """Return what would still be good to ask; nothing of it is needed."""
        return self.complaint.problems(Stage.ADVISED)


def preview(desk: UserStore, entry: Entry, *, now: datetime, secret: bytes) -> Preview:
    """Return the complaint as it stands, its proposed severity and earlier cases."""
    claims = claim_types_of(desk, now.date())
    claim = next((kind for kind in claims if kind.name == entry.claim_type), None)
    recognised = recognise(entry.who)
    keys = [customer_key(part, secret) for part in recognised.keys]
    earlier, same_person = _earlier(desk, keys, recognised.order_number, now)
    values = complaint_values(entry, claim, now)
    values["customer_key"] = keys[0] if keys else ""
    facts = Facts(
        Complaint.model_construct(**values),
        claim.signs if claim else frozenset(),
        same_person,
    )
    proposal = propose(facts)
    values["severity"] = proposal.level
    values["severity_reason"] = JOINER.join(proposal.reasons)
    complaint = Complaint.model_construct(**values)
    return Preview(complaint, claims, claim, proposal, earlier)


def _earlier(
    desk: UserStore, keys: list[str], order_number: str, now: datetime
) -> tuple[tuple[str, ...], int]:
    """Return the earlier cases, and how many recent ones are of the same person."""
    if not keys and not order_number:
        return (), 0
    cases = earlier_cases(
        desk.frame("complaints"), customer_keys=keys, order_number=order_number
    )
    return tuple(cases.index), _of_same_person(cases, keys, now)


def _of_same_person(cases: pd.DataFrame, keys: list[str], now: datetime) -> int:
    """Return how many of the cases are recent and share a 照合キー, not only an order."""
    if cases.empty:
        return 0
    same = cases[cases["customer_key"].isin([key for key in keys if key])]
    return count_within(same, REPEATED_WITHIN, now)


def problems(
    entry: Entry, claim: ClaimType | None, *, now: datetime
) -> list[FieldProblem]:
    """Return what keeps the entry from being saved, in the order of the screen."""
    found = list(entry.problems(Stage.SAVING))
    if entry.is_solved:
        # Asked as if confirmed: the one confirmation has a problem of its own.
        assured = entry.model_copy(update={"confirmed": Done.DONE})
        values = complaint_values(assured, claim, now)
        found += Complaint.model_construct(**values).problems(Stage.CLOSING)
    return found


def register(
    desk: UserStore, entry: Entry, *, entry_id: str, now: datetime, secret: bytes
) -> Complaint:
    """Return the complaint that this entry became, with its first 対応履歴.

    The same `entry_id` again (a double click, a retry after an error) saves nothing
    and returns what was saved. Without names, the person acting is 受付者 and 担当者.

    Raises:
        InvalidRecord: something needed is missing; the fields are named.
        ActionRefused: the entry was already saved elsewhere, with another text.
        NotAllowed: the person's role may not record complaints.
    """
    entry = _with_own_name(desk, entry)
    found = preview(desk, entry, now=now, secret=secret)
    if wrong := problems(entry, found.claim, now=now):
        raise InvalidRecord(wrong)
    for attempt in range(TRIES):
        seed = f"{entry_id}:{attempt}"
        number = id_for("K", entry.received_at, seed)
        complaint = Complaint.parse({**found.complaint.values(), "id": number})
        rows = (complaint, *_first_steps(complaint, seed, now))
        commit = Commit(
            entry_id, desk.principal.name, now, tuple(Insert(row) for row in rows)
        )
        try:
            return _saved(desk.commit(commit), complaint)
        except Conflict:
            # The number is another complaint's: 1 in 28.6 million. Draw again.
            if attempt == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def _with_own_name(desk: UserStore, entry: Entry) -> Entry:
    me = desk.principal
    return entry.model_copy(
        update={
            "receiver": entry.receiver or me.name,
            "handler": entry.handler or me.name,
            "received_centre": me.centre,
        }
    )


def _first_steps(complaint: Complaint, seed: str, now: datetime) -> Iterable[Activity]:
    yield heard(complaint, seed)
    if complaint.status is ComplaintStatus.CLOSED:
        yield Activity(
            id=id_for("H", now, f"{seed}:closed"),
            case_id=complaint.id,
            at=now,
            actor=complaint.handler,
            medium=_MEDIA.get(complaint.channel, Medium.INTERNAL),
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
        medium=_MEDIA.get(complaint.channel, Medium.INTERNAL),
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
