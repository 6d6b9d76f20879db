"""分析: complaints counted by what they are about, against the orders they arose from.

One frame of cases is made once for each state of the data; every view is a pure
function over it. What was not written down is not counted as a value of its own: it is
told apart, because missing is not a kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.metrics.figures import Frames
from lib.metrics.seconds import unpreventable
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.kpi_day import COMPANY
from lib.schema.tables import table
from lib.schema.vocab import (
    Category,
    Cause,
    Choice,
    ComplaintKind,
    ComplaintStatus,
    InquiryStatus,
    Source,
)

PER: Final = 1000
"""Rates are for so many orders."""

OUR_CAUSES: Final = (
    Cause.ADVERTISING,
    Cause.CANCELLATION_PATH,
    Cause.DELIVERY,
    Cause.SERVICE,
    Cause.SYSTEM,
)
"""Causes within our own hands: how we sell, deliver and answer, and what runs it.

Not the product itself, whose maker is often another, nor what the customer decided.
"""


class Told(Choice):
    """Which rows of the ledger are looked at; wishes stand apart from complaints."""

    COMPLAINTS = N_("苦情だけ")
    WISHES = N_("要望だけ")
    BOTH = N_("苦情と要望")


class Dimension(Choice):
    """By what cases are counted; the value is the label of its field."""

    CATEGORY = "内容分類"
    CLAIM_TYPE = "申出の種類"
    PRODUCT_CODE = "商品コード"
    SALES_PAGE = "販路・LP"
    LOT = "ロット番号"
    CHANNEL = "受付経路"
    CAUSE = "原因区分"
    RESOLUTION = "解決内容"
    AGENCY_NAME = "機関名"

    @property
    def is_of_inquiries(self) -> bool:
        """Whether it counts contacts from agencies instead of complaints."""
        return self is Dimension.AGENCY_NAME


_UNSAID: Final = {
    Dimension.CATEGORY: Category.UNASKED.value,
    Dimension.PRODUCT_CODE: UNKNOWN_PRODUCT,
    Dimension.CAUSE: Cause.UNKNOWN.value,
}
"""Words that say that nothing is known."""

_BY_WHAT: Final = tuple(d.code for d in Dimension if not d.is_of_inquiries)


CONTACT_FIELDS: Final = ("agency_name", "product_code", "sales_page", "category")
"""Fields of `Dimension` that a contact from an agency has."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is looked at. first, last: days, both included; "" leaves a field open.

    only, value: those alone of which one thing more is so; None leaves it open.
    """

    first: date
    last: date
    product: str = ""
    sales_page: str = ""
    channel: str = ""
    centre: str = ""
    told: Told = Told.COMPLAINTS
    only: Dimension | None = None
    value: str = ""

    @property
    def days(self) -> int:
        """How many days that are."""
        return (self.last - self.first).days + 1


# The cases ---------------------------------------------------------------------


def cases_of(frames: Frames) -> pd.DataFrame:
    """Return a row a complaint or wish that was not cancelled, by its number.

    Columns: `day` (midnight, without zone), `hour` and `weekday` (0 is Monday; NA where
    the time of day was not known), the fields of `Dimension` as text ("" where nothing
    is known), `centre`, `is_wish`, `is_second` and `is_hostile` (a second one that nobody
    could have prevented). Rows without a moment are left out.

    frames: complaints and escalations.
    """
    complaints = frames["complaints"]
    rows = complaints[
        (complaints["status"] != ComplaintStatus.CANCELLED.value)
        & complaints["received_at"].notna()
    ]
    at = rows["received_at"].dt.tz_localize(None)
    day = at.dt.normalize()
    is_timed = (rows["source"] != Source.IMPORT.value) | (at != day)
    second = rows["kind"] == ComplaintKind.SECOND.value
    hostile = unpreventable(
        {"complaints": rows, "escalations": frames["escalations"]}
    ).reindex(rows.index)
    known = {name: _words(rows[name], name) for name in _BY_WHAT}
    return pd.DataFrame(
        {
            "day": day,
            "hour": at.dt.hour.astype("Int64").where(is_timed),
            "weekday": at.dt.day_of_week.astype("Int64").where(is_timed),
            **known,
            "centre": _plain(rows["received_centre"]).replace("", COMPANY),
            "is_wish": rows["kind"] == ComplaintKind.WISH.value,
            "is_second": second,
            "is_hostile": second & hostile,
        }
    )


def contacts_of(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Return a row a contact from an agency that was not cancelled, by its number.

    Columns: `day`, `agency_name`, `product_code`, `sales_page`, `category`, `centre`.
    """
    rows = inquiries[
        (inquiries["status"] != InquiryStatus.CANCELLED.value)
        & inquiries["first_contact_at"].notna()
    ]
    return pd.DataFrame(
        {
            "day": rows["first_contact_at"].dt.tz_localize(None).dt.normalize(),
            **{name: _words(rows[name], name) for name in CONTACT_FIELDS},
            "centre": _plain(rows["received_centre"]).replace("", COMPANY),
        }
    )


