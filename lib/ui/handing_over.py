"""The running app passes on what nobody took, whoever looks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from lib import clock
from lib.actions import handover
from lib.ui import context
from lib.ui.repeating import repeated

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 20.0
"""How often it looks; the data are in memory, so a look costs little."""


@asynccontextmanager
async def passing_on(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Pass hand-overs on while the app runs; its own task and thread, ended with it."""
    async with repeated(look, every_seconds, "hand-overs"):
        yield


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
