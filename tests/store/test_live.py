"""One snapshot a process: fresh enough, loaded once, kept through an outage."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from lib import clock
from lib.errors import Conflict, StoreUnavailable
from lib.schema.frames import empty_frame, frame_of
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.store.live import LONGEST_PAUSE, LiveStore
from lib.store.log_search import LogPage, LogQuery, found_in
from lib.store.protocol import Commit, Insert, Receipt, Snapshot
from tests.store.rows import complaint, saving


class FakeStore:
    """A store in memory that counts what it is asked and can be out of order."""

    kind = "Fake"

    def __init__(self) -> None:
        frames = {t.code: empty_frame(t) for t in TABLES}
        self.now = Snapshot(frames=frames, revision=0, loaded_at=clock.now())
        self.loads = self.refreshes = 0
        self.failing: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def load(self) -> Snapshot:
        self.loads += 1
        return self._answer()

    def refresh(self, known: Snapshot) -> Snapshot:
        self.refreshes += 1
        found = self._answer()
        return known if known.revision == found.revision else found

    def commit(self, commit: Commit) -> Receipt:
        if self.failing:
            raise self.failing
        rows = [w.record for w in commit.writes if isinstance(w, Insert)]
        old = self.now.frames["complaints"]
        new = pd.concat([old, frame_of(table("complaints"), rows)])
        frames = {**self.now.frames, "complaints": new}
        self.now = replace(self.now, frames=frames, revision=self.now.revision + 1)
        return Receipt(commit.id)

    def audit(self, table: str, key: str) -> pd.DataFrame:
        return self.now.frames["audit"]

    def search_log(self, query: LogQuery) -> LogPage:
        return found_in(self.now.frames["audit"], query)

    def close(self) -> None:
        pass

    def _answer(self) -> Snapshot:
        answer = self.now
        assert self.gate.wait(10)
        if self.failing:
            raise self.failing
        return answer


class Timer:
    """A clock that goes when told."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def fake():
    return FakeStore()


@pytest.fixture
def timer():
    return Timer()


@pytest.fixture
def live(fake, timer):
    return LiveStore(fake, every_seconds=2, timer=timer)


def test_nothing_is_loaded_before_somebody_looks(live, fake):
    assert (fake.loads, live.age()) == (0, timedelta(0))


def test_the_store_is_asked_at_most_every_two_seconds(live, fake, timer):
    first = live.snapshot()
    for seconds in (0.5, 1.0, 1.9):
        timer.time = 100 + seconds
        assert live.snapshot() is first
    assert (fake.loads, fake.refreshes) == (1, 0)

    timer.time = 102.1
    live.snapshot()
    assert (fake.loads, fake.refreshes) == (1, 1)


def test_changes_of_other_processes_appear_after_two_seconds(live, fake, timer):
    live.snapshot()
    fake.commit(saving(complaint("K-1")))
    assert live.snapshot().frames["complaints"].empty

    timer.time += 2.1
    assert live.snapshot().frames["complaints"].index.tolist() == ["K-1"]


def test_the_own_write_is_seen_at_once(live):
    live.snapshot()

    live.commit(saving(complaint("K-1")))

    assert live.snapshot().frames["complaints"].index.tolist() == ["K-1"]


def test_many_who_look_at_once_cause_one_load(live, fake):
    fake.gate.clear()
    seen = []
    lookers = [
        threading.Thread(target=lambda: seen.append(live.snapshot())) for _ in range(16)
    ]
    for looker in lookers:
        looker.start()
    fake.gate.set()
    for looker in lookers:
        looker.join(10)

    assert fake.loads == 1
    assert len(seen) == 16
    assert all(snapshot is seen[0] for snapshot in seen)


def test_nobody_waits_while_another_asks_for_news(live, fake, timer):
    old = live.snapshot()
    fake.commit(saving(complaint("K-1")))
    timer.time += 3
    fake.gate.clear()
    asking = threading.Thread(target=live.snapshot)
    asking.start()
    while not fake.refreshes:
        pass

    assert live.snapshot() is old

    fake.gate.set()
    asking.join(10)
    assert live.snapshot() is not old
    assert fake.refreshes == 1


