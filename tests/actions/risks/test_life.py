"""An alarm from its first 注意 to its end: one a rise, and what people make of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib.actions import sample
from lib.actions.clocks.reading import case_seen
from lib.actions.clocks.running import everything_that_can_run_out
from lib.actions.risks import life, watching
from lib.actions.risks import reading as risk
from lib.actions.risks.life import Work
from lib.actions.risks.reading import alarms_of, daily, open_alarm, reading
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.risk.detection import Level
from lib.schema.alarm import Alarm
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AlarmLevel, AlarmStatus, Role, Source
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit
from tests.actions.risks.company import (
    NOW,
    TODAY,
    back,
    by_chance,
    contacts,
    orders,
    risen,
    steady,
    working_days,
)

DUE = NOW + timedelta(days=2)


@pytest.fixture
def look(live: LiveStore):
    """Return a new look of the manager: what was saved since is in it."""

    def fresh() -> UserStore:
        return live.for_user(Principal("boss@example.jp", "高橋 一郎", Role.MANAGER))

    return fresh


@pytest.fixture
def raised(live: LiveStore, put, look):
    """Return the alarm of a company whose contacts rose."""
    put(*steady(), *risen(), *orders())
    assert watching.watch(live, NOW)
    (alarm,) = alarms_of(look())
    return alarm


def only(desk: UserStore) -> Alarm:
    (alarm,) = alarms_of(desk)
    return alarm


# Raised once --------------------------------------------------------------------------


def test_a_calm_company_has_no_alarm(live, put, look) -> None:
    put(*steady(until=0), *orders())

    assert not watching.watch(live, NOW)
    assert alarms_of(look()) == ()


def test_a_young_company_raises_nothing(live, put, look) -> None:
    put(*contacts(back(5), 3), *contacts(back(1), 3))

    assert not watching.watch(live, NOW)


def test_a_rise_has_one_alarm_with_its_numbers(raised: Alarm, look) -> None:
    assert raised.level is AlarmLevel.ALARM
    assert raised.is_open
    assert raised.start_first <= raised.start_on <= raised.start_last <= TODAY
    assert raised.raised_on <= raised.alarmed_on
    assert raised.count > raised.expected > 0
    assert reading(look(), NOW).alarm == raised


def test_looking_again_writes_nothing(live, look, raised: Alarm) -> None:
    assert not watching.watch(live, NOW + timedelta(minutes=1))
    assert only(look()) == raised


def test_the_rise_that_goes_on_keeps_its_alarm(live, put, look, raised) -> None:
    put(*contacts(TODAY, 4))
    watching.watch(live, NOW + timedelta(hours=1))

    assert only(look()).id == raised.id


def test_a_watch_that_becomes_an_alarm_is_the_same_row(live, put, look) -> None:
    put(*steady(until=20), *risen(20, 1, until=0), *orders())
    level = {n: reading(look(), NOW - timedelta(days=n)).level for n in range(1, 20)}
    watched = max(n for n, found in level.items() if found is Level.WATCH)
    watching.watch(live, NOW - timedelta(days=watched))
    first = only(look())
    watching.watch(live, NOW)
    second = only(look())

    assert (first.level, second.level) == (AlarmLevel.WATCH, AlarmLevel.ALARM)
    assert first.id == second.id
    assert second.raised_at == first.raised_at
    assert second.alarmed_at == NOW


def test_two_processes_at_once_make_one_alarm(tmp_path, live, put, look) -> None:
    put(*steady(), *risen(), *orders())
    other = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    first = watching.due(live.for_user(SYSTEM), NOW)
    second = watching.due(other.for_user(SYSTEM), NOW + timedelta(seconds=3))
    try:
        assert watching.watch(live, NOW)
        assert not watching.watch(other, NOW + timedelta(seconds=3))
    finally:
        other.close()

    assert first.record.id == second.record.id
    assert len(alarms_of(look())) == 1


def test_an_alarm_on_the_sample_goes_with_the_sample(live, put, look) -> None:
    put(
        *steady(),
        *(row.with_values(source=Source.SAMPLE) for row in risen()),
        *orders(),
    )
    watching.watch(live, NOW)
    alarm = only(look())
    life.close_as_false(look(), alarm, reason="試し", now=NOW, entry="e1")
    admin = Principal("admin@example.jp", "管理 一郎", Role.ADMIN)
    sample.remove(live.for_user(admin))

    assert alarm.source is Source.SAMPLE
    assert alarms_of(look()) == ()


def calm_since(live: LiveStore, last: datetime) -> int:
    """Let days pass until nothing is written any more; return how many it took."""
    for day in range(1, 90):
        if watching.watch(live, last + timedelta(days=day)):
            return day
    raise AssertionError("the alarm never ended")


def test_an_alarm_ends_by_itself_and_a_new_rise_is_a_new_one(live, put, look) -> None:
    put(*steady(), *orders())
    put(*risen(40, 2, until=30))
    watching.watch(live, NOW - timedelta(days=30))
    first = only(look())
    days = calm_since(live, NOW - timedelta(days=30))
    ended = only(look())

    assert ended.status is AlarmStatus.ENDED
    assert ended.ended_on == (NOW - timedelta(days=30 - days)).date()

    later = (NOW + timedelta(days=60)).date()
    put(
        *(
            row
            for d in working_days(later - timedelta(days=10), later)
            for row in contacts(d, 3)
        )
    )
    watching.watch(live, NOW + timedelta(days=60, hours=9))
    old, new = alarms_of(look())

    assert (old.id, old.status) == (first.id, AlarmStatus.ENDED)
    assert new.is_open
    assert new.id != old.id


def test_a_rise_that_fades_and_goes_on_is_one_alarm(live, put, look) -> None:
    """Chance makes a week of it calm; its likely start still lies before the calm."""
    put(*by_chance(seed=13))
    for ago in range(38, 27, -1):
        watching.watch(live, NOW - timedelta(days=ago))
    days = range(38, 27, -1)
    levels = [risk.course(look(), back(ago)).today for ago in days]

    assert Level.NORMAL in levels[levels.index(Level.WATCH) :]  # it seemed to be over
    assert levels[-1] is not Level.NORMAL
    assert only(look()).is_open
    assert only(look()).raised_on == back(38)


def close_in_the_sheet(live: LiveStore, alarm: Alarm) -> None:
    """Choose the state of an alarm in its cell, and nothing else."""
    write = watching.change(alarm, {"status": AlarmStatus.FALSE})
    live.for_user(SYSTEM).commit(Commit(new_commit_id(), "表", NOW, (write,)))


def test_a_state_chosen_in_the_sheet_closes_and_opens_no_second_alarm(
    live, put, look, raised: Alarm
) -> None:
    close_in_the_sheet(live, raised)

    assert watching.watch(live, NOW + timedelta(minutes=1))
    assert only(look()).closed_at == NOW + timedelta(minutes=1)
    assert only(look()).ended_on == TODAY
    assert not watching.watch(live, NOW + timedelta(minutes=2))
    put(*contacts(TODAY + timedelta(days=1), 1))
    assert not watching.watch(live, NOW + timedelta(days=1))


def test_a_rise_on_the_day_the_sample_goes_has_an_alarm_of_its_own(
    live, put, look
) -> None:
    put(*steady(), *(r.with_values(source=Source.SAMPLE) for r in risen()), *orders())
    watching.watch(live, NOW)
    first = only(look())
    admin = Principal("admin@example.jp", "管理 一郎", Role.ADMIN)
    sample.remove(live.for_user(admin))
    put(*risen(8, 3))

    assert watching.watch(live, NOW + timedelta(hours=1))
    assert only(look()).source is Source.APP
    assert only(look()).id != first.id


# What people decide -------------------------------------------------------------------


def test_confirming_says_who_looks_into_it_by_when(look, raised: Alarm) -> None:
    done = life.confirm(
        look(), raised, owner="佐藤 花子", due_at=DUE, now=NOW, entry="e1"
    )

    assert (done.owner, done.due_at) == ("佐藤 花子", DUE)
    assert (done.confirmed_by, done.confirmed_at) == ("高橋 一郎", NOW)
    (step,) = life.steps_of(look(), raised.id)
    assert (step.actor, step.at) == ("高橋 一郎", NOW)
    assert "佐藤 花子" in step.content


@pytest.mark.parametrize(("owner", "due_at"), [("", DUE), ("佐藤 花子", None)])
def test_confirming_needs_somebody_and_a_time(look, raised, owner, due_at) -> None:
    with pytest.raises(InvalidRecord):
        life.confirm(look(), raised, owner=owner, due_at=due_at, now=NOW, entry="e1")
    assert not only(look()).is_confirmed


def test_pressing_twice_writes_once(look, raised: Alarm) -> None:
    for _press in range(2):
        life.confirm(look(), raised, owner="佐藤", due_at=DUE, now=NOW, entry="e1")

    assert len(life.steps_of(look(), raised.id)) == 1


def test_who_decided_meanwhile_is_not_overwritten(look, raised: Alarm) -> None:
    life.close_as_false(look(), raised, reason="一斉配信", now=NOW, entry="e1")

    with pytest.raises(Conflict):
        life.confirm(look(), raised, owner="佐藤", due_at=DUE, now=NOW, entry="e2")
    assert only(look()).status is AlarmStatus.FALSE


def test_what_is_over_is_not_decided_again(look, raised: Alarm) -> None:
    closed = life.close_as_false(look(), raised, reason="重複", now=NOW, entry="e1")

    with pytest.raises(ActionRefused):
        life.call_new_normal(look(), closed, reason="伸びた", now=NOW, entry="e2")


@pytest.mark.parametrize("close", [life.close_as_false, life.call_new_normal])
def test_closing_needs_a_reason(look, raised: Alarm, close) -> None:
    with pytest.raises(InvalidRecord):
        close(look(), raised, reason="  ", now=NOW, entry="e1")


def test_only_those_who_lead_decide(clerk, raised: Alarm) -> None:
    with pytest.raises(NotAllowed):
        life.confirm(clerk, raised, owner="佐藤", due_at=DUE, now=NOW, entry="e1")
    with pytest.raises(NotAllowed):
        life.close_as_false(clerk, raised, reason="重複", now=NOW, entry="e2")


def test_a_centre_sees_no_alarm(live, raised: Alarm) -> None:
    agent = Principal("a@example.jp", "委託", Role.OUTSOURCED, centre="C1")

    assert live.for_user(agent).frame("alarms").empty


def test_a_false_alarm_is_over_at_once_and_is_not_raised_again(
    live, look, raised: Alarm
) -> None:
    life.close_as_false(look(), raised, reason="同じ件の重複", now=NOW, entry="e1")
    found = reading(look(), NOW)

    assert found.level is Level.NORMAL
    assert found.alarm is None
    assert not watching.watch(live, NOW)
    assert life.record_of(look(), TODAY) == life.Record(alarms=1, false=1)


def test_an_alarm_that_ended_by_itself_can_still_be_called_false(
    live, put, look
) -> None:
    put(*steady(until=60), *risen(60, 2, until=50), *orders())
    watching.watch(live, NOW - timedelta(days=50))
    calm_since(live, NOW - timedelta(days=50))
    ended = only(look())
    told = reading(look(), NOW).days["statistic"].to_list()
    life.close_as_false(look(), ended, reason="一斉配信", now=NOW, entry="e1")
    closed = only(look())

    assert ended.status is AlarmStatus.ENDED
    assert (closed.status, closed.reason) == (AlarmStatus.FALSE, "一斉配信")
    assert (closed.ended_on, closed.closed_at) == (ended.ended_on, NOW)
    assert life.record_of(look(), TODAY) == life.Record(alarms=1, false=1)
    assert reading(look(), NOW).days["statistic"].to_list() == told
    with pytest.raises(ActionRefused):
        life.close_as_false(look(), closed, reason="また", now=NOW, entry="e2")


def test_after_a_false_alarm_a_new_rise_is_found_by_its_own_days(
    live, put, look, raised: Alarm
) -> None:
    life.close_as_false(look(), raised, reason="同じ件の重複", now=NOW, entry="e1")
    later = TODAY + timedelta(days=14)
    put(
        *(
            row
            for d in working_days(TODAY + timedelta(days=3), later)
            for row in contacts(d, 3)
        )
    )
    watching.watch(live, NOW + timedelta(days=14, hours=1))
    old, new = alarms_of(look())

    assert old.status is AlarmStatus.FALSE
    assert new.is_open
    assert new.start_on > TODAY
    assert life.record_of(look(), later) == life.Record(alarms=2, false=1)


def test_the_new_normal_is_learned_from_the_likely_start_on(
    live, look, raised: Alarm
) -> None:
    before = reading(look(), NOW).usual_week
    life.call_new_normal(look(), raised, reason="会員が倍", now=NOW, entry="e1")
    found = reading(look(), NOW)

    assert found.level is Level.NORMAL
    assert found.usual_week > 1.5 * before
    assert not watching.watch(live, NOW)


def test_days_of_a_confirmed_rise_are_not_learned_from(look, live, put) -> None:
    """Three weeks of a rise: what was usual stays what it was before."""
    put(*steady(until=28), *risen(28), *orders())
    watching.watch(live, NOW)
    loose = reading(look(), NOW).usual_week
    alarm = only(look())
    life.confirm(look(), alarm, owner="佐藤", due_at=DUE, now=NOW, entry="e1")
    kept = reading(look(), NOW).usual_week

    assert kept < loose
    assert kept == pytest.approx(5 / 3, abs=0.6)


def test_a_past_chapter_stays_as_it_was_told(look, raised: Alarm) -> None:
    told = reading(look(), NOW).days["statistic"].to_numpy()
    life.close_as_false(look(), raised, reason="重複", now=NOW, entry="e1")
    after = reading(look(), NOW).days["statistic"].to_numpy()

    assert (told[:-1] == after[:-1]).all()


def test_what_is_asked_for_is_a_task_with_its_time(look, raised: Alarm) -> None:
    task = life.have_looked_at(
        look(), raised, Work.PAGES, owner="佐藤", due_at=DUE, now=NOW, entry="e1"
    )
    life.finish(look(), task, note="直した", now=DUE, entry="e2")
    (done,) = life.tasks_of(look(), raised.id)

    assert (done.case_id, done.owner, done.due_at) == (raised.id, "佐藤", DUE)
    assert (done.done_by, done.note) == ("高橋 一郎", "直した")
    assert len(life.steps_of(look(), raised.id)) == 2


def test_whose_task_it_is_may_finish_it_and_no_other_clerk(
    live, clerk, look, raised: Alarm
) -> None:
    task = life.have_looked_at(
        look(), raised, Work.PAGES, owner="佐藤 花子", due_at=DUE, now=NOW, entry="e1"
    )
    other = live.for_user(Principal("ito@example.jp", "伊藤 次郎", Role.CLERK))
    with pytest.raises(NotAllowed):
        life.finish(other, task, note="", now=DUE, entry="e2")
    desk = live.for_user(clerk.principal)
    life.finish(desk, task, note="直した", now=DUE, entry="e3")

    assert life.tasks_of(look(), raised.id)[0].done_by == "佐藤 花子"


def test_a_watch_alone_is_no_alarm_of_the_record(look, put) -> None:
    put(
        Alarm.parse(
            {
                "id": "A-261101-22222",
                "level": AlarmLevel.WATCH,
                "raised_on": back(19),
                "raised_at": NOW - timedelta(days=19),
                "start_on": back(22),
                "start_first": back(25),
                "start_last": back(20),
                "statistic": 50,
                "count": 4,
                "expected": 1.5,
                "status": AlarmStatus.ENDED,
                "ended_on": back(9),
            }
        )
    )

    assert life.record_of(look(), TODAY) == life.Record(alarms=0, false=0)
    assert open_alarm(alarms_of(look())) is None
    assert daily(look(), TODAY).today == TODAY


def test_what_an_alarm_asks_for_stands_among_the_dates(look, raised: Alarm) -> None:
    life.have_looked_at(
        look(), raised, Work.ANSWERING, owner="佐藤", due_at=DUE, now=NOW, entry="e1"
    )
    (line,) = [
        line
        for line in everything_that_can_run_out(look(), NOW)
        if line.case_id == raised.id
    ]

    assert (line.due_at, line.owner) == (DUE, "佐藤")
    assert case_seen(look(), raised.id) is None  # no clock of the law stands on it
