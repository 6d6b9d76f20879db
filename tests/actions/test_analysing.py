"""What 分析 reads: the person's own rows, the period before, the years put away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import archiving
from lib.actions.analysing import reading
from lib.actions.analysing.reading import Asked, Mark
from lib.metrics.analysis import Chosen, Dimension
from lib.metrics.analysis_views import Step
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Category, Cause, ComplaintKind, ComplaintStatus, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.store.rows import saving

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=clock.TOKYO)
OLD = NOW - timedelta(days=40 * 31)
WEEK = Chosen(date(2026, 11, 15), date(2026, 11, 21))


def case(number: str, at: datetime, category: Category) -> Complaint:
    return Complaint(
        id=number,
        received_at=at,
        closed_at=at,
        status=ComplaintStatus.CLOSED,
        kind=ComplaintKind.SECOND
        if category is Category.DELIVERY
        else ComplaintKind.FIRST,
        cause=Cause.DELIVERY if category is Category.DELIVERY else Cause.UNKNOWN,
        content="届かない",
        category=category,
    )


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    found = LiveStore(open_store(url, data=tmp_path))
    found.for_user(SYSTEM).commit(
        saving(
            case("K-230701-AAAAA", OLD, Category.QUALITY),
            case("K-261110-BBBBB", NOW - timedelta(days=11), Category.DELIVERY),
            case("K-261120-CCCCC", NOW - timedelta(days=1), Category.DELIVERY),
            case("K-261120-DDDDD", NOW - timedelta(days=1), Category.PRICE),
            KpiDay(date=date(2026, 11, 20), centre=COMPANY, orders=400),
        )
    )
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("mori@example.jp", "森", Role.MANAGER))


def test_a_period_stands_beside_the_one_before_if_the_ledger_knew_it(desk):
    found = reading.headline_of(desk, Asked(WEEK))

    assert (found.rate.count, found.rate.number) == (2, 5.0)
    assert found.before is not None
    assert found.before.rate.count == 1
    begin = Chosen(date(2023, 6, 1), date(2026, 11, 21))
    assert reading.headline_of(desk, Asked(begin)).before is None


def test_the_cases_behind_a_bar_are_as_many_as_it_counts(desk):
    asked = Asked(WEEK)

    rows = reading.pareto_of(desk, asked, Dimension.CATEGORY).rows

    for row in rows.itertuples():
        mark = Mark(where=(("category", row.value),))
        assert len(reading.behind(desk, asked, mark)) == rows.loc[row.Index, "count"]


def test_the_cases_behind_days_an_hour_or_a_share_are_those_that_it_counts(desk):
    asked = Asked(Chosen(date(2026, 11, 1), date(2026, 11, 21)))
    weeks = reading.course_of(desk, asked, Step.WEEK).to_dict("records")
    hours = reading.clock_of(desk, asked).rows.to_dict("records")
    shares = reading.shares_of(desk, asked, Step.WEEK).to_dict("records")

    marks = [
        *((w["count"], Mark(w["starts"].date(), w["ends"].date())) for w in weeks),
        *(
            (h["count"], Mark(where=(("weekday", h["weekday"]), ("hour", h["hour"]))))
            for h in hours
        ),
        *(
            (s[part], Mark(s["starts"].date(), s["ends"].date(), part=part))
            for s in shares
            for part in ("seconds", "preventable")
        ),
    ]

    assert sum(count for count, _mark in marks) == 10
    for count, mark in marks:
        assert len(reading.behind(desk, asked, mark)) == count
    assert reading.behind(desk, asked, Mark(where=(("category", "価格・料金"),))) == (
        "K-261120-DDDDD",
    )


def test_years_put_away_count_only_where_they_are_asked_for(live, desk, tmp_path):
    ever = Chosen(date(2020, 1, 1), date(2026, 11, 21))
    before = reading.headline_of(desk, Asked(ever)).rate.count
    archiving.put_away(live, desk.principal, NOW, data=tmp_path, months=24)
    desk = live.for_user(desk.principal)

    assert reading.headline_of(desk, Asked(ever)).rate.count == before - 1
    assert reading.headline_of(desk, Asked(ever, archived=True)).rate.count == before
    assert reading.began_on(desk, archived=True) == OLD.date()
    assert reading.began_on(desk) == date(2026, 11, 10)
    assert Category.QUALITY.value not in reading.words_of(desk, "category")
    assert Category.QUALITY.value in reading.words_of(desk, "category", archived=True)


def test_an_outsourced_centre_sees_nothing_of_others(live):
    outside = live.for_user(Principal("c1@example.jp", "委託", Role.OUTSOURCED, "C1"))

    assert reading.headline_of(outside, Asked(WEEK)).rate.count == 0
    assert reading.contacts_of(outside).empty
