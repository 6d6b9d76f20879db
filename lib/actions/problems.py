"""多発している問題: complaints that tell of the same thing, found by their words.

Grouping costs a second or two in a large company. It rests on the words of the complaints
alone and is done once for all who see the same rows; whatever else changes (a severity, an
improvement) is counted anew in the groups that stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lib import clock
from lib.actions.searching import slug
from lib.metrics.likeness.grouping import MOST, groups
from lib.metrics.likeness.problems import Grouped, Problem, discreet, problems
from lib.metrics.likeness.words import Reader, Said, features_of
from lib.metrics.wishes import is_complaint
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.erasing import ERASED
from lib.store.access import UserStore

PERIODS: Final = (90, 180, 365)
"""Days that may be looked at."""

USUAL: Final = 180

_reader = Reader()
"""One memory for the process: of each text only what was read in it, by its hash."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked at and what was found.

    looked_at: complaints of the period that say something.
    left_out: the oldest of them, where there are more than can be grouped at once.
    problems: the most pressing first.
    """

    looked_at: int
    left_out: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One text of a group, with nothing in it by which to reach whoever said it."""

    case_id: str
    day: date
    text: str


def found(desk: UserStore, today: date, days: int, product: str = "") -> Found:
    """Return the problems of the period, of one product (its `slug`) or of all.

    The same for everybody who sees the same complaints. Wishes, cancelled and anonymised
    ones are none of them.
    """
    name = ("frequent", days, today, product)

    def made() -> Found:
        rows = _rows(desk, today, days, product)
        grouped = desk.derived(
            ("frequent groups", *name),
            lambda: _grouped(desk, rows),
            rests_on=_mark(rows),
        )
        kept = rows.tail(MOST)
        told = problems(grouped, _told(kept), kept, until=today, days=days)
        return Found(len(kept), len(rows) - len(kept), told)

    return desk.derived(name, made)


def examples(desk: UserStore, problem: Problem, most: int = 3) -> tuple[Example, ...]:
    """Return the texts that say best what a problem is about, contacts hidden."""

    def made() -> tuple[Example, ...]:
        rows = desk.frame("complaints").loc[list(problem.telling[:most])]
        days = [moment.date() for moment in rows["received_at"]]
        customers = [str(name or "") for name in rows["customer_name"]]
        return tuple(
            Example(str(key), day, discreet(str(text), customer))
            for key, day, text, customer in zip(
                rows.index, days, rows["content"], customers, strict=True
            )
        )

    return desk.derived(("frequent examples", problem.telling[:most]), made)


def _rows(desk: UserStore, today: date, days: int, product: str) -> pd.DataFrame:
    """Return the complaints of the period that say something, the oldest first."""
    every = desk.frame("complaints")
    since = pd.Timestamp(clock.at(today - timedelta(days=days - 1)))
    until = pd.Timestamp(clock.at(today + timedelta(days=1)))
    at, content = every["received_at"], every["content"].str.strip()
    wanted = is_complaint(every) & (at >= since) & (at < until)
    wanted &= (content != "") & ~content.str.contains(ERASED, regex=False)
    rows = every[wanted]
    if product:
        named = {code: slug(code) == product for code in rows["product_code"].unique()}
        rows = rows[rows["product_code"].map(named).astype(bool)]
    return rows.sort_values("received_at", kind="stable")


_RESTS_ON: Final = ["content", "product_code", "claim_type"]


def _mark(rows: pd.DataFrame) -> tuple[int, int]:
    """Return what changes when the words do, and their order with them."""
    each = pd.util.hash_pandas_object(rows[_RESTS_ON], index=True)
    return len(rows), hash(each.to_numpy().tobytes())


def _grouped(desk: UserStore, rows: pd.DataFrame) -> Grouped:
    rows = rows.tail(MOST)
    products = desk.frame("products")
    labels = groups(
        _told(rows),
        ["" if code == UNKNOWN_PRODUCT else str(code) for code in rows["product_code"]],
        [str(word) for word in rows["claim_type"]],
        without=features_of(map(str, products["name"])),
    )
    keys = tuple(map(str, rows.index))
    return Grouped(keys, tuple(map(int, labels)))


def _told(rows: pd.DataFrame) -> list[Said]:
    return _reader.read([str(text) for text in rows["content"]])
