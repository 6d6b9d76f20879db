"""A crisis in numbers: who was affected, what came back, how far the list is done.

Blank is unknown and never zero. A share is a sum over a sum, of those rows alone in
which both are known; nothing over nothing is None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from lib.schema.task import Task


@dataclass(frozen=True, slots=True)
class Affected:
    """People who were affected, know of it, and were compensated; None is unknown."""

    known: int | None
    informed: int | None
    compensated: int | None

    @property
    def informed_share(self) -> float | None:
        """Informed people among those known (may exceed 1); None where one is unknown."""
        return share(self.informed, self.known)

    @property
    def compensated_share(self) -> float | None:
        """Compensated people among those known; None where one is unknown."""
        return share(self.compensated, self.known)

    @property
    def is_doubtful(self) -> bool:
        """Whether more were informed or compensated than are known to be affected."""
        told = (self.informed, self.compensated)
        return self.known is not None and any(
            count is not None and count > self.known for count in told
        )


@dataclass(frozen=True, slots=True)
class Recall:
    """All lots of a recall together.

    shipped, recovered: sums of what is known; None where no lot has a count.
    without_shipped, without_recovered: lots whose count is missing in that sum.
    share: recovered among shipped, over the lots of which both are known.
    """

    lots: int
    shipped: int | None
    recovered: int | None
    without_shipped: int
    without_recovered: int
    share: float | None

    @property
    def has_gaps(self) -> bool:
        """Whether a count is missing, so that the sums are too low."""
        return bool(self.without_shipped or self.without_recovered)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list is done. waived: of the done ones, those decided against."""

    total: int
    done: int
    waived: int
    overdue: int

    @property
    def left(self) -> int:
        """Steps that are still owed."""
        return self.total - self.done

    @property
    def is_done(self) -> bool:
        """Whether nothing is owed; so it is for an empty list."""
        return self.left == 0


def share(part: int | None, whole: int | None) -> float | None:
    """Return part over whole; None where one is unknown or the whole is nothing."""
    return None if part is None or not whole else part / whole


def recall(lots: pd.DataFrame) -> Recall:
    """Return the sums over the lots of one crisis; of no lot, all are None."""
    shipped, recovered = lots["shipped"], lots["recovered"]
    both = lots[shipped.notna() & recovered.notna()]
    return Recall(
        lots=len(lots),
        shipped=_sum(shipped),
        recovered=_sum(recovered),
        without_shipped=int(shipped.isna().sum()),
        without_recovered=int(recovered.isna().sum()),
        share=share(_sum(both["recovered"]), _sum(both["shipped"])),
    )


def _sum(counts: pd.Series) -> int | None:
    return int(counts.sum()) if counts.notna().any() else None


def progress(tasks: Iterable[Task], now: datetime) -> Progress:
    """Return how far these tasks are done at `now`."""
    every = list(tasks)
    done = [task for task in every if not task.is_open]
    return Progress(
        total=len(every),
        done=len(done),
        waived=sum(bool(task.waived_reason) for task in done),
        overdue=sum(is_overdue(task, now) for task in every),
    )


def is_overdue(task: Task, now: datetime) -> bool:
    """Whether a task is owed and its time is past; one without a time never is."""
    return task.is_open and task.due_at is not None and task.due_at < now
