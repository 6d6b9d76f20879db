"""What the running app does by itself, whoever looks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Final

from filelock import FileLock, Timeout

from lib import clock
from lib.actions import connecting, log_checking
from lib.actions.by_hand.tidying import Tidied, tidy
from lib.actions.centre_files.keeping import CentreFiles
from lib.actions.clocks import keeping
from lib.actions.improving import keeping as improving
from lib.actions.risks import watching
from lib.errors import ActionRefused
from lib.settings.customer_key import secret_of
from lib.settings.install import installation
from lib.store.live import LiveStore
from lib.store.row_memory import RowMemory
from lib.store.sql.backup import back_up_daily
from lib.ui import context
from lib.ui.repeating import repeated

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 600
"""How often it looks whether today's copy stands; a host that sleeps catches up."""

TIDIED_EVERY: Final = 10.0
"""Seconds between two looks at whether people changed the sheet by hand; of these looks
none asks Google, as long as the screens keep the data fresh."""
ASKED_EVERY: Final = 60.0
"""Seconds after which the sheet is asked although nobody looks at a screen."""

TENDED_EVERY: Final = 120.0
"""Seconds between two looks at whether rows of the sheet lack their formulas: two reads
where anything changed since, else none."""

CLOCKED_EVERY: Final = 10.0
"""Seconds between two looks at whether a case lacks a clock; nothing is asked for it."""

WATCHED_EVERY: Final = 10.0
"""Seconds between two looks at whether contacts rise; of these only those at changed
data, or on a new day, cost anything."""

IMPROVED_EVERY: Final = 60.0
"""Seconds between two looks at whether a measure has worked; as above."""

TOLD_EVERY: Final = 60.0
"""Seconds between two looks at what happened at the door: one save for all of it."""

FOLDED_EVERY: Final = 60.0
"""Seconds between two foldings of the centres' files: one read a file each time."""


