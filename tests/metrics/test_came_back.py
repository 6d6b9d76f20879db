"""Whether a customer came back is told only where it can be known."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from lib.metrics.knowledge.returns import Return, returns
from lib.schema.complaint import Complaint
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import AgencyKind, ComplaintKind, ComplaintStatus, InquiryStatus
from tests.metrics.rows import NOW

LONG_AGO = NOW - timedelta(days=200)


def closed(number: str, **values) -> Complaint:
    return Complaint(
        **{
            "id": number,
            "content": "割れていた",
            "received_at": LONG_AGO - timedelta(days=1),
            "closed_at": LONG_AGO,
            "status": ComplaintStatus.CLOSED,
            "customer_key": number,
            **values,
        }
    )


def later(number: str, days: float, **values) -> Complaint:
    at = LONG_AGO + timedelta(days=days)
    return closed(number, received_at=at, closed_at=at, **values)


def inquiry(about: str, days: float, **values) -> AgencyInquiry:
    return AgencyInquiry(
        id=f"G-{about}-{days}",
        first_contact_at=LONG_AGO + timedelta(days=days),
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="市のセンター",
        complaint_id=about,
        **values,
    )


def told(*rows: Complaint, asked: tuple[AgencyInquiry, ...] = ()) -> pd.DataFrame:
    cases = frame_of(table("complaints"), rows)
    about = frame_of(table("agency_inquiries"), asked)
    return returns(cases.loc[["A"]], cases, about, NOW).loc["A"]


@pytest.mark.parametrize(
    ("rows", "asked", "days"),
    [
        ([later("B", 12.5, customer_key="A")], [], 12),
        ([later("B", 60, customer_key="A")], [], 60),
        ([later("B", 3, parent_id="A")], [], 3),
        ([], [inquiry("A", 20)], 20),
        ([later("B", 30, customer_key="A")], [inquiry("A", 20)], 20),
    ],
)
def test_who_complains_again_in_time_came_back(rows, asked, days):
    found = told(closed("A"), *rows, asked=tuple(asked))

    assert (found["state"], found["days"]) == (Return.CAME_BACK.value, days)
    assert found["counts"]


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([], []),
        ([later("B", 61, customer_key="A")], []),
        ([later("B", -10, customer_key="A")], []),
        ([later("B", 5)], []),
        ([later("B", 5, customer_key="A", kind=ComplaintKind.WISH)], []),
        ([later("B", 5, customer_key="A", status=ComplaintStatus.CANCELLED)], []),
        ([], [inquiry("A", 5, status=InquiryStatus.CANCELLED)]),
        ([], [inquiry("A", -5)]),
    ],
)
def test_anything_else_is_no_coming_back(rows, asked):
    found = told(closed("A"), *rows, asked=tuple(asked))

    assert found["state"] == Return.STAYED_AWAY.value
    assert pd.isna(found["days"])
    assert found["counts"]


def test_a_fresh_case_is_not_yet_known_and_in_no_share():
    fresh = closed("A", closed_at=NOW - timedelta(days=59))

    found = told(fresh)

    assert (found["state"], found["counts"]) == (Return.TOO_EARLY.value, False)


def test_a_fresh_case_that_came_back_is_in_no_share_either():
    fresh = closed("A", closed_at=NOW - timedelta(days=20))
    again = closed("B", customer_key="A", received_at=NOW - timedelta(days=2))

    found = told(fresh, again)

    assert (found["state"], found["days"]) == (Return.CAME_BACK.value, 18)
    assert not found["counts"]


def test_of_a_customer_nobody_would_recognise_nothing_is_said():
    unknown = closed("A", customer_key="")

    assert told(unknown, later("B", 5, customer_key=""))["state"] == "untraceable"
    linked = told(unknown, later("B", 5, customer_key="", parent_id="A"))
    assert (linked["state"], linked["counts"]) == (Return.CAME_BACK.value, False)


def test_who_stayed_away_is_not_known_before_archived_years_were_looked_through():
    rows = [closed("A"), closed("B"), later("C", 5, customer_key="B")]
    every = frame_of(table("complaints"), rows)
    asked = frame_of(table("agency_inquiries"), [])

    found = returns(every.iloc[:2], every, asked, NOW, is_whole=False)

    assert found["state"].tolist() == [Return.NOT_LOOKED.value, Return.CAME_BACK.value]
    assert not found["counts"].any()
