"""The store on a shared Google Sheet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lib.schema.frames import empty_frame
from lib.schema.tables import table as table_by_code
from lib.store.protocol import Commit, Receipt, Snapshot
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.watching import Watch
from lib.store.sheets.writing import Writer, WriterLock


class SheetsStore:
    """A `Store` on one spreadsheet. Make it with `lib.store.opening.open_store`.

    A new row costs one write, a change one read and one write, a refresh one read.
    """

    def __init__(self, client: SheetsClient, spreadsheet: str, *, data: Path) -> None:
        """Use a spreadsheet, whose missing tabs are made now; `data` holds the lock."""
        self._client = client
        lock = WriterLock(spreadsheet, data)
        with lock.held():
            self._watch = Watch(client, spreadsheet)
        self._writer = Writer(client, spreadsheet, self._watch, lock)

    @property
    def kind(self) -> str:
        """What the badge says."""
        return "Google Sheet"

    def close(self) -> None:
        """Let go of every connection."""
        self._client.session.close()

    def load(self) -> Snapshot:
        """Return everything, in the order of the sheet; one read."""
        return self._watch.again().snapshot

    def refresh(self, known: Snapshot) -> Snapshot:
        """Return what stands now; one read, nothing is parsed that did not change."""
        found = self._watch.again().snapshot
        return known if known.revision == found.revision else found

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes with their log rows, or nothing; see `Store.commit`."""
        return self._writer.commit(commit)

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first, however old."""
        tabs = self._watch.again().tabs
        frame = tabs["audit"].read.frame if "audit" in tabs else _no_log()
        return frame[(frame["table"] == table) & (frame["row_key"] == key)]


def _no_log() -> pd.DataFrame:
    return empty_frame(table_by_code("audit"))
