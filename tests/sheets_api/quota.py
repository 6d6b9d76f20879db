"""The read and write quotas: 60 a minute for a user, 300 for the project."""

import threading
from collections import deque

from tests.sheets_api.errors import quota_exceeded

WINDOW = 60.0


class Quota:
    """Counts calls over the minute that ends now.

    Google refills its buckets each minute; a sliding minute is at least as strict,
    so whoever keeps within this one keeps within Google's.
    """

    def __init__(self, clock, *, enforced=False, per_user=60, per_project=300):
        self.clock = clock
        self.enforced = enforced
        self.per_user = per_user
        self.per_project = per_project
        self._calls = {}
        self._lock = threading.Lock()

    def count(self, kind, user):
        """Count one call.

        Args:
            kind: `read` or `write`.
            user: Who calls.

        Raises:
            ApiError: 429, and the call is not counted.
        """
        now = self.clock()
        with self._lock:
            mine = self._recent((kind, user), now)
            everyones = self._recent((kind, None), now)
            if self.enforced and len(mine) >= self.per_user:
                raise quota_exceeded(kind.title(), "per minute per user")
            if self.enforced and len(everyones) >= self.per_project:
                raise quota_exceeded(kind.title(), "per minute")
            mine.append(now)
            everyones.append(now)

    def used(self, kind, user=None):
        """Calls in the minute that ends now, of a user or of all."""
        with self._lock:
            return len(self._recent((kind, user), self.clock()))

    def _recent(self, key, now):
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        return calls
