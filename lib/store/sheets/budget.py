"""How many calls Google still lets us make, shared by all our processes.

Google allows one service account 60 reads and 60 writes a minute for everything that
runs under it: app, CLI, workers. Who asks for more gets refused with everybody else.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Final

PER_MINUTE: Final = 50
"""Calls a minute of each kind; ten less than allowed, for what runs elsewhere."""
AT_ONCE: Final = 10
"""Calls that may follow at once: with them no minute ever has more than 60."""

FILE: Final = "sheet-calls.db"
_MINUTE: Final = 60.0
_BUSY_SECONDS: Final = 5.0
_SHORTEST_WAIT: Final = 0.001
"""Seconds; a clock near 1.8 billion cannot be moved by much less."""


class Kind(StrEnum):
    """What Google counts apart."""

    READ = "read"
    WRITE = "write"


class Budget:
    """Two token buckets in a file of the data folder; usable from any thread.

    Time is the wall clock, the only one that processes share; where it is set back,
    the bucket starts from there. Where the file cannot be used (disk full, read-only),
    each process counts for itself, rather than not reading at all.
    """

    def __init__(
        self,
        data: Path,
        *,
        per_minute: int = PER_MINUTE,
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Keep the buckets in `data`, which exists."""
        self._path = data / FILE
        self._rate = per_minute / _MINUTE
        self._size = float(at_once)
        self._clock = clock
        self._own: dict[Kind, tuple[float, float]] = {}

    def take(self, kind: Kind) -> float:
        """Take one call and return 0, or take none and return the seconds to wait."""
        try:
            with closing(self._open()) as file:
                file.execute("BEGIN IMMEDIATE")
                state, wait = self._taken(self._state(file, kind))
                file.execute(
                    "INSERT OR REPLACE INTO calls VALUES (?, ?, ?)", (kind, *state)
                )
                file.execute("COMMIT")
        except sqlite3.Error:
            self._own[kind], wait = self._taken(self._own.get(kind))
        return wait

    def hold(self, kind: Kind, seconds: float) -> None:
        """Let nobody call for so long, because Google refused."""
        until = (-seconds * self._rate, self._clock())
        try:
            with closing(self._open()) as file:
                file.execute("BEGIN IMMEDIATE")
                file.execute(
                    "INSERT OR REPLACE INTO calls VALUES (?, ?, ?)", (kind, *until)
                )
                file.execute("COMMIT")
        except sqlite3.Error:
            self._own[kind] = until

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        file.execute(
            "CREATE TABLE IF NOT EXISTS calls "
            "(kind TEXT PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL)"
        )
        return file

    @staticmethod
    def _state(file: sqlite3.Connection, kind: Kind) -> tuple[float, float] | None:
        found = file.execute(
            "SELECT tokens, at FROM calls WHERE kind = ?", (kind,)
        ).fetchone()
        return found and (float(found[0]), float(found[1]))

    def _taken(
        self, state: tuple[float, float] | None
    ) -> tuple[tuple[float, float], float]:
        """Return the new state and the seconds to wait, 0 where a call was taken."""
        now = self._clock()
        tokens, at = state or (self._size, now)
        tokens = min(self._size, tokens + max(0.0, now - at) * self._rate)
        if tokens >= 1:
            return (tokens - 1, now), 0.0
        return (tokens, now), max(_SHORTEST_WAIT, (1 - tokens) / self._rate)
