"""The books in the hidden tab `_sys`: one row a commit, its id, moment and effect.

They make a retry harmless and give the revision. Rows are only ever added at the end;
the cleaner takes old ones away from the top and leaves their number in the header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lib.store.sheets.cells import Raw
from lib.store.sheets.payload import Rows

ID, AT, CHANGED = range(3)

KEPT: Final = 2_000
"""Newest rows that stay whatever their age."""
KEPT_DAYS: Final = 30
"""Days that every row stays. A retry of a commit that is older is no longer known
for one, once `KEPT` commits came after it; the outbox gives up long before."""


@dataclass(frozen=True, slots=True)
class Books:
    """What the books say.

    commits: ids of the commits that stand in them.
    applied: commits that ever changed rows, those taken away included.
    taken_away: how many of them the cleaner took away.
    last: number of the last row that holds one; 1, the header, where there is none.
    last_id: the commit in it.
    """

    commits: frozenset[str] = frozenset()
    applied: int = 0
    taken_away: int = 0
    last: int = 1
    last_id: str = ""

    def tail(self, title: str) -> list[str]:
        """Return the ranges that show what came after; `title` is quoted."""
        return [f"{title}!A1:C1", f"{title}!A{self.last}:C"]

    def continued(self, lines: Mapping[int, Sequence[Raw]]) -> Books | None:
        """Return the books with the rows of `tail`; None where others were taken away.

        lines: cells by row from 0.
        """
        head = lines.get(0, ())
        known = lines.get(self.last - 1, ())
        if _taken_away(head) != self.taken_away:
            return None
        if self.last > 1 and _cell(known, ID) != self.last_id:
            return None
        rows = {row: line for row, line in lines.items() if row >= self.last}
        ids = {row: str(line[ID]) for row, line in rows.items() if _cell(line, ID)}
        if not ids:
            return self
        last = max(ids)
        return Books(
            self.commits | frozenset(ids.values()),
            self.applied + sum(_changed(line) for line in rows.values()),
            self.taken_away,
            last + 1,
            ids[last],
        )


def read_books(rows: Rows) -> Books:
    """Return the books in the cells of the whole tab, header first."""
    head = rows[0] if rows else ()
    taken = _taken_away(head)
    ids = [str(row[ID]) if _cell(row, ID) else "" for row in rows[1:]]
    last = max((at for at, name in enumerate(ids, start=2) if name), default=1)
    return Books(
        commits=frozenset(name for name in ids if name),
        applied=taken + sum(_changed(row) for row in rows[1:]),
        taken_away=taken,
        last=last,
        last_id=ids[last - 2] if last > 1 else "",
    )


def _taken_away(head: Sequence[Any]) -> int:
    """Return the number in the header's third cell, which says so once there is one."""
    cell = _cell(head, CHANGED)
    return int(cell) if isinstance(cell, (int, float)) else 0


def _changed(row: Sequence[Any]) -> bool:
    return bool(_cell(row, CHANGED))


def _cell(row: Sequence[Any], at: int) -> Any:
    return row[at] if len(row) > at else ""


def worn_out(rows: Rows, oldest_kept: float) -> int:
    """Return how many rows below the header are old enough to go.

    oldest_kept: serial of the moment before which a row is old.
    """
    most = max(0, len(rows) - 1 - KEPT)
    for number, row in enumerate(rows[1 : 1 + most]):
        moment = _cell(row, AT)
        if isinstance(moment, (int, float)) and moment >= oldest_kept:
            return number
    return most


def cleared(sheet_id: int, rows: Rows, count: int) -> list[dict[str, Any]]:
    """Return the requests that take the first `count` rows away, and count them.

    Both stand in one batch, so that the number of applied commits never goes back.
    """
    gone = _taken_away(rows[0] if rows else ()) + sum(
        _changed(row) for row in rows[1 : 1 + count]
    )
    return [
        {
            "updateCells": {
                "start": {
                    "sheetId": sheet_id,
                    "rowIndex": 0,
                    "columnIndex": CHANGED,
                },
                "rows": [{"values": [{"userEnteredValue": {"numberValue": gone}}]}],
                "fields": "userEnteredValue",
            }
        },
        {
            "deleteDimension": {
                "range": {
                    "sheetId": sheet_id,
                    "dimension": "ROWS",
                    "startIndex": 1,
                    "endIndex": 1 + count,
                }
            }
        },
    ]
