"""The life of one complaint, played forward and stopped at the present moment.

Every case is told to its end. Whatever would happen after `cut` has not happened yet,
so that an open case is simply one whose story is not over: its state, promises and
timeline always agree.

Records are made without pydantic's checks, which would take most of the time; the
tests hold every record equal to its checked self.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from lib.sample import voices_of
from lib.sample.cast import TITLES
from lib.sample.chance import Chance
from lib.sample.customers import Customer
from lib.sample.goods import Item
from lib.sample.severity import severity_of
from lib.sample.wording import voices
from lib.sample.wording.base import Check, Ending, Scenario, Wish
from lib.sample.workdays import CLOSES, WorkCalendar
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.escalation import Escalation
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Apology,
    Change,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    Done,
    EscalationStatus,
    EscalationTrigger,
    Fault,
    Harassment,
    HarassmentKind,
    Harm,
    Medium,
    OutsideThreat,
    Promise,
    Recording,
    Resolution,
    SecondaryCause,
    Severity,
    Source,
    Symptom,
    Temper,
)

WRITTEN = frozenset(
    {
        Channel.MAIL,
        Channel.FORM,
        Channel.CHAT,
        Channel.SNS,
        Channel.REVIEW,
        Channel.LETTER,
    }
)
_PUBLIC = frozenset({Channel.SNS, Channel.REVIEW})
_FIERCE = frozenset({Temper.FURIOUS, Temper.HOSTILE})
_MEDIA = {
    Channel.PHONE: Medium.CALL_IN,
    Channel.CHAT: Medium.CHAT,
    Channel.LETTER: Medium.LETTER,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided about a case before it is played."""

    id: str
    scenario: Scenario
    item: Item
    customer: Customer
    received_at: datetime
    channel: Channel
    centre: str
    receiver: str
    handler: str
    """Who takes it on where it is not settled in the first call."""
    wish: Wish
    ending: Ending
    temper: Temper
    slots: Mapping[str, str]
    content: str
    threat: OutsideThreat = OutsideThreat.NO
    abuse: HarassmentKind | None = None
    suspected: bool = False
    harm: Harm = Harm.NO
    symptom: Symptom | None = None
    kind: ComplaintKind = ComplaintKind.FIRST
    parent_id: str = ""
    order_number: str = ""
    lot: str = ""
    sales_page: str = ""
    occurred_on: date | None = None
    people: int | None = None
    improvement_id: str = ""
    senior: str = ""
    """Who takes over where the case is handed up."""
    trigger: EscalationTrigger | None = None
    secondary_cause: SecondaryCause | None = None
    forgets: bool = False
    complains_again: bool = False
    promised_at: datetime | None = None
    """A promise that overrides the usual one; with `stalls` it still stands."""
    stalls: bool = False
    waits_inside: bool = False
    """A colleague has been asked and has not answered yet."""
    taken_back: bool = False
    """The customer withdraws it before anybody answers."""
    settles: bool = False
    """What has to be checked is on the screen, so that the first call is enough."""

    @property
    def written(self) -> bool:
        """Whether the customer wrote rather than rang."""
        return self.channel in WRITTEN

    @property
    def at_once(self) -> bool:
        """Whether the first call settles it."""
        return (
            not self.written
            and self.trigger is None
            and not self.stalls
            and not self.taken_back
            and (self.ending.at_once or self.settles)
        )

    @property
    def harassment(self) -> Harassment:
        """What stands under カスハラ."""
        if self.abuse is None:
            return Harassment.NO
        return Harassment.SUSPECTED if self.suspected else Harassment.CONFIRMED


@dataclass(slots=True)
class Told:
    """A case as far as it has come, and what it leaves behind for others."""

    plan: Plan
    complaint: Complaint
    activities: list[Activity]
    escalation: Escalation | None
    again_at: datetime | None = None
    promised_at: datetime | None = None
    """The broken promise that `again_at` is about."""


_SECOND_TIMES: Final = 4
"""Each step of a second complaint: the file is read anew and a senior prepares (R52)."""


def _times(kind: ComplaintKind) -> int:
    return _SECOND_TIMES if kind is ComplaintKind.SECOND else 1


_POSTAGE: Final = 800
"""Yen of sending a parcel there or back."""


