"""Two machines, each with a data folder of its own, on one Google Sheet."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from lib import clock
from lib.actions.notices import plan, queue
from lib.actions.notices.queue import Sender
from lib.notify.sending import Channel, Message
from lib.schema.principal import SYSTEM
from lib.schema.vocab import NoticeState, Severity
from lib.store.live import LiveStore
from lib.store.protocol import WaitState
from tests.actions.notices.rows import LEAD, NOON, case, tokyo
from tests.builders import fill
from tests.sheets_api import Emulator
from tests.store.places import Place, sheet_place
from tests.waiting import until


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as found:
        yield found


@pytest.fixture
def machines(
    emulator: Emulator, tmp_path: Path
) -> Iterator[tuple[LiveStore, LiveStore]]:
    """Give the store of each machine, with an outbox as the app has it."""
    here = sheet_place(emulator, tmp_path / "here", outbox=True)
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    there = Place(here.url, tmp_path / "there")
    yield LiveStore(here(), every_seconds=0.0), LiveStore(there(), every_seconds=0.0)
    here.close()
    there.close()


def test_two_machines_on_one_sheet_tell_each_step_once(
    machines: tuple[LiveStore, LiveStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _there = machines
    taken: list[Message] = []
    lock = threading.Lock()

    def send(_channel: Channel, message: Message) -> None:
        with lock:
            taken.append(message)

    monkeypatch.setenv(clock.FIXED_BY, tokyo(11, 18, 11).isoformat())
    fill(here, plan.begin(tokyo(11, 18, 11)), LEAD)
    senders = [
        Sender(live, {"lead": "x"}, base="https://x.jp", send=send) for live in machines
    ]
    for minutes in (0, 5, 10):
        now = NOON + timedelta(minutes=minutes)
        monkeypatch.setenv(clock.FIXED_BY, now.isoformat())
        fill(
            here,
            *(
                case(severity=Severity.CRITICAL, received_at=now, handler="")
                for _ in range(3)
            ),
        )
        threads = [threading.Thread(target=s.tick, args=(now,)) for s in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for sender in senders:
        sender.tick(NOON + timedelta(minutes=20))

    numbers = [
        line.split()[1]
        for message in taken
        for line in message.body.split("\n")
        if line.startswith("•")
    ]
    notices = here.for_user(SYSTEM).frame("notices")
    assert len(numbers) == len(set(numbers)) == 9
    assert set(notices["state"]) == {NoticeState.SENT.value}
    for live in machines:
        assert live.outbox is not None
        assert live.outbox.waiting() == ()


@contextmanager
def sending_held(data: Path) -> Iterator[None]:
    """Keep the outbox of a machine from sending, as another process of it would."""
    (kept,) = data.glob("outbox-*.db")
    with FileLock(kept.with_suffix(".lock")):
        yield


def settled(live: LiveStore) -> bool:
    assert live.outbox is not None
    live.refreshed()
    return live.problem is None and not any(
        save.state is WaitState.WAITING for save in live.outbox.waiting()
    )


def test_a_claim_that_waits_for_the_sheet_sends_nothing_until_it_holds(
    machines: tuple[LiveStore, LiveStore],
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = machines
    taken: list[str] = []

    def sender(live: LiveStore, name: str) -> Sender:
        def send(_channel: Channel, message: Message) -> None:
            taken.append(f"{name}: {message.title}")

        return Sender(live, {"lead": "x"}, base="https://x.jp", send=send)

    monkeypatch.setenv(clock.FIXED_BY, tokyo(11, 18, 11).isoformat())
    fill(here, plan.begin(tokyo(11, 18, 11)), LEAD)
    monkeypatch.setenv(clock.FIXED_BY, NOON.isoformat())
    fill(here, case(severity=Severity.CRITICAL, received_at=NOON, handler=""))
    there.snapshot()
    late = sender(there, "there")
    with emulator.unreachable():
        late.tick(NOON + timedelta(minutes=1))
        assert taken == []
    quick = sender(here, "here")
    until(lambda: settled(there))

    quick.tick(NOON + timedelta(minutes=2))
    late.tick(NOON + timedelta(minutes=2))
    late.tick(NOON + timedelta(minutes=4))

    assert taken == ["there: 見守り: 最重要 1件"]


def test_a_claim_that_came_second_is_thrown_away_and_bothers_nobody(
    machines: tuple[LiveStore, LiveStore],
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = machines
    taken: list[str] = []

    def send(_channel: Channel, message: Message) -> None:
        taken.append(message.title)

    monkeypatch.setenv(clock.FIXED_BY, tokyo(11, 18, 11).isoformat())
    fill(here, plan.begin(tokyo(11, 18, 11)), LEAD)
    monkeypatch.setenv(clock.FIXED_BY, NOON.isoformat())
    fill(here, case(severity=Severity.CRITICAL, received_at=NOON, handler=""))
    late = Sender(there, {"lead": "x"}, base="https://x.jp", send=send)
    claim = plan.due(
        {code: here.for_user(SYSTEM).frame(code) for code in queue.SOURCES},
        ("lead",),
        NOON + timedelta(minutes=1),
    )
    there.snapshot()
    with sending_held(tmp_path / "there"):
        with emulator.unreachable():
            fill(there, *(row.with_values(claimed_by="late.1") for row in claim))
            assert there.outbox is not None
            assert there.outbox.waiting()
        # The other machine reaches the sheet a moment earlier.
        Sender(here, {"lead": "x"}, base="https://x.jp", send=send).tick(
            NOON + timedelta(minutes=1)
        )
    until(lambda: settled(there))
    late.tick(NOON + timedelta(minutes=10))
    late.tick(NOON + timedelta(minutes=20))

    assert taken == ["見守り: 最重要 1件"]
    assert there.outbox.waiting() == ()
