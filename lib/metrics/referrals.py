"""Contacts from consumer centres and authorities, counted once a case."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib.metrics.wishes import complaints_in
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    AgencyRoute,
    InquiryStatus,
    Match,
)

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


def row_of(inquiry: AgencyInquiry) -> pd.DataFrame:
    """Return one inquiry as the row that `owed`, `called_again` and alarms look at.

    A row of a sheet may hold words that no vocabulary has: they stand in it as typed.
    """
    words = {
        name: getattr(getattr(inquiry, name), "value", None)
        for name in ("agency_kind", "contact_kind", "status")
    }
    moments = {
        name: pd.Series([getattr(inquiry, name)], dtype="datetime64[s, Asia/Tokyo]")
        for name in ("first_contact_at", "agency_due_at", "own_due_at")
    }
    held = pd.DataFrame(
        {
            **{name: pd.Series([word], dtype=object) for name, word in words.items()},
            **moments,
            "repeat_contacts": pd.Series([inquiry.repeat_contacts or 0], dtype="Int64"),
        }
    )
    return held.set_axis([inquiry.id], axis=0)


def is_answer_owed(inquiry: AgencyInquiry) -> bool:
    """Whether the agency waits for our answer."""
    return getattr(inquiry.status, "value", None) in ANSWER_OWED


def within(inquiries: pd.DataFrame, last: date, days: int = 7) -> pd.DataFrame:
    """Return the cases first brought in the `days` days that end with `last`."""
    on = first_days(inquiries)
    first = last - timedelta(days=days - 1)
    return inquiries[on.between(pd.Timestamp(first), pd.Timestamp(last))]


def first_days(inquiries: pd.DataFrame) -> pd.Series:
    """Return the day on which each case was first brought, without zone."""
    days: pd.Series = inquiries["first_contact_at"].dt.tz_localize(None).dt.normalize()
    return days


# Counted in several ways --------------------------------------------------------------

BY: Final = (
    "day",
    "agency_kind",
    "agency_name",
    "product_code",
    "category",
    "route",
    "contact_kind",
    "sales_page",
)
"""By what contacts can be counted."""


def contacts(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return every contact that was not cancelled, a row each, ready to be counted.

    Columns are those of `BY`; `case`, the same for contacts about one case; and
    `calls`, 1 and more where they called again. `day` is that of the first contact; rows
    of a sheet without it are left out, for they belong to no day.
    """
    kept = live(inquiries)
    kept = kept[kept["first_contact_at"].notna()]
    again = kept["repeat_contacts"].fillna(0).astype("int64")
    found = {name: kept[name].astype("object") for name in BY if name != "day"}
    return pd.DataFrame(
        {
            "day": first_days(kept),
            **found,
            "case": cases_of(kept),
            "calls": again + 1,
        },
        index=kept.index,
    )


def cases_of(inquiries: pd.DataFrame) -> pd.Series:
    """Return for each contact which case it is about.

    Two agencies may bring the same case: those that name one complaint, or the same
    order, are one. A contact that names neither is a case of its own.
    """
    complaint = inquiries["complaint_id"].astype("object")
    order = inquiries["order_number"].map(plain_number).astype("object")
    # The order number of a complaint's contact leads contacts without it to the same.
    known = (complaint != "") & (order != "")
    leads = dict(zip(order[known], complaint[known], strict=True))
    by_order = order.map(lambda number: leads.get(number, f"#{number}"))
    alone = pd.Series(inquiries.index, index=inquiries.index, dtype="object")
    found: pd.Series = complaint.where(
        complaint != "", by_order.where(order != "", alone)
    )
    return found


