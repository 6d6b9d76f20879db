"""One folding of one centre's file, carried out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast

import pandas as pd

from lib import clock
from lib.actions import checking
from lib.actions.by_hand.new_rows import taken_in
from lib.actions.centre_files.folding import Clash, Folding, Rows, Shape, Why, fold
from lib.errors import ActionRefused, AppError
from lib.i18n import N_
from lib.schema.cells import cell_text
from lib.schema.centre_file import (
    CALLS,
    DECIDED_ABOVE,
    OPEN_WHEN_CONFIRMED,
    REPORTS,
)
from lib.schema.column import Field, Shown
from lib.schema.complaint import Complaint
from lib.schema.erasing import ERASED, may_become
from lib.schema.frames import rich
from lib.schema.ids import new_commit_id, new_id
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import Table
from lib.schema.vocab import AuditRoute, Done, Flag, Role, Source
from lib.store.access import UserStore
from lib.store.agreements import Agreements
from lib.store.erasing import to_clean
from lib.store.live import LiveStore
from lib.store.looks import looks_of
from lib.store.protocol import (
    CellStatus,
    Commit,
    Erase,
    Insert,
    Mending,
    MendsRows,
    ProblemKind,
    RowMend,
    RowProblem,
    Snapshot,
    Store,
    Update,
    Write,
)

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=120)
"""How far back rows of the main store are put into a centre's file."""

HELD: Final = N_("読めない行があるので、その行だけ移していません。")

MEND: Final = N_("どちらかの値を直して、同じにしてください。")

_PROVISIONAL: Final = ("+", "#")
"""Marks in keys of rows that have no number of their own yet, or stand twice."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one folding did.

    up, down: rows written into the main store and into the file. problems: cells on
    which somebody has to decide. refused: why nothing or not all was written.
    """

    centre: str
    at: datetime
    up: int = 0
    down: int = 0
    problems: tuple[RowProblem, ...] = ()
    refused: AppError | None = None


def fold_centre(
    main: LiveStore, file: Store, centre: Centre, memory: Agreements, secret: bytes
) -> Outcome:
    """Bring the main store and one centre's file to the same state; both ways.

    What the centre may see and change is what its people may in the app: everything
    goes through their rights. A row that cannot be written stays as it is and is tried
    again at the next folding; the others go on.

    Args:
        main: the company's store.
        file: the centre's.
        centre: whose file it is.
        memory: what both had after the last folding.
        secret: makes 照合キー.

    Raises:
        StoreError: one of the two cannot be reached; nothing is forgotten.
    """
    desk = main.for_user(principal_of(centre))
    shown = _numbered(file, file.load()) if _reports(centre) else file.load()
    agreed = dict(memory.load())
    outcome = Outcome(centre.code, clock.now())
    for table in _tables_of(centre):
        above = desk.in_full(table.code)
        pair = _Pair(main, desk, file, above, shown.frames[table.code], centre, table)
        found = pair.compared(agreed.get(table.code, {}), shown.statuses)
        written = _Written(pair, found, secret)
        written.write()
        agreed[table.code] = written.agreed(agreed.get(table.code, {}))
        outcome = replace(
            outcome,
            up=outcome.up + written.up,
            down=outcome.down + written.down,
            problems=(*outcome.problems, *_problems(pair, found, shown)),
            refused=outcome.refused or written.refused,
        )
    memory.save(agreed)
    return outcome


def _problems(pair: _Pair, found: Folding, shown: Snapshot) -> Iterator[RowProblem]:
    """Yield the clashes as データ点検 lists them, each with its cell in the file."""
    for clash in found.clashes:
        problem = pair.problem(clash)
        there = checking.in_the_sheet(shown, problem)
        yield replace(there, tab=problem.tab, proposal="")


def principal_of(centre: Centre) -> Principal:
    """Return as whom a centre's file acts: like any of the centre's people."""
    return Principal(f"file:{centre.code}", centre.name, Role.OUTSOURCED, centre.code)


def _tables_of(centre: Centre) -> tuple[Table, ...]:
    return (CALLS, REPORTS) if _reports(centre) else (CALLS,)


def _reports(centre: Centre) -> bool:
    return centre.phone_reports is Flag.YES


def _numbered(file: Store, shown: Snapshot) -> Snapshot:
    """Give each report that a person typed its number, once it says enough."""
    if not isinstance(file, MendsRows):
        return shown
    frame = shown.frames[REPORTS.code]
    bare = [str(key) for key in frame.index if str(key).startswith(_PROVISIONAL[0])]
    ready = [key for key in bare if _says_enough(_row(frame, key))]
    if not ready:
        return shown
    now = clock.now()
    rows = tuple(_number_for(frame, key, now) for key in ready)
    file.mend(Mending(new_commit_id(), SYSTEM.name, now, rows, AuditRoute.SHEET_SEEN))
    return file.load()


def _says_enough(row: pd.Series) -> bool:
    """A report needs 内容 and 次の約束日時, as every row typed into a sheet."""
    return bool(row["content"]) and not pd.isna(row["next_promise_at"])


