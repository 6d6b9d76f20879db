"""Complaints counted by what they are about, against the orders they arose from."""

from __future__ import annotations

import pandas as pd
import pytest

from lib.metrics import analysis
from lib.metrics.analysis import Chosen, Dimension, Told
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import (
    Category,
    Cause,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    InquiryStatus,
    SecondaryCause,
    Source,
)
from tests.metrics.rows import at, complaint, day, escalation, frames, inquiry, kpi_day

WEEK = Chosen(day(9), day(15))


def cases(*rows, chosen: Chosen = WEEK) -> pd.DataFrame:
    return analysis.chosen_of(analysis.cases_of(frames(rows)), chosen)


def orders(**by_day: int) -> pd.Series:
    """Orders of the company by day of November: `orders(d9=100)`."""
    days = [
        kpi_day(day(int(name[1:])), COMPANY, orders=count)
        for name, count in by_day.items()
    ]
    return analysis.orders_of(frames(days)["kpi_days"])


def test_cancelled_cases_and_other_days_are_not_counted_and_wishes_stand_apart():
    rows = [
        complaint(at(9)),
        complaint(at(15, 23, 59)),
        complaint(at(16)),
        complaint(at(10), status=ComplaintStatus.CANCELLED),
        complaint(at(10), kind=ComplaintKind.WISH),
    ]

    assert len(cases(*rows)) == 2
    assert len(cases(*rows, chosen=Chosen(day(9), day(15), told=Told.WISHES))) == 1
    assert len(cases(*rows, chosen=Chosen(day(9), day(15), told=Told.BOTH))) == 3


def test_filters_narrow_by_product_page_channel_and_centre_together():
    rows = [
        complaint(at(9), product_code="A", sales_page="LP1", channel=Channel.MAIL),
        complaint(at(9), product_code="A", sales_page="LP2", channel=Channel.MAIL),
        complaint(at(9), product_code="B", sales_page="LP1", channel=Channel.MAIL),
        complaint(at(9), product_code="A", sales_page="LP1", received_centre=""),
    ]
    wanted = Chosen(day(9), day(15), product="A", sales_page="LP1")

    assert len(cases(*rows, chosen=wanted)) == 2
    mail = Chosen(day(9), day(15), product="A", sales_page="LP1", channel="メール")
    assert list(cases(*rows, chosen=mail).index) == [rows[0].id]
    cause = complaint(at(9), cause=Cause.DELIVERY)
    late = Chosen(day(9), day(15), only=Dimension.CAUSE, value="配送")
    assert list(cases(*rows, cause, chosen=late).index) == [cause.id]
    own = Chosen(day(9), day(15), centre=COMPANY)
    assert list(cases(*rows, chosen=own).index) == [rows[3].id]


def test_a_day_without_known_orders_leaves_the_rate_with_its_complaints():
    """Three cases, one on a day nobody entered: 2 ÷ (100 + 300) × 1,000 = 5."""
    found = cases(complaint(at(9)), complaint(at(10)), complaint(at(11)))
    exposure = analysis.exposure_of(orders(d9=100, d10=300, d20=900), WEEK)

    rate = analysis.rate_of(found, exposure)

    assert (rate.count, rate.counted, rate.orders, rate.days) == (3, 2, 400.0, 2)
    assert rate.number == 5.0


@pytest.mark.parametrize("known", [{}, {"d9": 0}])
def test_without_any_order_there_is_no_rate(known):
    exposure = analysis.exposure_of(orders(**known), WEEK)

    assert analysis.rate_of(cases(complaint(at(9))), exposure).number is None
    rows = analysis.pareto(
        cases(complaint(at(9), claim_type="欠品")), Dimension.CLAIM_TYPE, exposure
    ).rows
    assert rows["rate"].isna().all()


def test_orders_of_a_day_that_stands_twice_and_differs_are_not_known():
    days = frames([kpi_day(day(9), COMPANY, orders=100)])["kpi_days"]
    twice = pd.concat([days, days.assign(orders=120)])

    assert analysis.orders_of(twice).empty
    assert analysis.orders_of(pd.concat([days, days])).tolist() == [100.0]


