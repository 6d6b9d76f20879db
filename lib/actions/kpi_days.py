"""The day's figures of a call centre or of the company: saving, confirming, correcting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import pandas as pd

from lib.actions import reported_rate
from lib.actions.broken_rows import refuse_broken
from lib.actions.noting import note
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import calendar
from lib.metrics.figures import Frames
from lib.metrics.missing import LOOK_BACK_DAYS, centres_of, entered
from lib.metrics.reason import Reason
from lib.schema.column import Shown
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import Principal
from lib.schema.record import Stage
from lib.schema.tables import table
from lib.schema.vocab import BusinessDay, Choice, Done, Flag
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

WRITERS: Final = roles_of("kpis.enter")
"""Who may enter figures; 委託先 only those of the own centre."""

CALLS: Final = ("offered", "answered", "consumer_centre_calls")
RETENTION: Final = ("cancel_requests", "retention_offers", "retention_kept")
ORDERS: Final = ("orders", "shipments", "mails_received", "consumer_centre_calls")
"""The company's own row: orders, and what reached head office (product.md 4)."""

COMPANY_DETAILS: Final = ("mails_open", "other_agency_calls")
COMPANY_ONLY: Final = ("orders", "shipments", "mails_received", "mails_open")
LATER: Final = ("retention_confirmed",)
"""Known 30 to 45 days later, so added to a confirmed day without a reason."""

SHARED: Final = ("business", "note")
_KEY: Final = ("date", "centre")
_RETENTION_DETAILS: Final = ("retention_excluded", "retention_confirmed")
_DETAILS: Final = tuple(
    field.name
    for field in table("kpi_days").fields
    if field.column.shown is Shown.LATER and field.name not in COMPANY_ONLY
)

_FEWEST_DAYS: Final = 7
_FEWEST_COUNT: Final = 10
_JUMP: Final = 3
"""A count 3 times outside the range of its last 28 days is asked about: a slipped
digit is 10 times, the busiest sale of the sample year stays below 3."""


# What is asked -----------------------------------------------------------------


def first_fields(centre: Centre) -> tuple[str, ...]:
    """Return the counts of the two-minute form, in its order."""
    if centre.code == COMPANY:
        return ORDERS
    return CALLS + RETENTION if takes_cancellations(centre) else CALLS


def detail_fields(centre: Centre) -> tuple[str, ...]:
    """Return the counts under 「詳しい数字」."""
    if centre.code == COMPANY:
        return COMPANY_DETAILS
    if takes_cancellations(centre):
        return _DETAILS
    return tuple(name for name in _DETAILS if name not in _RETENTION_DETAILS)


def asked_fields(centre: Centre) -> tuple[str, ...]:
    """Return every field that a person may type for this centre."""
    return SHARED + first_fields(centre) + detail_fields(centre)


def takes_cancellations(centre: Centre) -> bool:
    """Whether the centre is asked for cancellations and retention."""
    return centre.code != COMPANY and centre.subscriptions is Flag.YES


def centres_for(who: Principal, frames: Frames) -> tuple[Centre, ...]:
    """Return the centres whose figures this person may enter, the company first.

    Empty for a role that enters none. 委託先 has its own centre, under its code where
    the master lacks it.
    """
    if who.role not in WRITERS:
        return ()
    every = centres_of(frames["centres"], frames["kpi_days"])
    if not who.is_outsourced:
        return every
    if who.centre in ("", COMPANY):
        return ()
    own = tuple(c for c in every if c.code == who.centre)
    return own or (Centre(code=who.centre, name=who.centre),)


def day_to_enter(kpi_days: pd.DataFrame, centre: Centre, today: date) -> date:
    """Return the day the form opens with: the last working day not entered yet.

    Days before the very first row are not asked for. With all of them in, it is
    today where the centre works today and has not entered it, else its last
    working day.
    """
    own = kpi_days[kpi_days["centre"] == centre.code]
    have = set(own.loc[entered(own), "date"].dt.date)
    first = own["date"].min().date() if len(own) else today - timedelta(days=1)
    for back in range(1, LOOK_BACK_DAYS + 1):
        day = today - timedelta(days=back)
        if day < first:
            break
        if day not in have and calendar.is_open(day, centre.weekly_closed):
            return day
    if today not in have and calendar.is_open(today, centre.weekly_closed) and have:
        return today
    return calendar.last_open_day(today, centre.weekly_closed)


