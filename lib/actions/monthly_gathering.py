"""What a monthly report is made of, as one person's desk shows it.

A report for the contract meeting asks every figure for its one centre, and takes from
the ledgers of the company nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.actions.business_settings import value_of
from lib.actions.kpi_cards import Asked, Span, card_of, course_of, judged_of, off_target
from lib.actions.kpi_cards import span as span_of
from lib.actions.kpi_targets import marks_of
from lib.actions.kpi_views import (
    Period,
    behind_of,
    call_centres,
    deterrence_of,
    entries_of,
    spread_of,
    total_of,
)
from lib.actions.risks import reading
from lib.actions.risks.reading import STATES
from lib.actions.today import figures_of
from lib.i18n import N_
from lib.metrics import movers, referrals
from lib.metrics.entering import Entry
from lib.metrics.entry_gaps import EmptyDay
from lib.metrics.figures import between, of_centre
from lib.metrics.kpi_themes import Theme, figures_of_theme
from lib.metrics.kpis import Figure, Kpi, Spread, figure, kpi
from lib.metrics.marks import Mark, MarkKind
from lib.metrics.reason import Reason
from lib.metrics.series import ALL
from lib.metrics.state import FEWEST_CALLS, State, Verdict, worst
from lib.metrics.wishes import complaints_in
from lib.reports.monthly.material import (
    BadDay,
    Board,
    CentreMonth,
    Contract,
    Course,
    Day,
    DayState,
    EntryRecord,
    Fix,
    Kind,
    Line,
    Material,
    Month,
    Reader,
)
from lib.risk.detection import Level
from lib.schema.learning import EVENTS
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import (
    ImprovementStatus,
    InquiryStatus,
    Source,
)
from lib.settings import company, monthly_comments
from lib.store.access import UserStore

Told = Callable[[float], None]
"""Hears how much of the work is done, 0-1."""

CONTACTS: Final = "referrals"

BOARD_FIGURES: Final = (
    "answer_rate",
    "abandonment_rate",
    "service_level",
    "average_wait",
    "offered",
    "answered",
    "referrals",
    "referral_rate",
    "foreseen_rate",
    "complaints",
    "complaint_rate",
    "second_complaint_rate",
    "hostile_seconds",
    "escalation_rate",
    "promises_kept_rate",
    "promises_forgotten",
    "first_reply_time",
    "settling_time",
    "shipments",
    "cancel_requests",
    "retention_offer_rate",
    "retention_success",
    "entered_in_time_rate",
    "missing_days",
)
CONTRACT_THEMES: Final = (
    Theme.REACH,
    Theme.SPEED,
    Theme.WORK,
    Theme.RETENTION,
    Theme.ENTRY,
)
OF_CENTRES: Final = (
    "offered",
    "answered",
    "answer_rate",
    "service_level",
    "average_wait",
    "missing_days",
)
"""What stands side by side for each centre in the board's report."""

DRAWN_FOR_BOARD: Final = ("answer_rate",)
DRAWN_FOR_CENTRE: Final = ("answer_rate", "service_level", "offered")
OVER_MONTHS: Final = ("answer_rate", "complaints", "referrals")
MONTHS: Final = 13
"""A year and the same month of the year before."""

MOST_KINDS: Final = 6
MOST_FIXES: Final = 12
MOST_BAD_DAYS: Final = 5


def month_span(month: date, now: datetime) -> Span:
    """Return the days of a month up to yesterday, and those it is compared with."""
    return span_of(Asked.MONTH, now.date(), month=month)


def gathered(
    desk: UserStore,
    month: date,
    reader: Reader,
    centre: Centre | None,
    *,
    made_by: str,
    comments: str,
    now: datetime,
    told: Told,
) -> Material:
    """Return what the report says. centre: of a contract meeting, else None."""
    spans = month_span(month, now)
    place = centre.code if centre else ALL
    wanted = _figures(reader)
    lines = {}
    for done, entry in enumerate(wanted):
        lines[entry.code] = line_of(desk, entry, spans, now, centre)
        told(0.7 * (done + 1) / len(wanted))
    if reader is Reader.BOARD:
        lines[CONTACTS] = _watched(lines[CONTACTS], contacts_of(desk, spans, now))
    drawn = DRAWN_FOR_CENTRE if centre else DRAWN_FOR_BOARD
    courses = tuple(_course(desk, kpi(code), spans, now, place) for code in drawn)
    told(0.8)
    board = _board(desk, spans, now) if reader is Reader.BOARD else None
    contract = _contract(desk, spans, now, centre) if centre else None
    told(1.0)
    return Material(
        reader=reader,
        first=spans.period.first,
        last=spans.period.last,
        is_whole=spans.period == Period.of_month(spans.period.first),
        before=(spans.before.first, spans.before.last),
        company=value_of(desk, company.NAME, now.date()),
        centre_name=centre.name if centre else "",
        made_by=made_by,
        made_at=now,
        is_sample=_is_sample(desk, spans.period, place),
        lines=lines,
        courses=courses,
        missing=_missing(desk, spans, now, place),
        marks=_marks(desk, spans.period, centre),
        names={
            one.code: one.name for one in ([centre] if centre else call_centres(desk))
        },
        comments=comments,
        board=board,
        contract=contract,
    )


