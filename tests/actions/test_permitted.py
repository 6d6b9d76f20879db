"""What the matrix allows a role, the store lets it do: both halves of the rule agree.

Each verb runs as far as the store's own commit, which is caught there: by then the
matrix and `RIGHTS` have allowed it, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import clock
from lib.actions import (
    archiving,
    business_settings,
    caring,
    cases,
    closing,
    complaints,
    connecting,
    documents,
    dossier,
    first_week,
    handover,
    importing,
    inside,
    inspecting,
    inviting,
    kpi_days,
    kpi_questions,
    kpi_targets,
    log_checking,
    log_reading,
    looking,
    masters,
    measures,
    monthly,
    outbox,
    page_checks,
    people,
    queueing,
    repairs,
    sample,
    training,
)
from lib.actions.centre_files import making
from lib.actions.clocks import changing, feeding
from lib.actions.crises import ending, working
from lib.actions.entry import Entry, PromiseTime
from lib.actions.importing import undoing
from lib.actions.importing.journal import ImportedRow, Run
from lib.actions.importing.parts import NewRow, Part, Preview
from lib.actions.inquiries import closing as inquiry_closing
from lib.actions.inquiries import deciding, sorting, taking
from lib.actions.knowledge import sharing
from lib.actions.notices import overview
from lib.actions.permissions import PERMISSIONS, permission
from lib.actions.risks import life, months
from lib.errors import ActionRefused, NotAllowed, NotSent, SettingsError
from lib.metrics.kpis import kpi
from lib.reports.dossier.model import Audience
from lib.reports.monthly.material import Reader
from lib.schema.alarm import Alarm
from lib.schema.care import CareRecord
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.document import Document
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.learning import Improvement
from lib.schema.masters import Centre, Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import table
from lib.schema.task import Task
from lib.schema.vocab import (
    AgencyKind,
    AlarmLevel,
    Answered,
    CareKind,
    Cause,
    Certainty,
    CheckResult,
    ComplaintStatus,
    Done,
    Flag,
    Harm,
    ImprovementKind,
    InspectionItem,
    InspectionResult,
    Promise,
    Resolution,
    Role,
    TaskKind,
)
from lib.settings.business import SETTINGS
from lib.settings.page_checks import PageKind
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert, RowMend, WaitingCommit, WaitState
from lib.store.witness import Witness
from tests.builders import fill

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
LATER = NOW + timedelta(hours=2)
SECRET = b"a key of this installation"

WHO = {
    Role.ADMIN: Principal("admin@example.jp", "佐藤 花子", Role.ADMIN),
    Role.MANAGER: Principal("manager@example.jp", "森 一郎", Role.MANAGER),
    Role.CLERK: Principal("clerk@example.jp", "鈴木 太郎", Role.CLERK),
    Role.VIEWER: Principal("viewer@example.jp", "加藤 次郎", Role.VIEWER),
    Role.OUTSOURCED: Principal("agent@example.jp", "伊藤 三郎", Role.OUTSOURCED, "A"),
}
COLLEAGUE = Member(email="other@example.jp", name="高橋 四郎", role=Role.CLERK)
CENTRE = Centre(code="A", name="東京", phone_reports=Flag.YES)


class Reached(Exception):
    """The store would write now."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands in the store, and where its files lie."""

    live: LiveStore
    data: Path

    @property
    def system(self) -> UserStore:
        return self.live.for_user(SYSTEM)

    def record(self, code: str) -> Any:
        """Return the first row of a table, as it stands."""
        frame = self.system.frame(code)
        return self.system.record(code, str(frame.index[0]))


def case(number: str, handler: Principal) -> dict[str, Any]:
    return {
        "id": number,
        "received_at": NOW - timedelta(hours=2),
        "content": "届いた容器が割れていた",
        "contact": "090-1234-5678",
        "handler": handler.name,
        "received_centre": "A",
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": LATER,
    }


