"""What becomes of a save: at once, later, or 要確認."""

from __future__ import annotations

import logging
import sqlite3
import stat
import threading

import pytest

from lib import clock
from lib.errors import (
    ActionRefused,
    Conflict,
    InvalidRecord,
    NotAllowed,
    SettingsError,
    StoreDenied,
    StoreError,
    StoreUnavailable,
)
from lib.store.protocol import (
    CommitState,
    Outbox,
    Store,
    Update,
    WaitState,
    WritesThrough,
)
from tests.store.rows import activity, change, complaint, kpi_day, read, saving


class Refused(StoreError):
    """The store says that this save is wrong, for ever."""


def ids(outbox):
    return [save.commit_id for save in outbox.waiting()]


def states(outbox):
    return {save.commit_id: save.state for save in outbox.waiting()}


def content(store, key):
    return read(store, "complaints", key).content


@pytest.fixture
def row(outbox):
    """Give a case that stands in the shared store."""
    outbox.commit(saving(complaint("K-1", content="前")))
    return read(outbox, "complaints", "K-1")


def test_it_is_a_store_and_an_outbox(outbox):
    for promise in (Store, Outbox, WritesThrough):
        assert isinstance(outbox, promise)


# While the store answers ----------------------------------------------------------


def test_a_save_is_in_the_shared_store_when_it_returns(outbox, shared):
    receipt = outbox.commit(saving(complaint("K-1")))

    assert receipt.state is CommitState.APPLIED
    assert read(shared, "complaints", "K-1") == receipt.records["complaints", "K-1"]
    assert outbox.waiting() == ()


def test_a_save_is_on_disk_before_anything_is_sent(outbox, shared, data):
    seen = []

    def look() -> None:
        with sqlite3.connect(next(data.glob("outbox-*.db"))) as file:
            seen.extend(file.execute("SELECT commit_id, state FROM entries"))
        file.close()

    shared.before_commit = look
    outbox.commit(saving(complaint("K-1"), id="c"))

    assert seen == [("c", "waiting")]


@pytest.mark.parametrize(
    "error", [Conflict("complaints", "K-1"), InvalidRecord([]), NotAllowed()]
)
def test_a_refusal_is_told_at_once_and_nothing_is_kept(outbox, shared, error):
    with shared.away(error), pytest.raises(type(error)) as raised:
        outbox.commit(saving(complaint("K-1")))

    assert raised.value is error
    assert outbox.waiting() == ()
    assert read(outbox, "complaints", "K-1") is None


def test_a_real_conflict_shows_both_versions(outbox, shared, row):
    shared.commit(saving(change(row, content="相手")))

    with pytest.raises(Conflict) as raised:
        outbox.commit(saving(change(row, content="自分")))

    assert raised.value.fields[0].theirs == "相手"
    assert outbox.waiting() == ()


def test_the_same_save_twice_is_one(outbox):
    commit = saving(complaint("K-1"))

    assert not outbox.commit(commit).repeated
    assert outbox.commit(commit).repeated


def test_what_was_sent_leaves_no_customer_on_disk(outbox, data):
    outbox.commit(saving(complaint("K-1", content="個人の話", contact="0312345678")))
    outbox.close()

    for file in data.glob("outbox-*"):
        assert b"0312345678" not in file.read_bytes()


def test_the_file_is_for_its_owner_only_and_fully_synced(outbox, data):
    outbox.commit(saving(complaint("K-1")))

    for file in data.glob("outbox-*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    pragma = outbox._file._connection.execute
    assert pragma("PRAGMA synchronous").fetchone() == (2,)
    assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)


# While it does not ----------------------------------------------------------------


def test_a_save_waits_while_the_store_is_away(outbox, shared):
    with shared.away():
        receipt = outbox.commit(saving(complaint("K-1", content="届かない"), id="c"))

    assert receipt.state is CommitState.QUEUED
    assert receipt.records["complaints", "K-1"].content == "届かない"
    (waits,) = outbox.waiting()
    assert (waits.commit_id, waits.actor, waits.state) == ("c", "山田", "waiting")
    assert waits.rows == (("complaints", "K-1"),)
    assert read(shared, "complaints", "K-1") is None


