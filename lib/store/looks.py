"""What a row looks like, so that one can tell later whether it still does."""

from __future__ import annotations

import hashlib

import pandas as pd


def looks_of(frame: pd.DataFrame, key: str) -> str:
    """Return a mark that differs as soon as any value of the row does.

    Raises:
        KeyError: there is no such row.
    """
    values = frame.loc[[key]].to_numpy(dtype=object).tolist()
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()
