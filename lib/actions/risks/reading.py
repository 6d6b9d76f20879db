"""How contacts from consumer centres stand today: what a page and 「今日」 show of them.

`reading` is worked out once for each state of the data, day, role and language; asking
again costs nothing, so a rerun of a page may. What only the risk page needs beside it
is in `panels`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

import numpy as np
import pandas as pd

from lib.actions.business_settings import value_of
from lib.actions.clocks.proposing import pairs_of
from lib.actions.kpi_targets import marks_of
from lib.actions.risks import counting, judging, wording
from lib.actions.risks.counting import Daily
from lib.actions.risks.judging import Closing, Course, Outcomes, Start
from lib.i18n import current
from lib.metrics import calendar, pairs, referrals
from lib.metrics.figures import Frames
from lib.metrics.marks import Mark
from lib.metrics.reason import Reason
from lib.metrics.state import State, Verdict
from lib.risk import fixed, summary
from lib.risk.baseline import YOUNG
from lib.risk.days import DayClass
from lib.risk.detection import Level
from lib.risk.sensitivity import SENSITIVITIES, STANDARD, Delay, Sensitivity
from lib.risk.summary import BANDS, WEEK, Rise
from lib.schema.alarm import CLOSED_BY_HAND, Alarm
from lib.schema.frames import standing
from lib.schema.tables import table
from lib.schema.vocab import AlarmStatus
from lib.settings.risk import MANY_A_WEEK, SENSITIVITY
from lib.store.access import UserStore

ALARMS: Final = "alarms"

COUNTED_FROM: Final = (
    "agency_inquiries",
    "complaints",
    "kpi_days",
    "centres",
    "settings",
)
"""Tables that the daily counts are made from."""

MARKED_DAYS: Final = 730
"""Days back that marks are collected for."""

OWN_RATE_DAYS: Final = 28
"""Days over which the company's own usual number a day is taken."""

STATES: Final[Mapping[Level, State]] = {
    Level.HELD_BACK: State.PENDING,
    Level.NORMAL: State.NORMAL,
    Level.WATCH: State.WATCH,
    Level.ALARM: State.ALARM,
}
"""The one scale of alarm, by the level of `lib.risk`."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A fixed rule that holds today, with the cases that it rests on.

    table: of the cases, 行政問合せ or 苦情台帳.
    """

    rule: fixed.Rule
    level: Level
    cases: tuple[str, ...]
    table: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Story:
    """The rise that stands today.

    start: since when, with its 80 % interval, as seen today. numbers: what came since,
    against what was usual. raised_on, alarmed_on: the days on which it reached 注意 and
    警報; None where it never was an alarm. statistic: R of today.
    """

    start: Start
    numbers: Rise
    raised_on: date
    alarmed_on: date | None
    statistic: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one sensitivity costs this company.

    rate: its own usual contacts a day. delays: median days to an alarm and share found
    in 14 days, by kind of rise ("x1.5", "x2", "x3", "ramp"), measured for a company
    like it; bounds where it has fewer contacts than any that was measured.
    """

    sensitivity: Sensitivity
    is_chosen: bool
    rate: float
    delays: Mapping[str, Delay]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What judgement still waits for. days: more known days; 0 once it is judged.

    is_stale: whether enough was known, but nothing of the last 7 days.
    """

    days: int
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known of the days since the first one, today apart."""

    first: date
    last: date | None
    known: int
    missing: int
    rough: int
    closed: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How it stands today; nothing in it is to be changed.

    state: the most pressing of the counts and the signs. level: of the counts alone.
    days: a row a day, oldest first, today last:
        `day` (datetime64), `count` (NaN: not known; a share of a month where `rough`),
        `orders`, `kind` (`DayClass`), `is_closed`, `is_missing`, `rough`, `by_calls`,
        `holiday` (its name in the language of the screen, or ""),
        `expected` (usual count of that day), `week` (sum of the known of 7 days, NaN
        where none is), `usual` (usual sum of the same days), `low80`, `high80`,
        `low98`, `high98` (band of that sum), `statistic` (R), `level` (`Level.code`),
        `stands` (an alarm stands).
    story: the rise that stands; None in calm.
    sentence: what to say of it, or of the calm, one sentence a part.
    more_to_alarm: contacts that today would still need; 0 if an alarm stands, None if
        no number up to 30 would do or judgement is held back.
    week: contacts of the last 7 days; None where none of them is known.
    usual_week: as many as usual; None while held back.
    costs: of each sensitivity; none while held back, as the own rate is not known.
    alarm: the open row of 警報, once the app has written it.
    """

    today: date
    daily: Daily
    course: Course
    state: State
    level: Level
    days: pd.DataFrame
    story: Story | None
    sentence: tuple[Reason, ...]
    signs: tuple[Sign, ...]
    more_to_alarm: int | None
    week: int | None
    usual_week: float | None
    waiting: Waiting
    known: Known
    sensitivity: Sensitivity
    costs: tuple[Cost, ...]
    marks: tuple[Mark, ...]
    alarm: Alarm | None
    by_orders: bool

    @property
    def verdict(self) -> Verdict:
        """The state with its reasons, the first one first: ② of 「今日」."""
        counted = wording.counted(self.week, self.usual_week, self.waiting)
        found = wording.in_short(self.story, self.level)
        return Verdict(
            self.state, (counted, *found, *(sign.reason for sign in self.signs))
        )


