"""What a grouping is worth beside the problems that a person sees in the same texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

SET: Final = Path(__file__).parent / "complaints.jsonl"


class Half(StrEnum):
    """A method is chosen on the one and judged on the other."""

    DEVELOPMENT = "development"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One complaint of the set; `problem` is "" where it stands alone."""

    number: int
    product: str
    claim_type: str
    category: str
    text: str
    problem: str
    half: Half


def labelled(half: Half) -> list[Labelled]:
    """Return the complaints of one half, in the order of the file."""
    lines = SET.read_text(encoding="utf-8").splitlines()
    rows = [Labelled(**json.loads(line)) for line in lines]
    return [row for row in rows if row.half == half]


@dataclass(frozen=True, slots=True)
class Worth:
    """How right a grouping is.

    precision: share of the pairs put together that belong together; recall: share of
        the pairs that belong together that were put together. cubed: the same as the
        mean over complaints (B-cubed), where a large group weighs no more than its
        members. 1.0 where there is no pair.
    """

    precision: float
    recall: float
    cubed_precision: float
    cubed_recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean over pairs."""
        return _harmonic(self.precision, self.recall)

    @property
    def cubed_f1(self) -> float:
        """Harmonic mean over complaints."""
        return _harmonic(self.cubed_precision, self.cubed_recall)


def worth(found: Sequence[Hashable], rows: Sequence[Labelled]) -> Worth:
    """Return how right a grouping is: `found` names the group of each row."""
    true = [row.problem or f"alone {row.number}" for row in rows]
    both = Counter(zip(found, true, strict=True))
    groups, problems = Counter(found), Counter(true)
    right, put, wanted = _pairs(both), _pairs(groups), _pairs(problems)
    count = len(rows)
    return Worth(
        right / put if put else 1.0,
        right / wanted if wanted else 1.0,
        sum(n * n / groups[group] for (group, _p), n in both.items()) / count,
        sum(n * n / problems[problem] for (_g, problem), n in both.items()) / count,
    )


def _pairs(sizes: Mapping[Any, int]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
