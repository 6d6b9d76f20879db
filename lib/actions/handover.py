"""3つのカエル: a case goes to another person, another time or another place in one press.

A row of エスカレーション is one hand-over; `TRANSITIONS` is what can become of it. The
case goes over at the press, together with its step in 対応履歴, in one commit; the
successor says 受けた. What nobody took in `TAKEN_WITHIN` goes to the next in rank: that
is computed whenever one looks, and written down once, whichever process comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

import pandas as pd

from lib import clock
from lib.actions import cases
from lib.actions.permissions import needs, roles_of
from lib.errors import ActionRefused, Conflict, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.wishes import is_unpromised_wish
from lib.schema.activity import Activity
from lib.schema.complaint import SETTLED, UNKNOWN_PRODUCT, Complaint
from lib.schema.escalation import Escalation
from lib.schema.frames import JOINER, standing
from lib.schema.ids import id_for
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Change,
    Choice,
    EscalationStatus,
    EscalationTrigger,
    Harassment,
    Harm,
    Medium,
    Promise,
    Severity,
    Temper,
)
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Commit, Insert, Update, Write

ESCALATIONS: Final = "escalations"

TAKEN_WITHIN: Final = timedelta(minutes=10)
"""So long a successor has to say 受けた (product.md 2)."""

TAKERS: Final = roles_of("cases.hand_over")
"""Roles that a case can be handed to: our own people."""

UNDERWAY: Final = (EscalationStatus.OPEN, EscalationStatus.WORKING)


# What can become of a hand-over -----------------------------------------------------


class Event(StrEnum):
    """What a person presses, or the clock does."""

    ASK = "ask"
    TAKE_OVER = "take_over"
    CALM = "calm"
    TAKE = "take"
    LAPSE = "lapse"
    RETURN = "return"
    WITHDRAW = "withdraw"
    SETTLE = "settle"


class Part(StrEnum):
    """Who may press it."""

    ANYBODY = "anybody"
    """Anybody who may change the case."""
    GIVER = "giver"
    TAKER = "taker"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where `event` leads from a status; None before is a new hand-over.

    goes_to: who has the case afterwards, in words for a reader of this table.
    """

    event: Event
    before: EscalationStatus | None
    after: EscalationStatus
    part: Part
    goes_to: str


_OPEN, _WORKING = EscalationStatus.OPEN, EscalationStatus.WORKING

TRANSITIONS: Final = (
    Transition(Event.ASK, None, _OPEN, Part.ANYBODY, "the successor who is asked"),
    Transition(Event.TAKE_OVER, None, _WORKING, Part.ANYBODY, "whoever presses"),
    Transition(
        Event.CALM, None, EscalationStatus.RESOLVED, Part.ANYBODY, "stays where it is"
    ),
    Transition(Event.TAKE, _OPEN, _WORKING, Part.ANYBODY, "whoever presses first"),
    Transition(Event.LAPSE, _OPEN, _OPEN, Part.CLOCK, "the next in rank"),
    Transition(
        Event.WITHDRAW, _OPEN, EscalationStatus.CANCELLED, Part.GIVER, "the giver again"
    ),
    Transition(
        Event.RETURN, _OPEN, EscalationStatus.RETURNED, Part.TAKER, "the giver again"
    ),
    Transition(
        Event.RETURN, _WORKING, EscalationStatus.RETURNED, Part.TAKER, "the giver again"
    ),
    Transition(
        Event.SETTLE, _WORKING, EscalationStatus.RESOLVED, Part.ANYBODY, "stays"
    ),
)
"""All that can happen; whatever is not named here is refused."""


def transition(event: Event, before: EscalationStatus | None) -> Transition:
    """Return what an event leads to.

    Raises:
        ActionRefused: it cannot happen from there; somebody else was quicker.
    """
    for known in TRANSITIONS:
        if (known.event, known.before) == (event, before):
            return known
    raise ActionRefused(
        N_("この引き継ぎは、もう別の状態になっています。画面を見直してください。")
    )


def may(event: Event, handover: Escalation, who: str) -> bool:
    """Whether that person may do this to the hand-over as it stands."""
    try:
        part = transition(event, handover.status).part
    except ActionRefused:
        return False
    match part:
        case Part.GIVER:
            return who == handover.given_by
        case Part.TAKER:
            return who == handover.taken_by
        case Part.CLOCK:
            return who == SYSTEM.name
        case _:
            return True


