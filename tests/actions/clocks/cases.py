"""A small company for the tests of clocks: its products, and cases that start clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.crisis import Crisis
from lib.schema.deadline import Deadline
from lib.schema.ids import new_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Product
from lib.schema.vocab import (
    AgencyKind,
    CrisisKind,
    DeadlineKind,
    Flag,
    Harm,
    ProductKind,
    Symptom,
)
from tests.builders import complaint

NOW = clock.at(date(2026, 11, 20), 10)
"""A Friday; the Monday after it is a holiday."""

CREAM = Product(code="CRM", name="しっとりクリーム", kind=ProductKind.COSMETIC)
OWN_CREAM = Product(
    code="OWN", name="自社クリーム", kind=ProductKind.COSMETIC, own_make=Flag.YES
)
SUPPLEMENT = Product(
    code="BFS", name="ビフィズス・サプリ", kind=ProductKind.FUNCTIONAL_FOOD
)
KETTLE = Product(
    code="KTL", name="電気ケトル", kind=ProductKind.GOODS, own_make=Flag.YES
)
BOUGHT_KETTLE = Product(code="BKT", name="輸入ケトル", kind=ProductKind.GOODS)
PRODUCTS = (CREAM, OWN_CREAM, SUPPLEMENT, KETTLE, BOUGHT_KETTLE)


def case(**values: Any) -> Complaint:
    """Return a complaint received at `NOW`."""
    return complaint(
        **{
            "id": new_id("K", NOW),
            "received_at": NOW,
            "next_promise_at": NOW.replace(hour=15),
            **values,
        }
    )


def ill(**values: Any) -> Complaint:
    """Return a doctor-seen case of the supplement."""
    return case(
        **{
            "harm": Harm.TREATED,
            "symptom": Symptom.STOMACH,
            "product_code": SUPPLEMENT.code,
            **values,
        }
    )


def inquiry(**values: Any) -> AgencyInquiry:
    """Return a call from a consumer centre at `NOW`."""
    return AgencyInquiry.parse(
        {
            "id": new_id("G", NOW),
            "first_contact_at": NOW,
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みどり市消費生活センター",
            "handler": "佐藤 花子",
            **values,
        }
    )


def crisis(**values: Any) -> Crisis:
    """Return a leak that one knew of at `NOW`."""
    return Crisis.parse(
        {
            "id": new_id("C", NOW),
            "kind": CrisisKind.LEAK,
            "title": "顧客名簿の誤送信",
            "known_at": NOW,
            "leader": "佐藤 花子",
            **values,
        }
    )


def deadline(of: Any, **values: Any) -> Deadline:
    """Return a statutory clock on a case that runs for five days."""
    return Deadline.parse(
        {
            "id": new_id("T", NOW),
            "case_id": of.id,
            "rule_code": "L1速報",
            "kind": DeadlineKind.STATUTORY,
            "started_at": NOW,
            "due_at": clock.at(date(2026, 11, 24), 23, 59),
            **values,
        }
    )


def day(text: str) -> datetime:
    """Return a moment of Tokyo, written 「2026-11-24 23:59」."""
    return clock.in_tokyo(datetime.fromisoformat(text))
