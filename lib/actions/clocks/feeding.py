"""期限 for calendar apps: as a file for one person, as a feed for the whole company."""

from __future__ import annotations

from datetime import datetime

from lib.actions.clocks.running import everything_that_can_run_out
from lib.i18n import current
from lib.reports.calendar import calendar_of
from lib.schema.principal import SYSTEM
from lib.store.access import UserStore
from lib.store.live import LiveStore


def file_of(desk: UserStore, *, base: str, now: datetime) -> bytes:
    """Return the dates that this person sees, as one iCalendar file.

    base: the app's address, to which each event leads.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    return desk.derived(
        ("calendar", base, hour, current()),
        lambda: calendar_of(
            everything_that_can_run_out(desk, now), base=base, now=hour
        ),
    )


def whole_feed(live: LiveStore, *, base: str, now: datetime) -> bytes:
    """Return the company's dates; see `file_of`.

    Raises:
        StoreError: the store cannot be reached.
    """
    return file_of(live.for_user(SYSTEM), base=base, now=now)
