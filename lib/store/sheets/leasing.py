"""Taking turns where Google does not refuse the reuse of an id.

A lease is a row at the end of `_sys`. Google puts appended rows one below the other, so
all see the same order, and the first lease that is not given back holds. It costs two
writes and one read a commit, and keeps the app's processes apart only as long as none
takes longer than `LIFE` between its look and its write.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from lib import clock
from lib.errors import StoreError, StoreUnavailable
from lib.store.sheets.cells import serial
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import Tab
from lib.store.sheets.payload import decoded

LIFE: Final = 180.0
"""Seconds that others wait for one that was not given back: its process was killed."""
PATIENCE: Final = 240.0
EVERY: Final = 0.5

_TAKEN: Final = "lease:"
_GIVEN_BACK: Final = "free:"

Append = Callable[[Sequence[Any]], None]


class Lease:
    """Lets one process at a time write to a spreadsheet."""

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        append: Append,
        *,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Look through `client`; `append` adds a row to the books."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._append = append
        self._timer = timer
        self._sleep = sleep
        self._over: set[str] = set()

    @contextmanager
    def held(self, system: Tab) -> Iterator[None]:
        """Hold it.

        Raises:
            StoreUnavailable: others hold it for minutes.
        """
        token = uuid.uuid4().hex
        try:
            self._append([_TAKEN + token, serial(clock.now()), 0])
            self._await_turn(system, token)
            yield
        finally:
            # Also where taking it failed: it may have been written even so.
            self._over.add(token)
            with suppress(StoreError):  # the others wait then until it has died
                self._append([_GIVEN_BACK + token, serial(clock.now()), 0])

    def _await_turn(self, system: Tab, token: str) -> None:
        since: dict[str, float] = {}
        until = self._timer() + PATIENCE
        while self._timer() < until:
            now = self._timer()
            for other in self._open(system):
                if other == token:
                    return
                if now - since.setdefault(other, now) < LIFE:
                    break
            self._sleep(EVERY)
        raise StoreUnavailable("others hold the lease")

    def _open(self, system: Tab) -> list[str]:
        """Return the leases that nobody gave back, first one first."""
        payload = self._client.values(self._spreadsheet, [f"{system.whole}!A:A"])
        ids = [str(row[0]) for row in decoded(payload, 1)[0] if row]
        back = {
            name.removeprefix(_GIVEN_BACK)
            for name in ids
            if name.startswith(_GIVEN_BACK)
        }
        taken = [name.removeprefix(_TAKEN) for name in ids if name.startswith(_TAKEN)]
        return [token for token in taken if token not in back | self._over]
