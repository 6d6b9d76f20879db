"""Own saves are shown at once, and never vanish for a moment."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from tests.store.rows import NOON, activity, change, complaint, kpi_day, read, saving


@pytest.fixture
def live(outbox):
    made = LiveStore(outbox, every_seconds=10.0, timer=lambda: 0.0)
    made.snapshot()
    return made


def shown(live, key="K-1"):
    return read(live.snapshot(), "complaints", key)


def test_an_applied_save_is_shown_without_another_read(live, shared):
    shared.reads = 0

    live.commit(saving(complaint("K-1", content="箱")))

    assert shown(live).content == "箱"
    assert live.snapshot().frames["audit"]["row_key"].tolist() == ["K-1"]
    assert shared.reads == 0


def test_it_is_shown_as_the_store_made_it(live, shared):
    live.commit(saving(complaint("K-1")))
    seen = shown(live)
    shared.commit(saving(change(seen, lot="相手")))

    live.commit(saving(change(seen, content="自分")))

    found = shown(live)
    assert (found.content, found.lot, found.version) == ("自分", "相手", 3)
    assert found == read(shared, "complaints", "K-1")


def test_a_waiting_save_is_shown_at_once(live, shared):
    with shared.away():
        live.commit(saving(complaint("K-1"), kpi_day("A", offered=3)))
        live.commit(saving(change(shown(live), content="後")))

    assert shown(live).content == "後"
    assert shown(live).version == 2
    day = read(live.snapshot(), "kpi_days", "2026-11-21|A")
    assert day.offered == 3


def test_it_is_shown_before_and_after_it_is_sent(live, outbox, shared):
    with shared.away():
        live.commit(saving(complaint("K-1")))
    before = live.snapshot()
    outbox.drain()
    live.look_through()

    assert shown(live) is not None
    assert live.snapshot().revision >= before.revision
    assert live.refreshed().frames["complaints"].index.tolist() == ["K-1"]


def test_an_answer_asked_for_before_the_save_does_not_hide_it(outbox, shared):
    """The look under way has read the store before the save arrived."""
    now = [0.0]
    live = LiveStore(outbox, every_seconds=10.0, timer=lambda: now[0])
    live.snapshot()
    shared.commit(saving(complaint("K-9")))
    shared.gate.clear()
    now[0] = 11.0
    looking = threading.Thread(target=live.snapshot)
    looking.start()
    while shared.reads < 2:
        pass

    live.commit(saving(complaint("K-1")))
    assert shown(live) is not None
    revisions = [live.snapshot().revision]
    shared.gate.set()
    looking.join(10)

    assert shown(live) is not None
    assert shown(live, "K-9") is not None
    revisions.append(live.snapshot().revision)
    now[0] = 22.0
    assert sorted(live.snapshot().frames["complaints"].index) == ["K-1", "K-9"]
    revisions.append(live.snapshot().revision)
    assert revisions == sorted(revisions)


def test_a_commit_does_not_wait_for_a_look_that_hangs(outbox, shared):
    now = [0.0]
    live = LiveStore(outbox, every_seconds=10.0, timer=lambda: now[0])
    live.snapshot()
    shared.gate.clear()
    now[0] = 11.0
    looking = threading.Thread(target=live.snapshot)
    looking.start()
    while shared.reads < 2:
        pass

    done = threading.Thread(target=live.commit, args=[saving(complaint("K-1"))])
    done.start()
    done.join(5)
    finished = not done.is_alive()
    shared.gate.set()
    looking.join(10)
    done.join(10)

    assert finished


def test_equal_revisions_mean_equal_data(outbox, shared):
    now = [0.0]
    live = LiveStore(outbox, every_seconds=10.0, timer=lambda: now[0])
    live.snapshot()
    seen = {}

    def look() -> None:
        now[0] += 60
        snapshot = live.refreshed()
        texts = snapshot.frames["complaints"]["content"].to_dict()
        assert seen.setdefault(snapshot.revision, texts) == texts

    live.commit(saving(complaint("K-1", content="一")))
    look()
    with shared.away():
        live.commit(saving(change(shown(live), content="二"), id="c"))
        look()
    look()
    shared.commit(saving(change(read(shared, "complaints", "K-1"), content="三")))
    outbox.drain()
    look()
    live.discard("c")
    look()

    assert list(seen) == sorted(seen)
    assert list(seen.values())[-1] == {"K-1": "三"}


def test_nothing_new_is_the_same_object(outbox, shared):
    outbox.commit(saving(complaint("K-1")))
    outbox.load()
    with shared.away():
        outbox.commit(saving(complaint("K-2")))
    known = outbox.load()

    assert outbox.refresh(known) is known


def test_untouched_tables_keep_their_frames(outbox, shared):
    known = outbox.load()
    outbox.commit(saving(complaint("K-1")))

    after = outbox.shown(known)

    assert after.frames["kpi_days"] is known.frames["kpi_days"]
    assert after.frames["complaints"] is not known.frames["complaints"]


def test_what_is_shown_equals_what_will_stand(outbox, shared):
    rows = [complaint(f"K-{number}") for number in range(3)]
    outbox.commit(saving(*rows))
    known = outbox.load()
    with shared.away():
        outbox.commit(saving(complaint("K-9"), activity("K-9", id="H-1")))
        seen = read(known, "complaints", "K-1")
        outbox.commit(saving(change(seen, content="後", next_promise_at=NOON)))
    before = outbox.shown(known)
    outbox.drain()

    after = shared.load()

    for code, frame in after.frames.items():
        pd.testing.assert_frame_equal(before.frames[code], frame, obj=code)


def test_the_log_of_a_case_tells_of_waiting_saves(outbox, shared):
    outbox.commit(saving(complaint("K-1")))
    outbox.load()
    with shared.away():
        seen = read(outbox._now(), "complaints", "K-1")
        outbox.commit(saving(change(seen, lot="7")))
        away = outbox.audit("complaints", "K-1")
    there = outbox.audit("complaints", "K-1")

    assert away["field_name"].tolist() == ["(新規)", "lot"]
    assert there["field_name"].tolist() == ["(新規)", "lot"]


def test_another_process_sees_it_too(open_outbox, shared):
    one, two = open_outbox(), open_outbox()
    known = two.load()
    one.load()
    with shared.away():
        one.commit(saving(complaint("K-1")))
    assert read(two.shown(known), "complaints", "K-1") is not None

    one.drain()

    assert read(two.shown(known), "complaints", "K-1") is not None
    assert two.waiting() == ()


def test_what_another_process_throws_away_is_gone_here(open_outbox, shared):
    one, two = open_outbox(), open_outbox()
    known = two.load()
    with shared.away():
        one.commit(saving(complaint("K-1"), id="c"))
    assert read(two.shown(known), "complaints", "K-1") is not None

    one.discard("c")

    assert read(two.shown(known), "complaints", "K-1") is None


def test_how_far_a_save_has_come_is_told_of_rows_that_one_sees_only(live, shared):
    with shared.away():
        live.commit(saving(kpi_day("A", offered=3), kpi_day("B", offered=4)))

    def told(who):
        return set(live.for_user(who).wait_states("kpi_days"))

    agent = Principal("a@a", "甲", Role.OUTSOURCED, "A")
    assert told(SYSTEM) == {"2026-11-21|A", "2026-11-21|B"}
    assert told(agent) == {"2026-11-21|A"}
