"""Rules that press from the first day on."""

from __future__ import annotations

from lib.metrics import referrals
from lib.risk.detection import Level
from lib.risk.fixed import Rule, findings
from lib.schema.vocab import AgencyKind, Category, InquiryStatus
from tests.metrics.rows import at, day, frames, inquiry

TODAY = day(21)


def found(*records, **options):
    frame = frames(records)["agency_inquiries"]
    frame["case"] = referrals.cases_of(frame)
    return {one.rule: one for one in findings(frame, TODAY, **options)}


def test_nothing_is_no_finding():
    assert found() == {}


def test_any_agency_other_than_a_centre_is_an_alarm_for_a_week():
    police = inquiry(at(15), agency_kind=AgencyKind.POLICE)
    earlier = inquiry(at(14), agency_kind=AgencyKind.POLICE)

    one = found(police, earlier)[Rule.OTHER_AGENCY]

    assert one.level is Level.ALARM
    assert one.cases == (police.id,)


def test_a_centre_that_asks_again_before_an_answer_is_an_alarm():
    waiting = inquiry(at(1), repeat_contacts=1)
    answered = inquiry(at(1), repeat_contacts=1, status=InquiryStatus.ANSWERED)

    assert found(waiting, answered)[Rule.ASKED_AGAIN].cases == (waiting.id,)


def test_two_of_the_same_product_and_kind_in_a_fortnight_are_a_watch():
    alike = {"product_code": "P1", "category": Category.CONTRACT}
    first, second = inquiry(at(8), **alike), inquiry(at(20), **alike)
    too_old = inquiry(at(7), **alike)

    one = found(second, first, too_old)[Rule.SAME_CASE]

    assert one.level is Level.WATCH
    assert one.cases == (first.id, second.id)


def test_one_case_that_many_centres_bring_is_one_case():
    alike = {"product_code": "P1", "category": Category.CONTRACT}
    brought = [inquiry(at(15 + n), complaint_id="K-1", **alike) for n in range(5)]
    other = inquiry(at(20), **alike)

    alone, beside = found(*brought), found(*brought, other)

    assert not {Rule.SAME_CASE, Rule.MANY_IN_A_WEEK} & set(alone)
    assert beside[Rule.SAME_CASE].cases == (brought[0].id, other.id)
    assert Rule.MANY_IN_A_WEEK not in beside


def test_unknown_products_and_kinds_are_not_the_same():
    unknown = [inquiry(at(20), category=Category.CONTRACT) for _ in range(2)]
    unasked = [
        inquiry(at(20), product_code="P1", category=Category.UNASKED) for _ in range(2)
    ]

    assert Rule.SAME_CASE not in found(*unknown, *unasked)


def test_many_in_a_week_press_whatever_is_usual():
    week = [inquiry(at(15 + number)) for number in range(5)]

    assert Rule.MANY_IN_A_WEEK in found(*week)
    assert Rule.MANY_IN_A_WEEK not in found(*week, many=6)
    assert Rule.MANY_IN_A_WEEK not in found(*week[:4])


def test_hard_to_reach_counts_only_with_a_referral():
    low = (0.9, 0.79, 0.7, 0.75)

    assert Rule.HARD_TO_REACH in found(inquiry(at(8)), answer_rates=low)
    assert Rule.HARD_TO_REACH not in found(inquiry(at(7)), answer_rates=low)
    assert Rule.HARD_TO_REACH not in found(inquiry(at(8)), answer_rates=(0.7, 0.7))
    assert Rule.HARD_TO_REACH not in found(inquiry(at(8)), answer_rates=(0.7, 0.8, 0.7))


def test_like_health_damage_is_handed_through():
    assert found(like_harm=["K-1", "K-2"])[Rule.LIKE_HARM].cases == ("K-1", "K-2")


def test_cancelled_and_later_inquiries_do_not_count():
    cancelled = inquiry(
        at(20), agency_kind=AgencyKind.POLICE, status=InquiryStatus.CANCELLED
    )
    tomorrow = inquiry(at(22), agency_kind=AgencyKind.POLICE)

    assert found(cancelled, tomorrow) == {}


def test_alarms_stand_before_watches():
    alike = {"product_code": "P1", "category": Category.CONTRACT}
    press = inquiry(at(20), agency_kind=AgencyKind.PRESS)

    levels = [
        one.level
        for one in found(
            inquiry(at(20), **alike), inquiry(at(20), **alike), press
        ).values()
    ]

    assert levels == [Level.ALARM, Level.WATCH]
