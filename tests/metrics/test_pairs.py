"""Like cases are found however they were written, and only where two people tell them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.metrics.pairs import Products, pairs, squashed, symptoms_of
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.masters import Product
from lib.schema.tables import table
from lib.schema.vocab import ComplaintStatus, Harm, ProductKind, Symptom
from tests.metrics.rows import at, complaint

MASTER = Products(
    frame_of(
        table("products"),
        [
            Product(
                code="BFS-001",
                name="ビフィズス・サプリ",
                kind=ProductKind.FUNCTIONAL_FOOD,
            ),
            Product(code="GRN-002", name="青汁習慣", kind=ProductKind.HEALTH_FOOD),
            Product(code="CRM-003", name="しっとりクリーム", kind=ProductKind.COSMETIC),
        ],
    )
)


def hurt(day: int, **values: Any) -> Complaint:
    """Return a doctor-seen case of the functional food, told by somebody new."""
    return complaint(
        at(day),
        **{
            "harm": Harm.TREATED,
            "symptom": Symptom.STOMACH,
            "product_code": "BFS-001",
            "customer_key": f"customer {day}",
            **values,
        },
    )


def found(*cases: Complaint) -> list[tuple[str, str]]:
    rows = frame_of(table("complaints"), cases)
    return [(pair.later, pair.earlier) for pair in pairs(rows, MASTER)]


def test_two_customers_with_one_symptom_of_one_product_are_a_pair() -> None:
    first, second = hurt(2), hurt(20)

    assert found(first, second) == [(second.id, first.id)]


def test_the_order_of_the_rows_does_not_matter() -> None:
    first, second = hurt(2), hurt(20)

    assert found(second, first) == [(second.id, first.id)]


@pytest.mark.parametrize(
    "spelt",
    [
        "ビフィズス・サプリ",
        "ﾋﾞﾌｨｽﾞｽ ｻﾌﾟﾘ",
        "びふぃずすサプリ",
        "ＢＦＳ－００１",
        "bfs001",
        "ビフィズスサプリ(30日分)",
        "BFS-001 ビフィズス・サプリ",
    ],
)
def test_a_product_is_one_however_it_was_spelt(spelt) -> None:
    first, second = hurt(2), hurt(20, product_code=spelt)

    assert found(first, second) == [(second.id, first.id)]


def test_a_product_that_no_master_knows_is_one_with_its_own_spellings() -> None:
    first = hurt(2, product_code="お試しセット Ａ")
    second = hurt(20, product_code="お試しｾｯﾄ A")

    assert found(first, second) == [(second.id, first.id)]


def test_products_that_nobody_named_are_not_the_same() -> None:
    assert found(hurt(2, product_code="不明"), hurt(20, product_code="不明")) == []


def test_a_name_that_holds_two_products_means_neither() -> None:
    assert MASTER.code_of("ビフィズス・サプリと青汁習慣のセット") == ""


@pytest.mark.parametrize(
    "told",
    [
        "飲んだ夜から下痢が続き、病院に行った",
        "ハラが痛いので受診、腹痛止めをもらった",
        "胃もたれがひどい",
        "吐き気と嘔吐。医師に診てもらった",
        "お腹を下して病院へ",
    ],
)
def test_a_symptom_is_read_from_the_words_where_none_was_chosen(told) -> None:
    first = hurt(2)
    other = hurt(20, symptom=Symptom.OTHER, content=told)
    none = hurt(21, symptom=None, content=told)

    assert found(first, other) == [(other.id, first.id)]
    assert found(first, none) == [(none.id, first.id)]


@pytest.mark.parametrize(
    ("told", "symptoms"),
    [
        ("全身に湿疹が出て痒みが強い", {"発疹・かゆみ"}),
        ("ﾌﾞﾂﾌﾞﾂが出た", {"発疹・かゆみ"}),
        ("かゆみはない。腹痛だけ", {"胃腸"}),
        ("発疹なし、下痢もありません", set()),
        ("γ-GTPとALTの値が上がった", {"肝機能"}),
        ("saltを控えている", set()),
        ("めまいと頭痛", {"めまい", "頭痛"}),
        ("説明が分かりにくい", set()),
    ],
)
def test_words_tell_symptoms_unless_they_deny_them(told, symptoms) -> None:
    assert symptoms_of("その他", told) == symptoms


def test_a_chosen_symptom_counts_alone() -> None:
    assert symptoms_of("胃腸", "前に発疹も出たことがある") == {"胃腸"}


def test_a_symptom_misspelt_in_the_sheet_is_read_too() -> None:
    assert symptoms_of("発疹・痒み", "") == {"発疹・かゆみ"}


def test_other_symptoms_are_no_pair() -> None:
    assert found(hurt(2), hurt(20, symptom=Symptom.RASH)) == []


def test_cases_more_than_thirty_days_apart_are_no_pair() -> None:
    first = hurt(2)
    last_day = hurt(3, received_at=first.received_at + timedelta(days=30))
    too_late = hurt(4, received_at=first.received_at + timedelta(days=30, minutes=1))

    assert found(first, last_day) == [(last_day.id, first.id)]
    assert found(first, too_late) == []


@pytest.mark.parametrize("harm", [Harm.UNTREATED, Harm.NO, Harm.UNKNOWN, Harm.UNASKED])
def test_what_no_doctor_saw_is_no_pair(harm) -> None:
    assert found(hurt(2), hurt(20, harm=harm)) == []


def test_a_cream_is_not_this_rule_s() -> None:
    first = hurt(2, product_code="CRM-003", symptom=Symptom.RASH)
    second = hurt(20, product_code="CRM-003", symptom=Symptom.RASH)

    assert found(first, second) == []


def test_a_withdrawn_case_is_in_no_pair() -> None:
    assert found(hurt(2, status=ComplaintStatus.CANCELLED), hurt(20)) == []


# One customer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"customer_key": "same"}, {"customer_key": "same"}),
        (
            {"customer_key": "", "contact": "090-1234-5678"},
            {"customer_key": "", "contact": "a@example.jp ０９０１２３４５６７８"},
        ),
        (
            {"customer_key": "", "order_number": "ＡＢ-１２３"},
            {"customer_key": "", "order_number": "AB123"},
        ),
        (
            {"customer_key": "by phone", "order_number": "AB-123"},
            {"customer_key": "by mail", "order_number": "AB-123"},
        ),
    ],
)
def test_the_same_customer_calling_twice_is_no_pair(first, second) -> None:
    assert found(hurt(2, **first), hurt(20, **second)) == []


def test_a_second_complaint_of_a_case_is_no_pair_with_it() -> None:
    first = hurt(2, customer_key="")

    assert found(first, hurt(20, customer_key="", parent_id=first.id)) == []


def test_two_callers_of_whom_nothing_is_known_are_taken_for_two() -> None:
    first, second = hurt(2, customer_key=""), hurt(20, customer_key="")

    assert found(first, second) == [(second.id, first.id)]


def test_a_third_case_is_paired_with_the_latest_that_is_another_customer_s() -> None:
    first, second = hurt(2), hurt(10)
    third = hurt(20, customer_key=second.customer_key)

    assert found(first, second, third) == [
        (second.id, first.id),
        (third.id, first.id),
    ]


def test_squashing_keeps_letters_apart_that_differ() -> None:
    assert squashed("ビフィズス・サプリ") == squashed("ﾋﾞﾌｨｽﾞｽ ｻﾌﾟﾘ")
    assert squashed("ハーブ") != squashed("バーブ")


def test_without_cases_there_is_no_pair() -> None:
    assert found() == []
