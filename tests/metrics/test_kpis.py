"""Each KPI by an example to check by hand, a blank day and a zero denominator."""

from __future__ import annotations

import pandas as pd
import pytest

from lib.metrics.figures import TYPED, between, figures, of_centre
from lib.metrics.kpis import (
    FIGURES,
    KPIS,
    Better,
    Kpi,
    Lack,
    Unit,
    by_centre,
    daily,
    kpi,
    measured,
    total,
    value,
    value_of_day,
)
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Setting
from lib.schema.tables import table
from lib.schema.vocab import (
    AnswerRateMethod,
    Change,
    ComplaintKind,
    ComplaintStatus,
    Medium,
    SecondaryCause,
    Temper,
    UtilisationMethod,
)
from lib.settings.worth import FURTHER_ORDERS, UNIT_PRICE
from tests.metrics.rows import (
    NOW,
    activity,
    at,
    calls,
    centre,
    complaint,
    day,
    escalation,
    frames,
    inquiry,
    kpi_day,
)

MONDAY, TUESDAY, WEDNESDAY = day(16), day(17), day(18)


def of(*rows) -> pd.DataFrame:
    return figures(frames(rows), NOW, day(21))


EXAMPLES = {
    # code: counts of Monday, counts of Tuesday, value over both by hand
    "offered": ({"offered": 100}, {"offered": 40}, 140),
    "answered": ({"answered": 90}, {"answered": 40}, 130),
    "abandoned": ({"abandoned": 10}, {"abandoned": 0}, 10),
    "answer_rate": (
        {"offered": 100, "answered": 60},
        {"offered": 20, "answered": 18},
        78 / 120,
    ),
    "worst_hour_answer_rate": (
        {"worst_offered": 20, "worst_answered": 6},
        {"worst_offered": 10, "worst_answered": 8},
        0.3,
    ),
    "abandonment_rate": (
        {"offered": 100, "abandoned": 40},
        {"offered": 20, "abandoned": 2},
        42 / 120,
    ),
    "service_level": (
        {"offered": 100, "short_abandoned": 5, "answered_in_time": 76},
        {"offered": 20, "short_abandoned": 1, "answered_in_time": 19},
        95 / 114,
    ),
    "short_abandonment_rate": (
        {"offered": 100, "short_abandoned": 5},
        {"offered": 20, "short_abandoned": 4},
        9 / 120,
    ),
    "ivr_abandonment_rate": (
        {"offered": 90, "ivr_abandoned": 10},
        {"offered": 300, "ivr_abandoned": 0},
        10 / 400,
    ),
    "service_level_of_offered": (
        {"offered": 100, "answered_in_time": 76},
        {"offered": 20, "answered_in_time": 19},
        95 / 120,
    ),
    "service_level_of_answered": (
        {"answered": 80, "answered_in_time": 76},
        {"answered": 20, "answered_in_time": 10},
        86 / 100,
    ),
    "callbacks_undone": (
        {"callbacks_promised": 8, "callbacks_done": 6},
        {"callbacks_promised": 2, "callbacks_done": 2},
        2,
    ),
    "average_wait": (
        {"answered": 60, "wait_seconds": 1800},
        {"answered": 20, "wait_seconds": 200},
        25,
    ),
    "average_talk": (
        {"answered": 60, "talk_seconds": 18000},
        {"answered": 20, "talk_seconds": 2000},
        250,
    ),
    "average_hold": (
        {"answered": 60, "hold_seconds": 1200},
        {"answered": 20, "hold_seconds": 800},
        25,
    ),
    "average_acw": (
        {"answered": 60, "acw_seconds": 6000},
        {"answered": 20, "acw_seconds": 400},
        80,
    ),
    "average_handling": (
        {
            "answered": 60,
            "talk_seconds": 18000,
            "hold_seconds": 600,
            "acw_seconds": 5400,
        },
        {"answered": 20, "talk_seconds": 2000, "hold_seconds": 0, "acw_seconds": 400},
        26400 / 80,
    ),
    "calls_per_hour": (
        {"answered": 60, "staffed_minutes": 480},
        {"answered": 20, "staffed_minutes": 120},
        8,
    ),
    "occupancy": (
        {
            "talk_seconds": 600,
            "hold_seconds": 100,
            "acw_seconds": 100,
            "idle_seconds": 200,
        },
        {"talk_seconds": 100, "hold_seconds": 0, "acw_seconds": 0, "idle_seconds": 300},
        900 / 1400,
    ),
    "utilisation": (
        {
            "talk_seconds": 12000,
            "acw_seconds": 3000,
            "idle_seconds": 5000,
            "staffed_minutes": 400,
        },
        {
            "talk_seconds": 1000,
            "acw_seconds": 0,
            "idle_seconds": 3000,
            "staffed_minutes": 100,
        },
        24000 / 30000,
    ),
    "first_resolution": (
        {"answered": 60, "resolved_first": 45},
        {"answered": 20, "resolved_first": 19},
        64 / 80,
    ),
    "callback_rate": (
        {"answered": 60, "callbacks_promised": 7},
        {"answered": 20, "callbacks_promised": 1},
        0.1,
    ),
    "callbacks_kept": (
        {"callbacks_promised": 8, "callbacks_done": 6},
        {"callbacks_promised": 2, "callbacks_done": 2},
        0.8,
    ),
    "overflow_rate": (
        {"offered": 90, "overflowed": 10},
        {"offered": 20, "overflowed": 0},
        10 / 120,
    ),
    "cancel_requests": ({"cancel_requests": 12}, {"cancel_requests": 3}, 15),
    "retention_offer_rate": (
        {"cancel_requests": 12, "retention_excluded": 2, "retention_offers": 5},
        {"cancel_requests": 5, "retention_excluded": 0, "retention_offers": 4},
        9 / 15,
    ),
    "retention_success": (
        {"retention_offers": 8, "retention_kept": 2},
        {"retention_offers": 2, "retention_kept": 2},
        0.4,
    ),
    "retention_overall": (
        {"cancel_requests": 12, "retention_excluded": 2, "retention_kept": 2},
        {"cancel_requests": 20, "retention_excluded": 0, "retention_kept": 3},
        5 / 30,
    ),
    "retention_confirmed_rate": (
        {"retention_kept": 6, "retention_confirmed": 3},
        {"retention_kept": 2, "retention_confirmed": 2},
        5 / 8,
    ),
    "consumer_centre_calls": (
        {"consumer_centre_calls": 2},
        {"consumer_centre_calls": 0},
        2,
    ),
    "orders": ({"orders": 300}, {"orders": 20}, 320),
    "shipments": ({"shipments": 280}, {"shipments": 0}, 280),
    "mails_received": ({"mails_received": 9}, {"mails_received": 4}, 13),
}
"""KPIs whose counts all stand in 日次KPI."""


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_value_of_two_days_is_the_sum_over_the_sum(code):
    monday, tuesday, expected = EXAMPLES[code]

    days = of(kpi_day(MONDAY, **monday), kpi_day(TUESDAY, **tuesday))

    assert value(kpi(code), days) == pytest.approx(expected)


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_blank_day_is_missing_not_zero(code):
    """A day without figures, and a day with only half of them, change nothing."""
    monday, tuesday, expected = EXAMPLES[code]
    half = dict([next(iter(monday.items()))]) if len(monday) > 1 else {}

    days = of(
        kpi_day(MONDAY, **monday),
        kpi_day(TUESDAY, **tuesday),
        kpi_day(WEDNESDAY, **half),
    )

    assert value(kpi(code), days) == pytest.approx(expected)
    assert pd.isna(daily(kpi(code), days, [WEDNESDAY]).iloc[0])


