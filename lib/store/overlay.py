"""What people see before the shared store shows it: own saves laid over a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from lib.errors import AppError
from lib.schema.frames import frame_of, record_at
from lib.schema.record import Record
from lib.schema.tables import Table
from lib.schema.tables import table as table_by_code
from lib.store.merge import Plan, RowKey, named, plan
from lib.store.protocol import AUDIT_TAIL, Commit, Snapshot


@dataclass(frozen=True, slots=True)
class Laid:
    """A save to be shown.

    records: what the store made of it, once it said so; None while nobody knows.
    """

    commit: Commit
    records: Mapping[RowKey, Record] | None = None


def overlaid(snapshot: Snapshot, saves: Iterable[Laid], *, revision: int) -> Snapshot:
    """Return the snapshot as it will be once `saves` stand, in their order.

    A save that does not fit what stands (a conflict, say) is left out. One that the
    store has made is shown as the store made it, unless a newer version stands.
    Tables that no save touches keep their very frames; where none does, `frames` is
    the snapshot's own.
    """
    work = _Overlay(snapshot)
    for save in saves:
        work.lay(save)
    return work.result(revision)


def standing(snapshot: Snapshot, keys: Iterable[RowKey]) -> dict[RowKey, Record]:
    """Return the rows of a snapshot that have these keys."""
    return _Overlay(snapshot).standing(keys)


@dataclass(slots=True)
class _Overlay:
    """The rows that differ from the snapshot's; None stands for one that goes."""

    snapshot: Snapshot
    rows: dict[RowKey, Record | None] = field(default_factory=dict)
    cells: set[tuple[str, str, str]] = field(default_factory=set)

    def standing(self, keys: Iterable[RowKey]) -> dict[RowKey, Record]:
        found = {key: self._row(key) for key in keys}
        return {key: row for key, row in found.items() if row is not None}

    def lay(self, save: Laid) -> None:
        keys = named(save.commit)
        try:
            planned = plan(save.commit, self.standing(keys))
        except AppError:
            # An older view than the store had: what the store made of it still holds.
            planned = None
        if save.records is not None:
            self._lay_made(save.records, planned)
        elif planned is not None:
            self._lay_planned(planned)

    def result(self, revision: int) -> Snapshot:
        if not self.rows:
            return replace(self.snapshot, revision=revision)
        by_table: dict[str, dict[str, Record | None]] = {}
        for (code, key), row in self.rows.items():
            by_table.setdefault(code, {})[key] = row
        frames = dict(self.snapshot.frames)
        for code, rows in by_table.items():
            frames[code] = _with_rows(table_by_code(code), frames[code], rows)
        return replace(
            self.snapshot,
            frames=frames,
            revision=revision,
            statuses=self._statuses(),
        )

    def _row(self, key: RowKey) -> Record | None:
        if key in self.rows:
            return self.rows[key]
        code, name = key
        frame = self.snapshot.frames[code]
        if name not in frame.index or not isinstance(frame.index.get_loc(name), int):
            return None  # none, or a key that people copied: nobody knows which
        return record_at(table_by_code(code), frame, name)

    def _lay_planned(self, planned: Plan) -> None:
        self.rows |= planned.inserted
        for at, (record, names) in planned.changed.items():
            self.rows[at] = record
            self.cells |= {(*at, name) for name in names}
        self._lay_rest(planned)

    def _lay_made(self, records: Mapping[RowKey, Record], planned: Plan | None) -> None:
        for at, record in records.items():
            shown = self._row(at)
            if shown is None or shown.version < record.version:
                self.rows[at] = record
                self.cells |= {(*at, spec.name) for spec in record.fields()}
        if planned is not None:
            self._lay_rest(planned)

    def _lay_rest(self, planned: Plan) -> None:
        self.rows |= dict.fromkeys(planned.deleted)
        log = self.snapshot.frames["audit"].index
        self.rows |= {
            ("audit", entry.id): entry for entry in planned.log if entry.id not in log
        }

    def _statuses(self) -> pd.DataFrame:
        """Return the cell statuses without those of cells that were written."""
        found = self.snapshot.statuses
        if found.empty or not self.cells:
            return found
        cells = zip(found["table"], found["key"], found["field"], strict=True)
        return found[[cell not in self.cells for cell in cells]]


def _with_rows(
    table: Table, frame: pd.DataFrame, rows: Mapping[str, Record | None]
) -> pd.DataFrame:
    """Return the frame with rows replaced in their places, added below, taken out."""
    fresh = {key: row for key, row in rows.items() if row is not None}
    order = np.arange(len(frame))
    added: list[int] = []
    for number, key in enumerate(fresh, start=len(frame)):
        if key in frame.index:
            order[frame.index.get_loc(key)] = number
        else:
            added.append(number)
    gone = [key for key, row in rows.items() if row is None]
    kept = order[~frame.index.isin(gone)] if gone else order
    places: Sequence[int] = [*kept.tolist(), *added]
    if table.code == "audit":
        places = places[-AUDIT_TAIL:]
    if not fresh:
        return frame.take(places)
    both = pd.concat([frame, frame_of(table, list(fresh.values()))])
    return both.take(places)
