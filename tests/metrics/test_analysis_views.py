"""The course of complaints, where they meet, when they come, what could be prevented."""

from __future__ import annotations

from datetime import date

import pandas as pd

from lib.metrics import analysis, analysis_views
from lib.metrics.analysis import Chosen
from lib.metrics.analysis_views import Step
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Product
from lib.schema.vocab import Category, Cause, ComplaintKind, Source, Temper
from tests.metrics.rows import at, complaint, day, frames, kpi_day


def everything(*rows) -> tuple[pd.DataFrame, pd.Series]:
    found = frames(rows)
    return analysis.cases_of(found), analysis.orders_of(found["kpi_days"])


def ordered(on: int, count: int):
    return kpi_day(day(on), COMPANY, orders=count)


def test_weeks_begin_on_monday_and_those_cut_off_are_not_whole():
    """Sunday the 8th to Tuesday the 17th: a day, a whole week, two days."""
    chosen = Chosen(day(8), day(17))
    cases, orders = everything(
        complaint(at(8)),
        complaint(at(9)),
        complaint(at(15)),
        complaint(at(17)),
        ordered(9, 100),
        ordered(15, 300),
        ordered(17, 50),
        ordered(18, 900),
    )

    rows = analysis_views.course(
        cases, analysis.exposure_of(orders, chosen), chosen, Step.WEEK
    )

    assert rows["starts"].dt.day.tolist() == [8, 9, 16]
    assert rows["ends"].dt.day.tolist() == [8, 15, 17]
    assert rows["is_whole"].tolist() == [False, True, False]
    assert rows["count"].tolist() == [1, 2, 1]
    assert rows["counted"].tolist() == [0, 2, 1]
    assert rows["known"].tolist() == [0, 2, 1]
    assert rows["rate"].fillna(-1).tolist() == [-1, 5.0, 20.0]


def test_months_without_a_case_stand_as_none_not_as_a_gap():
    chosen = Chosen(date(2026, 9, 15), date(2026, 11, 30))
    cases, orders = everything(complaint(at(1)), complaint(at(30, 23)))

    rows = analysis_views.course(
        cases, analysis.exposure_of(orders, chosen), chosen, Step.MONTH
    )

    assert rows["starts"].dt.month.tolist() == [9, 10, 11]
    assert rows["count"].tolist() == [0, 0, 2]
    assert rows["is_whole"].tolist() == [False, True, True]
    assert rows["rate"].isna().all()


def test_categories_and_products_meet_and_the_unknown_is_told_apart():
    chosen = Chosen(day(9), day(15))
    quality = {"category": Category.QUALITY}
    cases, orders = everything(
        complaint(at(9), product_code="A", **quality),
        complaint(at(10), product_code="A", **quality),
        complaint(at(9), product_code="B", category=Category.PRICE),
        complaint(at(9), product_code="不明", **quality),
        ordered(9, 500),
    )

    found = analysis_views.cross(cases, analysis.exposure_of(orders, chosen))

    pairs = found.rows[["category", "product_code", "count", "rate"]]
    assert sorted(pairs.to_numpy().tolist()) == [
        ["価格・料金", "B", 1, 2.0],
        ["品質・機能", "A", 2, 2.0],
    ]
    assert (found.categories, found.products) == (
        ("品質・機能", "価格・料金"),
        ("A", "B"),
    )
    assert found.unsaid == 1


def test_weeks_since_launch_count_only_what_the_ledger_knows_as_a_whole():
    """Launched on the 2nd; the ledger knows the 3rd to the 22nd: two whole weeks."""
    cases, orders = everything(
        Product(code="A", name="A", launched_on=day(2)),
        Product(code="OLD", name="古い", launched_on=date(2020, 1, 1)),
        Product(code="NEVER", name="日なし"),
        complaint(at(8), product_code="A"),
        complaint(at(9), product_code="A"),
        complaint(at(15, 23), product_code="A"),
        complaint(at(16), product_code="A"),
        complaint(at(10), product_code="OLD"),
        complaint(at(10), product_code="NEVER"),
        ordered(9, 200),
        ordered(15, 200),
    )
    launches = pd.Series(
        {
            "A": pd.Timestamp(day(2)),
            "OLD": pd.Timestamp(date(2020, 1, 1)),
            "NEVER": pd.NaT,
        }
    )

    found = analysis_views.since_launch(
        cases, launches, orders, Chosen(day(3), day(22))
    )

    assert found.rows["week"].tolist() == [1, 2]
    assert found.rows["starts"].dt.day.tolist() == [9, 16]
    assert found.rows["count"].tolist() == [2, 1]
    assert found.rows["rate"].fillna(-1).tolist() == [5.0, -1]
    assert (found.undated, found.old) == (("NEVER",), ("OLD",))


def test_weekday_and_hour_leave_out_what_has_no_time():
    cases, _orders = everything(
        complaint(at(9, 10, 5)),
        complaint(at(16, 10, 55)),
        complaint(at(10, 13)),
        complaint(at(10, 0), source=Source.IMPORT),
    )

    found = analysis_views.clock_of(cases)

    assert found.rows.to_numpy().tolist() == [[0, 10, 2], [1, 13, 1]]
    assert (found.hours, found.untimed) == ((10, 11, 12, 13), 1)


def test_second_and_preventable_shares_are_sums_over_sums_by_week():
    """Of 5 cases 2 are second, one of them hostile; of 4 known causes 3 are ours."""
    second = {"kind": ComplaintKind.SECOND}
    chosen = Chosen(day(9), day(22))
    cases, _orders = everything(
        complaint(at(9), cause=Cause.DELIVERY, **second),
        complaint(at(9), cause=Cause.CUSTOMER, temper=Temper.HOSTILE, **second),
        complaint(at(10), cause=Cause.SERVICE),
        complaint(at(11), cause=Cause.UNKNOWN),
        complaint(at(16), cause=Cause.ADVERTISING),
    )

    assert analysis_views.second_share(cases).number == 0.2
    ours = analysis_views.preventable_share(cases)
    assert (ours.part, ours.whole, ours.number) == (3, 4, 0.75)
    rows = analysis_views.shares(cases, chosen, Step.WEEK)
    assert rows["second"].tolist() == [0.25, 0.0]
    assert rows["ours"].tolist() == [2 / 3, 1.0]


def test_a_defect_of_the_product_is_not_held_preventable():
    cases, _orders = everything(complaint(at(9), cause=Cause.PRODUCT))

    assert analysis_views.preventable_share(cases).number == 0.0


def test_views_of_nothing_are_empty_and_shares_unknown():
    chosen = Chosen(day(9), day(15))
    cases, orders = everything()
    exposure = analysis.exposure_of(orders, chosen)

    assert analysis_views.course(cases, exposure, chosen, Step.WEEK)["count"].sum() == 0
    assert analysis_views.cross(cases, exposure).rows.empty
    assert analysis_views.clock_of(cases).hours == ()
    assert analysis_views.second_share(cases).number is None
    launches = pd.Series(dtype="datetime64[s]")
    assert analysis_views.since_launch(cases, launches, orders, chosen).rows.empty
    assert analysis_views.shares(cases, chosen, Step.WEEK)["second"].isna().all()
