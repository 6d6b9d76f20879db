"""The earlier rounds of an improvement that was begun more than once, as one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Round:
    """One time that an improvement was tried; None: it never came to that."""

    starts_on: date
    done_on: date | None = None
    settled_on: date | None = None
    relapsed_on: date | None = None


_WORDS: Final = {
    "開始": "starts_on",
    "完了": "done_on",
    "定着": "settled_on",
    "再発": "relapsed_on",
}
_DAY: Final = re.compile(rf"({'|'.join(_WORDS)})(\d{{4}}/\d{{2}}/\d{{2}})")
_FORMAT: Final = "%Y/%m/%d"


def written(rounds: tuple[Round, ...]) -> str:
    """Return the rounds as they stand in the sheet, one a line; "" for none."""
    return "\n".join(_line(one) for one in rounds)


def _line(one: Round) -> str:
    days = ((word, getattr(one, name)) for word, name in _WORDS.items())
    return " ".join(f"{word}{day:{_FORMAT}}" for word, day in days if day)


def rounds_of(cell: str) -> tuple[Round, ...]:
    """Return the rounds in a cell, the first one first; a line without a start is none."""
    return tuple(_rounds(cell))


def _rounds(cell: str) -> Iterator[Round]:
    for line in cell.splitlines():
        days = {_WORDS[word]: _day(day) for word, day in _DAY.findall(line)}
        starts_on = days.pop("starts_on", None)
        if starts_on is not None:
            yield Round(starts_on, **days)


def _day(text: str) -> date | None:
    """Return the day; None for one that is in no calendar, as "2026/02/31"."""
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
