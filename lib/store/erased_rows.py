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
from pathlib import Path
from typing import Final

import orjson
from filelock import FileLock

from lib.errors import StoreUnavailable
from lib.schema.erasing import may_become

log = logging.getLogger(__name__)

NAME: Final = "erased.jsonl"

RowKey = tuple[str, str]
Changes = Mapping[RowKey, Mapping[str, str]]


class ErasedRows:
    """The list of one installation; usable from many processes."""

    def __init__(self, data: Path) -> None:
        """Keep it in `data`."""
        self._path = data / NAME

    def add(self, changes: Changes, rows: Iterable[RowKey] = ()) -> None:
        """Note rows with what their fields become; on disk when this returns.

        rows: others of which only the log is cleaned.

        Raises:
            StoreUnavailable: the disk does not take it; nothing may be erased then.
        """
        every: Changes = {**{at: {} for at in rows}, **changes}
        lines = b"".join(
            orjson.dumps([*at, dict(values)]) + b"\n" for at, values in every.items()
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

    def load(self) -> dict[RowKey, dict[str, str]]:
        """Return every row noted, with what its fields became; {} before the first.

        A line that cannot be read, or that would write anything else than an erasing
        may, is passed over.
        """
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        found: dict[RowKey, dict[str, str]] = {}
        for line in content.splitlines():
            try:
                table, key, values = orjson.loads(line)
                good = {n: v for n, v in values.items() if may_become(table, n, v)}
            except (ValueError, TypeError, AttributeError):
                if line:
                    log.warning("a line of the list of erased rows cannot be read")
                continue
            found.setdefault((str(table), str(key)), {}).update(good)
        return found
