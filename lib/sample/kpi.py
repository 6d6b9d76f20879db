"""The daily figures: calls of each centre, orders and mail of the company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lib import clock
from lib.sample.cast import OKINAWA, OWN, SAPPORO
from lib.sample.chance import Chance
from lib.sample.story import Story
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.vocab import BusinessDay, Done, Source

ReferralCounts = Mapping[tuple[date, str], int]
"""Agency contacts by day and receiving centre."""

_COMPLAINTS_AT_SCALE_ONE = 4.0
_CONFIRM_AFTER_DAYS = 45
_DETAILS_FROM_OKINAWA_SINCE = 60


@dataclass(frozen=True, slots=True)
class _Desk:
    """How one centre works. calls: on a usual day of a company of scale one."""

    code: str
    calls: float
    weekly_closed: str
    answer_rate: float
    talk: float
    hold: float
    wrap_up: float
    cancels: float
    enters_at: tuple[int, int]
    peak: str


_DESKS = (
    _Desk(OWN, 58, "土日祝", 0.952, 296, 34, 128, 0.22, (9, 5), "10時台"),
    _Desk(SAPPORO, 92, "", 0.931, 268, 26, 96, 0.27, (9, 25), "12時台"),
    _Desk(OKINAWA, 44, "日祝", 0.917, 241, 22, 88, 0.0, (10, 10), "13時台"),
)
_REPORTS_A_RATE = frozenset({SAPPORO, OKINAWA})
_LEAVES_SHORT_ABANDONS_OUT = frozenset({SAPPORO})


def kpi_days(
    story: Story,
    per_day: float,
    referrals: ReferralCounts,
    others: ReferralCounts,
    chance: Chance,
) -> tuple[KpiDay, ...]:
    """Return the rows that were entered, oldest first; a day not entered has no row.

    per_day: complaints a day, from which the size of the company follows.
    referrals, others: calls from consumer centres and from other agencies.
    """
    scale = per_day / _COMPLAINTS_AT_SCALE_ONE
    missing = _missing(story)
    rows: list[KpiDay] = []
    for day in story.days:
        for desk in _DESKS:
            if (day, desk.code) in missing:
                continue
            row = _centre_day(story, day, desk, scale, chance)
            if row is None:
                continue
            at = (day, desk.code)
            if "offered" in row:
                row["consumer_centre_calls"] = referrals.get(at, 0)
                if others.get(at):
                    row["other_agency_calls"] = others[at]
            rows.append(KpiDay(**row))
        company = _company_day(
            story, day, scale, referrals.get((day, COMPANY), 0), chance
        )
        if company is not None:
            rows.append(KpiDay(**company))
    return tuple(rows)


def _missing(story: Story) -> frozenset[tuple[date, str]]:
    """Days nobody entered: forgotten ones, and today at the Okinawa centre."""
    back = story.calendar.office_days
    return frozenset(
        {
            (story.end, OKINAWA),
            (back(story.end, -4), OKINAWA),
            (back(story.end, -12), OKINAWA),
            (back(story.end, -13), OKINAWA),
            (back(story.end, -9), SAPPORO),
            (back(story.end, -33), OWN),
            (back(story.end, -58), SAPPORO),
        }
    )


def _mistyped_on(story: Story) -> date:
    """The day on which two digits of the answered calls were swapped."""
    return story.calendar.office_days(story.end, -6)


def _centre_day(
    story: Story, day: date, desk: _Desk, scale: float, chance: Chance
) -> dict[str, Any] | None:
    if not story.calendar.open_on(day, desk.weekly_closed):
        return _closed_row(story, day, desk)
    today = day == story.end
    load = story.call_factor(day) * (0.3 if today else 1.0)
    offered = chance.count(chance.near(desk.calls * scale * load, 0.06))
    rate = _answer_rate(story, day, desk, chance)
    answered = chance.part(offered, rate)
    row: dict[str, Any] = {
        "date": day,
        "centre": desk.code,
        "business": BusinessDay.SHORT if _short_day(story, day) else BusinessDay.OPEN,
        "offered": offered,
        "answered": answered,
        "abandoned": offered - answered,
        "confirmed": _confirmed(story, day, desk),
        "entered_at": _entered_at(story, day, desk, chance),
        "note": _note(story, day, desk),
        "source": Source.SAMPLE,
    }
    if desk.cancels:
        row |= _retention(story, day, desk, answered, chance)
    if today:
        return row
    if desk.code != OKINAWA or day >= story.back(_DETAILS_FROM_OKINAWA_SINCE):
        row |= _details(story, desk, row, rate, chance)
    _report(story, day, desk, row)
    return row


def _closed_row(story: Story, day: date, desk: _Desk) -> dict[str, Any] | None:
    """Return a row only for a rest that is not the weekly one; that needs no row."""
    weekly = "月火水木金土日"[day.weekday()] in desk.weekly_closed
    if weekly or not story.calendar.is_year_end(day) or day >= story.end:
        return None
    return {
        "date": day,
        "centre": desk.code,
        "business": BusinessDay.CLOSED,
        "note": "年末年始休業",
        "confirmed": Done.DONE,
        "entered_at": clock.at(story.calendar.office_days(day, 1), 9, 40),
        "source": Source.SAMPLE,
    }


def _short_day(story: Story, day: date) -> bool:
    return (day.month, day.day) == (12, 28) and story.calendar.office_open(day)


def _answer_rate(story: Story, day: date, desk: _Desk, chance: Chance) -> float:
    rate = desk.answer_rate - 0.05 * max(
        0.0, story.call_factor(day) / story.growth(day) - 1.15
    )
    if day in story.dip:
        into = (day - story.dip.first).days
        depth = min(1.0, (into + 1) / 4)
        rate -= {SAPPORO: 0.27, OWN: 0.07, OKINAWA: 0.05}[desk.code] * depth
    elif desk.code == SAPPORO and day >= story.seats_added_on:
        rate += 0.012
    if day == story.failure_day and desk.code == OWN:
        rate -= 0.42
    if day == story.tv_day:
        rate -= 0.14
    return min(0.995, max(0.3, rate + chance.between(-0.022, 0.022)))


def _retention(
    story: Story, day: date, desk: _Desk, answered: int, chance: Chance
) -> dict[str, Any]:
    requests = chance.part(answered, desk.cancels)
    excluded = chance.part(requests, 0.045)
    offers = chance.part(requests - excluded, 0.71 if desk.code == OWN else 0.79)
    kept = chance.part(offers, 0.27 if desk.code == OWN else 0.33)
    counts: dict[str, Any] = {
        "cancel_requests": requests,
        "retention_excluded": excluded,
        "retention_offers": offers,
        "retention_kept": kept,
    }
    if day <= story.back(_CONFIRM_AFTER_DAYS):
        counts["retention_confirmed"] = chance.part(kept, 0.84)
    return counts


def _details(
    story: Story,
    desk: _Desk,
    row: Mapping[str, Any],
    rate: float,
    chance: Chance,
) -> dict[str, Any]:
    day: date = row["date"]
    offered, answered, abandoned = row["offered"], row["answered"], row["abandoned"]
    strain = max(0.0, 0.95 - rate) / 0.25
    talk = round(answered * chance.near(desk.talk, 0.05))
    hold = round(answered * chance.near(desk.hold, 0.09))
    wrap_up = round(answered * chance.near(desk.wrap_up, 0.05))
    busy = talk + hold + wrap_up
    occupied = min(0.94, 0.76 + 0.14 * strain + chance.between(-0.02, 0.02))
    idle = round(busy / occupied) - busy
    worst_offered = round(offered * chance.between(0.13, 0.17))
    worst_rate = max(0.0, rate - chance.between(0.05, 0.16))
    promised = chance.part(answered, 0.055)
    details: dict[str, Any] = {
        "short_abandoned": chance.part(abandoned, 0.3),
        "answered_in_time": chance.part(answered, max(0.2, 0.87 - 0.45 * strain)),
        "wait_seconds": round(answered * chance.near(13 + 55 * strain, 0.12)),
        "talk_seconds": talk,
        "hold_seconds": hold,
        "acw_seconds": wrap_up,
        "idle_seconds": idle,
        "staffed_minutes": round((busy + idle) / 60 * chance.between(1.1, 1.16)),
        "worst_band": desk.peak,
        "worst_offered": worst_offered,
        "worst_answered": min(worst_offered, round(worst_offered * worst_rate)),
        "resolved_first": chance.part(answered, 0.745),
        "callbacks_promised": promised,
        "callbacks_done": chance.part(promised, 0.8 if day in story.dip else 0.945),
    }
    if desk.code != OWN:
        details["ivr_abandoned"] = chance.count(offered * 0.035)
    if desk.code == SAPPORO:
        details["overflowed"] = chance.count(
            offered * (0.09 if day in story.dip else 0.008)
        )
    return details


def _report(story: Story, day: date, desk: _Desk, row: dict[str, Any]) -> None:
    """Add the rate that an outsourced centre reports, by its own way of counting."""
    if desk.code not in _REPORTS_A_RATE or not row["offered"]:
        return
    base = row["offered"]
    if desk.code in _LEAVES_SHORT_ABANDONS_OUT:
        base -= row.get("short_abandoned") or 0
    row["reported_answer_rate"] = (
        round(100 * row["answered"] / base, 1) if base else None
    )
    if day == _mistyped_on(story) and desk.code == SAPPORO:
        row["answered"] = _swapped(row["answered"])
        row["abandoned"] = row["offered"] - row["answered"]
        for part in ("answered_in_time", "resolved_first"):
            row[part] = min(row[part], row["answered"])


def _swapped(count: int) -> int:
    """Return the smaller number that comes of swapping two neighbouring digits."""
    digits = str(count)
    swaps = [
        int(digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :])
        for n in range(len(digits) - 1)
    ]
    smaller = [s for s in swaps if s < count and len(str(s)) == len(digits)]
    return max(smaller, default=max(0, count - 9))


def _confirmed(story: Story, day: date, desk: _Desk) -> Done:
    if day == story.end or (day == story.yesterday and desk.code != OWN):
        return Done.NOT_YET
    return Done.DONE


def _entered_at(story: Story, day: date, desk: _Desk, chance: Chance) -> datetime:
    hour, minute = desk.enters_at
    if day == story.end:
        return clock.at(day, 9, chance.whole(5, 25))
    if desk.code == OWN:
        return clock.at(day, 18, chance.whole(5, 40))
    late = chance.maybe(0.05) and day < story.back(5)
    entered = clock.at(day + timedelta(days=1), hour, minute) + timedelta(
        minutes=chance.whole(-20, 15) + (210 if late else 0)
    )
    return min(entered, clock.at(story.end, 9, 20))


def _note(story: Story, day: date, desk: _Desk) -> str:
    if day == story.end:
        return "途中経過"
    if day == story.failure_day and desk.code == OWN:
        return "電話設備の障害により10時から13時ごろまで不通"
    if day == story.tv_day:
        return "夕方の情報番組で美容液が紹介され、入電が集中"
    if desk.code == SAPPORO:
        if day == story.dip.first:
            return "欠員4名。今週いっぱい席数を減らして対応"
        if day == story.dip.first + timedelta(days=7):
            return "欠員続く。昼の時間帯がほとんど取れない"
        if day == story.seats_added_on:
            return "増員6名が着台"
    if any(day == sale.first for sale in story.sales):
        return "セール開始"
    return ""


def _company_day(
    story: Story, day: date, scale: float, referrals: int, chance: Chance
) -> dict[str, Any] | None:
    today = day == story.end
    if today:
        return None
    calendar = story.calendar
    orders = chance.count(chance.near(330 * scale * story.order_factor(day), 0.05))
    shipped = 0
    if day.weekday() != 6 and not calendar.is_year_end(day):
        backlog = 1.45 if day.weekday() == 0 else 1.1
        shipped = chance.count(
            chance.near(370 * scale * backlog * _smooth(story, day), 0.05)
        )
    mails = chance.count(
        chance.near(36 * scale * (0.5 + 0.5 * story.call_factor(day)), 0.1)
    )
    resting = not calendar.office_open(day)
    left = 0.75 if resting else 0.16
    entered = clock.at(
        min(calendar.office_days(day, 1), story.end), 9, chance.whole(2, 18)
    )
    return {
        "date": day,
        "centre": COMPANY,
        "orders": orders,
        "shipments": shipped,
        "consumer_centre_calls": referrals,
        "mails_received": mails,
        "mails_open": chance.part(mails, left),
        "confirmed": Done.NOT_YET if day == story.yesterday else Done.DONE,
        "entered_at": entered,
        "note": "セール開始" if any(day == s.first for s in story.sales) else "",
        "source": Source.SAMPLE,
    }


def _smooth(story: Story, day: date) -> float:
    """Return the order factor of the days before, which are shipped now."""
    before = [story.order_factor(day - timedelta(days=n)) for n in (1, 2, 3, 4)]
    return sum(before) / len(before)
