"""One call stands for many: which cases count as alike, and how they spread over weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib import clock
from lib.actions.inquiries.similar import About, Like, similar
from lib.schema.masters import Product
from lib.schema.vocab import Category, ComplaintStatus, InquiryStatus
from tests.actions.inquiries.conftest import inquiry
from tests.builders import complaint, fill

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


def case(days_ago=0, **values):
    return complaint(
        **{
            "received_at": NOW - timedelta(days=days_ago),
            "product_code": "A-01",
            "category": Category.CONTRACT,
            **values,
        }
    )


def contact(number, days_ago=0, **values):
    return inquiry(
        **{
            "id": number,
            "first_contact_at": NOW - timedelta(days=days_ago),
            "product_code": "A-01",
            "category": Category.CONTRACT,
            **values,
        }
    )


BOTH = About("A-01", Category.CONTRACT)


def counts(sato, about=BOTH, **how):
    return {found.like: found.count for found in similar(sato, about, TODAY, **how)}


def test_complaints_and_contacts_of_ninety_days_count(sato):
    fill(
        sato,
        case(0),
        case(89),
        case(90),
        contact("G-261101-AAAAA", 20),
        case(1, product_code="B-02"),
        case(1, category=Category.QUALITY),
    )

    assert counts(sato) == {Like.BOTH: 3, Like.PRODUCT: 4, Like.CATEGORY: 4}
    [both, *_others] = similar(sato, BOTH, TODAY)
    assert both.contacts == 1


def test_the_case_itself_does_not_count(sato):
    own = case(1)
    fill(sato, own, contact("G-261121-AAAAA"), case(2))

    assert counts(sato, without=("G-261121-AAAAA", own.id))[Like.BOTH] == 1


def test_cancelled_cases_do_not_count(sato):
    fill(
        sato,
        case(1, status=ComplaintStatus.CANCELLED),
        contact("G-261121-AAAAA", status=InquiryStatus.CANCELLED),
    )

    assert counts(sato) == {Like.BOTH: 0, Like.PRODUCT: 0, Like.CATEGORY: 0}


def test_a_product_code_is_the_same_in_any_width(sato):
    fill(sato, case(1, product_code="ａ-01"))

    assert counts(sato)[Like.PRODUCT] == 1


def test_a_product_may_be_called_by_its_name(sato):
    fill(sato, Product(code="A-01", name="うるおい美容液"))
    fill(sato, case(1, product_code="うるおい 美容液"), case(1))

    assert counts(sato)[Like.PRODUCT] == 2
    assert counts(sato, About("うるおい美容液 30mL"))[Like.PRODUCT] == 2


@pytest.mark.parametrize("about", [About(), About("不明", Category.OTHER, " ")])
def test_of_what_nobody_knows_nothing_is_alike(sato, about):
    fill(sato, case(1, product_code="不明", category=Category.OTHER))

    assert similar(sato, about, TODAY) == ()


def test_a_page_alone_can_be_what_is_alike(sato):
    fill(sato, case(1, sales_page="LP-A"), case(1, sales_page="LP-B"))

    assert counts(sato, About(sales_page="ＬＰ-Ａ")) == {Like.PAGE: 1}


def test_weeks_end_today_and_hold_every_case(sato):
    fill(sato, case(0), case(6), case(7), case(89))

    [both, *_others] = similar(sato, BOTH, TODAY)

    assert both.weeks["last"].iloc[-1] == TODAY
    assert both.weeks["count"].tolist() == [1, *([0] * 10), 1, 2]
    assert both.weeks["count"].sum() == both.count


def test_the_newest_stands_first(sato):
    old, new = case(9), case(1)
    fill(sato, old, new)

    assert similar(sato, BOTH, TODAY)[0].rows.index.tolist() == [new.id, old.id]
