"""The request log, for counting calls."""

import fnmatch
import threading
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One call that the emulator has answered, or let down.

    `counted` is `read`, `write` or None; `requests` are the kinds in a batchUpdate;
    `fault` is the kind that struck it; `status` is 0 where no answer was sent.
    """

    at: float
    method: str
    path: str
    endpoint: str
    user: str | None
    counted: str | None
    status: int
    fault: str | None
    sent: int
    requests: tuple[str, ...] = ()

    def as_json(self):
        return self._asdict()


class Log:
    """The calls so far, in order of their answers."""

    def __init__(self):
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def add(self, call):
        with self._lock:
            self._calls.append(call)

    def clear(self):
        with self._lock:
            self._calls.clear()

    def calls(self, endpoint="*", user=None, counted=None) -> list[Any]:
        """The calls to endpoints of a pattern, of a user, of a kind."""
        with self._lock:
            return [
                call
                for call in self._calls
                if fnmatch.fnmatch(call.endpoint, endpoint)
                and user in (None, call.user)
                and counted in (None, call.counted)
            ]

    def reads(self, user=None):
        """How many calls counted as reads."""
        return len(self.calls(user=user, counted="read"))

    def writes(self, user=None):
        """How many calls counted as writes."""
        return len(self.calls(user=user, counted="write"))