# Who could take it ------------------------------------------------------------------


class Place(Choice):
    """場所をカエル: where one goes on."""

    QUIET = N_("静かな席からかけ直す")
    WRITTEN = N_("電話からメール・書面に替える")
    MEETING = N_("訪問・来社で会って話す")


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence: a catalogue key and what fills its braces."""

    message: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take the case. warning: why better not, a catalogue key."""

    member: Member
    reasons: tuple[Reason, ...]
    warning: str = ""


TOO_LOW: Final = N_(
    "引き継ぎ元より職位が低い人です。同じか上の人が出ると、お客様に誠意が伝わります。"
)
NO_RANK: Final = N_("職位順が登録されていません。メンバーの画面で入れてください。")


def candidates(
    members: Iterable[Member],
    case: Complaint,
    giver: str,
    loads: Mapping[str, int],
) -> list[Candidate]:
    """Return who could take a case, the best first.

    Who ranks at least as high as the giver comes before who does not. A furious
    customer meets somebody who ranks higher, if there is one. Then one who knows more of
    the matter. A calm case stays as near to the giver's rank as it can, so that the
    director is not the first to be asked; then one with little to do.

    Args:
        members: everybody.
        case: what is handed over.
        giver: the name of who gives it; they are no candidate themselves.
        loads: open cases by name of the handler.
    """
    known = [m for m in members if m.is_active]
    own = next((m.rank for m in known if m.name == giver), None)
    found = [
        _candidate(m, case, own, loads)
        for m in known
        if m.role in TAKERS and m.name not in (giver, case.handler)
    ]
    return sorted(found, key=lambda c: _order(c, case, own, loads))


def _order(
    one: Candidate, case: Complaint, own: int | None, loads: Mapping[str, int]
) -> tuple[Any, ...]:
    rank = one.member.rank
    above = rank is not None and own is not None and rank > own
    heated = is_heated(case)
    distance = 100 if rank is None else abs(rank - (own or 0))
    load = loads.get(one.member.name, 0)
    return (
        bool(one.warning),
        heated and not above,
        -len(_skills(one.member, case)),
        *((load, distance) if heated else (distance, load)),
        one.member.name,
    )


def _candidate(
    member: Member, case: Complaint, own: int | None, loads: Mapping[str, int]
) -> Candidate:
    reasons = []
    warning = ""
    if member.rank is None:
        warning = NO_RANK
    elif own is not None and member.rank < own:
        warning = TOO_LOW
    elif own is not None and member.rank > own:
        said = N_("職位が上({title})") if member.title else N_("職位が上")
        reasons.append(Reason(said, {"title": member.title}))
    elif own is not None:
        reasons.append(Reason(N_("職位が同じ"), {}))
    if skills := _skills(member, case):
        reasons.append(Reason(N_("得意分野: {skills}"), {"skills": "・".join(skills)}))
    load = loads.get(member.name, 0)
    reasons.append(Reason(N_("いまの担当 {count}件"), {"count": load}))
    return Candidate(member, tuple(reasons), warning)


def _skills(member: Member, case: Complaint) -> list[str]:
    about = matter(case)
    words = member.skills.replace(",", JOINER).split(JOINER)
    return [word.strip() for word in words if word.strip() and word.strip() in about]


def matter(case: Complaint) -> str:
    """Return in words what a case is about, for comparing it with 得意分野."""
    parts = [case.claim_type, case.category.value, case.request.value]
    if case.harm in (Harm.UNTREATED, Harm.TREATED, Harm.SEVERE):
        parts.append("健康被害")
    if case.harassment in (Harassment.SUSPECTED, Harassment.CONFIRMED):
        parts.append("カスハラ")
    if case.leak is Answered.YES:
        parts.append("情報漏れ")
    return " ".join(parts)


def is_heated(case: Complaint) -> bool:
    """Whether the customer's temper asks for somebody above (R54)."""
    return case.temper in (Temper.FURIOUS, Temper.HOSTILE)


