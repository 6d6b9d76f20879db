"""Who sends, and when: one at a time, and again after a while."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from lib.errors import StoreUnavailable

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0

_locks: Final[dict[Path, threading.Lock]] = {}
_locks_lock: Final = threading.Lock()


class SendLock:
    """Lets one thread of one process of this machine send from an outbox.

    The kernel lets go of the file when a process is killed.
    """

    def __init__(self, path: Path) -> None:
        """Keep the lock's file at `path`."""
        self._path = path
        with _locks_lock:
            self._thread = _locks.setdefault(path.resolve(), threading.Lock())

    @contextmanager
    def held(self, patience: float) -> Iterator[None]:
        """Hold it; waits `patience` seconds at most.

        Raises:
            StoreUnavailable: another is still sending.
        """
        if not self._thread.acquire(timeout=patience):
            raise StoreUnavailable("another thread is sending")
        try:
            lock = FileLock(
                self._path, timeout=patience, mode=0o600, poll_interval=0.01
            )
            try:
                lock.acquire()
            except Timeout as error:
                raise StoreUnavailable("another process is sending") from error
            try:
                yield
            finally:
                lock.release()
        finally:
            self._thread.release()


class Drainer:
    """A thread that sends what waits, and tries again with pauses that grow.

    It starts at the first `wake`, so a program that never queues has no thread.
    """

    def __init__(self, drain: Callable[[], bool]) -> None:
        """Call `drain`, which says whether something is left for later."""
        self._drain = drain
        self._changed = threading.Condition()
        self._wanted = self._soon = self._stopped = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Something new waits; a pause that is under way goes on."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(
                    target=self._run, name="outbox", daemon=True
                )
                self._thread.start()

    def hurry(self) -> None:
        """The store answers again: end the pause."""
        with self._changed:
            self._soon = True
            self._changed.notify_all()

    def close(self, patience: float) -> None:
        """Stop; a call that is under way is left behind after `patience` seconds."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience)

    def _run(self) -> None:
        failures = 0
        while True:
            pause = None
            if failures:
                span = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failures - 1))
                pause = span * random.uniform(0.5, 1)  # noqa: S311 - no secret
            if not self._wait(pause):
                return
            failures = failures + 1 if self._left() else 0

    def _wait(self, pause: float | None) -> bool:
        """Wait for the end of a pause, or without one for work; False: stop."""
        with self._changed:
            if pause is None:
                self._changed.wait_for(lambda: self._wanted or self._stopped)
            else:
                self._changed.wait_for(lambda: self._soon or self._stopped, pause)
            self._wanted = self._soon = False
            return not self._stopped

    def _left(self) -> bool:
        try:
            return self._drain()
        except Exception as error:  # noqa: BLE001 - the thread must go on
            if not self._stopped:
                log.warning("the outbox rests: %s", type(error).__name__)
            return True