@pytest.mark.parametrize(
    "code", [c for c in EXAMPLES if dict(kpi(c).ratios).popitem()[1].denominator]
)
def test_nothing_divided_by_nothing_is_no_value(code):
    zeros = dict.fromkeys(EXAMPLES[code][0], 0)

    days = of(kpi_day(MONDAY, **zeros))

    assert value(kpi(code), days) is None
    assert pd.isna(daily(kpi(code), days, [MONDAY]).iloc[0])


@pytest.mark.parametrize(
    "code",
    [c for c in EXAMPLES if kpi(c).ratio().denominator and not kpi(c).lowest],
)
def test_no_example_would_pass_with_the_mean_of_its_days(code):
    monday, tuesday, expected = EXAMPLES[code]
    days = of(kpi_day(MONDAY, **monday), kpi_day(TUESDAY, **tuesday))

    mean = daily(kpi(code), days, [MONDAY, TUESDAY]).mean()

    assert mean != pytest.approx(expected)


@pytest.mark.parametrize("code", [c for c in EXAMPLES if not kpi(c).company])
def test_two_centres_that_count_alike_are_the_sum_over_the_sum(code):
    first, second, expected = EXAMPLES[code]

    days = of(
        kpi_day(MONDAY, "C1", **first),
        kpi_day(MONDAY, "C2", **second),
        centre("C1"),
        centre("C2"),
    )

    found = total(kpi(code), days)
    assert found.value.number == pytest.approx(expected)
    assert found.note is None


