"""One call stands for many: like complaints and contacts of the last 90 days (R16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from lib.actions.clocks.proposing import products_of
from lib.actions.inquiries.listing import INQUIRIES
from lib.i18n import N_
from lib.metrics import referrals
from lib.metrics.pairs import Products
from lib.metrics.wishes import complaints_in
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.inquiry import AgencyInquiry
from lib.schema.vocab import Category, Choice
from lib.store.access import UserStore
from lib.text import folded

DAYS: Final = 90
WEEKS: Final = 13
COMPLAINTS: Final = "complaints"

_TELLING: Final = frozenset(Category) - {Category.OTHER, Category.UNASKED}


class Like(Choice):
    """In what two cases are alike; the closest first."""

    BOTH = N_("同じ商品・同じ内容")
    PRODUCT = N_("同じ商品")
    CATEGORY = N_("同じ内容")
    PAGE = N_("同じページ")


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about; "" and 未確認 where that is not known."""

    product_code: str = ""
    category: Category = Category.UNASKED
    sales_page: str = ""

    @property
    def known(self) -> tuple[Like, ...]:
        """In what other cases can be alike, the closest first."""
        has_product = self.product_code not in ("", UNKNOWN_PRODUCT)
        has_category = self.category in _TELLING
        holds = {
            Like.BOTH: has_product and has_category,
            Like.PRODUCT: has_product,
            Like.CATEGORY: has_category,
            Like.PAGE: bool(self.sales_page.strip()),
        }
        return tuple(like for like, is_known in holds.items() if is_known)


@dataclass(frozen=True)
class Similar:
    """Cases alike in one respect.

    rows: `table` (code), `at` (moment), `content` and `status`, newest first; the index
        is the number. complaints, contacts: how many of each.
    weeks: `first` and `last` (days) and `count`, oldest first; the last week ends today.
    """

    like: Like
    rows: pd.DataFrame
    weeks: pd.DataFrame

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    @property
    def contacts(self) -> int:
        """How many of them agencies brought."""
        return int((self.rows["table"] == INQUIRIES).sum())


def about(inquiry: AgencyInquiry) -> About:
    """Return what a contact is about."""
    return About(inquiry.product_code, inquiry.category, inquiry.sales_page)


def similar(
    desk: UserStore,
    to: About,
    today: date,
    *,
    without: tuple[str, ...] = (),
) -> tuple[Similar, ...]:
    """Return the cases of the last 90 days that are alike, for each known respect.

    without: numbers that are the case itself, as contact and as complaint. Cancelled
        cases do not count. Empty where nothing is known of the case.
    """

    def made() -> tuple[Similar, ...]:
        every = _every(desk, today)
        others = every[~every.index.isin(without)]
        meant = replace(to, product_code=products_of(desk).known_as(to.product_code))
        return tuple(_alike(others, meant, like, today) for like in to.known)

    return desk.derived(("similar", to, today, without), made)


def _alike(every: pd.DataFrame, to: About, like: Like, today: date) -> Similar:
    found = every[_holds(every, to, like)]
    shown = found.sort_values("at", ascending=False, kind="stable")
    return Similar(
        like, shown[["table", "at", "content", "status"]], _weeks(found["at"], today)
    )


def _holds(every: pd.DataFrame, to: About, like: Like) -> pd.Series:
    is_product: pd.Series = every["product"] == to.product_code
    is_category: pd.Series = every["category"] == to.category.value
    match like:
        case Like.BOTH:
            return is_product & is_category
        case Like.PRODUCT:
            return is_product
        case Like.CATEGORY:
            return is_category
        case Like.PAGE:
            is_page: pd.Series = every["page"] == folded(to.sales_page)
            return is_page


def _weeks(at: pd.Series, today: date) -> pd.DataFrame:
    """Return how many there were in each of the last 13 weeks."""
    days = at.dt.tz_localize(None).dt.normalize()
    ago = (pd.Timestamp(today) - days).dt.days.to_numpy() // 7
    counts = np.bincount(ago[ago < WEEKS].astype(int), minlength=WEEKS)[::-1]
    lasts = [today - timedelta(days=7 * back) for back in range(WEEKS)][::-1]
    return pd.DataFrame(
        {
            "first": [last - timedelta(days=6) for last in lasts],
            "last": lasts,
            "count": counts,
        }
    )


def _every(desk: UserStore, today: date) -> pd.DataFrame:
    """Return complaints and contacts of the last 90 days as one frame."""

    def made() -> pd.DataFrame:
        complaints = desk.frame(COMPLAINTS)
        book = products_of(desk)
        live = complaints_in(complaints)
        parts = [
            _part(live, book, COMPLAINTS, ("received_at", "content"), today),
            _part(
                referrals.live(desk.frame(INQUIRIES)),
                book,
                INQUIRIES,
                ("first_contact_at", "facts"),
                today,
            ),
        ]
        return pd.concat(parts)

    return desk.derived(("cases to compare", today), made)


def _part(
    rows: pd.DataFrame, book: Products, code: str, names: tuple[str, str], today: date
) -> pd.DataFrame:
    moment, words = names
    days = rows[moment].dt.tz_localize(None).dt.normalize()
    first = pd.Timestamp(today - timedelta(days=DAYS - 1))
    recent = rows[days.between(first, pd.Timestamp(today))]
    return pd.DataFrame(
        {
            "table": code,
            "at": recent[moment],
            "content": recent[words],
            "status": recent["status"].astype("object"),
            "product": known_as(recent["product_code"], book),
            "category": recent["category"].astype("object"),
            "page": recent["sales_page"].map(folded).astype("object"),
        },
        index=recent.index,
    )


def known_as(typed: pd.Series, book: Products) -> pd.Series:
    """Return what cases of one product have in common, whatever they call it."""
    words = {word: book.known_as(str(word)) for word in typed.unique()}
    return typed.map(words).astype("object")
