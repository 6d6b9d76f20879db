"""Taking away what the store no longer needs in `_sys`: old claims and old books."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from lib import clock
from lib.errors import StoreError
from lib.store.sheets.batching import CLAIM_LIFE, claim_of, claim_request, expired
from lib.store.sheets.books import ID, KEPT, KEPT_DAYS, Books, cleared, worn_out
from lib.store.sheets.cells import serial
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import Tab
from lib.store.sheets.payload import decoded

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 5_000


class Cleaner:
    """Cleans one spreadsheet every ten minutes in which somebody writes.

    Always in batches of its own: a claim that another cleaner took away first must not
    undo a commit. What fails is left for the next time.
    """

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Clean through `client`; the first time is `CLAIM_LIFE` seconds from now."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._timer = timer
        self._cleaned_at = timer()

    def clean_if_due(self, system: Tab, books: Books) -> None:
        """Take away old claims (one read, one write) and old books (the same)."""
        if self._timer() - self._cleaned_at < CLAIM_LIFE:
            return
        self._cleaned_at = self._timer()
        try:
            self._take_claims_away()
            if books.last - 1 > KEPT:
                self._take_books_away(system)
        except StoreError as error:
            log.warning("old claims or books stay for now: %s", type(error).__name__)

    def _take_claims_away(self) -> None:
        fields = "namedRanges(namedRangeId,name)"
        found = self._client.metadata(self._spreadsheet, fields)
        old = expired(found.get("namedRanges", []))
        gone = [{"deleteNamedRange": {"namedRangeId": claim}} for claim in old]
        if gone:
            self._client.change(self._spreadsheet, {"requests": gone[:MOST_AT_ONCE]})

    def _take_books_away(self, system: Tab) -> None:
        """Take away rows older than `KEPT_DAYS` beyond the newest `KEPT`.

        Two cleaners of two machines claim the same first row, so that only one of them
        takes rows away; new rows come at the end and move nothing.
        """
        payload = self._client.values(self._spreadsheet, [f"{system.whole}!A1:C"])
        rows = decoded(payload, 1)[0]
        oldest = serial(clock.now() - timedelta(days=KEPT_DAYS))
        count = worn_out(rows, oldest)
        if not count:
            return
        first = rows[1][ID] if rows[1] else ""
        claim = claim_of("books", str(first), str(count))
        requests = [
            claim_request(claim, system),
            *cleared(system.sheet_id, rows, count),
        ]
        self._client.change(self._spreadsheet, {"requests": requests})
