"""The running app tells people what is due, by itself and whoever looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from lib import clock
from lib.actions.notices.queue import Sender
from lib.errors import AppError
from lib.settings.install import app_url, notify_addresses
from lib.store.live import LiveStore
from lib.ui import boundary, context

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 15.0
"""How often it looks what is due; the data are in memory, so a look costs little."""


@asynccontextmanager
async def notifier(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Send notices while the app runs; its own task and thread, ended with it."""
    task = asyncio.create_task(_again_and_again(Notifier(), every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(one: Notifier, every_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(one.round)
        except AppError as error:
            log.warning("notices wait: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - its text may quote a customer
            log.error("notices: %s", boundary.trace(error))  # noqa: TRY400
        await asyncio.sleep(every_seconds)


class Notifier:
    """Keeps one sender for the store that this process has open."""

    def __init__(self) -> None:
        """Begin with none: the store is opened by whoever comes first."""
        self._for: LiveStore | None = None
        self._sender: Sender | None = None

    def round(self) -> None:
        """Send what is due; without a channel the store is not even opened.

        Raises:
            AppError: settings or store are in the way; the next round tries again.
        """
        channels = notify_addresses()
        if not channels:
            return
        live = context.live()
        if self._sender is None or live is not self._for:
            self._for = live
            self._sender = Sender(live, channels, base=app_url())
        sent = self._sender.tick(clock.now())
        for one in sent:
            log.info("notices sent: %d in one message", one.count)
