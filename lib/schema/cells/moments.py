"""Days and moments: eras, serials, weekdays, days without a year."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from lib import clock
from lib.schema.cells.reading import (
    NO_DAY,
    NO_YEAR,
    NOT_A_DATE,
    NOT_A_TIME,
    OUTSIDE_ERA,
    PUT_IN_ORDER,
    TIME_ADDED,
    TIME_DROPPED,
    WEEKDAY_DIFFERS,
    WRITTEN_AS_MISSING,
    YEAR_ADDED,
    YEAR_GUESSED,
    Reading,
    Status,
    doubtful,
    means_missing,
    no_value,
    repaired,
    spaced,
)

_SERIAL_START: Final = date(1899, 12, 30)
_SERIALS: Final = (10_000, 80_000)
"""1927 to 2119; other numbers are no days but mistakes."""

_ERAS: Final = {
    "令和": (date(2019, 5, 1), date(9999, 12, 31)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
}
_ERA_LETTERS: Final = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正"}
_WEEKDAYS: Final = "月火水木金土日"
_DAY: Final = re.compile(
    r"(?P<era>令和|平成|昭和|大正|[RHSTrhst](?=[0-9元]))?"
    r"(?P<year>[0-9]{1,4}|元)(?P<s1>[/.\-−年])"
    r"(?P<month>[0-9]{1,2})[/.\-−月](?P<day>[0-9]{1,2})(?![0-9])日?"
)
_DAY_WITHOUT_YEAR: Final = re.compile(
    r"(?P<month>[0-9]{1,2})[/月](?P<day>[0-9]{1,2})(?![0-9])日?"
)
_EIGHT_DIGITS: Final = re.compile(
    r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])"
)
_WEEKDAY: Final = re.compile(r"\(?([月火水木金土日])(?:曜日?)?(?:・?祝日?)?\)?")
_CLOCK: Final = re.compile(
    r"(?P<half>午前|午後|AM|PM|am|pm)?"
    r"(?P<hour>[0-9]{1,2})(?:[:時](?:(?P<minute>[0-9]{1,2})|(?P<halfpast>半))?分?"
    r"(?::?(?P<second>[0-9]{1,2})(?:\.[0-9]{1,9})?秒?)?)"
    r"(?P<half2>AM|PM|am|pm)?"
)
_FARTHEST_GUESS: Final = 180
_FULL_YEAR: Final = 4
_LAST_LIKELY_REIWA: Final = 19
_NOON: Final = 12


def read_date(plain: Any, hint: int | date | None) -> Reading:
    """Read a day; `hint` is the year or a day nearby for days without a year."""
    if isinstance(plain, datetime):
        return Reading(_local(plain).date())
    if isinstance(plain, date):
        return Reading(plain)
    if isinstance(plain, str):
        return _day_from_text(plain, hint)
    if isinstance(plain, (time, timedelta, bool)):
        return no_value(Status.BAD, NOT_A_DATE)
    return _without_clock(_moment_from_number(plain, NOT_A_DATE))


def _without_clock(reading: Reading) -> Reading:
    if reading.value is None:
        return reading
    return Reading(reading.value.date(), reading.status, reading.why)


def _local(moment: datetime) -> datetime:
    """Return the moment in Tokyo; at the ends of the calendar, as it stands."""
    try:
        # A spreadsheet's fraction of a day rarely falls on a whole second.
        return clock.in_tokyo(moment + timedelta(microseconds=500_000))
    except (OverflowError, ValueError):
        return moment.replace(tzinfo=clock.TOKYO, microsecond=0)


def read_datetime(plain: Any, hint: int | date | None) -> Reading:
    """Read a moment in Tokyo, to the second; a day alone is its midnight."""
    if isinstance(plain, datetime):
        return Reading(_local(plain))
    if isinstance(plain, date):
        return repaired(clock.at(plain), TIME_ADDED)
    if isinstance(plain, str):
        return _moment_from_text(plain, hint)
    if isinstance(plain, (time, timedelta, bool)):
        return no_value(Status.BAD, NO_DAY)
    return _moment_from_number(plain, NOT_A_TIME)


def _moment_from_number(number: float, why: str) -> Reading:
    """Read a spreadsheet's serial, or eight digits such as 20261103."""
    if _SERIALS[0] <= number < _SERIALS[1]:
        days, part = divmod(number, 1)
        moment = clock.at(_SERIAL_START + timedelta(days=int(days)))
        seconds = round(part * 86_400)
        if isinstance(number, int) or number.is_integer():
            return Reading(moment)
        return Reading(moment + timedelta(seconds=seconds))
    if float(number).is_integer():
        found = _EIGHT_DIGITS.fullmatch(str(int(number)))
        if found and (day := _day(found)):
            return repaired(clock.at(day))
    return no_value(Status.BAD, why)


def _day_from_text(text: str, hint: int | date | None) -> Reading:
    reading = _moment_from_text(text, hint)
    if reading.value is None:
        why = NOT_A_DATE if reading.why in {NOT_A_TIME, NO_DAY} else reading.why
        return Reading(None, reading.status, why)
    if reading.why == TIME_ADDED:
        plain = _ISO_DAY.fullmatch(text)
        return (
            Reading(reading.value.date()) if plain else repaired(reading.value.date())
        )
    if reading.status is Status.OK:
        return repaired(reading.value.date(), TIME_DROPPED)
    return _without_clock(reading)


_ISO_DAY: Final = re.compile(r"[0-9]{4}([/-])[0-9]{2}\1[0-9]{2}")
_ISO_MOMENT: Final = re.compile(
    r"[0-9]{4}([/-])[0-9]{2}\1[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
)


