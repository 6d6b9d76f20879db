"""Asking a store for news by itself, so that nobody who looks waits for the answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

IDLE_AFTER: Final = 600.0
"""Seconds after the last look from which the store is left in peace."""
WAKING: Final = 2.0
"""Seconds that the first look after such a rest waits for news at most, rather than
show what stood there hours ago."""
_AFTER_A_SURPRISE: Final = 30.0
_STOPPING: Final = 2.0


class Keeper:
    """A thread that asks again and again while somebody looks, and sleeps otherwise."""

    def __init__(
        self,
        ask: Callable[[], float],
        *,
        idle_after: float = IDLE_AFTER,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at once.

        ask: asks the store and returns the seconds until it is to be asked again.
        """
        self._ask = ask
        self._idle_after = idle_after
        self._timer = timer
        self._changed = threading.Condition()
        self._looked_at = timer()
        self._rounds = 0
        self._asleep = False
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def looked(self) -> None:
        """Note that somebody looks; waits a moment where the thread was asleep."""
        with self._changed:
            self._looked_at = self._timer()
            if self._asleep:
                before = self._rounds
                self._changed.notify_all()
                self._changed.wait_for(
                    lambda: self._rounds > before or self._stopped, WAKING
                )

    def stop(self) -> None:
        """Ask no more; a call under way is left to end by itself."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(_STOPPING)

    def _run(self) -> None:
        while self._is_wanted():
            pause = self._asked()
            with self._changed:
                self._rounds += 1
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._stopped, pause)

    def _is_wanted(self) -> bool:
        """Sleep until somebody looks; False once stopped."""
        with self._changed:
            self._asleep = True
            self._changed.wait_for(lambda: self._stopped or self._is_looked_at())
            self._asleep = False
            return not self._stopped

    def _is_looked_at(self) -> bool:
        return self._timer() - self._looked_at <= self._idle_after

    def _asked(self) -> float:
        try:
            return self._ask()
        except Exception as error:  # noqa: BLE001 - its text may quote a customer
            # Else the data would stay old for ever, and nobody would know why.
            kind = type(error).__name__
            log.error("asking the store failed in a way that nobody expected: %s", kind)  # noqa: TRY400
            return _AFTER_A_SURPRISE
