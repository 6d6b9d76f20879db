"""gspread-dataframe: the tab as a DataFrame, changed, and put back."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from gspread_dataframe import get_as_dataframe, set_with_dataframe

from benchmarks.peers.frames import rows_of, with_values
from benchmarks.peers.gspread_find import opened_tab
from benchmarks.peers.writing import Job, Rows, main


class Putting:
    """Loads the tab anew right before each save, the most careful way it offers."""

    def __init__(self, job: Job) -> None:
        """Open the ledger."""
        self._tab = opened_tab(job)

    def rows(self) -> Rows:
        """Return what the ledger shows."""
        return rows_of(self._frame())

    def save(
        self, key: str, _base: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Put the whole tab back with the new values in it."""
        frame = with_values(self._frame(), key, values)
        set_with_dataframe(self._tab, frame, resize=False)

    def _frame(self) -> pd.DataFrame:
        frame: pd.DataFrame = get_as_dataframe(
            self._tab, dtype=str, keep_default_na=False
        )
        return frame


if __name__ == "__main__":
    main(Putting)