def _moment_from_text(text: str, hint: int | date | None) -> Reading:
    """Read a day with or without a time; status says how sure."""
    if means_missing(text):
        return no_value(Status.REPAIRED, WRITTEN_AS_MISSING)
    if iso := _iso_with_zone(text):
        return Reading(_local(iso))
    plain = spaced(text)
    if _CLOCK.fullmatch(plain):
        return no_value(Status.BAD, NO_DAY)
    day, rest = _leading_day(plain, hint)
    if day.value is None:
        return day
    weekday, rest = _leading_weekday(rest)
    if weekday and _WEEKDAYS[day.value.weekday()] != weekday:
        day = doubtful(day.value, WEEKDAY_DIFFERS)
    midnight = clock.at(day.value)
    if not rest:
        if day.status is Status.DOUBTFUL or day.why == YEAR_ADDED:
            return Reading(midnight, day.status, day.why)
        return repaired(midnight, TIME_ADDED)
    clock_time = _clock_time(rest)
    if clock_time is None:
        return no_value(Status.BAD, NOT_A_TIME)
    moment = datetime.combine(day.value, clock_time, tzinfo=clock.TOKYO)
    if day.status is Status.OK and _ISO_MOMENT.fullmatch(text):
        return Reading(moment)
    return Reading(moment, _at_least_repaired(day.status), day.why or PUT_IN_ORDER)


def _at_least_repaired(status: Status) -> Status:
    return Status.REPAIRED if status is Status.OK else status


def _iso_with_zone(text: str) -> datetime | None:
    """Read what programs write: 2026-11-21T14:30:00+09:00, or with Z."""
    if not _ZONED.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_ZONED: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)


def _leading_day(text: str, hint: int | date | None) -> tuple[Reading, str]:
    """Return the day at the start of `text`, and what follows it."""
    # Eight digits first: otherwise 20261103 could not be told from other numbers.
    for pattern in (_EIGHT_DIGITS, _DAY, _DAY_WITHOUT_YEAR):
        if found := pattern.match(text):
            rest = text[found.end() :].lstrip(" T")
            if pattern is _DAY_WITHOUT_YEAR:
                return _day_near(found, hint), rest
            if pattern is _DAY:
                return _day_of_year(found), rest
            day = _day(found)
            return (Reading(day) if day else no_value(Status.BAD, NOT_A_TIME)), rest
    return no_value(Status.BAD, NOT_A_TIME), text


def _day_of_year(found: re.Match[str]) -> Reading:
    era = found["era"]
    if era:
        return _day_of_era(_ERA_LETTERS.get(era.upper(), era), found)
    if found["year"] == "元":
        return no_value(Status.BAD, NOT_A_TIME)
    if found["year"].isdigit() and len(found["year"]) == _FULL_YEAR:
        day = _day(found)
        return Reading(day) if day else no_value(Status.BAD, NOT_A_TIME)
    return _day_of_short_year(found)


def _day_of_short_year(found: re.Match[str]) -> Reading:
    """Read 「26/11/3」 as 2026 and 「7.11.3」 as Reiwa 7, both in doubt."""
    year = int(found["year"])
    if not 0 < year < 100:  # noqa: PLR2004 - two digits
        return no_value(Status.BAD, NOT_A_TIME)
    full = 2000 + year if year > _LAST_LIKELY_REIWA else 2018 + year
    day = _date(full, int(found["month"]), int(found["day"]))
    return doubtful(day, YEAR_GUESSED) if day else no_value(Status.BAD, NOT_A_TIME)


def _day_of_era(era: str, found: re.Match[str]) -> Reading:
    first, last = _ERAS[era]
    year = 1 if found["year"] == "元" else int(found["year"])
    day = _date(first.year + year - 1, int(found["month"]), int(found["day"]))
    if day is None or year == 0:
        return no_value(Status.BAD, NOT_A_TIME)
    if not first <= day <= last:
        return doubtful(day, OUTSIDE_ERA)
    return repaired(day)


def _day_near(found: re.Match[str], hint: int | date | None) -> Reading:
    month, day_of_month = int(found["month"]), int(found["day"])
    if hint is None:
        known = _date(2024, month, day_of_month)  # a leap year: is it a day at all?
        return no_value(Status.BAD, NO_YEAR if known else NOT_A_TIME)
    if not isinstance(hint, date):
        day = _date(hint, month, day_of_month)
        return repaired(day, YEAR_ADDED) if day else no_value(Status.BAD, NOT_A_TIME)
    near = hint.date() if isinstance(hint, datetime) else hint
    years = (near.year - 1, near.year, near.year + 1)
    days = [d for year in years if (d := _date(year, month, day_of_month))]
    if not days:
        return no_value(Status.BAD, NOT_A_TIME)
    nearest = min(days, key=lambda d: abs((d - near).days))
    if abs((nearest - near).days) > _FARTHEST_GUESS:
        return doubtful(nearest, YEAR_GUESSED)
    return repaired(nearest, YEAR_ADDED)


def _day(found: re.Match[str]) -> date | None:
    return _date(int(found["year"]), int(found["month"]), int(found["day"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _leading_weekday(text: str) -> tuple[str, str]:
    found = _WEEKDAY.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _clock_time(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, half = int(found["hour"]), (found["half"] or found["half2"] or "").upper()
    minute = 30 if found["halfpast"] else int(found["minute"] or 0)
    if half in {"午後", "PM"} and hour < _NOON:
        hour += _NOON
    if half in {"午前", "AM"} and hour == _NOON:
        hour = 0
    try:
        return time(hour, minute, int(found["second"] or 0))
    except ValueError:
        return None
