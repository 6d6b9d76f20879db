"""Asked by itself while somebody looks; nobody who looks waits for the store."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from lib import clock
from lib.errors import NotAllowed, StoreUnavailable
from lib.schema.principal import Principal
from lib.schema.vocab import Role
from lib.store.keeping import Keeper
from lib.store.live import LiveStore
from lib.store.protocol import Snapshot
from tests.store.rows import complaint, saving
from tests.store.test_live import FakeStore
from tests.waiting import until


class SharedStore(FakeStore):
    """A store that others change, and of which this machine may remember something."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: Snapshot | None = None
        self.confirmed: list[str] = []

    def remembered(self) -> Snapshot | None:
        return self.kept

    def confirm(self, token: str) -> None:
        self.confirmed.append(token)


@pytest.fixture
def shared():
    return SharedStore()


@pytest.fixture
def live(shared):
    made = LiveStore(shared, every_seconds=0.05)
    yield made
    shared.gate.set()
    made.close()


def asked(shared: SharedStore) -> int:
    return shared.loads + shared.refreshes


def test_news_come_without_anybody_asking(live, shared):
    live.keep_fresh()
    live.snapshot()
    shared.commit(saving(complaint("K-1")))

    until(lambda: len(live._snapshot.frames["complaints"]) == 1)


def test_nobody_waits_for_a_store_that_hangs(live, shared):
    live.keep_fresh()
    live.snapshot()
    shared.gate.clear()
    before = asked(shared)
    until(lambda: asked(shared) > before)

    start = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda _n: live.snapshot(), range(40)))

    assert time.monotonic() - start < 1
    assert asked(shared) == before + 1


def test_forty_sessions_cause_one_look_each_interval(shared):
    live = LiveStore(shared, every_seconds=0.2)
    live.keep_fresh()
    live.snapshot()
    before, start = asked(shared), time.monotonic()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.01):
            live.snapshot()

    lookers = [threading.Thread(target=look) for _ in range(40)]
    for looker in lookers:
        looker.start()
    time.sleep(1.0)
    stop.set()
    for looker in lookers:
        looker.join()
    spent = time.monotonic() - start
    live.close()

    assert 1 <= asked(shared) - before <= spent / 0.2 + 1


def test_a_store_that_nobody_looks_at_is_left_in_peace(live, shared):
    live.keep_fresh(idle_after=0.2)
    live.snapshot()
    until(lambda: live._keeper._asleep)
    resting = asked(shared)
    time.sleep(0.3)

    assert asked(shared) == resting


def test_the_first_look_after_a_rest_shows_news(live, shared):
    live.keep_fresh(idle_after=0.2)
    live.snapshot()
    until(lambda: live._keeper._asleep)
    shared.commit(saving(complaint("K-1")))

    assert len(live.snapshot().frames["complaints"]) == 1


def test_what_the_machine_saw_last_is_shown_until_the_first_answer(live, shared):
    long_ago = clock.now() - timedelta(hours=3)
    shared.kept = replace(shared.now, loaded_at=long_ago)
    shared.gate.clear()
    live.keep_fresh()

    assert live.snapshot() is shared.kept
    assert timedelta(hours=2.9) < live.age() < timedelta(hours=3.1)

    shared.commit(saving(complaint("K-1")))
    shared.gate.set()
    until(lambda: len(live.snapshot().frames["complaints"]) == 1)
    assert live.age() < timedelta(seconds=5)


def test_without_background_news_go_before_memories(live, shared):
    shared.kept = replace(shared.now, loaded_at=clock.now() - timedelta(hours=3))

    assert live.snapshot() is shared.now


def test_what_was_remembered_stands_in_for_a_store_that_is_away(live, shared):
    shared.kept = shared.now
    shared.failing = StoreUnavailable("down")

    assert live.snapshot() is shared.kept
    assert live.problem is shared.failing


def test_a_store_near_by_is_asked_by_whoever_looks():
    fake = FakeStore()
    live = LiveStore(fake)
    live.keep_fresh()

    assert not live.is_kept_fresh
    assert fake.loads == 0


def test_closing_ends_the_thread(live):
    live.keep_fresh()
    live.snapshot()
    thread = live._keeper._thread
    live.close()

    thread.join(5)
    assert not thread.is_alive()


def test_a_surprise_does_not_end_the_asking(monkeypatch, caplog):
    monkeypatch.setattr("lib.store.keeping._AFTER_A_SURPRISE", 0.01)
    rounds = []

    def ask() -> float:
        rounds.append(1)
        if len(rounds) < 3:
            raise ValueError("nobody expected this")
        return 10.0

    keeper = Keeper(ask)
    until(lambda: len(rounds) == 3)
    keeper.stop()

    assert "nobody expected" in caplog.text


@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_and_managers_confirm_a_loss(live, shared, role):
    desk = live.for_user(Principal("a@example.jp", "佐藤", role, "A"))
    if role in (Role.ADMIN, Role.MANAGER):
        desk.confirm("t")
        assert shared.confirmed == ["t"]
    else:
        with pytest.raises(NotAllowed):
            desk.confirm("t")
        assert not shared.confirmed
