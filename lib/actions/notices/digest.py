"""What the morning message counts. Numbers, states and case numbers, nothing else.

No field of it can hold what a person typed, so no message made of it can either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

import pandas as pd

from lib import clock
from lib.actions import caring, inspecting, kpi_questions, targets, today
from lib.actions.clocks import running
from lib.actions.inquiries import deciding, instructions
from lib.actions.notices import plan
from lib.actions.notices.figures import Figures, figures_for
from lib.actions.today import TaskKind
from lib.metrics import promises, running_out
from lib.metrics.missing import missing_days
from lib.metrics.promises import When
from lib.metrics.running_out import Line
from lib.metrics.sla import Standing
from lib.metrics.state import State
from lib.metrics.wishes import complaints_in
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Member
from lib.schema.vocab import DeadlineKind, NoticeKind, NoticeState, Role, Source
from lib.store.access import UserStore, cases_of
from lib.text import folded


@dataclass(frozen=True, slots=True)
class Counted:
    """How many now, and how many of them are new since the last digest."""

    count: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Dates that laws, guidelines and agencies set: over, within a day, unconfirmed.

    unconfirmed: statutory ones of which nobody has said whether they apply.
    """

    over: int = 0
    near: int = 0
    unconfirmed: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """The company as a lead needs it: the three sentences and what goes with them.

    below: centres that are not at 平常 or held back. usual: contacts of a usual week,
    None where nobody can tell. tasks: kind, how many, number of the first case.
    care: talks with operators that are overdue and consultations, never whose. untold:
    contacts of agencies one follows, of which the executives have not been told.
    inspections: items of months past their deadline that nobody has signed.
    figures: numbers of the week and how many lamps are in each state.
    """

    calls: State
    centres: int
    below: int
    referrals: State
    contacts: int
    usual: float | None
    tasks: tuple[tuple[TaskKind, int, str], ...]
    due_today: int
    new_cases: int
    over: Counted
    late: Counted
    missing: int
    clocks: Clocks = Clocks()
    care: int = 0
    untold: int = 0
    inspections: int = 0
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class Entries:
    """What the people of an outsourced centre have to enter or to answer.

    due_today: days whose deadline comes today, the first at `due_at`. missing: days of
    which it has passed. questions: of a manager about a day, not answered yet.
    """

    due_today: int = 0
    due_at: datetime | None = None
    missing: int = 0
    questions: int = 0


@dataclass(frozen=True, slots=True)
class Own:
    """What those who read a channel have to do themselves.

    clocks: dates of 期限 that are theirs and over, or within a day of it. approvals:
    answers to agencies that wait to be approved by one of them. entries: None where
    nobody of an outsourced centre reads the channel.
    """

    overdue: int = 0
    due_today: int = 0
    near: Counted = field(default_factory=Counted)
    clocks: int = 0
    approvals: int = 0
    entries: Entries | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One morning message. overview: None where no lead reads the channel.

    is_sample: whether rows of the sample company are counted. quiet_until: the last day
    of the quieter first week, None outside of it.
    """

    day: date
    overview: Overview | None
    own: Own
    is_sample: bool = False
    quiet_until: date | None = None


_NEVER: Final = pd.Timestamp("2000-01-01", tz="Asia/Tokyo")


def digest_for(store: UserStore, readers: Sequence[Member], now: datetime) -> Digest:
    """Return the digest for those who read one channel; `store` is the system's."""
    notices = store.frame("notices")
    since = last_digest(notices) or _NEVER
    clocks = targets.clocks_of(store, now)
    staff = [member for member in readers if member.role is not Role.OUTSOURCED]
    # A channel tells all who read it no more than each of them may know.
    is_led = staff == list(readers) and any(m.role in plan.LEADS for m in staff)
    ends = plan.first_week_until(notices, now)
    return Digest(
        day=now.date(),
        overview=_overview(store, clocks, since, now) if is_led else None,
        own=replace(
            _own(store, clocks, readers, since, now),
            clocks=_own_dates(_dates(store, now), staff, now),
            approvals=len(deciding.to_approve(store, [m.name for m in staff])),
            entries=_entries(store, readers, now),
        ),
        is_sample=bool((store.frame("complaints")["source"] == Source.SAMPLE).any()),
        quiet_until=ends.date() if ends else None,
    )


def last_digest(notices: pd.DataFrame) -> pd.Timestamp | None:
    """Return when the last digest went out; None before the first."""
    sent = notices.loc[
        (notices["kind"] == NoticeKind.DIGEST.value)
        & (notices["state"] == NoticeState.SENT.value),
        "sent_at",
    ].max()
    return None if pd.isna(sent) else sent


