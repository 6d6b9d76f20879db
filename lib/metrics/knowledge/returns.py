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
import numpy.typing as npt
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
    NOT_LOOKED = "not_looked"


def returns(
    closed: pd.DataFrame,
    complaints: pd.DataFrame,
    inquiries: pd.DataFrame,
    now: datetime,
    *,
    is_whole: bool = True,
) -> pd.DataFrame:
    """Return for each closed case `state` (`Return`), `came_back`, `days`, `counts`.

    closed: rows of 苦情台帳 with 完了日時. complaints, inquiries: where coming back is
        looked for; wishes and withdrawn rows are none. is_whole: whether these are all;
        without the complaints of archived years nobody is known to have stayed away.
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
        (Return.STAYED_AWAY if is_whole else Return.NOT_LOOKED).value,
    )
    return pd.DataFrame(
        {
            "state": state,
            "came_back": days.notna(),
            "days": days,
            "counts": known & is_over & is_whole,
        },
        index=closed.index,
    )


def _by_customer(closed: pd.DataFrame, later: pd.DataFrame) -> pd.Series:
    """Return when the same customer complained next; NaT for never, or nobody known."""
    known = closed[closed["customer_key"] != ""]
    again = later[(later["customer_key"] != "") & later["received_at"].notna()]
    keys = [*known["customer_key"].tolist(), *again["customer_key"].tolist()]
    # Customers by number: matching texts would take twenty times as long.
    codes = pd.factorize(np.array(keys, dtype=object))[0].astype(np.int64) << _TIME_BITS
    ends = codes[: len(known)] + _seconds(known["closed_at"])
    begins = np.sort(codes[len(known) :] + _seconds(again["received_at"]))
    place = np.searchsorted(begins, ends, side="right")
    found = np.append(begins, -1)[place]
    same = found >> _TIME_BITS == ends >> _TIME_BITS
    at = pd.to_datetime(found & _TIME, unit="s", utc=True).where(same)
    own: pd.Series = pd.Series(at, index=known.index).reindex(closed.index)
    here: pd.Series = own.dt.tz_convert(closed["closed_at"].dt.tz)
    return here


_TIME_BITS: Final = 36
_TIME: Final = (1 << _TIME_BITS) - 1


def _seconds(moments: pd.Series) -> npt.NDArray[np.int64]:
    """Return whole seconds since 1970 of moments of which none is missing."""
    return moments.to_numpy(dtype="datetime64[s]").astype(np.int64)


def _by_number(closed: pd.DataFrame, number: pd.Series, at: pd.Series) -> pd.Series:
    """Return when something about that case came first after its closing."""
    about = pd.DataFrame({"number": number, "at": at})
    about = about[(about["number"] != "") & about["at"].notna()]
    # A number that is none of these has no closing to be after.
    place = closed.index.get_indexer(pd.Index(about["number"]))
    about = about[place >= 0]
    ended = closed["closed_at"].iloc[place[place >= 0]].to_numpy()
    about = about[about["at"].to_numpy() > ended]
    return about.groupby("number")["at"].min().reindex(closed.index)
