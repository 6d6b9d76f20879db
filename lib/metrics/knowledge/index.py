"""An index of past texts that finds what a person types, however it is spelt.

Every text is taken apart into pairs of letters (`spelling.parts_of`), and for each pair
the index knows the texts that hold it. A search adds up a few such lists, so that it
costs the same milliseconds whether the word is rare or typed with a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lib.metrics.knowledge.readings import in_kanji
from lib.metrics.knowledge.spelling import (
    Codes,
    parts,
    parts_of,
    spelt,
    without_endings,
)

Scores = npt.NDArray[np.float32]

PARTS_COMPARED: Final = 48
"""Rarest parts of a long text by which others are found like it."""

_AT_ONCE: Final = 8_192
"""Texts of a segment: all at once would take ten times the memory while it is made."""
_MOST_ADDED: Final = 8
"""Segments that are added by growing before an index is made anew."""
_MOST_CHANGED: Final = 0.1
"""Share of the texts above which an index is made anew instead of grown."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """Texts that were added together: for each part, the places of those that hold it.

    parts: sorted. starts: where the places of each part begin in `places`.
    """

    parts: Codes
    starts: npt.NDArray[np.int64]
    places: npt.NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[str], first: int) -> _Segment:
        """Take texts apart; the first one has the place `first` in the index."""
        found, owners = parts_of(texts)
        starts = np.flatnonzero(np.diff(found, prepend=-1))
        return cls(
            found[starts],
            np.append(starts, len(found)),
            (owners + first).astype(np.int32),
        )

    def holding(self, part: int) -> npt.NDArray[np.int32]:
        """Return the places of the texts that hold a part; none for an unknown one."""
        at = int(np.searchsorted(self.parts, part))
        if at == len(self.parts) or self.parts[at] != part:
            return self.places[:0]
        return self.places[self.starts[at] : self.starts[at + 1]]


@dataclass(frozen=True)
class Index:
    """What is found where. Never changed; `grown` gives the next one.

    keys: of the texts by their place; a key that was added again has an older place
    too, which is not `alive`. marks: hash of each text, by its key.
    """

    keys: tuple[str, ...]
    alive: npt.NDArray[np.bool_]
    marks: Mapping[str, int]
    segments: tuple[_Segment, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Index:
        """Return the index of these texts by their keys; empty for none."""
        listed = list(texts.values())
        segments = tuple(
            _Segment.of(listed[first : first + _AT_ONCE], first)
            for first in range(0, len(listed), _AT_ONCE)
        )
        alive = np.ones(len(texts), dtype=bool)
        return cls(tuple(texts), alive, _marks(texts), segments)

    def grown(self, texts: Mapping[str, str]) -> Index:
        """Return the index of these texts; what stands in this one is not made anew.

        Itself where nothing changed, one more segment where little did.
        """
        marks = _marks(texts)
        if marks == self.marks:
            return self
        changed = [key for key in texts if self.marks.get(key) != marks[key]]
        too_many = len(changed) > max(_MOST_CHANGED * len(texts), 50)
        added_before = len(self.segments) - len(texts) // _AT_ONCE
        if too_many or added_before > _MOST_ADDED:
            return Index.of(texts)
        left = {key for key in self.keys if key not in marks} | set(changed)
        stays = np.fromiter((k not in left for k in self.keys), bool, len(self.keys))
        if not changed:
            return Index(self.keys, self.alive & stays, marks, self.segments)
        added = _Segment.of([texts[key] for key in changed], len(self.keys))
        return Index(
            (*self.keys, *changed),
            np.concatenate([self.alive & stays, np.ones(len(changed), dtype=bool)]),
            marks,
            (*self.segments, added),
        )

    def places(self, keys: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return where the texts with these keys stand; -1 for one that has none."""
        known = {k: p for p, k in enumerate(self.keys) if self.alive[p]}
        return np.array([known.get(key, -1) for key in keys], dtype=np.int64)

    def matches(self, typed: str) -> Scores:
        """Return how much of what was typed each text holds: 1 all of it, 0 nothing.

        Each word counts alike, by the share of its parts that a text holds: as typed,
        without endings, or in kanji, whichever fits best. All 0
        where nothing was typed that can be looked for (a single kana or letter).
        """
        words = [word for text in typed.split() if (word := spelt(text))]
        shares = [share for word in words if (share := self._share(word)) is not None]
        if not shares:
            return self._nothing()
        return np.asarray(np.mean(shares, axis=0) * self.alive, dtype=np.float32)

    def likeness(self, text: str) -> Scores:
        """Return how like a long text each one is, 0 to 1: rare parts in common.

        Only parts that any text holds count, weighted by how few hold them.
        """
        found = np.unique(parts_of([text])[0])
        held = [(self._holding(int(part)), int(part)) for part in found]
        known = sorted((h for h, _p in held if len(h)), key=len)[:PARTS_COMPARED]
        if not known:
            return self._nothing()
        scores, total = self._nothing(), 0.0
        for places in known:
            weight = float(np.log1p(len(self.keys) / len(places)))
            scores[places] += weight
            total += weight
        return np.asarray(scores / total * self.alive, dtype=np.float32)

    def _share(self, word: str) -> Scores | None:
        spellings = dict.fromkeys(
            [word, without_endings(word), without_endings(in_kanji(word))]
        )
        asked = [found for one in spellings if len(found := parts(one))]
        if not asked:
            return None
        best = self._nothing()
        for found in asked:
            scores = self._nothing()
            for part in found:
                scores[self._holding(int(part))] += 1
            np.maximum(best, scores / len(found), out=best)
        return best

    def _holding(self, part: int) -> npt.NDArray[np.int32]:
        found = [segment.holding(part) for segment in self.segments]
        return np.concatenate([_NOWHERE, *found])

    def _nothing(self) -> Scores:
        return np.zeros(len(self.keys), dtype=np.float32)


_NOWHERE: Final = np.zeros(0, dtype=np.int32)


def _marks(texts: Mapping[str, str]) -> dict[str, int]:
    return {key: hash(text) for key, text in texts.items()}
