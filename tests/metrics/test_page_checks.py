"""Which page is to be looked at again, and how its items stand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib.metrics.page_checks import PageState, Standing, months_after, page_states
from lib.schema.frames import frame_of
from lib.schema.learning import Improvement
from lib.schema.page_check import PageCheck
from lib.schema.tables import table
from lib.schema.vocab import CheckResult, ImprovementStatus, MendedPlace, PageKind

TODAY = date(2026, 11, 20)
GOOD, WANTING, NONE = CheckResult


def check(ago=10, **values) -> PageCheck:
    return PageCheck(
        **{
            "checked_on": TODAY - timedelta(days=ago),
            "page": "美容液LP",
            "item": "LP・定期",
            "page_kind": PageKind.LANDING_PAGE,
            "result": GOOD,
            "inspector": "佐藤",
            **values,
        }
    )


def mend(ago=3, **values) -> Improvement:
    return Improvement(
        **{
            "id": "S-261101-AAAAA",
            "title": "直す",
            "place": MendedPlace.LANDING_PAGE,
            "sales_page": "美容液LP",
            "done_on": TODAY - timedelta(days=ago),
            **values,
        }
    )


def states(*checks, mends=(), seen=(), months=3) -> tuple[PageState, ...]:
    return page_states(
        frame_of(table("page_checks"), list(checks)),
        frame_of(table("improvements"), list(mends)),
        seen,
        months=months,
        today=TODAY,
    )


def serum(*checks, **more) -> PageState:
    return next(s for s in states(*checks, **more) if s.page == "美容液LP")


def test_with_nothing_checked_each_kind_is_asked_for_once():
    found = states()

    assert [page.kind for page in found] == list(PageKind)
    assert {page.standing for page in found} == {Standing.NEVER}
    assert all(page.last_on is None for page in found)


@pytest.mark.parametrize(
    ("ago", "standing"),
    [
        (0, Standing.FRESH),
        (60, Standing.FRESH),
        (80, Standing.SOON),
        (92, Standing.SOON),
        (93, Standing.OVERDUE),
    ],
)
def test_a_page_is_due_three_months_after_its_last_check(ago, standing):
    assert serum(check(ago)).standing is standing


def test_the_newest_check_counts():
    found = serum(check(200), check(5))

    assert found.standing is Standing.FRESH
    assert found.last_on == TODAY - timedelta(days=5)


def test_without_an_interval_nothing_is_ever_due():
    found = serum(check(900), months=0)

    assert found.standing is Standing.FRESH
    assert found.due_on is None


def test_of_each_item_the_newest_result_stands():
    found = serum(
        check(100, item="a", result=WANTING),
        check(5, item="a"),
        check(100, item="b", result=WANTING),
        check(5, item="c", result=NONE),
    )

    assert [found.count(result) for result in CheckResult] == [1, 1, 1]


def test_a_mend_after_the_last_check_asks_for_another():
    found = serum(check(10), mends=[mend(3)])

    assert found.standing is Standing.MENDED
    assert found.is_owed
    assert found.mended_on == TODAY - timedelta(days=3)


@pytest.mark.parametrize(
    "other",
    [
        mend(20),
        mend(3, sales_page="クリームLP"),
        mend(3, place=MendedPlace.PRODUCT),
        mend(3, done_on=None),
        mend(3, status=ImprovementStatus.CANCELLED),
    ],
    ids=["before", "another page", "no page", "not done", "cancelled"],
)
def test_other_mends_ask_for_nothing(other):
    assert serum(check(10), mends=[other]).standing is Standing.FRESH


def test_a_mend_of_the_confirmation_page_needs_no_name():
    one = check(10, page="確認", page_kind=PageKind.CONFIRMATION)
    mended = mend(3, place=MendedPlace.CONFIRMATION, sales_page="美容液LP")
    found = next(s for s in states(one, mends=[mended]) if s.page == "確認")

    assert found.standing is Standing.MENDED


def test_a_page_of_which_nothing_applies_is_used_no_longer():
    old = check(200, result=GOOD)
    gone = check(100, result=NONE)

    assert serum(old, gone).standing is Standing.RETIRED
    assert not serum(old, gone).is_owed
    assert serum(old, gone, check(5)).standing is Standing.FRESH


def test_pages_that_customers_name_are_asked_for_once():
    found = [
        page.page
        for page in states(check(), seen=["クリームLP", "美容液LP", "クリームLP", ""])
        if page.kind is PageKind.LANDING_PAGE
    ]

    assert found == ["クリームLP", "美容液LP"]


def test_what_is_owed_stands_first():
    found = states(
        check(10, page="a"),
        check(200, page="b"),
        check(150, page="c"),
        seen=["d"],
    )

    assert [page.page for page in found][:3] == ["b", "c", "d"]
    assert found[-1].page == "a"


def test_a_row_without_a_result_says_nothing():
    assert [s.page for s in states(check(result=None, inspector=""))] == [
        kind.value for kind in PageKind
    ]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 20), 3, date(2027, 2, 20)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_are_counted_to_a_day_that_every_month_has(day, months, then):
    assert months_after(day, months) == then
