"""Work that the running app does again and again, until it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from lib.errors import AppError
from lib.ui import boundary

log = logging.getLogger(__name__)


@asynccontextmanager
async def repeated(
    work: Callable[[], object], every_seconds: float, about: str
) -> AsyncIterator[None]:
    """Do `work` in a thread of its own now and every so often; ended with the app.

    An error is told in the log, by its kind alone: its text may quote a customer.

    about: what waits where it fails, English, for the log.
    """
    task = asyncio.create_task(_again_and_again(work, every_seconds, about))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(
    work: Callable[[], object], every_seconds: float, about: str
) -> None:
    while True:
        try:
            await asyncio.to_thread(work)
        except AppError as error:
            log.warning("%s have to wait: %s", about, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - its text may quote a customer
            log.error("%s: %s", about, boundary.trace(error))  # noqa: TRY400
        await asyncio.sleep(every_seconds)