DEFINED_BY = {
    "answer_rate_method": (
        AnswerRateMethod.ALL_OFFERED,
        AnswerRateMethod.WITHOUT_SHORT,
    ),
    "utilisation_method": (UtilisationMethod.A, UtilisationMethod.B),
    "service_level_seconds": (20, 30),
    "short_abandon_seconds": (5, 10),
}


@pytest.mark.parametrize(
    ("code", "field"),
    [
        (entry.code, field)
        for entry in KPIS
        for field in ({entry.chosen_by, *entry.alike} - {""})
    ],
)
def test_two_centres_with_different_definitions_are_never_silently_added_up(
    code, field
):
    """Each stands by itself; both together are brought to one way, or have no value."""
    entry = kpi(code)
    first, second, expected = EXAMPLES[code]
    blanks = dict.fromkeys(entry.columns, 0)
    # Whose short abandons are left in does not ask from how many seconds on.
    shared = (
        {"answer_rate_method": AnswerRateMethod.WITHOUT_SHORT}
        if entry.chosen_by == "answer_rate_method"
        else {}
    )
    one, other = DEFINED_BY[field]
    days = of(
        kpi_day(MONDAY, "C1", **{**blanks, **first}),
        kpi_day(MONDAY, "C2", **{**blanks, **second}),
        centre("C1", **{**shared, field: one}),
        centre("C2", **{**shared, field: other}),
    )

    assert measured(entry, days).lack is Lack.MIXED
    assert all(found.number for found in by_centre(entry, days, ["C1", "C2"]).values())
    whole = total(entry, days)
    assert whole.note is not None
    if entry.common:
        assert whole.value.number == pytest.approx(expected)
    else:
        assert whole.value.lack is Lack.MIXED


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_day_being_typed_has_the_value_it_will_have_once_saved(code):
    monday, tuesday, _expected = EXAMPLES[code]
    zeros = dict.fromkeys(monday, 0)
    half = dict([next(iter(monday.items()))]) if len(monday) > 1 else {}
    for counts in (monday, tuesday, zeros, half):
        row = kpi_day(MONDAY, **counts)

        typed = value_of_day(kpi(code), row.values())

        assert typed == pytest.approx(value(kpi(code), of(row)))


def test_a_day_being_typed_follows_the_method_of_the_centre():
    row = kpi_day(MONDAY, offered=100, answered=90, short_abandoned=4)

    without = value_of_day(
        kpi("answer_rate"), row.values(), AnswerRateMethod.WITHOUT_SHORT.value
    )

    assert without == pytest.approx(90 / 96)