def reading(desk: UserStore, now: datetime) -> Reading:
    """Return how contacts stand, as of this day and state of the data."""
    today = now.date()
    name = ("risk reading", today, current())
    return desk.derived(name, lambda: _reading(desk, today))


def daily(desk: UserStore, today: date) -> Daily:
    """Return the company's contacts day by day."""
    return desk.derived(
        ("risk days", today), lambda: counting.daily_of(_frames(desk), today)
    )


def course(desk: UserStore, today: date) -> Course:
    """Return how each day stands, with what people decided about earlier alarms."""

    def made() -> Course:
        decided = outcomes(alarms_of(desk), today)
        return judging.judged(daily(desk, today), sensitivity(desk, today), decided)

    return desk.derived(("risk course", today), made)


def sensitivity(desk: UserStore, on: date) -> Sensitivity:
    """Return how strict the watch is on a day."""
    chosen = value_of(desk, SENSITIVITY, on)
    return next((one for one in SENSITIVITIES if one.label == chosen), STANDARD)


def alarms_of(desk: UserStore) -> tuple[Alarm, ...]:
    """Return every row of 警報 that can be read, the oldest first."""

    def made() -> tuple[Alarm, ...]:
        rows = desk.frame(ALARMS)
        rows = rows[rows["raised_on"].notna() & rows["start_on"].notna()]
        rows = rows.sort_values(["raised_on", "raised_at"], kind="stable")
        found = cast("list[Alarm]", standing(table(ALARMS), rows))
        return tuple(found)

    return desk.derived("alarms", made)


def open_alarm(alarms: tuple[Alarm, ...]) -> Alarm | None:
    """Return the alarm that goes on; of several in a torn sheet, the oldest."""
    return next((alarm for alarm in alarms if alarm.is_open), None)


def outcomes(alarms: tuple[Alarm, ...], today: date) -> Outcomes:
    """Return what people decided: chapters that closings begin, and rises not to learn."""
    closings = tuple(
        Closing(
            _closed_on(alarm),
            alarm.start_on if alarm.status is AlarmStatus.NEW_NORMAL else None,
        )
        for alarm in alarms
        if alarm.status in CLOSED_BY_HAND and not _was_over(alarm)
    )
    rises = tuple(
        (alarm.start_on, alarm.ended_on or today)
        for alarm in alarms
        if alarm.is_confirmed and alarm.status not in CLOSED_BY_HAND
    )
    return Outcomes(closings, rises)


def _closed_on(alarm: Alarm) -> date:
    """Return the day of a closing; a state chosen in a sheet has no moment at first."""
    if alarm.closed_at is not None:
        return alarm.closed_at.date()
    return alarm.ended_on or alarm.alarmed_on or alarm.raised_on


def _was_over(alarm: Alarm) -> bool:
    """Whether an alarm had ended by itself before it was called false."""
    ended = alarm.ended_on
    return ended is not None and ended < _closed_on(alarm)