def _overview(
    store: UserStore, clocks: pd.DataFrame, since: pd.Timestamp, now: datetime
) -> Overview:
    morning = today.morning(store, now)
    states = [centre.verdict.state for centre in morning.centres]
    complaints = complaints_in(store.frame("complaints"))
    return Overview(
        calls=morning.calls.state,
        centres=len(states),
        below=sum(state in (State.WATCH, State.ALARM) for state in states),
        referrals=morning.referrals_verdict.state,
        contacts=morning.referrals.cases,
        usual=morning.referrals.usual,
        tasks=tuple((t.kind, t.count, t.first) for t in morning.tasks),
        due_today=morning.promise_counts[When.TODAY],
        new_cases=int((complaints["received_at"] > since).sum())
        if since is not _NEVER
        else 0,
        over=_reached(clocks, (Standing.OVER, Standing.LATE), "over_at", since),
        late=_reached(clocks, (Standing.LATE,), "late_at", since),
        missing=len(morning.missing),
        clocks=_clocks(_dates(store, now), now),
        care=caring.waiting(store, now).pressing,
        untold=len(instructions.untold(store, now)),
        inspections=sum(
            len(late.items) for late in inspecting.overdue(store, now.date())
        ),
        figures=figures_for(store, now),
    )


def _dates(store: UserStore, now: datetime) -> Sequence[Line]:
    found = running.everything_that_can_run_out(store, now)
    return [line for line in found if not line.is_import]


def _clocks(lines: Sequence[Line], now: datetime) -> Clocks:
    """Count what others set; own targets are counted as such elsewhere."""
    set_by_others = [line for line in lines if line.kind is not DeadlineKind.OWN]
    stands = [line.standing(now) for line in set_by_others]
    return Clocks(
        over=stands.count(running_out.Standing.OVERDUE),
        near=stands.count(running_out.Standing.SOON),
        unconfirmed=sum(line.awaits_word for line in set_by_others),
    )


def _own_dates(lines: Sequence[Line], readers: Sequence[Member], now: datetime) -> int:
    names = {folded(member.name) for member in readers}
    return sum(folded(line.owner) in names for line in running_out.urgent(lines, now))


def _entries(
    store: UserStore, readers: Sequence[Member], now: datetime
) -> Entries | None:
    own = {m.centre for m in readers if m.role is Role.OUTSOURCED} - {"", COMPANY}
    if not own:
        return None
    days, centres = store.frame("kpi_days"), store.frame("centres")
    tonight = clock.at(now.date(), 23, 59)
    found = [m for m in missing_days(days, centres, tonight) if m.centre in own]
    coming = [m for m in found if m.due_at > now]
    asked = [q for q in kpi_questions.open_questions(store) if q.centre in own]
    return Entries(
        due_today=len(coming),
        due_at=min((m.due_at for m in coming), default=None),
        missing=len(found) - len(coming),
        questions=len(asked),
    )


def _own(
    store: UserStore,
    clocks: pd.DataFrame,
    readers: Sequence[Member],
    since: pd.Timestamp,
    now: datetime,
) -> Own:
    owed = promises.open_promises(store.frame("complaints"), now)
    mine = owed[_is_theirs(store, owed["handler"], owed.index, readers)]
    counts = mine["when"].value_counts()
    numbers = pd.Index(clocks["case_id"])
    own = clocks[_is_theirs(store, clocks["handler"], numbers, readers)]
    return Own(
        overdue=int(counts.get(When.OVERDUE.value, 0)),
        due_today=int(counts.get(When.TODAY.value, 0)),
        near=_reached(own, (Standing.NEAR,), "near_at", since),
    )


def _is_theirs(
    store: UserStore, handlers: pd.Series, cases: pd.Index, readers: Sequence[Member]
) -> pd.Series:
    """Return which rows somebody of `readers` handles; outsourced, of their own cases."""
    names = handlers.map(folded)
    staff = [folded(m.name) for m in readers if m.role is not Role.OUTSOURCED]
    found = names.isin(staff)
    frames = {code: store.frame(code) for code in ("complaints", "centres")}
    for member in readers:
        if member.role is Role.OUTSOURCED:
            known = cases.isin(cases_of(frames, member.centre))
            found |= (names == folded(member.name)) & known
    return found


def _reached(
    clocks: pd.DataFrame,
    standings: Sequence[Standing],
    moment: str,
    since: pd.Timestamp,
) -> Counted:
    """Count cases, not clocks: one that is late twice is one case."""
    there = clocks[clocks["standing"].isin([s.value for s in standings])]
    fresh = there[there[moment] > since]
    return Counted(there["case_id"].nunique(), fresh["case_id"].nunique())
