"""What a target figure counts: by hand, narrowed to a scope, missing days left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from lib import clock
from lib.actions.improving import Scope
from lib.actions.improving.figures import Against, counted, weights_of
from lib.actions.improving.targets import TARGETS, target_of
from lib.actions.improving.wording import rate_text
from lib.i18n import speaking
from lib.metrics.kpis import kpi
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import Category, Cause, ComplaintKind
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill

FIRST = date(2026, 6, 1)
NOW = clock.at(FIRST + timedelta(days=4), 9, 0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[UserStore]:
    """Four days: orders of the first, second and fourth, calls of two centres."""
    folder = tmp_path_factory.mktemp("figures")
    live = LiveStore(open_store(f"sqlite:///{folder / 'store.db'}", data=folder))
    days = [FIRST + timedelta(days=n) for n in range(4)]
    rows = [KpiDay(date=days[n], centre=COMPANY, orders=100) for n in (0, 1, 3)]
    calls = [
        KpiDay(date=day, centre=centre, offered=50, answered=answered)
        for day in days
        for centre, answered in (("C1", 40), ("C2", 50))
    ]
    cases = [
        complaint(received_at=clock.at(day, 9), claim_type="不良品", kind=kind)
        for day in days
        for kind in (ComplaintKind.FIRST, ComplaintKind.SECOND)
    ]
    fill(live, *rows, *calls, *cases, complaint(received_at=clock.at(days[0], 8)))
    yield live.for_user(SYSTEM)
    live.close()


def days_of(desk: UserStore, figure: str, scope: Scope = Scope()):  # noqa: B008
    target = target_of(figure)
    found = counted(desk, target, scope, NOW)
    assert found is not None
    return found, found.days.span(FIRST, FIRST + timedelta(days=4))


def test_complaints_stand_against_orders_and_a_day_without_them_is_left_out(desk):
    found, span = days_of(desk, "苦情率")

    # By hand: 3 + 2 + 2 on the days with orders; those of the third day count nowhere.
    assert (span.events, span.exposure, span.days) == (7, 300, 3)
    assert found.against is Against.ORDERS


def test_a_scope_counts_its_own_complaints_against_all_orders(desk):
    _found, span = days_of(desk, "苦情率", Scope(claim_type="不良品"))

    assert (span.events, span.exposure) == (6, 300)


def test_second_complaints_are_a_share_of_all(desk):
    _found, span = days_of(desk, "二次クレーム率")

    assert (span.events, span.exposure, span.days) == (4, 9, 4)


@pytest.mark.parametrize(("centre", "missed"), [("", 40), ("C1", 40), ("C2", 0)])
def test_an_answer_rate_is_counted_by_the_calls_that_were_missed(desk, centre, missed):
    found, span = days_of(desk, "応答率", Scope(centre=centre))

    assert span.events == missed
    assert span.exposure == (200 if centre else 400)
    target = target_of("応答率")
    with speaking("ja"):
        assert (
            rate_text(target, span, found.against)
            == {
                "": "90.0%",
                "C1": "80.0%",
                "C2": "100.0%",
            }[centre]
        )


def test_orders_are_counted_by_day(desk):
    found, span = days_of(desk, "orders")

    assert (span.events, span.exposure, span.days) == (300, 3, 3)
    assert found.against is Against.DAYS


def test_what_nobody_enters_is_unknown(desk):
    assert counted(desk, target_of("抑止成功率"), Scope(), NOW) is None


def test_a_complaint_whose_cause_is_not_known_counts_as_much_as_the_others_of_it():
    known = [Cause.PRODUCT, Cause.PRODUCT, Cause.DELIVERY, Cause.SERVICE, None]
    rows = frame_of(table("complaints"), [complaint(cause=cause) for cause in known])

    weights = weights_of(rows, Scope(cause=Cause.PRODUCT))

    # By hand: two of the four that are known.
    assert weights.tolist() == [1, 1, 0, 0, 0.5]


def test_a_second_category_counts_as_well():
    both: list[Complaint] = [
        complaint(category=Category.QUALITY),
        complaint(category=Category.DELIVERY, category2=Category.QUALITY),
        complaint(category=Category.DELIVERY),
    ]

    weights = weights_of(
        frame_of(table("complaints"), both), Scope(category=Category.QUALITY)
    )

    assert weights.tolist() == [1, 1, 0]


def test_every_figure_is_known_by_code_and_by_name_and_counts_something():
    for target in TARGETS:
        assert target_of(target.code) is target_of(target.name) is target
        assert bool(target.cases) is not bool(target.kpi)
        if target.kpi:
            assert kpi(target.kpi)