def rows() -> list[Any]:
    return [
        *(
            Member(email=who.key, name=who.name, role=role, centre=who.centre)
            for role, who in WHO.items()
        ),
        COLLEAGUE,
        CENTRE,
        Product(code="P-1", name="美容液"),
        complaints.Complaint.parse(case("K-261121-AAAAA", WHO[Role.OUTSOURCED])),
        *(own_case_of(who) for who in WHO.values()),
        complaints.Complaint.parse(
            case("K-261101-CLSED", WHO[Role.CLERK])
            | {
                "received_centre": COMPANY,
                "status": ComplaintStatus.CLOSED,
                "closed_at": NOW - timedelta(days=9),
                "resolution": Resolution.REFUND,
            }
        ),
        AgencyInquiry(
            id="G-261120-AAAAA",
            first_contact_at=NOW - timedelta(days=1),
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="みどり市消費生活センター",
        ),
        KpiDay(date=YESTERDAY, centre="A", offered=10, answered=9, abandoned=1),
        Deadline.parse(
            {
                "id": "T-261121-AAAAA",
                "case_id": "G-261120-AAAAA",
                "rule_code": "L1速報",
                "kind": "法定",
                "started_at": NOW,
                "due_at": LATER,
            }
        ),
        Crisis.parse(
            {
                "id": "C-261121-AAAAA",
                "kind": "個人情報の漏えい",
                "title": "誤送信",
                "known_at": NOW,
                "leader": "森 一郎",
            }
        ),
        Task(id="W-261121-AAAAA", case_id="A-1", title="調べる", kind=TaskKind.OTHER),
        Improvement(id="S-261121-AAAAA", title="箱を替える", starts_on=TODAY),
        Document(id="B-261121-AAAAA", title="解約の受け方", body="復唱する"),
        CareRecord(
            id="F-261121-AAAAA", kind=CareKind.CONSULTATION, for_whom="鈴木 太郎"
        ),
        Alarm(
            id="A-261121-AAAAA",
            level=AlarmLevel.ALARM,
            raised_on=TODAY,
            raised_at=NOW,
            start_on=TODAY,
            start_first=TODAY,
            start_last=TODAY,
            statistic=5.0,
            count=9,
            expected=3.0,
        ),
    ]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    place = tmp_path_factory.mktemp("permitted")
    with pytest.MonkeyPatch.context() as fixed:
        fixed.setenv(clock.FIXED_BY, NOW.isoformat())
        live = LiveStore(open_store(f"sqlite:///{place / 'a.db'}", data=place))
        fill(live.for_user(SYSTEM), *rows())
        yield Stage(live, place)
        live.close()


@pytest.fixture(autouse=True)
def caught(stage, monkeypatch):
    """Stop at the door of the store itself."""

    def reached(_live: LiveStore, *_more: object) -> None:
        raise Reached

    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())
    for name in ("commit", "mend", "resend", "discard", "confirm"):
        monkeypatch.setattr(LiveStore, name, reached)


# One act for each line ----------------------------------------------------------------

ANSWERED = {
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.PRODUCT,
    "cause_certainty": Certainty.PRESUMED,
}


def once() -> dict[str, Any]:
    return {"now": NOW, "commit_id": new_commit_id()}


def entered() -> dict[str, Any]:
    return {"now": NOW, "entry": new_commit_id()}


def imported() -> Preview:
    new = KpiDay(date=YESTERDAY - timedelta(days=1), centre="A", offered=1)
    part = Part(
        table("kpi_days"), "1", 1, (NewRow(2, new),), (), (), (), (), (), layout=None
    )
    return Preview("a.csv", "0" * 32, (part,), ())


def undone(stage: Stage) -> Run:
    day = stage.record("kpi_days")
    digest = importing.identity.digest_of(table("kpi_days"), day)
    row = ImportedRow("kpi_days", table("kpi_days").key_of(day), digest, ("offered",))
    return Run("R-1", "a.csv", "0" * 32, NOW, "伊藤 三郎", (row,), undone=False)


def asked_day(stage: Stage) -> kpi_questions.DayQuestion:
    step = cases.step(
        stage.system, stage.record("complaints"), NOW, seed="q", content="?"
    )
    return kpi_questions.DayQuestion(step, YESTERDAY, "A", ())


def pages_answered(desk: UserStore) -> dict[str, page_checks.Answer]:
    items = page_checks.list_of(desk, PageKind.LANDING_PAGE, TODAY)
    return {item.code: page_checks.Answer(CheckResult.GOOD) for item in items}


def own_case_of(who: Principal) -> complaints.Complaint:
    """Return the case of which this person is in charge."""
    return complaints.Complaint.parse(case(f"K-261121-{who.role.name[:5]:A<5}", who))


def own_task(desk: UserStore, stage: Stage) -> Task:
    return stage.record("tasks").model_copy(update={"owner": desk.principal.name})


