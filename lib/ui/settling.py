"""What stays in memory is set apart, so that the collection after a rerun is short.

Streamlit collects all garbage after every run of a page, while the person waits, and
walks through all that came since the start: tables of a new revision, what pages worked
out from them, sessions. After one look at each page that was 5 ms of an 18 ms rerun.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from lib.ui.repeating import repeated

EVERY_SECONDS: Final = 120.0
"""Between two looks at how much has come."""

WORTH_IT: Final = 5_000
"""Objects to be walked through from which on they are set apart: 2 ms a rerun. To do so
everything is walked through once, a quarter of a second."""


@asynccontextmanager
async def settled_memory(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Set apart what stays in memory, while the app runs."""
    async with repeated(settle, every_seconds, "what stays in memory"):
        yield


def settle(worth_it: int = WORTH_IT) -> bool:
    """Set apart what stays, if that is much; return whether it was.

    What was set apart before is walked through as well: a session that has ended
    meanwhile must not stay for ever.
    """
    if len(gc.get_objects()) < worth_it:
        return False
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return True
