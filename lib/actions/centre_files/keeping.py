"""Keeps the files of all centres folded, whoever looks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast

import orjson
from filelock import FileLock, Timeout

from lib import clock
from lib.actions.centre_files.making import tend_file
from lib.actions.centre_files.running import Outcome, fold_centre
from lib.errors import AppError, StoreUnavailable
from lib.schema.frames import standing
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import Flag
from lib.settings.customer_key import secret_of
from lib.store.agreements import Agreements
from lib.store.files import replace_privately
from lib.store.live import LiveStore
from lib.store.opening import open_centre_file
from lib.store.protocol import ProblemKind, RowProblem, Store

log = logging.getLogger(__name__)

LOCK: Final = "centre-files.lock"
TOLD: Final = "centre-files.json"

Opener = Callable[[str, Path], Store]
"""From the address of a centre's spreadsheet, and the data folder, to its store."""

Tender = Callable[[Centre, Path], None]
"""Prepares a centre's file for the days to come."""


@dataclass
class CentreFiles:
    """The files of one installation's centres; one process folds them at a time.

    outcomes: what the last folding of each centre came to, by its code.
    """

    data: Path
    open_file: Opener = open_centre_file
    tend: Tender = tend_file
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _open: dict[str, Store] = field(default_factory=dict)
    _tended: dict[str, date] = field(default_factory=dict)
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def fold_all(self, main: LiveStore) -> list[Outcome]:
        """Fold every centre's file once; [] where another is just doing it.

        A file that cannot be reached is told by its outcome and holds up no other.
        """
        with self._busy:
            try:
                with FileLock(self.data / LOCK, timeout=0, mode=0o600):
                    found = [self._folded(main, c) for c in centres_with_files(main)]
            except Timeout:
                return []
            self.outcomes = {outcome.centre: outcome for outcome in found}
            _tell(self.data, found)
            return found

    def close(self) -> None:
        """Let go of all files."""
        with self._busy:
            for store in self._open.values():
                store.close()
            self._open.clear()

    def _folded(self, main: LiveStore, centre: Centre) -> Outcome:
        memory = Agreements(self.data, f"{centre.code} {centre.spreadsheet}")
        try:
            self._tend_daily(centre)
            secret = secret_of(self.data)
            found = fold_centre(main, self._file(centre), centre, memory, secret)
        except AppError as error:
            log.warning("a centre's file waits: %s", type(error).__name__)
            found = Outcome(centre.code, clock.now(), refused=error)
        return found

    def _tend_daily(self, centre: Centre) -> None:
        today = clock.today()
        if self._tended.get(centre.spreadsheet) != today:
            self.tend(centre, self.data)
            self._tended[centre.spreadsheet] = today

    def _file(self, centre: Centre) -> Store:
        if centre.spreadsheet not in self._open:
            self._open[centre.spreadsheet] = self.open_file(
                centre.spreadsheet, self.data
            )
        return self._open[centre.spreadsheet]


def _tell(data: Path, outcomes: list[Outcome]) -> None:
    """Keep what the last folding of each centre came to, for all processes to show."""
    told = [
        {
            "centre": found.centre,
            "at": found.at.isoformat(),
            "refused": found.refused.message if found.refused else "",
            "problems": [asdict(problem) for problem in found.problems],
        }
        for found in outcomes
    ]
    try:
        replace_privately(data / TOLD, orjson.dumps(told))
    except OSError as error:
        raise StoreUnavailable("the centres' outcomes cannot be kept") from error


@dataclass(frozen=True, slots=True)
class Told:
    """How the last folding of one centre went, as the data folder has it.

    refused: why not all of it was done, a catalogue key; "" where all was.
    """

    centre: str
    at: datetime
    refused: str
    problems: tuple[RowProblem, ...]


def last_foldings(data: Path) -> dict[str, Told]:
    """Return how the last folding of each centre went, by its code; {} before any."""
    try:
        read = orjson.loads((data / TOLD).read_bytes())
        found = [
            Told(
                each["centre"],
                datetime.fromisoformat(each["at"]),
                each["refused"],
                tuple(
                    RowProblem(**problem | {"kind": ProblemKind(problem["kind"])})
                    for problem in each["problems"]
                ),
            )
            for each in read
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {each.centre: each for each in found}


def told(data: Path) -> list[RowProblem]:
    """Return the cells on which somebody has to decide, over all centres."""
    return [p for each in last_foldings(data).values() for p in each.problems]


def centres_with_files(main: LiveStore) -> Iterator[Centre]:
    """Yield the active centres that have a spreadsheet of their own."""
    for row in standing(table("centres"), main.for_user(SYSTEM).frame("centres")):
        centre = cast("Centre", row)
        if centre.spreadsheet.strip() and centre.active is Flag.YES:
            yield centre
