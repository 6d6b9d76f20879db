"""The server that listens for us, however it was started.

ASGI tells an app nothing about it. `streamlit run` and uvicorn's own command both keep
a `uvicorn.Config`, which is alive when the app starts, and is read anew for each
connection: what they did not set can still be set.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import uvicorn

from lib.ui.crowd import LARGEST_HEAD

LARGEST_MESSAGE: Final = 4 * 1024 * 1024
"""Bytes of one message to us; Streamlit refuses widgets of more than half of it."""

CONNECTIONS_EACH: Final = 3
"""Connections that an open tab may have, on average: its socket and what it loads."""

SILENT_SECONDS: Final = 20.0
"""After which a connection is closed on which no request has arrived in full."""
_LOOKED_EVERY: Final = 5.0


def configs() -> list[uvicorn.Config]:
    """Return the settings of each server of this process; empty before one is made."""
    return [found for found in gc.get_objects() if type(found) is uvicorn.Config]


def keep_to_ourselves(sessions: int) -> None:
    """Let the server not say what it is, write no addresses down, and bear a flood.

    Addresses of invitations and calendars are secrets. sessions: for how many open tabs
    there is room.
    """
    written_down = logging.getLogger("uvicorn.access")
    written_down.handlers.clear()
    written_down.propagate = False
    for config in configs():
        config.server_header = False
        config.encoded_headers = [
            (name, value) for name, value in config.encoded_headers if name != b"server"
        ]
        config.h11_max_incomplete_event_size = LARGEST_HEAD
        config.ws_max_size = LARGEST_MESSAGE
        config.limit_concurrency = sessions * CONNECTIONS_EACH + 100


def servers() -> list[uvicorn.Server]:
    """Return each server of this process; none once `gc.freeze` has hidden them."""
    return [found for found in gc.get_objects() if type(found) is uvicorn.Server]


@asynccontextmanager
async def impatient(servers: Sequence[uvicorn.Server]) -> AsyncIterator[None]:
    """Close connections that are held open without asking for anything."""
    task = asyncio.create_task(_close_the_silent(servers))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _close_the_silent(servers: Sequence[uvicorn.Server]) -> None:
    silent: dict[Any, float] = {}
    while True:
        await asyncio.sleep(_LOOKED_EVERY)
        now = time.monotonic()
        held = {
            line
            for server in servers
            for line in server.server_state.connections
            if _is_silent(line)
        }
        silent = {line: silent.get(line, now) for line in held}
        for line, since in silent.items():
            if now - since >= SILENT_SECONDS:
                line.transport.close()


def _is_silent(line: Any) -> bool:
    """Whether a connection waits for a request; one that became a socket does not.

    uvicorn ends those that were used once and fell silent, but not those that never
    said anything, nor those that send a request letter by letter.
    """
    if not hasattr(line, "cycle"):
        return False
    return line.cycle is None or bool(line.cycle.response_complete)
