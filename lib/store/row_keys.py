"""Rows of 操作ログ by the records that they tell of."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from lib.store.merge import RowKey


def of_rows(log: pd.DataFrame, rows: Collection[RowKey]) -> pd.DataFrame:
    """Return the log rows of these records, in the order of the log."""
    wanted = set(rows)
    places = zip(log["table"], log["row_key"], strict=True)
    return log[[place in wanted for place in places]]
