"""Which way each cell goes between the main store and a centre's file: pure.

Three texts decide about a cell: what both sides agreed on last, what the main store
has now, and what the file has now. Who changed it since wins; where both did, nobody
does: both cells stay and a person is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lib.i18n import N_

Texts = Mapping[str, str]
"""A row as texts by field name; "" is missing."""

Rows = Mapping[str, Texts]
"""Rows by key."""

Cell = tuple[str, str]
"""Key and field name."""


class Why(StrEnum):
    """Why a cell stays as it is on both sides, in words for データ点検."""

    BOTH_CHANGED = N_("自社とセンターの両方で、違う値に変わっています。")
    UNREADABLE = N_("センターのシートのこの値は読めないので、取り込んでいません。")
    CONFIRMED = N_("確定した日の数がセンターのシートで変わっています。")
    FOREIGN = N_("ほかのセンターの行なので、取り込んでいません。")


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell on which the two sides differ and nobody was overruled."""

    key: str
    field: str
    main: str
    file: str
    why: Why


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a table a centre's file holds, and who decides.

    fields: those that are compared, without the key's. down_only: the company
        decides; what a centre types there goes back. lock: the field that, once
        `locked_at`, holds all others but `open_when_locked`.
    """

    fields: tuple[str, ...]
    down_only: frozenset[str] = frozenset()
    lock: str = ""
    locked_at: str = ""
    open_when_locked: frozenset[str] = frozenset()


@dataclass(slots=True)
class Folding:
    """What has to be written so that both sides agree again.

    new_above, new_below: keys of rows to insert into the main store and the file.
    up, down: fields to update there, by key. agreed: rows as they stand once all
    this is written. clashes: cells that nobody touches.
    """

    new_above: list[str] = field(default_factory=list)
    new_below: list[str] = field(default_factory=list)
    up: dict[str, list[str]] = field(default_factory=dict)
    down: dict[str, list[str]] = field(default_factory=dict)
    agreed: dict[str, dict[str, str]] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has to be written."""
        return not (self.new_above or self.new_below or self.up or self.down)


def fold(
    shape: Shape,
    main: Rows,
    file: Rows,
    agreed: Rows,
    *,
    unreadable: Collection[Cell] = (),
    withheld: Collection[Cell] = (),
) -> Folding:
    """Return what goes which way.

    A row that is only in the file is new; one that is only in the main store is put
    into the file, also where somebody deleted it there: rows are never deleted. A row
    that both once had and the main store no longer shows is left alone.

    Args:
        shape: what is folded.
        main: the centre's rows of the main store.
        file: the rows of its file.
        agreed: rows as both had them after the last folding; {} for the first time.
        unreadable: cells of the file whose text is no value of their field.
        withheld: cells that the centre may no longer see; they empty in its file.
    """
    found = Folding()
    for key in [*main, *(key for key in file if key not in main)]:
        if key not in file:
            found.new_below.append(key)
            found.agreed[key] = _kept(shape, main[key])
        elif key in main:
            cells = _Cells(shape, key, main[key], file[key], agreed.get(key, {}))
            cells.fold(found, unreadable, withheld)
        elif key not in agreed:
            bad = [name for name in shape.fields if (key, name) in unreadable]
            found.clashes += [_unreadable(key, name, file[key]) for name in bad]
            if not bad:
                found.new_above.append(key)
                found.agreed[key] = _kept(shape, file[key])
        else:
            found.agreed[key] = dict(agreed[key])
    return found


def _kept(shape: Shape, row: Texts) -> dict[str, str]:
    return {name: row.get(name, "") for name in shape.fields}


def _unreadable(key: str, name: str, row: Texts) -> Clash:
    return Clash(key, name, "", row.get(name, ""), Why.UNREADABLE)


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row that both sides have."""

    shape: Shape
    key: str
    main: Texts
    file: Texts
    agreed: Texts

    def fold(
        self, found: Folding, unreadable: Collection[Cell], withheld: Collection[Cell]
    ) -> None:
        settled = dict(self.agreed)
        for name in self.shape.fields:
            ours, theirs = self.main.get(name, ""), self.file.get(name, "")
            if (self.key, name) in unreadable:
                found.clashes.append(_clash(self, name, Why.UNREADABLE))
            elif ours == theirs:
                settled[name] = ours
            elif (self.key, name) in withheld or self._goes_down(name):
                found.down.setdefault(self.key, []).append(name)
                settled[name] = ours
            elif why := self._stays(name):
                found.clashes.append(_clash(self, name, why))
            else:
                found.up.setdefault(self.key, []).append(name)
                settled[name] = theirs
        found.agreed[self.key] = settled

    def _goes_down(self, name: str) -> bool:
        """Whether only the company changed the cell, or only it may."""
        if name in self.shape.down_only:
            return True
        return self.file.get(name, "") == self.agreed.get(name, "")

    def _stays(self, name: str) -> Why | None:
        if self.main.get(name, "") != self.agreed.get(name, ""):
            return Why.BOTH_CHANGED
        if self._locked() and name not in self.shape.open_when_locked:
            return Why.CONFIRMED
        return None

    def _locked(self) -> bool:
        lock = self.shape.lock
        return bool(lock) and self.main.get(lock, "") == self.shape.locked_at


def _clash(cells: _Cells, name: str, why: Why) -> Clash:
    main, file = cells.main.get(name, ""), cells.file.get(name, "")
    return Clash(cells.key, name, main, file, why)