def test_it_is_sent_later_once_and_whole(outbox, shared):
    with shared.away():
        outbox.commit(saving(complaint("K-1"), activity("K-1", id="H-1"), id="c"))
    assert outbox.drain() == 1
    assert outbox.drain() == 0

    assert outbox.waiting() == ()
    assert read(shared, "complaints", "K-1") is not None
    assert read(shared, "activities", "H-1") is not None
    assert len(shared.audit("complaints", "K-1")) == 1


def test_nobody_waits_for_a_store_that_is_known_to_be_away(outbox, shared, row):
    with shared.away():
        outbox.commit(saving(complaint("K-2")))
        asked = len(shared.commits)
        outbox.commit(saving(complaint("K-3")))
        outbox.commit(saving(change(row, content="後")))

    assert len(shared.commits) == asked
    assert outbox.drain() == 3
    assert content(shared, "K-1") == "後"


def test_a_look_that_fails_tells_that_the_store_is_away(outbox, shared):
    with shared.away(), pytest.raises(StoreUnavailable):
        outbox.refresh(outbox.shown(outbox._view.answer))

    outbox.commit(saving(complaint("K-1")))

    assert shared.commits == []


def test_saves_are_sent_in_their_order(outbox, shared, row):
    with shared.away():
        for number in range(5):
            outbox.commit(saving(complaint(f"K-1{number}"), id=f"c{number}"))
    shared.commits.clear()

    outbox.drain()

    assert shared.commits == [f"c{number}" for number in range(5)]


def test_a_change_of_another_row_is_tried_while_older_saves_wait(outbox, shared, row):
    with shared.away():
        outbox.commit(saving(complaint("K-2"), id="old"))
    outbox.load()

    receipt = outbox.commit(saving(change(row, content="後")))

    assert receipt.state is CommitState.APPLIED
    assert ids(outbox) == ["old"]


def test_a_new_row_queues_behind_older_saves(outbox, shared):
    with shared.away():
        outbox.commit(saving(complaint("K-1"), id="old"))
    outbox.load()
    assert outbox.commit(saving(complaint("K-2"), id="new")).state is CommitState.QUEUED

    outbox.drain()

    assert shared.commits[-2:] == ["old", "new"]


def test_a_later_change_of_the_same_row_waits_its_turn(outbox, shared, row):
    with shared.away():
        outbox.commit(saving(change(row, content="一"), id="one"))
    outbox.load()
    seen = read(outbox, "complaints", "K-1")
    assert seen.content == "一"

    receipt = outbox.commit(saving(change(seen, content="二"), id="two"))
    outbox.drain()

    assert receipt.state is CommitState.QUEUED
    assert (content(shared, "K-1"), outbox.waiting()) == ("二", ())


def test_a_double_click_while_it_waits_is_one_save(outbox, shared):
    commit = saving(complaint("K-1"))
    with shared.away():
        outbox.commit(commit)
        again = outbox.commit(commit)

    assert (again.state, again.repeated) == (CommitState.QUEUED, True)
    assert outbox.drain() == 1


def test_what_cannot_fit_is_refused_at_once_even_while_away(outbox, shared, row):
    with shared.away():
        outbox.commit(saving(change(row, content="一")))
        with pytest.raises(Conflict):
            outbox.commit(saving(change(row, content="二")))
        with pytest.raises(Conflict):
            outbox.commit(saving(complaint("K-1")))

    assert len(outbox.waiting()) == 1


def test_a_lost_answer_is_not_a_second_row(outbox, shared):
    shared.lose_answers = True
    receipt = outbox.commit(saving(complaint("K-1")))
    shared.lose_answers = False

    assert receipt.state is CommitState.QUEUED
    assert outbox.drain() == 1
    assert len(shared.load().frames["complaints"]) == 1
    assert len(shared.audit("complaints", "K-1")) == 1


