"""Reaching what is put away: it stands among the rest for as long as it is written to.

What was brought back is noted on the disk first, so that it goes back where it was
whatever stops the work: an error, a shared store that is away, the end of the process.
The note holds numbers of complaints and their years, nothing of a person.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from lib.actions.archiving import away_again, back_for, years_of
from lib.errors import StoreError, StoreUnavailable
from lib.store.archive import RowKey
from lib.store.live import LiveStore

log = logging.getLogger(__name__)

NAME: Final = "brought-back.json"


@contextmanager
def among_the_rest(
    live: LiveStore, rows: Iterable[RowKey], now: datetime, *, data: Path
) -> Iterator[None]:
    """Have whatever of these rows is put away among the rest, and put it away again.

    What an earlier run left among the rest goes with it. Whoever calls sees to it that
    no two do this at once.

    Raises:
        StoreError: the store does not answer or the data folder cannot be written, so
            that nothing is reached yet.
    """
    note = data / NAME
    mine = years_of(live, rows)
    years = _noted(note) | mine
    _keep(note, years)
    try:
        back_for(live, mine, now)
        yield
    finally:
        _keep(note, _put_away(live, years, now))


def _put_away(
    live: LiveStore, years: Mapping[str, int], now: datetime
) -> Mapping[str, int]:
    """Put it away again; return what the next run has to."""
    try:
        return away_again(live, years, now)
    except StoreError as error:
        log.warning("not put away again for now: %s", type(error).__name__)
        return years


def _noted(note: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = orjson.loads(note.read_bytes())
    except FileNotFoundError:
        return {}
    except orjson.JSONDecodeError:
        log.warning("the note of what was brought back cannot be read")
        return {}
    return found


def _keep(note: Path, years: Mapping[str, int]) -> None:
    try:
        if not years:
            note.unlink(missing_ok=True)
            return
        being_written = note.with_suffix(".new")
        being_written.write_bytes(orjson.dumps(dict(years)))
        being_written.chmod(0o600)
        being_written.replace(note)
    except OSError as error:
        raise StoreUnavailable(type(error).__name__) from error
