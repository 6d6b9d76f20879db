"""What a monthly report is made of: figures and records, not yet in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lib.i18n import N_
from lib.metrics.deterrence import Deterrence
from lib.metrics.entry_gaps import EmptyDay
from lib.metrics.kpis import Figure, Value
from lib.metrics.marks import Mark
from lib.metrics.movers import Move
from lib.metrics.reason import Reason
from lib.metrics.state import Verdict
from lib.schema.vocab import Choice


class Reader(Choice):
    """Who reads a monthly report."""

    BOARD = N_("経営会議")
    CONTRACT = N_("委託先との契約会議")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the month.

    before: of the month before, a count as over as many known days; None for none.
    target: what holds on the last day; None for no aim, or where centres differ.
    variants: label and value (both catalogue keys, or seconds) of how it is counted.
    symbol, filled: its formula in words, and with the numbers; "" without a value.
    within: what 90 % of the cases stay within; None for all but times.
    left_out: days on which a part of it is blank, earliest first.
    """

    entry: Figure
    value: Value
    before: float | None
    target: float | None
    lamp: Verdict | None
    lack: Reason | None
    note: Reason | None
    variants: tuple[tuple[str, str], ...]
    symbol: str
    filled: str
    within: float | None = None
    left_out: tuple[date, ...] = ()


class DayState(StrEnum):
    """Why a day of a chart has no point; PLAIN where it has one or is not due."""

    PLAIN = ""
    CLOSED = "closed"
    MISSING = "missing"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a figure; value and target None where it has none."""

    day: date
    value: float | None
    target: float | None
    state: DayState


@dataclass(frozen=True, slots=True)
class Course:
    """A figure day by day. is_mixed: centres count differently, so there is none."""

    entry: Figure
    days: tuple[Day, ...]
    marks: tuple[Mark, ...]
    is_mixed: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Values of a whole month by the figure's code; None where there is none."""

    first: date
    numbers: Mapping[str, float | None]
    is_partial: bool


@dataclass(frozen=True, slots=True)
class CentreMonth:
    """How one centre did, by the figure's code."""

    name: str
    lines: Mapping[str, Line]


@dataclass(frozen=True, slots=True)
class Kind:
    """How often one kind was counted; word: a catalogue key."""

    word: str
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Fix:
    """One measure that began, ended, was to be checked or is late in the month."""

    number: str
    title: str
    status: str
    starts_on: date | None
    due_on: date | None
    done_on: date | None
    check_on: date | None
    effect: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class BadDay:
    """One of the days with the lowest answer rate."""

    day: date
    offered: float
    answered: float
    rate: float
    note: str


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """How the month's days came in.

    unknown: days that count neither way: their moment is not known, or they were due
        before the centre began to enter.
    """

    due: int
    on_time: int
    late: tuple[date, ...]
    missing: tuple[date, ...]
    unknown: int


@dataclass(frozen=True, slots=True)
class Board:
    """What only the board reads.

    unexplained: agency contacts of the month, answered, with neither an improvement
        nor a reason for none.
    """

    centres: tuple[CentreMonth, ...]
    months: tuple[Month, ...]
    moves: tuple[Move, ...]
    said: tuple[Reason, ...]
    complaint_kinds: tuple[Kind, ...]
    agency_kinds: tuple[Kind, ...]
    deterrence: Deterrence | None
    fixes: tuple[Fix, ...]
    unexplained: int
    off_target: tuple[tuple[Figure, Verdict], ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """What only the contract meeting reads.

    knows_formulas: whether changes of how the centre counts are known to who made it.
    """

    bad_days: tuple[BadDay, ...]
    record: EntryRecord
    knows_formulas: bool


@dataclass(frozen=True, slots=True)
class Material:
    """A month of the company, or of one centre.

    first, last: the days it covers; is_whole: up to the end of the month.
    before: the days with which it is compared.
    lines: by the figure's code. names: of each centre by its code.
    missing: days whose figures are not in, with the names of the centres.
    """

    reader: Reader
    first: date
    last: date
    is_whole: bool
    before: tuple[date, date]
    company: str
    centre_name: str
    made_by: str
    made_at: datetime
    is_sample: bool
    lines: Mapping[str, Line]
    courses: tuple[Course, ...]
    missing: tuple[EmptyDay, ...]
    marks: tuple[Mark, ...]
    names: Mapping[str, str]
    comments: str
    board: Board | None = None
    contract: Contract | None = None
