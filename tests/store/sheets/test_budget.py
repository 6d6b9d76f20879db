"""Calls a minute, shared by all processes of an installation."""

from __future__ import annotations

from pathlib import Path

from lib.store.sheets.budget import FILE, Budget, Kind


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_no_minute_has_more_than_sixty_calls_whoever_makes_them(tmp_path: Path):
    clock = Clock()
    budgets = [Budget(tmp_path, clock=clock) for _process in range(3)]
    made: list[float] = []
    while clock.now < 1_200:
        calls = sum(budget.take(Kind.READ) == 0 for budget in budgets)
        made += [clock.now] * calls
        clock.now += 0.7
    for start in range(1_000, 1_140):
        assert sum(start <= at < start + 60 for at in made) <= 60
    assert len(made) >= 50 * 200 / 60


def test_reads_and_writes_are_counted_apart(tmp_path: Path):
    budget = Budget(tmp_path, clock=Clock(), at_once=1)
    assert budget.take(Kind.READ) == 0
    assert budget.take(Kind.READ) > 0
    assert budget.take(Kind.WRITE) == 0


def test_the_wait_is_just_long_enough(tmp_path: Path):
    clock = Clock()
    budget = Budget(tmp_path, clock=clock, at_once=1)
    budget.take(Kind.READ)
    wait = budget.take(Kind.READ)
    clock.now += wait + 1e-6
    assert budget.take(Kind.READ) == 0


def test_a_refusal_holds_everybody_back(tmp_path: Path):
    clock = Clock()
    Budget(tmp_path, clock=clock).hold(Kind.WRITE, 30)
    other = Budget(tmp_path, clock=clock)
    assert other.take(Kind.WRITE) > 30
    clock.now += 32
    assert other.take(Kind.WRITE) == 0


def test_a_clock_set_back_neither_gives_nor_blocks(tmp_path: Path):
    clock = Clock()
    budget = Budget(tmp_path, clock=clock, at_once=1)
    budget.take(Kind.READ)
    clock.now -= 10_000
    wait = budget.take(Kind.READ)
    assert 0 < wait < 2


def test_without_a_file_each_process_counts_for_itself(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be one" * 9)
    budget = Budget(tmp_path, clock=Clock(), at_once=1)
    assert budget.take(Kind.READ) == 0
    assert budget.take(Kind.READ) > 0
    budget.hold(Kind.READ, 60)
    assert budget.take(Kind.READ) > 60
