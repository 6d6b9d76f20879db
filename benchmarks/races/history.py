"""Everything that ever stood in the watched cells, as the emulator applied it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.writing import FIELDS, KEY, TAB

Cell = tuple[str, str]
"""Key of a record and header of a field: where a value belongs, wherever its row is."""


@dataclass(frozen=True, slots=True)
class Change:
    """A cell got another value.

    at: number of the call that did it. by: who called. seen_at: the last call with
        which they read cells before. old, new: None where the record did not stand.
    """

    at: int
    by: str
    seen_at: int
    old: str | None
    new: str | None


@dataclass
class History:
    """A watcher of the emulator that follows records, not rows.

    cells: every change of each cell, in order. looks: the calls in which each user
        read cells. doubled: keys that stand twice now.
    """

    book: str
    first: dict[Cell, str] = field(default_factory=dict)
    cells: dict[Cell, list[Change]] = field(default_factory=dict)
    looks: dict[str, list[int]] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)
    _now: dict[Cell, str] = field(default_factory=dict)
    _number: int = 0

    def __call__(self, call: Any, book: Any) -> None:
        """Note one call that has just been carried out; the spreadsheet is locked."""
        if book.book_id != self.book:
            return
        self._number += 1
        if call.route.counted == "read":
            if call.route.endpoint.startswith("values.") or call.lists.get("ranges"):
                self.looks.setdefault(call.user, []).append(self._number)
            return
        self._follow(call.user, book.sheet_titled(TAB))

    def begin(self, book: Any) -> None:
        """Take what stands now for the beginning."""
        self._now = self._read(book.sheet_titled(TAB).lines)
        self.first = dict(self._now)

    @property
    def last(self) -> dict[Cell, str]:
        """What stands now."""
        return self._now

    def keys(self, cells: dict[Cell, str]) -> set[str]:
        """Return the records in there."""
        return {key for key, _field in cells}

    def _follow(self, by: str, sheet: Any) -> None:
        before, self._now = self._now, self._read(sheet.lines)
        if before == self._now:
            return
        looks = self.looks.get(by) or [0]
        for cell in before.keys() | self._now.keys():
            old, new = before.get(cell), self._now.get(cell)
            if old != new:
                change = Change(self._number, by, looks[-1], old, new)
                self.cells.setdefault(cell, []).append(change)

    def _read(self, lines: Sequence[Sequence[Any]]) -> dict[Cell, str]:
        """Return the cells of every record; of doubled ones those of the upper row."""
        header = [cell.value for cell in lines[0]] if lines else []
        if KEY not in header:
            return {}
        key_at = header.index(KEY)
        places = [(name, header.index(name)) for name in FIELDS if name in header]
        found: dict[Cell, str] = {}
        keys: Counter[str] = Counter()
        for line in lines[1:]:
            key = str(line[key_at].value) if key_at < len(line) else ""
            if not key.startswith("K-"):
                continue
            keys[key] += 1
            if keys[key] == 1:
                for name, at in places:
                    value = line[at].value if at < len(line) else None
                    found[key, name] = "" if value is None else str(value)
        self.doubled = {key for key, count in keys.items() if count > 1}
        return found
