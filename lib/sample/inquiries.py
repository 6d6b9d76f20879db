"""Contacts from consumer centres and authorities, told forward like the complaints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from lib import clock
from lib.sample.case import Told
from lib.sample.cast import CHIEF, HEAD, LEADER, OWN, SAPPORO, TITLES
from lib.sample.chance import Chance
from lib.sample.goods import BAD_LOT_ITEM, ITEMS, Item, bad_lot, on_sale
from lib.sample.story import Story
from lib.sample.voices_of import day_spoken, spoken
from lib.sample.wording.agency import THEMES, Theme, theme_for
from lib.schema.activity import Activity
from lib.schema.deadline import Deadline
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    AgencyRoute,
    Applicability,
    ContactKind,
    DeadlineKind,
    InquiryStatus,
    Match,
    MediationResult,
    Medium,
    MendedPlace,
    OutsideThreat,
    SalesForm,
    Source,
    TaskKind,
)

_CITIES = (
    "みなと台市", "あおば野市", "ひばりが丘市", "しらさぎ市", "かえで市", "ときわ野市",
    "さくら川市", "みずほ台市", "わかば市", "すみれ野市", "はるか町", "こがね市",
)  # fmt: skip
_OFFICERS = (
    "長沢",
    "西岡",
    "浅野",
    "堀内",
    "三輪",
    "大塚",
    "本間",
    "沢田",
    "黒木",
    "関口",
)
_BOARD_MINUTES = 9 * 60
_APPROVED_BEFORE = timedelta(minutes=20)
"""Before the answer is given; the preparation took longer."""

Stage = InquiryStatus
_ORDER = (
    Stage.RECEIVED,
    Stage.CHECKING,
    Stage.PREPARING,
    Stage.ANSWERED,
    Stage.MENDING,
    Stage.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is decided about an inquiry before it is told."""

    at: datetime
    theme: Theme
    item: Item
    agency_kind: AgencyKind = AgencyKind.CONSUMER_CENTRE
    agency_name: str = ""
    contact_kind: ContactKind = ContactKind.CONSULTATION
    route: AgencyRoute | None = None
    about: Told | None = None
    agency_due_at: datetime | None = None
    until: InquiryStatus | None = None
    """The stage that it has reached; None lets time decide."""
    mediation: MediationResult | None = None
    centre: str = "自社"


@dataclass(slots=True)
class Inquiries:
    """What the agencies brought."""

    rows: list[AgencyInquiry] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


def inquiries(
    story: Story,
    per_day: float,
    told: Sequence[Told],
    *,
    improvements: Mapping[str, tuple[str, date]],
    chance: Chance,
    cut: datetime,
) -> Inquiries:
    """Return every inquiry of the period with its timeline and clocks.

    told: the complaints, some of whose threats come true here.
    improvements: id and first day of each improvement, by key.
    """
    calls = [
        *_threats_come_true(story, told, chance),
        *_out_of_the_blue(story, per_day, chance),
        *_staged(story, told),
    ]
    result = Inquiries()
    for call in sorted(calls, key=lambda c: c.at):
        if clock.at(story.start) <= call.at <= cut:
            _Telling(story, call, improvements, chance, cut, result).tell()
    return result


# Who calls when ----------------------------------------------------------------


def _threats_come_true(
    story: Story, told: Sequence[Told], chance: Chance
) -> list[Call]:
    calls = []
    for case in told:
        if case.complaint.outside_threat is not OutsideThreat.CONSUMER_CENTRE:
            continue
        unhappy = case.plan.ending.refused or case.plan.forgets
        if not chance.maybe(0.7 if unhappy else 0.3):
            continue
        day = case.plan.received_at.date() + timedelta(days=chance.whole(4, 18))
        if day >= story.end:
            continue
        theme = theme_for(case.complaint.claim_type)
        if not theme.fits(case.plan.item):
            theme = THEMES["refund"]
        calls.append(
            Call(
                at=_in_office(story, day, chance),
                theme=theme,
                item=case.plan.item,
                route=AgencyRoute.HOTLINE if chance.maybe(0.5) else AgencyRoute.DIRECT,
                about=case,
                centre=_centre(chance),
            )
        )
    return calls


