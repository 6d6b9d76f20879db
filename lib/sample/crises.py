"""The one crisis of the year: the bad lot was called back, and it is over.

It lies in the weeks in which customers met the lot. What it did follows the list that
ships with the app, step by step, so that the page shows a whole course.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lib import clock
from lib.sample.case import Told
from lib.sample.cast import CHIEF, CLERKS, HEAD, LEADER
from lib.sample.chance import Chance
from lib.sample.goods import BAD_LOT_ITEM, bad_lot
from lib.sample.severity import severity_of
from lib.sample.story import Story
from lib.schema.activity import Activity
from lib.schema.crisis import Crisis, RecallLot
from lib.schema.deadline import Deadline
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Applicability,
    CrisisKind,
    CrisisStatus,
    DeadlineKind,
    Expert,
    GraveAccident,
    Medium,
    Source,
    TaskKind,
)
from lib.settings.crisis_steps import DEFAULTS, CrisisStep, list_of

_KNOWN_DAYS_AGO: Final = 24
_CLOSED_DAYS_AGO: Final = 4
_MOST_CASES: Final = 8

_OWNERS: Final[Mapping[str, str]] = {
    "事故・人": LEADER,
    "事故・つかむ": LEADER,
    "事故・製造元": LEADER,
    "事故・声": CLERKS[0],
    "事故・謝罪": LEADER,
    "事故・回収する": CLERKS[1],
    "事故・窓口": CLERKS[2],
    "事故・公表": HEAD,
    "事故・専門家": HEAD,
    "事故・保険": HEAD,
    "事故・品質": LEADER,
}
_NOTES: Final[Mapping[str, str]] = {
    "事故・人": "発疹・お腹の不調の申し出がある。受診をすすめ、その後の様子を聞く。",
    "事故・つかむ": "袋の上のシールの不良。対象は1ロット。",
    "事故・回収を決める": "1ロットを自主回収し、交換か返金を選んでいただく。",
    "事故・補償": "交換または返金。受診した方には治療費。",
    "事故・品質": "袋シールの検査を抜き取りから全数へ。",
}
_WAIVED: Final[Mapping[str, str]] = {
    "事故・検査": "製造元の全数検査にまとめたため。",
}
_TOLD: Final[Mapping[ActivityKind, tuple[Medium, str]]] = {
    ActivityKind.MAKER_NOTICE: (
        Medium.CALL_OUT,
        "製造元の品質保証部に電話。充填とシールの記録、同じ日に作った分の検査を依頼した。",
    ),
    ActivityKind.EXPERT: (
        Medium.CALL_OUT,
        "顧問弁護士に相談。自主回収の届出を先に行い、お知らせには原因を確かめてから書くこと。",
    ),
    ActivityKind.PUBLICATION: (
        Medium.MAIL,
        "サイトと購入者へのメールで、お詫びと回収・交換のお知らせを出した。",
    ),
    ActivityKind.AGENCY_REPORT: (
        Medium.LETTER,
        "食品衛生申請等システムから自主回収を届け出た。保健所の担当者に電話でも説明した。",
    ),
}
_NOTICE: Final = "https://sample.example.jp/news/recall"


@dataclass(frozen=True, slots=True)
class Recalled:
    """The crisis and what it left behind; without rows in a year too short for it."""

    crises: tuple[Crisis, ...] = ()
    lots: tuple[RecallLot, ...] = ()
    tasks: tuple[Task, ...] = ()
    activities: tuple[Activity, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


def recalled(story: Story, told: Sequence[Told], chance: Chance) -> Recalled:
    """Return the crisis, and let closed complaints about the lot belong to it."""
    known = _moment(story, _KNOWN_DAYS_AGO, 10, 20)
    closed = _moment(story, _CLOSED_DAYS_AGO, 16, 40)
    lot = bad_lot(story)
    cases = [
        case
        for case in told
        if case.complaint.lot == lot
        and case.complaint.closed_at is not None
        and case.complaint.closed_at < closed
    ]
    if known.date() < story.start or not cases:
        return Recalled()
    shipped = chance.whole(1_150, 1_380)
    told_people = chance.part(shipped // 2, 0.62)
    crisis = Crisis(
        id=chance.new_id("C", known),
        kind=CrisisKind.ACCIDENT,
        title=f"{BAD_LOT_ITEM.name} 袋シール不良の自主回収",
        known_at=known,
        leader=CHIEF,
        status=CrisisStatus.CLOSED,
        facts=f"ロット{lot}で、袋の上のシールが端まで付いていないものがある。湿気を吸い、色とにおいが変わる。",
        accident=GraveAccident.NO,
        product_code=BAD_LOT_ITEM.code,
        affected_known=told_people,
        affected_informed=told_people,
        affected_compensated=chance.part(told_people, 0.86),
        cause="製造元のシール機の温度が下がっていたことを、記録で確かめた。",
        prevention="シールの検査を全数にし、温度の記録を毎日受け取る。",
        closed_at=closed,
        source=Source.SAMPLE,
    )
    _belong(cases[-_MOST_CASES:], crisis, chance)
    tasks = tuple(_tasks(crisis, story, chance))
    return Recalled(
        crises=(crisis,),
        lots=(_lot(crisis, lot, shipped, chance),),
        tasks=tasks,
        activities=tuple(_course(crisis, tasks, chance)),
        deadlines=(_notice_of_recall(crisis, story, chance),),
    )


def _moment(story: Story, days_ago: int, hour: int, minute: int) -> datetime:
    day = story.back(days_ago)
    if not story.calendar.office_open(day):
        day = story.calendar.office_days(day, -1)
    return clock.at(day, hour, minute)


def _belong(cases: Sequence[Told], crisis: Crisis, chance: Chance) -> None:
    for case in cases:
        begun = crisis.known_at + timedelta(minutes=25)
        heard = min(step.at for step in case.activities)
        at = max(heard + timedelta(minutes=40), begun)
        joined = Activity(
            id=chance.new_id("H", at),
            case_id=case.plan.id,
            at=at,
            actor=CHIEF,
            content=f"重大事案 {crisis.id} に入れた",
            source=Source.SAMPLE,
        )
        case.activities.append(joined)
        linked = case.complaint.model_copy(update={"crisis_id": crisis.id})
        level, reason = severity_of(linked.values())
        case.complaint = linked.model_copy(
            update={"severity": level, "severity_reason": reason}
        )


def _lot(crisis: Crisis, lot: str, shipped: int, chance: Chance) -> RecallLot:
    return RecallLot(
        crisis_id=crisis.id,
        product_code=BAD_LOT_ITEM.code,
        lot=lot,
        shipped=shipped,
        recovered=chance.part(shipped, 0.81),
        note="残りは使い終わったと連絡があったもの、連絡の付かないもの。",
        source=Source.SAMPLE,
    )


def _tasks(crisis: Crisis, story: Story, chance: Chance) -> Iterator[Task]:
    for step in list_of(DEFAULTS, crisis.kind):
        owner = _OWNERS.get(step.code, CHIEF)
        waived = _WAIVED.get(step.code, "")
        yield Task(
            id=chance.new_id("W", crisis.known_at),
            case_id=crisis.id,
            kind=TaskKind.CRISIS,
            step=step.code,
            title=step.title,
            given_at=crisis.known_at,
            owner=owner,
            due_at=step.due_at(crisis.known_at),
            done_at=_done_at(step, crisis, story, chance),
            done_by=CHIEF if waived else owner,
            waived_reason=waived,
            note=_NOTES.get(step.code, ""),
            source=Source.SAMPLE,
        )


def _done_at(
    step: CrisisStep, crisis: Crisis, story: Story, chance: Chance
) -> datetime:
    """Return a moment at work, mostly in time, and never after the end."""
    if step.needs is ActivityKind.AGENCY_REPORT:
        return _reported_at(crisis, story)
    a_day_at_work = 8 * 60
    minutes = round(min(step.hours / 24, 12) * a_day_at_work * chance.between(0.3, 0.9))
    done = story.calendar.later(crisis.known_at, max(minutes, chance.whole(20, 80)))
    return min(done, crisis.closed_at or done)


def _reported_at(crisis: Crisis, story: Story) -> datetime:
    return clock.at(story.calendar.office_days(crisis.known_at.date(), 1), 14, 10)


def _course(
    crisis: Crisis, tasks: Sequence[Task], chance: Chance
) -> Iterator[Activity]:
    kind, title = crisis.kind.value, crisis.title
    words = f"重大事案として開いた: {kind}「{title}」"
    yield _step(crisis, crisis.known_at, CHIEF, words, chance, ActivityKind.DECISION)
    needs = {step.code: step.needs for step in DEFAULTS}
    for task in tasks:
        at = task.done_at or crisis.known_at
        needed = needs[task.step]
        if task.waived_reason:
            words = f"しないと決めた: {task.title}({task.waived_reason})"
            yield _step(crisis, at, task.done_by, words, chance, ActivityKind.DECISION)
        elif needed is not None:
            yield _entry(crisis, at, task.done_by, needed, chance)
        else:
            words = f"済ませた: {task.title}"
            yield _step(crisis, at, task.done_by, words, chance, ActivityKind.OTHER)
    end = crisis.closed_at or crisis.known_at
    yield Activity(
        id=chance.new_id("H", end),
        case_id=crisis.id,
        at=end,
        actor=CHIEF,
        kind=ActivityKind.STATUS_CHANGE,
        content="状態: 対応中 → 完了",
        status_before=CrisisStatus.WORKING.value,
        status_after=CrisisStatus.CLOSED.value,
        source=Source.SAMPLE,
    )


def _step(  # noqa: PLR0917 - one line of the course
    crisis: Crisis,
    at: datetime,
    actor: str,
    content: str,
    chance: Chance,
    kind: ActivityKind,
) -> Activity:
    return Activity(
        id=chance.new_id("H", at),
        case_id=crisis.id,
        at=at,
        actor=actor,
        kind=kind,
        content=content,
        source=Source.SAMPLE,
    )


def _entry(
    crisis: Crisis, at: datetime, actor: str, kind: ActivityKind, chance: Chance
) -> Activity:
    medium, content = _TOLD[kind]
    return Activity(
        id=chance.new_id("H", at),
        case_id=crisis.id,
        at=at,
        actor=actor,
        medium=medium,
        kind=kind,
        content=content,
        expert=Expert.LAWYER if kind is ActivityKind.EXPERT else None,
        evidence_url=_NOTICE if kind is ActivityKind.PUBLICATION else "",
        source=Source.SAMPLE,
    )


def _notice_of_recall(crisis: Crisis, story: Story, chance: Chance) -> Deadline:
    due = story.calendar.office_days(crisis.known_at.date(), 1)
    return Deadline(
        id=chance.new_id("T", crisis.known_at),
        case_id=crisis.id,
        rule_code="L8回収届出",
        kind=DeadlineKind.GUIDELINE,
        started_at=crisis.known_at,
        due_at=clock.at(due, 23, 59),
        owner=CHIEF,
        applies=Applicability.APPLIES,
        checked_by=CHIEF,
        check_reason="自主回収を始めるため、届出の対象。",
        done_at=_reported_at(crisis, story),
        source=Source.SAMPLE,
    )
