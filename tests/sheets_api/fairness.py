"""A lock that serves its callers in the order in which they came."""

import threading
from collections import deque


class FairLock:
    """A mutual exclusion without overtaking; not re-entrant."""

    def __init__(self):
        self._door = threading.Lock()
        self._held = False
        self._queue = deque()

    def __enter__(self):
        with self._door:
            if not self._held:
                self._held = True
                return self
            turn = threading.Event()
            self._queue.append(turn)
        turn.wait()
        return self

    def __exit__(self, *_):
        with self._door:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._held = False
