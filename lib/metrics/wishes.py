"""Wishes (要望のみ) stand in the ledger beside complaints and in none of their figures.

A wish is taken up to improve something (R50): nobody waits for an answer, so no target
clock runs for it, and it is no sign of trouble. What was promised to somebody with a
wish stays a promise, and a sign of harm stays a sign, whatever the row is called.
"""

from __future__ import annotations

import pandas as pd

from lib.schema.vocab import ComplaintKind, ComplaintStatus


def is_complaint(rows: pd.DataFrame) -> pd.Series:
    """Return which rows of the ledger count as complaints: no wish, not cancelled."""
    found: pd.Series = _is_live(rows) & (rows["kind"] != ComplaintKind.WISH.value)
    return found


def is_wish(rows: pd.DataFrame) -> pd.Series:
    """Return which rows of the ledger are wishes that were not cancelled."""
    found: pd.Series = _is_live(rows) & (rows["kind"] == ComplaintKind.WISH.value)
    return found


def complaints_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the ledger that count as complaints."""
    return rows[is_complaint(rows)]


def is_unpromised_wish(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are wishes of which nobody was promised anything."""
    found: pd.Series = (rows["kind"] == ComplaintKind.WISH.value) & rows[
        "next_promise_at"
    ].isna()
    return found


def _is_live(rows: pd.DataFrame) -> pd.Series:
    live: pd.Series = rows["status"] != ComplaintStatus.CANCELLED.value
    return live
