"""A program killed in the middle of writing loses nothing that it was promised.

Killing a process does not try the power supply: for that, `synchronous=FULL` stands
in the engine and a test of its own.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from lib.store.protocol import Store
from tests.store.contract import workers


def write_and_kill(place, run: int, notes: Path, chance: random.Random) -> None:
    """Let a process write until it is killed at a random moment."""
    before = notes.stat().st_size
    process = workers.context.Process(
        target=workers.write_until_killed, args=(place.url, place.data, run, notes)
    )
    process.start()
    deadline = time.monotonic() + 60
    while notes.stat().st_size == before and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.08))
    process.kill()
    process.join()
    assert process.exitcode == -9
    process.close()


def check_nothing_lost(store: Store, notes: Path, kills: int) -> None:
    promised = notes.read_text().split()
    frames = store.load().frames
    held = set(frames["complaints"].index)

    assert len(promised) >= kills
    assert set(promised) - held == set()
    # At most the one under way at each kill may stand without having been confirmed.
    assert len(held) - len(promised) <= kills
    assert {key.replace("K", "H", 1) for key in held} == set(frames["activities"].index)
    for key in list(held)[:: max(1, len(held) // 20)]:
        assert len(store.audit("complaints", key)) == 1


def check_kills(place, kills: int, tmp_path: Path) -> None:
    notes = tmp_path / "acknowledged"
    notes.touch()
    chance = random.Random(kills)
    for run in range(kills):
        write_and_kill(place, run, notes, chance)

    check_nothing_lost(place(), notes, kills)


def test_a_killed_writer_loses_nothing_acknowledged(store_factory, tmp_path):
    check_kills(store_factory, 8, tmp_path)


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_acknowledged_at_length(store_factory, tmp_path):
    check_kills(store_factory, 60, tmp_path)
