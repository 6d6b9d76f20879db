"""Unknown and not yours: one answer, whatever is asked by a key.

For an agent of centre B each question is asked twice: with a key of centre A's, and
with one that nobody has. Whoever could tell the answers apart would learn that a case,
a day or a centre exists.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lib import clock
from lib.actions import (
    cases,
    closing,
    dossier,
    handover,
    inside,
    kpi_cards,
    kpi_days,
    kpi_questions,
    kpi_targets,
    kpi_views,
    monthly,
    queueing,
)
from lib.actions.centre_files import making
from lib.actions.clocks import changing, feeding, reading, running
from lib.actions.crises import parts
from lib.actions.crises import reading as crisis_reading
from lib.actions.inquiries import listing
from lib.actions.kpi_views import Period
from lib.errors import AppError
from lib.metrics.kpis import kpi
from lib.reports.dossier.model import Audience
from lib.reports.monthly.material import Reader
from lib.schema.activity import Activity, of_kpi_day
from lib.schema.care import CareRecord
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre, Member, Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AgencyKind, CareKind, Flag, Promise, Role
from lib.settings import centre_forms, monthly_comments
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
DAY = NOW.date() - timedelta(days=1)
WEEK = Period(DAY - timedelta(days=6), DAY)
MONTH = date(2026, 10, 1)

B = Principal("b@example.jp", "岡田 五郎", Role.OUTSOURCED, "B")
A = Principal("a@example.jp", "伊藤 三郎", Role.OUTSOURCED, "TKY")
VIEWER = Principal("v@example.jp", "加藤 次郎", Role.VIEWER)
CLERK = Principal("c@example.jp", "鈴木 太郎", Role.CLERK)


def of_a() -> list[Any]:
    """Return a row of centre A or of the company in every table that has keys."""
    return [
        Centre(code="TKY", name="東京", phone_reports=Flag.YES, target_answer_rate=0.8),
        Centre(code="B", name="大阪", phone_reports=Flag.YES),
        Member(email=A.key, name=A.name, role=A.role, centre="TKY"),
        Member(email=B.key, name=B.name, role=B.role, centre="B"),
        Complaint(
            id="K-261121-AAAAA",
            received_at=NOW - timedelta(hours=2),
            content="容器が割れていた",
            handler=A.name,
            received_centre="TKY",
            next_promise=Promise.CALL_BACK,
            next_promise_at=NOW - timedelta(hours=1),
        ),
        Activity(
            id="H-261121-AAAAA",
            case_id="K-261121-AAAAA",
            at=NOW - timedelta(hours=1),
            content="聞いた",
        ),
        Activity(
            id="H-261121-BBBBB",
            case_id=of_kpi_day(DAY, "TKY"),
            at=NOW - timedelta(hours=1),
            content="なぜ?",
        ),
        AgencyInquiry(
            id="G-261121-AAAAA",
            first_contact_at=NOW,
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="みどり市",
            complaint_id="K-261121-AAAAA",
        ),
        Crisis.parse(
            {
                "id": "C-261121-AAAAA",
                "kind": "個人情報の漏えい",
                "title": "誤送信",
                "known_at": NOW,
            }
        ),
        Deadline.parse(
            {
                "id": "T-261121-AAAAA",
                "case_id": "K-261121-AAAAA",
                "rule_code": "L1速報",
                "kind": "法定",
                "started_at": NOW,
                "due_at": NOW + timedelta(days=1),
            }
        ),
        CareRecord(id="F-261121-AAAAA", kind=CareKind.CONSULTATION, for_whom=A.name),
        KpiDay(date=DAY, centre="TKY", offered=10, answered=9, abandoned=1),
        Setting(
            group=centre_forms.GROUP,
            name="TKY",
            effective_from=MONTH,
            value="着信=着信",
        ),
        Setting(
            group=monthly_comments.GROUP,
            name=monthly_comments.name_for("TKY"),
            effective_from=MONTH,
            value="よく出た",
        ),
    ]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    place = tmp_path_factory.mktemp("same")
    with pytest.MonkeyPatch.context() as fixed:
        fixed.setenv(clock.FIXED_BY, NOW.isoformat())
        store = LiveStore(open_store(f"sqlite:///{place / 'a.db'}", data=place))
        fill(store.for_user(SYSTEM), *of_a())
        yield store
        store.close()


Ask = Callable[[UserStore, str], object]

BY_CASE: dict[str, Ask] = {
    "record": lambda d, key: d.record("complaints", key),
    "hides_contact": lambda d, key: d.hides_contact(key),
    "log": lambda d, key: d.audit("complaints", key),
    "case_of": changing.case_of,
    "case_seen": reading.case_seen,
    "deadlines": lambda d, key: running.lines_of(d, key, NOW),
    "handovers": handover.handovers,
    "underway": handover.underway,
    "questions": lambda d, key: inside.waiting_on(d, key, NOW),
    "inquiries": listing.of_complaint,
    "history": listing.timeline,
    "crisis of": crisis_reading.crisis_of,
    "steps of": parts.steps_taken,
    "dossier": lambda d, key: dossier.gathered(d, key, NOW),
    "dossier made": lambda d, key: dossier.made(
        d, key, audience=Audience.CENTRE, now=NOW
    ),
    "assign": lambda d, key: queueing.assign(
        d, [key], B.name, now=NOW, commit_id="same"
    ),
    "blockers": lambda d, key: closing.blockers(d, unseen(key), NOW),
    "timeline": lambda d, key: cases.timeline(d, unseen(key), NOW),
    "related": lambda d, key: cases.related(d, unseen(key)),
    "edit": lambda d, key: cases.edit(
        d, unseen(key), {"lot": "L"}, now=NOW, commit_id="same", secret=b"s"
    ),
    "act": lambda d, key: cases.act(
        d, unseen(key), {}, step={"content": "x"}, now=NOW, commit_id="same"
    ),
}

BY_NUMBER: dict[str, tuple[str, Ask]] = {
    "inquiry": ("G-261121-AAAAA", lambda d, key: d.record("agency_inquiries", key)),
    "inquiry's dossier": (
        "G-261121-AAAAA",
        lambda d, key: dossier.gathered(d, key, NOW),
    ),
    "crisis": ("C-261121-AAAAA", lambda d, key: crisis_reading.board(d, key, NOW)),
    "deadline": ("T-261121-AAAAA", lambda d, key: d.record("deadlines", key)),
    "consultation": ("F-261121-AAAAA", lambda d, key: d.record("care_records", key)),
    "step": ("H-261121-AAAAA", lambda d, key: d.record("activities", key)),
    "question": ("H-261121-BBBBB", lambda d, key: d.record("activities", key)),
    "member": (A.key, lambda d, key: d.record("members", key)),
    "save": ("w1", lambda d, key: d.resend(key)),
    "discarded save": ("w1", lambda d, key: d.discard(key)),
}

BY_CENTRE: dict[str, Ask] = {
    "record": lambda d, code: d.record("centres", code),
    "by name": making.find_centre,
    "a day": lambda d, code: kpi_days.find(d, code, DAY),
    "the month": lambda d, code: [
        (day.record, day.state)
        for day in kpi_days.month_days(d, Centre(code=code, name="?"), DAY, NOW)
    ],
    "report": lambda d, code: kpi_days.to_report(
        d, Centre(code=code, name="?"), DAY, NOW
    ),
    "questions": kpi_questions.questions_of,
    "questions of a day": lambda d, code: kpi_questions.questions_on(d, code, DAY),
    "total": lambda d, code: kpi_views.total_of(d, kpi("answer_rate"), WEEK, NOW, code),
    "lamp": lambda d, code: kpi_views.lamp_of(d, kpi("answer_rate"), WEEK, NOW, code),
    "weeks": lambda d, code: kpi_views.retention_weeks_of(d, NOW, code).to_dict(),
    "aims": lambda d, code: kpi_targets.history(d, kpi("answer_rate"), code),
    "target": lambda d, code: kpi_cards.target_of(d, kpi("answer_rate"), code, DAY),
    "comments": lambda d, code: monthly.comments_of(d, MONTH, code),
    "monthly report": lambda d, code: monthly.made(
        d, MONTH, Reader.CONTRACT, centre=code, comments="", now=NOW
    ),
    "usual": lambda d, code: kpi_days.spans_of(d, Centre(code=code, name="?"), DAY),
}


def unseen(number: str) -> Complaint:
    """Return what somebody who only knows the number could make up."""
    return Complaint(
        id=number,
        received_at=NOW,
        content="x",
        next_promise=Promise.CALL_BACK,
        next_promise_at=NOW + timedelta(hours=1),
    )


def answer(ask: Ask, desk: UserStore, key: str) -> tuple[str, str]:
    """Return what comes back, the key itself left out."""
    try:
        found = ask(desk, key)
    except AppError as error:
        return type(error).__name__, str(error).replace(key, "KEY")
    return "gave", repr(found).replace(key, "KEY")


@pytest.mark.parametrize("name", BY_CASE)
def test_a_case_of_another_centre_is_as_one_that_is_not_there(name, live):
    ask, desk = BY_CASE[name], live.for_user(B)

    assert answer(ask, desk, "K-261121-AAAAA") == answer(ask, desk, "K-261121-ZZZZZ")


@pytest.mark.parametrize("name", BY_NUMBER)
def test_any_row_of_others_is_as_one_that_is_not_there(name, live):
    key, ask = BY_NUMBER[name]
    desk = live.for_user(B)
    unknown = f"{key[:-5]}ZZZZZ"

    assert answer(ask, desk, key) == answer(ask, desk, unknown)


@pytest.mark.parametrize("name", BY_CENTRE)
def test_another_centre_is_as_one_that_is_not_there(name, live):
    ask, desk = BY_CENTRE[name], live.for_user(B)

    assert answer(ask, desk, "TKY") == answer(ask, desk, "ZZZ")


@pytest.mark.parametrize("who", [CLERK, VIEWER], ids=lambda who: who.role.name)
def test_a_consultation_is_as_one_that_is_not_there_to_whom_it_is_not_for(who, live):
    _key, ask = BY_NUMBER["consultation"]
    desk = live.for_user(who)

    assert answer(ask, desk, "F-261121-AAAAA") == answer(ask, desk, "F-261121-ZZZZZ")


def test_the_questions_would_tell_them_apart_for_whom_they_are(live):
    """The negative control: most of them do answer something to the centre itself."""
    desk = live.for_user(A)
    by_case = {
        name
        for name, ask in BY_CASE.items()
        if answer(ask, desk, "K-261121-AAAAA") != answer(ask, desk, "K-261121-ZZZZZ")
    }
    by_centre = {
        name
        for name, ask in BY_CENTRE.items()
        if answer(ask, desk, "TKY") != answer(ask, desk, "ZZZ")
    }

    assert {"record", "case_of", "dossier", "timeline", "blockers"} <= by_case
    assert {"record", "by name", "a day", "total", "comments"} <= by_centre


def test_the_calendar_of_another_centre_names_no_case(live):
    with pytest.raises(AppError):
        feeding.file_of(live.for_user(B), base="https://x", now=NOW)


@pytest.mark.parametrize("who", [B, VIEWER], ids=lambda who: who.role.name)
def test_totals_count_only_rows_that_are_seen(who, live):
    """Whatever is counted is counted from the frames, and these are the person's."""
    desk = live.for_user(who)
    everywhere = kpi_views.total_of(desk, kpi("answer_rate"), WEEK, NOW, "")

    assert (len(desk.frame("kpi_days")) == 0) == (everywhere.value.number is None)
    assert len(queueing.open_work(desk, NOW)) == (0 if who is B else 2)
