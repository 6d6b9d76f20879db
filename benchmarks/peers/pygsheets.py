"""pygsheets: `find` the record, then `update_value`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import google_auth_httplib2
import httplib2
import pygsheets
from google.oauth2 import service_account

from benchmarks.peers.tables import rows_in
from benchmarks.peers.writing import TAB, Job, Rows, Told, main

SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]


class Elsewhere(httplib2.Http):  # type: ignore[misc] # it has no annotations
    """Sends each request for Google to the same path of another server."""

    url = ""

    def request(self, uri: str, *parts: Any, **options: Any) -> Any:
        """Send it there."""
        if "googleapis.com" in uri:
            split = urlsplit(uri)
            uri = f"{self.url}{split.path}?{split.query}"
        return super().request(uri, *parts, **options)


class Finding:
    """Looks the row up right before each save."""

    def __init__(self, job: Job) -> None:
        """Open the ledger and learn its columns, which nobody moves here."""
        key_class: Any = service_account.Credentials
        signed = key_class.from_service_account_info(job.key, scopes=SCOPES)
        plain = Elsewhere(timeout=60)
        plain.url = job.url
        http = google_auth_httplib2.AuthorizedHttp(signed, http=plain)
        client = pygsheets.authorize(custom_credentials=signed, http=http)
        self._tab = client.open_by_key(job.book).worksheet_by_title(TAB)
        self._header = self._tab.get_row(1)

    def rows(self) -> Rows:
        """Return what the ledger shows."""
        return rows_in(self._tab.get_all_values())

    def save(
        self, key: str, _base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Write each value into its cell of the row that holds the key now."""
        found = self._tab.find(key, matchCase=True, matchEntireCell=True)
        if not found:
            raise Told("no such row")
        for field, value in values.items():
            place = found[0].row, self._header.index(field) + 1
            self._tab.update_value(place, value, parse=False)


if __name__ == "__main__":
    main(Finding)
