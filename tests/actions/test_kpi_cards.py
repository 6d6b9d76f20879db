"""What the page of KPIs shows of each figure, over a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lib.actions.kpi_cards import (
    Asked,
    beside,
    card_of,
    cards_of,
    cases_of,
    course_of,
    judged_of,
    off_target,
    span,
    told,
)
from lib.actions.kpi_targets import set_target
from lib.actions.kpi_views import Period
from lib.metrics.kpi_themes import Theme
from lib.metrics.kpis import Lack, figure, kpi
from lib.metrics.marks import MarkKind
from lib.metrics.state import State
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.principal import Principal
from lib.schema.vocab import AnswerRateMethod, ComplaintStatus, Role, UtilisationMethod
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill
from tests.metrics.rows import NOW, at, calls, centre, complaint, day, kpi_day

RATE = kpi("answer_rate")
TODAY = NOW.date()
WEEK = span(Asked.WEEK, TODAY)
"""November 14 to 20, and November 7 to 13 before."""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("m@example.jp", "森", Role.MANAGER))


def aim(desk, code, typed, since, of="C1"):
    set_target(
        desk, figure(code), of, typed, since=since, entry_id=new_commit_id(), now=NOW
    )


# Periods -------------------------------------------------------------------------


def test_a_period_ends_yesterday_and_is_held_against_as_many_days_before():
    assert (WEEK.period, WEEK.before) == (
        Period(day(14), day(20)),
        Period(day(7), day(13)),
    )
    yesterday = span(Asked.YESTERDAY, TODAY)
    assert (yesterday.period, yesterday.before) == (
        Period(day(20), day(20)),
        Period(day(19), day(19)),
    )
    assert yesterday.drawn == Period(day(24, 10), day(20))


def test_a_running_month_is_held_against_as_many_days_of_the_month_before():
    running = span(Asked.MONTH, TODAY)
    assert running.period == Period(day(1), day(20))
    assert running.before == Period(day(1, 10), day(20, 10))

    over = span(Asked.MONTH, TODAY, month=day(7, 10))
    assert over.period == Period(day(1, 10), day(31, 10))
    assert over.before == Period(day(1, 9), day(30, 9))


def test_a_month_before_that_is_shorter_ends_with_its_last_day():
    found = span(Asked.MONTH, date(2026, 3, 31))

    assert found.period == Period(date(2026, 3, 1), date(2026, 3, 30))
    assert found.before == Period(date(2026, 2, 1), date(2026, 2, 28))


def test_an_own_period_is_put_into_order_cut_and_never_reaches_today():
    turned = span(Asked.OWN, TODAY, first=day(30), last=day(3))
    assert turned.period == Period(day(3), day(20))

    endless = span(Asked.OWN, TODAY, first=date(1990, 1, 1), last=day(20))
    assert endless.period == Period(date(2025, 10, 17), day(20))


def test_a_period_in_the_future_is_the_last_known_day():
    found = span(Asked.OWN, TODAY, first=date(2027, 1, 1), last=date(2027, 2, 1))

    assert found.period.last == day(20)
    assert found.period.first <= found.period.last


# Cards ---------------------------------------------------------------------------


def test_a_card_has_value_target_lamp_and_the_period_before(desk):
    fill(desk, centre("C1"), calls(day(16), 100, 85), calls(day(9), 100, 95))

    card = card_of(desk, RATE, WEEK, NOW, "C1")

    assert card.value.number == pytest.approx(0.85)
    assert (card.before, card.target) == (pytest.approx(0.95), 0.9)
    assert card.lamp.state is State.WATCH
    assert card.spark == (pytest.approx(0.85),)


def test_a_count_is_held_against_as_many_days_so_that_a_gap_is_no_fall(desk):
    fill(
        desk,
        centre("C1"),
        *(calls(day(n), 100, 90) for n in range(7, 14)),
        *(calls(day(n), 100, 90) for n in (16, 17)),
    )

    card = card_of(desk, kpi("offered"), WEEK, NOW, "C1")

    assert card.value.number == card.before == 200


def test_no_value_says_why(desk):
    fill(desk, centre("C1"), kpi_day(day(16), answered=5))

    card = card_of(desk, RATE, WEEK, NOW, "C1")

    assert card.value.number is None
    assert card.value.lack is Lack.BLANK
    assert card.lack.text()


def test_centres_with_targets_of_their_own_are_told_one_by_one(desk):
    fill(
        desk,
        centre("C1"),
        centre("C2"),
        calls(day(16), 100, 91),
        calls(day(16), 100, 85, "C2"),
    )
    aim(desk, "answer_rate", "95", day(1))

    card = card_of(desk, RATE, WEEK, NOW)

    assert (card.lamp, card.target) == (None, None)
    assert {one.centre: one.verdict.state for one in card.places} == {
        "C1": State.WATCH,
        "C2": State.WATCH,
    }


def test_what_cannot_be_added_up_has_no_course_either(desk):
    fill(
        desk,
        centre("C1", utilisation_method=UtilisationMethod.A),
        centre("C2", utilisation_method=UtilisationMethod.B),
        *(
            kpi_day(
                day(16),
                code,
                talk_seconds=3000,
                acw_seconds=300,
                hold_seconds=60,
                idle_seconds=400,
                staffed_minutes=80,
            )
            for code in ("C1", "C2")
        ),
    )
    entry = kpi("utilisation")

    card = card_of(desk, entry, WEEK, NOW)
    assert (card.value.lack, card.spark) == (Lack.MIXED, ())
    assert course_of(desk, entry, WEEK, NOW).is_mixed
    assert not course_of(desk, entry, WEEK, NOW, "C1").is_mixed
    side = beside(desk, entry, WEEK, NOW)
    assert side.values is None
    assert side.note is not None


def test_side_by_side_all_are_counted_in_one_way(desk):
    fill(
        desk,
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
        calls(day(16), 100, 90),
        kpi_day(day(16), "C2", offered=100, answered=90, short_abandoned=10),
    )

    side = beside(desk, RATE, WEEK, NOW)

    assert {c: v.number for c, v in side.values.items()} == {"C1": 0.9, "C2": 0.9}
    assert side.note is not None
    # Its own way, as agreed with it, is 90 of 90.
    assert side.lamps["C2"].state is State.NORMAL


def test_the_worst_stands_first_and_the_company_is_judged_as_one(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(16), 100, 60),
        calls(day(17), 100, 60),
        complaint(at(16)),
        kpi_day(day(16), COMPANY, shipments=1000),
    )
    aim(desk, "complaint_rate", "0.5", day(1), "")

    judged = judged_of(desk, WEEK, NOW)

    ranks = [one.verdict.state.rank for one in judged]
    assert ranks == sorted(ranks, reverse=True)
    missed = {(one.entry.code, one.centre) for one in off_target(judged)}
    assert {("answer_rate", "C1"), ("complaint_rate", "")} <= missed


def test_cards_are_computed_once_a_revision(desk):
    fill(desk, centre("C1"), calls(day(16), 100, 85))

    first = cards_of(desk, Theme.REACH, WEEK, NOW)

    assert cards_of(desk, Theme.REACH, WEEK, NOW) is first


# Day by day ----------------------------------------------------------------------


def test_a_course_tells_missing_days_short_days_and_the_target_of_each_day(desk):
    # Friday the 20th is due on Tuesday, after Labour Thanksgiving Day.
    fill(
        desk,
        centre("C1", weekly_closed="土日祝", target_answer_rate=80.0),
        calls(day(9), 100, 90),
        calls(day(16), 100, 90),
        kpi_day(day(17), offered=100),
        calls(day(19), 100, 90),
    )
    aim(desk, "answer_rate", "85", day(18))

    found = course_of(desk, RATE, WEEK, NOW, "C1")

    by_day = {
        gap.day.day: "closed" if gap.is_closed else "missing" for gap in found.empty
    }
    assert by_day == {14: "closed", 15: "closed", 18: "missing"}
    assert day(17) in found.short
    assert found.rows["target"].tolist() == [0.8, 0.8, 0.8, 0.8, 0.85, 0.85, 0.85]
    assert [mark.kind for mark in found.marks] == [MarkKind.TARGET]


def test_only_what_concerns_a_figure_is_marked_on_it(desk):
    fill(desk, centre("C1"), kpi_day(day(16), offered=9, answered=8, note="TV放映"))
    aim(desk, "answer_rate", "95", day(17))

    def kinds(code):
        return [m.kind for m in course_of(desk, kpi(code), WEEK, NOW, "C1").marks]

    assert kinds("answer_rate") == [MarkKind.NOTE, MarkKind.TARGET]
    assert kinds("offered") == [MarkKind.NOTE]


def test_a_count_of_all_leaves_out_a_day_on_which_one_centre_is_missing(desk):
    fill(
        desk,
        *(centre(code, weekly_closed="土日祝") for code in ("C1", "C2")),
        *(calls(day(n), 10, 9) for n in (16, 17, 18)),
        *(calls(day(n), 10, 9, "C2") for n in (16, 18)),
    )

    rows = course_of(desk, kpi("offered"), WEEK, NOW).rows.set_index("day")["value"]

    assert rows["2026-11-16"] == rows["2026-11-18"] == 20
    assert rows.isna()["2026-11-17"]


def test_cases_of_a_course_are_those_that_ended_in_it(desk):
    inside = complaint(at(16), status=ComplaintStatus.CLOSED, closed_at=at(18))
    before = complaint(at(1), status=ComplaintStatus.CLOSED, closed_at=at(2))
    fill(desk, centre("C1"), inside, before)

    found = cases_of(desk, figure("settling_time"), WEEK, NOW)

    assert found["key"].tolist() == [inside.id]


# Who may be told what ------------------------------------------------------------


def test_an_outsourced_centre_is_told_what_it_types_and_held_to_its_own_target(live):
    lead = live.for_user(Principal("m@example.jp", "森", Role.MANAGER))
    fill(
        lead,
        centre("C1"),
        centre("C2"),
        calls(day(16), 100, 91),
        calls(day(16), 100, 10, "C2"),
        complaint(at(16)),
    )
    aim(lead, "answer_rate", "95", day(1))
    own = live.for_user(Principal("a@example.jp", "委託", Role.OUTSOURCED, "C1"))

    card = card_of(own, RATE, WEEK, NOW, "C1")

    assert card.value.number == pytest.approx(0.91)
    assert card.target == pytest.approx(0.95)
    assert {entry.code for entry in told(own, Theme.COMPLAINTS, "C1")} == {
        "consumer_centre_calls"
    }
