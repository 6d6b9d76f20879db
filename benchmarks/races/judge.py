"""What became of every value that somebody wrote: the verdict over a history.

Every value is written once in a race, so a value tells who wrote it, where it belongs
and what its author had seen there. A value is lost if it was replaced by somebody who
had not seen it and was not told, and nobody brought it back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.races.history import Cell, Change, History


@dataclass(frozen=True, slots=True)
class Intent:
    """One value of one attempt to save.

    base: what its user saw. told: why it was refused, as far as the user was told; ""
        where it was acknowledged.
    """

    cell: Cell
    base: str
    told: str


@dataclass
class Verdict:
    """What the judge found.

    lost: values of colleagues' processes, and those from the beginning, that a process
        overwrote unseen. lost_by_hand: values of the person, likewise.
    in_window: values of the person, put in between a process's last read and its write.
    told: values that a process overwrote whose user was told that the save failed.
    unarrived: acknowledged values that never stood where they belong.
    misplaced: values that a process wrote into another record or field.
    mended: of these, those that the same process took away again, or that the person,
        or a process that had seen what stood there, wrote over before it could.
    reported: of the rest, those whose user was told that the save failed.
    lost_rows, doubled_rows: records that are gone, or stand twice, at the end.
    examples: a line about each loss, for whoever looks for the cause.
    """

    lost: int = 0
    lost_by_hand: int = 0
    in_window: int = 0
    told: int = 0
    unarrived: int = 0
    misplaced: int = 0
    mended: int = 0
    reported: int = 0
    lost_rows: int = 0
    doubled_rows: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def unreported(self) -> int:
        """Misplaced values that nobody took away and nobody was told of."""
        return self.misplaced - self.mended - self.reported

    @property
    def silent(self) -> int:
        """Every loss outside the residual window."""
        return self.lost + self.lost_by_hand + self.unarrived

    @property
    def clean(self) -> bool:
        """Whether the store kept its promise."""
        bad = self.silent, self.unreported, self.lost_rows, self.doubled_rows
        return not any(bad)


def judged(history: History, intents: Mapping[str, Intent], hand: str) -> Verdict:
    """Return what became of everything.

    Args:
        history: what the emulator saw.
        intents: by value, what the writers say they tried.
        hand: the person's address; whatever they do, they see the sheet as it is.
    """
    return _Judge(history, intents, hand).verdict()


class _Judge:
    def __init__(
        self, history: History, intents: Mapping[str, Intent], hand: str
    ) -> None:
        self._history = history
        self._intents = intents
        self._hand = hand
        self._found = Verdict()
        self._homes = {value: cell for cell, value in history.first.items()}
        for cell, changes in history.cells.items():
            typed = (change.new for change in changes if change.by == hand)
            self._homes |= {value: cell for value in typed if value}
        self._homes |= {value: intent.cell for value, intent in intents.items()}

    def verdict(self) -> Verdict:
        for cell, changes in self._history.cells.items():
            self._judge_departures(cell, changes)
            self._judge_misplaced(cell, changes)
        self._judge_arrivals()
        first = self._history.keys(self._history.first)
        self._found.lost_rows = len(first - self._history.keys(self._history.last))
        self._found.doubled_rows = len(self._history.doubled & first)
        return self._found

    # Values that went -------------------------------------------------------------

    def _judge_departures(self, cell: Cell, changes: Sequence[Change]) -> None:
        for number, change in self._last_departures(changes):
            old = change.old
            if not old or not self._belongs(cell, old) or self._was_refused(old):
                continue
            if change.by == self._hand or self._seen(cell, old, change):
                continue
            if self._typed_over(cell, changes, number):
                continue
            if self._seen_before_the_hit(cell, changes, number):
                continue
            self._note_loss(cell, changes, change)

    @staticmethod
    def _last_departures(
        changes: Sequence[Change],
    ) -> Iterator[tuple[int, Change]]:
        """Yield the change with which each value went for good."""
        went = {change.old: number for number, change in enumerate(changes)}
        for value, number in went.items():
            if value != changes[-1].new:
                yield number, changes[number]

    def _belongs(self, cell: Cell, value: str) -> bool:
        """Whether a value is where its author meant it to be."""
        return self._homes.get(value, cell) == cell

    def _was_refused(self, value: str) -> bool:
        """Whether its author knows that it was not saved, so nothing is lost with it."""
        return value in self._intents and bool(self._intents[value].told)

    def _seen(self, cell: Cell, old: str, change: Change) -> bool:
        """Whether the author of the new value had seen the old one.

        Whoever put it there: it may have been taken away by mistake and brought back.
        """
        intent = self._intents.get(change.new or "")
        return intent is not None and intent.cell == cell and intent.base == old

    def _seen_before_the_hit(
        self, cell: Cell, changes: Sequence[Change], number: int
    ) -> bool:
        """Whether one who had seen the value replaced what had just hit it."""
        old, hits = changes[number].old or "", changes[number:]
        for hit, after in pairwise(hits):
            if not hit.new or self._belongs(cell, hit.new):
                return False
            if self._seen(cell, old, after):
                return True
        return False

    def _typed_over(self, cell: Cell, changes: Sequence[Change], number: int) -> bool:
        """Whether the person typed over a mis-hit before its author looked again."""
        hit = changes[number]
        if number + 1 == len(changes) or self._belongs(cell, hit.new or ""):
            return False
        after = changes[number + 1]
        return after.by == self._hand and after.at < self._next_look(hit)

    def _next_look(self, change: Change) -> int:
        looks = self._history.looks.get(change.by, [])
        place = bisect_right(looks, change.at)
        return looks[place] if place < len(looks) else change.at

    def _note_loss(self, cell: Cell, changes: Sequence[Change], change: Change) -> None:
        came = next((c for c in changes if c.new == change.old), None)
        by_hand = came is not None and came.by == self._hand
        if came is not None and by_hand and came.at > change.seen_at:
            self._found.in_window += 1
            return
        if self._was_refused(change.new or ""):
            self._found.told += 1
        elif by_hand:
            self._found.lost_by_hand += 1
        else:
            self._found.lost += 1
        self._found.examples.append(
            f"{cell}: {change.old!r} → {change.new!r} by {change.by} in call "
            f"{change.at}, which had looked in {change.seen_at}"
        )

    # Values that came to the wrong place, or not at all ------------------------------

    def _judge_misplaced(self, cell: Cell, changes: Sequence[Change]) -> None:
        for number, change in enumerate(changes):
            value = change.new
            if not value or self._belongs(cell, value):
                continue
            self._found.misplaced += 1
            if (
                self._mended(changes, number)
                or self._typed_over(cell, changes, number)
                or self._seen_before_the_hit(cell, changes, number)
            ):
                self._found.mended += 1
            elif self._was_refused(value):
                self._found.reported += 1
            else:
                home = self._homes[value]
                self._found.examples.append(f"{cell}: {value!r} belongs to {home}")

    @staticmethod
    def _mended(changes: Sequence[Change], number: int) -> bool:
        """Whether the author of a mis-hit put back what had stood there."""
        hit = changes[number]
        earlier = [change for change in changes[:number] if change.at <= hit.seen_at]
        stood = earlier[-1].new if earlier else changes[0].old
        for after in changes[number + 1 :]:
            if after.by != hit.by:
                return False
            if after.new in (stood, hit.old):
                return True
        return False

    def _judge_arrivals(self) -> None:
        for value, intent in self._intents.items():
            if intent.told:
                continue
            changes = self._history.cells.get(intent.cell, ())
            if not any(change.new == value for change in changes):
                self._found.unarrived += 1
                self._found.examples.append(f"{intent.cell}: {value!r} never arrived")
