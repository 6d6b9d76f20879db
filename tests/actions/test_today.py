"""What 「今日」 says, on small stores whose figures one can count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from lib.actions import today
from lib.actions.today import Morning, TaskKind
from lib.metrics.promises import When
from lib.metrics.state import State
from lib.schema.crisis import Crisis
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import (
    AgencyKind,
    CrisisKind,
    InquiryStatus,
    Promise,
    Role,
    Severity,
)
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.metrics.rows import at, calls, centre, complaint, day, inquiry, kpi_day

NOW = at(21, 10, 30)
MANAGER = Principal("m@example.jp", "高橋", Role.MANAGER)

Look = Callable[..., Morning]


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def put(live) -> Callable[..., None]:
    def inserted(*records: Record) -> None:
        commit = Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, records)))
        live.for_user(SYSTEM).commit(commit)

    return inserted


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(MANAGER)


@pytest.fixture
def look(live, put) -> Look:
    def looked(*records: Record) -> Morning:
        if records:
            put(*records)
        return today.morning(live.for_user(MANAGER), NOW)

    return looked


def promised(hours_from_now: float, **values):
    return complaint(
        at(20),
        next_promise=Promise.CALL_BACK,
        next_promise_at=NOW + timedelta(hours=hours_from_now),
        **values,
    )


def test_an_empty_store_says_so(look):
    found = look()

    assert found.is_empty
    assert (found.tasks, found.centres, found.promises) == ((), (), ())
    assert found.calls.state is State.PENDING


def test_at_most_three_things_to_do_the_most_pressing_first(look):
    found = look(
        centre("C1"),
        calls(day(17), 9, 9),
        calls(day(19), 9, 9),
        promised(-1),
        promised(-2),
        promised(3),
        promised(30, severity=Severity.CRITICAL),
        inquiry(at(20), own_due_at=at(21, 18)),
    )

    assert [(t.kind, t.count) for t in found.tasks] == [
        (TaskKind.CRITICAL, 1),
        (TaskKind.OVERDUE, 2),
        (TaskKind.AGENCY, 1),
    ]


def test_missing_days_lead_to_the_newest_of_them(look):
    found = look(
        centre("C1"), calls(day(16), 9, 9), calls(day(19), 9, 9), calls(day(20), 9, 9)
    )

    (task,) = found.tasks
    assert (task.kind, task.count) == (TaskKind.MISSING, 2)
    assert task.missing.day == day(18)


def test_an_answer_is_owed_until_it_is_given(look, desk):
    found = look(
        inquiry(at(20), agency_due_at=at(21, 18), own_due_at=at(25)),
        inquiry(at(20), own_due_at=at(22)),
        inquiry(at(20), own_due_at=at(20), status=InquiryStatus.ANSWERED),
        inquiry(at(20)),
    )

    assert [(t.kind, t.count) for t in found.tasks] == [(TaskKind.AGENCY, 1)]


def test_promises_are_listed_longest_overdue_first(look):
    late, later, soon = promised(-1), promised(-5), promised(2)
    found = look(late, later, soon, promised(48))

    assert [row.complaint for row in found.promises] == [later.id, late.id, soon.id]
    assert found.promise_counts == {
        When.OVERDUE: 2,
        When.TODAY: 1,
        When.LATER: 1,
        When.UNDATED: 0,
    }
    assert found.promises[0].promise == "折返し"


def test_a_centre_shows_its_last_entered_day_and_what_is_known_of_today(look):
    found = look(
        centre("C1", weekly_closed=""),
        calls(day(19), 200, 190),
        calls(day(20), 100, 80),
        calls(day(21), 10, 5),
    )

    (shown,) = found.centres
    assert shown.last_day == day(20)
    assert (shown.today_offered, shown.today_rate) == (10, 0.5)
    assert shown.verdict.state is not State.NORMAL


def test_a_centre_without_figures_is_not_called_calm(look):
    found = look(centre("C1"), complaint(at(20)))

    (shown,) = found.centres
    assert shown.last_day is None
    assert shown.verdict.state is State.PENDING


def test_calm_is_not_known_while_a_later_day_should_be_in(look):
    """The 19th was fine; the 20th was due on the 21st at ten, and it is half past."""
    found = look(centre("C1", weekly_closed=""), calls(day(19), 100, 99))

    assert found.calls.state is State.PENDING
    assert "11/20の数が未入力" in found.calls.reasons[0].text()
    assert "11/19の応答率は99.0%" in found.calls.reasons[1].text()


def test_what_is_known_to_be_bad_stays_bad_whatever_is_missing(look):
    found = look(centre("C1", weekly_closed=""), calls(day(19), 100, 40))

    assert found.calls.state is State.ALARM


def test_a_day_missing_before_the_last_known_one_changes_no_state(look):
    found = look(
        centre("C1", weekly_closed=""), calls(day(18), 100, 99), calls(day(20), 100, 99)
    )

    assert [missed.day for missed in found.missing] == [day(19)]
    assert found.calls.state is State.NORMAL


def test_an_open_crisis_is_the_first_thing_to_do(look):
    crisis = Crisis(
        id="C-261120-AAAAA", title="回収", kind=CrisisKind.ACCIDENT, known_at=at(20)
    )
    found = look(crisis, promised(-1))

    assert [(t.kind, t.count) for t in found.tasks] == [
        (TaskKind.CRISIS, 1),
        (TaskKind.OVERDUE, 1),
    ]


def test_cases_stand_beside_the_calls_that_centres_counted(look):
    found = look(
        inquiry(at(20)),
        inquiry(at(14)),
        inquiry(at(20), agency_kind=AgencyKind.POLICE),
        kpi_day(day(20), "C1", consumer_centre_calls=2),
        kpi_day(day(20), COMPANY, consumer_centre_calls=1),
    )

    assert (found.referrals.cases, found.referrals.calls) == (1, 3)
    assert found.referrals.difference == 2
    assert found.referrals_verdict.state is State.ALARM


def test_without_typed_calls_there_is_no_difference(look):
    assert look(inquiry(at(20))).referrals.difference is None


def test_the_contacts_of_a_week_are_newest_first_without_cancelled_ones(look, desk):
    first, second = inquiry(at(16)), inquiry(at(19), agency_kind=AgencyKind.POLICE)
    look(first, second, inquiry(at(19), status=InquiryStatus.CANCELLED), inquiry(at(1)))

    found = today.contacts_of_week(desk, day(21))
    of_centres = today.contacts_of_week(desk, day(21), only_centres=True)

    assert found["id"].tolist() == [second.id, first.id]
    assert of_centres["id"].tolist() == [first.id]


def test_a_pressed_bar_opens_as_many_contacts_as_it_shows(look, desk):
    look(inquiry(at(21)), inquiry(at(15)), inquiry(at(14)), inquiry(at(8)))

    for week in today.weekly_contacts(desk, NOW).itertuples():
        rows = today.contacts_of_week(desk, week.last, only_centres=True)
        assert len(rows) == week.count


def test_a_day_that_is_not_over_turns_no_verdict(look):
    """At 10:30 a centre has typed 3 of 30; yesterday it answered 95 of 100."""
    found = look(centre("C1"), calls(day(20), 100, 95), calls(day(21), 30, 3))

    assert found.calls.state is State.NORMAL
    assert "11/20" in found.calls.reasons[0].text()


def test_the_rates_of_the_chart_leave_out_days_without_one(look, desk):
    look(
        centre("C1"),
        calls(day(18), 10, 8),
        calls(day(19), 0, 0),
        calls(day(20), 10, 10),
    )

    rates = today.answer_rates(desk, NOW)

    assert rates["rate"].tolist() == [0.8, 1.0]
    assert rates["missed"].tolist() == [True, False]
    assert today.common_target(desk, NOW) == pytest.approx(0.9)


def test_centres_with_different_targets_have_no_common_one(look, desk):
    look(centre("C1"), centre("C2", target_answer_rate=80))

    assert today.common_target(desk, NOW) is None


def test_a_target_set_for_a_day_decides_from_that_day_on(look, desk):
    """85 % on both days; until the 19th it was to be 80 %, from the 20th 90 %."""
    rows = [
        Setting(group="KPI目標", name="応答率・C1", effective_from=since, value=value)
        for since, value in ((day(1), "80"), (day(20), "90"))
    ]
    found = look(
        centre("C1", target_answer_rate=99),
        calls(day(19), 100, 85),
        calls(day(20), 100, 85),
        *rows,
    )

    assert today.answer_rates(desk, NOW)["missed"].tolist() == [False, True]
    assert found.calls.state is State.WATCH
    assert "目標90%" in found.calls.reasons[0].text()
    assert today.common_target(desk, NOW) is None


def test_without_a_target_only_what_is_hard_to_reach_is_watched(look, desk):
    none = Setting(
        group="KPI目標", name="応答率・C1", effective_from=day(1), value="なし"
    )
    found = look(centre("C1"), calls(day(20), 100, 85), none)

    assert found.calls.state is State.NORMAL
    assert "目標は決めていません" in found.calls.reasons[0].text()
    assert today.answer_rates(desk, NOW)["missed"].tolist() == [False]


def test_weeks_end_today_and_count_cases(look, desk):
    look(inquiry(at(21)), inquiry(at(15)), inquiry(at(14)))

    weeks = today.weekly_contacts(desk, NOW)

    assert len(weeks) == 13
    assert weeks["last"].iloc[-1] == day(21)
    assert weeks["count"].iloc[-2:].tolist() == [1, 2]


def test_the_morning_is_computed_once_and_anew_after_a_save(live, look):
    before = look(promised(-1))
    again = today.morning(live.for_user(MANAGER), NOW + timedelta(seconds=20))
    after = look(promised(-1))

    assert again is before
    assert after.promise_counts[When.OVERDUE] == 2


def test_a_promise_becomes_overdue_without_any_save(live, look):
    assert look(promised(0.5)).promise_counts[When.OVERDUE] == 0

    later = today.morning(live.for_user(MANAGER), NOW + timedelta(minutes=31))

    assert later.promise_counts[When.OVERDUE] == 1
