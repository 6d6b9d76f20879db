"""How contacts stand today, in every state that a company may be in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from lib import clock
from lib.actions.risks.reading import Reading, reading
from lib.metrics.state import State
from lib.risk.detection import Level
from lib.risk.fixed import Rule
from lib.schema.masters import Setting
from lib.schema.record import Record
from lib.schema.vocab import AgencyKind, Category, InquiryStatus
from lib.settings import past_counts
from lib.settings.risk import MANY_A_WEEK, SENSITIVITY
from tests.actions.risks.company import (
    NOW,
    TODAY,
    back,
    contacts,
    orders,
    risen,
    steady,
)
from tests.metrics.rows import calls, complaint

Look = Callable[..., Reading]


@pytest.fixture
def look(desk, put) -> Look:
    def looked(*records: Record) -> Reading:
        if records:
            put(*records)
        return reading(desk, NOW)

    return looked


def setting(wanted, value: str) -> Setting:
    return Setting(
        group=wanted.group, name=wanted.name, effective_from=back(400), value=value
    )


NO_LINE = setting(MANY_A_WEEK, "")
"""So that only the counts speak."""


def words(found: Reading) -> str:
    return "".join(part.text() for part in found.sentence)


def test_a_steady_company_is_calm(look: Look) -> None:
    found = look(*steady(until=0), *orders())

    assert (found.state, found.level) == (State.NORMAL, Level.NORMAL)
    assert found.story is None
    assert found.usual_week == pytest.approx(5 / 3, abs=0.6)
    assert found.more_to_alarm is None or found.more_to_alarm > 0


def test_a_rise_is_an_alarm_with_its_likely_start_and_interval(look: Look) -> None:
    found = look(NO_LINE, *steady(), *risen(), *orders())

    assert (found.state, found.level) == (State.ALARM, Level.ALARM)
    assert found.story is not None
    assert found.story.start.first <= found.story.start.likely <= found.story.start.last
    assert abs((found.story.start.likely - back(12)).days) <= 4
    assert (
        found.story.numbers.low < found.story.numbers.ratio < found.story.numbers.high
    )
    assert found.story.raised_on <= (found.story.alarmed_on or TODAY)
    assert found.more_to_alarm == 0


def test_the_sentence_says_what_was_considered_and_never_why(look: Look) -> None:
    text = words(look(NO_LINE, *steady(), *risen(), *orders()))

    assert "注文数・曜日・祝日から見た平常" in text
    assert "入れていないもの: 広告・報道・季節" in text
    assert "この期間だけを見た場合" in text
    assert "90%の幅" in text
    assert "原因" not in text
    assert "必ず" not in text


def test_without_orders_the_sentence_says_so(look: Look) -> None:
    found = look(NO_LINE, *steady(), *risen())

    assert not found.by_orders
    assert found.level is Level.ALARM
    assert "注文数なし" in words(found)
    assert "注文数・曜日" not in words(found)


def test_days_without_orders_at_all_make_no_alarm_out_of_nothing(look: Look) -> None:
    found = look(*steady(until=0), *orders(a_day=0))

    assert found.state is State.NORMAL


def test_a_company_five_days_old_is_held_back_and_told_for_how_long(look: Look) -> None:
    found = look(complaint(clock.at(back(5))), *contacts(back(1), 2))

    assert (found.state, found.level) == (State.PENDING, Level.HELD_BACK)
    assert found.usual_week is None
    assert found.more_to_alarm is None
    assert found.waiting.days == 9
    assert "あと9日分" in words(found)


def test_an_empty_store_is_held_back(look: Look) -> None:
    found = look()

    assert found.state is State.PENDING
    assert found.waiting.days == 14
    assert len(found.days) == 1
    assert found.week is None, "nothing known is not none"
    assert "0件" not in words(found)


def test_days_that_are_still_missing_pass_one_by_one(desk, put) -> None:
    put(complaint(clock.at(back(5))))
    later = reading(desk, NOW + timedelta(days=8))

    assert later.waiting.days == 1
    assert reading(desk, NOW + timedelta(days=9)).level is Level.NORMAL


def test_figures_that_stopped_coming_hold_judgement_back(look: Look) -> None:
    """A company that counts calls only, and has typed none for ten days."""
    rows = [
        calls(back(n), 100, 95).with_values(consumer_centre_calls=0)
        for n in range(10, 80)
    ]
    found = look(*rows)

    assert found.state is State.PENDING
    assert found.waiting.is_stale
    assert "件数が入っていない" in words(found)
    assert found.known.missing == 9


def test_the_emergency_line_holds_from_the_first_day(look: Look) -> None:
    found = look(*contacts(back(1), 5))

    assert found.level is Level.HELD_BACK
    assert found.state is State.ALARM
    assert found.signs[0].rule is Rule.MANY_IN_A_WEEK


def test_the_emergency_line_can_be_set(look: Look) -> None:
    found = look(setting(MANY_A_WEEK, "6"), *contacts(back(1), 5))

    assert Rule.MANY_IN_A_WEEK not in [sign.rule for sign in found.signs]


def test_any_other_agency_is_an_alarm_by_itself(look: Look) -> None:
    found = look(*contacts(back(1), agency_kind=AgencyKind.HEALTH_OFFICE))

    assert found.state is State.ALARM
    assert "保健所" in found.signs[0].reason.text()


def test_a_case_brought_up_again_before_our_answer_is_an_alarm(look: Look) -> None:
    found = look(*contacts(back(9), repeat_contacts=1))

    assert found.state is State.ALARM
    assert found.signs[0].rule is Rule.ASKED_AGAIN


def test_an_answered_one_is_not(look: Look) -> None:
    found = look(*contacts(back(9), repeat_contacts=1, status=InquiryStatus.ANSWERED))

    assert found.state is State.PENDING


def test_two_alike_in_a_fortnight_need_watching(look: Look) -> None:
    found = look(
        *contacts(back(12), category=Category.CONTRACT),
        *contacts(back(2), category=Category.CONTRACT),
    )

    assert found.state is State.WATCH
    assert "14日で2件" in found.signs[0].reason.text()


@pytest.mark.parametrize(("ended", "held"), [(1, True), (9, False)])
def test_a_telephone_that_stopped_being_typed_says_nothing_of_today(
    look: Look, ended: int, held: bool
) -> None:
    low = [calls(back(n), 100, 60) for n in range(ended, ended + 5)]
    found = look(*low, *contacts(back(1)), *contacts(back(3)))

    assert (Rule.HARD_TO_REACH in [sign.rule for sign in found.signs]) is held


def test_monthly_counts_let_a_new_company_be_judged(look: Look) -> None:
    months = [
        Setting(
            group=past_counts.GROUP,
            name=f"2026-{n:02}",
            effective_from=TODAY,
            value="7",
        )
        for n in range(3, 11)
    ]
    found = look(
        *months, complaint(clock.at(back(9))), *contacts(back(9)), *contacts(back(4))
    )

    assert found.level is Level.NORMAL
    assert found.known.rough > 200
    assert found.usual_week == pytest.approx(1.6, abs=0.8)


def test_a_sensitivity_moves_the_limit_not_the_evidence(live, desk, put) -> None:
    put(*steady(), *risen(5, 1), *orders(), NO_LINE)
    standard = reading(desk, NOW)
    put(setting(SENSITIVITY, "敏感"))
    sensitive = reading(live.for_user(desk.principal), NOW)

    assert sensitive.sensitivity.label == "敏感"
    assert sensitive.days["statistic"].to_list() == standard.days["statistic"].to_list()
    assert sensitive.level >= standard.level


def test_each_sensitivity_says_what_it_costs_at_the_own_rate(look: Look) -> None:
    found = look(*steady(until=0), *orders())

    assert [cost.is_chosen for cost in found.costs] == [False, True, False]
    assert found.costs[0].rate == pytest.approx(5 / 7 / 3, abs=0.1)
    assert found.costs[0].delays["x2"].days <= found.costs[2].delays["x2"].days


@pytest.mark.parametrize("rows", [(), contacts(back(5), 2)], ids=["empty", "young"])
def test_no_cost_is_invented_before_the_own_rate_is_known(look: Look, rows) -> None:
    assert look(*rows).costs == ()


def test_every_day_has_its_row_with_what_is_usual(look: Look) -> None:
    found = look(*steady(), *risen(), *orders())
    days = found.days

    assert len(days) == len(found.daily.days)
    assert days["day"].is_monotonic_increasing
    late = days.iloc[-60:]
    assert (late["low98"] <= late["low80"]).all()
    assert (late["high80"] <= late["high98"]).all()
    assert ((late["low80"] <= late["usual"]) & (late["usual"] <= late["high80"])).all()
    assert days["stands"].iloc[-1]


def test_reading_again_takes_no_table(desk, put, monkeypatch) -> None:
    put(*steady(), *orders())
    first = reading(desk, NOW)
    monkeypatch.setattr(type(desk), "frame", None)

    assert reading(desk, NOW) is first


def test_a_row_without_its_number_rests_on_its_key(desk, put, monkeypatch) -> None:
    """As a sheet has it, where a person typed a row by hand."""
    put(*contacts(back(1), agency_kind=AgencyKind.POLICE))
    whole = type(desk).frame

    def torn(self, code):
        found = whole(self, code)
        return found.assign(id="") if code == "agency_inquiries" else found

    monkeypatch.setattr(type(desk), "frame", torn)
    (sign,) = reading(desk, NOW).signs

    assert sign.cases == (desk.frame("agency_inquiries").index[0],)