def loads_of(complaints: pd.DataFrame) -> dict[str, int]:
    """Return the open cases of each handler; names without any are left out.

    Wishes of which nobody was promised anything are no work that waits.
    """
    settled = [status.value for status in SETTLED]
    live = complaints[
        ~complaints["status"].isin(settled) & ~is_unpromised_wish(complaints)
    ]
    return {str(name): int(n) for name, n in live["handler"].value_counts().items()}


# The card ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """What the successor has before them, so that the customer is asked nothing twice.

    opening: title and name of who will speak, for the first sentence.
    heard: field and value of what is known. promised: what was promised until when.
    not_to_ask: fields that were answered already. to_ask: questions still open.
    """

    opening: tuple[str, str]
    heard: tuple[tuple[str, Any], ...]
    promised: tuple[Promise | None, datetime | None]
    not_to_ask: tuple[str, ...]
    to_ask: tuple[str, ...]


_HEARD: Final = (
    "request",
    "occurred_on",
    "lot",
    "people_involved",
    "harm",
    "symptom",
    "outside_threat",
    "fault",
    "apology",
    "temper",
)
_ASKED_ONCE: Final = (
    "customer_name",
    "contact",
    "order_number",
    "product_code",
    "content",
    "request",
    "occurred_on",
    "lot",
    "harm",
    "symptom",
)
_UNSAID: Final = ("unasked", "not_yet", "unknown")


def card(case: Complaint, speaker: Member) -> Card:
    """Return the card of a case for the one who will speak to the customer next."""
    return Card(
        opening=(speaker.title, family_name(speaker.name)),
        heard=tuple((n, getattr(case, n)) for n in _HEARD if _is_known(case, n)),
        promised=(case.next_promise, case.next_promise_at),
        not_to_ask=tuple(name for name in _ASKED_ONCE if _is_known(case, name)),
        to_ask=tuple(q.strip() for q in case.open_questions.splitlines() if q.strip()),
    )


def family_name(name: str) -> str:
    """Return the part before the first blank: one names oneself so on the phone."""
    return name.split(maxsplit=1)[0] if name.split() else name


def _is_known(case: Complaint, name: str) -> bool:
    value = getattr(case, name)
    if value in (None, "", UNKNOWN_PRODUCT):
        return False
    return getattr(value, "code", "") not in _UNSAID


# Looking ----------------------------------------------------------------------------


def handovers(desk: UserStore, number: str) -> list[Escalation]:
    """Return every hand-over of a case, oldest first."""
    rows = desk.frame(ESCALATIONS)
    own = rows[(rows["complaint_id"] == number).to_numpy(dtype=bool)]
    own = own.sort_values(["raised_at", "version"], kind="stable")
    return cast("list[Escalation]", standing(table(ESCALATIONS), own))


def underway(desk: UserStore, number: str) -> Escalation | None:
    """Return the hand-over of a case that is not over yet; None for none."""
    live = [h for h in handovers(desk, number) if h.status in UNDERWAY]
    return live[-1] if live else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A hand-over that waits for 受けた, as it stands at a moment.

    taker: whom it waits for now, after those who let it lapse (`lapsed`, in turn).
    until: when it goes on to the next; None where nobody ranks higher any more.
    """

    handover: Escalation
    taker: str
    until: datetime | None
    lapsed: tuple[str, ...] = ()


def asked(
    handover: Escalation,
    since: datetime,
    members: Sequence[Member],
    now: datetime,
) -> Asked:
    """Return whom a hand-over waits for; `since` is when `taken_by` was asked."""
    taker, until = handover.taken_by, since + TAKEN_WITHIN
    lapsed: list[str] = []
    while until <= now:
        following = next_in_rank(members, taker, handover.given_by)
        if following is None:
            return Asked(handover, taker, None, tuple(lapsed))
        lapsed.append(taker)
        taker, until = following.name, until + TAKEN_WITHIN
    last = next_in_rank(members, taker, handover.given_by) is None
    return Asked(handover, taker, None if last else until, tuple(lapsed))


