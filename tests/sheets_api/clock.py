"""The emulator's time, which tests can move."""

import threading
import time


class Clock:
    """Gives epoch seconds.

    Args:
        start: A moment at which time stands still until `advance`; without one, time
            runs as it does outside.
    """

    def __init__(self, start=None):
        self._start = start
        self._ahead = 0.0
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            now = time.time() if self._start is None else self._start
            return now + self._ahead

    def advance(self, seconds):
        with self._lock:
            self._ahead += seconds
