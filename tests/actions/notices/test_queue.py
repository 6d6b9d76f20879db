"""Claiming and sending through a real store: once, grouped, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions.notices import plan, queue
from lib.actions.notices.queue import Sender
from lib.errors import NotSent, StoreUnavailable
from lib.notify.sending import Channel, Message
from lib.schema.frames import standing
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.vocab import NoticeState, Severity
from lib.store.live import LiveStore
from lib.store.opening import open_live
from tests.actions.notices.rows import CLERK, LEAD, NOON, case, tokyo
from tests.builders import fill

BASE = "https://mimamori.example.jp"
CHANNELS = {"lead": "secret-address", "clerk": "another"}


class Post:
    """Takes messages, or refuses them as long as it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.dead: set[str] = set()
        self.tried = 0
        self._lock = threading.Lock()

    def __call__(self, channel: Channel, message: Message) -> None:
        with self._lock:
            self.tried += 1
            if channel.name in self.dead:
                raise NotSent("HTTP 404")
            self.taken.append((channel.name, message))

    def to(self, name: str) -> list[Message]:
        return [message for channel, message in self.taken if channel == name]


Open = Callable[[], LiveStore]


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Open]:
    """Give the function that opens the one store once more, as another process would."""
    opened: list[LiveStore] = []

    def open_it() -> LiveStore:
        found = open_live(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path)
        opened.append(found)
        return found

    yield open_it
    for live in opened:
        live.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], datetime]:
    """Give the function that sets the clock."""

    def set_to(now: datetime) -> datetime:
        monkeypatch.setenv(clock.FIXED_BY, now.isoformat())
        return now

    return set_to


@pytest.fixture
def live(another: Open, at: Callable[[datetime], datetime]) -> LiveStore:
    """Return a store in which notices began weeks ago."""
    found = another()
    at(tokyo(11, 2, 9))
    fill(found, plan.begin(tokyo(11, 2, 9)), LEAD, CLERK)
    at(NOON)
    return found


def sender(live: LiveStore, post: Post) -> Sender:
    return Sender(live, CHANNELS, base=BASE, send=post)


def rows(live: LiveStore) -> list[queue.Notice]:
    frame = live.for_user(SYSTEM).frame("notices")
    found = standing(queue.TABLE, frame)
    return [
        row for row in found if isinstance(row, queue.Notice) and row.step != "begin"
    ]


def grave(**values: object) -> Record:
    return case(severity=Severity.CRITICAL, received_at=NOON, handler="", **values)


AFTER_DIGEST = timedelta(minutes=2)


@pytest.fixture
def post(live: LiveStore) -> Post:
    """Return the post after the morning's digest has gone out."""
    found = Post()
    sender(live, found).tick(NOON)
    found.taken.clear()
    return found


# Sending ----------------------------------------------------------------------------


def test_a_step_is_sent_once_and_noted(live: LiveStore, post: Post) -> None:
    now = NOON + AFTER_DIGEST
    fill(live, grave())

    first = sender(live, post).tick(now)
    again = sender(live, post).tick(now + timedelta(hours=1))

    assert [(s.channel, s.count) for s in first] == [("lead", 1)]
    assert again == []
    assert len(post.to("lead")) == 1
    (row,) = [r for r in rows(live) if r.case_id]
    assert (row.state, row.sent_at) == (NoticeState.SENT, now)


def test_without_channels_nothing_is_written(another: Open, at: object) -> None:
    live = another()

    Sender(live, {}, base=BASE, send=Post()).tick(NOON)

    assert live.for_user(SYSTEM).frame("notices").empty


def test_the_first_tick_only_begins(
    another: Open, at: Callable[[datetime], datetime]
) -> None:
    at(NOON)
    live, post = another(), Post()
    fill(live, LEAD, grave())

    sender(live, post).tick(NOON + timedelta(minutes=1))

    assert post.taken == []
    begun = plan.began_at(live.for_user(SYSTEM).frame("notices"))
    assert begun == NOON + timedelta(minutes=1)


