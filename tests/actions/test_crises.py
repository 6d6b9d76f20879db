"""重大事案: one press opens it whole, and nothing closes it before its list is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest

from lib import clock
from lib.actions import cases, closing
from lib.actions.closing import PromiseEnd
from lib.actions.crises import ending, opening, parts, reading, working
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.ids import new_commit_id, new_id
from lib.schema.masters import Member, Product, Setting
from lib.schema.principal import Principal
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    Answered,
    Applicability,
    Cause,
    Certainty,
    ComplaintStatus,
    CrisisKind,
    CrisisStatus,
    DeadlineKind,
    Done,
    Expert,
    Flag,
    GraveAccident,
    Harm,
    LeakTrigger,
    ProductKind,
    Resolution,
    Role,
    Severity,
)
from lib.settings.crisis_steps import BY_CODE, DEFAULTS, GROUP, list_of
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

NOW = clock.now()
KNOWN = NOW - timedelta(hours=3)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(Principal("sato@example.jp", "佐藤", Role.MANAGER))


@pytest.fixture
def colleague(live) -> UserStore:
    return live.for_user(Principal("aoki@example.jp", "青木", Role.CLERK))


def opened(desk, kind=CrisisKind.MISTAKE, *, case=None, entry=None, **values) -> Crisis:
    return opening.open_crisis(
        desk,
        {"kind": kind, "title": "二重に請求した", "known_at": KNOWN, **values},
        case=case,
        now=NOW,
        commit_id=entry or new_commit_id(),
    )


def act(verb, desk, *args, **more):
    return verb(desk, *args, now=NOW, commit_id=new_commit_id(), **more)


def by_step(desk, crisis) -> dict[str, Task]:
    return {task.step: task for task in parts.tasks_of(desk, crisis.id)}


def words(desk, crisis_id) -> list[str]:
    return [step.content for step in parts.steps_taken(desk, crisis_id)]


def fields_of(error) -> set[str]:
    return {problem.field for problem in error.value.problems}


def leak(**changes) -> Complaint:
    return complaint(leak=Answered.YES, **changes)


# Opening -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CrisisKind)
def test_a_new_crisis_has_its_whole_list_with_owners_and_times(desk, kind):
    crisis = opened(desk, kind, leader="森")

    tasks = by_step(desk, crisis)
    assert set(tasks) == {step.code for step in list_of(DEFAULTS, kind)}
    assert {task.owner for task in tasks.values()} == {"森"}
    for code, task in tasks.items():
        assert task.due_at == KNOWN + timedelta(hours=BY_CODE[code].hours)
        assert task.title == BY_CODE[code].title


def test_a_list_follows_the_settings_of_its_day(desk):
    fill(
        desk,
        Setting(
            group=GROUP,
            name="ミス・研修",
            effective_from=NOW.date(),
            value="使わない",
        ),
        Setting(
            group=GROUP,
            name="社長に電話する",
            effective_from=NOW.date(),
            value="サービスの重大なミス、1時間",
        ),
    )

    tasks = by_step(desk, opened(desk))

    assert "ミス・研修" not in tasks
    assert tasks["社長に電話する"].due_at == KNOWN + timedelta(hours=1)


def test_the_same_press_again_opens_nothing_more(desk):
    case = leak()
    fill(desk, case)
    entry = new_commit_id()

    first = opened(desk, CrisisKind.LEAK, case=case, entry=entry)
    again = opened(desk, CrisisKind.LEAK, case=case, entry=entry)

    assert again == first
    assert len(desk.frame("crises")) == 1
    assert len(desk.frame("tasks")) == len(list_of(DEFAULTS, CrisisKind.LEAK))


def test_whoever_opens_it_leads_unless_somebody_is_named(desk):
    assert opened(desk).leader == "佐藤"


@pytest.mark.parametrize(
    ("role", "leader"), [(Role.MANAGER, "青木"), (Role.CLERK, "森")]
)
def test_a_clerk_hands_the_lead_to_whoever_ranks_highest(live, role, leader):
    members = [
        Member(email="k@example.jp", name="木下", role=Role.MANAGER, rank=2),
        Member(email="m@example.jp", name="森", role=Role.ADMIN, rank=5),
        Member(email="t@example.jp", name="田中", role=Role.CLERK, rank=9),
    ]
    desk = live.for_user(Principal("aoki@example.jp", "青木", role))

    assert opening.leader_of(desk, members) == leader


def test_a_crisis_needs_a_title(desk):
    with pytest.raises(InvalidRecord) as error:
        opened(desk, title="")

    assert fields_of(error) == {"title"}
    assert desk.frame("crises").empty


def test_the_complaint_it_began_with_is_linked_and_most_grave(desk):
    case = complaint(service_failure=Answered.YES, severity=Severity.LOW)
    fill(desk, case)

    crisis = opened(desk, case=case)

    after = desk.record("complaints", case.id)
    assert after.crisis_id == crisis.id
    assert (after.severity, after.severity_reason) == (
        Severity.CRITICAL,
        "重大事案の一件",
    )
    assert f"重大事案 {crisis.id} に入れた" in words(desk, case.id)
    assert any(w.startswith("重大度: 低 → 最重要") for w in words(desk, case.id))


def test_the_rule_on_crises_can_be_switched_off(desk):
    case = complaint(severity=Severity.LOW)
    off = Setting(
        group="重大度の規則",
        name="重大事案の一件",
        effective_from=NOW.date(),
        value="使わない",
    )
    fill(desk, case, off)

    opened(desk, case=case)

    assert desk.record("complaints", case.id).severity is Severity.LOW


def test_an_outsourced_centre_opens_none(live):
    outside = live.for_user(Principal("i@example.jp", "伊藤", Role.OUTSOURCED, "A"))

    assert opening.offers(outside, leak()) == ()
    with pytest.raises(NotAllowed):
        opened(outside)


# What a complaint suggests ----------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        ({}, ()),
        ({"leak": Answered.NO, "service_failure": Answered.NO}, ()),
        ({"accident": GraveAccident.NO}, ()),
        ({"leak": Answered.YES}, (CrisisKind.LEAK,)),
        ({"accident": GraveAccident.FIRE}, (CrisisKind.ACCIDENT,)),
        ({"service_failure": Answered.YES}, (CrisisKind.MISTAKE,)),
        (
            {"leak": Answered.YES, "accident": GraveAccident.DEATH},
            (CrisisKind.LEAK, CrisisKind.ACCIDENT),
        ),
    ],
)
def test_answers_point_to_a_kind_of_crisis(desk, answers, kinds):
    case = complaint(**answers)

    assert opening.kinds_of(case) == kinds
    assert tuple(offer.kind for offer in opening.offers(desk, case)) == kinds


def test_an_open_crisis_of_the_kind_is_offered_to_be_joined(desk):
    crisis = opened(desk, CrisisKind.LEAK)
    opened(desk, CrisisKind.MISTAKE)

    (offer,) = opening.offers(desk, leak())

    assert [found.id for found in offer.joins] == [crisis.id]


@pytest.mark.parametrize(
    ("of_crisis", "of_case", "joins"),
    [("P1", "P1", 1), ("P1", "P2", 0), ("", "P2", 1), ("P1", "不明", 1)],
)
def test_an_accident_is_the_same_one_only_with_the_same_product(
    desk, of_crisis, of_case, joins
):
    opened(desk, CrisisKind.ACCIDENT, product_code=of_crisis)
    case = complaint(accident=GraveAccident.FIRE, product_code=of_case)

    (offer,) = opening.offers(desk, case)

    assert len(offer.joins) == joins


def test_nothing_is_offered_where_it_belongs_to_a_crisis_or_was_withdrawn(desk):
    assert opening.offers(desk, leak(crisis_id="C-261121-7F3QX")) == ()
    assert opening.offers(desk, leak(status=ComplaintStatus.CANCELLED)) == ()


def test_a_complaint_says_what_it_knows_of_the_crisis(desk):
    case = complaint(accident=GraveAccident.FIRE, product_code="P1", people_involved=4)

    found = opening.first_values(
        case, CrisisKind.ACCIDENT, title="製品の事故", leader="森"
    )

    assert found["known_at"] == case.received_at
    assert (found["accident"], found["product_code"]) == (GraveAccident.FIRE, "P1")
    assert found["affected_known"] == 4


# Its complaints -----------------------------------------------------------------------


def test_a_complaint_joins_and_leaves(desk):
    crisis = opened(desk, CrisisKind.LEAK)
    case = leak(severity=Severity.CRITICAL, severity_reason="個人情報が漏れた疑い")
    fill(desk, case)

    joined = act(opening.join, desk, crisis.id, case)
    assert joined.crisis_id == crisis.id
    assert [c.id for c in reading.board(desk, crisis.id, NOW).cases] == [case.id]

    left = act(opening.leave, desk, joined)
    assert left.crisis_id == ""
    assert left.severity is Severity.CRITICAL
    assert f"重大事案 {crisis.id} から外した" in words(desk, case.id)


def test_leaving_takes_back_what_only_the_crisis_made_grave(desk):
    case = complaint(severity=Severity.LOW)
    fill(desk, case)
    opened(desk, case=case)

    left = act(opening.leave, desk, desk.record("complaints", case.id))

    assert (left.severity, left.severity_reason) == (Severity.LOW, "")


def test_two_people_cannot_put_one_complaint_into_two_crises(desk, colleague):
    case = leak()
    fill(desk, case)
    opened(desk, CrisisKind.LEAK, case=case)

    with pytest.raises(Conflict):
        opened(colleague, CrisisKind.LEAK, case=case)

    assert len(desk.frame("crises")) == 1


def test_a_complaint_of_another_crisis_is_refused(desk):
    case = leak()
    fill(desk, case)
    opened(desk, CrisisKind.LEAK, case=case)
    other = opened(desk, CrisisKind.LEAK)

    with pytest.raises(ActionRefused):
        act(opening.join, desk, other.id, desk.record("complaints", case.id))


# Clocks ---------------------------------------------------------------------------------


def codes(desk, case_id) -> set[str]:
    return {found.rule_code for found in parts.clocks_of(desk, case_id)}


def test_a_leak_starts_its_clocks_with_its_opening(desk):
    crisis = opened(desk, CrisisKind.LEAK)

    assert {"L1速報", "L1確報"} <= codes(desk, crisis.id)


def test_what_is_learnt_later_starts_the_longer_clock(desk):
    crisis = opened(desk, CrisisKind.LEAK)

    act(working.edit, desk, crisis, {"leak_triggers": (LeakTrigger.MALICIOUS,)})

    assert "L1確報60" in codes(desk, crisis.id)


def test_a_grave_accident_starts_the_ten_days(desk):
    heater = Product(
        code="P1", name="加湿器", kind=ProductKind.GOODS, own_make=Flag.YES
    )
    fill(desk, heater)

    crisis = opened(
        desk,
        CrisisKind.ACCIDENT,
        product_code="P1",
        accident=GraveAccident.FIRE,
    )

    assert "L3重大製品事故" in codes(desk, crisis.id)


def test_the_first_lot_of_food_starts_the_notice_of_its_recall(desk):
    fill(desk, Product(code="P1", name="ゼリー", kind=ProductKind.FOOD))
    crisis = opened(desk, CrisisKind.ACCIDENT)
    assert "L8回収届出" not in codes(desk, crisis.id)

    act(working.add_lot, desk, crisis.id, {"product_code": "P1", "lot": "A1"})
    act(working.add_lot, desk, crisis.id, {"product_code": "P1", "lot": "A2"})

    rules = [found.rule_code for found in parts.clocks_of(desk, crisis.id)]
    assert rules.count("L8回収届出") == 1


def test_a_clock_that_the_crisis_has_too_does_not_run_twice(desk):
    case = leak(received_at=KNOWN)
    own = Deadline(
        id=new_id("T", NOW),
        case_id=case.id,
        rule_code="L1速報",
        kind=DeadlineKind.STATUTORY,
        started_at=KNOWN,
        due_at=KNOWN + timedelta(days=30),
    )
    fill(desk, case, own)

    crisis = opened(desk, CrisisKind.LEAK, case=case)

    ended = cast("Deadline", desk.record("deadlines", own.id))
    assert ended.applies is Applicability.NOT_APPLICABLE
    assert ended.checked_by == "佐藤"
    assert crisis.id in ended.check_reason

    act(opening.leave, desk, desk.record("complaints", case.id))
    again = cast("Deadline", desk.record("deadlines", own.id))
    assert (again.applies, again.checked_by) == (Applicability.UNCHECKED, "")


def test_a_clock_that_runs_out_sooner_than_the_crisis_s_stays(desk):
    case = leak(received_at=KNOWN)
    own = Deadline(
        id=new_id("T", NOW),
        case_id=case.id,
        rule_code="L1速報",
        kind=DeadlineKind.STATUTORY,
        started_at=KNOWN,
        due_at=KNOWN + timedelta(hours=1),
    )
    fill(desk, case, own)

    opened(desk, CrisisKind.LEAK, case=case)

    assert desk.record("deadlines", own.id) == own.model_copy(
        update=desk.record("deadlines", own.id).values()
    )
    assert desk.record("deadlines", own.id).applies is Applicability.UNCHECKED


# Steps --------------------------------------------------------------------------------


def test_a_step_is_done_in_one_press_by_name_and_can_be_taken_back(desk):
    crisis = opened(desk)
    seen = by_step(desk, crisis)["ミス・止める"]

    done = act(working.finish, desk, seen)
    assert (done.done_at, done.done_by) == (NOW, "佐藤")
    assert f"済ませた: {seen.title}" in words(desk, crisis.id)

    back = act(working.reopen_step, desk, done)
    assert (back.is_open, back.done_by) == (True, "")


def test_a_double_press_is_one(desk):
    crisis = opened(desk)
    seen = by_step(desk, crisis)["ミス・止める"]
    entry = new_commit_id()

    for _press in range(2):
        working.finish(desk, seen, now=NOW, commit_id=entry)

    told = [w for w in words(desk, crisis.id) if w.startswith("済ませた")]
    assert len(told) == 1


def test_a_step_that_a_colleague_finished_meanwhile_is_a_conflict(desk, colleague):
    crisis = opened(desk)
    seen = by_step(desk, crisis)["ミス・止める"]
    working.finish(colleague, seen, now=NOW, commit_id=new_commit_id())

    with pytest.raises(Conflict) as conflict:
        working.finish(desk, seen, now=LATER, commit_id=new_commit_id())

    assert {found.field for found in conflict.value.fields} == {"done_at", "done_by"}


def test_a_step_is_waived_by_name_and_with_a_reason(desk):
    crisis = opened(desk)
    seen = by_step(desk, crisis)["ミス・公表"]

    with pytest.raises(InvalidRecord) as error:
        act(working.waive, desk, seen, reason="  ")
    assert fields_of(error) == {"waived_reason"}

    waived = act(working.waive, desk, seen, reason="影響は一人だけ")
    assert (waived.waived_reason, waived.done_by) == ("影響は一人だけ", "佐藤")
    assert not waived.is_open


def test_what_cannot_be_left_out_is_not_waived(desk):
    crisis = opened(desk)

    with pytest.raises(ActionRefused):
        act(working.waive, desk, by_step(desk, crisis)["ミス・止める"], reason="不要")


@pytest.mark.parametrize(
    "step", [s for s in DEFAULTS if s.needs], ids=lambda step: step.code
)
def test_a_step_that_needs_an_entry_is_not_done_without_it(desk, step):
    crisis = opened(desk, step.kind)
    seen = by_step(desk, crisis)[step.code]

    assert working.lacks(desk, seen, NOW) is step.needs
    with pytest.raises(ActionRefused):
        act(working.finish, desk, seen)

    act(working.tell, desk, crisis.id, entry_of(step.needs), finishes=seen)
    assert not by_step(desk, crisis)[step.code].is_open


def entry_of(kind, **changes):
    return {
        "kind": kind,
        "expert": Expert.LAWYER,
        "content": "先生に相談し、方針を決めた",
        "evidence_url": "https://example.jp/notice",
        **changes,
    }


def test_two_reports_need_two_entries(desk):
    crisis = opened(desk, CrisisKind.LEAK)
    tasks = by_step(desk, crisis)
    act(working.tell, desk, crisis.id, entry_of(ActivityKind.AGENCY_REPORT))
    act(working.finish, desk, tasks["漏えい・速報"])

    assert working.lacks(desk, tasks["漏えい・確報"], NOW) is ActivityKind.AGENCY_REPORT
    act(working.tell, desk, crisis.id, entry_of(ActivityKind.AGENCY_REPORT))
    assert working.lacks(desk, tasks["漏えい・確報"], NOW) is None


def test_owner_time_and_note_of_a_step_change(desk):
    crisis = opened(desk)
    seen = by_step(desk, crisis)["ミス・原因"]

    after = act(
        working.edit_step,
        desk,
        seen,
        {"owner": "青木", "due_at": LATER, "note": "銀行"},
    )

    assert (after.owner, after.due_at, after.note) == ("青木", LATER, "銀行")


def test_a_crisis_takes_a_step_of_its_own(desk):
    crisis = opened(desk, leader="森")

    with pytest.raises(InvalidRecord):
        act(working.add_step, desk, crisis.id, {"title": " "})
    added = act(working.add_step, desk, crisis.id, {"title": "銀行の窓口に行く"})

    assert added.owner == "森"
    assert working.may_be_waived(desk, added, NOW)
    assert reading.board(desk, crisis.id, NOW).lines[-1].task.id == added.id


# What is known, and logged -----------------------------------------------------------


def test_counts_of_two_people_in_different_fields_both_stand(desk, colleague):
    seen = opened(desk)

    working.edit(
        colleague, seen, {"affected_informed": 3}, now=NOW, commit_id=new_commit_id()
    )
    after = act(working.edit, desk, seen, {"affected_known": 5})

    assert (after.affected_known, after.affected_informed) == (5, 3)
    assert "影響を受けた人: 空欄 → 5" in words(desk, seen.id)


def test_the_same_count_changed_by_two_is_a_conflict(desk, colleague):
    seen = opened(desk)
    working.edit(
        colleague, seen, {"affected_known": 3}, now=NOW, commit_id=new_commit_id()
    )

    with pytest.raises(Conflict) as conflict:
        act(working.edit, desk, seen, {"affected_known": 5})

    (clash,) = conflict.value.fields
    assert (clash.theirs, clash.mine) == (3, 5)


def test_a_count_below_nothing_is_refused(desk):
    with pytest.raises(InvalidRecord) as error:
        act(working.edit, desk, opened(desk), {"affected_known": -1})

    assert fields_of(error) == {"affected_known"}


def test_long_texts_are_not_copied_into_the_course(desk):
    crisis = opened(desk)

    act(working.edit, desk, crisis, {"facts": "長い説明"})

    assert "わかっていることを書いた" in words(desk, crisis.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": ActivityKind.EXPERT, "expert": None}, "expert"),
        ({"kind": ActivityKind.PUBLICATION, "evidence_url": ""}, "evidence_url"),
        ({"content": " "}, "content"),
        ({"at": LATER}, "at"),
    ],
)
def test_an_entry_says_whom_where_what_and_when(desk, changes, field):
    crisis = opened(desk)

    with pytest.raises(InvalidRecord) as error:
        act(
            working.tell,
            desk,
            crisis.id,
            entry_of(ActivityKind.AGENCY_REPORT) | changes,
        )

    assert field in fields_of(error)
    assert len(words(desk, crisis.id)) == 1


def test_an_entry_names_the_step_that_it_would_finish(desk):
    crisis = opened(desk, CrisisKind.ACCIDENT)
    told = {"kind": ActivityKind.MAKER_NOTICE, "content": "製造元に電話した"}

    waiting = working.waits_for(desk, crisis.id, ActivityKind.MAKER_NOTICE, NOW)
    assert waiting is not None
    assert waiting.step == "事故・製造元"
    act(working.tell, desk, crisis.id, told, finishes=waiting)

    assert working.waits_for(desk, crisis.id, told["kind"], NOW) is None
    board = reading.board(desk, crisis.id, NOW)
    assert [s.content for s in board.told[told["kind"]]] == ["製造元に電話した"]


# Lots ---------------------------------------------------------------------------------


def test_lots_are_added_once_and_counted_later(desk):
    crisis = opened(desk, CrisisKind.ACCIDENT)
    lot = act(working.add_lot, desk, crisis.id, {"product_code": "P1", "lot": "A1"})
    assert (lot.shipped, lot.recovered) == (None, None)

    with pytest.raises(InvalidRecord) as error:
        act(working.add_lot, desk, crisis.id, {"product_code": "P1", "lot": "A1"})
    assert fields_of(error) == {"lot"}

    act(working.edit_lot, desk, lot, {"shipped": 200, "recovered": 50})
    assert reading.board(desk, crisis.id, NOW).recall.share == pytest.approx(0.25)


def test_a_lot_needs_product_and_number(desk):
    crisis = opened(desk, CrisisKind.ACCIDENT)

    with pytest.raises(InvalidRecord) as error:
        act(working.add_lot, desk, crisis.id, {"product_code": "", "lot": " "})

    assert fields_of(error) == {"product_code", "lot"}


# The end ------------------------------------------------------------------------------

LEARNT = {
    "affected_known": 2,
    "cause": "請求を二度送った",
    "prevention": "送る前に二人で確かめる",
}


def done_but(desk, *left: str, **values) -> Crisis:
    """Return a crisis whose list is done but for these steps."""
    crisis = opened(desk)
    crisis = act(working.edit, desk, crisis, {**LEARNT, **values})
    for code, task in by_step(desk, crisis).items():
        if code in left:
            continue
        needs = BY_CODE[code].needs
        if needs:
            act(working.tell, desk, crisis.id, entry_of(needs), finishes=task)
        else:
            act(working.finish, desk, task)
    return crisis


def why(desk, crisis) -> set[str]:
    standing = desk.record("crises", crisis.id)
    return {str(found.why) for found in ending.missing(desk, standing, NOW)}


def test_a_crisis_closes_once_everything_is_done(desk):
    crisis = done_but(desk)

    after = act(ending.close, desk, crisis)

    assert (after.status, after.closed_at) == (CrisisStatus.CLOSED, NOW)
    assert "状態: 対応中 → 完了" in words(desk, crisis.id)


def test_an_open_step_keeps_it_open(desk):
    crisis = done_but(desk, "ミス・研修")

    with pytest.raises(InvalidRecord) as error:
        act(ending.close, desk, crisis)

    assert fields_of(error) == {ending.OPEN}
    assert why(desk, crisis) == {"step"}


def test_a_step_waived_by_name_does_not(desk):
    crisis = done_but(desk, "ミス・研修")
    task = by_step(desk, crisis)["ミス・研修"]
    act(working.waive, desk, task, reason="先月したばかり")

    assert act(ending.close, desk, crisis).status is CrisisStatus.CLOSED


@pytest.mark.parametrize("code", ["ミス・専門家", "ミス・公表"])
def test_without_expert_or_publication_it_closes_only_with_a_waiver(desk, code):
    crisis = done_but(desk, code)
    task = by_step(desk, crisis)[code]
    assert why(desk, crisis) == {"step", "entry"}

    act(working.waive, desk, task, reason="影響は一人だけ")

    assert why(desk, crisis) == set()


@pytest.mark.parametrize("code", ["ミス・専門家", "ミス・公表"])
def test_a_list_without_that_step_still_asks_for_the_entry(desk, code):
    off = Setting(group=GROUP, name=code, effective_from=NOW.date(), value="使わない")
    fill(desk, off)

    assert why(desk, done_but(desk)) == {"entry"}


@pytest.mark.parametrize("field", [*LEARNT, "leader"])
def test_what_was_learnt_is_asked_for(desk, field):
    crisis = done_but(desk)
    blank = None if field == "affected_known" else ""
    seen = desk.record("crises", crisis.id)
    act(working.edit, desk, seen, {field: blank})

    with pytest.raises(InvalidRecord) as error:
        act(ending.close, desk, desk.record("crises", crisis.id))

    assert fields_of(error) == {field}


def test_a_statutory_clock_keeps_it_open_until_it_is_settled(desk):
    crisis = done_but(desk)
    running = Deadline(
        id=new_id("T", NOW),
        case_id=crisis.id,
        rule_code="L1速報",
        kind=DeadlineKind.STATUTORY,
        started_at=NOW,
        due_at=LATER,
    )
    fill(desk, running)
    assert why(desk, crisis) == {"clock"}

    act(working.edit_step, desk, by_step(desk, crisis)["ミス・止める"], {"note": "x"})
    desk.commit(
        parts.Commit(
            new_commit_id(),
            "佐藤",
            NOW,
            parts.update(parts.DEADLINES, running, {"done_at": NOW}),
        )
    )

    assert why(desk, crisis) == set()


def test_what_is_over_takes_no_more_until_it_is_reopened(desk):
    crisis = act(ending.close, desk, done_but(desk))
    task = by_step(desk, crisis)["ミス・止める"]

    with pytest.raises(ActionRefused):
        act(working.reopen_step, desk, task)
    with pytest.raises(InvalidRecord):
        act(ending.reopen, desk, crisis, reason="")

    again = act(ending.reopen, desk, crisis, reason="二人目が見つかった")
    assert (again.status, again.closed_at) == (CrisisStatus.WORKING, None)
    assert act(working.reopen_step, desk, task).is_open


def test_a_crisis_that_was_none_is_cancelled_with_a_reason(desk):
    crisis = opened(desk)

    with pytest.raises(InvalidRecord):
        act(ending.cancel, desk, crisis, reason=" ")
    act(ending.cancel, desk, crisis, reason="勘違いだった")

    assert opening.open_ones(desk) == ()
    assert [found.id for found in reading.past(desk)] == [crisis.id]


def test_a_crisis_with_a_running_clock_is_not_simply_cancelled(desk):
    crisis = opened(desk, CrisisKind.LEAK)

    with pytest.raises(InvalidRecord) as error:
        act(ending.cancel, desk, crisis, reason="勘違いだった")

    assert fields_of(error) == {ending.OPEN}


# What it holds open ---------------------------------------------------------------------

ANSWERS = {
    "harm": Harm.NO,
    "leak": Answered.NO,
    "read_back": Done.DONE,
    "resolution": Resolution.EXPLANATION,
    "cause": Cause.UNKNOWN,
    "cause_certainty": Certainty.PRESUMED,
}


def close_case(desk, case) -> Complaint:
    return act(
        closing.close,
        desk,
        desk.record("complaints", case.id),
        ANSWERS,
        promise=PromiseEnd.KEPT,
    )


def test_a_complaint_stays_open_while_the_list_of_its_crisis_is(desk):
    case = complaint()
    fill(desk, case)
    crisis = done_but(desk, "ミス・止める", "ミス・研修")
    act(opening.join, desk, crisis.id, case)

    (found,) = [
        b
        for b in closing.blockers(desk, desk.record("complaints", case.id), NOW)
        if b.code == closing.CRISIS
    ]
    assert found.details["count"] == "2"
    assert BY_CODE["ミス・止める"].title in found.details["steps"]
    assert found.page == "crisis"
    with pytest.raises(InvalidRecord):
        close_case(desk, case)

    for task in by_step(desk, crisis).values():
        if task.is_open:
            act(working.finish, desk, task)
    assert close_case(desk, case).status is ComplaintStatus.CLOSED


def test_a_cancelled_crisis_lets_its_complaints_go(desk):
    case = complaint()
    fill(desk, case)
    crisis = opened(desk, case=case)
    others = [complaint(crisis_id=crisis.id) for _each in range(2)]
    fill(desk, *others)

    act(ending.cancel, desk, crisis, reason="勘違いだった")

    for left in (case, *others):
        assert desk.record("complaints", left.id).crisis_id == ""
    assert close_case(desk, case).status is ComplaintStatus.CLOSED


def test_the_steps_of_a_complaint_are_its_own(desk):
    case = complaint()
    fill(desk, case)
    crisis = opened(desk, case=case)
    act(working.tell, desk, crisis.id, entry_of(ActivityKind.EXPERT))

    told = cases.timeline(desk, desk.record("complaints", case.id), NOW)

    assert not [s for s in told if s.activity.kind is ActivityKind.EXPERT]


# The board ------------------------------------------------------------------------------


def test_the_board_orders_the_list_by_rule_and_names_what_is_next(desk):
    crisis = opened(desk)

    board = reading.board(desk, crisis.id, NOW)

    tenets = [line.tenet for line in board.lines]
    assert tenets == sorted(tenets, key=list(type(tenets[0])).index)
    first = board.following()
    assert first is not None
    assert first.step == "ミス・止める"
    assert [task.step for task in board.overdue(NOW)] == ["ミス・止める"]
    assert board.progress(NOW).overdue == 1


def test_a_crisis_is_nobody_s_who_may_not_see_it(live, desk):
    crisis = opened(desk)
    outside = live.for_user(Principal("i@example.jp", "伊藤", Role.OUTSOURCED, "A"))

    with pytest.raises(NotAllowed):
        reading.board(outside, crisis.id, NOW)
