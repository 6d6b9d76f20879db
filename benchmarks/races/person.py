"""A person at the sheet in the browser, who edits, sorts, inserts and deletes."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

from benchmarks.peers.writing import FIELDS, KEY, TAB
from tests.sheets_api import Hand, Refused

USER = "hito@example.com"
MOST_BLANK_ROWS = 12


def _letters(column: int) -> str:
    """Return the name of a column counted from 1."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


class Person(threading.Thread):
    """Acts at a steady pace of so many acts for each update of the writers.

    They look before each act and see the sheet as it is: their typing goes to a cell on
    their screen. They never delete a record, only blank rows and copies of their own.
    """

    def __init__(
        self, hand: Hand, *, seed: int, pace: float, updates: Callable[[], int]
    ) -> None:
        """Act through `hand` while `updates` counts what the writers have done."""
        super().__init__(name="person", daemon=True)
        self._hand = hand
        self._chance = random.Random(seed)
        self._pace = pace
        self._updates = updates
        self._over = threading.Event()
        self.acts = 0
        self.refused = 0

    def stop(self) -> None:
        """Let the act that has begun end, and no other begin."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """Act until told to stop."""
        kinds = [
            self._type_over,
            self._sort_rows,
            self._insert_blank,
            self._delete_own,
            self._copy_record,
            self._drag_row,
        ]
        weights = (50, 14, 12, 14, 5, 5)
        while not self._over.is_set():
            if self.acts >= self._pace * self._updates():
                self._over.wait(0.002)
                continue
            self.acts += 1
            try:
                grid = self._hand.read(TAB)
                if grid and KEY in grid[0]:
                    self._chance.choices(kinds, weights)[0](grid)
            except Refused:
                self.refused += 1

    # What they do -------------------------------------------------------------------

    def _type_over(self, grid: Sequence[Sequence[str]]) -> None:
        """Type another text into a field of a record."""
        rows = [row for row, line in enumerate(grid, 1) if _key(grid, line)[:2] == "K-"]
        if rows:
            column = _letters(grid[0].index(self._chance.choice(FIELDS)) + 1)
            place = f"{column}{self._chance.choice(rows)}"
            self._hand.type(TAB, place, f"hito-{self.acts:05}")

    def _sort_rows(self, grid: Sequence[Sequence[str]]) -> None:
        """Sort by the key or a field, up or down; blank rows go below."""
        column = grid[0].index(self._chance.choice([KEY, *FIELDS])) + 1
        cells = f"A2:{_letters(len(grid[0]))}{len(grid)}"
        self._hand.sort(TAB, cells, column, descending=self._chance.random() < 0.5)

    def _insert_blank(self, grid: Sequence[Sequence[str]]) -> None:
        """Insert a blank row or two somewhere above."""
        if len(_own(grid)) < MOST_BLANK_ROWS:
            above = self._chance.randrange(2, len(grid) + 1)
            self._hand.insert_rows(TAB, above, self._chance.choice([1, 1, 2]))

    def _delete_own(self, grid: Sequence[Sequence[str]]) -> None:
        """Delete a row that holds no record."""
        rows = _own(grid)
        if rows:
            self._hand.delete_rows(TAB, self._chance.choice(rows))

    def _copy_record(self, grid: Sequence[Sequence[str]]) -> None:
        """Copy a record below the last, and take the number out of the copy."""
        rows = [row for row, line in enumerate(grid, 1) if _key(grid, line)[:2] == "K-"]
        if rows and len(_own(grid)) < MOST_BLANK_ROWS:
            row, last = self._chance.choice(rows), len(grid) + 1
            self._hand.copy_rows(TAB, row, row, last)
            self._hand.clear(TAB, f"{_letters(grid[0].index(KEY) + 1)}{last}")

    def _drag_row(self, grid: Sequence[Sequence[str]]) -> None:
        """Drag a row to another place."""
        row, above = (self._chance.randrange(2, len(grid) + 1) for _ in range(2))
        self._hand.move_rows(TAB, row, row, above)


def _key(grid: Sequence[Sequence[str]], line: Sequence[str]) -> str:
    at = grid[0].index(KEY)
    return line[at] if at < len(line) else ""


def _own(grid: Sequence[Sequence[str]]) -> list[int]:
    """Return the rows below the header that hold no record."""
    return [row for row, line in enumerate(grid, 1) if row > 1 and not _key(grid, line)]