def _frames(desk: UserStore) -> Frames:
    return {code: desk.frame(code) for code in COUNTED_FROM}


def _reading(desk: UserStore, today: date) -> Reading:
    seen, stands = daily(desk, today), course(desk, today)
    level = stands.today
    signs = _signs(desk, today)
    days = _days(stands)
    latest = days.iloc[-1]
    judged = level is not Level.HELD_BACK
    story = _story(stands)
    waiting = _waiting(seen, stands)
    usual_week = _usual_week(stands) if judged else None
    week = None if pd.isna(latest["week"]) else int(latest["week"])
    chosen = stands.sensitivity
    by_orders = bool(stands.usual.by_orders[0, -1])
    pressing = max([level, *(sign.level for sign in signs)])
    return Reading(
        today=today,
        daily=seen,
        course=stands,
        state=STATES[pressing if pressing > Level.NORMAL else level],
        level=level,
        days=days,
        story=story,
        sentence=wording.sentence(story, level, chosen, by_orders=by_orders)
        or wording.calm(week, usual_week, waiting, by_orders=by_orders),
        signs=signs,
        more_to_alarm=stands.more_to_alarm(),
        week=week,
        usual_week=usual_week,
        waiting=waiting,
        known=_known(seen),
        sensitivity=chosen,
        costs=_costs(stands) if judged else (),
        marks=marks_of(desk, _marked_from(seen), today),
        alarm=open_alarm(alarms_of(desk)),
        by_orders=by_orders,
    )


def _marked_from(seen: Daily) -> date:
    return max(seen.first, seen.today - timedelta(days=MARKED_DAYS))


# The days -----------------------------------------------------------------------------


def _days(stands: Course) -> pd.DataFrame:
    seen = stands.daily
    exact = seen.daily
    known = np.isfinite(exact)
    seven = np.ones(WEEK)
    week = np.convolve(np.nan_to_num(exact), seven)[: len(exact)]
    any_known = np.convolve(known, seven)[: len(exact)] > 0
    bands = {}
    usual = np.zeros(len(exact))
    for share in BANDS:
        low, mean, high = summary.expected_band(exact[None], stands.usual, share)
        usual = mean[0]
        bands[f"low{share:.0%}".rstrip("%")] = np.where(any_known, low[0], np.nan)
        bands[f"high{share:.0%}".rstrip("%")] = np.where(any_known, high[0], np.nan)
    language = current()
    found = pd.DataFrame(
        {
            "day": seen.days.astype("datetime64[s]"),
            "count": seen.counts,
            "orders": seen.orders,
            "kind": seen.classes,
            "is_closed": seen.is_closed,
            "is_missing": seen.is_missing,
            "rough": seen.rough,
            "by_calls": seen.by_calls,
            "expected": stands.usual.mean[0],
            "week": np.where(any_known, week, np.nan),
            "usual": np.where(any_known, usual, np.nan),
            **bands,
            "statistic": stands.statistic,
            "level": [Level(one).code for one in stands.level],
            "stands": stands.stands,
        }
    )
    found["holiday"] = [
        calendar.holiday_name(day, language) if closed else ""
        for day, closed in zip(
            found["day"].dt.date, found["kind"] == DayClass.CLOSED, strict=True
        )
    ]
    return found


def _story(stands: Course) -> Story | None:
    spell = stands.episode()
    if spell is None or stands.today < Level.WATCH:
        return None
    start = stands.start(-1)
    reached = np.flatnonzero(stands.level[spell[0] :] == Level.ALARM)
    alarmed = stands.daily.days[spell[0] + reached[0]].item() if len(reached) else None
    return Story(
        start=start,
        numbers=stands.since(start.likely),
        raised_on=stands.daily.days[spell[0]].item(),
        alarmed_on=alarmed,
        statistic=float(stands.statistic[-1]),
    )


def _waiting(seen: Daily, stands: Course) -> Waiting:
    if stands.level[-1] != Level.HELD_BACK:
        return Waiting(0, is_stale=False)
    days = max(YOUNG - int(np.isfinite(seen.counts[:-1]).sum()), 0)
    return Waiting(days, is_stale=days == 0)


