"""期限 for calendar apps: as a file for one person, as a feed for the whole company."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from lib.actions.clocks.running import everything_that_can_run_out
from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.i18n import current
from lib.reports.calendar import calendar_of
from lib.schema.principal import SYSTEM, Principal
from lib.settings import calendar_feed
from lib.store.access import UserStore
from lib.store.live import LiveStore


@needs("deadlines.calendar")
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


@needs("deadlines.calendar")
def note_taken(store: UserStore, who: Principal, *, what: str, now: datetime) -> None:
    """Note in 操作ログ who took the dates out of the app, or made them an address.

    `store` is the system's: nobody else adds to the log.
    """
    note(store, who.name, what, ("clocks", ""), now=now, after="カレンダー")


EXPORTED: Final = "(書き出し)"
ADDRESS_MADE: Final = "(購読アドレスを作成)"


@needs("deadlines.feed")
def new_address(_desk: UserStore, data: Path) -> bool:
    """Make a new address of the feed; return whether there was one, dead from now on.

    data: the data folder.
    """
    had = bool(calendar_feed.secret_of(data))
    calendar_feed.renew(data)
    return had


@needs("deadlines.feed")
def no_address(_desk: UserStore, data: Path) -> None:
    """Let no address of the feed open anything any more."""
    calendar_feed.revoke(data)


def whole_feed(live: LiveStore, *, base: str, now: datetime) -> bytes:
    """Return the company's dates; see `file_of`.

    Raises:
        StoreError: the store cannot be reached.
    """
    return file_of(live.for_user(SYSTEM), base=base, now=now)
