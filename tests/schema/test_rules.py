"""Every conditional requirement, by an example that breaks it and one that keeps it."""

from datetime import date, datetime

import pytest

from lib import clock
from lib.errors import InvalidRecord
from lib.schema.record import Stage
from lib.schema.tables import TABLES, table
from lib.schema.vocab import (
    ActivityKind,
    AlarmStatus,
    Answered,
    Apology,
    Applicability,
    Category,
    Cause,
    Certainty,
    Change,
    CheckResult,
    ComplaintKind,
    ComplaintStatus,
    ContactKind,
    Decision,
    Done,
    Expert,
    Fault,
    Harassment,
    HarassmentKind,
    Harm,
    ImprovementStatus,
    InspectionResult,
    MediationResult,
    MendedPlace,
    Promise,
    Resolution,
    Role,
    Source,
    Symptom,
    Temper,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=clock.TOKYO)

VALID = {
    "complaints": {
        "id": "K-261121-7F3QX",
        "content": "届かない",
        "received_at": NOON,
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOON,
    },
    "agency_inquiries": {
        "id": "G-261121-7F3QX",
        "first_contact_at": NOON,
        "agency_kind": "消費生活センター",
        "agency_name": "さくら市消費生活センター",
    },
    "kpi_days": {"date": date(2026, 11, 20), "centre": "A"},
    "products": {"code": "P1", "name": "化粧水"},
    "members": {"email": "a@example.jp", "name": "佐藤"},
    "centres": {"code": "A", "name": "札幌"},
    "activities": {
        "id": "H-261121-7F3QX",
        "case_id": "K-261121-7F3QX",
        "at": NOON,
        "content": "聞いた",
    },
    "escalations": {
        "id": "E-261121-7F3QX",
        "complaint_id": "K-261121-7F3QX",
        "raised_at": NOON,
    },
    "deadlines": {
        "id": "T-261121-7F3QX",
        "case_id": "K-261121-7F3QX",
        "rule_code": "L1速報",
        "kind": "法定",
        "started_at": NOON,
        "due_at": NOON,
    },
    "improvements": {"id": "S-261121-7F3QX", "title": "LPを直す"},
    "inspections": {"month": date(2026, 11, 1), "item": "マニュアル"},
    "crises": {
        "id": "C-261121-7F3QX",
        "kind": "個人情報の漏えい",
        "title": "誤送信",
        "known_at": NOON,
    },
    "recall_lots": {"crisis_id": "C-261121-7F3QX", "product_code": "P1", "lot": "A1"},
    "tasks": {"id": "W-261121-7F3QX", "case_id": "C-261121-7F3QX", "title": "公表"},
    "alarms": {
        "id": "A-261121-7F3QX",
        "level": "警報",
        "raised_on": date(2026, 11, 20),
        "raised_at": NOON,
        "start_on": date(2026, 11, 12),
        "start_first": date(2026, 11, 10),
        "start_last": date(2026, 11, 16),
        "statistic": 90.0,
        "count": 9,
        "expected": 3.0,
    },
    "care_records": {
        "id": "F-261121-7F3QX",
        "kind": "フォロー(24時間)",
        "for_whom": "佐藤",
    },
    "page_checks": {
        "checked_on": date(2026, 11, 20),
        "page": "定期LP",
        "item": "quantity",
        "page_kind": "最終確認画面",
    },
    "documents": {
        "id": "B-261121-7F3QX",
        "title": "解約の受け方",
        "body": "はじめに意思を復唱する。",
    },
    "trainings": {"email": "a@example.jp", "document_id": "B-261121-7F3QX"},
    "settings": {"group": "目標", "name": "応答率", "effective_from": date(2026, 1, 1)},
}

