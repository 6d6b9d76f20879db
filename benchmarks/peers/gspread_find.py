"""gspread: `find` the record, then `update_cell`."""

from __future__ import annotations

from collections.abc import Mapping

import gspread

from benchmarks.peers.elsewhere import send_elsewhere
from benchmarks.peers.tables import rows_in
from benchmarks.peers.writing import KEY, TAB, Job, Rows, Told, main


def opened_tab(job: Job) -> gspread.Worksheet:
    """Return the ledger's tab, through gspread 6."""
    client = gspread.service_account_from_dict(job.key)
    send_elsewhere(client.http_client.session, job.url)
    return client.open_by_key(job.book).worksheet(TAB)


class Finding:
    """Looks the row up right before each save."""

    def __init__(self, job: Job) -> None:
        """Open the ledger and learn its columns, which nobody moves here."""
        self._tab = opened_tab(job)
        self._header = self._tab.row_values(1)

    def rows(self) -> Rows:
        """Return what the ledger shows."""
        return rows_in(self._tab.get_all_values())

    def save(
        self, key: str, _base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Write each value into its cell of the row that holds the key now."""
        found = self._tab.find(key, in_column=self._header.index(KEY) + 1)
        if found is None:
            raise Told("no such row")
        for field, value in values.items():
            self._tab.update_cell(found.row, self._header.index(field) + 1, value)


if __name__ == "__main__":
    main(Finding)