def test_the_pareto_adds_up_known_values_and_tells_the_unknown_apart():
    """4 of 8 known are 品質 (50 %), 3 価格 (37.5 %), 1 配送; one is not known."""
    rows = [
        *(complaint(at(9), category=Category.QUALITY) for _ in range(4)),
        *(complaint(at(10), category=Category.PRICE) for _ in range(3)),
        complaint(at(9), category=Category.DELIVERY),
        complaint(at(9), category=Category.UNASKED),
    ]
    exposure = analysis.exposure_of(orders(d9=500), WEEK)

    found = analysis.pareto(cases(*rows), Dimension.CATEGORY, exposure)

    assert found.rows["value"].tolist() == [
        "品質・機能",
        "価格・料金",
        "配送・納期・欠品",
    ]
    assert found.rows["count"].tolist() == [4, 3, 1]
    assert found.rows["share"].tolist() == [0.5, 0.375, 0.125]
    assert found.rows["cumulative"].tolist() == [0.5, 0.875, 1.0]
    assert found.rows["rate"].tolist() == [8.0, 0.0, 2.0]
    assert (found.known, found.unsaid) == (8, 1)


def test_what_nobody_knows_is_no_value_of_product_cause_or_page():
    found = cases(complaint(at(9), product_code="不明", cause=Cause.UNKNOWN))
    exposure = analysis.exposure_of(orders(), WEEK)

    for by in (Dimension.PRODUCT_CODE, Dimension.CAUSE, Dimension.SALES_PAGE):
        counted = analysis.pareto(found, by, exposure)
        assert (len(counted.rows), counted.unsaid) == (0, 1)


def test_contacts_from_agencies_are_counted_by_agency_without_cancelled_ones():
    contacts = analysis.contacts_of(
        frames(
            [
                inquiry(at(9), agency_name="A市"),
                inquiry(at(10), agency_name="A市", product_code="P"),
                inquiry(at(10), agency_name="B市"),
                inquiry(at(10), agency_name="B市", status=InquiryStatus.CANCELLED),
            ]
        )["agency_inquiries"]
    )
    exposure = analysis.exposure_of(orders(d9=1000), WEEK)

    rows = analysis.pareto(
        analysis.chosen_of(contacts, WEEK), Dimension.AGENCY_NAME, exposure
    ).rows

    assert rows[["value", "count", "rate"]].to_numpy().tolist() == [
        ["A市", 2, 1.0],
        ["B市", 1, 0.0],
    ]
    product = Chosen(day(9), day(15), product="P", channel="電話")
    assert len(analysis.chosen_of(contacts, product)) == 1


def test_a_case_knows_its_time_and_whether_it_could_be_prevented():
    second = complaint(at(9, 14), kind=ComplaintKind.SECOND)
    imported = complaint(at(10, 0), source=Source.IMPORT)
    rows = [
        second,
        imported,
        complaint(at(11, 0)),
        escalation(second, at(9, 15), secondary_cause=SecondaryCause.HOSTILE),
    ]

    found = analysis.cases_of(frames(rows))

    # 9 November 2026 is a Monday; a case typed in at midnight has that hour.
    assert found["hour"].tolist() == [14, pd.NA, 0]
    assert found["weekday"].tolist() == [0, pd.NA, 2]
    assert found["is_second"].tolist() == [True, False, False]
    assert found["is_hostile"].tolist() == [True, False, False]


def test_nothing_in_nothing_out():
    empty = frames([])
    exposure = analysis.exposure_of(analysis.orders_of(empty["kpi_days"]), WEEK)
    found = analysis.chosen_of(analysis.cases_of(empty), WEEK)

    assert analysis.rate_of(found, exposure).number is None
    assert analysis.pareto(found, Dimension.LOT, exposure).rows.empty