def _cost(plan: Plan) -> int | None:
    """Return what settling the case cost in yen; None where nobody writes any down."""
    item = plan.item
    match plan.ending.resolution:
        case Resolution.REFUND | Resolution.MEDIATED:
            return (item.first_price or item.price) + _POSTAGE
        case Resolution.EXCHANGE:
            return item.price // 3 + 2 * _POSTAGE
        case Resolution.COMPENSATION:
            return item.price // 10 // 100 * 100
        case _:
            return None


@dataclass(slots=True)
class _Course:
    plan: Plan
    chance: Chance
    calendar: WorkCalendar
    cut: datetime
    values: dict[str, Any] = field(default_factory=dict)
    steps: list[Activity] = field(default_factory=list)
    minutes: int = 0
    escalation: dict[str, Any] | None = None
    again_at: datetime | None = None
    broken_promise: datetime | None = None

    # What one can do at a moment ------------------------------------------

    def past(self, at: datetime) -> bool:
        """Whether this moment has come already."""
        return at <= self.cut

    def note(
        self,
        at: datetime,
        kind: ActivityKind,
        content: str,
        *,
        medium: Medium = Medium.INTERNAL,
        actor: str = "",
        promise_at: datetime | None = None,
        before: str = "",
        after: str = "",
    ) -> None:
        """Write one row of the timeline; `content` may hold slots."""
        self.minutes += (
            0 if kind is ActivityKind.STATUS_CHANGE else self.chance.whole(4, 22)
        )
        self.steps.append(
            Activity.model_construct(
                id=self.chance.new_id("H", at),
                case_id=self.plan.id,
                at=at,
                actor=actor or self.values["handler"],
                medium=medium,
                kind=kind,
                content=content.format_map(self.plan.slots),
                status_before=before,
                status_after=after,
                next_promise_at=promise_at,
                source=Source.SAMPLE,
            )
        )

    def become(self, at: datetime, status: ComplaintStatus) -> None:
        """Change the status, with its row; nothing where it is that already."""
        now: ComplaintStatus = self.values["status"]
        if now is status:
            return
        self.note(
            at,
            ActivityKind.STATUS_CHANGE,
            f"状態を「{now}」から「{status}」に変更",
            before=now.value,
            after=status.value,
        )
        self.values["status"] = status

    def hand_to(self, at: datetime, taker: str, why: str) -> None:
        """Give the case to a colleague, with its rows; nothing where it is theirs."""
        giver = self.values["handler"]
        if giver == taker:
            return
        self.note(at, ActivityKind.HANDOVER, why, actor=giver)
        self.note(
            at,
            ActivityKind.STATUS_CHANGE,
            f"担当者を「{giver}」から「{taker}」に変更",
            actor=giver,
            before=giver,
            after=taker,
        )
        self.values["handler"] = taker

    def promise(self, what: Promise, at: datetime) -> None:
        """Let the next promise be this one."""
        self.values.update(next_promise=what, next_promise_at=at)

    def close(self, at: datetime) -> None:
        """Bring the case to its end, with everything a closed case must say."""
        ending = self.plan.ending
        self.learn()
        self.become(at, ComplaintStatus.CLOSED)
        self.values.update(
            next_promise=None,
            next_promise_at=None,
            read_back=Done.DONE,
            resolution=ending.resolution,
            cause=ending.cause,
            cause_certainty=ending.certainty,
            closed_at=at,
            open_questions="",
            handling_minutes=self.minutes * _times(self.plan.kind),
            settled_cost=_cost(self.plan),
        )
        if self.escalation is not None:
            self.settle(self.escalation, at)

    def learn(self) -> None:
        """Fill in what one knows once the customer has been answered."""
        plan = self.plan
        guilty = plan.ending.fault in {Fault.YES, Fault.PARTLY}
        self.values.update(
            harm=plan.harm,
            symptom=plan.symptom,
            leak=plan.scenario.leak,
            fault=plan.ending.fault,
            apology=Apology.CONTENT if guilty else Apology.TROUBLE_ONLY,
            refund_refused=Answered.YES if plan.ending.refused else Answered.NO,
            replacement_defective=(
                Answered.YES if plan.scenario.replacement_defective else Answered.NO
            ),
            service_failure=Answered.NO,
            outside_threat=plan.threat,
            harassment=plan.harassment,
            harassment_kind=plan.abuse,
        )

    def settle(self, escalation: dict[str, Any], at: datetime) -> None:
        """Say how the hand-over ended."""
        group = voices_of.trigger_group(escalation["trigger"])
        escalation.update(
            status=EscalationStatus.RESOLVED,
            introduced=Done.DONE,
            course=self.chance.pick(voices.COURSE[group]).format(
                title=escalation["taker_title"]
            ),
            prevention=self.chance.pick(voices.PREVENTION[group]),
            accepted_at=escalation["accepted_at"] or at,
        )


