"""What 「今日」 shows: computed once for a revision and role, shared by all who look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, cast

import numpy as np
import pandas as pd

from lib import clock
from lib.actions.crises.opening import open_ones
from lib.actions.kpi_targets import targets_of
from lib.actions.risks.reading import reading
from lib.i18n import N_, current
from lib.metrics import exclusions, kpis, promises, referrals, state
from lib.metrics.events import Events, events
from lib.metrics.figures import between, figures, of_centre
from lib.metrics.kpi_targets import KpiTargets
from lib.metrics.missing import MissingDay, centres_of, missing_days
from lib.metrics.promises import When
from lib.metrics.reason import Reason
from lib.metrics.state import State, Verdict
from lib.schema.complaint import Complaint
from lib.schema.frames import standing
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import InquiryStatus, Severity
from lib.store.access import UserStore

SOURCES: Final = (
    "kpi_days",
    "complaints",
    "activities",
    "escalations",
    "agency_inquiries",
    "centres",
    "settings",
)
"""Tables that the figures are made from."""

USUAL_DAYS: Final = 28
WEEK: Final = 7
MOST_TASKS: Final = 3
MOST_PROMISES: Final = 6
WEEKS_DRAWN: Final = 13

COMPANY_TILES: Final = (
    "complaints",
    "complaint_rate",
    "second_complaint_rate",
    "promises_kept_rate",
)

_RECENT_DAYS: Final = 3 * USUAL_DAYS
"""What any tile looks back over: two periods of 28 days, and a 28-day window."""

_ANSWER_OWED: Final = (
    InquiryStatus.RECEIVED.value,
    InquiryStatus.CHECKING.value,
    InquiryStatus.PREPARING.value,
)


class TaskKind(StrEnum):
    """What needs doing today, most pressing first."""

    CRISIS = "crisis"
    CRITICAL = "critical"
    OVERDUE = "overdue"
    AGENCY = "agency"
    MISSING = "missing"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: how many rows wait, and where the first of them is.

    first: key of the first complaint or inquiry; "" for crises and missing days.
    missing: the newest missing day, for that kind only.
    """

    kind: TaskKind
    count: int
    first: str = ""
    missing: MissingDay | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the company: of its period, of the one before, and of each day.

    first, last: the days of its period.
    spark: the last 28 days, oldest first, without days that have no value.
    excluded: values of the period that cannot be read in the sheet, and are left out.
    """

    kpi: kpis.Kpi
    first: date
    last: date
    number: float | None
    before: float | None
    spark: tuple[float, ...]
    method: str = ""
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class CentreToday:
    """One centre: how it stands, its last entered day, and what is known of today."""

    centre: Centre
    verdict: Verdict
    last_day: date | None
    is_today_entered: bool
    today_offered: float | None
    today_rate: float | None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One open promise, as a line of the list."""

    complaint: str
    when: When
    at: datetime
    promise: str
    handler: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Referrals:
    """Contacts of the last 7 days: cases in the ledger beside calls in 日次KPI.

    others: cases that agencies other than consumer centres brought.
    """

    cases: int
    others: int
    calls: int | None
    usual: float | None
    since: date
    until: date

    @property
    def difference(self) -> int | None:
        """Calls that centres counted minus cases in the ledger; None if unknown."""
        return None if self.calls is None else self.calls - self.cases


@dataclass(frozen=True, slots=True)
class Morning:
    """Everything on 「今日」 at one minute; nothing in it is to be changed.

    promise_counts: open complaints by how their promise stands.
    """

    now: datetime
    is_empty: bool
    calls: Verdict
    referrals_verdict: Verdict
    tasks: tuple[Task, ...]
    company: tuple[Tile, ...]
    centres: tuple[CentreToday, ...]
    promise_counts: Mapping[When, int]
    promises: tuple[PromiseRow, ...]
    missing: tuple[MissingDay, ...]
    referrals: Referrals


def morning(store: UserStore, now: datetime) -> Morning:
    """Return what 「今日」 shows to people with this role, as of this minute."""
    minute = now.replace(second=0)
    name = ("morning", minute, current())
    return store.derived(name, lambda: _morning(store, minute))