def test_the_digest_goes_out_once_a_day(live: LiveStore) -> None:
    post = Post()
    mine = sender(live, post)

    for minutes in range(0, 180, 20):
        mine.tick(tokyo(11, 18, 8, 40) + timedelta(minutes=minutes))

    assert len(post.to("lead")) == 1
    assert "① 電話" in post.to("lead")[0].body


def test_after_an_outage_one_message_has_digest_and_all_that_was_missed(
    live: LiveStore,
) -> None:
    post = Post()
    fill(live, *(grave() for _ in range(3)))

    sender(live, post).tick(tokyo(11, 20, 14))

    (said,) = post.to("lead")
    assert said.title == "見守り: 最重要 3件・朝のまとめ 11/20"
    assert said.body.startswith("しばらく送れなかった分")


def test_what_quiet_hours_held_back_comes_as_one_message(
    live: LiveStore, post: Post
) -> None:
    late = [
        case(next_promise_at=tokyo(11, 18, 20, m), received_at=NOON)
        for m in (5, 25, 45)
    ]
    fill(live, *late)
    mine = sender(live, post)

    for minutes in range(0, 13 * 60, 15):
        mine.tick(tokyo(11, 18, 19, 30) + timedelta(minutes=minutes))

    (said,) = post.to("clerk")
    assert said.title == "見守り: 約束の超過 3件"


# A storm ----------------------------------------------------------------------------


def test_a_storm_of_200_cases_in_a_minute_makes_two_messages(
    live: LiveStore, post: Post, at: Callable[[datetime], datetime]
) -> None:
    start = NOON + AFTER_DIGEST
    mine = sender(live, post)

    for second in range(0, 60, 15):
        now = at(start + timedelta(seconds=second))
        fill(live, *(grave() for _ in range(50)))
        mine.tick(now)
    for second in range(60, 200, 15):
        mine.tick(start + timedelta(seconds=second))

    said = post.to("lead")
    assert [message.title for message in said] == [
        "見守り: 最重要 50件",
        "見守り: 最重要 150件",
    ]
    assert all(message.body.count("•") == 10 for message in said)
    assert "ほか140件" in said[1].body
    assert {row.state for row in rows(live)} == {NoticeState.SENT}


# A dead channel -----------------------------------------------------------------------


def test_a_dead_channel_is_tried_less_and_less_and_loses_nothing(
    live: LiveStore, post: Post
) -> None:
    start = NOON + AFTER_DIGEST
    fill(live, grave())
    post.dead, post.tried = {"lead"}, 0
    mine = sender(live, post)

    for minutes in range(60):
        mine.tick(start + timedelta(minutes=minutes))
    tries = post.tried
    (row,) = [r for r in rows(live) if r.state is NoticeState.WAITING]
    post.dead.clear()
    for minutes in range(60, 80):
        mine.tick(start + timedelta(minutes=minutes))

    # at 0, 1, 3, 7, 15, 30 and 45 minutes
    assert tries == 7
    assert (row.tries, row.problem) == (7, "HTTP 404")
    (said,) = post.to("lead")
    assert said.title == "見守り: 最重要 1件"
    assert said.body.startswith("しばらく送れなかった分")
    assert {r.state for r in rows(live)} == {NoticeState.SENT}


def test_a_dead_channel_holds_up_no_other(live: LiveStore, post: Post) -> None:
    post.dead = {"lead"}
    fill(live, grave().model_copy(update={"handler": CLERK.name}))

    sender(live, post).tick(NOON + AFTER_DIGEST)

    assert [name for name, _message in post.taken] == ["clerk"]


def test_what_comes_while_a_channel_is_dead_is_told_with_the_rest(
    live: LiveStore, post: Post
) -> None:
    start = NOON + AFTER_DIGEST
    post.dead = {"lead"}
    mine = sender(live, post)
    for minutes in range(4):
        fill(live, grave())
        mine.tick(start + timedelta(minutes=minutes))
    post.dead.clear()

    for minutes in range(4, 20):
        mine.tick(start + timedelta(minutes=minutes))

    (said,) = post.to("lead")
    assert said.title == "見守り: 最重要 4件"