def tell(plan: Plan, chance: Chance, calendar: WorkCalendar, cut: datetime) -> Told:
    """Return the case as it stands at `cut`; it must have come in before."""
    course = _Course(plan, chance, calendar, cut)
    _receive(course)
    if plan.at_once:
        _settle_in_the_first_call(course)
    else:
        _work_on(course)
    values = course.values
    values["severity"], values["severity_reason"] = severity_of(values)
    return Told(
        plan,
        Complaint.model_construct(**values),
        course.steps,
        None if course.escalation is None else Escalation(**course.escalation),
        course.again_at,
        course.broken_promise,
    )


def _receive(course: _Course) -> None:
    plan, chance = course.plan, course.chance
    asked = chance.maybe(0.6)
    said_harm = plan.scenario.harms or asked
    course.values = {
        "id": plan.id,
        "contact": plan.customer.mail if plan.written else plan.customer.phone,
        "order_number": plan.order_number,
        "customer_name": plan.customer.name,
        "product_code": plan.item.code,
        "claim_type": plan.scenario.claim_type,
        "content": plan.content,
        "request": plan.wish.request,
        "temper": plan.temper,
        "handler": plan.receiver if not plan.written else plan.handler,
        "status": ComplaintStatus.RECEIVED,
        "received_at": plan.received_at,
        "channel": plan.channel,
        "receiver": plan.receiver,
        "received_centre": plan.centre,
        "kind": plan.kind,
        "parent_id": plan.parent_id,
        "category": plan.scenario.category,
        "category2": plan.scenario.category2,
        "sales_page": plan.sales_page,
        "lot": plan.lot,
        "occurred_on": plan.occurred_on,
        "people_involved": plan.people,
        "harm": plan.harm if said_harm else Harm.UNASKED,
        "symptom": plan.symptom,
        "leak": plan.scenario.leak
        if asked or plan.scenario.leak is Answered.YES
        else Answered.UNASKED,
        "replacement_defective": Answered.YES
        if plan.scenario.replacement_defective
        else Answered.UNASKED,
        "outside_threat": plan.threat
        if plan.threat is not OutsideThreat.NO or asked
        else OutsideThreat.UNASKED,
        "apology": Apology.NOT_YET if plan.written else Apology.TROUBLE_ONLY,
        "harassment": plan.harassment if plan.abuse or asked else Harassment.UNASKED,
        "harassment_kind": plan.abuse,
        "open_questions": "\n".join(plan.scenario.questions[: chance.whole(0, 3)]),
        "improvement_id": plan.improvement_id,
        "source": Source.SAMPLE,
        **_recording(plan, chance),
    }
    if not plan.written:
        course.note(
            plan.received_at,
            ActivityKind.HEARING,
            chance.pick(
                voices.HEARD_A_WISH
                if plan.kind is ComplaintKind.WISH
                else voices.HEARD_BY_PHONE
            ),
            medium=Medium.CALL_IN,
            actor=plan.receiver,
        )


def _recording(plan: Plan, chance: Chance) -> dict[str, Any]:
    if plan.channel is not Channel.PHONE:
        return {"recording": Recording.NO}
    kept = chance.weighted({Recording.YES: 84, Recording.NO: 9, Recording.UNKNOWN: 7})
    if kept is not Recording.YES or chance.maybe(0.4):
        return {"recording": kept}
    return {
        "recording": kept,
        "recording_url": f"{plan.received_at:%Y/%m/%d %H:%M} の通話",
    }


def _settle_in_the_first_call(course: _Course) -> None:
    plan, chance = course.plan, course.chance
    at = plan.received_at + timedelta(minutes=chance.whole(6, 24))
    ending = plan.ending
    if not course.past(at):
        course.promise(Promise.CHECK_ONLY, course.cut + timedelta(hours=1))
        return
    course.values["first_reply_at"] = plan.received_at
    if ending.checks:
        check = chance.pick(ending.checks)
        course.note(at, ActivityKind.INTERNAL_CHECK, check.asked + check.found)
        course.values.update(
            fact_source=check.source.format_map(plan.slots), fact_checked=Done.DONE
        )
    course.note(
        at, ActivityKind.EXPLANATION, chance.pick(ending.answers), medium=Medium.CALL_IN
    )
    if ending.act is not None:
        # While the call lasts it can only be asked for.
        text = voices.ARRANGED.get(ending.act.kind, ending.act.text)
        course.note(at, ending.act.kind, text)
    course.close(at)


