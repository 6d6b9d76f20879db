"""What came past the app's forms gets its clocks too: once, and calmly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions.clocks.keeping import keep
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    AgencyKind,
    Answered,
    Applicability,
    ComplaintStatus,
    ContactKind,
    GraveAccident,
    Harm,
    InquiryStatus,
    Source,
)
from tests.actions.clocks.cases import (
    CREAM,
    NOW,
    case,
    crisis,
    deadline,
    ill,
    inquiry,
)
from tests.builders import fill

SOON = NOW + timedelta(minutes=1)


def codes(live, of) -> set[str]:
    rows = live.for_user(SYSTEM).frame("deadlines")
    return set(rows.loc[rows["case_id"] == of.id, "rule_code"])


def test_a_case_that_lacks_its_clocks_gets_them_once(live, desk) -> None:
    told = case(leak=Answered.YES, source=Source.SHEET)
    fill(desk, told)

    assert keep(live, SOON) == 3
    assert keep(live, SOON) == 0
    assert codes(live, told) == {"L1速報", "L1確報", "L1本人通知"}


def test_what_somebody_found_void_is_not_started_again(live, desk) -> None:
    told = case(harm=Harm.UNTREATED, product_code=CREAM.code)
    fill(
        desk,
        told,
        deadline(
            told,
            rule_code="L5製販へ連絡",
            applies=Applicability.NOT_APPLICABLE,
            checked_by="佐藤 花子",
        ),
    )

    assert keep(live, SOON) == 0


def test_inquiries_and_crises_are_looked_at_too(live, desk) -> None:
    letter = inquiry(
        agency_kind=AgencyKind.CONSUMER_AGENCY,
        contact_kind=ContactKind.EVIDENCE_DEMAND,
    )
    leak = crisis()
    fill(desk, letter, leak, inquiry(status=InquiryStatus.CLOSED))

    assert keep(live, SOON) == 4
    assert codes(live, letter) == {"L14根拠資料"}


def test_like_cases_of_two_centres_are_found_though_neither_sees_the_other(
    live, desk
) -> None:
    first = ill(customer_key="a", received_centre="OSK")
    second = ill(
        customer_key="b", received_centre="TKY", received_at=NOW + timedelta(hours=1)
    )
    fill(desk, first, second)

    assert keep(live, NOW + timedelta(hours=2)) == 1
    assert codes(live, second) == {"L7同じ症状"}


def test_an_import_starts_nothing_for_closed_cases_nor_what_has_run_out(
    live, desk
) -> None:
    imported = {"leak": Answered.YES, "source": Source.IMPORT}
    closed = case(**imported, status=ComplaintStatus.CLOSED)
    old = case(**imported, received_at=NOW - timedelta(days=10))
    fill(desk, closed.with_values(received_at=NOW - timedelta(days=30)), old)

    assert keep(live, SOON) == 1
    assert codes(live, closed) == set()
    assert codes(live, old) == {"L1確報"}


def test_a_row_typed_late_shows_what_has_run_out(live, desk) -> None:
    old = case(
        leak=Answered.YES, source=Source.SHEET, received_at=NOW - timedelta(days=10)
    )
    fill(desk, old)

    assert keep(live, SOON) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"leak": Answered.YES, "status": ComplaintStatus.CANCELLED},
        {"leak": Answered.NO, "harm": Harm.NO, "accident": GraveAccident.NO},
        {},
    ],
)
def test_other_cases_start_nothing(live, desk, values) -> None:
    fill(desk, case(**values))

    assert keep(live, SOON) == 0


def test_the_sample_company_has_clocks_of_its_own(live, lead) -> None:
    fill(lead, case(leak=Answered.YES, source=Source.SAMPLE))

    assert keep(live, SOON) == 0


def test_a_case_closed_on_the_phone_still_starts_its_clocks(live, desk) -> None:
    solved = case(leak=Answered.YES, status=ComplaintStatus.CLOSED, closed_at=NOW)
    fill(desk, solved)

    assert keep(live, SOON) == 3
