"""Past resolutions as one table and one index, from what a person's desk shows.

A resolution is a closed case of which 解決内容 is known and whose words are not erased.
What was agreed is what the last steps of its history say; the rest are columns of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib.actions.cases import ACTIVITIES, COMPLAINTS, SAYS_KEPT
from lib.errors import AppError
from lib.metrics import wishes
from lib.metrics.knowledge.index import Index
from lib.metrics.knowledge.returns import returns
from lib.schema.erasing import ERASED
from lib.schema.vocab import ActivityKind, ComplaintStatus, Resolution
from lib.store.access import UserStore
from lib.store.archive import TRAIL

log = logging.getLogger(__name__)

INQUIRIES: Final = "agency_inquiries"

AGREED_BY: Final = (
    ActivityKind.EXPLANATION,
    ActivityKind.REFUND,
    ActivityKind.SHIPMENT,
    ActivityKind.CALLBACK_DONE,
    ActivityKind.DECISION,
)
"""Steps in which the customer is told, or gets, what it ends with."""

_AGREED_WORDS: Final = [kind.value for kind in AGREED_BY]

DONE_BY: Final = (ActivityKind.REFUND, ActivityKind.SHIPMENT, ActivityKind.DECISION)
"""Those of them in which the customer gets something."""

AGREED_SHOWN: Final = 3
"""Last ones of these steps that are taken for what was agreed."""

BUILT_AT_ONCE: Final = 2_000
"""Texts above which an index is not made while somebody waits for a page."""

_TAKEN: Final = (
    *("content", "note", "claim_type", "product_code", "category", "request"),
    *("resolution", "cause", "cause_certainty", "settled_cost", "handling_minutes"),
    *("sales_page", "received_at", "closed_at", "customer_key"),
)

_TOLD: Final = ("case_id", "kind", "at", "content")
"""What of a step tells what was agreed."""


@dataclass(frozen=True, slots=True)
class Past:
    """Past resolutions.

    cases: by number, `_TAKEN` and `agreed` (text, "" for nothing written). index: of
    their texts. places: where each row of `cases` stands in it. keys, closed: number and
    second of closing (since 1970) of each row, which every search asks for.
    """

    cases: pd.DataFrame
    index: Index
    places: npt.NDArray[np.int64]
    keys: npt.NDArray[np.object_]
    closed: npt.NDArray[np.int64]


def past(desk: UserStore, *, archived: bool = False) -> Past:
    """Return all past resolutions that this person may read.

    archived: those of archived years too.

    Raises:
        StoreError: the archive cannot be read.
    """
    name = ("past resolutions", archived)
    state = _state(desk, archived=archived)
    return desk.derived(name, lambda: _made(desk, archived=archived), rests_on=state)


def is_put_away(desk: UserStore, numbers: Iterable[str]) -> bool:
    """Whether one of these is to be looked for in archived years.

    They are read only for that: a link may name a case that was put away since.
    """
    if not desk.archive_years:
        return False
    live = past(desk).cases.index
    return any(number not in live for number in numbers)


def is_at_hand(desk: UserStore) -> bool:
    """Whether `past` answers at once; where not, it is being made from now on.

    The first index of a large ledger takes seconds, which nobody on the phone waits.
    """
    count = _state(desk, archived=False)[0]
    with _lock:
        known = _newest.get(False)
        standing = len(known.marks) if known is not None else 0
        if count - standing <= BUILT_AT_ONCE:
            return True
        if not _building.locked():
            threading.Thread(target=_build, args=(desk,), daemon=True).start()
    return False


def came_back(
    desk: UserStore, now: datetime, *, archived: bool = False
) -> pd.DataFrame:
    """Return for each past resolution whether its customer came back (`returns`).

    Complaints of archived years count as well, whether or not they are searched: who
    came back does not stay away because that complaint was put away.
    """
    read, away = desk.archive_trail()

    def made() -> pd.DataFrame:
        later = _rows(desk, COMPLAINTS, archived=archived)[list(TRAIL)]
        if away is not None:
            # A row that was brought back a moment ago stands among the others already.
            later = pd.concat([later, away[~away.index.isin(later.index)]])
        closed = past(desk, archived=archived).cases
        asked, is_whole = desk.frame(INQUIRIES), archived or away is not None
        return returns(closed, later, asked, now, is_whole=is_whole)

    return desk.derived(("came back", archived, now.date(), away is None, read), made)


# Making ---------------------------------------------------------------------------

State = tuple[int, int, int, int]
"""Count of past resolutions; marks of their rows, of their steps and of the products."""

_lock = threading.Lock()
_newest: dict[bool, Index] = {}
"""The index made last, with and without archived years: most of its texts stay."""
_building = threading.Lock()


def _build(desk: UserStore) -> None:
    """Make the index while nobody waits; the next look finds it, or tries again."""
    with _building:
        try:
            past(desk)
        except AppError:
            log.warning(
                "the index of past resolutions could not be made", exc_info=True
            )


def _state(desk: UserStore, *, archived: bool) -> State:
    def made() -> State:
        closed = _closed(_rows(desk, COMPLAINTS, archived=archived))
        steps = _rows(desk, ACTIVITIES, archived=archived)
        steps = steps[steps["kind"].isin(_AGREED_WORDS)]
        known = set(closed.index.tolist())
        own = map(known.__contains__, steps["case_id"].tolist())
        told = steps[np.fromiter(own, dtype=bool, count=len(steps))]
        products = desk.frame("products")[["code", "name"]]
        cases, agreed = closed[list(_TAKEN)], told[list(_TOLD)]
        return len(closed), _mark(cases), _mark(agreed), _mark(products)

    return desk.derived(("state of past resolutions", archived), made)


def _mark(rows: pd.DataFrame) -> int:
    """Return a number that differs when anything in these rows does, in any order.

    What is typed into a sheet by hand leaves the version of a row as it was.
    """
    return int(pd.util.hash_pandas_object(rows).sum())


def _made(desk: UserStore, *, archived: bool) -> Past:
    closed = _closed(_rows(desk, COMPLAINTS, archived=archived))
    cases = closed[list(_TAKEN)].assign(
        agreed=_agreed(_rows(desk, ACTIVITIES, archived=archived), closed.index),
        closed_at=closed["closed_at"].fillna(closed["received_at"]),
    )
    index = _grown(_texts(cases, _product_names(desk)), archived=archived)
    return Past(
        cases,
        index,
        index.places(cases.index),
        cases.index.to_numpy(dtype=object),
        cases["closed_at"].to_numpy(dtype="datetime64[s]").astype(np.int64),
    )


def _grown(texts: Mapping[str, str], *, archived: bool) -> Index:
    with _lock:
        known = _newest.get(archived)
    made = known.grown(texts) if known else Index.of(texts)
    with _lock:
        _newest[archived] = made
    return made


def _rows(desk: UserStore, code: str, *, archived: bool) -> pd.DataFrame:
    rows = desk.frame(code)
    if not archived:
        return rows
    away = desk.archived(code)
    return pd.concat([rows, away]) if len(away) else rows


def _closed(complaints: pd.DataFrame) -> pd.DataFrame:
    live = wishes.complaints_in(complaints)
    ended = live["status"] == ComplaintStatus.CLOSED.value
    # A sheet may hold any word, and no time.
    settled = live["resolution"].isin([word.value for word in Resolution])
    timed = live["closed_at"].notna() | live["received_at"].notna()
    told = ~live["content"].str.endswith(ERASED)
    return live[ended & settled & timed & told]


def _agreed(steps: pd.DataFrame, numbers: pd.Index) -> pd.Series:
    """Return the last words of each case that say what was agreed; "" for none."""
    done = {kind.value for kind in DONE_BY}
    own = steps[steps["kind"].isin(_AGREED_WORDS)].sort_values("at", kind="stable")
    last: dict[str, list[tuple[bool, str]]] = {number: [] for number in numbers}
    rows = (own[name].tolist() for name in ("case_id", "kind", "content"))
    for number, kind, content in zip(*rows, strict=True):
        if number in last and not content.startswith(SAYS_KEPT):
            last[number].append((kind not in done, content))
    return pd.Series(
        {number: _told(found[-AGREED_SHOWN:]) for number, found in last.items()},
        index=numbers,
        dtype="str",
    )


def _told(last: Sequence[tuple[bool, str]]) -> str:
    """Return these steps in lines, what was done before what was only said.

    What was done says more, and a short line shows only the first.
    """
    kept = [step for step in last if not step[1].endswith(ERASED)]
    return "\n".join(content for _said, content in sorted(kept, key=lambda s: s[0]))


def _product_names(desk: UserStore) -> dict[str, str]:
    products = desk.frame("products")
    return dict(zip(products["code"], products["name"], strict=True))


def _texts(cases: pd.DataFrame, products: Mapping[str, str]) -> dict[str, str]:
    """Return what of each case is searched, by its number."""
    names = cases["product_code"].map(lambda code: products.get(code, code))
    columns = [
        *(cases[name] for name in ("claim_type", "content", "agreed", "note")),
        *(cases[name].astype("str").fillna("") for name in ("resolution", "cause")),
        names,
    ]
    parts = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(cases.index.tolist(), map("\n".join, parts), strict=True))
