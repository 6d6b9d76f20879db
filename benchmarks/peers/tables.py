"""From the texts of a tab to what a user sees of it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.peers.writing import FIELDS, KEY, Rows


def rows_in(grid: Sequence[Sequence[str]]) -> Rows:
    """Return the records of a tab whose first row is its header."""
    if not grid or KEY not in grid[0]:
        return {}
    places = {name: grid[0].index(name) for name in (KEY, *FIELDS)}
    found: Rows = {}
    for line in grid[1:]:
        cells = {
            name: line[at] if at < len(line) else "" for name, at in places.items()
        }
        key = cells.pop(KEY)
        if key.startswith("K-"):
            found.setdefault(key, cells)
    return found
