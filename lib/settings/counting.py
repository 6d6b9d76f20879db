"""How the days of a deadline are counted, as data and as the words of 設定.

「15日、初日を数えない、休日なら翌日、23:59まで」 is the whole of it: so many days, whether
the day on which it began is the first of them, what becomes of an end on a holiday, and
the hour at which the last day ends. `lib.metrics.legal_days` does the counting.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import time
from typing import Final

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import Choice

LONGEST: Final = 3_650
"""Days; nothing that a small company has to keep runs longer than ten years."""


class Unit(Choice):
    """Which days count."""

    CALENDAR = N_("日")
    BUSINESS = N_("営業日")


class FirstDay(Choice):
    """Whether the day on which a period begins is its first day (民法140条)."""

    COUNTED = N_("初日を数える")
    NOT_COUNTED = N_("初日を数えない")


class Holiday(Choice):
    """What becomes of an end on a day on which agencies are closed."""

    STAYS = N_("休日でもその日")
    NEXT_DAY = N_("休日なら翌日")


_END_OF_DAY: Final = time(23, 59)
_LENGTH = re.compile(r"(\d{1,4})(日|営業日)(?:以内)?")
_UNTIL = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?:まで)?")
_SAME_DAY: Final = "当日"
_NEXT_BUSINESS_DAY: Final = "翌営業日"


@dataclass(frozen=True, slots=True)
class Counting:
    """A length and how it is counted.

    length: 0 ends on the very day. until: the last minute of the last day; 23:59 stands
    for its end.
    """

    length: int
    unit: Unit = Unit.CALENDAR
    first_day: FirstDay = FirstDay.COUNTED
    holiday: Holiday = Holiday.STAYS
    until: time = _END_OF_DAY

    @property
    def span(self) -> str:
        """The length alone: 「15日」, 「当日」, 「3営業日」."""
        return f"{self.length}{self.unit.value}" if self.length else _SAME_DAY

    @property
    def written(self) -> str:
        """The whole, as it stands in 設定."""
        parts = [self.span]
        if self.length:
            parts += [self.first_day.value, self.holiday.value]
        return JOINER.join([*parts, f"{self.until.hour}:{self.until:%M}まで"])


def words_of(value: str) -> list[str]:
    """Return the words of a value of 設定, widths and commas made one."""
    plain = unicodedata.normalize("NFKC", value).replace(",", JOINER)
    return [word.strip() for word in plain.split(JOINER) if word.strip()]


def counted_as(usual: Counting, words: list[str]) -> tuple[Counting, list[str]]:
    """Return the counting that these words say, and the words that say nothing of it.

    What no word names stays as `usual` has it.
    """
    found, left = usual, []
    for word in words:
        read = _read(found, word)
        if read is None:
            left.append(word)
        else:
            found = read
    return found, left


def _read(found: Counting, word: str) -> Counting | None:
    if word == _SAME_DAY:
        return replace(found, length=0)
    if word == _NEXT_BUSINESS_DAY:
        return replace(
            found, length=1, unit=Unit.BUSINESS, first_day=FirstDay.NOT_COUNTED
        )
    if length := _LENGTH.fullmatch(word):
        days = int(length[1])
        fits = days <= LONGEST
        return replace(found, length=days, unit=Unit(length[2])) if fits else None
    if until := _UNTIL.fullmatch(word):
        return replace(found, until=_time(int(until[1]), int(until[2])))
    if first_day := FirstDay.from_text(word):
        return replace(found, first_day=first_day)
    if holiday := Holiday.from_text(word):
        return replace(found, holiday=holiday)
    return None


def _time(hour: int, minute: int) -> time:
    """Return the hour; 24:00 and beyond is the end of the day."""
    return time(hour, minute) if hour < 24 else _END_OF_DAY  # noqa: PLR2004
