"""What this machine last saw of a spreadsheet, so that a start never needs Google.

A file of the data folder, 0600: it holds customers' names and contacts in the clear,
just as a SQLite store would. Without it a restart during an outage would show nothing,
a tab that was renamed meanwhile could not be told from a copy of it, and rows that are
gone would not be missed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from lib.schema.tables import Table
from lib.store.files import replace_privately
from lib.store.sheets.layout import Tab, located
from lib.store.sheets.provisioning import Places

log = logging.getLogger(__name__)

_LAYOUT: Final = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last good answer, where its ranges came from, and when."""

    payload: bytes
    places: Places
    at: datetime


class Memory:
    """The file for one spreadsheet; one thread at a time."""

    def __init__(self, data: Path, spreadsheet: str) -> None:
        """Keep it in `data`, which exists by the first `keep`."""
        name = hashlib.sha256(spreadsheet.encode()).hexdigest()[:16]
        self._path = data / f"sheet-{name}.last"

    def keep(self, payload: bytes, places: Places, at: datetime) -> None:
        """Remember an answer; where the disk is full, what was kept before stays."""
        head = {
            "layout": _LAYOUT,
            "at": at.isoformat(),
            "digest": hashlib.sha256(payload).hexdigest(),
            "tabs": {code: _plain(tab) for code, tab in places.tabs.items()},
            "system": _plain(places.system),
            "numbers": dict(places.numbers),
        }
        content = orjson.dumps(head) + b"\n" + payload
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A copy of what Google has: after a power cut an older one will do.
            replace_privately(self._path, content, durable=False)
        except OSError as error:
            log.warning("the last answer is not kept: %s", type(error).__name__)

    def recall(self, tables: Sequence[Table]) -> Remembered | None:
        """Return what was kept for these tables; None for nothing, or half a file."""
        try:
            head, _line, payload = self._path.read_bytes().partition(b"\n")
            return _remembered(orjson.loads(head), payload, tables)
        except FileNotFoundError:
            return None
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            log.warning("what was kept of the spreadsheet cannot be read")
            return None


def _plain(tab: Tab) -> tuple[int, str]:
    return tab.sheet_id, tab.title


def _remembered(
    head: Mapping[str, Any], payload: bytes, tables: Sequence[Table]
) -> Remembered:
    if head["layout"] != _LAYOUT:
        raise ValueError("of another version")
    if hashlib.sha256(payload).hexdigest() != head["digest"]:
        raise ValueError("half a file")
    by_code = {table.code: table for table in tables}
    tabs = {code: Tab(*plain) for code, plain in head["tabs"].items()}
    if not tabs.keys() <= by_code.keys():
        raise ValueError("of other tables")
    _found, lost = located(tables, tuple(tabs.values()), head["numbers"])
    places = Places(tabs, Tab(*head["system"]), lost, by_code, head["numbers"])
    return Remembered(payload, places, datetime.fromisoformat(head["at"]))
