"""Numbers, dates and choices as the person's language writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from babel.dates import format_date, format_timedelta, get_day_names
from babel.numbers import format_decimal

from lib import clock
from lib.i18n import N_, _, current
from lib.schema.column import Field
from lib.schema.frames import JOINER
from lib.schema.vocab import Choice, ComplaintStatus, Severity, Temper, Unlisted

NOTHING: Final = "—"
"""Stands where there is no value: no data, or nothing to divide by. Never 0."""

DOUBT: Final = "⚠"
"""Stands before what a sheet holds and nobody can be sure of; never without words."""

_ROUGH_HOURS: Final = 4
"""From so many hours on the minutes say nothing any more."""

SHAPES: Final[Mapping[Choice, str]] = {
    Severity.CRITICAL: "▲",
    Severity.HIGH: "◆",
    Severity.MEDIUM: "●",
    Severity.LOW: "○",
}
"""A shape for each severity, so that colour never stands alone."""

COLOURS: Final[Mapping[Choice, str]] = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "orange",
    Severity.MEDIUM: "blue",
    Severity.LOW: "gray",
    Temper.FURIOUS: "orange",
    Temper.HOSTILE: "red",
    ComplaintStatus.RECEIVED: "blue",
    ComplaintStatus.CLOSED: "green",
    ComplaintStatus.CANCELLED: "gray",
}
"""Theme colours of badges; anything else is gray."""


def choice(value: Choice | Unlisted | None) -> str:
    """Return a choice in the person's language, with its shape; 「—」 for none.

    A word that stands in a sheet and in no vocabulary is shown as typed, marked.
    """
    if value is None:
        return NOTHING
    if isinstance(value, Unlisted):
        return f"{DOUBT} {value}"
    shape = SHAPES.get(value)
    return f"{shape} {_(value.value)}" if shape else _(value.value)


def badge_colour(value: Choice | Unlisted) -> Any:
    """Return the theme colour of a choice's badge; gray where it says nothing."""
    return COLOURS.get(value, "gray") if isinstance(value, Choice) else "gray"


def number(value: float | None, *, decimals: int = 0, unit: str = "") -> str:
    """Return "1,234件"; 「—」 for a missing value."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, format=pattern, locale=current())
    counter = unit_word(unit)
    return text + (counter if current() == "ja" else f" {counter.strip()}").rstrip()


def unit_word(unit: str) -> str:
    """Return a unit in the person's language; "" where that language needs none.

    English has no counter that fits calls, cases and parcels alike.
    """
    is_needless = unit == "件" and current() == "en"
    return "" if is_needless or not unit else _(unit)


def percent(share: float | None, *, decimals: int = 1) -> str:
    """Return a share (0-1) as "89.8%"; 「—」 for a missing one."""
    return NOTHING if share is None else f"{share * 100:.{decimals}f}%"


def duration(seconds: float | None) -> str:
    """Return "6分16秒" or "6 min 16 s"; 「—」 for a missing one."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return _(N_("{minutes}分{seconds:02d}秒")).format(minutes=minutes, seconds=rest)
    return _(N_("{seconds}秒")).format(seconds=rest)


def hours(seconds: float) -> str:
    """Return business seconds as "2時間10分" or "2 h 10 min"; never as days.

    A business day is no day of 24 hours, so days would say something else.
    """
    whole = round(abs(seconds) / 60)
    hour, minute = divmod(whole, 60)
    if hour >= _ROUGH_HOURS:
        hour, minute = round(whole / 60), 0
    if hour and minute:
        return _(N_("{hours}時間{minutes}分")).format(hours=hour, minutes=minute)
    if hour:
        return _(N_("{hours}時間")).format(hours=hour)
    return _(N_("{minutes}分")).format(minutes=minute)


def listed(words: Iterable[str]) -> str:
    """Return words in a row, parted as the person's language parts them."""
    return (JOINER if current() == "ja" else ", ").join(words)


def day(value: date | None, *, weekday: bool = True) -> str:
    """Return "11月21日(土)" or "Sat, Nov 21"; 「—」 for none."""
    if value is None:
        return NOTHING
    if current() == "ja":
        return format_date(value, "M月d日(EEE)" if weekday else "M月d日", locale="ja")
    return format_date(value, "EEE, MMM d" if weekday else "MMM d", locale="en")


def full_day(value: date | None) -> str:
    """Return "2026/11/21(土)"; 「—」 for none."""
    if value is None:
        return NOTHING
    return format_date(value, "yyyy/MM/dd(EEE)", locale=current())


def weekday(number: int) -> str:
    """Return "月" or "Mon" for 0, and so on to Sunday."""
    return str(get_day_names("abbreviated", locale=current())[number])


def month(value: date) -> str:
    """Return "2026年11月" or "November 2026"."""
    pattern = "y年M月" if current() == "ja" else "MMMM y"
    return format_date(value, pattern, locale=current())


def moment(value: datetime | None) -> str:
    """Return "2026/11/21 14:30"; 「—」 for none."""
    return NOTHING if value is None else f"{clock.in_tokyo(value):%Y/%m/%d %H:%M}"


def short_moment(value: datetime | None) -> str:
    """Return the nearest unmistakable form: "14:30", "11/22 10:00"; 「—」 for none."""
    if value is None:
        return NOTHING
    local = clock.in_tokyo(value)
    if local.date() == clock.today():
        return f"{local:%H:%M}"
    return f"{local.month}/{local.day} {local:%H:%M}"


def relative(value: datetime | None) -> str:
    """Return "19時間前" or "in 2 days", seen from now; 「—」 for none."""
    if value is None:
        return NOTHING
    ahead: timedelta = clock.in_tokyo(value) - clock.now()
    return span(ahead, add_direction=True)


def span(length: timedelta, **wording: Any) -> str:
    """Return "19時間" or "19 hours"; `wording` goes to Babel's `format_timedelta`.

    Babel parts a Japanese number from its counter, which no other text here does.
    """
    words = format_timedelta(length, locale=current(), **wording)
    return words.replace(" ", "") if current() == "ja" else words


def cell(field: Field, value: object) -> str:
    """Return any record value as one reads it in a detail or a comparison."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Choice | Unlisted):
        return choice(value)
    if isinstance(value, tuple):
        return JOINER.join(choice(part) for part in value) or NOTHING
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return full_day(value)
    if isinstance(value, int | float):
        return number(value, unit=field.column.unit)
    return str(value)
