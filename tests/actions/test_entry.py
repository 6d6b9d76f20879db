"""What stands in the one box, when a promise is due, what a chip asks."""

from __future__ import annotations

from datetime import datetime

import pytest

from lib import clock
from lib.actions.entry import (
    UNFOLDS,
    Entry,
    Mark,
    PromiseTime,
    complaint_values,
    due_at,
    recognise,
    unfolded,
)
from lib.schema.vocab import GraveAccident
from lib.settings.claim_types import DEFAULTS


@pytest.mark.parametrize(
    ("typed", "contact", "order_number"),
    [
        ("", "", ""),
        ("   ", "", ""),
        ("090-1234-5678", "090-1234-5678", ""),
        ("090 1234 5678", "090 1234 5678", ""),
        ("０９０(１２３４)５６７８", "０９０(１２３４)５６７８", ""),
        ("+81 90-1234-5678", "+81 90-1234-5678", ""),
        ("03-1234-5678 JP00123", "03-1234-5678", "JP00123"),
        ("JP00123 0312345678", "0312345678", "JP00123"),
        ("hanako@example.jp", "hanako@example.jp", ""),
        ("hanako@example.jp\u30001002003", "hanako@example.jp", "1002003"),
        ("000123", "", "000123"),
        ("#A-1002 090-1234-5678", "090-1234-5678", "#A-1002"),
        ("12345678901", "", "12345678901"),
        ("折返し先は会社", "折返し先は会社", ""),
        ("=1+1", "", "=1+1"),
    ],
)
def test_the_one_box_tells_phone_and_mail_from_order_number(
    typed, contact, order_number
):
    found = recognise(typed)

    assert (found.contact, found.order_number) == (contact, order_number)


def test_phone_and_mail_together_are_both_kept_and_the_phone_identifies():
    found = recognise("hanako@example.jp 090-1234-5678 JP1")

    assert found.contact == "hanako@example.jp 090-1234-5678"
    assert found.keys == ("090-1234-5678", "hanako@example.jp")
    assert found.order_number == "JP1"


@pytest.mark.parametrize(
    "typed",
    [
        "hanako@example.jp、090-1234-5678",
        "090-1234-5678/hanako@example.jp",
        "hanako@example.jp（090-1234-5678）",
        "090 1234 5678,hanako@example.jp",
    ],
)
def test_phone_and_mail_in_one_word_are_told_apart(typed):
    phone, mail = recognise(typed).keys

    assert (phone.replace(" ", "-"), mail) == ("090-1234-5678", "hanako@example.jp")


def test_a_second_number_in_brackets_is_one_too():
    found = recognise("090-1234-5678(妻 080-1111-2222)")

    assert found.keys == ("090-1234-5678", "080-1111-2222")


@pytest.mark.parametrize("number", ["A/2024,1", "JP(12)", "1234567890/2"])
def test_an_order_number_keeps_its_marks(number):
    assert recognise(number).order_number == number


@pytest.mark.parametrize(
    ("time", "now", "due"),
    [
        (PromiseTime.HALF_HOUR, "2026-11-21T10:30:40", "2026-11-21T11:00:00"),
        (PromiseTime.HALF_HOUR, "2026-11-21T23:45:00", "2026-11-22T00:15:00"),
        (PromiseTime.TODAY, "2026-11-21T10:30:00", "2026-11-21T18:00:00"),
        (PromiseTime.TODAY, "2026-11-21T17:30:00", "2026-11-21T23:59:00"),
        (PromiseTime.TOMORROW, "2026-11-21T10:30:00", "2026-11-22T10:00:00"),
    ],
)
def test_a_tap_says_until_when(time, now, due):
    at = clock.in_tokyo(datetime.fromisoformat(now))

    assert due_at(time, at) == clock.in_tokyo(datetime.fromisoformat(due))


@pytest.mark.parametrize("time", [None, PromiseTime.OTHER, PromiseTime.SOLVED])
def test_some_taps_say_no_time(time):
    assert due_at(time, clock.at(datetime(2026, 11, 21).date(), 10)) is None


def test_a_chip_unfolds_only_the_fields_it_needs():
    assert unfolded([], None) == ()
    assert unfolded([Mark.LEAK, Mark.REFUSED, Mark.WISH], None) == ()
    assert unfolded([Mark.SECOND, Mark.REPEAT], None) == ("parent_id",)
    assert unfolded([Mark.HARM], None) == ("harm", "symptom", "accident", "lot")


def test_a_claim_type_unfolds_what_its_kind_of_case_needs():
    by_name = {kind.name: kind for kind in DEFAULTS}

    assert unfolded([], by_name["不良品"]) == ("lot",)
    assert unfolded([], by_name["肌トラブル・けが"]) == (
        "harm",
        "symptom",
        "accident",
        "lot",
    )
    assert unfolded([], by_name["解約できない"]) == ()


def test_every_unfolded_field_is_a_field_of_the_entry():
    assert {n for names in UNFOLDS.values() for n in names} <= set(Entry.model_fields)


@pytest.mark.parametrize(
    ("marks", "accident"),
    [((Mark.HARM,), GraveAccident.FIRE), ((), GraveAccident.UNASKED)],
)
def test_a_grave_accident_counts_only_while_its_chip_is_on(marks, accident):
    entry = Entry(
        id="",
        received_at=clock.now(),
        content="発火した",
        marks=marks,
        accident=GraveAccident.FIRE,
    )

    assert complaint_values(entry, None, clock.now())["accident"] is accident