@asynccontextmanager
async def daily_backup(every_seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Keep a daily copy of the store while the app runs; its own task, ended with it."""
    async with repeated(_back_up, every_seconds, "daily copy"):
        yield


@asynccontextmanager
async def caretaker(every_seconds: float = TIDIED_EVERY) -> AsyncIterator[None]:
    """Take in what people type into a shared sheet, while the app runs."""
    async with repeated(Caretaker().round, every_seconds, "rows typed by hand"):
        yield


@asynccontextmanager
async def sheet_rows(every_seconds: float = TENDED_EVERY) -> AsyncIterator[None]:
    """Keep rows laid out ahead in the sheet, and formulas in its rows."""
    async with repeated(RowKeeper().round, every_seconds, "the sheet's rows"):
        yield


class RowKeeper:
    """Tends a sheet that was set up, where it changed or a day began."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for: tuple[int, date] | None = None

    def round(self) -> bool:
        """Tend the sheet once; return whether anything was written.

        Raises:
            AppError: the sheet cannot be reached or changed; the next round tries again.
        """
        live, place = context.live(), installation()
        if not live.mends or live.problem is not None or live.latest is None:
            return False
        state = (live.latest.revision, clock.today())
        if state == self._done_for:
            return False
        lock = FileLock(place.data / "sheet-rows.lock", timeout=0, mode=0o600)
        try:
            with lock:
                wrote = connecting.tend(place.store_url, place.data)
        except Timeout:
            return False  # another process of this machine is at it
        self._done_for = state
        return wrote


@asynccontextmanager
async def centre_files(every_seconds: float = FOLDED_EVERY) -> AsyncIterator[None]:
    """Keep the outsourced centres' own spreadsheets folded, while the app runs."""
    folder = Folder()
    async with repeated(folder.round, every_seconds, "the centres' files"):
        yield
    await asyncio.to_thread(folder.close)


class Folder:
    """Folds all centres' files; what it opened stays open until the app ends."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._files: CentreFiles | None = None

    def round(self) -> None:
        """Fold once.

        Raises:
            AppError: the store cannot be reached, or the installation is set up wrongly.
        """
        if self._files is None:
            self._files = CentreFiles(installation().data)
        self._files.fold_all(context.live())

    def close(self) -> None:
        """Let go of all files."""
        if self._files is not None:
            self._files.close()


@asynccontextmanager
async def clock_keeper(every_seconds: float = CLOCKED_EVERY) -> AsyncIterator[None]:
    """Start the clocks of what came past the app's forms, while the app runs."""
    async with repeated(ClockKeeper().round, every_seconds, "clocks"):
        yield


class ClockKeeper:
    """Looks once for each state of the data."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for = -1

    def round(self) -> int:
        """Start what is lacking; return how many clocks that were.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if live.latest is None or live.problem is not None:
            return 0
        revision = live.snapshot().revision
        if revision == self._done_for or live.snapshot().held is not None:
            return 0
        started = keeping.keep(live, clock.now())
        self._done_for = revision
        if started:
            log.info("clocks started: %d", started)
        return started


@asynccontextmanager
async def risk_watch(every_seconds: float = WATCHED_EVERY) -> AsyncIterator[None]:
    """Keep 警報 as the counts stand, while the app runs."""
    async with repeated(Watcher().round, every_seconds, "the watch over contacts"):
        yield


class Watcher:
    """Looks once for each state of the data and day."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for: tuple[int, date] | None = None

    def round(self) -> bool:
        """Look once; return whether an alarm was opened, raised or ended.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if live.latest is None or live.problem is not None:
            return False
        state = (live.snapshot().revision, clock.today())
        if state == self._done_for or live.snapshot().held is not None:
            return False
        wrote = watching.watch(live, clock.now())
        if wrote:
            log.info("the state of contacts has changed")
        else:
            # What was written is looked at once more: it may have been one of two steps.
            self._done_for = state
        return wrote


@asynccontextmanager
async def improvement_watch(
    every_seconds: float = IMPROVED_EVERY,
) -> AsyncIterator[None]:
    """Keep 施策・改善 as the figures stand, while the app runs."""
    async with repeated(Improver().round, every_seconds, "the effect of measures"):
        yield


class Improver:
    """Looks once for each state of the data and day."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for: tuple[int, date] | None = None

    def round(self) -> int:
        """Look once; return how many steps of improvements were written.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if live.latest is None or live.problem is not None:
            return 0
        state = (live.snapshot().revision, clock.today())
        if state == self._done_for or live.snapshot().held is not None:
            return 0
        steps = improving.keep(live, clock.now())
        if steps:
            log.info("improvements moved: %d", steps)
        self._done_for = state
        return steps


def _back_up() -> None:
    place = installation()
    try:
        made = back_up_daily(place.store_url, data=place.data)
    except ActionRefused:
        return  # PostgreSQL: its own tools make the copies
    if made:
        log.info("daily copy made: %s", made.name)


@asynccontextmanager
async def door_log(every_seconds: float = TOLD_EVERY) -> AsyncIterator[None]:
    """Bring what happened at the door into 操作ログ, while the app runs."""
    async with repeated(DoorLog().round, every_seconds, "lines about sign-ins"):
        yield


class DoorLog:
    """Writes what waits, once the store was opened by somebody, and watches the log."""

    def __init__(self) -> None:
        """Begin with a first look."""
        self._seen_at = -1

    def round(self) -> int:
        """Write once, and compare the newest rows with what was seen of them.

        Returns how many lines were written.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if live.latest is None or live.problem is not None or live.snapshot().held:
            return 0
        told = context.tell_of_the_door()
        revision = live.snapshot().revision
        if revision != self._seen_at:
            broken = log_checking.look_at_newest(live, context.log_witness())
            if broken.count:
                log.warning("rows of the log are not as written: %d", broken.count)
            self._seen_at = revision
        return told


# What people type into a sheet ------------------------------------------------------


class Caretaker:
    """Tidies once for each state of the sheet; one process of a data folder at a time.

    While somebody is typing a row, it looks again every minute.
    """

    def __init__(self) -> None:
        """Begin with a first look."""
        self._done_for = -1
        self._done_at = 0.0
        self._last = Tidied()

    def round(self) -> Tidied | None:
        """Tidy where anything may have changed; None where there was nothing to do.

        Raises:
            AppError: the store cannot be reached or changed; the next round tries again.
        """
        live = context.live()
        if not live.mends:
            return None
        if live.latest is None or live.age().total_seconds() > ASKED_EVERY:
            live.refreshed()
        if live.problem is not None:
            return None
        place = installation()
        if not self._is_due(live):
            # Nothing is new, and that is known: what comes next was typed after now.
            RowMemory(place.data, place.store_url).looked(clock.now())
            return None
        lock = FileLock(place.data / "caretaker.lock", timeout=0, mode=0o600)
        try:
            with lock:
                revision = live.snapshot().revision
                memory = RowMemory(place.data, place.store_url)
                secret = secret_of(place.data)
                found = tidy(live, memory, now=clock.now(), secret=secret)
        except Timeout:
            return None  # another process of this machine is at it
        self._done_for, self._done_at = revision, time.monotonic()
        self._last = found
        if not found.is_nothing:
            log.info(
                "taken in by hand: %d numbered, %d stamped, %d steps",
                found.numbered,
                found.stamped,
                found.steps,
            )
        return found

    def _is_due(self, live: LiveStore) -> bool:
        latest = live.latest
        if latest is None or latest.revision != self._done_for:
            return True
        unfinished = self._last.waiting or self._last.refused
        return bool(unfinished) and time.monotonic() - self._done_at > ASKED_EVERY