def find(store: UserStore, centre: str, day: date) -> KpiDay | None:
    """Return the row of that day and centre, or None where there is none yet."""

    def taken() -> KpiDay | None:
        try:
            found = store.record("kpi_days", f"{day}|{centre}")
        except NotAllowed:
            return None
        assert isinstance(found, KpiDay)  # noqa: S101 - the table's own record
        return found

    return store.derived(("kpi day", centre, day), taken)


# The month ---------------------------------------------------------------------


class DayState(Choice):
    """How a day stands in the month's list."""

    CONFIRMED = N_("確定")
    ENTERED = N_("未確定")
    MISSING = N_("未入力")
    DUE = N_("入力待ち")
    CLOSED = N_("休業")
    OFF = N_("定休日")


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of one centre: its row, if any, and how it stands."""

    day: date
    record: KpiDay | None
    state: DayState


def month_days(
    store: UserStore, centre: Centre, month: date, now: datetime
) -> tuple[MonthDay, ...]:
    """Return the days of the month of `month`, from the first up to today."""
    first = month.replace(day=1)
    ahead = (first + timedelta(days=31)).replace(day=1)
    last = min(ahead - timedelta(days=1), now.date())
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = []
    for day in days:
        record = find(store, centre.code, day)
        found.append(MonthDay(day, record, day_state(record, centre, day, now)))
    return tuple(found)


@needs("kpis.report")
def to_report(
    store: UserStore, centre: Centre, month: date, now: datetime
) -> list[KpiDay]:
    """Return the confirmed days of a month, which a centre may hand on.

    Raises:
        NotAllowed: reports are not for this person.
    """
    days = (day.record for day in month_days(store, centre, month, now))
    return [day for day in days if day and day.confirmed is Done.DONE]


@needs("kpis.report")
def note_report(
    store: UserStore, who: Principal, centre: Centre, month: date, now: datetime
) -> None:
    """Note in 操作ログ who took a month's confirmed days out of the app.

    `store` is the system's: nobody else adds to the log.
    """
    after = f"Excel {centre.name} {month:%Y-%m}"
    note(store, who.name, "(書き出し)", ("kpi_days", ""), now=now, after=after)


def day_state(
    record: KpiDay | None, centre: Centre, day: date, now: datetime
) -> DayState:
    """Return how a day stands: entered, missing, or not to be expected."""
    if record and record.business is BusinessDay.CLOSED:
        return DayState.CLOSED
    if record and record.confirmed is Done.DONE:
        return DayState.CONFIRMED
    if record and is_entered(record):
        return DayState.ENTERED
    if not calendar.is_open(day, centre.weekly_closed):
        return DayState.OFF
    due = calendar.due_at(day, centre.weekly_closed, centre.entry_deadline)
    return DayState.MISSING if due <= now else DayState.DUE


# Saving ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayEdit:
    """What a person made of one day: the row they saw (None: none) and the new values.

    values: only fields of `asked_fields`; anything else is refused.
    """

    centre: Centre
    day: date
    seen: KpiDay | None
    values: Mapping[str, Any]


@needs("kpis.enter")
def save(
    store: UserStore,
    edit: DayEdit,
    *,
    entry: str,
    now: datetime,
    confirm: bool = False,
    reason: str = "",
) -> KpiDay:
    """Return the saved day; the same `entry` again saves nothing twice.

    放棄数 is 着信数 − 応答数 and never typed. `confirm` needs the day to be complete and
    marks it 確定; a confirmed day stays so.

    Raises:
        InvalidRecord: a count does not fit, a confirmed day is changed without a
            `reason` (field "reason"), or the day to be confirmed is not complete.
        Conflict: somebody else entered or changed the same counts meanwhile.
        NotAllowed: not this person's centre, or a role that enters no figures.
    """
    refuse_broken(edit.seen, edit.values)
    record = checked(store.principal, edit, now=now, confirm=confirm)
    if needs_reason(edit.seen, record) and not reason.strip():
        raise InvalidRecord([_NO_REASON])
    write = write_of(edit.seen, record)
    if write is None:
        return record
    store.commit(
        Commit(entry, store.principal.name, now, (write,), reason=reason.strip())
    )
    return record


@needs("kpis.enter")
def save_month(
    store: UserStore, edits: Sequence[DayEdit], *, entry: str, now: datetime
) -> int:
    """Save several days at once or none; return how many were changed.

    Raises:
        InvalidRecord: as `save`, each problem's field "day:field"; confirmed days
            cannot be changed here, where no reason can be given.
        Conflict: somebody else changed the same counts meanwhile.
        NotAllowed: not this person's centre, or a role that enters no figures.
    """
    writes: list[Write] = []
    problems: list[FieldProblem] = []
    for edit in edits:
        refuse_broken(edit.seen, edit.values)
        try:
            record = checked(store.principal, edit, now=now)
        except InvalidRecord as error:
            problems += [_at_day(edit.day, p) for p in error.problems]
            continue
        if needs_reason(edit.seen, record):
            problems.append(_at_day(edit.day, _LOCKED))
        elif write := write_of(edit.seen, record):
            writes.append(write)
    if problems:
        raise InvalidRecord(problems)
    if writes:
        store.commit(Commit(entry, store.principal.name, now, tuple(writes)))
    return len(writes)


def checked(
    who: Principal, edit: DayEdit, *, now: datetime, confirm: bool = False
) -> KpiDay:
    """Return the day as it would be saved.

    Raises:
        InvalidRecord, NotAllowed: as `save`, but for the reason of a correction.
    """
    if who.role not in WRITERS or (
        who.is_outsourced and edit.centre.code != who.centre
    ):
        raise NotAllowed
    if edit.day > now.date():
        raise InvalidRecord([_FUTURE])
    foreign = [name for name in edit.values if name not in asked_fields(edit.centre)]
    if foreign:
        raise InvalidRecord([FieldProblem(name, _NOT_ASKED) for name in foreign])
    before = edit.seen.values() if edit.seen else {}
    wanted: dict[str, Any] = {
        **before,
        **edit.values,
        "date": edit.day,
        "centre": edit.centre.code,
    }
    wanted["abandoned"] = abandoned_of(wanted.get("offered"), wanted.get("answered"))
    if confirm:
        wanted["confirmed"] = Done.DONE
    record = KpiDay.parse(wanted)
    came_before = edit.seen is not None and is_entered(edit.seen)
    if record.entered_at is None and is_entered(record) and not came_before:
        record = record.with_values(entered_at=now)
    if record.confirmed is Done.DONE and (found := record.problems(Stage.CLOSING)):
        raise InvalidRecord(found)
    return record


def abandoned_of(offered: int | None, answered: int | None) -> int | None:
    """Return 着信 − 応答, or None where one is missing or they contradict each other."""
    if offered is None or answered is None or answered > offered:
        return None
    return offered - answered


def needs_reason(seen: KpiDay | None, record: KpiDay) -> bool:
    """Whether this changes a confirmed day in more than what is known later."""
    if seen is None or seen.confirmed is not Done.DONE:
        return False
    return any(name not in LATER for name in changed_fields(seen, record))


# Advice ------------------------------------------------------------------------


Spans = Mapping[str, tuple[int, int]]
"""Lowest and highest count by field."""


def usual_spans(kpi_days: pd.DataFrame, centre: Centre, day: date) -> Spans:
    """Return between what the counts of the 28 days before `day` lay.

    Zero is no count here; fields with fewer than seven days are left out.
    """
    days = kpi_days["date"]
    recent = kpi_days[
        (kpi_days["centre"] == centre.code)
        & (days < pd.Timestamp(day))
        & (days >= pd.Timestamp(day - timedelta(days=LOOK_BACK_DAYS)))
    ]
    counts = {name: recent[name].dropna() for name in first_fields(centre)}
    above = {name: known[known > 0] for name, known in counts.items()}
    return {
        name: (int(known.min()), int(known.max()))
        for name, known in above.items()
        if len(known) >= _FEWEST_DAYS
    }


def advice(record: KpiDay, centre: Centre, usual: Spans) -> dict[str, Reason]:
    """Return by field what is worth a second look; it never stops anybody.

    A count far outside what is usual for the centre (a slipped digit), and a reported
    answer rate that is not the one the counts give, counted as the centre counts.
    """
    found = _jumps(record, usual)
    if doubt := reported_rate.doubt(record, centre.answer_rate_method):
        found["reported_answer_rate"] = doubt
    return found


def spans_of(store: UserStore, centre: Centre, day: date) -> Spans:
    """Return `usual_spans` of a day, worked out once a revision."""
    return store.derived(
        ("usual spans", centre.code, day),
        lambda: usual_spans(store.frame("kpi_days"), centre, day),
    )


def doubts(
    store: UserStore, edit: DayEdit, now: datetime
) -> list[tuple[str, Reason | str]]:
    """Return field and reason of what does not fit in a day being typed, or stands out.

    A reason that is text is a catalogue key.
    """
    try:
        record = checked(store.principal, edit, now=now)
    except InvalidRecord as error:
        known = KpiDay.model_fields
        return [(p.field, p.message) for p in error.problems if p.field in known]
    found = advice(record, edit.centre, spans_of(store, edit.centre, edit.day))
    return [*found.items()]


def _jumps(record: KpiDay, usual: Spans) -> dict[str, Reason]:
    found = {}
    for name, (low, high) in usual.items():
        typed = getattr(record, name)
        if typed is None or max(typed, high) < _FEWEST_COUNT:
            continue
        if typed > _JUMP * high or 0 < typed < low / _JUMP:
            found[name] = Reason(
                N_("直近28日は{low:,}〜{high:,}でした。桁を確かめてください。"),
                {"low": low, "high": high},
            )
    return found


# The pieces --------------------------------------------------------------------

_NO_REASON: Final = FieldProblem("reason", N_("訂正の理由を書いてください。"))
_LOCKED: Final = FieldProblem(
    "confirmed",
    N_("確定済みの日です。「1日ずつ」で開き、理由を書いて訂正してください。"),
)
_FUTURE: Final = FieldProblem("date", N_("まだ来ていない日の数は入れられません。"))
_NOT_ASKED: Final = N_("この行では入れない項目です。")


def is_entered(record: KpiDay) -> bool:
    """Whether a row counts as entered: its main count stands, or it is 休業."""
    if record.business is BusinessDay.CLOSED:
        return True
    main = record.shipments if record.is_company else record.offered
    return main is not None


def write_of(seen: KpiDay | None, record: KpiDay) -> Write | None:
    """Return what turns the row a person saw into `record`; None where nothing does."""
    if seen is None:
        return Insert(record)
    changed = changed_fields(seen, record)
    if not changed:
        return None
    return Update(
        "kpi_days",
        table("kpi_days").key_of(record),
        base={name: getattr(seen, name) for name in changed},
        values={name: getattr(record, name) for name in changed},
    )


def changed_fields(seen: KpiDay | None, record: KpiDay) -> list[str]:
    """Return the fields in which `record` differs from the row a person saw.

    Of a day that has no row yet, those that say something.
    """
    seen = seen or KpiDay(date=record.date, centre=record.centre)
    shared = {"source", "updated_at", "updated_by", "version", *_KEY}
    return [
        field.name
        for field in KpiDay.fields()
        if field.name not in shared
        and getattr(seen, field.name) != getattr(record, field.name)
    ]


def _at_day(day: date, problem: FieldProblem) -> FieldProblem:
    return FieldProblem(f"{day}:{problem.field}", problem.message)
