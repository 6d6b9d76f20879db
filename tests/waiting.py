"""Running a coroutine whatever else runs in this thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """Return what `coroutine` returns; in a thread of its own.

    A browser that an earlier test opened keeps an event loop running in ours.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
