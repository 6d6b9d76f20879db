"""When people work: office hours of the company, opening days of a centre."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from lib import clock

OPENS, CLOSES = 9, 18
_MINUTES_A_DAY = (CLOSES - OPENS) * 60
_SUNDAY, _SATURDAY = 6, 5
_YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
_SHUT_EVERYWHERE = {(12, 31), (1, 1), (1, 2), (1, 3)}
_OBON = (13, 16)


@lru_cache(maxsize=4)
def national_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Return Japan's public holidays of these years, both included."""
    return frozenset(
        holidays.country_holidays("JP", years=range(first_year, last_year + 1))
    )


class WorkCalendar:
    """Business days and hours for a period of at most a few years."""

    def __init__(self, first: date, last: date) -> None:
        """Know every day from a month before `first` to two months after `last`."""
        self._holidays = national_holidays(first.year - 1, last.year + 1)
        span = (last - first).days + 120
        days = [first - timedelta(days=40) + timedelta(days=n) for n in range(span)]
        self._office = [d for d in days if self.office_open(d)]

    def is_holiday(self, day: date) -> bool:
        """Whether this is a public holiday."""
        return day in self._holidays

    def is_year_end(self, day: date) -> bool:
        """Whether the office rests for 年末年始."""
        return (day.month, day.day) in _YEAR_END

    def is_shut_everywhere(self, day: date) -> bool:
        """Whether even a centre without weekly rest is closed: 大晦日 and 三が日."""
        return (day.month, day.day) in _SHUT_EVERYWHERE

    def is_obon(self, day: date) -> bool:
        """Whether this falls into お盆, when less is bought and many are away."""
        return day.month == 8 and _OBON[0] <= day.day <= _OBON[1]

    def is_golden_week(self, day: date) -> bool:
        """Whether this falls into ゴールデンウィーク."""
        return (4, 29) <= (day.month, day.day) <= (5, 6)

    def office_open(self, day: date) -> bool:
        """Whether the company's own people work."""
        return not (
            day.weekday() >= _SATURDAY or self.is_holiday(day) or self.is_year_end(day)
        )

    def open_on(self, day: date, weekly_closed: str) -> bool:
        """Whether a centre with this 定休日 (such as 「土日祝」) is open."""
        if self.is_shut_everywhere(day):
            return False
        if "祝" in weekly_closed and (self.is_holiday(day) or self.is_year_end(day)):
            return False
        return "月火水木金土日"[day.weekday()] not in weekly_closed

    def after_rest(self, day: date) -> bool:
        """Whether the office was closed the day before and is open now."""
        return self.office_open(day) and not self.office_open(day - timedelta(days=1))

    def office_days(self, day: date, count: int) -> date:
        """Return the business day `count` after `day`; 0 gives `day` or the next."""
        if count >= 0:
            at = (
                bisect_left(self._office, day)
                if count == 0
                else bisect_right(self._office, day) - 1
            )
            return self._office[at + count]
        return self._office[bisect_left(self._office, day) + count]

    def later(self, moment: datetime, minutes: int) -> datetime:
        """Return the moment `minutes` of office time after `moment`."""
        day, used = moment.date(), 0
        if self.office_open(day):
            used = (moment.hour - OPENS) * 60 + moment.minute
            if used >= _MINUTES_A_DAY:
                day, used = self.office_days(day, 1), 0
            used = max(0, used)
        else:
            day = self.office_days(day, 0)
        days, rest = divmod(used + minutes, _MINUTES_A_DAY)
        if days:
            day = self.office_days(day, days)
        return clock.at(day, OPENS) + timedelta(minutes=rest)
