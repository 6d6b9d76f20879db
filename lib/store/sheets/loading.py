"""Whether what a sheet shows now may be shown, or much is gone at once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lib.schema.vocab import AuditRoute, Source
from lib.store.archive import CASES, CODES, HANGING, standing_of
from lib.store.protocol import Loss
from lib.store.sheets.layout import label_of
from lib.store.sheets.reading import SheetRead, SheetTable
from lib.store.sheets.rows import NEW_ROW

LARGEST_LOSS: Final = 0.2
"""Share of a tab's rows that may be gone at once before somebody is asked."""
FEWEST_LOST: Final = 2
"""One row that goes is no accident, however short the tab."""


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


def judged(
    previous: SheetRead | None, found: SheetRead, *, confirmed: str = ""
) -> Verdict:
    """Return `found`, or `previous` where more than a fifth of a tab is gone at once.

    Somebody who sorts, filters or edits takes nothing away; a deleted column, an
    emptied tab or a paste over everything does. Rows of the sample year may go: the
    app itself takes them out. `confirmed` lets that very loss pass.
    """
    if previous is None or previous is found:
        return Verdict(found)
    losses = []
    gone: list[str] = []
    for code, before in previous.tables.items():
        after = found.tables.get(code)
        if after is before:
            continue
        vanished, known = _vanished(before, after)
        vanished -= _put_away(vanished, before, found)
        columns = _lost_columns(before, after)
        many = len(vanished) >= FEWEST_LOST and len(vanished) > LARGEST_LOSS * known
        if many or columns:
            losses.append(
                Loss(code, before.tab.title, len(vanished), known, tuple(columns))
            )
            gone += [code, *sorted(vanished), *columns]
    if not losses:
        return Verdict(found)
    token = hashlib.sha256("\n".join(gone).encode()).hexdigest()[:16]
    if token == confirmed:
        return Verdict(found)
    return Verdict(previous, tuple(losses), token)


def _vanished(before: SheetTable, after: SheetTable | None) -> tuple[set[str], int]:
    """Return the keys that are gone, and how many there were."""
    if after is not None and after.frame.index is before.frame.index:
        return set(), len(before.frame)
    there = frozenset() if after is None else frozenset(after.frame.index)
    own = before.frame.index[~_of_the_sample(before.frame)]
    numbered = [key for key in own if not key.startswith(NEW_ROW)]
    return {key for key in numbered if key not in there}, len(numbered)


def _put_away(
    vanished: Collection[str], before: SheetTable, found: SheetRead
) -> set[str]:
    """Return those of the keys that the log knows to be in a yearly tab."""
    code = before.table.code
    log = found.tables.get("audit")
    if not vanished or log is None or code not in CODES:
        return set()
    standing = standing_of(log.frame)
    if code == CASES:
        return set(standing) & set(vanished)
    case = before.frame[HANGING[code]]
    return {key for key in vanished if str(case[key]) in standing}


def _of_the_sample(frame: pd.DataFrame) -> np.ndarray:
    if "route" in frame.columns:
        mask = frame["route"] == AuditRoute.SAMPLE.value
    else:
        mask = frame["source"] == Source.SAMPLE.value
    return mask.to_numpy(dtype=bool, na_value=False)


def _lost_columns(before: SheetTable, after: SheetTable | None) -> list[str]:
    """Return the labels of required columns that were there and are not."""
    if after is None:
        return []
    missing = set(after.header.missing) - set(before.header.missing)
    return [label_of(before.table, name) for name in sorted(missing)]
