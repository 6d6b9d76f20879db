"""Which rows were anonymised, kept apart from the store in the data folder.

A backup that was taken before brings people back who were erased since. This list does
not come from the backup, so they can be erased again. It holds numbers of rows and what
their fields became, nothing of a person. Each line is on the disk before its rows are
erased: a line too many erases what was meant to be erased anyway.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from filelock import FileLock

from lib import clock
from lib.errors import StoreUnavailable
from lib.schema.erasing import may_become

log = logging.getLogger(__name__)

NAME: Final = "erased.jsonl"

RowKey = tuple[str, str]
Changes = Mapping[RowKey, Mapping[str, str]]


@dataclass(slots=True)
class Gone:
    """What the fields of one row became, and when it was last; None if not noted."""

    values: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None


class ErasedRows:
    """The list of one installation; usable from many processes."""

    def __init__(self, data: Path) -> None:
        """Keep it in `data`."""
        self._path = data / NAME

    def add(
        self, changes: Changes, rows: Iterable[RowKey] = (), *, at: datetime
    ) -> None:
        """Note rows with what their fields become; on disk when this returns.

        rows: others of which only the log is cleaned. at: no text written until then
        may come back.

        Raises:
            StoreUnavailable: the disk does not take it; nothing may be erased then.
        """
        every: Changes = {**{row: {} for row in rows}, **changes}
        lines = b"".join(
            orjson.dumps([*row, dict(values), at.isoformat()]) + b"\n"
            for row, values in every.items()
        )
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), timeout=10, mode=0o600):
                self._append(lines)
        except OSError as error:  # filelock's Timeout is one
            raise StoreUnavailable("the list of erased rows was not written") from error

    def _append(self, lines: bytes) -> None:
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            # After a crash half a line may stand at the end.
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            os.write(handle, lines)
            os.fsync(handle)
        finally:
            os.close(handle)

    def load(self) -> dict[RowKey, Gone]:
        """Return every row noted, with what its fields became; {} before the first.

        A line that cannot be read, or that would write anything else than an erasing
        may, is passed over. Lines of former versions carry no moment.
        """
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        found: dict[RowKey, Gone] = {}
        for line in content.splitlines():
            try:
                table, key, values, *moment = orjson.loads(line)
                good = {n: v for n, v in values.items() if may_become(table, n, v)}
                moments = [clock.in_tokyo(datetime.fromisoformat(at)) for at in moment]
            except (ValueError, TypeError, AttributeError):
                if line:
                    log.warning("a line of the list of erased rows cannot be read")
                continue
            row = found.setdefault((str(table), str(key)), Gone())
            row.values.update(good)
            row.at = max([*moments, *([row.at] if row.at else [])], default=None)
        return found