def first_of_cases(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return the contact that first brought each case, the earliest first.

    A case that three agencies brought is one. Rows of a sheet without a moment are left
    out, for they belong to no day.
    """
    dated = inquiries[inquiries["first_contact_at"].notna()]
    ordered = dated.sort_values("first_contact_at", kind="stable")
    return ordered[~cases_of(ordered).duplicated()]


def plain_number(order_number: str) -> str:
    """Return an order number without width, case, blanks and hyphens."""
    plain = unicodedata.normalize("NFKC", order_number).casefold()
    return _NOT_IN_NUMBER.sub("", plain)


_NOT_IN_NUMBER: Final = re.compile(r"[\W_]+")


def counted(found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return how many there are by one of `BY`, the most first; days in their order.

    Columns: `contacts`, `cases` (distinct) and `calls`. The index is what is counted by;
    an unknown route is "".
    """
    named = found.assign(**{by: found[by].where(found[by].notna(), "")})
    groups = named.groupby(by, sort=True)
    table = pd.DataFrame(
        {
            "contacts": groups.size(),
            "cases": groups["case"].nunique(),
            "calls": groups["calls"].sum(),
        }
    )
    if by == "day":
        return table
    return table.sort_values("contacts", ascending=False, kind="stable")


# Known before -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """先に知っていた割合: of the contacts that were matched, how many we knew of.

    asked: contacts at which somebody said 一致あり or 一致なし. unasked: the others.
    """

    known: int
    asked: int
    unasked: int

    @property
    def share(self) -> float | None:
        """Known ÷ asked; None while nobody has matched any."""
        return self.known / self.asked if self.asked else None


def known_before(inquiries: pd.DataFrame, complaints: pd.DataFrame) -> KnownBefore:
    """Return how many cases we knew of before an agency called about them.

    A complaint that was recorded after the first contact was not known, though it is
    matched; nor was one that stands as a wish alone. A number that was typed in a sheet
    counts as a match.
    """
    kept = live(inquiries)
    found = is_matched(kept)
    none = (kept["matched"] == Match.NONE.value) & ~found
    received = complaints_in(complaints)["received_at"].reindex(kept["complaint_id"])
    before = received.to_numpy() < kept["first_contact_at"].to_numpy()
    known = int((found.to_numpy(dtype=bool) & before).sum())
    asked = int(found.sum() + none.sum())
    return KnownBefore(known, asked, len(kept) - asked)


def is_matched(inquiries: pd.DataFrame) -> pd.Series:
    """Return a mask: contacts of which it is known which complaint they are about."""
    found: pd.Series = inquiries["complaint_id"] != ""
    return found


# Against the daily figures --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Calls from consumer centres as the daily figures count them, and as we recorded them.

    told: the sum of センター入電数; None where no day of the period has any. days_told:
    days that have a figure; days: all of the period. noted: calls from consumer centres
    in 行政問合せ, repeated ones included, letters and mails not. cases: distinct ones.
    """

    since: date
    until: date
    told: int | None
    days_told: int
    noted: int
    cases: int

    @property
    def days(self) -> int:
        """Days of the period."""
        return (self.until - self.since).days + 1

    @property
    def difference(self) -> int | None:
        """Calls that the figures have and we have not recorded; negative the other way."""
        return None if self.told is None else self.told - self.noted


def reconciled(
    inquiries: pd.DataFrame,
    activities: pd.DataFrame,
    kpi_days: pd.DataFrame,
    since: date,
    until: date,
) -> Reconciled:
    """Return both counts of the days from `since` to `until`, both included.

    A call that was noted again on a contact counts on its own day; one of which only the
    number is known (再連絡回数 typed in a sheet) on the day of the first.
    """
    first, last = pd.Timestamp(since), pd.Timestamp(until)
    days = pd.to_datetime(kpi_days["date"])
    told = kpi_days["consumer_centre_calls"][days.between(first, last)].dropna()
    days_told = days[told.index].nunique()
    own = referrals(inquiries)
    own = own[~own["route"].isin(_WRITTEN)]
    again = activities[
        (activities["kind"] == ActivityKind.AGENCY_CONTACT.value)
        & activities["case_id"].isin(own.index)
        & activities["content"].str.startswith(CALLED_AGAIN)
    ]
    again_days = again["at"].dt.tz_localize(None).dt.normalize()
    dated = again.groupby("case_id").size().reindex(own.index).fillna(0)
    undated = (own["repeat_contacts"].fillna(0) - dated).clip(lower=0)
    inside = first_days(own).between(first, last)
    noted = inside.sum() + undated[inside].sum() + again_days.between(first, last).sum()
    return Reconciled(
        since,
        until,
        int(told.sum()) if len(told) else None,
        int(days_told),
        int(noted),
        int(cases_of(own[inside]).nunique()),
    )


CALLED_AGAIN: Final = "同じ件で再び連絡"
"""Begins the step of a call about a case that an agency had brought before."""

_WRITTEN: Final = (AgencyRoute.LETTER.value, AgencyRoute.MAIL.value)
