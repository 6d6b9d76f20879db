"""Settled complaints with what hangs on them, and the moves that put them away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import pandas as pd

from lib.schema.ids import new_commit_id
from lib.schema.record import Record
from lib.schema.task import Task
from lib.schema.vocab import ComplaintStatus
from lib.store.archive import CODES, HANGING, Moving, RowKey
from lib.store.protocol import Snapshot, Store
from tests.store.rows import NOON, activity, complaint, saving

LONG_AGO: Final = NOON - timedelta(days=900)
YEAR: Final = LONG_AGO.year


def settled(number: int) -> list[Record]:
    """Return a complaint that ended long ago with two steps and a task."""
    case = complaint(
        f"K-240605-AAAA{number}",
        received_at=LONG_AGO - timedelta(days=number),
        closed_at=LONG_AGO,
        status=ComplaintStatus.CLOSED,
        contact=f"090-1234-567{number}",
        content=f"=SUM(1,2) {number}\n二行目",
    )
    steps = [
        activity(case.id, id=f"H-24060{number}-AAAA{at}", at=LONG_AGO) for at in (2, 3)
    ]
    task = Task(
        id=f"T-24060{number}-AAAAA",
        case_id=case.id,
        title="返金",
        done_at=LONG_AGO,
        done_by="山田",
    )
    return [case, *steps, task]


def filled(store: Store, count: int = 4) -> Snapshot:
    """Fill a store with such complaints and one that is open; return what stands."""
    rows = [row for number in range(2, 2 + count) for row in settled(number)]
    store.commit(saving(*rows, complaint("K-261121-AAAAA"), activity("K-261121-AAAAA")))
    return store.load()


def rows_of(
    frames: dict[str, pd.DataFrame], cases: Collection[str]
) -> dict[str, dict[RowKey, int]]:
    """Return the rows of these complaints with their versions."""
    found: dict[str, dict[RowKey, int]] = {case: {} for case in cases}
    for code in CODES:
        frame = frames[code]
        own = frame[HANGING[code]] if code in HANGING else frame.index.to_series()
        for key, case, version in zip(frame.index, own, frame["version"], strict=True):
            if case in found:
                found[case][code, str(key)] = int(version)
    return found


def away(shown: Snapshot, cases: Collection[str], year: int = YEAR) -> Moving:
    """Return the move that puts complaints away, as they stand there."""
    rows = rows_of(dict(shown.frames), cases)
    return Moving(new_commit_id(), "山田", NOON, rows, dict.fromkeys(cases, year))


def back(move: Moving) -> Moving:
    """Return the move that takes that one back."""
    return Moving(new_commit_id(), "山田", NOON, move.cases)


def same_rows(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Fail where two frames differ in a row or a type; their order is free."""
    pd.testing.assert_frame_equal(
        one.sort_index(), other.sort_index(), check_categorical=False
    )