def _number_for(frame: pd.DataFrame, key: str, now: datetime) -> RowMend:
    row = _row(frame, key)
    received = row["received_at"]
    blank = pd.isna(received)
    values = {
        "id": new_id(REPORTS.prefix, now if blank else received.to_pydatetime()),
        "source": Source.SHEET,
        "version": 1,
        "updated_at": now,
        "updated_by": SYSTEM.name,
    }
    if blank:
        values["received_at"] = now
    return RowMend(
        REPORTS.code, key, values, dict.fromkeys(values, ""), looks_of(frame, key)
    )


def shape_of(table: Table) -> Shape:
    """Return what of a table is folded: everything but its key and automatic fields."""
    names = tuple(
        f.name
        for f in table.fields
        if f.name not in table.key and f.column.shown is not Shown.AUTO
    )
    if table.code == CALLS.code:
        return Shape(
            names,
            lock="confirmed",
            locked_at=Done.DONE.value,
            open_when_locked=OPEN_WHEN_CONFIRMED,
        )
    return Shape(names, down_only=DECIDED_ABOVE)


# The two sides of one table -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """One table in the main store, as the centre sees it, and in the centre's file."""

    main: LiveStore
    desk: UserStore
    file: Store
    above: pd.DataFrame
    below: pd.DataFrame
    centre: Centre
    table: Table

    def compared(self, agreed: Rows, marks: pd.DataFrame) -> Folding:
        below = self.below
        own = [key for key in below.index if self._is_own(key)]
        foreign = [key for key in below.index if self._is_foreign(key)]
        new = self._recent() & ~self.above.index.isin(self.desk.frozen(self.table.code))
        above = self.above[new | self.above.index.isin(own)]
        found = fold(
            shape_of(self.table),
            texts_of(self.table, above),
            texts_of(self.table, below.loc[own]),
            agreed,
            unreadable=self._unreadable(marks),
            withheld=self._withheld(),
        )
        found.clashes += [Clash(key, "centre", "", "", Why.FOREIGN) for key in foreign]
        return found

    def _is_own(self, key: str) -> bool:
        """Whether a row has a number of its own and names no other centre."""
        if key.startswith(_PROVISIONAL[0]) or _PROVISIONAL[1] in key:
            return False
        return not self._is_foreign(key)

    def _is_foreign(self, key: str) -> bool:
        if "centre" not in self.table.key:
            return False
        return str(_row(self.below, key)["centre"]) != self.centre.code

    def _recent(self) -> pd.Series:
        oldest = clock.today() - KEPT
        if self.table.code == CALLS.code:
            return self.above["date"] >= pd.Timestamp(oldest)
        return self.above["received_at"] >= pd.Timestamp(oldest, tz=clock.TOKYO)

    def _unreadable(self, marks: pd.DataFrame) -> set[tuple[str, str]]:
        """Return the cells that are no value of their field, or only perhaps one."""
        doubted = marks[
            (marks["table"] == self.table.code)
            & (marks["status"] != CellStatus.REPAIRED.value)
        ]
        found = set(zip(doubted["key"], doubted["field"], strict=True))
        for field in self.table.fields:
            if field.kind == "choice":
                known = {choice.value for choice in field.choices}
                words = self.below[field.name]
                strange = ~(words.isin(known) | words.isna())
                found |= {(key, field.name) for key in self.below.index[strange]}
        return found

    def _withheld(self) -> set[tuple[str, str]]:
        """Return the cells that the company has and the centre no longer sees.

        Of a row that was handed over every cell, so that nothing comes up from there.
        """
        whole = self.main.for_user(SYSTEM).frame(self.table.code)
        over = self.desk.frozen(self.table.code)
        found = {(key, field.name) for key in over for field in self.table.fields}
        for field in self.table.fields:
            if field.column.personal:
                there = whole[field.name].reindex(self.above.index).fillna("") != ""
                hidden = there & (self.above[field.name].fillna("") == "")
                found |= {(key, field.name) for key in self.above.index[hidden]}
        return found

    def problem(self, clash: Clash) -> RowProblem:
        """Return a clash as データ点検 lists it; contacts never stand in it."""
        field = self.table.field(clash.field)
        tab = f"{self.centre.name}: {self.table.tab}"
        return RowProblem(
            self.table.code,
            tab,
            0,
            field.label,
            clash.key,
            "" if field.column.personal else f"{clash.main} / {clash.file}",
            clash.why.value,
            MEND,
            kind=ProblemKind.APART,
        )


def texts_of(table: Table, frame: pd.DataFrame) -> Rows:
    """Return the rows of a frame as texts; a word of no vocabulary as it stands."""
    rows: dict[str, dict[str, str]] = {key: {} for key in frame.index}
    for field in table.fields:
        for key, value in frame[field.name].items():
            rows[str(key)][field.name] = _text(field, value)
    return rows


def _text(field: Field, value: Any) -> str:
    try:
        return cell_text(field, rich(field, value))
    except ValueError:
        return str(value)


