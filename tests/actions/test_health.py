"""How each centre stands on its last day, on stores whose figures one can count."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from lib.actions import health
from lib.metrics.movers import Against
from lib.metrics.series import ALL
from lib.metrics.state import State
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import BusinessDay, Flag, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import at, calls, centre, day, kpi_day

NOW = at(21, 8)
"""A Saturday at eight: Friday is not due before ten."""

Stand = Callable[..., dict[str, health.Standing]]


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(Principal("m@example.jp", "高橋", Role.MANAGER))


@pytest.fixture
def stand(live, desk) -> Stand:
    def standing(*records: Record, code: str = "answer_rate", now=NOW):
        commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, records)))
        live.for_user(SYSTEM).commit(commit)
        return {one.centre: one for one in health.standings(desk, code, now)}

    return standing


def test_the_last_day_stands_beside_the_days_before(stand):
    """Friday 80 of 100; Friday before 90 of 100; the 7 days before 90 + 190 of 300."""
    found = stand(
        centre("C1", weekly_closed=""),
        calls(day(13), 100, 90),
        calls(day(19), 200, 190),
        calls(day(20), 100, 80),
        calls(day(21), 10, 1),
    )

    one = found["C1"]
    assert (one.day, one.number) == (day(20), pytest.approx(0.8))
    assert one.compared.before[Against.WEEKDAY] == pytest.approx(0.9)
    assert one.compared.before[Against.WEEK] == pytest.approx(280 / 300)
    assert one.target == pytest.approx(0.9)
    assert one.verdict.state is State.WATCH
    assert [share for share in one.spark if not math.isnan(share)] == pytest.approx(
        [0.9, 0.95, 0.8]
    )
    assert len(one.spark) == 28


def test_one_centre_needs_no_total(stand):
    assert list(stand(centre("C1"), calls(day(20), 100, 80))) == ["C1"]


def test_a_total_is_the_sum_over_the_sum_and_no_mean_of_shares(stand):
    """900 of 1,000 and 10 of 100: 910 of 1,100 are 82.7 %, the mean would be 50 %."""
    found = stand(
        centre("C1"),
        centre("C2"),
        calls(day(20), 1000, 900),
        calls(day(20), 100, 10, "C2"),
    )

    assert found[ALL].number == pytest.approx(910 / 1100)
    assert list(found) == [ALL, "C1", "C2"]


def test_a_total_waits_for_the_day_that_every_centre_has_entered(stand):
    found = stand(
        centre("C1"),
        centre("C2"),
        calls(day(19), 100, 90),
        calls(day(19), 100, 80, "C2"),
        calls(day(20), 100, 70),
        code="offered",
    )

    assert (found[ALL].day, found[ALL].number) == (day(19), 200)
    assert (found["C1"].day, found["C2"].day) == (day(20), day(19))


def test_a_centre_that_is_closed_that_day_does_not_hold_the_total_back(stand):
    """The 20th is a Friday."""
    found = stand(
        centre("C1"),
        centre("C2", weekly_closed="金"),
        calls(day(19), 100, 90),
        calls(day(19), 100, 80, "C2"),
        calls(day(20), 100, 70),
    )

    assert (found[ALL].day, found[ALL].number) == (day(20), pytest.approx(0.7))


def test_without_figures_of_a_week_nothing_is_claimed(stand):
    found = stand(centre("C1"), calls(day(10), 100, 95))

    one = found["C1"]
    assert (one.day, one.number, one.compared) == (None, None, None)
    assert one.verdict.state is State.PENDING


def test_calm_is_held_back_once_a_later_day_is_overdue(stand):
    rows = (centre("C1", weekly_closed=""), calls(day(19), 100, 99))

    early = stand(*rows)["C1"]
    late = stand(now=at(21, 10, 30))["C1"]

    assert early.verdict.state is State.NORMAL
    assert late.verdict.state is State.PENDING
    assert "11/20の数が未入力" in late.verdict.reasons[0].text()


def test_few_calls_of_a_day_are_judged_by_the_week(stand):
    """2 of 4 on the day say nothing; 98 of 104 in the week are 94 %."""
    found = stand(
        centre("C1", weekly_closed=""), calls(day(19), 100, 96), calls(day(20), 4, 2)
    )

    assert found["C1"].number == pytest.approx(0.5)
    assert found["C1"].verdict.state is State.NORMAL


def test_centres_without_subscriptions_are_not_asked_about_cancellations(stand, desk):
    rows = (
        centre("C1", subscriptions=Flag.YES),
        centre("C2", subscriptions=Flag.NO),
        kpi_day(day(20), "C1", offered=9, answered=9, cancel_requests=3),
        calls(day(20), 9, 9, "C2"),
    )

    found = stand(*rows, code="cancel_requests")

    assert list(found) == ["C1"]
    assert found["C1"].number == 3
    assert "cancel_requests" in health.choices(desk)


def test_without_any_subscription_cancellations_are_no_choice(stand, desk):
    stand(centre("C1", subscriptions=Flag.NO))

    assert health.choices(desk) == ("answer_rate", "offered", "consumer_centre_calls")


def test_a_blank_day_is_missing_and_a_typed_zero_is_not(stand):
    found = stand(
        centre("C1"),
        kpi_day(day(20), "C1", offered=9, answered=9, consumer_centre_calls=0),
        kpi_day(day(19), "C1", offered=9, answered=9),
        code="consumer_centre_calls",
    )

    assert found["C1"].number == 0
    assert [n for n in found["C1"].spark if not math.isnan(n)] == [0]


def test_days_in_time_late_and_missing_are_counted_by_centre(stand, desk):
    """The 16th in time, the 17th an hour late, the 18th not at all, the 19th closed."""
    rows = [
        calls(day(16), 9, 9).model_copy(update={"entered_at": at(17, 9)}),
        calls(day(17), 9, 9).model_copy(update={"entered_at": at(18, 11)}),
        kpi_day(day(19), "C1", business=BusinessDay.CLOSED),
    ]
    stand(centre("C1", weekly_closed=""), *rows)

    (one,) = health.punctuality(desk, NOW)

    assert (one.centre, one.on_time, one.late, one.missing) == ("C1", 1, 1, 1)
    assert one.last_missing == day(18)


def test_the_company_is_asked_for_its_own_row_too(stand, desk):
    stand(centre("C1"), kpi_day(day(18), COMPANY, shipments=40))

    (one,) = health.punctuality(desk, NOW)

    assert (one.centre, one.missing) == (COMPANY, 1)