def _figures(reader: Reader) -> tuple[Figure, ...]:
    if reader is Reader.BOARD:
        return tuple(map(figure, BOARD_FIGURES))
    return tuple(
        entry
        for theme in CONTRACT_THEMES
        for entry in figures_of_theme(theme, of_centre=True, typed_only=True)
    )


def _is_sample(desk: UserStore, period: Period, centre: str) -> bool:
    days = between(desk.frame("kpi_days"), period.first, period.last)
    own = days if centre == ALL else of_centre(days, centre)
    return bool((own["source"] == Source.SAMPLE.value).any())


# Figures ------------------------------------------------------------------------


def line_of(
    desk: UserStore,
    entry: Figure,
    spans: Span,
    now: datetime,
    centre: Centre | None = None,
) -> Line:
    """Return one figure of the month with its formula in numbers.

    centre: whose; None for all of them.
    """
    place = centre.code if centre else ALL
    card = card_of(desk, entry, spans, now, place)
    symbol, filled, within = entry.symbol(card.method), "", None
    left_out: tuple[date, ...] = ()
    if isinstance(entry, Kpi):
        behind = behind_of(desk, entry, spans.period, now, place)
        symbol, filled = behind.symbol, behind.filled
        left_out = tuple(sorted({gap.day for gap in behind.gaps}))
    elif isinstance(entry, Spread):
        within = spread_of(desk, entry, spans.period, now, place).most
    return Line(
        entry=entry,
        value=card.value,
        before=card.before,
        target=card.target,
        lamp=card.lamp,
        lack=card.lack,
        note=card.note,
        variants=_variants(entry, card.method, centre),
        symbol=symbol,
        filled=filled,
        within=within,
        left_out=left_out,
    )


def _variants(
    entry: Figure, method: str, centre: Centre | None
) -> tuple[tuple[str, str], ...]:
    """Return by which definition it was counted, and from how many seconds on."""
    if not isinstance(entry, Kpi):
        return ()
    found = [("", method)] if method else []
    fields = table("centres")
    for name in entry.alike if centre else ():
        seconds = getattr(centre, name)
        if seconds is not None:
            found.append((fields.field(name).label, str(seconds)))
    return tuple(found)


def contacts_of(desk: UserStore, spans: Span, now: datetime) -> Verdict:
    """Return how pressing the contacts of a month were: what ② of 今日 said, at its worst.

    The counts are looked at, each day with what came after it: what was typed late is
    seen on its day.
    """
    course = reading.course(desk, now.date())
    on = course.daily.days
    inside = (on >= np.datetime64(spans.period.first)) & (
        on <= np.datetime64(spans.period.last)
    )
    stood = np.where(course.watched, Level.WATCH, course.level)
    stood = np.where(course.stands, Level.ALARM, stood)[inside]
    worst_level = Level(int(stood.max(initial=Level.HELD_BACK)))
    if worst_level is Level.HELD_BACK:
        return Verdict(State.PENDING, (Reason(_NOT_JUDGED),))
    if worst_level is Level.NORMAL:
        return Verdict(State.NORMAL, (Reason(_CALM),))
    such = on[inside][stood == worst_level]
    details = {"days": len(such), "first": such[0].item()}
    state = STATES[worst_level]
    return Verdict(state, (Reason(_PRESSED, details, {"state": state.value}),))


_NOT_JUDGED: Final = N_(
    "センターからの連絡は、記録がまだ少なく、増えたかを判定できません。"
)
_CALM: Final = N_("センターからの連絡が増えていると見た日は、この月にありません。")
_PRESSED: Final = N_(
    "センターからの連絡は、この月に「{state}」の日が{days}日ありました(最初は{first.month}/{first.day})。"
)


def _watched(line: Line, contacts: Verdict) -> Line:
    """Return the figure of contacts with the watch over them beside its own target."""
    both = [contacts, *([line.lamp] if line.lamp else [])]
    return replace(line, lamp=worst(both))


