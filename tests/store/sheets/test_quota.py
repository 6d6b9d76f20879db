"""Forty people for minutes on end stay within what Google allows one account.

Time is played: the emulator, the budget, the client and the snapshot share one clock,
which moves on when somebody sleeps, calls or pauses.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lib.schema.principal import SYSTEM
from lib.settings.install import SheetsSettings
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import EVERY_SECONDS_OF_A_SHEET
from lib.store.sheets.budget import Budget
from lib.store.sheets.client import connected
from lib.store.sheets.store import SheetsStore
from tests.sheets_api import Emulator
from tests.sheets_api.clock import Clock
from tests.store.rows import change, complaint, saving

SESSIONS = 40
BETWEEN_LOOKS = 5.0
"""Seconds between two clicks of one person."""
BETWEEN_SAVES = 90.0
"""Seconds between two saves of one person: forty of them save 27 times a minute."""
ROUND_TRIP = 0.43
"""Seconds that a call takes (sheets.md 1.1)."""


@dataclass
class Played:
    """The one clock: the emulator's, moved on by whoever waits."""

    clock: Clock = field(default_factory=lambda: Clock(1_795_000_000.0))

    def now(self) -> float:
        return self.clock()

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)


@dataclass
class Office:
    """Forty people in one process, on one sheet."""

    played: Played
    emulator: Emulator
    live: LiveStore
    chance: random.Random
    waits: list[float] = field(default_factory=list)
    saved: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)

    def play(self, minutes: float) -> None:
        """Let everybody look and save until the time is over."""
        end = self.played.now() + 60 * minutes
        turns = [(self._later(BETWEEN_LOOKS), n, "look") for n in range(SESSIONS)]
        turns += [(self._later(BETWEEN_SAVES), n, "save") for n in range(SESSIONS)]
        heapq.heapify(turns)
        while turns[0][0] < end:
            at, who, what = heapq.heappop(turns)
            self.played.sleep(max(0.0, at - self.played.now()))
            getattr(self, f"_{what}")(self.live.for_user(SYSTEM))
            mean = BETWEEN_LOOKS if what == "look" else BETWEEN_SAVES
            heapq.heappush(turns, (self._later(mean), who, what))

    def _later(self, mean: float) -> float:
        return self.played.now() + self.chance.expovariate(1 / mean)

    def _look(self, desk: UserStore) -> None:
        assert set(self.keys) <= set(desk.frame("complaints").index)

    def _save(self, desk: UserStore) -> None:
        started = self.played.now()
        if self.keys and self.chance.random() < 0.5:
            row = desk.record("complaints", self.chance.choice(self.keys))
            desk.commit(saving(change(row, note=f"{self.chance.random()}")))
            self.saved["changes"] += 1
        else:
            row = complaint()
            desk.commit(saving(row))
            self.keys.append(row.id)
            self.saved["new"] += 1
        self.waits.append(self.played.now() - started)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    played = Played()
    with Emulator(quota=True, clock=played.clock) as emulator:
        budget = Budget(tmp_path, clock=played.now)
        settings = SheetsSettings(emulator.url, emulator.service_account())
        client = connected(settings, budget)
        client._timer, client._sleep = played.now, played.sleep
        emulator.watchers.append(lambda *_: played.sleep(ROUND_TRIP))
        store = SheetsStore(client, emulator.create(), data=tmp_path)
        live = LiveStore(
            store, every_seconds=EVERY_SECONDS_OF_A_SHEET, timer=played.now
        )
        yield Office(played, emulator, live, random.Random(20261122))
        live.close()


def in_any_minute(calls: list[Any]) -> int:
    """Return the most calls that fall into sixty seconds, wherever they begin."""
    times = [call.at for call in calls]
    return max(sum(1 for t in times if 0 <= t - begin < 60) for begin in times)


@pytest.mark.parametrize("minutes", [4, pytest.param(10, marks=pytest.mark.slow)])
def test_forty_people_meet_no_429(office, minutes):
    office.play(minutes)

    calls = office.emulator.log.calls()
    assert not [call for call in calls if call.status == 429]
    for kind in ("read", "write"):
        assert in_any_minute(office.emulator.log.calls(counted=kind)) <= 60
    assert min(office.saved.values()) > 10 * minutes, "they did work"
    assert max(office.waits) < 20, "nobody waits long to save"


def test_more_than_google_allows_waits_its_turn_and_is_never_refused(office):
    """Half a minute in which everybody saves all the time."""
    started = office.played.now()
    for _ in range(80):
        office._save(office.live.for_user(SYSTEM))

    assert not [c for c in office.emulator.log.calls() if c.status == 429]
    assert len(office.saved) == 2
    assert office.played.now() - started > 60, "the calls were spread over time"
