"""What this process shows: the store's last answer with the own saves laid over it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from lib.schema.record import Record
from lib.store.merge import RowKey
from lib.store.outbox.file import Entry, EntryState
from lib.store.outbox.sorting import Waiting
from lib.store.overlay import Laid, overlaid, standing
from lib.store.protocol import Commit, Snapshot

_Mark = tuple[str, str]
"""A save laid over the snapshot: its id, and what changes with what it holds."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A save that the store has, and that its last answer may not show yet.

    moment: when it arrived. since: revision of the store's answer before it was sent.
    """

    laid: Laid
    moment: int
    since: int


class View:
    """Composes what is shown; its revision only grows. Usable from many threads.

    A save that has arrived stays laid over until an answer shows it that was asked for
    later: one that was under way when it arrived may not know it.
    """

    def __init__(self) -> None:
        """Show nothing before the first answer."""
        self._lock = threading.RLock()
        self._moments = count(1)
        self._answer: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._marks: tuple[_Mark, ...] = ()
        self._arrived: dict[str, _Arrived] = {}
        self._waiting: dict[str, Waiting] = {}

    @property
    def answer(self) -> Snapshot | None:
        """The store's last answer; None before the first."""
        return self._answer

    @property
    def revision(self) -> int:
        """Revision of the store's last answer; -1 before the first."""
        return self._answer.revision if self._answer else -1

    def asking(self) -> int:
        """Return the moment at which the store is asked, for `answered`."""
        return next(self._moments)

    def answered(self, asked: int, answer: Snapshot) -> None:
        """Take the store's answer to what was asked at that moment."""
        with self._lock:
            if answer.revision < self.revision:
                return  # overtaken by a later answer
            self._answer = answer
            for name, save in list(self._arrived.items()):
                if save.moment < asked and save.since < answer.revision:
                    del self._arrived[name]

    def arrived(
        self, commit: Commit, records: Mapping[RowKey, Record] | None, since: int
    ) -> None:
        """Note that the store has a save; `records` is what it made of it."""
        with self._lock:
            self._arrived[commit.id] = _Arrived(
                Laid(commit, records), next(self._moments), since
            )

    def now(
        self, waiting: Sequence[Waiting], finished: Mapping[str, Entry]
    ) -> Snapshot | None:
        """Return what is to be shown; None before the first answer.

        waiting: saves that are not in the store. finished: by id, those that are not
        in the outbox any more.
        """
        with self._lock:
            self._note_those_sent_by_others(waiting, finished)
            if self._answer is None:
                return None
            laid = {name: ("", save.laid) for name, save in self._arrived.items()}
            for save in waiting:
                if save.commit is not None and save.id not in laid:
                    mark = f"{save.entry.edition} {save.entry.state}"
                    laid[save.id] = (mark, Laid(save.commit))
            return self._composed(self._answer, laid)

    def standing(self, keys: Sequence[RowKey]) -> dict[RowKey, Record] | None:
        """Return the rows as last shown; None before the first answer."""
        shown = self._shown
        return standing(shown, keys) if shown else None

    def _note_those_sent_by_others(
        self, waiting: Sequence[Waiting], finished: Mapping[str, Entry]
    ) -> None:
        """Keep showing what another process sent while this one had not looked."""
        now = {save.id: save for save in waiting}
        for name, save in self._waiting.items():
            gone = finished.get(name) if name not in now else None
            sent = gone is not None and gone.state is EntryState.APPLIED
            if sent and save.commit is not None and name not in self._arrived:
                self.arrived(save.commit, None, self.revision)
        self._waiting = now

    def _composed(
        self, answer: Snapshot, laid: Mapping[str, tuple[str, Laid]]
    ) -> Snapshot:
        marks = tuple((name, mark) for name, (mark, _laid) in laid.items())
        former, base = self._shown, self._base
        if former is not None and base is answer and marks == self._marks:
            return former
        least = former.revision + 1 if former is not None else 0
        revision = max(answer.revision, least)
        saves = [save for _mark, save in laid.values()]
        known = len(self._marks)
        if former is not None and base is answer and marks[:known] == self._marks:
            shown = overlaid(former, saves[known:], revision=revision)
        elif saves or answer.revision != revision:
            shown = overlaid(answer, saves, revision=revision)
        else:
            shown = answer
        if former is not None and base is answer and shown.frames is former.frames:
            shown = former  # what was saved changes nothing that is shown
        self._shown, self._base, self._marks = shown, answer, marks
        return shown

    _base: Snapshot | None = None
    """The answer over which `_shown` was laid."""
