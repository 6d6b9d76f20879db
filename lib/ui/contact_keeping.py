"""The running app cuts contacts whose time is over, whoever looks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Final

from lib import clock
from lib.actions import contacts
from lib.ui import context
from lib.ui.repeating import repeated

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 60.0
"""Seconds between two looks; of these only those at changed data, or on a new day, do
anything."""


@asynccontextmanager
async def trimming(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Keep contacts only as long as they may be kept, while the app runs."""
    async with repeated(ContactKeeper().round, every_seconds, "contacts"):
        yield


class ContactKeeper:
    """Looks once for each state of the data and day."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for: tuple[int, date] | None = None

    def round(self) -> contacts.Done:
        """Do what is due; return how many rows were changed.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if live.latest is None or live.problem is not None:
            return contacts.Done()
        shown = live.snapshot()
        state = (shown.revision, clock.today())
        if state == self._done_for or shown.held is not None:
            return contacts.Done()
        done = contacts.tend(live, context.place().data, clock.now())
        self._done_for = state
        if done.changed or done.refused:
            log.info("contacts: %d changed, %d not", done.changed, done.refused)
        return done
