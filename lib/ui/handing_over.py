"""The running app passes on what nobody took, whoever looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from lib import clock
from lib.actions import handover
from lib.errors import AppError
from lib.ui import boundary, context

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 20.0
"""How often it looks; the data are in memory, so a look costs little."""


@asynccontextmanager
async def passing_on(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Pass hand-overs on while the app runs; its own task and thread, ended with it."""
    task = asyncio.create_task(_again_and_again(every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(every_seconds: float) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await asyncio.to_thread(look)
        except AppError as error:
            log.warning("hand-overs wait: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - its text may quote a customer
            log.error("hand-overs: %s", boundary.trace(error))  # noqa: TRY400


def look() -> int:
    """Pass on what is late; return how many moved.

    Raises:
        AppError: the store is in the way; the next round tries again.
    """
    live = context.live()
    if live.problem is not None:
        return 0
    moved = handover.pass_on(live, clock.now())
    if moved:
        log.info("hand-overs passed on: %d", moved)
    return moved
