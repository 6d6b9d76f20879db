"""The last few results of a costly function, shared by threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Keeps the `size` results used last.

    Values are made outside the lock: two threads that ask at once may make one twice,
    and nobody waits for another's.
    """

    def __init__(self, size: int) -> None:
        """Keep at most `size` results."""
        self._size = size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under `name`, made now if need be."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        value = make()
        with self._lock:
            self._kept[name] = value
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value
