"""A tab read again: where few rows changed, only those are parsed anew.

What comes out is what `read_table` would give, but for the order of statuses and
problems. Wherever that is not certain, the whole tab is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.schema.tables import Table
from lib.schema.tables import table as table_by_code
from lib.store.protocol import RowProblem
from lib.store.sheets.layout import GROUP_COLUMNS, Tab
from lib.store.sheets.payload import (
    Rows,
    collector_paused,
    decoded,
    has_check_boxes,
)
from lib.store.sheets.reading import SheetRead, SheetTable, read_table

MOST_CHANGED: Final = 0.02
"""Share of a tab's rows up to which patching is worth it."""
ALWAYS_PATCHED: Final = 20


@dataclass
class SheetReader:
    """Reads payloads, each different one once. One thread at a time."""

    _payload: bytes = b""
    _boxes: bool | None = None
    _places: dict[str, Tab] = field(default_factory=dict)
    _parts: dict[str, Rows] = field(default_factory=dict)
    _last: SheetRead | None = None

    def read(
        self,
        payload: bytes,
        places: Mapping[str, Tab],
        lost: Sequence[RowProblem] = (),
    ) -> SheetRead:
        """Return the tables in an answer of `values:batchGet`.

        The very same object comes back where neither payload nor tabs changed.

        Args:
            payload: the answer's bytes; its ranges are those of `places`, in order.
            places: the tab of each table, by code.
            lost: what `layout.located` could not find.

        Raises:
            StoreUnavailable: half an answer, or something else than the API's JSON.
        """
        if (
            self._last is not None
            and payload == self._payload
            and dict(places) == self._places
            and tuple(lost) == self._last.lost
        ):
            return self._last
        former = self._last.tables if self._last else {}
        exact = self._may_have_boxes(payload)
        with collector_paused():
            parts = dict(zip(places, decoded(payload, len(places)), strict=True))
            tables = {
                code: reread(
                    former.get(code),
                    self._parts.get(code, ()),
                    table_by_code(code),
                    places[code],
                    rows,
                    exact=exact,
                )
                for code, rows in parts.items()
            }
        self._last = SheetRead(tables, tuple(lost))
        self._payload, self._places, self._parts = payload, dict(places), parts
        return self._last

    def _may_have_boxes(self, payload: bytes) -> bool:
        """Whether a check box may stand in the new payload, or stood in the last."""
        if self._last is None:
            return False  # there is nothing to compare with
        before = self._boxes
        if before is None:
            before = has_check_boxes(self._payload)
        self._boxes = has_check_boxes(payload)
        return before or self._boxes


def reread(
    old: SheetTable | None,
    old_rows: Rows,
    table: Table,
    tab: Tab,
    rows: Rows,
    *,
    exact: bool,
) -> SheetTable:
    """Return a tab as read; the very same object where no cell changed.

    Args:
        old: the tab as last read; None for none.
        old_rows: its cells then.
        table: what the tab holds.
        tab: where it is.
        rows: its cells now.
        exact: tell TRUE from 1, which are equal here and not to people.
    """
    if old is None or old.table != table or not _is_same(old.tab, tab):
        return read_table(table, tab, rows)
    changed = _changed(old_rows, rows, exact=exact)
    if changed is not None and not changed:
        return old
    patched = _patched(old, rows, changed) if changed else None
    return patched or read_table(table, tab, rows)


def _is_same(one: Tab, other: Tab) -> bool:
    """Whether it is the same tab under the same title, however far its grid goes."""
    return (one.sheet_id, one.title) == (other.sheet_id, other.title)


def _changed(old: Rows, new: Rows, *, exact: bool) -> list[int] | None:
    """Return the rows, from 0, that differ or came at the end; None for too many.

    Rows that went, or came in the middle, move all others: that is too many.
    """
    if len(new) < len(old):
        return None
    changed = [at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b]
    if exact:
        pairs = enumerate(zip(old, new, strict=False))
        also = [at for at, (a, b) in pairs if a == b and _types(a) != _types(b)]
        changed = sorted(changed + also)
    changed += range(len(old), len(new))
    most = max(ALWAYS_PATCHED, MOST_CHANGED * len(new))
    return changed if len(changed) <= most else None


def _types(row: Sequence[Any]) -> list[type]:
    return [bool if type(cell) is bool else object for cell in row]


# Patching ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Patch:
    """Changed rows read by themselves, and where they go.

    part: first the rows that stood before, then those at the end.
    places: positions in the old frame of the former. numbers: in the sheet, of all.
    """

    part: SheetTable
    places: Any
    numbers: Any

    @property
    def edited(self) -> int:
        """How many of the rows stood before."""
        return len(self.places)


