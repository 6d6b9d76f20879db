"""What changed and since when, on days whose figures one can count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import i18n
from lib.metrics.figures import figures
from lib.metrics.movers import (
    NOTHING,
    TOO_SOON,
    WATCHED,
    Against,
    compared,
    moves,
    moves_between,
)
from lib.metrics.series import ALL
from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import AnswerRateMethod
from tests.metrics.rows import (
    NOW,
    at,
    calls,
    centre,
    complaint,
    day,
    frames,
    inquiry,
    kpi_day,
)

LAST = day(20)
"""A Friday."""

NO_CHANGE = "ふだんの揺れを超える動きはありません。"


def back(days):
    return LAST - timedelta(days=days)


def steady(days=118, *, code="C1", offered=100, answered=90, until=0):
    """Return rows for the days up to `until` days before the last."""
    return [calls(back(n), offered, answered - n % 3, code) for n in range(until, days)]


def of(*rows, centres=("C1",), codes=("answer_rate", "offered")):
    masters = [centre(code) for code in centres]
    given = frames([*rows, *masters])
    days = figures(given, NOW, LAST)
    return moves(days, masters, LAST, codes)


def test_steady_days_are_no_news():
    found = of(*steady())

    assert found.found == ()
    assert [r.text() for r in found.sentences()] == [NO_CHANGE]


def test_a_fall_of_the_answer_rate_is_told_with_the_day_it_began():
    """89 % until the 15th, 70 % on the five days since the 16th."""
    rows = [*steady(until=5), *(calls(back(n), 100, 70) for n in range(5))]

    (move,) = of(*rows).found

    assert (move.since, move.until, move.days) == (day(16), LAST, 5)
    assert move.now == pytest.approx(0.70)
    assert move.usual == pytest.approx(0.89, abs=0.002)
    assert move.is_worse
    assert (
        move.reason().text()
        == "C1センター: 11/16から応答率が下がっています: 70.0%(それまで89.0%)。"
    )


def test_a_single_day_is_told_as_a_single_day():
    rows = [*steady(until=1), calls(LAST, 100, 55)]

    (move,) = of(*rows).found

    assert move.reason().text() == (
        "C1センター: 11/20は応答率が低く55.0%でした(それまで89.0%)。"
    )


def test_what_is_over_again_is_no_news():
    """The bad week of the 6th to the 12th has passed; the last eight days are as ever."""
    rows = [
        *steady(until=15),
        *(calls(back(n), 100, 70) for n in range(8, 15)),
        *(calls(back(n), 100, 90 - n % 3) for n in range(8)),
    ]

    assert of(*rows).found == ()
    assert of(*rows[:-8], *(calls(back(n), 100, 70) for n in range(8))).found


def test_mondays_that_are_always_busy_are_no_rise():
    """160 calls every Monday, 100 on other days; the last day is a Monday."""
    last = day(16)
    rows = [
        calls(
            last - timedelta(days=n),
            160 if (last - timedelta(days=n)).weekday() == 0 else 100,
            95,
        )
        for n in range(118)
    ]
    masters = [centre("C1")]

    found = moves(
        figures(frames([*rows, *masters]), NOW, LAST), masters, last, ["offered"]
    )

    assert found.found == ()


def test_more_calls_than_usual_are_told_a_day():
    rows = [*steady(until=4), *(calls(back(n), 180, 160) for n in range(4))]

    (move,) = of(*rows, codes=["offered"]).found

    assert move.since == day(17)
    assert move.is_worse is None
    assert move.reason().text() == (
        "C1センター: 11/17から着信数が増えています: 1日180件(ふだんは100件)。"
    )


def test_a_lively_centre_needs_a_larger_difference_than_a_steady_one():
    """The same five days at 78 %: news after days of 89 %, none after 74 to 98 %."""
    fall = [calls(back(n), 100, 78) for n in range(5)]
    lively = [calls(back(n), 100, 74 + (n * 7) % 25) for n in range(5, 118)]

    assert len(of(*steady(until=5), *fall, codes=["answer_rate"]).found) == 1
    assert of(*lively, *fall, codes=["answer_rate"]).found == ()


def contacts(*offsets):
    return [inquiry(at(20) - timedelta(days=n)) for n in offsets]


def test_rare_cases_are_told_by_their_number_for_all_centres_together():
    """One every ten days, and then six within four days."""
    began = complaint(at(20) - timedelta(days=117))
    rows = [began, *contacts(*range(14, 110, 10)), *contacts(0, 0, 1, 2, 3, 3)]

    (move,) = of(*rows, codes=["referrals"]).found

    assert (move.centre, move.since) == (ALL, day(17))
    assert move.reason().text() == (
        "11/17からセンターからの連絡が増えています: 合わせて6件(ふだんなら0.4件)。"
    )


def test_a_rise_of_complaints_is_told_wherever_they_were_taken():
    """One a day, and then six a day from Wednesday on, half of them at head office."""
    before = [complaint(at(20) - timedelta(days=n)) for n in range(3, 118)]
    since = [
        complaint(at(20) - timedelta(days=n), received_centre=place)
        for n in range(3)
        for place in ("C1", "C1", "C1", COMPANY, COMPANY, COMPANY)
    ]

    (move,) = of(*before, *since, codes=WATCHED).found

    assert (move.entry.code, move.centre, move.is_worse) == ("complaints", ALL, True)
    assert move.reason().text() == (
        "11/18から苦情件数が増えています: 合わせて18件(ふだんなら3.0件)。"
    )
    assert of(*before, *since[::6], codes=WATCHED).found == ()


def test_cases_that_came_more_than_a_week_ago_are_no_news_today():
    began = complaint(at(20) - timedelta(days=117))
    rows = [began, *contacts(*range(24, 110, 10)), *contacts(8, 8, 9, 9, 10, 10)]

    assert of(*rows, codes=["referrals"]).found == ()


def test_two_cases_are_never_news():
    began = complaint(at(20) - timedelta(days=117))

    assert of(began, *contacts(0, 0), codes=["referrals"]).found == ()


def test_too_few_days_are_not_compared():
    found = of(*steady(days=30))

    assert found.judged == 0
    assert [r.message for r in found.sentences()] == [TOO_SOON]
    assert ("C1", "answer_rate") in found.unjudged


def test_a_centre_without_figures_for_a_week_is_not_judged():
    found = of(*steady(until=8), codes=["answer_rate"])

    assert found.judged == 0


def test_a_missing_centre_is_no_fall_of_the_total():
    """C2 has not entered the last day: 100 of 200 calls would look like a fall."""
    rows = [*steady(), *steady(code="C2", until=1)]

    found = of(*rows, centres=("C1", "C2"), codes=["offered"])

    assert found.found == ()


def test_a_total_repeats_no_centre_but_tells_what_only_all_together_show():
    fall = [*steady(until=3), *(calls(back(n), 100, 60) for n in range(3))]
    rows = [*fall, *steady(code="C2")]

    found = of(*rows, centres=("C1", "C2"), codes=["answer_rate"])

    assert [move.centre for move in found.found] == ["C1"]


def test_what_went_wrong_stands_first_and_the_clearest_before_the_rest():
    better = [
        *steady(until=5, answered=72),
        *(calls(back(n), 100, 99) for n in range(5)),
    ]
    worse = [
        *steady(until=5, code="C2"),
        *(calls(back(n), 100, 74, "C2") for n in range(5)),
    ]

    found = of(*better, *worse, centres=("C1", "C2"), codes=["answer_rate"])

    assert [m.centre for m in found.found if m.centre] == ["C2", "C1"]
    assert len(found.sentences(1)) == 1


# Looked back at from the end of a month --------------------------------------


def over(*rows, centres=("C1",), codes=("answer_rate",), first=None):
    masters = [centre(code) for code in centres]
    days = figures(frames([*rows, *masters]), NOW, LAST)
    return moves_between(days, masters, first or day(1), LAST, codes)


def bad_week(code="C1"):
    """Return days of 89 % with 70 % from the 6th to the 12th, over for eight days."""
    return [
        calls(back(n), 100, 70 if n in range(8, 15) else 90 - n % 3, code)
        for n in range(118)
    ]


def test_a_fall_that_has_passed_is_told_once_with_its_first_and_last_day():
    (move,) = over(*bad_week()).found

    assert of(*bad_week()).found == ()
    assert (move.since, move.until, move.is_over) == (day(6), day(12), True)
    assert move.now == pytest.approx(0.70)
    assert move.reason().text() == (
        "C1センター: 11/6から11/12まで応答率が下がっていました: 70.0%(それまで89.0%)。"
    )


def test_what_still_holds_on_the_last_day_is_told_as_the_last_day_tells_it():
    rows = [*steady(until=5), *(calls(back(n), 100, 70) for n in range(5))]

    assert over(*rows).found == of(*rows).found


def test_two_changes_of_one_month_are_told_apart():
    rows = [
        calls(back(n), 100, {**dict.fromkeys((0, 1), 60), 13: 60, 14: 60}.get(n, 90))
        for n in range(118)
    ]

    found = over(*rows).found

    assert {(m.since, m.until, m.is_over) for m in found} == {
        (day(6), day(7), True),
        (day(19), LAST, False),
    }


def test_rare_cases_of_the_middle_of_a_month_are_told_at_its_end():
    began = complaint(at(20) - timedelta(days=117))
    rows = [began, *contacts(*range(24, 110, 10)), *contacts(8, 8, 9, 9, 10, 10)]

    (move,) = over(*rows, codes=["referrals"]).found

    assert (move.since, move.until, move.is_over) == (day(10), day(12), True)
    assert "合わせて6件" in move.reason().text()


def test_what_was_over_before_the_month_began_is_not_told():
    assert over(*bad_week(), first=day(15)).found == ()


def test_looked_back_at_all_centres_together_repeat_no_centre():
    rows = [*bad_week(), *steady(code="C2")]

    found = over(*rows, centres=("C1", "C2"))

    assert [move.centre for move in found.found] == ["C1"]


def test_steady_days_stay_no_news_however_often_one_looks():
    found = over(*steady())

    assert found.found == ()
    assert [r.text() for r in found.sentences()] == [NO_CHANGE]


def test_sentences_speak_the_language_of_the_person(monkeypatch):
    rows = [*steady(until=5), *(calls(back(n), 100, 70) for n in range(5))]
    found = of(*rows)

    monkeypatch.setattr(i18n, "_language_now", lambda: "en")

    text = found.sentences()[0].text()
    assert "Answer rate" in text
    assert "11/16" in text
    assert NOTHING not in text


# Beside the days before ------------------------------------------------------


def beside(*rows, codes=("answer_rate", "offered"), **own):
    masters = [centre("C1"), centre("C2", **own)]
    days = figures(frames([*rows, *masters]), NOW, LAST)
    return {(c.entry.code, c.centre): c for c in compared(days, masters, LAST, codes)}


def test_the_last_day_stands_beside_the_same_weekday_and_three_periods():
    """Fridays 50/100 and 30/100; the week before 80/100 twice; far back 9/10."""
    found = beside(
        calls(LAST, 100, 60),
        calls(day(13), 100, 50),
        calls(day(6), 100, 30),
        calls(day(18), 100, 80),
        calls(day(19), 300, 240),
        calls(back(60), 10, 9),
    )[("answer_rate", "C1")]

    assert found.number == pytest.approx(0.6)
    assert found.before[Against.WEEKDAY] == pytest.approx(80 / 200)
    assert found.before[Against.WEEK] == pytest.approx(370 / 500)
    assert found.before[Against.MONTH] == pytest.approx(400 / 600)
    assert found.before[Against.QUARTER] == pytest.approx(409 / 610)


def test_counts_stand_beside_the_mean_of_the_days_that_are_known():
    found = beside(calls(LAST, 90, 60), calls(day(18), 40, 30), calls(day(19), 60, 50))

    assert found[("offered", "C1")].number == 90
    assert found[("offered", "C1")].before[Against.WEEK] == 50
    assert found[("offered", "C1")].before[Against.WEEKDAY] is None
    assert found[("offered", "C2")].number is None


def test_a_total_over_differing_centres_carries_its_note():
    found = beside(
        calls(LAST, 100, 90),
        kpi_day(LAST, "C2", offered=10, answered=9, short_abandoned=2),
        answer_rate_method=AnswerRateMethod.WITHOUT_SHORT,
    )

    whole = found[("answer_rate", ALL)]
    assert whole.number == pytest.approx(99 / 110)
    assert "そろえて" in whole.note.text()
    assert found[("answer_rate", "C2")].number == pytest.approx(9 / 8)