def _out_of_the_blue(story: Story, per_day: float, chance: Chance) -> list[Call]:
    calls = []
    scale = per_day / 4
    for day in story.days:
        if not story.calendar.office_open(day) or day >= story.back(2):
            continue
        waves = day in story.referral_wave
        usual = chance.count(0.09 * scale * story.growth(day))
        extra = chance.count(0.52 * scale) if waves else 0
        for number in range(usual + extra):
            theme = (
                THEMES["cancel"]
                if number >= usual
                else chance.weighted({t: t.weight for t in THEMES.values()})
            )
            fitting = [i for i in on_sale(story, day) if theme.fits(i)]
            calls.append(
                Call(
                    at=_in_office(story, day, chance),
                    theme=theme,
                    item=chance.weighted({i: i.share for i in fitting}),
                    route=chance.weighted(
                        {
                            AgencyRoute.HOTLINE: 5,
                            AgencyRoute.DIRECT: 4,
                            AgencyRoute.MAIL: 0.4,
                        }
                    ),
                    centre=_centre(chance),
                )
            )
    return calls


def _staged(story: Story, told: Sequence[Told]) -> list[Call]:
    """One inquiry at every stage, and those that are not everyday ones."""
    office = story.calendar.office_days
    serum = ITEMS[0]

    def call(back: int, hour: int, theme: str, **more: Any) -> Call:
        more.setdefault("item", serum)
        return Call(
            at=clock.at(office(story.end, -back), hour, 20), theme=THEMES[theme], **more
        )

    return [
        call(1, 16, "cancel", until=Stage.RECEIVED, route=AgencyRoute.HOTLINE),
        call(2, 11, "unaware", until=Stage.CHECKING, item=ITEMS[2], route=AgencyRoute.DIRECT),
        call(
            5, 10, "order",
            agency_kind=AgencyKind.PREFECTURE,
            agency_name="ひばり県 県民生活部 消費生活課",
            contact_kind=ContactKind.REPORT_ORDER,
            route=AgencyRoute.LETTER,
            agency_due_at=clock.at(office(story.end, 6), 17),
            until=Stage.PREPARING,
        ),
        call(
            4, 14, "health",
            agency_kind=AgencyKind.HEALTH_OFFICE,
            agency_name="みなと台市保健所 生活衛生課",
            contact_kind=ContactKind.ENQUIRY,
            route=AgencyRoute.DIRECT,
            agency_due_at=clock.at(office(story.end, 2), 12),
            item=BAD_LOT_ITEM,
            until=Stage.PREPARING,
            about=_diagnosed(told),
        ),
        call(6, 13, "refund", until=Stage.ANSWERED, item=ITEMS[1], route=AgencyRoute.HOTLINE),
        call(14, 15, "unaware", until=Stage.MENDING, item=ITEMS[5], route=AgencyRoute.DIRECT),
        call(
            18, 11, "refund",
            contact_kind=ContactKind.MEDIATION,
            mediation=MediationResult.ONGOING,
            until=Stage.ANSWERED,
            route=AgencyRoute.DIRECT,
        ),
        call(
            92, 10, "cancel",
            contact_kind=ContactKind.MEDIATION,
            mediation=MediationResult.SETTLED,
            route=AgencyRoute.DIRECT,
        ),
        call(24, 15, "late", until=Stage.CANCELLED, route=AgencyRoute.HOTLINE),
        call(
            30, 10, "cancel",
            agency_kind=AgencyKind.NATIONAL_CENTRE,
            agency_name="国民生活センター 相談窓口",
            route=AgencyRoute.NATIONAL_HOLIDAY,
        ),
        call(
            66, 11, "terms",
            agency_kind=AgencyKind.QUALIFIED_GROUP,
            agency_name="適格消費者団体 ひばり消費者ネット",
            contact_kind=ContactKind.TERMS_DISCLOSURE,
            route=AgencyRoute.LETTER,
        ),
    ]  # fmt: skip


def _diagnosed(told: Sequence[Told]) -> Told | None:
    cases = [t for t in told if t.plan.scenario.code == "bad_lot_harm"]
    return cases[-1] if cases else None


