"""Contacts from agencies: by what they are counted, what we knew, what the figures say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.metrics import referrals
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    AgencyRoute,
    Category,
    InquiryStatus,
    Match,
)
from tests.metrics.rows import activity, at, complaint, day, kpi_day


def contact(number: str, first: int = 10, **values: Any) -> AgencyInquiry:
    return AgencyInquiry(
        **{
            "id": number,
            "first_contact_at": at(first),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みなと台市",
            **values,
        }
    )


def rows(*contacts: AgencyInquiry):
    return frame_of(table("agency_inquiries"), contacts)


def counts(*contacts: AgencyInquiry, by: str):
    found = referrals.counted(referrals.contacts(rows(*contacts)), by)
    return {
        key: tuple(row) for key, row in zip(found.index, found.to_numpy(), strict=True)
    }


def test_a_day_is_that_of_the_first_contact_and_a_second_call_is_no_second_case():
    found = counts(contact("G-1", 10, repeat_contacts=2), contact("G-2", 11), by="day")

    assert [(str(key.date()), value) for key, value in found.items()] == [
        ("2026-11-10", (1, 1, 3)),
        ("2026-11-11", (1, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("agency_name", {"agency_name": "あおば野市"}),
        ("agency_kind", {"agency_kind": AgencyKind.PRESS}),
        ("product_code", {"product_code": "A-01"}),
        ("category", {"category": Category.CONTRACT}),
        ("route", {"route": AgencyRoute.HOTLINE}),
    ],
)
def test_they_are_counted_by_each_of_these(by, values):
    word = next(iter(values.values()))

    found = counts(
        contact("G-1", **values), contact("G-2", **values), contact("G-3"), by=by
    )

    assert found[getattr(word, "value", word)] == (2, 2, 2)
    assert sum(contacts for contacts, _cases, _calls in found.values()) == 3


def test_an_unknown_route_is_counted_and_a_cancelled_contact_is_not():
    found = counts(
        contact("G-1"), contact("G-2", status=InquiryStatus.CANCELLED), by="route"
    )

    assert found == {"": (1, 1, 1)}


def test_contacts_about_one_complaint_or_one_order_are_one_case():
    found = referrals.cases_of(
        rows(
            contact("G-1", complaint_id="K-1", order_number="EC-12345"),
            contact("G-2", order_number="ｅｃ12345"),
            contact("G-3", complaint_id="K-1"),
            contact("G-4", order_number="99999"),
            contact("G-5", order_number="99-999"),
            contact("G-6"),
            contact("G-7"),
        )
    )

    assert found["G-1"] == found["G-2"] == found["G-3"]
    assert found["G-4"] == found["G-5"]
    assert found.nunique() == 4


# Known before -------------------------------------------------------------------------


def known(*contacts: AgencyInquiry, complaints=()):
    found = frame_of(table("complaints"), complaints)
    return referrals.known_before(rows(*contacts), found)


def test_known_is_what_was_recorded_before_the_first_contact():
    before, after = complaint(at(9)), complaint(at(10, 9, 1))
    matched = {"matched": Match.FOUND}

    found = known(
        contact("G-1", complaint_id=before.id, **matched),
        contact("G-2", complaint_id=after.id, **matched),
        contact("G-3", matched=Match.NONE),
        contact("G-4"),
        complaints=(before, after),
    )

    assert (found.known, found.asked, found.unasked) == (1, 3, 1)
    assert found.share == pytest.approx(1 / 3)


def test_a_number_typed_in_the_sheet_is_a_match():
    before = complaint(at(9))

    found = known(contact("G-1", complaint_id=before.id), complaints=(before,))

    assert (found.known, found.asked) == (1, 1)


def test_a_match_with_a_complaint_that_is_not_there_is_not_known():
    found = known(contact("G-1", complaint_id="K-9", matched=Match.FOUND))

    assert (found.known, found.asked) == (0, 1)


def test_while_nobody_matched_any_there_is_no_share():
    assert known(contact("G-1")).share is None
    assert known().share is None


# Against the daily figures ----------------------------------------------------------------


def reconciled(*contacts: AgencyInquiry, days=(), steps=()):
    return referrals.reconciled(
        rows(*contacts),
        frame_of(table("activities"), steps),
        frame_of(table("kpi_days"), days),
        day(9),
        day(15),
    )


def test_calls_told_and_calls_noted_are_compared():
    found = reconciled(
        contact("G-1", 10),
        contact("G-2", 8),
        contact("G-3", 12, agency_kind=AgencyKind.HEALTH_OFFICE),
        contact("G-4", 12, route=AgencyRoute.LETTER),
        days=(
            kpi_day(day(10), "C1", consumer_centre_calls=2),
            kpi_day(day(10), "C2", consumer_centre_calls=1),
            kpi_day(day(11), "C1"),
            kpi_day(day(16), "C1", consumer_centre_calls=9),
        ),
    )

    assert (found.told, found.days_told, found.days) == (3, 1, 7)
    assert (found.noted, found.cases, found.difference) == (1, 1, 2)


def test_a_second_call_counts_on_its_own_day():
    one = contact("G-1", 8, repeat_contacts=1)
    case = complaint(at(1)).model_copy(update={"id": "G-1"})
    again = activity(
        case,
        at(12),
        kind=ActivityKind.AGENCY_CONTACT,
        content=f"{referrals.CALLED_AGAIN}(1回目)",
    )

    assert reconciled(one).noted == 0
    assert reconciled(one, steps=(again,)).noted == 1
    assert reconciled(contact("G-1", 10, repeat_contacts=1)).noted == 2
    later = again.model_copy(update={"at": at(12) + timedelta(days=30)})
    assert reconciled(contact("G-1", 10, repeat_contacts=1), steps=(later,)).noted == 1


def test_without_any_figure_nothing_is_claimed():
    found = reconciled(contact("G-1", 10), days=(kpi_day(day(10)),))

    assert found.told is None
    assert found.difference is None