def _patched(old: SheetTable, rows: Rows, changed: Sequence[int]) -> SheetTable | None:
    """Return the old table with the changed rows; None where all must be read."""
    patch = _patch_for(old, rows, changed)
    if patch is None:
        return None
    index = _index(old, patch)
    columns = {name: _column(old, patch, name) for name in old.frame.columns}
    extras = _extras(old, patch)
    if index is None or extras is None:
        return None
    gone = old.frame.index[patch.places]
    numbers = set(patch.numbers.tolist())
    return replace(
        old,
        frame=pd.DataFrame(columns, index=index, copy=False),
        statuses=_statuses(old, patch, gone),
        problems=(
            *(p for p in old.problems if p.row not in numbers),
            *_problems(patch),
        ),
        rows=np.concatenate([old.rows, patch.numbers[patch.edited :]]),
        extras=pd.DataFrame(extras, index=index, dtype=object),
        new=(old.new - set(gone)) | patch.part.new,
        turned=_turned(old, patch, frozenset(gone)),
    )


def _patch_for(old: SheetTable, rows: Rows, changed: Sequence[int]) -> _Patch | None:
    """Return the changed rows as read; None where others depend on them."""
    head = old.header.row
    depends = old.guessed or old.loading or old.table.code in GROUP_COLUMNS
    if depends or not len(old.rows) or changed[0] < head:
        return None
    numbers = np.array(changed) + 1
    stood = numbers <= old.rows[-1]
    places = np.searchsorted(old.rows, numbers[stood])
    if not np.array_equal(old.rows[places], numbers[stood]):
        return None  # a note or a blank row became something else
    if any(note.row in set(numbers.tolist()) for note in old.notes):
        return None
    part = read_table(old.table, old.tab, [*rows[:head], *(rows[at] for at in changed)])
    if len(part.frame) != len(changed) or part.guessed or part.loading:
        return None
    if part.doubled or part.header != old.header:
        return None
    return _Patch(part, places, numbers)


def _index(old: SheetTable, patch: _Patch) -> pd.Index | None:
    """Return the keys; the very same where none changed, None where one stands twice."""
    before = old.frame.index
    gone = before[patch.places]
    now = patch.part.frame.index
    edited, added = now[: patch.edited], now[patch.edited :]
    fresh = [*edited[edited != gone], *added]
    if any(key.rpartition("#")[0] in old.doubled or key in old.doubled for key in gone):
        return None
    if old.doubled & set(fresh) or len(set(fresh)) < len(fresh):
        return None
    if fresh and before.isin(fresh).any():
        return None
    if not edited.equals(gone):
        keys = before.to_numpy(dtype=object, copy=True)
        keys[patch.places] = edited
        before = pd.Index(keys, name=before.name, dtype=before.dtype)
    return before.append(added) if len(added) else before


def _column(old: SheetTable, patch: _Patch, name: str) -> Any:
    """Return a column with its changed cells; the very same where none changed."""
    before: Any = old.frame[name].array
    now: Any = patch.part.frame[name].array
    if isinstance(before, pd.Categorical):
        return _choices(old, patch, name, before, now)
    return _joined(patch, before, now)


def _joined(patch: _Patch, before: Any, now: Any) -> Any:
    """Return an array with the changed values in their places and the new ones below."""
    edited, added = now[: patch.edited], now[patch.edited :]
    if len(edited) and not before.take(patch.places).equals(edited):
        before = before.copy()
        before[patch.places] = edited
    if len(added):
        both = [pd.Series(before, copy=False), pd.Series(added, copy=False)]
        return pd.concat(both, ignore_index=True).array
    return before


def _choices(old: SheetTable, patch: _Patch, name: str, before: Any, now: Any) -> Any:
    """Return a column of choices; unknown words come and go, in order of appearance."""
    words = before.categories.append(now.categories.difference(before.categories))
    joined = _joined(patch, before.set_categories(words), now.set_categories(words))
    known = len(table_by_code(old.table.code).field(name).choices)
    first = {
        word: int(np.argmax(joined.codes == code))
        for code, word in enumerate(words)
        if code >= known and (joined.codes == code).any()
    }
    ordered = [*words[:known], *sorted(first, key=first.__getitem__)]
    return joined if ordered == list(words) else joined.set_categories(ordered)


def _extras(old: SheetTable, patch: _Patch) -> dict[Any, Any] | None:
    """Return people's own columns; None where one appeared or went."""
    if set(old.extras.columns) != set(patch.part.extras.columns):
        return None
    found = {}
    for place in old.extras.columns:
        now = patch.part.extras[place].to_numpy()
        cells = old.extras[place].to_numpy(copy=True)
        cells[patch.places] = now[: patch.edited]
        found[place] = np.concatenate([cells, now[patch.edited :]])
    return found


def _statuses(old: SheetTable, patch: _Patch, gone: pd.Index) -> pd.DataFrame:
    kept = old.statuses[~old.statuses["key"].isin(gone)]
    if patch.part.statuses.empty:
        return kept.reset_index(drop=True)
    return pd.concat([kept, patch.part.statuses], ignore_index=True)


def _turned(
    old: SheetTable, patch: _Patch, gone: frozenset[str]
) -> dict[tuple[str, str], float]:
    kept = {at: raw for at, raw in old.turned.items() if at[0] not in gone}
    return {**kept, **patch.part.turned}


def _problems(patch: _Patch) -> list[RowProblem]:
    """Return the problems of the changed rows, where these stand in the sheet."""
    head = patch.part.header.row
    return [
        replace(problem, row=int(patch.numbers[problem.row - head - 1]))
        for problem in patch.part.problems
        if problem.row > head
    ]