EXAMPLES = [
    # table, field, stage, what breaks the rule, what keeps it
    ("complaints", "next_promise", Stage.SAVING, {"next_promise": None}, {}),
    ("complaints", "next_promise_at", Stage.SAVING, {"next_promise_at": None}, {}),
    ("complaints", "content", Stage.SAVING, {"content": " \n"}, {}),
    ("complaints", "harm", Stage.CLOSING, {}, {"harm": Harm.NO}),
    ("complaints", "leak", Stage.CLOSING, {}, {"leak": Answered.NO}),
    ("complaints", "read_back", Stage.CLOSING, {}, {"read_back": Done.DONE}),
    ("complaints", "resolution", Stage.CLOSING, {}, {"resolution": Resolution.REFUND}),
    ("complaints", "cause", Stage.CLOSING, {}, {"cause": Cause.UNKNOWN}),
    (
        "complaints",
        "cause_certainty",
        Stage.CLOSING,
        {},
        {"cause_certainty": Certainty.PRESUMED},
    ),
    (
        "complaints",
        "symptom",
        Stage.CLOSING,
        {"harm": Harm.TREATED},
        {"harm": Harm.TREATED, "symptom": Symptom.RASH},
    ),
    (
        "complaints",
        "harassment_kind",
        Stage.CLOSING,
        {"harassment": Harassment.SUSPECTED},
        {
            "harassment": Harassment.SUSPECTED,
            "harassment_kind": HarassmentKind.VERBAL_ABUSE,
        },
    ),
    (
        "complaints",
        "parent_id",
        Stage.ADVISED,
        {"kind": ComplaintKind.SECOND},
        {"kind": ComplaintKind.SECOND, "parent_id": "K-261101-7F3QX"},
    ),
    (
        "complaints",
        "lot",
        Stage.ADVISED,
        {"category": Category.QUALITY},
        {"category": Category.QUALITY, "lot": "A-01"},
    ),
    (
        "complaints",
        "apology",
        Stage.ADVISED,
        {"apology": Apology.CONTENT},
        {"apology": Apology.CONTENT, "fault": Fault.YES},
    ),
    ("activities", "content", Stage.SAVING, {"content": " "}, {}),
    (
        "activities",
        "expert",
        Stage.SAVING,
        {"kind": ActivityKind.EXPERT},
        {"kind": ActivityKind.EXPERT, "expert": Expert.LAWYER},
    ),
    (
        "activities",
        "evidence_url",
        Stage.ADVISED,
        {"kind": ActivityKind.PUBLICATION},
        {"kind": ActivityKind.PUBLICATION, "evidence_url": "https://example.jp/notice"},
    ),
    (
        "escalations",
        "introduced",
        Stage.CLOSING,
        {"changes": (Change.PERSON,)},
        {"changes": (Change.PERSON,), "introduced": Done.DONE},
    ),
    ("escalations", "course", Stage.CLOSING, {}, {"course": "折返しを忘れた"}),
    ("escalations", "prevention", Stage.CLOSING, {}, {"prevention": "予定表に入れる"}),
    (
        "escalations",
        "follow_up_for",
        Stage.CLOSING,
        {"temper": Temper.FURIOUS},
        {"temper": Temper.FURIOUS, "follow_up_for": "佐藤"},
    ),
    (
        "escalations",
        "follow_up_due",
        Stage.CLOSING,
        {"harassment": Harassment.CONFIRMED},
        {"harassment": Harassment.CONFIRMED, "follow_up_due": date(2026, 11, 22)},
    ),
    (
        "agency_inquiries",
        "agency_due_at",
        Stage.SAVING,
        {"contact_kind": ContactKind.REPORT_ORDER},
        {"contact_kind": ContactKind.REPORT_ORDER, "agency_due_at": NOON},
    ),
    (
        "agency_inquiries",
        "agency_contact",
        Stage.ADVISED,
        {},
        {"agency_contact": "03-0000-0000"},
    ),
    ("agency_inquiries", "decision", Stage.CLOSING, {}, {"decision": Decision.DECLINE}),
    (
        "agency_inquiries",
        "legal_ground",
        Stage.CLOSING,
        {},
        {"legal_ground": "特商法15条の3"},
    ),
    ("agency_inquiries", "answered_at", Stage.CLOSING, {}, {"answered_at": NOON}),
    ("agency_inquiries", "answer", Stage.CLOSING, {}, {"answer": "返金する"}),
    (
        "agency_inquiries",
        "approver",
        Stage.CLOSING,
        {},
        {"sole_approval_reason": "一人で運営しているため"},
    ),
    (
        "agency_inquiries",
        "mediation_result",
        Stage.CLOSING,
        {"contact_kind": ContactKind.MEDIATION},
        {
            "contact_kind": ContactKind.MEDIATION,
            "mediation_result": MediationResult.SETTLED,
        },
    ),
    (
        "agency_inquiries",
        "mended_places",
        Stage.CLOSING,
        {},
        {"mended_places": (MendedPlace.NOTHING,)},
    ),
    (
        "agency_inquiries",
        "improvement_id",
        Stage.CLOSING,
        {},
        {"no_improvement_reason": "表示に誤りはない"},
    ),
    (
        "deadlines",
        "checked_by",
        Stage.SAVING,
        {"applies": Applicability.NOT_APPLICABLE},
        {"applies": Applicability.NOT_APPLICABLE, "checked_by": "佐藤"},
    ),
    (
        "kpi_days",
        "answered",
        Stage.SAVING,
        {"offered": 5, "answered": 6},
        {"offered": 6, "answered": 6},
    ),
    (
        "kpi_days",
        "abandoned",
        Stage.SAVING,
        {"offered": 10, "answered": 8, "abandoned": 3},
        {"offered": 10, "answered": 8, "abandoned": 2},
    ),
    (
        "kpi_days",
        "short_abandoned",
        Stage.SAVING,
        {"abandoned": 2, "short_abandoned": 3},
        {"abandoned": 2, "short_abandoned": 2},
    ),
    (
        "kpi_days",
        "answered_in_time",
        Stage.SAVING,
        {"answered": 2, "answered_in_time": 3},
        {"answered": 3, "answered_in_time": 3},
    ),
    (
        "kpi_days",
        "worst_answered",
        Stage.SAVING,
        {"worst_offered": 2, "worst_answered": 3},
        {"worst_offered": 3, "worst_answered": 0},
    ),
    (
        "kpi_days",
        "callbacks_done",
        Stage.ADVISED,
        {"callbacks_promised": 1, "callbacks_done": 2},
        {"callbacks_promised": 2, "callbacks_done": 2},
    ),
    (
        "kpi_days",
        "retention_offers",
        Stage.SAVING,
        {"cancel_requests": 1, "retention_offers": 2},
        {"cancel_requests": 2, "retention_offers": 2},
    ),
    (
        "kpi_days",
        "retention_kept",
        Stage.SAVING,
        {"retention_offers": 1, "retention_kept": 2},
        {"retention_offers": 2, "retention_kept": 2},
    ),
    ("kpi_days", "offered", Stage.CLOSING, {}, {"offered": 0}),
    ("kpi_days", "answered", Stage.CLOSING, {}, {"answered": 0}),
    (
        "kpi_days",
        "consumer_centre_calls",
        Stage.CLOSING,
        {},
        {"consumer_centre_calls": 0},
    ),
    (
        "kpi_days",
        "orders",
        Stage.CLOSING,
        {"centre": "自社"},
        {"centre": "自社", "orders": 0},
    ),
    (
        "kpi_days",
        "shipments",
        Stage.CLOSING,
        {"centre": "自社"},
        {"centre": "自社", "shipments": 0},
    ),
    ("members", "name", Stage.SAVING, {"name": " "}, {}),
    (
        "members",
        "centre",
        Stage.SAVING,
        {"role": Role.OUTSOURCED},
        {"role": Role.OUTSOURCED, "centre": "A"},
    ),
    ("centres", "code", Stage.SAVING, {"code": " "}, {}),
    ("centres", "name", Stage.SAVING, {"name": " "}, {}),
    ("products", "code", Stage.SAVING, {"code": " "}, {}),
    ("products", "name", Stage.SAVING, {"name": " "}, {}),
    (
        "improvements",
        "starts_on",
        Stage.SAVING,
        {"status": ImprovementStatus.DOING},
        {"status": ImprovementStatus.DOING, "starts_on": date(2026, 11, 1)},
    ),
    ("improvements", "owner", Stage.ADVISED, {}, {"owner": "佐藤"}),
    ("crises", "leader", Stage.CLOSING, {}, {"leader": "佐藤"}),
    ("crises", "affected_known", Stage.CLOSING, {}, {"affected_known": 0}),
    ("crises", "cause", Stage.CLOSING, {"cause": " "}, {"cause": "宛先の取り違え"}),
    ("crises", "prevention", Stage.CLOSING, {}, {"prevention": "二人で確かめる"}),
    (
        "recall_lots",
        "recovered",
        Stage.ADVISED,
        {"shipped": 10, "recovered": 11},
        {"shipped": 10, "recovered": 10},
    ),
    (
        "tasks",
        "done_by",
        Stage.SAVING,
        {"done_at": NOON},
        {"done_at": NOON, "done_by": "佐藤"},
    ),
    (
        "tasks",
        "done_at",
        Stage.SAVING,
        {"waived_reason": "対象外"},
        {"waived_reason": "対象外", "done_at": NOON, "done_by": "佐藤"},
    ),
    (
        "care_records",
        "done_by",
        Stage.SAVING,
        {"done_at": NOON},
        {"done_at": NOON, "done_by": "佐藤"},
    ),
    (
        "alarms",
        "reason",
        Stage.SAVING,
        {"status": AlarmStatus.FALSE, "reason": " "},
        {"status": AlarmStatus.FALSE, "reason": "広告の一斉配信"},
    ),
    (
        "alarms",
        "owner",
        Stage.SAVING,
        {"confirmed_at": NOON, "due_at": NOON},
        {"confirmed_at": NOON, "due_at": NOON, "owner": "佐藤"},
    ),
    (
        "alarms",
        "due_at",
        Stage.SAVING,
        {"confirmed_at": NOON, "owner": "佐藤"},
        {"confirmed_at": NOON, "owner": "佐藤", "due_at": NOON},
    ),
    (
        "page_checks",
        "inspector",
        Stage.SAVING,
        {"result": CheckResult.GOOD},
        {"result": CheckResult.GOOD, "inspector": "佐藤"},
    ),
    (
        "page_checks",
        "improvement_id",
        Stage.ADVISED,
        {"result": CheckResult.TO_IMPROVE, "inspector": "佐藤"},
        {
            "result": CheckResult.TO_IMPROVE,
            "inspector": "佐藤",
            "improvement_id": "S-261121-7F3QX",
        },
    ),
    ("documents", "title", Stage.SAVING, {"title": " "}, {}),
    ("documents", "body", Stage.SAVING, {"body": " "}, {}),
    ("documents", "review_on", Stage.ADVISED, {}, {"review_on": date(2027, 5, 1)}),
    (
        "trainings",
        "next_on",
        Stage.SAVING,
        {"trained_on": date(2026, 11, 1), "next_on": date(2026, 11, 1)},
        {"trained_on": date(2026, 11, 1), "next_on": date(2027, 11, 1)},
    ),
    ("inspections", "month", Stage.SAVING, {"month": date(2026, 11, 2)}, {}),
    (
        "inspections",
        "inspector",
        Stage.SAVING,
        {"result": InspectionResult.GOOD},
        {"result": InspectionResult.GOOD, "inspector": "佐藤"},
    ),
    (
        "inspections",
        "improvement_id",
        Stage.ADVISED,
        {"result": InspectionResult.TO_IMPROVE, "inspector": "佐藤"},
        {
            "result": InspectionResult.TO_IMPROVE,
            "inspector": "佐藤",
            "improvement_id": "S-261121-7F3QX",
        },
    ),
]