def test_a_slow_store_does_not_keep_its_author_waiting(open_outbox, shared):
    outbox = open_outbox(patience=0.05)
    outbox.load()
    goes_on = threading.Event()
    shared.before_commit = lambda: goes_on.wait(10)

    receipt = outbox.commit(saving(complaint("K-1")))
    goes_on.set()

    assert receipt.state is CommitState.QUEUED
    eventually(lambda: outbox.waiting() == ())
    assert read(shared, "complaints", "K-1") is not None


def test_a_refusal_after_its_author_went_on_needs_a_look(open_outbox, shared):
    outbox = open_outbox(patience=0.05)
    outbox.load()
    goes_on = threading.Event()
    shared.before_commit = lambda: goes_on.wait(10)
    shared.failing = ActionRefused("だめ")

    outbox.commit(saving(complaint("K-1"), id="c"))
    goes_on.set()

    eventually(lambda: states(outbox) == {"c": WaitState.NEEDS_LOOK})


def eventually(true, seconds=10.0):
    """Wait until something done by another thread can be seen."""
    for _ in range(int(seconds / 0.01)):
        if true():
            return
        threading.Event().wait(0.01)
    assert true()


# 要確認 ---------------------------------------------------------------------------


@pytest.fixture
def clash(outbox, shared, row):
    """Give the case after both people changed its content, one of them offline."""
    with shared.away():
        outbox.commit(saving(change(row, content="自分"), id="mine"))
    shared.commit(saving(change(row, content="相手")))
    outbox.drain()
    return row


def test_a_late_conflict_needs_a_look_and_keeps_both_versions(outbox, shared, clash):
    (save,) = outbox.waiting()

    assert save.state is WaitState.NEEDS_LOOK
    assert isinstance(save.problem, Conflict)
    found = save.problem.fields[0]
    assert (found.base, found.mine, found.theirs) == ("前", "自分", "相手")
    assert content(outbox, "K-1") == "相手"


def test_it_holds_back_the_same_row_only(outbox, shared, clash):
    seen = read(outbox, "complaints", "K-1")
    held = outbox.commit(saving(change(seen, lot="7"), id="held"))
    step = outbox.commit(saving(activity("K-1"), id="step"))
    other = outbox.commit(saving(complaint("K-2"), id="other"))
    outbox.drain()

    assert (held.state, step.state) == (CommitState.QUEUED, CommitState.QUEUED)
    assert other.state is CommitState.APPLIED
    assert ids(outbox) == ["mine", "held", "step"]


def test_mine_over_theirs_goes_with_a_new_base(outbox, shared, clash):
    seen = read(outbox, "complaints", "K-1")
    outbox.commit(saving(change(seen, lot="7"), id="held"))
    mine = Update("complaints", "K-1", {"content": "相手"}, {"content": "自分"})

    outbox.resend("mine", saving(mine, id="mine"))
    assert states(outbox)["mine"] is WaitState.WAITING
    assert outbox.drain() == 2

    found = read(shared, "complaints", "K-1")
    assert (found.content, found.lot) == ("自分", "7")
    assert outbox.waiting() == ()


def test_a_save_thrown_away_lets_the_later_ones_go(outbox, shared, clash):
    seen = read(outbox, "complaints", "K-1")
    outbox.commit(saving(change(seen, lot="7"), id="held"))

    outbox.discard("mine")
    outbox.drain()

    found = read(shared, "complaints", "K-1")
    assert (found.content, found.lot) == ("相手", "7")
    assert outbox.waiting() == ()


def test_sending_as_it_was_may_work_another_time(outbox, shared, row):
    with shared.away():
        outbox.commit(saving(change(row, content="後"), id="c"))
    with shared.away(Refused("何か")):
        outbox.drain()
    assert states(outbox) == {"c": WaitState.NEEDS_LOOK}
    assert outbox.waiting()[0].problem.message == "何か"

    outbox.resend("c")
    outbox.drain()

    assert content(shared, "K-1") == "後"


