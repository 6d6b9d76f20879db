"""What this installation last saw in a sheet that people edit, kept in the data folder.

Only a hint. What people changed by hand while no app was running shows by comparing
with it; whether a change was told already is decided by 対応履歴, which all machines
share. Losing the file loses nobody's data: rows are then taken as they stand.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from filelock import FileLock, Timeout

from lib.errors import StoreUnavailable
from lib.store.files import replace_privately

log = logging.getLogger(__name__)

Values = Mapping[str, Mapping[str, str]]
"""What was seen of each row: by its name, text by field."""

_PATIENCE: Final = 5.0

_looked: Final[dict[Path, datetime]] = {}
"""When this process last looked at each store; a restart begins anew."""


class RowMemory:
    """The memory of one store; usable from many threads and processes."""

    def __init__(self, data: Path, store: str) -> None:
        """Keep it in `data`, apart for each `store` (its address)."""
        name = hashlib.sha256(store.encode()).hexdigest()[:16]
        self._data = data
        self._values = data / f"rows-seen-{name}.json"
        self._since = data / f"rows-since-{name}.json"
        self._lock_file = data / f"rows-{name}.lock"

    def seen(self) -> Values:
        """Return what was seen last; {} where nothing was."""
        return _read(self._values)

    def keep(self, values: Values) -> None:
        """Keep what is seen now, in place of everything before.

        Raises:
            StoreUnavailable: the disk is full or cannot be written.
        """
        if values != self.seen():
            self._write(self._values, values)

    def looked(self, now: datetime) -> datetime | None:
        """Note a look, and return when this process looked before; None for never."""
        before = _looked.get(self._since)
        _looked[self._since] = now
        return before

    def untouched_since(
        self, marks: Collection[str], now: datetime
    ) -> dict[str, datetime]:
        """Return since when each mark has been seen; a new one since now.

        A mark names a row as it looks; those that are gone are forgotten.
        """
        with self._alone():
            known = _read(self._since)
            since = {mark: known.get(mark) or now.isoformat() for mark in marks}
            if since != known:
                self._write(self._since, since)
        return {mark: datetime.fromisoformat(at) for mark, at in since.items()}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with FileLock(self._lock_file, timeout=_PATIENCE, mode=0o600):
                yield
        except Timeout as error:
            raise StoreUnavailable("another process holds the memory") from error

    def _write(self, path: Path, content: Any) -> None:
        try:
            self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_privately(path, orjson.dumps(content))
        except OSError as error:
            raise StoreUnavailable("what was seen could not be written") from error


def _read(path: Path) -> dict[str, Any]:
    """Return what a file holds; {} where there is none or it is damaged."""
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError):
        log.warning("what was seen of the rows cannot be read; starting anew")
        return {}
    return found if isinstance(found, dict) else {}