def dossier_of(desk: UserStore, stage: Stage) -> bytes:
    made = dossier.made(desk, "K-261121-AAAAA", audience=Audience.CENTRE, now=NOW)
    paper = dossier.Paper(made, dossier.Form.WORD)
    return dossier.exported(stage.system, desk.principal, paper, **once())


def monthly_of(desk: UserStore, stage: Stage) -> bytes:
    made = monthly.made(
        desk, date(2026, 10, 1), Reader.CONTRACT, centre="A", comments="", now=NOW
    )
    paper = monthly.Paper(made, "A", monthly.Form.EXCEL)
    return monthly.exported(stage.system, desk.principal, paper, **once())


Act = Callable[[UserStore, Stage], object]

ACTS: dict[str, Act] = {
    "today.confirm": lambda d, _: looking.confirm(d, NOW),
    "cases.record": lambda d, _: complaints.register(
        d,
        Entry.read(
            {
                "id": "",
                "received_at": NOW,
                "content": "箱が空だった",
                "received_centre": d.principal.centre,
                "promise_time": PromiseTime.HALF_HOUR,
                "next_promise_at": LATER,
            }
        ),
        entry_id="e1",
        now=NOW,
        secret=SECRET,
    ),
    "cases.edit": lambda d, s: cases.edit(
        d, s.record("complaints"), {"lot": "L-1"}, **once(), secret=SECRET
    ),
    "cases.close": lambda d, s: closing.close(
        d,
        s.record("complaints"),
        ANSWERED,
        promise=closing.PromiseEnd.KEPT,
        **once(),
    ),
    "cases.cancel": lambda d, s: cases.cancel(
        d, s.record("complaints"), {}, reason="二重に入れた", **once()
    ),
    "cases.bulk": lambda d, _: queueing.assign(
        d, ["K-261121-AAAAA"], COLLEAGUE.name, **once()
    ),
    "cases.hand_over": lambda d, s: handover.hand_over(
        d, s.record("complaints"), handover.Wish(successor=COLLEAGUE), **once()
    ),
    "cases.ask": lambda d, s: inside.ask(
        d,
        s.record("complaints"),
        of=COLLEAGUE.name,
        question="在庫は?",
        due_at=None,
        **once(),
    ),
    "cases.call": lambda d, s: cases.note_call(
        d, own_case_of(d.principal), cases.Way.CALL, **once()
    ),
    "cases.reveal": lambda d, s: cases.reveal(
        d, s.record("complaints"), reason="折返しのため", **once()
    ),
    "cases.export": lambda d, s: cases.log_export(
        s.system, d.principal, kind="CSV", count=1, now=NOW
    ),
    "cases.dossier": dossier_of,
    "knowledge.share": lambda d, s: sharing.digest(
        d, s.system, ["K-261101-CLSED"], now=NOW, commit_id="n1"
    ),
    "cases.dossier_names": lambda d, _: dossier.made(
        d, "K-261121-AAAAA", audience=Audience.LAWYER, now=NOW, reason="訴訟"
    ),
    "inquiries.record": lambda d, _: taking.record(
        d,
        taking.Taking.read(
            {
                "id": "",
                "first_contact_at": NOW,
                "caller_kind": AgencyKind.POLICE,
                "agency_name": "みどり署",
            }
        ),
        entry_id="g1",
        now=NOW,
        secret=SECRET,
    ),
    "inquiries.work": lambda d, s: sorting.ask_later(
        d, s.record("agency_inquiries"), "いつ届いたか", **once()
    ),
    "inquiries.answer": lambda d, s: deciding.draft(
        d, s.record("agency_inquiries"), {"answer": "お答えします"}, **once()
    ),
    "inquiries.approve": lambda d, s: deciding.approve(
        d, s.record("agency_inquiries"), **once()
    ),
    "inquiries.end": lambda d, s: inquiry_closing.cancel(
        d, s.record("agency_inquiries"), "間違い", **once()
    ),
    "deadlines.work": lambda d, s: changing.assign(
        d, s.record("deadlines"), COLLEAGUE.name, **once()
    ),
    "deadlines.calendar": lambda d, _: feeding.file_of(d, base="http://x", now=NOW),
    "deadlines.feed": lambda d, s: feeding.new_address(d, s.data),
    "crises.work": lambda d, s: working.edit(
        d, s.record("crises"), {"title": "誤送信(二件)"}, **once()
    ),
    "crises.end": lambda d, s: ending.cancel(
        d, s.record("crises"), reason="間違い", **once()
    ),
    "care.consult": lambda d, _: caring.consult(d, note="つらい", **once()),
    "care.see": lambda d, _: caring.consultations(d),
    "care.note": lambda d, s: caring.heard(
        d, s.record("care_records"), note="聞いた", **once()
    ),
    "kpis.enter": lambda d, s: kpi_days.save(
        d,
        kpi_days.DayEdit(CENTRE, YESTERDAY, s.record("kpi_days"), {"offered": 11}),
        **entered(),
    ),
    "kpis.report": lambda d, _: kpi_days.to_report(d, CENTRE, TODAY, NOW),
    "kpis.ask": lambda d, _: kpi_questions.ask(
        d, CENTRE, YESTERDAY, "なぜ?", **entered()
    ),
    "kpis.answer": lambda d, s: kpi_questions.answer(
        d, asked_day(s), "混んだ", **entered()
    ),
    "kpis.targets": lambda d, _: kpi_targets.set_target(
        d,
        kpi("answer_rate"),
        "A",
        "91",
        since=TODAY,
        entry_id=new_commit_id(),
        now=NOW,
    ),
    "monthly.make": monthly_of,
    "monthly.comment": lambda d, _: monthly.save_comments(
        d, date(2026, 10, 1), "A", "よく出た", seen="", **entered()
    ),
    "risk.decide": lambda d, s: life.confirm(
        d, s.record("alarms"), owner=COLLEAGUE.name, due_at=LATER, **entered()
    ),
    "risk.finish": lambda d, s: life.finish(
        d, own_task(d, s), note="調べた", **entered()
    ),
    "risk.months": lambda d, _: months.keep(d, {date(2025, 1, 1): 3}, **entered()),
    "measures.work": lambda d, _: measures.record(
        d,
        {"kind": ImprovementKind.ENCLOSURE, "title": "同梱物", "starts_on": TODAY},
        **once(),
    ),
    "pages.check": lambda d, _: page_checks.check(
        d, "LP-1", PageKind.LANDING_PAGE, pages_answered(d), url="", **once()
    ),
    "data.mend": lambda d, _: repairs.take_back(
        d, [RowMend("complaints", "K-261121-AAAAA", {"lot": "L"}, {"lot": ""})], now=NOW
    ),
    "data.accept_loss": lambda d, _: repairs.accept_loss(d, "t1"),
    "import.run": lambda d, _: importing.apply(d, imported(), who=d.principal, now=NOW),
    "import.undo": lambda d, s: undoing.undo(d, s.system, undone(s), now=NOW),
    "outbox.decide": lambda d, _: outbox.discard(d, "w1"),
    "inspections.sign": lambda d, _: inspecting.sign(
        d,
        TODAY.replace(day=1),
        {InspectionItem.MANUALS: inspecting.Answer(InspectionResult.GOOD)},
        {},
        **once(),
    ),
    "people.see": lambda d, _: people.everybody(d, NOW),
    "people.train": lambda d, s: training.train(
        d,
        [COLLEAGUE],
        s.record("documents"),
        trained_on=TODAY,
        next_on=None,
        **once(),
    ),
    "documents.write": lambda d, s: documents.change(
        d, s.record("documents"), {"title": "解約の受け方(電話)"}, **once()
    ),
    "documents.read": lambda d, s: documents.note_read(
        d, s.record("documents"), **once()
    ),
    "members.edit": lambda d, _: masters.add(
        d, Member, {"email": "new@example.jp", "name": "新人"}, **entered()
    ),
    "members.invite": lambda d, _: inviting.register(
        d, {"email": "new@example.jp", "name": "新人"}, **entered()
    ),
    "members.look_as": lambda d, _: inviting.onlooker(d.principal, Role.CLERK, ""),
    "centres.edit": lambda d, _: masters.add(
        d, Centre, {"code": "C", "name": "大阪"}, **entered()
    ),
    "centres.file": lambda d, s: making.make_file(
        d, CENTRE, store="sqlite:///a", data=s.data
    ),
    "products.edit": lambda d, _: masters.add(
        d, Product, {"code": "P-2", "name": "石けん"}, **entered()
    ),
    "settings.edit": lambda d, _: business_settings.set_value(
        d, SETTINGS[0], "91", since=TODAY, **entered()
    ),
    "first_week.put_away": lambda d, _: first_week.put_away(d, **entered()),
    "notices.try": lambda d, _: overview.try_channel(d.principal, "無い", {}, NOW),
    "store.connect": lambda d, s: connecting.set_up(d.principal, "no address", s.data),
    "sample.manage": lambda d, _: sample.remove(d),
    "today.past": lambda d, _: looking.recent(d, TODAY),
    "archive.run": lambda d, s: archiving.bring_back(
        s.live, d.principal, NOW, 2024, data=s.data
    ),
    "audit.see": lambda d, _: d.audit("complaints", "K-261121-AAAAA"),
    "audit.accept": lambda d, s: log_checking.accept(
        s.system, d.principal, Witness(s.data, "store"), NOW
    ),
    "audit.export": lambda d, s: log_reading.note_export(
        s.system, d.principal, count=1, now=NOW
    ),
}

