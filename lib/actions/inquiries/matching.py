"""Did we know? The complaints that an agency may be talking about, with reasons.

What identifies a case (order number, the customer's phone, mail or name) finds it
however old it is; what only resembles it (product, category, date, words) among the
complaints of the last months. Among those that are put away only an order number and
a 照合キー are looked for. The score only orders the list: a person decides.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import log
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib import clock
from lib.actions.clocks.proposing import products_of
from lib.actions.entry import recognise
from lib.actions.inquiries.similar import known_as
from lib.i18n import N_
from lib.metrics.pairs import Products
from lib.metrics.reason import Reason
from lib.metrics.referrals import plain_number
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import Category, Choice, ComplaintStatus
from lib.settings.customer_key import customer_keys
from lib.store.access import UserStore
from lib.text import folded

SHOWN: Final = 5
"""Complaints that are offered at most."""

LEAST: Final = 20
"""Points below which nothing is offered."""

_WINDOW: Final = timedelta(days=400)
"""How far back a complaint is sought that nothing identifies."""

_MOST_READ: Final = 4_000
"""Complaints whose words are compared, the newest."""


class Likeness(Choice):
    """How sure one can be that it is the same case."""

    SAME = N_("ほぼ同じ件")
    LIKELY = N_("同じ件かもしれない")
    SIMILAR = N_("似ている")


_SURE: Final = 60
_LIKELY: Final = 40


@dataclass(frozen=True, slots=True)
class Heard:
    """What an agency says about a case, as far as it is known; "" and None for nothing.

    keys: 照合キー of the customer. names: the customer's, as spelt by the agency.
    words: all that it says happened and asks.
    """

    at: datetime
    order_number: str = ""
    product_code: str = ""
    sales_page: str = ""
    category: Category = Category.UNASKED
    occurred_on: date | None = None
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is anything to look for."""
        known = self.product_code not in ("", UNKNOWN_PRODUCT)
        told = (self.order_number, self.keys, self.names, self.words.strip())
        return known or any(told)


@dataclass(frozen=True, slots=True)
class Found:
    """A complaint that may be the one, how many points speak for it, and which.

    put_away: when a complaint that is put away was received; None for one that stands
        in the ledger.
    """

    number: str
    score: int
    reasons: tuple[Reason, ...] = ()
    put_away: datetime | None = None

    @property
    def likeness(self) -> Likeness:
        """Say in a word how sure one can be."""
        if self.score >= _SURE:
            return Likeness.SAME
        return Likeness.LIKELY if self.score >= _LIKELY else Likeness.SIMILAR


def heard_in(inquiry: AgencyInquiry) -> Heard:
    """Return what a recorded contact says."""
    # A row of a sheet may lack the moment.
    at: Any = inquiry.first_contact_at
    return Heard(
        at=at or clock.now(),
        order_number=inquiry.order_number,
        product_code=inquiry.product_code,
        sales_page=inquiry.sales_page,
        category=inquiry.category,
        occurred_on=inquiry.occurred_on,
        keys=(inquiry.customer_key,) if inquiry.customer_key else (),
        words=f"{inquiry.facts}\n{inquiry.demand}",
    )