def test_every_kpi_of_the_daily_sheet_has_an_example():
    typed = {
        entry.code
        for entry in KPIS
        if set(dict(entry.ratios).popitem()[1].columns) <= set(TYPED)
    }

    assert typed == set(EXAMPLES)


def test_the_rate_of_a_period_is_not_the_mean_of_its_days():
    """Mean of days: (60 % + 90 %) / 2 = 75 %. Of the 120 callers 78 got through: 65 %."""
    days = of(calls(MONDAY, 100, 60), calls(TUESDAY, 20, 18))

    by_day = daily(kpi("answer_rate"), days, [MONDAY, TUESDAY])

    assert by_day.tolist() == pytest.approx([0.6, 0.9])
    assert value(kpi("answer_rate"), days) == pytest.approx(0.65)


def test_short_abandons_leave_the_answer_rate_where_the_centre_says_so():
    """90 of 100 answered, 4 hung up at once: 90/100, or 90/96."""
    rows = [kpi_day(MONDAY, offered=100, answered=90, short_abandoned=4)]

    usual = of(*rows, centre(answer_rate_method=AnswerRateMethod.ALL_OFFERED))
    without = of(*rows, centre(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT))

    assert value(kpi("answer_rate"), usual) == pytest.approx(0.9)
    assert value(kpi("answer_rate"), without) == pytest.approx(90 / 96)


