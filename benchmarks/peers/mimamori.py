"""Mimamori: the store as the app opens it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from benchmarks.peers.writing import FIELDS, Job, Rows, Told, main
from lib import clock
from lib.errors import AppError, Conflict
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id, new_id
from lib.schema.tables import table
from lib.schema.vocab import Promise
from lib.settings.install import SheetsSettings
from lib.store import opening
from lib.store.outbox import OutboxStore
from lib.store.protocol import Commit, CommitState, Insert, Update, WaitState
from lib.store.sheets.budget import Budget, Kind
from lib.store.sheets.client import connected
from lib.store.sheets.sending import NOT_PUT_RIGHT
from lib.store.sheets.store import SheetsStore

LEDGER = table("complaints")
NAMES = {field.label: field.name for field in LEDGER.fields if field.label in FIELDS}
LABELS = {name: label for label, name in NAMES.items()}


class FreeBudget(Budget):
    """Lets every call through: this race is about order, not about the quota."""

    def take(self, _kind: Kind) -> float:
        """Take a call."""
        return 0.0


def filled(
    url: str, account: Mapping[str, object], book: str, folder: Path, records: int
) -> None:
    """Make the tabs of a spreadsheet and record so many complaints.

    Each watched cell gets a text of its own, so that the judge knows it again.
    """
    client = connected(SheetsSettings(url, account), FreeBudget(folder))
    store = SheetsStore(client, book, data=folder)
    now = clock.now()
    cases = [
        Complaint.parse(
            {
                "id": new_id("K", now),
                "received_at": now,
                "content": "箱が潰れていた",
                "next_promise": Promise.CALL_BACK,
                "next_promise_at": now + timedelta(hours=1),
                **{name: f"first-{number:03}-{name}" for name in LABELS},
            }
        )
        for number in range(records)
    ]
    store.commit(Commit(new_commit_id(), "bench", now, tuple(map(Insert, cases))))
    store.close()


class Store:
    """A machine of its own: nothing but the sheet is shared with the other writers."""

    def __init__(self, job: Job) -> None:
        """Open the store."""
        os.environ["MIMAMORI_SHEETS_API"] = job.url
        os.environ["MIMAMORI_SERVICE_ACCOUNT"] = str(job.folder / "key.json")
        vars(opening)["Budget"] = FreeBudget
        logging.disable(logging.WARNING)  # what was put right is counted by the judge
        self._actor = job.name.partition("@")[0]
        self._store = opening.open_store(f"gsheet://{job.book}", data=job.folder)

    def rows(self) -> Rows:
        """Return what the ledger shows."""
        frame = self._store.load().frames[LEDGER.code]
        texts = frame[list(LABELS)].rename(columns=LABELS)
        return {
            str(key): {str(name): str(text) for name, text in row.items()}
            for key, row in texts.to_dict("index").items()
            if str(key).startswith("K-")
        }

    def save(
        self, key: str, base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Commit the change with the base that the user saw."""
        write = Update(
            LEDGER.code,
            key,
            {NAMES[label]: text for label, text in base.items()},
            {NAMES[label]: text for label, text in values.items()},
        )
        commit = Commit(new_commit_id(), self._actor, clock.now(), (write,))
        try:
            receipt = self._store.commit(commit)
            if receipt.state is CommitState.QUEUED:
                self._await(commit)
        except AppError as error:
            raise _told(error) from error
        if NOT_PUT_RIGHT in receipt.notes:
            raise Told("not put right yet")

    def _await(self, commit: Commit) -> None:
        """Return once the outbox has sent a save; what it could not it tells.

        Raises:
            AppError: why a person has to look at it.
        """
        if not isinstance(self._store, OutboxStore):
            raise TypeError("only an outbox queues")
        while True:
            mine = [w for w in self._store.waiting() if w.commit_id == commit.id]
            if not mine:
                return
            if mine[0].state is WaitState.NEEDS_LOOK:
                self._store.discard(commit.id)
                raise mine[0].problem or AppError("needs a look")
            time.sleep(0.01)


def _told(error: AppError) -> Told:
    if not isinstance(error, Conflict):
        return Told(getattr(error, "reason", "") or type(error).__name__)
    theirs = {LABELS[one.field]: str(one.theirs or "") for one in error.fields}
    return Told("conflict", theirs)


if __name__ == "__main__":
    main(Store)