def _work_on(course: _Course) -> None:
    """Play promise, hand-over, check, answer, deed and closing, one after another."""
    plan, calendar = course.plan, course.calendar
    promised = _first_promise(course)
    if plan.stalls and plan.received_at.date() == course.cut.date():
        return  # it came in a moment ago
    if plan.taken_back:
        _take_back(course)
        return
    _pass_on(course)
    if plan.trigger is not None:
        _escalate(course, plan.trigger)
    checked = _check_facts(course, promised)
    if plan.stalls or checked is None:
        return
    answered = _answer(course, promised, checked)
    if answered is None:
        return
    done = _carry_out(course, answered)
    if done is None:
        return
    course.promise(Promise.CHECK_ONLY, calendar.later(done, 18 * 60))
    act = plan.ending.act
    # A parcel is on its way for a business day at least.
    soonest = 600 if act and act.kind is ActivityKind.SHIPMENT else 60
    closing = calendar.later(done, course.chance.whole(soonest, 15 * 60))
    if plan.ending.act is None and not plan.written and course.chance.maybe(0.7):
        closing = answered + timedelta(minutes=course.chance.whole(3, 15))
    if not course.past(closing):
        return
    if closing.date() != answered.date() or plan.ending.act is not None:
        course.note(
            closing,
            ActivityKind.EXPLANATION,
            _closing_words(course),
            medium=Medium.MAIL if plan.written else Medium.CALL_OUT,
        )
    course.close(closing)


def _take_back(course: _Course) -> None:
    last = max(step.at for step in course.steps)
    at = course.calendar.later(last, course.chance.whole(20, 300))
    if not course.past(at):
        return
    course.note(
        at,
        ActivityKind.OTHER,
        course.chance.pick(voices.TAKEN_BACK),
        medium=Medium.MAIL if course.plan.written else Medium.CALL_IN,
    )
    course.become(at, ComplaintStatus.CANCELLED)
    course.values.update(next_promise=None, next_promise_at=None, open_questions="")


def _closing_words(course: _Course) -> str:
    fitting = [
        words
        for words in course.plan.ending.closings
        if not (course.plan.written and voices.is_spoken(words))
    ]
    return course.chance.pick(fitting or voices.CLOSED_BY_MAIL)


def _answer_words(course: _Course) -> str:
    answers = course.plan.ending.answers
    fitting = [
        words
        for words in answers
        if not (course.plan.written and voices.is_spoken(words))
    ]
    return course.chance.pick(fitting or answers)


def _first_promise(course: _Course) -> datetime:
    plan, chance, calendar = course.plan, course.chance, course.calendar
    severity, _reason = severity_of(course.values)
    minutes = {
        Severity.CRITICAL: chance.whole(60, 120),
        Severity.HIGH: chance.whole(120, 420),
        Severity.MEDIUM: chance.whole(300, 800),
        Severity.LOW: chance.whole(420, 1100),
    }[severity]
    read = calendar.later(plan.received_at, chance.whole(3, 70))
    begins = read if plan.written else plan.received_at
    promised = plan.promised_at or _on_the_hour(
        calendar.later(begins, minutes), chance, calendar
    )
    if plan.written:
        _take_in_writing(course, read, promised)
        return promised
    at = plan.received_at + timedelta(minutes=chance.whole(5, 14))
    if not course.past(at):
        at = course.cut
    course.promise(Promise.CALL_BACK, promised)
    course.note(
        at,
        ActivityKind.CALLBACK_PROMISED,
        chance.pick(voices.PROMISED["call"]).replace(
            "{at}", voices_of.spoken(promised)
        ),
        medium=Medium.CALL_IN,
        actor=plan.receiver,
        promise_at=promised,
    )
    return promised


