"""Talks with the people who answered hard calls, and what two of them confided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lib import clock
from lib.sample.case import Told
from lib.sample.cast import CHIEF, CLERKS, LEADER, SAPPORO_AGENTS
from lib.sample.chance import Chance
from lib.sample.story import Story
from lib.schema.care import CareRecord
from lib.schema.complaint import Complaint
from lib.schema.vocab import (
    CareKind,
    ComplaintKind,
    ComplaintStatus,
    Harassment,
    Source,
    Temper,
)

_HARD: Final = (Temper.FURIOUS, Temper.HOSTILE)
_ABUSED: Final = (Harassment.SUSPECTED, Harassment.CONFIRMED)

_HOURS: Final = {CareKind.DAY: 24, CareKind.WEEK: 7 * 24}
_PUT_OFF: Final = {CareKind.DAY: timedelta(), CareKind.WEEK: timedelta(days=5)}
"""How long after the call the company's leaders begin to think of each talk."""

_WORDS: Final = {
    CareKind.DAY: (
        "電話のあと席で話した。少し休んでもらい、今日の残りは折返しだけにした。",
        "内容を一緒に振り返った。言い方に問題はなかったと伝えた。",
        "本人は落ち着いている。次に同じお客様から電話があれば替わると約束した。",
        "帰る前に声をかけた。思い出すとつらいとのことで、明日もう一度話す。",
    ),
    CareKind.WEEK: (
        "その後は普段どおり。気になることはないとのこと。",
        "一週間たって落ち着いた。手順の紙を席に置いてほしいとの希望で、貼り出した。",
        "同じ種類の電話で身構えるとのこと。しばらく二人で受ける。",
    ),
}


@dataclass(frozen=True, slots=True)
class _Owed:
    """One talk that the company owes."""

    case: Complaint
    person: str
    kind: CareKind
    since: datetime

    @property
    def due_at(self) -> datetime:
        return self.since + timedelta(hours=_HOURS[self.kind])


def care_records(
    story: Story, told: Sequence[Told], chance: Chance, cut: datetime
) -> tuple[CareRecord, ...]:
    """Return every talk up to `cut`; the last one that was due is left open."""
    owed = [one for case in told for one in _owed(case)]
    due = [one for one in owed if one.due_at < cut]
    forgotten = max(due, key=lambda one: one.due_at, default=None)
    talks = [
        talk
        for one in owed
        if one is not forgotten and (talk := _talk(story, one, chance, cut))
    ]
    return (*talks, *_confided(story, chance, cut))


def _owed(case: Told) -> Iterator[_Owed]:
    complaint, given = case.complaint, case.escalation
    since: dict[str, datetime] = {}
    if complaint.status is ComplaintStatus.CANCELLED:
        return
    if given and given.follow_up_for:
        since[given.follow_up_for] = given.raised_at
    if _was_hard(complaint):
        since[complaint.receiver or complaint.handler] = complaint.received_at
    for person, at in since.items():
        for kind in _HOURS:
            said = kind is CareKind.DAY and given and given.follow_up_done
            if not (said and given and given.follow_up_for == person):
                yield _Owed(complaint, person, kind, at)


def _was_hard(case: Complaint) -> bool:
    return (
        case.temper in _HARD
        or case.harassment in _ABUSED
        or case.kind is ComplaintKind.SECOND
    )


def _talk(story: Story, one: _Owed, chance: Chance, cut: datetime) -> CareRecord | None:
    begun = one.since + _PUT_OFF[one.kind]
    at = story.calendar.later(begun, chance.whole(30, 300))
    words = chance.pick(_WORDS[one.kind])
    abused = one.case.harassment in _ABUSED
    if at >= cut:
        return None
    return CareRecord(
        id=chance.new_id("F", at),
        case_id=one.case.id,
        kind=one.kind,
        for_whom=one.person,
        due_at=one.due_at,
        done_at=at,
        done_by=CHIEF if abused else LEADER,
        evidence="録音、言われた言葉" if abused else "",
        measures="二人以上で対応" if abused else "",
        note=words,
        source=Source.SAMPLE,
    )


def _confided(story: Story, chance: Chance, cut: datetime) -> Iterator[CareRecord]:
    asked = clock.at(story.back(40), 16, 40)
    if story.back(40) >= story.start:
        yield CareRecord(
            id=chance.new_id("F", asked),
            kind=CareKind.CONSULTATION,
            for_whom=SAPPORO_AGENTS[1],
            due_at=asked + timedelta(hours=24),
            done_at=asked + timedelta(hours=2),
            done_by=CHIEF,
            evidence="録音、日時と長さ",
            measures="委託先と話した、電話に出る順を変えた",
            note="名前を何度も聞かれ、会社に来ると言われました。\n"
            "大西 拓也: センターの責任者と話し、この番号は本社で受けることにした。",
            source=Source.SAMPLE,
        )
    waits = cut - timedelta(hours=17)
    yield CareRecord(
        id=chance.new_id("F", waits),
        kind=CareKind.CONSULTATION,
        for_whom=CLERKS[3],
        due_at=waits + timedelta(hours=24),
        note="同じお客様からの電話が続いていて、次も自分が受けると思うと不安です。",
        source=Source.SAMPLE,
    )
