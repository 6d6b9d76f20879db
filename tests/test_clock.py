"""Business time is Tokyo's."""

from datetime import UTC, date, datetime

import pytest

from lib import clock


@pytest.fixture
def fixed(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-21T08:59:30.5+09:00")


def test_the_clock_can_be_fixed_and_says_so(fixed):
    assert clock.is_fixed()
    assert clock.now().isoformat() == "2026-11-21T08:59:30+09:00"


def test_today_is_already_tomorrow_in_tokyo_while_utc_sleeps(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, "2026-11-20T15:30:00+00:00")

    assert clock.today() == date(2026, 11, 21)


def test_a_running_clock_is_aware_and_in_whole_seconds(monkeypatch):
    monkeypatch.delenv(clock.FIXED_BY, raising=False)

    assert not clock.is_fixed()
    assert clock.now().utcoffset().total_seconds() == 9 * 3600
    assert clock.now().microsecond == 0


def test_a_bare_time_is_read_as_tokyo():
    assert clock.in_utc(datetime(2026, 1, 1, 9)) == datetime(2026, 1, 1, tzinfo=UTC)


def test_days_back_end_with_the_last_day():
    assert clock.days_back(date(2026, 3, 1), 2) == [date(2026, 2, 28), date(2026, 3, 1)]


def test_an_hour_of_a_day_is_tokyo_time():
    assert (
        clock.at(date(2026, 11, 21), 10, 30).isoformat() == "2026-11-21T10:30:00+09:00"
    )
