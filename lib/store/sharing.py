"""Handing out a frame that many read: a copy that leaves nothing behind."""

from __future__ import annotations

import pandas as pd


def shared(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy that shares memory with `frame` until it is changed.

    Each column remembers its copies by weak references and keeps up to 500 of those
    that are gone, all of which the garbage collection after every rerun walks through
    (10,000 of them after one look at each page: 2 ms a rerun). pandas drops them when
    a column is asked whether it is shared.
    """
    for block in frame._mgr.blocks:  # noqa: SLF001 - pandas has no public way
        block.refs.has_reference()
    return frame.copy(deep=False)