def customer(typed: str, secret: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the 照合キー and the names that were typed in one box.

    Phone numbers and mail addresses become keys; words without a digit are names.
    """
    words = recognise(typed)
    keys = tuple(k for part in words.keys for k in customer_keys(part, secret))
    rest = words.contact
    for part in words.keys:
        rest = rest.replace(part, " ")
    return keys, tuple(name for word in rest.split() if (name := _name(word)))


def matches(desk: UserStore, heard: Heard) -> tuple[Found, ...]:
    """Return the complaints that may be meant, the likeliest first; at most `SHOWN`.

    Only complaints received before the agency called: what came later was not known.
    Those that are put away are for the staff, once their index is read.
    """
    if not heard.says_something:
        return ()
    day = heard.at.replace(hour=0, minute=0, second=0)
    # Only a hash of what was said may outlive this look: it names a customer.
    said = hashlib.blake2b(repr(heard).encode(), digest_size=16).hexdigest()
    live = desk.derived(
        ("matches", said), lambda: _matches(_known(desk), heard, since=day - _WINDOW)
    )
    found = (*live, *_put_away(desk, heard))
    return tuple(sorted(found, key=lambda one: -one.score)[:SHOWN])


def _put_away(desk: UserStore, heard: Heard) -> tuple[Found, ...]:
    """Return the complaints in the archive that something identifies."""
    index = desk.archive_index()
    if index.empty or not (heard.order_number or heard.keys):
        return ()
    here = index.index.isin(desk.derived("numbers of cases", lambda: _numbers(desk)))
    rows = index[
        (index["received_at"] <= pd.Timestamp(heard.at))
        & (index["status"] != ComplaintStatus.CANCELLED.value)
        & ~here
    ]
    orders = [plain_number(number) for number in rows["order_number"]]
    found = _best(rows, list(_identifying(rows, orders, heard)))
    received = rows["received_at"]
    return tuple(
        replace(one, put_away=clock.in_tokyo(received[one.number].to_pydatetime()))
        for one in found
    )


def _numbers(desk: UserStore) -> pd.Index:
    return desk.frame("complaints").index


# What is compared -----------------------------------------------------------------

_COLUMNS: Final = (
    "received_at",
    "order_number",
    "customer_key",
    "customer_name",
    "product_code",
    "sales_page",
    "category",
    "occurred_on",
    "content",
    "note",
)


@dataclass(frozen=True)
class _Known:
    """The complaints that count, the newest first, with their numbers in plain letters."""

    rows: pd.DataFrame
    orders: tuple[str, ...]
    names: tuple[str, ...]
    book: Products


def _known(desk: UserStore) -> _Known:
    def made() -> _Known:
        rows = desk.frame("complaints")
        live = rows[rows["status"] != ComplaintStatus.CANCELLED.value]
        live = live.sort_values("received_at", ascending=False, kind="stable")
        book = products_of(desk)
        return _Known(
            live[list(_COLUMNS)].assign(product=known_as(live["product_code"], book)),
            tuple(plain_number(number) for number in live["order_number"]),
            tuple(_name(str(name)) for name in live["customer_name"]),
            book,
        )

    return desk.derived("complaints to match", made)


_TITLES: Final = re.compile(r"(様|さま|さん|氏)$")


def _name(word: str) -> str:
    """Return a name for comparing; "" for one letter, which would be anybody's."""
    plain = _TITLES.sub("", folded(word).replace(" ", ""))
    return plain if len(plain) > 1 else ""


# Points ---------------------------------------------------------------------------

_TAIL: Final = 5
"""Last signs of an order number by which people call it."""

_NEAR_DAYS: Final = 3
_AFTER_DAYS: Final = 60
_LEAST_OVERLAP: Final = 0.15
_FOR_WORDS: Final = 30
"""Points where every word of the agency stands in the complaint."""

Points = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Sign:
    """What speaks for a case: points for each row, 0 where it does not hold."""

    says: str
    points: Points


def _matches(known: _Known, heard: Heard, *, since: datetime) -> tuple[Found, ...]:
    rows = known.rows
    if rows.empty:
        return ()
    received = rows["received_at"]
    in_time = (received <= pd.Timestamp(heard.at)).to_numpy(dtype=bool)
    recent = (received >= pd.Timestamp(since)).to_numpy(dtype=bool)
    identified = [
        *_identifying(rows, known.orders, heard),
        *_named(known.names, heard.names),
    ]
    by_name = sum((sign.points for sign in identified), np.zeros(len(rows), np.int64))
    # What merely resembles an old complaint says nothing about it.
    near = recent | (by_name > 0)
    alike = [
        _Sign(sign.says, sign.points * near)
        for sign in (
            *_resembling(rows, heard, known.book.known_as(heard.product_code)),
            _worded(rows, heard, near),
        )
    ]
    signs = [*identified, *alike]
    return _best(rows, [_Sign(sign.says, sign.points * in_time) for sign in signs])


def _best(rows: pd.DataFrame, signs: Sequence[_Sign]) -> tuple[Found, ...]:
    """Return the rows for which most speaks, with what speaks for each."""
    total = sum((sign.points for sign in signs), np.zeros(len(rows), np.int64))
    best = np.argsort(-total, kind="stable")[:SHOWN]
    return tuple(
        Found(
            str(rows.index[at]),
            int(total[at]),
            tuple(Reason(sign.says) for sign in signs if sign.points[at]),
        )
        for at in best
        if total[at] >= LEAST
    )


def _identifying(
    rows: pd.DataFrame, orders: Sequence[str], heard: Heard
) -> Iterator[_Sign]:
    if asked := plain_number(heard.order_number):
        yield _sign(N_("注文番号が同じ"), 80, [asked == order for order in orders])
        ends = [order != asked and _has_tail(asked, order) for order in orders]
        yield _sign(N_("注文番号の終わりが同じ"), 45, ends)
        slips = [_is_slip(asked, order) for order in orders]
        yield _sign(N_("注文番号が一か所だけ違う"), 15, slips)
    if heard.keys:
        same = rows["customer_key"].isin(heard.keys)
        yield _sign(N_("お客様の電話・メールが同じ"), 70, same)


def _named(known: Sequence[str], names: tuple[str, ...]) -> Iterator[_Sign]:
    if names:
        whole = {*names, "".join(names)}
        same_name = [name in whole for name in known]
        yield _sign(N_("お客様の名前が同じ"), 50, same_name)
        family = [
            bool(name) and name not in whole and name.startswith(names)
            for name in known
        ]
        yield _sign(N_("お客様の名字が同じ"), 15, family)


def _resembling(rows: pd.DataFrame, heard: Heard, product: str) -> Iterator[_Sign]:
    """Yield what many complaints have in common: alone, none of it is enough."""
    if product:
        same = rows["product"] == product
        yield _sign(N_("商品が同じ"), 10, same)
    if heard.category is not Category.UNASKED:
        same = rows["category"] == heard.category.value
        yield _sign(N_("内容分類が同じ"), 6, same)
    if heard.sales_page:
        same = rows["sales_page"].map(folded) == folded(heard.sales_page)
        yield _sign(N_("販路・ページが同じ"), 3, same)
    if heard.occurred_on:
        yield from _dated(rows, pd.Timestamp(heard.occurred_on))


def _dated(rows: pd.DataFrame, day: pd.Timestamp) -> Iterator[_Sign]:
    happened = pd.to_datetime(rows["occurred_on"]).dt.tz_localize(None)
    apart = (happened - day).abs()
    same = (apart == pd.Timedelta(0)).to_numpy(dtype=bool)
    near = (apart <= pd.Timedelta(days=_NEAR_DAYS)).to_numpy(dtype=bool) & ~same
    received = rows["received_at"].dt.tz_localize(None).dt.normalize()
    later = received.between(day, day + pd.Timedelta(days=_AFTER_DAYS))
    yield _sign(N_("できごとの日が同じ"), 15, same)
    yield _sign(N_("できごとの日が近い"), 8, near)
    yield _sign(
        N_("その日のあとに受けた苦情"), 4, later.to_numpy(dtype=bool) & ~same & ~near
    )


def _sign(says: str, points: int, holds: Any) -> _Sign:
    return _Sign(says, np.asarray(holds, dtype=bool).astype(np.int64) * points)


def _has_tail(one: str, other: str) -> bool:
    """Whether one number is the end of the other: people leave prefixes out."""
    if min(len(one), len(other)) < _TAIL:
        return False
    return one.endswith(other) or other.endswith(one)


def _is_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by one sign, or by two neighbours that are swapped."""
    if len(one) != len(other) or len(one) < _TAIL:
        return False
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    if len(pairs) == 1:
        return True
    is_swap = len(pairs) == 2 and pairs[0] == pairs[1][::-1]  # noqa: PLR2004 - a pair
    at = next((n for n, sign in enumerate(one) if sign != other[n]), 0)
    return is_swap and one[at + 1] != other[at + 1]


# Words ----------------------------------------------------------------------------


def _worded(rows: pd.DataFrame, heard: Heard, near: npt.NDArray[np.bool_]) -> _Sign:
    """Return points for how much of the agency's words stands in each complaint.

    A pair of letters that many complaints have weighs little, so that grammar and
    courtesies decide nothing.
    """
    points = np.zeros(len(rows), np.int64)
    asked = pairs_of(heard.words)
    read = np.flatnonzero(near)[:_MOST_READ]
    if not asked or not len(read):
        return _Sign(_WORDS_ALIKE, points)
    contents, notes = rows["content"].tolist(), rows["note"].tolist()
    shared = [asked & _pairs_read(f"{contents[at]}\n{notes[at]}") for at in read]
    seen = Counter(pair for pairs in shared for pair in pairs)
    weight = {pair: log(1 + len(read) / (1 + seen[pair])) for pair in asked}
    whole = sum(weight.values())
    for at, pairs in zip(read, shared, strict=True):
        overlap = sum(weight[pair] for pair in pairs) / whole
        if overlap >= _LEAST_OVERLAP:
            points[at] = round(_FOR_WORDS * overlap)
    return _Sign(_WORDS_ALIKE, points)


_WORDS_ALIKE: Final = N_("言っていることが似ている")


_NO_LETTER: Final = re.compile(r"[\W_]+")


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters, whatever width, case or kana."""
    plain = _NO_LETTER.sub(" ", folded(text))
    return frozenset(
        word[at : at + 2] for word in plain.split() for at in range(len(word) - 1)
    )


_pairs_read = lru_cache(maxsize=2 * _MOST_READ)(pairs_of)
"""For what stands in the ledger, which is the same at the next look."""
