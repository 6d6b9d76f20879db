"""Figures as pages ask for them, over a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.actions import health, kpi_cards, kpi_views, today
from lib.actions.kpi_views import Period
from lib.metrics.deterrence import Trace
from lib.metrics.kpis import figure, kpi
from lib.metrics.state import State
from lib.schema.masters import Setting
from lib.schema.principal import Principal
from lib.schema.vocab import AnswerRateMethod, ComplaintStatus, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill
from tests.metrics.rows import NOW, at, calls, centre, complaint, day, inquiry, kpi_day

WEEK = Period(day(16), day(20))
RATE = kpi("answer_rate")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal("m@example.jp", "森", Role.MANAGER))


def test_a_month_ends_with_its_last_day_and_days_are_counted_inclusively():
    assert Period.of_month(day(14)) == Period(day(1), day(30))
    assert Period.of_month(day(14, 2)) == Period(day(1, 2), day(28, 2))
    assert Period.ending(day(20), 7) == Period(day(14), day(20))


def test_a_figure_is_asked_for_all_centres_and_for_each(desk):
    fill(
        desk,
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
        calls(day(16), 100, 90),
        kpi_day(day(16), "C2", offered=10, answered=9, short_abandoned=2),
        calls(day(9), 100, 10),
    )

    whole = kpi_views.total_of(desk, RATE, WEEK, NOW)
    assert whole.value.number == pytest.approx(99 / 110)
    assert whole.note is not None
    each = kpi_views.by_centre_of(desk, RATE, WEEK, NOW)
    assert {code: found.number for code, found in each.items()} == {
        "C1": pytest.approx(0.9),
        "C2": pytest.approx(9 / 8),
    }
    alone = kpi_views.total_of(desk, RATE, WEEK, NOW, "C1")
    assert alone.value == each["C1"]
    assert kpi_views.behind_of(desk, RATE, WEEK, NOW, "C1").filled == "90 ÷ 100 × 100"


def test_the_lamp_of_a_centre_knows_its_target_and_all_need_a_common_one(desk):
    fill(
        desk,
        centre("C1", target_answer_rate=95),
        centre("C2", target_answer_rate=80),
        calls(day(16), 100, 90),
        calls(day(16), 100, 90, "C2"),
    )

    def lamp(place=""):
        return kpi_views.lamp_of(desk, RATE, WEEK, NOW, place)

    assert lamp("C1").state is State.WATCH
    assert lamp("C1").reasons[0].text().startswith("C1センター: ")
    assert lamp("C2").state is State.NORMAL
    assert lamp() is None


def agreed(value, since=1):
    return Setting(
        group="KPI目標", name="応答率・C1", effective_from=day(since), value=value
    )


@pytest.mark.parametrize(
    ("answered", "value", "state"),
    [
        ((90, 90, 75), "90", State.WATCH),
        ((75, 75, 75), "90", State.ALARM),
        ((90, 90, 49), "90", State.ALARM),
        ((70, 70, 70), "80", State.WATCH),
        ((59, 59, 59), "80", State.ALARM),
        ((90, 90, 84), "90 警報85", State.ALARM),
        ((90, 90, 86), "90 警報85", State.WATCH),
        ((75, 75, 75), "90 警報70", State.WATCH),
        ((90, 90, 90), "90 警報70", State.NORMAL),
    ],
)
def test_today_the_page_and_the_message_judge_a_day_by_one_border(
    desk, answered, value, state
):
    days = [
        calls(day(n), 100, count)
        for n, count in zip((18, 19, 20), answered, strict=True)
    ]
    fill(desk, centre("C1"), *days, agreed(value))
    yesterday = Period(day(20), day(20))

    (standing,) = health.standings(desk, "answer_rate", NOW)
    (of_centre,) = (
        one
        for one in kpi_cards.judged_of(
            desk, kpi_cards.span(kpi_cards.Asked.YESTERDAY, NOW.date()), NOW
        )
        if one.entry is RATE
    )

    assert today.morning(desk, NOW).calls.state is state
    assert standing.verdict.state is state
    assert kpi_views.lamp_of(desk, RATE, yesterday, NOW, "C1").state is state
    assert kpi_views.lamp_of(desk, RATE, yesterday, NOW).state is state
    assert of_centre.verdict.state is state


def test_a_line_counts_from_its_day_on_every_page(desk):
    """Both days at 84 %: the line of 85 % counts from the 20th."""
    fill(
        desk,
        centre("C1"),
        calls(day(19), 100, 84),
        calls(day(20), 100, 84),
        agreed("90 警報85", 20),
    )

    def lamp(number):
        on = Period(day(number), day(number))
        return kpi_views.lamp_of(desk, RATE, on, NOW, "C1").state

    assert (lamp(19), lamp(20)) == (State.WATCH, State.ALARM)
    found = today.morning(desk, NOW).calls
    assert found.state is State.ALARM
    assert "警報の線85%" in found.reasons[0].text()


def test_a_lasting_state_of_all_centres_that_count_differently_is_judged(desk):
    strict = centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)
    days = [
        row
        for n in (18, 19, 20)
        for row in (
            calls(day(n), 100, 70),
            kpi_day(day(n), "C2", offered=100, answered=70, short_abandoned=10),
        )
    ]
    fill(desk, centre("C1"), strict, *days)

    found = kpi_views.lamp_of(desk, RATE, Period(day(20), day(20)), NOW)

    assert found.state is State.ALARM


def test_the_entry_record_is_a_figure_like_the_others(desk):
    fill(
        desk,
        centre("C1"),
        kpi_day(day(18), offered=5, entered_at=at(19, 9)),
        kpi_day(day(19), offered=5, entered_at=at(20, 11)),
    )

    rate = kpi_views.total_of(desk, kpi("entered_in_time_rate"), WEEK, NOW, "C1")

    assert rate.value.number == pytest.approx(0.5)
    late = kpi_views.behind_of(desk, kpi("late_days"), WEEK, NOW, "C1")
    assert late.rows == {"kpi_days": ("2026-11-19|C1",)}


def test_times_are_those_of_the_company_s_hours(desk):
    fill(
        desk,
        complaint(at(16, 9), status=ComplaintStatus.CLOSED, closed_at=at(17, 9, 30)),
    )

    found = kpi_views.spread_of(desk, figure("settling_time"), WEEK, NOW)

    assert found.median == 9 * 60 + 30
    lamp = kpi_views.lamp_of(desk, figure("settling_time"), WEEK, NOW)
    assert lamp.state is State.PENDING  # the median of one case says too little


def test_talks_stand_with_what_followed_them(desk):
    fill(
        desk,
        kpi_day(day(10, 9), retention_offers=40, retention_kept=24),
        complaint(at(3), claim_type="解約できない"),
        inquiry(at(4), facts="解約に応じてもらえない"),
    )
    october = Period(day(1, 9), day(10, 10))

    found = kpi_views.deterrence_of(desk, october, NOW)

    assert found.followed.count(Trace.BLOCKED) == 1
    assert found.followed.count(Trace.REFERRAL) == 1
    assert found.verdict.state is State.ALARM
    assert len(kpi_views.retention_weeks_of(desk, NOW)) == 26


def test_news_and_the_days_before_are_of_yesterday(desk):
    fill(desk, centre("C1"), calls(day(20), 100, 80), calls(day(13), 100, 90))

    beside = kpi_views.compared_of(desk, NOW)

    assert {c.day for c in beside} == {day(20)}
    assert kpi_views.moves_of(desk, NOW).judged == 0


def test_an_outsourced_centre_sees_its_own_figures_only(live, desk):
    fill(
        desk,
        centre("C1"),
        centre("C2"),
        calls(day(16), 100, 90),
        calls(day(16), 100, 10, "C2"),
    )
    theirs = live.for_user(
        Principal("o@example.jp", "岡", Role.OUTSOURCED, centre="C1")
    )

    assert [c.code for c in kpi_views.call_centres(theirs)] == ["C1"]
    assert kpi_views.total_of(theirs, RATE, WEEK, NOW).value.number == 0.9


def test_an_empty_store_has_figures_without_values(desk):
    assert kpi_views.total_of(desk, RATE, WEEK, NOW).value.number is None
    assert kpi_views.by_centre_of(desk, RATE, WEEK, NOW) == {}
    assert kpi_views.behind_of(desk, kpi("missing_days"), WEEK, NOW).filled == ""
    assert kpi_views.deterrence_of(desk, WEEK, NOW).verdict.state is State.PENDING
    assert kpi_views.moves_of(desk, NOW).found == ()
