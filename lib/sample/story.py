"""What happened to the company in the sample period, as dates and as factors.

Everything is placed back from the last day, so that what matters is recent however
long the period is. A period of five months or more holds every event; a shorter one
holds those that fall into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from lib.sample.workdays import WorkCalendar

_GROWTH_A_YEAR = 0.24
_HALF_A_YEAR = 182


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        """Whether the day lies in the span."""
        return self.first <= day <= self.last

    def shifted(self, days: int) -> Span:
        """Return the span so many days later."""
        gap = timedelta(days=days)
        return Span(self.first + gap, self.last + gap)


@dataclass(frozen=True, eq=False)
class Story:
    """The dates of one sample period that ends with `end` (today)."""

    start: date
    end: date
    calendar: WorkCalendar

    @classmethod
    def of(cls, end: date, months: int) -> Story:
        """Return the story of the `months` months up to `end`."""
        start = _months_before(end, months)
        return cls(start, end, WorkCalendar(start, end))

    @property
    def yesterday(self) -> date:
        """The last day that is over."""
        return self.end - timedelta(days=1)

    @cached_property
    def days(self) -> list[date]:
        """Every day, oldest first, today included."""
        return [
            self.start + timedelta(days=n)
            for n in range((self.end - self.start).days + 1)
        ]

    def back(self, days: int) -> date:
        """Return the day so many days before today."""
        return self.end - timedelta(days=days)

    @cached_property
    def dip(self) -> Span:
        """The fortnight in which the Sapporo centre could not answer its calls."""
        return Span(self.back(76), self.back(63))

    @cached_property
    def referral_wave(self) -> Span:
        """When consumers who had not got through went to consumer centres."""
        return Span(
            self.dip.first + timedelta(days=9), self.dip.last + timedelta(days=19)
        )

    @cached_property
    def bad_lot(self) -> Span:
        """When customers met the defective lot."""
        return Span(self.back(31), self.back(10))

    @cached_property
    def launched_on(self) -> date:
        """The day on which the new product went on sale."""
        return self.back(118)

    @cached_property
    def tv_day(self) -> date:
        """The day of the television spot."""
        return self.back(97)

    @cached_property
    def failure_day(self) -> date:
        """The business day on which the telephone system failed for hours."""
        return self.calendar.office_days(self.back(45), 0)

    @cached_property
    def sales(self) -> tuple[Span, ...]:
        """The five days of each sale, two a year."""
        first = Span(self.back(140), self.back(136))
        return (first, *(first.shifted(-_HALF_A_YEAR * n) for n in range(1, 6)))

    @cached_property
    def after_sales(self) -> frozenset[date]:
        """The days on which the parcels of a sale are late."""
        spans = [sale.shifted(7) for sale in self.sales]
        return frozenset(day for day in self.days if any(day in s for s in spans))

    def order_factor(self, day: date) -> float:
        """How many times the usual orders this day brings."""
        factor = self.growth(day)
        factor *= (1.12, 0.98, 0.95, 0.95, 0.98, 1.02, 1.10)[day.weekday()]
        if any(day in sale for sale in self.sales):
            factor *= 2.3
        if any(day in sale.shifted(6) for sale in self.sales):
            factor *= 0.86
        if day == self.tv_day:
            factor *= 2.6
        if day == self.tv_day + timedelta(days=1):
            factor *= 1.5
        if self.calendar.is_obon(day) or self.calendar.is_year_end(day):
            factor *= 0.7
        return factor

    def call_factor(self, day: date) -> float:
        """How many times the usual calls this day brings, were everybody open."""
        calendar = self.calendar
        factor = (
            self.growth(day) * (1.30, 1.06, 0.98, 0.96, 1.0, 0.74, 0.58)[day.weekday()]
        )
        if calendar.is_holiday(day):
            factor *= 0.72
        elif calendar.after_rest(day) and day.weekday() != 0:
            factor *= 1.28
        if calendar.is_golden_week(day) or calendar.is_obon(day):
            factor *= 0.8
        if calendar.is_year_end(day):
            factor *= 0.55
        if any(day in sale.shifted(2) for sale in self.sales):
            factor *= 1.35
        if day == self.tv_day:
            factor *= 1.9
        if day == self.tv_day + timedelta(days=1):
            factor *= 1.45
        if day in self.dip:
            factor *= 1.14  # those who did not get through dial again
        return factor

    def complaint_factor(self, day: date) -> float:
        """How many times the usual complaints this day brings."""
        factor = 0.35 * self.growth(day) + 0.65 * self.call_factor(day)
        if day in self.after_sales:
            factor *= 1.35
        if day in self.dip:
            factor *= 1.25
        return factor

    def claim_factor(self, claim_type: str, day: date) -> float:
        """How much likelier than usual this kind of claim is on this day."""
        factor = 1.0
        late = day in self.after_sales
        if claim_type in {"届かない・遅い", "欠品"}:
            factor *= 2.4 if late else 1.0
            factor *= 1.6 if day.month == 1 and day.day < 15 else 1.0
        if claim_type == "電話がつながらない":
            factor *= 6.0 if day in self.dip else 1.0
            factor *= 5.0 if day == self.failure_day else 1.0
            factor *= 2.2 if 0 <= (day - self.tv_day).days <= 2 else 1.0
        if claim_type == "解約できない":
            wave = Span(self.dip.first, self.dip.last + timedelta(days=10))
            factor *= 1.7 if day in wave else 1.0
        if claim_type == "定期と知らなかった":
            factor *= 0.55 if day >= self.page_fixed_on else 1.0
        return factor

    @cached_property
    def page_fixed_on(self) -> date:
        """The day from which the landing pages said 「定期」 in large letters."""
        return self.back(196)

    @cached_property
    def seats_added_on(self) -> date:
        """The day on which the Sapporo centre got more seats."""
        return self.dip.last + timedelta(days=1)

    def growth(self, day: date) -> float:
        """Return the size of the business, 1.0 on the last day."""
        return float((1 + _GROWTH_A_YEAR) ** ((day - self.end).days / 365))


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, 28))