def test_what_no_retry_can_mend_is_kept_for_a_look(outbox, shared):
    with shared.away(Refused("何か")):
        receipt = outbox.commit(saving(complaint("K-1"), id="c"))

    assert receipt.state is CommitState.QUEUED
    assert states(outbox) == {"c": WaitState.NEEDS_LOOK}


def test_an_unknown_fault_loses_nothing_and_stops_nothing(outbox, shared, caplog):
    def trip() -> None:
        raise ValueError("0312345678")

    shared.before_commit = trip
    with caplog.at_level(logging.DEBUG):
        outbox.commit(saving(complaint("K-1"), id="c"))
    shared.before_commit = lambda: None

    assert states(outbox) == {"c": WaitState.NEEDS_LOOK}
    assert outbox.commit(saving(complaint("K-2"))).state is CommitState.APPLIED
    assert "0312345678" not in caplog.text


# Rights and settings --------------------------------------------------------------


def test_a_right_that_is_missing_keeps_saves_waiting_and_says_so(outbox, shared):
    error = StoreDenied("HTTP 403")
    with shared.away(error):
        receipt = outbox.commit(saving(complaint("K-1"), id="c"))
        outbox.drain()

    assert receipt.state is CommitState.QUEUED
    assert states(outbox) == {"c": WaitState.WAITING}
    assert outbox.notice().held_by.message == error.message
    assert outbox.drain() == 1
    assert outbox.notice().held_by is None


def test_a_right_missing_for_one_table_holds_no_other_back(outbox, shared):
    def refuse_complaints() -> None:
        if shared.commits[-1].startswith("k"):
            raise StoreDenied("HTTP 403")

    with shared.away():
        outbox.commit(saving(complaint("K-1"), id="k1"))
        outbox.commit(saving(complaint("K-2"), id="k2"))
        outbox.commit(saving(kpi_day("A"), id="day"))
    shared.commits.clear()
    shared.before_commit = refuse_complaints

    assert outbox.drain() == 1
    assert shared.commits == ["k1", "day"]


def test_a_wrong_address_is_tried_once_a_round(outbox, shared):
    with shared.away():
        for number in range(3):
            outbox.commit(saving(complaint(f"K-{number}")))
    shared.commits.clear()
    with shared.away(SettingsError("シートがない")):
        outbox.drain()

    assert len(shared.commits) == 1
    assert outbox.notice().held_by.message == "シートがない"


def test_a_full_disk_says_that_nothing_was_saved(outbox, shared, monkeypatch):
    outbox._file._connection.execute("PRAGMA max_page_count = 1")

    with pytest.raises(StoreUnavailable):
        outbox.commit(saving(complaint("K-1", content="長い" * 20_000)))

    assert shared.commits == []
    assert outbox.waiting() == ()


# An outage ------------------------------------------------------------------------


def test_thirty_minutes_without_the_store_lose_nothing(outbox, shared, monkeypatch):
    noon = clock.at(clock.today(), 12)
    promised = []
    with shared.away():
        for minute in range(30):
            moment = noon.replace(minute=minute)
            monkeypatch.setenv(clock.FIXED_BY, moment.isoformat())
            key = f"K-{minute:02}"
            outbox.commit(saving(complaint(key), activity(key), at=moment))
            promised.append(key)
            if minute:
                seen = read(outbox._now(), "complaints", promised[-2])
                outbox.commit(saving(change(seen, lot=f"{minute}"), at=moment))
            assert read(outbox._now(), "complaints", key) is not None
            outbox.drain()
    tried = len(shared.commits)

    assert outbox.drain() == 59

    assert tried <= 31
    frame = shared.load().frames["complaints"]
    assert frame.index.tolist() == promised
    assert frame["lot"].tolist() == [*map(str, range(1, 30)), ""]
    assert len(shared.load().frames["activities"]) == 30