REFUSED_FOR_OTHER_REASONS: dict[str, type[Exception]] = {
    # Nothing is put away.
    "archive.run": ActionRefused,
    # Nobody has asked for the approval yet.
    "inquiries.approve": ActionRefused,
    # Neither an address nor a reader is named; Google is not asked.
    "centres.file": ActionRefused,
    "notices.try": NotSent,
    "store.connect": SettingsError,
}

HANDS_OUT = {"deadlines.feed", "sample.manage"} | {
    line.code for line in PERMISSIONS if not line.changes
} - {"cases.export", "cases.dossier", "monthly.make", "audit.export"}
"""They end without a commit: they give something, or there is nothing to remove."""

ALLOWED = [
    (code, role) for code in ACTS for role in Role if role in permission(code).roles
]
DENIED = [
    (code, role)
    for code in ACTS
    for role in Role
    if role not in permission(code).roles and code != "today.past"
]


def test_every_line_but_the_pages_is_acted_out_here():
    elsewhere = {line.code for line in PERMISSIONS if line.code.startswith("privacy.")}
    wanted = {line.code for line in PERMISSIONS if not line.code.startswith("open.")}

    assert wanted - elsewhere == set(ACTS)


@pytest.mark.parametrize(("code", "role"), ALLOWED, ids=str)
def test_what_the_matrix_allows_the_store_allows(code, role, stage, monkeypatch):
    let_one_save_wait(monkeypatch, WHO[role])
    desk = stage.live.for_user(WHO[role])

    if code in HANDS_OUT:
        ACTS[code](desk, stage)
        return
    with pytest.raises(REFUSED_FOR_OTHER_REASONS.get(code, Reached)):
        ACTS[code](desk, stage)


