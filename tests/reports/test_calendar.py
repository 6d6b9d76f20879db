"""期限 as a calendar: readable by calendar apps, steady, and without a person's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import icalendar
import pytest

from lib import clock, i18n
from lib.metrics.running_out import Line, Origin
from lib.reports.calendar import calendar_of
from lib.schema.vocab import Applicability, DeadlineKind

BASE = "https://mimamori.example.jp"
NOW = clock.at(date(2026, 11, 20), 10)
LINE = Line(
    Origin.CLOCK,
    "K-261120-7F3QX",
    "T-261120-8G4RY",
    "L1速報",
    "漏えい等の速報(個人情報保護委員会へ)",
    DeadlineKind.STATUTORY,
    NOW,
    clock.at(date(2026, 11, 24), 23, 59),
    "佐藤 花子",
    Applicability.UNCHECKED,
    party="自社",
    source="個人情報保護法26条",
    because="田中様と同じ",
)


def events(*lines: Line) -> list[icalendar.Event]:
    made = icalendar.Calendar.from_ical(calendar_of(lines, base=BASE, now=NOW))
    return made.events


def only(line: Line) -> icalendar.Event:
    (event,) = events(line)
    return event


def test_an_event_ends_at_the_deadline() -> None:
    event = only(LINE)

    assert event.end == clock.in_utc(LINE.due_at)
    assert event.end - event.start == timedelta(minutes=30)


def test_its_name_says_kind_rule_and_case_and_that_nobody_has_checked() -> None:
    assert only(LINE)["summary"] == (
        "【法定】漏えい等の速報(個人情報保護委員会へ) K-261120-7F3QX(目安・要確認)"
    )
    checked = replace(LINE, applies=Applicability.APPLIES)
    assert not only(checked)["summary"].endswith("(目安・要確認)")


def test_it_leads_to_its_line_and_names_the_source() -> None:
    event = only(LINE)

    assert event["url"] == f"{BASE}/deadlines?case=K-261120-7F3QX"
    assert "根拠: 個人情報保護法26条" in event["description"]
    assert "義務のある者: 自社" in event["description"]


def test_the_same_row_has_the_same_uid_though_everything_else_changes() -> None:
    moved = replace(LINE, due_at=LINE.due_at + timedelta(days=3), owner="田中")

    assert only(moved)["uid"] == only(LINE)["uid"]
    assert only(replace(LINE, key="T-261120-9H5SZ"))["uid"] != only(LINE)["uid"]
    assert only(replace(LINE, origin=Origin.ANSWER))["uid"] != only(LINE)["uid"]


def test_phones_ring_a_day_before_what_others_set_and_stay_silent_else() -> None:
    (alarm,) = only(LINE).alarms.times

    assert alarm.trigger == clock.in_utc(LINE.due_at) - timedelta(days=1, minutes=30)
    assert only(replace(LINE, kind=DeadlineKind.OWN)).alarms.times == []


@pytest.mark.parametrize(
    "line",
    [
        replace(LINE, done_at=NOW),
        replace(LINE, applies=Applicability.NOT_APPLICABLE),
    ],
)
def test_what_has_ended_is_in_no_calendar(line) -> None:
    assert events(line) == []


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        replace(LINE, case_id="田中様", key="田中様のこと"),
        replace(LINE, origin=Origin.TASK, name="田中様に謝る", is_typed=True),
        replace(LINE, origin=Origin.PROMISE, name="田中様に謝る"),
    ],
)
def test_no_byte_of_it_is_a_person_s_name_or_words(line) -> None:
    made = calendar_of([line], base=BASE, now=NOW)
    plain = made.replace(b"\r\n ", b"").decode()

    assert "佐藤" not in plain
    assert "田中" not in plain


def test_an_empty_calendar_is_a_calendar() -> None:
    made = calendar_of([], base=BASE, now=NOW)

    assert icalendar.Calendar.from_ical(made).events == []
    assert made.startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_file_keeps_to_the_form_that_readers_ask_for() -> None:
    made = calendar_of([LINE], base=BASE, now=NOW)

    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"DTSTART:20261124T142900Z" in made
    assert datetime.fromisoformat("2026-11-24T14:29:00+00:00") == only(LINE).start


def test_it_speaks_the_person_s_language() -> None:
    with i18n.speaking("en"):
        said = only(LINE)["summary"]

    assert said.startswith("[Statutory] Preliminary report of a leak")