def _known(seen: Daily) -> Known:
    past = np.isfinite(seen.daily)
    last = np.flatnonzero(past)
    return Known(
        first=seen.first,
        last=seen.days[last[-1]].item() if len(last) else None,
        known=int(past[:-1].sum()),
        missing=int(seen.is_missing.sum()),
        rough=int(seen.rough.sum()),
        closed=int(seen.is_closed[:-1].sum()),
    )


def _usual_week(stands: Course) -> float:
    """Return how many would be usual on the known ones of the last 7 days."""
    known = np.isfinite(stands.daily.daily[-WEEK:])
    return float(stands.usual_now[-WEEK:][known].sum())


def _costs(stands: Course) -> tuple[Cost, ...]:
    recent = stands.usual_now[-OWN_RATE_DAYS:]
    rate = float(recent.mean())
    return tuple(
        Cost(one, one is stands.sensitivity, rate, one.delays_at(rate))
        for one in SENSITIVITIES
    )


# Signs that need no statistics --------------------------------------------------------


def _signs(desk: UserStore, today: date) -> tuple[Sign, ...]:
    rows = desk.frame("agency_inquiries")
    # In a torn row of a sheet the number may be blank, or stand twice; its key is sure.
    inquiries = rows[list(_LOOKED_AT)].assign(
        id=rows.index, case=referrals.cases_of(rows)
    )
    products = desk.frame("products")
    names = dict(zip(products.index, products["name"], strict=True))
    found = fixed.findings(
        inquiries[inquiries["first_contact_at"].notna()],
        today,
        answer_rates=_answer_rates(desk.frame("kpi_days"), today),
        like_harm=_like_harm(desk, today),
        many=many_a_week(desk, today),
    )
    return tuple(
        Sign(
            one.rule,
            one.level,
            one.cases,
            "complaints" if one.rule is fixed.Rule.LIKE_HARM else "agency_inquiries",
            wording.sign(one, inquiries, names),
        )
        for one in found
    )


_LATELY: Final = timedelta(days=4)
"""Until when the telephone of a day says something of today, a long weekend between."""

_LOOKED_AT: Final = (
    "first_contact_at",
    "agency_kind",
    "status",
    "repeat_contacts",
    "product_code",
    "category",
)
"""Columns that fixed rules look at: cutting the others out is most of their time."""

NO_LINE: Final = 10**9
"""Contacts in a week that nobody gets: where the company has no line of its own."""


def many_a_week(desk: UserStore, on: date) -> int:
    """Return the contacts in 7 days that are an alarm by themselves."""
    typed = value_of(desk, MANY_A_WEEK, on)
    return int(float(typed)) or NO_LINE if typed else NO_LINE


def _answer_rates(kpi_days: pd.DataFrame, today: date) -> list[float]:
    """Return the answer rate of the latest days with calls, all centres together.

    None where they ended days ago: of today they say nothing.
    """
    rows = kpi_days[
        kpi_days["offered"].notna()
        & kpi_days["answered"].notna()
        & (kpi_days["date"] < pd.Timestamp(today))
        & (kpi_days["date"] >= pd.Timestamp(today - timedelta(days=WEEK * 2)))
    ].drop_duplicates(["date", "centre"])
    sums = rows.groupby("date")[["answered", "offered"]].sum()
    sums = sums[sums["offered"] > 0].astype("float64")
    if sums.empty or sums.index.max() < pd.Timestamp(today - _LATELY):
        return []
    return (sums["answered"] / sums["offered"]).tolist()


def _like_harm(desk: UserStore, today: date) -> list[str]:
    """Return the complaints of like health damage, of which one is a month old at most."""
    complaints = desk.frame("complaints")
    since = pd.Timestamp(today - pairs.WITHIN)
    received = complaints["received_at"].dt.tz_localize(None)
    recent = set(complaints.index[received >= since])
    found = [pair for pair in pairs_of(desk) if pair.later in recent]
    alike = [key for pair in found for key in (pair.earlier, pair.later)]
    return list(dict.fromkeys(alike))
