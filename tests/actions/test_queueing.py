"""Many cases at once: all of them or none, and each with its step."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lib import clock
from lib.actions import queueing
from lib.actions.queueing import MOST_AT_ONCE, Asked
from lib.errors import Conflict, InvalidRecord
from lib.metrics.promises import When
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    ComplaintStatus,
    Promise,
    Role,
    Severity,
    Source,
)
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import complaint, fill
from tests.metrics.rows import inquiry

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=clock.TOKYO)
TARO = Principal("taro@example.jp", "鈴木 太郎", Role.MANAGER)


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


@pytest.fixture
def live(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def desk(live):
    return live.for_user(TARO)


def stored(desk, *cases):
    fill(desk, *cases)
    return [case.id for case in cases]


def old(**values):
    return complaint(
        **{
            "source": Source.IMPORT,
            "next_promise": None,
            "next_promise_at": None,
            "handler": "",
            **values,
        }
    )


def assign(desk, keys, handler="佐藤 花子", commit_id=None):
    once = commit_id or new_commit_id()
    return queueing.assign(desk, keys, handler, now=NOW, commit_id=once)


def date_of(desk, keys, at, commit_id=None):
    once = commit_id or new_commit_id()
    return queueing.give_date(desk, keys, at, now=NOW, commit_id=once)


def test_all_get_the_handler_and_a_step_each_in_one_commit(desk):
    keys = stored(desk, old(), old(), old(handler="佐藤 花子"))
    before = desk.revision

    assert assign(desk, keys) == 2

    assert desk.revision == before + 1
    assert set(desk.frame("complaints")["handler"]) == {"佐藤 花子"}
    steps = desk.frame("activities")
    assert set(steps["kind"]) == {ActivityKind.STATUS_CHANGE.value}
    assert sorted(steps["case_id"]) == sorted(keys[:2])


def test_all_get_the_date_and_then_are_late_like_any_other(desk):
    keys = stored(desk, old(), old(next_promise=Promise.REFUND))
    at = NOW + timedelta(days=1)

    assert date_of(desk, keys, at) == 2

    rows = desk.frame("complaints")
    assert set(rows["next_promise"]) == {"確認のみ", "返金"}
    later = queueing.open_work(desk, at + timedelta(hours=1))
    assert set(later["when"]) == {When.OVERDUE.value}


def test_the_same_press_twice_changes_once(desk):
    keys = stored(desk, old())
    once = new_commit_id()

    date_of(desk, keys, NOW + timedelta(days=1), once)
    date_of(desk, keys, NOW + timedelta(days=1), once)

    assert len(desk.frame("activities")) == 1


def test_where_one_was_given_away_meanwhile_nothing_is_written(live, desk, monkeypatch):
    keys = stored(desk, old(), old())
    seen = [desk.record("complaints", key) for key in keys]
    assign(live.for_user(SYSTEM), keys[:1], "別の人")
    monkeypatch.setattr(queueing, "_cases", lambda _desk, _keys: seen)

    with pytest.raises(Conflict):
        assign(desk, keys)

    assert sorted(desk.frame("complaints")["handler"]) == ["", "別の人"]


@pytest.mark.parametrize("handler", ["", "  "])
def test_nobody_is_no_handler(desk, handler):
    with pytest.raises(InvalidRecord):
        assign(desk, stored(desk, old()), handler)


@pytest.mark.parametrize("at", [None, NOW, NOW - timedelta(minutes=1)])
def test_a_date_lies_ahead(desk, at):
    with pytest.raises(InvalidRecord):
        date_of(desk, stored(desk, old()), at)


def test_more_than_one_press_can_change_is_refused(desk):
    with pytest.raises(InvalidRecord):
        assign(desk, ["K"] * (MOST_AT_ONCE + 1))


def test_what_was_closed_meanwhile_is_left_alone(desk):
    keys = stored(desk, old(), old(status=ComplaintStatus.CLOSED))

    assert assign(desk, keys) == 1


def test_the_counts_are_those_of_what_is_asked_for(desk):
    stored(
        desk,
        old(),
        complaint(next_promise_at=NOW - timedelta(hours=1)),
        complaint(next_promise_at=NOW + timedelta(hours=1)),
        complaint(severity=Severity.CRITICAL, handler=""),
    )
    work = queueing.open_work(desk, NOW)

    found = queueing.counted(work)

    assert (found.every, found.overdue, found.today) == (4, 1, 2)
    assert (found.critical, found.nobody, found.undated) == (1, 2, 1)
    only = queueing.chosen(work, Asked(when=When.UNDATED), me="")
    assert only.sum() == 1
    assert queueing.chosen(work, Asked(when=When.OVERDUE), me="").sum() == 1


def test_the_promises_of_today_begin_with_the_longest_overdue(desk):
    first = complaint(next_promise_at=NOW - timedelta(days=2))
    second = complaint(next_promise_at=NOW - timedelta(hours=1))
    third = complaint(next_promise_at=NOW + timedelta(hours=1))
    stored(
        desk, third, first, second, complaint(next_promise_at=NOW + timedelta(days=3))
    )

    found = queueing.todays_promises(queueing.open_work(desk, NOW))

    assert list(found.index) == [first.id, second.id, third.id]


def test_a_customer_who_was_forgotten_stands_before_an_agency_that_was(desk):
    late = complaint(next_promise_at=NOW - timedelta(minutes=5))
    owed = inquiry(NOW, id="G-261120-AAAAA", own_due_at=NOW - timedelta(days=3))
    stored(desk, owed, late, complaint(next_promise_at=NOW + timedelta(hours=1)))

    found = queueing.todays_promises(queueing.open_work(desk, NOW))

    assert list(found.index[:2]) == [late.id, owed.id]
