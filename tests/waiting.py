"""Waiting: for a coroutine whatever else runs in this thread, or for other threads."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """Return what `coroutine` returns; in a thread of its own.

    A browser that an earlier test opened keeps an event loop running in ours.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def until(holds, seconds=10.0):
    """Wait until `holds()` does; fails where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)