def test_an_unknown_number_of_short_abandons_is_not_taken_for_none():
    days = of(
        calls(MONDAY, 100, 90),
        centre(answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
    )

    assert value(kpi("answer_rate"), days) is None


def test_centres_that_count_differently_are_never_added_up():
    rows = [
        calls(MONDAY, 100, 90),
        kpi_day(MONDAY, "C2", offered=9, answered=9, short_abandoned=0),
    ]
    differing = of(
        *rows,
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
    )
    alike = of(*rows, centre("C1"), centre("C2"))

    assert value(kpi("answer_rate"), differing) is None
    assert pd.isna(daily(kpi("answer_rate"), differing, [MONDAY]).iloc[0])
    assert value(kpi("answer_rate"), alike) == pytest.approx(99 / 109)


def test_a_total_over_differing_centres_says_how_they_were_brought_together():
    """By their own ways 90/100 and 9/8; brought to 「含む」 99 of 110 got through."""
    days = of(
        calls(MONDAY, 100, 90),
        kpi_day(MONDAY, "C2", offered=10, answered=9, short_abandoned=2),
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
    )

    found = total(kpi("answer_rate"), days)
    own = daily(kpi("answer_rate"), days, [MONDAY], found.method)

    assert found.value.number == pytest.approx(99 / 110)
    assert "「含む」の方式にそろえて" in found.note.text()
    assert own.tolist() == pytest.approx([99 / 110])


def test_centres_that_count_alike_have_a_total_without_a_note():
    days = of(calls(MONDAY, 100, 90), calls(MONDAY, 10, 9, "C2"))

    found = total(kpi("answer_rate"), days)

    assert found.value.number == pytest.approx(99 / 110)
    assert (found.method, found.note) == ("", None)


def test_utilisation_has_no_total_over_centres_that_count_differently():
    work = {"talk_seconds": 60, "hold_seconds": 0, "acw_seconds": 0, "idle_seconds": 0}
    days = of(
        kpi_day(MONDAY, staffed_minutes=2, **work),
        kpi_day(MONDAY, "C2", staffed_minutes=2, **work),
        centre("C1", utilisation_method=UtilisationMethod.A),
        centre("C2", utilisation_method=UtilisationMethod.B),
    )

    found = total(kpi("utilisation"), days)

    assert found.value.number is None
    assert found.value.lack is Lack.MIXED
    assert "合算しません" in found.note.text()


@pytest.mark.parametrize("seconds", ["service_level_seconds", "short_abandon_seconds"])
def test_calls_within_20_and_within_30_seconds_are_not_one_share(seconds):
    counts = {"offered": 50, "short_abandoned": 0, "answered_in_time": 40}
    rows = [kpi_day(MONDAY, **counts), kpi_day(MONDAY, "C2", **counts)]

    alike = of(*rows, centre("C1"), centre("C2"))
    differing = of(*rows, centre("C1"), centre("C2", **{seconds: 30}))

    assert value(kpi("service_level"), alike) == pytest.approx(0.8)
    assert measured(kpi("service_level"), differing).lack is Lack.MIXED
    assert pd.isna(daily(kpi("service_level"), differing, [MONDAY]).iloc[0])


def test_short_abandons_do_not_part_centres_that_leave_them_in():
    """Their seconds differ, but neither takes short abandons away."""
    days = of(
        calls(MONDAY, 100, 90),
        calls(MONDAY, 10, 9, "C2"),
        centre("C1"),
        centre("C2", short_abandon_seconds=10),
    )

    assert value(kpi("answer_rate"), days) == pytest.approx(99 / 110)


@pytest.mark.parametrize(
    ("rows", "lack"),
    [
        ((), Lack.BLANK),
        ((kpi_day(MONDAY, offered=5),), Lack.BLANK),
        ((calls(MONDAY, 0, 0),), Lack.NOTHING),
        ((calls(MONDAY, 10, 9),), None),
    ],
)
def test_a_missing_value_says_why_it_is_missing(rows, lack):
    found = measured(kpi("answer_rate"), of(*rows))

    assert found.lack is lack
    assert (found.number is None) == (lack is not None)
    reason = found.reason(kpi("answer_rate"))
    assert (reason.text() if reason else None) == (lack.value if lack else None)


def test_too_small_a_denominator_is_named_with_its_floor():
    found = measured(kpi("referral_rate"), of(inquiry(at(16)), shipped(499)))

    assert found.lack is Lack.FEW
    assert "500" in found.reason(kpi("referral_rate")).text()


def test_utilisation_follows_the_method_of_the_centre():
    """A: (6000 + 1000 + 2000) / 12000. B: (6000 + 500 + 1000) / 12000."""
    row = kpi_day(
        MONDAY,
        talk_seconds=6000,
        hold_seconds=500,
        acw_seconds=1000,
        idle_seconds=2000,
        staffed_minutes=200,
    )

    a = of(row, centre(utilisation_method=UtilisationMethod.A))
    b = of(row, centre(utilisation_method=UtilisationMethod.B))

    assert value(kpi("utilisation"), a) == pytest.approx(0.75)
    assert value(kpi("utilisation"), b) == pytest.approx(0.625)


def test_a_blank_number_of_excluded_cancellations_takes_nothing_away():
    days = of(kpi_day(MONDAY, cancel_requests=10, retention_offers=5))

    assert value(kpi("retention_offer_rate"), days) == pytest.approx(0.5)


def test_more_excluded_than_asked_for_is_not_counted():
    days = of(
        kpi_day(MONDAY, cancel_requests=2, retention_excluded=5, retention_offers=1),
        kpi_day(TUESDAY, cancel_requests=4, retention_excluded=0, retention_offers=1),
    )

    assert value(kpi("retention_offer_rate"), days) == pytest.approx(0.25)


def test_a_quiet_hour_cannot_be_the_worst():
    days = of(
        kpi_day(MONDAY, worst_offered=9, worst_answered=0),
        kpi_day(TUESDAY, worst_offered=10, worst_answered=5),
    )

    assert value(kpi("worst_hour_answer_rate"), days) == pytest.approx(0.5)
    assert pd.isna(daily(kpi("worst_hour_answer_rate"), days, [MONDAY]).iloc[0])


# Events of the ledgers -------------------------------------------------------


def shipped(count: int, on=MONDAY):
    return kpi_day(on, COMPANY, shipments=count)


def test_complaints_are_divided_by_the_shipments_of_the_same_days():
    """3 complaints on 1,000 shipments; Tuesday's shipments are unknown, so its too."""
    days = of(
        complaint(at(16)),
        complaint(at(16), received_centre="C2"),
        complaint(at(16), received_centre=COMPANY),
        complaint(at(17)),
        complaint(at(16), status=ComplaintStatus.CANCELLED),
        shipped(1000),
    )

    assert value(kpi("complaint_rate"), days) == pytest.approx(3.0)
    assert value(kpi("complaints"), days) == 4


def test_a_day_without_complaints_counts_as_none_once_the_ledger_began():
    days = of(
        complaint(at(17)),
        shipped(500, MONDAY),
        shipped(500, TUESDAY),
        shipped(500, WEDNESDAY),
    )

    by_day = daily(kpi("complaints"), days, [MONDAY, TUESDAY, WEDNESDAY])

    assert pd.isna(by_day.iloc[0])
    assert by_day.iloc[1:].tolist() == [1, 0]
    assert value(kpi("complaint_rate"), days) == pytest.approx(1.0)


def test_no_shipments_give_no_complaint_rate():
    assert value(kpi("complaint_rate"), of(complaint(at(16)), shipped(0))) is None


def test_second_complaints_are_a_share_of_all():
    days = of(
        *(complaint(at(16)) for _ in range(3)),
        complaint(at(16), kind=ComplaintKind.SECOND, received_centre="C2"),
    )

    assert value(kpi("second_complaint_rate"), days) == pytest.approx(0.25)
    assert value(kpi("second_complaint_rate"), of(shipped(1))) is None


def test_a_second_complaint_nobody_could_prevent_is_counted_apart():
    """4 complaints, 2 of them second, 1 of these hostile from the first word."""
    hostile = complaint(at(16), kind=ComplaintKind.SECOND, temper=Temper.HOSTILE)
    days = of(
        complaint(at(16)),
        complaint(at(16)),
        complaint(at(16), kind=ComplaintKind.SECOND),
        hostile,
    )

    assert value(kpi("second_complaint_rate"), days) == pytest.approx(0.25)
    assert value(kpi("hostile_seconds"), days) == 1


def test_a_written_cause_stands_above_the_temper():
    angry = complaint(at(16), kind=ComplaintKind.SECOND, temper=Temper.HOSTILE)
    ours = escalation(angry, at(16, 11), secondary_cause=SecondaryCause.MANNERS)

    days = of(complaint(at(16)), angry, ours)

    assert value(kpi("second_complaint_rate"), days) == pytest.approx(0.5)
    assert value(kpi("hostile_seconds"), days) == 0


def test_escalations_are_divided_by_the_calls_of_the_centre_that_took_them():
    first, other = complaint(at(16)), complaint(at(16), received_centre=COMPANY)
    days = of(
        calls(MONDAY, 60, 50),
        first,
        other,
        escalation(first, at(16, 11)),
        escalation(other, at(16, 11)),
    )

    assert value(kpi("escalation_rate"), days) == pytest.approx(1 / 50)
    assert value(kpi("escalation_rate"), of(first, escalation(first, at(16)))) is None
    assert "自社で受けた苦情は" in kpi("escalation_rate").edge


def test_a_case_that_only_changed_time_or_place_was_not_escalated():
    first = complaint(at(16))
    later = escalation(first, at(16, 11), changes=(Change.TIME, Change.PLACE))
    above = escalation(first, at(16, 12), changes=(Change.PERSON, Change.TIME))

    assert value(kpi("escalation_rate"), of(calls(MONDAY, 60, 50), first, later)) == 0
    both = of(calls(MONDAY, 60, 50), first, later, above)
    assert value(kpi("escalation_rate"), both) == pytest.approx(1 / 50)


def test_referrals_are_cases_on_the_day_of_first_contact():
    days = of(inquiry(at(16), repeat_contacts=3), inquiry(at(17)))

    assert value(kpi("referrals"), days) == 2
    assert daily(kpi("referrals"), days, [MONDAY, TUESDAY, WEDNESDAY]).tolist() == [
        1,
        1,
        0,
    ]


def test_the_referral_rate_looks_back_over_28_days_of_shipments():
    """2 cases on 400 + 600 shipments; those of October 20 are too old on November 17."""
    rows = [
        inquiry(at(16)),
        inquiry(at(17)),
        shipped(9000, day(20, 10)),
        shipped(400, MONDAY),
        shipped(600, TUESDAY),
    ]
    days = of(*rows, complaint(at(1)))

    by_day = daily(kpi("referral_rate"), days, [MONDAY, TUESDAY])

    assert pd.isna(by_day.iloc[0])  # 400 shipments are too few for a rate
    assert by_day.iloc[1] == pytest.approx(2.0)
    # A card divides the sums of the days it is given, as its words say.
    tuesday = days[days["date"] == pd.Timestamp(TUESDAY)]
    assert value(kpi("referral_rate"), tuesday) == pytest.approx(1 / 600 * 1000)
    assert "見ている期間の合計どうし" in kpi("referral_rate").words


def test_few_shipments_give_a_count_but_no_rate():
    days = of(inquiry(at(16)), shipped(499))

    result = measured(kpi("referral_rate"), days)

    assert result.number is None
    assert (result.numerator, result.denominator) == (1, 499)


def test_a_case_known_before_the_centre_rang_was_foreseen():
    known = complaint(at(10))
    days = of(known, inquiry(at(16), complaint_id=known.id), inquiry(at(16)))

    assert value(kpi("foreseen_rate"), days) == pytest.approx(0.5)
    assert value(kpi("foreseen_rate"), of(known)) is None


def test_the_share_of_kept_promises_counts_those_whose_time_has_come():
    kept = complaint(at(16), next_promise_at=at(17, 10))
    broken = complaint(at(16), next_promise_at=at(17, 10))
    coming = complaint(at(16), next_promise_at=at(30))
    days = of(
        kept,
        broken,
        coming,
        activity(kept, at(17, 9), medium=Medium.CALL_OUT),
        activity(broken, at(17, 11), medium=Medium.CALL_OUT),
    )

    assert value(kpi("promises_kept_rate"), days) == pytest.approx(0.5)
    assert value(kpi("promises_kept_rate"), of(coming)) is None


def test_a_promise_is_forgotten_until_something_reaches_the_customer():
    late = complaint(at(16), next_promise_at=at(17, 10))
    forgotten = complaint(at(16), next_promise_at=at(17, 10))
    coming = complaint(at(16), next_promise_at=at(30))
    days = of(
        late, forgotten, coming, activity(late, at(18, 9), medium=Medium.CALL_OUT)
    )

    assert value(kpi("promises_forgotten"), days) == 1
    assert daily(kpi("promises_forgotten"), days, [TUESDAY]).tolist() == [1]


# An estimate -----------------------------------------------------------------


NEW_YEAR = day(1, 1)


def worth(setting, number, since=NEW_YEAR):
    return Setting(
        group=setting.group, name=setting.name, effective_from=since, value=number
    )


def test_the_worth_of_those_who_stayed_is_their_number_times_two_settings():
    """3 x 4,000 yen x 2 on Monday; from Tuesday the price is 5,000: 2 x 5,000 x 2."""
    days = of(
        kpi_day(MONDAY, retention_confirmed=3),
        kpi_day(TUESDAY, retention_confirmed=2),
        kpi_day(WEDNESDAY),
        worth(UNIT_PRICE, "4,000"),
        worth(UNIT_PRICE, "5000", TUESDAY),
        worth(FURTHER_ORDERS, "2"),
    )

    assert value(kpi("retention_worth"), days) == 44_000
    assert kpi("retention_worth").is_estimate
    assert kpi("retention_worth").symbol() == "継続確認数 × 平均単価 × 平均追加回数"


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (worth(UNIT_PRICE, "4000"),),
        (worth(UNIT_PRICE, "たぶん4000"), worth(FURTHER_ORDERS, "2")),
        (worth(UNIT_PRICE, "4000"), worth(FURTHER_ORDERS, "2", TUESDAY)),
    ],
)
def test_nothing_is_estimated_while_a_setting_is_open(rows):
    days = of(kpi_day(MONDAY, retention_confirmed=3), *rows)

    assert value(kpi("retention_worth"), days) is None


