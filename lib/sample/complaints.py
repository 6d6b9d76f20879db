"""Which complaints come in on which day, from whom, about what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from lib import clock
from lib.sample.case import WRITTEN, Plan, Told, tell
from lib.sample.cast import (
    CHIEF,
    CLERKS,
    LEADER,
    OKINAWA,
    OWN,
    SAPPORO,
    SAPPORO_AGENTS,
)
from lib.sample.chance import Chance
from lib.sample.content import Facts, Said, content_of, slots_of
from lib.sample.customers import Customer, CustomerBook
from lib.sample.goods import (
    BAD_LOT_ITEM,
    BAD_LOT_TROUBLES,
    BY_PHONE,
    Item,
    Trouble,
    bad_lot,
    lot_of,
    on_sale,
)
from lib.sample.story import Story
from lib.sample.wording import EVERYDAY, voices
from lib.sample.wording.base import Ending, Scenario, Wish
from lib.sample.wording.quality import BAD_LOT, BAD_LOT_HARM, REPLACEMENTS
from lib.sample.wording.service import AFTER_RUDE, FAILURE_DAY, FORGOTTEN
from lib.schema.vocab import (
    Answered,
    Category,
    Channel,
    ComplaintKind,
    EscalationTrigger,
    HarassmentKind,
    Harm,
    OutsideThreat,
    Request,
    Resolution,
    SecondaryCause,
    Temper,
)

_BY_CODE = {scenario.code: scenario for scenario in EVERYDAY}
_REPEATABLE = frozenset(
    {"不良品", "届かない・遅い", "欠品", "解約できない", "電話がつながらない"}
)
_KEPT_FOR_REPEATS = 400
_NEWCOMER = CLERKS[3]
_NEWCOMER_STARTED_DAYS_AGO = 150

_CHANNELS = {
    Channel.PHONE: 63.0,
    Channel.MAIL: 18.0,
    Channel.FORM: 11.0,
    Channel.CHAT: 4.0,
    Channel.REVIEW: 1.6,
    Channel.SNS: 1.4,
    Channel.LETTER: 1.0,
}
_CENTRES = {OWN: 40.0, SAPPORO: 42.0, OKINAWA: 18.0}
_CLOSED_ON = {OWN: "土日祝", SAPPORO: "", OKINAWA: "日祝"}
_HOURS: Mapping[str, Mapping[int, float]] = {
    OWN: {9: 9, 10: 12, 11: 11, 13: 10, 14: 9, 15: 8, 16: 7, 17: 4},
    SAPPORO: {
        9: 8,
        10: 12,
        11: 11,
        12: 9,
        13: 10,
        14: 9,
        15: 8,
        16: 7,
        17: 6,
        18: 5,
        19: 3,
    },
    OKINAWA: {10: 11, 11: 11, 12: 8, 13: 10, 14: 9, 15: 8, 16: 7, 17: 6, 18: 4},
}
_GREETED = frozenset({Channel.MAIL, Channel.FORM})
_THREATS = {
    OutsideThreat.CONSUMER_CENTRE: 64.0,
    OutsideThreat.SNS: 18.0,
    OutsideThreat.LAWYER: 7.0,
    OutsideThreat.POLICE: 6.0,
    OutsideThreat.OTHER: 5.0,
}
_FIERCE = frozenset({Temper.FURIOUS, Temper.HOSTILE})


_HOSTILE_AT: Final = (3, 7)
"""Which of the second complaints without a forgotten promise nobody could prevent."""


@dataclass(slots=True)
class Floor:
    """Where the plans are made: the sources of chance, customers and old cases."""

    story: Story
    chance: Chance
    cut: datetime
    book: CustomerBook
    told: list[Told] = field(default_factory=list)
    repeatable: list[Told] = field(default_factory=list)
    angered: int = 0
    """Second complaints so far that follow no forgotten promise."""

    def anger_cause(self) -> SecondaryCause:
        """Return why the next of these came to be; two of a year were hostile."""
        self.angered += 1
        ours = self.chance.weighted(
            {
                SecondaryCause.MANNERS: 4.0,
                SecondaryCause.WRONG_INFORMATION: 3.0,
                SecondaryCause.EMOTIONAL: 1.0,
            }
        )
        return SecondaryCause.HOSTILE if self.angered in _HOSTILE_AT else ours

    def play(self, plan: Plan) -> Told:
        """Tell the case and remember it; further cases that it brings forth follow."""
        told = tell(plan, self.chance, self.story.calendar, self.cut)
        self.told.append(told)
        if told.complaint.closed_at and plan.scenario.claim_type in _REPEATABLE:
            self.repeatable.append(told)
            del self.repeatable[:-_KEPT_FOR_REPEATS]
        if told.again_at and told.promised_at:
            self.play(_second(self, told, told.again_at, FORGOTTEN))
        elif told.complaint.closed_at and _may_anger(plan) and self.chance.maybe(0.012):
            at = self.story.calendar.later(
                told.complaint.closed_at, self.chance.whole(200, 1900)
            )
            if at < self.cut:
                self.play(_second(self, told, at, AFTER_RUDE))
        return told


def complaints(
    story: Story, per_day: float, chance: Chance, cut: datetime
) -> list[Told]:
    """Return every complaint of the period, oldest first."""
    floor = Floor(story, chance, cut, CustomerBook(chance))
    mean = sum(map(story.complaint_factor, story.days)) / len(story.days)
    for day in story.days:
        expected = 0.93 * per_day * story.complaint_factor(day) / mean
        if day == story.end:
            expected *= 0.08  # the day has only begun
        for _one in range(chance.count(expected)):
            floor.play(_everyday(floor, day))
        _events_of(floor, day, per_day)
    _staged(floor)
    return sorted(floor.told, key=lambda told: (told.plan.received_at, told.plan.id))


def _may_anger(plan: Plan) -> bool:
    return plan.kind is ComplaintKind.FIRST and not plan.at_once


# Days ------------------------------------------------------------------------


def _events_of(floor: Floor, day: date, per_day: float) -> None:
    story, chance = floor.story, floor.chance
    if day == story.failure_day:
        for _one in range(2 + chance.count(per_day * 0.8)):
            item = _item(floor, day, FAILURE_DAY)
            floor.play(_plan(floor, day, FAILURE_DAY, item))
    if day not in story.bad_lot:
        return
    into = (day - story.bad_lot.first).days
    heat = 1.0 if 3 <= into <= 15 else 0.45
    for _one in range(chance.count(0.38 * per_day * heat)):
        _bad_lot_case(floor, day)
    if into in {7, 20}:
        _diagnosed_case(floor, day)


def _bad_lot_case(floor: Floor, day: date) -> None:
    chance = floor.chance
    if chance.maybe(0.2):
        scenario = BAD_LOT_HARM[0]
        trouble = chance.weighted({t: t.weight for t in BAD_LOT_TROUBLES})
        # Only the two staged cases were diagnosed: they are the pair.
        floor.play(
            _plan(
                floor,
                day,
                scenario,
                BAD_LOT_ITEM,
                trouble=trouble,
                lot=bad_lot(floor.story),
                harm=Harm.UNTREATED,
            )
        )
        return
    plan = _plan(floor, day, BAD_LOT[0], BAD_LOT_ITEM, lot=bad_lot(floor.story))
    told = floor.play(plan)
    exchanged = plan.ending.resolution is Resolution.EXCHANGE
    if exchanged and chance.maybe(0.3):
        again = day + timedelta(days=chance.whole(5, 9))
        if again < floor.story.end:
            floor.play(
                _plan(
                    floor, again, REPLACEMENTS[0], BAD_LOT_ITEM,
                    lot=bad_lot(floor.story), customer=plan.customer,
                    kind=ComplaintKind.REPEAT, parent_id=told.plan.id,
                    order_number=plan.order_number,
                )
            )  # fmt: skip


def _diagnosed_case(floor: Floor, day: date) -> None:
    """Two of these, thirteen days apart with the same symptom, are the pair of L7."""
    floor.play(
        _plan(
            floor, day, BAD_LOT_HARM[0], BAD_LOT_ITEM,
            trouble=BAD_LOT_TROUBLES[0], lot=bad_lot(floor.story), harm=Harm.TREATED,
        )
    )  # fmt: skip


def _everyday(floor: Floor, day: date) -> Plan:
    chance = floor.chance
    if floor.repeatable and chance.maybe(0.025):
        return _repeat(floor, day)
    scenario = EVERYDAY[chance.weighted(_weights(floor.story, day))]
    item = _item(floor, day, scenario)
    customer = None
    if floor.told and chance.maybe(0.05):
        customer = chance.pick(floor.told[-300:]).plan.customer
    return _plan(floor, day, scenario, item, customer=customer)


@lru_cache(maxsize=4)
def _weights(story: Story, day: date) -> Mapping[int, float]:
    """Return how likely each everyday scenario is on this day, by its position."""
    return {
        number: scenario.weight * story.claim_factor(scenario.claim_type, day)
        for number, scenario in enumerate(EVERYDAY)
    }


def _repeat(floor: Floor, day: date) -> Plan:
    earlier = floor.chance.pick(floor.repeatable)
    closed = earlier.complaint.closed_at or earlier.plan.received_at
    day = max(day, closed.date() + timedelta(days=2))
    if day > floor.story.end:
        day = floor.story.end
        return _plan(floor, day, earlier.plan.scenario, earlier.plan.item)
    return _plan(
        floor, day, earlier.plan.scenario, earlier.plan.item,
        customer=earlier.plan.customer, kind=ComplaintKind.REPEAT,
        parent_id=earlier.plan.id, earlier=closed.date(),
    )  # fmt: skip


def _second(floor: Floor, told: Told, at: datetime, scenario: Scenario) -> Plan:
    """Return the complaint about our own handling of `told`."""
    first = told.plan
    senior = first.senior or LEADER
    forgotten = scenario is FORGOTTEN
    return _plan(
        floor, at.date(), scenario, first.item,
        customer=first.customer, at=at, kind=ComplaintKind.SECOND,
        parent_id=first.id, channel=first.channel, order_number=first.order_number,
        promised=told.promised_at, senior=senior,
        trigger=(
            EscalationTrigger.FORGOTTEN_CALLBACK
            if forgotten
            else EscalationTrigger.CUSTOMER_ASKED
        ),
        secondary_cause=(
            SecondaryCause.FORGOTTEN_CALLBACK if forgotten else floor.anger_cause()
        ),
    )  # fmt: skip


def _staged(floor: Floor) -> None:
    """Open cases whose promises are overdue, due today and due later."""
    story, calendar = floor.story, floor.story.calendar
    last_office = calendar.office_days(story.end, -1)
    today = clock.at(story.end)
    # On a day of rest only the Sapporo centre can keep a promise.
    on_duty = "" if calendar.office_open(story.end) else SAPPORO_AGENTS[0]
    for code, back, promised in (
        ("cannot_reach", 2, clock.at(last_office, 17)),
        ("second_parcel", 1, clock.at(last_office, 16, 30)),
        ("late", 1, today.replace(hour=9)),
        ("defect", 0, today.replace(hour=11)),
        ("talked_out", 0, today.replace(hour=15)),
        ("skin", 0, today.replace(hour=17)),
        ("opened_return", 0, clock.at(calendar.office_days(story.end, 1), 11)),
        ("refund_late", 1, clock.at(calendar.office_days(story.end, 2), 15)),
        ("rude", 1, clock.at(calendar.office_days(story.end, 1), 16)),
    ):
        scenario = _BY_CODE[code]
        day = calendar.office_days(story.end, -1 - back)
        hour = floor.chance.whole(10, 15)
        plan = _plan(
            floor, day, scenario, _item(floor, day, scenario),
            at=clock.at(day, hour, floor.chance.whole(0, 59)),
            channel=Channel.PHONE, promised_at=promised, stalls=True,
            waits_inside=code == "rude",
            by=on_duty if promised.date() == story.end else "",
        )  # fmt: skip
        floor.play(plan)
    scenario = _BY_CODE["fewer_pieces"]
    floor.play(
        _plan(
            floor, story.end, scenario, _item(floor, story.end, scenario),
            at=today.replace(hour=9, minute=6), stalls=True, by=on_duty,
            channel=_channel_this_morning(floor), promised_at=today.replace(hour=13),
        )
    )  # fmt: skip


def _channel_this_morning(floor: Floor) -> Channel:
    closed = floor.story.calendar.is_shut_everywhere(floor.story.end)
    return Channel.FORM if closed else Channel.PHONE


# One plan --------------------------------------------------------------------


def _item(floor: Floor, day: date, scenario: Scenario) -> Item:
    fitting = [i for i in on_sale(floor.story, day) if scenario.fits(i)]
    new_until = floor.story.launched_on + timedelta(days=45)

    def weight(item: Item) -> float:
        fresh = item.launched_days_ago == 0 and day <= new_until
        return item.share * (1.9 if fresh else 1.0)

    return floor.chance.weighted({i: weight(i) for i in fitting})


def _plan(
    floor: Floor,
    day: date,
    scenario: Scenario,
    item: Item,
    *,
    at: datetime | None = None,
    channel: Channel | None = None,
    customer: Customer | None = None,
    kind: ComplaintKind | None = None,
    parent_id: str = "",
    order_number: str = "",
    earlier: date | None = None,
    promised: datetime | None = None,
    promised_at: datetime | None = None,
    stalls: bool = False,
    waits_inside: bool = False,
    senior: str = "",
    trigger: EscalationTrigger | None = None,
    secondary_cause: SecondaryCause | None = None,
    by: str = "",
    trouble: Trouble | None = None,
    lot: str = "",
    harm: Harm | None = None,
) -> Plan:
    chance = floor.chance
    channel = channel or _channel(floor, day)
    centre = SAPPORO if by in SAPPORO_AGENTS else _centre(floor, day, channel, at)
    received = at or _moment(floor, day, channel, centre)
    receiver = by or _receiver(floor, received, channel, centre)
    handler = receiver if by or receiver in CLERKS else _clerk(floor, received.date())
    temper = _temper(chance, scenario)
    threat = _threat(floor, scenario, temper, received.date())
    abuse = _abuse(chance, temper, channel)
    if scenario.harms:
        trouble = trouble or chance.weighted({t: t.weight for t in item.troubles})
        seen = 0.08 if item.edible else 0.34
        harm = harm or (Harm.TREATED if chance.maybe(seen) else Harm.UNTREATED)
    else:
        trouble, harm = None, Harm.NO
    wish = _wish(chance, scenario, harm)
    ending = _ending(chance, scenario, wish, checked=waits_inside)
    if scenario.asks_lot and not lot and chance.maybe(0.7 if scenario.harms else 1.0):
        lot = lot_of(item, received.date(), chance)
    page = chance.pick(item.pages)
    if channel is Channel.PHONE and chance.maybe(0.05):
        page = BY_PHONE
    longest = 12 if scenario.category is Category.DELIVERY else 24
    ordered = received.date() - timedelta(days=chance.whole(6, longest))
    facts = Facts(
        item,
        received.date(),
        ordered,
        page,
        lot,
        bad_lot(floor.story),
        trouble,
        promised,
    )
    order_number = order_number or _order_number(chance, ordered)
    greeting = chance.pick(voices.GREETINGS) if channel in _GREETED else ""
    said = Said(
        wish,
        temper,
        threat,
        abuse,
        harm,
        channel in WRITTEN,
        earlier,
        greeting.replace("{order}", order_number),
    )
    slots = slots_of(facts, chance)
    senior = senior or (CHIEF if chance.maybe(0.3) else LEADER)
    slots["person"] = senior.split()[0]
    trigger = trigger or _trigger(chance, scenario, said, ending)
    if trigger is EscalationTrigger.HARASSMENT or scenario.leak is Answered.YES:
        senior = CHIEF
    forgets = not stalls and _forgets(floor, received.date(), scenario)
    return Plan(
        id=chance.new_id("K", received),
        scenario=scenario,
        item=item,
        customer=customer or floor.book.new(),
        received_at=received,
        channel=channel,
        centre=centre,
        receiver=receiver,
        handler=handler,
        wish=wish,
        ending=ending,
        temper=temper,
        slots=slots,
        content=content_of(scenario, facts, said, slots, chance),
        threat=threat,
        abuse=abuse,
        suspected=abuse is not None and chance.maybe(0.3),
        harm=harm,
        symptom=trouble.symptom if trouble else None,
        kind=kind or scenario.kind,
        parent_id=parent_id,
        order_number=order_number,
        lot=lot,
        sales_page=page if chance.maybe(0.7) else "",
        occurred_on=received.date() - timedelta(days=chance.whole(0, 4))
        if chance.maybe(0.5)
        else None,
        people=chance.whole(2, 3) if chance.maybe(0.01) else None,
        senior=senior,
        trigger=trigger,
        secondary_cause=secondary_cause,
        forgets=forgets,
        complains_again=forgets and chance.maybe(0.38),
        promised_at=promised_at,
        stalls=stalls,
        waits_inside=waits_inside,
        taken_back=_taken_back(chance, scenario, trigger) and not stalls,
        settles=_settles(chance, ending, forgets=forgets),
    )


def _taken_back(
    chance: Chance, scenario: Scenario, trigger: EscalationTrigger | None
) -> bool:
    plain = scenario.kind is ComplaintKind.FIRST and not scenario.harms
    return plain and trigger is None and chance.maybe(0.006)


def _settles(chance: Chance, ending: Ending, *, forgets: bool) -> bool:
    if ending.waits or forgets:
        return False
    return chance.maybe(0.28 if ending.checks else 0.6)


def _channel(floor: Floor, day: date) -> Channel:
    weights = dict(_CHANNELS)
    if floor.story.calendar.is_shut_everywhere(day):
        del weights[Channel.PHONE]
    return floor.chance.weighted(weights)


def _centre(floor: Floor, day: date, channel: Channel, at: datetime | None) -> str:
    if channel is not Channel.PHONE:
        return "自社"
    calendar = floor.story.calendar
    if at is not None:
        return OWN if calendar.office_open(day) else SAPPORO
    opened = {
        code: weight
        for code, weight in _CENTRES.items()
        if calendar.open_on(day, _CLOSED_ON[code])
    }
    return floor.chance.weighted(opened or {SAPPORO: 1.0})


def _moment(floor: Floor, day: date, channel: Channel, centre: str) -> datetime:
    chance = floor.chance
    if day == floor.story.end:
        first = 9 if channel is Channel.PHONE else 7
        return clock.at(day, first, chance.whole(1, 20))
    if channel is Channel.PHONE:
        hour = chance.weighted(_HOURS[centre])
    else:
        hour = chance.weighted({h: 2.0 if 7 <= h <= 23 else 0.3 for h in range(24)})
    return clock.at(day, hour, chance.whole(0, 59))


def _receiver(floor: Floor, received: datetime, channel: Channel, centre: str) -> str:
    if channel is Channel.PHONE and centre == SAPPORO:
        return SAPPORO_AGENTS[0] if floor.chance.maybe(0.25) else SAPPORO_AGENTS[1]
    if channel in WRITTEN and floor.chance.maybe(0.5):
        return CLERKS[2]
    return _clerk(floor, received.date())


def _clerk(floor: Floor, day: date) -> str:
    there = (
        CLERKS if day >= floor.story.back(_NEWCOMER_STARTED_DAYS_AGO) else CLERKS[:3]
    )
    return floor.chance.weighted(
        {name: 0.6 if name == _NEWCOMER else 1.0 for name in there}
    )


def _temper(chance: Chance, scenario: Scenario) -> Temper:
    heat = scenario.anger
    return chance.weighted(
        {
            Temper.CALM: 30 / max(heat, 0.2) if heat < 2 else 0.0,
            Temper.DISSATISFIED: 44.0,
            Temper.ANGRY: 17 * heat * heat,
            Temper.FURIOUS: 2.2 * heat * heat if heat >= 1 else 0.0,
            Temper.HOSTILE: 0.25 if heat >= 1 else 0.0,
        }
    )


def _threat(
    floor: Floor, scenario: Scenario, temper: Temper, day: date
) -> OutsideThreat:
    anger = {
        Temper.CALM: 0.15,
        Temper.DISSATISFIED: 0.7,
        Temper.ANGRY: 2.0,
        Temper.FURIOUS: 3.2,
        Temper.HOSTILE: 3.0,
    }[temper]
    in_dip = 1.7 if day in floor.story.dip else 1.0
    if floor.chance.maybe(0.03 * scenario.threat * anger * in_dip):
        return floor.chance.weighted(_THREATS)
    return OutsideThreat.NO


def _abuse(chance: Chance, temper: Temper, channel: Channel) -> HarassmentKind | None:
    likely = {Temper.HOSTILE: 0.9, Temper.FURIOUS: 0.16}.get(temper, 0.0)
    if channel is not Channel.PHONE or not chance.maybe(likely):
        return None
    return chance.weighted(voices.ABUSE_WEIGHTS)


def _wish(chance: Chance, scenario: Scenario, harm: Harm) -> Wish:
    fitting = {
        wish: wish.weight
        for wish in scenario.wishes
        if harm is Harm.TREATED or wish.request is not Request.COMPENSATION
    }
    return chance.weighted(fitting)


def _ending(chance: Chance, scenario: Scenario, wish: Wish, *, checked: bool) -> Ending:
    fitting = {
        ending: ending.weight
        for ending in scenario.endings
        if (ending.checks or not checked)
        and (not ending.wishes or wish.request in ending.wishes)
    }
    return chance.weighted(fitting or {e: e.weight for e in scenario.endings})


def _trigger(
    chance: Chance,
    scenario: Scenario,
    said: Said,
    ending: Ending,
) -> EscalationTrigger | None:
    if scenario.leak is Answered.YES:
        return EscalationTrigger.LEAK
    if said.abuse is not None:
        return EscalationTrigger.HARASSMENT
    if scenario.replacement_defective:
        return EscalationTrigger.REPLACEMENT_DEFECTIVE
    if said.temper in _FIERCE:
        return EscalationTrigger.TEMPER
    if said.harm is Harm.TREATED:
        return EscalationTrigger.HARM
    if ending.resolution is Resolution.REFUND and chance.maybe(0.03):
        return EscalationTrigger.AUTHORITY
    if said.temper is Temper.ANGRY and chance.maybe(0.05):
        return EscalationTrigger.CUSTOMER_ASKED
    return None


def _forgets(floor: Floor, day: date, scenario: Scenario) -> bool:
    if scenario.kind is ComplaintKind.SECOND:
        return False
    likely = 0.15 if day in floor.story.dip else 0.075
    if day >= floor.story.back(35):
        likely *= 0.6  # since the training on promises
    return floor.chance.maybe(likely)


def _order_number(chance: Chance, ordered: date) -> str:
    return f"{ordered:%y%m%d}-{chance.whole(10000, 99999)}"


def with_improvement(told: Sequence[Told], links: Mapping[str, str]) -> None:
    """Let complaints point to the improvement they led to, by complaint id."""
    for case in told:
        if link := links.get(case.plan.id):
            case.plan = replace(case.plan, improvement_id=link)
            case.complaint = case.complaint.model_copy(update={"improvement_id": link})