@pytest.mark.parametrize("role", Role, ids=str)
def test_what_the_matrix_denies_does_not_come_to_the_store(role, stage, monkeypatch):
    let_one_save_wait(monkeypatch, WHO[role])
    for code in [code for code, denied in DENIED if denied is role]:
        with pytest.raises(NotAllowed):
            ACTS[code](stage.live.for_user(WHO[role]), stage)


def let_one_save_wait(monkeypatch: pytest.MonkeyPatch, who: Principal) -> None:
    """Let a save of this person lie in the outbox, which only a sheet has."""
    saved = Commit("w1", who.name, NOW, (Insert(rows()[0]),))
    waits = WaitingCommit("w1", who.name, NOW, WaitState.NEEDS_LOOK, commit=saved)
    monkeypatch.setattr(UserStore, "waiting", lambda _desk: (waits,))


# Of another centre ----------------------------------------------------------------------

OF_A_CENTRE = [code for code, role in ALLOWED if role is Role.OUTSOURCED]
B = Principal("b@example.jp", "岡田 五郎", Role.OUTSOURCED, "B")

ON_NO_ROW_OF_A = {
    # One's own: a new complaint of one's own centre, help for oneself, one's own save.
    "cases.record",
    "care.consult",
    "outbox.decide",
}


@pytest.mark.parametrize("code", sorted(set(OF_A_CENTRE) - ON_NO_ROW_OF_A))
def test_another_centre_does_none_of_it_to_rows_of_this_one(code, stage):
    desk = stage.live.for_user(B)

    if code == "kpis.report":
        assert ACTS[code](desk, stage) == []
        return
    with pytest.raises(NotAllowed):
        ACTS[code](desk, stage)
