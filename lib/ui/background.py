"""What the running app does by itself, whoever looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from lib.errors import ActionRefused, AppError
from lib.settings.install import installation
from lib.store.sql.backup import back_up_daily

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 600
"""How often it looks whether today's copy stands; a host that sleeps catches up."""


@asynccontextmanager
async def daily_backup(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Keep a daily copy of the store while the app runs; its own task, ended with it."""
    task = asyncio.create_task(_repeat(every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(every_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(_back_up)
        except ActionRefused:
            return  # PostgreSQL: its own tools make the copies
        except AppError:
            log.exception("the daily copy could not be made; trying again later")
        await asyncio.sleep(every_seconds)


def _back_up() -> None:
    place = installation()
    made = back_up_daily(place.store_url, data=place.data)
    if made:
        log.info("daily copy made: %s", made.name)
