"""Contacts from consumer centres and authorities, counted once a case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib.schema.vocab import AgencyKind, InquiryStatus

CONSUMER_CENTRES: Final = (
    AgencyKind.CONSUMER_CENTRE.value,
    AgencyKind.NATIONAL_CENTRE.value,
)
"""Kinds of agency whose contacts are counted as referrals; others weigh more."""

ANSWER_OWED: Final = (
    InquiryStatus.RECEIVED.value,
    InquiryStatus.CHECKING.value,
    InquiryStatus.PREPARING.value,
)
"""Statuses in which the agency waits for our answer."""


def live(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return the inquiries that were not cancelled."""
    return inquiries[inquiries["status"] != InquiryStatus.CANCELLED.value]


def referrals(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return the cases that consumer centres brought, a row a case.

    Repeated calls on a case raise its 再連絡回数 and make no new row, so this counts
    cases, not calls.
    """
    kept = live(inquiries)
    return kept[kept["agency_kind"].isin(CONSUMER_CENTRES)]


def other_agencies(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return the cases that any other agency brought: each one weighs at once."""
    kept = live(inquiries)
    return kept[~kept["agency_kind"].isin(CONSUMER_CENTRES)]


def called_again(inquiries: pd.DataFrame) -> pd.Series:
    """Return a mask: agencies that had to call again before they were answered.

    Such a case is at 警報, whoever it is from.
    """
    again: pd.Series = (inquiries["repeat_contacts"].fillna(0) > 0) & owed(inquiries)
    return again


def owed(inquiries: pd.DataFrame) -> pd.Series:
    """Return a mask: agencies that wait for our answer."""
    waits: pd.Series = inquiries["status"].isin(ANSWER_OWED)
    return waits


def within(inquiries: pd.DataFrame, last: date, days: int = 7) -> pd.DataFrame:
    """Return the cases first brought in the `days` days that end with `last`."""
    on = first_days(inquiries)
    first = last - timedelta(days=days - 1)
    return inquiries[on.between(pd.Timestamp(first), pd.Timestamp(last))]


def first_days(inquiries: pd.DataFrame) -> pd.Series:
    """Return the day on which each case was first brought, without zone."""
    days: pd.Series = inquiries["first_contact_at"].dt.tz_localize(None).dt.normalize()
    return days
