"""The ways to group that are compared: by what the clerk chose, and by the words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final

from benchmarks.likeness.judging import Labelled
from lib.metrics.likeness.grouping import groups
from lib.metrics.likeness.words import features_of, said

Method = Callable[[Sequence[Labelled]], Sequence[Hashable]]


def by_words(rows: Sequence[Labelled]) -> list[int]:
    """Group as the app does."""
    found = groups(
        [said(row.text) for row in rows],
        [row.product for row in rows],
        [row.claim_type for row in rows],
        without=features_of({row.product for row in rows}),
    )
    return [int(label) for label in found]


OURS: Final = "words, product and claim type (the app)"

METHODS: Final[Mapping[str, Method]] = {
    "category alone": lambda rows: [row.category for row in rows],
    "claim type alone": lambda rows: [row.claim_type for row in rows],
    "category × product": lambda rows: [(row.category, row.product) for row in rows],
    "claim type × product": lambda rows: [
        (row.claim_type, row.product) for row in rows
    ],
    OURS: by_words,
}
