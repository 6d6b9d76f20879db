"""Which year and month a sheet is about, as its name, titles and file say it.

A monthly sheet is often called 「4月」 and its days 1, 2, 3 …; the year stands in the
file's name, as a business year (「2026年度」 begins in April) or in an era (「令和8年」).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from lib.i18n import N_

NO_MONTH = N_("何年何月の日か分かりません。シート名か題に年月を書いてください。")

_LONGEST: Final = 200
_YEAR: Final = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_YEAR_MONTH: Final = re.compile(
    r"(?<![0-9])(20[0-9]{2})(?:年度? ?|[/._-]| )?(0?[1-9]|1[0-2])(?![0-9])"
)
_ERA: Final = re.compile(r"(?:令和|R)([0-9]{1,2}|元)(?![0-9])")
_BUSINESS_YEAR: Final = re.compile(r"年度|FY", re.IGNORECASE)
_MONTH: Final = re.compile(r"(?<![0-9])(0?[1-9]|1[0-2])月")
_BARE_DAY: Final = re.compile(
    r"(0?[1-9]|[12][0-9]|3[01])日?((?:\([^)]*\)|[月火水木金土日])?)"
)
_FIRST_OF_BUSINESS_YEAR: Final = 4
_REIWA: Final = 2018
_MID_MONTH: Final = 15
_LAST_DAY: Final = 31


@dataclass(frozen=True, slots=True)
class Period:
    """What is known of the time a sheet is about; 0 for what is not said.

    month: 0 where the sheet is about a whole year.
    """

    year: int = 0
    month: int = 0

    @property
    def hint(self) -> int | date | None:
        """What `parse_cell` is told: a day in that month, the year, or nothing."""
        if self.year and self.month:
            return date(self.year, self.month, _MID_MONTH)
        return self.year or None


def period_of(texts: Iterable[Any]) -> Period:
    """Return what texts say about the time, the first that says something counting.

    texts: most telling first (a sheet's name, its titles, the file's name). A month
    without a year takes it from a later text, a business year being told apart.
    """
    month = 0
    for raw in texts:
        if isinstance(raw, datetime | date):
            return Period(raw.year, raw.month)
        text = unicodedata.normalize("NFKC", str(raw))[:_LONGEST]
        year, own = _said(text)
        month = month or own
        if year:
            is_business = bool(_BUSINESS_YEAR.search(text))
            later = is_business and 0 < month < _FIRST_OF_BUSINESS_YEAR
            return Period(year + later, month)
    return Period(0, month)


def in_order(periods: Sequence[Period], year: int = 0) -> list[Period]:
    """Return the periods of sheets in their order, lacking years filled in.

    year: that of the first sheet. A month before the one above is in the next year.
    """
    found: list[Period] = []
    for period in periods:
        if period.year:
            year = period.year
            found.append(period)
            continue
        before = next((p.month for p in reversed(found) if p.month), 0)
        if year and period.month and period.month < before:
            year += 1
        found.append(Period(year, period.month))
    return found


def day_of_month(raw: Any) -> tuple[int, str] | None:
    """Return the day and weekday of a cell that names no month: 3, 「3日(火)」, 「3」."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return (int(raw), "") if raw == int(raw) and 1 <= raw <= _LAST_DAY else None
    if not isinstance(raw, str):
        return None
    plain = "".join(unicodedata.normalize("NFKC", raw).split())
    found = _BARE_DAY.fullmatch(plain)
    return (int(found[1]), found[2]) if found else None


def _said(text: str) -> tuple[int, int]:
    """Return the year and month in a text; 0 for what it does not say."""
    if found := _YEAR_MONTH.search(text):
        return int(found[1]), int(found[2])
    month = int(found[1]) if (found := _MONTH.search(text)) else 0
    if found := _YEAR.search(text):
        return int(found[1]), month
    if found := _ERA.search(text):
        return _REIWA + (1 if found[1] == "元" else int(found[1])), month
    return 0, month