def next_in_rank(members: Iterable[Member], taker: str, giver: str) -> Member | None:
    """Return who is asked after `taker`: the next above, in the order of rank."""
    known = [m for m in members if m.is_active and m.role in TAKERS]
    own = next((m.rank or 0 for m in known if m.name == taker), -1)
    above = [m for m in known if (m.rank or 0, m.name) > (own, taker)]
    above = [m for m in above if m.name not in (taker, giver) and m.rank is not None]
    return min(above, key=lambda m: (m.rank or 0, m.name), default=None)


def waiting(desk: UserStore, members: Sequence[Member], now: datetime) -> list[Asked]:
    """Return every hand-over that nobody has taken yet, the oldest first."""
    rows = desk.frame(ESCALATIONS)
    live = rows[rows["status"] == EscalationStatus.OPEN.value]
    if live.empty:
        return []
    since = _asked_at(desk.frame(cases.ACTIVITIES), live)
    found = [
        asked(one, since[one.id], members, now)
        for one in cast("list[Escalation]", standing(table(ESCALATIONS), live))
        if one.taken_by and one.accepted_at is None
    ]
    return sorted(found, key=lambda one: one.handover.raised_at)


def _asked_at(activities: pd.DataFrame, live: pd.DataFrame) -> dict[str, datetime]:
    """Return for each hand-over when the one who has it now was asked."""
    steps = activities[activities["kind"] == ActivityKind.HANDOVER.value]
    last = steps.groupby("case_id")["at"].max().reindex(live["complaint_id"])
    raised = live["raised_at"]
    both = pd.concat(
        [raised.reset_index(drop=True), last.reset_index(drop=True)], axis=1
    ).max(axis=1)
    return {
        str(key): clock.in_tokyo(at.to_pydatetime())
        for key, at in zip(live.index, both, strict=True)
    }


