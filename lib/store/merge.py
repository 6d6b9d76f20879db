"""What a commit does to the rows that stand: pure, and the same for every store.

A store locks, reads the rows that a commit names, asks `plan` and writes what it
answers. Nothing is written where `plan` raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan
from typing import Any, Final

from pydantic import ValidationError

from lib import clock
from lib.errors import (
    ActionRefused,
    Conflict,
    FieldConflict,
    FieldProblem,
    InvalidRecord,
    NotAllowed,
)
from lib.i18n import N_
from lib.schema.audit import CHANGED, CREATED, AuditEntry
from lib.schema.cells import cell_text
from lib.schema.column import Field
from lib.schema.erasing import may_become
from lib.schema.frames import plain
from lib.schema.record import MESSAGES, UNREADABLE, Record
from lib.schema.tables import Table, table_of
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import AuditRoute, Source
from lib.store.protocol import Commit, Delete, Erase, Insert, Update, Write
from lib.text import LONGEST_TEXT, storable

RowKey = tuple[str, str]
"""Table code and key."""

DELETED: Final = "(削除)"
"""Stands for the field in the one log row that a table's deletions leave."""

ERASURE: Final = "(匿名化)"
"""Stands for the field in the one log row that anonymising a row leaves."""

MORE_THAN_ERASING: Final = N_(
    "匿名化では、お客様のことを書いた項目を消すことしかできません。"
)

SET_BY_THE_STORE: Final = frozenset({"updated_at", "updated_by", "version"})

LARGEST_INTEGER: Final = 2**63 - 1

