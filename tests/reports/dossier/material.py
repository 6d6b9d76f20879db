"""A case with everything in it, and what must not be seen of its customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lib import clock
from lib.reports.dossier.composing import composed
from lib.reports.dossier.material import ClockName, Material, Similar
from lib.reports.dossier.model import Audience, Dossier
from lib.reports.dossier.veil import Veil
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.record import Record
from lib.schema.task import Task
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Applicability,
    DeadlineKind,
    Medium,
    Promise,
    TaskKind,
)

AT = datetime(2026, 11, 20, 9, 30, tzinfo=clock.TOKYO)
NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)

NAME = "鴫原 沙織"
PHONE = "090-8317-4629"
MAIL = "s.shigihara@mailbox.example"
ORDER = "250912-48213"
OFFICER = "蓼沼"
STAFF = frozenset({"佐藤 花子", "鈴木 太郎"})

VEIL = Veil(
    names=(NAME,), contacts=(PHONE, MAIL), order_numbers=(ORDER,), officers=(OFFICER,)
)

TOLD = (
    f"{NAME}様({PHONE}、０９０８３１７４６２９、{MAIL})から、注文番号{ORDER}の件。"
    "ｼｷﾞﾊﾗではなく鴫原とのこと。〒150-0041 東京都渋谷区神南1-2-3 コーポ椋鳥101号室。"
    "カード4111-1111-1111-1111、口座は普通7654321。"
    f"ご主人の番号は080-2222-9191。{OFFICER}様へ折返し。"
)
"""A text with everything in it that must not be seen."""

SECRETS = (
    "鴫原", "沙織", "s.shigihara", ORDER, "48213", "蓼沼",
    "神南1-2-3", "椋鳥", "150-0041",
)  # fmt: skip
SECRET_DIGITS = ("83174629", "22229191", "41111111", "7654321", "25091248")
"""Digits that must not follow each other once everything else is taken away."""


def complaint(**changes: Any) -> Complaint:
    return Complaint.parse(
        {
            "id": "K-261120-7F3QX",
            "received_at": AT,
            "content": "届いた容器が割れていた",
            "customer_name": NAME,
            "contact": f"{PHONE}、{MAIL}",
            "order_number": ORDER,
            "handler": "佐藤 花子",
            "receiver": "佐藤 花子",
            "product_code": "SRM-30",
            "claim_type": "不良品",
            "next_promise": Promise.CALL_BACK,
            "next_promise_at": NOW + timedelta(hours=1),
            **changes,
        }
    )


def inquiry(**changes: Any) -> AgencyInquiry:
    return AgencyInquiry.parse(
        {
            "id": "G-261121-4TQRM",
            "first_contact_at": NOW - timedelta(minutes=10),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みなと台市消費生活センター",
            "officer_name": OFFICER,
            "agency_contact": "045-211-9182",
            "complaint_id": "K-261120-7F3QX",
            "facts": "容器が割れて届いたとのご相談。",
            "handler": "鈴木 太郎",
            **changes,
        }
    )


def activity(number: int = 1, **changes: Any) -> Activity:
    return Activity.parse(
        {
            "id": f"H-261120-{number:05}",
            "case_id": "K-261120-7F3QX",
            "at": AT + timedelta(minutes=number),
            "actor": "佐藤 花子",
            "medium": Medium.CALL_OUT,
            "kind": ActivityKind.EXPLANATION,
            "content": "状況をご説明した。",
            **changes,
        }
    )


def deadline(**changes: Any) -> Deadline:
    return Deadline.parse(
        {
            "id": "T-261120-9WXYZ",
            "case_id": "K-261120-7F3QX",
            "rule_code": "L3",
            "kind": DeadlineKind.STATUTORY,
            "started_at": AT,
            "due_at": AT + timedelta(days=9),
            **changes,
        }
    )


def improvement(**changes: Any) -> Improvement:
    title = {"id": "S-261121-2ABCD", "title": "梱包材を二重にする"}
    return Improvement.parse({**title, **changes})


def task(**changes: Any) -> Task:
    return Task.parse(
        {
            "id": "W-261121-3EFGH",
            "case_id": "G-261121-4TQRM",
            "kind": TaskKind.INSTRUCTION,
            "title": "表示を直して報告する",
            "given_at": NOW,
            **changes,
        }
    )


def material(**changes: Any) -> Material:
    case, asked = complaint(), inquiry()
    return Material(
        **{
            "number": asked.id,
            "complaint": case,
            "inquiries": (asked,),
            "activities": (activity(),),
            "products": {"SRM-30": "保湿美容液 30mL"},
            "staff": STAFF,
            "clocks": {
                "L3": ClockName("重大製品事故の報告", "消費生活用製品安全法35条")
            },
            "similar": Similar(AT.date(), NOW.date(), (("同じ商品の苦情", 7),)),
            "veil": VEIL,
            **changes,
        }
    )


def telling_everything() -> Material:
    """Return a case in which every text that a person can type tells everything."""
    step = told(activity(2, answers="", next_promise_at=None))
    return material(
        complaint=told(complaint(), keep=("customer_name", "contact", "order_number")),
        inquiries=(told(inquiry(), keep=("order_number",)),),
        activities=(
            step,
            told(activity(3, kind=ActivityKind.INTERNAL_CHECK, asked_of="鈴木 太郎")),
            told(activity(4, kind=ActivityKind.HEARING, case_id="G-261121-4TQRM")),
        ),
        deadlines=(
            told(deadline(), keep=("rule_code",)),
            told(
                deadline(applies=Applicability.APPLIES, checked_by="鈴木 太郎"),
                keep=("rule_code",),
            ),
        ),
        improvements=(told(improvement()),),
        tasks=(
            told(task()),
            told(task(waived_reason="不要", done_at=NOW, done_by="x")),
        ),
    )


def told(record: Record, keep: tuple[str, ...] = ()) -> Any:
    """Return the record with `TOLD` in every text but numbers of ours and `keep`."""
    ours = {"id", "case_id", "complaint_id", "improvement_id", "parent_id", "answers"}
    texts = {
        field.name: TOLD
        for field in record.fields()
        if field.kind == "text"
        and field.name not in ours
        and field.name not in keep
        and field.column.refers != "members"
    }
    return type(record).model_validate({**record.values(), **texts})


def written(
    found: Material | None = None,
    audience: Audience = Audience.LAWYER,
    *,
    is_masked: bool = True,
) -> Dossier:
    return composed(
        found or material(),
        audience=audience,
        made_by="鈴木 太郎（室長）",
        made_at=NOW,
        is_masked=is_masked,
    )