# Doing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to change: 人, 時間, 場所; at least one.

    successor: who gets it, for 人. at: the new time, for 時間. place: for 場所.
    """

    changes: tuple[Change, ...] = (Change.PERSON,)
    successor: Member | None = None
    at: datetime | None = None
    place: Place | None = None


@needs("cases.hand_over")
def hand_over(
    desk: UserStore,
    seen: Complaint,
    wish: Wish,
    *,
    now: datetime,
    commit_id: str,
) -> Escalation:
    """Hand a case over, or only put it off or elsewhere; one commit.

    エスカレーション, 対応履歴 (引継ぎ) and 担当者 change together. Who hands it to
    themselves has taken it at once.

    Raises:
        InvalidRecord: what is to change is not said.
        ActionRefused: it waits for somebody's 受けた already.
        Conflict: somebody gave it away meanwhile.
    """
    _refuse_unsaid(wish)
    if (before := underway(desk, seen.id)) and before.status is _OPEN:
        raise ActionRefused(
            N_("{name} さんが受けるのを待っています。"), name=before.taken_by
        )
    me = desk.principal.name
    giver = seen.handler or me
    made = _made(desk, seen, wish, giver=giver, now=now, commit_id=commit_id)
    values = _case_values(seen, wish)
    steps = [
        _said(desk, seen, wish, made, now=now, commit_id=commit_id),
        *_moved(desk, seen, values, now, commit_id),
    ]
    writes: list[Write] = [Insert(made), *map(Insert, steps)]
    if values:
        writes.append(_case_update(seen, values))
    desk.commit(Commit(commit_id, me, now, tuple(writes)))
    return made


@needs("cases.hand_over")
def take(desk: UserStore, handover: Escalation, *, now: datetime) -> None:
    """Say 受けた: the case is mine from here on; the first who says it has it.

    Raises:
        ActionRefused: somebody took it already, or it was withdrawn.
    """
    after = transition(Event.TAKE, handover.status).after
    me = desk.principal.name
    seen = cast("Complaint", desk.record(cases.COMPLAINTS, handover.complaint_id))
    commit_id = _id_of(handover, Event.TAKE, me)
    values: dict[str, Any] = {
        "status": after,
        "accepted_at": now,
        "taken_by": me,
        "taker_title": _title_of(desk, me),
    }
    own = {} if seen.handler == me else {"handler": me}
    steps = [
        _end_of(desk, seen, handover, now, f"{me} が受けた"),
        *_moved(desk, seen, own, now, commit_id),
    ]
    writes: list[Write] = [_update(handover, values), *map(Insert, steps)]
    if own:
        writes.append(_case_update(seen, own))
    try:
        desk.commit(Commit(commit_id, me, now, tuple(writes)))
    except Conflict as quicker:
        raise ActionRefused(
            N_("ほかの人が先に受けました。画面を見直してください。")
        ) from quicker


@needs("cases.hand_over")
def give_back(
    desk: UserStore, handover: Escalation, event: Event, *, reason: str, now: datetime
) -> None:
    """Return it to the giver (差戻し), or withdraw one's own hand-over (取消).

    Raises:
        InvalidRecord: a return without a reason.
        ActionRefused: it is not this person's to do, or it is over.
    """
    after = transition(event, handover.status).after
    me = desk.principal.name
    if not may(event, handover, me):
        raise ActionRefused(N_("この引き継ぎを戻せるのは、渡した人か受けた人です。"))
    if event is Event.RETURN and not reason.strip():
        raise InvalidRecord([FieldProblem("reason", N_("理由を書いてください。"))])
    seen = cast("Complaint", desk.record(cases.COMPLAINTS, handover.complaint_id))
    commit_id = _id_of(handover, event, me)
    values = {"handler": handover.given_by}
    said = f"{handover.given_by} に戻した: {reason.strip()}".removesuffix(": ")
    steps = [
        _end_of(desk, seen, handover, now, said),
        *_moved(desk, seen, values, now, commit_id),
    ]
    writes: list[Write] = [_update(handover, {"status": after}), *map(Insert, steps)]
    if seen.handler != handover.given_by:
        writes.append(_case_update(seen, values))
    desk.commit(Commit(commit_id, me, now, tuple(writes)))


def without_handover(seen: Complaint, *, now: datetime, commit_id: str) -> Escalation:
    """Return a row for a second complaint that nobody handed over; not stored yet.

    So its cause has a place too. Who took the call first is no cause (R53).
    """
    return Escalation(
        id=id_for("E", now, commit_id),
        complaint_id=seen.id,
        raised_at=now,
        trigger=trigger_of(seen, now),
        given_by=seen.receiver,
        taken_by=seen.handler,
        accepted_at=now,
        status=_WORKING,
        temper=seen.temper,
        harassment=seen.harassment,
    )


SETTLING_FIELDS: Final = (
    "secondary_cause",
    "course",
    "prevention",
    "introduced",
    "follow_up_for",
    "follow_up_due",
)
"""What is written down when a hand-over is over, in the order of its form."""


@needs("cases.hand_over")
def note(
    desk: UserStore,
    handover: Escalation,
    values: Mapping[str, Any],
    *,
    settle: bool,
    now: datetime,
    commit_id: str,
) -> Escalation:
    """Save 経緯, 予防策 and cause; with `settle` the hand-over is over (解決).

    One that `without_handover` made is stored with it.

    Raises:
        InvalidRecord: settled without what `Escalation.RULES` asks for.
        Conflict: somebody wrote another thing into the same field.
    """
    changed = {n: v for n, v in values.items() if v != getattr(handover, n)}
    after = handover.model_copy(update=changed)
    if settle:
        changed["status"] = transition(Event.SETTLE, handover.status).after
        if missing := after.problems(Stage.CLOSING):
            raise InvalidRecord(missing)
    writes: list[Write] = [_update(handover, changed)] if changed else []
    if not handover.version:
        writes = [Insert(handover.with_values(**changed))]
    if settle:
        # A case that went through several hands is over for all of them at once.
        writes += [
            _update(other, {"status": EscalationStatus.RESOLVED})
            for other in handovers(desk, handover.complaint_id)
            if other.id != handover.id and other.status is _WORKING
        ]
    if writes:
        desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))
    return cast("Escalation", desk.record(ESCALATIONS, handover.id))


# The clock --------------------------------------------------------------------------


def pass_on(live: LiveStore, now: datetime) -> int:
    """Write down who has what nobody took in time; return how many moved.

    However many processes run, each step is written once: its commit has one id, which
    the store applies once.

    Raises:
        StoreError: the store cannot be reached; the next round tries again.
    """
    moved = 0
    for _turn in range(_MOST_TURNS):
        desk = live.for_user(SYSTEM)
        members = members_of(desk)
        late = [one for one in waiting(desk, members, now) if one.lapsed]
        if not late:
            break
        moved += sum(_passed(desk, one, members) for one in late)
    return moved


_MOST_TURNS: Final = 20
"""More than there are ranks: who is asked in turn comes to an end."""


def members_of(desk: UserStore) -> list[Member]:
    """Return everybody in メンバー."""
    return cast("list[Member]", standing(table("members"), desk.frame("members")))


def _passed(desk: UserStore, one: Asked, members: Sequence[Member]) -> int:
    """Move one hand-over one step on; 0 where another process did, or a person."""
    handover = one.handover
    following = next_in_rank(members, handover.taken_by, handover.given_by)
    if following is None:
        return 0
    seen = cast("Complaint", desk.record(cases.COMPLAINTS, handover.complaint_id))
    since = _asked_at(
        desk.frame(cases.ACTIVITIES), desk.frame(ESCALATIONS).loc[[handover.id]]
    )[handover.id]
    at = since + TAKEN_WITHIN
    commit_id = _id_of(handover, Event.LAPSE, following.name)
    values = {
        "taken_by": following.name,
        "taker_title": following.title,
        # Claimed too: whoever says 受けた meanwhile has it.
        "accepted_at": None,
        "status": transition(Event.LAPSE, handover.status).after,
    }
    said = f"{handover.taken_by} が10分以内に受けなかったため、{following.name} へ"
    steps = [
        _end_of(desk, seen, handover, at, said),
        *_moved(desk, seen, {"handler": following.name}, at, commit_id),
    ]
    writes: list[Write] = [_update(handover, values), *map(Insert, steps)]
    if seen.handler == handover.taken_by:
        writes.append(_case_update(seen, {"handler": following.name}))
    try:
        receipt = desk.commit(Commit(commit_id, SYSTEM.name, at, tuple(writes)))
    except Conflict:
        return 0
    return 0 if receipt.repeated else 1


# Pieces -----------------------------------------------------------------------------


def _refuse_unsaid(wish: Wish) -> None:
    missing = []
    if not wish.changes:
        missing.append(
            FieldProblem(
                "changes", N_("人・時間・場所のどれを替えるか選んでください。")
            )
        )
    if Change.PERSON in wish.changes and wish.successor is None:
        missing.append(FieldProblem("successor", N_("引き継ぐ人を選んでください。")))
    if Change.TIME in wish.changes and wish.at is None:
        missing.append(FieldProblem("at", N_("いつにするかを選んでください。")))
    if Change.PLACE in wish.changes and wish.place is None:
        missing.append(FieldProblem("place", N_("場所をどう替えるか選んでください。")))
    if missing:
        raise InvalidRecord(missing)


def _made(
    desk: UserStore,
    seen: Complaint,
    wish: Wish,
    *,
    giver: str,
    now: datetime,
    commit_id: str,
) -> Escalation:
    me = desk.principal.name
    new = Change.PERSON in wish.changes and wish.successor is not None
    taker = wish.successor if new else None
    event = _event_of(taker, me)
    made = Escalation(
        id=id_for("E", now, commit_id),
        complaint_id=seen.id,
        raised_at=now,
        trigger=trigger_of(seen, now),
        given_by=giver,
        taken_by=taker.name if taker else giver,
        taker_title=taker.title if taker else _title_of(desk, giver),
        accepted_at=None if event is Event.ASK else now,
        changes=wish.changes,
        due_at=wish.at or seen.next_promise_at,
        status=transition(event, None).after,
        temper=seen.temper,
        harassment=seen.harassment,
    )
    if not (new and made.needs_follow_up):
        return made
    care = {"follow_up_for": giver, "follow_up_due": now.date() + timedelta(days=1)}
    return made.with_values(**care)


def _event_of(taker: Member | None, me: str) -> Event:
    if taker is None:
        return Event.CALM
    return Event.TAKE_OVER if taker.name == me else Event.ASK


_TRIGGERS: Final[tuple[tuple[EscalationTrigger, Callable[[Complaint], bool]], ...]] = (
    (EscalationTrigger.LEAK, lambda c: c.leak is Answered.YES),
    (
        EscalationTrigger.HARM,
        lambda c: c.harm in (Harm.TREATED, Harm.SEVERE),
    ),
    (EscalationTrigger.HARASSMENT, lambda c: c.harassment is Harassment.CONFIRMED),
    (EscalationTrigger.TEMPER, is_heated),
    (EscalationTrigger.CRITICAL, lambda c: c.severity is Severity.CRITICAL),
    (
        EscalationTrigger.REPLACEMENT_DEFECTIVE,
        lambda c: c.replacement_defective is Answered.YES,
    ),
)
"""Why a case is handed over, as its fields say it; the first that holds."""


def trigger_of(case: Complaint, now: datetime) -> EscalationTrigger:
    """Return the きっかけ of a hand-over; 手動 where no rule holds."""
    for trigger, holds in _TRIGGERS:
        if holds(case):
            return trigger
    if case.next_promise_at is not None and case.next_promise_at < now:
        return EscalationTrigger.FORGOTTEN_CALLBACK
    return EscalationTrigger.MANUAL


def _case_values(seen: Complaint, wish: Wish) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if Change.PERSON in wish.changes and wish.successor:
        values["handler"] = wish.successor.name
    if Change.TIME in wish.changes:
        values["next_promise"] = seen.next_promise or Promise.CALL_BACK
        values["next_promise_at"] = wish.at
    return {n: v for n, v in values.items() if v != getattr(seen, n)}


def _said(
    desk: UserStore,
    seen: Complaint,
    wish: Wish,
    made: Escalation,
    *,
    now: datetime,
    commit_id: str,
) -> Activity:
    """Return the step that tells what changed, in sheet language."""
    told = []
    if Change.PERSON in wish.changes:
        told.append(f"人をカエル: {made.given_by} → {made.taken_by}")
    if Change.TIME in wish.changes and wish.at:
        told.append(f"時間をカエル: {wish.at:%Y/%m/%d %H:%M}")
    if Change.PLACE in wish.changes and wish.place:
        told.append(f"場所をカエル: {wish.place.value}")
    return _step(
        desk,
        seen,
        now,
        commit_id,
        kind=ActivityKind.HANDOVER,
        content=f"{JOINER.join(told)}(きっかけ: {made.trigger.value})",
        next_promise_at=wish.at if Change.TIME in wish.changes else None,
    )


def _moved(
    desk: UserStore,
    seen: Complaint,
    values: Mapping[str, Any],
    now: datetime,
    commit_id: str,
) -> list[Activity]:
    if values.get("handler", seen.handler) == seen.handler:
        return []
    told = cases.changeover(Complaint.field("handler"), seen.handler, values["handler"])
    return [_step(desk, seen, now, f"{commit_id}:handler", **told)]


def _step(
    desk: UserStore, seen: Complaint, now: datetime, seed: str, **values: Any
) -> Activity:
    return cases.step(desk, seen, now, seed=seed, medium=Medium.INTERNAL, **values)


def _end_of(
    desk: UserStore, seen: Complaint, handover: Escalation, at: datetime, said: str
) -> Activity:
    """Return the step that ends a state of a hand-over; its number is that state's.

    So of two people who press at once, or a person and the clock, one comes through.
    """
    state = f"{handover.id}|{handover.status}|{handover.taken_by}"
    return cases.step(
        desk,
        seen,
        at,
        seed=state,
        id=id_for("H", handover.raised_at, state),
        kind=ActivityKind.HANDOVER,
        medium=Medium.INTERNAL,
        content=said,
    )


def _case_update(seen: Complaint, values: Mapping[str, Any]) -> Update:
    base = {name: getattr(seen, name) for name in values}
    return Update(cases.COMPLAINTS, seen.id, base, dict(values))


def _update(handover: Escalation, values: Mapping[str, Any]) -> Update:
    base = {name: getattr(handover, name) for name in values}
    return Update(ESCALATIONS, handover.id, base, dict(values))


def _title_of(desk: UserStore, name: str) -> str:
    return next((m.title for m in members_of(desk) if m.name == name), "")


def _id_of(handover: Escalation, event: Event, who: str) -> str:
    """Return the id of the one commit that this can be, whoever makes it."""
    what = f"{handover.id}|{event}|{handover.taken_by}|{who}"
    return hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