def test_a_channel_that_was_taken_away_keeps_its_notices_until_it_is_back(
    live: LiveStore, post: Post
) -> None:
    now = NOON + AFTER_DIGEST
    post.dead = {"lead"}
    fill(live, grave())
    sender(live, post).tick(now)
    without = Sender(live, {"clerk": "x"}, base=BASE, send=post)
    without.tick(now + timedelta(hours=1))
    post.dead.clear()

    sender(live, post).tick(now + timedelta(hours=2))

    assert [m.title for m in post.to("lead")] == ["見守り: 最重要 1件"]


# Several processes ----------------------------------------------------------------------


def test_what_a_killed_process_had_claimed_another_sends(
    live: LiveStore, post: Post, another: Open
) -> None:
    now = NOON + AFTER_DIGEST
    fill(live, grave())

    class Killed(BaseException):
        """The process ends in the middle of sending."""

    def killed(_channel: Channel, _message: Message) -> None:
        raise Killed

    with pytest.raises(Killed):
        Sender(live, CHANNELS, base=BASE, send=killed).tick(now)
    other = sender(another(), post)

    assert other.tick(now + timedelta(minutes=1)) == []
    other.tick(now + timedelta(minutes=4))
    assert len(post.to("lead")) == 1


def test_many_processes_send_each_step_once(
    live: LiveStore, post: Post, another: Open, at: Callable[[datetime], datetime]
) -> None:
    senders = [sender(another(), post) for _ in range(4)]
    start = NOON + AFTER_DIGEST
    expected = 0
    for round_ in range(4):
        now = at(start + timedelta(minutes=5 * round_))
        fill(live, *(grave() for _ in range(5)))
        expected += 5
        together = threading.Barrier(len(senders))

        def run(
            one: Sender, now: datetime = now, gate: threading.Barrier = together
        ) -> None:
            gate.wait()
            one.tick(now)

        threads = [threading.Thread(target=run, args=(one,)) for one in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for one in senders:  # what a slower one had claimed is sent by and by
        one.tick(start + timedelta(minutes=40))

    numbers = [
        line.split()[1]
        for message in post.to("lead")
        for line in message.body.split("\n")
        if line.startswith("•")
    ]
    assert len(numbers) == expected
    assert len(set(numbers)) == expected


def test_two_processes_send_one_digest(live: LiveStore, another: Open) -> None:
    post = Post()
    senders = [sender(another(), post) for _ in range(3)]
    threads = [threading.Thread(target=one.tick, args=(NOON,)) for one in senders]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    senders[0].tick(NOON + timedelta(minutes=5))

    assert len(post.to("lead")) == 1
    assert len(post.to("clerk")) == 1


# The store away ---------------------------------------------------------------------------


def test_what_was_sent_and_could_not_be_noted_is_not_sent_again(
    live: LiveStore, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOON + AFTER_DIGEST
    fill(live, grave())
    mine = sender(live, post)
    commit = live.commit
    refusing = False

    def away(commit_: object) -> object:
        if refusing:
            raise StoreUnavailable("away")
        return commit(commit_)  # type: ignore[arg-type]

    def send(channel: Channel, message: Message) -> None:
        nonlocal refusing
        post(channel, message)
        refusing = True

    monkeypatch.setattr(live, "commit", away)
    monkeypatch.setattr(mine, "_send", send)
    mine.tick(now)
    for minutes in range(1, 10):
        mine.tick(now + timedelta(minutes=minutes))
    refusing = False
    monkeypatch.setattr(mine, "_send", post)
    mine.tick(now + timedelta(minutes=11))

    assert len(post.to("lead")) == 1
    assert {row.state for row in rows(live)} == {NoticeState.SENT}


def test_a_trial_reaches_the_channel_and_leaves_no_row(live: LiveStore) -> None:
    post = Post()

    queue.trial(Channel("lead", "x"), NOON, send=post)

    assert post.to("lead")[0].title == "見守り: 試しの通知"
    assert rows(live) == []