def test_a_write_during_a_look_is_shown_by_a_second_look(live, fake, timer):
    """The look under way may have read the store before the write."""
    live.snapshot()
    timer.time += 3
    fake.gate.clear()
    asking = threading.Thread(target=live.snapshot)
    asking.start()
    while not fake.refreshes:
        pass
    writing = threading.Thread(target=live.commit, args=[saving(complaint("K-1"))])
    writing.start()
    fake.gate.set()
    asking.join(10)
    writing.join(10)

    assert live.snapshot().frames["complaints"].index.tolist() == ["K-1"]


def test_the_last_good_data_stay_through_an_outage_and_say_so(live, fake, timer):
    good = live.snapshot()
    fake.failing = StoreUnavailable("down")
    timer.time += 60

    assert live.snapshot() is good
    assert live.problem is fake.failing
    assert live.age() == timedelta(seconds=60)


def test_an_outage_ends_by_itself(live, fake, timer):
    live.snapshot()
    fake.failing = StoreUnavailable("down")
    timer.time += 3
    live.snapshot()
    fake.failing = None
    timer.time += LONGEST_PAUSE

    live.snapshot()

    assert live.problem is None
    assert live.age() == timedelta(0)


def test_a_store_that_is_out_is_asked_less_and_less_often(live, fake, timer):
    live.snapshot()
    fake.failing = StoreUnavailable("down")
    for _ in range(600):
        timer.time += 1
        live.snapshot()

    assert 600 / LONGEST_PAUSE - 2 <= fake.refreshes <= 600 / LONGEST_PAUSE + 6


def test_without_any_data_the_outage_is_raised(live, fake):
    fake.failing = StoreUnavailable("down")

    with pytest.raises(StoreUnavailable):
        live.snapshot()
    assert live.age() == timedelta(0)


def test_a_failed_commit_raises_and_changes_nothing(live, fake):
    old = live.snapshot()
    fake.failing = Conflict("complaints", "K-1")

    with pytest.raises(Conflict):
        live.commit(saving(complaint("K-1")))
    assert live.snapshot() is old


def test_an_applied_commit_succeeds_even_if_the_look_afterwards_fails(live, fake):
    old = live.snapshot()
    applied = fake.commit

    def apply_and_break(commit: Commit) -> Receipt:
        receipt = applied(commit)
        fake.failing = StoreUnavailable("down")
        return receipt

    fake.commit = apply_and_break

    assert live.commit(saving(complaint("K-1"), id="c")).commit_id == "c"
    assert live.problem is not None
    assert live.snapshot() is old


def test_a_frame_taken_out_can_be_changed_without_harm_to_others(live):
    live.commit(saving(complaint("K-1", content="本物")))
    mine = live.for_user(SYSTEM).frame("complaints")

    mine.loc["K-1", "content"] = "書き換え"
    mine["content"] = "全部"

    theirs = live.for_user(SYSTEM).frame("complaints")
    assert theirs["content"].tolist() == ["本物"]


def test_one_run_of_a_page_sees_one_state_until_its_own_commit(live, fake, timer):
    desk = live.for_user(SYSTEM)
    assert desk.revision == 0
    fake.commit(saving(complaint("K-1")))
    timer.time += 3
    assert (desk.revision, len(desk.frame("complaints"))) == (0, 0)

    desk.commit(saving(complaint("K-2")))

    assert (desk.revision, len(desk.frame("complaints"))) == (2, 2)


def test_what_is_derived_is_made_once_for_each_state_and_name(live):
    made = []

    def count(desk):
        return desk.derived("count", lambda: made.append(1) or len(made))

    assert [count(live.for_user(SYSTEM)) for _ in range(3)] == [1, 1, 1]
    live.commit(saving(complaint("K-1")))
    assert count(live.for_user(SYSTEM)) == 2