def _take_in_writing(course: _Course, read: datetime, promised: datetime) -> None:
    """Write the one row that takes a mail or post in and promises an answer."""
    plan, chance = course.plan, course.chance
    seen = course.past(read)
    pool = voices.HEARD_IN_PUBLIC if plan.channel in _PUBLIC else voices.HEARD_BY_MAIL
    text = chance.pick(pool) if seen else voices.TAKEN_IN_BY_ITSELF
    text += chance.pick(voices.PROMISED["mail"])
    course.promise(Promise.ANSWER, promised)
    course.note(
        read if seen else plan.received_at,
        ActivityKind.HEARING,
        text.replace("{channel}", plan.channel.value).replace(
            "{at}", voices_of.spoken(promised)
        ),
        medium=_MEDIA.get(plan.channel, Medium.MAIL),
        actor=plan.receiver if seen else SYSTEM.name,
        promise_at=promised,
    )


def _on_the_hour(moment: datetime, chance: Chance, calendar: WorkCalendar) -> datetime:
    """Return the next round time at which one would promise to call."""
    minute = 30 if chance.maybe(0.25) else 0
    hour = min(moment.hour + 1, CLOSES)
    rounded = moment.replace(
        hour=hour, minute=0 if hour == CLOSES else minute, second=0
    )
    return (
        rounded if calendar.office_open(rounded.date()) else calendar.later(rounded, 60)
    )


def _pass_on(course: _Course) -> None:
    """Let an agent of another company give the case to the company's own clerk."""
    plan = course.plan
    if plan.written or plan.receiver == plan.handler or plan.trigger is not None:
        return
    at = course.calendar.later(
        plan.received_at + timedelta(minutes=15), course.chance.whole(5, 60)
    )
    if course.past(at):
        course.hand_to(
            at, plan.handler, "札幌センターで受けた内容を本社の担当へ引き継ぎ。"
        )


def _escalate(course: _Course, trigger: EscalationTrigger) -> None:
    plan, chance = course.plan, course.chance
    raised = plan.received_at + timedelta(minutes=chance.whole(8, 35))
    if plan.written:
        raised = course.calendar.later(plan.received_at, chance.whole(10, 60))
    last = max(step.at for step in course.steps)
    raised = max(raised, last)
    if not course.past(raised):
        raised = course.cut
    due = course.values["next_promise_at"]
    follows_up = plan.temper in _FIERCE or plan.harassment is Harassment.CONFIRMED
    giver = course.values["handler"]
    course.escalation = {
        "id": chance.new_id("E", raised),
        "complaint_id": plan.id,
        "raised_at": raised,
        "trigger": trigger,
        "given_by": giver,
        "taken_by": plan.senior,
        "taker_title": TITLES[plan.senior],
        "accepted_at": None,
        "changes": _changes(chance),
        "due_at": due,
        "status": EscalationStatus.OPEN,
        "secondary_cause": plan.secondary_cause,
        "temper": plan.temper,
        "harassment": plan.harassment,
        "source": Source.SAMPLE,
    }
    if follows_up:
        course.escalation |= _follow_up(course, raised, giver)
    accepted = raised + timedelta(minutes=chance.whole(2, 9))
    if course.past(accepted):
        course.escalation.update(accepted_at=accepted, status=EscalationStatus.WORKING)
        course.hand_to(
            accepted,
            plan.senior,
            f"「{trigger}」のため{TITLES[plan.senior]}の{plan.senior}が引き継ぎ。",
        )


def _changes(chance: Chance) -> tuple[Change, ...]:
    return (Change.PERSON, Change.TIME) if chance.maybe(0.4) else (Change.PERSON,)


def _follow_up(course: _Course, raised: datetime, operator: str) -> dict[str, Any]:
    due = course.calendar.office_days(raised.date(), 1)
    planned: dict[str, Any] = {"follow_up_for": operator, "follow_up_due": due}
    if due < course.cut.date() and course.chance.maybe(0.88):
        planned |= {"follow_up_done": due, "follow_up_by": course.plan.senior}
    return planned


