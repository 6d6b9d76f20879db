"""A copy of a frame shares its memory, and leaves nothing behind once it is gone."""

from __future__ import annotations

import pandas as pd

from lib.store.sharing import shared


def frame() -> pd.DataFrame:
    """Three columns of different kinds, so three blocks."""
    return pd.DataFrame({"name": ["a", "b"], "count": [1, 2], "share": [0.5, 1.5]})


def remembered(whole: pd.DataFrame) -> int:
    """How many weak references all columns keep."""
    return sum(len(block.refs.referenced_blocks) for block in whole._mgr.blocks)


def test_copies_that_are_gone_leave_nothing_behind():
    whole = frame()
    for _again in range(50):
        shared(whole)

    shared(whole)

    # Each column knows itself and the copy that was just made.
    assert remembered(whole) <= 2 * len(whole._mgr.blocks)


def test_a_changed_copy_leaves_the_frame_as_it_was():
    whole = frame()
    mine, yours = shared(whole), shared(whole)

    mine["count"] = 0
    mine.loc[0, "name"] = "c"

    assert whole.equals(frame())
    assert yours.equals(frame())
