"""The ledger as a DataFrame, for the peers that read and write one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from benchmarks.peers.tables import rows_in
from benchmarks.peers.writing import KEY, Rows, Told


def rows_of(frame: pd.DataFrame) -> Rows:
    """Return the records of a frame of texts."""
    texts = frame.fillna("").astype(str)
    return rows_in([list(texts.columns), *texts.to_numpy().tolist()])


def with_values(
    frame: pd.DataFrame, key: str, values: Mapping[str, str]
) -> pd.DataFrame:
    """Return the frame with some fields of one record changed.

    Raises:
        Told: the record is not in it.
    """
    if KEY not in frame.columns or not (frame[KEY] == key).any():
        raise Told("no such row")
    changed = frame.copy()
    for field, value in values.items():
        changed[field] = changed[field].astype(object)
        changed.loc[changed[KEY] == key, field] = value
    return changed
