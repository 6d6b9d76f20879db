"""How long something may take, as people say it: 30分, 1時間, 当日, 翌営業日, 5営業日."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_MINUTES = re.compile(r"([1-9]\d{0,3})分(?:以内)?")
_HOURS = re.compile(r"([1-9]\d{0,2})時間(?:以内)?")
_DAYS = re.compile(r"([1-9]\d?)営業日(?:以内)?")

_NAMED: Final = {"当日": 0, "翌営業日": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """A time at work: so many minutes, or the end of the so-manieth working day after.

    One of the two is None. days: 0 is the end of the same working day.
    """

    minutes: int | None = None
    days: int | None = None

    def __str__(self) -> str:
        if self.minutes is not None:
            hours, rest = divmod(self.minutes, 60)
            return f"{self.minutes}分" if rest else f"{hours}時間"
        names = {days: name for name, days in _NAMED.items()}
        return names.get(self.days or 0, f"{self.days}営業日")


def read_span(text: str) -> Span:
    """Return what such a text means.

    Raises:
        ValueError: it is none of the forms above.
    """
    if text in _NAMED:
        return Span(days=_NAMED[text])
    if found := _MINUTES.fullmatch(text):
        return Span(minutes=int(found[1]))
    if found := _HOURS.fullmatch(text):
        return Span(minutes=int(found[1]) * 60)
    if found := _DAYS.fullmatch(text):
        return Span(days=int(found[1]))
    raise ValueError(text)