def chosen_of(cases: pd.DataFrame, chosen: Chosen) -> pd.DataFrame:
    """Return the cases, or contacts, that are looked at.

    Contacts have neither a channel nor wishes; these filters leave them as they are.
    """
    mask = cases["day"].between(pd.Timestamp(chosen.first), pd.Timestamp(chosen.last))
    for name, word in (
        ("product_code", chosen.product),
        ("sales_page", chosen.sales_page),
        ("channel", chosen.channel),
        ("centre", chosen.centre),
        (chosen.only.code if chosen.only else "", chosen.value),
    ):
        if word and name in cases.columns:
            mask &= cases[name] == word
    if "is_wish" in cases.columns and chosen.told is not Told.BOTH:
        mask &= cases["is_wish"] == (chosen.told is Told.WISHES)
    return cases[mask]


def orders_of(kpi_days: pd.DataFrame) -> pd.Series:
    """Return the orders of the whole company by day; a day nobody entered is not there.

    Of a day that a sheet has twice with different orders nobody knows which holds, so
    that day is not there either.
    """
    rows = kpi_days[kpi_days["orders"].notna()]
    days = rows.groupby(["date", rows["centre"].astype("object")])["orders"]
    agreed = days.first()[days.min() == days.max()]
    found: pd.Series = agreed.groupby(level="date").sum().astype("float64")
    return found


def _words(column: pd.Series, name: str) -> pd.Series:
    """Return a column as text, "" where nothing is known."""
    unsaid = _UNSAID.get(Dimension[name.upper()])
    plain = _plain(column)
    return plain.replace(unsaid, "") if unsaid else plain


def _plain(column: pd.Series) -> pd.Series:
    return column.astype("object").fillna("").astype("str").str.strip()


# Rates -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """Cases against orders over some days.

    count: all of them. counted: those on days whose orders are known, of which there
    are `days`. orders: of these days.
    """

    count: int
    counted: int
    orders: float
    days: int

    @property
    def number(self) -> float | None:
        """Cases for 1,000 orders; None where no order is known."""
        return self.counted / self.orders * PER if self.orders > 0 else None


@dataclass(frozen=True, slots=True)
class Exposure:
    """The orders of the days that are looked at; `by_day` as of `orders_of`."""

    by_day: pd.Series
    total: float = field(init=False)

    def __post_init__(self) -> None:
        """Add them up once."""
        object.__setattr__(self, "total", float(self.by_day.sum()))

    def counted(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Return the cases of days whose orders are known."""
        return cases[cases["day"].isin(self.by_day.index)]

    def per_thousand(self, counts: pd.Series) -> pd.Series:
        """Return the rate of each count of such cases; NaN without any order."""
        total = self.total if self.total > 0 else float("nan")
        return counts / total * PER


def exposure_of(orders: pd.Series, chosen: Chosen) -> Exposure:
    """Return the orders from the first to the last day."""
    first, last = pd.Timestamp(chosen.first), pd.Timestamp(chosen.last)
    return Exposure(orders[(orders.index >= first) & (orders.index <= last)])


def rate_of(cases: pd.DataFrame, exposure: Exposure) -> Rate:
    """Return how many cases there were, and against how many orders."""
    counted = len(exposure.counted(cases))
    return Rate(len(cases), counted, exposure.total, len(exposure.by_day))


# Pareto ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pareto:
    """What most cases are about.

    rows: a row a value, the most frequent first; `value`, `count`, `share` of the cases
        of which the value is known, `cumulative` share, `rate` for 1,000 orders (NaN
        where no order is known). unsaid: cases of which it is not known.
    """

    rows: pd.DataFrame
    unsaid: int

    @property
    def known(self) -> int:
        """Cases of which the value is known."""
        return int(self.rows["count"].sum())


def pareto(cases: pd.DataFrame, by: Dimension, exposure: Exposure) -> Pareto:
    """Return the cases by what they are about; equals stand in the order of words."""
    words = cases[by.code]
    counts = words[words != ""].value_counts().rename("count")
    counts.index.name = "value"
    rows = counts.reset_index().sort_values(
        ["count", "value"], ascending=[False, True], kind="stable", ignore_index=True
    )
    total = rows["count"].sum()
    on_known = exposure.counted(cases)[by.code].value_counts()
    rows["share"] = rows["count"] / total
    rows["cumulative"] = rows["count"].cumsum() / total
    rows["rate"] = exposure.per_thousand(
        rows["value"].map(on_known).fillna(0).astype("float64")
    )
    return Pareto(rows, int((words == "").sum()))


def label_of(by: Dimension) -> str:
    """Return what people call it, a catalogue key."""
    if by is Dimension.PRODUCT_CODE:
        return N_("商品")
    code = "agency_inquiries" if by.is_of_inquiries else "complaints"
    return table(code).field(by.code).label