def _check_facts(course: _Course, promised: datetime) -> datetime | None:
    """Look up what has to be known; return when it was, None where that is to come."""
    plan, chance, calendar = course.plan, course.chance, course.calendar
    began = calendar.later(max(s.at for s in course.steps), chance.whole(5, 90))
    if not course.past(began):
        return None
    if not plan.ending.checks:
        course.become(began, ComplaintStatus.WORKING)
        return began
    check: Check = chance.pick(plan.ending.checks)
    course.become(began, ComplaintStatus.CHECKING)
    course.note(began, ActivityKind.INTERNAL_CHECK, check.asked)
    course.values["fact_source"] = check.source.format_map(plan.slots)
    room = max(30, int((promised - began).total_seconds() // 60) - 40)
    found = calendar.later(began, chance.whole(20, min(room, 420)))
    if found >= promised:
        found = began + timedelta(minutes=10)
    waits_long = plan.waits_inside or found.date() > began.date()
    if waits_long:
        course.become(began, ComplaintStatus.WAITING_INSIDE)
    if plan.waits_inside or not course.past(found):
        return None
    course.note(found, ActivityKind.INTERNAL_CHECK, check.found)
    course.values["fact_checked"] = Done.DONE
    if waits_long:
        course.become(found, ComplaintStatus.WORKING)
    return found


def _answer(course: _Course, promised: datetime, checked: datetime) -> datetime | None:
    """Answer the customer, in time or not; return when, None where that is to come."""
    plan, chance, calendar = course.plan, course.chance, course.calendar
    kept = promised - timedelta(minutes=chance.whole(5, 50))
    answered = max(kept, checked + timedelta(minutes=chance.whole(4, 12)))
    if plan.forgets:
        answered = _answer_after_forgetting(course, promised)
    elif not plan.written and chance.maybe(0.1) and course.past(answered):
        course.note(
            answered,
            ActivityKind.OTHER,
            chance.pick(voices.NOT_HOME),
            medium=Medium.CALL_OUT,
        )
        again = _on_the_hour(
            calendar.later(answered, chance.whole(60, 480)), chance, calendar
        )
        course.promise(Promise.CALL_BACK, again)
        answered = again - timedelta(minutes=chance.whole(2, 20))
    if not course.past(answered):
        return None
    late = plan.forgets
    if plan.written:
        lead = chance.pick(voices.REPLIED_LATE if late else voices.REPLIED)
        kind, medium = ActivityKind.EXPLANATION, Medium.MAIL
    else:
        lead = chance.pick(voices.CALLED_BACK_LATE if late else voices.CALLED_BACK)
        kind, medium = ActivityKind.CALLBACK_DONE, Medium.CALL_OUT
    course.values["first_reply_at"] = answered
    course.note(answered, kind, lead + _answer_words(course), medium=medium)
    course.learn()
    if plan.ending.fault is Fault.YES and chance.maybe(0.15):
        course.note(
            answered,
            ActivityKind.APOLOGY,
            chance.pick(voices.APOLOGISED),
            medium=medium,
        )
    return answered


def _answer_after_forgetting(course: _Course, promised: datetime) -> datetime:
    """Return when the answer came at last, and let the customer ring before that."""
    plan, chance, calendar = course.plan, course.chance, course.calendar
    answered = calendar.later(promised, chance.whole(150, 1000))
    if not plan.complains_again:
        return answered
    again = calendar.later(promised, chance.whole(40, 140))
    if not course.past(again):
        return answered
    course.again_at, course.broken_promise = again, promised
    taken = again + timedelta(minutes=chance.whole(10, 25))
    if course.past(taken) and plan.senior:
        course.hand_to(
            taken,
            plan.senior,
            "折り返しが漏れ、お客様から再度のお電話。上席が引き継ぎ。",
        )
    return taken + timedelta(minutes=chance.whole(20, 60))


def _carry_out(course: _Course, answered: datetime) -> datetime | None:
    """Do what was promised; return when it was done, None where that is to come."""
    plan, chance, calendar = course.plan, course.chance, course.calendar
    ending, ready = plan.ending, answered
    if ending.waits:
        course.become(answered, ComplaintStatus.WAITING_CUSTOMER)
        course.promise(Promise.CHECK_ONLY, calendar.later(answered, 5 * 9 * 60))
        course.note(answered, ActivityKind.OTHER, ending.waits)
        ready = calendar.later(answered, chance.whole(18 * 60, 50 * 60))
        if not course.past(ready):
            return None
        course.become(ready, ComplaintStatus.WORKING)
        course.note(ready, ActivityKind.OTHER, "到着を確認した。")
    if ending.act is None:
        return ready
    course.become(ready, ComplaintStatus.WORKING)
    course.promise(
        ending.act.promise,
        _on_the_hour(calendar.later(ready, 10 * 60), chance, calendar),
    )
    done = calendar.later(ready, chance.whole(30, 9 * 60))
    if not course.past(done):
        return None
    course.note(done, ending.act.kind, ending.act.text)
    return done
