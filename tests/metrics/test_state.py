"""平常・注意・警報・判定保留 by their plain rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import i18n
from lib.metrics.figures import figures
from lib.metrics.state import State, began, calls_state, referrals_state
from lib.schema.vocab import AgencyKind, AnswerRateMethod, Category, InquiryStatus
from tests.metrics.rows import NOW, at, calls, centre, complaint, day, frames, inquiry

TODAY = day(21)


def telephone(*rows, centres=None):
    of = centres or [centre("C1")]
    days = figures(frames([*rows, *of]), NOW, TODAY)
    return calls_state(days, of, TODAY)


@pytest.mark.parametrize(
    ("answered", "state"),
    [
        (90, State.NORMAL),
        (89, State.WATCH),
        (50, State.WATCH),
        (49, State.ALARM),
    ],
)
def test_the_latest_day_is_judged_against_the_target(answered, state):
    verdict = telephone(calls(day(20), 100, answered))

    assert verdict.state is state
    assert f"{answered}.0%" in verdict.reasons[0].text()
    assert "11/20" in verdict.reasons[0].text()


def test_three_days_running_below_80_percent_are_an_alarm():
    bad = [calls(day(n), 100, 79) for n in (18, 19, 20)]

    assert telephone(*bad).state is State.ALARM
    assert telephone(*bad[:2], calls(day(20), 100, 80)).state is State.WATCH
    assert telephone(*bad[1:]).state is State.WATCH


def test_a_day_with_few_calls_is_judged_by_its_week():
    """2 of 4 on the last day would be 50 %; the week is 38 of 40."""
    verdict = telephone(calls(day(19), 36, 36), calls(day(20), 4, 2))

    assert verdict.state is State.NORMAL
    assert "直近7日" in verdict.reasons[0].text()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [calls(day(13), 100, 10)],
        [calls(day(20), 19, 3)],
        [calls(day(20), 0, 0)],
    ],
)
def test_too_little_to_judge_holds_judgement_back(rows):
    assert telephone(*rows).state is State.PENDING


def test_a_rate_that_cannot_be_computed_holds_judgement_back():
    strict = centre("C1", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT)

    verdict = telephone(calls(day(20), 100, 90), centres=[strict])

    assert verdict.state is State.PENDING
    assert "短時間放棄数" in verdict.reasons[0].text()


def test_the_worst_centre_speaks_first():
    verdict = telephone(
        calls(day(20), 100, 95, "C1"),
        calls(day(20), 100, 70, "C2"),
        centres=[centre("C1"), centre("C2")],
    )

    assert (verdict.state, verdict.centre) == (State.WATCH, "C2")
    assert [r.text()[:2] for r in verdict.reasons] == ["C2", "C1"]


def test_without_centres_there_is_nothing_to_judge():
    assert calls_state(figures(frames(), NOW, TODAY), [], TODAY).state is State.PENDING


def test_a_centre_has_the_usual_target_where_it_names_none():
    free = centre("C1", target_answer_rate=None)

    assert telephone(calls(day(20), 100, 89), centres=[free]).state is State.WATCH


# Contacts from agencies ------------------------------------------------------


def contacts(*rows, history=True):
    start = complaint(at(1) - timedelta(days=90)) if history else complaint(at(10))
    given = frames([start, *rows])
    return referrals_state(given, TODAY, began(given))


def different(count, on=20, **values):
    """Return cases of different products, so that only their number speaks."""
    return [inquiry(at(on), product_code=f"P{n}", **values) for n in range(count)]


def test_no_contact_is_calm():
    verdict = contacts()

    assert verdict.state is State.NORMAL
    assert verdict.reasons[0].text() == "直近7日 0件(ふだんは週0.0件)。"


@pytest.mark.parametrize(
    ("count", "state"),
    [(1, State.NORMAL), (2, State.NORMAL), (3, State.WATCH), (5, State.ALARM)],
)
def test_a_rise_is_measured_against_the_own_weeks_with_a_floor(count, state):
    """8 cases in the 8 weeks before: usually 1 a week."""
    before = [
        inquiry(at(21) - timedelta(days=7 * week + 7), product_code=f"B{week}")
        for week in range(8)
    ]

    assert contacts(*before, *different(count)).state is state


def test_what_is_usual_for_a_large_company_is_no_rise():
    before = [
        inquiry(at(14) - timedelta(days=n), product_code=f"B{n}") for n in range(56)
    ]

    assert contacts(*before, *different(7)).state is State.NORMAL


def test_any_other_agency_is_an_alarm():
    verdict = contacts(inquiry(at(20), agency_kind=AgencyKind.HEALTH_OFFICE))

    assert verdict.state is State.ALARM
    assert "保健所" in verdict.reasons[1].text()


def test_a_case_brought_up_again_before_our_answer_is_an_alarm():
    again = inquiry(at(2), repeat_contacts=1)
    answered = inquiry(at(2), repeat_contacts=1, status=InquiryStatus.ANSWERED)

    assert contacts(again).state is State.ALARM
    assert contacts(answered).state is State.NORMAL


def test_two_alike_in_a_fortnight_need_watching():
    alike = {"product_code": "SERUM", "category": Category.CONTRACT}

    assert (
        contacts(inquiry(at(8), **alike), inquiry(at(20), **alike)).state is State.WATCH
    )
    assert (
        contacts(inquiry(at(6), **alike), inquiry(at(20), **alike)).state
        is State.NORMAL
    )


def test_cancelled_contacts_count_nowhere():
    gone = {"status": InquiryStatus.CANCELLED}

    assert contacts(*different(5, **gone)).reasons[0].details["count"] == 0


def test_without_28_days_of_history_only_the_fixed_rules_hold():
    assert contacts(*different(4), history=False).state is State.PENDING
    other = inquiry(at(20), agency_kind=AgencyKind.POLICE)
    assert contacts(other, history=False).state is State.ALARM


def test_reasons_speak_the_language_of_the_person(monkeypatch):
    monkeypatch.setattr(i18n, "_language_now", lambda: "en")

    assert "last 7 days" in contacts().reasons[0].text().lower()
