"""Searching past resolutions by what is typed, and by what a case is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib import clock
from lib.actions.knowledge.past import Past, came_back, past
from lib.metrics.knowledge.returns import Return
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.vocab import Cause, Choice, Resolution
from lib.store.access import UserStore

FULL: Final = 0.999
"""Share of what was typed from which a text holds all of it."""
NEAR: Final = 0.6
"""Share from which a text is shown where few hold all: a slip of typing, most likely."""
FEW: Final = 5
"""Full matches below which near ones are shown behind them."""

LIKE_ENOUGH: Final = 0.25
"""What a precedent must reach: a kind of complaint in common alone does not."""
PRECEDENTS: Final = 3

_TEXT, _CLAIM, _PRODUCT = 0.6, 0.25, 0.15
_NOTHING_WRITTEN: Final = 0.7
"""What a case without any words on what was agreed counts: it teaches less."""

_HALF_AS_NEW: Final = 730.0
"""Days after which a case counts half of its newness: rules and products change."""
_NEWNESS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; everything empty for all resolutions."""

    words: str = ""
    product_code: str = ""
    claim_type: str = ""
    resolution: Resolution | None = None
    cause: Cause | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """One past resolution as it is shown: no name, no contact, no order number.

    what was agreed: "" where nobody wrote it down. cost in yen, minutes: None where
    unknown. state, days: see `lib.metrics.knowledge.returns`.
    """

    number: str
    content: str
    agreed: str
    product_code: str
    claim_type: str
    resolution: Resolution
    cause: Cause | None
    cost: int | None
    minutes: int | None
    closed_at: datetime
    state: Return
    days: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found, best first.

    places: of the rows in `known`. near_from: the place in this list from which on they
    hold only most of what was typed.
    """

    known: Past
    places: npt.NDArray[np.intp]
    near_from: int
    archived: bool = False

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.places)

    def numbers(self, first: int = 0, count: int | None = None) -> tuple[str, ...]:
        """Return the numbers of `count` of them from `first` on; of all without count."""
        last = None if count is None else first + count
        return tuple(self.known.keys[self.places[first:last]].tolist())


def search(desk: UserStore, asked: Asked) -> Found:
    """Return the past resolutions that are asked for, best first.

    Without words the newest come first. Nothing of what is typed is kept in a cache.

    Raises:
        StoreError: archived years are asked for and cannot be read.
    """
    known = past(desk, archived=asked.archived)
    rows = _kept(known.cases, asked)
    if not asked.words.strip():
        newest = rows[known.closed[rows].argsort(kind="stable")[::-1]]
        return Found(known, newest, len(newest), asked.archived)
    scores = known.index.matches(asked.words)[known.places[rows]]
    full = int((scores >= FULL).sum())
    enough = scores >= (FULL if full >= FEW else NEAR)
    rows, scores = rows[enough], scores[enough]
    # Whoever holds all comes first, however old.
    order = np.lexsort((-known.closed[rows], -np.floor(scores * 20)))
    return Found(known, rows[order], full, asked.archived)


def precedents(
    desk: UserStore,
    *,
    content: str,
    product_code: str,
    claim_type: str,
    now: datetime,
    besides: str = "",
) -> tuple[Lesson, ...]:
    """Return the past resolutions most like a case, at most three.

    Ranked by likeness of the words, same kind of complaint, same product and newness.
    besides: number of the case itself, which is no precedent of its own. () for none.
    """
    known = past(desk)
    if not len(known.cases) or not (content.strip() or claim_type):
        return ()
    score = _likeness(known, content, product_code, claim_type, now)
    score[known.keys == besides] = 0
    best = np.argsort(-score, kind="stable")[:PRECEDENTS]
    numbers = known.keys[best[score[best] >= LIKE_ENOUGH]].tolist()
    return lessons(desk, numbers, now)


def like(desk: UserStore, case: Complaint, now: datetime) -> tuple[Lesson, ...]:
    """Return the precedents of a complaint that stands in the ledger."""
    return precedents(
        desk,
        content=case.content,
        product_code=case.product_code,
        claim_type=case.claim_type,
        now=now,
        besides=case.id,
    )


def lessons(
    desk: UserStore, numbers: Sequence[str], now: datetime, *, archived: bool = False
) -> tuple[Lesson, ...]:
    """Return these past resolutions in this order; one that is none is left out."""
    known = past(desk, archived=archived)
    places = known.cases.index.get_indexer(pd.Index(numbers))
    places = places[places >= 0]
    again = came_back(desk, now, archived=archived).iloc[places]
    rows = known.cases.iloc[places].assign(state=again["state"], days=again["days"])
    return tuple(_lesson(row) for row in rows.reset_index(names="number").itertuples())


@dataclass(frozen=True, slots=True)
class Share:
    """One resolution among what was found.

    count: cases. followed, returned: of those whose customer would be recognised and
        whose time is over, all, and those who came back. cost: mean yen of `costed`
        cases with a known cost; None where there is none.
    """

    resolution: Resolution
    count: int
    followed: int
    returned: int
    cost: float | None
    costed: int


def summary(desk: UserStore, found: Found, now: datetime) -> tuple[Share, ...]:
    """Return what the found cases ended with, most frequent first."""
    known, places = found.known, found.places
    again = came_back(desk, now, archived=found.archived)
    column = known.cases["resolution"].cat
    codes = column.codes.to_numpy()[places]
    counts = again["counts"].to_numpy(dtype=bool)[places]
    back = counts & again["came_back"].to_numpy(dtype=bool)[places]
    cost = known.cases["settled_cost"].to_numpy(dtype=float, na_value=np.nan)[places]

    def of_each(weights: npt.NDArray[Any] | None = None) -> list[float]:
        """Return the sum of these for each resolution; without any, how many cases."""
        size = len(column.categories)
        return [float(one) for one in np.bincount(codes, weights, minlength=size)]

    sums = zip(
        *(column.categories, of_each(), of_each(counts), of_each(back)),
        *(of_each(np.nan_to_num(cost)), of_each(~np.isnan(cost))),
        strict=True,
    )
    shares = [
        Share(
            Resolution(str(word)),
            count=int(count),
            followed=int(followed),
            returned=int(returned),
            cost=paid / costed if costed else None,
            costed=int(costed),
        )
        for word, count, followed, returned, paid, costed in sums
        if count
    ]
    return tuple(sorted(shares, key=lambda share: -share.count))


# Ranking --------------------------------------------------------------------------


def _kept(cases: pd.DataFrame, asked: Asked) -> npt.NDArray[np.intp]:
    """Return the places of the rows that pass the filters."""
    wanted: list[tuple[str, Any]] = [
        ("product_code", asked.product_code),
        ("claim_type", asked.claim_type),
        ("resolution", _word(asked.resolution)),
        ("cause", _word(asked.cause)),
    ]
    passed = np.ones(len(cases), dtype=bool)
    for name, value in wanted:
        if value:
            passed &= (cases[name] == value).to_numpy(dtype=bool)
    return np.flatnonzero(passed)


def _word(choice: Choice | None) -> str:
    return choice.value if choice else ""


def _likeness(
    known: Past, content: str, product_code: str, claim_type: str, now: datetime
) -> npt.NDArray[np.float64]:
    cases = known.cases
    score = _TEXT * known.index.likeness(content)[known.places].astype(np.float64)
    if claim_type:
        score += _CLAIM * (cases["claim_type"] == claim_type).to_numpy(dtype=bool)
    if product_code not in ("", UNKNOWN_PRODUCT):
        score += _PRODUCT * (cases["product_code"] == product_code).to_numpy(dtype=bool)
    score *= 1 - _NEWNESS * (1 - _newness(known.closed, now))
    written = (cases["agreed"] != "").to_numpy(dtype=bool)
    return np.asarray(score * np.where(written, 1.0, _NOTHING_WRITTEN))


def _newness(closed: npt.NDArray[np.int64], now: datetime) -> npt.NDArray[np.float64]:
    """Return 1 for a case closed now, half of it for one of two years ago."""
    days = (now.timestamp() - closed) / 86_400
    return np.asarray(0.5 ** (np.maximum(days, 0) / _HALF_AS_NEW))


def _lesson(row: Any) -> Lesson:
    return Lesson(
        number=str(row.number),
        content=str(row.content),
        agreed=str(row.agreed),
        product_code=str(row.product_code),
        claim_type=str(row.claim_type),
        resolution=Resolution(row.resolution),
        cause=next((cause for cause in Cause if cause.value == row.cause), None),
        cost=_whole(row.settled_cost),
        minutes=_whole(row.handling_minutes),
        closed_at=clock.in_tokyo(row.closed_at.to_pydatetime()),
        state=Return(row.state),
        days=_whole(row.days),
    )


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