def _in_office(story: Story, day: date, chance: Chance) -> datetime:
    day = story.calendar.office_days(day, 0)
    hour = chance.pick((9, 10, 10, 11, 13, 14, 14, 15, 16))
    return clock.at(day, hour, chance.whole(0, 59))


def _centre(chance: Chance) -> str:
    return chance.weighted({"自社": 62, SAPPORO: 22, OWN: 16})


# How it goes on ------------------------------------------------------------------


@dataclass(slots=True)
class _Telling:
    story: Story
    call: Call
    improvements: Mapping[str, tuple[str, date]]
    chance: Chance
    cut: datetime
    result: Inquiries
    values: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)

    def tell(self) -> None:
        """Play the inquiry and add what became of it to the result."""
        self._receive()
        for stage, step in (
            (Stage.CHECKING, self._check),
            (Stage.PREPARING, self._prepare),
            (Stage.ANSWERED, self._answer),
            (Stage.MENDING, self._mend),
            (Stage.CLOSED, self._close),
        ):
            if not self._may_reach(stage) or not step():
                break
        if self.call.until is Stage.CANCELLED:
            self._cancel()
        self.result.rows.append(AgencyInquiry(**self.values))

    def _may_reach(self, stage: InquiryStatus) -> bool:
        until = self.call.until
        if until is None:
            return True
        if until is Stage.CANCELLED:
            return stage is Stage.CHECKING
        return _ORDER.index(stage) <= _ORDER.index(until)

    def _receive(self) -> None:
        call, chance = self.call, self.chance
        about = call.about
        handler = HEAD if call.agency_kind is AgencyKind.PREFECTURE else CHIEF
        if call.agency_kind in {AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE}:
            handler = chance.weighted({CHIEF: 3, LEADER: 2})
        name = call.agency_name or f"{chance.pick(_CITIES)}消費生活センター"
        officer = chance.pick(_OFFICERS)
        bought = call.at.date() - timedelta(days=chance.whole(20, 70))
        self.slots = {
            "agency": name,
            "officer": officer,
            "p": call.item.word,
            "P": call.item.name,
            "od": day_spoken(bought),
            "price": f"{call.item.price:,}円",
            "first": f"{call.item.first_price or call.item.price:,}円",
            "tries": str(chance.pick((5, 8, 10, 12, 20))),
            "age": str(chance.pick((40, 50, 60, 60, 70, 70, 80))),
            "lot": bad_lot(self.story),
            "due": spoken(call.agency_due_at) if call.agency_due_at else "",
        }
        facts, demand = chance.pick(call.theme.cases)
        due = self.story.calendar.office_days(call.at.date(), 1)
        self.values = {
            "id": chance.new_id("G", call.at),
            "first_contact_at": call.at,
            "agency_kind": call.agency_kind,
            "agency_name": name,
            "officer_name": officer,
            "agency_contact": f"0{chance.whole(2, 9)}{chance.whole(1, 9)}-000-{chance.whole(0, 9999):04}",
            "route": call.route,
            "contact_kind": call.contact_kind,
            "complaint_id": about.plan.id if about else "",
            "order_number": about.plan.order_number
            if about
            else f"{bought:%y%m%d}-{chance.whole(10000, 99999)}",
            "product_code": call.item.code,
            "sales_page": chance.pick(call.item.pages),
            "occurred_on": bought,
            "category": call.theme.category,
            "sales_form": (
                SalesForm.MAIL_ORDER_SUBSCRIPTION
                if call.item.subscription
                else SalesForm.MAIL_ORDER_SINGLE
            ),
            "contract_yen": call.item.price * chance.whole(1, 4),
            "facts": facts.format_map(self.slots),
            "demand": demand.format_map(self.slots),
            "agency_due_at": call.agency_due_at,
            "own_due_at": clock.at(due, 18),
            "handler": handler,
            "status": Stage.RECEIVED,
            "received_centre": call.centre,
            "repeat_contacts": 1 if chance.maybe(0.12) and call.until is None else 0,
            "source": Source.SAMPLE,
        }
        medium = Medium.LETTER if call.route is AgencyRoute.LETTER else Medium.CALL_IN
        self._note(
            call.at,
            ActivityKind.HEARING,
            "{agency}の{officer}様より連絡。先方の話を最後まで伺い、要点を復唱した。",
            medium,
        )
        if about is not None:
            self._tell_the_complaint(about)
        self._clocks()

    def _tell_the_complaint(self, about: Told) -> None:
        about.activities.append(
            Activity(
                id=self.chance.new_id("H", self.call.at),
                case_id=about.plan.id,
                at=self.call.at,
                actor=self.values["handler"],
                medium=Medium.CALL_IN,
                kind=ActivityKind.OTHER,
                content=f"{self.slots['agency']}からこの件で連絡。行政問合せ {self.values['id']} を登録した。",
                source=Source.SAMPLE,
            )
        )

    def _clocks(self) -> None:
        call = self.call
        if call.agency_due_at is not None:
            self._clock(
                "L22先方指定",
                DeadlineKind.AGENCY,
                call.agency_due_at,
                "書面に記載の期限",
            )
        if call.contact_kind is ContactKind.MEDIATION:
            due = self.story.calendar.office_days(call.at.date(), 3)
            self._clock("L19回答", DeadlineKind.OWN, clock.at(due, 18), "社内の目安")

    def _clock(self, code: str, kind: DeadlineKind, due: datetime, reason: str) -> None:
        self.result.deadlines.append(
            Deadline(
                id=self.chance.new_id("T", self.call.at),
                case_id=self.values["id"],
                rule_code=code,
                kind=kind,
                started_at=self.call.at,
                due_at=due,
                applies=Applicability.APPLIES,
                checked_by=self.values["handler"],
                check_reason=reason,
                source=Source.SAMPLE,
            )
        )

    def _check(self) -> bool:
        at = self._next(15, 90)
        if at is None:
            return False
        self._note(at, ActivityKind.INTERNAL_CHECK, self.call.theme.check)
        self.values["matched"] = Match.FOUND if self.call.about else Match.NONE
        self._become(at, Stage.CHECKING)
        if self.call.agency_kind is AgencyKind.PREFECTURE:
            self._follow(at)
        return True

    def _follow(self, at: datetime) -> None:
        """Tell the executives, and note what was instructed until when."""
        handler = self.values["handler"]
        self.values.update(executives_told_at=at, executives_told_by=handler)
        self._note(at, ActivityKind.OTHER, "経営に報告した", seed="told")
        self.result.tasks.append(
            Task(
                id=id_for("W", self.call.at, f"{self.values['id']}:order"),
                case_id=self.values["id"],
                kind=TaskKind.INSTRUCTION,
                title="最終確認画面の写しと、解約の受付件数の一覧を提出する",
                given_at=self.call.at,
                due_at=self.call.agency_due_at,
                owner=handler,
                source=Source.SAMPLE,
            )
        )

    def _prepare(self) -> bool:
        at = self._next(60, 300)
        if at is None:
            return False
        self._note(at, ActivityKind.INTERNAL_CHECK, self.call.theme.found)
        self._become(at, Stage.PREPARING)
        self.values["legal_ground"] = self.call.theme.ground
        if self.call.agency_kind is AgencyKind.PREFECTURE:
            self._draft(at)
        return True

    def _draft(self, at: datetime) -> None:
        """Draft the answer and put it to the others, who have not read it yet."""
        decision, answer = next(iter(self.call.theme.answers.items()))
        self.values.update(
            decision=decision,
            answer=answer.format_map(self.slots),
            decided_by=self.values["handler"],
        )
        self._note(
            at, ActivityKind.APPROVAL, "承認を頼んだ", after="承認待ち", seed="asked"
        )

    def _answer(self) -> bool:
        at = self._next(40, 360)
        if at is None:
            return False
        theme, chance = self.call.theme, self.chance
        decision = chance.weighted(theme.decisions)
        answer = theme.answers[decision].format_map(self.slots)
        approver = HEAD if self.values["handler"] != HEAD else CHIEF
        self.values.update(
            decision=decision,
            answer=answer,
            answered_at=at,
            decided_by=self.values["handler"],
            approver=approver,
            approved_at=at - _APPROVED_BEFORE,
            mediation_result=self.call.mediation,
        )
        medium = (
            Medium.LETTER if self.call.route is AgencyRoute.LETTER else Medium.CALL_OUT
        )
        self._note(
            at - _APPROVED_BEFORE,
            ActivityKind.APPROVAL,
            f"承認した(判断した人: {self.values['handler']})",
            before="承認待ち",
            after="承認済み",
            seed="approved",
            actor=approver,
        )
        self._note(
            at,
            ActivityKind.AGENCY_ANSWER,
            f"{{agency}}へ回答({TITLES[approver]}が確認)。{answer}",
            medium,
        )
        self._become(at, Stage.ANSWERED)
        self._stop_clocks(at)
        return self.call.mediation is not MediationResult.ONGOING

    def _stop_clocks(self, at: datetime) -> None:
        own = self.values["id"]
        self.result.deadlines[:] = [
            d.model_copy(update={"done_at": at}) if d.case_id == own else d
            for d in self.result.deadlines
        ]

    def _mend(self) -> bool:
        """Mend what led to it, where there is an improvement that fits the time."""
        found = self.improvements.get(self.call.theme.improvement)
        near = found and abs((found[1] - self.call.at.date()).days) <= 75
        if not found or not near:
            if self.call.until is not Stage.MENDING:
                self.values.update(
                    mended_places=(MendedPlace.NOTHING,),
                    no_improvement_reason=self.chance.pick(self.call.theme.no_change),
                )
                return True
            found = self.improvements.get(self.call.theme.improvement)
        at = self._next(_BOARD_MINUTES, 2 * _BOARD_MINUTES)
        if at is None:
            return False
        self._become(at, Stage.MENDING)
        self._note(
            at,
            ActivityKind.OTHER,
            "再発を防ぐための修正を改善に登録し、担当と期日を決めた。",
        )
        if found:
            self.values["improvement_id"] = found[0]
        self.values["mended_places"] = self.call.theme.mends
        return True

    def _close(self) -> bool:
        mending = self.values["status"] is Stage.MENDING
        at = self._next(
            *(
                (4 * _BOARD_MINUTES, 9 * _BOARD_MINUTES)
                if mending
                else (_BOARD_MINUTES, 3 * _BOARD_MINUTES)
            )
        )
        if at is None:
            return False
        if mending and not self.values.get("improvement_id"):
            self.values["no_improvement_reason"] = (
                "この件で直した箇所のほかに、あらためて登録する改善はない。"
            )
        self._note(at, ActivityKind.OTHER, self.call.theme.end)
        self._become(at, Stage.CLOSED)
        return True

    def _cancel(self) -> None:
        at = self._next(30, 120)
        if at is None:
            return
        self._note(
            at,
            ActivityKind.OTHER,
            "注文番号が当社のものではなく、社名の似た別会社の件と判明。{officer}様にお伝えし、取り消し。",
        )
        self._become(at, Stage.CANCELLED)

    def _next(self, low: int, high: int) -> datetime | None:
        """Return the moment of the next step, None where it is still to come."""
        last = max(
            a.at for a in self.result.activities if a.case_id == self.values["id"]
        )
        at = self.story.calendar.later(last, self.chance.whole(low, high))
        if at > self.cut and self.call.until not in {None, self.values["status"]}:
            at = last + timedelta(minutes=12)
        return at if at <= self.cut else None

    def _become(self, at: datetime, status: InquiryStatus) -> None:
        before: InquiryStatus = self.values["status"]
        self._note(
            at,
            ActivityKind.STATUS_CHANGE,
            f"状態を「{before}」から「{status}」に変更",
            before=before.value,
            after=status.value,
        )
        self.values["status"] = status

    def _note(
        self,
        at: datetime,
        kind: ActivityKind,
        content: str,
        medium: Medium = Medium.INTERNAL,
        *,
        before: str = "",
        after: str = "",
        seed: str = "",
        actor: str = "",
    ) -> None:
        """Add a step; one with a `seed` draws nothing, so that the year stays as it is."""
        number = f"{self.values['id']}:{seed}"
        self.result.activities.append(
            Activity(
                id=id_for("H", at, number) if seed else self.chance.new_id("H", at),
                case_id=self.values["id"],
                at=at,
                actor=actor or self.values["handler"],
                medium=medium,
                kind=kind,
                content=content.format_map(self.slots),
                status_before=before,
                status_after=after,
                source=Source.SAMPLE,
            )
        )
