"""The running app tells people what is due, by itself and whoever looks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from lib import clock
from lib.actions.notices.queue import Sender
from lib.settings.install import app_url, notify_addresses
from lib.store.live import LiveStore
from lib.ui import context
from lib.ui.repeating import repeated

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 15.0
"""How often it looks what is due; the data are in memory, so a look costs little."""


@asynccontextmanager
async def notifier(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Send notices while the app runs; its own task and thread, ended with it."""
    async with repeated(Notifier().round, every_seconds, "notices"):
        yield


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
