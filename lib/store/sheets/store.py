"""The store on a shared Google Sheet."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from lib.errors import AppError, Conflict
from lib.schema.frames import empty_frame
from lib.schema.tables import TABLES, Table, table_of
from lib.schema.tables import table as table_by_code
from lib.store.archive import CASES, Archive, Moved, Moving, refuse_archived
from lib.store.log_search import LogPage, LogQuery, found_in
from lib.store.merge import RowKey
from lib.store.protocol import Commit, Insert, Mended, Mending, Receipt, Snapshot
from lib.store.row_keys import of_rows
from lib.store.sheets.adopting import Mender
from lib.store.sheets.archiving import Archiver
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.promises import Promises, promises_of
from lib.store.sheets.watching import Watch
from lib.store.sheets.writing import Writer, WriterLock

log = logging.getLogger(__name__)


class SheetsStore:
    """A `Store` on one spreadsheet. Make it with `lib.store.opening.open_store`.

    A new row costs one write, a change one read and one write, a refresh one read.
    Opening calls nobody: the first look finds the tabs and makes missing ones.
    """

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        *,
        data: Path,
        tables: Sequence[Table] = TABLES,
    ) -> None:
        """Use a spreadsheet that holds `tables`; other tables are without rows.

        data: the folder for the lock and for what was seen last.
        """
        self._client = client
        self._watch = Watch(client, spreadsheet, data=data, tables=tables)
        lock = WriterLock(spreadsheet, data)

        def promises() -> Promises:
            return promises_of(data, spreadsheet)

        self._writer = Writer(client, spreadsheet, self._watch, lock, promises)
        self._mender = Mender(client, spreadsheet, self._watch, lock, promises)
        self._archiver = Archiver(client, spreadsheet, self._watch, self._writer)
        self._hung_on_asked_at: int | None = None

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
        """Return what stands now; one read, nothing is parsed that did not change.

        More where a row was hung on what is put away: then that comes back first.
        """
        found = self._watch.again().snapshot
        if found.revision != self._hung_on_asked_at:
            self._hung_on_asked_at = found.revision
            if self._archiver.is_hung_on():
                found = self._after_tidying()
        return known if known.revision == found.revision else found

    def _after_tidying(self) -> Snapshot:
        """Return what stands once the complaints are back on which rows were hung."""
        try:
            self._archiver.tidy()
        except AppError as error:
            log.warning("a row hangs on what is put away: %s", type(error).__name__)
        return self._watch.again().snapshot

    def remembered(self) -> Snapshot | None:
        """Return what this machine saw last, before any call; None for nothing."""
        state = self._watch.remembered()
        return state.snapshot if state else None

    def confirm(self, token: str) -> None:
        """Take what is gone for gone; see `Shared.confirm`."""
        self._watch.confirm(token)

    def commit(self, commit: Commit) -> Receipt:
        """Apply all writes with their log rows, or nothing; see `Store.commit`.

        Raises:
            StoreHeld: much is gone from the sheet at once, or its time zone is another.
        """
        # Also opens before the writer's lock is taken: opening may write itself.
        self._watch.known().refuse_writes_if_held()
        self._refuse_archived(commit)
        return self._writer.commit(commit)

    def mend(self, mending: Mending) -> Mended:
        """Put rows right that people typed or copied; see `MendsRows.mend`.

        Raises:
            StoreHeld: as `commit` does.
        """
        self._watch.known().refuse_writes_if_held()
        return self._mender.mend(mending)

    def archive_revision(self) -> int:
        """Return what differs after every change of what is put away; no call."""
        return self._archiver.revision()

    def archive_years(self) -> tuple[int, ...]:
        """Return the years under which something is kept; no call."""
        return self._archiver.years()

    def archive(self) -> Archive:
        """Return everything that is put away; three reads."""
        return self._archiver.archive()

    def archive_index(self) -> pd.DataFrame:
        """Return what the complaints that are put away are looked up by; two reads."""
        return self._archiver.index()

    def move(self, moving: Moving) -> Moved:
        """Put complaints away or bring them back; see `Archives.move`."""
        return self._archiver.move(moving)

    def tidy_archive(self) -> int:
        """Bring back what lies in the yearly tabs by mistake; see `Archiver.tidy`."""
        return self._archiver.tidy()

    def lost_from_archive(self) -> tuple[str, ...]:
        """Return what people took out of the yearly tabs; see `TidiesArchive`."""
        return self._archiver.lost()

    def _refuse_archived(self, commit: Commit) -> None:
        """Refuse what is about complaints that the log knows to be put away.

        Raises:
            Conflict: one is to be written anew. ActionRefused: see `refuse_archived`.
        """
        standing = self._archiver.standing()
        if not standing:
            return
        for write in commit.writes:
            if isinstance(write, Insert) and table_of(write.record).code == CASES:
                number = table_of(write.record).key_of(write.record)
                if number in standing:
                    raise Conflict(CASES, number)
        refuse_archived(commit, {(CASES, number) for number in standing})

    def audit(self, table: str, key: str) -> pd.DataFrame:
        """Return every log row of one record, oldest first, however old."""
        frame = self._log()
        return frame[(frame["table"] == table) & (frame["row_key"] == key)]

    def audits(self, rows: Collection[RowKey]) -> pd.DataFrame:
        """Return every log row of many records, however old; one read."""
        tabs = self._watch.again().tabs
        frame = tabs["audit"].read.frame if "audit" in tabs else _no_log()
        return of_rows(frame, rows)

    def search_log(self, query: LogQuery) -> LogPage:
        """Return one window of 操作ログ; one read, as for `refresh`."""
        return found_in(self._log(), query)

    def _log(self) -> pd.DataFrame:
        tabs = self._watch.again().tabs
        return tabs["audit"].read.frame if "audit" in tabs else _no_log()


def _no_log() -> pd.DataFrame:
    return empty_frame(table_by_code("audit"))