def _course(
    desk: UserStore, entry: Kpi, spans: Span, now: datetime, place: str
) -> Course:
    # The whole month, also while it is young: a chart of three days says nothing.
    found = course_of(desk, entry, spans, now, place)
    empty = {day.day: day for day in found.empty}
    short = set(found.short)
    days = [
        Day(
            moment.date(),
            None if pd.isna(value) else float(value),
            None if pd.isna(target) else float(target),
            _state(moment.date(), empty, short),
        )
        for moment, value, target in zip(
            found.rows["day"], found.rows["value"], found.rows["target"], strict=True
        )
    ]
    return Course(entry, tuple(days), _for_reader(found.marks, place), found.is_mixed)


def _state(on: date, empty: dict[date, EmptyDay], short: set[date]) -> DayState:
    if on in empty:
        return DayState.CLOSED if empty[on].is_closed else DayState.MISSING
    return DayState.SHORT if on in short else DayState.PLAIN


def _missing(
    desk: UserStore, spans: Span, now: datetime, place: str
) -> tuple[EmptyDay, ...]:
    """Return the missing days of the centres; they are the same for every figure."""
    period = spans.period
    found = course_of(desk, kpi("offered"), spans, now, place).empty
    return tuple(
        day for day in found if day.missing and period.first <= day.day <= period.last
    )


def _marks(desk: UserStore, period: Period, centre: Centre | None) -> tuple[Mark, ...]:
    found = marks_of(desk, period.first, period.last)
    return _for_reader(found, centre.code if centre else ALL)


def _for_reader(marks: Sequence[Mark], place: str) -> tuple[Mark, ...]:
    """Return what may be told: to a centre its own, and what holds for all of them."""
    if place == ALL:
        return tuple(marks)
    typed = {
        entry.code
        for theme in CONTRACT_THEMES
        for entry in figures_of_theme(theme, of_centre=True, typed_only=True)
    }
    return tuple(
        mark
        for mark in marks
        if mark.centre == place
        or (mark.kind in _OF_ALL and not mark.centre and mark.about in typed)
    )


_OF_ALL: Final = (MarkKind.TARGET, MarkKind.FORMULA)


# For the board ------------------------------------------------------------------


def _board(desk: UserStore, spans: Span, now: datetime) -> Board:
    centres = call_centres(desk)
    found = movers.moves_between(
        figures_of(desk, now), centres, spans.period.first, spans.period.last
    )
    inquiries = referrals.live(desk.frame("agency_inquiries"))
    complaints = complaints_in(desk.frame("complaints"))
    judged = off_target(judged_of(desk, spans, now))
    has_talks = total_of(desk, kpi("cancel_requests"), spans.period, now).value.number
    return Board(
        centres=tuple(_centre_month(desk, one, spans, now) for one in centres),
        months=tuple(_months(desk, spans, now)),
        moves=found.found,
        said=found.sentences(),
        complaint_kinds=_kinds(complaints, "received_at", "category", spans),
        agency_kinds=_kinds(inquiries, "first_contact_at", "agency_kind", spans),
        deterrence=deterrence_of(desk, spans.period, now) if has_talks else None,
        fixes=_fixes(desk.frame("improvements"), spans.period),
        unexplained=_unexplained(inquiries, spans.period),
        off_target=tuple((one.entry, one.verdict) for one in judged),
    )


def _centre_month(
    desk: UserStore, centre: Centre, spans: Span, now: datetime
) -> CentreMonth:
    lines = {
        code: line_of(desk, figure(code), spans, now, centre) for code in OF_CENTRES
    }
    return CentreMonth(centre.name, lines)


def _months(desk: UserStore, spans: Span, now: datetime) -> Iterator[Month]:
    """Yield a year and the same month a year ago, the oldest first."""
    periods = [spans.period]
    while len(periods) < MONTHS:
        periods.append(Period.of_month(periods[-1].first - timedelta(days=1)))
    for period in reversed(periods):
        numbers = {
            code: total_of(desk, kpi(code), period, now).value.number
            for code in OVER_MONTHS
        }
        yield Month(period.first, numbers, period != Period.of_month(period.first))


def _kinds(
    rows: pd.DataFrame, moment: str, column: str, spans: Span
) -> tuple[Kind, ...]:
    """Return the kinds of the month, the most frequent first, beside the month before."""
    now = _counts(rows, moment, column, spans.period)
    before = _counts(rows, moment, column, spans.before)
    ranked = sorted(now, key=lambda word: (-now[word], word))[:MOST_KINDS]
    return tuple(Kind(word, now[word], before.get(word, 0)) for word in ranked)


