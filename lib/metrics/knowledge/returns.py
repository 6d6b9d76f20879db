"""Whether the customer came back after a case was closed, as far as that is known.

Who came back complained again within `WINDOW_DAYS` of the closing, made it a second
complaint, or let an agency ask about it. That nobody came back is known only where the
same customer would be recognised (照合キー) and the time is over: missing is not "no".
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import numpy as np
import pandas as pd

from lib.metrics import referrals, wishes

WINDOW_DAYS: Final = 60
"""Days after the closing in which a new complaint counts as coming back."""


_DAY: Final = 86_400


class Return(Enum):
    """What is known about one closed case."""

    CAME_BACK = "came_back"
    STAYED_AWAY = "stayed_away"
    TOO_EARLY = "too_early"
    UNTRACEABLE = "untraceable"


def returns(
    closed: pd.DataFrame,
    complaints: pd.DataFrame,
    inquiries: pd.DataFrame,
    now: datetime,
) -> pd.DataFrame:
    """Return for each closed case `state` (`Return`), `came_back`, `days`, `counts`.

    closed: rows of 苦情台帳 with 完了日時. complaints, inquiries: where coming back is
        looked for; wishes and withdrawn rows are none.
    days: from the closing to the first return; NaN where there was none.
    counts: whether it belongs in a share of customers who came back, which holds only
        cases whose customer is known and whose time is over, whatever became of them.
    """
    later = wishes.complaints_in(complaints)
    asked = referrals.live(inquiries)
    first = pd.concat(
        [
            _by_customer(closed, later),
            _by_number(closed, later["parent_id"], later["received_at"]),
            _by_number(closed, asked["complaint_id"], asked["first_contact_at"]),
        ],
        axis=1,
    ).min(axis=1)
    days = (first - closed["closed_at"]).dt.total_seconds() / _DAY
    days = (days // 1).where(days <= WINDOW_DAYS)
    is_over = closed["closed_at"] <= pd.Timestamp(now) - pd.Timedelta(days=WINDOW_DAYS)
    known = closed["customer_key"] != ""
    state = np.select(
        [days.notna(), ~known, ~is_over],
        [Return.CAME_BACK.value, Return.UNTRACEABLE.value, Return.TOO_EARLY.value],
        Return.STAYED_AWAY.value,
    )
    return pd.DataFrame(
        {
            "state": state,
            "came_back": days.notna(),
            "days": days,
            "counts": known & is_over,
        },
        index=closed.index,
    )


def _by_customer(closed: pd.DataFrame, later: pd.DataFrame) -> pd.Series:
    """Return when the same customer complained next; NaT for never, or nobody known."""
    known = closed.loc[closed["customer_key"] != "", ["customer_key", "closed_at"]]
    again = later.loc[later["customer_key"] != "", ["customer_key", "received_at"]]
    again = again[again["received_at"].notna()]
    left = known.reset_index(names="closed").sort_values("closed_at")
    found = pd.merge_asof(
        left,
        again.sort_values("received_at"),
        left_on="closed_at",
        right_on="received_at",
        by="customer_key",
        direction="forward",
        allow_exact_matches=False,
    )
    return found.set_index("closed")["received_at"].reindex(closed.index)


def _by_number(closed: pd.DataFrame, number: pd.Series, at: pd.Series) -> pd.Series:
    """Return when something about that case came first after its closing."""
    about = pd.DataFrame({"number": number, "at": at})
    about = about[about["number"].isin(closed.index) & about["at"].notna()]
    about = about[about["at"] > about["number"].map(closed["closed_at"])]
    return about.groupby("number")["at"].min().reindex(closed.index)