def frames_of(store: UserStore) -> dict[str, pd.DataFrame]:
    """Return the person's part of the tables that figures are made from."""
    return {code: store.frame(code) for code in SOURCES}


def figures_of(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return `lib.metrics.figures.figures` up to today; not to be changed.

    Which promises have come due is told to the hour.
    """
    hour = now.replace(minute=0, second=0)
    return store.derived(
        ("figures", hour),
        lambda: figures(
            frames_of(store), pd.Timestamp(hour), hour.date(), events_of(store, now)
        ),
    )


def events_of(store: UserStore, now: datetime) -> Events:
    """Return `lib.metrics.events.events`, the rows behind them; not to be changed."""
    hour = now.replace(minute=0, second=0)
    return store.derived(
        ("events", hour), lambda: events(frames_of(store), pd.Timestamp(hour))
    )


def excluded_of(store: UserStore) -> pd.DataFrame:
    """Return `lib.metrics.exclusions.excluded` for this person; not to be changed."""
    return store.derived(
        "excluded",
        lambda: exclusions.excluded(
            frames_of(store), {code: store.marks(code) for code in SOURCES}
        ),
    )


def usual_of(
    store: UserStore, centre: str, day: date, codes: tuple[str, ...]
) -> Mapping[str, float]:
    """Return KPI code → value over the 28 days before `day`; without those unknown."""

    def computed() -> dict[str, float]:
        every = of_centre(figures_of(store, clock.now()), centre)
        days = between(every, day - timedelta(days=USUAL_DAYS), day - timedelta(days=1))
        found = {code: kpis.value(kpis.kpi(code), days) for code in codes}
        return {code: number for code, number in found.items() if number is not None}

    return store.derived(("usual", centre, day, codes), computed)


def missing_of(store: UserStore, now: datetime) -> tuple[MissingDay, ...]:
    """Return the days whose figures should be in by this minute, newest first."""
    return store.derived(
        ("missing", now.replace(second=0)),
        lambda: missing_days(store.frame("kpi_days"), store.frame("centres"), now),
    )


def contacts_of_week(
    store: UserStore, last: date, *, only_centres: bool = False
) -> pd.DataFrame:
    """Return every agency inquiry first brought in the 7 days up to `last`, newest first.

    only_centres: those of consumer centres, which the weekly chart counts.
    """
    rows = store.frame("agency_inquiries")
    kept = referrals.referrals(rows) if only_centres else referrals.live(rows)
    found = referrals.within(kept, last, WEEK)
    return found.sort_values("first_contact_at", ascending=False)


def answers_owed(inquiries: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the inquiries whose answer is due today or before, the earliest first."""
    waiting = inquiries[inquiries["status"].isin(_ANSWER_OWED)]
    due = waiting[["agency_due_at", "own_due_at"]].min(axis=1)
    tomorrow = pd.Timestamp(now).normalize() + pd.Timedelta(days=1)
    return waiting.assign(due=due)[due < tomorrow].sort_values("due")


# For the charts ----------------------------------------------------------------


def answer_rates(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return a row a day and centre of the last 28 days that has an answer rate.

    Columns: `day`, `centre`, `name`, `rate` (0-1), `missed` (below what it was to
    reach on that day).
    """
    targets = targets_of(store)
    days = clock.days_back(now.date(), USUAL_DAYS)
    every = between(figures_of(store, now), days[0], days[-1])
    rate = kpis.kpi("answer_rate")
    parts = []
    for centre in _call_centres(store.frame("centres"), store.frame("kpi_days")):
        found = kpis.daily(rate, of_centre(every, centre.code), days).dropna()
        wanted = targets.daily(
            rate, centre.code, pd.DatetimeIndex(found.index).date.tolist()
        )
        parts.append(
            pd.DataFrame(
                {
                    "day": found.index,
                    "centre": centre.code,
                    "name": centre.name,
                    "rate": found.to_numpy(),
                    # None, for no aim, becomes NaN: below it is nothing.
                    "missed": found.to_numpy() < np.array(wanted, dtype="float64"),
                }
            )
        )
    columns = ["day", "centre", "name", "rate", "missed"]
    return (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    )


def common_target(store: UserStore, now: datetime) -> float | None:
    """Return the target answer rate that all call centres share throughout, or None.

    Throughout the last 28 days: what changed in between is no one line on the chart.
    """
    targets = targets_of(store)
    days = clock.days_back(now.date(), USUAL_DAYS)
    centres = _call_centres(store.frame("centres"), store.frame("kpi_days"))
    wanted = {
        target
        for centre in centres
        for target in targets.daily(kpis.kpi("answer_rate"), centre.code, days)
    }
    return wanted.pop() if len(wanted) == 1 else None


def weekly_contacts(store: UserStore, now: datetime) -> pd.DataFrame:
    """Return the contacts from consumer centres in the last 13 weeks, oldest first.

    Columns: `first` and `last` (days of the week, which ends today), `count`.
    """
    cases = referrals.referrals(store.frame("agency_inquiries"))
    lasts = [now.date() - timedelta(days=WEEK * n) for n in range(WEEKS_DRAWN)][::-1]
    return pd.DataFrame(
        {
            "first": [last - timedelta(days=WEEK - 1) for last in lasts],
            "last": lasts,
            "count": [len(referrals.within(cases, last, WEEK)) for last in lasts],
        }
    )


# The pieces --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """The part of `Morning` that holds for the whole day, until something is saved."""

    referrals_verdict: Verdict
    company: tuple[Tile, ...]
    centres: tuple[CentreToday, ...]
    referrals: Referrals


def _standing(store: UserStore, now: datetime) -> _Standing:
    frames = frames_of(store)
    today = now.date()
    recent = between(
        figures_of(store, now), today - timedelta(days=_RECENT_DAYS), today
    )
    centres = _call_centres(frames["centres"], frames["kpi_days"])
    contacts = reading(store, now)
    left_out = excluded_of(store)
    targets = targets_of(store)
    return _Standing(
        referrals_verdict=contacts.verdict,
        company=tuple(
            _company_tile(code, recent, today, left_out) for code in COMPANY_TILES
        ),
        centres=tuple(_centre_today(c, recent, today, targets) for c in centres),
        referrals=_referrals(
            frames["agency_inquiries"], recent, contacts.usual_week, today
        ),
    )


def _morning(store: UserStore, now: datetime) -> Morning:
    frames = frames_of(store)
    standing = store.derived(
        ("standing", now.replace(minute=0, second=0), current()),
        lambda: _standing(store, now),
    )
    missing = missing_of(store, now)
    centres = tuple(_unless_unproved(centre, missing) for centre in standing.centres)
    owed = promises.open_promises(frames["complaints"], now)
    counts = owed["when"].value_counts()
    return Morning(
        now=now,
        is_empty=frames["complaints"].empty
        and frames["kpi_days"].empty
        and frames["agency_inquiries"].empty,
        calls=state.worst([centre.verdict for centre in centres]),
        referrals_verdict=standing.referrals_verdict,
        tasks=_tasks(
            owed, frames["agency_inquiries"], missing, now, len(open_ones(store))
        ),
        company=standing.company,
        centres=centres,
        promise_counts={when: int(counts.get(when.value, 0)) for when in When},
        promises=_promise_rows(owed),
        missing=missing,
        referrals=standing.referrals,
    )


def _call_centres(centres: pd.DataFrame, kpi_days: pd.DataFrame) -> tuple[Centre, ...]:
    return tuple(c for c in centres_of(centres, kpi_days) if c.code != COMPANY)


def _tasks(
    owed: pd.DataFrame,
    inquiries: pd.DataFrame,
    missing: tuple[MissingDay, ...],
    now: datetime,
    crises: int,
) -> tuple[Task, ...]:
    """Return what needs doing, most pressing first, at most three."""
    critical = owed[owed["severity"] == Severity.CRITICAL.value]
    overdue = owed[owed["when"] == When.OVERDUE.value]
    due_today = owed[owed["when"] == When.TODAY.value]
    answers = answers_owed(inquiries, now)
    waiting = (
        (TaskKind.CRITICAL, critical),
        (TaskKind.OVERDUE, overdue),
        (TaskKind.AGENCY, answers),
        (TaskKind.TODAY, due_today),
    )
    tasks = [
        Task(kind, len(rows), str(rows.index[0])) for kind, rows in waiting if len(rows)
    ]
    if crises:
        tasks.append(Task(TaskKind.CRISIS, crises))
    if missing:
        tasks.append(Task(TaskKind.MISSING, len(missing), missing=missing[0]))
    order = list(TaskKind)
    return tuple(sorted(tasks, key=lambda t: order.index(t.kind))[:MOST_TASKS])


def _unless_unproved(
    found: CentreToday, missing: tuple[MissingDay, ...]
) -> CentreToday:
    """Return the centre; not as calm while a day after the last known one is due.

    What is known to be bad stays bad, whatever is missing since.
    """
    due = [m.day for m in missing if m.centre == found.centre.code]
    if found.verdict.state is not State.NORMAL or not due:
        return found
    if found.last_day is None or max(due) <= found.last_day:
        return found
    said = Reason(
        N_("{centre}: {day.month}/{day.day}の数が未入力なので、まだ判定できません。"),
        {"centre": found.centre.name, "day": max(due)},
    )
    reasons = (said, *found.verdict.reasons)
    return replace(found, verdict=Verdict(State.PENDING, reasons, found.verdict.centre))


def _centre_today(
    centre: Centre,
    days: pd.DataFrame,
    today: date,
    targets: KpiTargets,
) -> CentreToday:
    own = of_centre(days, centre.code)
    past = own[own["date"] < pd.Timestamp(today)].dropna(subset=["offered"])
    last = past["date"].max().date() if len(past) else None
    at_work = between(own, today, today)
    offered = kpis.value(kpis.kpi("offered"), at_work)
    return CentreToday(
        centre=centre,
        # A day that is not over says nothing yet; no other page judges it either.
        verdict=state.centre_state(past, centre, today, targets),
        last_day=last,
        is_today_entered=offered is not None,
        today_offered=offered,
        today_rate=kpis.value(kpis.kpi("answer_rate"), at_work),
    )


def _company_tile(
    code: str, days: pd.DataFrame, today: date, left_out: pd.DataFrame
) -> Tile:
    """Return a figure of the last 7 days beside the 7 before, or 28 and 28 for promises."""
    entry = kpis.kpi(code)
    days = kpis.narrowed(entry, days)
    span = USUAL_DAYS if code == "promises_kept_rate" else WEEK
    first = today - timedelta(days=span - 1)
    now = between(days, first, today)
    ended = today - timedelta(days=span)
    before = between(days, ended - timedelta(days=span - 1), ended)
    return Tile(
        entry,
        first,
        today,
        kpis.value(entry, now),
        kpis.value(entry, before),
        _spark(entry, days, today),
        excluded=exclusions.count_in(
            entry,
            left_out,
            today - timedelta(days=max(span, entry.window) - 1),
            today,
        ),
    )


def _spark(entry: kpis.Kpi, days: pd.DataFrame, last: date) -> tuple[float, ...]:
    on = clock.days_back(last, USUAL_DAYS)
    recent = between(days, on[0] - timedelta(days=entry.window), last)
    return tuple(kpis.daily(entry, recent, on).dropna().tolist())


def _promise_rows(owed: pd.DataFrame) -> tuple[PromiseRow, ...]:
    pressing = owed[owed["when"].isin([When.OVERDUE.value, When.TODAY.value])]
    first = pressing.head(MOST_PROMISES)
    cases = cast("list[Complaint]", standing(table("complaints"), first))
    return tuple(
        PromiseRow(
            complaint=case.id,
            when=When(when),
            at=cast("datetime", case.next_promise_at),
            promise=case.next_promise.value if case.next_promise else "",
            handler=case.handler,
            severity=case.severity,
        )
        for case, when in zip(cases, first["when"], strict=True)
    )


def _referrals(
    inquiries: pd.DataFrame, days: pd.DataFrame, usual: float | None, today: date
) -> Referrals:
    since = today - timedelta(days=WEEK - 1)
    cases = referrals.within(referrals.referrals(inquiries), today, WEEK)
    others = referrals.within(referrals.other_agencies(inquiries), today, WEEK)
    calls = kpis.value(kpis.kpi("consumer_centre_calls"), between(days, since, today))
    return Referrals(
        cases=len(cases),
        others=len(others),
        calls=None if calls is None else int(calls),
        usual=usual,
        since=since,
        until=today,
    )