# Writing ------------------------------------------------------------------------------


_Make = Callable[[], list[Write]]
"""Makes what is written of one row; may raise ValueError where a row of a sheet holds
what none may."""

_Place = UserStore | Store


class _Written:
    """Carries a folding out, row by row, so that one bad row holds up no other."""

    def __init__(self, pair: _Pair, found: Folding, secret: bytes) -> None:
        self._pair = pair
        self._found = found
        self._secret = secret
        self._failed: set[str] = set()
        self.up = 0
        self.down = 0
        self.refused: AppError | None = None

    def write(self) -> None:
        for key, make in self._above():
            self.up += self._done(key, make, self._pair.desk, self._pair.centre.name)
        for key, make in self._below():
            self.down += self._done(key, make, self._pair.file, SYSTEM.name)

    def agreed(self, before: Rows) -> dict[str, Mapping[str, str]]:
        """Return what both sides have now; rows that failed as they were before."""
        kept = dict(self._found.agreed)
        for key in self._failed:
            kept.pop(key, None)
            if key in before:
                kept[key] = dict(before[key])
        return cast("dict[str, Mapping[str, str]]", kept)

    def _done(self, key: str, make: _Make, place: _Place, actor: str) -> bool:
        """Whether a row was written; one that cannot be waits for the next folding."""
        try:
            place.commit(
                Commit(
                    new_commit_id(),
                    actor,
                    clock.now(),
                    tuple(make()),
                    route=AuditRoute.SHEET_SEEN,
                )
            )
        except (AppError, ValueError) as error:
            if isinstance(error, AppError) and not error.permanent:
                raise
            log.warning("a row of a centre's file waits: %s", type(error).__name__)
            self._failed.add(key)
            self.refused = error if isinstance(error, AppError) else ActionRefused(HELD)
            return False
        return True

    def _above(self) -> Iterator[tuple[str, _Make]]:
        above, below = self._pair.above, self._pair.below
        for key in self._found.new_above:
            yield key, partial(self._new, _row(below, key))
        for key, names in self._found.up.items():
            rows = _row(above, key), _row(below, key)
            yield key, partial(self._update, key, names, *rows)

    def _below(self) -> Iterator[tuple[str, _Make]]:
        above, below = self._pair.above, self._pair.below
        for key in self._found.new_below:
            yield key, partial(self._as_shown, _row(above, key))
        for key, names in self._found.down.items():
            rows = _row(below, key), _row(above, key)
            was_erased = any(_is_erased(rows[1][name]) for name in names)
            make = self._erase if was_erased else self._update
            yield key, partial(make, key, names, *rows)

    def _erase(
        self, key: str, names: Iterable[str], standing: pd.Series, wanted: pd.Series
    ) -> list[Write]:
        """Return what takes out of the file, and of its log, what the company erased."""
        code = self._pair.table.code
        gone = {
            name: str(wanted[name])
            for name in names
            if isinstance(wanted[name], str) and may_become(code, name, wanted[name])
        }
        rest = [name for name in names if name not in gone]
        log = to_clean(self._pair.file.audits([(code, key)]))
        return [
            Erase(code, key, gone),
            *(Erase("audit", row, values) for row, values in log.items()),
            *(self._update(key, rest, standing, wanted) if rest else ()),
        ]

    def _update(
        self, key: str, names: Iterable[str], standing: pd.Series, wanted: pd.Series
    ) -> list[Write]:
        table = self._pair.table
        fields = [table.field(name) for name in names]
        return [
            Update(
                table.code,
                key,
                base={f.name: _value(f, standing[f.name]) for f in fields},
                values={f.name: _value(f, wanted[f.name]) for f in fields},
            )
        ]

    def _new(self, row: pd.Series) -> list[Write]:
        """Return a row of the file as the main store takes it in."""
        values = self._values(row) | {"source": Source.SHEET}
        if self._pair.table.code == CALLS.code:
            day = CALLS.record.read(values | {"entered_at": clock.now()})
            return [Insert(day)]
        code = self._pair.centre.code
        report = Complaint.read(values | {"received_centre": code})
        typed = {name for name, value in values.items() if value not in ("", None)}
        return [
            Insert(record)
            for record in taken_in(
                self._pair.main.for_user(SYSTEM),
                report,
                frozenset(typed | {"received_centre"}),
                now=clock.now(),
                secret=self._secret,
            )
        ]

    def _as_shown(self, row: pd.Series) -> list[Write]:
        """Return a row of the main store as the file may hold it."""
        return [Insert(self._pair.table.record.read(self._values(row)))]

    def _values(self, row: pd.Series) -> dict[str, Any]:
        values = {f.name: _value(f, row[f.name]) for f in self._pair.table.fields}
        return {name: value for name, value in values.items() if value is not None}


def _is_erased(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(ERASED)


def _row(frame: pd.DataFrame, key: str) -> pd.Series:
    return cast("pd.Series", frame.loc[key])


def _value(field: Field, stored: Any) -> Any:
    value = rich(field, stored)
    return field.default if value is None and field.kind == "choice" else value
