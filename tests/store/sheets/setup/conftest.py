"""A spreadsheet, a person at it, and our client without a quota."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lib.settings.install import SheetsSettings
from lib.store.sheets.client import SheetsClient, connected
from lib.store.sheets.setup.making import set_up
from lib.store.sheets.setup.report import Report
from tests.sheets_api import Clock, Emulator, Hand
from tests.store.places import FreeBudget

NOW = "2026-11-21T10:30:00+09:00"
"""A Saturday."""
EPOCH = 1795224600.0
"""The same moment, for the formulas of the emulator."""


class Desk:
    """One spreadsheet as set-up, people and tests see it."""

    def __init__(self, emulator: Emulator, data: Path, **how: Any) -> None:
        self.emulator = emulator
        self.book = emulator.create(**how)
        self.hand: Hand = emulator.hand(self.book)
        self.client: SheetsClient = connected(
            SheetsSettings(emulator.url, emulator.service_account()), FreeBudget(data)
        )

    def set_up(self, **how: Any) -> Report:
        return set_up(self.client, self.book, **how)

    def sheet(self, tab: str) -> Mapping[str, Any]:
        """Return all that the API says of a tab, its cells left out."""
        parts = "properties,conditionalFormats,filterViews,protectedRanges,columnGroups"
        found = self.client.metadata(self.book, f"sheets({parts})")
        return next(s for s in found["sheets"] if s["properties"]["title"] == tab)

    def visible(self) -> list[str]:
        found = self.client.metadata(self.book, "sheets.properties(title,hidden)")
        shown = [s["properties"] for s in found["sheets"]]
        return [p["title"] for p in shown if not p.get("hidden")]

    def header(self, tab: str) -> list[str]:
        return self.hand.read(tab, "1:1")[0]

    def place(self, tab: str, title: str, row: int) -> str:
        """Return the cell of a row under a header, such as C5."""
        at = self.header(tab).index(title)
        letters = chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)
        return f"{letters}{row}"

    def type(self, tab: str, row: int, **cells: str) -> None:
        """Type into a row, by header."""
        for title, text in cells.items():
            self.hand.type(tab, self.place(tab, title, row), text)

    def shown(self, tab: str, title: str, row: int) -> str:
        cell = self.hand.read(tab, self.place(tab, title, row))
        return cell[0][0] if cell else ""


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(clock=Clock(EPOCH)) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    monkeypatch.setenv("MIMAMORI_NOW", NOW)
    running.log.clear()
    return running


@pytest.fixture
def desk(emulator: Emulator, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(emulator, tmp_path)
    yield made
    made.client.session.close()
