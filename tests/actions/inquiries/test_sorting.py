"""情報を整理: kept as it comes, sorted when a person says so, questions in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.inquiries import sorting
from lib.errors import Conflict, InvalidRecord
from lib.schema.vocab import (
    ActivityKind,
    Category,
    ContactKind,
    InquiryStatus,
    SalesForm,
)
from tests.actions.inquiries.conftest import NOW, SATO, SUZUKI, inquiry, once, steps

HEARD = {"facts": "定期と知らなかった", "demand": "全額の返金"}


def test_what_is_known_so_far_is_kept(sato, given) -> None:
    found = sorting.note(sato, given(), {"facts": "定期と知らなかった"}, **once())

    assert found.facts == "定期と知らなかった"
    assert found.status is InquiryStatus.CHECKING


def test_nothing_new_is_nothing_saved(sato, given) -> None:
    before = given(**HEARD)

    assert sorting.note(sato, before, HEARD, **once()) is before


def test_it_is_sorted_when_a_person_says_so(sato, given) -> None:
    found = sorting.is_sorted(sato, given(), HEARD, **once())

    assert found.status is InquiryStatus.PREPARING
    assert (found.facts, found.demand) == (HEARD["facts"], HEARD["demand"])


def test_facts_and_demand_are_needed_to_be_sorted(sato, given) -> None:
    with pytest.raises(InvalidRecord) as refused:
        sorting.is_sorted(sato, given(), {}, **once())

    assert {p.field for p in refused.value.problems} == {"facts", "demand"}


def test_a_letter_that_names_a_date_needs_it(sato, given) -> None:
    order = given(
        contact_kind=ContactKind.REPORT_ORDER, agency_due_at=NOW + timedelta(days=7)
    )

    with pytest.raises(InvalidRecord) as refused:
        sorting.is_sorted(sato, order, {**HEARD, "agency_due_at": None}, **once())

    assert {p.field for p in refused.value.problems} == {"agency_due_at"}


def test_after_the_answer_more_can_be_noted_without_going_back(sato, given) -> None:
    answered = given(**HEARD, status=InquiryStatus.ANSWERED, answered_at=NOW)

    found = sorting.note(sato, answered, {"facts": "続きがあった"}, **once())

    assert found.status is InquiryStatus.ANSWERED


def test_what_nobody_asked_is_named() -> None:
    bare = inquiry(agency_contact="")
    full = inquiry(
        officer_name="佐々木",
        order_number="1234",
        sales_form=SalesForm.MAIL_ORDER_SINGLE,
        category=Category.CONTRACT,
        contract_yen=4980,
        agency_due_at=NOW,
    )

    assert "agency_contact" in sorting.unasked(bare)
    assert "contract_yen" in sorting.unasked(bare)
    assert sorting.unasked(full) == ()


def test_a_question_waits_and_its_answer_lands_on_the_timeline(sato, given) -> None:
    asked = sorting.ask_later(sato, given(), "同意の画面は残っているか", **once())
    (question,) = sorting.questions(sato, asked.id)
    assert (question.title, question.owner) == ("同意の画面は残っているか", SATO)

    sorting.answered(sato, asked, question, "残っている", **once())

    assert sorting.questions(sato, asked.id) == ()
    assert steps(sato, ActivityKind.HEARING) == [
        "同意の画面は残っているか → 残っている"
    ]


def test_questions_and_answers_are_not_blank(sato, given) -> None:
    before = given()
    with pytest.raises(InvalidRecord):
        sorting.ask_later(sato, before, "  ", **once())
    asked = sorting.ask_later(sato, before, "注文番号", **once())
    (question,) = sorting.questions(sato, asked.id)

    with pytest.raises(InvalidRecord) as refused:
        sorting.answered(sato, asked, question, " ", **once())

    assert {p.field for p in refused.value.problems} == {question.id}


def test_of_two_who_answer_a_question_the_second_is_told(sato, desk_of, given) -> None:
    asked = sorting.ask_later(sato, given(), "注文番号", **once())
    (question,) = sorting.questions(sato, asked.id)
    sorting.answered(desk_of(SUZUKI), asked, question, "1234", **once())

    with pytest.raises(Conflict):
        sorting.answered(sato, asked, question, "9999", **once())
