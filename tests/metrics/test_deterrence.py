"""抑止成功率 with what was heard in the 30 days after."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from lib import i18n
from lib.metrics.deterrence import Trace, deterrence, table_of, traces, weekly
from lib.metrics.figures import figures
from lib.metrics.state import State
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import (
    AgencyKind,
    Category,
    ComplaintStatus,
    InquiryStatus,
    Request,
    Resolution,
)
from lib.settings.claim_types import DEFAULTS
from tests.metrics.rows import at, complaint, day, frames, inquiry, kpi_day

FIRST, LAST = day(1, 9), day(30, 9)
TODAY = day(21)
NOW = at(21)


def talks(on, offers, kept, code="C1", **counts):
    return kpi_day(on, code, retention_offers=offers, retention_kept=kept, **counts)


def of(*rows, today=TODAY, place="", first=FIRST, last=LAST):
    given = frames(rows)
    days = figures(given, pd.Timestamp(NOW), TODAY)
    return deterrence(
        days, traces(given, DEFAULTS), first, last, today=today, centre=place
    )


def when(number, month=10):
    return at(1) + (date(2026, month, number) - day(1))


def blocked(number, month=10, **values):
    return complaint(when(number, month), claim_type="解約できない", **values)


def heard(found):
    return {trace: len(keys) for trace, keys in found.followed.keys.items()}


def test_the_rate_stands_with_what_followed_up_to_30_days_after_the_last_day():
    """20 of 40 stayed. Heard: on 9/2 and 10/30, not on 9/1 nor on 10/31."""
    counted = [blocked(2, 9), blocked(30)]
    found = of(
        talks(day(10, 9), 40, 20, cancel_requests=50, retention_excluded=10),
        *counted,
        blocked(1, 9),
        blocked(31),
    )

    assert found.success.number == pytest.approx(0.5)
    assert found.offers.number == pytest.approx(1.0)
    assert found.overall.number == pytest.approx(0.5)
    assert found.followed.until == day(30, 10)
    assert found.followed.is_complete
    assert found.followed.keys[Trace.BLOCKED] == (counted[1].id, counted[0].id)


def test_complaints_are_held_against_the_offers_of_as_many_days():
    """6 in 59 days; 40 offers in 30 days: (6 / 59) / (40 / 30) x 100."""
    found = of(talks(day(10, 9), 40, 20), *(blocked(n) for n in range(5, 11)))

    assert found.blocked_rate == pytest.approx(6 / 59 / (40 / 30) * 100)


@pytest.mark.parametrize(
    "values",
    [
        {"claim_type": "解約できない"},
        {"claim_type": "電話がつながらない"},
        {"content": "解約できないと言われた"},
        {"content": "何度かけても電話がまったくつながらない"},
        {"content": "解約をさせてくれない"},
        {"content": "しつこく引き止められた"},
    ],
)
def test_who_could_not_get_out_or_through_is_heard(values):
    found = of(complaint(when(5), **values))

    assert heard(found)[Trace.BLOCKED] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"content": "解約しました"},
        {"claim_type": "不良品"},
        {"claim_type": "解約できない", "status": ComplaintStatus.CANCELLED},
    ],
)
def test_other_complaints_are_not_heard(values):
    assert heard(of(complaint(when(5), **values)))[Trace.BLOCKED] == 0


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"category": Category.CONTRACT}, 1),
        ({"facts": "定期をやめたいのに応じない"}, 1),
        ({"demand": "解約に応じてほしい"}, 1),
        ({"category": Category.QUALITY, "facts": "割れていた"}, 0),
        ({"category": Category.CONTRACT, "status": InquiryStatus.CANCELLED}, 0),
        ({"category": Category.CONTRACT, "agency_kind": AgencyKind.PRESS}, 0),
    ],
)
def test_contacts_about_cancelling_are_heard(values, count):
    assert heard(of(inquiry(when(5), **values)))[Trace.REFERRAL] == count


# The very customers ----------------------------------------------------------


def wanted_out(number, month=9, **values):
    return complaint(when(number, month), request=Request.CANCELLATION, **values)


def test_customers_who_were_kept_are_followed_by_key_and_order():
    kept = wanted_out(10, customer_key="k1")
    ordered = wanted_out(11, order_number="A-1")
    again = complaint(when(5), customer_key="k1")
    other = complaint(when(6), order_number="A-1")

    found = of(kept, ordered, again, other, complaint(when(5), customer_key="k9"))

    assert set(found.followed.keys[Trace.KEPT_COMPLAINED]) == {again.id, other.id}


def test_a_customer_is_followed_for_30_days_and_only_if_kept():
    kept = wanted_out(10, customer_key="k1")
    late = complaint(when(11), customer_key="k1")
    let_go = wanted_out(10, customer_key="k2", resolution=Resolution.CANCELLATION)
    angry = complaint(when(5), customer_key="k2")
    first = complaint(when(5, 9), customer_key="k1")

    found = of(kept, late, let_go, angry, first)

    assert heard(found)[Trace.KEPT_COMPLAINED] == 0


def test_a_contact_about_a_customer_who_was_kept_is_found_by_case_and_order():
    kept = wanted_out(10, order_number="A-1")
    by_case = inquiry(when(2), complaint_id=kept.id, category=Category.OTHER)
    by_order = inquiry(when(3), order_number="A-1", category=Category.OTHER)

    found = of(kept, by_case, by_order)

    assert found.followed.keys[Trace.KEPT_REFERRED] == (by_order.id, by_case.id)
    assert table_of(Trace.KEPT_REFERRED) == "agency_inquiries"


# The warning -----------------------------------------------------------------


RISEN = (talks(day(10, 8), 100, 30), talks(day(10, 9), 100, 40))
STEADY = (talks(day(10, 8), 100, 40), talks(day(10, 9), 100, 40))
HIGH = (talks(day(10, 8), 100, 55), talks(day(10, 9), 100, 55))


@pytest.mark.parametrize(
    ("days", "complaints", "contacts", "state"),
    [
        (RISEN, 0, 0, State.NORMAL),
        (RISEN, 2, 0, State.NORMAL),
        (RISEN, 3, 0, State.ALARM),
        (RISEN, 0, 1, State.ALARM),
        (HIGH, 3, 0, State.ALARM),
        (HIGH, 0, 1, State.ALARM),
        (STEADY, 2, 1, State.NORMAL),
        (STEADY, 3, 0, State.WATCH),
        (STEADY, 0, 2, State.WATCH),
        (STEADY, 9, 9, State.WATCH),
    ],
)
def test_complaints_or_contacts_warn_and_beside_high_or_rising_success_alarm(
    days, complaints, contacts, state
):
    found = of(
        *days,
        *(blocked(5) for _ in range(complaints)),
        *(inquiry(when(6), category=Category.CONTRACT) for _ in range(contacts)),
    )

    assert found.verdict.state is state
    assert found.is_warning == (state is not State.NORMAL)


def test_what_was_heard_warns_before_the_days_are_over():
    heard_already = [blocked(5, 10) for _ in range(9)]

    found = of(*STEADY, *heard_already, today=day(15, 10))

    assert found.verdict.state is State.WATCH
    assert "10/30" in found.verdict.reasons[-1].text()


def test_a_low_rate_of_success_excuses_no_complaints():
    low = (talks(day(10, 8), 100, 10), talks(day(10, 9), 100, 10))

    found = of(*low, *(blocked(5) for _ in range(9)))

    texts = [reason.text() for reason in found.verdict.reasons]
    assert found.verdict.state is State.WATCH
    assert "10.0%" in texts[0]
    assert "高くも上がってもいません" in texts[0]
    assert "特定商取引法13条の2" in texts[2]


def test_a_few_complaints_of_very_many_talks_do_not_weigh():
    """3 in 59 days beside 1,000 offers in 30: 0.15 per 100."""
    many = (talks(day(10, 8), 1000, 300), talks(day(10, 9), 1000, 400))

    found = of(*many, *(blocked(5) for _ in range(3)))

    assert found.verdict.state is State.NORMAL


def test_the_warning_says_what_rose_what_was_heard_and_what_to_do():
    found = of(
        *RISEN,
        *(blocked(5) for _ in range(3)),
        inquiry(when(6), category=Category.CONTRACT),
    )

    texts = [reason.text() for reason in found.verdict.reasons]
    assert texts[0] == "抑止成功率が30.0%から40.0%に上がっています。"
    assert "苦情が3件" in texts[1]
    assert "連絡が1件" in texts[1]
    assert "特定商取引法13条の2" in texts[2]
    assert len(texts) == 3


def test_few_offers_hold_the_judgement_back():
    found = of(talks(day(10, 9), 29, 29), inquiry(when(6), category=Category.CONTRACT))

    assert found.verdict.state is State.PENDING
    assert "30件" in found.verdict.reasons[0].text()


def test_what_is_not_over_yet_is_said_to_be_so():
    found = of(*STEADY, today=day(15, 10))

    assert not found.followed.is_complete
    assert found.verdict.state is State.PENDING
    assert found.followed.days == 44
    assert "10/30" in found.verdict.reasons[-1].text()


def test_a_blank_month_has_no_rate_and_no_division_by_nothing():
    found = of(kpi_day(day(10, 9), offered=5))

    assert found.success.number is None
    assert found.blocked_rate is None
    assert found.verdict.state is State.PENDING


def test_a_centre_has_its_own_rate_and_the_company_s_complaints():
    elsewhere = blocked(5, received_centre=COMPANY)
    found = of(
        talks(day(10, 9), 40, 10),
        talks(day(10, 9), 40, 30, "C2"),
        elsewhere,
        place="C2",
    )

    assert found.success.number == pytest.approx(0.75)
    assert found.followed.keys[Trace.BLOCKED] == (elsewhere.id,)


def test_the_weeks_of_a_chart_are_the_same_figures():
    rows = [
        talks(day(10, 9), 40, 20),
        talks(day(17, 9), 50, 10),
        blocked(20, 9),
        inquiry(when(12), category=Category.CONTRACT),
    ]
    given = frames(rows)
    days = figures(given, pd.Timestamp(NOW), TODAY)

    weeks = weekly(
        days, traces(given, DEFAULTS), day(20, 9), today=day(19, 10), weeks=3
    )

    assert weeks["last"].tolist() == [
        day(20, 9) - timedelta(days=n) for n in (14, 7, 0)
    ]
    assert weeks["success"].tolist()[1:] == [0.5, 0.2]
    assert pd.isna(weeks["success"].iloc[0])
    assert weeks["blocked"].tolist() == [1, 1, 1]
    assert weeks["referrals"].tolist() == [0, 1, 1]
    assert weeks["is_complete"].tolist() == [True, True, False]
    for week in weeks.itertuples():
        alone = of(*rows, first=week.first, last=week.last, today=day(19, 10))
        assert alone.success.number == (None if pd.isna(week.success) else week.success)
        assert alone.followed.count(Trace.BLOCKED) == week.blocked
        assert alone.followed.count(Trace.REFERRAL) == week.referrals
        assert alone.followed.is_complete == week.is_complete


def test_the_words_follow_the_language_of_the_person(monkeypatch):
    found = of(*RISEN, inquiry(when(6), category=Category.CONTRACT))

    monkeypatch.setattr(i18n, "_language_now", lambda: "en")

    assert found.verdict.reasons[0].text().startswith("Retention success rose")