_SOURCE_OF_ROUTE: Final = {
    AuditRoute.SHEET_SEEN: Source.SHEET,
    AuditRoute.IMPORT: Source.IMPORT,
    AuditRoute.SAMPLE: Source.SAMPLE,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit comes to.

    inserted, changed: the rows as they will stand; of a changed row also which
        fields differ, the automatic ones included.
    deleted: rows that go. log: their rows of 操作ログ.
    standing: every row that the commit named and that stands afterwards.
    """

    inserted: Mapping[RowKey, Record]
    changed: Mapping[RowKey, tuple[Record, frozenset[str]]]
    deleted: Sequence[RowKey]
    log: Sequence[AuditEntry]
    standing: Mapping[RowKey, Record]

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be written."""
        return not (self.inserted or self.changed or self.deleted)


def named(commit: Commit) -> list[RowKey]:
    """Return the rows that a commit names, each once, in its order."""
    return list(dict.fromkeys(_row_key(write) for write in commit.writes))


def plan(commit: Commit, current: Mapping[RowKey, Record]) -> Plan:
    """Return what `commit` does, given the rows it names as they stand now.

    `current` lacks the rows that do not exist. Writes of one commit build on each
    other in their order.

    Raises:
        Conflict: a field was changed since `base` (all such fields of all writes),
            or a key to insert exists.
        NotAllowed: a row to update does not exist.
        ActionRefused: an update of an append-only row or of a key, a deletion of a row
            that is not of the sample year, or an erasing that would say something.
        InvalidRecord: a value that no store can hold.
    """
    work = _Work(commit, dict(current))
    for write in commit.writes:
        match write:
            case Insert():
                work.insert(write.record)
            case Update():
                work.update(write)
            case Delete():
                work.delete(write)
            case Erase():
                work.erase(write)
    return work.result()


def same(kind: Field, one: Any, other: Any) -> bool:
    """Whether two values of a field are the same once stored; "" is missing."""
    return bool(_comparable(kind, one) == _comparable(kind, other))


def _row_key(write: Write) -> RowKey:
    if isinstance(write, Insert):
        table = table_of(write.record)
        return table.code, table.key_of(write.record)
    return write.table, write.key


def _comparable(kind: Field, value: Any) -> Any:
    if value in (None, "", ()):
        return None
    kept = plain(kind, value)
    if isinstance(kept, str):
        return storable(kept)
    if isinstance(kept, datetime):
        return clock.in_tokyo(kept)
    if isinstance(kept, float) and isnan(kept):
        return None
    return kept


@dataclass(slots=True)
class _Work:
    """The rows while the writes of one commit are laid over them."""

    commit: Commit
    rows: dict[RowKey, Record]
    inserted: dict[RowKey, Record] = field(default_factory=dict)
    changed: dict[RowKey, set[str]] = field(default_factory=dict)
    deleted: dict[RowKey, None] = field(default_factory=dict)
    log: list[AuditEntry] = field(default_factory=list)
    conflicts: list[FieldConflict] = field(default_factory=list)

    def insert(self, record: Record) -> None:
        table = table_of(record)
        at = table.code, table.key_of(record)
        if at in self.rows:
            raise Conflict(*at, theirs=self.rows[at].values())
        _refuse_unstorable(table, record, record.values())
        self.rows[at] = self.inserted[at] = record.model_copy(
            update={
                "version": 1,
                "updated_at": self.commit.at,
                "updated_by": self.commit.actor,
            }
        )
        if table.code != "audit":
            self._note(at, CREATED, "", "")

    def update(self, write: Update) -> None:
        table = table_by_code(write.table)
        at = write.table, write.key
        standing = self.rows.get(at)
        if standing is None:
            raise NotAllowed
        if table.append_only:
            raise ActionRefused(N_("この表は書き足すだけで、後から直せません。"))
        mine = self._differing(table, standing, write)
        _refuse_fixed(table, mine)
        clashes = _clashes(table, standing, write, mine)
        self.conflicts += clashes
        if mine and not clashes:
            self._change(table, at, standing, mine)

    def delete(self, write: Delete) -> None:
        at = write.table, write.key
        standing = self.rows.get(at)
        if standing is None:
            return
        if standing.source is not Source.SAMPLE:
            raise ActionRefused(N_("サンプルではない行は消せません。"))
        del self.rows[at]
        self.changed.pop(at, None)
        if self.inserted.pop(at, None) is None:
            self.deleted[at] = None

    def erase(self, write: Erase) -> None:
        for name, value in write.values.items():
            if not may_become(write.table, name, value):
                raise ActionRefused(MORE_THAN_ERASING)
        at = write.table, write.key
        standing = self.rows.get(at)
        if standing is None:
            return
        gone = {n: v for n, v in write.values.items() if getattr(standing, n) != v}
        if not gone:
            return
        automatic = {
            "version": standing.version + 1,
            "updated_at": self.commit.at,
            "updated_by": self.commit.actor,
        }
        self.rows[at] = standing.model_copy(update={**gone, **automatic})
        if at in self.inserted:
            self.inserted[at] = self.rows[at]
        else:
            self.changed.setdefault(at, set()).update(gone)
        if at[0] != "audit":
            self._note(at, ERASURE, "", "")

    def result(self) -> Plan:
        """Return the plan, or raise the conflicts of all updates at once."""
        if self.conflicts:
            first = self.conflicts[0]
            raise Conflict(first.table, first.key, fields=self.conflicts)
        self._note_deletions()
        return Plan(
            inserted=self.inserted,
            changed={
                at: (self.rows[at], frozenset(names | SET_BY_THE_STORE))
                for at, names in self.changed.items()
            },
            deleted=list(self.deleted),
            log=self.log,
            standing={
                at: self.rows[at] for at in named(self.commit) if at in self.rows
            },
        )

    def _differing(
        self, table: Table, standing: Record, write: Update
    ) -> dict[str, Any]:
        """Return the fields that would change; equal ones are no conflict."""
        return {
            name: value
            for name, value in write.values.items()
            if name not in SET_BY_THE_STORE
            and not same(table.field(name), value, getattr(standing, name))
        }

    def _change(
        self, table: Table, at: RowKey, standing: Record, mine: Mapping[str, Any]
    ) -> None:
        automatic = {
            "version": standing.version + 1,
            "updated_at": self.commit.at,
            "updated_by": self.commit.actor,
        }
        changed = _checked(table, {**standing.values(), **mine, **automatic})
        _refuse_unstorable(table, changed, mine)
        self.rows[at] = changed
        if at in self.inserted:
            self.inserted[at] = changed
        else:
            self.changed.setdefault(at, set()).update(mine)
        for name in mine:
            kind = table.field(name)
            if kind.logged_by_value:
                self._note(
                    at,
                    name,
                    cell_text(kind, getattr(standing, name)),
                    cell_text(kind, getattr(changed, name)),
                )
            else:
                self._note(at, name, "", CHANGED)

    def _note(self, at: RowKey, field_name: str, before: str, after: str) -> None:
        """Add a log row. Its id follows from the commit, so a retry makes the same."""
        code, key = at
        commit = self.commit
        self.log.append(
            AuditEntry(
                id=f"L-{commit.id}-{len(self.log) + 1:05d}",
                commit_id=commit.id,
                at=commit.at,
                actor=commit.actor,
                table=code,
                row_key=key,
                field_name=field_name,
                before=before,
                after=after,
                route=commit.route,
                reason=commit.reason[:LONGEST_TEXT],
                source=_SOURCE_OF_ROUTE.get(commit.route, Source.APP),
                updated_at=commit.at,
                updated_by=commit.actor,
                version=1,
            )
        )

    def _note_deletions(self) -> None:
        codes = [code for code, _ in self.deleted if code != "audit"]
        for code in dict.fromkeys(codes):
            self._note((code, ""), DELETED, str(codes.count(code)), "")


def _clashes(
    table: Table, standing: Record, write: Update, mine: Mapping[str, Any]
) -> list[FieldConflict]:
    """Return the fields that somebody changed after this person looked."""
    return [
        FieldConflict(
            write.table,
            write.key,
            field=name,
            base=write.base[name],
            theirs=getattr(standing, name),
            mine=value,
        )
        for name, value in mine.items()
        if not same(table.field(name), write.base[name], getattr(standing, name))
    ]


def _refuse_fixed(table: Table, mine: Mapping[str, Any]) -> None:
    if any(name in table.key for name in mine):
        raise ActionRefused(N_("番号やコードは後から変えられません。"))
    if mine.get("source") is Source.SAMPLE:
        raise ActionRefused(N_("本物の行をサンプルには変えられません。"))


def _checked(table: Table, values: Mapping[str, Any]) -> Record:
    """Return the merged row. Rules of the business are the callers', types are ours."""
    try:
        return table.record.model_validate(dict(values))
    except ValidationError as error:
        raise InvalidRecord(
            [
                FieldProblem(
                    str(found["loc"][0]), MESSAGES.get(found["type"], UNREADABLE)
                )
                for found in error.errors(include_url=False, include_input=False)
            ]
        ) from error


def _refuse_unstorable(table: Table, record: Record, names: Iterable[str]) -> None:
    problems = [
        FieldProblem(name, MESSAGES["less_than_equal"])
        for name in names
        if table.field(name).kind == "integer"
        and (getattr(record, name) or 0) > LARGEST_INTEGER
    ]
    if problems:
        raise InvalidRecord(problems)