# What a figure says about itself ---------------------------------------------


@pytest.mark.parametrize("entry", FIGURES, ids=lambda entry: entry.code)
def test_every_figure_says_what_it_is(entry):
    assert entry.name
    assert all(t.endswith("。") for t in (entry.words, entry.edge, entry.origin))
    assert entry.symbol()
    assert entry.version >= 1
    assert not (entry.better is Better.NONE and entry.target is not None)


@pytest.mark.parametrize(
    "entry", [e for e in FIGURES if isinstance(e, Kpi)], ids=lambda entry: entry.code
)
def test_every_kpi_says_its_formula_in_symbols(entry):
    assert ("÷" in entry.symbol()) == bool(entry.ratio().denominator)
    assert not (entry.is_share and entry.factor != 1)
    assert (entry.unit is Unit.PER_THOUSAND) == (entry.factor == 1000)


def test_the_symbols_follow_the_columns_that_are_computed():
    assert kpi("answer_rate").symbol() == "応答数 ÷ 着信数 × 100"
    assert (
        kpi("answer_rate").symbol(AnswerRateMethod.WITHOUT_SHORT.value)
        == "応答数 ÷ (着信数 − 短時間放棄数) × 100"
    )
    assert (
        kpi("utilisation").symbol(UtilisationMethod.B.value)
        == "(通話秒合計 + 保留秒合計 + 後処理秒合計) ÷ (勤務分合計 × 60) × 100"
    )
    assert kpi("complaint_rate").symbol() == "苦情件数 ÷ 出荷件数 × 1,000"
    assert kpi("offered").symbol() == "着信数"


