"""What is anonymised together: a case with all that hangs on it, and when it is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd

from lib.actions.privacy.forms import erased, groups_of
from lib.i18n import N_
from lib.metrics.referrals import cases_of
from lib.schema.activity import of_kpi_day
from lib.schema.complaint import SETTLED
from lib.schema.erasing import ERASABLE
from lib.schema.vocab import (
    Applicability,
    CrisisStatus,
    EscalationStatus,
    InquiryStatus,
)
from lib.settings.retention import Kind, due_on, years_of

RowKey = tuple[str, str]
Frames = Mapping[str, pd.DataFrame]

_OVER: Final = frozenset(status.value for status in SETTLED)
_ANSWERED: Final = frozenset(
    {InquiryStatus.CLOSED.value, InquiryStatus.CANCELLED.value}
)
_HANDED: Final = frozenset(
    {EscalationStatus.OPEN.value, EscalationStatus.WORKING.value}
)

CASE_OPEN: Final = N_("対応が終わっていません。")
INQUIRY_OPEN: Final = N_("行政問合せ {number} が終わっていません。")
DEADLINE_OPEN: Final = N_("期限 {number} が終わっていません。")
RELATED_OPEN: Final = N_("つながる苦情 {number} が対応中です。")
HANDOVER_OPEN: Final = N_("引き継ぎ {number} が終わっていません。")
CRISIS_OPEN: Final = N_("重大事案 {number} が終わっていません。")
TASK_OPEN: Final = N_("作業 {number} が終わっていません。")
_OPEN: Final = {
    "agency_inquiries": INQUIRY_OPEN,
    "deadlines": DEADLINE_OPEN,
    "escalations": HANDOVER_OPEN,
    "tasks": TASK_OPEN,
    "crises": CRISIS_OPEN,
}
"""What is said where a row of that table is not over."""

_WITH_CASES: Final = frozenset({"complaints", "agency_inquiries"})
"""Tables whose rows may hang on each other."""

_LOOSE: Final = {"activities": "at", "care_records": "done_at"}
"""Tables whose rows may hang on nothing, with when such a row is over."""

WAITING: Final = N_(
    "まだ送られていない保存があります。送信待ちで先に片づけてください。"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a unit stays as it is: a catalogue key, and the number that it names."""

    why: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One case, contact, crisis, alarm or day, with every row that hangs on it.

    Or one row alone that hangs on none of them.

    key: of its first row. rows: all of them, by table code and key. ended: the last day on which something
    happened. changes: what still says something becomes, by row; {} where nothing is
    left. holds: why it may not be touched now. seen: tells what stood in the fields of
    `changes`, for this process.
    """

    kind: Kind
    key: str
    rows: tuple[RowKey, ...]
    ended: date
    changes: Mapping[RowKey, Mapping[str, str]]
    holds: tuple[Hold, ...] = ()
    seen: int = 0

    @property
    def is_free(self) -> bool:
        """Whether nothing speaks against anonymising it."""
        return not self.holds


def due_units(
    frames: Frames, today: date, waiting: Collection[RowKey] = frozenset()
) -> tuple[Unit, ...]:
    """Return what has passed its time and still says something, the oldest first.

    frames: of all tables, nothing masked. waiting: rows of saves that are not sent yet.
    Those that may not be touched are among them, with the reason; open ones are not.
    """
    book = Book(frames, frozenset(waiting))
    found: list[Unit] = []
    for kind in Kind:
        years = years_of(frames["settings"], kind, today)
        for key, ended in book.ended(kind):
            if due_on(ended, years) > today:
                continue
            unit = book.unit(kind, key, ended)
            if unit.changes:
                found.append(unit)
    return tuple(sorted(found, key=lambda unit: (unit.ended, unit.key)))


@dataclass
class Book:
    """The tables, looked up by what hangs on what."""

    frames: Frames
    waiting: frozenset[RowKey] = frozenset()
    _by: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)
    _cells: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _cases: pd.Series | None = None
    _last: dict[str, Any] | None = None
    _ended: dict[Kind, Mapping[str, date]] = field(default_factory=dict)

    def ended(self, kind: Kind) -> Iterator[tuple[str, date]]:
        """Yield everything of a kind that is over, with the day it ended."""
        match kind:
            case Kind.CASE:
                yield from self._ended_cases()
            case Kind.INQUIRY:
                yield from self._ended_inquiries()
            case Kind.CRISIS:
                yield from self._closed("crises", "closed_at")
            case Kind.ALARM:
                yield from self._closed("alarms", "closed_at")
            case Kind.FIGURES:
                for key, day in self.frames["kpi_days"]["date"].items():
                    yield str(key), pd.Timestamp(day).date()
            case Kind.LOOSE:
                for code, moment in _LOOSE.items():
                    yield from self._ended_loose(code, moment)

    def unit(self, kind: Kind, key: str, ended: date) -> Unit:
        """Return the unit with its rows, what they become, and what holds it back."""
        rows = tuple(dict.fromkeys(self._rows(kind, key)))
        # A group of contacts is known by an order number, which is nobody's to show.
        name = rows[0][1] if rows else key
        changes = self._changes(rows)
        return Unit(
            kind,
            name,
            rows,
            ended,
            changes,
            tuple(self._holds(rows)),
            hash(tuple(self._texts(changes))),
        )

    def as_now(self, unit: Unit) -> Unit | None:
        """Return a unit built before as it stands now, which may have nothing left.

        None where that is not what was seen: it is no longer over, or ended again, it
        is held back, its rows are others, or something was written since.
        """
        code, key = unit.rows[0]
        if key not in self.frames[code].index:
            return None
        kind, root = unit.kind, key
        if code in _WITH_CASES:
            kind, root = self._root(code, key)
        ended = self._ends(kind).get(root, date.max)
        now = self.unit(kind, root, ended)
        if kind != unit.kind or now.rows != unit.rows or not now.is_free:
            return None
        if not now.changes:
            return now
        return now if ended <= unit.ended and now.seen == unit.seen else None

    def of_rows(self, rows: Iterable[RowKey]) -> Iterator[Unit]:
        """Yield the units of these complaints and contacts, whenever they ended."""
        seen: set[tuple[Kind, str]] = set()
        for code, key in rows:
            kind, root = self._root(code, key)
            if (kind, root) not in seen:
                seen.add((kind, root))
                yield self.unit(kind, root, self._ends(kind).get(root, date.max))

    def _ends(self, kind: Kind) -> Mapping[str, date]:
        if kind not in self._ended:
            self._ended[kind] = dict(self.ended(kind))
        return self._ended[kind]

    def _root(self, code: str, key: str) -> tuple[Kind, str]:
        if code == "complaints":
            return Kind.CASE, key
        case = str(self._case_of().loc[key])
        if case in self.frames["complaints"].index:
            return Kind.CASE, case
        return Kind.INQUIRY, case

    def value(self, code: str, key: str, name: str) -> Any:
        """Return one cell; many are asked for, so a column is looked up as a whole."""
        if (code, name) not in self._cells:
            column = self.frames[code][name]
            self._cells[code, name] = dict(
                zip(map(str, column.index), column.tolist(), strict=True)
            )
        return self._cells[code, name][key]

    # When it ended ------------------------------------------------------------------

    def _ended_cases(self) -> Iterator[tuple[str, date]]:
        every = self.frames["complaints"]
        over = every[every["status"].isin(_OVER)]
        for key, closed, received in zip(
            over.index, over["closed_at"], over["received_at"], strict=True
        ):
            moments = [closed] if pd.notna(closed) else [self._last_step(key), received]
            moments += [self._end_of_inquiry(own) for own in self._inquiries_of(key)]
            yield from _day_of(str(key), moments)

    def _ended_inquiries(self) -> Iterator[tuple[str, date]]:
        known = self.frames["complaints"].index
        groups: dict[str, list[str]] = defaultdict(list)
        for key, case in self._case_of().items():
            if case not in known:
                groups[str(case)].append(str(key))
        status = self.frames["agency_inquiries"]["status"]
        for case, keys in groups.items():
            if all(str(status[key]) in _ANSWERED for key in keys):
                yield from _day_of(case, [self._end_of_inquiry(key) for key in keys])

    def _end_of_inquiry(self, key: str) -> Any:
        names = ("first_contact_at", "answered_at")
        moments = [self.value("agency_inquiries", key, name) for name in names]
        moments.append(self._last_step(key))
        known = [moment for moment in moments if pd.notna(moment)]
        return max(known) if known else pd.NaT

    def _last_step(self, key: str) -> Any:
        if self._last is None:
            steps = self.frames["activities"]
            last = steps.groupby("case_id")["at"].max()
            self._last = {str(case): at for case, at in last.items()}
        return self._last.get(key, pd.NaT)

    def _ended_loose(self, code: str, moment: str) -> Iterator[tuple[str, date]]:
        every = self.frames[code]
        for key, at in every.loc[~every["case_id"].isin(self._roots()), moment].items():
            yield from _day_of(str(key), [at])

    def _roots(self) -> set[str]:
        """Return every number by which a unit finds steps and talks."""
        tables = ("complaints", "agency_inquiries", "crises", "alarms")
        found = {str(key) for code in tables for key in self.frames[code].index}
        days = self.frames["kpi_days"]
        for day, centre in zip(days["date"], days["centre"], strict=True):
            found.add(of_kpi_day(pd.Timestamp(day).date(), str(centre)))
        return found

    def _closed(self, code: str, moment: str) -> Iterator[tuple[str, date]]:
        for key, at in self.frames[code][moment].items():
            yield from _day_of(str(key), [at])

    # What hangs on it ---------------------------------------------------------------

    def _rows(self, kind: Kind, key: str) -> Iterator[RowKey]:
        match kind:
            case Kind.CASE:
                own = self._inquiries_of(key)
                yield from self._of_case("complaints", key)
                for inquiry in own:
                    yield from self._of_case("agency_inquiries", inquiry)
            case Kind.INQUIRY:
                cases = self._case_of()
                for inquiry in cases.index[cases == key]:
                    yield from self._of_case("agency_inquiries", str(inquiry))
            case Kind.CRISIS:
                yield from self._of_case("crises", key)
                yield from self._named("recall_lots", "crisis_id", key)
            case Kind.ALARM:
                yield from self._of_case("alarms", key)
            case Kind.FIGURES:
                yield "kpi_days", key
                day = pd.Timestamp(self.value("kpi_days", key, "date")).date()
                centre = str(self.value("kpi_days", key, "centre"))
                yield from self._named("activities", "case_id", of_kpi_day(day, centre))
            case Kind.LOOSE:
                yield from ((c, key) for c in _LOOSE if key in self.frames[c].index)

    def _of_case(self, code: str, key: str) -> Iterator[RowKey]:
        yield code, key
        for other in ("activities", "tasks", "deadlines", "care_records"):
            yield from self._named(other, "case_id", key)
        yield from self._named("escalations", "complaint_id", key)

    def _named(self, code: str, column: str, key: str) -> list[RowKey]:
        if (code, column) not in self._by:
            rows: dict[str, list[str]] = defaultdict(list)
            for own, named in self.frames[code][column].items():
                rows[str(named)].append(str(own))
            self._by[code, column] = rows
        return [(code, own) for own in self._by[code, column].get(key, ())]

    def _inquiries_of(self, key: str) -> list[str]:
        cases = self._case_of()
        if ("cases", "") not in self._by:
            rows: dict[str, list[str]] = defaultdict(list)
            for own, case in cases.items():
                rows[str(case)].append(str(own))
            self._by["cases", ""] = rows
        return self._by["cases", ""].get(key, [])

    def _case_of(self) -> pd.Series:
        if self._cases is None:
            self._cases = cases_of(self.frames["agency_inquiries"])
        return self._cases

    def _changes(self, rows: Sequence[RowKey]) -> dict[RowKey, Mapping[str, str]]:
        orders = {
            key: str(self.value(code, key, "order_number"))
            for code, key in rows
            if code == "agency_inquiries"
        }
        groups = groups_of(orders)
        found: dict[RowKey, Mapping[str, str]] = {}
        for code, key in rows:
            row = {name: self.value(code, key, name) for name in ERASABLE[code]}
            if change := erased(code, row, groups):
                found[code, key] = change
        return found

    def _texts(self, changes: Mapping[RowKey, Mapping[str, str]]) -> Iterator[Any]:
        for (code, key), values in changes.items():
            for name in values:
                yield code, key, name, self.value(code, key, name)

    # What holds it back -------------------------------------------------------------

    def _holds(self, rows: Sequence[RowKey]) -> Iterator[Hold]:
        if any(row in self.waiting for row in rows):
            yield Hold(WAITING)
        for code, key in rows:
            if code == "complaints":
                yield from self._holds_of_case(key)
            elif code in _OPEN and self._is_open(code, key):
                yield Hold(_OPEN[code], key)

    def _is_open(self, code: str, key: str) -> bool:
        def of(name: str) -> Any:
            return self.value(code, key, name)

        match code:
            case "agency_inquiries":
                return str(of("status")) not in _ANSWERED
            case "escalations":
                return str(of("status")) in _HANDED
            case "crises":
                return str(of("status")) == CrisisStatus.WORKING.value
            case "tasks":
                return pd.isna(of("done_at")) and not of("waived_reason")
            case _:
                applies = str(of("applies")) != Applicability.NOT_APPLICABLE.value
                return pd.isna(of("done_at")) and applies

    def _holds_of_case(self, key: str) -> Iterator[Hold]:
        if self._case_is_open(key):
            yield Hold(CASE_OPEN)
        for other in self._related(key):
            if other != key and self._case_is_open(other):
                yield Hold(RELATED_OPEN, other)
        crisis = str(self.value("complaints", key, "crisis_id"))
        if crisis in self.frames["crises"].index and self._is_open("crises", crisis):
            yield Hold(CRISIS_OPEN, crisis)

    def _case_is_open(self, key: str) -> bool:
        return str(self.value("complaints", key, "status")) not in _OVER

    def _related(self, key: str) -> list[str]:
        """Return complaints that follow from this one, or of the same person."""
        linked = [own for _code, own in self._named("complaints", "parent_id", key)]
        linked.append(str(self.value("complaints", key, "parent_id")))
        if who := str(self.value("complaints", key, "customer_key")):
            linked += [
                own for _c, own in self._named("complaints", "customer_key", who)
            ]
        known = self.frames["complaints"].index
        return [other for other in dict.fromkeys(linked) if other in known]


def _day_of(key: str, moments: Iterable[Any]) -> Iterator[tuple[str, date]]:
    """Yield the last of the days; nothing where none is known."""
    known = [moment for moment in moments if pd.notna(moment)]
    if known:
        yield key, max(known).date()
