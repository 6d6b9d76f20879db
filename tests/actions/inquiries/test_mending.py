"""迅速に修正: where, who, until when, before and after; or a written reason for none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.inquiries import mending
from lib.errors import ActionRefused, Conflict, InvalidRecord
from lib.schema.vocab import (
    ActivityKind,
    ImprovementStatus,
    InquiryStatus,
    MendedPlace,
)
from tests.actions.inquiries.conftest import NOW, SUZUKI, inquiry, once, steps

TODAY = NOW.date()
PLAN = {
    "place": MendedPlace.CANCELLATION_PATH,
    "title": "解約ボタンを上に出す",
    "owner": SUZUKI,
    "due_on": TODAY + timedelta(days=3),
    "before_url": "https://example.jp/before.png",
}


@pytest.fixture
def begun(sato, given):
    before = given(
        product_code="BASE-01", sales_page="LP-A", status=InquiryStatus.ANSWERED
    )
    return mending.begin(sato, before, PLAN, **once())


def done(**values):
    return {"done_on": TODAY, "after_url": "https://example.jp/after.png", **values}


def test_a_mend_has_place_owner_date_and_its_case(sato, begun) -> None:
    (mend,) = mending.mends(sato, begun)

    assert (mend.place, mend.owner, mend.due_on) == (
        MendedPlace.CANCELLATION_PATH,
        SUZUKI,
        PLAN["due_on"],
    )
    assert (mend.trigger_id, mend.product_code, mend.sales_page) == (
        begun.id,
        "BASE-01",
        "LP-A",
    )
    assert (mend.status, mend.before_url) == (
        ImprovementStatus.IDEA,
        PLAN["before_url"],
    )
    assert begun.status is InquiryStatus.MENDING
    assert begun.improvement_id == mend.id
    assert "解約ボタンを上に出す" in steps(sato, ActivityKind.MEND)[0]


def test_a_mend_without_title_is_called_by_its_place(sato, given) -> None:
    found = mending.begin(sato, given(), {**PLAN, "title": ""}, **once())

    assert mending.mends(sato, found)[0].title == "解約導線を直す"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {"place", "owner", "due_on"}),
        ({**PLAN, "place": MendedPlace.NOTHING}, {"place"}),
        ({**PLAN, "due_on": TODAY - timedelta(days=1)}, {"due_on"}),
        ({**PLAN, "owner": " "}, {"owner"}),
    ],
)
def test_what_a_mend_lacks_is_named_by_field(sato, given, values, fields) -> None:
    before = given()

    with pytest.raises(InvalidRecord) as refused:
        mending.begin(sato, before, values, **once())

    assert {problem.field for problem in refused.value.problems} == fields
    assert mending.mends(sato, before) == ()


def test_mending_before_the_answer_leaves_the_answer_owed(sato, given) -> None:
    before = given(status=InquiryStatus.PREPARING)

    found = mending.begin(sato, before, PLAN, **once())
    found = mending.finish(sato, found, mending.mends(sato, found)[0], done(), **once())

    assert found.status is InquiryStatus.PREPARING


def test_the_places_follow_from_what_was_finished(sato, begun) -> None:
    assert begun.mended_places == ()
    both = mending.begin(
        sato, begun, {**PLAN, "place": MendedPlace.LANDING_PAGE}, **once()
    )
    path = next(m for m in mending.mends(sato, both) if m.id == both.improvement_id)

    found = mending.finish(sato, both, path, done(), **once())
    assert found.mended_places == (MendedPlace.CANCELLATION_PATH,)
    assert found.status is InquiryStatus.MENDING

    (left,) = mending.unfinished(sato, found)
    found = mending.finish(sato, found, left, done(), **once())
    assert found.mended_places == (
        MendedPlace.LANDING_PAGE,
        MendedPlace.CANCELLATION_PATH,
    )
    assert found.status is InquiryStatus.ANSWERED


def test_a_finished_mend_parts_before_from_after(sato, begun) -> None:
    (mend,) = mending.mends(sato, begun)

    found = mending.finish(sato, begun, mend, done(), **once())

    (ended,) = mending.mends(sato, found)
    assert (ended.done_on, ended.starts_on) == (TODAY, TODAY)
    assert ended.check_on == TODAY + timedelta(days=28)
    assert ended.status is ImprovementStatus.CHECKING
    assert (ended.before_url, ended.after_url) == (
        PLAN["before_url"],
        "https://example.jp/after.png",
    )


@pytest.mark.parametrize("day", [None, TODAY + timedelta(days=1)])
def test_a_mend_ends_on_a_day_that_has_come(sato, begun, day) -> None:
    (mend,) = mending.mends(sato, begun)

    with pytest.raises(InvalidRecord) as refused:
        mending.finish(sato, begun, mend, done(done_on=day), **once())

    assert {p.field for p in refused.value.problems} == {"done_on"}


def test_of_two_who_finish_a_mend_the_second_is_told(sato, desk_of, begun) -> None:
    (mend,) = mending.mends(sato, begun)
    other = done(after_url="https://example.jp/other.png")
    mending.finish(desk_of(SUZUKI), begun, mend, other, **once())

    with pytest.raises((Conflict, ActionRefused)):
        mending.finish(sato, begun, mend, done(), **once())


def test_two_begin_a_mend_at_once_and_both_stand(sato, desk_of, given) -> None:
    before = given()
    mending.begin(desk_of(SUZUKI), before, PLAN, **once())

    found = mending.begin(
        sato, before, {**PLAN, "place": MendedPlace.SERVICE}, **once()
    )

    assert {m.place for m in mending.mends(sato, found)} == {
        MendedPlace.CANCELLATION_PATH,
        MendedPlace.SERVICE,
    }


def test_a_mend_can_be_taken_back_with_a_reason(sato, begun) -> None:
    (mend,) = mending.mends(sato, begun)
    with pytest.raises(InvalidRecord):
        mending.drop(sato, begun, mend, "", **once())

    found = mending.drop(sato, begun, mend, "別の件だった", **once())

    assert mending.mends(sato, found) == ()
    assert (found.improvement_id, found.status) == ("", InquiryStatus.ANSWERED)


def test_nothing_to_mend_needs_its_reason(sato, given) -> None:
    before = given()
    with pytest.raises(InvalidRecord) as refused:
        mending.none_needed(sato, before, "  ", **once())
    assert {p.field for p in refused.value.problems} == {"no_improvement_reason"}

    found = mending.none_needed(sato, before, "表示どおりだった", **once())

    assert found.mended_places == (MendedPlace.NOTHING,)
    assert found.no_improvement_reason == "表示どおりだった"


def test_a_reason_for_none_does_not_stand_beside_a_mend(sato, begun) -> None:
    with pytest.raises(ActionRefused):
        mending.none_needed(sato, begun, "要らない", **once())


def test_a_mend_makes_the_reason_for_none_void(sato, given) -> None:
    none = mending.none_needed(sato, given(), "表示どおりだった", **once())

    found = mending.begin(sato, none, PLAN, **once())

    assert (found.no_improvement_reason, found.mended_places) == ("", ())


def test_an_inquiry_may_end_in_a_mend_that_another_case_began(
    sato, given, begun
) -> None:
    (mend,) = mending.mends(sato, begun)
    other = given(id="G-261121-AAAAA")

    found = mending.link(sato, other, mend, **once())

    assert [m.id for m in mending.mends(sato, found)] == [mend.id]
    # It is not this one's to finish.
    assert mending.unfinished(sato, found) == ()


def test_an_inquiry_without_mends_has_none(sato) -> None:
    assert mending.mends(sato, inquiry()) == ()
