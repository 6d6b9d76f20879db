"""st-gsheets-connection: `read` without its cache, then `update` with the whole tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from streamlit_gsheets.gsheets_connection import GSheetsServiceAccountClient

from benchmarks.peers.elsewhere import send_elsewhere
from benchmarks.peers.frames import rows_of, with_values
from benchmarks.peers.writing import TAB, Job, Rows, main


class Updating:
    """The object behind `st.connection(…, type=GSheetsConnection)`, without a page."""

    def __init__(self, job: Job) -> None:
        """Open the spreadsheet."""
        address = f"https://docs.google.com/spreadsheets/d/{job.book}/edit"
        key: dict[str, Any] = {**job.key, "spreadsheet": address}
        self._connection = GSheetsServiceAccountClient(key)
        send_elsewhere(self._connection._client.session, job.url)  # noqa: SLF001

    def rows(self) -> Rows:
        """Return what the ledger shows."""
        return rows_of(self._frame())

    def save(
        self, key: str, _base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Put the whole tab back with the new values in it."""
        frame = with_values(self._frame(), key, values)
        self._connection.update(worksheet=TAB, data=frame)

    def _frame(self) -> pd.DataFrame:
        frame: pd.DataFrame = self._connection.read(
            worksheet=TAB, ttl=0, dtype=str, keep_default_na=False
        )
        return frame


if __name__ == "__main__":
    main(Updating)
