"""A call from an agency, taken down: one commit with all that follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib import clock
from lib.actions.clocks.starting import clocks_of
from lib.actions.inquiries import saving, taking
from lib.actions.inquiries.taking import Again, Taking
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.metrics.inquiries import alarm_of
from lib.metrics.state import State
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import Principal
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Category,
    ComplaintStatus,
    ContactKind,
    InquiryStatus,
    Match,
    Role,
    Severity,
)
from tests.builders import complaint, fill

SECRET = b"secret"
FRIDAY = clock.at(datetime(2026, 11, 20).date(), 16, 20)


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, FRIDAY.isoformat())


@pytest.fixture
def desk(live):
    clerk = Member(email="a@example.jp", name="平野 楓", role=Role.CLERK)
    return live.for_user(Principal.of(clerk))


def call(**changes) -> Taking:
    said = {
        "id": "",
        "first_contact_at": FRIDAY,
        "caller_kind": AgencyKind.CONSUMER_CENTRE,
        "agency_name": "みなと台市消費生活センター",
        "facts": "解約の電話がつながらない",
    }
    return Taking.read({**said, **changes})


def taken(desk, entry="e1", **changes):
    return taking.record(
        desk, call(**changes), entry_id=entry, now=FRIDAY, secret=SECRET
    )


def steps(desk, number):
    rows = desk.frame("activities")
    return rows[rows["case_id"] == number].sort_values("at", kind="stable")


def again(desk, seen, said="", **changes):
    return taking.contact_again(
        desk,
        seen,
        Again.read({"said": said, **changes}),
        now=FRIDAY + timedelta(hours=1),
        commit_id=new_commit_id(),
    )


def test_kind_and_name_are_enough_to_save(desk):
    saved = taken(desk, facts="")

    assert saved.id.startswith("G-261120-")
    assert (saved.handler, saved.status) == ("平野 楓", InquiryStatus.RECEIVED)
    first = steps(desk, saved.id).iloc[0]
    assert first["kind"] == ActivityKind.AGENCY_CONTACT.value
    assert first["content"] == "連絡を受けた"


def test_what_is_missing_is_named_and_nothing_is_saved(desk):
    with pytest.raises(InvalidRecord) as refused:
        taken(desk, caller_kind=None, agency_name=" ")

    assert [p.field for p in refused.value.problems] == ["caller_kind", "agency_name"]
    assert desk.frame("agency_inquiries").empty


@pytest.mark.parametrize("kind", [ContactKind.REPORT_ORDER, ContactKind.SUMMONS])
def test_an_order_or_summons_needs_the_deadline_that_was_named(desk, kind):
    with pytest.raises(InvalidRecord) as refused:
        taken(desk, contact_kind=kind)

    assert [p.field for p in refused.value.problems] == ["agency_due_at"]
    assert taken(desk, contact_kind=kind, agency_due_at=FRIDAY).contact_kind is kind


def test_an_answer_is_due_on_the_next_business_day_unless_another_is_chosen(desk):
    monday_holiday_passed = clock.at(datetime(2026, 11, 24).date(), 18)

    assert taken(desk).own_due_at == monday_holiday_passed
    chosen = FRIDAY + timedelta(hours=1)
    assert taken(desk, "e2", own_due_at=chosen).own_due_at == chosen


def test_a_double_click_saves_once(desk):
    first, second = taken(desk), taken(desk)

    assert first.id == second.id
    assert len(desk.frame("agency_inquiries")) == 1
    kinds = steps(desk, first.id)["kind"].tolist()
    assert kinds.count(ActivityKind.AGENCY_CONTACT.value) == 1


def test_the_clocks_start_in_the_same_commit(desk):
    saved = taken(desk, contact_kind=ContactKind.EVIDENCE_DEMAND)

    codes = {found.rule_code for found in clocks_of(desk, saved.id)}
    assert "L14根拠資料" in codes


def test_of_the_customer_only_a_key_and_a_masked_trace_stay(desk):
    saved = taken(desk, customer="090-1234-5678 山田花子")

    assert len(saved.customer_key) == 20
    stored = f"{saved.values()} {steps(desk, saved.id)['content'].tolist()}"
    assert "…5678" in stored
    assert "1234-5678" not in stored
    assert "山田" not in stored


def test_readers_may_not_record(live):
    viewer = Member(email="v@example.jp", name="監査", role=Role.VIEWER)

    with pytest.raises(NotAllowed):
        taken(live.for_user(Principal.of(viewer)))


# Matching ---------------------------------------------------------------------------


def test_a_linked_complaint_is_told_and_rises_to_high(desk):
    case = complaint(severity=Severity.LOW)
    fill(desk, case)

    saved = taken(desk, complaint_id=case.id)

    assert saved.matched is Match.FOUND
    after = desk.record("complaints", case.id)
    assert after.severity is Severity.HIGH
    assert after.severity_reason == "消費者センターなどからの連絡"
    told = steps(desk, case.id)["content"].tolist()
    assert (
        f"みなと台市消費生活センターからこの件で連絡があった。行政問合せ {saved.id}"
        in told
    )


def test_another_agency_makes_it_critical_when_linked_later(desk):
    case = complaint(severity=Severity.HIGH, severity_reason="温度感が4以上")
    fill(desk, case)
    saved = taken(desk, caller_kind=AgencyKind.HEALTH_OFFICE)

    linked = taking.link(desk, saved, case.id, now=FRIDAY, commit_id="c1")

    assert (linked.complaint_id, linked.matched) == (case.id, Match.FOUND)
    assert desk.record("complaints", case.id).severity is Severity.CRITICAL


def test_severity_never_falls_and_a_closed_case_stays_as_it_is(desk):
    grave = complaint(severity=Severity.CRITICAL, severity_reason="人が変えた")
    closed = complaint(severity=Severity.LOW, status=ComplaintStatus.CLOSED)
    fill(desk, grave, closed)

    taken(desk, complaint_id=grave.id)
    taken(desk, "e2", complaint_id=closed.id)

    assert desk.record("complaints", grave.id).severity_reason == "人が変えた"
    assert desk.record("complaints", closed.id).severity is Severity.LOW


def test_a_match_can_be_taken_back_or_ruled_out(desk):
    case = complaint()
    fill(desk, case)
    saved = taken(desk, complaint_id=case.id)

    apart = taking.unlink(desk, saved, now=FRIDAY, commit_id="c1")
    assert (apart.complaint_id, apart.matched) == ("", Match.UNASKED)
    assert "別の件と分かり" in steps(desk, case.id)["content"].str.cat()
    none = taking.rule_out(desk, apart, now=FRIDAY, commit_id="c2")
    assert none.matched is Match.NONE


def test_what_the_agency_did_not_say_is_taken_from_the_complaint(desk):
    case = complaint(product_code="A-01", category=Category.CONTRACT, sales_page="LP-A")
    fill(desk, case)

    at_once = taken(desk, complaint_id=case.id, sales_page="LP-B")
    later = taking.link(desk, taken(desk, "e2"), case.id, now=FRIDAY, commit_id="c1")

    assert (at_once.product_code, at_once.sales_page) == ("A-01", "LP-B")
    assert (later.category, later.sales_page) == (Category.CONTRACT, "LP-A")
    shown = taking.preview(desk, call(complaint_id=case.id), now=FRIDAY, secret=SECRET)
    assert shown.inquiry.product_code == "A-01"


def test_two_who_match_at_once_meet(desk):
    one, other = complaint(), complaint()
    fill(desk, one, other)
    saved = taken(desk)
    taking.link(desk, saved, one.id, now=FRIDAY, commit_id="c1")

    with pytest.raises(Conflict):
        taking.link(desk, saved, other.id, now=FRIDAY, commit_id="c2")

    assert other.id not in steps(desk, other.id)["case_id"].tolist()


def test_a_complaint_that_is_not_there_cannot_be_linked(desk):
    saved = taken(desk)

    with pytest.raises(NotAllowed):
        taking.link(desk, saved, "K-261121-ZZZZZ", now=FRIDAY, commit_id="c1")


# The second call --------------------------------------------------------------------


def test_a_second_call_before_the_answer_is_an_alarm(desk):
    saved = taken(desk)
    assert alarm_of(saved, FRIDAY).state is State.NORMAL

    after = again(desk, saved, "まだ返事がないとのこと")

    assert after.repeat_contacts == 1
    assert alarm_of(after, FRIDAY).state is State.ALARM
    last = steps(desk, saved.id).iloc[-1]
    assert last["kind"] == ActivityKind.AGENCY_CONTACT.value
    assert last["content"] == (
        "同じ件で再び連絡(1回目)。回答の前なので警報\nまだ返事がないとのこと"
    )


def test_a_second_call_after_the_answer_is_no_alarm(desk):
    saved = taken(desk)
    answered = saved.model_copy(
        update={"status": InquiryStatus.ANSWERED, "answered_at": FRIDAY}
    )
    values = {"status": answered.status, "answered_at": FRIDAY}
    saving.save(desk, saved, values, now=FRIDAY, commit_id="c0")
    seen = desk.record("agency_inquiries", saved.id)

    after = again(desk, seen)

    assert alarm_of(after, FRIDAY).state is State.NORMAL
    assert "警報" not in steps(desk, saved.id).iloc[-1]["content"]


def test_a_settled_case_is_open_again_when_they_call(desk):
    saved = taken(desk)
    saving.save(
        desk, saved, {"status": InquiryStatus.CLOSED}, now=FRIDAY, commit_id="c0"
    )

    after = again(desk, desk.record("agency_inquiries", saved.id))

    assert after.status is InquiryStatus.CHECKING
    assert after.is_open


def test_two_calls_noted_at_once_are_two_calls(desk):
    saved = taken(desk)

    again(desk, saved, "一人目が受けた")
    after = again(desk, saved, "二人目が受けた")

    assert after.repeat_contacts == 2
    assert "(2回目)" in steps(desk, saved.id).iloc[-1]["content"]


def test_who_has_not_seen_the_other_call_counts_on(desk, live):
    saved = taken(desk)
    other = live.for_user(desk.principal)
    assert other.record("agency_inquiries", saved.id).repeat_contacts == 0

    again(desk, saved, "一人目が受けた")
    after = again(other, saved, "二人目が受けた")

    assert after.repeat_contacts == 2
    assert len(steps(other, saved.id).query("kind == '行政からの連絡'")) == 3


def test_what_was_taken_down_can_be_put_right(desk):
    saved = taken(desk)
    values = {"order_number": "EC-2024-12345", "handler": "大西 拓也"}

    after = taking.edit(desk, saved, values, now=FRIDAY, commit_id="c1")

    assert after.order_number == "EC-2024-12345"
    said = steps(desk, saved.id)["content"].tolist()
    assert "担当者: 平野 楓 → 大西 拓也" in said


def test_only_what_belongs_to_the_call_is_put_right_here(desk):
    saved = taken(desk)

    after = taking.edit(
        desk, saved, {"status": InquiryStatus.CLOSED}, now=FRIDAY, commit_id="c1"
    )

    assert after.status is InquiryStatus.RECEIVED
