"""From an answer of the API to what the store may show, or why it rather may not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lib.store.protocol import RowProblem
from lib.store.sheets.layout import Tab, label_of
from lib.store.sheets.reading import SheetRead, SheetReader, SheetTable
from lib.store.sheets.rows import NEW_ROW

LARGEST_LOSS: Final = 0.2
"""Share of a tab's rows that may be gone at once before somebody is asked."""
FEWEST_LOST: Final = 2
"""One row that goes is no accident, however short the tab."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a tab had and suddenly has not.

    vanished, of: rows that are gone, and how many there were.
    columns: labels of required columns that are gone.
    """

    table: str
    tab: str
    vanished: int
    of: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which reading to show: the new one, or the last good one because much is gone.

    read: the one to show. losses: what is gone; empty where nothing speaks against
    the new one. token: names exactly this loss; with it somebody confirms.
    """

    read: SheetRead
    losses: tuple[Loss, ...] = ()
    token: str = ""

    @property
    def held(self) -> bool:
        """Whether the last good reading is shown, and nothing may be written."""
        return bool(self.losses)


def load(
    fetch: Callable[[], bytes],
    reader: SheetReader,
    places: Mapping[str, Tab],
    *,
    lost: Sequence[RowProblem] = (),
    previous: SheetRead | None = None,
    confirmed: str = "",
    pause: Callable[[], None] = lambda: None,
) -> Verdict:
    """Return what to show after one look at the sheet, at most two calls.

    A formula that says Loading… gets a second chance after `pause`; what still says
    so then is read as bad.

    Args:
        fetch: gives the bytes of `values:batchGet` for `places`, in their order.
        reader: keeps what it read last, so that equal bytes are not read again.
        places: the tab of each table.
        lost: what `layout.located` could not find.
        previous: the last good reading.
        confirmed: token of a loss that somebody meant.
        pause: waits a moment before the second look.

    Raises:
        StoreError: `fetch` failed, or its answer is none of the API's.
    """
    found = reader.read(fetch(), places, lost)
    if found.loading:
        pause()
        found = reader.read(fetch(), places, lost)
    return judged(previous, found, confirmed=confirmed)


def judged(
    previous: SheetRead | None, found: SheetRead, *, confirmed: str = ""
) -> Verdict:
    """Return `found`, or `previous` where more than a fifth of a tab is gone at once.

    Somebody who sorts, filters or edits takes nothing away; a deleted column, an
    emptied tab or a paste over everything does. `confirmed` lets that very loss pass.
    """
    if previous is None or previous is found:
        return Verdict(found)
    losses = []
    gone: list[str] = []
    for code, before in previous.tables.items():
        vanished = _vanished(before, found.tables.get(code))
        columns = _lost_columns(before, found.tables.get(code))
        known = sum(not key.startswith(NEW_ROW) for key in before.frame.index)
        many = len(vanished) >= FEWEST_LOST and len(vanished) > LARGEST_LOSS * known
        if many or columns:
            losses.append(
                Loss(code, before.tab.title, len(vanished), known, tuple(columns))
            )
            gone += [code, *sorted(vanished), *columns]
    token = hashlib.sha256("\n".join(gone).encode()).hexdigest()[:16]
    if not losses or token == confirmed:
        return Verdict(found)
    return Verdict(previous, tuple(losses), token)


def _vanished(before: SheetTable, after: SheetTable | None) -> set[str]:
    there = set() if after is None else set(after.frame.index)
    return {
        key
        for key in before.frame.index
        if key not in there and not key.startswith(NEW_ROW)
    }


def _lost_columns(before: SheetTable, after: SheetTable | None) -> list[str]:
    """Return the labels of required columns that were there and are not."""
    if after is None:
        return []
    missing = set(after.header.missing) - set(before.header.missing)
    return [label_of(before.table, name) for name in sorted(missing)]
