"""Which contacts from agencies are shown, and in what order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import pandas as pd

from lib.actions.searching import slug
from lib.i18n import N_
from lib.metrics import referrals
from lib.metrics.inquiries import Alarm, alarm_of, alarms
from lib.metrics.state import State
from lib.schema.activity import Activity
from lib.schema.frames import standing
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import AgencyKind, Choice, InquiryStatus, Match
from lib.settings.agencies import no_rebuttal
from lib.store.access import UserStore

INQUIRIES: Final = "agency_inquiries"
ACTIVITIES: Final = "activities"

_SETTLED: Final = (InquiryStatus.CLOSED.value, InquiryStatus.CANCELLED.value)


def followed_kinds(desk: UserStore, now: datetime) -> frozenset[AgencyKind]:
    """Return the kinds of agency that are followed without argument today."""
    day = now.date()
    return desk.derived(
        ("followed agencies", day), lambda: no_rebuttal(desk.frame("settings"), day)
    )


def alarm(desk: UserStore, inquiry: AgencyInquiry, now: datetime) -> Alarm:
    """Return how alarming a contact is under the settings of that day, and why."""
    return alarm_of(inquiry, now, followed_kinds(desk, now))


class View(Choice):
    """Which part of the contacts is asked for."""

    OPEN = N_("未完了")
    OWED = N_("回答待ち")
    ALARM = N_("警報")
    UNMATCHED = N_("照合がまだ")
    ALL = N_("すべて")


def listed(desk: UserStore, now: datetime) -> pd.DataFrame:
    """Return every contact that this person sees, first things first.

    The columns of 行政問合せ and: `due_at`, the earlier of both deadlines while an answer
    is owed; `is_authority`, `state` (a word of the one scale), `is_open`, `is_owed`.

    Open ones first: those of agencies that one does not argue with, then 警報, then by
    deadline, those without one last; then what is settled, the newest first. Not to be
    changed: everybody with the same view shares it.
    """
    minute = now.replace(second=0)
    return desk.derived(("inquiries", minute), lambda: _made(desk, minute))


def _made(desk: UserStore, now: datetime) -> pd.DataFrame:
    rows = desk.frame(INQUIRIES)
    signs = alarms(rows, now, followed_kinds(desk, now))
    is_owed = referrals.owed(rows)
    found = rows.assign(
        due_at=rows[["agency_due_at", "own_due_at"]].min(axis=1).where(is_owed),
        is_authority=signs["authority"],
        state=signs["state"],
        is_open=~rows["status"].isin(_SETTLED),
        is_owed=is_owed,
    )
    ranked = found.assign(
        settled=~found["is_open"],
        below=~found["is_authority"],
        calm=found["state"] != State.ALARM.value,
        waits=found["due_at"].mask(~found["is_open"]),
        age=-_seconds(found["first_contact_at"]),
    )
    order = ["settled", "below", "calm", "waits", "age"]
    return ranked.sort_values(order, kind="stable")[list(found.columns)]


def _seconds(moments: pd.Series) -> pd.Series:
    """Return moments as numbers; one that nobody wrote counts as the oldest."""
    oldest = pd.Timestamp(0, tz=moments.dt.tz)
    return moments.fillna(oldest).astype("int64")


def chosen(rows: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the rows of a view, in the order of `rows`."""
    match view:
        case View.OPEN:
            return rows[rows["is_open"]]
        case View.OWED:
            return rows[rows["is_owed"]]
        case View.ALARM:
            return rows[rows["state"] == State.ALARM.value]
        case View.UNMATCHED:
            unasked = rows["matched"] != Match.NONE.value
            return rows[rows["is_open"] & unasked & ~referrals.is_matched(rows)]
        case View.ALL:
            return rows[rows["status"] != InquiryStatus.CANCELLED.value]


def of_agency(
    rows: pd.DataFrame, agency: str, first: date | None, last: date | None
) -> pd.DataFrame:
    """Return the contacts of an agency whose first one came in these days.

    agency: `searching.slug` of its name, "" for every one. None leaves a day open.
    """
    if agency:
        names = rows["agency_name"].astype("object").fillna("").astype("str")
        rows = rows[[slug(name.strip()) == agency for name in names]]
    days = rows["first_contact_at"].dt.tz_localize(None).dt.normalize()
    is_inside = pd.Series(data=True, index=rows.index)
    if first is not None:
        is_inside &= days >= pd.Timestamp(first)
    if last is not None:
        is_inside &= days <= pd.Timestamp(last)
    return rows[is_inside]


def counted(rows: pd.DataFrame) -> dict[View, int]:
    """Return how many rows each view has."""
    return {view: len(chosen(rows, view)) for view in View}


def of_complaint(desk: UserStore, complaint_id: str) -> tuple[AgencyInquiry, ...]:
    """Return the contacts about a complaint, newest first; cancelled ones are left out."""

    def made() -> dict[str, tuple[AgencyInquiry, ...]]:
        live = referrals.live(desk.frame(INQUIRIES))
        about = live[live["complaint_id"] != ""]
        about = about.sort_values("first_contact_at", ascending=False)
        found: dict[str, tuple[AgencyInquiry, ...]] = {}
        for row in standing(table(INQUIRIES), about):
            if isinstance(row, AgencyInquiry):
                found[row.complaint_id] = (*found.get(row.complaint_id, ()), row)
        return found

    return desk.derived("inquiries of complaints", made).get(complaint_id, ())


def timeline(desk: UserStore, inquiry_id: str) -> tuple[Activity, ...]:
    """Return every step taken on a contact, oldest first."""

    def made() -> tuple[Activity, ...]:
        rows = desk.frame(ACTIVITIES)
        own = rows[(rows["case_id"] == inquiry_id).to_numpy(dtype=bool)]
        own = own.sort_values(["at", "id"], kind="stable")
        found = standing(table(ACTIVITIES), own)
        return tuple(row for row in found if isinstance(row, Activity))

    return desk.derived(("timeline", inquiry_id), made)
