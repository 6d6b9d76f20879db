"""Earlier cases of the customer who is on the phone."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime

import pandas as pd

from lib import clock
from lib.metrics import wishes
from lib.schema.vocab import ComplaintStatus


def earlier_cases(
    complaints: pd.DataFrame, *, customer_keys: Collection[str], order_number: str
) -> pd.DataFrame:
    """Return the cases with one of these 照合キー or this order number, newest first.

    Withdrawn cases (取消) are left out. Without any key or number: no rows.
    """
    keys = [key for key in customer_keys if key]
    numbers = {order_number, unicodedata.normalize("NFKC", order_number)} - {""}
    if not keys and not numbers:
        return complaints.iloc[:0]
    same = pd.Series(data=False, index=complaints.index)
    if keys:
        same |= complaints["customer_key"].isin(keys)
    if numbers:
        same |= complaints["order_number"].isin(numbers)
    found = complaints[same]
    found = found[found["status"] != ComplaintStatus.CANCELLED.value]
    return found.sort_values("received_at", ascending=False, kind="stable")


def times_of(cases: pd.DataFrame) -> tuple[datetime, ...]:
    """Return when these complaints were received; what has no time is left out.

    A wish is none: who wished for something twice has not complained twice.
    """
    received = wishes.complaints_in(cases)["received_at"].dropna()
    return tuple(clock.in_tokyo(at.to_pydatetime()) for at in received)