def _counts(
    rows: pd.DataFrame, moment: str, column: str, period: Period
) -> dict[str, int]:
    on = rows[moment].dt.tz_localize(None).dt.normalize()
    own = rows[on.between(pd.Timestamp(period.first), pd.Timestamp(period.last))]
    counted = own[column].astype("str").value_counts()
    return {str(word): int(count) for word, count in counted.items()}


def _unexplained(inquiries: pd.DataFrame, period: Period) -> int:
    on = referrals.first_days(inquiries)
    own = inquiries[on.between(pd.Timestamp(period.first), pd.Timestamp(period.last))]
    answered = own["status"].isin(
        [InquiryStatus.ANSWERED.value, InquiryStatus.CLOSED.value]
    )
    without = (own["improvement_id"] == "") & (
        own["no_improvement_reason"].str.strip() == ""
    )
    return int((answered & without).sum())


_DEAD: Final = frozenset({ImprovementStatus.CANCELLED.value})
_ENDED: Final = frozenset(
    {ImprovementStatus.CHECKING.value, ImprovementStatus.SETTLED.value}
)


def _fixes(rows: pd.DataFrame, period: Period) -> tuple[Fix, ...]:
    """Return the measures that the month concerns, those that are late first."""
    befell = rows["kind"].isin([kind.value for kind in EVENTS])
    live = rows[~rows["status"].isin(_DEAD) & ~befell]
    found = []
    for number, row in live.iterrows():
        starts, due, done, check = (
            _day(row[name]) for name in ("starts_on", "due_on", "done_on", "check_on")
        )
        is_open = done is None and row["status"] not in _ENDED
        is_late = is_open and due is not None and due <= period.last
        touched = any(
            day and period.first <= day <= period.last for day in (starts, done, check)
        )
        if is_late or touched:
            status = str(row["status"])
            effect = str(row["effect"])
            title = str(row["title"])
            found.append(
                Fix(
                    str(number),
                    title,
                    status,
                    starts,
                    due,
                    done,
                    check,
                    effect,
                    is_late,
                )
            )
    found.sort(key=lambda fix: (not fix.is_late, fix.starts_on or date.max, fix.number))
    return tuple(found[:MOST_FIXES])


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


# For the contract meeting -------------------------------------------------------


def _contract(desk: UserStore, spans: Span, now: datetime, centre: Centre) -> Contract:
    return Contract(
        bad_days=_bad_days(desk, spans, now, centre),
        record=_record(entries_of(desk, now), spans.period, centre.code),
        knows_formulas=not desk.principal.is_outsourced,
    )


def _bad_days(
    desk: UserStore, spans: Span, now: datetime, centre: Centre
) -> tuple[BadDay, ...]:
    """Return the days on which fewest calls were answered, the worst first.

    Days with fewer than 20 calls are not ranked: one call more would turn them.
    """
    rate = kpi("answer_rate")
    rows = course_of(desk, rate, spans, now, centre.code).rows
    rates = dict(zip(rows["day"].dt.date, rows["value"], strict=True))
    days = of_centre(
        between(figures_of(desk, now), spans.period.first, spans.period.last),
        centre.code,
    )
    typed = of_centre(desk.frame("kpi_days"), centre.code)
    notes = dict(zip(typed["date"].dt.date, typed["note"].str.strip(), strict=True))
    found = []
    counted = days[days["offered"] >= FEWEST_CALLS]
    for on, offered, answered in zip(
        counted["date"].dt.date, counted["offered"], counted["answered"], strict=True
    ):
        share = rates.get(on, float("nan"))
        if share < 1:
            found.append(
                BadDay(
                    on, float(offered), float(answered), float(share), notes.get(on, "")
                )
            )
    return tuple(sorted(found, key=lambda day: (day.rate, day.day))[:MOST_BAD_DAYS])


def _record(entries: pd.DataFrame, period: Period, centre: str) -> EntryRecord:
    own = of_centre(between(entries, period.first, period.last), centre)
    days = own["date"].dt.date

    def of(standing: Entry) -> tuple[date, ...]:
        return tuple(days[own["standing"] == standing.value])

    return EntryRecord(
        due=len(own),
        on_time=len(of(Entry.ON_TIME)),
        late=of(Entry.LATE),
        missing=of(Entry.MISSING),
        unknown=len(of(Entry.UNKNOWN)) + len(of(Entry.BEFORE)),
    )


def comment_of(desk: UserStore, month: date, centre: str) -> str:
    """Return the saved comment of a month; "" for none, or one that is not theirs."""
    return desk.derived(
        ("monthly comment", month, centre),
        lambda: monthly_comments.comment_in(desk.frame("settings"), month, centre),
    )