def test_codes_are_unique_and_rows_are_tables():
    codes = [entry.code for entry in FIGURES]
    names = [entry.name for entry in FIGURES]

    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)
    assert all(table(entry.rows) for entry in FIGURES)
    # In 設定 a target is named after its figure, 「・」 and the centre.
    assert not any("・" in name for name in names)


def test_everything_can_be_asked_of_an_empty_store():
    days = of()

    assert days.empty
    assert [value(entry, days) for entry in KPIS] == [None] * len(KPIS)
    assert all(daily(entry, days, [MONDAY]).isna().all() for entry in KPIS)


@pytest.mark.parametrize("entry", KPIS, ids=lambda entry: entry.code)
def test_the_values_of_all_centres_at_once_are_those_of_each(entry):
    counts = {name: 40 for name in entry.columns if name in TYPED}
    days = of(
        kpi_day(MONDAY, "C1", **counts),
        kpi_day(TUESDAY, "C1", **counts),
        kpi_day(MONDAY, "C2", **counts),
        complaint(at(16)),
    )

    found = by_centre(entry, days, ["C1", "C2"])

    if not entry.company:
        assert found == {
            code: measured(entry, of_centre(days, code)) for code in ("C1", "C2")
        }


def test_figures_can_be_narrowed_to_a_time_and_a_centre():
    days = of(calls(MONDAY, 5, 5), calls(TUESDAY, 7, 7), calls(TUESDAY, 9, 9, "C2"))

    narrowed = of_centre(between(days, TUESDAY, WEDNESDAY), "C2")

    assert narrowed["offered"].tolist() == [9]
