"""A spreadsheet, a person's hand on it, and the app that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.actions.by_hand.tidying import Tidied, tidy
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.row_memory import RowMemory
from tests.sheets_api import Emulator, Hand
from tests.store.places import Place, sheet_place
from tests.store.sheets.bare import bare

SECRET = b"s" * 32
TAB = table("complaints").tab
NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)


@dataclass
class Machine:
    """One installation of the app, with a data folder of its own."""

    place: Place
    now: datetime = NOW
    live: LiveStore = field(init=False)

    def __post_init__(self) -> None:
        self.live = LiveStore(bare(self.place), every_seconds=0)
        self.memory = RowMemory(self.place.data, self.place.url)

    @property
    def desk(self) -> UserStore:
        return self.live.for_user(SYSTEM)

    def sync(self, after: timedelta = timedelta(seconds=10)) -> Tidied:
        """Do what the running app does every few seconds."""
        self.now += after
        self.live.refreshed()
        return tidy(self.live, self.memory, now=self.now, secret=SECRET)

    def restarted(self) -> Machine:
        """Return the same installation after a restart."""
        return Machine(self.place, self.now)

    def frame(self, code: str):
        self.live.refreshed()
        return self.desk.frame(code)


class Sheet:
    """The spreadsheet as a person at the browser has it."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def cell(self, name: str, row: int, code: str = "complaints") -> str:
        labels = self.hand.read(table(code).tab)[0]
        place = labels.index(table(code).field(name).label)
        return rowcol_to_a1(row, place + 1)

    def type(self, row: int, code: str = "complaints", **cells: str) -> None:
        for name, text in cells.items():
            self.hand.type(table(code).tab, self.cell(name, row, code), text)

    def read(self, name: str, code: str = "complaints") -> list[str]:
        rows = self.hand.read(table(code).tab)
        place = rows[0].index(table(code).field(name).label)
        return [row[place] if place < len(row) else "" for row in rows[1:]]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def place(emulator: Emulator, tmp_path: Path) -> Iterator[Place]:
    made = sheet_place(emulator, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def machine(place: Place, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())
    return Machine(place)


@pytest.fixture
def sheet(emulator: Emulator, machine: Machine) -> Sheet:
    machine.live.snapshot()
    return Sheet(emulator.hand(machine.place.url.removeprefix("gsheet://")))


@pytest.fixture
def other_machine(
    emulator: Emulator, machine: Machine, tmp_path: Path
) -> Iterator[Machine]:
    made = sheet_place(emulator, tmp_path / "other")
    made.url = machine.place.url
    yield Machine(made)
    made.close()