def _fields_in_breach(code, changes, stage):
    record = table(code).record.model_validate({**VALID[code], **changes})
    return {problem.field for problem in record.problems(stage)}


@pytest.mark.parametrize(("code", "field", "stage", "breaking", "keeping"), EXAMPLES)
def test_a_rule_speaks_where_it_is_broken_and_only_there(
    code, field, stage, breaking, keeping
):
    assert field in _fields_in_breach(code, breaking, stage)
    assert field not in _fields_in_breach(code, keeping, stage)


@pytest.mark.parametrize(
    ("code", "breaking"),
    [
        (code, breaking)
        for code, _, stage, breaking, _ in EXAMPLES
        if stage is Stage.SAVING
    ],
)
def test_a_rule_of_saving_refuses_the_record(code, breaking):
    with pytest.raises(InvalidRecord):
        table(code).record.parse({**VALID[code], **breaking})


def test_no_rule_is_without_an_example():
    shown = {(code, field, stage) for code, field, stage, _, _ in EXAMPLES}
    rules = {(t.code, r.field, r.stage) for t in TABLES for r in t.record.RULES}

    assert rules == shown


def test_an_advised_rule_never_stands_in_the_way_of_saving():
    record = table("complaints").record.parse(
        {**VALID["complaints"], "kind": ComplaintKind.SECOND}
    )

    assert not record.problems(Stage.SAVING)


@pytest.mark.parametrize("source", [Source.IMPORT, Source.SHEET])
def test_a_case_from_a_file_or_the_sheet_may_lack_a_promise(source):
    values = VALID["complaints"] | {"next_promise": None, "next_promise_at": None}

    assert table("complaints").record.parse({**values, "source": source}).is_open


@pytest.mark.parametrize("status", [ComplaintStatus.CLOSED, ComplaintStatus.CANCELLED])
def test_a_settled_case_owes_no_promise(status):
    values = VALID["complaints"] | {"next_promise": None, "next_promise_at": None}

    assert not table("complaints").record.parse({**values, "status": status}).is_open


def test_a_closed_day_and_the_company_are_asked_for_no_calls():
    assert not _fields_in_breach("kpi_days", {"business": "休業"}, Stage.CLOSING)
    asked = _fields_in_breach("kpi_days", {"centre": "自社"}, Stage.CLOSING)
    assert asked == {"orders", "shipments"}
